package instagram

import (
	"context"

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
		case inbox.WantContext:
			out[i] = c.post(ctx, a, token, p.Remote)
		default:
			out[i] = c.comment(ctx, a, token, p.Remote)
		}
		switch connectors.ClassOf(out[i].Err) {
		case connectors.Auth, connectors.Throttled: // it is the same for the rest
			return nil, out[i].Err
		}
	}
	return out, nil
}

// post brings a media of ours.
func (c *Connector) post(ctx context.Context, a inbox.Account, token connectors.Secret, id inbox.RemoteID) connectors.Answer {
	var x media
	if have, err := c.media.Get(id); err == nil {
		x = have.(media)
	} else {
		if err := c.get(ctx, token, string(id), mediaFields, &x); err != nil {
			return connectors.Answer{Err: err}
		}
		x.ID = lax.Text(id)
		if err := c.media.Set(id, x); err != nil {
			return connectors.Answer{Err: err}
		}
	}
	return connectors.Answer{Fetched: inbox.Fetched{Items: []inbox.Incoming{x.incoming(a, inbox.FromFetch, c.cfg.Now())}}}
}

// comment brings a comment or a reply.
func (c *Connector) comment(ctx context.Context, a inbox.Account, token connectors.Secret, id inbox.RemoteID) connectors.Answer {
	var x comment
	if err := c.get(ctx, token, string(id), replyFields+",media{id}", &x); err != nil {
		return connectors.Answer{Err: err}
	}
	if x.Media == nil || x.Media.ID == "" {
		return connectors.Answer{Err: &connectors.Error{Class: connectors.Gone, Reason: *inbox.Why("platform.gone")}}
	}
	x.ID = lax.Text(id)
	in := x.incoming(a, string(x.Media.ID), string(x.Parent), inbox.FromFetch, c.cfg.Now())
	return connectors.Answer{Fetched: inbox.Fetched{Items: []inbox.Incoming{in}}}
}

// profile brings a person's name. Instagram tells it only of people who sent a message; of others it says that they did not consent
// (Instagram Platform, "User profile API"), and then nobody is asked about for a while.
func (c *Connector) profile(ctx context.Context, a inbox.Account, token connectors.Secret, id inbox.RemoteID) connectors.Answer {
	if c.mute.Has(a.Remote) {
		return connectors.Answer{}
	}
	var x struct {
		Name      lax.Text `json:"name"`
		Username  lax.Text `json:"username"`
		Followers *lax.Int `json:"follower_count"`
		Verified  lax.Bool `json:"is_verified_user"`
	}
	err := c.get(ctx, token, string(id), "name,username,follower_count,is_verified_user", &x)
	switch connectors.ClassOf(err) {
	case "":
	case connectors.Forbidden:
		return connectors.Answer{Err: c.mute.Set(a.Remote, true)} // who it is stays unknown: nothing is broken
	default:
		return connectors.Answer{Err: err}
	}
	au := &inbox.Author{Remote: id, Name: string(x.Name), Handle: string(x.Username), Followers: -1, Verified: bool(x.Verified)}
	if x.Followers != nil {
		au.Followers = int64(*x.Followers)
	}
	return connectors.Answer{Fetched: inbox.Fetched{Profile: au}}
}
