package inbox_test

import (
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// Platforms may tell that somebody took a reaction back, and not which: then it is gone whatever it was.
func TestTakenBackWithoutSayingWhich(t *testing.T) {
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Tak for den nye sti"))
	carl := d.Seat(t, d.Carl)
	react := func(event inbox.Event, kind string, want int) {
		t.Helper()
		d.Clock.Add(time.Minute)
		in := d.Say("c1", "mette", "")
		in.Event, in.Reaction, in.At = event, kind, d.Clock.Now()
		d.Take(t, in)
		o, err := carl.Open(t.Context(), d.Find(t, d.Facebook, "c1").ID)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, count := range o.Reactions[o.Msgs[0].ID] {
			n += count
		}
		if n != want {
			t.Errorf("%s %q: %v; want %d", event, kind, o.Reactions, want)
		}
	}
	react(inbox.Reacted, "love", 1)
	react(inbox.Unreacted, "", 0)
	react(inbox.Reacted, "wow", 1)
	react(inbox.Unreacted, "wow", 0)
}
