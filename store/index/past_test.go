package index

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"

	"pgregory.net/rapid"
)

// TestLaw6_Past: whatever has happened at a desk, what the index leaves out of the past holds no arrival that the matcher finds: of an
// index at rest, of one with changes that it has not seen, and of none.
func TestLaw6_Past(t *testing.T) {
	narrowed, hits, tails, lone := 0, 0, 0, 0
	lacks := func() (out []string) {
		for what, n := range map[string]int{
			"narrowed by the index": narrowed, "hits of those": hits, "hits behind the index": tails,
		} {
			if n < 10 {
				out = append(out, fmt.Sprintf("only %d %s", n, what))
			}
		}
		return out
	}
	checkAll(t, lacks, func(t *rapid.T) {
		w := newWorld(t)
		w.live(t, rapid.IntRange(1, 60).Draw(t, "before"))
		lags, held := lagging(t, w.Desk)
		lags.reach(t, w.seq(t))
		held.Lock() // it takes in nothing after
		t.Cleanup(held.Unlock)
		behind := w.seq(t)
		w.live(t, rapid.IntRange(0, 20).Draw(t, "after"))
		follows := start(t, w.Desk, Options{})
		follows.reach(t, w.seq(t))
		been := w.happened(t, behind)
		for range 40 {
			expr := ask(t, w.voc)
			if query.Only(expr, query.Content) != nil {
				continue
			}
			q, err := w.Bind(expr)
			if err != nil {
				t.Fatal(err)
			}
			var since time.Time
			if rapid.Bool().Draw(t, "since") {
				since = w.Clock.Now().Add(-time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
			}
			_, keys := w.truth(t, q)
			whole := map[inbox.ConversationID]bool{}
			for _, k := range keys {
				whole[k.ID] = true
			}
			want := arrivalsOf(t, w.Desk, q, since)
			for name, desk := range map[string]*inbox.Desk{"none": another(t, w.Desk, nil), "lags": lags.desk, "follows": follows.desk} {
				p, err := desk.Past(context.Background(), inbox.History{Query: q, Since: since})
				if err != nil {
					t.Fatal(err)
				}
				likely, err := p.Likely(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				found := map[inbox.MessageID]int{}
				for some, err := range p.All(context.Background()) {
					if err != nil {
						t.Fatal(err)
					}
					for i := range some.Arrived {
						found[some.Arrived[i].Message]++
						if some.Arrived[i].At.Before(since) {
							t.Fatalf("%s: %v is older than %v", name, some.Arrived[i].At, since)
						}
					}
				}
				for id, conv := range want {
					if found[id] != 1 {
						t.Fatalf("%s: %s matches message %d, which came %d times", name, query.Format(expr), id, found[id])
					}
					switch {
					case likely < 0:
					case name == "lags" && len(been[conv]) > 0:
						tails++
					default:
						hits++
					}
					if likely >= 0 && !whole[conv] {
						lone++
					}
				}
				if likely >= 0 {
					narrowed++
				}
			}
		}
	})
	t.Logf("%d narrowed, %d hits, %d of them behind the index, %d alone", narrowed, hits, tails, lone)
}

// An arrival matches though its conversation does not: what it must not have stands in another message, or the first is of another kind.
func TestPastOfConversationsThatDoNotMatch(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 30)
	first, then := d.Say("one", "anna", "et bibliotek"), d.Say("two", "bo", "et museum")
	then.Parent, then.Kind = "one", inbox.Mention
	d.Take(t, first)
	d.Take(t, then)
	x := start(t, d, Options{})
	x.reach(t, lastSeq(t, d))
	for s, want := range map[string]int{
		"bibliotek -museum": 1, "museum -bibliotek": 1, "museum kind:mention": 1, "bibliotek kind:mention": 0, "bibliotek museum": 0,
		"(museum or bibliotek) -(bibliotek museum)": 2, "museum -author:anna": 1,
	} {
		q, err := d.Bind(mustParse(t, s))
		if err != nil {
			t.Fatal(err)
		}
		p, err := x.desk.Past(context.Background(), inbox.History{Query: q})
		if err != nil {
			t.Fatal(err)
		}
		if likely, err := p.Likely(context.Background()); likely > 1 || likely < 0 || err != nil {
			t.Errorf("%s: %d conversations are likely, %v", s, likely, err)
		}
		n := 0
		for some, err := range p.All(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			for i := range some.Arrived {
				if q.Match(d.Document(&some.Arrived[i])) {
					n++
				}
			}
		}
		if n != want {
			t.Errorf("%s: %d arrivals, want %d", s, n, want)
		}
	}
}

// arrivalsOf decides on each message, the obvious way.
func arrivalsOf(t *rapid.T, d *inboxtest.Desk, q *query.Bound, since time.Time) map[inbox.MessageID]inbox.ConversationID {
	out := map[inbox.MessageID]inbox.ConversationID{}
	d.Read(t, func(tx inbox.Tx) error {
		var ids []inbox.ConversationID
		seen := map[inbox.ConversationID]bool{}
		err := tx.EachMessage(0, func(m inbox.Message) error {
			if !seen[m.Conversation] {
				seen[m.Conversation] = true
				ids = append(ids, m.Conversation)
			}
			return nil
		})
		if err != nil {
			return err
		}
		ts, err := tx.Threads(ids)
		for _, th := range ts {
			for i := range th.Msgs {
				m := &th.Msgs[i]
				if m.Direction == inbox.In && m.DeletedAt.IsZero() && !m.Aside && !m.At.Before(since) && q.Match(d.Document(th.Arrived(m))) {
					out[m.ID] = m.Conversation
				}
			}
		}
		return err
	})
	return out
}
