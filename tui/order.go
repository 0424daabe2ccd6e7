package tui

import (
	"cmp"
	"slices"

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
	known   bool
	before  int // rows above the first entry
	total   int
	entries []entry
}

// ask says which stretch a screen wants, and what it shows now.
type ask struct {
	slot     string
	gen      int
	from, n  int // rows wanted, by the places of the rows held
	held     window
	cursor   inbox.ConversationID // 0: none
	seek     inbox.ConversationID // where nothing is held yet: begin around this one; 0: at from
	released map[inbox.ConversationID]bool
}

// slide gives the stretch that is wanted. Rows that are held keep their places among each other, though their conversations have spoken
// again: nothing moves under the hand. What is new stands where it belongs; what has left the view goes, but for the cursor's row.
func slide(o order, a ask) window {
	w := window{slot: a.slot, gen: a.gen, total: o.Count(a.slot)}
	if w.total < 0 {
		w.total = 0
		return w
	}
	w.known = true
	for range 3 { // the view may move between two questions
		if got, ok := follow(o, a, w); ok {
			return got
		}
	}
	if p, in := o.Place(a.slot, a.seek); in && len(a.held.entries) == 0 {
		a.from = p - a.n/2
	}
	w.before = max(min(a.from, w.total-a.n), 0)
	for _, k := range o.Top(a.slot, w.before, a.n) {
		w.entries = append(w.entries, entry{Key: k})
	}
	for _, e := range a.held.entries {
		if _, in := o.Place(a.slot, e.ID); e.ID == a.cursor && !in && !a.released[e.ID] && w.before == 0 {
			e.left = true
			w.entries = append(w.entries, e)
			w.total++
		}
	}
	w.sort()
	w.total = max(w.total, w.before+len(w.entries))
	return w
}

func (w *window) sort() {
	slices.SortFunc(w.entries, func(x, y entry) int { return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(y.ID, x.ID)) })
}

// anchor finds a held row that stands where it stood, the nearest to the cursor: its index and its place in the view.
func anchor(o order, a ask) (i, place int, ok bool) {
	at := 0
	for j, e := range a.held.entries {
		if e.ID == a.cursor {
			at = j
		}
	}
	n := len(a.held.entries)
	for d := range n {
		for _, j := range [2]int{at + d, at - d} {
			if j < 0 || j >= n {
				continue
			}
			e := a.held.entries[j]
			if p, in := o.Place(a.slot, e.ID); in {
				if top := o.Top(a.slot, p, 1); len(top) == 1 && top[0] == e.Key {
					return j, p, true
				}
			}
		}
	}
	return 0, 0, false
}

// follow builds the stretch around a row that is where it was.
func follow(o order, a ask, w window) (window, bool) {
	i, place, ok := anchor(o, a)
	if !ok {
		return w, false
	}
	shown := a.held.before + i
	up, down := max(shown-a.from, 0), max(a.from+a.n-1-shown, 0)
	first := max(place-up, 0)
	chunk := o.Top(a.slot, first, place-first+1+down)
	if place-first >= len(chunk) || chunk[place-first] != a.held.entries[i].Key {
		return w, false
	}
	in := make(map[inbox.ConversationID]int, len(chunk))
	for j, k := range chunk {
		in[k.ID] = j
	}
	above, left := 0, 0 // rows kept here that stand above the chunk in the view; rows that stand in it no more
	var kept []entry
	moved := map[inbox.ConversationID]bool{}
	for _, e := range a.held.entries {
		if e.Key.Less(chunk[len(chunk)-1]) && len(chunk) == place-first+1+down || first > 0 && chunk[0].Less(e.Key) {
			continue // beyond what is wanted
		}
		e.left = false
		if j, here := in[e.ID]; here {
			if chunk[j] != e.Key {
				moved[e.ID] = true
				kept = append(kept, e)
			}
			continue
		}
		switch p, in := o.Place(a.slot, e.ID); {
		case in:
			if p < first {
				above++
			}
			kept = append(kept, e)
		case e.ID == a.cursor && !a.released[e.ID]:
			left++
			e.left = true
			kept = append(kept, e)
		}
	}
	w.entries = kept
	for _, k := range chunk {
		if !moved[k.ID] {
			w.entries = append(w.entries, entry{Key: k})
		}
	}
	w.sort()
	w.before = first - above
	w.total = max(w.total+left, w.before+len(w.entries))
	return w, w.before >= 0
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
