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

// docs is some of a segment's documents: all there are, or those of bits. Deleted ones may or may not be among them.
type docs struct {
	every bool
	bits  *roaring.Bitmap // nil: none
}

func (d docs) none() bool { return !d.every && (d.bits == nil || d.bits.IsEmpty()) }

func (d docs) size(p *part) uint64 {
	switch {
	case d.every:
		return p.size
	case d.bits == nil:
		return 0
	}
	return d.bits.GetCardinality()
}

func both(a, b docs) docs {
	switch {
	case a.every || b.none():
		return b
	case b.every || a.none():
		return a
	}
	return docs{bits: roaring.And(a.bits, b.bits)}
}

func either(ds []docs) docs {
	var bits []*roaring.Bitmap
	for _, d := range ds {
		if d.every {
			return d
		}
		if d.bits != nil {
			bits = append(bits, d.bits)
		}
	}
	switch len(bits) {
	case 0:
		return docs{}
	case 1:
		return docs{bits: bits[0]}
	}
	return docs{bits: roaring.FastOr(bits...)}
}

// but takes b off a.
func (p *part) but(a, b docs) docs {
	switch {
	case b.every || a.none():
		return docs{}
	case b.none():
		return a
	case a.every:
		return docs{bits: roaring.Flip(b.bits, 0, p.size)}
	}
	return docs{bits: roaring.AndNot(a.bits, b.bits)}
}

// answer is what a segment can say of a query: may holds every document that matches, and sure none that does not.
type answer struct {
	may, sure docs
	exact     bool // they are the same
}

var (
	anything = answer{may: docs{every: true}}                                       // it cannot tell
	all      = answer{may: docs{every: true}, sure: docs{every: true}, exact: true} // every document does match
)

func exactly(d docs) answer { return answer{d, d, true} }

// between is exact where not even one may match, whatever it is made of.
func between(may, sure docs) answer {
	if may.none() {
		return exactly(docs{})
	}
	return answer{may: may, sure: sure}
}

// compiler answers a query from one segment. It never leaves a matching document out: what it cannot decide it lets through.
type compiler struct {
	*part
	effort *int // left
	// late are the phrases that must hold of every document, if they are to be looked for when it is known which documents are asked
	// for; nil: at once.
	late *[]*phrase
}

func (c compiler) node(n query.Node) (answer, error) {
	switch n := n.(type) {
	case *query.AllOf:
		return c.allOf(n)
	case *query.AnyOf:
		return c.anyOf(n)
	case *query.Without:
		a, err := c.apart().node(n.Kid)
		return c.without(all, a), err
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

// apart is for what need not hold of every document.
func (c compiler) apart() compiler {
	c.late = nil
	return c
}

// allOf intersects; negations are taken off at the end.
func (c compiler) allOf(n *query.AllOf) (answer, error) {
	var with, off []answer
	for _, k := range n.Kids {
		kid, to := k, &with
		if w, ok := k.(*query.Without); ok {
			kid, to = w.Kid, &off
		}
		in := c
		if to == &off {
			in = c.apart()
		}
		a, err := in.node(kid)
		if err != nil {
			return anything, err
		}
		*to = append(*to, a)
	}
	out := c.intersect(with)
	for _, a := range off {
		out = c.without(out, a)
	}
	return out, nil
}

// intersect begins with the smallest.
func (c compiler) intersect(as []answer) answer {
	slices.SortFunc(as, func(a, b answer) int { return cmp.Compare(a.may.size(c.part), b.may.size(c.part)) })
	out := all
	for _, a := range as {
		if out.exact && a.exact {
			out = exactly(both(out.may, a.may))
		} else {
			out = between(both(out.may, a.may), both(out.sure, a.sure))
		}
	}
	return out
}

// without takes b off a: what b is sure of cannot match, and what b may hold is not sure.
func (c compiler) without(a, b answer) answer {
	if a.exact && b.exact {
		return exactly(c.but(a.may, b.may))
	}
	return between(c.but(a.may, b.sure), c.but(a.sure, b.may))
}

func (c compiler) anyOf(n *query.AnyOf) (answer, error) {
	c = c.apart()
	var may, sure []docs
	exact := true
	for _, k := range n.Kids {
		a, err := c.node(k)
		if err != nil {
			return anything, err
		}
		exact = exact && a.exact
		may, sure = append(may, a.may), append(sure, a.sure)
	}
	if exact {
		return exactly(either(may)), nil
	}
	return between(either(may), either(sure)), nil
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
		if len(s.Keys) > 1 {
			return c.phrase(s)
		}
		return c.word(s.Field, s.Keys[0], s.Op)
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
	d, err := c.having(field, ts)
	return exactly(d), err
}

// having gives the documents with any of some terms.
func (c compiler) having(field string, ts []string) (docs, error) {
	var ds []docs
	for _, t := range ts {
		b, err := c.hits(field, t)
		if err != nil {
			return docs{}, err
		}
		if b != nil {
			ds = append(ds, docs{bits: b})
		}
	}
	return either(ds), nil
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
	terms, err := c.parted(int(s.Field), s.Part, s.Op == query.Suffix, maxClauses)
	if err != nil {
		return anything, err
	}
	return c.clauses(wordFields[s.Field], terms)
}

// clauses finds documents with any of some terms, if they are not too many.
func (c compiler) clauses(field string, ts []string) (answer, error) {
	if *c.effort -= len(ts); *c.effort < 0 || len(ts) > maxClauses {
		return anything, nil
	}
	found := roaring.New()
	for _, t := range ts {
		if err := c.addHits(found, field, t); err != nil {
			return anything, err
		}
	}
	return exactly(docs{bits: found}), nil
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

// window finds the buckets that a window touches. It is sure of those that lie in it whole.
func (c compiler) window(w *query.Window) (answer, error) {
	if w.Lo >= w.Hi {
		return exactly(docs{}), nil
	}
	if w.Field == query.Age {
		return c.age(w)
	}
	s := scaleOf(w.Field)
	first, last := s.bucket(w.Lo), s.bucket(w.Hi-1)
	lo, hi := first, last // of those that lie in it whole
	if s.start(first) != w.Lo {
		lo++
	}
	if w.Hi != math.MaxInt64 && (last == s.last || s.start(last+1) != w.Hi) {
		hi--
	}
	sure, err := c.buckets(w.Field, lo, hi)
	if err != nil || lo == first && hi == last {
		return exactly(sure), err
	}
	ends := []docs{sure}
	for _, b := range [][2]int64{{first, min(lo-1, last)}, {max(hi+1, lo), last}} {
		end, err := c.buckets(w.Field, b[0], b[1])
		if err != nil {
			return anything, err
		}
		ends = append(ends, end)
	}
	return between(either(ends), sure), nil
}

// buckets finds documents with a value in buckets from lo to hi, both included.
func (c compiler) buckets(f query.Field, lo, hi int64) (docs, error) {
	if lo > hi {
		return docs{}, nil
	}
	found := roaring.New()
	for _, r := range scaleOf(f).cover(lo, hi) {
		to := numberTerm(f, r.level, r.to+1)
		err := c.eachTerm(fieldFacts, numberTerm(f, r.level, r.from), to, func(term string) (bool, error) {
			return true, c.addHits(found, fieldFacts, term)
		})
		if err != nil {
			return docs{}, err
		}
	}
	return docs{bits: found}, nil
}

// age finds a part of the list.
func (c compiler) age(w *query.Window) (answer, error) {
	o, err := c.order()
	if err != nil {
		return anything, err
	}
	from, to, err := c.places(o, inbox.Key{At: w.Hi, ID: noID}, w.Lo)
	found := roaring.New()
	found.AddMany(o.newest[from:to])
	return exactly(docs{bits: found}), err
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
