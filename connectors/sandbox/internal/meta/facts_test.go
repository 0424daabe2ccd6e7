package meta

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
)

// TestOldSignature holds the signature that Meta still sends along to a value that was computed with another tool.
func TestOldSignature(t *testing.T) {
	if got := oldSignature("secret", []byte(`{"object":"page","entry":[]}`)); got != "sha1=5c993cdbb44ab7691f7ea56930ecffab4994904e" {
		t.Error(got)
	}
}

// TestFlatEntries: of a profile of Instagram Login half of the changes come flat, an entry each.
func TestFlatEntries(t *testing.T) {
	at := time.Unix(1795327065, 0)
	change := func(event int64) delivery.Change {
		return delivery.Change{Event: event, Account: "17", Time: at, Body: []byte(`{"value":{"id":"` + strconv.FormatInt(event, 10) + `"},"field":"comments"}`)}
	}
	for _, c := range []struct {
		changes []delivery.Change
		want    string
	}{
		{[]delivery.Change{change(1)}, `{"object":"instagram","entry":[{"id":"17","time":1795327065,"value":{"id":"1"},"field":"comments"}]}`},
		{
			[]delivery.Change{change(1), change(3)},
			`{"object":"instagram","entry":[{"id":"17","time":1795327065,"value":{"id":"1"},"field":"comments"},` +
				`{"id":"17","time":1795327065,"value":{"id":"3"},"field":"comments"}]}`,
		},
		{[]delivery.Change{change(2)}, `{"object":"instagram","entry":[{"id":"17","time":1795327065,"changes":[{"value":{"id":"2"},"field":"comments"}]}]}`},
	} {
		if got := string(composeFlat("instagram", c.changes)); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

// TestFieldsNeedPermission: who subscribes a page to its private messages needs the permission for them.
func TestFieldsNeedPermission(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Tokens[0].Scopes = slices.DeleteFunc(Scopes(), func(s string) bool { return s == scopeMessaging })
	})
	for fields, want := range map[string]int{"feed": 200, "feed,messages": 403, "message_echoes": 403, "standby": 403, "feed,mention": 200} {
		status, body, _ := f.call("POST", "/"+pageID+"/subscribed_apps", "subscribed_fields="+fields)
		if status != want || want == 403 && (text(body, "error", "code") != "200" || !strings.Contains(text(body, "error", "message"), scopeMessaging)) {
			t.Errorf("%s: %d %v", fields, status, body)
		}
	}
}

// TestPrivateRepliesAreCounted: an account sends so many in an hour.
func TestPrivateRepliesAreCounted(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Limits.Private = 2 })
	answer := func() (int, string) {
		id := f.facebook(world.Draft{Parent: f.facebook(world.Draft{Ours: true})})
		status, body, _ := f.call("POST", "/"+pageID+"/messages", url.Values{
			"recipient": {`{"comment_id":"` + id + `"}`}, "message": {`{"text":"Hej"}`},
		}.Encode())
		return status, text(body, "error", "code")
	}
	for i, want := range []int{200, 200, 400} {
		if status, code := answer(); status != want || want == 400 && code != "613" {
			t.Errorf("private reply %d: %d %s", i+1, status, code)
		}
	}
	f.advance(61 * time.Minute)
	if status, code := answer(); status != 200 {
		t.Errorf("after an hour: %d %s", status, code)
	}
}

// TestConversationsArePaced: twice a second.
func TestConversationsArePaced(t *testing.T) {
	f := newFixture(t, nil)
	read := func() (int, string) {
		status, body, _ := f.call("GET", "/"+pageID+"/conversations", "platform=instagram")
		return status, text(body, "error", "code") + "/" + text(body, "error", "error_subcode")
	}
	for range 20 { // ten seconds at the pace that is allowed
		if status, code := read(); status != 200 {
			t.Fatalf("at the right pace: %d %s", status, code)
		}
		f.advance(500 * time.Millisecond)
	}
	refused := 0
	for range 20 {
		if status, code := read(); status != 200 {
			refused++
			if code != "613/2534040" {
				t.Errorf("%d %s", status, code)
			}
		}
	}
	if refused < 10 {
		t.Errorf("of 20 at once %d are refused", refused)
	}
}

// TestCallingOnMakesItLonger: who goes on calling while blocked is blocked for longer.
func TestCallingOnMakesItLonger(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Limits.Page = 5 })
	regain := func() int {
		_, _, h := f.call(http.MethodGet, "/"+pageID+"/feed", "")
		_, rest, _ := strings.Cut(h.Get("X-Business-Use-Case-Usage"), `"estimated_time_to_regain_access":`)
		digits, _, _ := strings.Cut(rest, "}")
		n, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range 5 {
		if n := regain(); n != 0 {
			t.Fatalf("%d minutes before the limit", n)
		}
	}
	first := regain()
	for range 50 {
		regain()
	}
	if last := regain(); first == 0 || last <= first {
		t.Errorf("%d minutes at first, %d after calling on", first, last)
	}
}
