package twitter

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// The ways of OAuth 2.0 (X API, "OAuth 2.0 Authorization Code Flow with PKCE").
const (
	authorizeURL = "https://x.com/i/oauth2/authorize"
	tokenPath    = "/2/oauth2/token" //nolint:gosec // an address
	opToken      = "token"
	// tokenTimeout is short: whoever sends waits for it, and a code lives for 30 seconds.
	tokenTimeout = 10 * time.Second
)

// renewBefore is how long before its end a token is renewed. It lasts two hours.
const renewBefore = 5 * time.Minute

// login implements connectors.Login.
type login struct{ c *Connector }

// Login is how a person gives access to an account. The configuration must have a ClientID; Accounts may be empty.
func (c *Connector) Login() connectors.Login { return login{c} }

// Permissions implements connectors.Login.
func (l login) Permissions() []string {
	must, should := Permissions(l.c.cfg.Tier, true)
	return append(must, should...)
}

// Address implements connectors.Login.
func (l login) Address(redirect, state, verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {l.c.cfg.ClientID}, "redirect_uri": {redirect}, "scope": {strings.Join(l.Permissions(), " ")},
		"state": {state}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	at := authorizeURL
	if l.c.cfg.BaseURL != defaultBase { // a sandbox has all of X at one address
		at = strings.TrimRight(l.c.cfg.BaseURL, "/") + "/i/oauth2/authorize"
	}
	return at + "?" + q.Encode()
}

// Redeem implements connectors.Login.
func (l login) Redeem(ctx context.Context, redirect, code, verifier string) (connectors.Grant, error) {
	return l.c.grant(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier},
	})
}

// Accept implements connectors.Login. A token of X cannot be made to last.
func (login) Accept(_ context.Context, token connectors.Secret) (connectors.Grant, error) {
	return connectors.Grant{Access: token}, nil
}

// Accounts implements connectors.Login: a token is one user's.
func (l login) Accounts(ctx context.Context, g connectors.Grant) ([]connectors.Reached, error) {
	var me struct {
		Data user `json:"data"`
	}
	r := request{who: "login", op: opMe, auth: l.c.bearer(g.Access), method: http.MethodGet, path: "/2/users/me"}
	if err := l.c.call(ctx, r, &me); err != nil {
		return nil, err
	}
	return []connectors.Reached{{ID: inbox.RemoteID(me.Data.ID), Title: string(me.Data.Name), Handle: string(me.Data.Username), Grant: g}}, nil
}

// Keyed is Login.Accounts for the token and secret of OAuth 1.0a, which X's developer pages give out.
func (c *Connector) Keyed(ctx context.Context, token, secret connectors.Secret) (connectors.Reached, error) {
	var me struct {
		Data user `json:"data"`
	}
	signer := c.signing(connectors.NewToken(token, nil, c.cfg.Now), connectors.NewToken(secret, nil, c.cfg.Now))
	err := c.call(ctx, request{who: "login", op: opMe, auth: signer, method: http.MethodGet, path: "/2/users/me"}, &me)
	return connectors.Reached{
		ID: inbox.RemoteID(me.Data.ID), Title: string(me.Data.Name), Handle: string(me.Data.Username), Grant: connectors.Grant{Access: token},
	}, err
}

// renew implements connectors.Renew.
func (c *Connector) renew(ctx context.Context, old connectors.Grant) (connectors.Grant, error) {
	if old.Renewal == "" {
		return connectors.Grant{}, &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token")}
	}
	g, err := c.grant(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old.Renewal.Reveal()}})
	if e := connectors.AsError(err); e != nil && e.Class == connectors.Rejected {
		e.Class, e.Reason = connectors.Auth, *inbox.Why("platform.token_spent")
	}
	if err == nil && g.Renewal == "" {
		g.Renewal = old.Renewal // X gives a new one each time; a platform that did not would mean the old
	}
	return g, err
}

// grant asks for tokens. An app with a secret proves who it is by it; one without only names itself.
func (c *Connector) grant(ctx context.Context, form url.Values) (connectors.Grant, error) {
	asked := c.cfg.Now()
	form.Set("client_id", c.cfg.ClientID)
	base := c.toBase()
	auth := roundTrip(func(req *http.Request) (*http.Response, error) {
		if c.cfg.ClientSecret != "" {
			req = req.Clone(req.Context())
			req.SetBasicAuth(url.QueryEscape(c.cfg.ClientID), url.QueryEscape(c.cfg.ClientSecret.Reveal()))
		}
		return base.RoundTrip(req)
	})
	var got struct {
		Access  lax.Text `json:"access_token"`
		Renewal lax.Text `json:"refresh_token"`
		Seconds lax.Int  `json:"expires_in"`
		Scope   lax.Text `json:"scope"`
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	if err := c.call(ctx, request{
		who: "app", op: opToken, auth: auth, method: http.MethodPost, path: tokenPath,
		form: []byte(form.Encode()), kind: "application/x-www-form-urlencoded",
	}, &got); err != nil {
		return connectors.Grant{}, err
	}
	g := connectors.Grant{
		Access: connectors.Secret(got.Access), Renewal: connectors.Secret(got.Renewal), Issued: asked, Scopes: strings.Fields(string(got.Scope)),
	}
	if got.Seconds > 0 {
		g.Expires = asked.Add(time.Duration(got.Seconds) * time.Second)
	}
	return g, nil
}
