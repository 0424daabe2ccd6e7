package tui

import (
	"cmp"
	"slices"
	"sort"

	"lytter/inbox"
)

// order is a view as it is now: a *inbox.Sub, or the first hits of a search that is still being counted.
type order interface {
	// Count is -1 while it is not known.
	Count(name string) int
	Top(name string, from, n int) []inbox.Key
	Place(name string, id inbox.ConversationID) (int, bool)
}

// entry is one row of a window: a conversation at the place where this screen keeps it.
type entry struct {
	inbox.Key      // with At as it was when the row came to the screen
	left      bool // it is in the view no more, and is kept because the cursor stands on it
}

// window is a stretch of a list as a screen keeps it.
type window struct {
	slot    string
	gen     int // of the ask
	from, n int // as asked, when what was held began at was
	was     int
	known   bool
	before  int // rows above the first entry
	total   int
	entries []entry
}

// ask says which stretch a screen wants, and what it shows now.
type ask struct {
	slot     string
	gen      int
	from, n  int // rows wanted, by the places of the rows held; from is negative where a margin reaches beyond the first
	held     window
	cursor   inbox.ConversationID // 0: none
	seek     inbox.ConversationID // where nothing is held yet: begin around this one; 0: at from
	released map[inbox.ConversationID]bool
}

// slide gives the stretch that is wanted. Rows that are held keep their places among each other, though their conversations have spoken
// again: nothing moves under the hand. What is new stands where it belongs; what has left the view goes, but for the cursor's row.
func slide(o order, a ask) window {
	w := window{slot: a.slot, gen: a.gen, from: a.from, n: a.n, was: a.held.before, total: o.Count(a.slot)}
	if w.total < 0 {
		w.total = 0
		return w
	}
	w.known = true
	if len(a.held.entries) > 0 {
		return beside(o, a, w)
	}
	if p, in := o.Place(a.slot, a.seek); in {
		a.from = p - a.n/2
	}
	w.before = max(min(a.from, w.total-a.n), 0)
	for _, k := range o.Top(a.slot, w.before, a.n) {
		w.entries = append(w.entries, entry{Key: k})
	}
	w.total = max(w.total, w.before+len(w.entries))
	return w
}

// newer says how many rows of a view stand before a key.
func newer(o order, a ask, total int, k inbox.Key) int {
	return sort.Search(total, func(i int) bool {
		top := o.Top(a.slot, i, 1)
		return len(top) == 0 || !k.Less(top[0])
	})
}

// beside builds the stretch around the rows that are held.
func beside(o order, a ask, w window) window {
	held := a.held.entries
	ref := max(slices.IndexFunc(held, func(e entry) bool { return e.ID == a.cursor }), 0)
	up, down := max(a.held.before+ref-a.from, 0), max(a.from+a.n-1-a.held.before-ref, 0)
	place := newer(o, a, w.total, held[ref].Key)
	// Some of what stands above in the view may be kept further down here, so more is asked for than is wanted.
	first := max(place-up-len(held), 0)
	want := place - first + down + 1 + len(held)
	chunk := o.Top(a.slot, first, want)
	in := make(map[inbox.ConversationID]inbox.Key, len(chunk))
	for _, k := range chunk {
		in[k.ID] = k
	}
	above, left := 0, 0 // rows kept here that stand above the chunk in the view; rows that stand in the view no more
	keep := map[inbox.ConversationID]bool{}
	for _, e := range held {
		if first > 0 && len(chunk) > 0 && chunk[0].Less(e.Key) || len(chunk) == want && e.Less(chunk[len(chunk)-1]) {
			continue // beyond what was asked for
		}
		e.left = false
		k, here := in[e.ID]
		place, there := o.Place(a.slot, e.ID)
		switch {
		case here && k == e.Key:
			continue // it stands where it stood
		case here:
		case there:
			if place < first {
				above++
			}
		case e.ID == a.cursor && !a.released[e.ID]:
			left++
			e.left = true
		default:
			continue
		}
		keep[e.ID] = true
		w.entries = append(w.entries, e)
	}
	for _, k := range chunk {
		if !keep[k.ID] {
			w.entries = append(w.entries, entry{Key: k})
		}
	}
	slices.SortFunc(w.entries, func(x, y entry) int { return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(y.ID, x.ID)) })
	w.before = max(first-above, 0)
	w.total = max(w.total+left, w.before+len(w.entries))
	return w.trim(held[ref].Key, up, down)
}

// trim cuts off what stands further from a key than is wanted. A row that is in the view no more must not be cut off: it is counted.
func (w window) trim(k inbox.Key, up, down int) window {
	at := sort.Search(len(w.entries), func(i int) bool { return !k.Less(w.entries[i].Key) })
	from, to := max(at-up, 0), min(at+down+1, len(w.entries))
	w.entries = w.entries[from:to]
	w.before += from
	return w
}

// hits is the beginning of a search whose end is not known.
type hits []inbox.Key

// Count is the number of hits found so far.
func (h hits) Count(string) int { return len(h) }

// Top gives n of them.
func (h hits) Top(_ string, from, n int) []inbox.Key {
	from = min(max(from, 0), len(h))
	return h[from:min(from+n, len(h))]
}

// Place finds one.
func (h hits) Place(_ string, id inbox.ConversationID) (int, bool) {
	i := slices.IndexFunc(h, func(k inbox.Key) bool { return k.ID == id })
	return i, i >= 0
}
