package xapi

import (
	"encoding/json"
	"net/http"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// react has a citizen like or repost a post of ours. That a like or a repost is taken back X tells nobody.
func (x *X) react(d world.Draft) (string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	p := x.live(d.Parent)
	if p == nil {
		return "", world.Unknown("x post", d.Parent)
	}
	if !p.author.ours {
		return "", world.Refused("apps hear of reactions to their own posts only")
	}
	by, err := x.author(d.Author)
	if err != nil {
		return "", err
	}
	switch {
	case d.Text != "like" && d.Text != "repost":
		return "", world.Refused("people on X like and repost")
	case d.Kind == world.KindUnreact:
		delete(p.likes, by)
	case d.Text == "repost":
		x.announceRepost(p, by)
	default:
		p.like(by)
		x.announceLike(p, by)
	}
	return p.idString(), nil
}

func (p *post) like(by *user) {
	if p.likes == nil {
		p.likes = map[*user]bool{}
	}
	p.likes[by] = true
}

// like likes a post as the calling account. Since April 2026 that is for enterprise apps alone (docs.x.com, "Changelog").
func (x *X) like(c *call) (int, any, *problem) {
	var req struct {
		ID string `json:"tweet_id"`
	}
	if err := json.Unmarshal(c.body, &req); err != nil || !numberPattern.MatchString(req.ID) {
		return 0, nil, invalid("tweet_id", req.ID, "$.tweet_id: is missing but it is required")
	}
	return x.liking(c, req.ID, true)
}

func (x *X) unlike(c *call) (int, any, *problem) { return x.liking(c, c.r.PathValue("tweet"), false) }

func (x *X) liking(c *call, id string, liked bool) (int, any, *problem) {
	if c.r.PathValue("id") != c.who.user.idString() {
		return 0, nil, forbidden("The `id` query parameter value [" + c.r.PathValue("id") + "] must be the same as the authenticating user.")
	}
	if x.cfg.Tier == SelfServe {
		return 0, nil, clientForbidden()
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	p := x.live(id)
	if p == nil {
		return 0, nil, notFound()
	}
	act := ledger.Act{Kind: ledger.ActUnlike, ID: id}
	if liked {
		act.Kind = ledger.ActLike
		p.like(c.who.user)
	} else {
		delete(p.likes, c.who.user)
	}
	x.did(c, act)
	return http.StatusOK, values{"data": values{"liked": liked}}, nil
}

// clientForbidden is the refusal of what the app's tier does not have.
func clientForbidden() *problem {
	return &problem{
		status: http.StatusForbidden, Status: http.StatusForbidden, Title: "Client Forbidden", Type: problemType + "client-forbidden",
		Detail: "This request must be made using an approved developer account that is enrolled in the requested endpoint.",
	}
}
