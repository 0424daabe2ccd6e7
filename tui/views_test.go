package tui

import (
	"context"
	"slices"
	"testing"

	"lytter/inbox"
	"lytter/tui/ui"
)

// However the cursor of the views moves, it stands on a view, and every view can be stood on.
func TestCursorStandsOnViews(t *testing.T) {
	ctx := context.Background()
	s := newStage(t)
	anna := s.desk.Seat(t, s.desk.Anna)
	for _, v := range []inbox.View{{Name: "Egen", Owner: s.desk.Anna}, {Name: "Hold", Queue: s.desk.Teknik}, {Name: "Fast", Owner: s.desk.Anna}} {
		v, err := anna.SaveView(ctx, v)
		if err == nil && v.Name == "Fast" {
			err = anna.PinView(ctx, v.ID, true)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"Fast", "Venter svar", "Mine", "Måske sendt", "Alle", "Hold", "Egen"}
	for _, height := range []int{24, 8} {
		p := s.seat("anna", 80, height, "da", ui.Dark)
		p.press("i")
		at := func() string {
			t.Helper()
			v, ok := p.app.underView()
			if !ok {
				t.Fatalf("the cursor stands on no view:\n%s", p.screen())
			}
			return v.Name
		}
		walk := func(first, key string) (out []string) {
			p.press(first)
			for range want {
				p.screen()
				out = append(out, at())
				p.press(key)
			}
			return out
		}
		if got := walk("home", "down"); !slices.Equal(got, want) {
			t.Errorf("at %d lines, down: %q", height, got)
		}
		back := slices.Clone(want)
		slices.Reverse(back)
		if got := walk("end", "up"); !slices.Equal(got, back) {
			t.Errorf("at %d lines, up: %q", height, got)
		}
		for _, key := range []string{"pgdown", "pgdown", "pgup", "pgup", "pgdown"} {
			p.press(key)
			p.screen()
			at()
		}
	}
}
