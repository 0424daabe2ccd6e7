package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"
)

// Where rules that route take a second lead, what one lead puts in force waits until another, who sees what it changes and how much to expect,
// says yes; or is taken back.
func TestVersionsOfASecondLead(t *testing.T) {
	ctx := context.Background()
	s := newStage(t)
	gert := &inbox.User{Login: "gert", Name: "Gert Gran", Role: inbox.Admin}
	err := s.desk.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error { return tx.PutUser(gert) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.desk.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.desk.Seat(t, gert.ID).SetSecondLead(ctx, true); err != nil {
		t.Fatal(err)
	}
	s.desk.Take(t, s.desk.Say("c1", "Søren", "Der er et hul i vejen"))
	s.wait(24 * time.Hour)
	see := func(p *person, words string, want bool) {
		t.Helper()
		if got := strings.Contains(squeeze(p.screen()), words); got != want {
			t.Fatalf("%s sees %q: %v\n%s", p.name, words, got, p.screen())
		}
	}
	carl := s.seat("carl", 120, 40, "da", ui.None)
	carl.press("g", "r", "s", "f") // to switch a rule off needs nobody
	see(carl, "De gældende regler er nu version 2.", true)
	carl.press("esc", "s", "g")
	see(carl, "Den venter på, at en anden leder siger ja.", true)
	see(carl, "fra Cykelveje", true)
	carl.press("g", "u")
	see(carl, "venter", true)
	carl.press("y")
	see(carl, "En anden leder skal godkende", true)

	other := s.seat("gert", 120, 40, "da", ui.None)
	other.press("g", "u", "n")
	see(other, "Tag det tilbage? Det bliver ikke sat i kraft.", true)
	other.press("esc", "y")
	see(other, "Sæt i kraft?", true)
	see(other, "beskeder om dagen", true)
	see(other, "+ state = \"live\"", true)
	other.press("j")
	see(other, "De gældende regler er nu version 3.", true)
	see(other, "3 gælder", true)
	see(other, "Carl Carlsen + dig", true)

	s.settle()
	carl.press("esc", "s", "f")
	carl.press("s", "g", "g", "u")
	see(carl, "venter", true)
	carl.press("home", "n", "j")
	see(carl, "Det er taget tilbage.", true)
	see(carl, "venter", false)
}
