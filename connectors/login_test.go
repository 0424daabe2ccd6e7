package connectors_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/facebook"
	"lytter/connectors/instagram"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/connectors/twitter"
	"lytter/inbox"
)

// pages are the platforms with a clock that tests move, and the three connectors' logins.
type pages struct {
	*sandbox.Server
	t    *testing.T
	hand sandbox.Handshake
	now  atomic.Int64 // seconds
}

const ownProfile = "17841400000000077"

func newPages(t *testing.T) *pages {
	t.Helper()
	p := &pages{t: t}
	p.now.Store(time.Now().Unix())
	cfg := sandbox.DefaultConfig(5)
	cfg.Now, cfg.History.Conversations = p.clock, 0
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	cfg.Meta.Profiles = append(cfg.Meta.Profiles, sandbox.Profile{
		ID: ownProfile, Username: "havneborg.selv", Name: "Selv", Page: cfg.Meta.Pages[1].ID, Login: sandbox.InstagramLogin,
	})
	var err error
	if p.Server, err = sandbox.New(cfg); err != nil {
		t.Fatal(err)
	}
	p.hand = p.Handshake()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error("sandbox:", err)
		}
	})
	return p
}

func (p *pages) clock() time.Time     { return time.Unix(p.now.Load(), 0) }
func (p *pages) pass(d time.Duration) { p.now.Add(int64(d / time.Second)) }

func (p *pages) must(err error, of string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", of, err)
	}
}

func (p *pages) facebook(v map[inbox.RemoteID]connectors.Vault, secret string) *facebook.Connector {
	c, err := facebook.New(facebook.Config{
		AppID: p.hand.Meta.AppID, AppSecrets: connectors.Secrets{connectors.Secret(secret)}, VerifyToken: "v", Pages: v,
		BaseURL: p.hand.Graph, Now: p.clock,
	})
	p.must(err, "facebook")
	return c
}

func (p *pages) instagram(accounts map[inbox.RemoteID]instagram.Account) *instagram.Connector {
	c, err := instagram.New(instagram.Config{
		AppID: p.hand.Meta.AppID, AppSecrets: connectors.Secrets{connectors.Secret(p.hand.Meta.AppSecret)}, VerifyToken: "v", Accounts: accounts,
		InstagramSecrets: connectors.Secrets{connectors.Secret(p.hand.Meta.InstagramSecret)}, InstagramAppID: p.hand.Meta.InstagramAppID,
		BaseURL: p.hand.Graph, InstagramURL: p.hand.Instagram, Now: p.clock, Pause: -1,
	})
	p.must(err, "instagram")
	return c
}

func (p *pages) x(accounts map[inbox.RemoteID]twitter.Account, secret string) *twitter.Connector {
	c, err := twitter.New(twitter.Config{
		ConsumerKey: connectors.Secret(p.hand.XApp.ConsumerKey), ConsumerSecrets: connectors.Secrets{connectors.Secret(p.hand.XApp.ConsumerSecret)},
		Bearer: connectors.Secret(p.hand.XApp.BearerToken), ClientID: p.hand.XApp.ClientID, ClientSecret: connectors.Secret(secret),
		Accounts: accounts, BaseURL: p.hand.X, SelfServe: true, Now: p.clock,
	})
	p.must(err, "x")
	return c
}

const verifier = "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGH"

// allow presses what a person would, and gives the code.
func (p *pages) allow(l connectors.Login, more string) string {
	p.t.Helper()
	address := l.Address(sandbox.Redirect, "some-state", verifier)
	if more != "" {
		address += "&" + more
	}
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, http.NoBody)
	p.must(err, "address")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	p.must(err, "consent")
	body, err := io.ReadAll(resp.Body)
	p.must(err, "consent")
	p.must(resp.Body.Close(), "consent")
	at, err := resp.Location()
	if err != nil || at.Query().Get("state") != "some-state" {
		p.t.Fatalf("%d %s: %v, %v", resp.StatusCode, body, at, err)
	}
	return at.Query().Get("code")
}

func (p *pages) enter(l connectors.Login, more string) []connectors.Reached {
	p.t.Helper()
	g, err := l.Redeem(p.t.Context(), sandbox.Redirect, p.allow(l, more), verifier)
	p.must(err, "redeem")
	found, err := l.Accounts(p.t.Context(), g)
	p.must(err, "accounts")
	return found
}

func TestLogins(t *testing.T) {
	p := newPages(t)
	fb, ig, x := p.facebook(nil, p.hand.Meta.AppSecret), p.instagram(nil), p.x(nil, p.hand.XApp.ClientSecret)
	handle, _ := p.hand.Account("x-kommunen")
	for name, c := range map[string]struct {
		login connectors.Login
		ids   []string
	}{
		"facebook":            {fb.Login(), []string{"104512398712340", "109876543210987"}},
		"instagram by a page": {ig.Login(instagram.FacebookLogin), []string{"17841400412345678"}},
		"instagram by itself": {ig.Login(instagram.InstagramLogin), []string{ownProfile}},
		"x":                   {x.Login(), []string{handle.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			found := p.enter(c.login, "")
			ids := []string{}
			for _, r := range found {
				ids = append(ids, string(r.ID))
				if r.Title == "" || r.Grant.Access == "" || r.Refusal != nil {
					t.Errorf("%+v", r)
				}
			}
			if !slices.Equal(ids, c.ids) {
				t.Errorf("%v", ids)
			}
			code := p.allow(c.login, "")
			if _, err := c.login.Redeem(t.Context(), "https://elsewhere.example/", code, verifier); connectors.ClassOf(err) != connectors.Rejected {
				t.Errorf("another redirect: %v", err)
			}
			code = p.allow(c.login, "")
			_, err := c.login.Redeem(t.Context(), sandbox.Redirect, code, verifier)
			p.must(err, "redeem")
			for what, code := range map[string]string{"twice": code, "none": "no-such-code"} {
				if _, err := c.login.Redeem(t.Context(), sandbox.Redirect, code, verifier); connectors.ClassOf(err) != connectors.Rejected {
					t.Errorf("%s: %v", what, err)
				}
			}
			late := p.allow(c.login, "")
			p.pass(2 * time.Hour)
			if _, err := c.login.Redeem(t.Context(), sandbox.Redirect, late, verifier); connectors.ClassOf(err) != connectors.Rejected {
				t.Errorf("too late: %v", err)
			}
			if _, err := c.login.Accounts(t.Context(), connectors.Grant{Access: "no-such-token"}); connectors.ClassOf(err) != connectors.Auth {
				t.Errorf("no token: %v", err)
			}
		})
	}
	_, err := x.Login().Redeem(t.Context(), sandbox.Redirect, p.allow(x.Login(), ""), "another-verifier")
	if connectors.ClassOf(err) != connectors.Rejected {
		t.Error("a code was redeemed without its verifier:", err)
	}
	for what, l := range map[string]connectors.Login{
		"facebook": p.facebook(nil, "not-the-secret").Login(), "x": p.x(nil, "not-the-secret").Login(),
	} {
		_, err := l.Redeem(t.Context(), sandbox.Redirect, p.allow(l, ""), verifier)
		told := fmt.Sprintf("%v %+v", err, connectors.AsError(err))
		if connectors.ClassOf(err) != connectors.Forbidden || strings.Contains(told, "not-the-secret") {
			t.Errorf("%s with another secret: %v", what, err)
		}
	}
}

// A day with X: a token of two hours, answers all the while from several sides, and one renewal each time.
func TestTokenOfXThroughADay(t *testing.T) {
	p := newPages(t)
	first := p.enter(p.x(nil, p.hand.XApp.ClientSecret).Login(), "")[0]
	vault := newSafe(first.Grant)
	us := inbox.Account{Channel: inbox.X, Remote: first.ID, Handle: first.Handle}
	accounts := map[inbox.RemoteID]twitter.Account{first.ID: {OAuth2: vault}}
	// Two, as a desk and a command beside it are.
	desks := []*twitter.Connector{p.x(accounts, p.hand.XApp.ClientSecret), p.x(accounts, p.hand.XApp.ClientSecret)}
	sent := map[string]int{}
	var mu sync.Mutex
	const perHour, hours = 4, 24
	for n := range perHour * hours {
		at, err := p.Publish(sandbox.Publication{
			Account: "x-kommunen", Author: sandbox.Author{Name: "Bo", Handle: "bo"}, Text: fmt.Sprintf("@havneborg spørgsmål %d", n),
		})
		p.must(err, "publish")
		var wg sync.WaitGroup
		for i, c := range desks {
			wg.Go(func() {
				if i == 1 {
					if x, err := c.Examine(t.Context(), us); err != nil || len(x.Findings(p.clock())) > 0 {
						t.Errorf("hour %d: %+v, %v", n/perHour, x.Findings(p.clock()), err)
					}
					return
				}
				text := fmt.Sprintf("Svar %d", n)
				o := inbox.Outgoing{Kind: inbox.PublicReply, Target: inbox.RemoteID(at.ID), Text: text, SendingAt: p.clock()}
				got, err := c.Send(t.Context(), us, o)
				if err != nil || got.Remote == "" {
					t.Errorf("hour %d: %v", n/perHour, err)
				}
				mu.Lock()
				sent[text]++
				mu.Unlock()
			})
		}
		wg.Wait()
		p.pass(time.Hour / perHour)
	}
	posted := map[string]int{}
	for _, a := range p.Ledger().Acts(ledger.Filter{Limit: 10_000}) {
		for text := range sent {
			if a.Text == text || strings.HasSuffix(a.Text, " "+text) {
				posted[text]++
			}
		}
	}
	for text := range sent {
		if posted[text] != 1 {
			t.Errorf("%s went out %d times", text, posted[text])
		}
	}
	// Each token lasts until five minutes before its two hours are over: at a quarter's step that is after 1 h 45 min or at 2 h.
	if n := p.Renewals(); n < hours/2-1 || n > hours/2+2 || n != vault.writes {
		t.Errorf("%d renewals in %d hours, %d stored", n, hours, vault.writes)
	}
}

// X refuses a token before its time: it is renewed once, and the call is made again. Where the renewal too is taken back a person is
// needed; once there is another token in its place the next call bears that.
func TestTokenOfXRefused(t *testing.T) {
	p := newPages(t)
	login := p.x(nil, p.hand.XApp.ClientSecret).Login()
	first := p.enter(login, "")[0]
	vault := newSafe(first.Grant)
	us := inbox.Account{Channel: inbox.X, Remote: first.ID, Handle: first.Handle}
	c := p.x(map[inbox.RemoteID]twitter.Account{first.ID: {OAuth2: vault}}, p.hand.XApp.ClientSecret)
	poll := func() error {
		_, err := c.Poll(t.Context(), us, "mentions", nil)
		return err
	}
	p.must(poll(), "poll")
	p.must(p.Befall(ledger.X, sandbox.Trouble{Kind: "expire_token", Account: string(first.ID)}), "expire")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := poll(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if p.Renewals() != 1 || vault.writes != 1 {
		t.Errorf("%d renewals, %d stored", p.Renewals(), vault.writes)
	}
	p.must(p.Befall(ledger.X, sandbox.Trouble{Kind: "revoke_token", Account: string(first.ID)}), "revoke")
	err := poll()
	if e := connectors.AsError(err); e == nil || e.Class != connectors.Auth || e.Maybe || e.Reason.Key != "platform.token_spent" {
		t.Errorf("%v", err)
	}
	x, err := c.Examine(t.Context(), us)
	if f := x.Findings(p.clock()); err != nil || len(f) != 1 || f[0].State != inbox.AccountNeedsLogin {
		t.Errorf("%+v, %v", f, err)
	}
	p.must(vault.Keep(p.enter(login, "")[0].Grant), "a new login")
	p.must(poll(), "after the login")
}

func TestTokenOfInstagramThroughAYear(t *testing.T) {
	p := newPages(t)
	r := p.enter(p.instagram(nil).Login(instagram.InstagramLogin), "")[0]
	vault := newSafe(r.Grant)
	us := inbox.Account{Channel: inbox.Instagram, Remote: r.ID, Handle: r.Handle}
	c := p.instagram(map[inbox.RemoteID]instagram.Account{r.ID: {Login: instagram.InstagramLogin, Token: vault}})
	for range 365 {
		x, err := c.Examine(t.Context(), us)
		if f := x.Findings(p.clock()); err != nil || len(f) > 0 {
			t.Fatalf("%+v, %v", f, err)
		}
		p.pass(24 * time.Hour)
	}
	if vault.writes < 30 || vault.writes > 50 {
		t.Errorf("%d renewals in a year", vault.writes)
	}
	p.pass(55 * 24 * time.Hour) // the desk stood still: what is left of the token is less than a week, and a renewal saves it
	x, err := c.Examine(t.Context(), us)
	if f := x.Findings(p.clock()); err != nil || len(f) > 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	fixed := p.instagram(map[inbox.RemoteID]instagram.Account{r.ID: {Login: instagram.InstagramLogin, Token: vault.kept.Access}})
	if x, err = fixed.Examine(t.Context(), us); err != nil || len(x.Findings(p.clock())) != 1 {
		t.Errorf("of one that cannot be renewed nobody is told: %+v, %v", x, err)
	}
	p.pass(61 * 24 * time.Hour)
	x, err = c.Examine(t.Context(), us)
	if f := x.Findings(p.clock()); err != nil || len(f) != 1 || f[0].State != inbox.AccountNeedsLogin {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestExaminationOfAPage(t *testing.T) {
	p := newPages(t)
	const page, other = inbox.RemoteID("104512398712340"), inbox.RemoteID("109876543210987")
	us := inbox.Account{Channel: inbox.Facebook, Remote: page}
	vault := newSafe(connectors.Grant{})
	c := p.facebook(map[inbox.RemoteID]connectors.Vault{page: vault}, p.hand.Meta.AppSecret)
	look := func() []string {
		t.Helper()
		x, err := c.Examine(t.Context(), us)
		p.must(err, "examine")
		out := []string{}
		for _, f := range x.Findings(p.clock()) {
			out = append(out, strings.TrimSpace(string(f.State)+" "+f.Reason.Key))
		}
		return out
	}
	want := func(of string, keys ...string) {
		t.Helper()
		if got := look(); !slices.Equal(got, keys) && len(got)+len(keys) > 0 {
			t.Errorf("%s: %v, want %v", of, got, keys)
		}
	}
	want("none", "needs_login platform.token_missing")
	log := func(more string) {
		t.Helper()
		found := p.enter(c.Login(), more)
		p.must(vault.Keep(found[0].Grant), "keep")
	}
	log("")
	want("whole")
	log("without=" + url.QueryEscape("pages_messaging,pages_manage_engagement"))
	want("narrow", "partial platform.permissions_part", "platform.permissions_advised")
	log("without=" + url.QueryEscape("pages_read_user_content"))
	want("blind", "broken platform.permissions_missing")
	log("pages=" + string(other))
	want("another page's", "needs_login platform.token_other")
	log("")
	p.pass(84 * 24 * time.Hour)
	want("data access ends", "platform.token_ends")
	p.pass(7 * 24 * time.Hour)
	want("data access ended", "needs_login platform.token")
	log("")
	p.must(p.Befall(ledger.Facebook, sandbox.Trouble{Kind: "revoke_token", Account: string(page), Why: "password"}), "revoke")
	want("password", "needs_login platform.token_password")
}
