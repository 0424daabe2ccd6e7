package graph

import (
	"context"
	"slices"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Inspection is what Meta says of a token (Graph API, "/debug_token").
type Inspection struct {
	Valid   bool
	Code    int       // the error that calls with it get, and
	Subcode int       // what exactly is wrong
	Kind    string    // PAGE, USER, SYSTEM_USER
	App     string    // that it was given to
	Profile string    // the page that a page's token is of; "" for others
	Expires time.Time // zero: never
	Data    time.Time // when the app's access to data ends, which a login renews; zero: never
	scopes  []string
	targets map[string][]string // of scopes that were granted for some pages alone
}

// Inspect asks about a token. A token that does not work is no error.
func (c *Client) Inspect(ctx context.Context, token connectors.Secret) (*Inspection, error) {
	var answer struct {
		Data struct {
			Valid   lax.Bool   `json:"is_valid"`
			Kind    lax.Text   `json:"type"`
			App     lax.Text   `json:"app_id"`
			Profile lax.Text   `json:"profile_id"`
			Expires lax.Int    `json:"expires_at"`
			Data    lax.Int    `json:"data_access_expires_at"`
			Scopes  []lax.Text `json:"scopes"`
			Granted []struct {
				Scope   lax.Text   `json:"scope"`
				Targets []lax.Text `json:"target_ids"`
			} `json:"granular_scopes"`
			Error struct {
				Code    lax.Int `json:"code"`
				Subcode lax.Int `json:"subcode"`
			} `json:"error"`
		} `json:"data"`
	}
	if err := c.Get(ctx, c.AppToken(), "debug_token", Params{"input_token": token.Reveal()}, &answer); err != nil {
		return nil, err
	}
	d := &answer.Data
	in := &Inspection{
		Valid: bool(d.Valid), Code: int(d.Error.Code), Subcode: int(d.Error.Subcode), Kind: string(d.Kind), App: string(d.App),
		Profile: string(d.Profile), Expires: unix(d.Expires), Data: unix(d.Data), targets: map[string][]string{},
	}
	for _, s := range d.Scopes {
		in.scopes = append(in.scopes, string(s))
	}
	for _, g := range d.Granted {
		for _, t := range g.Targets {
			in.targets[string(g.Scope)] = append(in.targets[string(g.Scope)], string(t))
		}
	}
	return in, nil
}

func unix(n lax.Int) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

// Has reports whether a permission was granted for a page. One that was granted for some pages alone names them; Instagram's permissions
// name Instagram accounts there, so for them id is "".
func (in *Inspection) Has(scope, id string) bool {
	if !slices.Contains(in.scopes, scope) {
		return false
	}
	targets := in.targets[scope]
	return id == "" || len(targets) == 0 || slices.Contains(targets, id)
}

// Fault says why the token does not work; nil: it works.
func (in *Inspection) Fault() *inbox.Reason {
	if in.Valid {
		return nil
	}
	return inbox.Why(tokenKey(in.Subcode))
}

// Ends is when a person must have logged in again; zero: never.
func (in *Inspection) Ends() time.Time {
	if in.Expires.IsZero() || !in.Data.IsZero() && in.Data.Before(in.Expires) {
		return in.Data
	}
	return in.Expires
}
