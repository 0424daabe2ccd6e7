package index

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Bounds of what one query may cost.
const (
	// maxClauses is how many words a prefix or part of a word may stand for; what stands for more does not narrow.
	maxClauses = 1024
	// maxEffort bounds the terms that are looked up or passed in all; what is beyond does not narrow.
	maxEffort = 2_000_000
)

// answer is what a segment can say of a query: docs holds every document that matches; if exact, it holds no other. Deleted documents
// may or may not be among them.
type answer struct {
	every bool            // all documents; docs is nil
	docs  *roaring.Bitmap // nil: none
	exact bool
}

var (
	anything = answer{every: true}              // it cannot tell
	all      = answer{every: true, exact: true} // every document does match
)

// none reports that not even one was let through: then it is exact, whatever it is made of.
func (a answer) none() bool { return !a.every && (a.docs == nil || a.docs.IsEmpty()) }

func (a answer) size(p *part) uint64 {
	switch {
	case a.every:
		return p.size
	case a.docs == nil:
		return 0
	}
	return a.docs.GetCardinality()
}

// compiler answers a query from one segment. It never leaves a matching document out: what it cannot decide it lets through.
type compiler struct {
	*part
	effort *int // left
}

func (c compiler) node(n query.Node) (answer, error) {
	switch n := n.(type) {
	case *query.AllOf:
		return c.allOf(n)
	case *query.AnyOf:
		return c.anyOf(n)
	case *query.Without:
		a, err := c.node(n.Kid)
		if err != nil || !a.exact {
			return anything, err // it may have let too many through: without them, matching ones could be missing
		}
		return c.without(all, a), nil
	case *query.Seek:
		return c.seek(n)
	case *query.Member:
		return c.member(n)
	case *query.Window:
		return c.window(n)
	}
	return anything, nil
}

// allOf intersects; negations are taken off at the end.
func (c compiler) allOf(n *query.AllOf) (answer, error) {
	var with, off []answer
	loose := false // a negation was let go
	for _, k := range n.Kids {
		if w, ok := k.(*query.Without); ok {
			a, err := c.node(w.Kid)
			if err != nil {
				return anything, err
			}
			if a.exact {
				off = append(off, a)
			}
			loose = loose || !a.exact
			continue
		}
		a, err := c.node(k)
		if err != nil {
			return anything, err
		}
		with = append(with, a)
	}
	out := c.intersect(with)
	for _, a := range off {
		out = c.without(out, a)
	}
	out.exact = out.exact && !loose || out.none()
	return out, nil
}

// intersect begins with the smallest.
func (c compiler) intersect(as []answer) answer {
	slices.SortFunc(as, func(a, b answer) int { return cmp.Compare(a.size(c.part), b.size(c.part)) })
	out := all
	for _, a := range as {
		exact := out.exact && a.exact
		switch {
		case out.every:
			out = a
		case a.every || out.docs == nil:
		default:
			out.docs = roaring.And(out.docs, a.docs)
		}
		out.exact = exact
	}
	return out
}

// without takes b, which is exact, off a.
func (c compiler) without(a, b answer) answer {
	switch {
	case b.every:
		return answer{exact: true}
	case b.docs == nil:
		return a
	case a.every:
		return answer{docs: roaring.Flip(b.docs, 0, c.size), exact: a.exact}
	case a.docs == nil:
		return a
	}
	return answer{docs: roaring.AndNot(a.docs, b.docs), exact: a.exact}
}

func (c compiler) anyOf(n *query.AnyOf) (answer, error) {
	out := answer{exact: true}
	var docs []*roaring.Bitmap
	for _, k := range n.Kids {
		a, err := c.node(k)
		if err != nil {
			return anything, err
		}
		if a.every && a.exact {
			return all, nil
		}
		out.exact = out.exact && a.exact
		out.every = out.every || a.every
		if a.docs != nil {
			docs = append(docs, a.docs)
		}
	}
	if !out.every {
		out.docs = union(docs)
	}
	return out, nil
}

func union(docs []*roaring.Bitmap) *roaring.Bitmap {
	switch len(docs) {
	case 0:
		return nil
	case 1:
		return docs[0]
	}
	return roaring.FastOr(docs...)
}

func (c compiler) seek(s *query.Seek) (answer, error) {
	if s.Field == query.Handle {
		if s.Op != query.AtName {
			return anything, nil
		}
		return c.terms(fieldFacts, handleTerm(s.Part))
	}
	switch s.Op {
	case query.Adjacent, query.Near, query.Exact:
		return c.phrase(s)
	case query.Tag:
		if s.Field != query.Text {
			return anything, nil
		}
		return c.terms(fieldFacts, tagTerm(s.Part))
	case query.Prefix:
		return c.words(s.Field, s.Part, func(key string) bool { return true })
	case query.Suffix:
		return c.words(s.Field, "", func(key string) bool { return strings.HasSuffix(key, s.Part) })
	case query.Infix:
		return c.words(s.Field, "", func(key string) bool { return strings.Contains(key, s.Part) })
	}
	return anything, nil
}

// phrase narrows by its words; where they stand, the matcher looks.
func (c compiler) phrase(s *query.Seek) (answer, error) {
	var words []answer
	for _, k := range s.Keys {
		a, err := c.word(s.Field, k, s.Op == query.Exact)
		if err != nil {
			return anything, err
		}
		words = append(words, a)
	}
	out := c.intersect(words)
	out.exact = out.exact && len(words) == 1 || out.none()
	return out, nil
}

// word finds a word by any of its keys, or by its exact one only.
func (c compiler) word(f query.Field, k *text.Keys, exact bool) (answer, error) {
	wanted := map[string]byte{k.Exact: exactKey}
	if !exact {
		if k.Danish != "" {
			wanted[k.Danish] |= danishKey
		}
		if k.English != "" {
			wanted[k.English] |= englishKey
		}
	}
	var ts []string
	for key, kinds := range wanted {
		for have := byte(1); have <= anyKey; have++ {
			if have&kinds != 0 {
				ts = append(ts, wordTerm(key, have))
			}
		}
	}
	return c.terms(wordFields[f], ts...)
}

// terms finds documents with any of some terms.
func (c compiler) terms(field string, ts ...string) (answer, error) {
	if *c.effort -= len(ts); *c.effort < 0 {
		return anything, nil
	}
	var docs []*roaring.Bitmap
	for _, t := range ts {
		b, err := c.hits(field, t)
		if err != nil {
			return anything, err
		}
		if b != nil {
			docs = append(docs, b)
		}
	}
	return answer{docs: union(docs), exact: true}, nil
}

// words finds documents with a word whose exact key begins with start and is as wanted.
func (c compiler) words(f query.Field, start string, wanted func(key string) bool) (answer, error) {
	var docs []*roaring.Bitmap
	enough := false
	field := wordFields[f]
	err := c.eachTerm(field, start, after(start), func(term string) (bool, error) {
		if *c.effort--; *c.effort < 0 {
			enough = true
			return false, nil
		}
		end := len(term) - 2
		if (term[end+1]-'0')&exactKey == 0 || !wanted(term[:end]) {
			return true, nil
		}
		if len(docs) == maxClauses {
			enough = true
			return false, nil
		}
		b, err := c.hits(field, term)
		docs = append(docs, b)
		return true, err
	})
	if err != nil || enough {
		return anything, err
	}
	return answer{docs: union(docs), exact: true}, nil
}

// after is the least string behind all that begin with s; "" if there is none.
func after(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] < 0xFF {
			return s[:i] + string([]byte{s[i] + 1})
		}
	}
	return ""
}

func (c compiler) member(m *query.Member) (answer, error) {
	if m.None && !m.Field.Info().None {
		return anything, nil
	}
	ts := make([]string, 0, len(m.IDs)+1)
	for _, id := range m.IDs {
		ts = append(ts, memberTerm(m.Field, id))
	}
	if m.None {
		ts = append(ts, noneTerm(m.Field))
	}
	return c.terms(fieldFacts, ts...)
}

// window finds the buckets that a window touches. It is exact if it begins and ends where buckets do.
func (c compiler) window(w *query.Window) (answer, error) {
	if w.Lo >= w.Hi {
		return answer{exact: true}, nil
	}
	s := scaleOf(w.Field)
	lo, hi := s.bucket(w.Lo), s.bucket(w.Hi-1)
	var docs []*roaring.Bitmap
	for _, r := range s.cover(lo, hi) {
		to := numberTerm(w.Field, r.level, r.to+1)
		err := c.eachTerm(fieldFacts, numberTerm(w.Field, r.level, r.from), to, func(term string) (bool, error) {
			b, err := c.hits(fieldFacts, term)
			if b != nil {
				docs = append(docs, b)
			}
			return true, err
		})
		if err != nil {
			return anything, err
		}
	}
	ends := w.Hi == math.MaxInt64 || hi < s.last && s.start(hi+1) == w.Hi
	return answer{docs: union(docs), exact: s.start(lo) == w.Lo && ends}, nil
}

// run is buckets of one level, both ends included.
type run struct {
	level    int
	from, to int64
}

// cover gives the fewest buckets that hold those from a to b of level 0, both included, and no other.
func (s scale) cover(a, b int64) (out []run) {
	for level := 0; ; level++ {
		up, down := (a+1<<span-1)>>span, (b+1)>>span // whole buckets of the next level: [up, down)
		if level == s.levels-1 || up >= down {
			return append(out, run{level, a, b})
		}
		if a < up<<span {
			out = append(out, run{level, a, up<<span - 1})
		}
		if down<<span <= b {
			out = append(out, run{level, down << span, b})
		}
		a, b = up, down-1
	}
}

// stretch is a part of the list: At in [lo, hi).
type stretch struct{ lo, hi int64 }

var anytime = stretch{math.MinInt64, math.MaxInt64}

// byAge takes the windows on Age that must hold out of a query. They say where in the list to look, to the millisecond.
func byAge(n query.Node) (rest query.Node, in stretch) {
	switch n := n.(type) {
	case *query.AllOf:
		out, in := &query.AllOf{}, anytime
		for _, k := range n.Kids {
			k, s := byAge(k)
			in.lo, in.hi = max(in.lo, s.lo), min(in.hi, s.hi)
			out.Kids = append(out.Kids, k)
		}
		return out, in
	case *query.Window:
		if n.Field == query.Age {
			return &query.AllOf{}, stretch{n.Lo, n.Hi}
		}
	}
	return n, anytime
}

// within answers for a query and a stretch of the list that the caller keeps to.
func (c compiler) within(n query.Node, in stretch) (answer, error) {
	a, err := c.node(n)
	if err != nil || in == anytime {
		return a, err
	}
	b, err := c.window(&query.Window{Field: query.Age, Lo: in.lo, Hi: in.hi})
	b.exact = true
	return c.intersect([]answer{a, b}), err
}
