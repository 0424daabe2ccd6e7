// Package querytest generates queries and documents for property tests of whatever claims to agree with the matcher.
package querytest

import (
	"slices"
	"strings"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"

	"pgregory.net/rapid"
)

// Vocabulary is what generated queries and documents are made of. Small, so that queries hit.
type Vocabulary struct {
	Words  []string                 // running text
	Names  map[query.Field][]string // of the Name fields
	Tags   []string
	Handle []string
}

// Danish is a small vocabulary with the traps of the language in it: stems, digraphs, accents, mixed English.
func Danish() Vocabulary {
	return Vocabulary{
		Words: []string{
			"cykel", "cyklen", "cykelsti", "cykelstierne", "hul", "huller", "vej", "vejen", "i", "på", "og", "ikke", "bibliotek",
			"biblioteket", "lån", "låne", "åbent", "aabent", "Ørsted", "oersted", "café", "cafe", "library", "libraries", "card", "cards",
			"open", "opening", "MitID", "digital", "post", "2026", "14", "skoles", "e-mail", "it's", "its", "😀", "affald", "sortering", "affaldssortering",
		},
		Names: map[query.Field][]string{
			query.Topic: {"vej", "vej/cykel", "vej/huller", "bibliotek"}, query.Queue: {"Borgerservice", "Teknik og Miljø"},
			query.Assignee: {"anna", "bo"}, query.Account: {"byen", "biblioteker"}, query.Why: {"cykelveje", "biblioteker"},
		},
		Tags:   []string{"cykelby", "CykelBy2026"},
		Handle: []string{"jens", "byens_vej"},
	}
}

// Expr draws a query as Parse would give it. Depth bounds nesting.
func (v Vocabulary) Expr(depth int) *rapid.Generator[query.Expr] {
	return rapid.Custom(func(t *rapid.T) query.Expr {
		e, err := query.Parse(v.input(t, depth))
		if err != nil {
			t.Fatalf("a generated query does not parse: %v", err)
		}
		return e
	})
}

// Input draws a query as somebody would type it.
func (v Vocabulary) Input(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return v.input(t, depth) })
}

func (v Vocabulary) input(t *rapid.T, depth int) string {
	kind := "atom"
	if depth > 0 {
		kind = rapid.SampledFrom([]string{"atom", "atom", "and", "or", "not", "group"}).Draw(t, "shape")
	}
	switch kind {
	case "and":
		return v.input(t, depth-1) + " " + v.input(t, depth-1)
	case "or":
		return "(" + v.input(t, depth-1) + rapid.SampledFrom([]string{" or ", " eller "}).Draw(t, "or") + v.input(t, depth-1) + ")"
	case "not":
		return rapid.SampledFrom([]string{"-", "not ", "ikke "}).Draw(t, "not") + v.input(t, 0)
	case "group":
		return "(" + v.input(t, depth-1) + ")"
	}
	return v.Atom(t)
}

// Atom draws one atom as typed, over every operator and field.
func (v Vocabulary) Atom(t *rapid.T) string {
	f := rapid.SampledFrom(append(query.Fields(), query.Text, query.Text, query.Text, query.Text)).Draw(t, "field")
	in := f.Info()
	name := in.Name
	if len(in.Danish) > 0 && rapid.Bool().Draw(t, "danish") {
		name = in.Danish[0]
	}
	switch in.Type {
	case query.TypeWords:
		if f == query.Handle {
			return name + ":" + rapid.SampledFrom(v.Handle).Draw(t, "handle")
		}
		s := v.words(t, f)
		if f == query.Text && rapid.Bool().Draw(t, "bare") {
			return s
		}
		return name + ":" + s
	case query.TypeChoice:
		vals := make([]string, 0, len(in.Values))
		for _, c := range in.Values {
			vals = append(vals, c.Name)
		}
		if in.None {
			vals = append(vals, "none")
		}
		s := name + ":" + rapid.SampledFrom(vals).Draw(t, "value")
		if rapid.IntRange(0, 3).Draw(t, "more") == 0 {
			s += "," + rapid.SampledFrom(vals).Draw(t, "value2")
		}
		return s
	case query.TypeName:
		vals := v.Names[f]
		if in.None {
			vals = append([]string{"none"}, vals...)
		}
		if f == query.Assignee {
			vals = append([]string{"me"}, vals...)
		}
		return name + `:"` + rapid.SampledFrom(vals).Draw(t, "name") + `"`
	case query.TypeNumber:
		return name + ":" + rapid.SampledFrom([]string{">", ">=", "<", "<=", ""}).Draw(t, "cmp") +
			rapid.SampledFrom([]string{"0", "1", "2", "5", "100", "5k", "1.200"}).Draw(t, "n")
	case query.TypeDate:
		return name + ":" + rapid.SampledFrom([]string{
			"today", "yesterday", "2026-11-03", "3.11.2026", ">=2026-11-01", "<2026-11-10", "2026-11-01..2026-11-07", "2026-11", "<=2026-11-03T14:05",
			">yesterday", "<tomorrow", "..2026-11-05", "2026-11-05..",
		}).Draw(t, "date")
	case query.TypeNumbered:
		return name + ":" + rapid.SampledFrom([]string{"1", "2", "3,5", "1,2,3,4,5,6,7,8,9"}).Draw(t, "number")
	case query.TypeFuture:
		return name + ":" + rapid.SampledFrom([]string{"<2h", ">=1d", "today", "tomorrow", "<=2026-11-07", "2026-11-01..tomorrow", "30m..2d"}).Draw(t, "due")
	default:
		return name + ":" + rapid.SampledFrom([]string{"<2h", "<=1d", ">3t", ">=2d", "1h..1d", "<90m", ">1h30m"}).Draw(t, "dur")
	}
}

func (v Vocabulary) words(t *rapid.T, f query.Field) string {
	w := rapid.SampledFrom(v.Words)
	a := w.Draw(t, "word")
	ops := []string{"word", "word", "quoted", "exact", "phrase", "near", "nearslash", "prefix", "infix", "suffix", "exactphrase"}
	if f == query.Text {
		ops = append(ops, "tag", "at")
	}
	bare := func() bool { return !slices.Contains([]string{"og", "ikke"}, a) }
	cut := func(n, m int) string { // a piece of a word, for wildcards
		rs := []rune(a)
		n = min(n, len(rs)-1)
		return string(rs[n:max(n+1, len(rs)-m)])
	}
	switch op := rapid.SampledFrom(ops).Draw(t, "op"); op {
	case "word":
		if bare() {
			return a
		}
	case "exact":
		return `="` + a + `"`
	case "phrase":
		return `"` + a + " " + w.Draw(t, "word2") + `"`
	case "exactphrase":
		return `="` + a + " " + w.Draw(t, "word2") + `"`
	case "near", "nearslash":
		sign := "~"
		if op == "nearslash" {
			sign = "/"
		}
		b, slops := w.Draw(t, "word2"), []string{"1", "2", "5"}
		if strings.ContainsAny(a+b, "-'") { // words of several words need room
			slops = []string{"3", "5"}
		}
		return `"` + a + " " + b + `"` + sign + rapid.SampledFrom(slops).Draw(t, "slop")
	case "prefix":
		if p := cut(0, 2); wild(p, 1) {
			return p + "*"
		}
	case "suffix":
		if p := cut(2, 0); wild(p, 2) {
			return "*" + p
		}
	case "infix":
		if p := cut(1, 1); wild(p, 2) {
			return "*" + p + "*"
		}
	case "tag":
		return "#" + rapid.SampledFrom(v.Tags).Draw(t, "tag")
	case "at":
		return "@" + rapid.SampledFrom(v.Handle).Draw(t, "at")
	}
	return `"` + a + `"`
}

// wild reports whether a piece of a word can stand beside a star.
func wild(p string, least int) bool {
	n := 0
	for _, r := range p {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != 'æ' && r != 'ø' && r != 'å' && r != 'Ø' {
			return false
		}
		n++
	}
	return n >= least
}

// Text draws a message.
func (v Vocabulary) Text() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := ""
		for i := range rapid.IntRange(0, 12).Draw(t, "words") {
			if i > 0 {
				s += rapid.SampledFrom([]string{" ", " ", " ", ", ", ". ", "\n"}).Draw(t, "gap")
			}
			switch rapid.IntRange(0, 19).Draw(t, "kind") {
			case 0:
				s += "#" + rapid.SampledFrom(v.Tags).Draw(t, "tag")
			case 1:
				s += "@" + rapid.SampledFrom(v.Handle).Draw(t, "at")
			case 2:
				s += "https://kk.dk/borger"
			default:
				s += rapid.SampledFrom(v.Words).Draw(t, "word")
			}
		}
		return s
	})
}

// Now is the moment at which generated documents and queries meet.
var Now = time.Date(2026, 11, 5, 10, 30, 0, 0, time.UTC)

// Doc draws a document.
func (v Vocabulary) Doc(c *text.Cutter) *rapid.Generator[*query.Doc] {
	return rapid.Custom(func(t *rapid.T) *query.Doc {
		d := &query.Doc{ID: rapid.Int64Range(1, 1<<40).Draw(t, "id")}
		for _, f := range query.Fields() {
			switch {
			case f.IsText():
				for i := range rapid.IntRange(0, 3).Draw(t, "passages") {
					d.AddText(f, query.Passage{Ref: int64(i + 1), Tokens: c.Cut(nil, v.Text().Draw(t, "text"))})
				}
			case f.IsKeyword():
				for range rapid.IntRange(0, 2).Draw(t, "values") {
					d.AddWord(f, rapid.Int64Range(1, 5).Draw(t, "value"))
				}
			case f.IsCount():
				d.AddNum(f, rapid.Int64Range(0, 6).Draw(t, "count"))
			case f.IsNumber():
				for range rapid.IntRange(0, 2).Draw(t, "times") {
					d.AddNum(f, Now.Add(-time.Duration(rapid.IntRange(-48, 400).Draw(t, "hours"))*time.Hour).UnixMilli())
				}
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "handles") {
			d.Handles = append(d.Handles, query.HandleKey(c, rapid.SampledFrom(v.Handle).Draw(t, "handle")))
		}
		return d
	})
}

// Resolver resolves the vocabulary's names: the n-th name of a field is n+1, and a topic stands for what is below it too.
func (v Vocabulary) Resolver() query.Names { return names(v.Names) }

type names map[query.Field][]string

func (n names) IDs(f query.Field, name string) (ids []int64) {
	for i, have := range n[f] {
		if have == name || f == query.Topic && len(have) > len(name) && have[:len(name)+1] == name+"/" {
			ids = append(ids, int64(i+1))
		}
	}
	return ids
}

func (n names) Known(f query.Field) []string { return n[f] }

// Env binds to the vocabulary at Now, as user 1.
func (v Vocabulary) Env(c *text.Cutter) query.Env {
	return query.Env{Now: Now, Me: 1, Names: v.Resolver(), Cutter: c}
}
