package ui

import (
	"errors"
	"strings"
	"testing"
)

func TestKeymapFollowsSequences(t *testing.T) {
	k, err := NewKeymap([]Binding{
		{"queue", "g q"},
		{"go", "g g"},
		{"send", "ctrl+s"},
		{"mark", "space"},
		{"redo", "Z"},
		{"undo", "z"},
		{"æ", "æ"},
		{"deep", "m s x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewKeymap([]Binding{{"q", "q"}})
	if err != nil {
		t.Fatal(err)
	}
	var c Chord
	for _, s := range []struct {
		key, id string
		how     Reach
		pending string
	}{
		{"z", "undo", Hit, ""},
		{"Z", "redo", Hit, ""},
		{"æ", "æ", Hit, ""},
		{"space", "mark", Hit, ""},
		{"ctrl+s", "send", Hit, ""},
		{"s", "", Unbound, ""},
		{"g", "", Pending, "g"},
		{"q", "queue", Hit, ""},
		{"q", "", Unbound, ""},
		{"g", "", Pending, "g"},
		{"z", "", Broken, ""},
		{"g", "", Pending, "g"},
		{"esc", "", Broken, ""},
		{"esc", "", Unbound, ""},
		{"m", "", Pending, "m"},
		{"s", "", Pending, "m s"},
		{"x", "deep", Hit, ""},
	} {
		id, how := c.Press(k, press(s.key))
		if id != s.id || how != s.how || strings.Join(c.Pending(), " ") != s.pending {
			t.Errorf("%s: %q %v pending %v, want %+v", s.key, id, how, c.Pending(), s)
		}
	}
	c.Press(k, press("g"))
	if n := c.Next(); len(n) != 2 || n[0].ID != "go" || n[1].ID != "queue" {
		t.Errorf("next: %v", n)
	}
	// Another context: what was pending there is nothing here.
	if id, how := c.Press(other, press("q")); id != "q" || how != Hit {
		t.Errorf("%q %v", id, how)
	}
}

func TestKeymapRefusesWhatCannotBePressed(t *testing.T) {
	for _, bad := range []string{"", "@", "ctrl+[", "hyper+x", "enterr", "g @", "shift+a", "ctrl+A", "~", "aa", "ctrl+"} {
		if _, err := NewKeymap([]Binding{{"x", bad}}); !errors.Is(err, ErrKeys) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{
		"a", "Å", "ctrl+å", "alt+enter", "shift+tab", "f1", "+", "ctrl++", "?", "g ø", "ctrl+pgdown", "/", "-",
		"'",
	} {
		if _, err := NewKeymap([]Binding{{"x", good}}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	_, err := NewKeymap([]Binding{{"a", "g q"}, {"b", "g"}, {"c", "g q"}, {"d", "g q x"}, {"e", "€"}})
	for _, want := range []string{
		`"g" for b: is the beginning of others`, `"g q" for c: already a`, `"g q x" for d: begins like a`,
		`"€" for e`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
}

func TestKeysAreShownToPeople(t *testing.T) {
	da := KeyNames{"space": "Mellemrum", "up": "Op", "shift": "Skift"}
	for keys, want := range map[string]string{
		"ctrl+s": "Ctrl+S", "g q": "g q", "space": "Mellemrum", "shift+up": "Skift+Op", "Z": "Z", "esc": "Esc", "pgdown": "PgDn",
		"f12": "F12", "ctrl++": "Ctrl++", "å": "å",
	} {
		if got := da.Show(keys); string(got) != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}
