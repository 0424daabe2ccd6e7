package query

import (
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"lytter/inbox/text"
)

// Names knows what the desk's own things are called.
type Names interface {
	// IDs returns the ids that a name stands for in a Name field: of a topic, its own and those of everything below it. None if
	// the name is unknown.
	IDs(f Field, name string) []int64
	// Known lists the names of a field, for suggestions.
	Known(f Field) []string
}

// Env is what a query is bound to.
type Env struct {
	Now    time.Time // its location is where days begin
	Me     int64     // the person who asks; 0 for a machine, to whom "me" is nobody
	Names  Names
	Cutter *text.Cutter
}

// Node is a bound query. The set of its types is closed: AllOf, AnyOf, Without, Seek, Member and Window.
//
//sumtype:decl
type Node interface{ node() }

// AllOf holds if all parts hold.
type AllOf struct{ Kids []Node }

// AnyOf holds if one part holds.
type AnyOf struct{ Kids []Node }

// Without holds if its part does not.
type Without struct{ Kid Node }

// Seek looks for words in a text field (or for a handle).
type Seek struct {
	Field Field
	Op    Op
	Keys  []*text.Keys // of Word, Adjacent, Exact and Near
	Gaps  []int32      // of Adjacent and Exact: position of each word behind the first
	Slop  int32        // of Near
	Part  string       // of Prefix, Infix, Suffix, Tag and AtName: the folded text
	At    At
}

// Member asks a keyword field for any of some ids, or for no value at all.
type Member struct {
	Field Field
	IDs   []int64 // sorted
	None  bool
	At    At
}

// Window asks a number field for a value in [Lo, Hi).
type Window struct {
	Field  Field
	Lo, Hi int64
	At     At

	lo, hi edge
}

func (*AllOf) node()   {}
func (*AnyOf) node()   {}
func (*Without) node() {}
func (*Seek) node()    {}
func (*Member) node()  {}
func (*Window) node()  {}

// edge is one end of a Window before the clock is read.
type edge struct {
	from edgeKind
	v    int64 // absolute, or milliseconds from now, or days from today
}

type edgeKind uint8

const (
	absolute edgeKind = iota
	fromNow
	fromToday
)

var (
	open   = edge{absolute, math.MinInt64}
	closed = edge{absolute, math.MaxInt64}
	now    = edge{fromNow, 0}
)

func (e edge) at(now time.Time) int64 {
	switch e.from {
	case fromNow:
		return now.UnixMilli() + e.v
	case fromToday:
		y, m, d := now.Date()
		return time.Date(y, m, d+int(e.v), 0, 0, 0, 0, now.Location()).UnixMilli()
	}
	return e.v
}

// Bound is a query bound to a moment, a person and the names of the desk. It is immutable and safe for concurrent use.
type Bound struct {
	Root  Node
	Now   time.Time
	Clock bool // it depends on Now: At gives it for another moment
	User  bool // it depends on who asks
}

// Bind resolves names, relative times and words. The error is an *Error with the place in the query that e was parsed from.
func Bind(e Expr, env Env) (*Bound, error) {
	b := &binder{env: env}
	root, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	return &Bound{Root: root, Now: env.Now, Clock: b.clock, User: b.user}, nil
}

// At is the same query at another moment.
func (b *Bound) At(now time.Time) *Bound {
	if !b.Clock {
		return b
	}
	c := *b
	c.Now = now
	c.Root = rebind(b.Root, now)
	return &c
}

func rebind(n Node, now time.Time) Node {
	switch n := n.(type) {
	case *AllOf:
		return &AllOf{Kids: rebindAll(n.Kids, now)}
	case *AnyOf:
		return &AnyOf{Kids: rebindAll(n.Kids, now)}
	case *Without:
		return &Without{Kid: rebind(n.Kid, now)}
	case *Window:
		w := *n
		w.Lo, w.Hi = w.lo.at(now), w.hi.at(now)
		return &w
	}
	return n
}

func rebindAll(kids []Node, now time.Time) []Node {
	out := make([]Node, len(kids))
	for i, k := range kids {
		out[i] = rebind(k, now)
	}
	return out
}

// Stretch is a range of a number field that a moving edge has crossed.
type Stretch struct {
	Field  Field
	Lo, Hi int64 // [Lo, Hi)
}

// Crossed says which values of which fields the edges of b have passed on their way to later, the same query at a later moment: only
// documents with such a value can have come to match, or ceased to.
func (b *Bound) Crossed(later *Bound) []Stretch {
	if !b.Clock {
		return nil
	}
	var out []Stretch
	crossed(b.Root, later.Root, &out)
	return out
}

func crossed(a, b Node, out *[]Stretch) {
	switch a := a.(type) {
	case *AllOf:
		for i, k := range a.Kids {
			crossed(k, b.(*AllOf).Kids[i], out)
		}
	case *AnyOf:
		for i, k := range a.Kids {
			crossed(k, b.(*AnyOf).Kids[i], out)
		}
	case *Without:
		crossed(a.Kid, b.(*Without).Kid, out)
	case *Window:
		c := b.(*Window)
		for _, p := range [][2]int64{{a.Lo, c.Lo}, {a.Hi, c.Hi}} {
			if p[0] != p[1] {
				*out = append(*out, Stretch{Field: a.Field, Lo: min(p[0], p[1]), Hi: max(p[0], p[1])})
			}
		}
	}
}

type binder struct {
	env         Env
	clock, user bool
}

func (b *binder) bind(e Expr) (Node, error) {
	switch e := e.(type) {
	case And:
		kids, err := b.all(e.Kids)
		return &AllOf{Kids: kids}, err
	case Or:
		kids, err := b.all(e.Kids)
		return &AnyOf{Kids: kids}, err
	case Not:
		kid, err := b.bind(e.Kid)
		return &Without{Kid: kid}, err
	case Phrase:
		return b.seek(e)
	case Term:
		return b.member(e)
	case Range:
		return b.window(e)
	}
	return nil, &Error{Key: "not_understood"}
}

func (b *binder) all(es []Expr) ([]Node, error) {
	kids := make([]Node, 0, len(es))
	for _, e := range es {
		k, err := b.bind(e)
		if err != nil {
			return nil, err
		}
		kids = append(kids, k)
	}
	return kids, nil
}

func (b *binder) seek(p Phrase) (Node, error) {
	s := &Seek{Field: p.Field, Op: p.Op, Slop: int32(p.Slop), At: p.At}
	nothing := &Error{Key: "nothing_to_find", Args: map[string]any{"Text": p.Text}, At: p.At}
	switch p.Op {
	case Tag, AtName:
		sign, kind := "#", text.Hashtag
		if p.Op == AtName {
			sign, kind = "@", text.Handle
		}
		s.Part = soleKey(b.env.Cutter, sign+p.Text, kind)
	case Prefix, Suffix, Infix:
		s.Part = text.Fold(p.Text)
		if toks := words(b.env.Cutter, p.Text); len(toks) != 1 {
			return nil, &Error{Key: "one_word", Args: map[string]any{"Text": p.Text}, At: p.At}
		}
	default:
		toks := words(b.env.Cutter, p.Text)
		if len(toks) == 0 {
			return nil, nothing
		}
		for _, t := range toks {
			s.Keys = append(s.Keys, t.Keys)
			s.Gaps = append(s.Gaps, t.Pos-toks[0].Pos)
		}
		if s.Op == Word && len(s.Keys) > 1 {
			s.Op = Adjacent
		}
		return s, room(p, s.Keys)
	}
	if s.Part == "" || !utf8.ValidString(s.Part) {
		return nil, nothing
	}
	return s, nil
}

// room refuses a near phrase of more different words than there are places within its distance: it would find nothing, silently. Words
// that meet each other may be one word of the message. (A hashtag and its first word share a place; nobody asks for that and means it.)
func room(p Phrase, words []*text.Keys) error {
	if p.Op != Near {
		return nil
	}
	var different []*text.Keys
	for _, w := range words {
		if !slices.ContainsFunc(different, func(d *text.Keys) bool { return meets(w, d, false) }) {
			different = append(different, w)
		}
	}
	needs := len(different) - 1
	if needs <= p.Slop {
		return nil
	}
	err := &Error{Key: "no_room", Args: map[string]any{"Count": len(different), "Distance": p.Slop, "Needs": needs}, At: p.At}
	if needs <= maxSlop {
		p.Slop = needs
		err.Suggest = []string{Format(p)}
	}
	return err
}

// words cuts what a query asks for. Where a token stands for several words (a hashtag, an address), the words are asked for.
func words(c *text.Cutter, s string) []text.Token {
	toks := c.Cut(nil, s)
	out := toks[:0:0]
	for i, t := range toks {
		whole := t.Kind == text.Hashtag || t.Kind == text.Handle || t.Kind == text.URL
		if whole && i+1 < len(toks) && toks[i+1].Pos == t.Pos {
			continue
		}
		out = append(out, t)
	}
	return out
}

// soleKey returns the exact key of a hashtag or handle, if s is one from end to end.
func soleKey(c *text.Cutter, s string, kind text.Kind) string {
	for _, t := range c.Cut(nil, s) {
		if t.Kind == kind && t.Start == 0 && int(t.End) == len(s) {
			return t.Keys.Exact
		}
	}
	return ""
}

// HandleKey is the key under which a handle is found: what Doc.Handles holds.
func HandleKey(c *text.Cutter, handle string) string {
	if k := c.Handle(handle); k != "" {
		return k
	}
	return text.Fold(handle)
}

// fewNames are so many that all can be told.
const fewNames = 10

func (b *binder) member(t Term) (Node, error) {
	m := &Member{Field: t.Field, At: t.At}
	var rest []Node
	for i, v := range t.Values {
		switch {
		case v == "none" && fields[t.Field].None && t.Field != Target:
			m.None = true
		case v == "me" && t.Field == Assignee:
			b.user = true
			m.IDs = append(m.IDs, b.env.Me)
		case t.Field == Is && v == "overdue":
			b.clock = true
			rest = append(rest, b.due(open, now, t.At))
		case t.Field == Target:
			rest = append(rest, b.target(v, t.At))
		case fields[t.Field].Type == TypeChoice:
			m.IDs = append(m.IDs, Code(t.Field, v))
		case fields[t.Field].Type == TypeNumbered:
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return nil, &Error{Key: "not_understood", At: t.At}
			}
			m.IDs = append(m.IDs, n)
		default:
			ids := b.env.Names.IDs(t.Field, v)
			if len(ids) == 0 {
				known := b.env.Names.Known(t.Field)
				near := nearest(v, known)
				if len(near) == 0 && len(known) <= fewNames {
					near = known
				}
				at := t.At
				if i < len(t.Ats) {
					at = t.Ats[i]
				}
				return nil, &Error{Key: "unknown_name", Args: map[string]any{"Field": t.Field.String(), "Value": v}, At: at, Suggest: near}
			}
			m.IDs = append(m.IDs, ids...)
		}
	}
	slices.Sort(m.IDs)
	m.IDs = slices.Compact(m.IDs)
	if len(rest) == 0 {
		return m, nil
	}
	if len(m.IDs) > 0 || m.None {
		rest = append(rest, m)
	}
	if len(rest) == 1 {
		return rest[0], nil
	}
	return &AnyOf{Kids: rest}, nil
}

// due asks when something is due.
func (b *binder) due(from, to edge, at At) Node {
	return b.rel(&Window{Field: Due, lo: from, hi: to, At: at})
}

// target asks how it stands with what is due.
func (b *binder) target(v string, at At) Node {
	switch v {
	case "running":
		b.clock = true
		return b.due(now, closed, at)
	case "overdue":
		b.clock = true
		return b.due(open, now, at)
	}
	return &Without{Kid: b.due(open, closed, at)}
}

func (b *binder) rel(w *Window) *Window {
	w.Lo, w.Hi = w.lo.at(b.env.Now), w.hi.at(b.env.Now)
	return w
}

func (b *binder) window(r Range) (Node, error) {
	w := &Window{Field: r.Field, At: r.At}
	if r.Field == Active {
		w.Field = Age // which is the newest message, too
	}
	switch fields[r.Field].Type {
	case TypePast: // the older, the smaller the time
		b.clock = true
		ago := func(l Literal, ms int64) edge { return edge{fromNow, -l.Dur.Milliseconds() + ms} }
		switch r.Cmp {
		case Lt:
			w.lo, w.hi = ago(r.A, 1), closed
		case Le:
			w.lo, w.hi = ago(r.A, 0), closed
		case Gt:
			w.lo, w.hi = open, ago(r.A, 0)
		case Ge:
			w.lo, w.hi = open, ago(r.A, 1)
		default:
			w.lo, w.hi = ago(r.B, 0), ago(r.A, 1)
		}
		return b.rel(w), nil
	case TypeFuture:
		b.clock = true
	}
	from, _ := b.ends(r.A)
	_, to := b.ends(r.A)
	switch r.Cmp {
	case Eq:
		w.lo, w.hi = from, to
	case Lt:
		w.lo, w.hi = open, from
	case Le:
		w.lo, w.hi = open, to
	case Gt:
		w.lo, w.hi = to, closed
	case Ge:
		w.lo, w.hi = from, closed
	case Between:
		_, to = b.ends(r.B)
		w.lo, w.hi = from, to
	}
	return b.rel(w), nil
}

// ends returns the first instant (or number) of a literal and the first behind it.
func (b *binder) ends(l Literal) (from, to edge) {
	loc := b.env.Now.Location()
	switch l.Kind {
	case Dur:
		ms := l.Dur.Milliseconds()
		return edge{fromNow, ms}, edge{fromNow, ms + 1}
	case Day:
		a := time.Date(l.Day.Year, l.Day.Month, l.Day.Day, 0, 0, 0, 0, loc)
		z := time.Date(l.Day.Year, l.Day.Month, l.Day.Day+1, 0, 0, 0, 0, loc)
		return edge{absolute, a.UnixMilli()}, edge{absolute, z.UnixMilli()}
	case Moment:
		a := time.Date(l.Day.Year, l.Day.Month, l.Day.Day, 0, l.Min, 0, 0, loc).UnixMilli()
		return edge{absolute, a}, edge{absolute, a + time.Minute.Milliseconds()}
	case Days:
		b.clock = true
		return edge{fromToday, l.N}, edge{fromToday, l.N + 1}
	}
	return edge{absolute, l.N}, edge{absolute, l.N + 1}
}
