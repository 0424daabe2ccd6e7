package facebook

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// Send implements connectors.Connector. A public reply goes below the top comment, as it does in Facebook's own pages: by API a reply to a
// reply would open a level that these do not have.
func (c *Connector) Send(ctx context.Context, a inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	token, err := c.token(a)
	if err != nil {
		return connectors.Receipt{}, err
	}
	switch o.Kind {
	case inbox.PublicReply:
		return c.reply(ctx, a, token, o)
	case inbox.DirectReply, inbox.PrivateReply:
		return c.sendPrivate(ctx, a, token, o)
	}
	return c.moderate(ctx, a, token, o)
}

// reply answers where all can read it.
func (c *Connector) reply(ctx context.Context, a inbox.Account, token connectors.Secret, o inbox.Outgoing) (connectors.Receipt, error) {
	top, err := c.above(ctx, a, token, o)
	if err != nil {
		var e *connectors.Error
		if errors.As(err, &e) {
			e.Maybe = false // only looked so far
		}
		return connectors.Receipt{}, err
	}
	id, err := c.publish(ctx, token, top, o)
	if err != nil {
		return connectors.Receipt{}, err
	}
	if id == "" {
		return connectors.Receipt{}, connectors.Unreadable(http.StatusOK, errors.New("facebook: a comment without an id"))
	}
	return connectors.Receipt{Remote: inbox.RemoteID(id)}, nil
}

// above is what an answer goes below. Of what stands on others' walls the way up cannot be read, and need not be.
func (c *Connector) above(ctx context.Context, a inbox.Account, token connectors.Secret, o inbox.Outgoing) (string, error) {
	top, err := c.top(ctx, a, token, string(o.Target))
	switch connectors.ClassOf(err) {
	case connectors.Rejected, connectors.Forbidden:
		return string(o.Target), nil
	}
	return top, err
}

// maxDepth bounds the climb to the top comment.
const maxDepth = 10

// top finds the top comment above a comment; a post is its own.
func (c *Connector) top(ctx context.Context, a inbox.Account, token connectors.Secret, id string) (string, error) {
	if isPost(string(a.Remote), id) || !strings.Contains(id, "_") { // a recommendation has a bare number
		return id, nil
	}
	if have, err := c.tops.Get(id); err == nil {
		return have.(string), nil
	}
	at := id
	for range maxDepth {
		var x comment
		if err := c.get(ctx, token, at, "id,parent{id,parent{id}}", &x); err != nil {
			return "", err
		}
		climbed := 0
		for up := x.Parent; up != nil && up.ID != ""; up = up.Parent {
			at = commentID(string(up.ID))
			climbed++
		}
		if climbed < 2 {
			break
		}
	}
	if err := c.tops.Set(id, at); err != nil {
		return "", err
	}
	return at, nil
}

const (
	clockSkew = 2 * time.Minute // Meta's clock may differ from ours
	findPages = 5
)

// Find implements connectors.Connector: it reads what is new below the comment that was answered.
func (c *Connector) Find(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]connectors.Receipt, error) {
	token, err := c.token(a)
	if err != nil {
		return nil, err
	}
	switch o.Kind {
	case inbox.PublicReply:
	case inbox.DirectReply, inbox.PrivateReply:
		return c.findPrivate(ctx, a, token, o)
	default:
		return nil, nil // an act leaves nothing that could be taken for another: it is simply done again
	}
	top, err := c.above(ctx, a, token, o)
	if err != nil {
		return nil, err
	}
	var out []connectors.Receipt
	after := ""
	since := o.SendingAt.Add(-clockSkew)
	for range findPages {
		page, err := c.commentsOf(ctx, token, top, after, since)
		if err != nil {
			return nil, err
		}
		_ = graph.Each(page.Data, func(x *comment) { // what is no comment is not ours
			ours := x.From != nil && inbox.RemoteID(x.From.ID) == a.Remote
			if ours && !x.Created.Before(since.Truncate(time.Second)) && o.ShownAs(string(x.Message), x.media()) {
				out = append(out, connectors.Receipt{
					Remote: inbox.RemoteID(commentID(string(x.ID))), At: x.Created.Time, Text: string(x.Message),
				})
			}
		})
		if after = page.After; after == "" {
			break
		}
	}
	return out, nil
}
