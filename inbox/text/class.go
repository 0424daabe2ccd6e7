package text

import (
	"unicode"
	"unicode/utf8"
)

// The classes of single bytes.
const (
	gap    = iota // separates
	letter        // a-z A-Z
	digit         // 0-9
	sign          // # @
	high          // part of a rune beyond ASCII
)

// byteClass is the class of each byte: the fast path of the scanner.
var byteClass = func() (t [256]uint8) {
	for b := range t {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z':
			t[b] = letter
		case '0' <= b && b <= '9':
			t[b] = digit
		case b == '#', b == '@':
			t[b] = sign
		case b >= utf8.RuneSelf:
			t[b] = high
		}
	}
	return t
}()

// The classes of runes inside a word.
type runeClass uint8

const (
	other      runeClass = iota // ends it
	letterRune                  // begins and continues a word
	numberRune                  // begins and continues a word
	markRune                    // continues it: an accent or a vowel sign
	hiddenRune                  // unseen: continues it if more of the word follows, and is in no key
	apostrophe                  // continues it if more of the word follows, and is in no key
)

func classOf(r rune) runeClass {
	switch {
	case r == utf8.RuneError || r == 0x2139: // ℹ is a sign, though Unicode calls it a letter
		return other
	case r == '\'' || r == 0x2019:
		return apostrophe
	case unicode.IsLetter(r):
		return letterRune
	case unicode.IsMark(r):
		return markRune
	case unicode.IsNumber(r) && !isFraction(r):
		return numberRune
	case unicode.Is(unicode.Cf, r):
		return hiddenRune
	}
	return other
}

// startsWord tells whether a word may begin with r.
func startsWord(r rune) bool {
	c := classOf(r)
	return c == letterRune || c == numberRune
}

// isFraction: ½ is neither a word nor the number 12.
func isFraction(r rune) bool {
	return 0xBC <= r && r <= 0xBE || 0x2150 <= r && r <= 0x215F || r == 0x2189
}

// wordEnd returns where the word at i ends and whether it is a number: digits and superscripts only. A word is letters, marks and
// digits; an apostrophe, a soft hyphen or a zero-width character is in it where it stands between them.
func wordEnd(s string, i int) (end int, number bool) {
	number = true
	for i < len(s) {
		b := s[i]
		switch byteClass[b] {
		case letter:
			number = false
			i++
			continue
		case digit:
			i++
			continue
		case high:
			if b == 0xC3 && i+1 < len(s) { // À to ÿ, two bytes each, but for × and ÷
				if c := s[i+1]; 0x80 <= c && c <= 0xBF && c != 0x97 && c != 0xB7 {
					number = false
					i += 2
					continue
				}
			}
		default:
			if b != '\'' {
				return i, number
			}
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		next := i + size
		switch classOf(r) {
		case letterRune:
			number = false
		case numberRune, markRune:
		case hiddenRune:
			var more bool
			if next, more = pastHidden(s, next); !more {
				return i, number
			}
		case apostrophe:
			if r, _ = utf8.DecodeRuneInString(s[next:]); !startsWord(r) {
				return i, number
			}
		default:
			return i, number
		}
		i = next
	}
	return i, number
}

// pastHidden skips the hidden runes at i and tells whether a word goes on behind them.
func pastHidden(s string, i int) (next int, more bool) {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if c := classOf(r); c != hiddenRune {
			return i, c == letterRune || c == numberRune
		}
		i += size
	}
	return i, false
}
