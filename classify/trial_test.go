package classify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/internal/leak"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

// lab is a desk with rules, and a lab.
func lab(c *inbox.Config) {
	r := &Rules{Cutter: c.Cutter}
	c.Rules, c.Lab = r, r
}

// past is a desk with messages of many days in it: several in a conversation, some deleted, some ours, some by nobody that is shown.
func past(t *testing.T, n int) *inboxtest.Desk {
	t.Helper()
	ctx := context.Background()
	d := inboxtest.New(t, lab)
	v := querytest.Danish()
	err := d.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		if err := tx.PutTopic(&inbox.Topic{Parent: d.Vej, Name: "huller"}); err != nil {
			return err
		}
		return tx.PutTopic(&inbox.Topic{Name: "bibliotek"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, uint64(n)))
	begin := d.Clock.Now()
	var items []inbox.Incoming
	for i := range n {
		words := make([]string, 1+r.IntN(6))
		for j := range words {
			words[j] = v.Words[r.IntN(len(v.Words))]
		}
		in := d.Say(fmt.Sprint("m", i), fmt.Sprint("p", r.IntN(40)), strings.Join(words, " "))
		in.At = begin.Add(time.Duration(i) * 40 * 24 * time.Hour / time.Duration(n))
		in.Kind = []inbox.Kind{inbox.Comment, inbox.Comment, inbox.Direct, inbox.Post}[r.IntN(4)]
		if k := r.IntN(3 * max(i, 1)); k < i && i > 0 { // an answer to what came before
			in.Parent = inbox.RemoteID(fmt.Sprint("m", k))
		}
		switch r.IntN(12) {
		case 0:
			in.Account, in.Context = d.X, ""
		case 1:
			in.Author = nil
		case 2:
			in.FromUs = true
		case 3:
			in.Media = []inbox.Media{{Type: "image"}}
		}
		in.AccountRemote = ""
		items = append(items, in)
	}
	d.Clock.Add(40 * 24 * time.Hour)
	for part := range slices.Chunk(items, 500) {
		d.Take(t, part...)
	}
	for i := 0; i < n; i += 17 {
		gone := d.Say(fmt.Sprint("m", i), "p", "")
		gone.Event, gone.Observed = inbox.Deleted, d.Clock.Now()
		d.Take(t, gone)
	}
	return d
}

// ownNames is the vocabulary of queries with the accounts of a desk for tests.
func ownNames() querytest.Vocabulary {
	v := querytest.Danish()
	v.Names[query.Account] = []string{"byen", "byen-x"}
	return v
}

// arrivals are all that rules could match, the obvious way.
func arrivals(t *testing.T, d *inboxtest.Desk) (out []inbox.Arrived) {
	t.Helper()
	d.Read(t, func(tx inbox.Tx) error {
		var of []inbox.Message
		if err := tx.EachMessage(0, func(m inbox.Message) error {
			if m.Direction == inbox.In && m.DeletedAt.IsZero() && !m.Aside {
				of = append(of, m)
			}
			return nil
		}); err != nil {
			return err
		}
		for i := range of {
			th, err := tx.Threads([]inbox.ConversationID{of[i].Conversation})
			if err != nil {
				return err
			}
			out = append(out, *th[0].Arrived(&of[i]))
		}
		return nil
	})
	return out
}

// begin begins a trial.
func begin(t interface{ Fatal(...any) }, d *inboxtest.Desk, tr inbox.Trial) *inbox.Tryout {
	out, err := d.Lab.Try(d.Desk, tr)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// last runs a trial to its end.
func last(t interface{ Fatal(...any) }, d *inboxtest.Desk, tr inbox.Trial) (out *inbox.Tried) {
	for res, err := range begin(t, d, tr).Results(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		out = res
	}
	return out
}

// TestBacktestIsEachArrival: whatever the query, the time and the rules beside those in force, what a backtest counts in the end is what
// deciding each stored arrival by itself gives; and it says no more than it knows on the way.
func TestBacktestIsEachArrival(t *testing.T) {
	d := past(t, 400)
	all := arrivals(t, d)
	if len(all) < 300 {
		t.Fatalf("only %d arrivals", len(all))
	}
	v := ownNames()
	hits, changed, moves, others := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		env := query.Env{Now: time.Unix(0, 0).UTC(), Names: d.Directory(), Cutter: d.Cutter}
		live, next := drawRules(t, v), drawRules(t, v)
		if err := d.PublishRules(context.Background(), &inbox.RuleSet{Bytes: []byte(live.file)}, d.Carl); err != nil {
			t.Fatal(err)
		}
		c, err := d.Lab.(*Rules).compare(d.Directory().Rules, []byte(next.file), d.Directory())
		if err != nil {
			t.Fatal(err)
		}
		tr := inbox.Trial{Rules: []byte(next.file), Newest: 1000, Sample: rapid.SampledFrom([]int{0, -1, 64}).Draw(t, "sample")}
		if rapid.Bool().Draw(t, "since") {
			tr.Since = d.Clock.Now().Add(-time.Duration(rapid.IntRange(0, 1000).Draw(t, "hours")) * time.Hour)
		}
		want, days, queues := map[string]int64{}, map[int64]int64{}, map[inbox.QueueID]int64{}
		for i := range all {
			a := &all[i]
			if a.At.Before(tr.Since) {
				continue
			}
			doc := d.Document(a)
			old, young := live.verdict(t, env, d.Directory(), doc), next.verdict(t, env, d.Directory(), doc)
			young.Version++ // to tell them apart
			differs := compared(want, old, young)
			if !c.touched.Match(doc) {
				if differs {
					t.Fatalf("%q is decided otherwise, and no rule that differs matches it\n%s\n%s", a.Text, live.file, next.file)
				}
				continue
			}
			want["hits"]++
			if differs {
				want["changed"]++
			}
			days[midnight(a.At).Unix()]++
			queues[young.Queue]++
		}
		res := last(t, d, tr)
		got := map[string]int64{}
		for _, x := range res.Topics {
			got[fmt.Sprint("topic ", x.Topic, x.Rule, x.Adds)] += x.N
		}
		for _, x := range res.Moves {
			got[fmt.Sprint("queue ", x.From, x.To)] += x.N
			moves++
		}
		for _, x := range res.Priorities {
			got[fmt.Sprint("priority ", x.From, x.To)] += x.N
		}
		for _, x := range res.Others {
			got[fmt.Sprint("other ", x.Set, x.Name, x.Rule, x.Adds)] += x.N
			others++
		}
		for k, n := range map[string]int64{"hits": res.Hits.N, "changed": res.Changed.N} {
			if n > 0 {
				got[k] = n
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || !res.Exact || !res.Hits.Exact {
			t.Fatalf("%s\n%s\n%s", live.file, next.file, diff)
		}
		for _, day := range res.Days {
			if day.N != days[day.Start.Unix()] {
				t.Fatalf("%d hits on %v, want %d", day.N, day.Start, days[day.Start.Unix()])
			}
			delete(days, day.Start.Unix())
		}
		if diff := cmp.Diff(queues, res.Queues); len(queues) > 0 && diff != "" || len(days) > 0 {
			t.Fatalf("%s %v", diff, days)
		}
		newer := func(a, b inbox.TriedHit) int { return b.At.Compare(a.At) }
		if int64(len(res.Newest)) != res.Changed.N || !slices.IsSortedFunc(res.Newest, newer) {
			t.Fatalf("%d of the newest, of %d", len(res.Newest), res.Changed.N)
		}
		hits += int(res.Hits.N)
		changed += int(res.Changed.N)
	})
	if hits < 100 || changed < 50 || moves < 5 || others < 5 {
		t.Errorf("%d hits, %d changed, %d moves, %d others: the property says little", hits, changed, moves, others)
	}
}

// compared notes how two verdicts differ.
func compared(to map[string]int64, old, young inbox.Verdict) (differs bool) {
	note := func(k string) {
		to[k]++
		differs = true
	}
	for _, x := range young.Tags {
		if !tagged(&old, x.Topic) {
			note(fmt.Sprint("topic ", x.Topic, x.Rule, true))
		}
	}
	for _, x := range old.Tags {
		if !tagged(&young, x.Topic) {
			note(fmt.Sprint("topic ", x.Topic, x.Rule, false))
		}
	}
	if old.Queue != young.Queue {
		note(fmt.Sprint("queue ", old.Queue, young.Queue))
	}
	for _, x := range [][2]inbox.Verdict{{young, old}, {old, young}} {
		a, b, adds := x[0], x[1], x[0].Version == young.Version
		if a.QueueOnly && !b.QueueOnly {
			note(fmt.Sprint("other ", inbox.SetQueueOnly, "", a.QueueBy, adds))
		}
		if a.RedBy != "" && b.RedBy == "" {
			note(fmt.Sprint("other ", inbox.SetRedLane, "", a.RedBy, adds))
		}
		if a.SpamBy != "" && b.SpamBy == "" {
			note(fmt.Sprint("other ", inbox.SetSpam, "", a.SpamBy, adds))
		}
		for _, p := range a.Proposals {
			if !slices.ContainsFunc(b.Proposals, func(q inbox.RuleProposal) bool { return q.Do == p.Do }) {
				note(fmt.Sprint("other ", inbox.SetProposal, p.Do, p.Rule, adds))
			}
		}
	}
	if old.Priority != young.Priority {
		note(fmt.Sprint("priority ", old.Priority, young.Priority))
	}
	return differs
}

// Rules beside themselves: nothing differs, and nothing would be otherwise for any arrival.
func TestDiffOfTheSameIsEmpty(t *testing.T) {
	d := past(t, 200)
	v := ownNames()
	rapid.Check(t, func(t *rapid.T) {
		file := []byte(drawRules(t, v).file)
		if err := d.PublishRules(context.Background(), &inbox.RuleSet{Bytes: file}, d.Carl); err != nil {
			t.Fatal(err)
		}
		if out := begin(t, d, inbox.Trial{Rules: file}); len(out.Changes) > 0 {
			t.Fatalf("%s\n%v", file, out.Changes)
		}
		if res := last(t, d, inbox.Trial{When: "-mammut", Rules: file}); res.Changed.N != 0 || res.Hits.N == 0 {
			t.Fatalf("%s\n%+v", file, res)
		}
	})
}

// TestSampleCoversTheTruth: in about 19 of 20 samples the truth is where the sample says; and the first result of any is a sample.
func TestSampleCoversTheTruth(t *testing.T) {
	d := past(t, 3000)
	for _, q := range []string{"cykel", "bibliotek or lån", "hul"} {
		truth := last(t, d, inbox.Trial{When: q, Sample: -1}).Hits.N
		const times = 100
		covered, off := 0, 0.0
		for seed := range uint64(times) {
			for res, err := range begin(t, d, inbox.Trial{When: q, Seed: seed, Sample: 400}).Results(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				if res.Exact || res.Hits.Exact || res.Sample == 0 || res.Sample > 400 {
					t.Fatalf("%+v is no sample", res)
				}
				if res.Hits.Low <= truth && truth <= res.Hits.High {
					covered++
				}
				off += float64(res.Hits.N-truth) / float64(truth)
				break
			}
		}
		t.Logf("%s: %d arrivals; %d of %d intervals cover; off by %.1f %% on average", q, truth, covered, times, 100*off/times)
		if covered < 90 {
			t.Errorf("%s: only %d of %d intervals hold the truth", q, covered, times)
		}
		if off/times < -0.05 || off/times > 0.05 {
			t.Errorf("%s: the samples are off by %.1f %% on average", q, 100*off/times)
		}
	}
}

// What was found for certain is no longer guessed: on the way to the end a trial comes nearer to the truth.
func TestTrialConverges(t *testing.T) {
	d := past(t, 3000)
	truth := last(t, d, inbox.Trial{When: "hul", Sample: -1}).Hits.N
	n := 0
	for res, err := range begin(t, d, inbox.Trial{When: "hul", Seed: 1, Sample: 800}).Results(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if !res.Exact && res.Looked > 0 {
			n++
		}
		if off := res.Hits.N - truth; 4*max(off, -off) > truth || res.Exact && off != 0 {
			t.Errorf("%d looked at: %d, and it is %d", res.Looked, res.Hits.N, truth)
		}
	}
	if n == 0 {
		t.Error("no result came on the way")
	}
}

// A trial that nobody wants any more ends, wherever it is, and nothing goes on behind it; one that is interrupted tells what it knew.
func TestTrialEnds(t *testing.T) {
	d := past(t, 2500)
	whole := 0
	for _, err := range begin(t, d, inbox.Trial{When: "hul", Sample: 256}).Results(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		whole++
	}
	if whole < 3 {
		t.Fatalf("only %d results", whole)
	}
	before := goleak.IgnoreCurrent()
	for at := range whole {
		n := 0
		for _, err := range begin(t, d, inbox.Trial{When: "hul", Sample: 256}).Results(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n > at { // the next key
				break
			}
		}
		ctx, stop := context.WithCancel(context.Background())
		var res *inbox.Tried
		var err error
		n = 0
		for r, e := range begin(t, d, inbox.Trial{When: "hul", Sample: 256}).Results(ctx) {
			if n++; n > at {
				stop()
			}
			res, err = r, e
		}
		stop()
		if res == nil || res.Exact != (err == nil) || at == 0 && err == nil { // near the end all may be known already
			t.Errorf("interrupted at %d of %d: %+v, %v", at+1, whole, res, err)
		}
	}
	if err := leak.None(before); err != nil {
		t.Error(err)
	}
}

// Whoever does not write rules may not try them; what rules make of a conversation those may ask who see it. Nobody is shown a CPR number.
func TestLabAtTheSeat(t *testing.T) {
	d := past(t, 50)
	ctx := context.Background()
	d.Take(t, d.Say("cpr", "p1", "hul ved mit hus, cpr 010203-1234, ring"))
	carl, anna := d.Seat(t, d.Carl), d.Seat(t, d.Anna)
	_, err := anna.TryRules(inbox.Trial{When: "hul"})
	wantKey(t, "an editor tries", err, inbox.Forbidden, "refused.role")
	_, err = anna.RuleHealth(ctx, inboxtest.Start)
	wantKey(t, "an editor asks for health", err, inbox.Forbidden, "refused.role")
	_, err = anna.SuggestWords(ctx, d.Vej, inbox.History{})
	wantKey(t, "an editor asks for words", err, inbox.Forbidden, "refused.role")
	for _, bad := range []inbox.Trial{{When: "hul is:open"}, {When: "("}, {Rules: []byte("[[rule]]")}} {
		if _, err := carl.TryRules(bad); err == nil {
			t.Errorf("%+v was tried", bad)
		}
	}
	out, err := carl.TryRules(inbox.Trial{When: "hul hus"})
	if err != nil {
		t.Fatal(err)
	}
	for res, err := range out.Results(ctx) {
		if err != nil || len(res.Newest) != 1 {
			t.Fatalf("%+v, %v", res, err)
		}
		h := res.Newest[0]
		if h.Text != "hul ved mit hus, cpr ******-****, ring" || h.Text[h.Spans[1][0]:h.Spans[1][1]] != "hus" {
			t.Errorf("%q %v", h.Text, h.Spans)
		}
	}
	xs, err := anna.ExplainRules(ctx, d.Find(t, d.Facebook, "cpr").ID, 0)
	if err != nil || len(xs) != 1 || xs[0].Text != "hul ved mit hus, cpr ******-****, ring" {
		t.Errorf("%+v, %v", xs, err)
	}
	_, err = anna.ExplainRules(ctx, d.Find(t, d.Facebook, "cpr").ID, 4711)
	wantKey(t, "no such message", err, inbox.NotFound, "lab.no_message")
	_, err = anna.ExplainText(inbox.Account{Channel: "fax"}, inbox.Comment, "hul")
	wantKey(t, "no such channel", err, inbox.Invalid, "lab.bad_choice")
}

// Known values of Wilson's interval.
func TestWilson(t *testing.T) {
	for _, tc := range []struct {
		k, n      int
		low, high float64
	}{{0, 0, 0, 1}, {0, 10, 0, 0.2775}, {10, 10, 0.7225, 1}, {50, 100, 0.4038, 0.5962}, {1, 1000, 0.0002, 0.0056}} {
		low, high := wilson(tc.k, tc.n)
		if d := max(low-tc.low, tc.low-low, high-tc.high, tc.high-high); d > 0.0001 {
			t.Errorf("%d of %d: %.4f to %.4f", tc.k, tc.n, low, high)
		}
	}
}
