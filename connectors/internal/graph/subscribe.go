package graph

import (
	"context"
	"slices"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
)

// Subscription is what an app asks of an object (Graph API, "Application subscriptions").
type Subscription struct {
	Object   string // page, instagram
	Callback string
	Verify   connectors.Secret
	Field    string
}

// Subscribe has the app's events of an object sent to a callback, unless they are already: asking again drops what waits to be sent.
// Meta calls the callback meanwhile.
func (c *Client) Subscribe(ctx context.Context, s Subscription) error {
	have, err := c.subscribed(ctx, s)
	if err != nil || have {
		return err
	}
	var ok Succeeded
	return c.Post(ctx, c.AppToken(), c.cfg.AppID+"/subscriptions", Params{
		"object": s.Object, "callback_url": s.Callback, "verify_token": s.Verify.Reveal(), "fields": s.Field, "include_values": "true",
	}, &ok)
}

func (c *Client) subscribed(ctx context.Context, s Subscription) (bool, error) {
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
		for _, f := range have.Fields {
			if string(f.Name) == s.Field {
				return true, nil
			}
		}
	}
	return false, nil
}

// Install has a page let the app have its events.
func (c *Client) Install(ctx context.Context, token connectors.Secret, page, field string) error {
	var ok Succeeded
	return c.Post(ctx, token, page+"/subscribed_apps", Params{"subscribed_fields": field}, &ok)
}

// Installed reports whether both still stand: Meta ends either by itself after failures, without a word.
func (c *Client) Installed(ctx context.Context, token connectors.Secret, page, field string, s Subscription) (bool, error) {
	ok, err := c.subscribed(ctx, s)
	if err != nil || !ok {
		return false, err
	}
	var list struct {
		Data []struct {
			ID     lax.Text   `json:"id"`
			Fields []lax.Text `json:"subscribed_fields"`
		} `json:"data"`
	}
	if err := c.Get(ctx, token, page+"/subscribed_apps", nil, &list); err != nil {
		return false, err
	}
	for _, app := range list.Data {
		if string(app.ID) == c.cfg.AppID {
			return slices.Contains(app.Fields, lax.Text(field)), nil
		}
	}
	return false, nil
}
