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
	may, sure docs
	late      []*phrase // must hold, too
	count     uint64    // of those that may

	order    *order
	from, to uint32 // places in the order where they can be
}

// judge says whether a document matches, for all that the segment can tell.
func (h *hits) judge(n uint32) (verdict, error) {
	if h.may.every && h.gone != nil && h.gone.Contains(n) || !h.may.every && !h.may.bits.Contains(n) {
		return no, nil
	}
	out := yes
	if !h.sure.every && (h.sure.bits == nil || !h.sure.bits.Contains(n)) {
		out = maybe
	}
	for _, p := range h.late {
		v, err := p.look(n)
		if err != nil || v == no {
			return no, err
		}
		out = min(out, v)
	}
	return out, nil
}

// Seq implements inbox.IndexReader.
func (r *Reader) Seq() inbox.Seq { return r.seq }

// Close implements inbox.IndexReader.
func (r *Reader) Close() error { return r.snap.Close() }

// Narrow implements inbox.IndexReader. What it finds is kept for Walk. Guess is what Walk will give, to the document, but for phrases,
// which it takes for found where their words are, and for a query by age and more than that: of those it counts each and gives the fewer.
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
	c.late = &h.late
	a, err := c.node(n)
	if err != nil {
		return nil, false, err
	}
	poisoned, err := c.hits(fieldFacts, poisonTerm)
	if err != nil {
		return nil, false, err
	}
	h.may, h.sure = a.may, a.sure
	exact = a.exact && len(h.late) == 0
	if poisoned != nil {
		if poisoned = c.alive(poisoned); !poisoned.IsEmpty() {
			exact = false
			h.may, h.sure = either([]docs{a.may, {bits: poisoned}}), c.but(a.sure, docs{bits: poisoned})
		}
	}
	switch {
	case h.may.every:
		h.count = c.live
	case h.may.none():
		h.may.bits = roaring.New()
	default:
		h.may.bits = c.alive(h.may.bits)
		h.count = h.may.bits.GetCardinality()
	}
	return h, exact, nil
}

// Walk implements inbox.IndexReader.
func (r *Reader) Walk(ctx context.Context, q *query.Bound, before inbox.Key, yield func(inbox.Key, bool) bool) error {
	f, err := r.find(q)
	if err != nil {
		return err
	}
	m, err := newMerge(f.parts, before)
	for size := 64; err == nil; size = min(2*size, 4096) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var some []given
		if some, err = m.next(ctx, size); err != nil {
			break
		}
		for _, g := range some { // outside of the guard: what the caller does is not ours
			if !yield(g.Key, g.sure) {
				return nil
			}
		}
		if len(some) < size {
			return nil
		}
	}
	if ctx.Err() == nil {
		r.broken(err)
	}
	return err
}
