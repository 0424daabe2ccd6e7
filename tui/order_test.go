package tui

import (
	"cmp"
	"slices"
	"testing"

	"lytter/inbox"

	"pgregory.net/rapid"
)

// viewed is a view as a slice, newest first.
type viewed []inbox.Key

func (v viewed) Count(string) int { return len(v) }

func (v viewed) Top(_ string, from, n int) []inbox.Key { return hits(v).Top("", from, n) }

func (v viewed) Place(_ string, id inbox.ConversationID) (int, bool) { return hits(v).Place("", id) }

func (v *viewed) put(k inbox.Key) {
	v.drop(k.ID)
	*v = append(*v, k)
	slices.SortFunc(*v, func(a, b inbox.Key) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) })
}

func (v *viewed) drop(id inbox.ConversationID) {
	*v = slices.DeleteFunc(*v, func(k inbox.Key) bool { return k.ID == id })
}

// Whatever happens in a view, what a screen holds keeps its order; rows that are held and still in the view do not vanish while the
// screen wants their stretch; the cursor's row does not vanish at all but by its own person's hand; counts add up; and a row is there once.
func TestWindowHoldsStill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v viewed
		next, now := inbox.ConversationID(0), int64(0)
		arrive := func() {
			next++
			now++
			v.put(inbox.Key{At: now, ID: next})
		}
		for range rapid.IntRange(0, 60).Draw(t, "rows") {
			arrive()
		}
		var w window
		from, n := 0, rapid.IntRange(3, 30).Draw(t, "screen")
		released := map[inbox.ConversationID]bool{}
		cursor := inbox.ConversationID(0)
		for range 30 {
			w = look(t, v, w, from, n, cursor, released)
			if len(w.entries) > 0 && rapid.Bool().Draw(t, "moves") {
				cursor = w.entries[rapid.IntRange(0, len(w.entries)-1).Draw(t, "cursor")].ID
				clear(released)
				from = w.before + rapid.IntRange(-n, n).Draw(t, "scroll")
				if at := slices.IndexFunc(w.entries, func(e entry) bool { return e.ID == cursor }) + w.before; at < from || at >= from+n {
					from = at - n/2 // the screen shows the cursor
				}
			}
			some := func() (inbox.ConversationID, bool) {
				if len(v) == 0 {
					return 0, false
				}
				return v[rapid.IntRange(0, len(v)-1).Draw(t, "which")].ID, true
			}
			switch rapid.SampledFrom([]string{"arrive", "speak", "leave", "release", "old", "nothing"}).Draw(t, "happens") {
			case "arrive":
				for range rapid.IntRange(1, 5).Draw(t, "new") {
					arrive()
				}
			case "speak":
				if id, ok := some(); ok {
					now++
					v.put(inbox.Key{At: now, ID: id})
				}
			case "leave":
				if id, ok := some(); ok {
					v.drop(id)
				}
			case "release":
				released[cursor] = true
				v.drop(cursor)
			case "old":
				next++
				v.put(inbox.Key{At: rapid.Int64Range(0, now).Draw(t, "at"), ID: next})
			}
		}
	})
}

// look slides the window and checks what must hold.
func look(t *rapid.T, v viewed, held window, from, n int, cursor inbox.ConversationID, released map[inbox.ConversationID]bool) window {
	w := slide(v, ask{from: from, n: n, held: held, cursor: cursor, released: released})
	at := map[inbox.ConversationID]int{}
	left := 0
	for i, e := range w.entries {
		if _, twice := at[e.ID]; twice {
			t.Fatalf("%d is there twice: %v", e.ID, w.entries)
		}
		at[e.ID] = i
		if _, in := v.Place("", e.ID); in == e.left {
			t.Fatalf("%d left: %v, in the view: %v", e.ID, e.left, in)
		}
		if e.left {
			left++
		}
	}
	if w.before < 0 || w.total != len(v)+left || w.before+len(w.entries) > w.total {
		t.Fatalf("before %d, entries %d, total %d; the view has %d, kept %d", w.before, len(w.entries), w.total, len(v), left)
	}
	last := -1
	for _, e := range held.entries {
		i, ok := at[e.ID]
		if !ok {
			continue
		}
		if i < last {
			t.Fatalf("%d changed places: held %v, now %v", e.ID, held.entries, w.entries)
		}
		last = i
	}
	for i := 1; i < len(w.entries); i++ {
		if w.entries[i-1].Less(w.entries[i].Key) {
			t.Fatalf("out of order: %v", w.entries)
		}
	}
	if was := slices.IndexFunc(held.entries, func(e entry) bool { return e.ID == cursor }); was >= 0 && !released[cursor] {
		if _, ok := at[cursor]; !ok && held.before+was >= from && held.before+was < from+n {
			t.Fatalf("the cursor's row %d is gone: held %v from %d, now %v; asked for %d from %d", cursor, held.entries, held.before, w.entries, n, from)
		}
	}
	if released[cursor] {
		if i, ok := at[cursor]; ok && w.entries[i].left {
			t.Fatalf("%d was let go and stays", cursor)
		}
	}
	return w
}
