package xapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	deskID  = "2244994945"
	otherID = "1111111111"
)

// fixture is an X with two accounts of ours, and a clock that tests move.
type fixture struct {
	*X
	t       testing.TB
	handler http.Handler
	ledger  *ledger.Ledger
	courier *delivery.Courier
	nonce   int

	clockMu sync.Mutex
	now     time.Time
}

func newFixture(t testing.TB, change func(*Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, ledger: ledger.New(), now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	faults, err := fault.New(1, fault.Rates{})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	f.courier = delivery.New(delivery.Options{Ledger: f.ledger, Faults: faults, Log: log, Now: time.Now, Workers: 1, HoldFor: time.Second})
	t.Cleanup(f.courier.Close)
	cfg := Config{
		AppID: "5", ConsumerKey: "consumer-key", ConsumerSecret: "consumer-secret", BearerToken: "APP-ONLY",
		Handles: []Handle{
			{ID: deskID, Username: "acme_desk", Name: "Acme", AccessToken: "at", AccessSecret: "as", OAuth2Token: "o2", Scopes: Scopes()},
			{ID: otherID, Username: "acme_two", Name: "Acme Two", AccessToken: "at2", AccessSecret: "as2", OAuth2Token: "narrow", Scopes: []string{"tweet.read"}},
		},
	}
	if change != nil {
		change(&cfg)
	}
	f.X, err = New(cfg, Deps{Seed: 1, Ledger: f.ledger, Courier: f.courier, Now: f.clock, Log: log, Speed: 1, AllowLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	f.handler = f.Handler()
	return f
}

func (f *fixture) clock() time.Time {
	f.clockMu.Lock()
	defer f.clockMu.Unlock()
	return f.now
}

func (f *fixture) advance(d time.Duration) {
	f.clockMu.Lock()
	defer f.clockMu.Unlock()
	f.now = f.now.Add(d)
}

func (f *fixture) publish(d world.Draft) string {
	f.t.Helper()
	if d.Account == "" {
		d.Account = deskID
	}
	if !d.Ours && d.Author.Name == "" {
		d.Author = world.Author{Name: "Cust One", Handle: "cust_one"}
	}
	if d.Text == "" {
		d.Text = "@acme_desk my order is late"
	}
	id, err := f.Publish(d)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// Ways to authenticate in tests.
const (
	asApp    = "Bearer APP-ONLY"
	asOAuth2 = "Bearer o2"
	asUser   = "oauth1"
)

func (f *fixture) call(auth, method, path, body string) (status int, answer map[string]any, header http.Header) {
	f.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if auth == asUser {
		auth = f.sign(r, "https://api.twitter.com", nil)
	}
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	dec := json.NewDecoder(w.Body)
	dec.UseNumber()
	if err := dec.Decode(&answer); err != nil {
		f.t.Fatalf("%s %s: the answer is no JSON object: %v", method, path, err)
	}
	return w.Code, answer, w.Header()
}

// sign writes an OAuth header for a request; change spoils it.
func (f *fixture) sign(r *http.Request, base string, change func(map[string]string)) string {
	f.nonce++
	p := map[string]string{
		"oauth_consumer_key": "consumer-key", "oauth_nonce": fmt.Sprint("nonce", f.nonce), "oauth_signature_method": "HMAC-SHA1",
		"oauth_timestamp": strconv.FormatInt(f.clock().Unix(), 10), "oauth_token": "at", "oauth_version": "1.0",
	}
	if change != nil {
		change(p)
	}
	if p["oauth_signature"] == "" {
		p["oauth_signature"] = SignOAuth1(r.Method, base+r.URL.EscapedPath(), pairs(p, r.URL.Query()), "consumer-secret", "as")
	}
	var parts []string
	for name, value := range p {
		parts = append(parts, name+`="`+percent(value)+`"`)
	}
	return "OAuth " + strings.Join(parts, ", ")
}

func get(v any, path ...any) any {
	for _, step := range path {
		switch at := v.(type) {
		case map[string]any:
			name, _ := step.(string)
			v = at[name]
		case []any:
			i, ok := step.(int)
			if !ok || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

func text(v any, path ...any) string {
	if v = get(v, path...); v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// TestSignatureVectors holds the signatures to values that were computed with other tools, and to the worked example of X's own guide
// to signing ("Creating a signature").
func TestSignatureVectors(t *testing.T) {
	if got, want := Response("consumer-secret", "abc123"), "sha256=uWCvRjzPn3Ze439/BvadzeJY3nkdXavefSSjmCbY1dY="; got != want {
		t.Errorf("Response = %s, want %s", got, want)
	}
	if got, want := sign("consumer-secret", []byte(`{"for_user_id":"1"}`)), "sha256=Hlco0COzwYOsSzVcCoqAGpNZdK3BYQku/gWz9SSGVjA="; got != want {
		t.Errorf("sign = %s, want %s", got, want)
	}
	got := SignOAuth1("post", "https://api.twitter.com/1.1/statuses/update.json", [][2]string{
		{"status", "Hello Ladies + Gentlemen, a signed OAuth request!"}, {"include_entities", "true"},
		{"oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"}, {"oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"},
		{"oauth_signature_method", "HMAC-SHA1"}, {"oauth_timestamp", "1318622958"},
		{"oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"}, {"oauth_version", "1.0"},
	}, "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE")
	if want := "hCtSmYh+iHYCEqBWrE7C7hYmtUk="; got != want {
		t.Errorf("SignOAuth1 = %s, want %s", got, want)
	}
}

// TestOAuth1 accepts what is signed for X, whichever of its names was meant, and nothing else.
func TestOAuth1(t *testing.T) {
	f := newFixture(t, nil)
	const path = "/2/users/me?user.fields=username%2Cname&tweet.fields=id"
	try := func(base string, change func(map[string]string)) int {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", f.sign(r, base, change))
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		return w.Code
	}
	replayed := func(p map[string]string) { p["oauth_nonce"] = "again" }
	for _, c := range []struct {
		name, base string
		change     func(map[string]string)
		want       int
	}{
		{"api.x.com", "https://api.x.com", nil, 200},
		{"api.twitter.com", "https://api.twitter.com", nil, 200},
		{"first use of a nonce", "https://api.x.com", replayed, 200},
		{"second use of a nonce", "https://api.x.com", replayed, 401},
		{"the address of this machine", "http://example.com", nil, 401},
		{"plain http", "http://api.x.com", nil, 401},
		{"wrong signature", "https://api.x.com", func(p map[string]string) { p["oauth_signature"] = "AAAA" }, 401},
		{"old", "https://api.x.com", func(p map[string]string) { p["oauth_timestamp"] = strconv.FormatInt(f.now.Add(-time.Hour).Unix(), 10) }, 401},
		{"another key", "https://api.x.com", func(p map[string]string) { p["oauth_consumer_key"] = "k" }, 401},
		{"another token", "https://api.x.com", func(p map[string]string) { p["oauth_token"] = "at2" }, 401},
		{"another method", "https://api.x.com", func(p map[string]string) { p["oauth_signature_method"] = "PLAINTEXT" }, 401},
	} {
		if got := try(c.base, c.change); got != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got, c.want)
		}
	}
}

// TestProblems: what is refused is refused with X's own status, title, type and detail.
func TestProblems(t *testing.T) {
	f := newFixture(t, nil)
	stranger := f.publish(world.Draft{})
	own := f.publish(world.Draft{Ours: true, Text: "We shipped a fix"})
	two := f.publish(world.Draft{Account: otherID, Text: "@acme_two hello"})
	gone := f.publish(world.Draft{Text: "@acme_desk I take it back"})
	if err := f.Remove(gone); err != nil {
		t.Fatal(err)
	}
	reply := func(to, what string) string {
		return fmt.Sprintf(`{"text":%q,"reply":{"in_reply_to_tweet_id":%q}}`, what, to)
	}
	mentions := "/2/users/" + deskID + "/mentions"
	for _, c := range []struct {
		name, auth, method, path, body string
		status                         int
		part                           string // of the answer
	}{
		{"nobody", "", "GET", mentions, "", 401, `"title":"Unauthorized"`},
		{"unknown token", "Bearer x", "GET", mentions, "", 401, `"detail":"Unauthorized"`},
		{"me as an app", asApp, "GET", "/2/users/me", "", 403, "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]"},
		{"posting as an app", asApp, "POST", "/2/tweets", `{"text":"x"}`, 403, "unsupported-authentication"},
		{"webhooks as a user", asUser, "GET", "/2/webhooks", "", 403, "unsupported-authentication"},
		{"without the scope", "Bearer narrow", "POST", "/2/tweets", `{"text":"x"}`, 403, `"title":"Forbidden"`},
		{"unknown address", asApp, "GET", "/2/nonsense", "", 404, `"title":"Not Found"`},
		{"unknown method", asApp, "PATCH", "/2/tweets", "", 404, `"title":"Not Found"`},
		{"few results", asApp, "GET", mentions + "?max_results=4", "", 400, "is not between 5 and 100"},
		{"many results", asApp, "GET", mentions + "?max_results=101", "", 400, "is not between 5 and 100"},
		{"unknown parameter", asApp, "GET", mentions + "?count=5", "", 400, "The query parameter [count] is not one of"},
		{"unknown field", asApp, "GET", mentions + "?tweet.fields=full_text", "", 400, "value [full_text] is not one of"},
		{"unknown expansion", asApp, "GET", mentions + "?expansions=author", "", 400, "value [author] is not one of"},
		{"unknown page", asApp, "GET", mentions + "?pagination_token=abc", "", 400, "pagination_token"},
		{"no id", asApp, "GET", mentions + "?since_id=abc", "", 400, "since_id"},
		{"no time", asApp, "GET", mentions + "?start_time=today", "", 400, "start_time"},
		{"id that is none", asApp, "GET", "/2/users/abc/mentions", "", 400, "invalid-request"},
		{"unknown user", asApp, "GET", "/2/users/12345/mentions", "", 200, `"resource_type":"user"`},
		{"no ids", asApp, "GET", "/2/tweets", "", 400, "ids"},
		{"removed among others", asApp, "GET", "/2/tweets?ids=" + stranger + "," + gone, "", 200, "Could not find tweet with ids: [" + gone + "]."},
		{"removed alone", asApp, "GET", "/2/tweets/" + gone, "", 200, "resource-not-found"},
		{"empty text", asUser, "POST", "/2/tweets", `{"text":" "}`, 400, "invalid-request"},
		{"unknown member", asUser, "POST", "/2/tweets", `{"status":"x"}`, 400, "invalid-request"},
		{"broken body", asUser, "POST", "/2/tweets", `{"text":`, 400, "invalid-request"},
		{"too long", asUser, "POST", "/2/tweets", fmt.Sprintf(`{"text":%q}`, strings.Repeat("a", 281)), 400, "Your Tweet text is too long."},
		{"quoting", asUser, "POST", "/2/tweets", `{"text":"x","quote_tweet_id":"` + own + `"}`, 403, "You are not permitted"},
		{"unknown media", asUser, "POST", "/2/tweets", `{"text":"x","media":{"media_ids":["1"]}}`, 400, "media IDs are invalid"},
		{"answering the removed", asUser, "POST", "/2/tweets", reply(gone, "x"), 403, "deleted or not visible"},
		{"answering who did not name us", asUser, "POST", "/2/tweets", reply(two, "x"), 403, "you have not been mentioned or otherwise engaged"},
		{"deleting another's", asUser, "DELETE", "/2/tweets/" + stranger, "", 403, "not authorized to delete"},
		{"hiding what is no reply to us", asUser, "PUT", "/2/tweets/" + stranger + "/hidden", `{"hidden":true}`, 403, "not permitted"},
		{"unknown webhook", asApp, "DELETE", "/2/webhooks/1", "", 404, "WebhookIdInvalid"},
		{"webhook without https", asApp, "POST", "/2/webhooks", `{"url":"http://example.org/x"}`, 400, "UrlValidationFailed"},
		{"webhook with a port", asApp, "POST", "/2/webhooks", `{"url":"https://example.org:8443/x"}`, 400, "UrlValidationFailed"},
		{"webhook that nobody answers", asApp, "POST", "/2/webhooks", `{"url":"http://127.0.0.1:1/x"}`, 400, "CrcValidationFailed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body, h := f.call(c.auth, c.method, c.path, c.body)
			raw := encodePlain(t, body)
			if status != c.status || !strings.Contains(raw, c.part) {
				t.Errorf("status %d, want %d with %s: %s", status, c.status, c.part, raw)
			}
			if status >= 400 && !strings.HasPrefix(h.Get("Content-Type"), "application/problem+json") {
				t.Errorf("the content type is %s", h.Get("Content-Type"))
			}
		})
	}
}

func encodePlain(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestReplyRules: an answer goes to who named or quoted us, once, and begins with the handle of whom it answers.
func TestReplyRules(t *testing.T) {
	f := newFixture(t, nil)
	mention := f.publish(world.Draft{})
	own := f.publish(world.Draft{Ours: true, Text: "We shipped a fix"})
	quote := f.publish(world.Draft{Quotes: own, Text: "finally"})
	answered := f.publish(world.Draft{Parent: own, Text: "still nothing"})
	for name, to := range map[string]string{"a mention": mention, "a quote": quote, "an answer to us": answered, "ourselves": own} {
		status, body, _ := f.call(asUser, "POST", "/2/tweets", fmt.Sprintf(`{"text":"Svar på %s","reply":{"in_reply_to_tweet_id":%q}}`, name, to))
		if status != 201 {
			t.Errorf("answering %s: %d %v", name, status, body)
			continue
		}
		if want := "@cust_one "; to != own && !strings.HasPrefix(text(body, "data", "text"), want) {
			t.Errorf("the answer to %s is %q, want it to begin with %s", name, text(body, "data", "text"), want)
		}
	}
	say := `{"text":"Svar på a mention","reply":{"in_reply_to_tweet_id":"` + mention + `"}}`
	if status, body, _ := f.call(asUser, "POST", "/2/tweets", say); status != 403 || !strings.Contains(text(body, "detail"), "duplicate content") {
		t.Errorf("the same again: %d %v", status, body)
	}
	f.advance(2 * time.Hour)
	if status, body, _ := f.call(asUser, "POST", "/2/tweets", say); status != 201 {
		t.Errorf("the same much later: %d %v", status, body)
	}
	// The prefix costs nothing: 280 characters of our own are allowed.
	long := fmt.Sprintf(`{"text":%q,"reply":{"in_reply_to_tweet_id":%q}}`, strings.Repeat("a", 280), mention)
	if status, body, _ := f.call(asOAuth2, "POST", "/2/tweets", long); status != 201 {
		t.Errorf("280 characters: %d %v", status, body)
	}
	if status, body, _ := f.call(asUser, "PUT", "/2/tweets/"+answered+"/hidden", `{"hidden":true}`); status != 200 || get(body, "data", "hidden") != true {
		t.Errorf("hiding an answer to our post: %d %v", status, body)
	}
	if item, _ := f.ledger.Item(ledger.X, deskID, answered); !item.Hidden || item.Parent != own || item.Context != own || item.Kind != ledger.Reply {
		t.Errorf("the ledger has %+v", item)
	}
}

func TestWeight(t *testing.T) {
	for s, want := range map[string]int{
		"":                       0,
		"Hej æøå":                7,
		"a\u030a e\u0301":        3, // composed: å é
		"日本":                     4,
		"…":                      2, // U+2026 is outside of the light ranges
		"– “x”":                  5,
		"😀":                      2,
		"👨\u200d👩\u200d👧\u200d👦": 2,
		"👍🏽":                     2,
		"🇩🇰🇩🇰":                   4,
		"1\ufe0f\u20e3":          2,
		"❤\ufe0f":                2,
		"#1 *2":                  5,
	} {
		if got := weight(s); got != want {
			t.Errorf("weight(%q) = %d, want %d", s, got, want)
		}
	}
	short, links := shorten("Se borger.dk/pas, og https://havneborg.example/a?b=c. Skriv til a@b.dk")
	if len(links) != 2 || links[0].expanded != "http://borger.dk/pas" || links[1].display != "havneborg.example/a?b=c" || !strings.HasSuffix(short, "a@b.dk") {
		t.Errorf("shorten gave %q and %+v", short, links)
	}
	for _, l := range links {
		if got := string([]rune(short)[l.start:l.end]); got != l.url || len(got) != 23 {
			t.Errorf("the link %+v is %q", l, got)
		}
	}
}

// TestMentionsArePaged: walking the mentions with a fixed since_id gives each post in the span once, newest first, and of more than 800
// only the latest.
func TestMentionsArePaged(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t, nil)
		n := rapid.IntRange(0, 60).Draw(rt, "posts")
		if rapid.IntRange(0, 9).Draw(rt, "many") == 0 {
			n += 780
		}
		var ids []string
		for i := range n {
			f.advance(time.Second)
			ids = append(ids, f.publish(world.Draft{Text: fmt.Sprintf("@acme_desk number %d", i)}))
		}
		for range rapid.IntRange(0, 3).Draw(rt, "removed") {
			if len(ids) > 0 {
				if id := rapid.SampledFrom(ids).Draw(rt, "which"); f.live(id) != nil {
					if err := f.Remove(id); err != nil {
						rt.Fatal(err)
					}
				}
			}
		}
		q := url.Values{"max_results": {fmt.Sprint(rapid.IntRange(5, 100).Draw(rt, "max_results"))}}
		from, to := max(len(ids)-mentionsKept, 0), len(ids)
		if len(ids) > 2 && rapid.Bool().Draw(rt, "since") {
			at := rapid.IntRange(0, len(ids)-1).Draw(rt, "since_id")
			from = max(from, at+1)
			q.Set("since_id", ids[at])
		}
		if len(ids) > 2 && rapid.Bool().Draw(rt, "until") {
			at := rapid.IntRange(0, len(ids)-1).Draw(rt, "until_id")
			to = at
			q.Set("until_id", ids[at])
		}
		if len(ids) > 2 && rapid.Bool().Draw(rt, "start") {
			at := rapid.IntRange(0, len(ids)-1).Draw(rt, "start_time")
			from = max(from, at)
			q.Set("start_time", timeOf(f.live0(ids[at]).id).Format(time.RFC3339))
		}
		var want []string
		for i := to - 1; i >= from; i-- {
			if f.live(ids[i]) != nil {
				want = append(want, ids[i])
			}
		}
		var got []string
		for range 1000 {
			_, body, _ := f.call(asApp, "GET", "/2/users/"+deskID+"/mentions?"+q.Encode(), "")
			f.advance(time.Minute) // or the window of 450 calls is used up
			data, _ := get(body, "data").([]any)
			if text(body, "meta", "result_count") != fmt.Sprint(len(data)) {
				rt.Fatalf("result_count is %s for %d posts", text(body, "meta", "result_count"), len(data))
			}
			if len(data) == 0 {
				if len(body) != 1 || len(get(body, "meta").(map[string]any)) != 1 {
					rt.Fatalf("an empty page is %v", body)
				}
				break
			}
			if text(body, "meta", "newest_id") != text(data, 0, "id") || text(body, "meta", "oldest_id") != text(data, len(data)-1, "id") {
				rt.Fatalf("the meta does not fit the page: %v", get(body, "meta"))
			}
			for i := range data {
				got = append(got, text(data, i, "id"))
			}
			next := text(body, "meta", "next_token")
			if next == "" {
				break
			}
			q.Set("pagination_token", next)
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("walking gave %d posts, want %d", len(got), len(want))
		}
	})
}

// live0 finds a post, removed or not.
func (f *fixture) live0(id string) *post {
	n, _ := strconv.ParseUint(id, 10, 64)
	return f.posts[n]
}

func TestExpansions(t *testing.T) {
	f := newFixture(t, nil)
	own := f.publish(world.Draft{Ours: true, Text: "We shipped a fix"})
	reply := f.publish(world.Draft{Parent: own, Text: "still nothing #fix see borger.dk"})
	path := "/2/users/" + deskID + "/mentions?tweet.fields=created_at,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,entities,lang" +
		"&expansions=author_id,referenced_tweets.id,in_reply_to_user_id&user.fields=username,name,verified,profile_image_url"
	_, body, _ := f.call(asUser, "GET", path, "")
	for _, c := range []struct {
		want string
		path []any
	}{
		{reply, []any{"data", 0, "id"}},
		{own, []any{"data", 0, "conversation_id"}},
		{own, []any{"data", 0, "referenced_tweets", 0, "id"}},
		{"replied_to", []any{"data", 0, "referenced_tweets", 0, "type"}},
		{deskID, []any{"data", 0, "in_reply_to_user_id"}},
		{"acme_desk", []any{"data", 0, "entities", "mentions", 0, "username"}},
		{"fix", []any{"data", 0, "entities", "hashtags", 0, "tag"}},
		{"http://borger.dk", []any{"data", 0, "entities", "urls", 0, "expanded_url"}},
		{"cust_one", []any{"includes", "users", 0, "username"}},
		{"We shipped a fix", []any{"includes", "tweets", 0, "text"}},
	} {
		if got := text(body, c.path...); got != c.want {
			t.Errorf("%v is %q, want %q", c.path, got, c.want)
		}
	}
	if _, err := time.Parse(isoTime, text(body, "data", 0, "created_at")); err != nil {
		t.Error(err)
	}
	if err := f.Remove(own); err != nil {
		t.Fatal(err)
	}
	_, body, _ = f.call(asUser, "GET", path, "")
	if get(body, "includes", "tweets") != nil || text(body, "errors", 0, "value") != own {
		t.Errorf("with the referenced post gone: %v", body)
	}
}

func TestLimits(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Limits = map[string]Limit{OpMentions: {App: 2, User: 1}, OpCreate: {User: 100}}
		c.Day = 1
	})
	path := "/2/users/" + deskID + "/mentions"
	for i, c := range []struct {
		auth      string
		status    int
		remaining string
	}{{asApp, 200, "1"}, {asApp, 200, "0"}, {asApp, 429, "0"}, {asUser, 200, "0"}, {asUser, 429, "0"}} {
		status, body, h := f.call(c.auth, "GET", path, "")
		if status != c.status || h.Get("x-rate-limit-remaining") != c.remaining {
			t.Errorf("call %d: status %d with %s left: %v", i, status, h.Get("x-rate-limit-remaining"), body)
		}
		reset, err := strconv.ParseInt(h.Get("x-rate-limit-reset"), 10, 64)
		if want := f.clock().Add(quarter).Unix(); err != nil || reset != want {
			t.Errorf("call %d: reset at %d, want %d", i, reset, want)
		}
	}
	f.advance(quarter)
	if status, _, _ := f.call(asApp, "GET", path, ""); status != 200 {
		t.Errorf("in the next window: %d", status)
	}
	f.call(asUser, "POST", "/2/tweets", `{"text":"one"}`)
	if status, _, h := f.call(asUser, "POST", "/2/tweets", `{"text":"two"}`); status != 429 || h.Get("x-app-limit-24hour-remaining") != "0" {
		t.Errorf("above the daily limit: %d %v", status, h)
	}
}

// callback is an endpoint for webhooks that keeps what it gets.
type callback struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(token string) (int, string)
	bodies [][]byte
}

func newCallback(t testing.TB) *callback {
	c := &callback{answer: func(token string) (int, string) {
		return 200, `{"response_token":"` + Response("consumer-secret", token) + `"}`
	}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if r.Method == http.MethodGet {
			status, body := c.answer(r.URL.Query().Get("crc_token"))
			w.Header().Set("Location", c.URL+"/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("x-twitter-webhooks-signature") != sign("consumer-secret", body) {
			t.Errorf("a wrong signature on %s (%v)", body, err)
		}
		c.bodies = append(c.bodies, body)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *callback) set(answer func(string) (int, string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

func (f *fixture) register(c *callback) string {
	f.t.Helper()
	status, body, _ := f.call(asApp, "POST", "/2/webhooks", `{"url":"`+c.URL+`"}`)
	if status != 200 || get(body, "data", "valid") != true {
		f.t.Fatalf("registering: %d %v", status, body)
	}
	id := text(body, "data", "id")
	if status, body, _ := f.call(asUser, "POST", "/2/account_activity/webhooks/"+id+"/subscriptions/all", ""); status != 200 {
		f.t.Fatalf("subscribing: %d %v", status, body)
	}
	return id
}

func (f *fixture) flush() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if idle := f.courier.Flush(ctx); !idle.Idle {
		f.t.Fatalf("%d events are still on their way", idle.Waiting)
	}
}

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

// sample reads a published sample, as far as they are at hand.
func sample(t *testing.T, name string) map[string]any {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "..", "shared", "payloads", "x", name)
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

// members lists the names in an object and those in the objects in it; arrays are looked at by their first element.
func members(prefix string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		var out []string
		for name, x := range v {
			out = append(append(out, prefix+name), members(prefix+name+".", x)...)
		}
		slices.Sort(out)
		return out
	case []any:
		if len(v) > 0 {
			return members(prefix, v[0])
		}
	}
	return nil
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

func TestAppToken(t *testing.T) {
	f := newFixture(t, nil)
	try := func(auth, form string) (int, string) {
		r := httptest.NewRequest("POST", "/oauth2/token", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8")
		r.Header.Set("Authorization", auth)
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("consumer-key:consumer-secret"))
	if status, body := try(basic, "grant_type=client_credentials"); status != 200 || body != `{"access_token":"APP-ONLY","token_type":"bearer"}` {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := try("Basic eDp5", "grant_type=client_credentials"); status != 403 {
		t.Errorf("with wrong keys: %d", status)
	}
}

// TestIdsGrow: ids are those of their time, never repeat, and what happens now is newer than all before.
func TestIdsGrow(t *testing.T) {
	f := newFixture(t, nil)
	var last uint64
	for i := range 5000 {
		id, err := strconv.ParseUint(f.publish(world.Draft{Text: fmt.Sprintf("@acme_desk %d", i)}), 10, 64)
		if err != nil || id <= last {
			t.Fatalf("id %d after %d (%v)", id, last, err)
		}
		last = id
	}
	past := f.now.Add(-48 * time.Hour)
	id, err := strconv.ParseUint(f.publish(world.Draft{Time: past}), 10, 64)
	if err != nil || !timeOf(id).Equal(past) || id >= last {
		t.Errorf("a post of %s has the id %d, of %s", past, id, timeOf(id))
	}
}

func TestInhabitants(t *testing.T) {
	f := newFixture(t, nil)
	mention := f.publish(world.Draft{})
	who := world.Author{Name: "A"}
	for name, err := range map[string]error{
		"no text":               second(f.Publish(world.Draft{Account: deskID, Author: who})),
		"no account":            second(f.Publish(world.Draft{Account: "1", Author: who, Text: "x"})),
		"no author":             second(f.Publish(world.Draft{Account: deskID, Text: "x"})),
		"a handle that is none": second(f.Publish(world.Draft{Account: deskID, Text: "x", Author: world.Author{Name: "A", Handle: "a.b"}})),
		"in our name":           second(f.Publish(world.Draft{Account: deskID, Text: "x", Author: world.Author{Name: "A", Handle: "Acme_Desk"}})),
		"the future":            second(f.Publish(world.Draft{Account: deskID, Author: who, Text: "x", Time: f.now.Add(time.Hour)})),
		"an unknown parent":     second(f.Publish(world.Draft{Account: deskID, Author: who, Text: "x", Parent: "1"})),
		"an unknown quote":      second(f.Publish(world.Draft{Account: deskID, Author: who, Text: "x", Quotes: "1"})),
		"editing":               f.Edit(mention, "x"),
		"hiding a mention":      f.Hide(mention, true),
		"removing nothing":      f.Remove("1"),
	} {
		if err == nil {
			t.Errorf("%s is possible", name)
		}
	}
	plain := f.publish(world.Draft{Text: "hello", Author: world.Author{Name: "Bo Bach"}})
	if p := f.live(plain); p.text != "@acme_desk hello" || p.author.username == "" || !validUsername(p.author.username) {
		t.Errorf("it became %q by %q", p.text, p.author.username)
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzText(f *testing.F) {
	f.Add("@acme_desk #hej se https://borger.dk/æ 👨‍👩‍👧", "@cust_one ja")
	x := newFixture(f, nil)
	f.Fuzz(func(t *testing.T, first, reply string) {
		id, err := x.Publish(world.Draft{Account: deskID, Author: world.Author{Name: "Cust One"}, Text: first})
		if err != nil {
			return
		}
		p := x.live(id)
		for _, m := range p.entities.mentions {
			if got := string([]rune(p.text)[m.start:m.end]); !strings.EqualFold(got, "@"+m.user.username) {
				t.Fatalf("in %q the mention of %s is %q", p.text, m.user.username, got)
			}
		}
		for _, h := range p.entities.hashtags {
			if got := string([]rune(p.text)[h.start:h.end]); got != "#"+h.tag {
				t.Fatalf("in %q the tag %s is %q", p.text, h.tag, got)
			}
		}
		if !p.names(x.userByID(deskID)) {
			t.Skip() // the handle sits where X sees no mention
		}
		weight(p.text)
		if reply != "" {
			if _, err := x.Publish(world.Draft{Account: deskID, Author: world.Author{Name: "Two"}, Parent: id, Text: reply}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
