package query

import (
	"slices"
	"sync"

	"lytter/inbox/text"
)

// Set holds many queries and finds those that match a document by looking only at the few that could. It is immutable and safe for
// concurrent use.
//
// What the queries seek is numbered: a term is one thing that a text can have, sought by any number of queries. Each query is filed under
// terms (or ids) one of which a matching document must have. A document's words are looked up once; a query then asks for terms by
// number, and reads the text only for phrases whose rarest word is there.
type Set struct {
	queries []*Bound
	roots   []Node // of queries, with the term of every Seek

	lexicons [numText]*lexicon // nil where nothing is sought
	terms    map[termKey]int32
	handles  map[string]int32 // terms of handles
	byTerm   [][]int32        // queries filed under a term

	members map[memberKey][]int32
	keyword []Field // the fields in members
	always  []int32 // filed under nothing: decided for every document

	scratch sync.Pool
}

type memberKey struct {
	field Field
	id    int64
}

// NewSet files queries; their places in the slice are the numbers that Match returns. A nil query matches nothing.
func NewSet(queries []*Bound) *Set {
	s := &Set{
		queries: queries, roots: make([]Node, len(queries)),
		terms: map[termKey]int32{}, handles: map[string]int32{}, members: map[memberKey][]int32{},
	}
	for i, q := range queries {
		if q == nil {
			continue
		}
		s.roots[i] = s.number(q.Root)
		as, _, ok := anchors(s.roots[i])
		if !ok {
			s.always = append(s.always, int32(i))
			continue
		}
		for _, a := range as {
			s.file(a, int32(i))
		}
	}
	for _, l := range s.lexicons {
		if l != nil {
			l.finish()
		}
	}
	s.scratch.New = func() any {
		return &scratch{run: run{have: make([]uint32, len(s.byTerm))}, seen: make([]uint32, len(queries))}
	}
	return s
}

// Len is the number of queries.
func (s *Set) Len() int { return len(s.queries) }

// Query returns the query of a number.
func (s *Set) Query(i int32) *Bound { return s.queries[i] }

// number copies a query with the terms of its Seeks.
func (s *Set) number(n Node) Node {
	switch n := n.(type) {
	case *AllOf:
		return &AllOf{Kids: s.numberAll(n.Kids)}
	case *AnyOf:
		return &AnyOf{Kids: s.numberAll(n.Kids)}
	case *Without:
		return &Without{Kid: s.number(n.Kid)}
	case *Seek:
		numbered := *n
		numbered.term = s.term(n) + 1
		return &numbered
	case *Member, *Window:
	}
	return n
}

func (s *Set) numberAll(kids []Node) []Node {
	out := make([]Node, len(kids))
	for i, k := range kids {
		out[i] = s.number(k)
	}
	return out
}

// term finds or makes the term that a Seek cannot do without: the word, or of several the one that is likely to be the rarest.
func (s *Set) term(n *Seek) int32 {
	field := n.Field
	if field == Handle { // handles are met in the text, too
		field = Text
	}
	l := s.lexicons[field]
	if l == nil {
		l = newLexicon()
		s.lexicons[field] = l
	}
	k := termKey{field: n.Field, op: n.Op, a: n.Part}
	var word *text.Keys
	if len(n.Keys) > 0 {
		word = rarest(n.Keys)
		k.a, k.b = word.Danish, word.English
		if n.Op == Near {
			k.op = Adjacent
		}
		if n.Op == Exact {
			k.op, k.a, k.b = Exact, word.Exact, ""
		}
	}
	t, ok := s.terms[k]
	if !ok {
		t = int32(len(s.byTerm))
		s.terms[k] = t
		s.byTerm = append(s.byTerm, nil)
		l.add(k, t)
		if k.op == AtName {
			s.handles[k.a] = t
		}
	}
	return t
}

// scratch is what one Match needs for itself.
type scratch struct {
	run
	seen []uint32 // by query: mark where it is a candidate
	cand []int32
}

// Match appends the numbers of the queries that match d, ascending.
func (s *Set) Match(d *Doc, dst []int32) []int32 {
	dst, _ = s.MatchWithin(d, Limits{}, dst)
	return dst
}

// Limits bound the work of MatchWithin, in words looked at; 0 is no limit.
type Limits struct {
	Each int // of one query
	All  int // of all together
}

// MatchWithin is Match with bounds on the work. A query that would spend more counts as one that does not match, and the first of them
// is returned; it is -1 where all were decided.
func (s *Set) MatchWithin(d *Doc, lim Limits, dst []int32) (matched []int32, undecided int32) {
	sc := s.scratch.Get().(*scratch)
	defer s.scratch.Put(sc)
	s.candidates(sc, d)
	each, all := limit(lim.Each), limit(lim.All)
	start := len(dst)
	undecided = -1
	for _, i := range sc.cand {
		sc.work = min(each, all)
		before := sc.work
		ok := sc.eval(s.roots[i], d)
		all -= before - sc.work
		switch {
		case sc.work < 0:
			if undecided < 0 || i < undecided {
				undecided = i
			}
		case ok:
			dst = append(dst, i)
		}
	}
	slices.Sort(dst[start:])
	return dst, undecided
}

func limit(n int) int {
	if n == 0 {
		return maxWork
	}
	return n
}

// candidates marks the terms that a document has, and collects the queries that could match it.
func (s *Set) candidates(sc *scratch, d *Doc) {
	if sc.mark++; sc.mark == 0 { // wrapped around
		clear(sc.have)
		clear(sc.seen)
		sc.mark = 1
	}
	sc.cand = append(sc.cand[:0], s.always...)
	for f, l := range s.lexicons {
		if l == nil {
			continue
		}
		for i := range d.Texts[f] {
			toks := d.Texts[f][i].Tokens
			for j := range toks {
				for _, t := range l.terms(&toks[j]) {
					sc.has(s, t)
				}
			}
		}
	}
	if len(s.handles) > 0 {
		for _, h := range d.Handles {
			if t, ok := s.handles[h]; ok {
				sc.has(s, t)
			}
		}
	}
	for _, f := range s.keyword {
		for _, id := range d.Words(f) {
			sc.add(s.members[memberKey{f, id}])
		}
	}
}

func (sc *scratch) has(s *Set, term int32) {
	if sc.have[term] != sc.mark {
		sc.have[term] = sc.mark
		sc.add(s.byTerm[term])
	}
}

func (sc *scratch) add(qs []int32) {
	for _, q := range qs {
		if sc.seen[q] != sc.mark {
			sc.seen[q] = sc.mark
			sc.cand = append(sc.cand, q)
		}
	}
}

// anchor is something that a document must have if a query is to match: a term, or an id of a keyword field.
type anchor struct {
	term   int32
	member *memberKey
}

func (s *Set) file(a anchor, q int32) {
	if a.member == nil {
		if l := s.byTerm[a.term]; len(l) == 0 || l[len(l)-1] != q {
			s.byTerm[a.term] = append(l, q)
		}
		return
	}
	s.members[*a.member] = append(s.members[*a.member], q)
	if !slices.Contains(s.keyword, a.member.field) {
		s.keyword = append(s.keyword, a.member.field)
	}
}

// anchors gives things of which a matching document has at least one, and a guess at how many documents have one; ok is false where
// nothing can be promised.
func anchors(n Node) (as []anchor, cost float64, ok bool) {
	switch n := n.(type) {
	case *AllOf:
		for _, k := range n.Kids {
			if a, c, can := anchors(k); can && (!ok || c < cost) {
				as, cost, ok = a, c, true
			}
		}
		return as, cost, ok
	case *AnyOf:
		for _, k := range n.Kids {
			a, c, can := anchors(k)
			if !can {
				return nil, 0, false
			}
			as, cost = append(as, a...), cost+c
		}
		return as, cost, true
	case *Seek:
		return []anchor{{term: n.term - 1}}, seekCost(n), true
	case *Member:
		if n.None {
			return nil, 0, false
		}
		for _, id := range n.IDs {
			as = append(as, anchor{member: &memberKey{n.Field, id}})
		}
		return as, 200 * float64(len(as)), true
	case *Without, *Window:
	}
	return nil, 0, false
}

func seekCost(s *Seek) float64 {
	switch s.Op {
	case Word, Adjacent, Exact, Near:
		return rarity(rarest(s.Keys).Exact)
	case Tag, AtName:
		return 1
	}
	return 4 * rarity(s.Part)
}

// rarest picks the word that is likely to be the rarest: the longest.
func rarest(ks []*text.Keys) *text.Keys {
	best := ks[0]
	for _, k := range ks[1:] {
		if len(k.Exact) > len(best.Exact) {
			best = k
		}
	}
	return best
}

// rarity guesses how many documents in a thousand have a word, from its length alone.
func rarity(word string) float64 {
	return 100 / float64(max(1, min(len(word), 12))*max(1, min(len(word), 12)))
}
