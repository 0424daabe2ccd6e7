package index

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"lytter/inbox"
	"lytter/inbox/query"
)

// Reader is the index as of one position of the log. It implements inbox.IndexReader and is for one search: one goroutine at a time.
type Reader struct {
	snap   *scorch.IndexSnapshot
	seq    inbox.Seq
	parts  []*scorch.SegmentSnapshot
	broken func(error) // told of every error: the files cannot be trusted any more
	latest *found      // of the query asked last
}

// found is what a query finds in a snapshot.
type found struct {
	q      *query.Bound
	parts  []hits
	narrow inbox.Narrowing
	within stretch
}

// hits are the documents of a segment that may match, deleted ones left out.
type hits struct {
	*part
	every bool
	docs  *roaring.Bitmap
	count uint64
}

func (h *hits) has(n uint32) bool {
	if h.every {
		return h.gone == nil || !h.gone.Contains(n)
	}
	return h.docs.Contains(n)
}

// Seq implements inbox.IndexReader.
func (r *Reader) Seq() inbox.Seq { return r.seq }

// Close implements inbox.IndexReader.
func (r *Reader) Close() error { return r.snap.Close() }

// Narrow implements inbox.IndexReader. What it computes is kept for Walk. Guess counts exactly what Walk will give, but for a query by
// age, which is counted in whole hours.
func (r *Reader) Narrow(q *query.Bound) (inbox.Narrowing, error) {
	f, err := r.find(q)
	if err != nil {
		return inbox.Narrowing{}, err
	}
	return f.narrow, nil
}

func (r *Reader) find(q *query.Bound) (f *found, err error) {
	if r.latest != nil && r.latest.q == q {
		return r.latest, nil
	}
	defer func() {
		if err != nil {
			r.broken(err)
		}
	}()
	defer guard(&err)()
	f = &found{q: q}
	rest, in := byAge(q.Root)
	f.within = in
	exact := true
	effort := maxEffort
	for _, s := range r.parts {
		p := newPart(s)
		h, ok, err := decide(compiler{part: p, effort: &effort}, rest, in)
		if err != nil {
			return nil, err
		}
		exact = exact && ok
		f.narrow.Total += int64(p.live)
		f.narrow.Guess += int64(h.count)
		if h.count > 0 {
			f.parts = append(f.parts, h)
		}
	}
	f.narrow.Exact = exact
	f.narrow.Narrows = exact || f.narrow.Guess < f.narrow.Total
	r.latest = f
	return f, nil
}

// decide finds what may match in a segment.
func decide(c compiler, n query.Node, in stretch) (h hits, exact bool, err error) {
	a, err := c.within(n, in)
	if err != nil {
		return h, false, err
	}
	h = hits{part: c.part, every: a.every}
	poisoned, err := c.hits(fieldFacts, poisonTerm)
	if err != nil {
		return h, false, err
	}
	if a.every {
		h.count = c.live
		return h, a.exact && poisoned == nil, nil
	}
	h.docs = a.docs
	if poisoned != nil {
		h.docs = union(append([]*roaring.Bitmap{poisoned}, some(a.docs)...))
	}
	if h.docs != nil {
		h.docs = c.alive(h.docs)
		h.count = h.docs.GetCardinality()
	}
	return h, a.exact && poisoned == nil, nil
}

func some(b *roaring.Bitmap) []*roaring.Bitmap {
	if b == nil {
		return nil
	}
	return []*roaring.Bitmap{b}
}

// newestFirst gives the hits of all segments behind (older than) before, in the order of lists.
func (f *found) newestFirst(before inbox.Key) *merge {
	top := inbox.Key{At: f.within.hi, ID: math.MinInt64} // behind whatever is at hi or newer
	if before != (inbox.Key{}) && before.Less(top) {
		top = before
	}
	m := &merge{}
	for i := range f.parts {
		m.streams = append(m.streams, &stream{hits: &f.parts[i], before: top, lo: f.within.lo})
	}
	return m
}

// Walk implements inbox.IndexReader.
func (r *Reader) Walk(ctx context.Context, q *query.Bound, before inbox.Key, yield func(inbox.Key) bool) error {
	f, err := r.find(q)
	if err != nil {
		return err
	}
	m := f.newestFirst(before)
	for size := 64; ; size = min(2*size, 4096) {
		if err := ctx.Err(); err != nil {
			return err
		}
		keys, err := m.next(size)
		if err != nil {
			r.broken(err)
			return err
		}
		for _, k := range keys { // outside of the guard: what the caller does is not ours
			if !yield(k) {
				return nil
			}
		}
		if len(keys) < size {
			return nil
		}
	}
}

// merge gives the keys of several streams in one order.
type merge struct{ streams []*stream }

// next gives at most n more keys; fewer only at the end.
func (m *merge) next(n int) (keys []inbox.Key, err error) {
	defer guard(&err)()
	for len(keys) < n {
		var best *stream
		for i := 0; i < len(m.streams); i++ {
			s := m.streams[i]
			ok, err := s.fill()
			if err != nil {
				return nil, err
			}
			if !ok {
				m.streams = slices.Delete(m.streams, i, i+1)
				i--
				continue
			}
			if best == nil || best.head.Less(s.head) {
				best = s
			}
		}
		if best == nil {
			break
		}
		keys = append(keys, best.head)
		best.full = false
	}
	return keys, nil
}

// stream gives the hits of one segment, newest first.
type stream struct {
	*hits
	before inbox.Key // only what is older
	lo     int64     // and not before this

	head inbox.Key
	full bool // head is a hit that was not taken yet

	begun  bool
	sorted []inbox.Key // few hits: read and sorted at once, the newest at the end
	walk   func() (inbox.Key, bool, error)
}

// fewHits is up to how many hits are read and sorted at once. Reading a hit's key costs about a tenth of a step through the dictionary
// of all keys, which are in order; so above this, a hit every so many keys makes the steps the shorter way.
func fewHits(live uint64) uint64 { return max(1024, uint64(math.Sqrt(float64(live)*640))) }

// fill sets head; ok is false at the end.
func (s *stream) fill() (ok bool, err error) {
	if s.full {
		return true, nil
	}
	if !s.begun {
		s.begun = true
		if s.count <= fewHits(s.live) {
			err = s.read()
		} else {
			s.walk, err = s.steps()
		}
		if err != nil {
			return false, err
		}
	}
	if s.walk != nil {
		s.head, s.full, err = s.walk()
		return s.full, err
	}
	if n := len(s.sorted); n > 0 {
		s.head, s.full, s.sorted = s.sorted[n-1], true, s.sorted[:n-1]
	}
	return s.full, nil
}

func (s *stream) read() error {
	docs := s.docs
	if s.every {
		docs = s.alive(s.all())
	}
	s.sorted = make([]inbox.Key, 0, s.count)
	for it := docs.Iterator(); it.HasNext(); {
		k, err := s.key(it.Next())
		if err != nil {
			return err
		}
		if k.At >= s.lo && k.Less(s.before) {
			s.sorted = append(s.sorted, k)
		}
	}
	slices.SortFunc(s.sorted, func(a, b inbox.Key) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

// steps goes through the dictionary of all keys.
func (s *stream) steps() (func() (inbox.Key, bool, error), error) {
	d, err := s.dict(fieldID)
	if err != nil {
		return nil, err
	}
	it := terms(d, []byte(keyID(s.before)+"\x00"), nil)
	return func() (inbox.Key, bool, error) {
		for {
			e, err := it.Next()
			if err != nil || e == nil {
				return inbox.Key{}, false, err
			}
			k, ok := idKey([]byte(e.Term))
			if !ok || k.At < s.lo {
				return k, false, nil
			}
			s.list, err = d.PostingsList([]byte(e.Term), nil, s.list)
			if err != nil {
				return k, false, err
			}
			b, err := bitmapOf(s.list)
			if err != nil {
				return k, false, err
			}
			if b != nil && s.has(b.Minimum()) {
				return k, true, nil
			}
		}
	}, nil
}
