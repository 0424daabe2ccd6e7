package tui

import (
	"strings"

	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// sheet is a dialog to read: lines that scroll, and Esc or Enter to go.
type sheet struct {
	id    string            // of what picks answers; "": nothing is picked
	picks map[string]string // what more keys than Esc and Enter answer
	title text.Safe
	lines []ui.Line
	foot  ui.Line
	pager ui.Pager
	h     int
}

var _ ui.Dialog = (*sheet)(nil)

// Update implements ui.Dialog.
func (p *sheet) Update(msg tea.Msg) (ui.Answer, bool) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return ui.Answer{}, false
	}
	if pick, ok := p.picks[k.String()]; ok {
		return ui.Answer{Dialog: p.id, Pick: pick}, true
	}
	switch k.String() {
	case "esc", "enter", "q":
		return ui.Answer{Dialog: p.id, Cancelled: true}, true
	case "down", "j":
		p.pager.Scroll(1)
	case "up", "k":
		p.pager.Scroll(-1)
	case "pgdown", "space":
		p.pager.Scroll(max(p.h-1, 1))
	case "pgup":
		p.pager.Scroll(-max(p.h-1, 1))
	}
	return ui.Answer{}, false
}

// View implements ui.Dialog.
func (p *sheet) View(t *ui.Theme, width, height int) (ui.Lines, int) {
	inner := max(min(width-8, 76), 1)
	var lines ui.Lines
	for _, l := range p.lines {
		for _, row := range t.Wrap(l, inner) {
			lines = append(lines, t.Line(row, inner, ui.Plain))
		}
	}
	p.h = max(min(len(lines), height-5), 1)
	body := p.pager.View(t, lines, inner, p.h)
	foot := p.foot
	if above, below := p.pager.More(); above || below {
		more := text.Safe("")
		if above {
			more += text.Safe(t.Glyphs.Up)
		}
		if below {
			more += text.Safe(t.Glyphs.Down)
		}
		foot = append(ui.Line{ui.Accent.Span(more + " ")}, foot...)
	}
	body = append(body, t.Blank(inner, ui.Plain), t.Line(foot, inner, ui.Plain))
	return boxed(t, p.title, body, inner), inner + 4
}

// boxed draws a border with a title around lines that are inner cells wide.
func boxed(t *ui.Theme, title text.Safe, body ui.Lines, inner int) ui.Lines {
	edge := func(left, right string, title text.Safe) string {
		l := ui.Line{ui.Accent.Span(text.Safe(left))}
		n := inner + 2
		if title != "" {
			title = t.Cut(title, max(n-4, 1))
			l = append(l, ui.Accent.Span(text.Safe(t.Glyphs.HLine+" ")), ui.Title.Span(title), ui.Text.Span(" "))
			n -= 3 + t.Width(title)
		}
		return t.Line(append(l, ui.Accent.Span(text.Safe(strings.Repeat(t.Glyphs.HLine, max(n, 0))+right))), inner+4, ui.Plain)
	}
	side := t.Line(ui.Accent.Line(text.Safe(t.Glyphs.VLine)), 1, ui.Plain)
	pad := t.Blank(1, ui.Plain)
	out := ui.Lines{edge(t.Glyphs.TopLeft, t.Glyphs.TopRight, title)}
	for _, l := range body {
		out = append(out, side+pad+l+pad+side)
	}
	return append(out, edge(t.Glyphs.BottomLeft, t.Glyphs.BottomRight, ""))
}

// Cursor implements ui.Dialog.
func (p *sheet) Cursor() (x, y int, ok bool) { return 0, 0, false }

// Linear implements ui.Dialog: all of it at once.
func (p *sheet) Linear() ui.Linear {
	out := append(make([]text.Safe, 0, len(p.lines)+2), p.title)
	for _, l := range p.lines {
		out = append(out, l.Plain())
	}
	return ui.Linear{All: append(out, p.foot.Plain())}
}
