package twitter

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// wanted is a type of event of the X Activity API that a desk asks for (X API, "X Activity API: supported events").
type wanted struct {
	kind      lax.Text
	direction lax.Text // "" is both
	// must says that a desk is deaf without it. X gives the others to some tiers and some tokens only; what they tell is also read by
	// polling, or is not told to anybody.
	must bool
}

var wantedTypes = []wanted{
	{kind: "post.mention.create", must: true},
	{kind: "post.reply.create", must: true},
	{kind: "post.quote.create", must: true},
	{kind: "dm.received", must: true},
	{kind: "dm.sent", must: true},
	{kind: "post.create", must: true},
	{kind: "post.delete", must: true},
	{kind: "post.repost.create"},
	{kind: "like.create", direction: "inbound"},
	{kind: "dm.read"},
	{kind: "chat.received"},
	{kind: "chat.sent"},
}

// subscription is one as X lists it.
type subscription struct {
	Type   lax.Text `json:"event_type"`
	Hook   lax.Text `json:"webhook_id"`
	Filter struct {
		User      lax.Text `json:"user_id"`
		Direction lax.Text `json:"direction"`
	} `json:"filter"`
}

const subscriptionPages = 50 // of 100: more than a self-serve app may have

// missing lists what an account is not yet subscribed to at a webhook.
func (c *Connector) missing(ctx context.Context, a inbox.Account, webhook string) ([]wanted, error) {
	left := slices.Clone(wantedTypes)
	token := ""
	for range subscriptionPages {
		r := c.app(http.MethodGet, "/2/activity/subscriptions")
		if token != "" {
			r.query = url.Values{"pagination_token": {token}}
		}
		var list struct {
			Data []subscription `json:"data"`
			Meta struct {
				Next lax.Text `json:"next_token"`
			} `json:"meta"`
		}
		if err := c.call(ctx, r, &list); err != nil {
			return nil, err
		}
		for _, s := range list.Data {
			left = slices.DeleteFunc(left, func(w wanted) bool {
				return s.Type == w.kind && string(s.Hook) == webhook && inbox.RemoteID(s.Filter.User) == a.Remote &&
					(s.Filter.Direction == "" || s.Filter.Direction == w.direction)
			})
		}
		if token = string(list.Meta.Next); token == "" {
			break
		}
	}
	return left, nil
}

// subscribeActivity subscribes an account to what it is not subscribed to yet.
func (c *Connector) subscribeActivity(ctx context.Context, a inbox.Account, webhook string) error {
	missing, err := c.missing(ctx, a, webhook)
	if err != nil {
		return err
	}
	for _, w := range missing {
		r := c.as(a, opHooks, http.MethodPost, "/2/activity/subscriptions")
		filter := map[string]string{"user_id": string(a.Remote)}
		if w.direction != "" {
			filter["direction"] = string(w.direction)
		}
		r.body = map[string]any{"event_type": w.kind, "filter": filter, "tag": "lytter", "webhook_id": webhook}
		err := c.call(ctx, r, nil)
		switch class := connectors.ClassOf(err); {
		case err == nil, class == connectors.Duplicate, connectors.AsError(err).Status == http.StatusConflict: // somebody was faster
		case !w.must && (class == connectors.Rejected || class == connectors.Forbidden):
		default:
			return err
		}
	}
	return nil
}

// Events implements connectors.Asker. Account Activity has one subscription for everything.
func (c *Connector) Events(a inbox.Account) (out []string) {
	if !c.cfg.Accounts[a.Remote].Activity {
		return []string{"account_activity"}
	}
	for _, w := range wantedTypes {
		out = append(out, string(w.kind))
	}
	return out
}
