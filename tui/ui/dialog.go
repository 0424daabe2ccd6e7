package ui

import (
	"strconv"
	"time"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// Grace is how long the keyboard must rest before a dialog that came by itself listens: keys meant for what was there before cannot
// answer it.
const Grace = 250 * time.Millisecond

// Answer is what a user said to a dialog. The caller, who opened it, knows what it means.
type Answer struct {
	Dialog string // the dialog's ID
	// Cancelled: Esc. Nothing else is set.
	Cancelled bool
	Pick      string   // the option or item
	Values    []string // the fields of a form, in their order; of a choice its item's ID
}

// Dialog is a question laid over the frame.
type Dialog interface {
	// Update takes a key, a paste or the like; done means that the dialog is answered and gone.
	Update(msg tea.Msg) (answer Answer, done bool)
	// View draws the dialog with its border, at most width and height; all lines are as wide as it says.
	View(t *Theme, width, height int) (box Lines, wide int)
	// Cursor is where the terminal's cursor belongs in the last view, if it has one.
	Cursor() (x, y int, ok bool)
	// Linear is the dialog in plain lines, for somebody who cannot see a frame.
	Linear() Linear
}

// Stack is the dialogs over a frame; the topmost has the keyboard.
type Stack struct {
	open []layer
}

type layer struct {
	Dialog
	// deaf is until when a dialog that came by itself does not listen.
	deaf time.Time
	x, y int
}

// Ask opens a dialog that the user asked for.
func (s *Stack) Ask(d Dialog) { s.open = append(s.open, layer{Dialog: d}) }

// Interrupt opens a dialog that came by itself. Until the keyboard has rested for [Grace] keys still go where they went before.
func (s *Stack) Interrupt(d Dialog, now time.Time) {
	s.open = append(s.open, layer{Dialog: d, deaf: now.Add(Grace)})
}

// Open reports whether a dialog is open.
func (s *Stack) Open() bool { return len(s.open) > 0 }

// Close closes the topmost dialog without an answer.
func (s *Stack) Close() {
	if s.Open() {
		s.open = s.open[:len(s.open)-1]
	}
}

// Update hands a message to the topmost dialog that listens. handled is false when the message is for what lies below all dialogs: there
// are none, or they have only just come. answer is nil while the dialog goes on.
func (s *Stack) Update(msg tea.Msg, now time.Time) (answer *Answer, handled bool) {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
	default:
		return nil, false
	}
	i := len(s.open) - 1
	for i >= 0 && now.Before(s.open[i].deaf) {
		s.open[i].deaf = now.Add(Grace)
		i--
	}
	if i < 0 {
		return nil, false
	}
	a, done := s.open[i].Update(msg)
	if !done {
		return nil, true
	}
	s.open = append(s.open[:i], s.open[i+1:]...)
	return &a, true
}

// Draw lays the dialogs over a frame of the given width.
func (s *Stack) Draw(frame Lines, t *Theme, width int) Lines {
	height := len(frame)
	for i := range s.open {
		box, wide := s.open[i].View(t, width, height)
		x, y := max((width-wide)/2, 0), max((height-len(box))/3, 0)
		s.open[i].x, s.open[i].y = x, y
		if wide+2 <= width && x > 0 {
			// An empty cell on both sides keeps what is below from touching the border.
			pad := t.Blank(1, Plain)
			for j := range box {
				box[j] = pad + box[j] + pad
			}
			frame = frame.Over(t, box, wide+2, x-1, y)
			continue
		}
		frame = frame.Over(t, box, wide, x, y)
	}
	return frame
}

// Cursor is where the terminal's cursor belongs in the last frame; ok is false when no dialog has one.
func (s *Stack) Cursor() (x, y int, ok bool) {
	if !s.Open() {
		return 0, 0, false
	}
	top := s.open[len(s.open)-1]
	x, y, ok = top.Cursor()
	return x + top.x, y + top.y, ok
}

// Top is the topmost dialog, or nil.
func (s *Stack) Top() Dialog {
	if !s.Open() {
		return nil
	}
	return s.open[len(s.open)-1].Dialog
}

// Option is one answer to a question, on a key of its own.
type Option struct {
	Pick string
	// Keys answer so; the first is shown. Enter is none of them, whatever they say: a habit must not answer a question.
	Keys   []string
	Label  text.Safe
	Danger bool
}

// Question asks for one of a few answers, yes or no mostly. Enter answers nothing, Esc cancels.
type Question struct {
	ID      string
	Title   text.Safe
	Body    []Line
	Options []Option
	// Escape says what Esc does, "Esc Annuller" for example.
	Escape Line
}

var _ Dialog = (*Question)(nil)

// Update answers when the key is that of an option.
func (q *Question) Update(msg tea.Msg) (Answer, bool) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return Answer{}, false
	}
	name := k.String()
	if name == "esc" {
		return Answer{Dialog: q.ID, Cancelled: true}, true
	}
	for _, o := range q.Options {
		for _, key := range o.Keys {
			if key == name && key != "enter" {
				return Answer{Dialog: q.ID, Pick: o.Pick}, true
			}
		}
	}
	return Answer{}, false
}

// View draws the question and its answers, one below the other.
func (q *Question) View(t *Theme, width, height int) (Lines, int) {
	inner := max(min(width-4, 64), 1)
	var answers []Line
	for _, o := range q.Options {
		label := Text
		if o.Danger {
			label = Danger
		}
		answers = append(answers, Line{Key.Span(text.Safe(o.key())), Text.Span("  "), label.Span(o.Label)})
	}
	// The answers are what must be seen. Then, as there is room: what it is about, what Esc does, a line between.
	room := height - 2 - len(answers)
	var rows []Line
	for _, l := range q.Body {
		rows = append(rows, t.Wrap(l, inner)...)
	}
	if len(rows) > max(room, 0) {
		rows = rows[:max(room, 0)]
		if len(rows) > 0 {
			rows[len(rows)-1] = append(rows[len(rows)-1], Dim.Span(glyph(t.Glyphs.Ellipsis)))
		}
	}
	room -= len(rows)
	if !q.Escape.Empty() && room > 0 {
		answers = append(answers, q.Escape)
		room--
	}
	if len(rows) > 0 && room > 0 {
		rows = append(rows, nil)
	}
	rows = append(rows, answers...)
	return t.box(q.Title, rows, width)
}

func (o Option) key() string {
	if len(o.Keys) == 0 {
		return ""
	}
	return o.Keys[0]
}

// Cursor is none: nothing is typed.
func (q *Question) Cursor() (x, y int, ok bool) { return 0, 0, false }

// Choice lets pick one of many items.
type Choice struct {
	ID     string
	Title  text.Safe
	Picker *Picker
	// Foot says the keys, in the user's language. On its right stands where one is among the items, where not all are shown.
	Foot Line
}

var _ Dialog = (*Choice)(nil)

// Update goes on until an item is picked.
func (c *Choice) Update(msg tea.Msg) (Answer, bool) {
	switch c.Picker.Update(msg) {
	case Submitted:
		it, _ := c.Picker.Current()
		return Answer{Dialog: c.ID, Pick: it.ID}, true
	case Cancelled:
		return Answer{Dialog: c.ID, Cancelled: true}, true
	}
	return Answer{}, false
}

// View draws the picker in a box.
func (c *Choice) View(t *Theme, width, height int) (Lines, int) {
	inner := max(min(width-4, 72), 1)
	most := height - 4 // the border, and a line around it
	foot := !c.Foot.Empty() && most > 8
	if foot {
		most -= 2
	}
	rows := max(min(len(c.Picker.items)+1, most, max(15, height*2/3)), 2)
	body := c.Picker.View(t, inner, rows, true)
	if foot {
		s := Status{Left: []Segment{{Line: c.Foot}}}
		if n := len(c.Picker.found); n >= rows {
			s.Right = []Segment{{Line: Dim.Line(text.Safe(strconv.Itoa(c.Picker.at+1) + "/" + strconv.Itoa(n))), Drop: 1}}
		}
		body = append(body, t.Blank(inner, Plain), s.View(t, inner, Plain))
	}
	return t.frame(c.Title, body, inner)
}

// Cursor is in the picker's input.
func (c *Choice) Cursor() (x, y int, ok bool) {
	x, y = c.Picker.Cursor()
	return x + 2, y + 1, true
}

// box draws lines in a border, as wide as they need.
func (t *Theme) box(title text.Safe, rows []Line, width int) (Lines, int) {
	inner := min(t.Width(title)+2, width-4)
	for _, l := range rows {
		w := 0
		for _, s := range l {
			w += t.Width(s.Text)
		}
		inner = min(max(inner, w), width-4)
	}
	inner = max(inner, 1)
	body := make(Lines, len(rows))
	for i, l := range rows {
		body[i] = t.Line(l, inner, Plain)
	}
	return t.frame(title, body, inner)
}

// frame draws a border with a title around lines that are inner cells wide.
func (t *Theme) frame(title text.Safe, body Lines, inner int) (Lines, int) {
	g := t.Glyphs
	edge := func(left, right string, title text.Safe) string {
		var p painter
		p.init(t, Plain)
		p.text(Accent, left)
		n := inner + 2
		if title != "" && n > 4 {
			title = t.Cut(title, n-4)
			p.text(Accent, g.HLine+" ")
			p.text(Title, string(title))
			p.text(Accent, " ")
			n -= 3 + t.Width(title)
		}
		for range n {
			p.text(Accent, g.HLine)
		}
		p.text(Accent, right)
		return p.String()
	}
	side := t.Line(Accent.Line(glyph(g.VLine)), 1, Plain)
	pad := t.Blank(1, Plain)
	out := make(Lines, 0, len(body)+2)
	out = append(out, edge(g.TopLeft, g.TopRight, title))
	for _, l := range body {
		out = append(out, side+pad+l+pad+side)
	}
	return append(out, edge(g.BottomLeft, g.BottomRight, "")), inner + 4
}
