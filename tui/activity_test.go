package tui

import (
	"context"
	"testing"

	"lytter/inbox"
	"lytter/tui/ui"
)

// Of much that was done, what the cursor comes near is read, down to the first; and whatever is done meanwhile, the cursor stays on what it
// stands on, on its line of the screen.
func TestActivityKeepsItsPlace(t *testing.T) {
	ctx := context.Background()
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("c1", "Søren", "Hvornår?"))
	bo, id := s.desk.Seat(t, s.desk.Bo), s.desk.Find(t, s.desk.Facebook, "c1").ID
	do := func(n int) {
		for range n {
			if err := bo.Note(ctx, id, "set"); err != nil {
				t.Fatal(err)
			}
		}
		s.settle()
	}
	do(3*activityChunk + 20)
	p := s.seat("anna", 80, 24, "da", ui.None)
	p.press("g", "a")
	page := p.app.onPage().page.(*activityPage)
	if n := len(page.did); n != activityChunk {
		t.Fatalf("%d were read at first", n)
	}
	for range 40 {
		p.press("pgdown")
	}
	if n := len(page.did); page.of.Before != 0 || n < 3*activityChunk+20 {
		t.Fatalf("%d were read in all, to go on at %d", n, page.of.Before)
	}
	for i := range page.did[1:] {
		if page.did[i].Seq <= page.did[i+1].Seq {
			t.Fatalf("%d before %d", page.did[i].Seq, page.did[i+1].Seq)
		}
	}
	p.press("pgup", "pgup", "k")
	line := func() (inbox.Seq, int) {
		at, _ := page.list.Position()
		top, _ := page.list.Window()
		return page.under().Seq, at - top
	}
	seq, at := line()
	before := len(page.did)
	do(activityChunk + 30) // more than is read at once
	if len(page.did) != before+activityChunk+30 {
		t.Errorf("%d are there, of %d and %d more", len(page.did), before, activityChunk+30)
	}
	if now, on := line(); now != seq || on != at {
		t.Errorf("the cursor went from %d on line %d to %d on line %d", seq, at, now, on)
	}
	p.press("home")
	if page.under().Seq != page.did[0].Seq {
		t.Error("home is not the newest")
	}
	p.leave()
}
