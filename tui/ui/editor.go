package ui

import (
	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// EditorLimit is the most text an editor takes, in bytes: well above any platform's longest message.
const EditorLimit = 64 << 10

// Editor edits text of several lines. Enter begins a new line and never does anything else: sending is for the caller, on a key of its
// own. Keys that mean nothing in an editor are left to the caller; a paste is text, never keys.
//
// The cursor is the terminal's own (see [Editor.Cursor]), which is also where a screen reader listens.
type Editor struct {
	// Placeholder is shown while there is no text.
	Placeholder text.Safe

	buf  buffer
	goal int // cell that up and down aim for; -1 when the cursor came here otherwise
	full bool
	top  int // first row on the screen

	// The rows, and for what they were made.
	lines []stretch
	made  uint64
	theme *Theme
	w, h  int
	// The last view, and for what it was drawn.
	drawn   Lines
	drawnAt drawnText
}

type drawnText struct {
	version   uint64
	theme     *Theme
	w, h, top int
}

// NewEditor makes an empty editor.
func NewEditor() *Editor {
	return &Editor{buf: buffer{limit: EditorLimit, version: 1}, goal: -1}
}

// Value is the text.
func (e *Editor) Value() string { return e.buf.value }

// Version is another one after every change of the text, for counters and for saving drafts.
func (e *Editor) Version() uint64 { return e.buf.version }

// Full reports whether the last insertion had to be cut because the editor is full.
func (e *Editor) Full() bool { return e.full }

// SetValue replaces the text, puts the cursor at its end and forgets what could be undone.
func (e *Editor) SetValue(s string) {
	e.buf.set(s)
	e.goal, e.full, e.top = -1, false, 0
}

// Insert puts a text at the cursor, a template for example. One undo takes it back.
func (e *Editor) Insert(s string) {
	e.full = e.buf.insert(s, false)
	e.goal = -1
}

// Replace replaces the whole text. One undo takes it back.
func (e *Editor) Replace(s string) {
	s, e.full = shorten(e.buf.clean("", s), e.buf.limit)
	e.buf.replace(0, len(e.buf.value), s, false)
	e.goal = -1
}

// Undo takes the last change back and reports whether there was one; Redo makes it again.
func (e *Editor) Undo() bool { e.goal = -1; return e.buf.takeBack() }

// Redo makes again what Undo took back and reports whether there was anything.
func (e *Editor) Redo() bool { e.goal = -1; return e.buf.again() }

// Update takes a key or a paste and reports whether it meant something here.
func (e *Editor) Update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		e.Insert(msg.Content)
		return true
	case tea.KeyPressMsg:
		return e.press(msg)
	}
	return false
}

func (e *Editor) press(msg tea.KeyPressMsg) bool {
	if t := typed(msg); t != "" {
		e.full = e.buf.insert(t, true)
		e.goal = -1
		return true
	}
	k := msg.String()
	switch k {
	case "up", "ctrl+p":
		e.vertical(-1)
		return true
	case "down", "ctrl+n":
		e.vertical(1)
		return true
	case "pgup":
		e.vertical(-max(e.h-1, 1))
		return true
	case "pgdown":
		e.vertical(max(e.h-1, 1))
		return true
	}
	ok := true
	switch k {
	case "enter", "shift+enter", "alt+enter", "ctrl+j":
		e.full = e.buf.insert("\n", true)
	case "home", "ctrl+a":
		e.home()
	case "end", "ctrl+e":
		e.end()
	default:
		ok = e.buf.key(k)
	}
	if ok {
		e.goal = -1
	}
	return ok
}

// typed is the text that a key press types, or nothing.
func typed(msg tea.KeyPressMsg) string {
	if msg.Mod&(tea.ModCtrl|tea.ModMeta|tea.ModSuper|tea.ModHyper) != 0 && msg.Mod&tea.ModAlt == 0 {
		return ""
	}
	return msg.Text
}

// rows are the rows of the text as last drawn; before the first view a row is a line.
func (e *Editor) rows() []stretch {
	if e.made == e.buf.version && e.lines != nil {
		return e.lines
	}
	t, w := e.theme, e.wrapAt()
	if t == nil {
		t, w = &Theme{}, len(e.buf.value)+1
	}
	e.lines = t.rows(e.buf.value, w, e.lines[:0])
	e.made = e.buf.version
	return e.lines
}

// wrapAt leaves one column for a cursor behind the last sign of a full row.
func (e *Editor) wrapAt() int { return max(e.w-1, 1) }

// row is the row that the cursor is on. A position where one row ends and the next begins, with no line break between, is on the next.
func (e *Editor) row() int {
	rows := e.rows()
	for i := len(rows) - 1; i > 0; i-- {
		if rows[i].from <= e.buf.at {
			return i
		}
	}
	return 0
}

func (e *Editor) home() { e.buf.move(e.rows()[e.row()].from) }

func (e *Editor) end() {
	rows, i := e.rows(), e.row()
	to := rows[i].to
	if i+1 < len(rows) && rows[i+1].from == to {
		to = e.buf.prev(to) // behind the last sign would be the beginning of the next row
	}
	e.buf.move(max(to, rows[i].from))
}

// vertical moves the cursor by rows, towards the cell where it was before such moves began. Beyond the first and last row it goes to the
// ends.
func (e *Editor) vertical(by int) {
	rows, i := e.rows(), e.row()
	if e.goal < 0 {
		e.goal = e.cells(rows[i].from, e.buf.at)
	}
	switch to := i + by; {
	case to < 0:
		e.buf.move(0)
	case to >= len(rows):
		e.buf.move(len(e.buf.value))
	default:
		at, w := rows[to].from, 0
		for at < rows[to].to {
			n, c := e.cluster(e.buf.value[at:])
			if w+c > e.goal || to+1 < len(rows) && rows[to+1].from == at+n {
				break
			}
			at, w = at+n, w+c
		}
		e.buf.move(at)
	}
}

func (e *Editor) cluster(s string) (n, cells int) {
	if e.theme == nil {
		return len(first(s)), 1
	}
	return e.theme.cluster(s)
}

// cells is the width of the text between two positions of a row.
func (e *Editor) cells(from, to int) int {
	w := 0
	for from < to {
		n, c := e.cluster(e.buf.value[from:])
		from, w = from+n, w+c
	}
	return w
}

// Cursor is where the cursor stands in the last view.
func (e *Editor) Cursor() (x, y int) {
	i := e.row()
	return min(e.cells(e.rows()[i].from, e.buf.at), max(e.w-1, 0)), i - e.top
}

// Place is the row of the cursor and the number of rows, for a mark that there is more.
func (e *Editor) Place() (row, of int) { return e.row(), len(e.rows()) }

// View draws the text and scrolls to the cursor.
func (e *Editor) View(t *Theme, width, height int) Lines {
	width, height = max(width, 0), max(height, 0)
	if e.theme != t || e.w != width {
		e.theme, e.w, e.made = t, width, 0
	}
	e.h = height
	rows, at := e.rows(), e.row()
	e.top = max(min(e.top, at, len(rows)-height), at-height+1, 0)
	want := drawnText{e.buf.version, t, width, height, e.top}
	if e.drawn != nil && e.drawnAt == want {
		return e.drawn
	}
	out := make(Lines, 0, height)
	if e.buf.value == "" {
		for _, l := range t.Wrap(t.placeholder(e.Placeholder), width) {
			if len(out) < height {
				out = append(out, t.Line(l, width, Plain))
			}
		}
	} else {
		for _, r := range rows[e.top:min(e.top+height, len(rows))] {
			s := e.buf.value[r.from:r.to]
			n, _ := t.fit(s, width) // spaces may hang over the edge
			out = append(out, t.Line(Text.Line(text.Safe(s[:n])), width, Plain))
		}
	}
	for len(out) < height {
		out = append(out, t.Blank(width, Plain))
	}
	e.drawn, e.drawnAt = out, want
	return out
}

// placeholder is text that is not there: dim, and in brackets where nothing can be dim.
func (t *Theme) placeholder(s text.Safe) Line {
	if s != "" && t.Colourless() {
		s = "(" + s + ")"
	}
	return Dim.Line(s)
}
