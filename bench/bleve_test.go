package bench

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lytter/inbox/query"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// bleves is a Bleve query per rule on an index, in memory, of the one message. Its words are ours, stems and all. Bleve has no nearness:
// it is asked for both words, and where it finds them our matcher has the last word, free of charge.
type bleves struct {
	mapping mapping.IndexMapping
	queries []*bleve.SearchRequest
	near    []bool
	rules   *rules
}

func newBleves(tb testing.TB, r *rules) peer {
	tb.Helper()
	p := &bleves{mapping: cutMapping(tb), rules: r}
	for _, b := range r.bound {
		near := false
		q, err := stateBleve(b.Root, &near)
		if err != nil {
			tb.Fatal(err)
		}
		p.queries, p.near = append(p.queries, bleve.NewSearchRequestOptions(q, 0, 0, false)), append(p.near, near)
	}
	return p
}

func (p *bleves) matches(tb testing.TB, i int, dst []int32) []int32 {
	tb.Helper()
	x, err := bleve.NewMemOnly(p.mapping)
	if err != nil {
		tb.Fatal(err)
	}
	d := p.rules.docs[i]
	if err := x.Index("m", map[string]any{"words": cutWords(d), "channel": strconv.FormatInt(d.Words(query.Channel)[0], 10)}); err != nil {
		tb.Fatal(err)
	}
	for q, req := range p.queries {
		res, err := x.Search(req)
		if err != nil {
			tb.Fatal(err)
		}
		if res.Total > 0 && (!p.near[q] || p.rules.bound[q].Match(d)) {
			dst = append(dst, int32(q))
		}
	}
	if err := x.Close(); err != nil {
		tb.Fatal(err)
	}
	return dst
}

func stateBleve(n query.Node, near *bool) (bq.Query, error) {
	switch n := n.(type) {
	case *query.AllOf:
		q := bleve.NewBooleanQuery()
		for _, k := range n.Kids {
			if w, ok := k.(*query.Without); ok {
				kid, err := stateBleve(w.Kid, near)
				if err != nil {
					return nil, err
				}
				q.AddMustNot(kid)
				continue
			}
			kid, err := stateBleve(k, near)
			if err != nil {
				return nil, err
			}
			q.AddMust(kid)
		}
		return q, nil
	case *query.AnyOf:
		var kids []bq.Query
		for _, k := range n.Kids {
			kid, err := stateBleve(k, near)
			if err != nil {
				return nil, err
			}
			kids = append(kids, kid)
		}
		return bleve.NewDisjunctionQuery(kids...), nil
	case *query.Seek:
		return wordsBleve(n, near)
	case *query.Member:
		if n.Field == query.Channel {
			var kids []bq.Query
			for _, id := range n.IDs {
				kids = append(kids, term("channel", strconv.FormatInt(id, 10)))
			}
			return bleve.NewDisjunctionQuery(kids...), nil
		}
	case *query.Without, *query.Window:
	}
	return nil, fmt.Errorf("%T has no peer here", n)
}

func term(field, word string) bq.Query {
	q := bleve.NewTermQuery(word)
	q.SetField(field)
	return q
}

func wordsBleve(s *query.Seek, near *bool) (bq.Query, error) {
	of := func(i int) []string { return keys(s.Keys[i].Exact, s.Keys[i].Danish, s.Keys[i].English) }
	one := func(words []string) bq.Query {
		var kids []bq.Query
		for _, w := range words {
			kids = append(kids, term("words", w))
		}
		return bleve.NewDisjunctionQuery(kids...)
	}
	switch {
	case s.Field != query.Text:
	case s.Op == query.Prefix:
		q := bleve.NewPrefixQuery("x:" + s.Part)
		q.SetField("words")
		return q, nil
	case s.Op == query.Infix:
		q := bleve.NewWildcardQuery("x:*" + s.Part + "*")
		q.SetField("words")
		return q, nil
	case s.Op == query.Word:
		return one(append(of(0), "p:"+s.Keys[0].Danish)), nil
	case s.Op == query.Adjacent && len(s.Keys) == 1:
		return one(of(0)), nil
	case s.Op == query.Adjacent && len(s.Keys) == 2 && s.Gaps[1] == 1:
		return bq.NewMultiPhraseQuery([][]string{of(0), of(1)}, "words"), nil
	case s.Op == query.Near && len(s.Keys) == 2:
		*near = true
		return bleve.NewConjunctionQuery(one(of(0)), one(of(1))), nil
	}
	return nil, fmt.Errorf("%+v has no peer here", s)
}

// cutWords writes the words of a message for a tokenizer that only has to read them: a place, and what stands there.
func cutWords(d *query.Doc) string {
	var b strings.Builder
	for _, p := range d.Texts[query.Text] {
		for i := range p.Tokens {
			t := &p.Tokens[i]
			fmt.Fprintf(&b, "%d\tx:%s", t.Pos, t.Keys.Exact)
			t.Keys.EachPart(func(stem string) { b.WriteString("\tp:" + stem) })
			for _, k := range keys(t.Keys.Exact, t.Keys.Danish, t.Keys.English) {
				b.WriteString("\t" + k)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// cutTokenizer reads what cutWords wrote.
type cutTokenizer struct{}

func (cutTokenizer) Tokenize(in []byte) (out analysis.TokenStream) {
	for line := range strings.Lines(string(in)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		pos, err := strconv.Atoi(words[0])
		if err != nil {
			continue
		}
		for _, w := range words[1:] {
			out = append(out, &analysis.Token{Term: []byte(w), Position: pos + 1, Type: analysis.AlphaNumeric})
		}
	}
	return out
}

// registered tells Bleve of the tokenizer, once in a process.
var registered = sync.OnceValue(func() error {
	return registry.RegisterTokenizer("cut", func(map[string]any, *registry.Cache) (analysis.Tokenizer, error) { return cutTokenizer{}, nil })
})

func cutMapping(tb testing.TB) mapping.IndexMapping {
	tb.Helper()
	m := bleve.NewIndexMapping()
	err := errors.Join(registered(), m.AddCustomAnalyzer("cut", map[string]any{"type": custom.Name, "tokenizer": "cut"}))
	if err != nil {
		tb.Fatal(err)
	}
	words, channel := bleve.NewTextFieldMapping(), bleve.NewTextFieldMapping()
	words.Analyzer, words.Store, words.IncludeInAll = "cut", false, false
	channel.Analyzer, channel.Store, channel.IncludeInAll = keyword.Name, false, false
	m.DefaultMapping.Dynamic = false
	m.DefaultMapping.AddFieldMappingsAt("words", words)
	m.DefaultMapping.AddFieldMappingsAt("channel", channel)
	return m
}
