package query

import (
	"math"
	"slices"
	"strings"

	"lytter/inbox/text"
)

// Match decides whether a document matches.
func (b *Bound) Match(d *Doc) bool { return match(b.Root, d) }

// Cost decides as Match does, and says how many words were looked at for it: what a search bounds.
func (b *Bound) Cost(d *Doc) (matches bool, words int) {
	r := run{work: maxWork}
	matches = r.eval(b.Root, d)
	return matches, maxWork - r.work
}

func match(n Node, d *Doc) bool {
	r := run{work: maxWork}
	return r.eval(n, d)
}

// maxWork is work that does not run out.
const maxWork = math.MaxInt

// run is one decision.
type run struct {
	work int // what may still be spent, in words looked at; below 0 nothing is looked at any more, and the answer means nothing
}

func (r *run) eval(n Node, d *Doc) bool {
	switch n := n.(type) {
	case *AllOf:
		for _, k := range n.Kids {
			if !r.eval(k, d) {
				return false
			}
		}
		return true
	case *AnyOf:
		for _, k := range n.Kids {
			if r.eval(k, d) {
				return true
			}
		}
		return false
	case *Without:
		return !r.eval(n.Kid, d)
	case *Seek:
		return n.in(d, &r.work)
	case *Member:
		r.work--
		return n.in(d)
	case *Window:
		return n.in(d)
	}
	return false
}

func (w *Window) in(d *Doc) bool {
	for _, v := range d.nums[w.Field-firstNum] {
		if v >= w.Lo && v < w.Hi {
			return true
		}
	}
	return false
}

func (m *Member) in(d *Doc) bool {
	vals := d.words[m.Field-firstWord]
	if len(vals) == 0 {
		return m.None
	}
	for _, v := range vals {
		if len(m.IDs) <= 8 {
			if slices.Contains(m.IDs, v) {
				return true
			}
		} else if _, ok := slices.BinarySearch(m.IDs, v); ok {
			return true
		}
	}
	return false
}

func (s *Seek) in(d *Doc, work *int) bool {
	if s.Field == Handle {
		return slices.Contains(d.Handles, s.Part) || s.anywhere(d.Texts[Text], work)
	}
	return s.anywhere(d.Texts[s.Field], work)
}

func (s *Seek) anywhere(ps []Passage, work *int) bool {
	for i := range ps {
		if s.next(ps[i].Tokens, 0, work, nil) >= 0 {
			return true
		}
	}
	return false
}

// Stands decides whether the tokens of one passage satisfy the Seek.
func (s *Seek) Stands(toks []text.Token) bool {
	work := maxWork
	return s.next(toks, 0, &work, nil) >= 0
}

// next finds the first place at or behind token i where the Seek is satisfied and returns the token it begins with, or -1. With dst
// it also notes the tokens that satisfied it.
func (s *Seek) next(toks []text.Token, i int, work *int, dst *[]int) int {
	for ; i < len(toks); i++ {
		if *work--; *work < 0 {
			return -1
		}
		if dst != nil {
			*dst = (*dst)[:0]
		}
		if s.from(toks, i, work, dst) {
			return i
		}
	}
	return -1
}

func (s *Seek) from(toks []text.Token, i int, work *int, dst *[]int) bool {
	t := &toks[i]
	switch s.Op {
	case Adjacent, Exact:
		return s.adjacent(toks, i, work, dst)
	case Near:
		return s.near(toks, i, work, dst)
	case Word:
		if k := s.Keys[0]; !meets(t.Keys, k, false) && !t.Keys.HasPart(k.Danish) {
			return false
		}
	case Prefix:
		if !strings.HasPrefix(t.Keys.Exact, s.Part) {
			return false
		}
	case Suffix:
		if !strings.HasSuffix(t.Keys.Exact, s.Part) {
			return false
		}
	case Infix:
		*work -= len(t.Keys.Exact) / 16 // a long word is more than one look
		if !strings.Contains(t.Keys.Exact, s.Part) {
			return false
		}
	case Tag:
		if t.Kind != text.Hashtag || t.Keys.Exact != s.Part {
			return false
		}
	case AtName:
		if t.Kind != text.Handle || t.Keys.Exact != s.Part {
			return false
		}
	}
	note(dst, i)
	return true
}

func note(dst *[]int, i int) {
	if dst != nil {
		*dst = append(*dst, i)
	}
}

func (s *Seek) adjacent(toks []text.Token, i int, work *int, dst *[]int) bool {
	exact := s.Op == Exact
	if !meets(toks[i].Keys, s.Keys[0], exact) {
		return false
	}
	note(dst, i)
	j := i
	for w := 1; w < len(s.Keys); w++ {
		want := toks[i].Pos + s.Gaps[w]
		for j < len(toks) && toks[j].Pos < want {
			j++
		}
		*work -= 1 + j - i
		k := j
		for k < len(toks) && toks[k].Pos == want && !meets(toks[k].Keys, s.Keys[w], exact) {
			k++
		}
		if k >= len(toks) || toks[k].Pos != want {
			return false
		}
		note(dst, k)
	}
	return true
}

// near: token i is the leftmost of the words, and every word stands at most Slop positions behind it.
func (s *Seek) near(toks []text.Token, i int, work *int, dst *[]int) bool {
	first := false
	for _, k := range s.Keys {
		first = first || meets(toks[i].Keys, k, false)
	}
	*work -= len(s.Keys)
	if !first {
		return false
	}
	last := toks[i].Pos + s.Slop
	for _, k := range s.Keys {
		found := false
		for j := i; j < len(toks) && toks[j].Pos <= last && *work >= 0; j++ {
			*work--
			if meets(toks[j].Keys, k, false) {
				note(dst, j)
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// around decides whether the Seek is satisfied by words one of which, the one numbered rare, is token j. Where it is, it begins at j or
// before.
func (s *Seek) around(toks []text.Token, j, rare int, work *int) bool {
	if s.Op == Near {
		for i := j; i >= 0 && toks[j].Pos-toks[i].Pos <= s.Slop && *work >= 0; i-- {
			if *work--; s.near(toks, i, work, nil) {
				return true
			}
		}
		return false
	}
	begins := toks[j].Pos - s.Gaps[rare]
	for i := j; i >= 0 && toks[i].Pos >= begins; i-- {
		if *work--; toks[i].Pos == begins && s.adjacent(toks, i, work, nil) {
			return true
		}
	}
	return false
}

// meets: two words match iff keys of the same kind meet.
func meets(a, b *text.Keys, exact bool) bool {
	if a == b || a.Exact == b.Exact {
		return true
	}
	return !exact && (a.Danish != "" && a.Danish == b.Danish || a.English != "" && a.English == b.English)
}
