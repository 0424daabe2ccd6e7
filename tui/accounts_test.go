package tui

import (
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/tui/ui"
)

// What came in and could not be read is there with its account and its reason: a number alone says nothing that anybody could act on.
func TestWhatCouldNotBeReadSaysWhy(t *testing.T) {
	s := newStage(t)
	s.status = &DeskStatus{
		Parked: 1, Unread: []inbox.Parked{{
			Account: s.desk.Facebook, At: s.desk.Clock.Now(), Reason: *inbox.Why("parked.unknown_kind", "Kind", "feed/offer/add"),
		}},
	}
	p := s.seat("anna", 80, 24, "da", ui.None)
	p.press("g", "k")
	if got := p.screen(); !strings.Contains(got, "Ukendt slags: feed/offer/add") {
		t.Error(got)
	}
	p.leave()
}
