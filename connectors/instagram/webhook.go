package instagram

import (
	"context"
	"net/http"

	"lytter/connectors/internal/graph"
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

// What we ask for. Instagram has fields for the app; of an account the linked Page must let the app have something, it does not matter
// what (Instagram Platform, "Webhooks: enable subscriptions").
const (
	field     = "comments"
	pageField = "feed"
)

func (c *Connector) subscription(callback string) graph.Subscription {
	return graph.Subscription{Object: "instagram", Callback: callback, Verify: c.cfg.VerifyToken, Fields: []string{field}}
}

// Subscribe implements connectors.Subscriber: the app asks for Instagram's events, and the linked page lets the app have them.
func (c *Connector) Subscribe(ctx context.Context, a inbox.Account, callback string) error {
	token, err := c.token(a)
	if err != nil {
		return err
	}
	if err := c.graph.Subscribe(ctx, c.subscription(callback)); err != nil {
		return err
	}
	return c.graph.Install(ctx, token, string(c.cfg.Accounts[a.Remote].Page), []string{pageField})
}

// Subscribed implements connectors.Subscriber.
func (c *Connector) Subscribed(ctx context.Context, a inbox.Account, callback string) (bool, error) {
	token, err := c.token(a)
	if err != nil {
		return false, err
	}
	if ok, err := c.graph.Subscribed(ctx, c.subscription(callback)); err != nil || !ok {
		return false, err
	}
	return c.graph.Installed(ctx, token, string(c.cfg.Accounts[a.Remote].Page), c.cfg.AppID, []string{pageField})
}
