package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// start runs a server until the test ends.
func start(tb testing.TB, change func(*Config)) *Server {
	tb.Helper()
	cfg := DefaultConfig(1)
	cfg.Log = slog.New(slog.DiscardHandler)
	cfg.History.Conversations = 0
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
	return s
}

const verifyToken = "show me this"

// desk is a receiver of webhooks, written from the platforms' documentation and not with the sandbox's own code.
type desk struct {
	server *httptest.Server
	keys   Handshake

	mu       sync.Mutex
	seen     map[string]int // by channel, account, id and verb: how many copies
	bad      []string       // what a desk would have complained about
	sick     func() bool    // true answers 500
	requests int
}

func newDesk(tb testing.TB, h Handshake) *desk {
	tb.Helper()
	d := &desk{keys: h, seen: map[string]int{}}
	d.server = httptest.NewServer(d)
	tb.Cleanup(d.server.Close)
	return d
}

func (d *desk) callbacks() Callbacks {
	u := d.server.URL
	return Callbacks{Facebook: u + "/meta", Instagram: u + "/meta", X: u + "/x", VerifyToken: verifyToken}
}

func (d *desk) complain(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bad = append(d.bad, fmt.Sprintf(format, args...))
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.Method == http.MethodGet {
		switch {
		case r.URL.Path == "/meta" && q.Get("hub.mode") == "subscribe" && q.Get("hub.verify_token") == verifyToken:
			_, _ = io.WriteString(w, q.Get("hub.challenge"))
		case r.URL.Path == "/x" && q.Get("crc_token") != "":
			token := "sha256=" + base64.StdEncoding.EncodeToString(mac256(d.keys.XApp.ConsumerSecret, []byte(q.Get("crc_token"))))
			_ = json.NewEncoder(w).Encode(map[string]string{"response_token": token})
		default:
			http.Error(w, "no", http.StatusForbidden)
		}
		return
	}
	d.mu.Lock()
	d.requests++
	sick := d.sick != nil && d.sick()
	d.mu.Unlock()
	if sick {
		http.Error(w, "ill", http.StatusInternalServerError)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.complain("reading: %v", err)
		return
	}
	if r.URL.Path == "/x" {
		d.takeX(r, body)
	} else {
		d.takeMeta(r, body)
	}
}

func mac256(key string, message []byte) []byte {
	m := hmac.New(sha256.New, []byte(key))
	m.Write(message)
	return m.Sum(nil)
}

func (d *desk) takeMeta(r *http.Request, body []byte) {
	if r.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac256(d.keys.Meta.AppSecret, body)) {
		d.complain("wrong signature on %s", body)
		return
	}
	for _, c := range body {
		if c >= 0x80 {
			d.complain("a byte beyond ASCII in %s", body)
			return
		}
	}
	var n struct {
		Object string
		Entry  []struct {
			ID      string
			Time    int64
			Changes []struct {
				Field string
				Value struct {
					Item      string
					Verb      string
					PostID    string `json:"post_id"`
					CommentID string `json:"comment_id"`
					ID        string
					Text      string
				}
			}
		}
	}
	if err := json.Unmarshal(body, &n); err != nil {
		d.complain("unreadable: %v: %s", err, body)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range n.Entry {
		for _, c := range e.Changes {
			switch {
			case n.Object == "page" && c.Value.CommentID != "":
				d.seen[strings.Join([]string{"facebook", e.ID, c.Value.CommentID, c.Value.Verb}, " ")]++
			case n.Object == "page":
				d.seen[strings.Join([]string{"facebook", e.ID, c.Value.PostID, c.Value.Verb}, " ")]++
			default:
				d.seen[strings.Join([]string{"instagram", e.ID, c.Value.ID, "add"}, " ")]++
			}
		}
	}
}

func (d *desk) takeX(r *http.Request, body []byte) {
	want := "sha256=" + base64.StdEncoding.EncodeToString(mac256(d.keys.XApp.ConsumerSecret, body))
	if r.Header.Get("x-twitter-webhooks-signature") != want {
		d.complain("wrong signature on %s", body)
		return
	}
	var n struct {
		For    string `json:"for_user_id"`
		Create []struct {
			ID string `json:"id_str"`
		} `json:"tweet_create_events"`
		Delete []struct {
			Status struct{ ID string }
		} `json:"tweet_delete_events"`
	}
	if err := json.Unmarshal(body, &n); err != nil {
		d.complain("unreadable: %v: %s", err, body)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range n.Create {
		d.seen["x "+n.For+" "+t.ID+" add"]++
	}
	for _, t := range n.Delete {
		d.seen["x "+n.For+" "+t.Status.ID+" remove"]++
	}
}

// graph calls the Graph API. The answer is decoded into v, unless v is nil.
func graph(tb testing.TB, h Handshake, method, path string, params url.Values, v any) int {
	tb.Helper()
	address := h.Graph + "/v26.0/" + path
	var body io.Reader
	if method == http.MethodGet {
		address += "?" + params.Encode()
	} else {
		body = strings.NewReader(params.Encode())
	}
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		tb.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return call(tb, req, v)
}

// xcall calls the API of X, signed as OAuth 1.0a wants it, by hand.
func xcall(tb testing.TB, h Handshake, a Access, method, path string, query url.Values, body string, v any) int {
	tb.Helper()
	address := h.X + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", signByHand(h.XApp, a, method, "https://api.x.com"+path, query))
	return call(tb, req, v)
}

func signByHand(app XKeys, a Access, method, address string, query url.Values) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	oauth := map[string]string{
		"oauth_consumer_key": app.ConsumerKey, "oauth_nonce": rand.Text(), "oauth_signature_method": "HMAC-SHA1",
		"oauth_timestamp": strconv.FormatInt(time.Now().Unix(), 10), "oauth_token": a.Token, "oauth_version": "1.0",
	}
	var names []string
	all := map[string]string{}
	for name, value := range oauth {
		all[name] = value
	}
	for name := range query {
		all[name] = query.Get(name)
	}
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, escape(name)+"="+escape(all[name]))
	}
	base := method + "&" + escape(address) + "&" + escape(strings.Join(pairs, "&"))
	m := hmac.New(sha1.New, []byte(escape(app.ConsumerSecret)+"&"+escape(a.Secret)))
	m.Write([]byte(base))
	oauth["oauth_signature"] = base64.StdEncoding.EncodeToString(m.Sum(nil))
	var parts []string
	for name, value := range oauth {
		parts = append(parts, name+`="`+escape(value)+`"`)
	}
	return "OAuth " + strings.Join(parts, ", ")
}

func call(tb testing.TB, req *http.Request, v any) int {
	tb.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	if v != nil {
		if err := json.Unmarshal(body, v); err != nil {
			tb.Fatalf("%s %s: %v: %s", req.Method, req.URL.Path, err, body)
		}
	}
	return resp.StatusCode
}

func account(tb testing.TB, h Handshake, key string) Access {
	tb.Helper()
	a, ok := h.Account(key)
	if !ok {
		tb.Fatalf("there is no account %s", key)
	}
	return a
}
