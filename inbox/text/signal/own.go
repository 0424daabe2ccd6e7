package signal

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"lytter/inbox/text"
)

// MaxWeight is what a word weighs at most, either way.
const MaxWeight = 3

// MaxOwn is how many words an organisation may have of its own.
const MaxOwn = 5000

// Own is an organisation's own words and what they weigh. They go before the lexicon, in any language and in all their inflections. It is
// immutable; nil is none.
type Own struct {
	words map[string]int // as written
	exact map[string]int
	stem  map[string]int // by the Danish stem
}

// NewOwn makes own words of weights by word. Words that no single token is made of are left out.
func NewOwn(c *text.Cutter, weights map[string]int) *Own {
	o := &Own{words: map[string]int{}, exact: map[string]int{}, stem: map[string]int{}}
	for _, w := range slices.Sorted(maps.Keys(weights)) {
		weight := max(-MaxWeight, min(MaxWeight, weights[w]))
		if k, ok := single(c, w); ok {
			o.words[w], o.exact[k.Exact], o.stem[k.Danish] = weight, weight, weight
		}
	}
	return o
}

// Single reports whether a word is one word for the desk, or an emoji: only such can have a weight.
func Single(c *text.Cutter, word string) bool {
	_, ok := single(c, word)
	return ok
}

func single(c *text.Cutter, word string) (*text.Keys, bool) {
	toks := c.Cut(nil, word)
	if len(toks) != 1 || toks[0].Kind != text.Word && toks[0].Kind != text.Emoji {
		return nil, false
	}
	return toks[0].Keys, true
}

// Words gives the words as they were written, with their weights. Read only.
func (o *Own) Words() map[string]int {
	if o == nil {
		return nil
	}
	return o.words
}

func (o *Own) weight(k *text.Keys) (int, bool) {
	if o == nil || len(o.words) == 0 {
		return 0, false
	}
	if w, ok := o.exact[k.Exact]; ok {
		return w, true
	}
	w, ok := o.stem[k.Danish]
	return w, ok
}

// String is the words as they are stored: a line each, the weight first.
func (o *Own) String() string {
	var b strings.Builder
	for _, w := range slices.Sorted(maps.Keys(o.Words())) {
		b.WriteString(strconv.Itoa(o.words[w]) + " " + w + "\n")
	}
	return b.String()
}

// ParseOwn reads what String wrote.
func ParseOwn(c *text.Cutter, s string) *Own {
	weights := map[string]int{}
	for line := range strings.Lines(s) {
		n, w, ok := strings.Cut(strings.TrimSpace(line), " ")
		if weight, err := strconv.Atoi(n); ok && err == nil {
			weights[w] = weight
		}
	}
	return NewOwn(c, weights)
}
