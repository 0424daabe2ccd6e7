package instagram

import (
	"fmt"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"

	"github.com/bluele/gcache"
)

// Config is what the connector needs. AppID, AppSecrets, VerifyToken and Accounts are required; zero values of the rest have defaults.
type Config struct {
	AppID       string
	AppSecrets  connectors.Secrets // the current one proves calls; all of them verify webhooks
	VerifyToken connectors.Secret  // that we tell Meta, and that its handshake must bring
	Accounts    map[inbox.RemoteID]Account

	BaseURL   string            // "" is https://graph.facebook.com/
	Version   string            // "" is v26.0
	Timeout   time.Duration     // of a call; 0 is 30 s
	Transport http.RoundTripper // nil is a plain one
	Now       func() time.Time  // nil is time.Now

	MaxText    int           // of a comment, in characters; 0 is 2200
	Recent     int           // how many of the newest media each poll looks at; 0 is 100
	Media      int           // how many media the slower sweep and the history look at; 0 is 500
	Window     time.Duration // media whose comments changed within it are read whole by a sweep; 0 is 36 h, after which Meta repeats no webhook
	SweepEvery time.Duration // 0 is 15 min
	History    time.Duration // how far back the first reading goes; 0 is 90 days; negative: not at all
}

// Account is what the connector needs of a professional account.
type Account struct {
	Token connectors.Secret // a Page or system user access token
	Page  inbox.RemoteID    // the Page that it is linked with: webhooks are asked for through it
}

// Connector is Instagram. It is safe for concurrent use.
type Connector struct {
	cfg   Config
	graph *graph.Client
	mute  gcache.Cache // account id -> the app may not read profiles for it
	media gcache.Cache // media id -> what it is, for the many comments below it
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Webhook    = (*Connector)(nil)
	_ connectors.Fetcher    = (*Connector)(nil)
	_ connectors.Subscriber = (*Connector)(nil)
	_ connectors.Meter      = (*Connector)(nil)
)

// New makes a connector.
func New(cfg Config) (*Connector, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	orInt(&cfg.MaxText, 2200)
	orInt(&cfg.Recent, 100)
	orInt(&cfg.Media, 500)
	orTime(&cfg.Window, 36*time.Hour)
	orTime(&cfg.SweepEvery, 15*time.Minute)
	orTime(&cfg.History, 90*24*time.Hour)
	g, err := graph.New(graph.Config{
		BaseURL: cfg.BaseURL, Version: cfg.Version, AppID: cfg.AppID, AppSecret: cfg.AppSecrets.Current(), Timeout: cfg.Timeout,
		Transport: cfg.Transport, Now: cfg.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("instagram: %w", err)
	}
	return &Connector{
		cfg: cfg, graph: g,
		mute:  gcache.New(1000).LRU().Expiration(time.Hour).Build(),
		media: gcache.New(5000).LRU().Expiration(10 * time.Minute).Build(),
	}, nil
}

// Channel implements connectors.Connector.
func (*Connector) Channel() inbox.Channel { return inbox.Instagram }

// Usage implements connectors.Meter.
func (c *Connector) Usage(a inbox.Account) connectors.Usage { return c.graph.Usage(string(a.Remote)) }

// token is the access token for an account.
func (c *Connector) token(a inbox.Account) (connectors.Secret, error) {
	t := c.cfg.Accounts[a.Remote].Token
	if t == "" {
		return "", &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token_missing")}
	}
	return t, nil
}

func orInt(v *int, def int) {
	if *v == 0 {
		*v = def
	}
}

func orTime(v *time.Duration, def time.Duration) {
	if *v == 0 {
		*v = def
	}
}
