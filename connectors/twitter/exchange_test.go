package twitter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"github.com/michimani/gotwi"
	"github.com/michimani/gotwi/tweet/managetweet"
	managetypes "github.com/michimani/gotwi/tweet/managetweet/types"
	"github.com/michimani/gotwi/tweet/timeline"
	timetypes "github.com/michimani/gotwi/tweet/timeline/types"
)

var us = inbox.Account{ID: 1, Channel: inbox.X, Remote: "2417850931", Handle: "havneborg"}

// serve gives a connector before a server that does what f does.
func serve(t *testing.T, f http.HandlerFunc) (*Connector, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	c, err := New(Config{
		ConsumerKey: "consumer-key", ConsumerSecrets: connectors.Secrets{"consumer-secret"}, Bearer: "app-bearer", BaseURL: s.URL,
		Accounts: map[inbox.RemoteID]Account{us.Remote: {Token: connectors.Secret("user-token"), Secret: connectors.Secret("user-secret")}},
		MaxBody:  1 << 16,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

func always(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// alone is the library without us: it sends its calls to a server by a rewritten host.
func alone(t *testing.T, s *httptest.Server) *gotwi.Client {
	t.Helper()
	g, err := gotwi.NewClientWithAccessToken(&gotwi.NewClientWithAccessTokenInput{
		AccessToken: "x",
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			r.URL.Scheme, r.URL.Host = "http", strings.TrimPrefix(s.URL, "http://")
			return http.DefaultTransport.RoundTrip(r)
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const jsonKind, problemKind = "application/json", "application/problem+json"

// Refusals as X writes them, in every form: each must come out as what it is, with its own words for the editor.
func TestRefusals(t *testing.T) {
	reset := fmt.Sprint(time.Now().Add(7 * time.Minute).Unix())
	for _, c := range []struct {
		name   string
		status int
		kind   string
		reset  string
		body   string
		class  connectors.Class
		maybe  bool
		key    string
	}{
		{"problem details", 403, problemKind, "", `{"title":"Forbidden","detail":"Reply to this conversation is not allowed","type":"about:blank","status":403}`, connectors.Rejected, false, "platform.rejected"},
		{"401", 401, jsonKind, "", `{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}`, connectors.Auth, false, "platform.token"},
		{"402 by title", 402, problemKind, "", `{"title":"CreditsDepleted","detail":"no credits","type":"https://api.x.com/2/problems/credits"}`, connectors.Throttled, false, "platform.credits"},
		{"403 duplicate", 403, problemKind, "", `{"detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","title":"Forbidden","status":403}`, connectors.Duplicate, false, "platform.duplicate"},
		{"403 unsupported authentication", 403, problemKind, "", `{"title":"Unsupported Authentication","detail":"d","type":"https://api.twitter.com/2/problems/unsupported-authentication","status":403}`, connectors.Forbidden, false, "platform.permission"},
		{"404 without a title", 404, problemKind, "", `{"type":"https://api.x.com/2/problems/resource-not-found"}`, connectors.Gone, false, "platform.gone"},
		{"404 with HTML", 404, "text/html", "", `<html>`, connectors.Gone, false, "platform.gone"},
		{"429 with a reset", 429, problemKind, reset, `{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}`, connectors.Throttled, false, "platform.throttled"},
		{"429 without a reset", 429, jsonKind, "", `{"errors":[{"code":88,"message":"Rate limit exceeded"}]}`, connectors.Throttled, false, "platform.throttled"},
		{"429 with an empty reset", 429, jsonKind, "empty", `{"title":"Too Many Requests"}`, connectors.Throttled, false, "platform.throttled"},
		{"the month is used up", 429, jsonKind, "", `{"title":"UsageCapExceeded","type":"https://api.twitter.com/2/problems/usage-capped"}`, connectors.Throttled, false, "platform.capped"},
		{"200 with errors alone", 200, jsonKind, "", `{"errors":[{"title":"Not Found Error","type":"https://api.twitter.com/2/problems/resource-not-found"}]}`, connectors.Gone, false, "platform.gone"},
		{"201 with errors alone", 201, jsonKind, "", `{"errors":[{"code":187,"message":"Status is a duplicate."}]}`, connectors.Duplicate, false, "platform.duplicate"},
		{"201 without an id", 201, jsonKind, "", `{"data":{"text":"hej"}}`, connectors.Transient, true, "platform.unreadable"},
		{"201 without data", 201, jsonKind, "", `{}`, connectors.Transient, true, "platform.unreadable"},
		{"201 with HTML", 201, "text/html", "", `<html>`, connectors.Transient, true, "platform.unreadable"},
		{"201 cut off", 201, jsonKind, "", `{"data":{"id":"1`, connectors.Transient, true, "platform.unreadable"},
		{"503 with HTML", 503, "text/html", "", `<html>`, connectors.Transient, true, "platform.unwell"},
		{"500 with a problem", 500, problemKind, "", `{"title":"Internal Server Error","type":"about:blank"}`, connectors.Transient, true, "platform.unwell"},
		{"302", 302, jsonKind, "", `{}`, connectors.Transient, true, "platform.unwell"},
		{"400", 400, jsonKind, "", `{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request","errors":[{"message":"too long","parameters":{}}]}`, connectors.Rejected, false, "platform.rejected"},
		{"326 locked", 403, jsonKind, "", `{"errors":[{"code":326,"message":"locked"}]}`, connectors.Forbidden, false, "platform.restricted"},
		{"453 not in this plan", 403, jsonKind, "", `{"errors":[{"code":453,"message":"m"}]}`, connectors.Forbidden, false, "platform.permission"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch c.reset {
				case "":
				case "empty":
					w.Header().Set("x-rate-limit-reset", "")
				default:
					w.Header().Set("x-rate-limit-reset", c.reset)
				}
				always(c.status, c.kind, c.body)(w, r)
			})
			_, err := conn.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: "1", Text: "hej"})
			e := connectors.AsError(err)
			if e == nil {
				t.Fatal("taken for a success")
			}
			if e.Class != c.class || e.Maybe != c.maybe || e.Reason.Key != c.key {
				t.Errorf("class %s, maybe %v, reason %s: %v", e.Class, e.Maybe, e.Reason.String(), e)
			}
			if paid := c.key == "platform.credits" || c.key == "platform.capped"; e.Wide != paid {
				t.Errorf("wide: %v", e.Wide)
			}
			if e.Class == connectors.Throttled && (e.RetryAfter < time.Minute || c.reset == reset && (e.RetryAfter < 6*time.Minute || e.RetryAfter > 8*time.Minute)) {
				t.Errorf("wait %v", e.RetryAfter)
			}
			if c.name == "problem details" && e.Reason.Args["Said"] != "Reply to this conversation is not allowed" {
				t.Errorf("the editor is told %v", e.Reason.Args)
			}
		})
	}
}

// The library takes a refusal that came with 201 for a success, and hands out a nil to fall over.
func TestLibraryTakesErrorsForSuccess(t *testing.T) {
	_, s := serve(t, always(201, jsonKind, `{"errors":[{"code":187,"message":"Status is a duplicate."}]}`))
	out, err := managetweet.Create(t.Context(), alone(t, s), &managetypes.CreateInput{Text: gotwi.String("hej")})
	if err != nil || out.Data.ID != nil {
		t.Skip("the library has learnt it")
	}
}

// The library writes refusals to standard output, where screens and --json are.
func TestNothingIsPrinted(t *testing.T) {
	conn, s := serve(t, always(403, jsonKind, `{"errors":[{"code":187,"message":"m"}]}`))
	printed := func(f func()) string {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		old := os.Stdout
		os.Stdout = w
		f()
		os.Stdout = old
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if printed(func() {
		_, _ = managetweet.Create(t.Context(), alone(t, s), &managetypes.CreateInput{Text: gotwi.String("hej")})
	}) == "" {
		t.Log("the library no longer prints")
	}
	if p := printed(func() {
		_, _ = conn.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: "1", Text: "hej"})
	}); p != "" {
		t.Errorf("printed %q", p)
	}
}

// Fields that the library drops or falls over: new names, the newest id, a number where it expects another kind.
func TestListsThatTheLibraryMisreads(t *testing.T) {
	const old = `{"data":[{"id":"1990000000000000002","text":"@havneborg ja","author_id":"3","created_at":"2026-11-22T20:07:10.000Z",
		"in_reply_to_user_id":"2417850931","referenced_tweets":[{"type":"replied_to","id":"1990000000000000001"}],
		"edit_history_tweet_ids":["1990000000000000002"],"geo":{"coordinates":{"coordinates":[12.5,55.6]}}}],
		"includes":{"users":[{"id":"3","name":"Ærø","username":"aeroe","public_metrics":{"followers_count":12}}]},
		"meta":{"result_count":1,"newest_id":"1990000000000000009","oldest_id":"1990000000000000002"}}`
	renamed := strings.NewReplacer(
		"referenced_tweets", "referenced_posts", "edit_history_tweet_ids", "edit_history_post_ids",
		`{"id":"3","name"`, `{"data":{"id":"3","name"`, `"followers_count":12}}`, `"followers_count":12}}}`,
	).Replace(old)
	for name, body := range map[string]string{"old": old, "new": renamed} {
		conn, s := serve(t, always(200, jsonKind, body))
		if out, err := timeline.ListMentions(t.Context(), alone(t, s), &timetypes.ListMentionsInput{ID: "1"}); err == nil && len(out.Data) > 0 {
			t.Logf("%s: the library by itself now reads a position", name)
		}
		page, err := conn.Poll(t.Context(), us, streamMentions, nil)
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("%s: %+v, %v", name, page, err)
		}
		in := page.Items[0]
		if in.Parent != "1990000000000000001" || in.Context != in.Parent || in.Author.Handle != "aeroe" || in.Author.Followers != 12 {
			t.Errorf("%s: %+v, %+v", name, in, in.Author)
		}
		if !strings.Contains(string(page.Cursor), `"since":"1990000000000000009"`) {
			t.Errorf("%s: the newest id is not kept: %s", name, page.Cursor)
		}
	}
}

func TestEditsAndLongPosts(t *testing.T) {
	conn, _ := serve(t, always(200, jsonKind, `{"data":[
		{"id":"1990000000000000005","text":"@havneborg rettet &amp; klar","author_id":"3","edit_history_tweet_ids":["1990000000000000004","1990000000000000005"]},
		{"id":"1990000000000000003","text":"@havneborg kort…","note_tweet":{"text":"@havneborg hele teksten"},"author_id":"3"},
		{"id":"1990000000000000002","text":"RT @havneborg: x","author_id":"3","referenced_tweets":[{"type":"retweeted","id":"1990000000000000001"}]},
		"nonsense"],"meta":{}}`))
	page, err := conn.Poll(t.Context(), us, streamMentions, nil)
	if err != nil || len(page.Items) != 3 || len(page.Unread) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if in := page.Items[0]; in.Event != inbox.Edited || in.Remote != "1990000000000000004" || in.Text != "@havneborg rettet & klar" {
		t.Errorf("an edit: %+v", in)
	}
	if in := page.Items[1]; in.Text != "@havneborg hele teksten" {
		t.Errorf("a long post: %+v", in)
	}
	if in := page.Items[2]; in.Event != inbox.Reacted || in.Remote != "1990000000000000001" || in.Reaction != "repost" {
		t.Errorf("a repost: %+v", in)
	}
}

func TestCallsAreSignedAndGoNowhereElse(t *testing.T) {
	var got []*http.Request
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("another host was called: %s", r.URL) }))
	defer other.Close()
	conn, s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		if r.Method == http.MethodPost {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.WriteString(w, `{"meta":{"result_count":0}}`)
	})
	if _, err := conn.Poll(t.Context(), us, streamMentions, nil); err != nil {
		t.Fatal(err)
	}
	h := got[0].Header.Get("Authorization")
	if !strings.HasPrefix(h, "OAuth ") || !strings.Contains(h, `oauth_token="user-token"`) || !strings.Contains(h, "oauth_signature=") {
		t.Errorf("authorization %q", h)
	}
	if strings.Contains(got[0].URL.String(), "token") || got[0].URL.Path != "/2/users/2417850931/mentions" {
		t.Errorf("address %s", got[0].URL)
	}
	if _, err := conn.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: "1", Text: "x"}); connectors.ClassOf(err) != connectors.Transient {
		t.Errorf("a redirect: %v", err)
	}
	ex := &exchange{c: conn, auth: conn.bearer("b")}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, other.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ex.RoundTrip(req); !errors.Is(err, errForeignHost) {
		t.Errorf("another host: %v", err)
	}
	s.Close()
	_, err = conn.Poll(t.Context(), us, streamMentions, nil)
	for _, secret := range []string{"user-token", "user-secret", "consumer-secret", "app-bearer", "http://"} {
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q is in: %v", secret, err)
		}
	}
	if e := connectors.AsError(err); e.Maybe {
		t.Error("nothing left, and it may have been done")
	}
}

func TestBoundsAndGivingUp(t *testing.T) {
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "mentions") {
			chunk := strings.Repeat("x", 1<<14)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
			return
		}
		<-r.Context().Done()
	})
	if _, err := conn.Poll(t.Context(), us, streamMentions, nil); !errors.Is(err, errTooLong) {
		t.Errorf("an endless answer: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := conn.Poll(ctx, us, streamOwn, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a caller who gives up: %v", err)
	}
}

// A library that asked again, or led on by itself, would do twice what is decided once; one without a time limit would wait for ever.
func TestOneCallOneRequest(t *testing.T) {
	var calls atomic.Int32
	conn, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 1 {
			<-r.Context().Done()
		}
	})
	ex := &exchange{c: conn, auth: conn.bearer("b")}
	ask := func(ex *exchange) error {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+signedHost+"/2/tweets", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := ex.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close() // it was read
		}
		return err
	}
	for _, want := range []error{nil, errTwice} {
		if err := ask(ex); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls left", n)
	}
	conn.cfg.Timeout = 100 * time.Millisecond
	if err := ask(&exchange{c: conn, auth: conn.bearer("b")}); connectors.ClassOf(err) != connectors.Transient {
		t.Errorf("a server that hangs: %v", err)
	}
}

func TestUsageIsNoted(t *testing.T) {
	conn, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-rate-limit-limit", "300")
		w.Header().Set("x-rate-limit-remaining", "60")
		w.Header().Set("x-rate-limit-reset", fmt.Sprint(time.Now().Add(10*time.Minute).Unix()))
		_, _ = io.WriteString(w, `{"meta":{"result_count":0}}`)
	})
	if _, err := conn.Poll(t.Context(), us, streamMentions, nil); err != nil {
		t.Fatal(err)
	}
	if u := conn.Usage(us); u.Percent != 80 || u.Regain < 9*time.Minute || u.Regain > 10*time.Minute {
		t.Errorf("usage %+v", u)
	}
}
