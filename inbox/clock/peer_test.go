package clock

import (
	"testing"
	"time"
)

// A desk that counts nights and weekends calls every answer of a Monday morning late, and stops being believed. Two hours after Friday at
// one is Monday at nine.
func TestPeer_NightsAndWeekendsDoNotCount(t *testing.T) {
	c := parse(t, office)
	friday := time.Date(2026, 11, 20, 13, 0, 0, 0, c.Location)
	due := c.Add(friday, 2*time.Hour)
	if want := time.Date(2026, 11, 23, 9, 0, 0, 0, c.Location); !due.Equal(want) {
		t.Errorf("due at %s, want %s", due, want)
	}
	if spent := c.Between(friday, due); spent != 2*time.Hour {
		t.Errorf("%s of opening hours lie between, want 2h", spent)
	}
	night := time.Date(2026, 11, 23, 20, 0, 0, 0, c.Location)
	if spent := c.Between(night, night.Add(11*time.Hour)); spent != 0 {
		t.Errorf("%s of a night count", spent)
	}
}
