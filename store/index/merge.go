package index

import (
	"math"
	"slices"

	"lytter/inbox"
)

// merge gives the hits of all segments in the order of lists.
type merge struct{ streams []*stream }

// newMerge gives those that are older than before; the zero Key: all.
func newMerge(parts []*hits, before inbox.Key) (m *merge, err error) {
	defer guard(&err)()
	m = &merge{}
	for _, h := range parts {
		s := &stream{hits: h, next: h.from}
		if before != (inbox.Key{}) {
			older, _, err := h.places(h.order, before, math.MinInt64)
			if err != nil {
				return nil, err
			}
			s.next = max(s.next, older)
		}
		s.begin()
		m.streams = append(m.streams, s)
	}
	return m, nil
}

// next gives at most n more keys; fewer only at the end.
func (m *merge) next(n int) (keys []inbox.Key, err error) {
	defer guard(&err)()
	for len(keys) < n {
		var newest *stream
		for i := 0; i < len(m.streams); i++ {
			s := m.streams[i]
			ok, err := s.fill()
			switch {
			case err != nil:
				return nil, err
			case !ok:
				m.streams = slices.Delete(m.streams, i, i+1)
				i--
			case newest == nil || newest.head.Less(s.head):
				newest = s
			}
		}
		if newest == nil {
			break
		}
		keys = append(keys, newest.head)
		newest.full = false
	}
	return keys, nil
}

// stream gives the hits of one segment, newest first.
type stream struct {
	*hits
	next uint32 // place in the order that is to be looked at next

	few    bool     // there are so few hits that they are sorted instead
	places []uint32 // of those

	head inbox.Key
	full bool // head is a hit that was not taken yet
}

// begin chooses a way. To sort a hit takes about as long as to look at four places; to find 64 hits takes 64 times as many looks as
// there are places to a hit.
func (s *stream) begin() {
	s.few = !s.every && s.count*s.count < 16*s.size
	if !s.few {
		return
	}
	s.places = make([]uint32, 0, s.count)
	for it := s.docs.Iterator(); it.HasNext(); {
		if at := s.order.rank[it.Next()]; at >= s.next && at < s.to {
			s.places = append(s.places, at)
		}
	}
	slices.Sort(s.places)
}

// fill sets head; ok is false at the end.
func (s *stream) fill() (ok bool, err error) {
	if s.full {
		return true, nil
	}
	at, ok := s.advance()
	if !ok {
		return false, nil
	}
	s.head, err = s.key(s.order.newest[at])
	s.full = err == nil
	return s.full, err
}

func (s *stream) advance() (place uint32, ok bool) {
	if s.few {
		if len(s.places) == 0 {
			return 0, false
		}
		place, s.places = s.places[0], s.places[1:]
		return place, true
	}
	for s.next < s.to {
		place = s.next
		s.next++
		if s.has(s.order.newest[place]) {
			return place, true
		}
	}
	return 0, false
}
