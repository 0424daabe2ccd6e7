package text

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// What is asked for on the left reaches the compounds on the right, and not those behind the bar.
func TestPartsThatAreReached(t *testing.T) {
	c := NewCutter(0)
	for line := range strings.SplitSeq(strings.TrimSpace(`
cykel cykelstierne cykelsti elcykel ladcykler cykelparkering Supercykelstien CYKELBYEN | cyklist motorcyklist
cykelsti supercykelstierne | cykelhjelm stien
sti cykelstierne skovstien | Christian stige sticks
affald affaldssortering madaffald affaldsspandene storskraldsaffald | affalde
sortering affaldssorteringen | assortering
bus skolebus bybussen busstoppested natbusserne | buske buskads omnibus busk
vand drikkevandet vandværk spildevand regnvandet | vandre vandring savanden vandt
by landsbyen byråd havneby bytur | bygning byge lobby bygger lobbyist
is isbane isglatte | islam isolering indis issue
børn skolebørn børnehave | barn barnlig
have børnehave haveaffald kolonihaven | havet haveri
råd byråd rådhuset | rådgivning forråd
vej vejarbejde skoleveje ringvejen cykelvejene | vejleder afvejning
hund hundelort hundeejere hundeskov | hundrede
skole folkeskolen skolebus skoleveje | iskolde
tandlæge tandlægevagten | tand
skrald skraldespand skraldebil | skralde
tid åbningstiden ventetider telefontid | tidlig samtidig
støj trafikstøj støjgener støjskærme | støjende støje
bil bilkøer skraldebilen elbil bilfri | bilag billede
kø telefonkø bilkø | køb køre
stue vuggestuen vuggestuer | stuvende
kultur kulturhuset | kult
brud skybruddet | brudt ubrudt`), "\n") {
		reached, not, _ := strings.Cut(line, "|")
		words := strings.Fields(reached)
		asked := c.Keys(words[0])
		for _, w := range words[1:] {
			if !reaches(asked, c.Keys(w)) {
				t.Errorf("%s does not reach %s: %+v", words[0], w, *c.Keys(w))
			}
		}
		for _, w := range strings.Fields(not) {
			if c.Keys(w).HasPart(asked.Danish) {
				t.Errorf("%s reaches %s: %+v", words[0], w, *c.Keys(w))
			}
		}
	}
}

func reaches(asked, k *Keys) bool {
	return k.HasPart(asked.Danish) || asked.Danish == k.Danish
}

// These look like compounds and are none.
func TestSimpleWordsStayWhole(t *testing.T) {
	for _, w := range strings.Fields(`station billet kontor person forslag udvalg kommune borger borgmester rådgivning islam bygning buske telefon
		kultur information medarbejder toilet maskine kælder bekymring bibliotek fortov weekend offentlig politi tilladelse ordning
		husband understand island restaurant festival institution pædagog personale cyklist bilist Roskilde Randers Holbæk København
		stadion handicap klub flytning vielse lærer undervisning sommer vinter skole hund kirke`) {
		if k := wordKeys(w); k.Parts != "" {
			t.Errorf("%s has the parts %s", w, k.Parts)
		}
	}
}

// A compound has the same parts however it is inflected.
func TestPartsDoNotMindEndings(t *testing.T) {
	for _, group := range []string{
		"cykelsti cykelstien cykelstier cykelstierne cykelstiens", "legeplads legepladsen legepladser legepladserne",
		"skraldespand skraldespanden skraldespande skraldespandene", "børnehave børnehaven børnehaver børnehavernes",
		"lyskryds lyskrydset lyskrydsene", "vuggestue vuggestuen vuggestuer", "vejhul vejhullet vejhuller vejhullerne",
		"ladestander ladestandere ladestanderen", "byrådsmøde byrådsmødet byrådsmøder",
	} {
		words := strings.Fields(group)
		want := wordKeys(words[0]).Parts
		for _, w := range words {
			if got := wordKeys(w).Parts; got != want || got == "" {
				t.Errorf("%s has the parts %q, %s %q", w, got, words[0], want)
			}
		}
	}
}

// Parts do not mind how a word is spelt either: decomposed, in capitals, in ASCII, in a hashtag.
func TestPartsDoNotMindSpelling(t *testing.T) {
	want := wordKeys("børnehave").Parts
	for _, w := range []string{"BØRNEHAVE", "boernehave", "børnehave\u00AD", "bør\u200Bnehave", "Børnehave"} {
		if got := wordKeys(w).Parts; got != want || got == "" {
			t.Errorf("%q has the parts %q, want %q", w, got, want)
		}
	}
	if a, b := wordKeys(norm.NFD.String("tandpåføring")), wordKeys("tandpåføring"); a != b {
		t.Errorf("%+v and %+v", a, b)
	}
	if a, b := wordKeys(norm.NFD.String("gågadeåbning")).Parts, wordKeys("gaagadeaabning").Parts; a != b {
		t.Errorf("%q and %q", a, b)
	}
	for _, k := range NewCutter(0).Cut(nil, "#CykelstiNu") {
		if k.Kind == Word && k.Pos == 0 && !k.Keys.HasPart("cykl") {
			t.Errorf("the first word of the hashtag has the parts %q", k.Keys.Parts)
		}
	}
}

// HasPart says of any stem whether it is one of the parts.
func TestHasPart(t *testing.T) {
	stem := rapid.StringMatching(`[aæ]{1,3}`)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(stem, 1, 5).Draw(t, "parts")
		k := Keys{Parts: " " + strings.Join(parts, " ") + " "}
		s := stem.Draw(t, "stem")
		if got, want := k.HasPart(s), slices.Contains(parts, s); got != want {
			t.Fatalf("%q in %q: %v", s, k.Parts, got)
		}
		var each []string
		k.EachPart(func(s string) { each = append(each, s) })
		if !slices.Equal(each, parts) {
			t.Fatalf("%q gives %q", k.Parts, each)
		}
	})
	if (&Keys{}).HasPart("") || (&Keys{Parts: " a b "}).HasPart("") || (&Keys{Parts: " a b "}).HasPart("a b c d") {
		t.Error("a part that is none")
	}
}
