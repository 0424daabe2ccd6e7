package meta

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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
	appID      = "100200300"
	appSecret  = "secret"
	pageID     = "108824017345866"
	otherPage  = "209900000000002"
	profileID  = "17841400000000001"
	pageTokenV = "PAGE-TOKEN"
	otherToken = "OTHER-TOKEN"
	userTokenV = "USER-TOKEN"
)

// fixture is a Graph with two pages and a profile, and a clock that tests move.
type fixture struct {
	*Graph
	t       testing.TB
	ledger  *ledger.Ledger
	courier *delivery.Courier

	mu  sync.Mutex
	now time.Time
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
		Filtered: -1, // tests of one page want it whole
		Apps:     []App{{ID: appID, Name: "Desk", Secret: appSecret}},
		Pages:    []Page{{ID: pageID, Name: "Acme Page", Username: "acme"}, {ID: otherPage, Name: "Other"}},
		Profiles: []Profile{{ID: profileID, Username: "acme", Name: "Acme", Page: pageID}},
		Tokens: []Token{
			{Value: pageTokenV, Kind: PageToken, App: appID, User: "7", Pages: []string{pageID}, Scopes: Scopes()},
			{Value: otherToken, Kind: PageToken, App: appID, User: "7", Pages: []string{otherPage}, Scopes: Scopes()},
			{Value: userTokenV, Kind: UserToken, App: appID, User: "7", Pages: []string{pageID, otherPage}, Scopes: Scopes()},
		},
	}
	if change != nil {
		change(&cfg)
	}
	f.Graph, err = New(cfg, Deps{
		Seed: 1, Ledger: f.ledger, Courier: f.courier, Now: f.clock, Log: log, Speed: 1000, AllowLoopback: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func (f *fixture) facebook(d world.Draft) string {
	f.t.Helper()
	return f.publish(Facebook{f.Graph}, pageID, d)
}

func (f *fixture) instagram(d world.Draft) string {
	f.t.Helper()
	return f.publish(Instagram{f.Graph}, profileID, d)
}

func (f *fixture) publish(p world.Platform, account string, d world.Draft) string {
	f.t.Helper()
	if d.Account == "" {
		d.Account = account
	}
	if !d.Ours && d.Author.Name == "" {
		d.Author.Name = "Test Person"
	}
	if d.Text == "" {
		d.Text = "where is my parcel?"
	}
	id, err := p.Publish(d)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// call makes a call with parameters written as a query string; the page's token is added unless there is one.
func (f *fixture) call(method, path, params string) (status int, body map[string]any, header http.Header) {
	f.t.Helper()
	q, err := url.ParseQuery(params)
	if err != nil {
		f.t.Fatal(err)
	}
	if !q.Has("access_token") {
		q.Set("access_token", pageTokenV)
	}
	var r *http.Request
	if method == http.MethodGet {
		r = httptest.NewRequest(method, path+"?"+q.Encode(), nil)
	} else {
		r = httptest.NewRequest(method, path, strings.NewReader(q.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return f.do(r)
}

func (f *fixture) do(r *http.Request) (status int, body map[string]any, header http.Header) {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	dec := json.NewDecoder(w.Body)
	dec.UseNumber()
	if err := dec.Decode(&body); err != nil {
		f.t.Fatalf("%s %s: the answer is no JSON object: %v", r.Method, r.URL, err)
	}
	return w.Code, body, w.Header()
}

// get reads a value from nested objects and arrays: get(body, "data", 0, "id").
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

// callback is an endpoint for webhooks that keeps what it gets.
type callback struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
	sigs   []string
}

func newCallback(t testing.TB, shake http.HandlerFunc) *callback {
	t.Helper()
	c := &callback{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			shake(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bodies, c.sigs = append(c.bodies, body), append(c.sigs, r.Header.Get("X-Hub-Signature-256"))
	}))
	t.Cleanup(c.Close)
	return c
}

func goodShake(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("hub.verify_token") != "v" || r.URL.Query().Get("hub.mode") != "subscribe" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge"))
}

// subscribe sets everything up for webhooks to a callback.
func (f *fixture) subscribe(c *callback) {
	f.t.Helper()
	for _, params := range []string{"object=page&fields=feed,mention", "object=instagram&fields=comments"} {
		params += "&verify_token=v&callback_url=" + url.QueryEscape(c.URL) + "&access_token=" + url.QueryEscape(appID+"|"+appSecret)
		if status, body, _ := f.call(http.MethodPost, "/"+appID+"/subscriptions", params); status != 200 {
			f.t.Fatalf("subscribing: %d %v", status, body)
		}
	}
	if status, body, _ := f.call(http.MethodPost, "/v26.0/"+pageID+"/subscribed_apps", "subscribed_fields=feed,mention"); status != 200 {
		f.t.Fatalf("installing: %d %v", status, body)
	}
}

func (f *fixture) flush() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if idle := f.courier.Flush(ctx); !idle.Idle {
		f.t.Fatalf("%d events are still on their way", idle.Waiting)
	}
}
