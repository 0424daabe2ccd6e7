package meta

import (
	"net/http"
	"strings"
	"time"
	"unicode"

	"lytter/connectors/sandbox/ledger"
)

// changeMedia serves POST /{media}/comments. The caller holds the lock.
func (g *Graph) changeMedia(req *request, m *media) (any, *apiError) {
	if req.method != http.MethodPost || req.edge() != "comments" {
		return nil, missing(strings.ToLower(req.method), req.id())
	}
	if err := req.mayUseInstagram(m.profile, m.id, scopeInstagramComments); err != nil {
		return nil, err
	}
	return g.igReply(req, m, nil)
}

// changeIGComment serves POST /{comment}/replies, POST /{comment}?hide= and DELETE /{comment}. The caller holds the lock.
func (g *Graph) changeIGComment(req *request, c *igComment) (any, *apiError) {
	if err := req.mayUseInstagram(c.media.profile, c.id, scopeInstagramComments); err != nil {
		return nil, err
	}
	act := ledger.Act{Channel: instagramChannel, Account: c.media.profile.ID, ID: c.id}
	switch {
	case req.method == http.MethodPost && req.edge() == "replies":
		return g.igReply(req, c.media, c)
	case req.method == http.MethodDelete && req.edge() == "":
		g.removeIGComment(c)
		act.Kind = ledger.ActDelete
	case req.method == http.MethodPost && req.edge() == "":
		if !req.query.Has("hide") { // it counts in the query string alone
			return nil, badParameter("The parameter hide is required.")
		}
		hidden, _, err := req.flag("hide")
		if err != nil {
			return nil, err
		}
		g.hideIGComment(c, hidden)
		act.Kind = ledger.ActUnhide
		if hidden {
			act.Kind = ledger.ActHide
		}
	default:
		return nil, missing(strings.ToLower(req.method), req.id())
	}
	g.did(req, act)
	return success, nil
}

// igReply publishes a comment of the account. A reply to a reply goes below the top comment.
func (g *Graph) igReply(req *request, m *media, parent *igComment) (any, *apiError) {
	text, err := g.message(req, g.cfg.InstagramChars)
	if err != nil {
		return nil, err
	}
	if g.cfg.InstagramStrict {
		if err := strictText(text); err != nil {
			return nil, err
		}
	}
	target := m.id
	if parent != nil {
		target = parent.id
	}
	c := g.addIGComment(m, parent, m.profile.actor, text, time.Time{}, ledgerNote{})
	g.did(req, ledger.Act{Kind: ledger.ActReply, Channel: instagramChannel, Account: m.profile.ID, ID: c.id, Target: target, Text: text})
	return object{{"id", c.id}}, nil
}

// strictText applies the limits that the reference of comment publishing names and that not every call is held to.
func strictText(text string) *apiError {
	letters, lower := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if !unicode.IsUpper(r) {
				lower++
			}
		}
	}
	links := strings.Count(text, "http://") + strings.Count(text, "https://")
	switch {
	case len([]rune(text)) > 300:
		return badParameter("The total length of the comment cannot exceed 300 characters.")
	case strings.Count(text, "#") > 4:
		return badParameter("The comment cannot contain more than 4 hashtags.")
	case links > 1:
		return badParameter("The comment cannot contain more than 1 URL.")
	case letters > 0 && lower == 0:
		return badParameter("The comment cannot consist of all capital letters.")
	}
	return nil
}
