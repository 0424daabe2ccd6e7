package graph

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	fb "github.com/huandu/facebook/v2"
)

// Config is what a client needs. The zero value of each field but AppID and AppSecret has a default.
type Config struct {
	BaseURL   string // "" is https://graph.facebook.com/
	Version   string // "" is v26.0
	AppID     string
	AppSecret connectors.Secret // proves that a call is the app's; "": calls go without proof
	Timeout   time.Duration     // of a call; 0 is 30 s
	MaxBody   int64             // of an answer, in bytes; 0 is 8 MiB
	Transport http.RoundTripper // nil is that of a plain connectors.Way
	Now       func() time.Time
}

// The defaults.
const (
	defaultBase    = "https://graph.facebook.com/"
	defaultVersion = "v26.0" // a version that is not named is the app's oldest, and moves by itself
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 8 << 20
)

// Client calls the Graph API. It is safe for concurrent use.
type Client struct {
	cfg  Config
	base *url.URL
	http *http.Client

	mu    sync.Mutex
	usage map[bucket]connectors.Usage
}

// New makes a client.
func New(cfg Config) (*Client, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = defaultBase
	}
	if !strings.HasSuffix(cfg.BaseURL, "/") {
		cfg.BaseURL += "/" // the library puts the version right behind it
	}
	if cfg.Version == "" {
		cfg.Version = defaultVersion
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = defaultMaxBody
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("graph: base address %q is none", cfg.BaseURL)
	}
	rt := cfg.Transport
	if rt == nil {
		if rt, err = (connectors.Way{}).Transport(); err != nil {
			return nil, fmt.Errorf("graph: %w", err)
		}
	}
	c := &Client{cfg: cfg, base: base, usage: map[bucket]connectors.Usage{}}
	c.http = &http.Client{
		Transport: rt,
		Timeout:   cfg.Timeout,
		// A redirect would carry the token elsewhere; the API has none.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Params are the parameters of a call.
type Params map[string]string

// Get reads. out is decoded into, unless nil.
func (c *Client) Get(ctx context.Context, token connectors.Secret, path string, p Params, out any) error {
	return c.call(ctx, token, fb.GET, path, p, out)
}

// Post writes, with the parameters in a form.
func (c *Client) Post(ctx context.Context, token connectors.Secret, path string, p Params, out any) error {
	return c.call(ctx, token, fb.POST, path, p, out)
}

// Delete removes. The library would send it as a POST that says it means DELETE.
func (c *Client) Delete(ctx context.Context, token connectors.Secret, path string, p Params, out any) error {
	return c.plain(ctx, token, http.MethodDelete, path, p, out)
}

// PostQuery writes with the parameters in the query, where some calls want them; the library would move them into the body.
func (c *Client) PostQuery(ctx context.Context, token connectors.Secret, path string, p Params, out any) error {
	return c.plain(ctx, token, http.MethodPost, path, p, out)
}

// call lets the library make the request.
func (c *Client) call(ctx context.Context, token connectors.Secret, m fb.Method, path string, p Params, out any) error {
	if err := straight(path); err != nil {
		return err
	}
	params := make(fb.Params, len(p)) // the library writes into it
	for k, v := range p {
		params[k] = v
	}
	ex := &exchange{client: c, token: token}
	_, err := c.session(ctx, token, ex).Api(path, m, params)
	return ex.settle(ctx, err, out)
}

// plain makes a request that the library cannot, and sends it through it all the same.
func (c *Client) plain(ctx context.Context, token connectors.Secret, method, path string, p Params, out any) error {
	if err := straight(path); err != nil {
		return err
	}
	q := url.Values{}
	for k, v := range p {
		q.Set(k, v)
	}
	if proof := c.proof(token); proof != "" {
		q.Set("appsecret_proof", proof)
	}
	address := c.cfg.BaseURL + c.cfg.Version + "/" + strings.TrimPrefix(path, "/") + "?" + q.Encode()
	req, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return fault(fmt.Errorf("graph: %s %s: no request: %w", method, path, errors.Unwrap(err)))
	}
	ex := &exchange{client: c, token: token}
	_, err = c.session(ctx, token, ex).Request(req)
	return ex.settle(ctx, err, out)
}

// straight refuses a path that would lead elsewhere than to the node and the edge that it names, or bring parameters along. Paths are made
// of ids that the platform gave: what it says is never to decide what is called.
func straight(path string) error {
	odd := strings.IndexFunc(path, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`?#%&\"<>`, r) }) >= 0
	for part := range strings.SplitSeq(path, "/") {
		odd = odd || part == "" || part == "." || part == ".."
	}
	if odd {
		return fault(fmt.Errorf("graph: %q is no path", path))
	}
	return nil
}

// session makes a session for one call: sessions keep things between calls without a lock.
func (c *Client) session(ctx context.Context, token connectors.Secret, ex *exchange) *fb.Session {
	app := fb.New(c.cfg.AppID, c.cfg.AppSecret.Reveal())
	s := app.Session(token.Reveal())
	s.BaseURL, s.Version, s.HttpClient = c.cfg.BaseURL, c.cfg.Version, ex
	s.UseAuthorizationHeader() // else the token is part of the address, and addresses are printed
	if c.cfg.AppSecret != "" {
		if err := s.EnableAppsecretProof(true); err != nil {
			panic(err) // only of a session without an app
		}
	}
	return s.WithContext(ctx)
}

// proof is the appsecret_proof of a token (Graph API, "Securing requests").
func (c *Client) proof(token connectors.Secret) string {
	if c.cfg.AppSecret == "" || token == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(c.cfg.AppSecret.Reveal()))
	mac.Write([]byte(token.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}

// AppToken is the app's own token, for calls about the app.
func (c *Client) AppToken() connectors.Secret {
	return connectors.Secret(c.cfg.AppID + "|" + c.cfg.AppSecret.Reveal())
}

// Version is the version of the API that is spoken.
func (c *Client) Version() string { return c.cfg.Version }

// Succeeded is the answer of calls that have nothing else to say: {"success":true}, at times with "true" in quotes or bare.
type Succeeded struct {
	OK bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Succeeded) UnmarshalJSON(b []byte) error {
	var body struct {
		Success any `json:"success"`
	}
	if string(b) == "true" {
		s.OK = true
		return nil
	}
	if err := json.Unmarshal(b, &body); err != nil {
		return err
	}
	s.OK = body.Success == true || body.Success == "true"
	return nil
}

// fault is an error of our own making, before anything was sent.
func fault(err error) *connectors.Error {
	return &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("platform.fault"), Err: err}
}
