package index

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// nearest is how many words are counted of those that are spelt nearly as one is.
const nearest = 12

// Near implements inbox.IndexReader.
func (r *Reader) Near(k *text.Keys, limit time.Duration) (have int64, near []inbox.Spelling, err error) {
	defer func() {
		if err != nil {
			r.broken(err)
		}
	}()
	defer guard(&err)()
	until := time.Now().Add(limit)
	effort := maxEffort
	var parts []compiler
	for _, s := range r.snap.Segments() {
		parts = append(parts, compiler{part: newPart(s, r.all), effort: &effort})
	}
	count := func(find func(compiler) (answer, error)) (n int64, err error) {
		for _, c := range parts {
			a, err := find(c)
			if err != nil || a.may.every {
				return 0, err
			}
			if a.may.bits != nil {
				n += int64(c.alive(a.may.bits).GetCardinality())
			}
		}
		return n, nil
	}
	if have, err = count(func(c compiler) (answer, error) { return c.word(query.Text, k, query.Word) }); err != nil {
		return 0, nil, err
	}
	slices.SortFunc(parts, func(a, b compiler) int { return cmp.Compare(b.size, a.size) }) // where most words are
	n := text.NewNear(k.Exact)
	scores := map[string]int{}
	for _, c := range parts {
		l, err := c.lexicon(int(query.Text))
		if err != nil {
			return 0, nil, err
		}
		if !l.near(n, scores, until) {
			break
		}
	}
	for word, score := range scores {
		near = append(near, inbox.Spelling{Word: word, Far: score})
	}
	order := func(a, b inbox.Spelling) int {
		return cmp.Or(cmp.Compare(a.Far, b.Far), cmp.Compare(b.Count, a.Count), strings.Compare(a.Word, b.Word))
	}
	slices.SortFunc(near, order)
	near = near[:min(len(near), nearest)]
	for i := range near {
		near[i].Count, err = count(func(c compiler) (answer, error) {
			return c.word(query.Text, &text.Keys{Exact: near[i].Word}, query.Exact)
		})
		if err != nil {
			return 0, nil, err
		}
	}
	near = slices.DeleteFunc(near, func(s inbox.Spelling) bool { return s.Count == 0 }) // deleted since
	slices.SortFunc(near, order)
	return have, near, nil
}

// near scores the words of a lexicon; it reports false where the time ran out.
func (l *lexicon) near(n *text.Near, scores map[string]int, until time.Time) bool {
	terms := l.terms
	for i := 1; len(terms) > 1; i++ {
		terms = terms[1:]
		end := bytes.IndexByte(terms, 0)
		word := terms[:end-1] // without its kinds
		if score, ok := n.ScoreBytes(word); ok {
			scores[string(word)] = score
		}
		terms = terms[end:]
		if i%1024 == 0 && !time.Now().Before(until) {
			return false
		}
	}
	return true
}
