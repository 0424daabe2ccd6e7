package instagram

import (
	"context"
	"net/http"
	"slices"

	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// Challenge implements connectors.Webhook.
func (c *Connector) Challenge(w http.ResponseWriter, r *http.Request) {
	graph.Challenge(c.cfg.VerifyToken, w, r)
}

// Verify implements connectors.Webhook. Accounts of both logins may share an address, and are signed with different secrets.
func (c *Connector) Verify(header http.Header, body []byte) error {
	return graph.Verify(slices.Concat(c.cfg.AppSecrets, c.cfg.InstagramSecrets), header, body)
}

// fields are what we ask for (Instagram Platform, "Webhooks: fields"). An account that leaves private messages alone does not get them.
func fields(a Account) []string {
	out := []string{"comments", "live_comments"}
	if a.Login != InstagramLogin { // elsewhere those come as comments
		out = append(out, "mentions")
	}
	if !a.NoDirect {
		out = append(out, "messages", "message_edit", "message_reactions", "messaging_postbacks", "messaging_referral", "messaging_seen", "standby")
	}
	return out
}

// pageField lets the app have the events of a linked account. Which field of the Page it is does not matter, that there is one does
// (Instagram Platform, "Webhooks: enable subscriptions").
const pageField = "feed"

// subscription is what the app asks for: all that any of its accounts wants.
func (c *Connector) subscription(callback string) graph.Subscription {
	var all []string
	for _, a := range c.cfg.Accounts {
		for _, f := range fields(a) {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	slices.Sort(all)
	return graph.Subscription{Object: "instagram", Callback: callback, Verify: c.cfg.VerifyToken, Fields: all}
}

// let is where an account lets the app have its events, and which.
func (d *door) let() (node string, fieldsOf []string) {
	if d.have.Login == InstagramLogin {
		return d.self, fields(d.have)
	}
	return string(d.have.Page), []string{pageField}
}

// Subscribe implements connectors.Subscriber: the app asks for Instagram's events, and the account lets it have them; one of Facebook
// Login does so by way of the Page that it is linked with.
func (c *Connector) Subscribe(ctx context.Context, a inbox.Account, callback string) error {
	d, err := c.door(a)
	if err != nil {
		return err
	}
	if err := c.graph.Subscribe(ctx, c.subscription(callback)); err != nil {
		return err
	}
	node, what := d.let()
	return d.Install(ctx, d.token, node, what)
}

// Subscribed implements connectors.Subscriber.
func (c *Connector) Subscribed(ctx context.Context, a inbox.Account, callback string) (bool, error) {
	d, err := c.door(a)
	if err != nil {
		return false, err
	}
	if ok, err := c.graph.Subscribed(ctx, c.subscription(callback)); err != nil || !ok {
		return false, err
	}
	node, what := d.let()
	app := c.cfg.AppID
	if d.have.Login == InstagramLogin {
		app = "" // there the app goes by another id
	}
	return d.Installed(ctx, d.token, node, app, what)
}
