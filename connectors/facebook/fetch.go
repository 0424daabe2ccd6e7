package facebook

import (
	"context"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Fetch implements connectors.Fetcher. The Graph API has no call for many objects at once any more, so each is asked for.
func (c *Connector) Fetch(ctx context.Context, a inbox.Account, ps []inbox.Pending) ([]connectors.Answer, error) {
	token, err := c.token(a)
	if err != nil {
		return nil, err
	}
	out := make([]connectors.Answer, len(ps))
	for i, p := range ps {
		switch p.What {
		case inbox.WantProfile:
			out[i] = c.profile(ctx, a, token, p.Remote)
		default:
			out[i] = c.object(ctx, a, token, p)
		}
		switch connectors.ClassOf(out[i].Err) {
		case connectors.Auth, connectors.Throttled: // it is the same for the rest
			return nil, out[i].Err
		}
	}
	return out, nil
}

// object brings a post or a comment.
func (c *Connector) object(ctx context.Context, a inbox.Account, token connectors.Secret, p inbox.Pending) connectors.Answer {
	if p.What == inbox.WantContext || isPost(string(a.Remote), string(p.Remote)) {
		var x post
		if err := c.get(ctx, token, string(p.Remote), postFields, &x); err != nil {
			return connectors.Answer{Err: err}
		}
		x.ID = lax.Text(p.Remote) // a post without an author is a visitor's who may not be shown: pages always are
		return connectors.Answer{Fetched: inbox.Fetched{Items: []inbox.Incoming{x.incoming(a, inbox.FromFetch, c.cfg.Now())}}}
	}
	if isMessage(string(p.Remote)) {
		var x chatRow
		if err := c.get(ctx, token, string(p.Remote), chatFields, &x); err != nil {
			return connectors.Answer{Err: err}
		}
		in, ok := x.incoming(a, inbox.FromFetch, c.cfg.Now())
		if !ok {
			return connectors.Answer{Err: &connectors.Error{Class: connectors.Gone, Reason: *inbox.Why("platform.gone")}}
		}
		return connectors.Answer{Fetched: inbox.Fetched{Items: []inbox.Incoming{in}}}
	}
	var x comment
	err := c.get(ctx, token, string(p.Remote), commentFields+",object{id}", &x)
	if e := connectors.AsError(err); e != nil && e.Class == connectors.Rejected && e.Code == noSuchField {
		return c.stranger(ctx, a, token, p)
	}
	if err != nil {
		return connectors.Answer{Err: err}
	}
	if x.Object == nil || x.Object.ID == "" {
		return connectors.Answer{Err: &connectors.Error{Class: connectors.Gone, Reason: *inbox.Why("platform.gone")}}
	}
	x.ID = lax.Text(p.Remote)
	in := x.incoming(a, string(x.Object.ID), inbox.FromFetch, c.cfg.Now())
	if !isPost(string(a.Remote), string(x.Object.ID)) { // on somebody else's wall, where we were named
		in.Kind, in.Context, in.Aside = inbox.Mention, "", p.What == inbox.WantParent
	}
	return connectors.Answer{Fetched: inbox.Fetched{Items: []inbox.Incoming{in}}}
}

// noSuchField is what the Graph says when a post is asked what only comments have ("Handling errors": 100, a bad parameter).
const noSuchField = 100

// stranger brings a post on somebody else's wall: that names us, or below which somebody did.
func (c *Connector) stranger(ctx context.Context, a inbox.Account, token connectors.Secret, p inbox.Pending) connectors.Answer {
	var x post
	if err := c.get(ctx, token, string(p.Remote), postFields, &x); err != nil {
		return connectors.Answer{Err: err}
	}
	x.ID = lax.Text(p.Remote)
	in := x.incoming(a, inbox.FromFetch, c.cfg.Now())
	in.Aside = p.What == inbox.WantParent && !in.FromUs
	return connectors.Answer{Fetched: inbox.Fetched{Items: []inbox.Incoming{in}}}
}

// profile brings a person's name. Where the app may not read profiles the platform answers with an empty object; then it is not asked
// again for a while (Messenger Platform, "User profile").
func (c *Connector) profile(ctx context.Context, a inbox.Account, token connectors.Secret, id inbox.RemoteID) connectors.Answer {
	if c.mute.Has(a.Remote) {
		return connectors.Answer{}
	}
	var x struct {
		ID    lax.Text `json:"id"`
		Name  lax.Text `json:"name"`
		First lax.Text `json:"first_name"`
		Last  lax.Text `json:"last_name"`
	}
	err := c.get(ctx, token, string(id), "first_name,last_name", &x)
	switch connectors.ClassOf(err) {
	case "", connectors.Forbidden: // who it is stays unknown then: nothing is broken
	default:
		return connectors.Answer{Err: err}
	}
	name := string(x.Name)
	if name == "" {
		name = strings.TrimSpace(string(x.First) + " " + string(x.Last))
	}
	if name == "" {
		return connectors.Answer{Err: c.mute.Set(a.Remote, true)}
	}
	return connectors.Answer{Fetched: inbox.Fetched{Profile: &inbox.Author{Remote: id, Name: name, Followers: -1}}}
}
