package meta

import (
	"fmt"
	"log/slog"
	"time"

	"lytter/connectors/sandbox/internal/delivery"
	"lytter/connectors/sandbox/ledger"
)

// App is an app of the Meta developer dashboard.
type App struct {
	ID     string
	Name   string
	Secret string // signs webhooks; "ID|Secret" is the app's own token
	// InstagramSecret is that of the Instagram app which belongs to the app: it signs the webhooks of profiles of Instagram Login.
	InstagramSecret string
	Redirects       []string // where a login may send people back to
	Deauthorize     string   // "Deauthorize callback URL" in the dashboard: called when somebody removes the app; "": nobody is told
	RequireProof    bool     // "Require App Secret" in the dashboard: each call needs appsecret_proof
}

// Page is a Facebook Page of ours.
type Page struct {
	ID       string
	Name     string
	Username string
	Category string
}

// Profile is an Instagram professional account of ours.
type Profile struct {
	ID       string // the 1784… id
	Username string
	Name     string
	Page     string // id of the Page that it is linked with
	Login    string // InstagramLogin: it is reached by a token of its own and not through the Page
}

// InstagramLogin is the way of a Profile that was connected without a Page.
const InstagramLogin = "instagram"

// Kinds of tokens.
const (
	PageToken   = "PAGE"
	UserToken   = "USER"
	SystemToken = "SYSTEM_USER"
	// InstagramToken is that of a profile of Instagram Login. It works below /instagram, which stands for graph.instagram.com.
	InstagramToken = "INSTAGRAM"
)

// Token is an access token and what it may do.
type Token struct {
	Value      string
	Kind       string // PageToken, UserToken or SystemToken
	App        string // id of the app that it was given to
	User       string // id of the person or system user behind it
	Pages      []string
	Profile    string    // of an InstagramToken
	Scopes     []string  // permissions granted
	Issued     time.Time // zero is not known
	Expires    time.Time // zero is never
	DataExpire time.Time // when data access ends; zero is never
	Dead       int       // 0 alive; else the subcode that each call fails with: 458, 459, 460, 463, 464, 467, 492
}

// Scopes is all that a desk needs on Pages and on Instagram with Facebook Login.
func Scopes() []string {
	return []string{
		scopePages, scopeMetadata, scopeEngagement, scopeUserContent, scopeManage, scopeMessaging, scopeInstagram, scopeInstagramComments,
		scopeInstagramMessages,
	}
}

// InstagramScopes is all that a desk needs of a token of Instagram Login.
func InstagramScopes() []string {
	return []string{"instagram_business_basic", "instagram_business_manage_comments", "instagram_business_manage_messages"}
}

// Limits bound the calls of one rolling window, as the Graph does by formulae over audience and use ("Graph API: rate limits").
type Limits struct {
	App       int // app tokens, per hour
	Page      int // Page and system-user tokens on a Page, per 24 hours
	Instagram int // the same on an Instagram account, per 24 hours
	Messenger int // of private messages of a Page, per 24 hours
	Private   int // private replies of an account, per hour
}

// Config is what the platform starts with.
type Config struct {
	Apps     []App
	Pages    []Page
	Profiles []Profile
	Tokens   []Token

	// Filtered is the share of rows before which there are some that nobody may see, so that pages are short, or empty with another
	// behind them; 0 is a tenth, below 0 there are none.
	Filtered        float64
	HiddenAuthors   float64       // share of people whom apps may not be shown: no "from"
	ProfileAccess   bool          // the app has Business Asset User Profile Access
	PublicAccess    bool          // the app has Page Public Content Access: it may read what stands on others' walls
	HumanAgent      bool          // the app has the feature Human Agent: private answers for 7 days
	CommentChars    int           // longest Facebook comment; 0 is 8000
	MessageChars    int           // longest private message on Messenger; 0 is 2000
	InstagramChars  int           // longest Instagram comment; 0 is 2200
	InstagramBytes  int           // longest private message on Instagram, in bytes of UTF-8; 0 is 1000
	InstagramStrict bool          // also at most 300 characters, 4 hashtags, 1 link and not all capitals
	DuplicateWindow time.Duration // the same text below the same object within it is error 506; 0 is 10 minutes
	// ConversationsPerSecond is how often an Instagram account's conversations may be read; 0 is 2, below 0 does not count.
	ConversationsPerSecond int
	Limits                 Limits // zero fields: 200,000 for the app, 750 private replies, 480,000 for the others
}

// Deps are the services that the platform uses.
type Deps struct {
	Seed          uint64
	Ledger        *ledger.Ledger
	Courier       *delivery.Courier
	Now           func() time.Time
	Log           *slog.Logger
	Speed         float64 // how much faster than Meta's the clock of retries runs
	AllowLoopback bool    // callbacks may be plain http on this machine, with a port
}

func (c Config) withDefaults() Config {
	if c.Filtered == 0 {
		c.Filtered = 0.1
	}
	if c.CommentChars == 0 {
		c.CommentChars = 8000
	}
	if c.MessageChars == 0 {
		c.MessageChars = 2000
	}
	if c.InstagramBytes == 0 {
		c.InstagramBytes = 1000
	}
	if c.InstagramChars == 0 {
		c.InstagramChars = 2200
	}
	if c.DuplicateWindow == 0 {
		c.DuplicateWindow = 10 * time.Minute
	}
	if c.Limits.App == 0 {
		c.Limits.App = 200_000
	}
	if c.Limits.Page == 0 {
		c.Limits.Page = 480_000
	}
	if c.Limits.Messenger == 0 {
		c.Limits.Messenger = 480_000
	}
	if c.Limits.Private == 0 {
		c.Limits.Private = 750
	}
	if c.ConversationsPerSecond == 0 {
		c.ConversationsPerSecond = 2
	}
	if c.Limits.Instagram == 0 {
		c.Limits.Instagram = 480_000
	}
	return c
}

// check refuses a configuration whose parts do not fit together.
func (c Config) check() error {
	apps, pages := map[string]bool{}, map[string]bool{}
	for _, a := range c.Apps {
		if a.ID == "" || a.Secret == "" {
			return fmt.Errorf("app %q needs an id and a secret", a.Name)
		}
		apps[a.ID] = true
	}
	for _, p := range c.Pages {
		if p.ID == "" || p.Name == "" {
			return fmt.Errorf("page %q needs an id and a name", p.ID)
		}
		pages[p.ID] = true
	}
	for _, p := range c.Profiles {
		if p.ID == "" || p.Username == "" || !pages[p.Page] {
			return fmt.Errorf("instagram profile %q needs an id, a username and a page of ours (%q is none)", p.ID, p.Page)
		}
	}
	profiles := map[string]bool{}
	for _, p := range c.Profiles {
		profiles[p.ID] = p.Login == InstagramLogin
	}
	for _, t := range c.Tokens {
		if t.Kind == InstagramToken && !profiles[t.Profile] {
			return fmt.Errorf("a token of Instagram Login names %q, which is no profile of it", t.Profile)
		}
		if t.Value == "" || !apps[t.App] {
			return fmt.Errorf("a %s token of app %q needs a value and a known app", t.Kind, t.App)
		}
		if t.Kind == PageToken && len(t.Pages) != 1 {
			return fmt.Errorf("a page token belongs to exactly one page, not to %d", len(t.Pages))
		}
		for _, p := range t.Pages {
			if !pages[p] {
				return fmt.Errorf("a token names the unknown page %q", p)
			}
		}
	}
	if !(c.HiddenAuthors >= 0 && c.HiddenAuthors <= 1) {
		return fmt.Errorf("the share of hidden authors is %v: it must lie between 0 and 1", c.HiddenAuthors)
	}
	return nil
}
