package index

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"lytter/inbox"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// known is what was found out about a segment, which never changes: it is found out once, when it is first needed.
type known struct {
	order once[*order]
	words [len(wordFields)]once[*lexicon]
	grams [len(wordFields)]once[*grams]
}

// once is a value that is made when it is first asked for. Those who ask meanwhile wait.
type once[T any] struct {
	do  sync.Once
	v   T
	err error
}

func (o *once[T]) get(find func() (T, error)) (T, error) {
	o.do.Do(func() {
		defer guard(&o.err)()
		o.v, o.err = find()
	})
	return o.v, o.err
}

// order is where the documents of a segment stand in the list: eight bytes a document.
type order struct {
	newest []uint32 // the documents' numbers, newest first
	rank   []uint32 // of each document its place in newest
}

// named is a document's name, for as far as it sorts as the list does, and its number.
type named struct {
	key [2]uint64
	n   uint32
}

func (p *part) order() (*order, error) {
	return p.known.order.get(func() (*order, error) {
		names := make([]named, p.size)
		for n := range names {
			id, err := p.name(uint32(n))
			if err != nil {
				return nil, err
			}
			names[n] = named{[2]uint64{binary.BigEndian.Uint64(id), binary.BigEndian.Uint64(id[keySize/2:])}, uint32(n)}
		}
		slices.SortFunc(names, func(a, b named) int { return cmp.Or(cmp.Compare(a.key[0], b.key[0]), cmp.Compare(a.key[1], b.key[1])) })
		o := &order{newest: make([]uint32, p.size), rank: make([]uint32, p.size)}
		for i, d := range names {
			o.newest[i], o.rank[d.n] = d.n, uint32(i)
		}
		return o, nil
	})
}

// places gives where in the order the documents stand that are older than before and not older than lo: [from, to).
func (p *part) places(o *order, before inbox.Key, lo int64) (from, to uint32, err error) {
	if before.At == math.MaxInt64 && lo == math.MinInt64 {
		return 0, uint32(len(o.newest)), nil
	}
	place := func(k inbox.Key) uint32 {
		i, _ := slices.BinarySearchFunc(o.newest, k, func(n uint32, k inbox.Key) int {
			at, kerr := p.key(n)
			if kerr != nil {
				err = kerr
			}
			if at.Less(k) {
				return 1
			}
			return -1
		})
		return uint32(i)
	}
	from = place(before)
	return from, max(from, place(inbox.Key{At: lo, ID: noID})), err
}

// lexicon is the words of a field in one piece of memory, to look for parts of them: that is a hundred times as fast as going through
// the dictionary.
type lexicon struct{ terms []byte } // each begins with a zero byte, and there is one more at the end

func (p *part) lexicon(f int) (*lexicon, error) {
	return p.known.words[f].get(func() (*lexicon, error) {
		l := &lexicon{}
		err := p.eachTerm(wordFields[f], "", "", func(term string) (bool, error) {
			if kindsOf(term)&exactKey != 0 {
				l.terms = append(append(l.terms, 0), term...)
			}
			return true, nil
		})
		l.terms = append(l.terms, 0)
		return l, err
	})
}

// with gives the terms of words that have a part, at the end if atEnd; at most n and one more.
func (l *lexicon) with(part string, atEnd bool, n int) (terms []string) {
	for i := 0; len(terms) <= n; {
		at := bytes.Index(l.terms[i:], []byte(part))
		if at < 0 {
			break
		}
		at += i
		if atEnd && l.terms[at+len(part)] < wordEnd {
			i = at + 1
			continue
		}
		from := bytes.LastIndexByte(l.terms[:at], 0) + 1
		i = at + bytes.IndexByte(l.terms[at:], 0)
		terms = append(terms, string(l.terms[from:i]))
	}
	return terms
}

// segments keeps what is known of the segments in use.
type segments struct {
	mu sync.Mutex
	m  map[uint64]*known
}

func (s *segments) of(id uint64) *known {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.m[id]
	if k == nil {
		k = &known{}
		if s.m == nil {
			s.m = map[uint64]*known{}
		}
		s.m[id] = k
	}
	return k
}

// warm finds out the order of all segments of a snapshot, so that no search has to, and forgets those that are not in it.
func (s *segments) warm(snap *scorch.IndexSnapshot) error {
	used := map[uint64]bool{}
	for _, ss := range snap.Segments() {
		used[ss.Id()] = true
		if _, err := newPart(ss, s).order(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.m {
		if !used[id] {
			delete(s.m, id)
		}
	}
	return nil
}
