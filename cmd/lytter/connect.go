package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/facebook"
	"lytter/connectors/instagram"
	"lytter/connectors/twitter"
	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// connecting is one run of `lytter accounts connect`: a person gives us access to an account. Nothing is written before all is known, and
// what is written is written whole, so it can be interrupted and repeated at any point.
type connecting struct {
	*program
	cfg     *config
	channel inbox.Channel
	lines   *bufio.Reader // what the person types

	way      string // of Instagram: how people log in
	account  string // the id to take
	name     string
	redirect string
	pasted   bool // a token comes by standard input, and no code
	keys     bool // of X: a token and secret of OAuth 1.0a come by standard input
	yes      bool
}

type line struct {
	text string
	err  error
}

// connectTimeout bounds a step that asks the platform.
const connectTimeout = 2 * time.Minute

func (p *program) connectCommand() *cobra.Command {
	c := &connecting{program: p}
	cmd := &cobra.Command{
		Use: "connect facebook|instagram|x", Short: p.texts.T("cli.connect.short"), Long: p.texts.T("cli.connect.long"),
		Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"facebook", "instagram", "x"},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.channel = inbox.Channel(args[0])
			return c.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.account, "account", "", p.texts.T("cli.connect.flag_account"))
	f.StringVar(&c.name, "name", "", p.texts.T("cli.connect.flag_name"))
	f.StringVar(&c.way, "login", string(instagram.FacebookLogin), p.texts.T("cli.connect.flag_login"))
	f.StringVar(&c.redirect, "redirect", "https://127.0.0.1/lytter", p.texts.T("cli.connect.flag_redirect"))
	f.BoolVar(&c.pasted, "token", false, p.texts.T("cli.connect.flag_token"))
	f.BoolVar(&c.keys, "oauth1", false, p.texts.T("cli.connect.flag_oauth1"))
	f.BoolVar(&c.yes, "yes", false, p.texts.T("cli.connect.flag_yes"))
	cmd.MarkFlagsMutuallyExclusive("token", "oauth1")
	return cmd
}

func (c *connecting) run(ctx context.Context) (err error) {
	if c.cfg, err = c.settings(); err != nil {
		return err
	}
	if c.cfg.file == "" {
		return inbox.E(inbox.NotFound, "connect", "config.no_file", "File", configFile(c.file, c.env))
	}
	if c.keys && c.channel != inbox.X || c.way != string(instagram.FacebookLogin) && c.way != string(instagram.InstagramLogin) {
		return inbox.E(inbox.Invalid, "connect", "connect.flags")
	}
	if err := c.prepared(); err != nil {
		return err
	}
	c.lines = bufio.NewReader(c.in)
	found, err := c.reach(ctx)
	if err != nil {
		return err
	}
	acc, err := c.choose(ctx, found)
	if err != nil {
		return err
	}
	return c.settle(ctx, acc)
}

// prepared says what of the app's own keys is missing: the platform's developer pages give them out.
func (c *connecting) prepared() error {
	need := func(section, key string, have bool) error {
		if have {
			return nil
		}
		return inbox.E(inbox.Invalid, "connect", "connect.needs", "Section", section, "Key", key, "Channel", string(c.channel))
	}
	switch {
	case c.channel == inbox.X && c.keys:
		return firstOf(need("x", "consumer_key", c.cfg.X.ConsumerKey != ""), need("x", "consumer_secret", c.cfg.X.ConsumerSecret != ""))
	case c.channel == inbox.X:
		return need("x", "client_id", c.cfg.X.ClientID != "" || c.pasted)
	case c.own():
		return firstOf(need("meta", "app_id", c.cfg.Meta.AppID != ""), need("meta", "app_secret", c.cfg.Meta.AppSecret != ""),
			need("meta", "instagram_app_id", c.cfg.Meta.InstagramAppID != "" || c.pasted),
			need("meta", "instagram_secret", c.cfg.Meta.InstagramSecret != ""))
	}
	return firstOf(need("meta", "app_id", c.cfg.Meta.AppID != ""), need("meta", "app_secret", c.cfg.Meta.AppSecret != ""))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// own reports whether an Instagram account logs in by itself.
func (c *connecting) own() bool {
	return c.channel == inbox.Instagram && c.way == string(instagram.InstagramLogin)
}

// login gives the platform's way to log in.
func (c *connecting) login() (connectors.Login, connectors.Connector, error) {
	empty := *c.cfg
	empty.Accounts = []accountConfig{{Channel: string(c.channel), Login: c.wayOf()}}
	p, err := connect(&empty, time.Now, -1)
	if err != nil {
		return nil, nil, err
	}
	switch k := p.list[0].(type) {
	case *facebook.Connector:
		return k.Login(), k, nil
	case *instagram.Connector:
		return k.Login(instagram.Login(c.way)), k, nil
	case *twitter.Connector:
		return k.Login(), k, nil
	}
	return nil, nil, inbox.E(inbox.Invalid, "connect", "connect.flags")
}

func (c *connecting) wayOf() string {
	if c.own() {
		return c.way
	}
	return ""
}

// reach logs in, and lists what the login reaches.
func (c *connecting) reach(ctx context.Context) ([]connectors.Reached, error) {
	login, platform, err := c.login()
	if err != nil {
		return nil, err
	}
	var g connectors.Grant
	switch {
	case c.keys:
		return c.keyed(ctx, platform)
	case c.pasted:
		token, err := c.secret(ctx, "cli.connect.paste_token")
		if err != nil {
			return nil, err
		}
		asking, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		if g, err = login.Accept(asking, token); err != nil {
			return nil, refusedBy(c.channel, err)
		}
	default:
		if g, err = c.consent(ctx, login); err != nil {
			return nil, err
		}
	}
	asking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	found, err := login.Accounts(asking, g)
	if err != nil {
		return nil, refusedBy(c.channel, err)
	}
	return found, nil
}

// keyed takes the token and the secret of OAuth 1.0a.
func (c *connecting) keyed(ctx context.Context, platform connectors.Connector) ([]connectors.Reached, error) {
	x, ok := platform.(*twitter.Connector)
	if !ok {
		return nil, inbox.E(inbox.Invalid, "connect", "connect.flags")
	}
	token, err := c.secret(ctx, "cli.connect.paste_token")
	if err != nil {
		return nil, err
	}
	secret, err := c.secret(ctx, "cli.connect.paste_secret")
	if err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	r, err := x.Keyed(asking, token, secret)
	if err != nil {
		return nil, refusedBy(c.channel, err)
	}
	r.Grant.Renewal = secret // until it has a file of its own: see settle
	return []connectors.Reached{r}, nil
}

// consent sends the person to the platform, and takes what their browser comes back with.
func (c *connecting) consent(ctx context.Context, login connectors.Login) (connectors.Grant, error) {
	state, verifier := rand.Text(), rand.Text()+rand.Text()
	fmt.Fprintln(c.out, c.texts.T("cli.connect.open"))
	fmt.Fprintln(c.out)
	fmt.Fprintln(c.out, login.Address(c.redirect, state, verifier))
	fmt.Fprintln(c.out)
	fmt.Fprintln(c.out, c.texts.T("cli.connect.paste_code", "Redirect", c.redirect))
	said, err := c.ask(ctx)
	if err != nil {
		return connectors.Grant{}, err
	}
	code, err := codeIn(said, state)
	if err != nil {
		return connectors.Grant{}, err
	}
	asking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	g, err := login.Redeem(asking, c.redirect, code, verifier)
	if err != nil {
		return g, refusedBy(c.channel, err)
	}
	return g, nil
}

// codeIn finds the code in what a person pasted: the code, or the whole address to which they were sent back. The state in an address must
// be the one that we sent: another's address would give us another's account.
func codeIn(said, state string) (string, error) {
	said = strings.TrimSpace(said)
	u, err := url.Parse(said)
	if err != nil || u.Scheme == "" || u.RawQuery == "" {
		if said == "" || strings.ContainsAny(said, " \t/?&=") {
			return "", inbox.E(inbox.Invalid, "connect", "connect.no_code")
		}
		code, _, _ := strings.Cut(said, "#") // which Meta puts behind it
		return code, nil
	}
	q := u.Query()
	switch {
	case q.Get("error") != "":
		return "", inbox.E(inbox.Forbidden, "connect", "connect.denied")
	case q.Get("code") == "":
		return "", inbox.E(inbox.Invalid, "connect", "connect.no_code")
	case q.Get("state") != state:
		return "", inbox.E(inbox.Invalid, "connect", "connect.state")
	}
	return q.Get("code"), nil
}

// refusedBy is the error of a platform, for people.
func refusedBy(ch inbox.Channel, err error) error {
	e := connectors.AsError(err)
	code := inbox.Invalid
	switch e.Class {
	case connectors.Transient, connectors.Throttled:
		code = inbox.Unavailable
	case connectors.Forbidden:
		code = inbox.Forbidden
	}
	return &inbox.Error{Code: code, Op: "connect " + string(ch), Reason: e.Reason, Err: err}
}

// choose takes the account that was asked for, the only one, or the one that the person names.
func (c *connecting) choose(ctx context.Context, found []connectors.Reached) (*connectors.Reached, error) {
	if len(found) == 0 {
		return nil, inbox.E(inbox.NotFound, "connect", "connect.none", "Channel", string(c.channel))
	}
	fmt.Fprintln(c.out, c.texts.T("cli.connect.found"))
	for i, r := range found {
		row := fmt.Sprintf("%3d  %-20s %s", i+1, r.ID, text.CleanLine(r.Title))
		if r.Handle != "" {
			row += " @" + string(text.CleanLine(r.Handle))
		}
		if r.Refusal != nil {
			row += ": " + c.texts.Reason(r.Refusal)
		}
		fmt.Fprintln(c.out, row)
	}
	want := c.account
	for first := true; ; first = false {
		if want == "" && len(found) == 1 {
			want = string(found[0].ID)
		}
		if want == "" || !first {
			fmt.Fprintln(c.out, c.texts.T("cli.connect.which"))
			var err error
			if want, err = c.ask(ctx); err != nil {
				return nil, err
			}
		}
		for i := range found {
			if want != string(found[i].ID) && want != fmt.Sprint(i+1) && !strings.EqualFold(strings.TrimPrefix(want, "@"), found[i].Handle) {
				continue
			}
			if found[i].Refusal != nil {
				return nil, &inbox.Error{Code: inbox.Forbidden, Op: "connect", Reason: *found[i].Refusal}
			}
			return &found[i], nil
		}
		if c.account != "" {
			return nil, inbox.E(inbox.NotFound, "connect", "connect.no_account", "Account", c.account)
		}
	}
}

// typed reads a line. A read of a terminal cannot be interrupted: the goroutine may outlive the command, and the process ends anyway.
func typed(ctx context.Context, read func() (string, error)) (string, error) {
	said := make(chan line, 1)
	go func() {
		s, err := read()
		said <- line{strings.TrimSpace(s), err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case l := <-said:
		if l.err != nil && l.text == "" {
			return "", inbox.E(inbox.Invalid, "connect", "connect.no_answer")
		}
		return l.text, nil
	}
}

// ask waits for a line that is not empty.
func (c *connecting) ask(ctx context.Context) (string, error) {
	for {
		s, err := typed(ctx, func() (string, error) { return c.lines.ReadString('\n') })
		if err != nil || s != "" {
			return s, err
		}
	}
}

// secret asks for a line that is not shown while it is typed.
func (c *connecting) secret(ctx context.Context, prompt string) (connectors.Secret, error) {
	fmt.Fprintln(c.out, c.texts.T(prompt))
	f, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || c.lines.Buffered() > 0 {
		s, err := c.ask(ctx)
		return connectors.Secret(s), err
	}
	was, err := term.GetState(int(f.Fd()))
	if err != nil {
		return "", err
	}
	s, err := typed(ctx, func() (string, error) {
		b, err := term.ReadPassword(int(f.Fd()))
		return string(b), err
	})
	if rerr := term.Restore(int(f.Fd()), was); rerr != nil && err == nil { // also where it was interrupted
		err = rerr
	}
	return connectors.Secret(s), err
}
