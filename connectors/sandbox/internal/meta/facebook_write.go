package meta

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

const scopeManagePosts = "pages_manage_posts"

// changePost serves POST /{post}/comments and DELETE /{post}. The caller holds the lock.
func (g *Graph) changePost(req *request, p *post) (any, *apiError) {
	switch {
	case req.edge() == "likes":
		return g.like(req, p, nil)
	case req.method == http.MethodPost && req.edge() == "comments":
		if p.place == share {
			return nil, notAllowed()
		}
		if err := req.mayWrite(p.page, p.id, scopeManage); err != nil {
			return nil, err
		}
		return g.reply(req, p, nil)
	case req.method == http.MethodDelete && req.edge() == "":
		if p.foreign() {
			return nil, notAllowed()
		}
		scope := scopeManagePosts // for what the page published; visitors' posts are moderated
		if p.visitor {
			scope = scopeManage
		}
		if err := req.mayWrite(p.page, p.id, scope); err != nil {
			return nil, err
		}
		g.removePost(p, p.page.actor)
		g.did(req, ledger.Act{Kind: ledger.ActDelete, Channel: facebookChannel, Account: p.page.ID, ID: p.id})
		return success, nil
	}
	return nil, missing(strings.ToLower(req.method), req.id())
}

// changeComment serves POST /{comment}/comments, POST /{comment} with message or is_hidden, and DELETE /{comment}. The caller holds
// the lock.
func (g *Graph) changeComment(req *request, c *comment) (any, *apiError) {
	if err := req.mayWrite(c.post.page, c.id, scopeManage); err != nil {
		return nil, err
	}
	act := ledger.Act{Channel: facebookChannel, Account: c.post.page.ID, ID: c.id}
	switch {
	case req.edge() == "likes":
		return g.like(req, c.post, c)
	case req.method == http.MethodPost && req.edge() == "comments":
		return g.reply(req, c.post, c)
	case req.method == http.MethodDelete && req.edge() == "":
		if c.post.foreign() && !c.ours() {
			return nil, notAllowed()
		}
		g.removeComment(c, c.post.page.actor)
		act.Kind = ledger.ActDelete
	case req.method == http.MethodPost && req.edge() == "" && req.params.Has("is_hidden"):
		hidden, _, err := req.flag("is_hidden")
		if err != nil {
			return nil, err
		}
		if c.ours() || c.post.foreign() {
			return nil, notAllowed()
		}
		g.hideComment(c, hidden)
		act.Kind = ledger.ActUnhide
		if hidden {
			act.Kind = ledger.ActHide
		}
	case req.method == http.MethodPost && req.edge() == "" && req.params.Has("message"):
		if !c.ours() {
			return nil, notAllowed()
		}
		text, err := g.message(req, g.cfg.CommentChars)
		if err != nil {
			return nil, err
		}
		g.editComment(c, text)
		act.Kind, act.Text = ledger.ActEdit, text
	default:
		return nil, missing(strings.ToLower(req.method), req.id())
	}
	g.did(req, act)
	return success, nil
}

// reply publishes a comment of the page. By API a reply to a reply nests deeper, unlike in Facebook's own apps.
func (g *Graph) reply(req *request, p *post, parent *comment) (any, *apiError) {
	picture, pictured, err := req.picture()
	if err != nil {
		return nil, err
	}
	text := ""
	if !pictured || req.params.Has("message") {
		if text, err = g.message(req, g.cfg.CommentChars); err != nil {
			return nil, err
		}
	}
	target := p.id
	if parent != nil {
		target = parent.id
	}
	said := text
	if pictured {
		said += " " + picture.Hash
	}
	if p.page.duplicate(target, said, g.deps.Now(), g.cfg.DuplicateWindow) {
		return nil, oauthError(http.StatusBadRequest, 506, 0, "(#506) Duplicate status message")
	}
	note, act := ledgerNote{}, ledger.Act{Kind: ledger.ActReply, Channel: facebookChannel, Account: p.page.ID, Target: target, Text: text}
	if pictured {
		note.media = []world.Media{{Type: "image", URL: "https://scontent.example/v/" + picture.Hash + ".jpg"}}
		act.Files = []ledger.File{picture}
	}
	c := g.addComment(p, parent, p.page.actor, text, time.Time{}, note)
	act.ID = c.id
	g.did(req, act)
	return object{{"id", c.id}}, nil
}

// message reads the text of something that is to be published.
func (g *Graph) message(req *request, most int) (string, *apiError) {
	text := req.param("message")
	if strings.TrimSpace(text) == "" {
		return "", badParameter("param message must be non-empty.")
	}
	if !utf8.ValidString(text) {
		return "", badParameter("param message is not valid UTF-8.")
	}
	if n := utf8.RuneCountInString(text); n > most {
		return "", badParameter("param message must be at most %d characters long, got %d.", most, n)
	}
	return text, nil
}

// duplicate remembers what the page said where, and reports whether it said the very same there a moment ago.
func (pg *page) duplicate(target, text string, now time.Time, window time.Duration) bool {
	const keep = 1000
	if len(pg.recent) >= keep {
		for k, at := range pg.recent {
			if now.Sub(at) >= window {
				delete(pg.recent, k)
			}
		}
	}
	k := target + " " + ledger.HashText(text)
	if at, ok := pg.recent[k]; ok && now.Sub(at) < window {
		return true
	}
	pg.recent[k] = now
	return false
}

// did enters a write by API into the ledger.
func (g *Graph) did(req *request, act ledger.Act) {
	act.App, act.Token, act.Time, act.AnswerLost = req.app.ID, ledger.Fingerprint(req.token.Value), g.deps.Now(), req.lost()
	g.deps.Ledger.Did(act)
}
