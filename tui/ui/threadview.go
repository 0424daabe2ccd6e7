package ui

// height is the lines of block i with the empty line that parts it from the next.
func (th *Thread[K]) height(i int) int { return len(th.draw(i)) + 1 }

// indent draws the guides of a depth.
func (p *painter) indent(depth int) {
	for range depth {
		p.text(Border, p.theme.Glyphs.Guide)
		p.blank(1)
	}
}

// depth is how far block i is indented on the screen: a deep tree must not squeeze the text, so beyond a quarter of the width it stops.
func (th *Thread[K]) depth(i int) int {
	if i < 0 || i >= len(th.blocks) {
		return 0
	}
	return max(min(th.blocks[i].Depth, (th.w-gutter)/8), 0)
}

// parting draws the line between block i and the next: the guides of what both hang under.
func (th *Thread[K]) parting(i int) string {
	var p painter
	p.init(th.theme, Plain)
	depth := min(th.depth(i), th.depth(i+1))
	p.indent(depth)
	p.blank(th.w - min(gutter, th.w) - 2*depth)
	return p.String()
}

// draw draws block i without its pointer, or remembers it.
func (th *Thread[K]) draw(i int) []string {
	b := &th.blocks[i]
	if d, ok := th.memo[b.Key]; ok && d.version == b.Version && d.depth == b.Depth && d.theme == th.theme && d.width == th.w {
		return d.lines
	}
	if len(th.memo) > memoLimit {
		clear(th.memo)
	}
	t, width := th.theme, max(th.w-gutter, 0)
	depth := th.depth(i)
	inner := max(width-2*depth-edge, 1)
	var lines []string
	for _, l := range b.Body(t, inner) {
		var p painter
		p.init(t, Plain)
		p.indent(depth)
		p.line(l, inner, false)
		p.blank(width - 2*depth - inner)
		lines = append(lines, p.String())
	}
	th.memo[b.Key] = drawnBlock{b.Version, b.Depth, t, th.w, lines}
	return lines
}

// View draws the thread. With focus the block under the cursor has a bar on its left.
func (th *Thread[K]) View(t *Theme, width, height int, focus bool) Lines {
	width, height = max(width, 0), max(height, 0)
	th.theme, th.w, th.h = t, width, height
	out := make(Lines, 0, height)
	if len(th.blocks) == 0 {
		out = append(out, t.empty(th.Empty, width, height)...)
	} else {
		th.settle()
		first, last := th.visible()
		y := th.lineOf(first)
		plain := t.Blank(min(gutter, width), Plain)
		pointed := plain
		if focus {
			pointed = t.Line(Accent.Line(glyph(t.Glyphs.Pointer)), min(gutter, width), Plain)
		}
		for i := first; i <= last; i++ {
			delete(th.fresh, th.blocks[i].Key)
			left := plain
			if i == th.at {
				left = pointed
			}
			for _, line := range th.draw(i) {
				if y >= 0 && y < height {
					out = append(out, left+line)
				}
				y++
			}
			if y >= 0 && y < height {
				out = append(out, plain+th.parting(i))
			}
			y++
		}
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
