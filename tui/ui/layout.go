package ui

import (
	"strings"

	"lytter/inbox/text"
)

// The sizes that a layout is made for; anything beyond is clamped, so a hostile or mistaken window size costs nothing.
const (
	MinWidth  = 20
	MinHeight = 5
	MaxWidth  = 500
	MaxHeight = 200
)

// Rect is a rectangle of cells.
type Rect struct{ X, Y, W, H int }

// Contains reports whether the cell is in the rectangle.
func (r Rect) Contains(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// Pane asks for room for one pane. Panes stand beside each other in the order given.
type Pane struct {
	Min  int // fewest columns at which it makes sense
	Max  int // most columns it can use; 0 is any
	Grow int // share of the columns left over, against the other panes
	Drop int // when there is no room, the pane with the highest Drop goes first; the focused one never
}

// Layout is where everything of a frame goes. The rectangles never overlap and cover the frame.
type Layout struct {
	W, H     int
	Header   Rect
	Status   Rect
	Panes    []Rect // as many as asked for; one that is not shown has no width
	Dividers []Rect
}

// Arrange lays out a frame: a header line, panes side by side with a dividing line between, and a status line. It shows as many of the
// panes as fit, and always the one with the focus, if need be alone.
func Arrange(width, height int, panes []Pane, focus int) Layout {
	l := Layout{W: min(max(width, MinWidth), MaxWidth), H: min(max(height, MinHeight), MaxHeight), Panes: make([]Rect, len(panes))}
	l.Header = Rect{0, 0, l.W, 1}
	l.Status = Rect{0, l.H - 1, l.W, 1}
	shown := hide(panes, l.W, func(i int) bool { return i != focus })
	widths, left := share(panes, shown, l.W)
	for i := len(widths) - 1; i >= 0; i-- {
		if shown[i] {
			// The last one takes what nobody may; a lone pane narrower than its minimum gives back (left is negative then).
			widths[i] += left
			break
		}
	}
	x := 0
	for i, w := range widths {
		if !shown[i] {
			continue
		}
		if x > 0 {
			l.Dividers = append(l.Dividers, Rect{x, 1, 1, l.H - 2})
			x++
		}
		l.Panes[i] = Rect{x, 1, w, l.H - 2}
		x += w
	}
	return l
}

// hide decides which panes are shown in width columns: those that may go do so, highest Drop first, until the rest has room.
func hide(panes []Pane, width int, may func(i int) bool) (shown []bool) {
	shown = make([]bool, len(panes))
	for i := range shown {
		shown[i] = true
	}
	for need(panes, shown) > width {
		worst := -1
		for i, p := range panes {
			if shown[i] && may(i) && (worst < 0 || p.Drop >= panes[worst].Drop) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		shown[worst] = false
	}
	return shown
}

// need is the fewest columns for the shown panes and their dividers.
func need(panes []Pane, shown []bool) int {
	n := -1
	for i, p := range panes {
		if shown[i] {
			n += p.Min + 1
		}
	}
	return n
}

// share deals out the columns and tells how many nobody may take, or, negative, how many there are too few.
func share(panes []Pane, shown []bool, width int) (widths []int, free int) {
	widths, free = make([]int, len(panes)), width-need(panes, shown)
	for i, p := range panes {
		if shown[i] {
			widths[i] = p.Min
		}
	}
	for free > 0 {
		total := 0
		for i, p := range panes {
			if shown[i] && (p.Max == 0 || widths[i] < p.Max) {
				total += p.Grow
			}
		}
		if total == 0 {
			break
		}
		round := free
		for i, p := range panes {
			if !shown[i] || p.Grow == 0 || p.Max > 0 && widths[i] >= p.Max {
				continue
			}
			// At least one each, so that a round always ends with less.
			n := min(max(round*p.Grow/total, 1), free)
			if p.Max > 0 {
				n = min(n, p.Max-widths[i])
			}
			widths[i] += n
			free -= n
		}
	}
	return widths, free
}

// Shown reports whether pane i has room.
func (l Layout) Shown(i int) bool { return l.Panes[i].W > 0 }

// Compose joins a frame of the layout. Header and status are one line, panes as large as their rectangles; a pane that is not shown is
// not looked at.
func (l Layout) Compose(t *Theme, header, status string, panes ...Lines) Lines {
	frame := make(Lines, 0, l.H)
	frame = append(frame, header)
	divider := t.Line(Border.Line(text.Safe(t.Glyphs.VLine)), 1, Plain)
	size := 0
	for y := range l.H - 2 {
		var b strings.Builder
		b.Grow(size)
		first := true
		for i, r := range l.Panes {
			if r.W == 0 {
				continue
			}
			if !first {
				b.WriteString(divider)
			}
			first = false
			if y < len(panes[i]) {
				b.WriteString(panes[i][y])
			} else {
				b.WriteString(t.Blank(r.W, Plain))
			}
		}
		size = max(size, b.Len())
		frame = append(frame, b.String())
	}
	return append(frame, status)
}

// Over lays box, which is width cells wide, over the lines with its top left corner at x, y. What does not fit inside is cut off.
func (l Lines) Over(t *Theme, box Lines, width, x, y int) Lines {
	out := append(Lines(nil), l...)
	for i, line := range box {
		if y+i >= 0 && y+i < len(out) {
			left, right := t.split(out[y+i], x, x+width)
			out[y+i] = left + line + right
		}
	}
	return out
}

// split takes the cells from, from+1, ..., to-1 out of a drawn line and returns what is left of them and what is right, each closed and
// styled as it was. A wide sign that is only half taken leaves an empty cell.
func (t *Theme) split(line string, from, to int) (left, right string) {
	var (
		at    int    // cell
		style string // SGR sequences in force
		link  string // hyperlink in force
		done  bool   // left is known
	)
	for i := 0; i < len(line); {
		if line[i] == '\x1b' {
			n := escape(line[i:])
			switch seq := line[i : i+n]; {
			case seq == "\x1b[m" || seq == "\x1b[0m":
				style = ""
			case strings.HasPrefix(seq, "\x1b]8;;\a"):
				link = ""
			case strings.HasPrefix(seq, "\x1b]8;"):
				link = seq
			default:
				style += seq
			}
			i += n
			continue
		}
		n, w := t.cluster(line[i:])
		if !done && at+w > from {
			left, done = line[:i]+shut(style, link)+blanks(from-at), true
		}
		if at >= to {
			return left, link + style + line[i:]
		}
		at += w
		i += n
		if at > to {
			return left, link + style + blanks(at-to) + line[i:]
		}
	}
	if !done {
		left = line + blanks(from-at)
	}
	return left, ""
}

// escape is the length of the escape sequence that s begins with: a CSI, or an OSC up to its end. Drawn lines have no others.
func escape(s string) int {
	if len(s) > 1 && s[1] == ']' {
		for i := 2; i < len(s); i++ {
			if s[i] == '\a' {
				return i + 1
			}
		}
		return len(s)
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= 0x40 {
			return i + 1
		}
	}
	return len(s)
}

// shut ends what is in force.
func shut(style, link string) string {
	if style != "" {
		style = "\x1b[m"
	}
	if link != "" {
		style += "\x1b]8;;\a"
	}
	return style
}

func blanks(n int) string { return strings.Repeat(" ", max(n, 0)) }
