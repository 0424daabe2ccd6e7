package inbox_test

import (
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"pgregory.net/rapid"
)

// A message of which only edits have come began no later than the earliest of them, in whatever order they come; as soon as it is told
// itself, by whatever road, it is that which counts, also against an edit of a platform whose clock is wrong.
func TestLaw2_ABeginningIsTheMessagesOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := inboxtest.New(t)
		own, earliest := time.Time{}, time.Time{}
		for range rapid.IntRange(1, 6).Draw(t, "tellings") {
			in := d.Say("m1", "jens", "")
			in.At = inboxtest.Start.Add(-time.Duration(rapid.IntRange(1, 50).Draw(t, "minutes before")) * time.Minute)
			in.Event = rapid.SampledFrom([]inbox.Event{inbox.Posted, inbox.Edited, inbox.Edited, inbox.Edited, inbox.Deleted}).Draw(t, "event")
			in.Text = "sagt " + in.At.Format(time.TimeOnly)
			in.Observed = in.At
			switch {
			case in.Event == inbox.Posted && own.IsZero():
				in.Source = rapid.SampledFrom([]inbox.Source{inbox.FromWebhook, inbox.FromPoll, inbox.FromFetch}).Draw(t, "road")
				own = in.At
			case in.Event == inbox.Posted:
				in.At = own // it began once
			case in.Event == inbox.Edited && (earliest.IsZero() || in.At.Before(earliest)):
				earliest = in.At
			}
			d.Take(t, in)
			if own.IsZero() && earliest.IsZero() {
				continue // all that was told is that it is gone
			}
			want := own
			if own.IsZero() {
				want = earliest
			}
			th := d.Find(t, d.Facebook, "m1")
			if m := th.Msgs[0]; !m.At.Equal(want) || !th.FirstAt.Equal(want) || !th.LastAt.Equal(want) {
				t.Fatalf("it begins at %s, its conversation at %s and ends at %s; it began at %s", m.At, th.FirstAt, th.LastAt, want)
			}
		}
	})
}
