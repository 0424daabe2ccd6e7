package instagram

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
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
	// InstagramSecrets are those of the Instagram app that belongs to the Meta app: webhooks of accounts of Instagram Login are signed
	// with them (Instagram API with Instagram Login, "Webhooks").
	InstagramSecrets connectors.Secrets
	InstagramAppID   string // of the same app, for logging in by Instagram Login

	BaseURL      string            // "" is https://graph.facebook.com/
	InstagramURL string            // "" is https://graph.instagram.com/
	Version      string            // "" is v26.0
	Timeout      time.Duration     // of a call; 0 is 30 s
	Transport    http.RoundTripper // nil is that of a plain connectors.Way
	Now          func() time.Time  // nil is time.Now

	MaxText    int           // of a comment, in characters; 0 is 2200
	MaxDirect  int           // of a direct message, in bytes of UTF-8; 0 is 1000
	HumanAgent bool          // the app has the Human Agent feature: people may be answered for 7 days instead of 24 hours
	Recent     int           // how many of the newest media each poll looks at; 0 is 100
	Media      int           // how many media the slower sweep and the history look at; 0 is 500
	Window     time.Duration // media whose comments changed within it are read whole by a sweep; 0 is 36 h, after which Meta repeats no webhook
	SweepEvery time.Duration // 0 is 15 min
	History    time.Duration // how far back the first reading goes; 0 is 90 days; negative: not at all
	// Pause is between two readings of conversations of an account, of which Meta allows two a second; 0 is 500 ms; negative: none.
	Pause time.Duration
}

// Login is how an account was connected.
type Login string

// The two ways (Instagram Platform, "Overview"): through a Page that the account is linked with, or by the account itself.
const (
	FacebookLogin  Login = "facebook"
	InstagramLogin Login = "instagram"
)

// Account is what the connector needs of a professional account.
type Account struct {
	Login Login // "" is FacebookLogin
	// Token is of FacebookLogin a Page or system user access token; of InstagramLogin the account's own, which is renewed before its 60
	// days are over.
	Token connectors.Vault
	Page  inbox.RemoteID // of FacebookLogin: the Page that it is linked with
	// NoDirect leaves private messages alone: for an app that was not granted them.
	NoDirect bool
	// Hashtags are looked for in public media, without "#"; at most 30 (Instagram Platform, "Hashtag search"). FacebookLogin only.
	Hashtags []string
}

// Connector is Instagram. It is safe for concurrent use.
type Connector struct {
	cfg      Config
	graph    *graph.Client // of Facebook Login
	own      *graph.Client // of Instagram Login
	exchange *graph.Client // where codes of Instagram Login are exchanged
	tokens   map[inbox.RemoteID]*connectors.Token
	mute     gcache.Cache             // account id -> the app may not read profiles for it
	media    gcache.Cache             // media id -> what it is, for the many comments below it
	pace     map[inbox.RemoteID]*pace // of conversations
}

var (
	_ connectors.Connector  = (*Connector)(nil)
	_ connectors.Webhook    = (*Connector)(nil)
	_ connectors.Fetcher    = (*Connector)(nil)
	_ connectors.Subscriber = (*Connector)(nil)
	_ connectors.Meter      = (*Connector)(nil)
	_ connectors.Examiner   = (*Connector)(nil)
)

const (
	instagramURL = "https://graph.instagram.com/"
	maxHashtags  = 30
)

// New makes a connector.
func New(cfg Config) (*Connector, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.InstagramURL == "" {
		cfg.InstagramURL = instagramURL
	}
	cfg.MaxText = cmp.Or(cfg.MaxText, 2200)
	cfg.MaxDirect = cmp.Or(cfg.MaxDirect, 1000)
	cfg.Recent = cmp.Or(cfg.Recent, 100)
	cfg.Media = cmp.Or(cfg.Media, 500)
	cfg.Window = cmp.Or(cfg.Window, 36*time.Hour)
	cfg.SweepEvery = cmp.Or(cfg.SweepEvery, 15*time.Minute)
	cfg.History = cmp.Or(cfg.History, 90*24*time.Hour)
	cfg.Pause = cmp.Or(cfg.Pause, 500*time.Millisecond)
	g := graph.Config{
		BaseURL: cfg.BaseURL, Version: cfg.Version, AppID: cfg.AppID, AppSecret: cfg.AppSecrets.Current(), Timeout: cfg.Timeout,
		Transport: cfg.Transport, Now: cfg.Now,
	}
	cfg.Pause = max(cfg.Pause, 0)
	c := &Connector{
		cfg:   cfg,
		mute:  gcache.New(1000).LRU().Expiration(time.Hour).Build(),
		media: gcache.New(5000).LRU().Expiration(10 * time.Minute).Build(),
		pace:  map[inbox.RemoteID]*pace{}, tokens: map[inbox.RemoteID]*connectors.Token{},
	}
	var err error
	if c.graph, err = graph.New(g); err != nil {
		return nil, fmt.Errorf("instagram: %w", err)
	}
	g.BaseURL, g.AppSecret = cfg.InstagramURL, "" // proofs are Facebook Login's
	if c.own, err = graph.New(g); err != nil {
		return nil, fmt.Errorf("instagram: %w", err)
	}
	if cfg.InstagramURL == instagramURL {
		g.BaseURL = exchangeURL
	}
	if c.exchange, err = graph.New(g); err != nil {
		return nil, fmt.Errorf("instagram: %w", err)
	}
	for id, a := range cfg.Accounts {
		if a.Login != "" && a.Login != FacebookLogin && a.Login != InstagramLogin {
			return nil, fmt.Errorf("instagram: account %s: %q is no way to log in", id, a.Login)
		}
		if len(a.Hashtags) > maxHashtags {
			return nil, fmt.Errorf("instagram: account %s: %d hashtags; Instagram allows %d", id, len(a.Hashtags), maxHashtags)
		}
		c.pace[id] = &pace{every: cfg.Pause}
		var renew connectors.Renew
		if a.Login == InstagramLogin {
			renew = c.renew
		}
		c.tokens[id] = connectors.NewToken(a.Token, renew, cfg.Now)
	}
	return c, nil
}

// Channel implements connectors.Connector.
func (*Connector) Channel() inbox.Channel { return inbox.Instagram }

// Usage implements connectors.Meter.
func (c *Connector) Usage(a inbox.Account) connectors.Usage {
	var token connectors.Secret
	if t := c.tokens[a.Remote]; t != nil {
		token, _ = t.Access() // without one there are no calls, and their limit is nobody's
	}
	if c.cfg.Accounts[a.Remote].Login == InstagramLogin {
		return c.own.Usage(string(a.Remote), token)
	}
	return c.graph.Usage(string(a.Remote), token)
}

// door is the way to one account.
type door struct {
	*graph.Client
	have  Account
	token connectors.Secret
	self  string // the account's own node
	box   string // the node that its private messages hang on
}

// door gives the way to an account. One of Instagram Login is "me": the id by which webhooks name it is another than the one that its
// token knows it by (Instagram API with Instagram Login, "Get started").
func (c *Connector) door(a inbox.Account) (*door, error) {
	have, t := c.cfg.Accounts[a.Remote], c.tokens[a.Remote]
	if t == nil {
		return nil, &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token_missing")}
	}
	token, err := t.Access()
	if err != nil {
		return nil, err
	}
	if have.Login == InstagramLogin {
		return &door{Client: c.own, have: have, token: token, self: "me", box: "me"}, nil
	}
	return &door{Client: c.graph, have: have, token: token, self: string(a.Remote), box: string(have.Page)}, nil
}

// pace keeps calls apart.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

// wait waits for the next moment at which a call may leave.
func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	now := time.Now() // of the wire, not of the desk
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.every)
	p.mu.Unlock()
	t := time.NewTimer(at.Sub(now))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return connectors.Unreached(ctx.Err(), false)
	}
}
