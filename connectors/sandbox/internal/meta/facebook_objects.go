package meta

// The objects of Facebook with the fields that apps may ask for (Graph API reference: Page, Page Post, Comment). A field that has no
// value is left out, as the Graph does; one that does not exist is an error.

func (g *Graph) pageObject(req *request, pg *page, fields []field) (object, *apiError) {
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", pg.ID)
		case "name":
			out = out.with("name", pg.Name)
		case "username":
			out = out.with("username", pg.Username)
		case "category":
			out = out.with("category", pg.Category)
		case "link":
			out = out.with("link", "https://www.facebook.com/"+pg.Username)
		case "fan_count", "followers_count":
			out = out.with(f.name, 48_213)
		case "tasks":
			out = out.with("tasks", []string{"ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"})
		case "access_token":
			if t := g.pageToken(req, pg); t != "" {
				out = out.with("access_token", t)
			}
		case "instagram_business_account", "connected_instagram_account":
			if pg.profile == nil {
				continue
			}
			sub := f.sub
			if sub == nil {
				sub = fieldsOf("id")
			}
			o, err := g.profileObject(req, pg.profile, sub)
			if err != nil {
				return nil, err
			}
			out = out.with(f.name, o)
		default:
			return nil, noField(f.name, "Page")
		}
	}
	return withID(out, pg.ID), nil
}

// pageToken returns the page's own token for the caller's app, "" when it has none or the caller may not have it.
func (g *Graph) pageToken(req *request, pg *page) string {
	if !req.reaches(pg) {
		return ""
	}
	if t := g.tokens[pageValue(req.token.Value, pg.ID)]; t != nil {
		return t.Value
	}
	for _, t := range g.cfg.Tokens {
		if t.Kind == PageToken && t.App == req.app.ID && t.Pages[0] == pg.ID {
			return t.Value
		}
	}
	return ""
}

func (g *Graph) postObject(req *request, p *post, fields []field) (object, *apiError) {
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", p.id)
		case "message":
			out = out.with("message", p.text)
		case "from":
			out = withFrom(out, p.author, "name")
		case "created_time":
			out = out.with("created_time", stamp(p.created))
		case "updated_time":
			out = out.with("updated_time", stamp(p.updated))
		case "permalink_url":
			out = out.with("permalink_url", p.permalink())
		case "status_type":
			out = out.with("status_type", p.statusType())
		case "is_hidden":
			out = out.with("is_hidden", p.hidden)
		case "is_published":
			out = out.with("is_published", true)
		case "can_reply_privately":
			late := g.deps.Now().Sub(p.created) > privateFor
			out = out.with("can_reply_privately", p.visitor && !p.foreign() && p.private == "" && !late)
		case "private_reply_conversation":
			if p.private != "" {
				out = out.with(f.name, object{{"id", p.private}})
			}
		case "attachments":
			if p.hasPicture() {
				out = out.with("attachments", object{{"data", list{object{
					{"media_type", "photo"}, {"url", p.permalink()}, {"title", "Photos from " + p.page.Name + "'s post"},
				}}}})
			}
		case "story", "parent_id", "shares", "message_tags": // of nothing that the sandbox has
		case "comments":
			o, err := g.commentEdge(req, commentsOf{post: p}, &f)
			if err != nil {
				return nil, err
			}
			out = out.with("comments", o)
		default:
			return nil, noField(f.name, "Post")
		}
	}
	return withID(out, p.id), nil
}

func (g *Graph) commentObject(req *request, c *comment, fields []field) (object, *apiError) {
	var out object
	for _, f := range fields {
		switch f.name {
		case "id":
			out = out.with("id", c.id)
		case "message":
			out = out.with("message", c.text)
		case "from":
			out = withFrom(out, c.author, "name")
		case "created_time":
			out = out.with("created_time", stamp(c.created))
		case "parent":
			if c.parent == nil {
				continue
			}
			sub := f.sub
			if sub == nil {
				sub = fieldsOf("created_time", "from", "message", "id")
			}
			o, err := g.commentObject(req, c.parent, sub)
			if err != nil {
				return nil, err
			}
			out = out.with("parent", o)
		case "object":
			sub := f.sub
			if sub == nil {
				sub = fieldsOf("created_time", "message", "id")
			}
			o, err := g.postObject(req, c.post, sub)
			if err != nil {
				return nil, err
			}
			out = out.with("object", o)
		case "is_hidden":
			out = out.with("is_hidden", c.hidden)
		case "is_private":
			out = out.with("is_private", false)
		case "can_hide":
			out = out.with(f.name, !c.ours() && !c.post.foreign())
		case "can_reply_privately":
			late := g.deps.Now().Sub(c.created) > privateFor
			out = out.with(f.name, !c.ours() && !c.post.foreign() && c.private == "" && !late)
		case "can_comment", "can_like", "can_remove":
			out = out.with(f.name, true)
		case "user_likes":
			_, ours := likes(c.reactions, c.post.page)
			out = out.with("user_likes", ours)
		case "like_count":
			n, _ := likes(c.reactions, c.post.page)
			out = out.with("like_count", n)
		case "comment_count":
			out = out.with("comment_count", c.counts.direct)
		case "permalink_url":
			out = out.with("permalink_url", c.post.permalink()+"&comment_id="+c.id)
		case "attachment":
			if o, ok := attachment(c.media); ok {
				out = out.with("attachment", o)
			}
		case "private_reply_conversation":
			if c.private != "" {
				out = out.with(f.name, object{{"id", c.private}})
			}
		case "message_tags": // of nothing that the sandbox has
		case "comments":
			o, err := g.commentEdge(req, commentsOf{comment: c}, &f)
			if err != nil {
				return nil, err
			}
			out = out.with("comments", o)
		default:
			return nil, noField(f.name, "Comment")
		}
	}
	return withID(out, c.id), nil
}

// withID adds the id, which the Graph always gives, unless it was asked for.
func withID(o object, id string) object {
	for _, m := range o {
		if m.key == "id" {
			return o
		}
	}
	return o.with("id", id)
}
