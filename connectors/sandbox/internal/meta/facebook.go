package meta

import (
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

const facebookChannel = ledger.Facebook

// page is a Facebook Page of ours with all that hangs on it.
type page struct {
	Page
	actor     *person
	profile   *profile
	posts     []*post             // ours and visitors', in order of creation
	tagged    []*post             // others' that name the page, in order of creation
	installed map[string][]string // apps that the page is subscribed to, with their fields
	recent    map[string]time.Time
}

// post is a post on a page.
type post struct {
	entry
	page    *page
	number  string // the part of the id after the page's
	visitor bool
	place   place
	shared  string // of a share: what
	private string // the thread that a private reply to it made
	hidden  bool
	updated time.Time // moves with each comment
	top     []*comment
	stream  []*comment // top and everything below
	counts  counts

	reactions map[string]string // person's id -> kind
}

// comment is a comment on a post, or below another comment.
type comment struct {
	entry
	post    *post
	parent  *comment // nil right below the post
	replies []*comment
	hidden  bool
	private string // the thread that a private reply to it made
	media   []world.Media
	counts  counts

	reactions map[string]string // person's id -> kind
}

// counts are of what is not removed.
type counts struct{ direct, all int }

// firstPerson is where the ids of people begin.
const firstPerson = 6_700_000_000_000_000

// Facebook is the Pages of a Graph as their visitors and staff meet them.
type Facebook struct{ *Graph }

// Publish implements world.Platform. Without a parent it is a post: ours, or a visitor's on our page. A citizen's answer to a reply
// goes below the top comment, since Facebook's own apps nest two levels and no deeper.
func (f Facebook) Publish(d world.Draft) (string, error) {
	if err := f.draft(d); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	pg, ok := f.nodes[d.Account].(*page)
	if !ok {
		return "", world.Unknown("facebook page", d.Account)
	}
	author := pg.actor
	if !d.Ours {
		var err error
		if author, err = f.Graph.author(facebookChannel, pg.ID, d.Author, firstPerson); err != nil {
			return "", err
		}
	}
	if d.Kind != "" {
		return f.publishKind(pg, author, d)
	}
	if f.mailbox(facebookChannel, pg.ID).blocked[author.id] {
		return "", world.Refused("the page has blocked this person")
	}
	note := ledgerNote{label: d.Label, history: d.History, media: d.Media}
	if d.Parent == "" {
		return f.addPost(pg, author, d.Text, d.Time, note).id, nil
	}
	switch parent := f.live(d.Parent).(type) {
	case *post:
		if parent.page == pg {
			return f.addComment(parent, nil, author, d.Text, d.Time, note).id, nil
		}
	case *comment:
		if parent.post.page == pg {
			return f.addComment(parent.post, parent.top(), author, d.Text, d.Time, note).id, nil
		}
	}
	return "", world.Unknown("facebook post or comment on this page", d.Parent)
}

// Edit implements world.Platform.
func (f Facebook) Edit(id, text string) error {
	if text == "" {
		return world.Refused("an item needs a text")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch n := f.live(id).(type) {
	case *post:
		f.editPost(n, text)
	case *comment:
		f.editComment(n, text)
	case *message:
		return f.editMessage(n, text)
	default:
		return world.Unknown("facebook post or comment", id)
	}
	return nil
}

// Remove implements world.Platform. Everything below goes too, and only the top of it is announced.
func (f Facebook) Remove(id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch n := f.live(id).(type) {
	case *post:
		f.removePost(n, n.author)
	case *comment:
		f.removeComment(n, n.author)
	case *message:
		f.unsend(n)
	default:
		return world.Unknown("facebook post or comment", id)
	}
	return nil
}

// Hide implements world.Platform.
func (f Facebook) Hide(id string, hidden bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.live(id).(*comment)
	if !ok {
		return world.Unknown("facebook comment", id)
	}
	if n.ours() {
		return world.Refused("a page cannot hide its own comments")
	}
	f.hideComment(n, hidden)
	return nil
}

// live returns the node with this id unless it was removed. The caller holds the lock.
func (g *Graph) live(id string) any {
	n := g.nodes[id]
	if i, ok := n.(item); ok && i.base().removed {
		return nil
	}
	return n
}

// ledgerNote is what only the ledger learns of an item.
type ledgerNote struct {
	label   string
	history bool
	media   []world.Media
}

func (p *post) ours() bool    { return p.author == p.page.actor }
func (c *comment) ours() bool { return c.author == c.post.page.actor }

// top returns the comment right below the post.
func (c *comment) top() *comment {
	for c.parent != nil {
		c = c.parent
	}
	return c
}

// above returns the id of what the comment answers.
func (c *comment) above() string {
	if c.parent != nil {
		return c.parent.id
	}
	return c.post.id
}

// The rest changes the state, the ledger and the webhooks together. Each of these expects the caller to hold the lock.

func (g *Graph) addPost(pg *page, author *person, text string, at time.Time, note ledgerNote) *post {
	number := g.number("post", 122_100_000_000_000_000)
	p := &post{entry: g.entry(pg.ID+"_"+number, author, text, at), page: pg, number: number, visitor: author != pg.actor}
	p.updated = p.created
	g.nodes[p.id] = p
	pg.posts = insert(pg.posts, p)
	g.enter(pg.ID, &p.entry, ledger.Item{Kind: ledger.Post, Ours: p.ours()}, note)
	if !note.history {
		g.announcePost(p, "add", author)
	}
	return p
}

func (g *Graph) addComment(p *post, parent *comment, author *person, text string, at time.Time, note ledgerNote) *comment {
	id := p.number + "_" + g.number("comment", 650_000_000_000_000)
	c := &comment{entry: g.entry(id, author, text, at), post: p, parent: parent, media: note.media}
	g.nodes[id] = c
	kind := ledger.Comment
	if parent != nil {
		kind = ledger.Reply
		parent.replies = insert(parent.replies, c)
		parent.counts.direct++
	} else {
		p.top = insert(p.top, c)
		p.counts.direct++
	}
	p.stream = insert(p.stream, c)
	p.counts.all++
	if c.created.After(p.updated) {
		p.updated = c.created
	}
	g.enter(p.page.ID, &c.entry, ledger.Item{Kind: kind, Parent: c.above(), Context: p.id, Ours: c.ours()}, note)
	if !note.history {
		g.announceComment(c, "add", author)
	}
	return c
}

func (g *Graph) editPost(p *post, text string) {
	p.text = text
	g.deps.Ledger.Edited(facebookChannel, p.page.ID, p.id, text)
	if p.foreign() {
		g.announceElsewhere(p, "edited", p.author)
		return
	}
	g.announcePost(p, "edited", p.author)
}

func (g *Graph) editComment(c *comment, text string) {
	c.text = text
	g.deps.Ledger.Edited(facebookChannel, c.post.page.ID, c.id, text)
	g.announceComment(c, "edited", c.author)
}

func (g *Graph) hideComment(c *comment, hidden bool) {
	if c.hidden == hidden {
		return
	}
	c.hidden = hidden
	g.deps.Ledger.Hidden(facebookChannel, c.post.page.ID, c.id, hidden)
	verb := "unhide"
	if hidden {
		verb = "hide"
	}
	g.announceComment(c, verb, c.post.page.actor)
}

func (g *Graph) removePost(p *post, by *person) {
	p.removed = true
	g.deps.Ledger.Removed(facebookChannel, p.page.ID, p.id)
	for _, c := range p.stream {
		if !c.removed {
			g.forget(c)
		}
	}
	if p.foreign() {
		g.announceElsewhere(p, "remove", by)
		return
	}
	g.announcePost(p, "remove", by)
}

func (g *Graph) removeComment(c *comment, by *person) {
	if c.parent != nil {
		c.parent.counts.direct--
	} else {
		c.post.counts.direct--
	}
	g.removeBelow(c)
	g.announceComment(c, "remove", by)
}

func (g *Graph) removeBelow(c *comment) {
	g.forget(c)
	for _, r := range c.replies {
		if !r.removed {
			g.removeBelow(r)
		}
	}
}

func (g *Graph) forget(c *comment) {
	c.removed = true
	c.post.counts.all--
	g.deps.Ledger.Removed(facebookChannel, c.post.page.ID, c.id)
}

// enter writes a new item of Facebook into the ledger.
func (g *Graph) enter(account string, e *entry, item ledger.Item, note ledgerNote) {
	item.Channel, item.Account = facebookChannel, account
	g.enterItem(e, item, note)
}

// enterItem fills in what an entry knows of itself.
func (g *Graph) enterItem(e *entry, item ledger.Item, note ledgerNote) {
	item.ID, item.AuthorID, item.AuthorName, item.Anonymous = e.id, e.author.id, e.author.name, e.author.hidden
	item.Time, item.Label, item.History = e.created, note.label, note.history
	if _, ok := g.deps.Ledger.Add(item, e.text); !ok {
		g.deps.Log.Error("the ledger had this item already", "id", e.id) // ids never repeat: a bug
	}
}
