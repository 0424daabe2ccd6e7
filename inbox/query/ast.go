package query

import "time"

// Expr is a query as written. The set of its types is closed: And, Or, Not, Phrase, Term and Range. Bind turns it into Nodes.
//
//sumtype:decl
type Expr interface{ expr() }

// At is where an expression stands in the query it was parsed from: byte offsets, the end exclusive. It takes no part in equality.
type At struct{ Start, End int }

// And holds if all of its parts hold; the empty And is the query that matches everything.
type And struct{ Kids []Expr }

// Or holds if one of its parts holds; the empty Or matches nothing.
type Or struct{ Kids []Expr }

// Not holds if its part does not.
type Not struct {
	Kid Expr
	At  At
}

// Span is where e stands in the query that it was parsed from, from its first part to its last.
func Span(e Expr) At {
	switch e := e.(type) {
	case And:
		return spanOf(e.Kids)
	case Or:
		return spanOf(e.Kids)
	case Not:
		return e.At
	case Phrase:
		return e.At
	case Term:
		return e.At
	case Range:
		return e.At
	}
	return At{}
}

func spanOf(kids []Expr) At {
	if len(kids) == 0 {
		return At{}
	}
	return At{Span(kids[0]).Start, Span(kids[len(kids)-1]).End}
}

// Op says how words are to be found.
type Op uint8

const (
	// Adjacent words, in order, each by any of its keys. One word is a phrase of one.
	Adjacent Op = iota
	// Exact is Adjacent without stems: only the folded spelling counts.
	Exact
	// Near words, in any order, all within Slop positions of each other.
	Near
	// Prefix of a word.
	Prefix
	// Infix is a part of a word, anywhere in it.
	Infix
	// Suffix of a word.
	Suffix
	// Tag is a hashtag, whole.
	Tag
	// AtName is a handle: the author's, or one mentioned in the text.
	AtName
	// Word is a bare word, by any of its keys or as a part of a compound. Of names, and of what is several words (e-mail), it is Adjacent.
	Word
)

// Phrase asks for words in a text field.
type Phrase struct {
	Field Field
	Op    Op
	Text  string // as written, without quotes and operators
	Slop  int    // of Near: at least 1
	At    At
}

// Term asks a keyword field for one of several values, or for none at all.
type Term struct {
	Field  Field
	Values []string // canonical names of a Choice field, the names as written of a Name field; "none" and "me" canonical
	At     At
	Ats    []At // where each of Values stands, if it was parsed
}

// Cmp is how a number or a time is compared.
type Cmp uint8

// The comparisons. Between takes both ends in.
const (
	Eq Cmp = iota
	Lt
	Le
	Gt
	Ge
	Between
)

// Range asks a number field for values in a range.
type Range struct {
	Field Field
	Cmp   Cmp
	A, B  Literal // B only of Between
	At    At
}

// Literal is a number, a duration, a day or a moment, as written.
type Literal struct {
	Kind LiteralKind
	N    int64         // of Num and Days (0 is today, -1 yesterday)
	Dur  time.Duration // of Dur
	Day  Date          // of Day and Moment
	Min  int           // of Moment: minutes since midnight
}

// LiteralKind says what a Literal is.
type LiteralKind uint8

// The kinds of literal.
const (
	Num LiteralKind = iota
	Dur
	Day
	Moment
	Days
)

// Date is a day of the calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

func (And) expr()    {}
func (Or) expr()     {}
func (Not) expr()    {}
func (Phrase) expr() {}
func (Term) expr()   {}
func (Range) expr()  {}

// and joins expressions, flattened; one part stands for itself.
func and(kids []Expr) Expr {
	out := make([]Expr, 0, len(kids))
	for _, k := range kids {
		if a, ok := k.(And); ok {
			out = append(out, a.Kids...)
			continue
		}
		out = append(out, k)
	}
	if len(out) == 1 {
		return out[0]
	}
	return And{Kids: out}
}

// or joins alternatives, flattened; one stands for itself.
func or(kids []Expr) Expr {
	out := make([]Expr, 0, len(kids))
	for _, k := range kids {
		if o, ok := k.(Or); ok {
			out = append(out, o.Kids...)
			continue
		}
		out = append(out, k)
	}
	if len(out) == 1 {
		return out[0]
	}
	return Or{Kids: out}
}

// All is the query that matches everything.
func All() Expr { return And{} }

// Both joins two queries: what both match. It is how a role's filter meets a view.
func Both(a, b Expr) Expr { return and([]Expr{a, b}) }
