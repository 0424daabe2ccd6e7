// Package alike finds texts that say nearly the same: copies that are passed round, with another name below them or a word changed.
//
// A text is the set of its words and of its pairs of words that stand together, by their exact keys, without addresses and handles. Two
// texts are alike where the sets have at least three fifths of what is in either in common; of texts of fewer than eight words, where the
// sets are the same; texts of fewer than four words are like none. A Recent remembers the sets of so many texts as hashes and finds the
// most like of them: by a hash of all of it, and by the least of 24 hashes two by two, of which two texts that are alike share one but
// once in a thousand times.
//
// It knows no message and no store. It keeps nothing that a text could be read from.
package alike

import (
	"math"
	"slices"
	"sync"

	"lytter/inbox/text"
)

// What counts as alike.
const (
	minWords  = 4 // of a text that is like any other
	fewWords  = 8 // of one that may differ from what it is like
	shareNum  = 3 // the least that two have in common, of what is in either
	shareDen  = 5
	maxSet    = 48 // of longer texts the least hashes stand for all
	bands     = 12
	perBucket = 4 // the newest of those that share a key
)

// Sketch is what is remembered of a text. The zero Sketch is of one that is like none.
type Sketch struct {
	set   [maxSet]uint32 // ascending
	n     int
	words int
	keys  [1 + bands]uint32 // what it is looked up by: a hash of all of it, and, of a text that may differ, those of the bands
}

// Alone reports whether the text is like none.
func (s *Sketch) Alone() bool { return s.words < minWords }

// Of makes the sketch of a text.
func Of(toks []text.Token) (s Sketch) {
	var all [2 * 256]uint32
	n, before, skip := 0, uint64(0), int32(-1)
	for i := range toks {
		t := &toks[i]
		switch {
		case t.Kind == text.URL || t.Kind == text.Handle:
			skip = t.End
		case t.Start < skip || t.Kind != text.Word && t.Kind != text.Number:
		case n+2 > len(all):
		default:
			h := hash(t.Keys.Exact)
			all[n] = uint32(mix(h))
			n++
			if before != 0 {
				all[n] = uint32(mix(before*31 + h))
				n++
			}
			before = h
			s.words++
		}
	}
	if s.Alone() {
		return s
	}
	set := all[:n]
	slices.Sort(set)
	set = slices.Compact(set)
	sum := uint64(len(set))
	for _, h := range set {
		sum = mix(sum ^ uint64(h))
	}
	s.n, s.keys[0] = copy(s.set[:], set), uint32(sum)
	if s.words >= fewWords {
		s.band()
	}
	return s
}

// alike tells how much two have in common, in thousandths, and whether that is enough.
func (s *Sketch) alike(o *Sketch) (share int, ok bool) {
	same := s.keys[0] == o.keys[0] && s.n == o.n && s.set == o.set
	if same {
		return 1000, true
	}
	if s.words < fewWords || o.words < fewWords {
		return 0, false
	}
	both, either := 0, 0
	for i, j := 0, 0; (i < s.n || j < o.n) && either < maxSet; either++ {
		switch {
		case j == o.n || i < s.n && s.set[i] < o.set[j]:
			i++
		case i == s.n || o.set[j] < s.set[i]:
			j++
		default:
			both++
			i++
			j++
		}
	}
	return both * 1000 / either, both*shareDen >= either*shareNum
}

// band makes the keys of the bands: the least of two hashes of the set each.
func (s *Sketch) band() {
	for b := range uint64(bands) {
		least := [2]uint64{math.MaxUint64, math.MaxUint64}
		for _, h := range s.set[:s.n] {
			x := mix(uint64(h) + b<<33)
			least[0] = min(least[0], x>>32)
			least[1] = min(least[1], x&math.MaxUint32)
		}
		s.keys[1+b] = uint32(mix(least[0]<<32 | least[1] + b))
	}
}

// lookups are the keys that the text has.
func (s *Sketch) lookups() []uint32 {
	if s.words < fewWords {
		return s.keys[:1]
	}
	return s.keys[:]
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h | 1
}

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// Recent remembers the newest texts that it was given. It is safe for concurrent use.
type Recent struct {
	mu      sync.Mutex
	most    int
	next    int // how many were ever given
	entries []entry
	by      map[uint32][perBucket]int32 // place of an entry plus one
	places  map[int64]int32
}

type entry struct {
	id     int64 // 0: forgotten
	sketch Sketch
}

// NewRecent remembers so many texts.
func NewRecent(most int) *Recent {
	return &Recent{most: most, by: map[uint32][perBucket]int32{}, places: map[int64]int32{}}
}

// Find gives the text most like a sketch, and whether it is the very same but for its order; of several the one with the least id.
func (r *Recent) Find(s *Sketch) (id int64, same bool) {
	if s.Alone() {
		return 0, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	best := 0
	for _, k := range s.lookups() {
		for _, at := range r.by[k] {
			if at == 0 {
				continue
			}
			e := &r.entries[at-1]
			share, ok := e.sketch.alike(s)
			if ok && (share > best || share == best && e.id < id) {
				best, id = share, e.id
			}
		}
	}
	return id, best == 1000
}

// Add remembers a text by an id that is not 0, and forgets the oldest where there are too many.
func (r *Recent) Add(id int64, s Sketch) {
	if s.Alone() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.next % r.most
	r.next++
	if at == len(r.entries) {
		r.entries = append(r.entries, entry{})
	}
	r.forget(int32(at))
	if was, ok := r.places[id]; ok {
		r.forget(was)
	}
	r.entries[at] = entry{id, s}
	r.places[id] = int32(at)
	for _, k := range s.lookups() {
		b := r.by[k]
		copy(b[1:], b[:])
		b[0] = int32(at) + 1
		r.by[k] = b
	}
}

// Forget forgets a text.
func (r *Recent) Forget(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.places[id]; ok {
		r.forget(at)
	}
}

func (r *Recent) forget(at int32) {
	e := &r.entries[at]
	if e.id == 0 {
		return
	}
	for _, k := range e.sketch.lookups() {
		b := r.by[k]
		left := slices.DeleteFunc(b[:], func(x int32) bool { return x == at+1 })
		if clear(b[len(left):]); len(left) == 0 || left[0] == 0 {
			delete(r.by, k)
			continue
		}
		r.by[k] = b
	}
	delete(r.places, e.id)
	*e = entry{}
}

// Len is how many texts are remembered.
func (r *Recent) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.places)
}

// Compare tells how much two texts have in common, from 0 to 1, and whether they are alike.
func Compare(a, b []text.Token) (share float64, ok bool) {
	s, o := Of(a), Of(b)
	if s.Alone() || o.Alone() {
		return 0, false
	}
	n, ok := s.alike(&o)
	return float64(n) / 1000, ok
}
