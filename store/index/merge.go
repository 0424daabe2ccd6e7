package index

import (
	"context"
	"math"
	"slices"

	"lytter/inbox"
)

// merge gives the hits of all segments in the order of lists.
type merge struct {
	found   *found
	streams []*stream
}

// newMerge gives those that are older than before; the zero Key: all.
func newMerge(f *found, before inbox.Key) (m *merge, err error) {
	defer guard(&err)()
	m = &merge{found: f}
	for _, h := range f.parts {
		s := &stream{hits: h, next: h.from}
		if before != (inbox.Key{}) {
			older, _, err := h.places(h.order, before, math.MinInt64)
			if err != nil {
				return nil, err
			}
			s.next = max(s.next, older)
		}
		if s.next >= h.to {
			continue
		}
		k, err := h.key(h.order.newest[s.next])
		if err != nil {
			return nil, err
		}
		s.head, s.full = given{Key: k}, true // nothing in it is newer
		m.streams = append(m.streams, s)
	}
	return m, nil
}

// given is a key of a document that may match; sure: it does.
type given struct {
	inbox.Key
	sure bool
}

// next gives at most n more; fewer only at the end.
func (m *merge) next(ctx context.Context, n int) (out []given, err error) {
	defer guard(&err)()
	for len(out) < n {
		var newest *stream
		for i := 0; i < len(m.streams); i++ {
			s := m.streams[i]
			ok, err := s.fill(ctx)
			switch {
			case err != nil:
				return nil, err
			case !ok:
				m.streams = slices.Delete(m.streams, i, i+1)
				i--
			case newest == nil || newest.head.Less(s.head.Key):
				newest = s
			}
		}
		if newest == nil {
			break
		}
		newest.full = false
		if newest.begun {
			out = append(out, newest.head)
			continue
		}
		if err := m.found.open(newest.hits); err != nil {
			return nil, err
		}
		newest.begin()
	}
	return out, nil
}

// stream gives the hits of one segment, newest first.
type stream struct {
	*hits
	next uint32 // place in the order that is to be looked at next

	begun  bool     // before, head is the newest that could be
	few    bool     // there are so few hits that they are sorted instead
	places []uint32 // of those

	head given
	full bool // head is a hit that was not taken yet
}

// begin chooses a way. To sort a hit takes about as long as to look at four places; to find 64 hits takes 64 times as many looks as
// there are places to a hit.
func (s *stream) begin() {
	s.begun = true
	s.few = !s.may.every && s.count*s.count < 16*s.size
	if !s.few {
		return
	}
	s.places = make([]uint32, 0, s.count)
	for it := s.may.bits.Iterator(); it.HasNext(); {
		if at := s.order.rank[it.Next()]; at >= s.next && at < s.to {
			s.places = append(s.places, at)
		}
	}
	slices.Sort(s.places)
}

// asksEvery is how many documents are looked at before it is asked whether somebody still waits for the answer.
const asksEvery = 1024

// fill sets head; ok is false at the end.
func (s *stream) fill(ctx context.Context) (ok bool, err error) {
	for looked := 1; !s.full; looked++ {
		if looked%asksEvery == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		at, ok := s.advance()
		if !ok {
			return false, nil
		}
		n := s.order.newest[at]
		v, err := s.judge(n)
		if err != nil {
			return false, err
		}
		if v == no {
			continue
		}
		k, err := s.key(n)
		if err != nil {
			return false, err
		}
		s.head, s.full = given{k, v == yes}, true
	}
	return true, nil
}

// advance gives the next place where a document may match.
func (s *stream) advance() (place uint32, ok bool) {
	if s.few {
		if len(s.places) == 0 {
			return 0, false
		}
		place, s.places = s.places[0], s.places[1:]
		return place, true
	}
	place = s.next
	s.next++
	return place, place < s.to
}
