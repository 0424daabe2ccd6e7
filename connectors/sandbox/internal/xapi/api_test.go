package xapi

import (
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"

	"pgregory.net/rapid"
)

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
		{"status", "Hello Ladies + Gentlemen, a signed OAuth request!"},
		{"include_entities", "true"},
		{"oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"},
		{"oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"},
		{"oauth_signature_method", "HMAC-SHA1"},
		{"oauth_timestamp", "1318622958"},
		{"oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"},
		{"oauth_version", "1.0"},
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
		from, to := max(len(ids)-800, 0), len(ids)
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
