package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// asked is an answer of one of the APIs.
type asked struct {
	status int
	header http.Header
	body   string
}

func (a asked) has(tb testing.TB, status int, parts ...string) {
	tb.Helper()
	if a.status != status {
		tb.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			tb.Errorf("%s is not in %s", part, a.body)
		}
	}
}

// askGraph calls the Graph API with the token of an account.
func askGraph(tb testing.TB, h Handshake, a Access, method, path string, more url.Values) asked {
	tb.Helper()
	q := url.Values{"access_token": {a.Token}}
	for k, v := range more {
		q[k] = v
	}
	base := h.Graph
	if a.Login == InstagramLogin {
		base = h.Instagram
	}
	return fetch(tb, method, base+"/v26.0/"+path+"?"+q.Encode(), "", "")
}

// askX calls the API of X with an OAuth 2.0 token.
func askX(tb testing.TB, h Handshake, token, method, path, body string) asked {
	tb.Helper()
	return fetch(tb, method, h.X+path, "Bearer "+token, body)
}

func fetch(tb testing.TB, method, address, auth, body string) asked {
	tb.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return asked{resp.StatusCode, resp.Header, string(b)}
}

// TestTroubleWithTokens: each way in which a token stops to work, with the body of the platform, and that it works again.
func TestTroubleWithTokens(t *testing.T) {
	s := start(t, nil)
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	fb, ig, x := account(t, h, "fb-kommunen"), account(t, h, "ig-kommunen"), account(t, h, "x-kommunen")
	readsFB := func() asked { return askGraph(t, h, fb, "GET", fb.ID+"/feed", nil) }
	readsIG := func() asked { return askGraph(t, h, ig, "GET", ig.ID+"/media", nil) }
	readsX := func() asked { return askX(t, h, x.OAuth2Token, "GET", "/2/users/me", "") }
	signsX := func() int { return xcall(t, h, x, "GET", "/2/users/me", nil, "", nil) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	readsFB().has(t, 200)
	readsX().has(t, 200)

	must(c.ExpireToken(t.Context(), "fb-kommunen"))
	readsFB().has(t, 400, `"code":190`, `"error_subcode":463`, "Session has expired on")
	readsIG().has(t, 400, `"error_subcode":463`) // the account is reached by the token of its Page
	other := account(t, h, "fb-bibliotekerne")
	askGraph(t, h, other, "GET", other.ID+"/feed", nil).has(t, 200)
	must(c.RestoreToken(t.Context(), "fb-kommunen"))
	readsFB().has(t, 200)

	for why, subcode := range map[string]int{
		world.Password: 460, world.Checkpoint: 459, world.Removed: 458, world.Role: 492, world.Invalid: 467, world.Unconfirmed: 464, "": 467,
	} {
		must(c.RevokeToken(t.Context(), fb.ID, why))
		readsFB().has(t, 400, fmt.Sprintf(`"error_subcode":%d`, subcode))
		must(c.RestoreToken(t.Context(), fb.ID))
		readsFB().has(t, 200)
	}

	must(c.ExpireToken(t.Context(), "x-kommunen"))
	readsX().has(t, 401, `{"title":"Unauthorized","detail":"Unauthorized","type":"about:blank","status":401}`)
	if got := signsX(); got != 200 { // tokens of OAuth 1.0a do not expire
		t.Errorf("the signed call answers %d", got)
	}
	must(c.RestoreToken(t.Context(), "x-kommunen"))
	readsX().has(t, 200)
	must(c.RevokeToken(t.Context(), "x-kommunen", ""))
	readsX().has(t, 401)
	if got := signsX(); got != 401 {
		t.Errorf("the signed call answers %d", got)
	}
	must(c.RestoreToken(t.Context(), "x-kommunen"))
	readsX().has(t, 200)
}

// TestLostPermission: calls that need a permission are refused once it is taken, and others go on.
func TestLostPermission(t *testing.T) {
	s := start(t, nil)
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	fb, x := account(t, h, "fb-kommunen"), account(t, h, "x-kommunen")
	post, err := s.Publish(Publication{Account: "fb-kommunen", Ours: true, Text: "Vi holder åbent"})
	if err != nil {
		t.Fatal(err)
	}
	reply := func(text string) asked {
		return askGraph(t, h, fb, "POST", post.ID+"/comments", url.Values{"message": {text}})
	}
	reply("a").has(t, 200)
	if err := c.TakeScope(t.Context(), "fb-kommunen", "pages_manage_engagement"); err != nil {
		t.Fatal(err)
	}
	reply("b").has(t, 403, `"code":200`)
	askGraph(t, h, fb, "GET", fb.ID+"/feed", nil).has(t, 200)
	var debug struct{ Data struct{ Scopes []string } }
	graph(t, h, "GET", "debug_token", url.Values{"access_token": {h.Meta.AppID + "|" + h.Meta.AppSecret}, "input_token": {fb.Token}}, &debug)
	if len(debug.Data.Scopes) == 0 || slices.Contains(debug.Data.Scopes, "pages_manage_engagement") {
		t.Errorf("debug_token still shows %v", debug.Data.Scopes)
	}
	if err := c.GiveScope(t.Context(), "fb-kommunen", "pages_manage_engagement"); err != nil {
		t.Fatal(err)
	}
	reply("c").has(t, 200)

	if err := c.TakeScope(t.Context(), "x-kommunen", "tweet.write"); err != nil {
		t.Fatal(err)
	}
	askX(t, h, x.OAuth2Token, "POST", "/2/tweets", `{"text":"hej"}`).has(t, 403, `"title":"Forbidden"`)
	askX(t, h, x.OAuth2Token, "GET", "/2/users/me", "").has(t, 200)
	if err := c.GiveScope(t.Context(), "x-kommunen", "tweet.write"); err != nil {
		t.Fatal(err)
	}
	askX(t, h, x.OAuth2Token, "POST", "/2/tweets", `{"text":"hej"}`).has(t, 201)
	if err := c.TakeScope(t.Context(), "x-kommunen", "tweet.wrote"); err == nil {
		t.Error("an unknown scope is taken")
	}
}

// TestUnsubscribedSilently: an account's webhooks end, no call is refused and nobody is told; subscribing again brings them back.
func TestUnsubscribedSilently(t *testing.T) {
	s := start(t, nil)
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	d := newDesk(t, h)
	if err := Subscribe(t.Context(), h, d.callbacks()); err != nil {
		t.Fatal(err)
	}
	events := func() map[string]int {
		t.Helper()
		for _, p := range []Publication{
			{Account: "fb-kommunen", Author: Author{Name: "Karen Lund"}, Text: "Hej"},
			{Account: "fb-bibliotekerne", Author: Author{Name: "Karen Lund"}, Text: "Hej"},
			{Account: "x-kommunen", Author: Author{Name: "Karen Lund"}, Text: "@havneborg Hej"},
		} {
			if _, err := s.Publish(p); err != nil {
				t.Fatal(err)
			}
		}
		n := map[string]int{}
		for _, e := range s.Ledger().Events(ledger.Filter{}) {
			n[e.Account]++
		}
		return n
	}
	fb, other, x := account(t, h, "fb-kommunen"), account(t, h, "fb-bibliotekerne"), account(t, h, "x-kommunen")
	events()
	for _, key := range []string{"fb-kommunen", "x-kommunen"} {
		if err := c.Unsubscribe(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if n := events(); n[fb.ID] != 1 || n[x.ID] != 1 || n[other.ID] != 2 {
		t.Errorf("events: %v", n)
	}
	askGraph(t, h, fb, "GET", fb.ID+"/subscribed_apps", nil).has(t, 200, `"data":[]`)
	if got := askGraph(t, h, other, "GET", other.ID+"/subscribed_apps", nil); strings.Contains(got.body, `"data":[]`) {
		t.Errorf("the other page is unsubscribed too: %s", got.body)
	}
	var hooks struct{ Data []struct{ ID string } }
	if err := json.Unmarshal([]byte(askX(t, h, h.XApp.BearerToken, "GET", "/2/webhooks", "").body), &hooks); err != nil || len(hooks.Data) != 1 {
		t.Fatalf("%v, %v", hooks, err)
	}
	path := "/2/account_activity/webhooks/" + hooks.Data[0].ID + "/subscriptions/all"
	askX(t, h, x.OAuth2Token, "GET", path, "").has(t, 200, `"subscribed":false`)
	askX(t, h, x.OAuth2Token, "POST", path, "").has(t, 200, `"subscribed":true`)
	askGraph(t, h, fb, "POST", fb.ID+"/subscribed_apps", url.Values{"subscribed_fields": {"feed"}}).has(t, 200)
	if n := events(); n[fb.ID] != 2 || n[x.ID] != 2 {
		t.Errorf("events: %v", n)
	}
}

// TestMembersAreChecked: a control call takes what its deed has and nothing else.
func TestMembersAreChecked(t *testing.T) {
	s := start(t, nil)
	h := s.Handshake()
	for _, c := range []struct{ call, body, want string }{
		{"expire_token", `{}`, "account: it is missing"},
		{"expire_token", `{"account":"nobody"}`, `account "nobody"`},
		{"expire_token", `{"account":"fb-kommunen","percent":3}`, "percent: there is no such member"},
		{"expire_token", `{"account":"fb-kommunen","token":"x"}`, "unknown"},
		{"take_scope", `{"account":"fb-kommunen"}`, "scopes are missing"},
		{"take_scope", `{"account":"fb-kommunen","scopes":["pages_fly"]}`, "pages_fly"},
		{"usage", `{"account":"fb-kommunen","percent":101}`, "between 0 and 100"},
		{"revoke_token", `{"account":"fb-kommunen","why":"mood"}`, "why is mood"},
		{"sunset", `{"version":27}`, "27"},
		{"sunset", `{}`, "version is missing"},
		{"faults", `{"drop":2}`, "drop"},
		{"faults", `{"dropp":0.1}`, "dropp"},
		{"publish", `{"account":"fb-kommunen","author":{"nam":"x"},"text":"y"}`, "author"},
		{"traffic", `{"rate":-1}`, "rate"},
	} {
		got := fetch(t, "POST", h.Control+"/"+c.call, "Bearer "+h.ControlToken, c.body)
		if got.status < 400 || got.status > 404 || !strings.Contains(got.body, strings.ReplaceAll(c.want, `"`, `\"`)) {
			t.Errorf("%s %s: %d %s", c.call, c.body, got.status, got.body)
		}
	}
	if _, err := NewClient(h).SetFaults(t.Context(), Faults{Drop: 0.5, DelayFor: Duration(time.Second)}); err != nil {
		t.Fatal(err)
	}
	got := fetch(t, "POST", h.Control+"/faults", "Bearer "+h.ControlToken, `{"html":0.25}`)
	got.has(t, 200, `"drop":0.5`, `"html":0.25`, `"delay_for":"1s"`)
}
