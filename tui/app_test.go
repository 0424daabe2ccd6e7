package tui

import (
	"strings"
	"testing"

	"lytter/tui/ui"
)

// What changes while the screen is being brought up to date is not lost.
func TestNoChangeIsLost(t *testing.T) {
	s := newStage(t)
	p := s.seat("anna", 80, 24, "da", ui.Dark)
	_, first := p.app.Update(woke{})
	early := results(first)
	s.desk.Take(t, s.desk.Say("c1", "Søren", "Hvornår?"))
	s.followed()
	p.send(woke{}) // one is under way: nothing happens yet
	for _, msg := range early {
		p.send(msg)
	}
	if p.app.list.Len() != 1 {
		t.Errorf("the list has %d rows", p.app.list.Len())
	}
}

// Every composed answer carries a mark of its own, so that handing it in twice sends it once.
func TestAnswersAreMarked(t *testing.T) {
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("c1", "Søren", "Hvornår?"))
	p := s.seat("anna", 80, 24, "da", ui.Dark)
	marks := map[string]bool{"": true}
	for range 3 {
		p.press("r")
		c := p.app.compose
		if marks[c.token] || c.reply().Token != c.token {
			t.Fatalf("the mark %q is not new, or not handed in", c.token)
		}
		marks[c.token] = true
		p.press("esc")
	}
	p.press("r")
	p.types("Snart")
	reply, draft := p.app.compose.reply(), p.app.compose.draft()
	p.press("ctrl+s")
	p.send(results(p.app.do.reply(reply, draft))[0])
	if o := p.app.thread.shown(); len(o.Outgoing) != 1 {
		t.Errorf("%d replies", len(o.Outgoing))
	}
}

// Who wrote may be hidden from us: the composer says so in a sentence, and never a name that it does not know.
func TestAnAnswerToSomebodyUnshown(t *testing.T) {
	for lang, want := range map[string]string{
		"da": "OFFENTLIGT SVAR til en, hvis navn ikke vises, som ", "en": "PUBLIC REPLY to somebody whose name is not shown, as ",
	} {
		s := newStage(t)
		in := s.desk.Say("c1", "Søren", "Hvornår?")
		in.Author = nil
		s.desk.Take(t, in)
		p := s.seat("anna", 120, 40, lang, ui.Dark)
		p.press("r")
		if got := p.screen(); !strings.Contains(got, want) {
			t.Errorf("%s: %s", lang, got)
		}
	}
}
