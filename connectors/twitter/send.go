package twitter

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// Send implements connectors.Connector.
func (c *Connector) Send(ctx context.Context, a inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	if o.Kind != inbox.PublicReply {
		return connectors.Receipt{}, &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.not_supported")}
	}
	if err := c.known(a); err != nil {
		return connectors.Receipt{}, err
	}
	r, err := c.publish(ctx, a, string(o.Target), o.Text)
	if err != nil {
		return connectors.Receipt{}, err
	}
	if r.Remote == "" {
		return connectors.Receipt{}, connectors.Unreadable(http.StatusCreated, errors.New("twitter: a post without an id"))
	}
	return r, nil
}

const (
	clockSkew = 2 * time.Minute // X's clock may differ from ours
	findPages = 4
)

// Find implements connectors.Connector: it reads our own newest posts.
func (c *Connector) Find(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]connectors.Receipt, error) {
	if err := c.known(a); err != nil {
		return nil, err
	}
	var out []connectors.Receipt
	since := o.SendingAt.Add(-clockSkew)
	sp := span{size: pageSize}
	for range findPages {
		l, err := c.own(ctx, a, sp)
		if err != nil {
			return nil, err
		}
		g := newGather(a, l, inbox.FromPoll, c.cfg.Now())
		for _, in := range g.all(l.Data) {
			if in.FromUs && in.Parent == o.Target && !in.At.Before(since) && sameText(o.Text, in.Text) {
				out = append(out, connectors.Receipt{Remote: in.Remote, At: in.At, Text: in.Text})
			}
		}
		if sp.token = string(l.Meta.Next); sp.token == "" || timeOf(g.oldest).Before(since) {
			break
		}
	}
	return out, nil
}
