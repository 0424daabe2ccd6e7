package tui

import (
	"strconv"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// slotSearch is the slot of the scratch view that a search is.
const slotSearch = "search"

// slotOf is the slot of a saved view.
func slotOf(id inbox.ViewID) string { return "view:" + strconv.FormatInt(int64(id), 10) }

// viewsPane is the views with their live counts: the desk's, one's own, and the search while there is one.
type viewsPane struct {
	*common
	list   *ui.List[string]
	views  []inbox.View
	slots  []string // of views, then slotSearch if there is a search
	counts map[string]int
	errs   map[string]bool // the query cannot be understood: a name in it is gone
	alarm  map[string]bool // what is in it wants attention
	search text.Safe       // "" for none
	rev    uint64
}

var _ ui.Source[string] = (*viewsPane)(nil)

func newViews(c *common) *viewsPane {
	v := &viewsPane{common: c, counts: map[string]int{}, errs: map[string]bool{}, alarm: map[string]bool{}}
	v.list = ui.NewList[string]([]ui.Column{{Min: 1}, {Min: 8, Grow: 1}, {Min: 5, Right: true}})
	v.list.Show(v)
	return v
}

// set takes over the seat's views and reports whether they are others than before.
func (v *viewsPane) set(views []inbox.View) bool {
	same := len(views) == len(v.views)
	for i := 0; same && i < len(views); i++ {
		same = views[i] == v.views[i]
	}
	if same {
		return false
	}
	v.views = views
	clear(v.alarm)
	for _, view := range views {
		v.alarm[slotOf(view.ID)] = v.alarming(view.Query)
	}
	v.arrange()
	return true
}

func (v *viewsPane) arrange() {
	v.slots = v.slots[:0:0]
	for _, view := range v.views {
		v.slots = append(v.slots, slotOf(view.ID))
	}
	if v.search != "" {
		v.slots = append(v.slots, slotSearch)
	}
	v.rev++
}

// alarming reports whether a view asks for what should not be.
func (v *viewsPane) alarming(q string) bool {
	b, err := v.seat.Bind(q)
	if err != nil {
		return false
	}
	for _, code := range b.Requires(query.Is) {
		if code == query.Code(query.Is, "overdue") || code == query.Code(query.Is, "uncertain") {
			return true
		}
	}
	return false
}

// setSearch shows or takes away the search's row.
func (v *viewsPane) setSearch(s text.Safe) {
	if v.search != s {
		v.search = s
		v.arrange()
	}
}

func (v *viewsPane) setCounts(counts map[string]int) {
	for slot, n := range counts {
		if have, ok := v.counts[slot]; !ok || have != n {
			v.counts[slot] = n
			v.rev++
		}
	}
}

// at gives view n, from 0.
func (v *viewsPane) at(n int) (inbox.View, bool) {
	if n < 0 || n >= len(v.views) {
		return inbox.View{}, false
	}
	return v.views[n], true
}

// named gives the view of a slot.
func (v *viewsPane) named(slot string) (inbox.View, bool) {
	for _, view := range v.views {
		if slotOf(view.ID) == slot {
			return view, true
		}
	}
	return inbox.View{}, false
}

// Len implements ui.Source.
func (v *viewsPane) Len() int { return len(v.slots) }

// At implements ui.Source. All rows change together: there are few.
func (v *viewsPane) At(i int) (string, uint64, bool) { return v.slots[i], v.rev, true }

// Index implements ui.Source.
func (v *viewsPane) Index(slot string) (int, bool) {
	for i, s := range v.slots {
		if s == slot {
			return i, true
		}
	}
	return 0, false
}

// Cells implements ui.Source.
func (v *viewsPane) Cells(i int) []ui.Line {
	slot := v.slots[i]
	if slot == slotSearch {
		return []ui.Line{nil, ui.Text.Line(v.t.T("tui.views.search") + " " + v.search), v.count(slot)}
	}
	number := ui.Line{}
	if i < 9 {
		number = ui.Key.Line(text.Safe(strconv.Itoa(i + 1)))
	}
	name := ui.Text
	if v.views[i].Owner != 0 {
		name = ui.Own
	}
	return []ui.Line{number, name.Line(text.CleanLine(v.views[i].Name)), v.count(slot)}
}

func (v *viewsPane) count(slot string) ui.Line {
	n, ok := v.counts[slot]
	switch {
	case v.errs[slot]:
		return ui.Danger.Line(v.t.T("tui.views.broken"))
	case !ok || n < 0:
		return ui.Dim.Line(text.Safe(v.theme.Glyphs.Ellipsis))
	case n > 0 && v.alarm[slot]:
		return ui.Danger.Line(v.t.Number(int64(n)))
	case n == 0:
		return ui.Dim.Line(v.t.Number(0))
	}
	return ui.Text.Line(v.t.Number(int64(n)))
}

func (v *viewsPane) view(width, height int, focus bool) ui.Lines {
	return append(ui.Lines{v.title(width, focus, v.t.T("tui.views.title"), nil, nil)}, v.list.View(v.theme, width, height-1, focus)...)
}
