package meta

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// What others publish on profiles of their own: media that name an account of ours, comments there that do, media that it is tagged in,
// and what stands under a hashtag. Apps see of it only what they are told to look at, and only by asking the account itself (Instagram
// Platform, "Mentions", "IG User: tags", "Hashtag search").

// foreign is a media of somebody else's, or (on) a comment on one.
type foreign struct {
	entry
	profile *profile // ours, that it names
	on      *foreign
	tagged  bool // in the picture, not in the text
}

// hashtags of a profile: what was asked for, and when it first counted.
type hashtags map[string]time.Time

// addForeign publishes a media of somebody's, or a comment on one.
func (i Instagram) addForeign(pr *profile, author *person, d world.Draft, on *foreign) *foreign {
	f := &foreign{entry: i.entry(i.number("foreign", 18_010_000_000_000_000), author, d.Text, d.Time), profile: pr, on: on, tagged: d.Kind == world.KindTag}
	i.nodes[f.id] = f
	pr.foreign = insert(pr.foreign, f)
	row := ledger.Item{Channel: instagramChannel, Account: pr.ID, Kind: ledger.Mention, Ours: author == pr.actor}
	i.enterItem(&f.entry, row, ledgerNote{label: d.Label, history: d.History})
	if d.History || f.tagged || author == pr.actor {
		return f // of being tagged no webhook tells
	}
	i.announceIGMention(pr, f.media().id, f.id, on != nil)
	return f
}

// media is the media that it is, or is on.
func (f *foreign) media() *foreign {
	if f.on != nil {
		return f.on
	}
	return f
}

// announceMention queues the mentions webhook, which tells ids and no more. Accounts of Instagram Login have none.
func (g *Graph) announceIGMention(pr *profile, media, id string, comment bool) {
	if pr.Login == InstagramLogin {
		return
	}
	v := object{{"media_id", media}}
	if comment {
		v = v.with("comment_id", id)
	}
	event := ledger.Event{Channel: instagramChannel, Account: pr.ID, Item: id, Verb: "mention"}
	g.announceIG(pr, "mentions", event, v)
}

// mentioned serves the fields mentioned_comment and mentioned_media of a profile. Both are told by a modifier what to look at, and show
// nothing that does not name the account.
func (g *Graph) mentioned(pr *profile, f field) (object, *apiError) {
	key := "comment_id"
	if f.name == "mentioned_media" {
		key = "media_id"
	}
	id := f.mods[key]
	if id == "" {
		return nil, badParameter("The parameter %s is required", key)
	}
	e, where := g.naming(pr, id, key == "comment_id")
	if e == nil {
		return nil, missing("get", id)
	}
	var out object
	for _, s := range f.sub {
		switch s.name {
		case "id":
			out = out.with("id", id)
		case "text", "caption":
			out = out.with(s.name, e.text)
		case "timestamp":
			out = out.with("timestamp", stamp(e.created))
		case "username":
			out = out.with("username", e.author.name)
		case "media_type":
			out = out.with("media_type", "IMAGE")
		case "permalink":
			out = out.with("permalink", permalink(where))
		case "media":
			out = out.with("media", object{{"id", where}, {"permalink", permalink(where)}})
		default:
			return nil, noField(s.name, "ShadowIGMedia")
		}
	}
	return withID(out, id), nil
}

func permalink(media string) string { return "https://www.instagram.com/p/" + media + "/" }

// naming finds what names a profile, and the media that it is or is on.
func (g *Graph) naming(pr *profile, id string, comment bool) (*entry, string) {
	var e *entry
	where := ""
	switch n := g.live(id).(type) {
	case *foreign:
		if n.profile == pr && !n.tagged && (n.on != nil) == comment && !n.media().removed {
			e, where = &n.entry, n.media().id
		}
	case *igComment:
		if n.media.profile == pr && comment && strings.Contains(n.text, "@"+pr.Username) {
			e, where = &n.entry, n.media.id
		}
	}
	return e, where
}

// answerMention serves POST /{profile}/mentions. The caller holds the lock.
func (g *Graph) answerMention(req *request, pr *profile) (any, *apiError) {
	if err := req.mayUseInstagram(pr, pr.ID, scopeInstagramComments); err != nil {
		return nil, err
	}
	text, err := g.message(req, g.cfg.InstagramChars)
	if err != nil {
		return nil, err
	}
	target := req.param("comment_id")
	comment := target != ""
	if !comment {
		target = req.param("media_id")
	}
	e, where := g.naming(pr, target, comment)
	if e == nil || where != req.param("media_id") {
		return nil, missing("post", target)
	}
	on, ok := g.nodes[where].(*foreign)
	if !ok {
		return nil, missing("post", target) // below media of our own comments are answered
	}
	i := Instagram{g}
	f := i.addForeign(pr, pr.actor, world.Draft{Text: text}, on)
	g.did(req, ledger.Act{Kind: ledger.ActReply, Channel: instagramChannel, Account: pr.ID, ID: f.id, Target: target, Text: text})
	return object{{"id", f.id}}, nil
}

// tagsEdge lists the media of others that a profile is tagged in, newest first.
func (g *Graph) tagsEdge(req *request, pr *profile) (any, *apiError) {
	return g.foreignEdge(req, pr.ID+"/tags", pr.foreign, func(f *foreign) bool { return f.tagged }, true)
}

// foreignEdge lists media of others. Under a hashtag nobody tells whose they are.
func (g *Graph) foreignEdge(req *request, path string, rows []*foreign, keep func(*foreign) bool, whose bool) (any, *apiError) {
	fields, err := req.fields("id")
	if err != nil {
		return nil, err
	}
	w, err := readWindow(req.param, bounds{usual: 25, most: 50})
	if err != nil {
		return nil, err
	}
	p, err := cut(g, rows, w, keep)
	if err != nil {
		return nil, err
	}
	return edgeObject(req, path, req.params, p, func(f *foreign) (object, *apiError) {
		var out object
		for _, s := range fields {
			switch {
			case s.name == "id":
				out = out.with("id", f.id)
			case s.name == "caption":
				out = out.with("caption", f.text)
			case s.name == "media_type":
				out = out.with("media_type", "IMAGE")
			case s.name == "permalink":
				out = out.with("permalink", permalink(f.id))
			case s.name == "timestamp":
				out = out.with("timestamp", stamp(f.created))
			case s.name == "comments_count", s.name == "like_count":
				out = out.with(s.name, 0)
			case s.name == "username" && whose:
				out = out.with("username", f.author.name)
			default:
				return nil, noField(s.name, "ShadowIGMedia")
			}
		}
		return withID(out, f.id), nil
	})
}

const (
	hashtagWeek  = 7 * 24 * time.Hour
	hashtagsMost = 30
	hashtagDay   = 24 * time.Hour // how far back recent_media goes
)

// searchHashtag serves GET /ig_hashtag_search. A hashtag's id is the same for all.
func (g *Graph) searchHashtag(req *request) (any, *apiError) {
	pr, err := g.asks(req)
	if err != nil {
		return nil, err
	}
	q := strings.ToLower(req.param("q"))
	if q == "" || strings.ContainsAny(q, "# ") {
		return nil, badParameter("The requested resource does not exist")
	}
	g.usage.mu.Lock() // reads share the lock of the state
	defer g.usage.mu.Unlock()
	if pr.asked == nil {
		pr.asked = hashtags{}
	}
	now, week := g.deps.Now(), 0
	for name, at := range pr.asked {
		if now.Sub(at) >= hashtagWeek {
			delete(pr.asked, name)
		} else {
			week++
		}
	}
	if _, again := pr.asked[q]; !again {
		if week >= hashtagsMost {
			return nil, oauthError(http.StatusBadRequest, 18, 2207034, "(#18) You may query up to %d unique hashtags within a 7 day period.", hashtagsMost)
		}
		pr.asked[q] = now
	}
	return object{{"data", list{object{{"id", hashtagID(q)}}}}}, nil
}

func hashtagID(name string) string {
	return strconv.FormatUint(17_840_000_000_000_000+world.Hash("hashtag", name)%1_000_000_000_000, 10)
}

// asks is the profile for which a hashtag is looked for.
func (g *Graph) asks(req *request) (*profile, *apiError) {
	pr, ok := g.nodes[req.param("user_id")].(*profile)
	if !ok {
		return nil, badParameter("The parameter user_id is required")
	}
	return pr, req.mayUseInstagram(pr, pr.ID, scopeInstagram)
}

// recentMedia serves GET /{hashtag}/recent_media: what was published under it within a day.
func (g *Graph) recentMedia(req *request) (any, *apiError) {
	pr, err := g.asks(req)
	if err != nil {
		return nil, err
	}
	name := ""
	g.usage.mu.Lock()
	for tag := range pr.asked {
		if hashtagID(tag) == req.id() {
			name = tag
		}
	}
	g.usage.mu.Unlock()
	if name == "" {
		return nil, missing("get", req.id())
	}
	since := g.deps.Now().Add(-hashtagDay)
	return g.foreignEdge(req, req.id()+"/recent_media", pr.foreign, func(f *foreign) bool {
		return f.on == nil && f.created.After(since) && slices.Contains(strings.Fields(strings.ToLower(f.text)), "#"+name)
	}, false)
}
