package query

import "iter"

// step is a node of a query as a Set keeps it: those below it follow it, up to its end.
type step struct {
	op    stepOp
	field Field     // of a Seek
	rare  uint16    // of a phrase: which of its words is likely to be the rarest
	term  int32     // of a word, or of that one
	also  int32     // of a phrase: the term of another word
	end   int32     // where what is below it ends
	node  int32     // in Set.nodes, of what is no operator
	at    [2]uint16 // of a word: Seek.At
}

type stepOp uint8

const (
	allStep stepOp = iota
	anyStep
	notStep
	wordStep   // a Seek that its term decides
	phraseStep // a Seek for several words
	otherStep  // a Member or a Window
)

// compile appends the steps of a query, with their terms, and returns the first.
func (s *Set) compile(n Node) int32 {
	at := int32(len(s.code))
	s.code = append(s.code, step{})
	st := step{node: int32(len(s.nodes))}
	switch n := n.(type) {
	case *AllOf:
		st.op = allStep
		s.compileAll(n.Kids)
	case *AnyOf:
		st.op = anyStep
		s.compileAll(n.Kids)
	case *Without:
		st.op = notStep
		s.compile(n.Kid)
	case *Seek:
		st.op, st.field, st.at = wordStep, n.Field, [2]uint16{uint16(n.At.Start), uint16(n.At.End)}
		if len(n.Keys) > 1 {
			rare := rarest(n.Keys)
			st.op, st.rare = phraseStep, uint16(rare)
			st.also = s.term(n, (rare+1)%len(n.Keys))
		}
		st.term = s.term(n, int(st.rare))
		s.nodes = append(s.nodes, n)
	case *Member, *Window:
		st.op = otherStep
		s.nodes = append(s.nodes, n)
	}
	st.end = int32(len(s.code))
	s.code[at] = st
	return at
}

func (s *Set) compileAll(kids []Node) {
	for _, k := range kids {
		s.compile(k)
	}
}

// kids gives the steps directly below one.
func (s *Set) kids(at int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for k := at + 1; k < s.code[at].end; k = s.code[k].end {
			if !yield(k) {
				return
			}
		}
	}
}

// term finds or makes the term that a Seek cannot do without: what it seeks, or of several words the one numbered rare.
func (s *Set) term(n *Seek, rare int) int32 {
	field := n.Field
	if field == Handle { // handles are met in the text, too
		field = Text
	}
	l := s.lexicons[field]
	if l == nil {
		l = newLexicon()
		s.lexicons[field] = l
	}
	k := termKey{field: n.Field, op: n.Op, a: n.Part}
	if len(n.Keys) > 0 {
		word := n.Keys[rare]
		k.a, k.b = word.Danish, word.English
		if n.Op == Near {
			k.op = Adjacent
		}
		if n.Op == Exact {
			k.op, k.a, k.b = Exact, word.Exact, ""
		}
	}
	t, ok := s.terms[k]
	if !ok {
		t = int32(len(s.byTerm))
		s.terms[k] = t
		s.byTerm = append(s.byTerm, nil)
		l.add(k, t)
		if k.op == AtName {
			s.handles[k.a] = t
		}
	}
	return t
}

// eval decides a step.
func (l *Look) eval(at int32) bool {
	st := &l.set.code[at]
	switch st.op {
	case allStep:
		for k := at + 1; k < st.end; k = l.set.code[k].end {
			if !l.eval(k) {
				return false
			}
		}
		return true
	case anyStep:
		for k := at + 1; k < st.end; k = l.set.code[k].end {
			if l.eval(k) {
				return true
			}
		}
		return false
	case notStep:
		return !l.eval(at + 1)
	case wordStep:
		l.why.work--
		return l.has(st.term)
	case phraseStep:
		l.why.work--
		return l.has(st.term) && l.has(st.also) && l.phrase(st)
	case otherStep:
		l.why.work--
		switch n := l.set.nodes[st.node].(type) {
		case *Member:
			return n.in(l.doc)
		case *Window:
			return n.in(l.doc)
		}
	}
	return false
}

// phrase decides a Seek for several words by the places of the one that is likely to be the rarest.
func (l *Look) phrase(st *step) bool {
	s := l.set.nodes[st.node].(*Seek)
	for at := l.have[st.term].first; at != nowhere && l.why.work >= 0; at = l.places[at].next {
		p := l.places[at]
		if s.around(l.doc.Texts[s.Field][p.passage].Tokens, int(p.token), int(st.rare), &l.why.work) {
			return true
		}
	}
	return false
}

// explain decides a step and notes its hits, as explainer.explain does.
func (l *Look) explain(at int32) bool {
	st, e := &l.set.code[at], &l.why
	switch st.op {
	case allStep:
		before := len(e.hits)
		for k := at + 1; k < st.end; k = l.set.code[k].end {
			if !l.explain(k) {
				e.hits = e.hits[:before]
				return false
			}
		}
		return true
	case anyStep:
		found := false
		for k := at + 1; k < st.end; k = l.set.code[k].end {
			found = l.explain(k) || found
		}
		return found
	case notStep:
		return !l.eval(at + 1)
	case wordStep:
		if !l.has(st.term) {
			return false
		}
		if st.field != Handle {
			return l.noted(st)
		}
	case phraseStep:
		if !l.has(st.term) || !l.has(st.also) {
			return false
		}
	case otherStep:
	}
	return e.explain(l.set.nodes[st.node], l.doc)
}

// noted notes where a word that is there stands.
func (l *Look) noted(st *step) bool {
	ps, at := l.doc.Texts[st.field], l.have[st.term].first
	for n := 0; at != nowhere && n < maxHits; n++ {
		p := l.places[at]
		t := &ps[p.passage].Tokens[p.token]
		l.why.hits = append(l.why.hits, Hit{
			At: At{int(st.at[0]), int(st.at[1])}, Field: st.field, Ref: ps[p.passage].Ref, Start: t.Start, End: t.End,
		})
		at = p.next
	}
	return true
}
