package facebook

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

// Left implements connectors.Leaver.
func (c *Connector) Left(body []byte) error { return graph.Left(c.cfg.AppSecrets, body) }

// fields is what we ask pages for (Pages API, "Webhooks for Pages"; Messenger Platform, "Webhooks: events").
func fields() []string {
	return []string{
		"feed", "mention", "ratings", "messages", "message_echoes", "message_edits", "message_reads", "message_reactions",
		"messaging_postbacks", "messaging_referrals", "messaging_policy_enforcement", "standby",
	}
}

func (c *Connector) subscription(callback string) graph.Subscription {
	return graph.Subscription{Object: "page", Callback: callback, Verify: c.cfg.VerifyToken, Fields: fields()}
}

// Subscribe implements connectors.Subscriber: the app asks for page events, and the page lets the app have them.
func (c *Connector) Subscribe(ctx context.Context, a inbox.Account, callback string) error {
	token, err := c.token(a)
	if err != nil {
		return err
	}
	if err := c.graph.Subscribe(ctx, c.subscription(callback)); err != nil {
		return err
	}
	return c.graph.Install(ctx, token, string(a.Remote), fields())
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
	return c.graph.Installed(ctx, token, string(a.Remote), c.cfg.AppID, fields())
}

// Events implements connectors.Asker.
func (c *Connector) Events(inbox.Account) []string { return fields() }
