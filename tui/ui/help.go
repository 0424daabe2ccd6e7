package ui

import "lytter/inbox/text"

// Hint is a key and what it does, as the caller's action table has it.
type Hint struct {
	Keys  text.Safe
	Label text.Safe
	// Refusal says why it cannot be done now; the hint is then grey and says so.
	Refusal text.Safe
}

// Hints draws the keys that matter here on one line: as many as fit, in order, and always the last one (where all the others are).
func Hints(t *Theme, hints []Hint, width int, g Ground) string {
	var p painter
	p.init(t, g)
	if len(hints) == 0 {
		p.blank(width)
		return p.String()
	}
	size := func(h Hint) int { return t.Width(h.Keys) + 1 + t.Width(h.Label) }
	last := hints[len(hints)-1]
	left := width - size(last)
	for _, h := range hints[:len(hints)-1] {
		n := size(h) + 2
		if n > left {
			break
		}
		left -= n
		p.hint(h)
		p.blank(2)
	}
	if left < 0 {
		p.line(Line{Key.Span(last.Keys), Text.Span(" "), Text.Span(last.Label)}, width, false)
		return p.String()
	}
	p.hint(last)
	p.blank(left)
	return p.String()
}

func (p *painter) hint(h Hint) {
	key, label := Key, Text
	if h.Refusal != "" {
		key, label = Dim, Dim
	}
	p.text(key, string(h.Keys))
	p.text(label, " "+string(h.Label))
}

// Pager shows a part of lines that are more than the screen holds.
type Pager struct{ top, n, h int }

// Scroll moves by lines.
func (p *Pager) Scroll(lines int) { p.top = max(min(p.top+lines, p.n-p.h), 0) }

// View cuts the lines, which are width cells wide, to height.
func (p *Pager) View(t *Theme, lines Lines, width, height int) Lines {
	p.n, p.h = len(lines), max(height, 0)
	p.Scroll(0)
	out := append(Lines(nil), lines[p.top:min(p.top+p.h, len(lines))]...)
	for len(out) < height {
		out = append(out, t.Blank(width, Plain))
	}
	return out
}

// More reports whether lines are hidden above and below.
func (p *Pager) More() (above, below bool) { return p.top > 0, p.top+p.h < p.n }
