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

	"github.com/expr-lang/expr/vm"
)

// rules are so many rules, ready on both sides, with messages to decide.
type rules struct {
	bound    []*query.Bound
	set      *query.Set
	programs []*vm.Program
	docs     []*query.Doc
	messages []*message
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
		p, err := program(b)
		if err != nil {
			tb.Fatalf("%s: %v", rule.When, err)
		}
		r.bound, r.programs = append(r.bound, b), append(r.programs, p)
	}
	r.set = query.NewSet(r.bound)
	channels := []inbox.Channel{inbox.Facebook, inbox.Instagram, inbox.X}
	for i := range messages {
		in := &inbox.Incoming{Kind: inbox.Comment, Text: made.next()}
		d := inbox.Arrival(cutter, inbox.Account{ID: 1, Channel: channels[i%len(channels)]}, in, true)
		r.docs, r.messages = append(r.docs, d), append(r.messages, newMessage(d))
	}
	return r
}

// letters are the words as rulegen wants them: folded.
func letters(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = text.Fold(w)
	}
	return out
}

// theirs gives the rules that match a message, by the peer.
func (r *rules) theirs(tb testing.TB, machine *vm.VM, m *message, dst []int32) []int32 {
	tb.Helper()
	for i, p := range r.programs {
		yes, err := machine.Run(p, m)
		if err != nil {
			tb.Fatal(err)
		}
		if yes.(bool) {
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// Both sides decide every rule on every message alike.
func TestExprDecidesAlike(t *testing.T) {
	r := newRules(t, 400, 600)
	var machine vm.VM
	hits, yes := 0, map[int32]bool{}
	for i, d := range r.docs {
		ours := slices.Sorted(slices.Values(r.set.Match(d, nil)))
		theirs := r.theirs(t, &machine, r.messages[i], nil)
		if !slices.Equal(ours, theirs) {
			t.Fatalf("message %d: ours %v, expr %v", i, ours, theirs)
		}
		for _, id := range ours {
			hits++
			yes[id] = true
		}
	}
	t.Logf("%d hits of %d rules", hits, len(yes))
	if hits < 100 || len(yes) < 40 {
		t.Errorf("only %d hits of %d rules: the two agree about nothing much", hits, len(yes))
	}
}

// BenchmarkRules decides so many rules on messages that are cut already. An iteration is a stretch of each side.
func BenchmarkRules(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRules(b, n, 2000)
			var machine vm.VM
			var hits []int32
			var ours, theirs side
			next := 0
			for b.Loop() {
				ours.time(len(r.docs), func() {
					for _, d := range r.docs {
						hits = r.set.Match(d, hits[:0])
					}
				})
				some := max(1, 20_000/n)
				theirs.time(some, func() {
					for range some {
						hits = r.theirs(b, &machine, r.messages[next%len(r.messages)], hits[:0])
						next++
					}
				})
			}
			report(b, "messages/s", &ours, "expr", &theirs)
		})
	}
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
