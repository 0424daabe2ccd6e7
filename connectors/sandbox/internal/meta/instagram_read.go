package meta

// Page sizes (Instagram Platform, "IG Media: comments" gives at most 50).
var (
	mediaBounds     = bounds{usual: 25, most: 100}
	igCommentBounds = bounds{usual: 50, most: 50}
)

// getProfile reads a professional account and its media.
func (g *Graph) getProfile(req *request, pr *profile) (any, *apiError) {
	if err := req.mayUseInstagram(pr, pr.ID, scopeInstagram); err != nil {
		return nil, err
	}
	switch req.edge() {
	case "":
		fields, err := req.fields("id")
		if err != nil {
			return nil, err
		}
		return g.profileObject(req, pr, fields)
	case "media":
		return g.mediaEdge(req, pr)
	case "tags":
		if !req.instagram { // Instagram Login has none
			return g.tagsEdge(req, pr)
		}
	case "conversations":
		if req.instagram && req.param("platform") == "instagram" {
			return g.chats(req, pr)
		}
	case "subscribed_apps":
		if req.instagram {
			return g.getOwnInstalled(req, pr)
		}
	}
	return nil, noField(req.edge(), "ShadowIGUser")
}

func (g *Graph) mediaEdge(req *request, pr *profile) (any, *apiError) {
	fields, err := req.fields("id")
	if err != nil {
		return nil, err
	}
	w, err := readWindow(req.param, mediaBounds)
	if err != nil {
		return nil, err
	}
	p, err := cut(g, pr.media, w, func(m *media) bool { return m.product != productLive })
	if err != nil {
		return nil, err
	}
	return edgeObject(req, pr.ID+"/media", req.params, p, func(m *media) (object, *apiError) { return g.mediaObject(req, m, fields) })
}

// getMedia reads a media and its comments.
func (g *Graph) getMedia(req *request, m *media) (any, *apiError) {
	scope := scopeInstagram
	if req.edge() == "comments" {
		scope = scopeInstagramComments
	}
	if err := req.mayUseInstagram(m.profile, m.id, scope); err != nil {
		return nil, err
	}
	switch req.edge() {
	case "":
		fields, err := req.fields("id")
		if err != nil {
			return nil, err
		}
		return g.mediaObject(req, m, fields)
	case "comments":
		return g.igCommentEdge(req, m.id+"/comments", m.top, newestFirst, nil)
	}
	return nil, noField(req.edge(), "ShadowIGMedia")
}

// getIGComment reads a comment and its replies.
func (g *Graph) getIGComment(req *request, c *igComment) (any, *apiError) {
	if err := req.mayUseInstagram(c.media.profile, c.id, scopeInstagramComments); err != nil {
		return nil, err
	}
	switch req.edge() {
	case "":
		fields, err := req.fields("timestamp", "text", "id")
		if err != nil {
			return nil, err
		}
		return g.igCommentObject(req, c, fields)
	case "replies":
		return g.igCommentEdge(req, c.id+"/replies", c.replies, oldestFirst, nil)
	}
	return nil, noField(req.edge(), "ShadowIGComment")
}

// igCommentEdge lists comments or replies; nested when a field is given. Since and until are not known to these edges.
func (g *Graph) igCommentEdge(req *request, path string, rows []*igComment, o order, nested *field) (object, *apiError) {
	get, params := req.param, req.params
	var fields []field
	var err *apiError
	if nested != nil {
		get, params = func(name string) string { return nested.mods[name] }, nestedParams(*nested)
		if fields = nested.sub; fields == nil {
			fields = fieldsOf("timestamp", "text", "id")
		}
	} else if fields, err = req.fields("timestamp", "text", "id"); err != nil {
		return nil, err
	}
	w, err := readWindow(func(name string) string {
		if name == "since" || name == "until" {
			return ""
		}
		return get(name)
	}, igCommentBounds)
	if err != nil {
		return nil, err
	}
	w.order = o
	p, err := cut(g, rows, w, nil)
	if err != nil {
		return nil, err
	}
	return edgeObject(req, path, params, p, func(c *igComment) (object, *apiError) { return g.igCommentObject(req, c, fields) })
}

// The objects of Instagram (Instagram Platform reference: IG User, IG Media, IG Comment).

func (g *Graph) profileObject(req *request, pr *profile, fields []field) (object, *apiError) {
	id := pr.ID
	if req.instagram {
		id = appScoped(pr)
	}
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", id)
		case "user_id":
			if !req.instagram {
				return nil, noField(f.name, "ShadowIGUser")
			}
			out = out.with("user_id", pr.ID)
		case "mentioned_comment", "mentioned_media":
			if req.instagram {
				return nil, noField(f.name, "IGUser")
			}
			if !req.has(scopeInstagramComments) {
				return nil, oauthError(403, 10, 0, "(#10) Application does not have permission for this action")
			}
			o, err := g.mentioned(pr, f)
			if err != nil {
				return nil, err
			}
			out = out.with(f.name, o)
		case "username":
			out = out.with("username", pr.Username)
		case "name":
			out = out.with("name", pr.Name)
		case "followers_count":
			out = out.with("followers_count", 31_870)
		case "follows_count":
			out = out.with("follows_count", 214)
		case "media_count":
			n := 0
			for _, m := range pr.media {
				if !m.removed {
					n++
				}
			}
			out = out.with("media_count", n)
		case "profile_picture_url":
			out = out.with("profile_picture_url", "https://scontent.cdninstagram.com/v/profile/"+pr.ID+".jpg")
		case "biography", "website": // of nothing that the sandbox has
		default:
			return nil, noField(f.name, "ShadowIGUser")
		}
	}
	return withID(out, id), nil
}

func (g *Graph) mediaObject(_ *request, m *media, fields []field) (object, *apiError) {
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", m.id)
		case "caption":
			out = out.with("caption", m.text)
		case "media_type":
			out = out.with("media_type", m.kind)
		case "media_product_type":
			out = out.with("media_product_type", m.product)
		case "permalink":
			out = out.with("permalink", "https://www.instagram.com/p/"+m.id+"/")
		case "timestamp":
			out = out.with("timestamp", stamp(m.created))
		case "comments_count":
			out = out.with("comments_count", m.comments)
		case "like_count":
			out = out.with("like_count", 0)
		case "username":
			out = out.with("username", m.profile.Username)
		case "is_comment_enabled":
			out = out.with("is_comment_enabled", true)
		case "owner":
			out = out.with("owner", object{{"id", m.profile.ID}})
		case "media_url":
			out = out.with("media_url", "https://scontent.cdninstagram.com/v/media/"+m.id)
		case "thumbnail_url":
			if m.kind == "VIDEO" {
				out = out.with("thumbnail_url", "https://scontent.cdninstagram.com/v/media/"+m.id+".jpg")
			}
		default:
			return nil, noField(f.name, "ShadowIGMedia")
		}
	}
	return withID(out, m.id), nil
}

func (g *Graph) igCommentObject(req *request, c *igComment, fields []field) (object, *apiError) {
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", c.id)
		case "text":
			out = out.with("text", c.text)
		case "timestamp":
			out = out.with("timestamp", stamp(c.created))
		case "username":
			out = out.with("username", c.author.name)
		case "from":
			out = withFrom(out, c.author, "username")
		case "hidden":
			out = out.with("hidden", c.hidden)
		case "like_count":
			out = out.with("like_count", 0)
		case "parent_id":
			if c.parent != nil {
				out = out.with("parent_id", c.parent.id)
			}
		case "media":
			sub := f.sub
			if sub == nil {
				sub = fieldsOf("id")
			}
			o, err := g.mediaObject(req, c.media, sub)
			if err != nil {
				return nil, err
			}
			out = out.with("media", o)
		case "user":
			if c.ours() {
				out = out.with("user", object{{"id", c.author.id}})
			}
		case "replies":
			if len(c.replies) == 0 {
				continue
			}
			o, err := g.igCommentEdge(req, c.id+"/replies", c.replies, oldestFirst, &f)
			if err != nil {
				return nil, err
			}
			out = out.with("replies", o)
		default:
			return nil, noField(f.name, "ShadowIGComment")
		}
	}
	return withID(out, c.id), nil
}
