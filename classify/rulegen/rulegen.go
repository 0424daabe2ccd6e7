// Package rulegen makes rule files for measuring: as many rules as wanted over a given vocabulary, of the shapes that communications teams
// write, each with an example that it matches and one that it does not. The same seed and vocabulary make the same file.
//
// It must not know how rules are compiled or stored: it writes text.
package rulegen

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

// MinWords is how many words a vocabulary has at least.
const MinWords = 400

const (
	topics = 60
	queues = 8
)

// Topics lists the topics that the rules set, Queues the queues that they route to.
func Topics() []string { return names("t", topics) }

// Queues lists the queues that the rules route to.
func Queues() []string { return names("q", queues) }

func names(letter string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(letter, i)
	}
	return out
}

// operators of the language cannot be asked for without quotes.
var operators = []string{"and", "og", "or", "eller", "not", "ikke"}

// Rules writes a file of n rules: alternatives, phrases, nearness, prefixes, infixes, negations and conditions on the channel, over words
// that are neither the commonest nor never written. words are folded words of letters alone, the commonest first, at least MinWords.
func Rules(cutter *text.Cutter, seed uint64, words []string, n int) ([]byte, error) {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(operators, w) })
	if len(words) < MinWords-len(operators) {
		return nil, fmt.Errorf("rulegen: %d words are too few", len(words))
	}
	g := &generator{r: rand.New(rand.NewPCG(seed, uint64(n))), words: words, cutter: cutter}
	for i := range n {
		if err := g.rule(i); err != nil {
			return nil, err
		}
	}
	return []byte(g.out.String()), nil
}

type generator struct {
	r      *rand.Rand
	words  []string
	cutter *text.Cutter
	out    strings.Builder
}

// word draws one of the long tail.
func (g *generator) word() string { return g.words[200+g.r.IntN(len(g.words)-200)] }

// common draws one of the ranks from lo up to, not including, hi.
func (g *generator) common(lo, hi int) string { return g.words[lo+g.r.IntN(hi-lo)] }

func (g *generator) some(n int) string {
	ws := make([]string, n)
	for i := range ws {
		ws[i] = g.word()
	}
	return strings.Join(ws, " or ")
}

// start gives the beginning of a word.
func (g *generator) start() string {
	w := []rune(g.word())
	return string(w[:min(len(w), max(4, len(w)*2/3))])
}

// when draws a query and a text that should match it.
func (g *generator) when() (q, example string) {
	a, b := g.word(), g.word()
	switch k := g.r.IntN(100); {
	case k < 35:
		q, example = g.some(1+g.r.IntN(4))+" or "+a, a
	case k < 50:
		s := g.start()
		q, example = s+"* or "+g.some(2), s+"er"
	case k < 65:
		c := g.common(0, 60)
		q, example = fmt.Sprintf(`"%s %s" or %s`, a, c, b), a+" "+c
	case k < 75:
		c := g.common(60, 200)
		q, example = fmt.Sprintf(`"%s %s"/5 or %s`, a, c, b), c+" er det, "+a
	case k < 87:
		c := g.common(100, 200)
		q, example = fmt.Sprintf(`%s (%s or %s) -"%s"`, c, a, g.some(2), g.common(0, 60)), c+" "+a
	case k < 92:
		q, example = fmt.Sprintf("channel:facebook,instagram (%s or %s)", a, g.some(2)), a
	case k < 95:
		s := g.start()
		q, example = "*"+s+"*", "x"+s+"x"
	default:
		q, example = g.some(11)+" or "+a, a
	}
	return q, example
}

const other = "zq qz"

// rule writes one whose examples hold: words that fold together make some that do not, and those are drawn again.
func (g *generator) rule(i int) error {
	for range 100 {
		q, example := g.when()
		yes, err := g.matches(q, example)
		if err != nil {
			return err
		}
		if no, err := g.matches(q, other); err != nil || no || !yes {
			continue
		}
		fmt.Fprintf(&g.out, "[[rule]]\nid = \"r%d\"\nname = \"Regel %d\"\nwhen = '%s'\ntopics = [\"t%d\"]\n", i, i, q, i%topics)
		if i%5 == 0 {
			fmt.Fprintf(&g.out, "queue = \"q%d\"\n", i%queues)
		}
		fmt.Fprintf(&g.out, "  [[rule.example]]\n  text = \"%s\"\n  match = true\n  [[rule.example]]\n  text = \"%s\"\n  match = false\n\n", example, other)
		return nil
	}
	return errors.New("rulegen: no rule can be made of these words")
}

func (g *generator) matches(q, example string) (bool, error) {
	e, err := query.Parse(q)
	if err != nil {
		return false, fmt.Errorf("rulegen: %s: %w", q, err)
	}
	b, err := query.Bind(e, query.Env{Cutter: g.cutter})
	if err != nil {
		return false, fmt.Errorf("rulegen: %s: %w", q, err)
	}
	in := &inbox.Incoming{Kind: inbox.Comment, Text: example}
	return b.Match(inbox.Arrival(g.cutter, inbox.Account{Channel: inbox.Facebook}, in, true)), nil
}
