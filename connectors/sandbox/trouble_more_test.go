package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// hook finds the only webhook of X.
func hook(tb testing.TB, h Handshake) (id string, valid bool) {
	tb.Helper()
	var list struct {
		Data []struct {
			ID    string
			Valid bool
		}
	}
	req, err := http.NewRequest("GET", h.X+"/2/webhooks", nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.XApp.BearerToken)
	if call(tb, req, &list); len(list.Data) != 1 {
		tb.Fatalf("webhooks: %+v", list)
	}
	return list.Data[0].ID, list.Data[0].Valid
}

// TestDisabledWebhook: Meta unsubscribes the app from the account, and sends nothing to its callback until that is asked for again; X stops sending until it is asked to look again.
func TestDisabledWebhook(t *testing.T) {
	s := start(t, func(c *Config) { c.Speed = 3600 }) // X checks each second: that alone heals nothing
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	d := newDesk(t, h)
	if err := Subscribe(t.Context(), h, d.callbacks()); err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitWebhooks(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"fb-kommunen", "x-kommunen"} {
		if err := c.DisableWebhook(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	fb := account(t, h, "fb-kommunen")
	askGraph(t, h, fb, "GET", fb.ID+"/subscribed_apps", nil).has(t, 200, `"data":[]`)
	app := h.Meta.AppID + "/subscriptions"
	appToken := Access{Token: h.Meta.AppID + "|" + h.Meta.AppSecret}
	if got := askGraph(t, h, appToken, "GET", app, nil); !strings.Contains(got.body, `"active":false`) || !strings.Contains(got.body, `"active":true`) {
		t.Errorf("that of pages is given up, that of Instagram is not: %s", got.body)
	}
	heard := func(key string) int {
		t.Helper()
		if _, err := s.Publish(Publication{Account: key, Author: Author{Name: "Jens Holm"}, Text: "hej"}); err != nil {
			t.Fatal(err)
		}
		s.Flush(t.Context())
		n := 0
		for _, e := range s.Ledger().Events(ledger.Filter{Channel: ledger.Facebook}) {
			if e.State == ledger.Delivered {
				n++
			}
		}
		return n
	}
	askGraph(t, h, fb, "POST", fb.ID+"/subscribed_apps", url.Values{"subscribed_fields": {"feed"}}).has(t, 200)
	if n := heard("fb-kommunen") + heard("fb-bibliotekerne"); n != 0 {
		t.Errorf("%d events went to a callback that was given up", n)
	}
	askGraph(t, h, appToken, "POST", app, url.Values{
		"object": {"page"}, "callback_url": {d.callbacks().Facebook}, "verify_token": {d.callbacks().VerifyToken}, "fields": {"feed"},
	}).has(t, 200)
	if n := heard("fb-kommunen"); n != 1 {
		t.Errorf("%d events after it was asked for again", n)
	}
	id, valid := hook(t, h)
	if valid {
		t.Error("the webhook of X is still valid")
	}
	s.x.CheckWebhooks(t.Context()) // the hourly check
	if _, valid := hook(t, h); valid {
		t.Error("the hourly check heals it")
	}
	publish := func() {
		t.Helper()
		if _, err := s.Publish(Publication{Account: "x-kommunen", Author: Author{Name: "Jens Holm"}, Text: "@havneborg hej"}); err != nil {
			t.Fatal(err)
		}
	}
	publish()
	if n := len(s.Ledger().Events(ledger.Filter{Channel: ledger.X})); n != 0 {
		t.Errorf("%d events are due to a webhook that was given up", n)
	}
	if err := c.AwaitWebhooks(t.Context(), 30*time.Millisecond); err == nil || !strings.Contains(err.Error(), "has no webhooks") {
		t.Errorf("awaiting what does not come: %v", err)
	}
	askX(t, h, h.XApp.BearerToken, "PUT", "/2/webhooks/"+id, "").has(t, 200)
	if _, valid := hook(t, h); !valid {
		t.Error("asking for a check does not heal it")
	}
	publish()
	if n := len(s.Ledger().Events(ledger.Filter{Channel: ledger.X})); n != 1 {
		t.Errorf("%d events after it was healed", n)
	}
}

// TestRemovedApp: tokens die and webhooks end; X tells of it, Meta does not.
func TestRemovedApp(t *testing.T) {
	s := start(t, nil)
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	d := newDesk(t, h)
	if err := Subscribe(t.Context(), h, d.callbacks()); err != nil {
		t.Fatal(err)
	}
	fb, x := account(t, h, "fb-kommunen"), account(t, h, "x-kommunen")
	for _, key := range []string{"fb-kommunen", "x-kommunen"} {
		if err := c.RemoveApp(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	askGraph(t, h, fb, "GET", fb.ID+"/feed", nil).has(t, 400, `"code":190`, `"error_subcode":458`, "has not authorized application")
	askX(t, h, x.OAuth2Token, "GET", "/2/users/me", "").has(t, 401)
	if s.platforms[ledger.Facebook].Hooked(fb.ID) || s.platforms[ledger.X].Hooked(x.ID) {
		t.Error("webhooks go on")
	}
	events := s.Ledger().Events(ledger.Filter{})
	if len(events) != 1 || events[0].Verb != "revoke" || events[0].Account != x.ID {
		t.Errorf("events: %+v", events)
	}
}

// TestSuspended: Meta refuses what an account writes and lets it read; X refuses everything. Both end with it.
func TestSuspended(t *testing.T) {
	s := start(t, func(c *Config) { c.Meta.HumanAgent = true })
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	fb, ig, x := account(t, h, "fb-kommunen"), account(t, h, "ig-kommunen"), account(t, h, "x-kommunen")
	post, err := s.Publish(Publication{Account: "fb-kommunen", Author: Author{Name: "Karen Lund"}, Text: "Hej"})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"fb-kommunen", "ig-kommunen", "x-kommunen"} {
		if err := c.Suspend(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	message := url.Values{"recipient": {`{"id":"1"}`}, "message": {`{"text":"Hej"}`}}
	comment := func() asked {
		return askGraph(t, h, fb, "POST", post.ID+"/comments", url.Values{"message": {"Hej selv"}})
	}
	comment().has(t, 403, `"code":368`, `"error_subcode":1390008`)
	askGraph(t, h, fb, "POST", fb.ID+"/messages", message).has(t, 403, `"code":10`, `"error_subcode":1893063`)
	askGraph(t, h, fb, "GET", fb.ID+"/feed", nil).has(t, 200, post.ID)
	askGraph(t, h, ig, "POST", ig.ID+"/mentions", url.Values{"media_id": {"1"}, "message": {"Hej"}}).has(t, 403, `"code":368`)
	askX(t, h, x.OAuth2Token, "GET", "/2/users/me", "").has(t, 403, "Your account is suspended and is not permitted to access this feature.")
	for _, key := range []string{"fb-kommunen", "ig-kommunen", "x-kommunen"} {
		if err := c.Reinstate(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	comment().has(t, 200)
	askX(t, h, x.OAuth2Token, "GET", "/2/users/me", "").has(t, 200)
}

// TestUsageIsRaised: the headers say so, and at 100 percent calls are refused with what to wait for.
func TestUsageIsRaised(t *testing.T) {
	now := time.Now()
	var ahead atomic.Int64 // goroutines of the sandbox look at the clock too
	s := start(t, func(c *Config) { c.Now = func() time.Time { return now.Add(time.Duration(ahead.Load())) } })
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	fb, ig, x := account(t, h, "fb-kommunen"), account(t, h, "ig-kommunen"), account(t, h, "x-kommunen")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	business := func(a asked, id, kind string, percent, regain int) {
		t.Helper()
		want := fmt.Sprintf(`{"%s":[{"type":"%s","call_count":%d,`, id, kind, percent)
		got := a.header.Get("X-Business-Use-Case-Usage")
		if !strings.HasPrefix(got, want) || !strings.Contains(got, fmt.Sprintf(`"estimated_time_to_regain_access":%d}`, regain)) {
			t.Errorf("%s, want %s … %d minutes", got, want, regain)
		}
	}
	must(c.Usage(t.Context(), "fb-kommunen", 80, 0))
	business(askGraph(t, h, fb, "GET", fb.ID+"/feed", nil), fb.ID, "pages", 80, 0)
	business(askGraph(t, h, fb, "GET", fb.ID+"/conversations", nil), fb.ID, "messenger", 80, 0)
	must(c.Usage(t.Context(), "fb-kommunen", 100, 9*time.Minute))
	full := askGraph(t, h, fb, "GET", fb.ID+"/feed", nil)
	full.has(t, 400, `"code":80001`)
	business(full, fb.ID, "pages", 100, 10)
	askGraph(t, h, fb, "GET", fb.ID+"/conversations", nil).has(t, 400, `"code":80006`)
	must(c.Usage(t.Context(), "ig-kommunen", 100, 0))
	askGraph(t, h, ig, "GET", ig.ID+"/media", nil).has(t, 400, `"code":80002`)

	must(c.Usage(t.Context(), "x-kommunen", 90, time.Minute))
	mentions := func() asked { return askX(t, h, x.OAuth2Token, "GET", "/2/users/"+x.ID+"/mentions", "") }
	if got := mentions(); got.status != 200 || got.header.Get("x-rate-limit-limit") != "300" || got.header.Get("x-rate-limit-remaining") != "30" {
		t.Errorf("%d %v", got.status, got.header)
	}
	must(c.Usage(t.Context(), "x-kommunen", 100, time.Minute))
	got := mentions()
	got.has(t, 429, `"title":"Too Many Requests"`)
	if want := fmt.Sprint(now.Add(time.Minute).Unix()); got.header.Get("x-rate-limit-reset") != want || got.header.Get("x-rate-limit-remaining") != "0" {
		t.Errorf("%v, want the reset at %s", got.header, want)
	}
	must(c.Usage(t.Context(), "x-kommunen", 0, 0))
	mentions().has(t, 200)
	directs := func() asked { return askX(t, h, x.OAuth2Token, "GET", "/2/dm_events", "") }
	for range 15 {
		directs().has(t, 200)
	}
	directs().has(t, 429)
	must(c.Usage(t.Context(), "x-kommunen", 0, 0))
	directs().has(t, 200)
	ahead.Store(int64(11 * time.Minute))
	mentions().has(t, 200)
	askGraph(t, h, fb, "GET", fb.ID+"/feed", nil).has(t, 200)
}

// TestTakenTarget: what is answered goes at that moment, once; the answer is refused as the platform does, and the ledger has no answer.
func TestTakenTarget(t *testing.T) {
	s := start(t, func(c *Config) { c.X.Tier = "enterprise" })
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	fb, ig, x := account(t, h, "fb-kommunen"), account(t, h, "ig-kommunen"), account(t, h, "x-kommunen")
	publish := func(p Publication) string {
		t.Helper()
		at, err := s.Publish(p)
		if err != nil {
			t.Fatal(err)
		}
		return at.ID
	}
	who := Author{Name: "Karen Lund"}
	media := publish(Publication{Account: "ig-kommunen", Ours: true, Text: "Sommer"})
	for _, key := range []string{"fb-kommunen", "ig-kommunen", "x-kommunen"} {
		if err := c.TakeTarget(t.Context(), key, 1); err != nil {
			t.Fatal(err)
		}
	}
	text := url.Values{"message": {"Hej"}}
	visitor := publish(Publication{Account: "fb-kommunen", Author: who, Text: "Hej"})
	askGraph(t, h, fb, "POST", visitor+"/comments", text).has(t, 400, `"code":100`, `"error_subcode":33`)
	below := publish(Publication{Account: "ig-kommunen", Context: media, Author: who, Text: "Hej"})
	askGraph(t, h, ig, "POST", below+"/replies", text).has(t, 400, `"code":100`, `"error_subcode":33`)
	mention := publish(Publication{Account: "x-kommunen", Author: who, Text: "@havneborg hej"})
	body := `{"text":"hej","reply":{"in_reply_to_tweet_id":"` + mention + `"}}`
	askX(t, h, x.OAuth2Token, "POST", "/2/tweets", body).has(t, 403, "deleted or not visible to you")
	if acts := s.Ledger().Acts(ledger.Filter{}); len(acts) != 0 {
		t.Errorf("acts: %+v", acts)
	}
	for _, i := range s.Ledger().Items(ledger.Filter{}) {
		if i.Removed == i.Ours {
			t.Errorf("%+v", i)
		}
	}
	second := publish(Publication{Account: "fb-kommunen", Author: who, Text: "Hej igen"})
	askGraph(t, h, fb, "POST", second+"/comments", text).has(t, 200)
}

// TestSunset: a version that died answers as the oldest that lives, and says so in its header; one to come does not exist.
func TestSunset(t *testing.T) {
	s := start(t, nil)
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	fb := account(t, h, "fb-kommunen")
	ratings := func(version string) asked {
		return fetch(t, "GET", h.Graph+"/"+version+"/"+fb.ID+"/ratings?access_token="+fb.Token, "", "")
	}
	if got := ratings("v19.0"); got.header.Get("facebook-api-version") != "v21.0" {
		t.Errorf("v19.0 answers as %s", got.header.Get("facebook-api-version"))
	}
	if err := c.Sunset(t.Context(), 23); err != nil {
		t.Fatal(err)
	}
	got := ratings("v21.0")
	got.has(t, 400, `"code":12`)
	if v := got.header.Get("facebook-api-version"); v != "v23.0" {
		t.Errorf("v21.0 answers as %s", v)
	}
	if v := ratings("v24.0").header.Get("facebook-api-version"); v != "v24.0" {
		t.Errorf("v24.0 answers as %s", v)
	}
	ratings("v27.0").has(t, 400, `"code":2500`)
	if err := c.Sunset(t.Context(), 22); err == nil {
		t.Error("what is dead lives again")
	}
	if err := c.Befall(t.Context(), Trouble{Kind: world.Sunset}); err == nil {
		t.Error("no version dies")
	}
}
