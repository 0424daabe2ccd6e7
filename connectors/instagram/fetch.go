package instagram

import (
	"context"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Fetch implements connectors.Fetcher. The Graph API has no call for many objects at once any more, so each is asked for.
func (c *Connector) Fetch(ctx context.Context, a inbox.Account, ps []inbox.Pending) ([]connectors.Answer, error) {
	d, err := c.door(a)
	if err != nil {
		return nil, err
	}
	out := make([]connectors.Answer, len(ps))
	for i, p := range ps {
		switch {
		case p.What == inbox.WantProfile:
			out[i] = c.profile(ctx, a, d, p.Remote)
		case p.What == inbox.WantContext:
			out[i] = c.post(ctx, a, d, p.Remote)
		case !number(string(p.Remote)):
			out[i] = c.note(ctx, a, d, p.Remote)
		case p.What == inbox.WantMessage:
			out[i] = c.named(ctx, a, d, p.Remote)
		default:
			out[i] = c.comment(ctx, a, d, p.Remote)
		}
		switch connectors.ClassOf(out[i].Err) {
		case connectors.Auth, connectors.Throttled: // it is the same for the rest
			return nil, out[i].Err
		}
	}
	return out, nil
}

func answer(items ...inbox.Incoming) connectors.Answer {
	return connectors.Answer{Fetched: inbox.Fetched{Items: items}}
}

// post brings a media of ours.
func (c *Connector) post(ctx context.Context, a inbox.Account, d *door, id inbox.RemoteID) connectors.Answer {
	var x media
	if have, err := c.media.Get(id); err == nil {
		x = have.(media)
	} else {
		if err := d.get(ctx, string(id), mediaFields, &x); err != nil {
			return connectors.Answer{Err: err}
		}
		x.ID = lax.Text(id)
		if err := c.media.Set(id, x); err != nil {
			return connectors.Answer{Err: err}
		}
	}
	return answer(x.incoming(a, inbox.FromFetch, c.cfg.Now()))
}

// comment brings a comment or a reply.
func (c *Connector) comment(ctx context.Context, a inbox.Account, d *door, id inbox.RemoteID) connectors.Answer {
	var x comment
	if err := d.get(ctx, string(id), replyFields+",media{id}", &x); err != nil {
		return connectors.Answer{Err: err}
	}
	if x.Media == nil || x.Media.ID == "" {
		return connectors.Answer{Err: gone()}
	}
	x.ID = lax.Text(id)
	return answer(x.incoming(a, string(x.Media.ID), string(x.Parent), inbox.FromFetch, c.cfg.Now()))
}

// named brings what names the account: a comment on a media of ours, or, of somebody else's, a comment or the media itself. The webhook
// told an id and not which. What was deleted since nobody can read (Instagram Platform, "Mentions").
func (c *Connector) named(ctx context.Context, a inbox.Account, d *door, id inbox.RemoteID) connectors.Answer {
	ours := c.comment(ctx, a, d, id)
	if ours.Err == nil || !graph.Hopeless(ours.Err) {
		return ours
	}
	var x comment
	err := d.mention(ctx, mentionedComment, string(id), &x)
	if err == nil {
		x.ID = lax.Text(id)
		return answer(x.mention(a, inbox.FromFetch, c.cfg.Now()))
	}
	if !graph.Hopeless(err) {
		return connectors.Answer{Err: err}
	}
	var m media
	if err = d.mention(ctx, mentionedMedia, string(id), &m); err == nil {
		m.ID = lax.Text(id)
		return answer(m.mention(a, inbox.FromFetch, c.cfg.Now()))
	}
	if graph.Hopeless(err) && connectors.ClassOf(err) != connectors.Forbidden {
		err = gone()
	}
	return connectors.Answer{Err: err}
}

// note brings a private message. Only the newest of a thread can be read; older ones answer as if they were deleted.
func (c *Connector) note(ctx context.Context, a inbox.Account, d *door, id inbox.RemoteID) connectors.Answer {
	var x note
	if err := d.get(ctx, string(id), noteFields, &x); err != nil {
		return connectors.Answer{Err: err}
	}
	x.ID = lax.Text(id)
	who := x.citizen(a)
	if who == "" {
		return connectors.Answer{Err: gone()}
	}
	return answer(x.incoming(a, who, inbox.FromFetch, c.cfg.Now()))
}

// profile brings a person's name. Instagram tells it only of people who sent a message; of others it says that they did not consent
// (Instagram Platform, "User profile API"), and then nobody is asked about for a while.
func (c *Connector) profile(ctx context.Context, a inbox.Account, d *door, id inbox.RemoteID) connectors.Answer {
	if c.mute.Has(a.Remote) {
		return connectors.Answer{}
	}
	var x struct {
		Name      lax.Text `json:"name"`
		Username  lax.Text `json:"username"`
		Followers *lax.Int `json:"follower_count"`
		Verified  lax.Bool `json:"is_verified_user"`
	}
	err := d.get(ctx, string(id), "name,username,follower_count,is_verified_user", &x)
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
