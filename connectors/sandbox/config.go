package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/internal/meta"
	"lytter/connectors/sandbox/internal/xapi"
	"lytter/connectors/sandbox/ledger"
)

// The configuration of the platforms, under the names that callers use.
type (
	Meta       = meta.Config // Graph API: apps, pages, profiles, tokens, limits
	MetaApp    = meta.App
	Page       = meta.Page
	Profile    = meta.Profile
	MetaToken  = meta.Token
	MetaLimits = meta.Limits
	X          = xapi.Config // API v2: the app, its handles and tokens, limits
	Handle     = xapi.Handle
	XLimit     = xapi.Limit
	Faults     = fault.Rates
)

// Kinds of MetaToken.
const (
	PageToken   = meta.PageToken
	UserToken   = meta.UserToken
	SystemToken = meta.SystemToken
	// InstagramToken is that of a Profile whose Login is InstagramLogin.
	InstagramToken = meta.InstagramToken
	InstagramLogin = meta.InstagramLogin
)

// Redirect is where the logins of DefaultConfig send people back to.
const Redirect = "https://127.0.0.1/lytter"

// InstagramScopes is all that a desk needs of an InstagramToken.
func InstagramScopes() []string { return meta.InstagramScopes() }

// MetaScopes is all that a desk needs on Pages and on Instagram with Facebook Login.
func MetaScopes() []string { return meta.Scopes() }

// XScopes is all that a desk needs of an OAuth 2.0 user token of X.
func XScopes() []string { return xapi.Scopes() }

// Config is what a Server starts with. DefaultConfig is a good beginning.
type Config struct {
	Seed uint64           // of ids, people, texts and dice
	Now  func() time.Time // nil is time.Now
	Log  *slog.Logger     // nil is slog.Default

	// Addresses to listen on; "" is any free port of 127.0.0.1.
	Graph, API, Control string
	ControlToken        string // "" is a random one

	Meta      Meta
	X         X
	Libraries []string // ids of the accounts that belong to the libraries, for what people write to them

	Faults Faults
	// AllowLoopbackCallbacks accepts http callbacks with a port on this machine. The real platforms demand https with a certificate
	// from a known authority, and X no port at all; without this the sandbox does so too.
	AllowLoopbackCallbacks bool
	Speed                  float64       // how much faster than the platforms' own the clock of retries and checks runs; 0 is 60
	Workers                int           // webhooks in flight per callback; 1 keeps the order of first attempts; 0 is 4
	HoldFor                time.Duration // how long a held-back event waits to be overtaken at most; 0 is a second
	History                History
	Scenario               *Scenario // played from the beginning of Run on; nil is none
}

// History is what happened before the sandbox starts.
type History struct {
	Conversations int // 0 is none
	Days          int // up to now; 0 is 30
}

// Account is an account of ours on one of the platforms.
type Account struct {
	Key     string `json:"key"`
	Channel string `json:"channel"` // facebook, instagram or x
	ID      string `json:"id"`
	Name    string `json:"name"`
	Handle  string `json:"handle"`
	library bool
}

// DefaultConfig is a city with two Facebook pages (the city's and the libraries'), an Instagram account and a handle on X, 2,000
// conversations over the past 30 days, and no faults. Ids are fixed; secrets and tokens follow from the seed.
func DefaultConfig(seed uint64) Config {
	const app, city, libraries, instagram, handle = "1029384756102938", "104512398712340", "109876543210987", "17841400412345678", "2417850931"
	token := func(name string) string { return "EAAO" + secretText(seed, name, 60) }
	pageToken := func(page string) MetaToken {
		return MetaToken{
			Value: token("page " + page), Kind: PageToken, App: app, User: "122093847561029384", Pages: []string{page}, Scopes: MetaScopes(),
		}
	}
	return Config{
		Seed: seed,
		Meta: Meta{
			Apps: []MetaApp{{
				ID: app, Name: "Lytter", Secret: secretHex(seed, "app secret", 32), InstagramSecret: secretHex(seed, "instagram secret", 32),
				Redirects: []string{Redirect},
			}},
			Pages: []Page{
				{ID: city, Name: "Havneborg Kommune", Username: "havneborgkommune", Category: "Government Organization"},
				{ID: libraries, Name: "Havneborg Bibliotekerne", Username: "havneborgbib", Category: "Library"},
			},
			Profiles: []Profile{{ID: instagram, Username: "havneborgkommune", Name: "Havneborg Kommune", Page: city}},
			Tokens: []MetaToken{
				pageToken(city), pageToken(libraries),
				{
					Value: token("system user"), Kind: SystemToken, App: app, User: "122093847561029384",
					Pages: []string{city, libraries}, Scopes: MetaScopes(),
				},
			},
			HiddenAuthors: 0.1,
			ProfileAccess: true,
		},
		X: X{
			AppID: "28461937", ConsumerKey: secretText(seed, "consumer key", 25), ConsumerSecret: secretText(seed, "consumer secret", 50),
			BearerToken: "AAAAAAAAAAAAAAAAAAAAA" + secretText(seed, "bearer", 80),
			ClientID:    secretText(seed, "client id", 34), ClientSecret: secretText(seed, "client secret", 50), Redirects: []string{Redirect},
			Handles: []Handle{{
				ID: handle, Username: "havneborg", Name: "Havneborg Kommune",
				AccessToken: handle + "-" + secretText(seed, "access token", 40), AccessSecret: secretText(seed, "access secret", 45),
				OAuth2Token: secretText(seed, "oauth2", 91), Renewal: secretText(seed, "renewal", 91), Scopes: XScopes(),
			}},
		},
		Libraries:              []string{libraries},
		AllowLoopbackCallbacks: true,
		History:                History{Conversations: 2000, Days: 30},
	}
}

// DemoFaults is the fault set that the demonstration runs on.
func DemoFaults() Faults { return fault.Demo() }

// secret derives bytes that belong to a name from the seed.
func secret(seed uint64, name string, n int) []byte {
	var out []byte
	for i := 0; len(out) < n; i++ {
		mac := hmac.New(sha256.New, []byte(strconv.FormatUint(seed, 10)))
		mac.Write([]byte(name + strconv.Itoa(i)))
		out = mac.Sum(out)
	}
	return out[:n]
}

func secretHex(seed uint64, name string, chars int) string {
	return hex.EncodeToString(secret(seed, name, (chars+1)/2))[:chars]
}

// secretText is made of letters and digits alone, like the platforms' tokens.
func secretText(seed uint64, name string, chars int) string {
	text := []byte(base64.RawURLEncoding.EncodeToString(secret(seed, name, chars)))[:chars]
	for i, c := range text {
		if c == '-' || c == '_' {
			text[i] = 'x'
		}
	}
	return string(text)
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	for _, addr := range []*string{&c.Graph, &c.API, &c.Control} {
		if *addr == "" {
			*addr = "127.0.0.1:0"
		}
	}
	if c.Speed == 0 {
		c.Speed = 60
	}
	if c.Workers == 0 {
		c.Workers = 4
	}
	if c.HoldFor == 0 {
		c.HoldFor = time.Second
	}
	if c.History.Days == 0 {
		c.History.Days = 30
	}
	return c
}

func (c Config) check() error {
	if c.Speed < 0 || c.Workers < 0 || c.HoldFor < 0 || c.History.Conversations < 0 || c.History.Days < 0 {
		return fmt.Errorf("sandbox: speed, workers, hold and history must not be negative")
	}
	return nil
}

// accounts lists the accounts of all platforms under short keys.
func (c Config) accounts() []Account {
	var out []Account
	add := func(prefix, channel, id, name, handle string) {
		a := Account{Channel: channel, ID: id, Name: name, Handle: handle}
		for _, lib := range c.Libraries {
			a.library = a.library || lib == id
		}
		a.Key = prefix + "-kommunen"
		if a.library {
			a.Key = prefix + "-bibliotekerne"
		}
		for n, base := 2, a.Key; keyTaken(out, a.Key); n++ {
			a.Key = base + "-" + strconv.Itoa(n)
		}
		out = append(out, a)
	}
	for _, p := range c.Meta.Pages {
		add("fb", ledger.Facebook, p.ID, p.Name, p.Username)
	}
	for _, p := range c.Meta.Profiles {
		add("ig", ledger.Instagram, p.ID, p.Name, p.Username)
	}
	for _, h := range c.X.Handles {
		add("x", ledger.X, h.ID, h.Name, h.Username)
	}
	return out
}

func keyTaken(accounts []Account, key string) bool {
	for _, a := range accounts {
		if a.Key == key {
			return true
		}
	}
	return false
}
