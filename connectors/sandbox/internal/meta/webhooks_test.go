package meta

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
)

// TestSignatureVectors holds the signatures to values that were computed with other tools.
func TestSignatureVectors(t *testing.T) {
	for body, want := range map[string]string{
		`{"object":"page","entry":[]}`: "sha256=550e646d4869f9eaf9e56ccc2b73b528c8d3aac4a24ff137e0a26e3e45bbd075",
		`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"message":{"text":"\u00e4\u00f6\u00e5 \/ ok"}}]}]}`: "sha256=" +
			"38da4f64799de286624627e8da4431134833a7dde3a32e544a54496989534a2a",
	} {
		if got := Signature("secret", []byte(body)); got != want {
			t.Errorf("Signature(%s) = %s, want %s", body, got, want)
		}
	}
	if got, want := Proof("secret", "TOKEN-SECRET"), "8d570c6489ef29f4a98e5563be251ae6fa336b46cb55a6fce37767e8806f76fa"; got != want {
		t.Errorf("Proof = %s, want %s", got, want)
	}
}

func TestJSONIsMetas(t *testing.T) {
	got := string(appendJSON(nil, object{
		{"a/b", "Blå \"øl\" \\ \n\t\u0001\x7f é 😀 " + string([]byte{0xff})}, {"n", int64(7)}, {"yes", true}, {"none", nil}, {"list", list{"x", 1}},
	}))
	want := `{"a\/b":"Bl\u00e5 \"\u00f8l\" \\ \n\t\u0001` + "\x7f" + ` \u00e9 \ud83d\ude00 \ufffd","n":7,"yes":true,"none":null,"list":["x",1]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzJSON: whatever the text, the literal is ASCII, has no bare slash, and reads back as the text.
func FuzzJSON(f *testing.F) {
	f.Add("Hej / æøå 😀")
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		for i, c := range b {
			if c >= 0x80 || (c == '/' && b[i-1] != '\\') {
				t.Fatalf("%q is written as %s", s, b)
			}
		}
		var back string
		if err := json.Unmarshal(b, &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") && back != string([]rune(s)) {
			t.Fatalf("%q reads back as %q, %v", s, back, err)
		}
	})
}

// sample reads a published sample, as far as they are at hand.
func sample(t *testing.T, name string) map[string]any {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "..", "shared", "payloads", name)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skip("the sample payloads are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// shape lists the paths of all values, with their JSON types.
func shape(prefix string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for name, x := range v {
			out = append(out, shape(prefix+"."+name, x)...)
		}
		slices.Sort(out)
		return out
	case []any:
		if len(v) == 0 {
			return []string{prefix + "[]"}
		}
		return shape(prefix+"[]", v[0])
	case string:
		return []string{prefix + " string"}
	case float64, json.Number:
		return []string{prefix + " number"}
	case bool:
		return []string{prefix + " bool"}
	}
	return []string{prefix + " null"}
}

// TestWebhookShapes compares what is sent with samples of what Meta sends: the same members of the same types.
func TestWebhookShapes(t *testing.T) {
	f := newFixture(t, nil)
	c := newCallback(t, goodShake)
	f.subscribe(c)
	last := func() map[string]any {
		t.Helper()
		f.flush()
		c.mu.Lock()
		defer c.mu.Unlock()
		body := c.bodies[len(c.bodies)-1]
		if c.sigs[len(c.sigs)-1] != Signature(appSecret, body) {
			t.Fatalf("wrong signature on %s", body)
		}
		var v map[string]any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	check := func(name string, got map[string]any) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			want := sample(t, name+".json")
			if g, w := shape("", got), shape("", want); !slices.Equal(g, w) {
				t.Errorf("the shape is\n%s\nwant\n%s", strings.Join(g, "\n"), strings.Join(w, "\n"))
			}
			for _, name := range []string{"item", "verb"} {
				path := []any{"entry", 0, "changes", 0, "value", name}
				if text(got, path...) != text(want, path...) {
					t.Errorf("%s is %q, want %q", name, text(got, path...), text(want, path...))
				}
			}
		})
	}
	fb := Facebook{f.Graph}
	post := f.facebook(world.Draft{Ours: true})
	if err := fb.Edit(post, "New text"); err != nil {
		t.Fatal(err)
	}
	check("facebook/feed/status_edited", last())
	comment := f.facebook(world.Draft{Parent: post})
	check("facebook/feed/comment_add", last())
	f.facebook(world.Draft{Parent: comment})
	check("facebook/feed/comment_add_reply_to_comment", last())
	f.call(http.MethodPost, "/"+comment+"/comments", "message=We+are+looking+into+it")
	check("facebook/feed/comment_add_by_page_itself", last())
	if id := text(last(), "entry", 0, "changes", 0, "value", "from", "id"); id != pageID {
		t.Errorf("the page's own comment is from %q", id)
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"facebook/feed/comment_hide", func() error { return fb.Hide(comment, true) }},
		{"facebook/feed/comment_unhide", func() error { return fb.Hide(comment, false) }},
		{"facebook/feed/comment_edited", func() error { return fb.Edit(comment, "Hvad så?") }},
		{"facebook/feed/comment_remove", func() error { return fb.Remove(comment) }},
		{"facebook/feed/post_remove", func() error { return fb.Remove(post) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		check(step.name, last())
	}
	media := f.instagram(world.Draft{Ours: true})
	igComment := f.instagram(world.Draft{Parent: media, Author: world.Author{Name: "Cust One", Handle: "cust.one"}})
	check("instagram/comments/comment_fb_login", last())
	f.instagram(world.Draft{Parent: igComment, Author: world.Author{Name: "Cust One", Handle: "cust.one"}})
	check("instagram/comments/comment_reply_fb_login", last())
	f.call(http.MethodPost, "/"+igComment+"/replies", "message=on+it")
	check("instagram/comments/comment_own_account", last())
}

// TestHiddenAuthors: who may not be shown has no from, in webhooks and in reading, and no profile.
func TestHiddenAuthors(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.HiddenAuthors, c.ProfileAccess = 1, true })
	c := newCallback(t, goodShake)
	f.subscribe(c)
	post := f.facebook(world.Draft{Ours: true})
	comment := f.facebook(world.Draft{Parent: post})
	f.flush()
	var v map[string]any
	if err := json.Unmarshal(c.bodies[1], &v); err != nil {
		t.Fatal(err)
	}
	t.Run("webhook", func(t *testing.T) {
		if g, w := shape("", v), shape("", sample(t, "facebook/feed/comment_add_no_from.json")); !slices.Equal(g, w) {
			t.Errorf("the shape is\n%s\nwant\n%s", strings.Join(g, "\n"), strings.Join(w, "\n"))
		}
	})
	if _, body, _ := f.call(http.MethodGet, "/"+comment, "fields=from,message"); get(body, "from") != nil || get(body, "message") == nil {
		t.Errorf("reading shows %v", body)
	}
	if _, body, _ := f.call(http.MethodGet, "/"+post, "fields=from"); text(body, "from", "id") != pageID {
		t.Errorf("the page hides itself: %v", body)
	}
	for _, n := range f.nodes {
		if p, ok := n.(*person); ok {
			if _, body, _ := f.call(http.MethodGet, "/"+p.id, ""); text(body, "error", "error_subcode") != "2018218" {
				t.Errorf("the profile of a hidden person: %v", body)
			}
		}
	}
}

func TestCompose(t *testing.T) {
	at := time.Unix(1795327065, 0)
	change := func(account, body string) delivery.Change {
		return delivery.Change{Account: account, Time: at, Body: []byte(body)}
	}
	got := string(compose("page", true, []delivery.Change{change("1", `{"a":1}`), change("1", `{"b":2}`), change("2", `{"c":3}`)}))
	want := `{"object":"page","entry":[{"id":"1","time":1795327065,"changes":[{"a":1},{"b":2}]},{"id":"2","time":1795327065,"changes":[{"c":3}]}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got = string(compose("page", false, []delivery.Change{change("1", `"feed"`)}))
	if want := `{"object":"page","entry":[{"id":"1","time":1795327065,"changed_fields":["feed"]}]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestSubscribing: a callback has to prove itself, and only what was subscribed comes.
func TestSubscribing(t *testing.T) {
	f := newFixture(t, nil)
	app := url.QueryEscape(appID + "|" + appSecret)
	try := func(params string) string {
		t.Helper()
		_, body, _ := f.call(http.MethodPost, "/v26.0/"+appID+"/subscriptions", params)
		return text(body, "error", "code")
	}
	good := newCallback(t, goodShake)
	redirect := newCallback(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, good.URL+"?"+r.URL.RawQuery, http.StatusFound)
	})
	chatty := newCallback(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("challenge: " + r.URL.Query().Get("hub.challenge")))
	})
	base := "object=page&fields=feed&access_token=" + app
	for name, c := range map[string]struct{ params, code string }{
		"good":               {base + "&verify_token=v&callback_url=" + url.QueryEscape(good.URL), ""},
		"wrong verify token": {base + "&verify_token=w&callback_url=" + url.QueryEscape(good.URL), "2200"},
		"redirect":           {base + "&verify_token=v&callback_url=" + url.QueryEscape(redirect.URL), "2200"},
		"more than bare":     {base + "&verify_token=v&callback_url=" + url.QueryEscape(chatty.URL), "2200"},
		"nobody there":       {base + "&verify_token=v&callback_url=" + url.QueryEscape("http://127.0.0.1:1/"), "2200"},
		"plain http":         {base + "&verify_token=v&callback_url=" + url.QueryEscape("http://example.org/"), "2200"},
		"page token":         {"object=page&fields=feed&verify_token=v&callback_url=" + url.QueryEscape(good.URL), "15"},
		"unknown field":      {"object=page&fields=food&access_token=" + app + "&verify_token=v&callback_url=" + url.QueryEscape(good.URL), "100"},
		"unknown object":     {"object=user&fields=feed&access_token=" + app, "100"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := try(c.params); got != c.code {
				t.Errorf("the code is %q, want %q", got, c.code)
			}
		})
	}
	f.facebook(world.Draft{Ours: true, Text: "before the page is subscribed"})
	if n := len(f.ledger.Summary().ByState); n != 0 {
		t.Errorf("events in %d states were due to a page that is not subscribed", n)
	}
	if status, body, _ := f.call(http.MethodPost, "/"+pageID+"/subscribed_apps", "subscribed_fields=feed"); status != 200 || get(body, "success") != true {
		t.Fatalf("subscribing the page: %d %v", status, body)
	}
	_, body, _ := f.call(http.MethodGet, "/"+pageID+"/subscribed_apps", "")
	if text(body, "data", 0, "id") != appID || text(body, "data", 0, "subscribed_fields", 0) != "feed" {
		t.Errorf("subscribed_apps says %v", body)
	}
	f.facebook(world.Draft{Ours: true, Text: "after"})
	f.facebook(world.Draft{Account: otherPage, Ours: true, Text: "on a page that is not"})
	f.flush()
	if len(good.bodies) != 1 {
		t.Errorf("%d webhooks, want 1", len(good.bodies))
	}
	f.call(http.MethodPost, "/"+pageID+"/subscribed_apps", "method=DELETE")
	f.facebook(world.Draft{Ours: true, Text: "unsubscribed"})
	f.flush()
	if len(good.bodies) != 1 {
		t.Errorf("a webhook came from a page that was unsubscribed")
	}
}

// TestRetriesEnd: Meta tries again at once, then ever more rarely, and gives up after 36 hours; private messages after one.
func TestRetriesEnd(t *testing.T) {
	f := newFixture(t, nil)
	f.deps.Speed = 1
	for part, most := range map[string]time.Duration{"": 36 * time.Hour, "messaging": time.Hour, "standby": time.Hour} {
		var last, total time.Duration
		for failed := 1; ; failed++ {
			wait, again := f.retry(part, failed)
			if !again {
				if total < most*5/6 || total > most {
					t.Errorf("%q: it gives up after %s", part, total)
				}
				break
			}
			if failed == 1 && wait != 0 || wait < last {
				t.Errorf("%q: attempt %d waits %s after %s", part, failed+1, wait, last)
			}
			last, total = wait, total+wait
		}
	}
}

// TestDisabledAfterAnHour: who does not take private messages for an hour is unsubscribed from the page, and not told; a comment that
// is not taken for as long costs nothing.
func TestDisabledAfterAnHour(t *testing.T) {
	f := newFixture(t, nil)
	f.deps.Speed = 1e6 // an hour is over at once
	var ill atomic.Bool
	var got atomic.Int32
	to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet:
			goodShake(w, r)
		case ill.Load():
			w.WriteHeader(http.StatusBadGateway)
		default:
			got.Add(1)
		}
	}))
	defer to.Close()
	params := "object=page&fields=feed,messages&verify_token=v&callback_url=" + url.QueryEscape(to.URL) + "&access_token=" +
		url.QueryEscape(appID+"|"+appSecret)
	f.call(http.MethodPost, "/"+appID+"/subscriptions", params)
	f.call(http.MethodPost, "/"+pageID+"/subscribed_apps", "subscribed_fields=feed,messages")
	installed := func() int {
		_, body, _ := f.call(http.MethodGet, "/"+pageID+"/subscribed_apps", "")
		return len(get(body, "data").([]any))
	}
	fb := Facebook{f.Graph}
	ill.Store(true)
	f.facebook(world.Draft{Text: "a visitor's post"})
	f.flush()
	if installed() != 1 {
		t.Fatal("a post that nobody takes costs the subscription")
	}
	f.facebook(world.Draft{Kind: world.KindDirect, Text: "a private message"})
	f.flush()
	for until := time.Now().Add(20 * time.Second); installed() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the app is still subscribed")
		}
	}
	if fb.Hooked(pageID) {
		t.Error("it counts as hooked")
	}
	ill.Store(false)
	f.facebook(world.Draft{Text: "another"})
	f.flush()
	if got.Load() != 0 {
		t.Error("webhooks still come")
	}
	f.call(http.MethodPost, "/"+pageID+"/subscribed_apps", "subscribed_fields=feed,messages")
	f.facebook(world.Draft{Text: "a third"})
	f.flush()
	if got.Load() != 1 {
		t.Errorf("%d webhooks after subscribing again", got.Load())
	}
}
