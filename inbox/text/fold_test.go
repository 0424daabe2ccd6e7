package text

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"", ""},
		{"Blåbær", "blåbær"},
		{"BLÅBÆR", "blåbær"},
		{"bla\u030Abær", "blåbær"},
		{"Aarhus", "århus"},
		{"Århus", "århus"},
		{"KOEBENHAVN", "københavn"},
		{"Soeren", "søren"},
		{"Kjaer", "kjær"},
		{"Malmö", "malmø"},
		{"Händel", "hændel"},
		{"idé", "ide"},
		{"Zoë", "zø"},
		{"naïve", "naive"},
		{"MÜNCHEN", "munchen"},
		{"don't", "dont"},
		{"tv’et", "tvet"},
		{"kom\u00ADmune", "kommune"},
		{"k\u200Bo\u200Dm\uFEFFm\u2060une", "kommune"},
		{"ﬁrma", "firma"},
		{"𝓬𝔂𝓴𝓮𝓵", "cykel"},
		{"ｃｙｋｅｌ", "cykel"},
		{"CO₂", "co2"},
		{"ΣΊΣΥΦΟΣ", "σισυφοσ"},
		{"şişli", "sisli"},
		{"が", "が"},
		{"か\u3099", "が"},
		{"한국", "한국"},
		// A vowel and an ending are no æ or ø.
		{"metroen", "metroen"},
		{"videoer", "videoer"},
		{"firmaet", "firmaet"},
		{"temaerne", "temaerne"},
		{"beboere", "beboere"},
		{"hjemmeboende", "hjemmeboende"},
		{"Limfjordsbroen", "limfjordsbroen"},
		{"broen", "broen"},
		{"skoene", "skoene"},
		// But these are.
		{"goer", "gør"},
		{"foer", "før"},
		{"hoere", "høre"},
		{"naer", "nær"},
		{"groen", "grøn"},
		{"miljoet", "miljoet"}, // the price: ASCII for miljøet is miljoeet
		{"miljoeet", "miljøet"},
		{"laerer", "lærer"},
		{"Helsingoer", "helsingør"},
		{"Helsingoers", "helsingørs"},
		{"roede", "røde"},
	} {
		if got := Fold(tt.word); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

// Words of one line are one to the desk; words of different lines are not.
func TestWordsThatMeet(t *testing.T) {
	groups := strings.Split(strings.TrimSpace(`
vej veje vejen vejene vejens
by byen byens byer byerne
sti stien stier stierne
sø søen søer
træ træet træer træerne trae
bro broen broer broerne
cykel cykler cyklen cyklerne Cykel
regel regler reglen reglerne
gaffel gafler
hul huller hullet hullerne
metro metroen metroer
plads pladsen pladser pladserne plads'
kryds krydset krydsene
stue stuen stuer stuerne
firma firmaet firmaer firmaerne
beboer beboere beboerne
cykelsti cykelstien cykelstier cykelstierne
skraldespand skraldespanden skraldespande
kommune kommunen kommuner kommunens
affald affaldet affaldets
Århus Aarhus AARHUS
København Koebenhavn KØBENHAVN Københavns
miljø miljøet miljoe
bus bussen busser
skole skoler skolen skolerne
borger borgere borgeren borgerne
shoe shoes
complain complains complained complaining
road roads
pothole potholes
du
duen
i
ikke
jeg`), "\n")
	c := NewCutter(0)
	meet := func(a, b *Keys) bool { return a.Exact == b.Exact || a.Danish == b.Danish || a.English == b.English }
	for i, group := range groups {
		words := strings.Fields(group)
		for _, w := range words {
			if !meet(c.Keys(words[0]), c.Keys(w)) {
				t.Errorf("%q %+v does not meet %q %+v", words[0], *c.Keys(words[0]), w, *c.Keys(w))
			}
			for _, far := range groups[i+1:] {
				for _, f := range strings.Fields(far) {
					if meet(c.Keys(w), c.Keys(f)) {
						t.Errorf("%q %+v meets %q %+v", w, *c.Keys(w), f, *c.Keys(f))
					}
				}
			}
		}
	}
}

// word makes words of letters that a citizen may write, in any normal form and case.
func word() *rapid.Generator[string] {
	letters := []rune("abcdefghijklmnopqrstuvwxyzæøåäöéèüñçşğšžłđßσςабвйїㅎ한がαάωשא9²ı")
	return rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.SampledFrom(letters), 1, 12).Draw(t, "letters"))
	})
}

func TestKeysAreBlindToSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := word().Draw(t, "word")
		want := wordKeys(w)
		for how, other := range map[string]string{
			"NFD": norm.NFD.String(w), "NFC": norm.NFC.String(w), "upper": strings.ToUpper(w), "upper NFD": norm.NFD.String(strings.ToUpper(w)),
			"soft hyphens": strings.Join(strings.Split(w, ""), "\u00AD"), "apostrophes": strings.Join(strings.Split(w, ""), "’"),
		} {
			if got := wordKeys(other); got != want {
				t.Fatalf("%s of %q: %+v, want %+v", how, w, got, want)
			}
		}
	})
}

func TestFoldIsIdempotentAndDecidesDanish(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.OneOf(word(), hostile()).Draw(t, "word")
		exact := Fold(w)
		if again := Fold(exact); again != exact {
			t.Fatalf("Fold(%q) = %q, again %q", w, exact, again)
		}
		if k := wordKeys(w); k.Exact != exact || k.Danish != wordKeys(exact).Danish || k.Parts != wordKeys(exact).Parts {
			t.Fatalf("%q: %+v, but its exact key has the stem %q", w, k, wordKeys(exact).Danish)
		}
	})
}

// Every letter there is keeps its key in every case and normal form.
func TestEveryLetterFolds(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) {
			continue
		}
		s := string(r)
		want := Fold(s)
		for _, other := range []string{norm.NFD.String(s), norm.NFC.String(s), string(unicode.ToUpper(r)), string(unicode.ToLower(r)), want} {
			if got := Fold(other); got != want {
				t.Errorf("U+%04X %s: Fold(%q) = %q, want %q", r, s, other, got, want)
			}
		}
	}
}

func TestEmojiKeys(t *testing.T) {
	c := NewCutter(0)
	for _, tt := range []struct {
		a, b         string
		exact, close bool
	}{
		{"❤", "❤️", true, true},
		{"👍", "👍🏽", false, true},
		{"👍🏿", "👍🏽", false, true},
		{"👍", "👎", false, false},
		{"👩🏽‍🚒", "👩‍🚒", false, true},
		{"🇩🇰", "🇩🇪", false, false},
	} {
		a, b := c.Keys(tt.a), c.Keys(tt.b)
		if a.Exact == b.Exact != tt.exact || a.Danish == b.Danish != tt.close || a.English == b.English != tt.close {
			t.Errorf("%s %+v and %s %+v", tt.a, *a, tt.b, *b)
		}
	}
}
