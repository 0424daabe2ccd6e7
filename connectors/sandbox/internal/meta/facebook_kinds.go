package meta

import (
	"net/http"
	"strconv"
	"strings"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// place is where a post stands.
type place int

const (
	onPage  place = iota // on the page's wall
	mention              // on somebody's own wall; it names the page
	share                // the same; it shares a post of the page
	review               // a recommendation of the page
)

// foreign reports whether a post stands elsewhere than on the page's wall.
func (p *post) foreign() bool { return p.place != onPage }

// publishKind takes the drafts whose kind is said. The caller holds the lock.
func (f Facebook) publishKind(pg *page, author *person, d world.Draft) (string, error) {
	box := f.mailbox(facebookChannel, pg.ID)
	switch d.Kind {
	case world.KindDirect, world.KindPostback, world.KindRead:
		with := author
		if d.Ours {
			var err error
			if with, err = f.Graph.author(facebookChannel, pg.ID, d.Author, firstPerson); err != nil {
				return "", err
			}
		}
		return f.converse(box, d, with)
	case world.KindMention:
		if d.Parent == "" {
			return f.addElsewhere(pg, author, d, mention).id, nil
		}
		on, ok := f.live(d.Parent).(*post)
		if !ok || on.page != pg || on.foreign() {
			return "", world.Unknown("facebook post on this page", d.Parent)
		}
		c := f.addComment(on, nil, author, d.Text, d.Time, ledgerNote{label: d.Label, history: d.History})
		if !d.History {
			f.announceMention(on, c, "add")
		}
		return c.id, nil
	case world.KindShare:
		of, ok := f.live(d.Parent).(*post)
		if !ok || of.page != pg || !of.ours() {
			return "", world.Unknown("facebook post of ours", d.Parent)
		}
		return f.addElsewhere(pg, author, d, share).id, nil
	case world.KindReview:
		return f.addElsewhere(pg, author, d, review).id, nil
	case world.KindReaction, world.KindUnreact:
		return d.Parent, f.react(pg, author, d)
	}
	return "", world.Refused("facebook has no " + d.Kind)
}

// addElsewhere adds what stands elsewhere than on the page's wall.
func (g *Graph) addElsewhere(pg *page, author *person, d world.Draft, at place) *post {
	number := g.number("post", 122_100_000_000_000_000)
	id := author.id + "_" + number
	if at == review {
		id = number
	}
	p := &post{entry: g.entry(id, author, d.Text, d.Time), page: pg, number: number, visitor: true, place: at, shared: d.Parent}
	p.updated = p.created
	g.nodes[id] = p
	kind := map[place]string{mention: ledger.Mention, share: ledger.Share, review: ledger.Review}[at]
	if at == mention {
		pg.tagged = insert(pg.tagged, p)
	}
	g.enter(pg.ID, &p.entry, ledger.Item{Kind: kind}, ledgerNote{label: d.Label, history: d.History})
	if !d.History {
		g.announceElsewhere(p, "add", author)
	}
	return p
}

// announceElsewhere queues the webhooks about a mention, a share or a recommendation.
func (g *Graph) announceElsewhere(p *post, verb string, actor *person) {
	v := object{{"item", "post"}, {"verb", verb}, {"post_id", p.id}, {"created_time", p.created.Unix()}}
	switch p.place {
	case mention:
		g.announceMention(p, nil, verb)
	case share:
		v[0].value = "share"
		v = withFrom(v, actor, "name").with("link", "https://www.facebook.com/"+p.shared).with("share_id", p.number).with("published", 1)
		if verb != "remove" && p.text != "" {
			v = v.with("message", p.text)
		}
		g.announceFeed(p.page, p.id, v, verb)
	case review:
		v = object{
			{"item", "rating"},
			{"verb", verb},
			{"open_graph_story_id", p.id},
			{"created_time", p.created.Unix()},
			{"recommendation_type", "negative"},
			{"reviewer_id", actor.id},
			{"reviewer_name", actor.name},
		}
		if verb != "remove" {
			v = v.with("review_text", p.text)
		}
		g.announcePage("ratings", p.page, p.id, v, verb)
	}
}

// announceMention queues the webhook of a mention, in a post or in a comment.
func (g *Graph) announceMention(p *post, c *comment, verb string) {
	e, v := &p.entry, object{{"item", "post"}, {"post_id", p.id}}
	if c != nil {
		e, v = &c.entry, object{{"item", "comment"}, {"post_id", p.id}, {"comment_id", c.id}}
	}
	v = withFrom(v, e.author, "name").with("verb", verb).with("created_time", e.created.Unix())
	if verb != "remove" {
		v = v.with("message", e.text)
	}
	g.announcePage("mention", p.page, e.id, v, verb)
}

// announcePage queues a change of a field other than feed.
func (g *Graph) announcePage(field string, pg *page, id string, v object, verb string) {
	event := ledger.Event{Channel: facebookChannel, Account: pg.ID, Item: id, Verb: verb}
	g.announce(pageObject, field, pg.ID, event, v, pg.lets(field))
}

// announceReviewComment tells of a comment on a recommendation: those come with the ratings.
func (g *Graph) announceReviewComment(c *comment, verb string, actor *person) {
	v := withFrom(object{{"item", "comment"}, {"verb", verb}, {"open_graph_story_id", c.post.id}, {"comment_id", c.id}}, actor, "name")
	v = v.with("created_time", c.created.Unix())
	if verb != "remove" {
		v = v.with("message", c.text)
	}
	g.announcePage("ratings", c.post.page, c.id, v, verb)
}

// react gives or takes back a citizen's reaction to a post, a comment or a private message.
func (f Facebook) react(pg *page, who *person, d world.Draft) error {
	gone := d.Kind == world.KindUnreact
	switch n := f.live(d.Parent).(type) {
	case *message:
		f.reactTo(n, who, d.Text, gone)
	case *post:
		if n.page != pg {
			return world.Unknown("facebook post on this page", d.Parent)
		}
		f.reacted(n, nil, who, d.Text, gone)
	case *comment:
		if n.post.page != pg {
			return world.Unknown("facebook comment on this page", d.Parent)
		}
		f.reacted(n.post, n, who, d.Text, gone)
	default:
		return world.Unknown("facebook post, comment or message", d.Parent)
	}
	return nil
}

// reacted notes somebody's reaction and announces it. A second kind by the same person takes the place of the first.
func (g *Graph) reacted(p *post, c *comment, who *person, kind string, gone bool) {
	at, e := &p.reactions, &p.entry
	if c != nil {
		at, e = &c.reactions, &c.entry
	}
	if *at == nil {
		*at = map[string]string{}
	}
	had, is := (*at)[who.id]
	if gone && !is || !gone && had == kind {
		return
	}
	verb := "add"
	switch {
	case gone:
		verb, kind = "remove", had
		delete(*at, who.id)
	case is:
		verb = "edit"
	}
	if !gone {
		(*at)[who.id] = kind
	}
	v := withFrom(object{{"reaction_type", kind}}, who, "name").with("parent_id", p.id)
	if c != nil {
		v = v.with("comment_id", c.id)
	}
	v = v.with("post_id", p.id).with("verb", verb).with("item", "reaction").with("created_time", g.deps.Now().Unix())
	if !p.foreign() {
		g.announceFeed(p.page, e.id, v, "reaction")
	}
}

// like serves POST and DELETE on /{post or comment}/likes, by the page ("Object likes"). Once more changes nothing.
func (g *Graph) like(req *request, p *post, c *comment) (any, *apiError) {
	id := p.id
	if c != nil {
		id = c.id
	}
	if err := req.mayWrite(p.page, id, scopeManage); err != nil {
		return nil, err
	}
	if p.place == review && c == nil {
		return nil, missing(strings.ToLower(req.method), id)
	}
	act := ledger.Act{Kind: ledger.ActLike, Channel: facebookChannel, Account: p.page.ID, ID: id}
	if req.method == http.MethodDelete {
		act.Kind = ledger.ActUnlike
	}
	g.reacted(p, c, p.page.actor, "like", req.method == http.MethodDelete)
	g.did(req, act)
	return success, nil
}

// likes counts reactions, and tells whether the page's is among them.
func likes(reactions map[string]string, pg *page) (n int, ours bool) {
	return len(reactions), reactions[pg.ID] != ""
}

// photo is what a webhook shows of a picture attached to a comment.
func photo(v object, media []world.Media) object {
	for _, m := range media {
		if m.Type == "image" {
			v = v.with("photo", m.URL)
		}
	}
	return v
}

// attachment is what the API shows of it.
func attachment(media []world.Media) (object, bool) {
	for i, m := range media {
		if m.Type == "image" {
			return object{
				{"media", object{{"image", object{{"height", 600}, {"src", m.URL}, {"width", 800}}}}},
				{"target", object{{"id", strconv.Itoa(i)}, {"url", m.URL}}},
				{"type", "photo"},
				{"url", m.URL},
			}, true
		}
	}
	return nil, false
}
