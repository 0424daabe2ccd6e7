package query

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"

	"lytter/inbox/text"
)

// termKey is what a term asks of a text: of Word and Adjacent a word by its stems, of Exact by its spelling, of the others a part of a word, a
// hashtag or a handle.
type termKey struct {
	field Field
	op    Op
	a, b  string
}

// lexicon tells which terms of a Set the words of one text field have. What a word has depends on its keys alone, and most of what is
// written is some ten thousand words: so the answer is remembered.
type lexicon struct {
	danish, english, exact, prefixes map[string][]int32
	compounds                        map[string][]int32 // by the stem of a part
	prefixLens                       []int              // the distinct lengths of prefixes, in bytes
	parts                            []part
	tags, names                      map[string]int32

	seed  maphash.Seed
	known []atomic.Pointer[knownWord] // by hash: words met before
}

// part is a term that seeks inside words.
type part struct {
	text string
	end  bool // only where the word ends
	term int32
}

// knownWord is a word and the terms it has. It is immutable.
type knownWord struct {
	keys  *text.Keys
	terms []int32
}

// The bounds of how many words a lexicon remembers.
const (
	minKnown = 1 << 8
	maxKnown = 1 << 15
)

func newLexicon() *lexicon {
	return &lexicon{
		danish: map[string][]int32{}, english: map[string][]int32{}, exact: map[string][]int32{}, prefixes: map[string][]int32{},
		compounds: map[string][]int32{},
		tags:      map[string]int32{}, names: map[string]int32{}, seed: maphash.MakeSeed(),
	}
}

func (l *lexicon) add(k termKey, t int32) {
	switch k.op {
	case Word, Adjacent:
		if k.op == Word {
			l.compounds[k.a] = append(l.compounds[k.a], t)
		}
		l.danish[k.a] = append(l.danish[k.a], t)
		if k.b != "" {
			l.english[k.b] = append(l.english[k.b], t)
		}
	case Exact:
		l.exact[k.a] = append(l.exact[k.a], t)
	case Prefix:
		l.prefixes[k.a] = append(l.prefixes[k.a], t)
		if !slices.Contains(l.prefixLens, len(k.a)) {
			l.prefixLens = append(l.prefixLens, len(k.a))
		}
	case Infix, Suffix:
		l.parts = append(l.parts, part{text: k.a, end: k.op == Suffix, term: t})
	case Tag:
		l.tags[k.a] = t
	case AtName:
		l.names[k.a] = t
	}
}

// finish ends the adding.
func (l *lexicon) finish() {
	slices.Sort(l.prefixLens)
	n := len(l.danish) + len(l.english) + len(l.exact) + len(l.prefixes) + len(l.parts)
	n = 1 << bits.Len(uint(64*n))
	l.known = make([]atomic.Pointer[knownWord], max(minKnown, min(n, maxKnown)))
}

// terms gives the terms that a token has. Read only.
func (l *lexicon) terms(t *text.Token) []int32 {
	w := l.word(t.Keys)
	if t.Kind != text.Hashtag && t.Kind != text.Handle {
		return w.terms
	}
	named := l.tags
	if t.Kind == text.Handle {
		named = l.names
	}
	if term, ok := named[t.Keys.Exact]; ok {
		return append(slices.Clone(w.terms), term)
	}
	return w.terms
}

// word gives what is known of a word. It has two places to be in: a new word takes the first, and moves the one there to the second.
func (l *lexicon) word(k *text.Keys) *knownWord {
	i := maphash.String(l.seed, k.Exact) & uint64(len(l.known)-1)
	first, second := &l.known[i], &l.known[i^1]
	if w := first.Load(); w.is(k) {
		return w
	}
	if w := second.Load(); w.is(k) {
		return w
	}
	w := &knownWord{keys: k, terms: l.find(k)}
	if old := first.Load(); old != nil {
		second.Store(old)
	}
	first.Store(w)
	return w
}

func (w *knownWord) is(k *text.Keys) bool { return w != nil && (w.keys == k || *w.keys == *k) }

// find gives the terms that a word has by its keys.
func (l *lexicon) find(k *text.Keys) []int32 {
	var out []int32
	out = append(out, l.danish[k.Danish]...)
	out = append(out, l.english[k.English]...)
	out = append(out, l.exact[k.Exact]...)
	if len(l.compounds) > 0 {
		k.EachPart(func(stem string) { out = append(out, l.compounds[stem]...) })
	}
	for _, n := range l.prefixLens {
		if n > len(k.Exact) {
			break
		}
		out = append(out, l.prefixes[k.Exact[:n]]...)
	}
	for _, p := range l.parts {
		if p.end && strings.HasSuffix(k.Exact, p.text) || !p.end && strings.Contains(k.Exact, p.text) {
			out = append(out, p.term)
		}
	}
	return slices.Clip(out)
}
