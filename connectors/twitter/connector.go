package twitter

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"github.com/bluele/gcache"
)

// Config is what the connector needs. ConsumerKey, ConsumerSecrets and Accounts are required; zero values of the rest have defaults.
type Config struct {
	ConsumerKey     connectors.Secret
	ConsumerSecrets connectors.Secrets // the current one signs calls; all of them verify webhooks
	Bearer          connectors.Secret  // app-only, to ask for webhooks
	ClientID        string             // of OAuth 2.0; with it tokens are renewed
	ClientSecret    connectors.Secret  // of OAuth 2.0; "": the app is a public client
	Accounts        map[inbox.RemoteID]Account

	BaseURL   string            // "" is https://api.x.com/
	Timeout   time.Duration     // of a call; 0 is 30 s
	MaxBody   int64             // of an answer, in bytes; 0 is 8 MiB
	Transport http.RoundTripper // nil is that of a plain connectors.Way
	Now       func() time.Time  // nil is time.Now

	Tier         Tier          // "" is what SelfServe says
	SelfServe    bool          // the same as a yes or no: Tier is SelfServe, or else Enterprise
	OwnEvery     time.Duration // how often our own posts are read; 0 is 5 min
	DirectEvery  time.Duration // how often direct messages are read, which X allows 15 times in 15 min; 0 is 90 s
	SearchEvery  time.Duration // how often a search is read; 0 is 5 min
	SweepEvery   time.Duration // how often posts that name us are looked for, to notice that they were removed; 0 is 24 h
	SearchBudget int           // posts a day that one search may read, each of which X bills; 0 is 500
	MaxPages     int           // of a walk over what is new; the rest is read later, as a hole; 0 is 5
	History      time.Duration // how far back the first reading goes; 0 is 90 days
}

// Tier is what the app's contract with X is: it decides what may be done by API (X developer changelog, 2026-02-23 and 2026-04-20).
type Tier string

// The tiers. A self-serve app may answer only those who named or quoted the account, and may not like.
const (
	SelfServe  Tier = "self-serve" // pay-per-use, and the Basic and Pro plans of before
	Enterprise Tier = "enterprise"
)

// Account is what the connector needs of an account on X: either the token and secret of OAuth 1.0a, or an OAuth 2.0 user token.
type Account struct {
	Token   connectors.Vault // OAuth 1.0a
	Secret  connectors.Vault // OAuth 1.0a
	OAuth2  connectors.Vault // OAuth 2.0 with PKCE; it is renewed every two hours, if there is a renewal with it
	MaxText int              // in X's weighing; 0 is 280; Premium accounts have 25,000

	Activity bool     // webhooks come by the X Activity API, not by Account Activity
	NoDirect bool     // direct messages are not polled: the app has no permission for them
	Searches []string // queries of recent search, each of which is a stream
}

// Connector is X. It is safe for concurrent use.
type Connector struct {
	cfg     Config
	base    *url.URL
	signers map[inbox.RemoteID]http.RoundTripper // of accounts that have tokens
	posts   gcache.Cache                         // id -> *gathered: parents and posts of ours, which many conversations share
	users   gcache.Cache                         // id -> user

	mu    sync.Mutex
	usage map[string]window // by account and operation
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Webhook    = (*Connector)(nil)
	_ connectors.Fetcher    = (*Connector)(nil)
	_ connectors.Subscriber = (*Connector)(nil)
	_ connectors.Meter      = (*Connector)(nil)
	_ connectors.Examiner   = (*Connector)(nil)
)

// New makes a connector.
func New(cfg Config) (*Connector, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = defaultBase
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = 8 << 20
	}
	if cfg.Transport == nil {
		var err error
		if cfg.Transport, err = (connectors.Way{}).Transport(); err != nil {
			return nil, fmt.Errorf("twitter: %w", err)
		}
	}
	if cfg.OwnEvery <= 0 {
		cfg.OwnEvery = 5 * time.Minute
	}
	if cfg.DirectEvery <= 0 {
		cfg.DirectEvery = 90 * time.Second
	}
	if cfg.SearchEvery <= 0 {
		cfg.SearchEvery = 5 * time.Minute
	}
	if cfg.SweepEvery <= 0 {
		cfg.SweepEvery = 24 * time.Hour
	}
	if cfg.SearchBudget <= 0 {
		cfg.SearchBudget = 500
	}
	switch {
	case cfg.Tier == "" && cfg.SelfServe:
		cfg.Tier = SelfServe
	case cfg.Tier == "":
		cfg.Tier = Enterprise
	case cfg.Tier != SelfServe && cfg.Tier != Enterprise:
		return nil, fmt.Errorf("twitter: there is no tier %q", cfg.Tier)
	}
	if cfg.MaxPages <= 0 {
		cfg.MaxPages = 5
	}
	if cfg.History == 0 {
		cfg.History = 90 * 24 * time.Hour
	}
	base, err := url.Parse(strings.TrimSuffix(cfg.BaseURL, "/"))
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("twitter: base address %q is none", cfg.BaseURL)
	}
	c := &Connector{
		cfg: cfg, base: base, signers: map[inbox.RemoteID]http.RoundTripper{}, usage: map[string]window{},
		posts: gcache.New(5000).LRU().Expiration(10 * time.Minute).Build(),
		users: gcache.New(20_000).LRU().Expiration(time.Hour).Build(),
	}
	for id, acc := range cfg.Accounts {
		if s := c.signer(acc); s != nil {
			c.signers[id] = s
		}
	}
	return c, nil
}

const defaultBase = "https://api.x.com/"

// Channel implements connectors.Connector.
func (*Connector) Channel() inbox.Channel { return inbox.X }

// known refuses an account that has no tokens.
func (c *Connector) known(a inbox.Account) error {
	if c.signers[a.Remote] == nil {
		return &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token_missing")}
	}
	return nil
}
