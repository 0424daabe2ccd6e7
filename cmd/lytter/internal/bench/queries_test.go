package bench

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
)

// conversationsOf makes the documents that a corpus' conversations are to a search, as far as the drawn queries look.
func conversationsOf(messages int, cutter *text.Cutter) (out []document) {
	maker := corpus.Make(shape(messages, 3))
	at := map[string]*query.Doc{}
	for l, ok := maker.Next(); ok; l, ok = maker.Next() {
		name, _, _ := strings.Cut(string(l.Remote), "_")
		d := at[name]
		if d == nil {
			d = &query.Doc{ID: int64(len(out) + 1)}
			at[name] = d
			d.AddWord(query.Channel, query.Code(query.Channel, string(l.Channel)))
			d.AddWord(query.Is, query.Code(query.Is, string(l.Status)))
			out = append(out, document{Key: inbox.Key{At: l.Time.UnixMilli(), ID: inbox.ConversationID(d.ID)}, Doc: d})
		}
		if l.Direction == "in" {
			d.AddText(query.Text, query.Passage{Tokens: cutter.Cut(nil, l.Text)})
		}
	}
	return out
}

func drawn(t *testing.T, docs []document, bind func(string) (*query.Bound, error), seed uint64) []asked {
	t.Helper()
	read := newReadVocabulary(seed)
	if err := read.add(docs); err != nil {
		t.Fatal(err)
	}
	cs := (&drawer{vocabulary: read.vocabulary(), r: rand.New(rand.NewPCG(seed, 2))}).candidates()
	count, err := counter(cs, bind)
	if err != nil {
		t.Fatal(err)
	}
	if err := count(docs); err != nil {
		t.Fatal(err)
	}
	return choose(cs, len(docs))
}

// Every class has its queries; each finds as many conversations as its class promises, asked of them one by one, and is of its kind. The
// seed decides which they are.
func TestQueriesAreOfTheirClass(t *testing.T) {
	cutter := text.NewCutter(0)
	bind := func(q string) (*query.Bound, error) {
		e, err := query.Parse(q)
		if err != nil {
			return nil, err
		}
		return query.Bind(e, query.Env{Cutter: cutter})
	}
	docs := conversationsOf(4000, cutter)
	qs := drawn(t, docs, bind, 1)
	shares := map[string][2]float64{"zero": {0, 0}, "sparse": {0, 0.0025}, "medium": {0.0029, 0.021}, "dense": {0.039, 1}}
	signs := map[string]func(string) bool{
		"word":   func(q string) bool { return !strings.ContainsAny(q, ` "*-:`) },
		"phrase": func(q string) bool { return strings.HasPrefix(q, `"`) && strings.HasSuffix(q, `"`) },
		"near":   func(q string) bool { return strings.HasSuffix(q, `"/5`) },
		"prefix": func(q string) bool { return strings.HasSuffix(q, "*") && !strings.HasPrefix(q, "*") },
		"infix":  func(q string) bool { return strings.HasSuffix(q, "*") && strings.HasPrefix(q, "*") },
		"state":  func(q string) bool { return strings.Contains(q, " is:") },
		"mixed": func(q string) bool {
			return strings.Contains(q, " or ") && strings.Contains(q, " -") && strings.Contains(q, " is:")
		},
		"negation": func(q string) bool { return strings.Contains(q, " -") && !strings.Contains(q, ":") },
	}
	of := map[string]int{}
	for _, q := range qs {
		of[q.class]++
		b, err := bind(q.text)
		if err != nil {
			t.Fatal(err)
		}
		hits := 0
		for _, d := range docs {
			if b.Match(d.Doc) {
				hits++
			}
		}
		frequency, kind, _ := strings.Cut(q.class, ".")
		share := float64(hits) / float64(len(docs))
		if promised := shares[frequency]; hits != q.hits || share < promised[0] || share > promised[1] || (hits == 0) != (frequency == "zero") {
			t.Errorf("%s, %s: %d of %d conversations, counted as %d", q.class, q.text, hits, len(docs), q.hits)
		}
		if !signs[kind](q.text) {
			t.Errorf("%s is no %s", q.text, kind)
		}
	}
	for _, k := range []string{"word", "phrase", "near", "prefix", "infix", "state", "mixed", "negation"} {
		for f := range shares {
			least := 10
			if f+k == "densephrase" { // few words stand beside each other that often
				least = 1
			}
			if n := of[f+"."+k]; n < least || n > perClass {
				t.Errorf("%d queries of %s.%s", n, f, k)
			}
		}
	}
	if len(of) != 32 || len(classes(qs)) != 32 {
		t.Errorf("%d classes, %d listed", len(of), len(classes(qs)))
	}
	one := cmp.AllowUnexported(asked{})
	if d := cmp.Diff(qs, drawn(t, docs, bind, 1), one); d != "" {
		t.Errorf("the same seed draws others: %s", d)
	}
	if slices.Equal(qs, drawn(t, docs, bind, 2)) {
		t.Error("another seed draws the same")
	}
}

// A corpus is of the conversations that a desk has: most a single message, one in a hundred of about twenty, some as long as may be.
func TestCorpus(t *testing.T) {
	m := corpus.Make(shape(100_000, 1))
	sizes := map[string]int{}
	for l, ok := m.Next(); ok; l, ok = m.Next() {
		name, _, _ := strings.Cut(string(l.Remote), "_")
		sizes[name]++
	}
	var of []int
	single, full := 0, 0
	for _, n := range sizes {
		of = append(of, n)
		switch {
		case n == 1:
			single++
		case n == inbox.MaxMessages:
			full++
		case n > inbox.MaxMessages:
			t.Errorf("a conversation of %d messages", n)
		}
	}
	if share := float64(single) / float64(len(of)); share < 0.68 || share > 0.72 {
		t.Errorf("%.3f of the conversations are single", share)
	}
	if p99 := quantile(of, 0.99); p99 < 18 || p99 > 22 {
		t.Errorf("p99 of a conversation's length is %d", p99)
	}
	if full == 0 {
		t.Errorf("none of %d conversations is as long as may be", len(of))
	}
}
