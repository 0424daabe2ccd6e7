package bench

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/store/fts5"
)

// document is a conversation as it is searched.
type document = fts5.Conversation

// Frequencies and kinds of queries: a class is one of each.
var (
	frequencies = []string{"zero", "sparse", "medium", "dense"}
	kinds       = []string{"word", "phrase", "near", "prefix", "infix", "state", "mixed", "negation"}
)

// bounds gives the fewest and the most conversations, of so many, that a query of a frequency matches. They leave room between.
func bounds(frequency string, of int) (least, most int) {
	switch frequency {
	case "zero":
		return 0, 0
	case "sparse":
		return 1, max(3, of/1000)
	case "medium":
		return max(5, of*3/1000), max(9, of/50)
	}
	return max(12, of/25), of
}

// asked is a query with what it is to find.
type asked struct {
	text  string
	class string // "dense.phrase"
	hits  int    // conversations that match, by the matcher
}

const perClass = 20 // queries

// vocabulary is what the citizens of a corpus write, and how often.
type vocabulary struct {
	conversations int
	common        []string            // by falling number of conversations
	loose         []string            // of these, those that mean themselves outside of quotes
	by            map[string][]string // words by frequency
	pairs         [][2]string         // words that were written side by side
}

// readVocabulary counts in how many conversations each word is.
type readVocabulary struct {
	n     int
	in    map[string]int
	pairs [][2]string
	r     *rand.Rand
	seen  int
}

func newReadVocabulary(seed uint64) *readVocabulary {
	return &readVocabulary{in: map[string]int{}, r: rand.New(rand.NewPCG(seed, 1))}
}

const manyPairs = 4000

func (v *readVocabulary) add(docs []document) error {
	for _, d := range docs {
		v.n++
		here := map[string]bool{}
		for _, p := range d.Doc.Texts[query.Text] {
			last := ""
			for i := range p.Tokens {
				t := &p.Tokens[i]
				w := t.Keys.Exact
				if t.Kind != text.Word || !letters(w) {
					last = ""
					continue
				}
				here[w] = true
				if last != "" {
					v.pair(last, w)
				}
				last = w
			}
		}
		for w := range here {
			v.in[w]++
		}
	}
	return nil
}

// pair keeps a sample of all there are.
func (v *readVocabulary) pair(a, b string) {
	v.seen++
	if len(v.pairs) < manyPairs {
		v.pairs = append(v.pairs, [2]string{a, b})
	} else if i := v.r.IntN(v.seen); i < manyPairs {
		v.pairs[i] = [2]string{a, b}
	}
}

// operator reports whether a word means something else in a query.
func operator(w string) bool {
	return slices.Contains([]string{"and", "og", "or", "eller", "not", "ikke"}, w)
}

func (v *readVocabulary) vocabulary() *vocabulary {
	out := &vocabulary{conversations: v.n, by: map[string][]string{}, pairs: v.pairs}
	out.common = slices.SortedFunc(maps.Keys(v.in), func(a, b string) int {
		return cmp.Or(cmp.Compare(v.in[b], v.in[a]), cmp.Compare(a, b))
	})
	for _, w := range out.common {
		if operator(w) {
			continue
		}
		out.loose = append(out.loose, w)
		for _, f := range frequencies {
			if least, most := bounds(f, v.n); v.in[w] >= least && v.in[w] <= most {
				out.by[f] = append(out.by[f], w)
			}
		}
	}
	for i := range 300 { // of no language
		out.by["zero"] = append(out.by["zero"], fmt.Sprintf("zqx%c%cw", 'a'+i%26, 'a'+i/26))
	}
	return out
}

// drawer draws queries.
type drawer struct {
	*vocabulary
	r *rand.Rand
}

func pick[T any](d *drawer, of []T) T { return of[d.r.IntN(len(of))] }

// top draws one of the n commonest words.
func (d *drawer) top(n int) string { return pick(d, d.common[:min(n, len(d.common))]) }

// word draws one of any frequency.
func (d *drawer) word() string {
	for {
		if of := d.by[pick(d, frequencies)]; len(of) > 0 {
			return pick(d, of)
		}
	}
}

// long draws one that has parts.
func (d *drawer) long() string {
	for {
		if w := d.word(); len([]rune(w)) >= 4 {
			return w
		}
	}
}

// two draws words that are often, now and then, seldom or never side by side.
func (d *drawer) two() (a, b string) {
	switch d.r.IntN(4) {
	case 0:
		return d.top(12), d.top(12)
	case 1:
		return d.top(60), d.top(300)
	case 2:
		if len(d.pairs) > 0 {
			p := pick(d, d.pairs)
			return p[0], p[1]
		}
	}
	return d.word(), d.word()
}

// part gives some letters of a word, from the from-th on.
func part(w string, from, n int) string {
	r := []rune(w)
	from = min(from, max(0, len(r)-n))
	return string(r[from:min(len(r), from+n)])
}

// draw makes a query of a kind; how often it is matched is found out after.
func (d *drawer) draw(kind string) string {
	a, b := d.two()
	switch kind {
	case "word":
		return d.word()
	case "phrase":
		return `"` + a + " " + b + `"`
	case "near":
		return `"` + a + " " + b + `"/5`
	case "prefix":
		return part(d.long(), 0, 2+d.r.IntN(5)) + "*"
	case "infix":
		return "*" + part(d.long(), 1, 2+d.r.IntN(4)) + "*"
	case "state":
		return d.word() + " " + pick(d, []string{"is:closed", "is:open", "is:closed channel:facebook", "is:closed channel:instagram,x"})
	case "mixed":
		return fmt.Sprintf(`%s (%s or %s*) -%s is:closed`, d.word(), pick(d, d.loose[:min(100, len(d.loose))]), part(d.long(), 0, 4), d.word())
	}
	return d.word() + " -" + d.word()
}

// candidates draws many queries of each kind, none twice.
func (d *drawer) candidates() (out []asked) {
	for _, k := range kinds {
		seen := map[string]bool{}
		for range 1200 {
			q := d.draw(k)
			if !seen[q] && !strings.Contains(q, `"`+half(q)+" "+half(q)+`"`) {
				seen[q] = true
				out = append(out, asked{text: q, class: k})
			}
		}
	}
	return out
}

// counter gives what counts, of conversations that it is given, how many each candidate matches.
func counter(cs []asked, bind func(string) (*query.Bound, error)) (func([]document) error, error) {
	bound := make([]*query.Bound, len(cs))
	for i, c := range cs {
		var err error
		if bound[i], err = bind(c.text); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", c.text, err)
		}
	}
	set := query.NewSet(bound)
	var matched []int32
	return func(docs []document) error {
		for _, doc := range docs {
			matched = set.Match(doc.Doc, matched[:0])
			for _, i := range matched {
				cs[i].hits++
			}
		}
		return nil
	}, nil
}

// half is the first word of a phrase: a word beside itself is a riddle that nobody asks.
func half(q string) string {
	w, _, _ := strings.Cut(strings.Trim(q, `"`), " ")
	return w
}

// choose keeps, of candidates whose hits are known, some of each class.
func choose(cs []asked, conversations int) (out []asked) {
	kept := map[string]int{}
	for _, c := range cs {
		for _, f := range frequencies {
			least, most := bounds(f, conversations)
			if class := f + "." + c.class; c.hits >= least && c.hits <= most && kept[class] < perClass {
				kept[class]++
				out = append(out, asked{text: c.text, class: class, hits: c.hits})
			}
		}
	}
	return out
}

// classes lists those that some query is of, in the order of kinds and frequencies.
func classes(qs []asked) (out []string) {
	for _, k := range kinds {
		for _, f := range frequencies {
			if slices.ContainsFunc(qs, func(q asked) bool { return q.class == f+"."+k }) {
				out = append(out, f+"."+k)
			}
		}
	}
	return out
}
