package xapi

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// TestTooManyInBothWords: a call too many is a problem of v2, and with direct messages an error of v1.1. Both have the headers.
func TestTooManyInBothWords(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Limits = map[string]Limit{OpMentions: {User: 1}, OpDirects: {User: 1}, OpMessage: {User: 1}}
		c.Open = true
	})
	message := `{"text":"hej"}`
	for _, c := range []struct {
		method, path, body string
		code               string
	}{
		{"GET", "/2/users/" + deskID + "/mentions", "", ""},
		{"GET", "/2/dm_events", "", "88"},
		{"POST", "/2/dm_conversations/with/" + otherID + "/messages", message, "88"},
	} {
		f.call(asOAuth2, c.method, c.path, c.body)
		status, body, h := f.call(asOAuth2, c.method, c.path, c.body)
		if status != 429 || text(body, "errors", 0, "code") != c.code || (c.code == "") != (text(body, "title") == "Too Many Requests") {
			t.Errorf("%s: %d %v", c.path, status, body)
		}
		if h.Get("x-rate-limit-remaining") != "0" || h.Get("x-rate-limit-reset") == "" || h.Get("x-rate-limit-limit") != "1" {
			t.Errorf("%s: %v", c.path, h)
		}
	}
}

// TestLegacyIsClosed: what is left of v1.1 is not for this app.
func TestLegacyIsClosed(t *testing.T) {
	f := newFixture(t, nil)
	for _, path := range []string{"/1.1/statuses/update.json", "/1.1/direct_messages/events/list.json"} {
		if status, body, _ := f.call(asUser, "POST", path, ""); status != 403 || text(body, "errors", 0, "code") != "453" {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
}

// TestSearchIsOfOneWeek: what lies before it, or is too fresh, may not even be asked for.
func TestSearchIsOfOneWeek(t *testing.T) {
	f := newFixture(t, nil)
	ask := func(name string, at time.Time) int {
		status, body, _ := f.call(asApp, "GET", "/2/tweets/search/recent?query=order&"+name+"="+url.QueryEscape(at.Format(time.RFC3339)), "")
		if status == 400 && !strings.Contains(text(body, "errors", 0, "message"), name) {
			t.Errorf("%v", body)
		}
		return status
	}
	for _, c := range []struct {
		name string
		ago  time.Duration
		want int
	}{
		{"start_time", 8 * 24 * time.Hour, 400},
		{"start_time", 6 * 24 * time.Hour, 200},
		{"end_time", 8 * 24 * time.Hour, 400},
		{"end_time", 5 * time.Second, 400},
		{"end_time", time.Minute, 200},
	} {
		if got := ask(c.name, f.now.Add(-c.ago)); got != c.want {
			t.Errorf("%s %s ago: %d, want %d", c.name, c.ago, got, c.want)
		}
	}
}

// TestOneCashtag: a post of the self-serve tier names one share at most.
func TestOneCashtag(t *testing.T) {
	for tier, want := range map[string]int{SelfServe: 403, Enterprise: 201} {
		f := newFixture(t, func(c *Config) { c.Tier = tier })
		if status, body, _ := f.call(asOAuth2, "POST", "/2/tweets", `{"text":"Vi taler om $AAPL og $MSFT"}`); status != want {
			t.Errorf("%s: %d %v", tier, status, body)
		}
		if status, body, _ := f.call(asOAuth2, "POST", "/2/tweets", `{"text":"Vi taler om $AAPL og 5 $ og $100"}`); status != 201 {
			t.Errorf("%s: %d %v", tier, status, body)
		}
	}
}

// TestComposed: letters count as composed, of whatever script.
func TestComposed(t *testing.T) {
	for s, want := range map[string]int{
		"a\u030a": 1, "e\u0301": 1, "\u1112\u1161\u11ab": 2, "\u0627\u0653": 1, "x\u030a": 2,
	} {
		if got := weight(s); got != want {
			t.Errorf("%+q weighs %d, want %d", s, got, want)
		}
	}
}

// TestInvalidStaysInvalid: a webhook that failed its check gets nothing, and is not asked into life by the next one.
func TestInvalidStaysInvalid(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t)
	id := f.register(c)
	c.set(func(string) (int, string) { return 200, `{"response_token":"sha256=wrong"}` })
	f.CheckWebhooks(t.Context())
	c.set(func(token string) (int, string) {
		return 200, `{"response_token":"` + Response("consumer-secret", token) + `"}`
	})
	f.CheckWebhooks(t.Context())
	f.publish(world.Draft{})
	f.flush()
	if f.Hooked(deskID) || len(c.bodies) != 0 {
		t.Errorf("hooked %v, %d bodies", f.Hooked(deskID), len(c.bodies))
	}
	f.call(asApp, "PUT", "/2/webhooks/"+id, "")
	f.publish(world.Draft{})
	f.flush()
	if !f.Hooked(deskID) || len(c.bodies) != 1 {
		t.Errorf("hooked %v, %d bodies", f.Hooked(deskID), len(c.bodies))
	}
}
