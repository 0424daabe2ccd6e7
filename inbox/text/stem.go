package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/english"
)

// vowels of Danish.
const vowels = "aeiouyæøå"

// maxStem bounds what is stemmed, in bytes: the stemmers' time is not linear, and no word is longer.
const maxStem = 96

// stems tells whether a word is stemmed: letters only. What holds a digit or an underscore is a code or a name.
func stems(word string) bool {
	if len(word) > maxStem {
		return false
	}
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	return true
}

// danishStem is the Snowball stem of an exact key, mended where it fails words that a city lives by: "byen", "stier" and "træerne"
// meet "by", "sti" and "træ", "cykel" and "regel" meet "cykler" and "reglen", and "pladsen" and "krydset" meet "plads" and "kryds",
// whose s it takes for a genitive.
func danishStem(exact string) string {
	if !stems(exact) {
		return exact
	}
	if s, ok := vowelStem(exact); ok {
		return s
	}
	env := snowballstem.NewEnv(exact)
	danish.Stem(env)
	stem := env.Current()
	if strings.HasSuffix(stem, "s") && nounEndings[strings.TrimPrefix(exact, stem)] {
		env.SetCurrent(stem)
		danish.Stem(env)
		stem = env.Current()
	}
	return share(syncope(stem), exact)
}

// syncope takes the e of an unstressed -el, which falls in most forms of the word, and then the doubling of the consonant before it:
// cykel and cykl-, gaffel and gafl-.
func syncope(stem string) string {
	root, ok := strings.CutSuffix(stem, "el")
	if !ok || !strings.ContainsAny(root, vowels) {
		return stem
	}
	n := len(root)
	if last := root[n-1]; last >= utf8.RuneSelf || strings.IndexByte(vowels, last) >= 0 { // å, æ, ø are two bytes
		return stem
	} else if root[n-2] == last {
		root = root[:n-1]
	}
	return root + "l"
}

// vowelEndings are the endings of a noun in a stressed vowel.
var vowelEndings = map[string]bool{
	"en": true, "ens": true, "ene": true, "enes": true, "et": true, "ets": true, "er": true, "ers": true, "erne": true, "ernes": true,
}

// nounEndings are those behind which an s belongs to the noun.
var nounEndings = map[string]bool{
	"e": true, "es": true, "en": true, "ens": true, "ene": true, "enes": true, "et": true, "ets": true, "er": true, "ers": true,
	"erne": true, "ernes": true,
}

// vowelStem takes a word of consonants, one vowel and an ending apart: by, sti, sø, træ, å, bro. Words in -u are taken only behind two
// consonants (stue): "duen" would meet every "du".
func vowelStem(word string) (stem string, ok bool) {
	i := strings.IndexAny(word, vowels)
	if i < 0 {
		return "", false
	}
	var vowel string
	for _, v := range []string{"i", "y", "o", "u", "æ", "ø", "å"} {
		if strings.HasPrefix(word[i:], v) {
			vowel = v
		}
	}
	end := i + len(vowel)
	if vowel == "u" && i >= 2 && word[end:] == "e" {
		return word[:end], true
	}
	if vowel == "" || !vowelEndings[word[end:]] || i == 0 && len(vowel) == 1 || vowel == "u" && i < 2 {
		return "", false
	}
	return word[:end], true
}

// englishStem is the Porter 2 stem of a word in small letters.
func englishStem(word string) string {
	if !stems(word) {
		return word
	}
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return share(env.Current(), word)
}

// share returns the stem as a part of the word where it is one, so that the keys of a word share their bytes.
func share(stem, word string) string {
	switch {
	case stem == "": // never: but a key that matches everything is worse than a word unstemmed
		return word
	case strings.HasPrefix(word, stem):
		return word[:len(stem)]
	}
	return stem
}
