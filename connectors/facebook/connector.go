package facebook

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"

	"github.com/bluele/gcache"
)

// Config is what the connector needs. AppID, AppSecrets, VerifyToken and Pages are required; zero values of the rest have defaults.
type Config struct {
	AppID       string
	AppSecrets  connectors.Secrets                  // the current one proves calls; all of them verify webhooks
	VerifyToken connectors.Secret                   // that we tell Meta, and that its handshake must bring
	Pages       map[inbox.RemoteID]connectors.Vault // the Page access token of each page

	BaseURL   string            // "" is https://graph.facebook.com/
	Version   string            // "" is v26.0
	Timeout   time.Duration     // of a call; 0 is 30 s
	Transport http.RoundTripper // nil is that of a plain connectors.Way
	Now       func() time.Time  // nil is time.Now

	MaxText    int  // of a comment, in characters; 0 is 8000
	MaxDirect  int  // of a private message, in characters; 0 is 2000
	HumanAgent bool // Meta has granted the app the feature Human Agent: private answers for 7 days instead of 24 hours

	RecentPosts int           // how many of the newest posts each poll looks at; 0 is 300
	Posts       int           // how many posts the slower sweep and the history look at; 0 is 2000
	Threads     int           // how many threads of private messages a walk looks at; 0 is 1000
	Window      time.Duration // how far back a sweep reads comments again; 0 is 36 h, after which Meta repeats no webhook
	SweepEvery  time.Duration // 0 is 10 min
	History     time.Duration // how far back the first reading goes; 0 is 90 days; negative: not at all
}

// Connector is Facebook. It is safe for concurrent use.
type Connector struct {
	cfg    Config
	graph  *graph.Client
	tokens map[inbox.RemoteID]*connectors.Token
	tops   gcache.Cache // comment id -> id of the top comment above it, which never changes
	mute   gcache.Cache // page id -> the app may not read profiles of it
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
	cfg.MaxText = cmp.Or(cfg.MaxText, 8000)
	cfg.MaxDirect = cmp.Or(cfg.MaxDirect, 2000)
	cfg.RecentPosts = cmp.Or(cfg.RecentPosts, 300)
	cfg.Threads = cmp.Or(cfg.Threads, 1000)
	cfg.Posts = cmp.Or(cfg.Posts, 2000)
	cfg.Window = cmp.Or(cfg.Window, 36*time.Hour)
	cfg.SweepEvery = cmp.Or(cfg.SweepEvery, 10*time.Minute)
	cfg.History = cmp.Or(cfg.History, 90*24*time.Hour)
	g, err := graph.New(graph.Config{
		BaseURL: cfg.BaseURL, Version: cfg.Version, AppID: cfg.AppID, AppSecret: cfg.AppSecrets.Current(), Timeout: cfg.Timeout,
		Transport: cfg.Transport, Now: cfg.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("facebook: %w", err)
	}
	c := &Connector{
		cfg: cfg, graph: g, tokens: map[inbox.RemoteID]*connectors.Token{},
		tops: gcache.New(10_000).LRU().Expiration(24 * time.Hour).Build(),
		mute: gcache.New(1000).LRU().Expiration(time.Hour).Build(),
	}
	for id, v := range cfg.Pages {
		c.tokens[id] = connectors.NewToken(v, nil, cfg.Now) // a Page's does not end by time; a person gives another
	}
	return c, nil
}

// Channel implements connectors.Connector.
func (*Connector) Channel() inbox.Channel { return inbox.Facebook }

// Usage implements connectors.Meter.
func (c *Connector) Usage(a inbox.Account) connectors.Usage {
	token, _ := c.token(a) // without one there are no calls, and their limit is nobody's
	return c.graph.Usage(string(a.Remote), token)
}

// token is the Page access token of an account.
func (c *Connector) token(a inbox.Account) (connectors.Secret, error) {
	t := c.tokens[a.Remote]
	if t == nil {
		return "", &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token_missing")}
	}
	return t.Access()
}
