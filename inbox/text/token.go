package text

import "strings"

// KeysVersion names the rules by which a text becomes tokens and keys. A change of any rule that moves a token or a key raises it;
// an index that was built with another version is rebuilt.
const KeysVersion = 2

// Kind says what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Word    Kind = iota // letters, perhaps with digits
	Number              // digits alone; "14.05" is two of them
	Hashtag             // #CykelByen, with the sign; its parts follow as words
	Handle              // @kbhkommune, with the sign; the name follows as a word
	URL                 // a web address; the words of its host and path follow
	Emoji               // one grapheme cluster
)

// Keys are what a token is matched by: two words match iff keys of the same kind meet. Equal Exact implies equal Danish and Parts. Keys
// are immutable and shared by the tokens of the same word: never change one, and never compare the pointers.
type Keys struct {
	// Slot is where the Cutter remembers the word, for tables of what is known of words: no two words that it remembers at a time share one.
	// It is no key: nothing is matched by it, and two Cutters give a word different ones.
	Slot uint32

	Exact   string // the word as Fold makes it; never empty in a token
	Danish  string // the Danish stem of Exact
	English string // the English (Porter 2) stem of the word before aa, ae and oe were made one with å, æ and ø
	// Parts are the Danish stems of what a compound is made of, each with a space before and behind it; "" of a word that is none. Of
	// three parts two together are a part too: a supercykelsti is a cykelsti. A word asked for meets a compound iff its own Danish stem
	// is one of the compound's parts, not the other way round: who asks for cykelsti does not mean every cykel.
	Parts string
	// Sense is what the lexicon says of the word. It is no key: nothing is matched by it.
	Sense Sense
}

// HasPart tells whether a stem is one of the word's parts.
func (k *Keys) HasPart(stem string) bool {
	if len(stem)+2 > len(k.Parts) || stem == "" {
		return false
	}
	for rest := k.Parts; ; {
		i := strings.Index(rest, stem)
		if i < 0 {
			return false
		}
		if end := i + len(stem); i > 0 && rest[i-1] == ' ' && rest[end] == ' ' { // a stem holds no space, and one stands before and behind each
			return true
		}
		rest = rest[i+1:]
	}
}

// EachPart gives the stems of the word's parts.
func (k *Keys) EachPart(f func(stem string)) {
	for stem := range strings.FieldsSeq(k.Parts) {
		f(stem)
	}
}

// Token is one word, number, tag, handle, address or emoji of a text. The text between tokens is space, punctuation and signs.
type Token struct {
	Start, End int32 // bytes in the text as it was given, on rune boundaries
	// Pos counts words: what phrases and nearness measure. A hashtag, handle or address has the position of its first part, and an
	// emoji that of the word that follows, so that phrases read across it.
	Pos  int32
	Kind Kind
	Keys *Keys
}
