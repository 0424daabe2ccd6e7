package inbox

import (
	"context"
	"slices"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Bounds of what is done for words that may be misspelt.
const (
	rare         = 2                    // conversations: a word that fewer or as few have may be misspelt
	nearLimit    = 5 * time.Millisecond // of looking, a word
	maxMisspelt  = 4                    // words of a query that are looked at
	maxSuggested = 3                    // queries that are offered
)

// Suggest offers queries that q may have meant: with other spellings, from conversations, for its words that hardly any conversation
// has. Nothing is applied by itself. Each that is offered finds something that this seat may see. The words of a negation, of other
// fields than the citizens' text, and parts of words are taken as they are. Without an index there are none.
func (s *Seat) Suggest(ctx context.Context, q string) ([]string, error) {
	e, err := query.Parse(q)
	if err != nil {
		return nil, err
	}
	if _, err := s.Bind(q); err != nil { // may this person ask it?
		return nil, err
	}
	if s.desk.Index == nil {
		return nil, nil
	}
	r, err := s.desk.Index.Reader(ctx)
	if err != nil {
		if CodeOf(err) == Unavailable {
			return nil, nil // it says so itself, in the status
		}
		return nil, err
	}
	words, err := misspelt(r, s.desk.Cutter, e)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	if err != nil || len(words) == 0 {
		return nil, err
	}
	var out []string
	for _, other := range respelt(q, words) {
		hits, err := s.Search(ctx, other, Page{Size: 1, MaxScan: maxTail})
		if err != nil {
			return nil, err
		}
		if len(hits.Keys) > 0 {
			out = append(out, other)
		}
		if len(out) == maxSuggested {
			break
		}
	}
	return out, nil
}

// misspelling is a word of a query and what it may have meant, best first.
type misspelling struct {
	phrase     query.Phrase
	start, end int // of the word in the phrase's text
	near       []Spelling
}

func misspelt(r IndexReader, c *text.Cutter, e query.Expr) (out []misspelling, err error) {
	for _, p := range sought(e, nil) {
		for _, t := range c.Cut(nil, p.Text) {
			if t.Kind != text.Word || len(out) == maxMisspelt {
				continue
			}
			have, near, err := r.Near(t.Keys, nearLimit)
			if err != nil {
				return nil, err
			}
			near = slices.DeleteFunc(near, func(s Spelling) bool { return s.Count <= have || s.Count < rare })
			if have <= rare && len(near) > 0 {
				out = append(out, misspelling{p, int(t.Start), int(t.End), near})
			}
		}
	}
	return out, nil
}

// sought gives what a query looks for in the citizens' text, outside of negations, by whole words.
func sought(e query.Expr, out []query.Phrase) []query.Phrase {
	switch e := e.(type) {
	case query.And:
		for _, k := range e.Kids {
			out = sought(k, out)
		}
	case query.Or:
		for _, k := range e.Kids {
			out = sought(k, out)
		}
	case query.Phrase:
		whole := []query.Op{query.Word, query.Adjacent, query.Near, query.Exact}
		if e.Field == query.Text && slices.Contains(whole, e.Op) {
			out = append(out, e)
		}
	case query.Not, query.Term, query.Range:
	}
	return out
}

// respelt gives q with the best spelling of every word, then with another of one of them.
func respelt(q string, words []misspelling) (out []string) {
	add := func(pick []int) {
		if s := respell(q, words, pick); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(make([]int, len(words)))
	for n := 1; n < maxSuggested; n++ {
		for i := range words {
			if n < len(words[i].near) {
				pick := make([]int, len(words))
				pick[i] = n
				add(pick)
			}
		}
	}
	return out
}

// respell puts the picked spellings in, from the back, so that places in front stay true.
func respell(q string, words []misspelling, pick []int) string {
	for i := len(words) - 1; i >= 0; {
		p := words[i].phrase
		for ; i >= 0 && words[i].phrase.At == p.At; i-- { // words of one phrase
			w := &words[i]
			p.Text = p.Text[:w.start] + w.near[pick[i]].Word + p.Text[w.end:]
		}
		q = q[:p.At.Start] + query.Format(p) + q[p.At.End:]
	}
	return q
}
