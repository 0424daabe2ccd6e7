package ui

import "lytter/inbox/text"

// Column is one column of a list.
type Column struct {
	Title text.Safe // for a heading line; may be empty
	Min   int       // cells
	Max   int       // most cells for one that grows; 0 is any
	Grow  int       // share of the cells left over
	Drop  int       // when there is no room the column with the highest Drop goes first; 0 never goes
	Right bool      // numbers and times
}

// gap is the empty cells between two columns.
const gap = 1

// Fit deals out width cells; a column that is dropped gets 0.
func Fit(cols []Column, width int) []int {
	panes := make([]Pane, len(cols))
	for i, c := range cols {
		panes[i] = Pane{Min: c.Min, Max: c.Max, Grow: c.Grow, Drop: c.Drop}
	}
	shown := hide(panes, width, func(i int) bool { return cols[i].Drop > 0 })
	widths, _ := share(panes, shown, width)
	return widths
}

// columns draws cells into the widths that [Fit] dealt out, width cells in all.
func (p *painter) columns(cols []Column, widths []int, cells []Line, width int) {
	first := true
	for i, w := range widths {
		if w == 0 || width <= 0 {
			continue
		}
		if !first {
			p.blank(gap)
			width -= gap
		}
		first = false
		w = min(w, width)
		if w <= 0 {
			continue
		}
		var l Line
		if i < len(cells) {
			l = cells[i]
		}
		p.line(l, w, cols[i].Right)
		width -= w
	}
	p.blank(width)
}

// Heading draws the titles of the columns, width cells in all, as wide as a list of these columns draws them.
func Heading(t *Theme, cols []Column, width int) string {
	titles := make([]Line, len(cols))
	for i, c := range cols {
		titles[i] = Dim.Line(c.Title)
	}
	var p painter
	p.init(t, Plain)
	p.blank(min(gutter, width))
	p.columns(cols, Fit(cols, max(width-gutter-edge, 0)), titles, width-gutter-edge)
	p.blank(min(edge, width-gutter))
	return p.String()
}
