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
	if err := c.known(a); err != nil {
		return connectors.Receipt{}, err
	}
	var r connectors.Receipt
	var err error
	switch o.Kind {
	case inbox.PublicReply:
		r, err = c.publish(ctx, a, o)
	case inbox.DirectReply:
		r, err = c.write(ctx, a, o.Thread, o)
	case inbox.PrivateReply: // X has no answer in private but a direct message to who wrote
		if inPrivate(o) { // it is private already
			return r, &connectors.Error{Class: connectors.Rejected, Reason: *inbox.Why("refused.not_supported")}
		}
		r, err = c.write(ctx, a, o.Person, o)
	default:
		return r, c.moderate(ctx, a, o)
	}
	if err != nil {
		return connectors.Receipt{}, err
	}
	if r.Remote == "" {
		return connectors.Receipt{}, connectors.Unreadable(http.StatusCreated, errors.New("twitter: what was said has no id"))
	}
	return r, nil
}

const (
	clockSkew = 2 * time.Minute // X's clock may differ from ours
	findPages = 4
)

// Find implements connectors.Connector: it reads our own newest posts, or the thread of direct messages. What can be done twice is done
// again, and never looked for.
func (c *Connector) Find(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]connectors.Receipt, error) {
	if err := c.known(a); err != nil {
		return nil, err
	}
	since := o.SendingAt.Add(-clockSkew)
	switch o.Kind {
	case inbox.PublicReply:
	case inbox.DirectReply:
		return c.written(ctx, a, o.Thread, o, since)
	case inbox.PrivateReply:
		return c.written(ctx, a, o.Person, o, since)
	default:
		return nil, nil
	}
	var out []connectors.Receipt
	sp := span{size: pageSize}
	for range findPages {
		l, err := c.own(ctx, a, sp)
		if err != nil {
			return nil, err
		}
		g := newGather(a, l, inbox.FromPoll, c.cfg.Now())
		for _, in := range g.all(l.Data) {
			if in.FromUs && in.Parent == o.Target && !in.At.Before(since) && shownAs(o, in) {
				out = append(out, connectors.Receipt{Remote: in.Remote, At: in.At, Text: in.Text})
			}
		}
		if sp.token = string(l.Meta.Next); sp.token == "" || timeOf(g.oldest).Before(since) {
			break
		}
	}
	return out, nil
}
