package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// wrong tells what is wrong with a text that is to be written to a terminal, "" if nothing is. It knows nothing of how Clean works:
// it reads the properties of Unicode.
func wrong(s string) string {
	if !utf8.ValidString(s) {
		return "not UTF-8"
	}
	if ansi.Strip(s) != s {
		return "holds a control sequence"
	}
	marks := 0
	rs := []rune(s)
	for i, r := range rs {
		joiner := unicode.Is(unicode.Join_Control, r)
		emojiBlock := 0x1F000 <= r && r <= 0x1FAFF || 0x1FC00 <= r && r <= 0x1FFFD // assigned or kept for emoji
		assigned := unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
		switch {
		case r == '\n':
		case r < 0x20 || 0x7F <= r && r <= 0x9F:
			return "a control character"
		case unicode.Is(unicode.Bidi_Control, r):
			return "a bidi control"
		case 0xE0000 <= r && r <= 0xE0FFF:
			return "a tag or other invisible rune"
		case unicode.Is(unicode.Noncharacter_Code_Point, r) || unicode.In(r, unicode.Co, unicode.Cs):
			return "a private or non-character"
		case unicode.Is(unicode.Cf, r) && !joiner:
			return "a format character"
		case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && !joiner:
			return "an ignorable rune"
		case unicode.Is(unicode.Variation_Selector, r) && r != 0xFE0E && r != 0xFE0F:
			return "a variation selector"
		case unicode.Is(unicode.Z, r) && r != ' ':
			return "a space that is not U+0020"
		case !assigned && !emojiBlock:
			return "an unassigned rune"
		}
		if joiner && (i == 0 || i == len(rs)-1 || rs[i-1] < 0x600 || rs[i+1] < 0x600 || rs[i+1] == zwj) {
			return "a joiner that joins nothing"
		}
		if r == 0xFE0F && i == 0 {
			return "a selector of nothing"
		}
		if (i == 0 || rs[i-1] == '\n' || rs[i-1] == ' ') && joined(" ", r) {
			return "a mark without a base"
		}
		if (i == len(rs)-1 || rs[i+1] == '\n') && joined(string(r), 'a') {
			return "a letter that joins the screen behind it"
		}
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me) && !unicode.Is(unicode.Variation_Selector, r):
			marks++
		case !unicode.In(r, unicode.M) && !joiner:
			marks = 0
		}
		if marks > 4 {
			return "a tower of marks"
		}
	}
	for rest, state := s, -1; len(rest) > 20; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if utf8.RuneCountInString(cluster) > 20 {
			return "a cluster without end"
		}
	}
	return ""
}

// joined tells whether r is one grapheme cluster with what stands before it.
func joined(before string, r rune) bool {
	return uniseg.GraphemeClusterCount(before+string(r)) == 1
}

func checkClean(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string,
) {
	t.Helper()
	c := Clean(s)
	if why := wrong(string(c)); why != "" {
		t.Fatalf("Clean(%q) = %q: %s", s, c, why)
	}
	if again := Clean(string(c)); again != c {
		t.Fatalf("Clean is not idempotent:\n%q\n%q\n%q", s, c, again)
	}
	l := CleanLine(s)
	if why := wrong(string(l)); why != "" || strings.Contains(string(l), "\n") {
		t.Fatalf("CleanLine(%q) = %q: %s", s, l, why)
	}
	if again := CleanLine(string(l)); again != l {
		t.Fatalf("CleanLine is not idempotent:\n%q\n%q\n%q", s, l, again)
	}
}

func TestLaw9_NothingUnsafeLeavesClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkClean(t, hostile().Draw(t, "s")) })
}

func FuzzClean(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) { checkClean(t, s) })
}

// Every rune there is, alone and between others; of the planes that hold ideographs, nothing or private runes only some.
func TestLaw9_EveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if plane, low := r>>16, r&0xFFFF; plane > 1 && plane != 0xE && 0x100 <= low && low < 0xFF00 {
			r += 250
		}
		for _, s := range []string{string(r), "a" + string(r) + "b", "👍" + string(r) + "👍"} {
			if why := wrong(string(Clean(s))); why != "" {
				t.Fatalf("U+%04X in %q: %s", r, s, why)
			}
		}
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"Danish", "Blåbærgrød på Nørrebro, «ja» – 5 °C", "Blåbærgrød på Nørrebro, «ja» – 5 °C"},
		{"decomposed", "bla\u030Aba\u0308r", "bla\u030Aba\u0308r"},
		{"Arabic", "مَرْحَبًا بالعالم", "مَرْحَبًا بالعالم"},
		{"Hebrew with points", "שָׁלוֹם עולם", "שָׁלוֹם עולם"},
		{"Persian joiner", "می\u200Cخواهم", "می\u200Cخواهم"},
		{"Sinhala joiner", "ශ්\u200Dරී ලංකා", "ශ්\u200Dරී ලංකා"},
		{"emoji", "👍🏽 ❤️ 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇰 1️⃣ 👩🏿‍❤️‍💋‍👨🏻", "👍🏽 ❤️ 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇰 1️⃣ 👩🏿‍❤️‍💋‍👨🏻"},
		{"emoji of a newer Unicode", "\U0001FAE9 \U0001FADF", "\U0001FAE9 \U0001FADF"},
		{"line ends", "a\r\nb\rc\nd\u2028e", "a\nb\nc\nd\ne"},
		{"tab and spaces", "a\tb\u00A0c\u3000d", "a    b c d"},
		{"clipboard", "x\x1b]52;c;aGk=\ay", "x<U+001B>]52;c;aGk=<U+0007>y"},
		{"C1", "x\u009b2Jy", "x<U+009B>2Jy"},
		{"bare C1 byte", "x\x9b2Jy", "x\uFFFD2Jy"},
		{"override", "gpj.\u202Eexe", "gpj.<U+202E>exe"},
		{"isolates", "\u2068Åse\u2069", "<U+2068>Åse<U+2069>"},
		{"zero width in a word", "k\u200Bk.dk", "k<U+200B>k.dk"},
		{"joiner that joins nothing", "k\u200Dk", "k<U+200D>k"},
		{"joiner before a letter that goes", "ی\u200C\u0D4E", "ی<U+200C><U+0D4E>"},
		{"two joiners", "ی\u200C\u200Cی", "ی<U+200C><U+200C>ی"},
		{"soft hyphen", "kom\u00ADmune", "kommune"},
		{"byte order mark", "\uFEFFhej \uFEFF", "hej <U+FEFF>"},
		{"tags", "🏴\U000E0067", "🏴<U+E0067>"},
		{"private use", "\uE0B0", "<U+E0B0>"},
		{"filler name", "\u3164", "<U+3164>"},
		{"selector without emoji", "a\uFE0F", "a<U+FE0F>"},
		{"tone without emoji", "a🏽", "a<U+1F3FD>"},
		{"zalgo", "Z" + strings.Repeat("\u0335\u0301", 50) + "x", "Z\u0335\u0301\u0335\u0301x"},
		{"mark without base", "\u0301a\n\u0301 \u0301", "◌\u0301a\n◌\u0301 ◌\u0301"},
		{"endless jamo", strings.Repeat("ᄀ", 100), strings.Repeat("ᄀ", 16) + "…"},
		{"endless family", "👩" + strings.Repeat("\u200D👩", 6), "👩\u200D👩\u200D👩\u200D👩\u200D👩<U+200D>👩\u200D👩"},
		{"not UTF-8", "a\xff\xfeb", "a\uFFFD\uFFFDb"},
	} {
		if got := string(Clean(tt.in)); got != tt.want {
			t.Errorf("%s: Clean(%q)\n got %q\nwant %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestBidiControlsAreShown(t *testing.T) {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Bidi_Control, r) {
			n++
			if got, want := string(Clean("a"+string(r)+"b")), "a<U+"+strings.ToUpper(hex(r))+">b"; got != want {
				t.Errorf("U+%04X became %q, want %q", r, got, want)
			}
		}
	}
	if n != 12 {
		t.Fatalf("Unicode has %d bidi controls, the rule was written for 12", n)
	}
}

func hex(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15]})
}

func TestCleanLine(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{" \n ", ""},
		{"Åse  Bo", "Åse  Bo"},
		{"\n Åse \r\n\r\n Bo \n", "Åse Bo"},
		{"a\n\u0301b", "a ◌\u0301b"},
	} {
		if got := string(CleanLine(tt.in)); got != tt.want {
			t.Errorf("CleanLine(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
