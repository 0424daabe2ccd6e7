package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// KeysVersion names the key rules. A change of any rule that moves a key raises it; an index built with another version is rebuilt.
const KeysVersion = 1

// Kind says what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Word Kind = iota
	Number
	Hashtag
	Handle
	URL
	Emoji
)

// Keys are what a word matches by: two words match iff keys of the same kind meet.
// They are immutable and shared by every token of the same word: never change one.
type Keys struct {
	Exact, Danish, English string
}

// Token is one word, number, tag, handle, address or emoji of a text.
type Token struct {
	Start, End int32 // bytes in the text as it was given
	Pos        int32 // word position, what phrases and nearness count; a hashtag or URL shares the position of its first part
	Kind       Kind
	Keys       *Keys
}

// Cutter cuts texts. It is safe for concurrent use.
type Cutter struct{ words int }

// NewCutter returns a Cutter whose cache is bounded to about that many words; 0 means a sensible default.
func NewCutter(words int) *Cutter { return &Cutter{words: words} }

// Cut appends the tokens of s to dst.
func (c *Cutter) Cut(dst []Token, s string) []Token {
	start, pos := -1, int32(0)
	flush := func(end int) {
		if start < 0 {
			return
		}
		w := s[start:end]
		kind := Word
		if strings.Trim(w, "0123456789") == "" {
			kind = Number
		}
		dst = append(dst, Token{Start: int32(start), End: int32(end), Pos: pos, Kind: kind, Keys: c.Keys(w)})
		pos++
		start = -1
	}
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
	}
	flush(len(s))
	return dst
}

// Keys returns the keys of one already isolated word.
func (c *Cutter) Keys(word string) *Keys {
	f := Fold(word)
	return &Keys{Exact: f, Danish: f, English: strings.ToLower(word)}
}

// Fold returns the exact key of a word: what Keys.Exact holds.
func Fold(word string) string { return strings.ToLower(word) }

// XWeight counts a text the way X does; the limit of a post is 280.
func XWeight(s string) int { return utf8.RuneCountInString(s) }

// Runes counts code points.
func Runes(s string) int { return utf8.RuneCountInString(s) }

// Bytes counts bytes.
func Bytes(s string) int { return len(s) }
