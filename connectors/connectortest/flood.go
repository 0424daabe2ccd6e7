package connectortest

import (
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// Flood is what tells whether a flood below one post keeps others waiting.
type Flood struct {
	Connector connectors.Connector
	Account   inbox.Account
	Stream    string
	Now       *time.Time // what the connector takes for the present
	// Pour has many comments written below one post, the newest at a moment, and gives how many.
	Pour func(at time.Time) int
	// Say has a comment written below the nth of five other posts, and gives its id.
	Say func(n int, at time.Time) inbox.RemoteID
}

// KeepsNobodyWaiting reads a flood: it is read to its end, and no fresh comment below another post waits longer than between two polls,
// neither one that is there already nor one that is written while the flood is read. Each call takes a third of a second; an account
// without webhooks is polled every 20.
func KeepsNobodyWaiting(t *testing.T, f Flood) {
	t.Helper()
	const pace, call = 20 * time.Second, time.Second / 3
	var cursor []byte
	arrived := map[inbox.RemoteID]time.Time{}
	step := func() (more bool) {
		t.Helper()
		page, err := f.Connector.Poll(t.Context(), f.Account, f.Stream, cursor)
		if err != nil {
			t.Fatal(err)
		}
		*f.Now = f.Now.Add(call)
		for _, in := range page.Items {
			if _, known := arrived[in.Remote]; !known && in.Event == inbox.Posted {
				arrived[in.Remote] = *f.Now
			}
		}
		cursor = page.Cursor
		return page.More
	}
	for step() {
	}
	*f.Now = f.Now.Add(pace)
	flood := f.Pour(*f.Now)
	said := map[inbox.RemoteID]time.Time{f.Say(0, *f.Now): *f.Now}
	for steps := 0; step(); steps++ {
		if steps%20 == 10 && steps < 80 {
			said[f.Say(1+steps/20, *f.Now)] = *f.Now
		}
	}
	if len(said) != 5 {
		t.Errorf("the flood was over before all was said: %d of 5", len(said))
	}
	for id, at := range said {
		if took := arrived[id].Sub(at); arrived[id].IsZero() || took > pace {
			t.Errorf("%s takes %v", id, took)
		}
	}
	if len(arrived) != flood+len(said) {
		t.Errorf("%d were read; %d were written", len(arrived), flood+len(said))
	}
}
