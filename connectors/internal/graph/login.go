package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// oauthTimeout bounds a call of OAuth; whoever waits for it may be about to send.
const oauthTimeout = 10 * time.Second

// OAuth makes a call that names the app by its parameters and bears no token: the exchanges of codes and tokens. It has no version, and
// its parameters are those of Meta's own examples: in the query of a GET, in the form of a POST.
func (c *Client) OAuth(ctx context.Context, method, path string, p Params, out any) error {
	ctx, cancel := context.WithTimeout(ctx, oauthTimeout)
	defer cancel()
	q := url.Values{}
	for k, v := range p {
		q.Set(k, v)
	}
	address, payload := c.cfg.BaseURL+strings.TrimPrefix(path, "/"), io.Reader(http.NoBody)
	if method == http.MethodPost {
		payload = bytes.NewReader([]byte(q.Encode()))
	} else {
		address += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, payload)
	if err != nil {
		return fault(bare(err))
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	ex := &exchange{client: c}
	resp, err := ex.Do(req)
	if err == nil {
		err = resp.Body.Close()
	}
	err = ex.settle(ctx, err, out)
	// Here these two say that Meta does not know the app or its secret; elsewhere the first says nothing at all.
	if e := connectors.AsError(err); e != nil && e.Status == http.StatusBadRequest && (e.Code == 1 || e.Code == 101) {
		e.Class, e.Maybe, e.Reason = connectors.Forbidden, false, *inbox.Why("platform.app_keys")
	}
	return err
}

// granted is a token as Meta gives it: flat, or as the first of a list (Instagram API with Instagram Login, "Business Login").
type granted struct {
	Access      lax.Text        `json:"access_token"`
	Seconds     lax.Int         `json:"expires_in"`
	Permissions json.RawMessage `json:"permissions"`
}

// Exchange is OAuth for a call that gives a token.
func (c *Client) Exchange(ctx context.Context, method, path string, p Params) (connectors.Grant, error) {
	asked := c.cfg.Now()
	var got struct {
		granted
		Data []granted `json:"data"`
	}
	if err := c.OAuth(ctx, method, path, p, &got); err != nil {
		return connectors.Grant{}, err
	}
	t := got.granted
	if len(got.Data) > 0 {
		t = got.Data[0]
	}
	if t.Access == "" {
		return connectors.Grant{}, connectors.Unreadable(http.StatusOK, errors.New("graph: an answer without a token"))
	}
	g := connectors.Grant{Access: connectors.Secret(t.Access), Issued: asked, Scopes: scopes(t.Permissions)}
	if t.Seconds > 0 {
		g.Expires = asked.Add(time.Duration(t.Seconds) * time.Second)
	}
	return g, nil
}

// scopes reads permissions as they come: a list, or a text with commas.
func scopes(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var text string
	if json.Unmarshal(raw, &text) != nil || text == "" {
		return nil
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// Login is what every login by Facebook has in common (connectors.Login), but for the accounts that it reaches.
type Login struct {
	Client *Client
	Asks   []string // permissions
}

// Permissions implements connectors.Login.
func (l Login) Permissions() []string { return l.Asks }

// Address implements connectors.Login.
func (l Login) Address(redirect, state, _ string) string {
	return l.Client.Dialog(redirect, state, l.Asks)
}

// Redeem implements connectors.Login.
func (l Login) Redeem(ctx context.Context, redirect, code, _ string) (connectors.Grant, error) {
	return l.Client.Redeem(ctx, redirect, code)
}

// Accept implements connectors.Login: it takes the token of a user, a system user or a Page.
func (l Login) Accept(ctx context.Context, token connectors.Secret) (connectors.Grant, error) {
	return l.Client.Extend(ctx, token)
}

// Dialog is the page on which a person lets the app in (Facebook Login, "Manually build a login flow").
func (c *Client) Dialog(redirect, state string, permissions []string) string {
	base := "https://www.facebook.com/"
	if c.cfg.BaseURL != defaultBase {
		base = c.cfg.BaseURL // a sandbox has all of Meta at one address
	}
	q := url.Values{
		"client_id": {c.cfg.AppID}, "redirect_uri": {redirect}, "state": {state}, "response_type": {"code"},
		"scope": {strings.Join(permissions, ",")},
	}
	return base + c.cfg.Version + "/dialog/oauth?" + q.Encode()
}

// Redeem exchanges the code of a Dialog for a user's token, one of the long kind.
func (c *Client) Redeem(ctx context.Context, redirect, code string) (connectors.Grant, error) {
	g, err := c.Exchange(ctx, http.MethodGet, c.cfg.Version+"/oauth/access_token", Params{
		"client_id": c.cfg.AppID, "client_secret": c.cfg.AppSecret.Reveal(), "redirect_uri": redirect, "code": code,
	})
	if err != nil {
		return g, err
	}
	return c.Extend(ctx, g.Access)
}

// Extend makes of a user's token one of the long kind, whose pages' tokens do not end by time; others stay as they are (Meta, "Long-lived
// access tokens").
func (c *Client) Extend(ctx context.Context, token connectors.Secret) (connectors.Grant, error) {
	in, err := c.Inspect(ctx, token)
	if err != nil {
		return connectors.Grant{}, err
	}
	if why := in.Fault(); why != nil {
		return connectors.Grant{}, &connectors.Error{Class: connectors.Auth, Code: in.Code, Subcode: in.Subcode, Reason: *why}
	}
	if in.Kind != "USER" {
		return connectors.Grant{Access: token, Expires: in.Expires, Scopes: in.scopes}, nil
	}
	return c.Exchange(ctx, http.MethodGet, c.cfg.Version+"/oauth/access_token", Params{
		"grant_type": "fb_exchange_token", "client_id": c.cfg.AppID, "client_secret": c.cfg.AppSecret.Reveal(),
		"fb_exchange_token": token.Reveal(),
	})
}

// Managed is a Page that a token reaches, with the token for it (Graph API, "/me/accounts").
type Managed struct {
	ID       lax.Text   `json:"id"`
	Name     lax.Text   `json:"name"`
	Username lax.Text   `json:"username"`
	Token    lax.Text   `json:"access_token"`
	Tasks    []lax.Text `json:"tasks"`
	// Profile is the Instagram account that is linked with it.
	Profile *struct {
		ID       lax.Text `json:"id"`
		Name     lax.Text `json:"name"`
		Username lax.Text `json:"username"`
	} `json:"instagram_business_account"`
}

const (
	managedFields = "id,name,username,access_token,tasks,instagram_business_account{id,name,username}"
	managedPages  = 40 // of 100: nobody has more
)

// Manages lists the Pages that a token reaches. That of a Page reaches that one.
func (c *Client) Manages(ctx context.Context, token connectors.Secret) ([]Managed, error) {
	in, err := c.Inspect(ctx, token)
	if err != nil {
		return nil, err
	}
	if in.Kind == "PAGE" {
		var m Managed
		if err := c.Get(ctx, token, "me", Params{"fields": "id,name,username,instagram_business_account{id,name,username}"}, &m); err != nil {
			return nil, err
		}
		m.Token = lax.Text(token.Reveal())
		return []Managed{m}, nil
	}
	var out []Managed
	after := ""
	for range managedPages {
		page, err := c.Page(ctx, token, "me/accounts", Params{"fields": managedFields}, 100, after)
		if err != nil {
			return nil, err
		}
		for _, raw := range page.Data {
			var m Managed
			if err := json.Unmarshal(raw, &m); err != nil {
				return nil, connectors.Unreadable(http.StatusOK, err)
			}
			out = append(out, m)
		}
		if after = page.After; after == "" {
			break
		}
	}
	return out, nil
}
