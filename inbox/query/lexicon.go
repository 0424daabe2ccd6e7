package query

import (
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
	danish, english, exact map[string][]int32
	compounds              map[string][]int32 // by the stem of a part
	starts, inner          map[[2]byte][]piece
	single                 []piece // those of one byte
	tags, names            map[string]int32

	claims [][]claim // of the Set, by term
	known  knownWords
}

// piece is a term that seeks the beginning, the end or any part of a word. Pieces are filed under their first two bytes.
type piece struct {
	text string
	op   Op // Prefix, Infix or Suffix
	term int32
}

// at tells whether the piece stands at byte i of a word.
func (p *piece) at(word string, i int) bool {
	switch p.op {
	case Prefix:
		return i == 0 && strings.HasPrefix(word, p.text)
	case Suffix:
		return word[i:] == p.text
	}
	return strings.HasPrefix(word[i:], p.text)
}

// knownWord is a word, the terms it has and what follows from them. It is immutable, and as large as what processors fetch at a time.
type knownWord struct {
	keys *text.Keys
	more *[]int32  // what is in few, where there is more of it
	n    int32     // of few
	few  [11]int32 // for each term its number, the length of what follows from it, and that: claims, as pairs
}

func (w *knownWord) has() []int32 {
	if w.more != nil {
		return *w.more
	}
	return w.few[:w.n]
}

// many stands for the length of more than is written with each word.
const (
	many     = -1
	maxAlong = 8
)

// knownWords is what is known of words, by their slots, in pages that are made when they are needed.
type knownWords [1 << 9]atomic.Pointer[[pageWords]atomic.Pointer[knownWord]]

const pageWords = 1 << 8

func newLexicon() *lexicon {
	return &lexicon{
		danish: map[string][]int32{}, english: map[string][]int32{}, exact: map[string][]int32{}, compounds: map[string][]int32{},
		starts: map[[2]byte][]piece{}, inner: map[[2]byte][]piece{},
		tags: map[string]int32{}, names: map[string]int32{},
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
	case Prefix, Infix, Suffix:
		l.piece(piece{text: k.a, op: k.op, term: t})
	case Tag:
		l.tags[k.a] = t
	case AtName:
		l.names[k.a] = t
	}
}

func (l *lexicon) piece(p piece) {
	if len(p.text) < 2 {
		l.single = append(l.single, p)
		return
	}
	in, two := l.inner, [2]byte{p.text[0], p.text[1]}
	if p.op == Prefix {
		in = l.starts
	}
	in[two] = append(in[two], p)
}

// named gives the term of a hashtag or a handle, which is sought by its kind.
func (l *lexicon) named(t *text.Token) (term int32, ok bool) {
	if t.Kind == text.Hashtag {
		term, ok = l.tags[t.Keys.Exact]
	} else if t.Kind == text.Handle {
		term, ok = l.names[t.Keys.Exact]
	}
	return term, ok
}

// word gives what is known of a word.
func (l *lexicon) word(k *text.Keys) *knownWord {
	page := &l.known[k.Slot/pageWords%uint32(len(l.known))]
	words := page.Load()
	if words == nil {
		words = new([pageWords]atomic.Pointer[knownWord])
		if !page.CompareAndSwap(nil, words) {
			words = page.Load()
		}
	}
	at := &words[k.Slot%pageWords]
	w := at.Load()
	if w == nil || w.keys != k {
		w = l.learn(k)
		at.Store(w)
	}
	return w
}

func (l *lexicon) learn(k *text.Keys) *knownWord {
	w, has := &knownWord{keys: k}, l.follows(l.find(k))
	if len(has) > len(w.few) {
		w.more = &has
	} else {
		w.n = int32(copy(w.few[:], has))
	}
	return w
}

// follows writes terms with what follows from them.
func (l *lexicon) follows(terms []int32) []int32 {
	var out []int32
	for _, t := range terms {
		cs := l.claims[t]
		if 2*len(cs) > maxAlong {
			out = append(out, t, many)
			continue
		}
		out = append(out, t, int32(2*len(cs)))
		for _, c := range cs {
			out = append(out, c.query, c.part)
		}
	}
	return slices.Clip(out)
}

// find gives the terms that a word has by its keys, each once.
func (l *lexicon) find(k *text.Keys) []int32 {
	var out []int32
	out = append(out, l.danish[k.Danish]...)
	out = append(out, l.english[k.English]...)
	out = append(out, l.exact[k.Exact]...)
	if len(l.compounds) > 0 {
		k.EachPart(func(stem string) { out = append(out, l.compounds[stem]...) })
	}
	out = l.pieces(k.Exact, out)
	slices.Sort(out)
	return slices.Clip(slices.Compact(out))
}

// pieces appends the terms that seek parts of a word.
func (l *lexicon) pieces(word string, out []int32) []int32 {
	note := func(ps []piece, i int) {
		for j := range ps {
			if ps[j].at(word, i) {
				out = append(out, ps[j].term)
			}
		}
	}
	for i := range len(word) {
		note(l.single, i)
		if i+1 == len(word) {
			break
		}
		two := [2]byte{word[i], word[i+1]}
		if i == 0 {
			note(l.starts[two], i)
		}
		if len(l.inner) > 0 {
			note(l.inner[two], i)
		}
	}
	return out
}
