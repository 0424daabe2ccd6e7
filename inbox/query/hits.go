package query

import "slices"

// Hit is a place where a document satisfied a part of a query: why it matched.
type Hit struct {
	At         At    // the part of the query
	Field      Field // where it was satisfied
	Ref        int64 // the passage's message; 0 where no text is meant
	Start, End int32 // bytes in that message's text; both 0 where no text is meant
}

// maxHits bounds the places reported for one part of a query.
const maxHits = 32

// Hits says where and why a document matches; nil if it does not. Parts under a negation give none.
func (b *Bound) Hits(d *Doc) []Hit {
	e := explainer{run: run{work: maxWork}}
	if !e.explain(b.Root, d) {
		return nil
	}
	return e.hits
}

// explainer collects hits. What fails leaves none.
type explainer struct {
	run
	hits []Hit
	toks []int // of one place
}

func (e *explainer) explain(n Node, d *Doc) bool {
	switch n := n.(type) {
	case *AllOf:
		before := len(e.hits)
		for _, k := range n.Kids {
			if !e.explain(k, d) {
				e.hits = e.hits[:before]
				return false
			}
		}
		return true
	case *AnyOf:
		found := false
		for _, k := range n.Kids {
			found = e.explain(k, d) || found
		}
		return found
	case *Without:
		return !e.eval(n.Kid, d)
	case *Seek:
		return e.seek(n, d)
	case *Member:
		return e.plain(n.in(d), n.At, n.Field)
	case *Window:
		return e.plain(n.in(d), n.At, n.Field)
	}
	return false
}

// plain notes a hit that no text is meant by.
func (e *explainer) plain(ok bool, at At, f Field) bool {
	if ok {
		e.hits = append(e.hits, Hit{At: at, Field: f})
	}
	return ok
}

func (e *explainer) seek(s *Seek, d *Doc) bool {
	before := len(e.hits)
	f := s.Field
	if f == Handle {
		f = Text
		e.plain(slices.Contains(d.Handles, s.Part), s.At, Handle)
	}
	for _, p := range d.Texts[f] {
		for i := s.next(p.Tokens, 0, &e.work, &e.toks); i >= 0 && len(e.hits)-before < maxHits; i = s.next(p.Tokens, i+1, &e.work, &e.toks) {
			for _, t := range e.toks {
				e.hits = append(e.hits, Hit{At: s.At, Field: f, Ref: p.Ref, Start: p.Tokens[t].Start, End: p.Tokens[t].End})
			}
		}
	}
	return len(e.hits) > before
}
