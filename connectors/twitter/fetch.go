package twitter

import (
	"context"
	"encoding/json"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Fetch implements connectors.Fetcher: one call for all posts, one for all people. What X does not give is gone: deleted, suspended or
// protected.
func (c *Connector) Fetch(ctx context.Context, a inbox.Account, ps []inbox.Pending) ([]connectors.Answer, error) {
	if err := c.known(a); err != nil {
		return nil, err
	}
	var posts, people []string
	for _, p := range ps {
		id := string(p.Remote)
		switch {
		case p.What == inbox.WantProfile && !c.users.Has(id):
			people = append(people, id)
		case p.What != inbox.WantProfile && !c.posts.Has(key(a, id)):
			posts = append(posts, id)
		}
	}
	if len(posts) > 0 {
		if err := c.getPosts(ctx, a, posts); err != nil {
			return nil, err
		}
	}
	if len(people) > 0 {
		list, err := c.usersByID(ctx, a, people)
		if err != nil && connectors.ClassOf(err) != connectors.Gone {
			return nil, err
		}
		for i := range list {
			if err := c.users.Set(string(list[i].ID), &list[i]); err != nil {
				return nil, err
			}
		}
	}
	out := make([]connectors.Answer, len(ps))
	for i, p := range ps {
		out[i] = c.answer(a, p)
	}
	return out, nil
}

// key is the name of a post in the cache: what a post is depends on who asks.
func key(a inbox.Account, id string) string { return string(a.Remote) + " " + id }

// getPosts reads posts into the cache, each with all that came along with it.
func (c *Connector) getPosts(ctx context.Context, a inbox.Account, ids []string) error {
	l, err := c.lookup(ctx, a, ids)
	if err != nil {
		if connectors.ClassOf(err) == connectors.Gone {
			return nil
		}
		return err
	}
	g := newGather(a, l, inbox.FromFetch, c.cfg.Now())
	for _, raw := range l.Data {
		var t struct {
			ID lax.Text `json:"id"`
		}
		if json.Unmarshal(raw, &t) != nil {
			continue // not one that was asked for: it stays pending as gone
		}
		if err := c.posts.Set(key(a, string(t.ID)), g.all([]json.RawMessage{raw})); err != nil {
			return err
		}
	}
	return nil
}

func (c *Connector) answer(a inbox.Account, p inbox.Pending) connectors.Answer {
	gone := connectors.Answer{Err: &connectors.Error{Class: connectors.Gone, Reason: *inbox.Why("platform.gone")}}
	if p.What == inbox.WantProfile {
		u, err := c.users.Get(string(p.Remote))
		if err != nil {
			return gone
		}
		return connectors.Answer{Fetched: inbox.Fetched{Profile: u.(*user).author()}}
	}
	items, err := c.posts.Get(key(a, string(p.Remote)))
	if err != nil {
		return gone
	}
	return connectors.Answer{Fetched: inbox.Fetched{Items: append([]inbox.Incoming(nil), items.([]inbox.Incoming)...)}}
}
