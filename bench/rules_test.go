package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lytter/classify"
	"lytter/classify/rulegen"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// rules are so many rules, with messages to decide.
type rules struct {
	bound []*query.Bound
	set   *query.Set
	docs  []*query.Doc
}

// peer decides rules in its own way.
type peer interface {
	// matches appends the numbers of the rules that match the i-th message, ascending.
	matches(tb testing.TB, i int, dst []int32) []int32
}

func newRules(tb testing.TB, n, messages int) *rules {
	tb.Helper()
	cutter := text.NewCutter(0)
	made := newTexts(1, 20_000)
	data, err := rulegen.Rules(cutter, 1, letters(made.words), n)
	if err != nil {
		tb.Fatal(err)
	}
	file, err := classify.Load(data)
	if err != nil {
		tb.Fatal(err)
	}
	r := &rules{}
	for _, rule := range file.Rules {
		e, err := query.Parse(rule.When)
		if err != nil {
			tb.Fatal(err)
		}
		b, err := query.Bind(e, query.Env{Cutter: cutter})
		if err != nil {
			tb.Fatal(err)
		}
		r.bound = append(r.bound, b)
	}
	r.set = query.NewSet(r.bound)
	channels := []inbox.Channel{inbox.Facebook, inbox.Instagram, inbox.X}
	for i := range messages {
		in := &inbox.Incoming{Kind: inbox.Comment, Text: made.next()}
		r.docs = append(r.docs, inbox.Arrival(cutter, inbox.Account{ID: 1, Channel: channels[i%len(channels)]}, in, true))
	}
	return r
}

func (r *rules) messages() []*message {
	out := make([]*message, len(r.docs))
	for i, d := range r.docs {
		out[i] = newMessage(d)
	}
	return out
}

// letters are the words as rulegen wants them: folded.
func letters(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = text.Fold(w)
	}
	return out
}

// All peers decide every rule on every message alike.
func TestPeersDecideAlike(t *testing.T) {
	r := newRules(t, 400, 600)
	hits, yes := 0, map[int32]bool{}
	for name, p := range map[string]peer{"expr": newExprs(t, r), "cel": newCELs(t, r), "bleve": newBleves(t, r)} {
		t.Run(name, func(t *testing.T) {
			some := len(r.docs)
			if name == "bleve" { // an index each
				some /= 10
			}
			for i := range some {
				ours := r.set.Match(r.docs[i], nil)
				if theirs := p.matches(t, i, nil); !slices.Equal(ours, theirs) {
					t.Fatalf("message %d: ours %v, theirs %v", i, ours, theirs)
				}
				for _, id := range ours {
					hits++
					yes[id] = true
				}
			}
		})
	}
	t.Logf("%d hits of %d rules", hits, len(yes))
	if hits < 200 || len(yes) < 40 {
		t.Errorf("only %d hits of %d rules: they agree about nothing much", hits, len(yes))
	}
}

// BenchmarkRules decides so many rules on messages that are cut already. An iteration is a stretch of each side.
func BenchmarkRules(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRules(b, n, 2000)
			peers := []*contestant{
				{name: "expr", peer: newExprs(b, r), some: max(1, 20_000/n)},
				{name: "bleve", peer: newBleves(b, r), some: max(1, 1000/n)},
			}
			if n <= 10_000 { // a hundred thousand of its programs take minutes and gigabytes to make
				peers = append(peers, &contestant{name: "cel", peer: newCELs(b, r), some: max(1, 5_000/n)})
			}
			var ours side
			var hits []int32
			for b.Loop() {
				ours.time(len(r.docs), func() {
					for _, d := range r.docs {
						hits = r.set.Match(d, hits[:0])
					}
				})
				for _, p := range peers {
					p.stretch(b, len(r.docs))
				}
			}
			b.ReportMetric(ours.rate(), "messages/s")
			for _, p := range peers {
				b.ReportMetric(p.rate(), p.name+"-messages/s")
				b.ReportMetric(ours.rate()/p.rate(), p.name+"-ratio")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// contestant is a peer in a race.
type contestant struct {
	side
	name string
	peer peer
	some int // messages of a stretch
	next int
	hits []int32
}

func (c *contestant) stretch(tb testing.TB, messages int) {
	tb.Helper()
	c.time(c.some, func() {
		for range c.some {
			c.hits = c.peer.matches(tb, c.next%messages, c.hits[:0])
			c.next++
		}
	})
}

// side is what one of two has done.
type side struct {
	n    int
	took time.Duration
}

// time runs f, which does n things.
func (s *side) time(n int, f func()) {
	begun := time.Now()
	f()
	s.took += time.Since(begun)
	s.n += n
}

func (s *side) rate() float64 { return float64(s.n) / s.took.Seconds() }

// report prints both rates and ours over the peer's, instead of the time of an iteration, which is of no use.
func report(b *testing.B, unit string, ours *side, peer string, theirs *side) {
	b.Helper()
	b.ReportMetric(ours.rate(), unit)
	b.ReportMetric(theirs.rate(), peer+"-"+unit)
	b.ReportMetric(ours.rate()/theirs.rate(), "ratio")
	b.ReportMetric(0, "ns/op")
}
