package query

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is accepted. A longer or deeper query is an error, never a slow answer.
const (
	MaxBytes = 4096
	MaxDepth = 40
	MaxAtoms = 256

	maxSlop = 100 // of a near phrase
)

// Parse reads a query. The error is an *Error with the place, what was expected and what may have been meant.
//
//	query   = any
//	any     = all { ("or" | "eller") all }
//	all     = one { ["and" | "og"] one }
//	one     = ("-" | "not" | "ikke") one | "(" any ")" | words | field ":" value
//	words   = word | word"*" | "*"word"*" | "*"word | "=" word | `"a b"` | `="a b"` | `"a b"~5` | `"a b"/5` | "#"tag | "@"name
//	value   = words | name { "," name } | [">" | ">=" | "<" | "<="] literal | literal ".." literal
func Parse(input string) (Expr, error) {
	if len(input) > MaxBytes {
		return nil, &Error{Key: "too_long", Args: map[string]any{"Max": MaxBytes}, At: At{MaxBytes, len(input)}}
	}
	if !utf8.ValidString(input) {
		return nil, &Error{Key: "not_utf8", At: At{0, len(input)}}
	}
	p := &parser{in: input}
	p.space()
	if p.done() {
		return All(), nil
	}
	e, err := p.any(0)
	if err != nil {
		return nil, err
	}
	if !p.done() { // any stops only at the end or at a closing parenthesis
		return nil, p.fail("unopened_paren", At{p.pos, p.pos + 1}, nil)
	}
	return e, nil
}

type parser struct {
	in    string
	pos   int
	atoms int
}

func (p *parser) done() bool { return p.pos >= len(p.in) }

func (p *parser) space() {
	for p.pos < len(p.in) {
		r, n := utf8.DecodeRuneInString(p.in[p.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		p.pos += n
	}
}

func (p *parser) peek() rune {
	if p.done() {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(p.in[p.pos:])
	return r
}

func (p *parser) fail(key string, at At, args map[string]any) error {
	return &Error{Key: key, Args: args, At: at}
}

func (p *parser) any(depth int) (Expr, error) {
	if depth > MaxDepth {
		return nil, p.fail("too_deep", At{p.pos, p.pos}, map[string]any{"Max": MaxDepth})
	}
	var kids []Expr
	for {
		e, err := p.all(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, e)
		if at, ok := p.keyword("or", "eller"); !ok {
			return or(kids), nil
		} else if p.space(); p.done() || p.peek() == ')' {
			return nil, p.fail("missing_operand", at, map[string]any{"Operator": p.in[at.Start:at.End]})
		}
	}
}

func (p *parser) all(depth int) (Expr, error) {
	var kids []Expr
	for {
		p.space()
		if p.done() || p.peek() == ')' {
			break
		}
		if at, ok := p.ahead("or", "eller"); ok {
			if len(kids) == 0 {
				return nil, p.fail("missing_operand", at, map[string]any{"Operator": p.in[at.Start:at.End]})
			}
			break
		}
		if at, ok := p.keyword("and", "og"); ok {
			p.space()
			_, or := p.ahead("or", "eller")
			if len(kids) == 0 || or || p.done() || p.peek() == ')' {
				return nil, p.fail("missing_operand", at, map[string]any{"Operator": p.in[at.Start:at.End]})
			}
			continue
		}
		e, err := p.one(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, e)
	}
	if len(kids) == 0 {
		return nil, p.fail("missing_operand", At{p.pos, p.pos}, map[string]any{"Operator": "("})
	}
	return and(kids), nil
}

func (p *parser) one(depth int) (Expr, error) {
	if depth > MaxDepth {
		return nil, p.fail("too_deep", At{p.pos, p.pos}, map[string]any{"Max": MaxDepth})
	}
	p.space()
	start := p.pos
	if at, ok := p.keyword("not", "ikke"); ok {
		p.space()
		if p.done() || p.peek() == ')' {
			return nil, p.fail("missing_operand", at, map[string]any{"Operator": p.in[at.Start:at.End]})
		}
		kid, err := p.one(depth + 1)
		return Not{Kid: kid, At: At{start, p.pos}}, err
	}
	switch p.peek() {
	case '(':
		p.pos++
		if p.space(); p.peek() == ')' {
			return nil, p.fail("empty_group", At{start, p.pos + 1}, nil)
		}
		e, err := p.any(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.peek() != ')' {
			return nil, p.fail("unclosed_paren", At{start, start + 1}, nil)
		}
		p.pos++
		return e, nil
	case '-':
		if next := p.in[p.pos+1:]; next == "" || strings.ContainsRune(" \t\n\r)", rune(next[0])) {
			return nil, p.fail("missing_operand", At{start, start + 1}, map[string]any{"Operator": "-"})
		}
		p.pos++
		kid, err := p.one(depth + 1)
		return Not{Kid: kid, At: At{start, p.pos}}, err
	}
	if p.atoms++; p.atoms > MaxAtoms {
		return nil, p.fail("too_many", At{start, start}, map[string]any{"Max": MaxAtoms})
	}
	f, ok, err := p.field()
	if err != nil {
		return nil, err
	}
	if !ok {
		return p.words(Text, start)
	}
	switch info := &fields[f]; info.Type {
	case TypeWords:
		return p.words(f, start)
	case TypeChoice, TypeName, TypeNumbered:
		return p.term(f, start)
	default:
		return p.rng(f, start)
	}
}

// keyword consumes one of the words if it stands next, as a word of its own, and says where it stood.
func (p *parser) keyword(words ...string) (At, bool) {
	at, ok := p.ahead(words...)
	if ok {
		p.pos = at.End
	}
	return at, ok
}

func (p *parser) ahead(words ...string) (At, bool) {
	p.space()
	rest := p.in[p.pos:]
	for _, w := range words {
		if len(rest) < len(w) || !strings.EqualFold(rest[:len(w)], w) {
			continue
		}
		r, _ := utf8.DecodeRuneInString(rest[len(w):])
		if len(rest) == len(w) || unicode.IsSpace(r) || r == '(' || r == ')' || isQuote(r) {
			return At{p.pos, p.pos + len(w)}, true
		}
	}
	return At{}, false
}

// field consumes "name:" if it stands next and names a field.
func (p *parser) field() (f Field, ok bool, err error) {
	i := p.pos
	for i < len(p.in) {
		r, n := utf8.DecodeRuneInString(p.in[i:])
		if !unicode.IsLetter(r) {
			break
		}
		i += n
	}
	if i == p.pos || i >= len(p.in) || p.in[i] != ':' {
		return 0, false, nil
	}
	name, at := p.in[p.pos:i], At{p.pos, i}
	f, known := LookupField(name)
	rest := p.in[i+1:]
	if !known {
		if strings.HasPrefix(rest, "//") || rest == "" || endsWord(rest) {
			return 0, false, nil // an address, or a word that happens to end in a colon
		}
		var names []string
		for i := range fields {
			names = append(names, fields[i].Name)
			names = append(names, fields[i].Danish...)
		}
		return 0, false, &Error{Key: "unknown_field", Args: map[string]any{"Field": name}, At: at, Suggest: nearest(name, names)}
	}
	if rest == "" || endsWord(rest) {
		return 0, false, p.fail("missing_value", At{p.pos, i + 1}, map[string]any{"Field": name, "Example": fields[f].Example})
	}
	p.pos = i + 1
	return f, true, nil
}

func endsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r) || r == ')'
}

func isQuote(r rune) bool { return strings.ContainsRune("\"“”„»«", r) }

// quoted consumes a text in quotes, white space made single.
func (p *parser) quoted() (string, error) {
	start := p.pos
	_, n := utf8.DecodeRuneInString(p.in[p.pos:])
	p.pos += n
	from := p.pos
	for p.pos < len(p.in) {
		r, n := utf8.DecodeRuneInString(p.in[p.pos:])
		if isQuote(r) {
			s := strings.Join(strings.Fields(p.in[from:p.pos]), " ")
			p.pos += n
			return s, nil
		}
		p.pos += n
	}
	return "", p.fail("unclosed_quote", At{start, from}, nil)
}

// bare consumes up to white space, a parenthesis, a quote or one of stop.
func (p *parser) bare(stop string) string {
	start := p.pos
	for p.pos < len(p.in) {
		r, n := utf8.DecodeRuneInString(p.in[p.pos:])
		if unicode.IsSpace(r) || r == '(' || r == ')' || isQuote(r) || strings.ContainsRune(stop, r) {
			break
		}
		p.pos += n
	}
	return p.in[start:p.pos]
}

// words reads what a text field is asked for; start is where the expression began, field name included.
func (p *parser) words(f Field, start int) (Expr, error) {
	ph := Phrase{Field: f}
	switch r := p.peek(); {
	case r == '=':
		p.pos++
		ph.Op = Exact
	case r == '#' && f == Text:
		p.pos++
		ph.Op = Tag
	case r == '@' && (f == Text || f == Handle):
		p.pos++
		ph.Op = AtName
	}
	if f == Handle {
		if ph.Op == Exact {
			return nil, p.fail("not_here", At{p.pos - 1, p.pos}, map[string]any{"Operator": "=", "Field": f.String()})
		}
		ph.Op = AtName
	}
	if ph.Op == AtName {
		ph.Field = Handle
		for p.peek() == '@' {
			p.pos++
		}
	}
	from := p.pos
	if isQuote(p.peek()) && ph.Op <= Exact {
		s, err := p.quoted()
		if err != nil {
			return nil, err
		}
		ph.Text = s
		if err := p.slop(&ph); err != nil {
			return nil, err
		}
	} else {
		ph.Text = p.bare("")
		p.stars(&ph)
		if ph.Op == Adjacent && f != Author && plainWord(ph.Text) {
			ph.Op = Word
		}
	}
	ph.At = At{start, p.pos}
	if strings.ContainsRune(ph.Text, '*') {
		return nil, p.fail("star_inside", At{from, p.pos}, map[string]any{"Text": ph.Text})
	}
	if !hasWord(ph.Text) {
		return nil, p.fail("nothing_to_find", At{start, max(p.pos, start+1)}, map[string]any{"Text": p.in[start:p.pos]})
	}
	if (ph.Op == Tag || ph.Op == AtName) && !isName(ph.Text) {
		return nil, p.fail("bad_name", At{from, p.pos}, map[string]any{"Text": ph.Text})
	}
	if (ph.Op == Infix || ph.Op == Suffix) && utf8.RuneCountInString(ph.Text) < 2 {
		return nil, p.fail("too_short", ph.At, map[string]any{"Text": ph.Text, "Min": 2})
	}
	return ph, nil
}

// slop reads "~5" or "/5" behind a quoted phrase.
func (p *parser) slop(ph *Phrase) error {
	if r := p.peek(); r != '~' && r != '/' {
		return nil
	}
	start := p.pos
	p.pos++
	n, from := 0, p.pos
	for p.pos < len(p.in) && p.in[p.pos] >= '0' && p.in[p.pos] <= '9' && n < 1000 {
		n = n*10 + int(p.in[p.pos]-'0')
		p.pos++
	}
	if p.pos == from || n < 1 || n > maxSlop || ph.Op == Exact {
		return p.fail("bad_distance", At{start, p.pos}, map[string]any{"Max": maxSlop})
	}
	ph.Op, ph.Slop = Near, n
	return nil
}

// stars reads the wildcards of a bare word.
func (p *parser) stars(ph *Phrase) {
	if ph.Op != Adjacent {
		return
	}
	lead, trail := strings.HasPrefix(ph.Text, "*"), len(ph.Text) > 1 && strings.HasSuffix(ph.Text, "*")
	switch {
	case lead && trail:
		ph.Op = Infix
	case lead:
		ph.Op = Suffix
	case trail:
		ph.Op = Prefix
	default:
		return
	}
	if lead {
		ph.Text = ph.Text[1:]
	}
	if trail {
		ph.Text = ph.Text[:len(ph.Text)-1]
	}
}

// isName reports whether s can be a hashtag or a handle, without its sign.
func isName(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && r != '_' && r != '.' {
			return false
		}
	}
	return true
}

func hasWord(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) {
			return true
		}
	}
	return false
}

// term reads the values of a keyword field: names, separated by commas.
func (p *parser) term(f Field, start int) (Expr, error) {
	t := Term{Field: f}
	for {
		from := p.pos
		var v string
		if isQuote(p.peek()) {
			s, err := p.quoted()
			if err != nil {
				return nil, err
			}
			v = s
		} else {
			v = p.bare(",")
		}
		name, err := p.value(f, v, At{from, p.pos})
		if err != nil {
			return nil, err
		}
		t.Values, t.Ats = append(t.Values, name), append(t.Ats, At{from, p.pos})
		if p.peek() != ',' {
			break
		}
		p.pos++
	}
	t.At = At{start, p.pos}
	return t, nil
}

func (p *parser) value(f Field, v string, at At) (string, error) {
	info := &fields[f]
	switch {
	case v == "":
		return "", p.fail("missing_value", at, map[string]any{"Field": info.Name, "Example": info.Example})
	case info.None && isNone(v):
		return "none", nil
	case f == Assignee && isMe(v):
		return "me", nil
	case info.Type == TypeName:
		return v, nil
	case info.Type == TypeNumbered:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 0 {
			return strconv.FormatInt(n, 10), nil
		}
		return "", p.fail("bad_number", at, map[string]any{"Field": info.Name, "Value": v, "Example": info.Example})
	}
	if name, ok := lookupChoice(f, v); ok {
		return name, nil
	}
	var names []string
	for _, c := range info.Choices {
		names = append(names, c.Name)
		names = append(names, c.Danish...)
	}
	near := nearest(v, names)
	if len(near) == 0 {
		for _, c := range info.Choices {
			near = append(near, c.Name)
		}
	}
	return "", &Error{Key: "unknown_value", Args: map[string]any{"Field": info.Name, "Value": v}, At: at, Suggest: near}
}

// rng reads a comparison of a number field.
func (p *parser) rng(f Field, start int) (Expr, error) {
	from := p.pos
	s := p.bare("")
	if strings.Trim(s, "<>=") == "" && isQuote(p.peek()) { // "i dag" is two words
		quoted, err := p.quoted()
		if err != nil {
			return nil, err
		}
		s += quoted
	}
	at := At{from, p.pos}
	r := Range{Field: f, At: At{start, p.pos}}
	bad := func() error {
		return p.fail("bad_"+typeKey(fields[f].Type), at, map[string]any{"Field": f.String(), "Value": s, "Example": fields[f].Example})
	}
	if a, b, ok := strings.Cut(s, ".."); ok {
		return p.between(r, a, b, bad)
	}
	for _, op := range []struct {
		sign string
		cmp  Cmp
	}{{">=", Ge}, {"<=", Le}, {">", Gt}, {"<", Lt}, {"=", Eq}} {
		if rest, ok := strings.CutPrefix(s, op.sign); ok {
			r.Cmp, s = op.cmp, rest
			break
		}
	}
	lit, end, ok := literal(fields[f].Type, s)
	if !ok {
		return nil, bad()
	}
	r.A = lit
	if end != nil { // a month or a year: two days
		switch r.Cmp {
		case Eq:
			r.Cmp, r.B = Between, *end
		case Le, Gt:
			r.A = *end
		}
	}
	if r.Cmp == Eq && (lit.Kind == Dur) {
		return nil, p.fail("needs_comparison", at, map[string]any{"Field": f.String(), "Example": fields[f].Example})
	}
	return r, nil
}

func (p *parser) between(r Range, a, b string, bad func() error) (Expr, error) {
	t := fields[r.Field].Type
	switch {
	case a == "" && b == "":
		return nil, bad()
	case a == "":
		lit, end, ok := literal(t, b)
		if !ok {
			return nil, bad()
		}
		if end != nil {
			lit = *end
		}
		r.Cmp, r.A = Le, lit
	case b == "":
		lit, _, ok := literal(t, a)
		if !ok {
			return nil, bad()
		}
		r.Cmp, r.A = Ge, lit
	default:
		la, _, ok1 := literal(t, a)
		lb, end, ok2 := literal(t, b)
		if !ok1 || !ok2 {
			return nil, bad()
		}
		if end != nil {
			lb = *end
		}
		r.Cmp, r.A, r.B = Between, la, lb
	}
	return r, nil
}

func typeKey(t Type) string {
	switch t {
	case TypeNumber:
		return "number"
	case TypeDate:
		return "date"
	default:
		return "duration"
	}
}
