package graph

import (
	"context"
	"slices"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
)

// Subscription is what an app asks of an object (Graph API, "Application subscriptions").
type Subscription struct {
	Object   string // page, instagram
	Callback string
	Verify   connectors.Secret
	Fields   []string
}

// Subscribe has the app's events of an object sent to a callback, unless they are already: asking again drops what waits to be sent.
// Meta calls the callback meanwhile.
func (c *Client) Subscribe(ctx context.Context, s Subscription) error {
	have, err := c.Subscribed(ctx, s)
	if err != nil || have {
		return err
	}
	var ok Succeeded
	return c.Post(ctx, c.AppToken(), c.cfg.AppID+"/subscriptions", Params{
		"object": s.Object, "callback_url": s.Callback, "verify_token": s.Verify.Reveal(), "fields": strings.Join(s.Fields, ","), "include_values": "true",
	}, &ok)
}

// Subscribed reports whether what the app asked for still stands: Meta ends it by itself after failures, without a word.
func (c *Client) Subscribed(ctx context.Context, s Subscription) (bool, error) {
	var list struct {
		Data []struct {
			Object   lax.Text `json:"object"`
			Callback lax.Text `json:"callback_url"`
			Active   lax.Bool `json:"active"`
			Fields   []struct {
				Name lax.Text `json:"name"`
			} `json:"fields"`
		} `json:"data"`
	}
	if err := c.Get(ctx, c.AppToken(), c.cfg.AppID+"/subscriptions", nil, &list); err != nil {
		return false, err
	}
	for _, have := range list.Data {
		if string(have.Object) != s.Object || (s.Callback != "" && string(have.Callback) != s.Callback) || !bool(have.Active) {
			continue
		}
		names := make([]string, 0, len(have.Fields))
		for _, f := range have.Fields {
			names = append(names, string(f.Name))
		}
		if holds(names, s.Fields) {
			return true, nil
		}
	}
	return false, nil
}

// holds reports whether all of what is wanted is there.
func holds(have, want []string) bool {
	for _, w := range want {
		if !slices.Contains(have, w) {
			return false
		}
	}
	return true
}

// Install has a page or account let the app have its events.
func (c *Client) Install(ctx context.Context, token connectors.Secret, page string, fields []string) error {
	var ok Succeeded
	return c.Post(ctx, token, page+"/subscribed_apps", Params{"subscribed_fields": strings.Join(fields, ",")}, &ok)
}

// Installed reports whether a page or account still lets an app have what it asked for: that too ends by itself. Where it names no app
// in its list, or none is given, any will do.
func (c *Client) Installed(ctx context.Context, token connectors.Secret, page, app string, fields []string) (bool, error) {
	var list struct {
		Data []struct {
			ID     lax.Text   `json:"id"`
			Fields []lax.Text `json:"subscribed_fields"`
		} `json:"data"`
	}
	if err := c.Get(ctx, token, page+"/subscribed_apps", nil, &list); err != nil {
		return false, err
	}
	for _, a := range list.Data {
		if app != "" && a.ID != "" && string(a.ID) != app {
			continue
		}
		have := make([]string, 0, len(a.Fields))
		for _, f := range a.Fields {
			have = append(have, string(f))
		}
		if holds(have, fields) {
			return true, nil
		}
	}
	return false, nil
}
