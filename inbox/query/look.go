package query

import (
	"math"
	"slices"
)

// Look is one document as a Set sees it: which queries match it, and why. It belongs to one goroutine, and is to be closed.
type Look struct {
	set       *Set
	doc       *Doc
	mark      uint32   // of this document: what bears another is of one before
	have      []had    // by term
	places    []place  // of the terms
	asked     []asked  // by query
	queued    []uint32 // by part: mark where it is in the queue
	queue     []claim  // parts to decide
	over      []int32  // queries of which a part cost too much
	matched   []int32
	undecided int32
	why       explainer
}

// had is whether a document has a term, and where.
type had struct {
	mark        uint32
	first, last int32 // in places, in the order of the text; nowhere of a handle that is the author's
}

// place is a token that is a term.
type place struct {
	passage, token int32
	next           int32 // the next place of the term, or nowhere
}

const nowhere = -1

// asked is what is known of a query.
type asked struct {
	mark  uint32
	spent int32 // on its parts; matches where it matches
}

const matches = -1

// Limits bound the work of a Look, in words looked at; 0 is no limit. What is known by a word's being there is not counted.
type Limits struct {
	Each int // of one query
	All  int // of all together
}

// Look finds the queries that match d. One that would spend more than its limit counts as one that does not match, unless another of its
// alternatives does.
func (s *Set) Look(d *Doc, lim Limits) *Look {
	l := s.looks.Get().(*Look)
	l.doc = d
	l.begin()
	l.texts()
	l.ids()
	l.decide(limit(lim.Each), limit(lim.All))
	return l
}

func limit(n int) int {
	if n == 0 {
		return maxWork
	}
	return n
}

// Close gives back what a Look needed. Nothing that it returned may be used after.
func (l *Look) Close() {
	l.doc = nil
	l.set.looks.Put(l)
}

// Matched gives the numbers of the queries that match, ascending.
func (l *Look) Matched() []int32 { return l.matched }

// Undecided is the first query that would have spent more than its limit; -1 where all were decided.
func (l *Look) Undecided() int32 { return l.undecided }

// Hits says where and why a query that matches does: what Bound.Hits says, as far as work words get. It is good until the next call.
func (l *Look) Hits(query int32, work int) []Hit {
	l.why.work, l.why.hits = work, l.why.hits[:0]
	if !l.explain(l.set.roots[query]) {
		return nil
	}
	return l.why.hits
}

// begin forgets the document before.
func (l *Look) begin() {
	if l.mark++; l.mark == 0 { // wrapped around
		clear(l.have)
		clear(l.asked)
		clear(l.queued)
		l.mark = 1
	}
	l.places, l.queue, l.over, l.matched = l.places[:0], l.queue[:0], l.over[:0], l.matched[:0]
	for _, c := range l.set.always {
		l.claim(c)
	}
}

// texts notes the terms that the texts have, and what follows from them.
func (l *Look) texts() {
	for f, lex := range l.set.lexicons {
		if lex == nil {
			continue
		}
		for i := range l.doc.Texts[f] {
			toks := l.doc.Texts[f][i].Tokens
			for j := range toks {
				t := &toks[j]
				for has := lex.word(t.Keys).has(); len(has) > 0; {
					var cs []int32
					term, n := has[0], has[1]
					if has = has[2:]; n > 0 {
						cs, has = has[:n], has[n:]
					}
					switch {
					case !l.stands(term, i, j):
					case n == many:
						l.claims(l.set.byTerm[term])
					default:
						for ; len(cs) > 1; cs = cs[2:] {
							l.claim(claim{cs[0], cs[1]})
						}
					}
				}
				if term, ok := lex.named(t); ok && l.stands(term, i, j) {
					l.claims(l.set.byTerm[term])
				}
			}
		}
	}
}

// ids does it for the handles and the keyword fields.
func (l *Look) ids() {
	s := l.set
	if len(s.handles) > 0 {
		for _, h := range l.doc.Handles {
			if t, ok := s.handles[h]; ok && !l.has(t) {
				l.have[t] = had{mark: l.mark, first: nowhere, last: nowhere}
				l.claims(s.byTerm[t])
			}
		}
	}
	for _, f := range s.keyword {
		for _, id := range l.doc.Words(f) {
			l.claims(s.members[memberKey{f, id}])
		}
	}
}

// stands notes that a token is a term, and tells whether that is new.
func (l *Look) stands(term int32, passage, token int) bool {
	h, n := &l.have[term], int32(len(l.places))
	l.places = append(l.places, place{int32(passage), int32(token), nowhere})
	if h.mark == l.mark {
		l.places[h.last].next, h.last = n, n
		return false
	}
	*h = had{l.mark, n, n}
	return true
}

// has tells whether the document has a term.
func (l *Look) has(term int32) bool { return l.have[term].mark == l.mark }

func (l *Look) claims(cs []claim) {
	for _, c := range cs {
		l.claim(c)
	}
}

func (l *Look) claim(c claim) {
	q := &l.asked[c.query]
	if q.mark != l.mark {
		*q = asked{mark: l.mark}
	}
	switch {
	case q.spent == matches:
	case c.part == decided:
		q.spent = matches
		l.matched = append(l.matched, c.query)
	case l.queued[c.part] != l.mark:
		l.queued[c.part] = l.mark
		l.queue = append(l.queue, c)
	}
}

// decide looks at the parts that need it.
func (l *Look) decide(each, all int) {
	for _, c := range l.queue {
		q := &l.asked[c.query]
		if q.spent == matches {
			continue
		}
		budget := min(each-int(q.spent), all)
		l.why.work = budget
		match := l.eval(l.set.parts[c.part])
		spent := budget - l.why.work
		q.spent, all = int32(min(int(q.spent)+spent, math.MaxInt32)), all-spent
		switch {
		case l.why.work < 0:
			l.over = append(l.over, c.query)
		case match:
			q.spent = matches
			l.matched = append(l.matched, c.query)
		}
	}
	slices.Sort(l.matched)
	l.undecided = -1
	for _, i := range l.over {
		if l.asked[i].spent != matches && (l.undecided < 0 || i < l.undecided) {
			l.undecided = i
		}
	}
}
