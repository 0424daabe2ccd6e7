package ui

import "strings"

// stretch is a part of a text, in bytes.
type stretch struct{ from, to int }

// rows breaks s into rows of at most cells cells, appending to out. A row ends at a line break (which belongs to no row), after a space,
// after a hyphen or slash between letters, or, when a word is longer than a row, anywhere between two clusters. Spaces at the end of a
// row hang over its edge. Every byte but line breaks is in exactly one row, so a cursor always has a place; there is at least one row.
func (t *Theme) rows(s string, cells int, out []stretch) []stretch {
	cells = max(cells, 1)
	var (
		start, width int // of the row
		brk          = -1
		brkWidth     int // width at the last place to break, brk
	)
	for i := 0; i < len(s); {
		if s[i] == '\n' {
			out = append(out, stretch{start, i})
			i++
			start, width, brk = i, 0, -1
			continue
		}
		n, w := t.cluster(s[i:])
		if s[i] == ' ' {
			i += n
			width += w
			brk, brkWidth = i, width
			continue
		}
		if width+w > cells && i > start {
			if brk > start {
				out = append(out, stretch{start, brk})
				start, width = brk, width-brkWidth
			}
			// The word itself may be too long for the rest.
			if width+w > cells && i > start {
				out = append(out, stretch{start, i})
				start, width = i, 0
			}
			brk = -1
		}
		if (s[i] == '-' || s[i] == '/') && i > start && letter(s[i-1]) && i+1 < len(s) && letter(s[i+1]) {
			brk, brkWidth = i+n, width+w
		}
		i += n
		width += w
	}
	return append(out, stretch{start, len(s)})
}

func letter(c byte) bool { return c >= 0x80 || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// Wrap breaks a line into lines of at most cells cells, at words where it can. Line breaks in the text are kept.
func (t *Theme) Wrap(l Line, cells int) []Line {
	whole := string(l.Plain())
	var out []Line
	for _, r := range t.rows(whole, cells, nil) {
		part := whole[r.from:r.to]
		r.to -= len(part) - len(strings.TrimRight(part, " "))
		out = append(out, l.slice(r))
	}
	return out
}

// slice is the part of the line between two bytes of its plain text.
func (l Line) slice(r stretch) Line {
	var out Line
	at := 0
	for _, s := range l {
		from, to := max(r.from-at, 0), min(r.to-at, len(s.Text))
		if from < to {
			out = append(out, Span{Text: s.Text[from:to], Token: s.Token, Link: s.Link})
		}
		at += len(s.Text)
	}
	return out
}
