package instagram

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

// What we ask for. The page's own field does not matter: that the linked Page lets the app have any is what counts (Instagram
// Platform, "Webhooks: enable subscriptions").
const (
	fields    = "comments"
	pageField = "feed"
)

// Subscribe implements connectors.Subscriber: the app asks for Instagram's events, and the linked page lets the app have them.
func (c *Connector) Subscribe(ctx context.Context, a inbox.Account, callback string) error {
	token, err := c.token(a)
	if err != nil {
		return err
	}
	var ok graph.Succeeded
	err = c.graph.Post(ctx, c.graph.AppToken(), c.cfg.AppID+"/subscriptions", graph.Params{
		"object": "instagram", "callback_url": callback, "verify_token": c.cfg.VerifyToken.Reveal(), "fields": fields, "include_values": "true",
	}, &ok)
	if err != nil {
		return err
	}
	page := string(c.cfg.Accounts[a.Remote].Page)
	return c.graph.Post(ctx, token, page+"/subscribed_apps", graph.Params{"subscribed_fields": pageField}, &ok)
}

// Subscribed implements connectors.Subscriber.
func (c *Connector) Subscribed(ctx context.Context, a inbox.Account) (bool, error) {
	token, err := c.token(a)
	if err != nil {
		return false, err
	}
	var list struct {
		Data []struct {
			ID lax.Text `json:"id"`
		} `json:"data"`
	}
	if err := c.graph.Get(ctx, token, string(c.cfg.Accounts[a.Remote].Page)+"/subscribed_apps", nil, &list); err != nil {
		return false, err
	}
	for _, app := range list.Data {
		if string(app.ID) == c.cfg.AppID {
			return true, nil
		}
	}
	return false, nil
}
