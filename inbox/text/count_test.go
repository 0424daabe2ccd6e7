package text

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestXWeight(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     int
	}{
		{"empty", "", 0},
		{"Danish", "Blåbærgrød på Nørrebro", 22},
		{"decomposed", "A\u0301B a\u030A", 4},
		{"excluded from composition", "Aשּׁ", 4},
		{"typographic signs", "‘ja’ – “nej” ″", 14},
		{"euro and dagger", "€†", 4},
		{"CJK", "故人西辞", 8},
		{"emoji", "😷👾😡🔥💩", 10},
		{"emoji sequences", "🙋🏽👨‍🎤", 4},
		{"family", "H🐱☺👨‍👩‍👧‍👦", 7},
		{"flags and keycaps", "🇩🇰1️⃣1⃣#️⃣", 8},
		{"text and emoji form", "©©️❤❤️", 7},
		{"zero width", "a\u200Bb\u200Dc", 5},
		{"address", "Hi http://test.co", 26},
		{"addresses", "https://www.twitter.com/aloha https://www.twitter.com/aloha ", 48},
		{"long address", "http://kk.dk/" + strings.Repeat("x", 400), 23},
		{"short address", "se kk.dk nu", 29},
		{"address in a sentence", "(se test.com).", 29},
		{"two letters", "foo.co.jp", 23},
		{"path", "t.co/abcde", 23},
		{"port", "http://kk.dk:80/x", 23},
		{"glued to a sign", "/kk.dk -kk.dk", 13},
		{"file", "test.tar.bz2", 12},
		{"abbreviation", "f.eks. det", 10},
		{"address with an uncommon ending", "huset.Her", 9},
		{"e-mail", "navn@kk.dk", 10},
		{"mention and tag", "@test.com #test.com $test.com", 29},
		{"label of 64 letters", strings.Repeat("a", 64) + ".com", 68},
		{"label of 63 letters", strings.Repeat("a", 63) + ".com", 23},
		{"no host", "http:// www.", 12},
		{"no ending", "http://localhost/x", 18},
		{"not UTF-8", "a\xff\xfe", 5},
	} {
		if got := XWeight(tt.in); got != tt.want {
			t.Errorf("%s: XWeight(%q) = %d, want %d", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestXWeightProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := hostile().Draw(t, "a"), hostile().Draw(t, "b")
		if got, want := XWeight(a+"\n"+b), XWeight(a)+1+XWeight(b); got != want {
			t.Fatalf("%q and %q weigh %d together, %d apart", a, b, got, want)
		}
		if got, want := XWeight(norm.NFD.String(a)), XWeight(a); got != want {
			t.Fatalf("%q weighs %d in NFD, %d as it is", a, got, want)
		}
	})
}

func TestPlainCounts(t *testing.T) {
	for _, tt := range []struct {
		in           string
		runes, bytes int
	}{{"", 0, 0}, {"blå", 3, 4}, {"👍🏽", 2, 8}, {"a\xff", 2, 2}} {
		if r, b := Runes(tt.in), Bytes(tt.in); r != tt.runes || b != tt.bytes {
			t.Errorf("%q: %d runes and %d bytes, want %d and %d", tt.in, r, b, tt.runes, tt.bytes)
		}
	}
}
