package query

import (
	"strconv"
	"strings"
	"unicode"
)

// Format prints a query in its canonical English form. Parse(Format(e)) equals e for every e that Parse gave.
func Format(e Expr) string {
	var b strings.Builder
	format(&b, e, false)
	return b.String()
}

// format writes e; inside says that it stands within And or Not, where an Or needs parentheses.
func format(b *strings.Builder, e Expr, inside bool) {
	switch e := e.(type) {
	case And:
		for i, k := range e.Kids {
			if i > 0 {
				b.WriteByte(' ')
			}
			format(b, k, true)
		}
	case Or:
		if inside {
			b.WriteByte('(')
		}
		for i, k := range e.Kids {
			if i > 0 {
				b.WriteString(" or ")
			}
			format(b, k, false)
		}
		if inside {
			b.WriteByte(')')
		}
	case Not:
		b.WriteByte('-')
		if _, ok := e.Kid.(And); ok {
			b.WriteByte('(')
			format(b, e.Kid, false)
			b.WriteByte(')')
			return
		}
		format(b, e.Kid, true)
	case Phrase:
		formatPhrase(b, e)
	case Term:
		b.WriteString(fields[e.Field].Name)
		b.WriteByte(':')
		for i, v := range e.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(b, v, plainValue(v))
		}
	case Range:
		formatRange(b, e)
	}
}

func formatPhrase(b *strings.Builder, p Phrase) {
	if p.Field != Text {
		b.WriteString(fields[p.Field].Name)
		b.WriteByte(':')
	}
	switch p.Op {
	case Adjacent:
		quote(b, p.Text, p.Field == Author && plainWord(p.Text))
	case Word:
		b.WriteString(p.Text)
	case Exact:
		b.WriteByte('=')
		quote(b, p.Text, plainWord(p.Text))
	case Near:
		quote(b, p.Text, false)
		b.WriteByte('/')
		b.WriteString(strconv.Itoa(p.Slop))
	case Prefix:
		b.WriteString(p.Text + "*")
	case Suffix:
		b.WriteString("*" + p.Text)
	case Infix:
		b.WriteString("*" + p.Text + "*")
	case Tag:
		b.WriteString("#" + p.Text)
	case AtName:
		b.WriteString(p.Text)
	}
}

func formatRange(b *strings.Builder, r Range) {
	b.WriteString(fields[r.Field].Name)
	b.WriteByte(':')
	switch r.Cmp {
	case Lt:
		b.WriteByte('<')
	case Le:
		b.WriteString("<=")
	case Gt:
		b.WriteByte('>')
	case Ge:
		b.WriteString(">=")
	case Between:
		b.WriteString(r.A.String() + ".." + r.B.String())
		return
	}
	b.WriteString(r.A.String())
}

func quote(b *strings.Builder, s string, plain bool) {
	if plain {
		b.WriteString(s)
		return
	}
	b.WriteByte('"')
	b.WriteString(s)
	b.WriteByte('"')
}

// plainWord reports whether a word reads back as itself without quotes.
func plainWord(s string) bool {
	switch strings.ToLower(s) {
	case "or", "eller", "and", "og", "not", "ikke":
		return false
	}
	if s == "" || strings.ContainsAny(s[:1], "-=#@*") || strings.HasSuffix(s, "*") {
		return false
	}
	for _, r := range s {
		if unicode.IsSpace(r) || r == '(' || r == ')' || r == ':' {
			return false
		}
	}
	return true
}

// plainValue reports whether a name reads back as itself without quotes.
func plainValue(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("/-_.&+", r) {
			return false
		}
	}
	return s != ""
}
