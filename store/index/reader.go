package index

import (
	"cmp"
	"context"
	"slices"

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
	rest   query.Node // of the query, but for the part of the list
	effort int        // left
	parts  []*hits    // of all segments that have a part in that, the one with the newest conversation first
	total  int64
}

// hits are the documents of a segment that may match, deleted ones left out. They are looked for when it is known that they are needed:
// mostly the newest segments hold as many as are wanted.
type hits struct {
	*part
	order    *order
	from, to uint32 // places in the order where they can be
	open     bool   // what follows is known

	may, sure docs
	exact     bool      // they are the same, and nothing is left to be looked at
	late      []*phrase // must hold, too
	count     uint64    // of those that may
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

// Narrow implements inbox.IndexReader. Asked for all, Guess is what Walk will give, to the document, but for phrases, which it takes for
// found where their words are, and for a query by age and more than that: of those it counts each and gives the fewer.
func (r *Reader) Narrow(q *query.Bound, all bool) (n inbox.Narrowing, err error) {
	f, err := r.find(q)
	if err != nil {
		return n, err
	}
	defer func() {
		if err != nil {
			r.broken(err)
		}
	}()
	defer guard(&err)()
	n.Total, n.Exact = f.total, true
	possible := int64(0)
	for _, h := range f.parts {
		possible += int64(h.live)
	}
	narrows := possible < f.total
	for _, h := range f.parts {
		if all || !narrows {
			if err := f.open(h); err != nil {
				return n, err
			}
		}
		n.Guess += int64(h.guess())
		n.Exact = n.Exact && h.exact
		narrows = narrows || h.guess() < h.live
	}
	n.Narrows = n.Exact || narrows
	return n, nil
}

// find says where in the list a query is to be looked for.
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
	f = &found{q: q, rest: rest, effort: maxEffort}
	for _, s := range r.snap.Segments() {
		h := &hits{part: newPart(s, r.all)}
		f.total += int64(h.live)
		if h.order, err = h.part.order(); err != nil {
			return nil, err
		}
		if h.from, h.to, err = h.places(h.order, inbox.Key{At: in.hi, ID: noID}, in.lo); err != nil {
			return nil, err
		}
		if h.from < h.to {
			f.parts = append(f.parts, h)
		}
	}
	if err := sortByNewest(f.parts); err != nil {
		return nil, err
	}
	r.latest = f
	return f, nil
}

func sortByNewest(parts []*hits) (err error) {
	newest := make(map[*hits]inbox.Key, len(parts))
	for _, h := range parts {
		if newest[h], err = h.key(h.order.newest[h.from]); err != nil {
			return err
		}
	}
	slices.SortFunc(parts, func(a, b *hits) int {
		return cmp.Or(cmp.Compare(newest[b].At, newest[a].At), cmp.Compare(newest[b].ID, newest[a].ID))
	})
	return nil
}

// guess is how many may match, at most.
func (h *hits) guess() uint64 {
	if !h.open {
		return h.live
	}
	return min(h.count, uint64(h.to-h.from))
}

// open finds the documents of a segment that may match. Those that could not be indexed always may.
func (f *found) open(h *hits) error {
	if h.open {
		return nil
	}
	c := compiler{part: h.part, effort: &f.effort, late: &h.late}
	a, err := c.node(f.rest)
	if err != nil {
		return err
	}
	poisoned, err := c.hits(fieldFacts, poisonTerm)
	if err != nil {
		return err
	}
	h.may, h.sure = a.may, a.sure
	h.exact = a.exact && len(h.late) == 0
	if poisoned != nil {
		if poisoned = c.alive(poisoned); !poisoned.IsEmpty() {
			h.exact = false
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
	h.open = true
	return nil
}

// Walk implements inbox.IndexReader.
func (r *Reader) Walk(ctx context.Context, q *query.Bound, before inbox.Key, yield func(inbox.Key, bool) bool) error {
	f, err := r.find(q)
	if err != nil {
		return err
	}
	m, err := newMerge(f, before)
	for size := 8; err == nil; size = min(2*size, 4096) { // few first: another segment may have to be opened for more
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
