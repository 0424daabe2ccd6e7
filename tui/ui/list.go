package ui

import (
	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// Source is what a list shows. It answers from memory and at once; At and Cells are asked only for rows on the screen, so it may hold any
// number of rows and know only some of them. The zero key is nobody's.
type Source[K comparable] interface {
	// Len is the number of rows.
	Len() int
	// At is the key of row i and a version that is another one when the row would be drawn differently. ok is false while the row is not
	// loaded; see [List.Window] for which rows to load.
	At(i int) (key K, version uint64, ok bool)
	// Index is the place of a key that At once gave, and false when the row is gone.
	Index(key K) (i int, ok bool)
	// Cells are the contents of row i, one for each column; missing ones are empty.
	Cells(i int) []Line
}

// gutter is the cells left of the columns, the pointer and the mark; edge is the empty cell right of them, so that nothing touches what
// comes beside.
const (
	gutter = 2
	edge   = 1
)

// List is a list of one-line rows of which one is under the cursor. The cursor and the marks are held by key: rows that come and go
// elsewhere neither change what the cursor stands on nor, as long as the list allows, the screen line it stands on.
type List[K comparable] struct {
	// Empty is shown when there are no rows.
	Empty Line

	src     Source[K]
	columns []Column
	at      int // row under the cursor, as of the last sync
	key     K   // its key, if known
	known   bool
	top     int // first row on the screen
	seen    []K // keys of the rows on the screen and a few beyond at the last sync, from top; a row not loaded has the zero key
	above   int // rows that came above the screen and were not yet seen
	w, h    int // of the last view
	marks   marks[K]
	widths  []int
	memo    map[K]drawnRow
}

// beyond is how many rows below the screen are remembered, to find the neighbours of one that went.
const beyond = 3

type drawnRow struct {
	version uint64
	theme   *Theme
	width   int
	state   rowState
	line    string
}

type rowState struct{ cursor, focus, mark bool }

// memoLimit is how many drawn rows are remembered; beyond, all are forgotten and the screenful is drawn again.
const memoLimit = 1024

// NewList makes a list with the cursor on the first row.
func NewList[K comparable](columns []Column) *List[K] {
	return &List[K]{columns: columns, memo: map[K]drawnRow{}}
}

// Show changes what the list shows, to another view, say: the cursor goes to the first row and all marks are forgotten. Rows that change
// in the same source need no call.
func (l *List[K]) Show(src Source[K]) {
	l.src, l.at, l.top, l.known, l.seen, l.above = src, 0, 0, false, l.seen[:0], 0
	l.marks.clear()
	clear(l.memo)
	l.sync()
}

// SetColumns changes the columns.
func (l *List[K]) SetColumns(columns []Column) {
	l.columns, l.widths = columns, nil
	clear(l.memo)
}

// Cursor is the key of the row under the cursor, and false when the list is empty or the row is not loaded.
func (l *List[K]) Cursor() (K, bool) {
	l.sync()
	return l.key, l.known
}

// Position is the place of the cursor, from 0, and the number of rows.
func (l *List[K]) Position() (at, of int) {
	l.sync()
	return l.at, l.len()
}

// Window is the rows on the screen, for the caller to have them loaded.
func (l *List[K]) Window() (from, n int) { return l.top, max(min(l.h, l.len()-l.top), 0) }

// Above is the number of rows that came above the screen and have not been scrolled to.
func (l *List[K]) Above() int {
	l.sync()
	return l.above
}

// Select puts the cursor on a row and reports whether there is such a row.
func (l *List[K]) Select(key K) bool {
	l.sync()
	if l.src == nil {
		return false
	}
	i, ok := l.src.Index(key)
	if ok {
		l.moveTo(i)
	}
	return ok
}

// Move moves the cursor by rows.
func (l *List[K]) Move(rows int) {
	l.sync()
	l.moveTo(l.at + rows)
}

// Page moves the cursor by screens, keeping one row in sight.
func (l *List[K]) Page(screens int) {
	l.sync()
	step := screens * max(l.h-1, 1)
	l.top += step
	l.moveTo(l.at + step)
}

// Home and End move the cursor to the first and last row.
func (l *List[K]) Home() { l.sync(); l.moveTo(0) }

// End moves the cursor to the last row.
func (l *List[K]) End() { l.sync(); l.moveTo(l.len() - 1) }

// Scroll moves the screen by rows; the cursor goes along only when it would leave the screen.
func (l *List[K]) Scroll(rows int) {
	l.sync()
	l.top = min(max(l.top+rows, 0), max(l.len()-l.h, 0))
	l.put(min(max(l.at, l.top), l.top+max(l.h, 1)-1))
}

// Click puts the cursor on the row at a line of the screen and reports whether there is one.
func (l *List[K]) Click(y int) bool {
	l.sync()
	if y < 0 || y >= l.h || l.top+y >= l.len() {
		return false
	}
	l.put(l.top + y)
	return true
}

// Update moves the cursor by the keys that mean nothing else anywhere and reports whether the key was one.
func (l *List[K]) Update(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "up":
		l.Move(-1)
	case "down":
		l.Move(1)
	case "pgup":
		l.Page(-1)
	case "pgdown":
		l.Page(1)
	case "home":
		l.Home()
	case "end":
		l.End()
	default:
		return false
	}
	return true
}

func (l *List[K]) len() int {
	if l.src == nil {
		return 0
	}
	return l.src.Len()
}

// margin is the rows kept in sight beyond the cursor when it moves.
func (l *List[K]) margin() int { return min(2, (l.h-1)/4) }

// moveTo moves the cursor to row i and the screen with it.
func (l *List[K]) moveTo(i int) {
	n := l.len()
	i = min(max(i, 0), max(n-1, 0))
	if m := l.margin(); l.h > 0 {
		l.top = min(l.top, i-m)
		l.top = max(l.top, i+m-l.h+1)
	}
	l.put(i)
}

// put puts the cursor on row i, which is or will be on the screen.
func (l *List[K]) put(i int) {
	n := l.len()
	l.at = min(max(i, 0), max(n-1, 0))
	l.known = false
	if n > 0 {
		l.key, _, l.known = l.src.At(l.at)
	}
	l.settle()
}

// settle brings the screen to where it shows the cursor, remembers what it shows, and forgets news that was seen.
func (l *List[K]) settle() {
	n := l.len()
	if l.h > 0 {
		l.top = max(min(l.top, l.at), l.at-l.h+1)
		l.top = max(min(l.top, n-l.h), 0)
	}
	l.above = min(l.above, l.top)
	l.seen = l.seen[:0]
	for i := l.top; i < min(l.top+max(l.h, 1)+beyond, n); i++ {
		key, _, _ := l.src.At(i)
		l.seen = append(l.seen, key)
	}
}

// sync finds the row under the cursor again after the source may have changed, and keeps it on its line of the screen.
func (l *List[K]) sync() {
	n := l.len()
	if n == 0 {
		l.at, l.top, l.above, l.known, l.seen = 0, 0, 0, false, l.seen[:0]
		return
	}
	line := l.at - l.top
	if len(l.seen) > 0 {
		var zero K
		if i, ok := l.src.Index(l.seen[0]); ok && l.seen[0] != zero && i > l.top {
			l.above += i - l.top
		}
	}
	if l.known {
		if i, ok := l.src.Index(l.key); ok {
			l.at = i
		} else {
			l.at = l.neighbour(line)
		}
		l.top = l.at - line
	}
	l.at = min(max(l.at, 0), n-1)
	l.key, _, l.known = l.src.At(l.at)
	l.settle()
}

// neighbour is the row that takes the place of one that is gone: the next that was below it on the screen, else the nearest above.
func (l *List[K]) neighbour(line int) int {
	for i := line + 1; i < len(l.seen); i++ {
		if at, ok := l.src.Index(l.seen[i]); ok {
			return at
		}
	}
	for i := min(line, len(l.seen)) - 1; i >= 0; i-- {
		if at, ok := l.src.Index(l.seen[i]); ok {
			return at
		}
	}
	return l.at
}

// View draws the list. With focus the row under the cursor is Chosen, else Resting.
func (l *List[K]) View(t *Theme, width, height int, focus bool) Lines {
	width, height = max(width, 0), max(height, 0)
	if width != l.w {
		l.widths = nil
	}
	l.w, l.h = width, height
	l.sync()
	if l.widths == nil {
		l.widths = Fit(l.columns, max(width-gutter-edge, 0))
	}
	if len(l.memo) > memoLimit {
		clear(l.memo)
	}
	n := l.len()
	out := make(Lines, 0, height)
	if n == 0 {
		out = append(out, t.empty(l.Empty, width, height)...)
	}
	from, to := l.marks.reach(l)
	for i := l.top; i < min(l.top+height, n); i++ {
		out = append(out, l.row(t, i, width, rowState{cursor: i == l.at, focus: focus, mark: i >= from && i < to}))
	}
	blank := ""
	for len(out) < height {
		if blank == "" {
			blank = t.Blank(width, Plain)
		}
		out = append(out, blank)
	}
	return out
}

// row draws one row, or remembers it.
func (l *List[K]) row(t *Theme, i, width int, st rowState) string {
	key, version, ok := l.src.At(i)
	if !ok {
		return t.Line(Dim.Line("  "+text.Safe(t.Glyphs.Ellipsis)), width, st.ground())
	}
	st.focus = st.focus && st.cursor
	st.mark = st.mark || l.marks.has(key)
	if d, ok := l.memo[key]; ok && d.version == version && d.theme == t && d.width == width && d.state == st {
		return d.line
	}
	var p painter
	p.init(t, st.ground())
	p.gutter(st)
	p.columns(l.columns, l.widths, l.src.Cells(i), width-gutter-edge)
	p.blank(min(edge, width-gutter))
	d := drawnRow{version, t, width, st, p.String()}
	l.memo[key] = d
	return d.line
}

func (s rowState) ground() Ground {
	switch {
	case s.cursor && s.focus:
		return Chosen
	case s.cursor:
		return Resting
	}
	return Plain
}

// gutter draws the pointer and the mark of a row.
func (p *painter) gutter(st rowState) {
	if st.cursor {
		p.text(Accent, p.theme.Glyphs.Pointer)
	} else {
		p.blank(1)
	}
	if st.mark {
		p.text(Accent, p.theme.Glyphs.Mark)
	} else {
		p.blank(1)
	}
}

// empty draws what stands where there is nothing: a text, on the second line where there is room.
func (t *Theme) empty(l Line, width, height int) Lines {
	if height <= 0 || l.Empty() {
		return nil
	}
	var out Lines
	if height > 2 {
		out = append(out, t.Blank(width, Plain))
	}
	for _, row := range t.Wrap(l, max(width-2*gutter, 1)) {
		if len(out) < height {
			out = append(out, t.Line(append(Line{{Text: "  "}}, row...), width, Plain))
		}
	}
	return out
}
