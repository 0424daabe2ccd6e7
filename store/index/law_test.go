package index

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text/signal"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestLaw6_Search: for whatever has happened at a desk, a search finds exactly what the matcher says of the documents at that position
// of the log, by every road (live, index, scan), with changes that the index has not seen, with those that it is just taking in, and
// with none; whole and page by page.
func TestLaw6_Search(t *testing.T) {
	var seen tally
	var met pairs
	roads := map[inbox.Road]int{}
	tails, exact := 0, 0
	lacks := func() []string {
		out := append(seen.lacks(), met.lacks()...)
		for _, r := range []inbox.Road{inbox.RoadIndex, inbox.RoadLive, inbox.RoadScan} {
			if roads[r] == 0 {
				out = append(out, fmt.Sprintf("no search took the road %s", r))
			}
		}
		if tails == 0 {
			out = append(out, "no search had a tail")
		}
		return out
	}
	checkAll(t, lacks, func(t *rapid.T) {
		w := newWorld(t)
		w.live(t, rapid.IntRange(1, 60).Draw(t, "before"))
		follows := start(t, w.Desk, Options{})
		follows.reach(t, w.seq(t))
		lags, held := lagging(t, w.Desk)
		lags.reach(t, w.seq(t))
		held.Lock() // it has taken in what is there, and takes in nothing after
		t.Cleanup(held.Unlock)
		behind := w.seq(t)
		w.live(t, rapid.IntRange(0, 20).Draw(t, "after"))
		scans, lives := another(t, w.Desk, nil), another(t, w.Desk, nil)
		running(t, "hub", lives.Hub().Run)
		<-lives.Hub().Loaded()

		for range 50 {
			expr, q := w.ask(t, &seen)
			_, want := w.truth(t, q)
			w.meet(t, &met, want, behind)
			for _, by := range []struct {
				what string
				desk *inbox.Desk
			}{{"scan", scans}, {"live", lives}, {"index that lags", lags.desk}, {"index that follows", follows.desk}} {
				hits := search(t, by.desk, q, rapid.SampledFrom([]int{3, 1000}).Draw(t, "page"))
				roads[hits.Explain.Road]++
				if hits.Explain.Road == inbox.RoadIndex && hits.Explain.Tail > 0 {
					tails++
				}
				if hits.Explain.Exact {
					exact++
				}
				same(t, by.what+": "+expr, hits.Keys, want)
			}
		}
		if r := lags.open(t); r.Seq() != behind {
			t.Fatalf("the index that lags is at %d, not %d", r.Seq(), behind)
		}
		follows.reach(t, w.seq(t))
		w.been = nil // none of them is in the tail any more
		for range 20 {
			expr, q := w.ask(t, &seen)
			_, want := w.truth(t, q)
			w.meet(t, &met, want, w.seq(t))
			hits := search(t, follows.desk, q, 1000)
			same(t, "at rest: "+expr, hits.Keys, want)
			r := follows.open(t)
			got, sure := walkSure(t, r, q, inbox.Key{})
			agree(t, "at rest: "+expr, got, sure, want)
		}
	})
	seen.log(t)
	met.log(t)
	t.Logf("%7d  searches by each road: %v; %d by the index had a tail, %d were decided by it alone", seen.asked, roads, tails, exact)
}

// meet counts a query beside all conversations.
func (w *world) meet(t *rapid.T, met *pairs, want []inbox.Key, behind inbox.Seq) {
	t.Helper()
	if w.been == nil {
		w.been = w.happened(t, behind)
	}
	for _, k := range w.keys {
		met.count(slices.Contains(want, k), w.been[k.ID])
	}
}

// lagging starts an index that reads nothing while it is held.
func lagging(t *rapid.T, d *inboxtest.Desk) (indexed, *sync.RWMutex) {
	var held sync.RWMutex
	return startWith(t, d, Options{}, func(tx inbox.Tx, ids []inbox.ConversationID) ([]*query.Doc, []inbox.Key, error) {
		held.RLock()
		defer held.RUnlock()
		return d.Documents(tx, ids)
	}), &held
}

// ask makes a query, if it can one that tells conversations apart, and counts it.
func (w *world) ask(t *rapid.T, seen *tally) (string, *query.Bound) {
	for try := 0; ; try++ {
		expr := ask(t, w.voc)
		if rapid.IntRange(0, 4).Draw(t, "live") == 0 {
			expr = query.Both(query.Term{Field: query.Is, Values: []string{"open", "snoozed"}}, expr)
		}
		s := query.Format(expr)
		q, err := w.Seat(t, rapid.SampledFrom([]inbox.UserID{w.Anna, w.Carl, w.Dorte}).Draw(t, "who")).Bind(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		docs, want := w.truth(t, q)
		if try < 2 && (len(want) == 0 || len(want) == docs) {
			continue
		}
		seen.count(expr, len(want), docs)
		return s, q
	}
}

// search asks for all there is, a page at a time.
func search(t *rapid.T, d *inbox.Desk, q *query.Bound, size int) (all inbox.Hits) {
	t.Helper()
	p := inbox.Page{Size: size}
	for {
		hits, err := d.Search(context.Background(), q, p)
		if err != nil {
			t.Fatal(err)
		}
		if hits.Incomplete != nil {
			t.Fatalf("a search of a few conversations was cut: %v", hits.Incomplete)
		}
		all.Keys, all.Explain = append(all.Keys, hits.Keys...), hits.Explain
		if len(hits.Keys) < size {
			return all
		}
		p.Before = hits.Keys[len(hits.Keys)-1]
	}
}

func same(t failer, what string, got, want []inbox.Key) {
	t.Helper()
	if d := cmp.Diff(want, got); len(got)+len(want) > 0 && d != "" {
		t.Fatalf("%s: -matches +found\n%s", what, d)
	}
}

// world is a desk to which things happen.
type world struct {
	*inboxtest.Desk
	voc  querytest.Vocabulary
	said []string // remote ids of messages
	late []string // of messages that were answered and did not come yet
	n    int

	been map[inbox.ConversationID][]string // what has happened to each; nil: not read
	docs []*query.Doc                      // of all conversations, newest first, as they are now; nil: not read
	keys []inbox.Key
}

func newWorld(t *rapid.T, opts ...inboxtest.Option) *world {
	w := &world{voc: querytest.Danish()}
	verdict := func(d *query.Doc) (v inbox.Verdict) { // whatever has three words or more is about bicycles
		v.Version = 1
		for _, p := range d.Texts[query.Text] {
			if len(p.Tokens) > 2 {
				v.Tags = []inbox.RuleTag{{Topic: w.Cykel, Rule: "cykelveje"}}
				v.Queue, v.QueueBy = w.Teknik, "cykelveje"
			}
		}
		return v
	}
	rules := func(c *inbox.Config) { c.Rules = inboxtest.NoRules{Verdict: verdict} }
	w.Desk = inboxtest.New(t, append(opts, rules)...)
	w.voc.Names = map[query.Field][]string{
		query.Topic: {"vej", "vej/cykel"}, query.Queue: {"Borgerservice", "Teknik og Miljø", "Fremtidens bibliotek"},
		query.Assignee: {"anna", "bo", "carl"}, query.Account: {"byen", "byen-x"}, query.Why: {"cykelveje"},
	}
	if err := w.PublishRules(context.Background(), &inbox.RuleSet{Bytes: []byte("rules")}, w.Carl); err != nil {
		t.Fatal(err)
	}
	return w
}

// live lets n things happen.
func (w *world) live(t *rapid.T, n int) {
	t.Helper()
	w.docs, w.been = nil, nil
	for range n {
		w.Clock.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "pause")) * time.Minute)
		what := rapid.SampledFrom([]string{
			"comment", "comment", "comment", "comment", "copy", "copy", "answer", "answer", "orphan", "orphan", "late", "late", "late", "direct", "edit", "delete", "hide", "ours",
			"tag", "untag", "close", "snooze", "assign", "note", "escalate", "priority", "take", "release", "reopen", "draft", "reply", "correct", "tick",
		}).Draw(t, "what")
		if err := w.happen(t, what); err != nil {
			switch inbox.CodeOf(err) {
			case inbox.Conflict, inbox.NotFound, inbox.Invalid, inbox.Forbidden: // not possible as things stand
			default:
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
}

func (w *world) happen(t *rapid.T, what string) error {
	ctx := context.Background()
	switch what {
	case "comment", "copy", "answer", "orphan", "late", "direct", "edit", "delete", "hide", "ours":
		_, err := w.Ingest(ctx, inbox.Batch{Items: []inbox.Incoming{w.incoming(t, what)}})
		return err
	case "tick":
		return w.Tick(ctx)
	}
	id, ok := w.any(t)
	if !ok {
		return nil
	}
	seat := w.Seat(t, rapid.SampledFrom([]inbox.UserID{w.Anna, w.Bo, w.Carl}).Draw(t, "seat"))
	topic := rapid.SampledFrom([]inbox.TopicID{w.Vej, w.Cykel}).Draw(t, "topic")
	switch what {
	case "tag":
		return seat.Tag(ctx, id, topic)
	case "untag":
		return seat.Untag(ctx, id, topic)
	case "close":
		return seat.Close(ctx, id, rapid.SampledFrom(inbox.CloseReasons()).Draw(t, "reason"))
	case "snooze":
		return seat.Snooze(ctx, id, w.Clock.Now().Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "for"))*time.Minute))
	case "assign":
		return seat.Assign(ctx, id, rapid.SampledFrom([]inbox.UserID{0, w.Anna, w.Bo}).Draw(t, "to"))
	case "note":
		return seat.Note(ctx, id, w.words(t))
	case "escalate":
		return seat.Escalate(ctx, id, rapid.SampledFrom([]inbox.QueueID{w.Borger, w.Bibliotek}).Draw(t, "queue"), w.words(t))
	case "priority":
		return seat.Prioritise(ctx, id, rapid.SampledFrom([]inbox.Priority{inbox.Low, inbox.High, inbox.Urgent}).Draw(t, "priority"))
	case "take":
		return seat.Take(ctx, id)
	case "release":
		return seat.Release(ctx, id)
	case "reopen":
		return seat.Reopen(ctx, id)
	case "draft":
		return seat.SaveDraft(ctx, inbox.Draft{Conversation: id, Text: rapid.SampledFrom([]string{"", "et svar"}).Draw(t, "draft")})
	case "reply":
		return w.reply(t, seat, id)
	case "correct":
		thing, value, _ := signal.ParseWord(rapid.SampledFrom(signal.Words()).Draw(t, "what it shows"))
		return seat.Correct(ctx, id, 0, thing, value)
	}
	return fmt.Errorf("nothing is called %s", what)
}

// reply answers, and lets the answer get as far as chance will have it.
func (w *world) reply(t *rapid.T, seat *inbox.Seat, id inbox.ConversationID) error {
	ctx := context.Background()
	out, err := seat.Reply(ctx, inbox.Reply{Conversation: id, Text: "svar: " + w.words(t), ThenClose: rapid.Bool().Draw(t, "then close")})
	if err != nil || rapid.Bool().Draw(t, "waits") {
		return err
	}
	w.Clock.Add(time.Minute)
	got, err := w.Claim(ctx, out.Account, "test")
	if err != nil || got == nil {
		return err
	}
	if err := w.Begin(ctx, got.ID, "test"); err != nil {
		return err
	}
	w.n++
	f := inbox.Fate{State: rapid.SampledFrom([]inbox.OutgoingState{inbox.Sent, inbox.Retry, inbox.Unknown, inbox.Sending}).Draw(t, "fate")}
	switch f.State {
	case inbox.Sending:
		return nil // it is never heard of again
	case inbox.Sent:
		f.Remote = inbox.RemoteID(fmt.Sprintf("ours-%d", w.n))
		w.said = append(w.said, string(f.Remote))
	default:
		f.Reason = inbox.Why("unknown.interrupted")
	}
	return w.Settle(ctx, got.ID, f)
}

func (w *world) words(t *rapid.T) string { return w.voc.Text().Draw(t, "text") + " ." }

// copies are texts that are like those of the same kind, and show something by themselves.
var copies = []string{
	"Det brænder i opgangen på Istedgade!", "Det brænder i opgangen på Istedgade!",
	"Vi kræver et lyskryds ved skolen nu, hvorfor svarer I aldrig? Hilsen Anna", "Vi kræver et lyskryds ved skolen nu, hvorfor svarer I aldrig? Hilsen Bo",
}

// incoming makes something that a platform tells.
func (w *world) incoming(t *rapid.T, what string) inbox.Incoming {
	w.n++
	who := rapid.IntRange(0, 5).Draw(t, "author")
	in := inbox.Incoming{
		Account: w.Facebook, Event: inbox.Posted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: inbox.RemoteID(fmt.Sprintf("m%d", w.n)),
		Context: "post", Text: w.words(t), At: w.Clock.Now().Add(-time.Duration(rapid.IntRange(0, 4000).Draw(t, "ago")) * time.Minute),
		Observed: w.Clock.Now(),
	}
	if who > 0 {
		in.Author = &inbox.Author{
			Remote: inbox.RemoteID(fmt.Sprintf("a%d", who)), Followers: int64(rapid.SampledFrom([]int{-1, 0, 3, 100, 5000, 12_000}).Draw(t, "followers")),
			Name:   rapid.SampledFrom(append(w.voc.Words, "")).Draw(t, "name"),
			Handle: rapid.SampledFrom(append(w.voc.Handle, "")).Draw(t, "handle"),
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "media") == 0 {
		in.Media = []inbox.Media{{Type: "image"}}
	}
	known := inbox.RemoteID("none")
	if len(w.said) > 0 {
		known = inbox.RemoteID(rapid.SampledFrom(w.said).Draw(t, "known"))
	}
	switch what {
	case "copy": // what is passed round
		in.Text = rapid.SampledFrom(copies).Draw(t, "copy")
	case "comment":
		in.Kind = rapid.SampledFrom([]inbox.Kind{inbox.Comment, inbox.Mention, inbox.Review, inbox.Post}).Draw(t, "kind")
		if rapid.IntRange(0, 2).Draw(t, "x") == 0 {
			in.Account, in.Context = w.X, ""
		}
	case "answer":
		in.Parent = known
	case "orphan":
		in.Parent = inbox.RemoteID(fmt.Sprintf("late%d", w.n))
		w.late = append(w.late, string(in.Parent))
	case "late":
		if len(w.late) > 0 {
			in.Remote = inbox.RemoteID(w.late[0])
			w.late = w.late[1:]
			if rapid.IntRange(0, 3).Draw(t, "below") > 0 { // two conversations become one
				in.Parent = known
			}
		}
	case "direct":
		in.Kind, in.Context, in.Thread = inbox.Direct, "", inbox.RemoteID(fmt.Sprintf("dm%d", who))
	case "edit":
		in.Event, in.Remote = inbox.Edited, known
	case "delete":
		in.Event, in.Remote = inbox.Deleted, known
		return in
	case "hide":
		in.Event, in.Remote = rapid.SampledFrom([]inbox.Event{inbox.Hid, inbox.Unhid}).Draw(t, "hide"), known
		return in
	case "ours":
		in.FromUs, in.Parent, in.Author = true, known, nil
	}
	if !slices.Contains(w.said, string(in.Remote)) {
		w.said = append(w.said, string(in.Remote))
	}
	return in
}

// any gives one of the conversations.
func (w *world) any(t *rapid.T) (id inbox.ConversationID, ok bool) {
	var stamps []inbox.Stamp
	w.Read(t, func(tx inbox.Tx) (err error) {
		stamps, err = tx.Newest(inbox.Key{}, 30)
		return err
	})
	if len(stamps) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(stamps).Draw(t, "conversation").ID, true
}

func (w *world) seq(t *rapid.T) inbox.Seq { return lastSeq(t, w.Desk) }

// truth says which conversations match, of how many: by looking at them all.
func (w *world) truth(t *rapid.T, q *query.Bound) (of int, want []inbox.Key) {
	t.Helper()
	if w.docs == nil {
		w.Read(t, func(tx inbox.Tx) error {
			stamps, err := tx.Newest(inbox.Key{}, 10_000)
			if err != nil {
				return err
			}
			var ids []inbox.ConversationID
			for _, s := range stamps {
				ids = append(ids, s.ID)
			}
			w.docs, w.keys, err = w.Documents(tx, ids)
			return err
		})
	}
	for i, d := range w.docs {
		if spec(q.Root, d) != q.Match(d) {
			t.Fatalf("the matcher says %v of %v", q.Match(d), d)
		}
		if q.Match(d) {
			want = append(want, w.keys[i])
		}
	}
	return len(w.docs), want
}
