package tui

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/tui/ui"
)

// Keys clash nowhere, can be typed on a Danish keyboard without AltGr, and everything has a name in both languages.
func TestActionTable(t *testing.T) {
	table := actionTable()
	if _, err := newActions(table); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, ac := range table {
		if seen[ac.id] {
			t.Errorf("%s is there twice", ac.id)
		}
		seen[ac.id] = true
		if ac.run == nil || ac.in == 0 {
			t.Errorf("%s does nothing, or nowhere", ac.id)
		}
		for _, lang := range catalog.Languages() {
			texts := c.For(lang)
			if !texts.Has("act." + ac.id) {
				t.Errorf("%s has no name in %s", ac.id, lang)
			}
			if ac.hint > 0 && !texts.Has("hint."+ac.id) {
				t.Errorf("%s has no hint in %s", ac.id, lang)
			}
		}
	}
	for _, lang := range catalog.Languages() {
		names := map[string]string{}
		for _, ac := range table {
			for _, p := range places() {
				name := c.For(lang).T("act." + ac.id)
				key := name + p.String()
				if other := names[key]; ac.in&p != 0 && other != "" {
					t.Errorf("%s and %s are both called %q", ac.id, other, name)
				} else if ac.in&p != 0 {
					names[key] = ac.id
				}
			}
		}
	}
	clash := append(slices.Clone(table), action{id: "x", keys: []string{"r"}, in: inList}, action{id: "y", keys: []string{"@"}, in: inList})
	if _, err := newActions(clash); err == nil || !strings.Contains(err.Error(), "already reply") || !strings.Contains(err.Error(), "AltGr") {
		t.Errorf("a table with clashing keys: %v", err)
	}
}

// What the public sees is on no letter alone and not on Enter; and where text is written no letter is a command.
func TestLaw8_NoPublicActOnOneKey(t *testing.T) {
	public := 0
	for _, ac := range actionTable() {
		if ac.public {
			public++
		}
		for _, k := range ac.keys {
			letter := utf8.RuneCountInString(k) == 1 || k == "enter" || k == "space"
			if ac.public && letter {
				t.Errorf("%s is public and on %s", ac.id, k)
			}
			if ac.in&inWriting != 0 && letter {
				t.Errorf("%s takes %s from what is being written", ac.id, k)
			}
		}
	}
	if public == 0 {
		t.Error("nothing is public: the test is blind")
	}
}

// Whatever can be done with a message is in the table, behind the one prefix, and only where the message is on the screen.
func TestLaw8_DeedsAreBehindOnePrefix(t *testing.T) {
	by := map[string]action{}
	for _, ac := range actionTable() {
		by[ac.id] = ac
	}
	for _, do := range inbox.Actions() {
		ac, ok := by[string(do)]
		switch {
		case do == inbox.ActReply:
		case !ok:
			t.Errorf("%s cannot be done here", do)
		case len(ac.keys) != 1 || !strings.HasPrefix(ac.keys[0], "x "):
			t.Errorf("%s is on %v", do, ac.keys)
		case ac.in != inThread || ac.refuse == nil:
			t.Errorf("%s is where its message is not seen, or never refused", do)
		}
	}
}

// Help in each place lists exactly what the table has there, and the palette all that the panes have.
func TestHelpIsTheTable(t *testing.T) {
	s := newStage(t)
	p := s.seat("anna", 80, 24, "da", ui.Dark)
	for _, where := range append(places(), inPanes|inPages) {
		var want, got []string
		for _, ac := range actionTable() {
			if ac.in&where != 0 {
				want = append(want, ac.id)
			}
		}
		for _, it := range p.app.offers(where) {
			got = append(got, it.ID)
			if it.Title == "" || len(it.Also) == 0 {
				t.Errorf("%s is offered without its names: %+v", it.ID, it)
			}
		}
		if !slices.Equal(want, got) {
			t.Errorf("in %s: the table has %v, help %v", where, want, got)
		}
	}
}

// The letters of questions are each once in their question, can be typed without AltGr, and nothing that asks lacks a sentence.
func TestQuestions(t *testing.T) {
	c, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range catalog.Languages() {
		texts := c.For(lang)
		bound := map[string][]ui.Binding{}
		for _, k := range c.Keys() {
			if dialog := k[:max(strings.LastIndexByte(k, '.'), 0)]; strings.HasPrefix(k, "tui.") && strings.HasSuffix(k, "_key") {
				bound[dialog] = append(bound[dialog], ui.Binding{ID: k, Keys: texts.T(k)})
				if !texts.Has(strings.TrimSuffix(k, "_key")) {
					t.Errorf("%s has a key and no words", k)
				}
			}
		}
		if len(bound) < 5 {
			t.Fatalf("only %d questions: the search is blind", len(bound))
		}
		for dialog, bs := range bound {
			if _, err := ui.NewKeymap(bs); err != nil {
				t.Errorf("%s in %s: %v", dialog, lang, err)
			}
		}
		s := newStage(t)
		s.desk.Take(t, s.desk.Say("c1", "Søren", "Hvornår?"))
		p := s.seat("anna", 80, 24, lang, ui.Dark)
		p.press("r")
		p.types("Snart")
		p.press("ctrl+s")
		s.wait(16 * time.Second)
		s.deliver(inbox.Unknown)
		for _, open := range []string{"close", "priority", "snooze", "resolve", "quit", "topics", "assign", "escalate", "help", "palette", "why"} {
			p.press("esc")
			ac := p.app.actions.by[open]
			if r := p.app.refusal(ac); r != nil {
				t.Fatalf("%s: %s", open, r)
			}
			before := p.screen()
			p.run(ac.run(p.app))
			if after := p.screen(); after == before || strings.Contains(after, "[") {
				t.Errorf("%s in %s shows nothing, or lacks a sentence:\n%s", open, lang, after)
			}
			p.press("esc")
		}
	}
}
