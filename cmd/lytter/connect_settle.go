package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/strict"
	"lytter/inbox/text"
)

// heldVault keeps a grant in memory, while it is seen whether it is good for what it is wanted for.
type heldVault struct {
	mu    sync.Mutex
	grant connectors.Grant
}

// Grant implements connectors.Vault.
func (v *heldVault) Grant() (connectors.Grant, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.grant, nil
}

// Lock implements connectors.Vault. Nobody else knows of it.
func (*heldVault) Lock(context.Context) (func(), error) { return func() {}, nil }

// Keep implements connectors.Vault.
func (v *heldVault) Keep(g connectors.Grant) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.grant = g
	return nil
}

// newSecret is a secret that was got and has a place, and is not there yet.
type newSecret struct {
	key  string // of the account's table
	ref  secretRef
	held *heldVault
}

// settle sees whether an account can be used, stores it, and reads from it.
func (c *connecting) settle(ctx context.Context, r *connectors.Reached) error {
	a, known, err := c.table(r)
	if err != nil {
		return err
	}
	secrets, err := c.places(&a, known, r.Grant)
	if err != nil {
		return err
	}
	// As it will be, but for the secrets: they are still in our hands.
	trial := *c.cfg
	trial.Accounts, trial.lent = []accountConfig{a}, map[secretRef]connectors.Vault{}
	for _, s := range secrets {
		trial.lent[s.ref] = s.held
	}
	p, err := connect(&trial, time.Now, 0)
	if err != nil {
		return err
	}
	platform := p.list[0]
	ours := inbox.Account{Channel: c.channel, Remote: r.ID, Name: a.Name, Title: r.Title, Handle: r.Handle}
	if err := c.examined(ctx, platform, ours); err != nil {
		return err
	}
	if err := c.store(ctx, &a, known, secrets); err != nil {
		return err
	}
	c.webhooks(ctx, platform, ours, &a)
	c.firstMessage(ctx, platform, ours)
	if known {
		fmt.Fprintln(c.out, c.texts.T("cli.connect.renewed", "Name", a.Name))
	} else {
		fmt.Fprintln(c.out, c.texts.T("cli.connect.done", "Name", a.Name))
	}
	return nil
}

// table is the account as the configuration has it, or will have it.
func (c *connecting) table(r *connectors.Reached) (a accountConfig, known bool, err error) {
	taken := map[string]bool{}
	for _, have := range c.cfg.Accounts {
		if have.Channel == string(c.channel) && have.ID == string(r.ID) {
			return have, true, nil
		}
		taken[have.Name] = true
	}
	a = accountConfig{
		Name: c.name, Channel: string(c.channel), ID: string(r.ID), Title: r.Title, Handle: r.Handle, Page: string(r.Page), Login: c.wayOf(),
	}
	switch {
	case a.Name != "" && taken[a.Name]:
		return a, false, inbox.E(inbox.Conflict, "connect", "connect.name_taken", "Name", a.Name)
	case a.Name != "" && a.Name != plainName(a.Name):
		return a, false, inbox.E(inbox.Invalid, "connect", "config.account_name", "Name", a.Name)
	case a.Name == "":
		base := cmp.Or(plainName(r.Handle), plainName(r.Title), a.Channel)
		a.Name = base
		for n := 2; taken[a.Name] || c.used(a.Name); n++ {
			a.Name = fmt.Sprintf("%s-%d", base, n)
		}
	}
	return a, false, nil
}

// used reports whether a file of a secret bears a name already, whose ever it is.
func (c *connecting) used(name string) bool {
	_, err := os.Lstat(filepath.Join(filepath.Dir(c.cfg.file), "secrets", name))
	return !errors.Is(err, fs.ErrNotExist)
}

// plainName is a word of what an account's name may have.
func plainName(s string) string {
	var b strings.Builder
	for _, r := range text.Fold(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
			b.WriteRune(r)
		case r == ' ' || r == '.':
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-_")
}

// places gives each secret its place: where the account has it, or a file named after the account.
func (c *connecting) places(a *accountConfig, known bool, g connectors.Grant) ([]newSecret, error) {
	var out []newSecret
	put := func(key string, ref *secretRef, name string, g connectors.Grant) error {
		switch {
		case known && *ref == "":
			return inbox.E(inbox.Conflict, "connect", "connect.other_kind", "Name", a.Name, "Key", key)
		case known && !strings.HasPrefix(string(*ref), "file:"):
			return inbox.E(inbox.Conflict, "connect", "connect.fixed", "Name", a.Name, "Key", key, "Ref", string(*ref))
		case !known:
			*ref = secretRef("file:secrets/" + name)
			if c.used(name) {
				return inbox.E(inbox.Conflict, "connect", "connect.secret_there", "File", "secrets/"+name)
			}
		}
		out = append(out, newSecret{key, *ref, &heldVault{grant: g}})
		return nil
	}
	switch {
	case c.keys:
		secret := g.Renewal
		g.Renewal = ""
		if err := put("token", &a.Token, a.Name, g); err != nil {
			return nil, err
		}
		return out, put("token_secret", &a.TokenSecret, a.Name+"-secret", connectors.Grant{Access: secret})
	case c.channel == inbox.X:
		return out, put("oauth2", &a.OAuth2, a.Name, g)
	}
	return out, put("token", &a.Token, a.Name, g)
}

// examined asks the platform whether the account can be used, and says what is missing. What cannot work is not stored.
func (c *connecting) examined(ctx context.Context, platform connectors.Connector, a inbox.Account) error {
	exam, ok := platform.(connectors.Examiner)
	if !ok {
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	x, err := exam.Examine(asking, a)
	if err != nil {
		return refusedBy(c.channel, err)
	}
	for _, p := range x.Permissions {
		if p.Granted {
			fmt.Fprintln(c.out, c.texts.T("cli.connect.granted", "Name", p.Name))
		} else {
			fmt.Fprintln(c.out, c.texts.T("cli.connect.lacking", "Name", p.Name))
		}
	}
	for _, f := range x.Findings(time.Now()) {
		if f.State != "" {
			return &inbox.Error{Code: inbox.Forbidden, Op: "connect", Reason: f.Reason}
		}
		fmt.Fprintln(c.out, c.texts.Reason(&f.Reason))
	}
	return nil
}

// store writes the secrets, and then the account's table if it is new. A table that cannot be written takes its secrets with it.
func (c *connecting) store(ctx context.Context, a *accountConfig, known bool, secrets []newSecret) error {
	block := ""
	if !known {
		block = c.block(a)
		fmt.Fprintln(c.out, c.texts.T("cli.connect.adds", "File", c.cfg.file))
		fmt.Fprint(c.out, "\n"+block+"\n")
		if !c.yes && c.asks() {
			fmt.Fprintln(c.out, c.texts.T("cli.connect.sure"))
			if err := c.agreed(ctx); err != nil {
				return err
			}
		}
	}
	base := filepath.Dir(c.cfg.file)
	if err := os.MkdirAll(filepath.Join(base, "secrets"), 0o700); err != nil {
		return inbox.E(inbox.Unavailable, "connect", "connect.unwritten", "File", "secrets").With(err)
	}
	var made []string
	for _, s := range secrets {
		name := strings.TrimPrefix(string(s.ref), "file:")
		v := &fileVault{path: name, name: name}
		if !filepath.IsAbs(name) {
			v.path = filepath.Join(base, name)
		}
		if err := c.keep(ctx, v, s.held, known); err != nil {
			return errors.Join(inbox.E(inbox.Unavailable, "connect", "connect.unwritten", "File", name).With(err), remove(made))
		}
		made = append(made, v.path)
		fmt.Fprintln(c.out, c.texts.T("cli.connect.stored", "File", name))
	}
	if known {
		return nil
	}
	if err := appendTo(c.cfg.file, block); err != nil {
		return errors.Join(err, remove(made))
	}
	return nil
}

// keep writes a secret. Where one is there already, whoever may be renewing it is waited for.
func (c *connecting) keep(ctx context.Context, v *fileVault, held *heldVault, known bool) error {
	if known {
		locking, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		switch unlock, err := lockWhole(locking, v.path); {
		case err == nil:
			defer unlock()
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	g, err := held.Grant()
	if err != nil {
		return err
	}
	return v.Keep(g)
}

func remove(files []string) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, os.Remove(f))
	}
	return errors.Join(errs...)
}

// asks reports whether there is somebody to ask.
func (c *connecting) asks() bool {
	f, ok := c.in.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// agreed waits for a yes. Nothing typed is a yes.
func (c *connecting) agreed(ctx context.Context) error {
	s, err := typed(ctx, func() (string, error) { return c.lines.ReadString('\n') })
	if err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "", "y", "yes", "j", "ja":
		return nil
	}
	return &exitError{exitRefused}
}

// block is an account's table.
func (c *connecting) block(a *accountConfig) string {
	var b strings.Builder
	b.WriteString("[[account]]\n")
	put := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s = %s\n", key, quoted(value))
		}
	}
	put("name", a.Name)
	put("channel", a.Channel)
	put("id", a.ID)
	put("title", string(text.CleanLine(a.Title)))
	put("handle", string(text.CleanLine(a.Handle)))
	put("page", a.Page)
	put("login", a.Login)
	put("token", string(a.Token))
	put("token_secret", string(a.TokenSecret))
	put("oauth2", string(a.OAuth2))
	if !c.hookable(a) {
		fmt.Fprintf(&b, "%-12s = false\n", "webhook")
	}
	return b.String()
}

// hookable reports whether the configuration has what webhooks of an account need.
func (c *connecting) hookable(a *accountConfig) bool {
	switch {
	case a.Channel == string(inbox.X):
		return c.cfg.X.Bearer != "" && c.cfg.X.ConsumerSecret != ""
	case a.Login != "":
		return c.cfg.Meta.Verify != "" && c.cfg.Meta.InstagramSecret != ""
	}
	return c.cfg.Meta.Verify != ""
}

// quoted writes a text as TOML has it; what JSON escapes TOML reads.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil { // a string always can be
		return `""`
	}
	return strings.TrimSpace(b.String())
}

// appendTo puts a table at the end of a configuration, whole or not at all: what was there stays as it is, byte for byte, and what comes of
// it must be a configuration that can be used.
func appendTo(file, block string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return inbox.E(inbox.Unavailable, "connect", "config.unreadable", "File", file).With(err)
	}
	st, err := os.Stat(file)
	if err != nil {
		return inbox.E(inbox.Unavailable, "connect", "config.unreadable", "File", file).With(err)
	}
	data := slices.Clone(old)
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	data = append(append(data, '\n'), block...)
	err = writePrivate(file, data, func(from, to string) error {
		if _, err := readConfig(from); err != nil {
			var ce *configError
			if errors.As(err, &ce) {
				ce.File = file
			}
			return err
		}
		if now, err := os.ReadFile(to); err != nil || !bytes.Equal(now, old) {
			return inbox.E(inbox.Conflict, "connect", "connect.changed", "File", file)
		}
		return errors.Join(os.Chmod(from, st.Mode().Perm()), os.Rename(from, to))
	})
	var ce *configError
	var se *strict.Error
	if err == nil || errors.As(err, &ce) || errors.As(err, &se) || inbox.CodeOf(err) != inbox.Internal {
		return err
	}
	return inbox.E(inbox.Unavailable, "connect", "connect.unwritten", "File", file).With(err)
}

// webhooks asks for an account's webhooks, where they can come. Whatever stands in the way is told: the account is polled all the same.
func (c *connecting) webhooks(ctx context.Context, platform connectors.Connector, ours inbox.Account, a *accountConfig) {
	say := func(key string, args ...any) { fmt.Fprintln(c.out, c.texts.T(key, args...)) }
	subs, ok := platform.(connectors.Subscriber)
	if !ok || c.cfg.Web.Public == "" || !c.hookable(a) || !a.webhook() {
		say("cli.connect.polled")
		return
	}
	base := strings.TrimRight(c.cfg.Web.Public, "/")
	if !c.answers(ctx, base+"/healthz") {
		say("cli.connect.unreachable", "Address", base)
		return
	}
	callback := base + "/hooks/" + a.Name
	for _, other := range c.cfg.Accounts { // an app has one address for a channel: see links
		if other.Channel == a.Channel && other.webhook() {
			callback = base + "/hooks/" + other.Name
			break
		}
	}
	asking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := subs.Subscribe(asking, ours, callback); err != nil {
		say("cli.connect.unsubscribed", "Why", c.texts.Reason(&connectors.AsError(err).Reason))
		return
	}
	say("cli.connect.subscribed")
}

// answers reports whether a desk answers at an address.
func (c *connecting) answers(ctx context.Context, address string) bool {
	rt, err := c.cfg.transport()
	if err != nil {
		return false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Transport: rt, Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

const (
	firstSteps = 12 // of polls, until there is a message
	firstChars = 60 // of it
)

// firstMessage reads until there is a message, and tells of it: what it says, and not who wrote it. What is new comes first; where nothing
// is, what was there before.
func (c *connecting) firstMessage(ctx context.Context, platform connectors.Connector, a inbox.Account) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	streams := platform.Streams(a)
	slices.SortStableFunc(streams, func(a, b connectors.Stream) int { return cmp.Compare(late(a), late(b)) })
	for _, s := range streams {
		var cursor []byte
		for range firstSteps {
			page, err := platform.Poll(ctx, a, s.Name, cursor)
			if err != nil && s.Background {
				break // what is not needed to read what is new
			}
			if err != nil {
				fmt.Fprintln(c.out, c.texts.T("cli.connect.unread", "Why", c.texts.Reason(&connectors.AsError(err).Reason)))
				return
			}
			for _, in := range page.Items {
				if in.Event != inbox.Posted || in.FromUs || in.Text == "" {
					continue
				}
				said := string(text.CleanLine(text.Masked(in.Text)))
				if r := []rune(said); len(r) > firstChars {
					said = string(r[:firstChars]) + "…"
				}
				kind, when := c.texts.Word(string(in.Kind)), c.texts.When(in.At, time.Now())
				fmt.Fprintln(c.out, c.texts.T("cli.connect.first", "Kind", kind, "When", when, "Text", said))
				return
			}
			if page.Cursor != nil {
				cursor = page.Cursor
			}
			if !page.More {
				break
			}
		}
	}
	fmt.Fprintln(c.out, c.texts.T("cli.connect.empty"))
}

// late is the place of a stream among those that are tried.
func late(s connectors.Stream) int {
	if s.Background {
		return 1
	}
	return 0
}
