package index

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/RoaringBitmap/roaring/v2"
)

// Bounds of what one query may cost.
const (
	// maxClauses is how many words a prefix or part of a word may stand for; what stands for more does not narrow.
	maxClauses = 1024
	// maxEffort bounds how many terms a query looks up or passes, each up to about a microsecond; what is beyond does not narrow.
	maxEffort = 500_000
)

// answer is what a segment can say of a query: docs holds every document that matches; if exact, it holds no other. Deleted documents
// may or may not be among them.
type answer struct {
	every bool // all documents; docs is nil
	docs  *roaring.Bitmap
	exact bool
}

var (
	anything = answer{every: true}              // it cannot tell
	all      = answer{every: true, exact: true} // every document does match
)

func exactly(docs *roaring.Bitmap) answer { return answer{docs: docs, exact: true} }

// none reports that not even one was let through: then it is exact, whatever it is made of.
func (a answer) none() bool { return !a.every && a.docs.IsEmpty() }

func (a answer) size(p *part) uint64 {
	if a.every {
		return p.size
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
	default:
		return anything, nil
	}
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
		case !a.every:
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
		return exactly(roaring.New())
	case a.every:
		return answer{docs: roaring.Flip(b.docs, 0, c.size), exact: a.exact}
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
		docs = append(docs, a.docs)
	}
	if !out.every {
		out.docs = union(docs)
	}
	return out, nil
}

func union(docs []*roaring.Bitmap) *roaring.Bitmap {
	if len(docs) == 1 {
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
	case query.Word, query.Adjacent, query.Near, query.Exact:
		return c.phrase(s)
	case query.Tag:
		if s.Field != query.Text {
			return anything, nil
		}
		return c.terms(fieldFacts, tagTerm(s.Part))
	case query.Prefix:
		return c.prefix(s)
	case query.Suffix, query.Infix:
		return c.infix(s)
	}
	return anything, nil
}

// phrase narrows by its words; where they stand, the matcher looks.
func (c compiler) phrase(s *query.Seek) (answer, error) {
	var words []answer
	for _, k := range s.Keys {
		a, err := c.word(s.Field, k, s.Op)
		if err != nil {
			return anything, err
		}
		words = append(words, a)
	}
	out := c.intersect(words)
	out.exact = out.exact && len(words) == 1 || out.none()
	return out, nil
}

// word finds a word by any of its keys, or by its exact one only, and where it is asked for bare as a part of another word.
func (c compiler) word(f query.Field, k *text.Keys, op query.Op) (answer, error) {
	wanted := map[string]byte{k.Exact: exactKey}
	var ts []string
	if op == query.Word && k.Danish != "" {
		ts = append(ts, partTerm(k.Danish))
	}
	if op != query.Exact {
		if k.Danish != "" {
			wanted[k.Danish] |= danishKey
		}
		if k.English != "" {
			wanted[k.English] |= englishKey
		}
	}
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
	return exactly(union(docs)), nil
}

// prefix finds documents with a word that begins with the part.
func (c compiler) prefix(s *query.Seek) (answer, error) {
	var ts []string
	err := c.eachTerm(wordFields[s.Field], s.Part, after(s.Part), func(term string) (bool, error) {
		*c.effort--
		if kindsOf(term)&exactKey != 0 {
			ts = append(ts, term)
		}
		return len(ts) <= maxClauses && *c.effort >= 0, nil
	})
	if err != nil {
		return anything, err
	}
	return c.clauses(wordFields[s.Field], ts)
}

// infix finds documents with a word that holds the part, or ends with it.
func (c compiler) infix(s *query.Seek) (answer, error) {
	if s.Part == "" || strings.IndexByte(s.Part, 0) >= 0 {
		return anything, nil // no key holds a zero byte, and the lexicon is not asked what it would make of one
	}
	l, err := c.lexicon(int(s.Field))
	if err != nil {
		return anything, err
	}
	*c.effort -= len(l.terms) / 1000
	return c.clauses(wordFields[s.Field], l.with(s.Part, s.Op == query.Suffix, maxClauses))
}

// clauses finds documents with any of some terms, if they are not too many.
func (c compiler) clauses(field string, ts []string) (answer, error) {
	if *c.effort -= len(ts); *c.effort < 0 || len(ts) > maxClauses {
		return anything, nil
	}
	docs := roaring.New()
	for _, t := range ts {
		if err := c.addHits(docs, field, t); err != nil {
			return anything, err
		}
	}
	return exactly(docs), nil
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
		return exactly(roaring.New()), nil
	}
	if w.Field == query.Age {
		return c.age(w)
	}
	s := scaleOf(w.Field)
	lo, hi := s.bucket(w.Lo), s.bucket(w.Hi-1)
	docs := roaring.New()
	for _, r := range s.cover(lo, hi) {
		to := numberTerm(w.Field, r.level, r.to+1)
		err := c.eachTerm(fieldFacts, numberTerm(w.Field, r.level, r.from), to, func(term string) (bool, error) {
			return true, c.addHits(docs, fieldFacts, term)
		})
		if err != nil {
			return anything, err
		}
	}
	ends := w.Hi == math.MaxInt64 || hi < s.last && s.start(hi+1) == w.Hi
	return answer{docs: docs, exact: s.start(lo) == w.Lo && ends}, nil
}

// age finds a part of the list.
func (c compiler) age(w *query.Window) (answer, error) {
	o, err := c.order()
	if err != nil {
		return anything, err
	}
	from, to, err := c.places(o, inbox.Key{At: w.Hi, ID: noID}, w.Lo)
	docs := roaring.New()
	docs.AddMany(o.newest[from:to])
	return exactly(docs), err
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

// byAge takes the windows on Age that must hold out of a query. They say where in the list to look.
func byAge(n query.Node) (rest query.Node, in stretch) {
	in = stretch{math.MinInt64, math.MaxInt64}
	switch n := n.(type) {
	case *query.AllOf:
		out := &query.AllOf{}
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
		return n, in
	default:
		return n, in
	}
}
