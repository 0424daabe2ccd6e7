package lexicon_test

import (
	"strings"
	"testing"

	"lytter/inbox/text"
	"lytter/inbox/text/internal/lexicon"
)

// common are words that many messages have, and that weigh nothing.
var common = map[string]string{
	"da": `over under hus bil vand by land folk år dag tid mand kvinde kommune skole gade plads park bus tog cykel have træ lys affald hul post kort penge
		arbejde leder ting del gang sted side hånd far mor bror ven grund liv ord navn tal nummer regning hjem rum vind sol is sne regn mark skov sø strand
		havn kyst kanal klub hold spil bold trappe dør vindue gulv tag væg`,
	"en": `over under house car water city land people year day time man woman school street square park bus train bike garden tree light waste hole post
		card money part place side hand mother father life word name number home room wind sun ice snow rain field forest lake beach harbour club team game
		ball stairs door window floor roof wall please`,
}

// A word counts in all its inflections, so that what it is cut to must be no other word's: "farlig" would be heard in "far". And no two
// of a list may be cut to the same and weigh otherwise.
func TestWordsMeetNoOthers(t *testing.T) {
	c := text.NewCutter(0)
	for lang, list := range map[string][]lexicon.Word{"da": lexicon.Danish(), "en": lexicon.English()} {
		stem := func(w string) string {
			toks := c.Cut(nil, w)
			switch {
			case len(toks) != 1:
				return ""
			case lang == "en":
				return toks[0].Keys.English
			}
			return toks[0].Keys.Danish
		}
		listed, was := map[string]bool{}, map[string]lexicon.Word{}
		for _, w := range list {
			listed[w.Text] = true
		}
		others := map[string]string{}
		for w := range strings.FieldsSeq(common[lang]) {
			others[stem(w)] = w
		}
		for _, w := range lexicon.Languages() {
			if w.Kind == lang && !listed[w.Text] {
				others[stem(w.Text)] = w.Text
			}
		}
		for _, w := range list {
			if w.Weight == 0 || w.Exact {
				continue
			}
			s := stem(w.Text)
			if o := others[s]; o != "" {
				t.Errorf("%s: %s would be heard in %q", lang, w.Text, o)
			}
			if o, ok := was[s]; ok && o.Weight != w.Weight {
				t.Errorf("%s: %s weighs %d and %s %d, and both are cut to %s", lang, w.Text, w.Weight, o.Text, o.Weight, s)
			}
			was[s] = w
		}
	}
}
