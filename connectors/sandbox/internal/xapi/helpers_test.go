package xapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
	"lytter/internal/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Check(m.Run)) }

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

func encodePlain(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// live0 finds a post, removed or not.
func (f *fixture) live0(id string) *post {
	n, _ := strconv.ParseUint(id, 10, 64)
	return f.posts[n]
}

// callback is an endpoint for webhooks that keeps what it gets.
type callback struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(token string) (int, string)
	bodies [][]byte
}

func newCallback(t testing.TB) *callback {
	t.Helper()
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
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if idle := f.courier.Flush(ctx); !idle.Idle {
		f.t.Fatalf("%d events are still on their way", idle.Waiting)
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

func second[T any](_ T, err error) error { return err }
