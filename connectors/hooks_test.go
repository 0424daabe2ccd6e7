package connectors_test

import (
	"slices"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// heard reports whether a webhook of something that is said now reaches the desk.
func (w *world) heard(key string) bool {
	w.t.Helper()
	id := w.ask(key, "Kan I høre mig?")
	for range 20 {
		time.Sleep(5 * time.Millisecond)
		for _, e := range w.platform.Ledger().Events(ledger.Filter{}) {
			if e.Item == id && e.State == ledger.Delivered {
				return true
			}
		}
	}
	return false
}

// Meta gives a callback up that fails for long: its subscription is there and is not active, for all pages of the app. The desk sees it,
// notes from when webhooks may be missing, and asks for them again; the gap is there to be seen.
func TestACallbackThatWasGivenUpIsAskedForAgain(t *testing.T) {
	w := newWorld(t, options{hooked: true, keys: []string{"fb-kommunen"}, polls: time.Hour})
	w.subscribed()
	w.connected()
	acc, _ := w.hand.Account("fb-kommunen")
	if err := w.platform.Befall("", sandbox.Trouble{Kind: "disable_webhook", Account: acc.ID}); err != nil {
		t.Fatal(err)
	}
	a, _ := w.desk.Directory().AccountNamed("fb-kommunen")
	w.until("it is noted that they had stopped", func() bool {
		var gaps []inbox.Gap
		err := w.db.View(t.Context(), func(tx inbox.Tx) (err error) {
			gaps, err = tx.Gaps(100)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(gaps, func(g inbox.Gap) bool { return g.Account == a.ID && g.Cause == inbox.GapHooks && !g.To.IsZero() })
	})
	w.until("webhooks come again", func() bool { return w.heard("fb-kommunen") })
}

// An account of Instagram that hangs on a page lets us have its events by way of the page's own, and asks for fewer: the page's go on.
func TestInstagramLeavesItsPageTheWebhooks(t *testing.T) {
	w := newWorld(t, options{hooked: true, keys: []string{"fb-kommunen", "ig-kommunen"}, idle: true})
	var subs []connectors.Subscriber
	for _, c := range w.connectors() {
		if s, ok := c.(connectors.Subscriber); ok && c.Channel() != inbox.X {
			subs = append(subs, s)
		}
	}
	page, _ := w.desk.Directory().AccountNamed("fb-kommunen")
	profile, _ := w.desk.Directory().AccountNamed("ig-kommunen")
	at := func(a inbox.Account) string { return w.server.URL + "/hooks/" + a.Name }
	for _, order := range [][]int{{0, 1}, {0, 1, 0, 1}, {1, 0, 1}} {
		w.unsubscribe()
		for _, i := range order {
			a := []inbox.Account{page, profile}[i]
			if err := subs[i].Subscribe(t.Context(), a, at(a)); err != nil {
				t.Fatal(err)
			}
		}
		for i, a := range []inbox.Account{page, profile} {
			if has, err := subs[i].Subscribed(t.Context(), a, at(a)); err != nil || !has {
				t.Errorf("asked for in the order %v: those of %s come: %v, %v", order, a.Name, has, err)
			}
		}
	}
}
