package ui

import "lytter/inbox/text"

// Hint is a key and what it does, as the caller's action table has it.
type Hint struct {
	Keys  text.Safe
	Label text.Safe
	// Refusal says why it cannot be done now; the hint is then grey and says so.
	Refusal text.Safe
}

// Section is hints that belong together.
type Section struct {
	Title text.Safe
	Hints []Hint
}

// Help lays sections out in as many columns as fit in width, none of them broken over two, filling each column before the next.
func Help(t *Theme, sections []Section, width int) Lines {
	const least = 36
	width = max(width-gutter, 1)
	cols := max(min(width/least, len(sections)), 1)
	w := (width - (cols-1)*gutter) / cols
	var pieces []Lines
	total := 0
	for _, s := range sections {
		p := s.draw(t, w)
		pieces = append(pieces, p)
		total += len(p)
	}
	// The lowest height at which the sections fit in the columns.
	height := (total + cols - 1) / cols
	for ; ; height++ {
		if n := columnsAt(pieces, height); n <= cols {
			break
		}
	}
	grid := make([]Lines, 1, cols)
	for _, p := range pieces {
		last := len(grid) - 1
		if len(grid[last]) > 0 && len(grid[last])+len(p) > height {
			grid = append(grid, nil)
			last++
		}
		grid[last] = append(grid[last], p...)
	}
	used := len(grid)*w + (len(grid)-1)*gutter
	out := make(Lines, height)
	margin := t.Blank(gutter, Plain)
	blank := t.Blank(w, Plain)
	space := t.Blank(gutter, Plain)
	for y := range out {
		out[y] = margin
		for i, c := range grid {
			if i > 0 {
				out[y] += space
			}
			if y < len(c) {
				out[y] += c[y]
			} else {
				out[y] += blank
			}
		}
		out[y] += t.Blank(width-used, Plain)
	}
	return out
}

// columnsAt is how many columns of a height the pieces take.
func columnsAt(pieces []Lines, height int) int {
	n, y := 1, 0
	for _, p := range pieces {
		if y > 0 && y+len(p) > height {
			n, y = n+1, 0
		}
		y += len(p)
		if len(p) > height {
			return len(pieces) + 1
		}
	}
	return n
}

// draw draws a section with an empty line at its end.
func (s Section) draw(t *Theme, width int) Lines {
	out := Lines{t.Line(Title.Line(s.Title), width, Plain)}
	keys := 0
	for _, h := range s.Hints {
		keys = min(max(keys, t.Width(h.Keys)), width/2)
	}
	for _, h := range s.Hints {
		label := Line{Text.Span(h.Label)}
		key := Key
		if h.Refusal != "" {
			key = Dim
			label = Line{Dim.Span(h.Label + text.Safe(" "+t.Glyphs.Bullet+" ") + h.Refusal)}
		}
		for i, l := range t.Wrap(label[0].line(), max(width-keys-2, 1)) {
			var k Line
			if i == 0 {
				k = key.Line(h.Keys)
			}
			var p painter
			p.init(t, Plain)
			p.line(k, keys, false)
			p.blank(2)
			p.line(l, max(width-keys-2, 0), false)
			out = append(out, p.String())
		}
	}
	return append(out, t.Blank(width, Plain))
}

func (s Span) line() Line { return Line{s} }

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
