package instagram

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Login is how a person gives access to professional accounts, by the one way or the other. Of the configuration it needs the app;
// Accounts may be empty.
func (c *Connector) Login(way Login) connectors.Login {
	if way == InstagramLogin {
		return accountLogin{c}
	}
	must, should := Permissions(FacebookLogin, true)
	return pageLogin{graph.Login{Client: c.graph, Asks: append(must, should...)}}
}

// pageLogin is Facebook Login: an account is reached with the token of the Page that it is linked with.
type pageLogin struct{ graph.Login }

// Accounts implements connectors.Login. Pages without an Instagram account are left out.
func (l pageLogin) Accounts(ctx context.Context, g connectors.Grant) ([]connectors.Reached, error) {
	list, err := l.Client.Manages(ctx, g.Access)
	if err != nil {
		return nil, err
	}
	var out []connectors.Reached
	for _, m := range list {
		if m.Profile == nil || m.Profile.ID == "" {
			continue
		}
		title := string(m.Profile.Name)
		if title == "" {
			title = string(m.Name)
		}
		r := connectors.Reached{
			ID: inbox.RemoteID(m.Profile.ID), Title: title, Handle: string(m.Profile.Username), Page: inbox.RemoteID(m.ID),
			Grant: connectors.Grant{Access: connectors.Secret(m.Token), Issued: g.Issued, Scopes: g.Scopes},
		}
		if m.Token == "" {
			r.Refusal = inbox.Why("facebook.page_token")
		}
		out = append(out, r)
	}
	return out, nil
}

// accountLogin is Instagram Login (Instagram API with Instagram Login, "Business Login"): a code for a token of an hour, that for one of 60
// days, which is renewed with itself.
type accountLogin struct{ c *Connector }

const (
	dialogURL   = "https://www.instagram.com/"
	exchangeURL = "https://api.instagram.com/" // the host where codes are exchanged
)

// Permissions implements connectors.Login.
func (accountLogin) Permissions() []string {
	must, should := Permissions(InstagramLogin, true)
	return append(must, should...)
}

// Address implements connectors.Login.
func (l accountLogin) Address(redirect, state, _ string) string {
	base := dialogURL
	if l.c.cfg.InstagramURL != instagramURL {
		base = strings.TrimRight(l.c.cfg.InstagramURL, "/") + "/" // a sandbox has all of Instagram at one address
	}
	q := url.Values{
		"client_id": {l.c.cfg.InstagramAppID}, "redirect_uri": {redirect}, "response_type": {"code"}, "state": {state},
		"scope": {strings.Join(l.Permissions(), ",")},
	}
	return base + "oauth/authorize?" + q.Encode()
}

// Redeem implements connectors.Login.
func (l accountLogin) Redeem(ctx context.Context, redirect, code, _ string) (connectors.Grant, error) {
	short, err := l.c.exchange.Exchange(ctx, http.MethodPost, "oauth/access_token", graph.Params{
		"client_id": l.c.cfg.InstagramAppID, "client_secret": l.c.cfg.InstagramSecrets.Current().Reveal(), "grant_type": "authorization_code",
		"redirect_uri": redirect, "code": code,
	})
	if err != nil {
		return short, err
	}
	long, err := l.Accept(ctx, short.Access)
	if err == nil && long.Scopes == nil {
		long.Scopes = short.Scopes
	}
	return long, err
}

// Accept implements connectors.Login. A token that Instagram cannot make longer may be long already.
func (l accountLogin) Accept(ctx context.Context, token connectors.Secret) (connectors.Grant, error) {
	g, err := l.c.own.Exchange(ctx, http.MethodGet, "access_token", graph.Params{
		"grant_type": "ig_exchange_token", "client_secret": l.c.cfg.InstagramSecrets.Current().Reveal(), "access_token": token.Reveal(),
	})
	if connectors.ClassOf(err) == connectors.Rejected {
		return connectors.Grant{Access: token}, nil
	}
	return g, err
}

// Accounts implements connectors.Login: a token is one account's.
func (l accountLogin) Accounts(ctx context.Context, g connectors.Grant) ([]connectors.Reached, error) {
	me, err := l.c.whose(ctx, g.Access)
	if err != nil {
		return nil, err
	}
	return []connectors.Reached{{ID: inbox.RemoteID(me.ID), Title: string(me.Name), Handle: string(me.Username), Grant: g}}, nil
}

// whoami is the account of a token of Instagram Login.
type whoami struct {
	ID       lax.Text `json:"user_id"` // by which webhooks name it
	Username lax.Text `json:"username"`
	Name     lax.Text `json:"name"`
}

// whose asks for the account of a token of Instagram Login.
func (c *Connector) whose(ctx context.Context, token connectors.Secret) (whoami, error) {
	var me struct {
		whoami
		Data []whoami `json:"data"`
	}
	err := c.own.Get(ctx, token, "me", graph.Params{"fields": "user_id,username,name"}, &me)
	if len(me.Data) > 0 {
		return me.Data[0], err
	}
	return me.whoami, err
}

// A token of Instagram Login lasts 60 days, and can be renewed once it is a day old.
const (
	renewAge  = 24 * time.Hour
	renewLeft = 50 * 24 * time.Hour // what is left of one when it is renewed
)

// renewDue reports whether a token is to be renewed now. Of one whose age is not known only the attempt can tell.
func renewDue(g connectors.Grant, now time.Time) bool {
	if !g.Issued.IsZero() && now.Sub(g.Issued) < renewAge {
		return false
	}
	return g.Expires.IsZero() || g.Expires.Sub(now) < renewLeft
}

// renew implements connectors.Renew for tokens of Instagram Login.
func (c *Connector) renew(ctx context.Context, old connectors.Grant) (connectors.Grant, error) {
	return c.own.Exchange(ctx, http.MethodGet, "refresh_access_token", graph.Params{
		"grant_type": "ig_refresh_token", "access_token": old.Access.Reveal(),
	})
}
