package instagram

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// Send implements connectors.Connector. Instagram has one level of replies: an answer to a reply lands below the top comment.
func (c *Connector) Send(ctx context.Context, a inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	if o.Kind != inbox.PublicReply {
		return connectors.Receipt{}, &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.not_supported")}
	}
	token, err := c.token(a)
	if err != nil {
		return connectors.Receipt{}, err
	}
	id, err := c.publish(ctx, token, string(o.Target), o.Text)
	if err != nil {
		return connectors.Receipt{}, err
	}
	if id == "" {
		return connectors.Receipt{}, connectors.Unreadable(http.StatusOK, errors.New("instagram: a reply without an id"))
	}
	return connectors.Receipt{Remote: inbox.RemoteID(id)}, nil
}

const (
	clockSkew = 2 * time.Minute // Meta's clock may differ from ours
	findPages = 20              // replies come oldest first: all of them must be read
)

// Find implements connectors.Connector: it reads the replies below the top comment.
func (c *Connector) Find(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]connectors.Receipt, error) {
	token, err := c.token(a)
	if err != nil {
		return nil, err
	}
	var target comment
	if err := c.get(ctx, token, string(o.Target), "id,parent_id", &target); err != nil {
		return nil, err
	}
	top := string(o.Target)
	if target.Parent != "" {
		top = string(target.Parent)
	}
	var out []connectors.Receipt
	after := ""
	since := o.SendingAt.Add(-clockSkew).Truncate(time.Second)
	for range findPages {
		page, err := c.repliesOf(ctx, token, top, after)
		if err != nil {
			return nil, err
		}
		_ = each(page.Data, func(x *comment) { // what is no comment is not ours
			if x.ours(a) && !x.At.Before(since) && inbox.SameText(o.Text, string(x.Text)) {
				out = append(out, connectors.Receipt{Remote: inbox.RemoteID(x.ID), At: x.At.Time, Text: string(x.Text)})
			}
		})
		if after = page.After; after == "" {
			break
		}
	}
	return out, nil
}
