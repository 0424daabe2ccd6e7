package index

import (
	"context"

	"lytter/inbox"
	"lytter/inbox/query"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
)

// Reader is the index as of one position of the log. It implements inbox.IndexReader and is for one search: one goroutine at a time.
type Reader struct {
	snap   *scorch.IndexSnapshot
	seq    inbox.Seq
	all    *segments
	broken func(error) // told of every error: the files cannot be trusted any more
	latest *found      // of the query asked last
}

// found is what a query finds in a snapshot.
type found struct {
	q      *query.Bound
	parts  []*hits
	narrow inbox.Narrowing
}

// hits are the documents of a segment that may match, deleted ones left out.
type hits struct {
	*part
	every bool
	docs  *roaring.Bitmap
	count uint64

	order    *order
	from, to uint32 // places in the order where they can be
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

// Narrow implements inbox.IndexReader. What it finds is kept for Walk. Guess is what Walk will give, to the document, but for a query
// by age and more than that: of those it counts each and gives the fewer.
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
	rest, in := byAge(q.Root)
	f = &found{q: q}
	exact := true
	effort := maxEffort
	for _, s := range r.snap.Segments() {
		c := compiler{part: newPart(s, r.all), effort: &effort}
		h, ok, err := c.find(rest, in)
		if err != nil {
			return nil, err
		}
		exact = exact && ok
		f.narrow.Total += int64(c.live)
		f.narrow.Guess += int64(h.guess())
		if h.guess() > 0 {
			f.parts = append(f.parts, h)
		}
	}
	f.narrow.Exact = exact
	f.narrow.Narrows = exact || f.narrow.Guess < f.narrow.Total
	r.latest = f
	return f, nil
}

func (h *hits) guess() uint64 { return min(h.count, uint64(h.to-h.from)) }

// find gives the documents of a segment that may match, and whether they all do. Those that could not be indexed always may.
func (c compiler) find(n query.Node, in stretch) (h *hits, exact bool, err error) {
	h = &hits{part: c.part}
	if h.order, err = c.order(); err != nil {
		return nil, false, err
	}
	if h.from, h.to, err = c.places(h.order, inbox.Key{At: in.hi, ID: noID}, in.lo); err != nil || h.from == h.to {
		return h, true, err
	}
	a, err := c.node(n)
	if err != nil {
		return nil, false, err
	}
	poisoned, err := c.hits(fieldFacts, poisonTerm)
	if err != nil {
		return nil, false, err
	}
	if poisoned != nil {
		poisoned = c.alive(poisoned)
	}
	exact = a.exact && (poisoned == nil || poisoned.IsEmpty())
	if a.every {
		h.every, h.count = true, c.live
		return h, exact, nil
	}
	h.docs = a.docs
	if poisoned != nil {
		h.docs = roaring.Or(poisoned, a.docs)
	}
	h.docs = c.alive(h.docs)
	h.count = h.docs.GetCardinality()
	return h, exact, nil
}

// Walk implements inbox.IndexReader.
func (r *Reader) Walk(ctx context.Context, q *query.Bound, before inbox.Key, yield func(inbox.Key) bool) error {
	f, err := r.find(q)
	if err != nil {
		return err
	}
	m, err := newMerge(f.parts, before)
	for size := 64; err == nil; size = min(2*size, 4096) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var keys []inbox.Key
		if keys, err = m.next(size); err != nil {
			break
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
	r.broken(err)
	return err
}
