package text

import (
	"flag"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMain(m *testing.M) {
	// A default, set before the flags are parsed: the texts are short, so the properties can afford more of them than 100.
	if err := flag.Set("rapid.checks", "3000"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// pools are the pieces that texts of the property tests are made of: ordinary words, and all that has ever upset a terminal or a
// tokenizer.
var pools = [][]string{
	strings.Fields("hul i vejen Nørrebrogade KØBENHAVN metroen byerne don't l’eau 80'erne 14.05 1.234,50 AaB Aarhus goer shoes H1N1"),
	strings.Fields("#CykelByen_2026 #kbh # ## #1 #_a @kbh_kommune @a.b. a@kk.dk @ &#39; #a#b @a@b"),
	strings.Fields("http://kk.dk https://www.kk.dk/a_(b)) www.kk.dk/%C3%B8?x=1#y kk.dk bit.ly/x f.eks/fx a-b.dk:80/ http:// www. kom.Se"),
	{" ", "  ", "\n", "\r\n", "\r", "\t", "\u00A0", "\u2003", "\u3000", "\u2028", "\u2029", "\v", "\f", "\u0085"},
	{"a", "e", "o", "aa", "ae", "oe", "å", "Æ", "ø", "ä", "ö", "é", "Å", "ß", "ſ", "ı", "İ", "ς", "ﬁ", "𝓬", "²", "½", "Ⅳ", "ʼ", "ª"},
	{"\u0301", "\u030A", "\u0308", "\u0336", "\u20DD", "\u0489", "\u1AB0", "\u3099", "\u0345"},
	{"\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD", "\u180E", "\u034F", "\u3164", "\u115F", "\uFFFC", "\u2800"},
	{"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"},
	{"\x00", "\a", "\b", "\x1b", "\x1b[2J", "\x1b]52;c;aGk=\a", "\x1b]8;;http://x\x1b\\", "\x1bP1$r\x1b\\", "\x7f", "\u009b31m", "\u0090"},
	{
		"\U000E0067", "\U000E007F", "\uFE0F", "\uFE0E", "\uFE01", "\U000E0100", "\uFFF9", "\uFFFB", "\uE000", "\U0010FFFD", "\uFFFE", "\U0001FFFF",
	},
	{
		"👍", "🏽", "👍🏽", "👨‍👩‍👧‍👦", "❤️", "❤", "🇩", "🇰", "🇩🇰", "1️⃣", "#️⃣",
		"🏴\U000E0067\U000E0062\U000E007F", "🏳️‍🌈", "©", "©️", "\U0001FAE9", "✅",
	},
	{
		"שָׁלוֹם", "مَرْحَبًا", "می\u200Cخواهم", "क्ष", "क्\u200Dष", "ශ්\u200Dරී", "த", "ក", "ᄀ", "ᅡ", "ᆨ",
		"한국", "がぎ", "か\u3099", "中文", "ภาษาไทย", "\u0600", "\u0E33", "\u0D4E", "ｶﾞ", "ကျွန်ုပ်", "ा",
	},
	{"\xff", "\xc3", "\xe2\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "\x9b", "\uFFFD"},
	{"/", "-", "_", ".", ",", "(", ")", "%", "<U+202E>", "…", "…\u0301"},
}

// hostile makes texts of those pieces, some of them repeated without mercy.
func hostile() *rapid.Generator[string] {
	piece := rapid.Custom(func(t *rapid.T) string {
		pool := rapid.SampledFrom(pools).Draw(t, "pool")
		s := rapid.SampledFrom(pool).Draw(t, "piece")
		if rapid.IntRange(0, 15).Draw(t, "repeat") == 0 {
			s = strings.Repeat(s, rapid.IntRange(2, 40).Draw(t, "times"))
		}
		return s
	})
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 9).Draw(t, "any") == 0 {
			return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		}
		sep := rapid.SampledFrom([]string{"", "", " "}).Draw(t, "sep")
		return strings.Join(rapid.SliceOfN(piece, 0, 24).Draw(t, "pieces"), sep)
	})
}

// seeds are the pieces as corpus for the fuzzers.
func seeds(f *testing.F) {
	f.Helper()
	for _, pool := range pools {
		f.Add(strings.Join(pool, " "))
		f.Add(strings.Join(pool, ""))
	}
}
