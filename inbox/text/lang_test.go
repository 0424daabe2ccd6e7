package text_test

import (
	"strings"
	"testing"

	"lytter/inbox/text"
)

// What people write is told for what it is, or for nothing: each text with the languages that a reader says it is in.
func TestLanguages(t *testing.T) {
	c := text.NewCutter(1000)
	for s, want := range map[string]string{
		"Der er et kæmpe hul i vejen på Nørrebrogade":                           "da",
		"Hvornår åbner biblioteket?":                                            "da",
		"Tak for hjælpen!":                                                      "da",
		"hvorfor bliver skraldet ikke hentet":                                   "da",
		"JEG HAR VENTET I TRE UGER":                                             "da",
		"Det er simpelthen for dårligt, Københavns Kommune":                     "da",
		"Naar kommer der nye cykelstier?":                                       "da",
		"kan man få et pas uden tid":                                            "da",
		"Hej, mit barn har ikke fået plads":                                     "da",
		"ok, men hvad så med toget":                                             "da",
		"Is er ikke is for hende":                                               "da",
		"Jeg bor i en by med to parker og en and":                               "da",
		"Elsker vores nye legeplads, super nice 👍":                              "da",
		"Where do I find my library card?":                                      "en",
		"The bins haven't been emptied for weeks":                               "en",
		"Thanks for the quick answer":                                           "en",
		"Hi! Is this the right page for parking permits?":                       "en",
		"Why don't you fix our street":                                          "en",
		"When does the school open, please":                                     "en",
		"I can't log in with MitID and nobody answers the phone":                "en",
		"Great work, thank you!":                                                "en",
		"Hej, kan du hjælpe mig? My English is better: where can I get a form?": "da en",
		"The bike path on Amagerbrogade is closed. Hvad skal vi så gøre nu?":    "da en",
		"":                              "",
		"👍👍":                            "",
		"https://kk.dk/borger":          "",
		"@kbhkommune":                   "",
		"Anna Jensen":                   "",
		"12345678":                      "",
		"Rådhuspladsen 1, 1550":         "",
		"at for her is men over to by":  "", // words of both
		"Wo bekomme ich eine Karte":     "de",
		"Når åpner biblioteket i dag?":  "no",
		"Hva koster det å parkere her?": "no",
		"Hvornår åbner I, og hva så med toget": "da",
		"Jag har inte fått något svar":         "sv",
		"När öppnar biblioteket?":              "sv",
		"Jeg skal med toget til Malmö":         "da",
		"Gdzie mogę kupić bilet":               "",
		"أين المكتبة":                          "",
		"the affaldssortering":                 "en",
		"tak the":                              "",
		"Vi elsker det nye bibliotek 😀":        "da",
	} {
		if got := strings.Join(text.Languages(c.Cut(nil, s)), " "); got != want {
			t.Errorf("%q: %q, and it is in %q", s, got, want)
		}
	}
}
