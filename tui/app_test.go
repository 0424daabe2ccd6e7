package tui

import (
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
