package query

import (
	"slices"
	"sync"

	"lytter/inbox/text"
)

// Set holds many queries and finds those that match a document by looking only at the few that could. It is immutable and safe for
// concurrent use.
//
// What the queries seek is numbered: a term is one thing that a text can have, sought by any number of queries. Each alternative of a query
// is filed under terms (or ids) one of which a matching document must have. A document's words are looked up once, and where each term
// stands is noted. An alternative that is one term is decided by that; of the others only those are looked at under whose term something
// was found, and they read the text only for phrases, around the places of the phrase's rarest word. What a look needs of the queries lies
// together, as steps: to wait for memory costs more than to decide.
type Set struct {
	queries []*Bound
	code    []step
	roots   []int32 // of queries, in code; -1 of none
	parts   []int32 // in code: alternatives that are more than one term
	nodes   []Node  // that steps were made of

	lexicons [numText]*lexicon // nil where nothing is sought
	terms    map[termKey]int32
	handles  map[string]int32 // terms of handles
	byTerm   [][]claim

	members map[memberKey][]claim
	keyword []Field // the fields in members
	always  []claim // filed under nothing: decided for every document

	looks sync.Pool // of *Look
}

type memberKey struct {
	field Field
	id    int64
}

// claim is what follows from a term or an id: a query may match, by that part of it.
type claim struct {
	query int32
	part  int32 // in Set.parts, or decided
}

// decided is the part of a query that needs no other look: it matches.
const decided = -1

// NewSet files queries; their places in the slice are the numbers that Match returns. A nil query matches nothing.
func NewSet(queries []*Bound) *Set {
	s := &Set{
		queries: queries, roots: make([]int32, len(queries)),
		terms: map[termKey]int32{}, handles: map[string]int32{}, members: map[memberKey][]claim{},
	}
	for i, q := range queries {
		s.roots[i] = -1
		if q != nil {
			s.roots[i] = s.compile(q.Root)
			s.file(s.roots[i], int32(i))
		}
	}
	for _, l := range s.lexicons {
		if l != nil {
			l.claims = s.byTerm
		}
	}
	s.looks.New = func() any {
		return &Look{set: s, have: make([]had, len(s.byTerm)), asked: make([]asked, len(queries)), queued: make([]uint32, len(s.parts))}
	}
	return s
}

// Len is the number of queries.
func (s *Set) Len() int { return len(s.queries) }

// Query returns the query of a number.
func (s *Set) Query(i int32) *Bound { return s.queries[i] }

// file files the alternatives of a query, which begins at a step.
func (s *Set) file(at, q int32) {
	st := &s.code[at]
	switch st.op {
	case anyStep:
		for k := range s.kids(at) {
			s.file(k, q)
		}
		return
	case allStep:
		if first := at + 1; first < st.end && s.code[first].end == st.end { // all of one
			s.file(first, q)
			return
		}
	case wordStep:
		s.claim(anchor{term: st.term}, claim{q, decided})
		return
	case otherStep:
		if m, ok := s.nodes[st.node].(*Member); ok && !m.None {
			for _, id := range m.IDs {
				s.claim(anchor{member: &memberKey{m.Field, id}}, claim{q, decided})
			}
			return
		}
	case phraseStep, notStep:
	}
	c := claim{q, int32(len(s.parts))}
	s.parts = append(s.parts, at)
	as, _, ok := s.anchors(at)
	if !ok {
		s.always = append(s.always, c)
	}
	for _, a := range as {
		s.claim(a, c)
	}
}

func (s *Set) claim(a anchor, c claim) {
	if a.member == nil {
		s.byTerm[a.term] = append(s.byTerm[a.term], c)
		return
	}
	s.members[*a.member] = append(s.members[*a.member], c)
	if !slices.Contains(s.keyword, a.member.field) {
		s.keyword = append(s.keyword, a.member.field)
	}
}

// Match appends the numbers of the queries that match d, ascending.
func (s *Set) Match(d *Doc, dst []int32) []int32 {
	dst, _ = s.MatchWithin(d, Limits{}, dst)
	return dst
}

// MatchWithin is Match with bounds on the work: see Look.
func (s *Set) MatchWithin(d *Doc, lim Limits, dst []int32) (matched []int32, undecided int32) {
	l := s.Look(d, lim)
	defer l.Close()
	return append(dst, l.Matched()...), l.Undecided()
}

// anchor is something that a document must have if a query is to match: a term, or an id of a keyword field.
type anchor struct {
	term   int32
	member *memberKey
}

// anchors gives things of which a matching document has at least one, and a guess at how many documents have one; ok is false where
// nothing can be promised.
func (s *Set) anchors(at int32) (as []anchor, cost float64, ok bool) {
	st := &s.code[at]
	switch st.op {
	case allStep:
		for k := range s.kids(at) {
			if a, c, can := s.anchors(k); can && (!ok || c < cost) {
				as, cost, ok = a, c, true
			}
		}
		return as, cost, ok
	case anyStep:
		for k := range s.kids(at) {
			a, c, can := s.anchors(k)
			if !can {
				return nil, 0, false
			}
			as, cost = append(as, a...), cost+c
		}
		return as, cost, true
	case wordStep, phraseStep:
		return []anchor{{term: st.term}}, seekCost(s.nodes[st.node].(*Seek), int(st.rare)), true
	case otherStep:
		if m, is := s.nodes[st.node].(*Member); is && !m.None {
			for _, id := range m.IDs {
				as = append(as, anchor{member: &memberKey{m.Field, id}})
			}
			return as, 200 * float64(len(as)), true
		}
	case notStep:
	}
	return nil, 0, false
}

func seekCost(s *Seek, rare int) float64 {
	switch s.Op {
	case Word, Adjacent, Exact, Near:
		return rarity(s.Keys[rare].Exact)
	case Tag, AtName:
		return 1
	}
	return 4 * rarity(s.Part)
}

// rarest picks the word that is likely to be the rarest: the longest.
func rarest(ks []*text.Keys) (best int) {
	for i, k := range ks {
		if len(k.Exact) > len(ks[best].Exact) {
			best = i
		}
	}
	return best
}

// rarity guesses how many documents in a thousand have a word, from its length alone.
func rarity(word string) float64 {
	return 100 / float64(max(1, min(len(word), 12))*max(1, min(len(word), 12)))
}
