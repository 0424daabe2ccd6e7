package main

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/facebook"
	"lytter/connectors/instagram"
	"lytter/connectors/twitter"
	"lytter/inbox"
)

// platforms are the connectors of a configuration: one a channel that has an account.
type platforms struct {
	list []connectors.Connector
	// history, if not 0, bounds how far back the first reading of an account goes.
	history time.Duration
}

// connect makes the connectors. Secrets are read here and go no further.
func connect(cfg *config, now func() time.Time, history time.Duration) (*platforms, error) {
	base := filepath.Dir(cfg.file)
	p := &platforms{history: history}
	carrier, bad := cfg.transport()
	secret := func(r secretRef) connectors.Secret {
		s, err := r.read(base)
		if err != nil && bad == nil {
			bad = err
		}
		return s
	}
	vault := func(r secretRef) connectors.Vault {
		if v := cfg.lent[r]; v != nil {
			return v
		}
		v, err := r.vault(base)
		if err != nil && bad == nil {
			bad = err
		}
		return v
	}
	fb := facebook.Config{Pages: map[inbox.RemoteID]connectors.Vault{}}
	ig := instagram.Config{Accounts: map[inbox.RemoteID]instagram.Account{}}
	x := twitter.Config{Accounts: map[inbox.RemoteID]twitter.Account{}}
	for _, a := range cfg.Accounts {
		id := inbox.RemoteID(a.ID)
		switch inbox.Channel(a.Channel) {
		case inbox.Facebook:
			fb.Pages[id] = vault(a.Token)
		case inbox.Instagram:
			ig.Accounts[id] = instagram.Account{
				Login: instagram.Login(a.Login), Token: vault(a.Token), Page: inbox.RemoteID(a.Page), NoDirect: a.noDirect(), Hashtags: a.Hashtags,
			}
		case inbox.X:
			x.Accounts[id] = twitter.Account{
				Token: vault(a.Token), Secret: vault(a.TokenSecret), OAuth2: vault(a.OAuth2), MaxText: a.MaxText, Activity: a.Activity,
				NoDirect: a.noDirect(), Searches: a.Searches,
			}
		}
	}
	m := cfg.Meta
	appSecrets := several(secret(m.AppSecret), secret(m.OldSecret))
	if len(fb.Pages) > 0 && bad == nil {
		fb.AppID, fb.AppSecrets, fb.VerifyToken = m.AppID, appSecrets, secret(m.Verify)
		fb.HumanAgent = m.HumanAgent
		fb.BaseURL, fb.Version, fb.Now, fb.History, fb.Transport = slashed(m.API), m.Version, now, history, carrier
		c, err := facebook.New(fb)
		if err != nil {
			return nil, err
		}
		p.list = append(p.list, c)
	}
	if len(ig.Accounts) > 0 && bad == nil {
		ig.AppID, ig.AppSecrets, ig.VerifyToken = m.AppID, appSecrets, secret(m.Verify)
		ig.InstagramSecrets, ig.InstagramURL, ig.HumanAgent = several(secret(m.InstagramSecret)), slashed(m.InstagramAPI), m.HumanAgent
		ig.InstagramAppID = m.InstagramAppID
		ig.BaseURL, ig.Version, ig.Now, ig.History, ig.Transport = slashed(m.API), m.Version, now, history, carrier
		c, err := instagram.New(ig)
		if err != nil {
			return nil, err
		}
		p.list = append(p.list, c)
	}
	if len(x.Accounts) > 0 && bad == nil {
		x.ConsumerKey, x.ConsumerSecrets, x.Bearer = secret(cfg.X.ConsumerKey), several(secret(cfg.X.ConsumerSecret), secret(cfg.X.OldSecret)), secret(cfg.X.Bearer)
		x.SweepEvery = cfg.X.Sweep.std()
		x.ClientID, x.ClientSecret = cfg.X.ClientID, secret(cfg.X.ClientSecret)
		x.BaseURL, x.SelfServe, x.Now, x.History, x.Transport = slashed(cfg.X.API), cfg.X.SelfServe, now, history, carrier
		c, err := twitter.New(x)
		if err != nil {
			return nil, err
		}
		p.list = append(p.list, c)
	}
	return p, bad
}

// several drops what is not set.
func several(all ...connectors.Secret) connectors.Secrets {
	var out connectors.Secrets
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func slashed(u string) string {
	if u == "" {
		return ""
	}
	return strings.TrimRight(u, "/") + "/"
}

// putAccounts brings the store's accounts up to what the configuration says; one that it no longer names is off, and keeps its history.
func putAccounts(ctx context.Context, st inbox.Store, cfg *config) error {
	return st.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		have, err := tx.Accounts()
		if err != nil {
			return err
		}
		named := map[string]*inbox.Account{}
		for i := range have {
			named[have[i].Name] = &have[i]
		}
		for _, c := range cfg.Accounts {
			a := named[c.Name]
			delete(named, c.Name)
			if a == nil {
				a = &inbox.Account{Name: c.Name, State: inbox.AccountConnecting, Since: tx.Now(), Connected: tx.Now()}
			}
			if a.State == inbox.AccountOff {
				a.State, a.Since, a.Advice = inbox.AccountConnecting, tx.Now(), nil
			}
			a.Channel, a.Remote, a.Handle = inbox.Channel(c.Channel), inbox.RemoteID(c.ID), c.Handle
			if a.Title = c.Title; a.Title == "" {
				a.Title = c.Name
			}
			if err := tx.PutAccount(a); err != nil {
				return err
			}
			if err := tx.Append(&inbox.Change{Kind: inbox.ChangeAccount, Actor: inbox.ActorDesk, Account: a.ID, Word: string(a.State)}); err != nil {
				return err
			}
		}
		for _, a := range named {
			if a.State == inbox.AccountOff {
				continue
			}
			a.State, a.Since = inbox.AccountOff, tx.Now()
			if err := tx.PutAccount(a); err != nil {
				return err
			}
			if err := tx.Append(&inbox.Change{Kind: inbox.ChangeAccount, Actor: inbox.ActorDesk, Account: a.ID, Word: string(a.State)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// links says which accounts the Runner serves, and where their webhooks come. An app has one callback for a channel: that of its first
// account.
func links(cfg *config, dir *inbox.Directory) []connectors.Link {
	var out []connectors.Link
	callback := cfg.callbacks()
	for _, c := range cfg.Accounts {
		a, ok := dir.AccountNamed(c.Name)
		if !ok {
			continue
		}
		out = append(out, connectors.Link{Account: a.ID, Callback: callback[c.Name]})
	}
	return out
}

// callbacks says where webhooks of accounts come, by name; one without is polled.
func (c *config) callbacks() map[string]string {
	out, first := map[string]string{}, map[string]string{}
	for _, a := range c.Accounts {
		if !a.webhook() || c.Web.Public == "" {
			continue
		}
		if first[a.Channel] == "" {
			first[a.Channel] = strings.TrimRight(c.Web.Public, "/") + "/hooks/" + a.Name
		}
		out[a.Name] = first[a.Channel]
	}
	return out
}
