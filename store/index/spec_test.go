package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lytter/inbox/query"
	"lytter/inbox/text"

	"pgregory.net/rapid"
)

// spec says whether a document matches by what the language promises, as plainly as it can be written: it is what the matcher and the
// index are both held against.
func spec(n query.Node, d *query.Doc) bool {
	switch n := n.(type) {
	case *query.AllOf:
		return !slices.ContainsFunc(n.Kids, func(k query.Node) bool { return !spec(k, d) })
	case *query.AnyOf:
		return slices.ContainsFunc(n.Kids, func(k query.Node) bool { return spec(k, d) })
	case *query.Without:
		return !spec(n.Kid, d)
	case *query.Member:
		vals := d.Words(n.Field)
		return len(vals) == 0 && n.None || slices.ContainsFunc(vals, func(v int64) bool { return slices.Contains(n.IDs, v) })
	case *query.Window:
		return slices.ContainsFunc(d.Nums(n.Field), func(v int64) bool { return n.Lo <= v && v < n.Hi })
	case *query.Seek:
		if n.Field == query.Handle {
			return slices.Contains(d.Handles, n.Part) || specSeek(n, d.Texts[query.Text])
		}
		return specSeek(n, d.Texts[n.Field])
	}
	panic("a node of a kind that is not known")
}

func specSeek(s *query.Seek, ps []query.Passage) bool {
	for _, p := range ps {
		switch s.Op {
		case query.Adjacent, query.Exact:
			for _, t := range p.Tokens {
				if specPhrase(s, p.Tokens, t.Pos) {
					return true
				}
			}
		case query.Near:
			for _, t := range p.Tokens { // the leftmost of them stands at t
				if specNear(s, p.Tokens, t.Pos) {
					return true
				}
			}
		default:
			if slices.ContainsFunc(p.Tokens, func(t text.Token) bool { return specPart(s, t) }) {
				return true
			}
		}
	}
	return false
}

// specPhrase: each word stands as far behind the first, at position pos, as it does in the query.
func specPhrase(s *query.Seek, toks []text.Token, pos int32) bool {
	for i, k := range s.Keys {
		if !slices.ContainsFunc(toks, func(t text.Token) bool {
			return t.Pos == pos+s.Gaps[i] && specMeets(t.Keys, k, s.Op == query.Exact)
		}) {
			return false
		}
	}
	return true
}

func specNear(s *query.Seek, toks []text.Token, pos int32) bool {
	for _, k := range s.Keys {
		if !slices.ContainsFunc(toks, func(t text.Token) bool {
			return t.Pos >= pos && t.Pos <= pos+s.Slop && specMeets(t.Keys, k, false)
		}) {
			return false
		}
	}
	return true
}

func specMeets(a, b *text.Keys, exact bool) bool {
	same := a.Exact == b.Exact
	if exact {
		return same
	}
	return same || a.Danish != "" && a.Danish == b.Danish || a.English != "" && a.English == b.English
}

func specPart(s *query.Seek, t text.Token) bool {
	k := t.Keys.Exact
	switch s.Op {
	case query.Word:
		return specMeets(t.Keys, s.Keys[0], false) || slices.Contains(strings.Split(t.Keys.Parts, " "), s.Keys[0].Danish)
	case query.Prefix:
		return strings.HasPrefix(k, s.Part)
	case query.Suffix:
		return strings.HasSuffix(k, s.Part)
	case query.Infix:
		return strings.Contains(k, s.Part)
	case query.Tag:
		return t.Kind == text.Hashtag && k == s.Part
	case query.AtName:
		return t.Kind == text.Handle && k == s.Part
	}
	return false
}

// tally counts what was asked, and how often the question told documents apart.
type tally struct {
	asked, told int
	by          map[string]int
}

func (c *tally) count(e query.Expr, hits, docs int) {
	if c.by == nil {
		c.by = map[string]int{}
	}
	c.asked++
	if hits > 0 && hits < docs {
		c.told++
	}
	shapes(e, c.by)
	query.Walk(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.Phrase:
			op := opNames[e.Op]
			if e.Op <= query.Exact && strings.ContainsRune(e.Text, ' ') {
				op += " phrase"
			}
			c.by["op "+op]++
			c.by["field "+e.Field.String()]++
		case query.Term:
			c.by["field "+e.Field.String()]++
			for _, v := range e.Values {
				if v == "none" || v == "me" {
					c.by["value "+v]++
				}
			}
		case query.Range:
			c.by["field "+e.Field.String()]++
			c.by["cmp "+cmpNames[e.Cmp]]++
		default: // no atom
		}
		return true
	})
}

var (
	opNames = map[query.Op]string{
		query.Word: "word", query.Adjacent: "quoted", query.Exact: "exact", query.Near: "near", query.Prefix: "prefix", query.Infix: "infix", query.Suffix: "suffix",
		query.Tag: "tag", query.AtName: "handle",
	}
	cmpNames = map[query.Cmp]string{
		query.Eq: "=", query.Lt: "<", query.Le: "<=", query.Gt: ">", query.Ge: ">=", query.Between: "..",
	}
)

func shapes(e query.Expr, by map[string]int) {
	switch e := e.(type) {
	case query.And:
		by["shape and"]++
		for _, k := range e.Kids {
			shapes(k, by)
		}
	case query.Or:
		by["shape or"]++
		for _, k := range e.Kids {
			shapes(k, by)
		}
	case query.Not:
		by["shape not"]++
		shapes(e.Kid, by)
	default: // an atom
	}
}

// checkAll checks a property, and again until all has been met that it has to meet: whether a test passes is not left to chance.
func checkAll(t *testing.T, lacks func() []string, property func(*rapid.T)) {
	t.Helper()
	rapid.Check(t, property)
	for tries := 0; !t.Failed() && len(lacks()) > 0; tries++ {
		if tries == 50 {
			t.Error(strings.Join(lacks(), "\n"))
			return
		}
		rapid.Check(t, property)
	}
}

// lacks says what of the language was never asked for, and whether too few questions told anything apart.
func (c *tally) lacks() (out []string) {
	if c.told*10 < c.asked*3 {
		out = append(out, fmt.Sprintf("only %d of %d queries had both hits and misses", c.told, c.asked))
	}
	for _, w := range c.wanted() {
		if c.by[w] == 0 {
			out = append(out, "nothing asked for: "+w)
		}
	}
	return out
}

func (c *tally) wanted() []string {
	want := []string{"shape and", "shape or", "shape not", "op quoted phrase", "op exact phrase", "value none"}
	if c.asked > 2000 { // it is rare
		want = append(want, "value me")
	}
	for _, n := range opNames {
		want = append(want, "op "+n)
	}
	for _, n := range cmpNames {
		want = append(want, "cmp "+n)
	}
	for _, f := range query.Fields() {
		want = append(want, "field "+f.String())
	}
	slices.Sort(want)
	return want
}

// log tells what was asked.
func (c *tally) log(t *testing.T) {
	t.Helper()
	for _, w := range c.wanted() {
		t.Logf("%7d  %s", c.by[w], w)
	}
	t.Logf("%7d  queries, of which %d had both hits and misses", c.asked, c.told)
}
