package meta

import (
	"strings"

	"lytter/connectors/sandbox/internal/world"
)

// Page sizes ("Page: feed" refuses more than 100; comments are cut).
var (
	feedBounds    = bounds{usual: 25, most: 100, strict: true}
	commentBounds = bounds{usual: 25, most: 100}
)

// getMe reads the person or system user behind a token, and the pages that they have a role on.
func (g *Graph) getMe(req *request, n *me) (any, *apiError) {
	switch req.edge() {
	case "":
		return object{{"id", n.id}}, nil
	case "accounts":
		if !req.has(scopePages) {
			return nil, notAllowed()
		}
		fields, err := req.fields("access_token", "category", "name", "id", "tasks")
		if err != nil {
			return nil, err
		}
		data := list{}
		for _, id := range req.token.Pages {
			o, err := g.pageObject(req, g.nodes[id].(*page), fields)
			if err != nil {
				return nil, err
			}
			data = append(data, o)
		}
		return object{{"data", data}}, nil
	}
	return nil, noField(req.edge(), "User")
}

// getPage reads a page and its edges.
func (g *Graph) getPage(req *request, pg *page) (any, *apiError) {
	switch req.edge() {
	case "":
		fields, err := req.fields("name", "id")
		if err != nil {
			return nil, err
		}
		if !req.reaches(pg) || !(req.has(scopePages) || req.has(scopeEngagement)) {
			return nil, notPermitted(scopeEngagement)
		}
		return g.pageObject(req, pg, fields)
	case "feed", "posts", "published_posts", "visitor_posts", "tagged":
		return g.pageFeed(req, pg)
	case "conversations":
		if req.param("platform") == "instagram" && pg.profile != nil {
			return g.chats(req, pg.profile)
		}
		if p := req.param("platform"); p != "" && p != "messenger" {
			return nil, badParameter("param platform must be one of {INSTAGRAM, MESSENGER}")
		}
		if err := req.mayRead(pg, pg.ID, scopeMessaging); err != nil {
			return nil, err
		}
		return g.conversations(req, g.mailbox(facebookChannel, pg.ID))
	case "subscribed_apps":
		return g.getInstalled(req, pg)
	case "ratings":
		if req.version != "v21.0" {
			return nil, oauthError(400, 12, 0, "(#12) This endpoint is deprecated for versions v22.0 and higher")
		}
	}
	return nil, noField(req.edge(), "Page")
}

// pageFeed lists posts, newest first by creation: since and until go by creation too, so an old post with a new comment is found by
// its updated_time and not by the window.
func (g *Graph) pageFeed(req *request, pg *page) (any, *apiError) {
	for _, scope := range []string{scopeEngagement, scopeUserContent} {
		if err := req.mayRead(pg, pg.ID, scope); err != nil {
			return nil, err
		}
	}
	fields, err := req.fields("created_time", "message", "id")
	if err != nil {
		return nil, err
	}
	w, err := readWindow(req.param, feedBounds)
	if err != nil {
		return nil, err
	}
	var keep func(*post) bool
	switch req.edge() {
	case "posts", "published_posts":
		keep = (*post).ours
	case "visitor_posts":
		keep = func(p *post) bool { return p.visitor }
	}
	rows := pg.posts
	if req.edge() == "tagged" {
		rows = pg.tagged
	}
	p, err := cut(g, rows, w, keep)
	if err != nil {
		return nil, err
	}
	return edgeObject(req, pg.ID+"/"+req.edge(), req.params, p, func(x *post) (object, *apiError) { return g.postObject(req, x, fields) })
}

// getPost reads a post and its comments.
func (g *Graph) getPost(req *request, p *post) (any, *apiError) {
	scope := scopeEngagement
	if p.visitor {
		scope = scopeUserContent
	}
	if err := req.mayRead(p.page, p.id, scope); err != nil {
		return nil, err
	}
	switch {
	case p.place == review:
		return nil, missing("get", p.id)
	case p.place == share && !g.cfg.PublicAccess, p.place == mention && req.edge() != "" && !g.cfg.PublicAccess:
		return nil, notPermitted(scopeEngagement)
	}
	switch req.edge() {
	case "":
		fields, err := req.fields("created_time", "message", "id")
		if err != nil {
			return nil, err
		}
		return g.postObject(req, p, fields)
	case "comments":
		return g.commentEdge(req, commentsOf{post: p}, nil)
	}
	return nil, noField(req.edge(), "Post")
}

// getComment reads a comment and its replies.
func (g *Graph) getComment(req *request, c *comment) (any, *apiError) {
	if err := req.mayRead(c.post.page, c.id, scopeUserContent); err != nil {
		return nil, err
	}
	switch req.edge() {
	case "":
		fields, err := req.fields("created_time", "from", "message", "id")
		if err != nil {
			return nil, err
		}
		return g.commentObject(req, c, fields)
	case "comments":
		return g.commentEdge(req, commentsOf{comment: c}, nil)
	}
	return nil, noField(req.edge(), "Comment")
}

// getPerson reads the profile of somebody who wrote to a page. Without the feature for it nothing is told; a person who may not be
// shown has none to tell (Messenger Platform, "User profile").
func (g *Graph) getPerson(req *request, p *person) (any, *apiError) {
	if req.edge() != "" {
		return nil, noField(req.edge(), "User")
	}
	switch of := g.nodes[p.account].(type) {
	case *page:
		if err := req.mayRead(of, p.id, scopeEngagement); err != nil {
			return nil, err
		}
	case *profile:
		if err := req.mayUseInstagram(of, p.id, scopeInstagram); err != nil {
			return nil, err
		}
		return g.getIGPerson(req, of, p)
	}
	if p.hidden {
		return nil, oauthError(400, 100, 2018218, "(#100) No profile available for this user.")
	}
	fields, err := req.fields("first_name", "last_name", "profile_pic", "id")
	if err != nil {
		return nil, err
	}
	if !g.cfg.ProfileAccess {
		return object{}, nil
	}
	first, last, _ := strings.Cut(p.name, " ")
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", p.id)
		case "name":
			out = out.with("name", p.name)
		case "first_name":
			out = out.with("first_name", first)
		case "last_name":
			out = out.with("last_name", last)
		case "profile_pic":
			out = out.with("profile_pic", "https://platform-lookaside.fbsbx.com/platform/profilepic/?psid="+p.id)
		default:
			return nil, noField(f.name, "User")
		}
	}
	return out, nil
}

// commentsOf is whose comments an edge lists: a post's or a comment's.
type commentsOf struct {
	post    *post
	comment *comment
}

// commentEdge lists comments. With a nil field it is an edge of its own; else it is nested, and its parameters are its modifiers.
func (g *Graph) commentEdge(req *request, of commentsOf, nested *field) (object, *apiError) {
	get, params := req.param, req.params
	if nested != nil {
		get, params = func(name string) string { return nested.mods[name] }, nestedParams(*nested)
	}
	fields, err := req.fields("created_time", "from", "message", "id")
	if nested != nil {
		fields, err = nested.sub, nil
		if fields == nil {
			fields = fieldsOf("created_time", "from", "message", "id")
		}
	}
	if err != nil {
		return nil, err
	}
	w, err := readWindow(get, commentBounds)
	if err != nil {
		return nil, err
	}
	switch get("order") {
	case "":
		w.order = ranked
	case "chronological":
		w.order = oldestFirst
	case "reverse_chronological":
		w.order = newestFirst
	default:
		return nil, badParameter("Param order must be one of {CHRONOLOGICAL, REVERSE_CHRONOLOGICAL}")
	}
	stream := false
	switch get("filter") {
	case "", "toplevel":
	case "stream":
		stream = true
	default:
		return nil, badParameter("Param filter must be one of {STREAM, TOPLEVEL}")
	}
	var rows []*comment
	var path string
	var total counts
	switch {
	case of.comment != nil:
		rows, path, total = of.comment.replies, of.comment.id, of.comment.counts
		total.all = total.direct
		if stream {
			rows = below(nil, of.comment)
		}
	case stream:
		rows, path, total = of.post.stream, of.post.id, of.post.counts
	default:
		rows, path, total = of.post.top, of.post.id, of.post.counts
	}
	p, err := cut(g, rows, w, nil)
	if err != nil {
		return nil, err
	}
	out, err := edgeObject(req, path+"/comments", params, p, func(c *comment) (object, *apiError) { return g.commentObject(req, c, fields) })
	if err != nil || get("summary") == "" || get("summary") == "false" {
		return out, err
	}
	n := total.direct
	if stream {
		n = total.all
	}
	name := map[order]string{ranked: "ranked", oldestFirst: "chronological", newestFirst: "reverse_chronological"}[w.order]
	return out.with("summary", object{{"order", name}, {"total_count", n}, {"can_comment", true}}), nil
}

// below collects everything under a comment, in order of creation.
func below(rows []*comment, c *comment) []*comment {
	for _, r := range c.replies {
		rows = below(insert(rows, r), r)
	}
	return rows
}

// postPicture is true for posts that would have a picture on Facebook.
func (p *post) hasPicture() bool { return p.ours() && world.Share("picture", p.id) < 0.4 }

func (p *post) statusType() string {
	switch {
	case p.visitor:
		return "wall_post"
	case p.hasPicture():
		return "added_photos"
	}
	return "mobile_status_update"
}

func (p *post) permalink() string {
	return "https://www.facebook.com/permalink.php?story_fbid=" + p.number + "&id=" + p.page.ID
}
