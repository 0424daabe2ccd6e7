package tui

import (
	"slices"
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// slotSearch is the slot of the scratch view that a search is.
const slotSearch = "search"

// slotOf is the slot of a saved view.
func slotOf(id inbox.ViewID) string { return "view:" + strconv.FormatInt(int64(id), 10) }

// viewsPane is the views with their live counts, in groups where there are several: those that the person has pinned, everybody's, those of
// teams, the person's own; and the search while there is one.
type viewsPane struct {
	*common
	list   *ui.List[string]
	views  []inbox.Listed
	slots  []string // of views, then slotSearch if there is a search
	rows   []string // slots, with the titles of groups between them
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
func (v *viewsPane) set(views []inbox.Listed) bool {
	if slices.Equal(views, v.views) {
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
	v.slots, v.rows = v.slots[:0:0], v.rows[:0:0]
	groups := map[string]bool{}
	for _, view := range v.views {
		groups[groupOf(view)] = true
	}
	group := ""
	for _, view := range v.views {
		if g := groupOf(view); g != group && len(groups) > 1 {
			group = g
			v.rows = append(v.rows, g)
		}
		slot := slotOf(view.ID)
		v.slots, v.rows = append(v.slots, slot), append(v.rows, slot)
	}
	if v.search != "" {
		v.slots, v.rows = append(v.slots, slotSearch), append(v.rows, slotSearch)
	}
	v.rev++
}

// groupOf is the row that stands above a view and those beside it.
func groupOf(v inbox.Listed) string {
	switch {
	case v.Pinned:
		return "group pinned"
	case v.Scope() == inbox.ScopeTeam:
		return "group team " + strconv.FormatInt(int64(v.Queue), 10)
	}
	return "group " + string(v.Scope())
}

// isGroup reports whether a row is the title of a group.
func isGroup(slot string) bool { return strings.HasPrefix(slot, "group ") }

// groupName is the title of a view's group.
func (v *viewsPane) groupName(l inbox.Listed) text.Safe {
	switch {
	case l.Pinned:
		return v.t.T("tui.views.pinned")
	case l.Scope() == inbox.ScopeTeam:
		return v.t.T("tui.views.team", "Queue", v.queue(l.Queue))
	case l.Scope() == inbox.ScopeOwn:
		return v.t.T("tui.views.own")
	}
	return v.t.T("tui.views.shared")
}

// together reports whether the view that stands so many places behind another is of the same group.
func (v *viewsPane) together(l inbox.Listed, by int) bool {
	at := slices.Index(v.views, l)
	o, ok := v.at(at + by)
	return at >= 0 && ok && groupOf(o) == groupOf(l)
}

// walk moves the cursor; it stands on no title.
func (v *viewsPane) walk(move func()) {
	before, _ := v.list.Position()
	move()
	if slot, ok := v.list.Cursor(); !ok || !isGroup(slot) {
		return
	}
	if at, _ := v.list.Position(); at < before && at > 0 {
		v.list.Move(-1)
		return
	}
	v.list.Move(1)
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
func (v *viewsPane) at(n int) (inbox.Listed, bool) {
	if n < 0 || n >= len(v.views) {
		return inbox.Listed{}, false
	}
	return v.views[n], true
}

// named gives the view of a slot.
func (v *viewsPane) named(slot string) (inbox.Listed, bool) { return v.at(v.place(slot)) }

// place is the number of a view, from 0; -1: it is none.
func (v *viewsPane) place(slot string) int {
	return slices.IndexFunc(v.views, func(l inbox.Listed) bool { return slotOf(l.ID) == slot })
}

// Len implements ui.Source.
func (v *viewsPane) Len() int { return len(v.rows) }

// At implements ui.Source. All rows change together: there are few.
func (v *viewsPane) At(i int) (string, uint64, bool) { return v.rows[i], v.rev, true }

// Index implements ui.Source.
func (v *viewsPane) Index(slot string) (int, bool) {
	i := slices.Index(v.rows, slot)
	return i, i >= 0
}

// Cells implements ui.Source.
func (v *viewsPane) Cells(i int) []ui.Line {
	slot := v.rows[i]
	switch {
	case slot == slotSearch:
		return []ui.Line{nil, ui.Text.Line(v.t.T("tui.views.search") + " " + v.search), v.count(slot)}
	case isGroup(slot):
		first, _ := v.named(v.rows[i+1])
		return []ui.Line{ui.Dim.Line(text.Safe(v.theme.Glyphs.HLine)), ui.Dim.Line(v.groupName(first))}
	}
	n := v.place(slot)
	number := ui.Line{}
	if n < 9 {
		number = ui.Key.Line(text.Safe(strconv.Itoa(n + 1)))
	}
	name := ui.Text
	if v.views[n].Scope() == inbox.ScopeOwn {
		name = ui.Own
	}
	return []ui.Line{number, name.Line(text.CleanLine(v.views[n].Name)), v.count(slot)}
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
	v.walk(func() {}) // the views may have become others
	return append(ui.Lines{v.title(width, focus, v.t.T("tui.views.title"), nil, nil)}, v.list.View(v.theme, width, height-1, focus)...)
}
