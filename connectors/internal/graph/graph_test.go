package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"

	fb "github.com/huandu/facebook/v2"
)

const token = connectors.Secret("TOKEN-SECRET")

// serve gives a client before a server that does what f does.
func serve(t *testing.T, f http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	c, err := New(Config{BaseURL: s.URL, AppID: "1", AppSecret: "secret", Timeout: 2 * time.Second, MaxBody: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

// always is a server that always says the same.
func always(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// What the library takes for a success, and what it stumbles over: each must come out as what it is. The table says as well what the
// library makes of it by itself, so that a line which it no longer needs is seen.
func TestAnswersThatTheLibraryMisreads(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		alone  string // nil: the library by itself says that it went well; error; unmarshal
		class  connectors.Class
		code   int
		maybe  bool
	}{
		{"a field of the error is null", 400, `{"error":{"message":"m","type":"OAuthException","code":190,"error_subcode":463,"error_user_title":null}}`, "nil", connectors.Auth, 190, false},
		{"the code is a string", 400, `{"error":{"message":"m","code":"100","error_subcode":"33"}}`, "nil", connectors.Gone, 100, false},
		{"the error is a string", 400, `{"error":"something broke"}`, "nil", connectors.Rejected, 0, false},
		{"the error is a list", 500, `{"error":[1]}`, "nil", connectors.Transient, 0, true},
		{"the form of Instagram's login", 400, `{"error_type":"OAuthException","code":190,"error_message":"m"}`, "nil", connectors.Auth, 190, false},
		{"500 with an empty object", 500, `{}`, "nil", connectors.Transient, 0, true},
		{"503 with a result", 503, `{"id":"1"}`, "nil", connectors.Transient, 0, true},
		{"404 with an empty object", 404, `{}`, "nil", connectors.Rejected, 0, false},
		{"429 with an empty object", 429, `{}`, "nil", connectors.Throttled, 0, false},
		{"401 with HTML", 401, `<html>`, "error", connectors.Auth, 0, false},
		{"500 with HTML", 500, `<html>`, "error", connectors.Transient, 0, true},
		{"200 with HTML", 200, `<html>`, "error", connectors.Transient, 0, true},
		{"200 with half an answer", 200, `{"id":"1","da`, "error", connectors.Transient, 0, true},
		{"200 with nothing", 200, ``, "error", connectors.Transient, 0, true},
		{"200 with a list", 200, `[]`, "error", connectors.Transient, 0, true},
		{"a proper error with status 200", 200, `{"error":{"message":"m","type":"OAuthException","code":506}}`, "error", connectors.Duplicate, 506, false},
		{"a redirect", 302, `{}`, "nil", connectors.Transient, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, s := serve(t, always(c.status, "application/json", c.body))
			session := &fb.Session{BaseURL: s.URL + "/", Version: "v26.0", HttpClient: s.Client()}
			if _, err := session.Post("/1/comments", fb.Params{"message": "hej"}); (err == nil) != (c.alone == "nil") {
				t.Errorf("by itself the library now says: %v", err)
			}
			var out struct {
				ID lax.Text `json:"id"`
			}
			e := connectors.AsError(client.Post(t.Context(), token, "1/comments", Params{"message": "hej"}, &out))
			if e == nil {
				t.Fatal("taken for a success")
			}
			if e.Class != c.class || e.Code != c.code || e.Maybe != c.maybe || out.ID != "" {
				t.Errorf("class %s, code %d, maybe %v: %v", e.Class, e.Code, e.Maybe, e)
			}
			if e.Reason.Key == "" {
				t.Error("no reason")
			}
		})
	}
}

func TestSuccesses(t *testing.T) {
	for body, want := range map[string]bool{
		`{"success":true}`: true, `{"success":"true"}`: true, `true`: true, `{"success":false}`: false, `{"id":"1"}`: false,
	} {
		client, _ := serve(t, always(200, "text/javascript", body))
		var ok Succeeded
		if err := client.Post(t.Context(), token, "1", nil, &ok); err != nil || ok.OK != want {
			t.Errorf("%s: %v, %v", body, ok.OK, err)
		}
	}
	client, _ := serve(t, always(200, "application/json", `{"id":17841400412345678901,"error":null}`))
	var out struct {
		ID lax.Text `json:"id"`
	}
	if err := client.Get(t.Context(), token, "1", nil, &out); err != nil || out.ID != "17841400412345678901" {
		t.Errorf("a long number: %q, %v", out.ID, err)
	}
}

func TestRequests(t *testing.T) {
	var mu sync.Mutex
	var got *http.Request
	var form url.Values
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = r
		form, _ = url.ParseQuery(string(body))
		_, _ = io.WriteString(w, `{"success":true}`)
	})
	const proof = "8d570c6489ef29f4a98e5563be251ae6fa336b46cb55a6fce37767e8806f76fa" // of "secret" and "TOKEN-SECRET"
	params := Params{"fields": "id,message", "message": "æ & ø"}
	for _, c := range []struct {
		name, method string
		do           func() error
		query, body  bool // where the parameters must be
	}{
		{"get", http.MethodGet, func() error { return client.Get(t.Context(), token, "1_2", params, nil) }, true, false},
		{"post", http.MethodPost, func() error { return client.Post(t.Context(), token, "1_2", params, nil) }, false, true},
		{"delete", http.MethodDelete, func() error { return client.Delete(t.Context(), token, "1_2", params, nil) }, true, false},
		{"post with a query", http.MethodPost, func() error { return client.PostQuery(t.Context(), token, "1_2", params, nil) }, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			q := got.URL.Query()
			if got.Method != c.method || got.URL.Path != "/v26.0/1_2" {
				t.Errorf("%s %s", got.Method, got.URL)
			}
			if strings.Contains(got.URL.String(), "TOKEN") || q.Has("access_token") || form.Has("access_token") {
				t.Errorf("the token is in %s %v", got.URL, form)
			}
			if h := got.Header.Get("Authorization"); h != "Bearer TOKEN-SECRET" {
				t.Errorf("authorization %q", h)
			}
			if q.Get("message") == "æ & ø" != c.query || form.Get("message") == "æ & ø" != c.body {
				t.Errorf("query %v, body %v", q, form)
			}
			if q.Get("appsecret_proof") != proof && form.Get("appsecret_proof") != proof {
				t.Errorf("no proof in %v %v", q, form)
			}
			if q.Has("method") || form.Has("method") || q.Has("debug") || q.Has("date_format") {
				t.Errorf("parameters that are not ours: %v %v", q, form)
			}
		})
	}
	if len(params) != 2 {
		t.Errorf("the caller's parameters were changed: %v", params)
	}
}

func TestNothingLeavesForAnotherHost(t *testing.T) {
	called := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer other.Close()
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v26.0/list" {
			fmt.Fprintf(w, `{"data":[{"id":"1"}],"paging":{"cursors":{"after":"abc"},"next":"%s/v26.0/list?access_token=x&after=evil"}}`, other.URL)
			return
		}
		http.Redirect(w, r, other.URL+"/x", http.StatusTemporaryRedirect)
	})
	page, err := client.Page(t.Context(), token, "list", nil, 10, "")
	if err != nil || page.After != "abc" || len(page.Data) != 1 {
		t.Errorf("page %+v, %v", page, err)
	}
	if err := client.Get(t.Context(), token, "moved", nil, nil); connectors.ClassOf(err) != connectors.Transient {
		t.Errorf("a redirect: %v", err)
	}
	ex := &exchange{client: client}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, other.URL+"/v26.0/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ex.Do(req); !errors.Is(err, errForeignHost) || connectors.AsError(err).Maybe {
		t.Errorf("another host: %v", err)
	}
	if called {
		t.Error("the other host was called")
	}
}

func TestErrorsGiveNothingAway(t *testing.T) {
	client, s := serve(t, always(200, "application/json", `{}`))
	s.Close()
	for _, err := range []error{
		client.Get(t.Context(), token, "1", Params{"x": "y"}, nil),
		client.Delete(t.Context(), token, "1", nil, nil),
		client.Get(t.Context(), token, "%zz", nil, nil),
		client.Delete(t.Context(), token, "%zz\x7f", nil, nil),
	} {
		if err == nil {
			t.Fatal("no error")
		}
		for _, secret := range []string{"TOKEN", "8d570c", "secret", "http://127"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q is in: %v", secret, err)
			}
		}
		if e := connectors.AsError(err); e.Maybe {
			t.Errorf("nothing was sent: %v", err)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"data":"`)
		chunk := strings.Repeat("x", 1<<14)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	err := client.Get(t.Context(), token, "1", nil, nil)
	if !errors.Is(err, errTooLong) {
		t.Errorf("an endless answer: %v", err)
	}
}

func TestHungServerAndCallerWhoGivesUp(t *testing.T) {
	release := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	client, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/given-up") {
			cancel()
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	var e *connectors.Error
	for client.http.Timeout = 50 * time.Millisecond; client.http.Timeout < time.Minute; client.http.Timeout *= 2 {
		if e = connectors.AsError(client.Post(t.Context(), token, "1", nil, nil)); e == nil || e.Maybe {
			break // else the time was over before the call had left
		}
	}
	if e == nil || e.Class != connectors.Transient || !e.Maybe {
		t.Errorf("a server that hangs: %v", e)
	}
	client.http.Timeout = time.Hour
	if err := client.Post(ctx, token, "given-up", nil, nil); !errors.Is(err, context.Canceled) || !connectors.AsError(err).Maybe {
		t.Errorf("a caller who gives up: %v", err)
	}
}

// A library that asked again, or led on by itself, would do twice what is decided once.
func TestOneCallOneRequest(t *testing.T) {
	var calls atomic.Int32
	client, s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		_, _ = io.WriteString(w, `{"id":"1"}`) // the caller may be gone
	})
	ex := &exchange{client: client}
	for _, want := range []error{nil, errTwice} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v26.0/1/comments", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := ex.Do(req)
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if err == nil {
			_ = resp.Body.Close() // it was read
		}
	}
	if n := calls.Load(); n != 1 || client.http.Timeout != 2*time.Second {
		t.Errorf("%d calls left, with %v each", n, client.http.Timeout)
	}
}

func TestPaging(t *testing.T) {
	pages := map[string]string{
		"":  `{"data":[{"id":"1"}],"paging":{"cursors":{"after":"a"},"next":"https://x/"}}`,
		"a": `{"data":[],"paging":{"cursors":{"after":"b"},"next":"https://x/"}}`, // all filtered away: it goes on
		"b": `{"data":[{"id":"2"}],"paging":{"cursors":{"after":"c"}}}`,           // no next: the end, though there is a cursor
		"l": `{"data":[{"id":"2"}],"paging":{"cursors":{"after":"l"},"next":"https://x/"}}`,
		"n": `{"data":null}`,
	}
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, pages[r.URL.Query().Get("after")])
	})
	for after, want := range map[string]string{"": "a", "a": "b", "b": "", "l": "l", "n": ""} {
		p, err := client.Page(t.Context(), token, "1/feed", Params{"fields": "id"}, 10, after)
		if err != nil || p.After != want {
			t.Errorf("after %q comes %q, %v; want %q", after, p.After, err, want)
		}
	}
}

func TestUsage(t *testing.T) {
	h := http.Header{}
	client, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range h {
			w.Header()[k] = v
		}
		_, _ = io.WriteString(w, `{}`)
	})
	now := time.Unix(1_700_000_000, 0)
	client.cfg.Now = func() time.Time { return now }
	call := func(header, value string) connectors.Usage {
		h = http.Header{}
		h.Set(header, value)
		if err := client.Get(t.Context(), token, "1", nil, nil); err != nil {
			t.Fatal(err)
		}
		return client.Usage("77", token)
	}
	if u := call("X-App-Usage", `{"call_count":28,"total_time":25,"total_cputime":26}`); u.Percent != 28 {
		t.Errorf("app usage %+v", u)
	}
	if u := call("X-Business-Use-Case-Usage", `{"77":[{"type":"pages","call_count":12,"total_cputime":95,"total_time":3,"estimated_time_to_regain_access":7}]}`); u.Percent != 95 || u.Regain != 7*time.Minute {
		t.Errorf("business usage %+v", u)
	}
	if u := call("X-Business-Use-Case-Usage", `nonsense`); u.Percent != 95 {
		t.Errorf("after nonsense %+v", u)
	}
	// Private messages have a limit of their own: how little of it is used says nothing about the page's.
	if u := call("X-Business-Use-Case-Usage", `{"77":[{"type":"messenger","call_count":1}]}`); u.Percent != 95 {
		t.Errorf("after a call for messages %+v", u)
	}
	if u := call("X-Business-Use-Case-Usage", `{"77":[{"type":"pages","call_count":13}]}`); u.Percent != 28 {
		t.Errorf("when the page has room again %+v", u)
	}
	// The page's own header names no page: it is that of the token, and of no other page's.
	if u := call("X-Page-Usage", `{"call_count":3,"total_time":92,"total_cputime":4}`); u.Percent != 92 {
		t.Errorf("page usage %+v", u)
	}
	if u := client.Usage("88", "another page's"); u.Percent != 28 {
		t.Errorf("of another page %+v", u)
	}
	if u := call("X-Page-Usage", `{"call_count":3}`); u.Percent != 28 {
		t.Errorf("when the page has room again %+v", u)
	}
	now = now.Add(2 * time.Hour)
	if u := client.Usage("77", token); u.Percent != 0 {
		t.Errorf("two hours later %+v", u)
	}
}

// Sessions of the library keep a proof without a lock: each call has its own. Run with -race.
func TestConcurrentCalls(t *testing.T) {
	client, _ := serve(t, always(200, "application/json", `{"id":"1"}`))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			var out struct {
				ID lax.Text `json:"id"`
			}
			if err := client.Get(t.Context(), token, "1", Params{"fields": "id"}, &out); err != nil || out.ID != "1" {
				t.Errorf("%v, %v", out, err)
			}
		})
	}
	wg.Wait()
}

// What the platform calls things decides nothing but what is asked for.
func TestIDsLeadNowhereElse(t *testing.T) {
	calls := 0
	c, err := New(Config{AppID: "1", Transport: refusing{&calls}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "..", "../me", "1/../2", "1//2", "1?fields=access_token", "1#", "1%2f..", "a b", "1\n", "æ", `1\2`, "1&x=1"} {
		for name, err := range map[string]error{
			"read":   c.Get(t.Context(), "t", id+"/comments", nil, nil),
			"delete": c.Delete(t.Context(), "t", id, nil, nil),
			"write":  c.PostQuery(t.Context(), "t", id, nil, nil),
			"upload": c.Upload(t.Context(), "t", id, nil, FormFile{Field: "source", Name: "a.jpg", Type: "image/jpeg"}, nil),
		} {
			if e := connectors.AsError(err); e == nil || e.Class != connectors.Rejected || e.Maybe {
				t.Errorf("%s %q: %v; want a refusal of our own", name, id, err)
			}
		}
	}
	if calls != 0 {
		t.Errorf("%d calls", calls)
	}
	for _, id := range []string{"me/accounts", "104_2/comments", "m_Abc-9_x=", "mid.$cAA:1", "aWdfZAG1fa"} {
		_ = c.Get(t.Context(), "t", id, nil, nil) // the transport refuses
	}
	if calls != 5 {
		t.Errorf("%d calls of 5 went out", calls)
	}
}

// refusing is a network that nothing goes through.
type refusing struct{ calls *int }

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) {
	*r.calls++
	return nil, errors.New("no network")
}
