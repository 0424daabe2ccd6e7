package instagram

import (
	"context"
	"net/http"
	"slices"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
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

// Left implements connectors.Leaver.
func (c *Connector) Left(body []byte) error {
	return graph.Left(slices.Concat(c.cfg.AppSecrets, c.cfg.InstagramSecrets), body)
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
	if d.have.Login != InstagramLogin { // a page that lets us have its own events has done it: asking for less would end those
		if has, err := d.Installed(ctx, d.token, node, c.cfg.AppID, what); err != nil || has {
			return err
		}
	}
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

// Events implements connectors.Asker.
func (c *Connector) Events(a inbox.Account) []string { return fields(c.cfg.Accounts[a.Remote]) }

// Linked implements connectors.Linker: an account of Facebook Login is reached through the Page that it is linked with (Graph API, Page,
// instagram_business_account). One of Instagram Login has none.
func (c *Connector) Linked(ctx context.Context, a inbox.Account) error {
	d, err := c.door(a)
	if err != nil || d.have.Login == InstagramLogin {
		return err
	}
	var page struct {
		Linked struct {
			ID lax.Text `json:"id"`
		} `json:"instagram_business_account"`
	}
	if err := d.Get(ctx, d.token, string(d.have.Page), graph.Params{"fields": "instagram_business_account{id}"}, &page); err != nil {
		return err
	}
	if inbox.RemoteID(page.Linked.ID) != a.Remote {
		return &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("instagram.not_linked", "Page", string(d.have.Page))}
	}
	return nil
}
