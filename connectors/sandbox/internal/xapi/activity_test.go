package xapi

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

func TestWebhookLife(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t)
	id := f.register(c)
	if status, body, _ := f.call(asApp, "POST", "/2/webhooks", `{"url":"`+c.URL+`"}`); status != 409 || text(body, "title") != "DuplicateUrlFailed" {
		t.Errorf("the same again: %d %v", status, body)
	}
	if status, body, _ := f.call(asApp, "POST", "/2/webhooks", `{"url":"`+c.URL+`/two"}`); status != 403 || text(body, "title") != "WebhookLimitExceeded" {
		t.Errorf("one too many: %d %v", status, body)
	}
	valid := func() bool {
		t.Helper()
		if status, _, _ := f.call(asApp, "PUT", "/2/webhooks/"+id, ""); status != 200 {
			t.Fatalf("checking: %d", status)
		}
		_, body, _ := f.call(asApp, "GET", "/2/webhooks", "")
		return get(body, "data", 0, "valid") == true
	}
	good := c.answer
	for _, step := range []struct {
		name   string
		answer func(string) (int, string)
		later  time.Duration
		want   bool
	}{
		{"good", good, 0, true},
		{"ill", func(string) (int, string) { return 500, "" }, 20 * time.Hour, true},
		{"ill for long", func(string) (int, string) { return 500, "" }, 20 * time.Hour, false},
		{"good again", good, 0, true},
		{"wrong token", func(string) (int, string) { return 200, `{"response_token":"sha256=x"}` }, 0, false},
		{"good again", good, 0, true},
		{"redirect", func(string) (int, string) { return 302, "" }, 0, false},
	} {
		c.set(step.answer)
		f.advance(step.later)
		if got := valid(); got != step.want {
			t.Errorf("%s: valid is %v", step.name, got)
		}
	}
	f.publish(world.Draft{})
	f.flush()
	if len(c.bodies) != 0 {
		t.Error("an invalid webhook gets events")
	}
	c.set(good)
	valid()
	f.publish(world.Draft{Text: "@acme_desk again"})
	f.flush()
	if len(c.bodies) != 1 {
		t.Errorf("%d events, want 1", len(c.bodies))
	}
	_, body, _ := f.call(asApp, "GET", "/2/account_activity/webhooks/"+id+"/subscriptions/all/list", "")
	if text(body, "data", "subscriptions", 0, "user_id") != deskID || text(body, "data", "webhook_url") != c.URL {
		t.Errorf("the list is %v", body)
	}
	if status, _, _ := f.call(asApp, "DELETE", "/2/account_activity/webhooks/"+id+"/subscriptions/"+deskID+"/all", ""); status != 200 {
		t.Errorf("unsubscribing: %d", status)
	}
	_, body, _ = f.call(asUser, "GET", "/2/account_activity/webhooks/"+id+"/subscriptions/all", "")
	if get(body, "data", "subscribed") != false {
		t.Errorf("after unsubscribing: %v", body)
	}
	if status, body, _ := f.call(asApp, "DELETE", "/2/webhooks/"+id, ""); status != 200 || get(body, "data", "deleted") != true {
		t.Errorf("deleting: %d %v", status, body)
	}
}

// TestActivityShapes compares what is sent with samples of what X sends.
func TestActivityShapes(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t)
	f.register(c)
	own := f.publish(world.Draft{Ours: true, Text: "We shipped a fix"})
	mention := f.publish(world.Draft{})
	reply := f.publish(world.Draft{Parent: own, Text: "still nothing"})
	long := f.publish(world.Draft{Text: "@acme_desk " + strings.Repeat("long text ", 40) + "end"})
	f.publish(world.Draft{Quotes: own, Text: "finally"})
	if err := f.Remove(own); err != nil {
		t.Fatal(err)
	}
	f.flush()
	event := func(i int) map[string]any {
		var v map[string]any
		dec := json.NewDecoder(strings.NewReader(string(c.bodies[i])))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, name := range []string{
		"tweet_create_own_post_echo", "tweet_create_mention", "tweet_create_reply", "tweet_create_longform", "tweet_create_quote", "tweet_delete_events",
	} {
		t.Run(name, func(t *testing.T) {
			want := sample(t, "aaa/"+name+".json")
			got := event(i)
			delete(got, "user_has_blocked") // the samples have it on some
			delete(want, "user_has_blocked")
			if g, w := members("", got), members("", want); !slices.Equal(g, w) {
				t.Errorf("the members are\n%s\nwant\n%s", strings.Join(g, "\n"), strings.Join(w, "\n"))
			}
		})
	}
	tweet := func(i int, path ...any) string {
		return text(event(i), append([]any{"tweet_create_events", 0}, path...)...)
	}
	for _, c := range []struct{ got, want, what string }{
		{tweet(1, "id_str"), mention, "exact id"},
		{tweet(1, "id"), roundedByHand(t, mention), "rounded id"},
		{tweet(1, "in_reply_to_user_id_str"), deskID, "whom a post that begins with a handle is for"},
		{tweet(1, "in_reply_to_status_id_str"), "", "what it answers"},
		{tweet(2, "id_str"), reply, "reply"},
		{tweet(2, "in_reply_to_status_id_str"), own, "what the reply answers"},
		{tweet(2, "text"), "@acme_desk still nothing", "text of the reply"},
		{tweet(3, "id_str"), long, "long"},
		{tweet(3, "truncated"), "true", "truncated"},
		{tweet(4, "quoted_status", "id_str"), own, "quoted"},
		{tweet(4, "text"), "finally", "text of the quote"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if full := tweet(3, "extended_tweet", "full_text"); !strings.HasSuffix(full, "end") || len([]rune(tweet(3, "text"))) > 141 {
		t.Errorf("the long text is %q and %q", tweet(3, "text"), full)
	}
	_, body, _ := f.call(asApp, "GET", "/2/tweets/"+long+"?tweet.fields=note_tweet", "")
	if !strings.HasSuffix(text(body, "data", "note_tweet", "text"), "end") || strings.HasSuffix(text(body, "data", "text"), "end") {
		t.Errorf("by API the long text is %v", body)
	}
}

// roundedByHand is what a program in JavaScript would have made of an id.
func roundedByHand(t *testing.T, id string) string {
	t.Helper()
	v, err := strconv.ParseFloat(id, 64)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func TestRounded(t *testing.T) {
	if got := rounded(1924465506158878979); got != "1924465506158879000" {
		t.Errorf("rounded = %s", got)
	}
}

// TestTwoAccountsTwoCopies: a post that names both our accounts is two items and two events.
func TestTwoAccountsTwoCopies(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t)
	id := f.register(c)
	r := httptest.NewRequest("POST", "/2/account_activity/webhooks/"+id+"/subscriptions/all", nil)
	r.Header.Set("Authorization", f.sign(r, "https://api.x.com", func(p map[string]string) {
		p["oauth_token"] = "at2"
		p["oauth_signature"] = SignOAuth1("POST", "https://api.x.com"+r.URL.Path, pairs(p), "consumer-secret", "as2")
	}))
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("subscribing the other: %d %s", w.Code, w.Body)
	}
	both := f.publish(world.Draft{Text: "@acme_desk @acme_two who of you?"})
	f.flush()
	var users []string
	for _, b := range c.bodies {
		var v map[string]any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		users = append(users, text(v, "for_user_id"))
	}
	if !slices.Equal(users, []string{deskID, otherID}) {
		t.Errorf("copies for %v", users)
	}
	for _, account := range []string{deskID, otherID} {
		if _, ok := f.ledger.Item(ledger.X, account, both); !ok {
			t.Errorf("the ledger has no item for %s", account)
		}
	}
}
