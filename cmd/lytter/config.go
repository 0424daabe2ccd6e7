package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/instagram"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/strict"
)

// config is lytter.toml: what a process needs to start, and nothing that leads edit in the desk.
type config struct {
	Data     string `toml:"data"`     // the data folder; relative to the file
	Language string `toml:"language"` // of the desk: da or en
	TimeZone string `toml:"timezone"` // where days and opening hours are
	Web      struct {
		Listen string `toml:"listen"` // where webhooks arrive, behind your TLS
		Public string `toml:"public"` // the address under which platforms reach it: https://…
	} `toml:"web"`
	SSH struct {
		Listen string `toml:"listen"` // "" is off; the Unix socket in the data folder is always there
	} `toml:"ssh"`
	Net   netConfig `toml:"net"`
	Store struct {
		Postgres string `toml:"postgres"` // a secret reference; "" is SQLite in the data folder
	} `toml:"store"`
	Seed struct {
		Folder string `toml:"folder"` // topics, queues, rules, views and people of a new desk; "" is what comes with lytter
	} `toml:"seed"`
	Settings struct {
		Undo        duration `toml:"undo"`
		Lease       duration `toml:"lease"`
		Reopen      duration `toml:"reopen"`
		Target      duration `toml:"target"`
		Poll        duration `toml:"poll"`         // with webhooks
		PollWithout duration `toml:"poll_without"` // without
		Loop        int      `toml:"loop"`         // what is said to one person within LoopWithin before a person is asked; 0: 12
		LoopWithin  duration `toml:"loop_within"`  // 0: 10 min
		IdleLock    duration `toml:"idle_lock"`
	} `toml:"settings"`
	Meta     metaConfig      `toml:"meta"`
	X        xConfig         `toml:"x"`
	Accounts []accountConfig `toml:"account"`

	file string // where it was read from; "" for one that was made
	// lent are tokens that are not in their place yet: connect uses them in place of what is there.
	lent map[secretRef]connectors.Vault
}

// metaConfig is our app at Meta: Facebook pages and Instagram accounts are reached through it.
type metaConfig struct {
	AppID     string    `toml:"app_id"`
	AppSecret secretRef `toml:"app_secret"`
	OldSecret secretRef `toml:"old_secret"` // still accepted of webhooks while the secret is being replaced
	Verify    secretRef `toml:"verify"`     // the webhook's verify token
	// HumanAgent says that Meta has granted the app that feature: private messages can be answered for 7 days instead of 24 hours.
	HumanAgent bool `toml:"human_agent"`
	// InstagramSecret is that of the Instagram app, which signs the webhooks of accounts with login = "instagram".
	InstagramSecret secretRef `toml:"instagram_secret"`
	InstagramAppID  string    `toml:"instagram_app_id"` // of the same app: people log in to it with login = "instagram"
	InstagramAPI    string    `toml:"instagram_api"`    // another base address for those accounts
	API             string    `toml:"api"`              // another base address: a sandbox or a proxy
	Version         string    `toml:"version"`          // of the Graph API
}

// xConfig is our app at X.
type xConfig struct {
	ConsumerKey    secretRef `toml:"consumer_key"`
	ConsumerSecret secretRef `toml:"consumer_secret"`
	OldSecret      secretRef `toml:"old_secret"`
	Bearer         secretRef `toml:"bearer"` // app-only: webhooks are asked for with it
	API            string    `toml:"api"`
	ClientID       string    `toml:"client_id"`     // of OAuth 2.0: people log in with it, and their tokens are renewed
	ClientSecret   secretRef `toml:"client_secret"` // of OAuth 2.0; without it the app is a public client
	SelfServe      bool      `toml:"self_serve"`    // pay-per-use: only those who named us may be answered by API
	Sweep          duration  `toml:"sweep"`         // how often posts that name us are looked for, whether they are still there; 0: 24 h
}

// accountConfig is one account of ours on a platform.
type accountConfig struct {
	Name        string    `toml:"name"`
	Channel     string    `toml:"channel"`
	ID          string    `toml:"id"`           // the platform's id of the page, profile or user
	Title       string    `toml:"title"`        // how screens call it; "" is Name
	Handle      string    `toml:"handle"`       // without @
	Token       secretRef `toml:"token"`        // of the page; on X of OAuth 1.0a
	TokenSecret secretRef `toml:"token_secret"` // on X, of OAuth 1.0a
	OAuth2      secretRef `toml:"oauth2"`       // on X, instead of the two above
	Page        string    `toml:"page"`         // of an Instagram account: the id of the page that it is linked with
	Login       string    `toml:"login"`        // of an Instagram account: "instagram" if it logs in itself and not through a page
	Webhook     *bool     `toml:"webhook"`      // false: poll only
	Direct      *bool     `toml:"direct"`       // false: the app may not read private messages; on Instagram and X
	Hashtags    []string  `toml:"hashtags"`     // looked for on Instagram, without "#"
	Searches    []string  `toml:"searches"`     // queries of X's recent search
	Activity    bool      `toml:"activity"`     // on X: webhooks come by the Activity API
	CPRHide     bool      `toml:"cpr_hide"`     // the desk itself hides what certainly holds a CPR number; off unless said
	MaxText     int       `toml:"max_text"`     // on X: how long a post may be; 0 is 280
}

func (a accountConfig) noDirect() bool { return a.Direct != nil && !*a.Direct }

// cprHide names the accounts where the desk hides by itself what certainly holds a CPR number.
func (c *config) cprHide() map[string]bool {
	out := map[string]bool{}
	for _, a := range c.Accounts {
		out[a.Name] = a.CPRHide
	}
	return out
}

func (a accountConfig) webhook() bool { return a.Webhook == nil || *a.Webhook }

// duration is written as in queries: 15s, 10m, 2h, 14d.
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(b []byte) error {
	v, ok := query.ParseDuration(string(b))
	if !ok {
		return &strict.RefusedError{Key: "config.duration", Value: string(b)}
	}
	*d = duration(v)
	return nil
}

func (d duration) std() time.Duration { return time.Duration(d) }

// secretRef says where a secret is: "env:NAME" or "file:path". A secret itself never stands in the configuration.
type secretRef string

// errPlainSecret and its kind are told with their place by check.
var (
	errPlainSecret = inbox.E(inbox.Invalid, "config", "config.secret_plain")
	errOpenSecret  = inbox.E(inbox.Invalid, "config", "config.secret_open")
)

// read fetches the secret. Files that others may read are refused.
func (r secretRef) read(base string) (connectors.Secret, error) {
	kind, what, ok := strings.Cut(string(r), ":")
	switch {
	case r == "":
		return "", nil
	case ok && kind == "env":
		v := os.Getenv(what)
		if v == "" {
			return "", inbox.E(inbox.Invalid, "config", "config.secret_env", "Name", what)
		}
		return connectors.Secret(v), nil
	case ok && kind == "file":
		path := what
		if !filepath.IsAbs(path) {
			path = filepath.Join(base, path)
		}
		st, err := os.Stat(path)
		if err != nil {
			return "", inbox.E(inbox.Invalid, "config", "config.secret_file", "File", what).With(err)
		}
		if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
			return "", &inbox.Error{Code: inbox.Invalid, Op: "config", Reason: *inbox.Why("config.secret_open", "File", what), Err: errOpenSecret}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return "", inbox.E(inbox.Invalid, "config", "config.secret_file", "File", what).With(err)
		}
		return connectors.Secret(strings.TrimSpace(string(data))), nil
	}
	return "", errPlainSecret
}

// configFile finds the file: as named, or lytter.toml here, or in $LYTTER_HOME.
func configFile(named string, env func(string) string) string {
	if named != "" {
		return named
	}
	if home := env("LYTTER_HOME"); home != "" {
		return filepath.Join(home, "lytter.toml")
	}
	return "lytter.toml"
}

// fault is one thing wrong with a configuration, with its place.
type fault struct {
	Line   int          `json:"line,omitempty"`
	Column int          `json:"column,omitempty"`
	Reason inbox.Reason `json:"-"`
	Text   string       `json:"text"`
}

// configError lists everything wrong with a configuration.
type configError struct {
	File   string
	Faults []fault
}

func (e *configError) Error() string {
	parts := make([]string, 0, len(e.Faults))
	for _, f := range e.Faults {
		parts = append(parts, e.place(f)+": "+f.Reason.String())
	}
	return strings.Join(parts, "\n")
}

// place is where a fault is.
func (e *configError) place(f fault) string { return fmt.Sprintf("%s:%d:%d", e.File, f.Line, f.Column) }

// dir is the folder that names in the configuration are relative to.
func (c *config) dir() string { return filepath.Dir(c.file) }

// readConfig reads and checks a file. The error is a *configError, or that the file is not there.
func readConfig(file string) (*config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, inbox.E(inbox.NotFound, "config", "config.no_file", "File", file).With(err)
		}
		return nil, inbox.E(inbox.Invalid, "config", "config.unreadable", "File", file).With(err)
	}
	c := &config{file: file}
	ce := &configError{File: file}
	var se *strict.Error
	if err := strict.Decode(data, c); errors.As(err, &se) {
		for _, f := range se.Faults {
			ce.Faults = append(ce.Faults, fault{Line: f.Line, Column: f.Column, Reason: inbox.Reason{Key: f.Key, Args: f.Args}})
		}
		return nil, ce
	} else if err != nil {
		return nil, err
	}
	ce.Faults = c.check(strict.Keys(data))
	if len(ce.Faults) > 0 {
		return nil, ce
	}
	c.setDefaults()
	return c, nil
}

func (c *config) setDefaults() {
	if c.Data == "" {
		c.Data = "data"
	}
	if !filepath.IsAbs(c.Data) {
		c.Data = filepath.Join(filepath.Dir(c.file), c.Data)
	}
	if c.Language == "" {
		c.Language = "da"
	}
	if c.TimeZone == "" {
		c.TimeZone = "Europe/Copenhagen"
	}
	if c.Web.Listen == "" {
		c.Web.Listen = "127.0.0.1:8080"
	}
}

// check finds what is wrong beyond the spelling. Places are those of the keys concerned.
func (c *config) check(places []strict.Place) []fault {
	var out []fault
	add := func(path string, nth int, key string, args ...any) {
		f := fault{Line: 1, Column: 1, Reason: *inbox.Why(key, args...)}
		for _, p := range places {
			if strings.Join(p.Path, ".") != path {
				continue
			}
			f.Line, f.Column = p.Line, p.Column
			if nth--; nth < 0 {
				break
			}
		}
		out = append(out, f)
	}
	if c.Language != "" && c.Language != "da" && c.Language != "en" {
		add("language", 0, "config.language", "Value", c.Language)
	}
	if c.TimeZone != "" {
		if _, err := time.LoadLocation(c.TimeZone); err != nil {
			add("timezone", 0, "config.timezone", "Value", c.TimeZone)
		}
	}
	for path, addr := range map[string]string{"web.listen": c.Web.Listen, "ssh.listen": c.SSH.Listen} {
		if addr != "" && !listenable(addr) {
			add(path, 0, "config.listen", "Value", addr)
		}
	}
	if u, err := url.Parse(c.Web.Public); c.Web.Public != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u)) {
		add("web.public", 0, "config.public", "Value", c.Web.Public)
	}
	c.Net.check(filepath.Dir(c.file), func(key, why string, args ...any) { add("net."+key, 0, why, args...) })
	if c.Store.Postgres != "" {
		c.checkSecret(secretRef(c.Store.Postgres), func(key string, args ...any) { add("store.postgres", 0, key, args...) })
	}
	if set := c.Settings; set.Undo < 0 || set.Undo.std() > maxUndo {
		add("settings.undo", 0, "config.undo", "Max", int(maxUndo/time.Minute))
	}
	if n := c.Settings.Loop; n < 0 || n > maxLoop {
		add("settings.loop", 0, "config.loop", "Max", maxLoop)
	}
	if d := c.Settings.LoopWithin; d != 0 && (d.std() < time.Minute || d.std() > maxLoopWithin) {
		add("settings.loop_within", 0, "config.loop_within", "Max", int(maxLoopWithin/time.Hour))
	}
	if d := c.X.Sweep; d != 0 && (d.std() < minSweep || d.std() > maxSweep) {
		add("x.sweep", 0, "config.sweep", "Max", int(maxSweep/(24*time.Hour)))
	}
	if folder := c.seedFolder(); folder != "" {
		if st, err := os.Stat(folder); err != nil || !st.IsDir() {
			add("seed.folder", 0, "config.seed_folder", "Folder", folder)
		}
	}
	names, asked := map[string]bool{}, map[string]bool{}
	for i, a := range c.Accounts {
		at := func(key string) func(string, ...any) {
			return func(k string, args ...any) { add("account."+key, c.nth(places, i, key), k, args...) }
		}
		header := func(k string, args ...any) { add("account", i, k, args...) }
		if a.Name == "" || strings.Trim(a.Name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			header("config.account_name", "Name", a.Name)
		}
		if r := inbox.CheckName(a.Name); r != nil {
			at("name")(r.Key, "Name", a.Name)
		}
		if names[a.Name] {
			at("name")("config.account_twice", "Name", a.Name)
		}
		names[a.Name] = true
		if a.ID == "" {
			header("config.account_needs", "Name", a.Name, "Key", "id")
		}
		need := func(key string, have bool) {
			if !have {
				header("config.account_needs", "Name", a.Name, "Key", key)
			}
		}
		section := func(name, key string, have bool) {
			if !have && !asked[name+"."+key] {
				asked[name+"."+key] = true
				add(name, 0, "config.section_needs", "Section", name, "Key", key, "Channel", a.Channel)
			}
		}
		switch inbox.Channel(a.Channel) {
		case inbox.Facebook, inbox.Instagram:
			need("token", a.Token != "")
			section("meta", "app_id", c.Meta.AppID != "")
			section("meta", "app_secret", c.Meta.AppSecret != "")
			section("meta", "verify", c.Meta.Verify != "" || !a.webhook())
			if a.Channel == string(inbox.Instagram) {
				switch instagram.Login(a.Login) {
				case instagram.InstagramLogin:
					section("meta", "instagram_secret", c.Meta.InstagramSecret != "" || !a.webhook())
				case instagram.FacebookLogin, "":
					need("page", a.Page != "")
				default:
					at("login")("config.login", "Value", a.Login)
				}
			}
		case inbox.X:
			if a.OAuth2 == "" {
				need("token", a.Token != "")
				need("token_secret", a.TokenSecret != "")
				section("x", "consumer_key", c.X.ConsumerKey != "")
			}
			section("x", "consumer_secret", c.X.ConsumerSecret != "" || a.OAuth2 != "" && !a.webhook())
			section("x", "bearer", c.X.Bearer != "" || !a.webhook())
		default:
			at("channel")("config.channel", "Value", a.Channel)
		}
		for k, ref := range map[string]secretRef{"token": a.Token, "token_secret": a.TokenSecret, "oauth2": a.OAuth2} {
			c.checkSecret(ref, at(k))
		}
	}
	for path, ref := range map[string]secretRef{
		"meta.app_secret": c.Meta.AppSecret, "meta.old_secret": c.Meta.OldSecret, "meta.verify": c.Meta.Verify,
		"meta.instagram_secret": c.Meta.InstagramSecret,
		"x.client_secret":       c.X.ClientSecret,
		"x.consumer_key":        c.X.ConsumerKey, "x.consumer_secret": c.X.ConsumerSecret, "x.old_secret": c.X.OldSecret, "x.bearer": c.X.Bearer,
	} {
		c.checkSecret(ref, func(key string, args ...any) { add(path, 0, key, args...) })
	}
	for path, addr := range map[string]string{"meta.api": c.Meta.API, "meta.instagram_api": c.Meta.InstagramAPI, "x.api": c.X.API} {
		if u, err := url.Parse(addr); addr != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u)) {
			add(path, 0, "config.api", "Value", addr)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Line < out[j].Line })
	return out
}

// maxUndo is how long a reply may be held for its writer to undo it. A reply that has waited for long (inbox.Settings.StaleAfter) asks again
// before it goes: the time to undo must be far below.
const maxUndo = 10 * time.Minute

// The bounds of the cap on loops: two machines that answer each other say much in little time, a clerk never does.
const (
	maxLoop       = 1000
	maxLoopWithin = 24 * time.Hour
)

// The bounds of how often posts on X are looked for: the connector notes what is new each hour, and looks for what is at most 7 days old.
const (
	minSweep = time.Hour
	maxSweep = 7 * 24 * time.Hour
)

// listenable reports whether an address can be listened on: host:port, with a port that exists.
func listenable(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port) // a number, or a name of this machine's own list
	return err == nil
}

// seedFolder is where the seeds of a new desk are; "" is what comes with lytter.
func (c *config) seedFolder() string {
	if c.Seed.Folder == "" || filepath.IsAbs(c.Seed.Folder) {
		return c.Seed.Folder
	}
	return filepath.Join(filepath.Dir(c.file), c.Seed.Folder)
}

// nth says how many accounts before the i-th also have a key: which of the key's places is the i-th account's.
func (c *config) nth(places []strict.Place, i int, key string) int {
	table, n := -1, 0
	for _, p := range places {
		if p.Header && strings.Join(p.Path, ".") == "account" {
			table++
		}
		if strings.Join(p.Path, ".") == "account."+key && table < i {
			n++
		}
	}
	return n
}

func (c *config) checkSecret(ref secretRef, add func(string, ...any)) {
	if _, err := ref.read(filepath.Dir(c.file)); err != nil {
		addError(err, add)
	}
}

// addError adds what an error says.
func addError(err error, add func(string, ...any)) {
	r := inbox.ReasonOf(err)
	var args []any
	for k, v := range r.Args {
		args = append(args, k, v)
	}
	add(r.Key, args...)
}

func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
