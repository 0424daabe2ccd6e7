package bench

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lytter/classify"
	"lytter/classify/rulegen"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/inbox/text/alike"
)

// rules are so many rules, with messages to decide.
type rules struct {
	cutter     *text.Cutter
	data       []byte // the file
	bound      []*query.Bound
	set        *query.Set
	classifier *classify.Classifier
	texts      []string
	docs       []*query.Doc // what was made of them

	doc     query.Doc // room for one more
	verdict inbox.Verdict
}

func account(i int) inbox.Account { return inbox.Account{ID: 1, Channel: inbox.Channels()[i%3]} }

// peer decides rules in its own way.
type peer interface {
	// matches appends the numbers of the rules that match the i-th message, ascending.
	matches(tb testing.TB, i int, dst []int32) []int32
}

func newRules(tb testing.TB, n, messages int) *rules {
	tb.Helper()
	r := &rules{cutter: text.NewCutter(0)}
	made := newTexts(1, 100_000)
	var err error
	if r.data, err = rulegen.Rules(r.cutter, 1, letters(made.words), n); err != nil {
		tb.Fatal(err)
	}
	r.compile(tb)
	file, err := classify.Load(r.data)
	if err != nil {
		tb.Fatal(err)
	}
	for _, rule := range file.Rules {
		e, err := query.Parse(rule.When)
		if err != nil {
			tb.Fatal(err)
		}
		b, err := query.Bind(e, query.Env{Cutter: r.cutter})
		if err != nil {
			tb.Fatal(err)
		}
		r.bound = append(r.bound, b)
	}
	r.set = query.NewSet(r.bound)
	for i := range messages {
		in := &inbox.Incoming{Kind: inbox.Comment, Text: made.next()}
		r.texts = append(r.texts, in.Text)
		r.docs = append(r.docs, inbox.Arrival(r.cutter, account(i), in, true))
	}
	return r
}

// compile makes a classifier of the file, as the desk does when rules are published.
func (r *rules) compile(tb testing.TB) {
	tb.Helper()
	var setup inbox.Setup
	for i, name := range rulegen.Topics() {
		setup.Topics = append(setup.Topics, inbox.Topic{ID: inbox.TopicID(i + 1), Name: name})
	}
	for i, name := range rulegen.Queues() {
		setup.Queues = append(setup.Queues, inbox.Queue{ID: inbox.QueueID(i + 1), Name: name})
	}
	c, err := (&classify.Rules{Cutter: r.cutter}).Compile(&inbox.RuleSet{Version: 1, Bytes: r.data}, inbox.NewDirectory(setup))
	if err != nil {
		tb.Fatal(err)
	}
	r.classifier = c.(*classify.Classifier)
}

// decide goes from the i-th text to its verdict with its reasons: cuts it and asks the rules.
func (r *rules) decide(i int) {
	d := &r.doc
	d.Reset()
	d.AddWord(query.Channel, query.Code(query.Channel, string(account(i).Channel)))
	d.AddText(query.Text, query.Passage{Tokens: r.cutter.Cut(d.Room(query.Text), r.texts[i])})
	r.classifier.ClassifyInto(&r.verdict, d)
}

// arrive does all that the desk does with a text before it is stored: beside decide, numbers of persons are covered, language, sentiment and
// the other signals are read, and it is made ready to be compared with those that say nearly the same.
func (r *rules) arrive(i int) {
	in := inbox.Incoming{Kind: inbox.Comment, Text: r.texts[i]}
	inbox.ArrivalInto(&r.doc, r.cutter, nil, account(i), &in, true)
	sketch = alike.Of(r.doc.Texts[query.Text][0].Tokens)
	r.classifier.ClassifyInto(&r.verdict, &r.doc)
}

var sketch alike.Sketch // so that making one is not left out

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

// BenchmarkRules decides so many rules on messages, and prints a table. An iteration is a stretch of each side. Times are the processor's, and
// so rates are one core's, whatever else the machine does.
func BenchmarkRules(b *testing.B) {
	table := [][]string{{
		"rules", "hits a message", "match", "cut and decided", "with signals", "expr", "ratio", "CEL", "ratio", "a Bleve query per rule", "ratio", "reload, ms of processor",
	}}
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRules(b, n, 2000)
			for i := range r.docs { // what can be learned, is
				r.set.Match(r.docs[i], nil)
				r.decide(i)
			}
			peers := []*contestant{
				{name: "expr", peer: newExprs(b, r), some: max(1, 20_000/n)},
				{name: "CEL", some: max(1, 5_000/n)},
				{name: "bleve", peer: newBleves(b, r), some: max(1, 1000/n)},
			}
			if n <= 10_000 { // to keep the run short
				peers[1].peer = newCELs(b, r)
			}
			var match, decided, arrived, reload side
			var out []int32
			hits := 0
			for b.Loop() {
				hits = 0
				match.each(len(r.docs), func(i int) {
					out = r.set.Match(r.docs[i], out[:0])
					hits += len(out)
				})
				decided.each(len(r.texts), r.decide)
				arrived.each(len(r.texts), r.arrive)
				for _, p := range peers {
					p.stretch(b, len(r.docs))
				}
			}
			reload.each(3, func(int) {
				r.data = append(r.data, '\n') // another file
				r.compile(b)
			})
			row := []string{
				fmt.Sprint(n), fmt.Sprintf("%.2f", float64(hits)/float64(len(r.docs))), figure(match.rate()), figure(decided.rate()),
				figure(arrived.rate()),
			}
			b.ReportMetric(match.rate(), "messages/s")
			b.ReportMetric(decided.rate(), "decided/s")
			b.ReportMetric(arrived.rate(), "arrived/s")
			for _, p := range peers {
				if p.peer == nil {
					row = append(row, "–", "–")
					continue
				}
				row = append(row, figure(p.rate()), figure(match.rate()/p.rate()))
				b.ReportMetric(p.rate(), p.name+"-messages/s")
				b.ReportMetric(match.rate()/p.rate(), p.name+"-ratio")
			}
			b.ReportMetric(1000/reload.rate(), "reload-ms")
			b.ReportMetric(0, "ns/op")
			table = append(table, append(row, figure(1000/reload.rate())))
		})
	}
	var out strings.Builder
	for i, row := range table {
		fmt.Fprintf(&out, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			out.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	b.Log("\n" + out.String())
}

// figure writes three digits of a number.
func figure(v float64) string {
	digits := math.Pow(10, math.Floor(math.Log10(v))-2)
	if v = math.Round(v/digits) * digits; v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
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
	if c.peer == nil {
		return
	}
	c.each(c.some, func(int) {
		c.hits = c.peer.matches(tb, c.next%messages, c.hits[:0])
		c.next++
	})
}

// side is what one of several has done.
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

// each runs f so many times, in time of the processor. What was left behind before is not swept on its account.
func (s *side) each(n int, f func(i int)) {
	runtime.GC()
	begun := processor()
	for i := range n {
		f(i)
	}
	s.took += processor() - begun
	s.n += n
}

// processor is the time that this process has spent on processors.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
