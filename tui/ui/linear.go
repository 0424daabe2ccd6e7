package ui

import (
	"strconv"
	"strings"

	"lytter/inbox/text"
)

// LinearWidth is the cells of a line for a screen reader: what a braille display shows at once.
const LinearWidth = 40

// Linear breaks text into plain lines for a screen reader: no style, no sign that only decorates, at most LinearWidth cells.
func Linear(t *Theme, lines ...text.Safe) []text.Safe {
	var out []text.Safe
	for _, s := range lines {
		for _, r := range t.rows(string(s), LinearWidth, nil) {
			out = append(out, s[r.from:r.from+len(strings.TrimRight(string(s[r.from:r.to]), " "))])
		}
	}
	return out
}

// Linear is the rows on the screen as text, one each, with the place of each row and the cells that say something. The row under the
// cursor begins with ">".
func (l *List[K]) Linear(rows int) []text.Safe {
	l.sync()
	n := l.len()
	if n == 0 {
		return []text.Safe{l.Empty.Plain()}
	}
	l.h = rows
	l.settle()
	var out []text.Safe
	for i := l.top; i < min(l.top+rows, n); i++ {
		var b strings.Builder
		if i == l.at {
			b.WriteString("> ")
		}
		b.WriteString(strconv.Itoa(i + 1))
		b.WriteString(".")
		key, _, ok := l.src.At(i)
		if !ok {
			out = append(out, text.Safe(b.String()+" ..."))
			continue
		}
		sep := " "
		if l.marks.has(key) {
			b.WriteString(" " + string(l.Marked))
			sep = ", "
		}
		for _, c := range l.src.Cells(i) {
			if s := strings.TrimSpace(string(c.Plain())); s != "" {
				b.WriteString(sep)
				b.WriteString(s)
				sep = ", "
			}
		}
		out = append(out, text.Safe(b.String()))
	}
	return out
}

// Linear is the block under the cursor as plain lines; moving the cursor reads on.
func (th *Thread[K]) Linear(t *Theme) []text.Safe {
	if len(th.blocks) == 0 {
		return []text.Safe{th.Empty.Plain()}
	}
	var out []text.Safe
	b := th.blocks[th.at]
	delete(th.fresh, b.Key)
	for _, l := range b.Body(t, LinearWidth) {
		out = append(out, l.Plain())
	}
	return out
}
