package xapi

import (
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/ledger"
)

// Handle is an account of ours on X, with the tokens that our app has for it.
type Handle struct {
	ID           string // decimal
	Username     string // without the @
	Name         string
	AccessToken  string // OAuth 1.0a user context
	AccessSecret string
	OAuth2Token  string // OAuth 2.0 user context; "" is none
	Scopes       []string
	Expires      time.Time // of OAuth2Token; zero is never
	Renewal      string    // what OAuth2Token is renewed with, once; "" is nothing
}

// Scopes is all that a desk needs of an OAuth 2.0 user token.
func Scopes() []string {
	return []string{
		"tweet.read", "users.read", "tweet.write", "tweet.moderate.write", "dm.read", "dm.write", "media.write", "like.read", "like.write", "offline.access",
	}
}

// Tiers of apps: what their contract with X lets them do.
const (
	SelfServe  = "self-serve" // pay-per-use: no likes, no quotes, and answers only to those who named or quoted the account
	Enterprise = "enterprise"
)

// Limit is how many calls of one kind a window of 15 minutes takes, by app-only and by user context; 0 forbids that context.
type Limit struct{ App, User int }

// Config is what the platform starts with.
type Config struct {
	AppID          string // the developer app, as ledgers and activity events name it
	ConsumerKey    string
	ConsumerSecret string   // signs OAuth 1.0a calls and webhooks
	BearerToken    string   // app-only
	ClientID       string   // of OAuth 2.0; "" is an app without it
	ClientSecret   string   // of OAuth 2.0; "" is a public client
	Redirects      []string // where a login may send people back to
	Handles        []Handle

	Tier             string           // "" is SelfServe
	Credits          int              // reads and writes until the account has none left; 0 is no end of them
	MonthCap         int              // posts read until the month's cap is reached; 0 is 3 million
	Limits           map[string]Limit // instead of the documented ones, by the names of Operations
	Day              int              // posts by API per app and day; 0 is 10,000
	MaxWebhooks      int              // 0 is 1, as pay-per-use has
	MaxSubscriptions int              // 0 is 3, as pay-per-use has
	Retries          int              // of a refused webhook; X promises none
	Renamed          bool             // posts bear the names of OpenAPI 2.167
	Open             bool             // everybody takes direct messages from anybody; else half of those do who never wrote one to us
	MaxActivity      int              // subscriptions of the X Activity API; 0 is 1,500
	MessagesDay      int              // direct messages by API per user and day; 0 is 1,440
	DuplicateWindow  time.Duration    // the same text within it is refused; 0 is an hour
}

// Deps are the services that the platform uses.
type Deps struct {
	Seed          uint64
	Ledger        *ledger.Ledger
	Courier       *delivery.Courier
	Now           func() time.Time
	Log           *slog.Logger
	Speed         float64 // how much faster than X's the clock of retries and of challenge-response checks runs
	AllowLoopback bool    // callbacks may be plain http on this machine, with a port
}

func (c Config) withDefaults() Config {
	limits := map[string]Limit{}
	for name, l := range documentedLimits() {
		limits[name] = l
	}
	for name, l := range c.Limits {
		limits[name] = l
	}
	c.Limits = limits
	if c.Day == 0 {
		c.Day = 10_000
	}
	if c.MaxWebhooks == 0 {
		c.MaxWebhooks = 1
	}
	if c.MaxSubscriptions == 0 {
		c.MaxSubscriptions = 3
	}
	if c.Tier == "" {
		c.Tier = SelfServe
	}
	if c.MonthCap == 0 {
		c.MonthCap = 3_000_000
	}
	if c.MaxActivity == 0 {
		c.MaxActivity = 1500
	}
	if c.MessagesDay == 0 {
		c.MessagesDay = 1440
	}
	if c.DuplicateWindow == 0 {
		c.DuplicateWindow = time.Hour
	}
	return c
}

// check refuses a configuration whose parts do not fit together.
func (c Config) check() error {
	if c.ConsumerKey == "" || c.ConsumerSecret == "" || c.BearerToken == "" {
		return fmt.Errorf("the app needs a consumer key, a consumer secret and a bearer token")
	}
	for _, h := range c.Handles {
		if _, err := strconv.ParseUint(h.ID, 10, 63); err != nil {
			return fmt.Errorf("handle %q: the id %q is not a number", h.Username, h.ID)
		}
		if !validUsername(h.Username) {
			return fmt.Errorf("handle %q is not a username", h.Username)
		}
		if h.AccessToken == "" || h.AccessSecret == "" {
			return fmt.Errorf("handle %q needs an access token and its secret", h.Username)
		}
	}
	if c.Tier != "" && c.Tier != SelfServe && c.Tier != Enterprise {
		return fmt.Errorf("tier %q: there is no such tier", c.Tier)
	}
	known := documentedLimits()
	for name := range c.Limits {
		if _, ok := known[name]; !ok {
			return fmt.Errorf("limit %q: there is no such operation", name)
		}
	}
	return nil
}
