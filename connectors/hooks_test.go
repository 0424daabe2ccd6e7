package connectors_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
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

// Somebody removes the app. Meta calls, and the accounts that were reached by it say at once that a person is needed, long before they
// are examined by the clock. A call that is not Meta's is refused, and nothing is looked into for it.
func TestSomebodyRemovesTheApp(t *testing.T) {
	keys := []string{"fb-kommunen", "ig-kommunen"}
	w := newWorld(t, options{keys: keys, polls: time.Hour, exams: 10 * time.Hour, leaves: true})
	w.connected()
	address := w.server.URL + "/hooks/fb-kommunen/deauthorize"
	_, good, _ := strings.Cut(leaving(w.hand.Meta.AppSecret), "=")
	sum, said, _ := strings.Cut(good, ".")
	for name, body := range map[string]string{
		"nothing": "", "no signature": "signed_request=" + said, "another's": leaving("another"), "no key": leaving(""),
		"changed": "signed_request=" + sum + "." + said[:len(said)-2], "too long": leaving(w.hand.Meta.AppSecret) + strings.Repeat("&a=b", 5000),
	} {
		resp, err := http.Post(address, "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if resp.StatusCode != http.StatusUnauthorized && (name != "too long" || resp.StatusCode != http.StatusBadRequest) {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
	w.try(w.platform.Befall(ledger.Facebook, sandbox.Trouble{Kind: "remove_app", Account: keys[0]}))
	for _, key := range keys { // the one hangs on the other's page
		w.until(key+" needs a login", func() bool {
			state, advice := w.state(key)
			return state == inbox.AccountNeedsLogin && strings.Contains(advice, "token_app_removed")
		})
	}
}

// leaving is the form of Meta's call, signed with a secret.
func leaving(secret string) string {
	said := base64.RawURLEncoding.EncodeToString([]byte(`{"algorithm":"HMAC-SHA256","issued_at":1795327065,"user_id":"218471"}`))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(said))
	return "signed_request=" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + "." + said
}
