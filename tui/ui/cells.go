package ui

import (
	"strings"
	"unicode/utf8"

	"lytter/inbox/text"

	"github.com/charmbracelet/x/ansi"
)

// Span is a run of text with one meaning, on one line. A line break in it is drawn as a space.
type Span struct {
	Text  text.Safe
	Token Token
	// Link is an address to make the text clickable where the terminal can; the text must be readable without. The guard decides whether
	// the address leaves the house (see GuardOptions.Link).
	Link string
}

// Line is one line of spans.
type Line []Span

// Lines is a drawn rectangle: lines of equal width in cells, each with its styles closed.
type Lines []string

// String joins the lines.
func (l Lines) String() string { return strings.Join(l, "\n") }

// Span makes a span of the token.
func (t Token) Span(s text.Safe) Span { return Span{Text: s, Token: t} }

// Line makes a line of one span of the token.
func (t Token) Line(s text.Safe) Line { return Line{{Text: s, Token: t}} }

// Plain is the text of the line without its meaning.
func (l Line) Plain() text.Safe {
	if len(l) == 1 {
		return l[0].Text
	}
	var b strings.Builder
	for _, s := range l {
		b.WriteString(string(s.Text))
	}
	return text.Safe(b.String())
}

// Empty reports whether the line has no text.
func (l Line) Empty() bool {
	for _, s := range l {
		if s.Text != "" {
			return false
		}
	}
	return true
}

// cluster is the length in bytes and the width in cells of the first grapheme cluster of s, which is not empty.
func (t *Theme) cluster(s string) (n, cells int) {
	c := s[0]
	if n := control(s); n > 0 {
		return n, 1 // drawn as a space
	}
	if c < 0x7f && (len(s) == 1 || s[1] < 0x80 || t.latin && s[1] == 0xc3) {
		return 1, 1
	}
	// U+00C0 to U+00FF: Danish letters. Nothing in this block joins with what precedes it.
	if t.latin && c == 0xc3 && len(s) > 1 && (len(s) == 2 || s[2] < 0x80 || s[2] == 0xc3) {
		return 2, 1
	}
	cl, w := ansi.FirstGraphemeCluster(s, t.Method)
	if t.Method == ansi.WcWidth && w > 2 {
		w = t.Method.StringWidth(parts(cl))
	}
	return max(len(cl), 1), max(w, 0)
}

// parts is text in which no terminal joins emoji: without joiners between them, without the sign that asks for the coloured form, and
// without skin tones. How many cells a whole one takes differs from terminal to terminal; of its parts all know.
func parts(s string) string {
	joined := false
	for i := 0; i < len(s) && !joined; i++ {
		// All of them begin with these bytes: U+200D and U+FE0F, and U+1F3FB to U+1F3FF.
		joined = s[i] == 0xe2 && strings.HasPrefix(s[i:], "\u200d") || s[i] == 0xef && strings.HasPrefix(s[i:], "\ufe0f") ||
			s[i] == 0xf0 && strings.HasPrefix(s[i:], "\xf0\x9f\x8f")
	}
	if !joined {
		return s
	}
	var b strings.Builder
	var before rune
	for i, r := range s {
		switch {
		case r == 0x200d:
			// Only between emoji: scripts have their own use for it.
			next, _ := utf8.DecodeRuneInString(s[i+len("\u200d"):])
			if next < 0x2000 {
				b.WriteRune(r)
			}
		case r == 0xfe0f, r >= 0x1f3fb && r <= 0x1f3ff && before > 0x2000:
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// Width is the number of cells of s on one line.
func (t *Theme) Width(s text.Safe) int {
	w := 0
	for rest := string(s); rest != ""; {
		n, c := t.cluster(rest)
		w += c
		rest = rest[n:]
	}
	return w
}

// fit is the length in bytes of the longest beginning of s that is at most cells wide, and its width.
func (t *Theme) fit(s string, cells int) (n, w int) {
	for n < len(s) {
		k, c := t.cluster(s[n:])
		if w+c > cells {
			break
		}
		n, w = n+k, w+c
	}
	return n, w
}

// Cut shortens s to at most cells cells, with an ellipsis when something was cut off.
func (t *Theme) Cut(s text.Safe, cells int) text.Safe {
	n, _ := t.fit(string(s), cells)
	if n == len(s) {
		return s
	}
	if cells < 1 {
		return ""
	}
	n, _ = t.fit(string(s), cells-1)
	return s[:n] + text.Safe(t.Glyphs.Ellipsis)
}

// Line draws l exactly cells wide: cut with an ellipsis, or filled up on the right.
func (t *Theme) Line(l Line, cells int, g Ground) string {
	var b painter
	b.init(t, g)
	b.line(l, cells, false)
	return b.String()
}

// painter appends spans to a line and switches styles only where they change.
type painter struct {
	strings.Builder
	theme *Theme
	g     Ground
	pen   pen
	link  string
}

func (p *painter) init(t *Theme, g Ground) { p.theme, p.g = t, g }

// text appends s, which the caller has measured.
func (p *painter) text(tok Token, s string) {
	if s == "" {
		return
	}
	if want := p.theme.pens[tok][p.g]; want != p.pen {
		p.WriteString(p.pen.off)
		p.WriteString(want.on)
		p.pen = want
	}
	if p.theme.Method == ansi.WcWidth {
		s = parts(s)
	}
	for from, i := 0, 0; ; i++ {
		if i == len(s) {
			p.WriteString(s[from:])
			return
		}
		if n := control(s[i:]); n > 0 {
			p.WriteString(s[from:i])
			p.WriteByte(' ')
			i += n - 1
			from = i + 1
		}
	}
}

// control is the length of the control character that s begins with, or 0. Safe text has none but line breaks; this is what keeps a line
// one line.
func control(s string) int {
	switch c := s[0]; {
	case c < ' ' || c == 0x7f:
		return 1
	case c == 0xc2 && len(s) > 1 && s[1] < 0xa0:
		return 2
	}
	return 0
}

// setLink opens or closes a hyperlink.
func (p *painter) setLink(to string) {
	if to != p.link {
		p.WriteString(ansi.SetHyperlink(to))
		p.link = to
	}
}

// line appends l exactly cells wide, left or right aligned.
func (p *painter) line(l Line, cells int, right bool) {
	total := 0
	for _, s := range l {
		total += p.theme.Width(s.Text)
	}
	if right && total < cells {
		p.blank(cells - total)
		cells = total
	}
	for i, s := range l {
		if cells <= 0 {
			break
		}
		str := string(s.Text)
		n, w := p.theme.fit(str, cells)
		cut := n < len(str) || w == cells && i < len(l)-1 && !l[i+1:].Empty()
		p.setLink(s.Link)
		if cut {
			n, w = p.theme.fit(str, cells-1)
			p.text(s.Token, str[:n]+p.theme.Glyphs.Ellipsis)
			cells -= w + 1
			break
		}
		p.text(s.Token, str)
		cells -= w
	}
	p.setLink("")
	p.blank(cells)
}

// blank appends n empty cells.
func (p *painter) blank(n int) {
	for n > 0 {
		k := min(n, len(spaces))
		p.text(Text, spaces[:k])
		n -= k
	}
}

const spaces = "                                                                                                    "

// String closes the style and returns what was painted.
func (p *painter) String() string {
	p.setLink("")
	p.WriteString(p.pen.off)
	p.pen = pen{}
	return p.Builder.String()
}

// Blank is an empty line of cells cells.
func (t *Theme) Blank(cells int, g Ground) string { return t.Line(nil, cells, g) }

// glyph is one of the theme's own signs as text.
func glyph(s string) text.Safe { return text.Safe(s) }
