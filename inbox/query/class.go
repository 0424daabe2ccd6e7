package query

// Only reports the first part of a query whose class is not among the allowed ones, as an *Error that names the field; nil if there
// is none. Rules take Content only.
func Only(e Expr, allowed ...Class) *Error {
	var bad *Error
	Walk(e, func(atom Expr) bool {
		f, c, at := classify(atom)
		for _, a := range allowed {
			if a == c {
				return true
			}
		}
		bad = &Error{Key: "not_in_rules", Args: map[string]any{"Field": f.String()}, At: at}
		return false
	})
	return bad
}

// classify gives an atom's field, the widest class of what it asks for, and its place.
func classify(e Expr) (Field, Class, At) {
	switch e := e.(type) {
	case Phrase:
		return e.Field, fields[e.Field].Class, e.At
	case Term:
		c := fields[e.Field].Class
		for _, v := range e.Values {
			if v == "me" && e.Field == Assignee {
				c = User
			}
			for _, ch := range fields[e.Field].Choices {
				if ch.Name == v {
					c = max(c, ch.Class)
				}
			}
		}
		return e.Field, c, e.At
	case Range:
		c := fields[e.Field].Class
		if e.A.Kind == Days || e.Cmp == Between && e.B.Kind == Days {
			c = Clock
		}
		return e.Field, c, e.At
	}
	return Text, Content, At{}
}

// Walk visits the atoms of a query (Phrase, Term and Range) in the order written, until visit returns false.
func Walk(e Expr, visit func(Expr) bool) bool {
	switch e := e.(type) {
	case And:
		for _, k := range e.Kids {
			if !Walk(k, visit) {
				return false
			}
		}
		return true
	case Or:
		for _, k := range e.Kids {
			if !Walk(k, visit) {
				return false
			}
		}
		return true
	case Not:
		return Walk(e.Kid, visit)
	}
	return visit(e)
}

// Requires gives the ids of a keyword field of which a matching document must have at least one; nil where it need not have any.
func (b *Bound) Requires(f Field) []int64 {
	kids := []Node{b.Root}
	if a, ok := b.Root.(*AllOf); ok {
		kids = a.Kids
	}
	for _, k := range kids {
		if a, ok := k.(*AllOf); ok {
			if ids := (&Bound{Root: a}).Requires(f); ids != nil {
				return ids
			}
		}
		if m, ok := k.(*Member); ok && m.Field == f && !m.None {
			return m.IDs
		}
	}
	return nil
}
