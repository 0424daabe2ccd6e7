package query

import (
	"slices"
	"sync"

	"lytter/inbox/text"
)

// Set holds many queries and finds those that match a document by looking only at the few that could: each query is filed under words
// (or ids) one of which a matching document must have. It is immutable and safe for concurrent use.
type Set struct {
	queries []*Bound

	danish, english, exact map[string][]int32 // by a word's key
	tags, handles          map[string][]int32
	prefixes               map[string][]int32
	prefixLens             []int // the distinct lengths of prefixes, in bytes
	members                map[memberKey][]int32
	keyword                []Field // the fields in members
	always                 []int32 // no such word: decided for every document
	fields                 [numText]bool

	scratch sync.Pool
}

type memberKey struct {
	field Field
	id    int64
}

type scratch struct {
	seen []uint32
	mark uint32
	cand []int32
}

// NewSet files queries; their places in the slice are the numbers that Match returns. A nil query matches nothing.
func NewSet(queries []*Bound) *Set {
	s := &Set{
		queries: queries,
		danish:  map[string][]int32{}, english: map[string][]int32{}, exact: map[string][]int32{},
		tags: map[string][]int32{}, handles: map[string][]int32{}, prefixes: map[string][]int32{},
		members: map[memberKey][]int32{},
	}
	for i, q := range queries {
		if q == nil {
			continue
		}
		as, _, ok := anchors(q.Root)
		if !ok {
			s.always = append(s.always, int32(i))
			continue
		}
		for _, a := range as {
			s.file(a, int32(i))
		}
	}
	slices.Sort(s.prefixLens)
	n := len(queries)
	s.scratch.New = func() any { return &scratch{seen: make([]uint32, n)} }
	return s
}

// Len is the number of queries.
func (s *Set) Len() int { return len(s.queries) }

// Query returns the query of a number.
func (s *Set) Query(i int32) *Bound { return s.queries[i] }

// Match appends the numbers of the queries that match d, ascending.
func (s *Set) Match(d *Doc, dst []int32) []int32 {
	start := len(dst)
	dst = s.Candidates(d, dst)
	out := dst[:start]
	for _, i := range dst[start:] {
		if eval(s.queries[i].Root, d, free()) {
			out = append(out, i)
		}
	}
	return out
}

// Candidates appends the numbers of the queries that could match d, ascending: all that do are among them.
func (s *Set) Candidates(d *Doc, dst []int32) []int32 {
	sc := s.scratch.Get().(*scratch)
	sc.mark++
	if sc.mark == 0 { // wrapped around
		clear(sc.seen)
		sc.mark = 1
	}
	sc.cand = append(sc.cand[:0], s.always...)
	for f := range d.Texts {
		if !s.fields[f] {
			continue
		}
		for i := range d.Texts[f] {
			s.tokens(sc, d.Texts[f][i].Tokens)
		}
	}
	if len(s.handles) > 0 {
		for _, h := range d.Handles {
			sc.add(s.handles[h])
		}
	}
	for _, f := range s.keyword {
		for _, id := range d.Words(f) {
			sc.add(s.members[memberKey{f, id}])
		}
	}
	start := len(dst)
	dst = append(dst, sc.cand...)
	s.scratch.Put(sc)
	slices.Sort(dst[start:])
	return dst
}

func (sc *scratch) add(qs []int32) {
	for _, q := range qs {
		if sc.seen[q] != sc.mark {
			sc.seen[q] = sc.mark
			sc.cand = append(sc.cand, q)
		}
	}
}

func (s *Set) tokens(sc *scratch, toks []text.Token) {
	for i := range toks {
		k := toks[i].Keys
		if qs, ok := s.danish[k.Danish]; ok {
			sc.add(qs)
		}
		if qs, ok := s.english[k.English]; ok {
			sc.add(qs)
		}
		if len(s.exact) > 0 {
			sc.add(s.exact[k.Exact])
		}
		for _, n := range s.prefixLens {
			if n > len(k.Exact) {
				break
			}
			if qs, ok := s.prefixes[k.Exact[:n]]; ok {
				sc.add(qs)
			}
		}
		switch toks[i].Kind {
		case text.Hashtag:
			sc.add(s.tags[k.Exact])
		case text.Handle:
			sc.add(s.handles[k.Exact])
		}
	}
}

// anchor is something that a document must have if a query is to match: the query is filed under it.
type anchor struct {
	kind  anchorKind
	key   string
	field Field
	id    int64
}

type anchorKind uint8

const (
	anchorDanish anchorKind = iota
	anchorEnglish
	anchorExact
	anchorTag
	anchorHandle
	anchorPrefix
	anchorMember
)

func (s *Set) file(a anchor, q int32) {
	if a.kind == anchorMember {
		k := memberKey{a.field, a.id}
		s.members[k] = append(s.members[k], q)
		if !slices.Contains(s.keyword, a.field) {
			s.keyword = append(s.keyword, a.field)
		}
		return
	}
	s.fields[a.field] = true
	m := [...]map[string][]int32{s.danish, s.english, s.exact, s.tags, s.handles, s.prefixes}[a.kind]
	if l := m[a.key]; len(l) > 0 && l[len(l)-1] == q {
		return
	}
	m[a.key] = append(m[a.key], q)
	if a.kind == anchorPrefix && !slices.Contains(s.prefixLens, len(a.key)) {
		s.prefixLens = append(s.prefixLens, len(a.key))
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
		return seekAnchors(n)
	case *Member:
		if n.None {
			return nil, 0, false
		}
		for _, id := range n.IDs {
			as = append(as, anchor{kind: anchorMember, field: n.Field, id: id})
		}
		return as, 200 * float64(len(as)), true
	}
	return nil, 0, false
}

func seekAnchors(s *Seek) ([]anchor, float64, bool) {
	a := anchor{key: s.Part, field: s.Field}
	switch s.Op {
	case Adjacent, Exact, Near:
		k := rarest(s.Keys)
		if s.Op == Exact {
			return []anchor{{kind: anchorExact, key: k.Exact, field: s.Field}}, rarity(k.Exact), true
		}
		as := []anchor{}
		if k.Danish != "" {
			as = append(as, anchor{kind: anchorDanish, key: k.Danish, field: s.Field})
		} else {
			as = append(as, anchor{kind: anchorExact, key: k.Exact, field: s.Field})
		}
		if k.English != "" {
			as = append(as, anchor{kind: anchorEnglish, key: k.English, field: s.Field})
		}
		return as, rarity(k.Exact), true
	case Prefix:
		a.kind = anchorPrefix
		return []anchor{a}, 4 * rarity(s.Part), true
	case Tag:
		a.kind = anchorTag
		return []anchor{a}, 1, true
	case AtName:
		a.kind, a.field = anchorHandle, Text
		return []anchor{a}, 1, true
	}
	return nil, 0, false // Infix, Suffix
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
