package tui

import (
	"maps"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// listPane is a view as a list. It holds a window of some screens around the cursor; the rest of the view it only counts. It is the
// ui.Source of its list.
type listPane struct {
	*common
	list *ui.List[inbox.ConversationID]

	win      window
	index    map[inbox.ConversationID]int // into win.entries
	rows     map[inbox.ConversationID]*drawn
	released map[inbox.ConversationID]bool      // what this person has just dealt with: it may go from under the cursor
	looked   map[inbox.ConversationID]time.Time // newest message of ours or theirs when this session last looked
	height   int                                // rows on the screen

	slot, name string // the view shown: its slot of the Sub, and its name as outside text
	query      string
	gen        int
	back       map[string]inbox.ConversationID // where the cursor stood in views seen before
	seek       inbox.ConversationID            // where it should stand once it is there
	terms      []*query.Bound                  // words to mark: of a search
	reached    time.Time                       // a search has looked so far back, and goes on; zero: it has looked at all
}

// drawn is a row with its cells.
type drawn struct {
	row     inbox.Row
	left    bool
	cells   []ui.Line
	version uint64
}

var _ ui.Source[inbox.ConversationID] = (*listPane)(nil)

func newList(c *common) *listPane {
	l := &listPane{
		common: c, list: ui.NewList[inbox.ConversationID](rowColumns()), rows: map[inbox.ConversationID]*drawn{},
		released: map[inbox.ConversationID]bool{}, looked: map[inbox.ConversationID]time.Time{}, back: map[string]inbox.ConversationID{},
	}
	l.list.Show(l)
	return l
}

// show changes to another view. The cursor goes to where it stood there before, if that can be, else to the top.
func (l *listPane) show(slot, name, query string) {
	if id, ok := l.list.Cursor(); ok && l.slot != "" {
		l.back[l.slot] = id
	}
	l.slot, l.name, l.query = slot, name, query
	l.reached = time.Time{}
	l.seek = l.back[slot]
	l.reset()
}

// reset forgets what was on the screen: the view is shown anew from the top, in its order as of now.
func (l *listPane) reset() {
	l.gen++
	l.win, l.index = window{slot: l.slot, gen: l.gen}, nil
	clear(l.released)
	clear(l.rows)
	l.list.Show(l)
}

// top shows the view from its newest row.
func (l *listPane) top() {
	l.seek = 0
	delete(l.back, l.slot)
	l.reset()
}

// Len implements ui.Source.
func (l *listPane) Len() int { return l.win.total }

// At implements ui.Source.
func (l *listPane) At(i int) (inbox.ConversationID, uint64, bool) {
	if i -= l.win.before; i < 0 || i >= len(l.win.entries) {
		return 0, 0, false
	}
	id := l.win.entries[i].ID
	d := l.rows[id]
	if d == nil {
		return 0, 0, false
	}
	return id, d.version, true
}

// Index implements ui.Source.
func (l *listPane) Index(id inbox.ConversationID) (int, bool) {
	i, ok := l.index[id]
	return l.win.before + i, ok
}

// Cells implements ui.Source.
func (l *listPane) Cells(i int) []ui.Line { return l.rows[l.win.entries[i-l.win.before].ID].cells }

// cursor is the conversation under the cursor, 0 for none.
func (l *listPane) cursor() inbox.ConversationID {
	id, ok := l.list.Cursor()
	if !ok {
		return 0
	}
	return id
}

// row gives a loaded row, or nil.
func (l *listPane) row(id inbox.ConversationID) *inbox.Row {
	if d := l.rows[id]; d != nil {
		return &d.row
	}
	return nil
}

// margin is how many rows beyond the screen are held above and below.
func (l *listPane) margin() int { return max(l.height, 10) }

// stretch is the rows to hold: the screen and a margin on both sides.
func (l *listPane) stretch() (from, n int) {
	top, _ := l.list.Window()
	return top - l.margin(), l.height + 2*l.margin()
}

// ask says what to bring.
func (l *listPane) ask() ask {
	from, n := l.stretch()
	return ask{slot: l.slot, gen: l.gen, from: from, n: n, held: l.win, cursor: l.cursor(), seek: l.seek, released: maps.Clone(l.released)}
}

// covered reports whether the screen and half of the margin around it are held, or cannot be: what is not known yet is told when it is,
// and what was asked for and did not come is not there.
func (l *listPane) covered() bool {
	if from, n := l.stretch(); !l.win.known || from == l.win.from && n == l.win.n && l.win.before == l.win.was {
		return true
	}
	top, _ := l.list.Window()
	from := max(top-l.margin()/2, 0)
	to := min(top+l.height+l.margin()/2, l.win.total)
	return from >= l.win.before && to <= l.win.before+len(l.win.entries)
}

// take takes in a window and its rows, and reports whether another row came under the cursor.
func (l *listPane) take(w window, rows []inbox.Row) (moved bool) {
	if w.gen != l.gen || w.slot != l.slot {
		return false
	}
	before := l.cursor()
	have := make(map[inbox.ConversationID]*inbox.Row, len(rows))
	for i := range rows {
		have[rows[i].ID] = &rows[i]
	}
	keep := make(map[inbox.ConversationID]*drawn, len(w.entries))
	entries := w.entries[:0:0]
	for _, e := range w.entries {
		d := l.rows[e.ID]
		switch r := have[e.ID]; {
		case r == nil && d == nil:
			w.total--
			continue // it may not be seen, or is gone
		case d == nil:
			d = &drawn{row: *r}
		case r != nil:
			d.row = *r
		}
		d.left = e.left
		l.draw(d)
		keep[e.ID] = d
		entries = append(entries, e)
	}
	w.entries = entries
	l.win, l.rows = w, keep
	l.index = make(map[inbox.ConversationID]int, len(entries))
	for i, e := range entries {
		l.index[e.ID] = i
	}
	if l.seek != 0 && w.known && (l.list.Select(l.seek) || l.covered()) {
		l.seek = 0
	}
	return l.cursor() != before
}

// draw makes a row's cells, with a new version where they look otherwise.
func (l *listPane) draw(d *drawn) {
	cells := l.rowCells(&d.row, l.fresh(&d.row), d.left, l.terms)
	if !slices.EqualFunc(cells, d.cells, slices.Equal[ui.Line]) {
		d.cells = cells
		d.version++
	}
}

// redraw makes all cells anew: time has passed, or a name or the language has changed.
func (l *listPane) redraw() {
	for _, d := range l.rows {
		l.draw(d)
	}
}

// fresh reports whether a citizen has written since this session last looked at the conversation.
func (l *listPane) fresh(r *inbox.Row) bool {
	seen := l.looked[r.ID]
	if seen.IsZero() {
		seen = l.begun
	}
	return r.LastInAt.After(seen)
}

// lookedAt notes that the person has seen a conversation as it is.
func (l *listPane) lookedAt(id inbox.ConversationID, last time.Time) {
	if !last.After(l.looked[id]) {
		return
	}
	l.looked[id] = last
	if d := l.rows[id]; d != nil {
		l.draw(d)
	}
}

// release lets a row go from under the cursor, because this person has dealt with it.
func (l *listPane) release(id inbox.ConversationID) { l.released[id] = true }

// view draws the pane: a title, the rows, and at foot what the row under the cursor does not say.
func (l *listPane) view(width, height int, focus, foot bool) ui.Lines {
	out := ui.Lines{l.heading(width, focus)}
	n := height - 1
	if foot && height > 4 {
		n--
	} else {
		foot = false
	}
	l.list.Empty = l.empty()
	out = append(out, l.list.View(l.theme, width, n, focus)...)
	if foot {
		out = append(out, l.foot(width))
	}
	return out
}

// heading is the view's name, where one is in it, and what came above.
func (l *listPane) heading(width int, focus bool) string {
	var more, right ui.Line
	if l.win.known {
		at, of := l.list.Position()
		more = ui.Line{ui.Text.Span("  "), ui.Dim.Span(l.t.Number(int64(of)))}
		if of > l.height && l.height > 0 {
			more = ui.Line{ui.Text.Span("  "), ui.Dim.Span(l.t.T("tui.list.place", "At", l.t.Number(int64(at+1)), "Of", l.t.Number(int64(of))))}
		}
	} else {
		more = ui.Line{ui.Text.Span("  "), ui.Dim.Span(text.Safe(l.theme.Glyphs.Ellipsis))}
	}
	if !l.reached.IsZero() {
		right = ui.Dim.Line(l.far())
	}
	if n := l.list.Above(); n > 0 {
		right = ui.Accent.Line(text.Safe(l.theme.Glyphs.Up+" ") + l.t.N("tui.list.above", n))
	}
	return l.title(width, focus, text.CleanLine(l.name), more, right)
}

func (l *listPane) empty() ui.Line {
	switch {
	case l.slot == "":
		return nil
	case !l.win.known && !l.reached.IsZero():
		return ui.Dim.Line(l.far())
	case !l.win.known:
		return ui.Dim.Line(l.t.T("tui.list.loading"))
	case l.slot == slotSearch:
		return ui.Text.Line(l.t.T("tui.search.none"))
	}
	return ui.Text.Line(l.t.T("tui.list.none"))
}

// far says how far back a search has looked that goes on.
func (l *listPane) far() text.Safe {
	return l.t.T("tui.search.reached", "Back", l.t.When(l.reached.In(l.now().Location()), l.now()))
}

// foot says in words how the row under the cursor stands.
func (l *listPane) foot(width int) string {
	d := l.rows[l.cursor()]
	if d == nil {
		return l.theme.Blank(width, ui.Plain)
	}
	return l.theme.Line(append(ui.Line{ui.Text.Span("  ")}, l.fitting(l.standing(d), width-2)...), width, ui.Plain)
}

// standing is how a row stands, in words, what matters most first.
func (l *listPane) standing(d *drawn) []ui.Line {
	parts := append(l.state(&d.row.Conversation), l.alikeSaid(d.row.Alike)...)
	if d.left {
		parts = append([]ui.Line{ui.Warning.Line(l.t.T("tui.list.left"))}, parts...)
	}
	if d.row.Unsure > 0 {
		parts = append([]ui.Line{ui.Danger.Line(l.t.Word(string(inbox.Unknown)))}, parts...)
	} else if d.row.Sending > 0 {
		parts = append([]ui.Line{ui.Own.Line(l.t.T("tui.state.sending"))}, parts...)
	}
	return parts
}
