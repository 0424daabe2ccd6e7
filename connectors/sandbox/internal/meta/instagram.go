package meta

import (
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

const instagramChannel = ledger.Instagram

// profile is an Instagram professional account of ours.
type profile struct {
	Profile
	page  *page
	actor *person
	media []*media // in order of creation

	foreign   []*foreign          // of others, that concern it, in order of creation
	installed map[string][]string // of Instagram Login: apps with the fields that it lets them have
	asked     hashtags            // guarded by the usage's lock: reading asks
}

// media is a post of ours on Instagram.
type media struct {
	entry    // text is the caption
	profile  *profile
	kind     string // media_type
	product  string // media_product_type
	top      []*igComment
	comments int // not removed, replies included
}

// igComment is a comment on a media, or a reply to one. There are two levels and no more.
type igComment struct {
	entry
	media   *media
	parent  *igComment // nil for a top comment
	replies []*igComment
	hidden  bool
	private bool // it was answered in private
}

// productLive is the product of a live video.
const productLive = "LIVE"

// Instagram is the profiles of a Graph as their visitors and staff meet them.
type Instagram struct{ *Graph }

// Publish implements world.Platform. Without a parent it is a media of ours; nobody else can post on a profile. An answer to a reply
// goes below the top comment.
func (i Instagram) Publish(d world.Draft) (string, error) {
	if err := i.draft(d); err != nil {
		return "", err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	pr, ok := i.nodes[d.Account].(*profile)
	if !ok {
		return "", world.Unknown("instagram profile", d.Account)
	}
	author := pr.actor
	if !d.Ours {
		var err error
		if author, err = i.Graph.author(instagramChannel, pr.ID, d.Author, 1_550_000_000_000_000); err != nil {
			return "", err
		}
	}
	note := ledgerNote{label: d.Label, history: d.History, media: d.Media}
	with := author
	if d.Ours && d.Kind == world.KindDirect {
		var err error
		if with, err = i.Graph.author(instagramChannel, pr.ID, d.Author, 1_550_000_000_000_000); err != nil {
			return "", err
		}
	}
	if id, ok, err := i.inDirect(pr, with, d); ok || err != nil {
		return id, err
	}
	switch d.Kind {
	case "":
	case world.KindMention, world.KindTag:
		on, _ := i.live(d.Parent).(*foreign)
		if d.Ours || d.Parent != "" && on == nil {
			return "", world.Unknown("media of somebody else's on instagram", d.Parent)
		}
		return i.addForeign(pr, author, d, on).id, nil
	case world.KindLive:
		if !d.Ours || d.Parent != "" {
			return "", world.Refused("only the account itself goes live on its profile")
		}
		m := i.addMedia(pr, d.Text, d.Time, note)
		m.kind, m.product = "BROADCAST", productLive
		return m.id, nil
	default:
		return "", world.Refused("Instagram has no " + d.Kind)
	}
	if d.Parent == "" {
		if !d.Ours {
			return "", world.Refused("on Instagram only the account itself can post on its profile")
		}
		return i.addMedia(pr, d.Text, d.Time, note).id, nil
	}
	switch parent := i.live(d.Parent).(type) {
	case *media:
		if parent.profile == pr {
			return i.addIGComment(parent, nil, author, d.Text, d.Time, note).id, nil
		}
	case *igComment:
		if parent.media.profile == pr {
			return i.addIGComment(parent.media, parent, author, d.Text, d.Time, note).id, nil
		}
	}
	return "", world.Unknown("instagram media or comment on this profile", d.Parent)
}

// Edit implements world.Platform. A private message can be edited, a few times. That a comment was edited no webhook tells: its reading
// shows it.
func (i Instagram) Edit(id, text string) error {
	if text == "" {
		return world.Refused("an item needs a text")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	switch n := i.live(id).(type) {
	case *message:
		if n.chat.box.profile != nil {
			return i.editMessage(n, text)
		}
	case *igComment:
		n.text = text
		i.deps.Ledger.Edited(instagramChannel, n.media.profile.ID, n.id, text)
		return nil
	}
	return world.Unknown("instagram comment or message", id)
}

// Remove implements world.Platform. There is no webhook for it: only reading shows that a comment is gone (Instagram Platform,
// "Webhooks", lists no such field).
func (i Instagram) Remove(id string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch n := i.live(id).(type) {
	case *media:
		i.removeMedia(n)
	case *igComment:
		i.removeIGComment(n)
	case *foreign:
		n.removed = true
		i.deps.Ledger.Removed(instagramChannel, n.profile.ID, n.id)
	case *message:
		if n.chat.box.profile == nil {
			return world.Unknown("instagram message", id)
		}
		i.unsend(n) // of this alone a webhook tells
	default:
		return world.Unknown("instagram media or comment", id)
	}
	return nil
}

// Hide implements world.Platform. There is no webhook for it either.
func (i Instagram) Hide(id string, hidden bool) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	n, ok := i.live(id).(*igComment)
	if !ok {
		return world.Unknown("instagram comment", id)
	}
	i.hideIGComment(n, hidden)
	return nil
}

func (c *igComment) ours() bool { return c.author == c.media.profile.actor }

// The rest changes the state, the ledger and the webhooks together. Each of these expects the caller to hold the lock.

func (g *Graph) addMedia(pr *profile, caption string, at time.Time, note ledgerNote) *media {
	id := g.number("media", 17_900_000_000_000_000)
	m := &media{entry: g.entry(id, pr.actor, caption, at), profile: pr, kind: "IMAGE", product: "FEED"}
	if world.Share("reel", id) < 0.3 {
		m.kind, m.product = "VIDEO", "REELS"
	}
	g.nodes[id] = m
	pr.media = insert(pr.media, m)
	g.enterItem(&m.entry, ledger.Item{Channel: instagramChannel, Account: pr.ID, Kind: ledger.Post, Ours: true}, note)
	return m // no webhook: Instagram announces comments, not posts
}

func (g *Graph) addIGComment(m *media, parent *igComment, author *person, text string, at time.Time, note ledgerNote) *igComment {
	if parent != nil && parent.parent != nil {
		parent = parent.parent
	}
	c := &igComment{entry: g.entry(g.number("igcomment", 17_870_000_000_000_000), author, text, at), media: m, parent: parent}
	g.nodes[c.id] = c
	m.comments++
	row := ledger.Item{Channel: instagramChannel, Account: m.profile.ID, Kind: ledger.Comment, Parent: m.id, Context: m.id, Ours: c.ours()}
	if parent != nil {
		parent.replies = insert(parent.replies, c)
		row.Kind, row.Parent = ledger.Reply, parent.id
	} else {
		m.top = insert(m.top, c)
	}
	g.enterItem(&c.entry, row, note)
	if !note.history && !isGIF(note.media) {
		g.announceIGComment(c)
	}
	return c
}

// isGIF reports whether a comment is a moving picture: of those no webhook tells (Instagram Platform, "Webhooks: comments").
func isGIF(media []world.Media) bool {
	return len(media) > 0 && (media[0].Type == "gif" || media[0].Type == "sticker")
}

func (g *Graph) hideIGComment(c *igComment, hidden bool) {
	if c.ours() {
		return // the call succeeds and nothing happens (Instagram Platform, "Comment moderation")
	}
	c.hidden = hidden
	g.deps.Ledger.Hidden(instagramChannel, c.media.profile.ID, c.id, hidden)
}

func (g *Graph) removeMedia(m *media) {
	m.removed = true
	g.deps.Ledger.Removed(instagramChannel, m.profile.ID, m.id)
	for _, c := range m.top {
		if !c.removed {
			g.removeIGComment(c)
		}
	}
}

func (g *Graph) removeIGComment(c *igComment) {
	c.removed = true
	c.media.comments--
	g.deps.Ledger.Removed(instagramChannel, c.media.profile.ID, c.id)
	for _, r := range c.replies {
		if !r.removed {
			g.removeIGComment(r)
		}
	}
}
