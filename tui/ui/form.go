package ui

import (
	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// Field is one thing that a form asks for: a line (Input), a text of some lines (Editor with Height), or one of many (Picker with
// Height). Exactly one of the three is set.
type Field struct {
	Label  text.Safe
	Input  *Input
	Editor *Editor
	Picker *Picker
	Height int // lines of an editor or items of a picker
}

// Form asks for several things at once: a queue and a note. Tab goes on, Shift+Tab back, Ctrl+S submits, Esc cancels. Enter goes on from
// a line, begins a new one in a text, and never submits.
type Form struct {
	ID     string
	Title  text.Safe
	Fields []Field
	// Check may refuse what is to be submitted: the field at fault and why.
	Check func(values []string) (field int, why text.Safe)
	// Foot says the keys, in the user's language.
	Foot Line

	at    int
	why   text.Safe
	lines []int // first line of each field in the last view
}

var _ Dialog = (*Form)(nil)

// Values are the values of the fields; that of a picker is the ID of its current item.
func (f *Form) Values() []string {
	out := make([]string, len(f.Fields))
	for i, fd := range f.Fields {
		switch {
		case fd.Input != nil:
			out[i] = fd.Input.Value()
		case fd.Editor != nil:
			out[i] = fd.Editor.Value()
		case fd.Picker != nil:
			it, _ := fd.Picker.Current()
			out[i] = it.ID
		}
	}
	return out
}

// Update goes on until the form is submitted or cancelled.
func (f *Form) Update(msg tea.Msg) (Answer, bool) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "ctrl+s":
			return f.submit()
		case "esc":
			return Answer{Dialog: f.ID, Cancelled: true}, true
		case "tab":
			f.focus(f.at + 1)
			return Answer{}, false
		case "shift+tab":
			f.focus(f.at - 1)
			return Answer{}, false
		}
	}
	f.why = ""
	switch fd := f.Fields[f.at]; {
	case fd.Editor != nil:
		fd.Editor.Update(msg)
	case fd.Input != nil:
		if fd.Input.Update(msg) == Submitted {
			f.focus(f.at + 1)
		}
	case fd.Picker != nil:
		if fd.Picker.Update(msg) == Submitted {
			f.focus(f.at + 1)
		}
	}
	return Answer{}, false
}

func (f *Form) focus(i int) { f.at = (i + len(f.Fields)) % len(f.Fields) }

func (f *Form) submit() (Answer, bool) {
	values := f.Values()
	for i, fd := range f.Fields {
		if fd.Picker == nil {
			continue
		}
		if it, ok := fd.Picker.Current(); !ok || it.Refusal != "" {
			f.at, f.why = i, it.Refusal
			return Answer{}, false
		}
	}
	if f.Check != nil {
		if i, why := f.Check(values); why != "" {
			f.at, f.why = min(max(i, 0), len(f.Fields)-1), why
			return Answer{}, false
		}
	}
	return Answer{Dialog: f.ID, Values: values}, true
}

// View draws the fields below each other, the label of the one being filled in with a pointer.
func (f *Form) View(t *Theme, width, height int) (Lines, int) {
	inner := max(min(width-4, 72), 1)
	f.lines = f.lines[:0]
	var body Lines
	for i, fd := range f.Fields {
		label := Line{Text.Span("  "), Dim.Span(fd.Label)}
		if i == f.at {
			label = Line{Accent.Span(glyph(t.Glyphs.Pointer) + " "), Strong.Span(fd.Label)}
			if f.why != "" {
				label = append(label, Danger.Span(text.Safe(" "+t.Glyphs.Bullet+" ")+f.why))
			}
		}
		if i > 0 {
			body = append(body, t.Blank(inner, Plain))
		}
		for _, row := range t.Wrap(label, inner) {
			body = append(body, t.Line(row, inner, Plain))
		}
		f.lines = append(f.lines, len(body))
		w := max(inner-2, 1)
		var lines Lines
		switch {
		case fd.Input != nil:
			lines = Lines{fd.Input.View(t, w, Plain)}
		case fd.Editor != nil:
			lines = fd.Editor.View(t, w, max(fd.Height, 1))
		case fd.Picker != nil:
			lines = fd.Picker.View(t, w, max(fd.Height, 1)+1, i == f.at)
		}
		pad := t.Blank(inner-w, Plain)
		for _, l := range lines {
			body = append(body, pad+l)
		}
	}
	if !f.Foot.Empty() {
		body = append(body, t.Blank(inner, Plain), t.Line(f.Foot, inner, Plain))
	}
	// On a small screen the field being filled in is what must be seen.
	if room := height - 2; len(body) > room && room > 0 {
		from := min(max(f.lines[f.at]-1, 0), len(body)-room)
		body = body[from : from+room]
		for i := range f.lines {
			f.lines[i] -= from
		}
	}
	return t.frame(f.Title, body, inner)
}

// Cursor is in the field being filled in.
func (f *Form) Cursor() (x, y int, ok bool) {
	if f.at >= len(f.lines) {
		return 0, 0, false
	}
	switch fd := f.Fields[f.at]; {
	case fd.Input != nil:
		x = fd.Input.Cursor()
	case fd.Editor != nil:
		x, y = fd.Editor.Cursor()
	case fd.Picker != nil:
		x, y = fd.Picker.Cursor()
	}
	return x + 4, y + 1 + f.lines[f.at], true
}
