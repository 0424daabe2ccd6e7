package main

import "testing"

// A screen speaks as was asked for, else as the person does.
func TestScreenLang(t *testing.T) {
	for env, want := range map[string]string{"": "da", "LYTTER_LANG=en": "en", "LYTTER_LANG=da": "da", "LYTTER_LANG=tlh": "da", "LANG=en_GB.UTF-8": "da"} {
		if got := screenLang("da", []string{"TERM=xterm", env}); got != want {
			t.Errorf("%s: %s, want %s", env, got, want)
		}
	}
}
