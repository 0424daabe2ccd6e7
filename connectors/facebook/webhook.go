package facebook

import (
	"context"
	"net/http"

	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Challenge implements connectors.Webhook.
func (c *Connector) Challenge(w http.ResponseWriter, r *http.Request) {
	graph.Challenge(c.cfg.VerifyToken, w, r)
}

// Verify implements connectors.Webhook.
func (c *Connector) Verify(header http.Header, body []byte) error {
	return graph.Verify(c.cfg.AppSecrets, header, body)
}

// fields are what we ask pages for (Pages API, "Webhooks for Pages").
const fields = "feed"

// Subscribe implements connectors.Subscriber: the app asks for page events, and the page lets the app have them.
func (c *Connector) Subscribe(ctx context.Context, a inbox.Account, callback string) error {
	token, err := c.token(a)
	if err != nil {
		return err
	}
	var ok graph.Succeeded
	err = c.graph.Post(ctx, c.graph.AppToken(), c.cfg.AppID+"/subscriptions", graph.Params{
		"object": "page", "callback_url": callback, "verify_token": c.cfg.VerifyToken.Reveal(), "fields": fields, "include_values": "true",
	}, &ok)
	if err != nil {
		return err
	}
	return c.graph.Post(ctx, token, string(a.Remote)+"/subscribed_apps", graph.Params{"subscribed_fields": fields}, &ok)
}

// Subscribed implements connectors.Subscriber. Meta ends subscriptions by itself after failures, without a word.
func (c *Connector) Subscribed(ctx context.Context, a inbox.Account) (bool, error) {
	token, err := c.token(a)
	if err != nil {
		return false, err
	}
	var list struct {
		Data []struct {
			ID     lax.Text   `json:"id"`
			Fields []lax.Text `json:"subscribed_fields"`
		} `json:"data"`
	}
	if err := c.graph.Get(ctx, token, string(a.Remote)+"/subscribed_apps", nil, &list); err != nil {
		return false, err
	}
	for _, app := range list.Data {
		if string(app.ID) != c.cfg.AppID {
			continue
		}
		for _, f := range app.Fields {
			if f == fields {
				return true, nil
			}
		}
	}
	return false, nil
}
