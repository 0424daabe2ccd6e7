package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxKey bounds a key, in runes: what is longer is matched by its beginning.
const maxKey = 128

// Fold returns the exact key of a word, what Keys.Exact holds. It is idempotent, and blind to case, to NFC against NFD and to the
// compatibility forms of letters (full width, bold and script letters, superscripts). å, æ and ø are letters of their own, and
// aa, ae, oe, ä and ö are other spellings of them; every other accent falls, and so do apostrophes and characters that are not seen.
//
// ae and oe stay where the e begins an inflection of a word in -a or -o: "metroen", "firmaet" and "beboere" are correct Danish and
// must be found by "metro*", "firma" and "beboer". The price is that ASCII spellings of -ør and -ær (chauffoer) do not meet the
// correct ones.
func Fold(word string) string { return digraphs(base(word)) }

func wordKeys(word string) Keys {
	b := base(word)
	exact := digraphs(b)
	stem := danishStem(exact)
	k := Keys{Exact: exact, Danish: stem, English: englishStem(b), Parts: parts(exact, stem)}
	k.Sense = senseOf(word, &k)
	return k
}

// hostKeys: a host is an address, not a word, so nothing is made one but case and normal form.
func hostKeys(host string) Keys {
	h := cutKey(strings.ToLower(norm.NFC.String(host)))
	return Keys{Exact: h, Danish: h, English: h}
}

// base is the word in small letters without accents, apostrophes and hidden runes; å, æ and ø stay, ä and ö become æ and ø.
func base(word string) string {
	if isBase(word) {
		return word
	}
	out := make([]rune, 0, 32)
	letter := -1 // the place in out of the letter that accents belong to
	for _, r := range norm.NFKD.String(word) {
		switch {
		case isAccent(r):
			if letter >= 0 {
				out[letter] = accented(out[letter], r)
			}
		case isApostrophe(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r):
		default:
			if len(out) == maxKey {
				return norm.NFC.String(string(out))
			}
			if !unicode.Is(unicode.M, r) {
				letter = len(out)
			}
			out = append(out, unicode.ToLower(unicode.ToUpper(r))) // both, for ς, ſ and ı
		}
	}
	return norm.NFC.String(string(out))
}

// isBase tells whether base would return the word as it is: the common case of plain small letters.
func isBase(word string) bool {
	for i := range len(word) {
		if b := word[i]; b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' || b == '\'' || b <= ' ' || i >= maxKey {
			return false
		}
	}
	return true
}

// accented returns the letter with the accent: only the ring of å and the dots of ä and ö count.
func accented(letter, accent rune) rune {
	switch {
	case letter == 'a' && accent == 0x30A:
		return 'å'
	case letter == 'a' && accent == 0x308:
		return 'æ'
	case letter == 'o' && accent == 0x308:
		return 'ø'
	}
	return letter
}

// isAccent tells whether r falls: the marks that belong to no script, the points of Hebrew and the vowel signs of Arabic. The marks
// of other scripts, and the sound marks of kana, are spelling.
func isAccent(r rune) bool {
	if r < 0x300 || !unicode.Is(unicode.M, r) {
		return false
	}
	if r == 0x3099 || r == 0x309A {
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Hebrew, unicode.Arabic)
}

func isApostrophe(r rune) bool {
	return r == '\'' || r == 0x2018 || r == 0x2019 || r == 0x2BC
}

// cutKey bounds a key.
func cutKey(s string) string {
	if len(s) <= maxKey {
		return s
	}
	n := 0
	for i := range s {
		if n == maxKey {
			return s[:i]
		}
		n++
	}
	return s
}

// digraphs makes aa, ae and oe one with å, æ and ø, from the left.
func digraphs(b string) string {
	if !strings.Contains(b, "aa") && !strings.Contains(b, "ae") && !strings.Contains(b, "oe") {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		pair := ""
		if i+1 < len(b) {
			pair = b[i : i+2]
		}
		switch {
		case pair == "aa":
			out = append(out, "å"...)
		case pair == "ae" && !inflected(b, i):
			out = append(out, "æ"...)
		case pair == "oe" && !inflected(b, i):
			out = append(out, "ø"...)
		default:
			out = append(out, b[i])
			continue
		}
		i++
	}
	return string(out)
}

// inflections are the endings in e- that a Danish word in -a or -o takes.
var inflections = map[string]bool{
	"en": true, "ens": true, "ene": true, "enes": true, "et": true, "ets": true,
	"er": true, "ers": true, "ere": true, "eres": true, "eren": true, "erens": true, "erne": true, "ernes": true,
	"ende": true, "endes": true,
}

// Words of one syllable are as a rule ø or æ ("foer", "naer"), those of more are not ("radioer"). These differ.
var (
	plainStems = map[string]bool{"bro": true, "kro": true, "sko": true, "tro": true}
	towns      = map[string]bool{"dragoer": true, "helsingoer": true, "korsoer": true, "skelskoer": true, "skaelskoer": true}
)

// inflected tells whether the ae or oe at i is a vowel and an ending, not an æ or ø.
func inflected(b string, i int) bool {
	if !inflections[b[i+1:]] || towns[strings.TrimSuffix(b, "s")] {
		return false
	}
	return strings.ContainsAny(b[:i], vowels) || plainStems[b[:i+1]]
}
