package query

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
	hits, ok := explain(b.Root, d)
	if !ok {
		return nil
	}
	return hits
}

func explain(n Node, d *Doc) ([]Hit, bool) {
	switch n := n.(type) {
	case *AllOf:
		var all []Hit
		for _, k := range n.Kids {
			h, ok := explain(k, d)
			if !ok {
				return nil, false
			}
			all = append(all, h...)
		}
		return all, true
	case *AnyOf:
		var all []Hit
		found := false
		for _, k := range n.Kids {
			if h, ok := explain(k, d); ok {
				found = true
				all = append(all, h...)
			}
		}
		return all, found
	case *Without:
		return nil, !match(n.Kid, d)
	case *Seek:
		return n.hits(d)
	case *Member:
		return []Hit{{At: n.At, Field: n.Field}}, n.in(d)
	case *Window:
		return []Hit{{At: n.At, Field: n.Field}}, match(n, d)
	}
	return nil, false
}

func (s *Seek) hits(d *Doc) ([]Hit, bool) {
	var out []Hit
	f := s.Field
	if f == Handle {
		f = Text
		for _, h := range d.Handles {
			if h == s.Part {
				out = append(out, Hit{At: s.At, Field: Handle})
				break
			}
		}
	}
	var toks []int
	work := maxWork
	for _, p := range d.Texts[f] {
		for i := s.next(p.Tokens, 0, &work, &toks); i >= 0 && len(out) < maxHits; i = s.next(p.Tokens, i+1, &work, &toks) {
			for _, t := range toks {
				out = append(out, Hit{At: s.At, Field: f, Ref: p.Ref, Start: p.Tokens[t].Start, End: p.Tokens[t].End})
			}
		}
	}
	return out, len(out) > 0
}
