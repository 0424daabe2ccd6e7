package ui

import (
	"fmt"
	"slices"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// InputLimit is the most text a one-line input takes, in bytes.
const InputLimit = 4 << 10

// Outcome is what a key did to an input.
type Outcome uint8

// Ignored is for the caller to use otherwise; Handled changed the input or its popup; Submitted and Cancelled are Enter and Esc.
const (
	Ignored Outcome = iota
	Handled
	Submitted
	Cancelled
)

// Suggestion is one way to complete what is being typed: Text in place of the bytes From to To of the value.
type Suggestion struct {
	Text     text.Safe
	From, To int
	Help     text.Safe
}

// Input edits one line, with a history, completion and a mark under what is wrong.
type Input struct {
	Prompt      Line
	Placeholder text.Safe
	// Suggest completes the value at the cursor (a byte position). It is called after every edit; nil never suggests.
	Suggest func(value string, at int) []Suggestion
	// History is what was submitted before, oldest first; Up and Down go through it.
	History []string

	buf    buffer
	left   int // first byte on the screen
	w, x   int // of the last view: width of the text, and its column
	theme  *Theme
	offers []Suggestion
	offer  int // chosen one, or -1
	back   int // lines back in the history; 0 is the line being typed
	draft  string
	wrong  text.Safe
	wrongs int // byte where it is wrong
}

// NewInput makes an empty input.
func NewInput() *Input {
	return &Input{buf: buffer{limit: InputLimit, oneLine: true, version: 1}, offer: -1}
}

// Value is the text, without line breaks.
func (in *Input) Value() string { return in.buf.value }

// Wrong is what is wrong with the text, as [Input.SetError] was told, or nothing.
func (in *Input) Wrong() text.Safe { return in.wrong }

// Chosen is the suggestion that was gone to, or nothing.
func (in *Input) Chosen() text.Safe {
	if in.offer < 0 || in.offer >= len(in.offers) {
		return ""
	}
	return in.offers[in.offer].Text
}

// SetValue replaces the text and puts the cursor at its end.
func (in *Input) SetValue(s string) {
	in.buf.set(s)
	in.left, in.back, in.wrong = 0, 0, ""
	in.dismiss()
}

// SetError marks a byte of the value and says what is wrong there, until the next edit.
func (in *Input) SetError(at int, what text.Safe) {
	in.wrong, in.wrongs = what, min(max(at, 0), len(in.buf.value))
	in.dismiss()
}

// Remember makes the value the newest of the history; one that is there moves.
func (in *Input) Remember() {
	if v := in.buf.value; v != "" {
		in.History = append(slices.DeleteFunc(in.History, func(s string) bool { return s == v }), v)
	}
	in.back = 0
}

func (in *Input) dismiss() { in.offers, in.offer = nil, -1 }

// Open reports whether suggestions are offered.
func (in *Input) Open() bool { return len(in.offers) > 0 }

// Offers are the suggestions that are open.
func (in *Input) Offers() []Suggestion { return in.offers }

// Offer shows suggestions that took a while to find, unless others are open. The next edit puts them away.
func (in *Input) Offer(list []Suggestion) {
	if !in.Open() {
		in.offers, in.offer = list, -1
	}
}

// Update takes a key or a paste. Enter takes a suggestion that was chosen with the arrows, else it submits; Tab takes the first or chosen
// suggestion; Esc puts the suggestions away, else it cancels.
func (in *Input) Update(msg tea.Msg) Outcome {
	before := in.buf.version
	switch msg := msg.(type) {
	case tea.PasteMsg:
		in.buf.insert(msg.Content, false)
	case tea.KeyPressMsg:
		if out, done := in.press(msg); done {
			return out
		}
	default:
		return Ignored
	}
	if in.buf.version != before {
		in.edited()
	}
	return Handled
}

func (in *Input) edited() {
	in.wrong, in.back = "", 0
	in.dismiss()
	if in.Suggest != nil {
		in.offers = in.Suggest(in.buf.value, in.buf.at)
	}
}

func (in *Input) press(msg tea.KeyPressMsg) (out Outcome, done bool) {
	if t := typed(msg); t != "" {
		in.buf.insert(t, true)
		return Handled, false
	}
	switch k := msg.String(); k {
	case "enter":
		if in.offer < 0 {
			return Submitted, true
		}
		in.take(in.offer)
	case "tab":
		if !in.Open() {
			return Ignored, true
		}
		in.take(max(in.offer, 0))
	case "esc":
		if !in.Open() {
			return Cancelled, true
		}
		in.dismiss()
		return Handled, true
	case "up":
		if in.offer >= 0 {
			in.offer--
		} else {
			in.recall(in.back + 1)
		}
		return Handled, true
	case "down":
		if in.Open() {
			in.offer = min(in.offer+1, len(in.offers)-1)
		} else {
			in.recall(in.back - 1)
		}
		return Handled, true
	case "home", "ctrl+a":
		in.buf.move(0)
	case "end", "ctrl+e":
		in.buf.move(len(in.buf.value))
	default:
		if !in.buf.key(k) {
			return Ignored, true
		}
	}
	return Handled, false
}

// take puts a suggestion in. One that does not fit the value any more is left.
func (in *Input) take(i int) {
	s := in.offers[i]
	if s.From < 0 || s.From > s.To || s.To > len(in.buf.value) {
		in.dismiss()
		return
	}
	in.buf.replace(s.From, s.To, in.buf.clean("", string(s.Text)), false)
}

// recall shows a line of the history; what was being typed comes back at 0.
func (in *Input) recall(back int) {
	if back < 0 || back > len(in.History) || back == in.back {
		return
	}
	if in.back == 0 {
		in.draft = in.buf.value
	}
	v := in.draft
	if back > 0 {
		v = in.History[len(in.History)-back]
	}
	in.buf.set(v)
	in.back, in.wrong = back, ""
	in.dismiss()
}

// View draws the line: the prompt and as much of the value as there is room for around the cursor.
func (in *Input) View(t *Theme, width int, g Ground) string {
	in.theme = t
	prompt := 0
	for _, s := range in.Prompt {
		prompt += t.Width(s.Text)
	}
	in.x = min(prompt, width/2)
	in.w = max(width-in.x, 1)
	in.scroll()
	var p painter
	p.init(t, g)
	p.line(in.Prompt, in.x, false)
	if in.buf.value == "" {
		p.line(t.placeholder(in.Placeholder), in.w, false)
	} else {
		rest := in.buf.value[in.left:]
		n, _ := t.fit(rest, in.w)
		p.line(Text.Line(text.Safe(rest[:n])), in.w, false)
	}
	return p.String()
}

// scroll moves the part that is shown until the cursor is in it, with a column for a cursor at the end.
func (in *Input) scroll() {
	in.left = in.buf.snap(min(in.left, in.buf.at))
	for in.left < in.buf.at && in.theme.Width(text.Safe(in.buf.value[in.left:in.buf.at])) >= in.w {
		in.left = in.buf.next(in.left)
	}
}

// Cursor is the column of the cursor in the last view.
func (in *Input) Cursor() int { return in.column(in.buf.at) }

// column is the column of a byte of the value in the last view.
func (in *Input) column(at int) int {
	if in.theme == nil || at < in.left {
		return in.x
	}
	return min(in.x+in.theme.Width(text.Safe(in.buf.value[in.left:at])), in.x+in.w-1)
}

// Below draws what belongs under the line, at most height lines: the suggestions, or the mark and what is wrong; often nothing. The
// caller lays it over what is there (see [Lines.Over]).
func (in *Input) Below(t *Theme, width, height int) Lines {
	if height <= 0 {
		return nil
	}
	if in.wrong != "" {
		return in.complaint(t, width, height)
	}
	var out Lines
	room := height
	if len(in.offers) > height && height > 1 {
		room-- // for how many more there are
	}
	top := max(min(in.offer-room/2, len(in.offers)-room), 0)
	help := 0
	for _, s := range in.offers {
		help = max(help, t.Width(s.Text))
	}
	for i := top; i < len(in.offers) && len(out) < room; i++ {
		s := in.offers[i]
		g := Bar
		pointer := Text.Span(" ")
		if i == in.offer {
			g, pointer = Chosen, Accent.Span(glyph(t.Glyphs.Pointer))
		}
		var p painter
		p.init(t, g)
		p.line(Line{pointer}, 1, false)
		p.columns(offerColumns(help), []int{help, max(width-help-3, 0)}, []Line{Text.Line(s.Text), Dim.Line(s.Help)}, width-1)
		out = append(out, p.String())
	}
	if below := len(in.offers) - top - len(out); below > 0 && room < height {
		out = append(out, t.Line(Dim.Line(text.Safe(fmt.Sprintf(" %s +%d", t.Glyphs.Ellipsis, below))), width, Bar))
	}
	return out
}

func offerColumns(first int) []Column { return []Column{{Min: first}, {Grow: 1}} }

// complaint draws a caret under what is wrong and the reason beside it, or below where there is no room.
func (in *Input) complaint(t *Theme, width, height int) Lines {
	at := in.column(in.wrongs)
	caret := Line{Text.Span(text.Safe(blanks(at))), Danger.Span(glyph(t.Glyphs.Caret) + " ")}
	if at+2+t.Width(in.wrong) <= width {
		return Lines{t.Line(append(caret, Danger.Span(in.wrong)), width, Plain)}
	}
	out := Lines{t.Line(caret, width, Plain)}
	indent := min(in.column(0), width/4) // below what is typed
	for _, l := range t.Wrap(Danger.Line(in.wrong), max(width-indent, 1)) {
		if len(out) < height {
			out = append(out, t.Blank(indent, Plain)+t.Line(l, width-indent, Plain))
		}
	}
	return out
}
