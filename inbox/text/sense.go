package text

import (
	"strings"
	"sync"

	"lytter/inbox/text/internal/lexicon"

	"golang.org/x/text/unicode/norm"
)

// Sense is what the lexicon (inbox/text/internal/lexicon) says of a word by itself. It is kept with the word's keys, so that asking costs
// nothing; what a text says is package signal's.
type Sense struct {
	Tongue Tongue
	Danish int8 // its weight in a Danish text, from -3 to 3
	Other  int8 // in an English one
	Part   Part // in a Danish one
	Role   Part // in an English one
	Lead   bool // a turn of phrase is looked for by it
}

// Tongue is the languages of which a word is one of the small ones, as bits.
type Tongue uint8

// The languages that are told apart.
const (
	Danish Tongue = 1 << iota
	English
	Norwegian
	Swedish
	German
)

// Part is what a word does to those beside it.
type Part uint8

// The parts. Wanted is what is missed where it is turned: "virker ikke".
const (
	Plain Part = iota
	Turns
	Strengthens
	Weakens
	Outweighs // what is behind it counts more than what is before
	Wanted
)

// partNames are the lexicon's names of them.
var partNames = map[string]Part{"turn": Turns, "more": Strengthens, "less": Weakens, "but": Outweighs, "want": Wanted}

var tongueNames = map[string]Tongue{"da": Danish, "en": English, "no": Norwegian, "sv": Swedish, "de": German}

// senses is the lexicon by key.
type senses struct {
	tongue          map[string]Tongue // by exact key, like all but the two that say otherwise
	danish, english wordSenses
	emoji           map[string]int8
	lead            map[string]bool
}

// wordSenses is the weights and parts of one language.
type wordSenses struct {
	exact map[string]int8
	stem  map[string]int8 // by the stem of the language
	part  map[string]Part
}

func (w *wordSenses) weight(exact, stem string) int8 {
	if v, ok := w.exact[exact]; ok {
		return v
	}
	return w.stem[stem]
}

// lexicons reads the lexicon once; it is immutable after.
var lexicons = sync.OnceValue(func() *senses {
	s := &senses{tongue: map[string]Tongue{}, emoji: map[string]int8{}, lead: map[string]bool{}}
	for _, w := range lexicon.Languages() {
		s.tongue[Fold(w.Text)] |= tongueNames[w.Kind]
	}
	s.danish = readWords(lexicon.Danish(), func(w string) string { return danishStem(Fold(w)) })
	s.english = readWords(lexicon.English(), func(w string) string { return englishStem(base(w)) })
	for _, w := range lexicon.Emoji() {
		_, plain := emojiKey(w.Text)
		s.emoji[plain] = int8(w.Weight)
	}
	for _, p := range lexicon.Phrases() {
		for _, form := range p.Words[p.Lead] {
			s.lead[Fold(form)] = true
		}
	}
	return s
})

func readWords(list []lexicon.Word, stem func(string) string) wordSenses {
	out := wordSenses{exact: map[string]int8{}, stem: map[string]int8{}, part: map[string]Part{}}
	for _, w := range list {
		switch p := partNames[w.Kind]; {
		case p != Plain:
			out.part[Fold(w.Text)] = p
		case w.Exact:
			out.exact[Fold(w.Text)] = int8(w.Weight)
		default:
			out.stem[stem(w.Text)] = int8(w.Weight)
		}
	}
	return out
}

// senseOf looks a word up.
func senseOf(word string, k *Keys) Sense {
	s := lexicons()
	tongue, listed := s.tongue[k.Exact]
	if !listed {
		tongue = spelling(word, k.Exact)
	}
	return Sense{
		Tongue: tongue, Lead: s.lead[k.Exact],
		Danish: s.danish.weight(k.Exact, k.Danish), Part: s.danish.part[k.Exact],
		Other: s.english.weight(k.Exact, k.English), Role: s.english.part[k.Exact],
	}
}

// spelling is the languages that a word is of by its letters alone: ä and ö are not written in Danish and Norwegian, ü and ß in none but
// German; what is -hed and -tion in Danish is -het and -sjon in Norwegian.
func spelling(word, exact string) Tongue {
	switch {
	case strings.HasSuffix(exact, "sjon"), strings.HasSuffix(exact, "sjoner"), strings.HasSuffix(exact, "sjonen"):
		return Norwegian
	case len(exact) > 5 && (strings.HasSuffix(exact, "het") || strings.HasSuffix(exact, "heten") || strings.HasSuffix(exact, "heter")):
		return Norwegian | Swedish
	case isBase(word):
		return 0
	}
	low := strings.ToLower(norm.NFKC.String(word))
	switch {
	case strings.ContainsAny(low, "üß"):
		return German
	case strings.ContainsAny(low, "äö"):
		return Swedish | German
	}
	return 0
}
