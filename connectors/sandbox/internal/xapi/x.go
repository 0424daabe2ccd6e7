package xapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lytter/connectors/sandbox/internal/world"
	"lytter/connectors/sandbox/ledger"
)

// X is the simulated platform.
type X struct {
	cfg    Config
	deps   Deps
	limits limiter
	nonces nonces
	logins

	mu       sync.RWMutex
	users    map[uint64]*user
	names    map[string]*user // by username in lower case
	posts    map[uint64]*post
	lastID   uint64
	webhooks []*webhook
	recent   map[string]time.Time // what our accounts said, against duplicates
	directs  map[uint64]*direct
	asked    []*subscription // of the X Activity API
	sent     []sent          // what webhooks got in the last day, for a replay

	standings map[string]*standing // by the ids of our accounts
	uploads   map[string]*upload

	paid  int             // credits
	month string          // of which
	read  int             // so many posts were read
	today string          // of which
	seen  map[uint64]bool // these were
}

// user is somebody on X.
type user struct {
	id        uint64
	username  string
	name      string
	created   time.Time
	ours      bool
	followers int
	posts     []*post        // in order of id
	mentions  []*post        // posts of others that name the user, in order of id
	directs   []*direct      // in order of id; of ours alone
	barred    map[*user]bool // of ours: whose direct messages are not taken
}

// post is a post on X: a post, a reply or a quote.
type post struct {
	id           uint64
	author       *user
	text         string // in full, with links shortened
	free         int    // bytes at the start of text that are mentions of a reply, which do not count
	entities     entities
	created      time.Time
	conversation uint64
	replyTo      *post
	quoted       *post
	hidden       bool
	removed      bool
	likes        map[*user]bool
	media        []medium
}

// New builds the platform. It starts no goroutine; see Run.
func New(cfg Config, deps Deps) (*X, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("x: %w", err)
	}
	cfg.Handles = slices.Clone(cfg.Handles) // tokens expire in ours
	x := &X{
		cfg: cfg.withDefaults(), deps: deps, limits: limiter{now: deps.Now}, nonces: nonces{now: deps.Now},
		users: map[uint64]*user{}, names: map[string]*user{}, posts: map[uint64]*post{}, recent: map[string]time.Time{}, directs: map[uint64]*direct{},
		standings: map[string]*standing{},
	}
	for _, h := range cfg.Handles {
		x.standings[h.ID] = &standing{}
		id, err := strconv.ParseUint(h.ID, 10, 63)
		if err != nil {
			return nil, fmt.Errorf("x: handle %s: %w", h.Username, err)
		}
		x.addUser(&user{
			id: id, username: h.Username, name: h.Name, ours: true, followers: 18_450, created: time.Date(2011, 3, 8, 9, 0, 0, 0, time.UTC),
		})
	}
	return x, nil
}

func (x *X) addUser(u *user) {
	x.users[u.id] = u
	x.names[strings.ToLower(u.username)] = u
}

// The ids of X: milliseconds since its epoch, the machine, and a counter ("Snowflake").
const epoch = 1288834974657

func timeOf(id uint64) time.Time { return time.UnixMilli(int64(id>>22) + epoch).UTC() }

// nextID gives out the id of a post. What happens now gets a larger id than all before it; what happened in the past gets one of its
// time. The caller holds the lock.
func (x *X) nextID(at time.Time) uint64 {
	live := at.IsZero()
	if live {
		at = x.deps.Now()
	}
	const machine = 361 << 12
	id := uint64(at.UnixMilli()-epoch)<<22 | machine
	if live && id <= x.lastID {
		id = x.lastID + 1
	}
	for x.posts[id] != nil || x.directs[id] != nil {
		id++
	}
	x.lastID = max(x.lastID, id)
	return id
}

// insert keeps a list in order of id. Nearly always that is an append.
func insert(rows []*post, p *post) []*post {
	at := len(rows)
	for at > 0 && p.id < rows[at-1].id {
		at--
	}
	rows = append(rows, p)
	copy(rows[at+1:], rows[at:])
	rows[at] = p
	return rows
}

// Publish implements world.Platform. A citizen's post that answers nothing names the account; one that does not gets the handle put in
// front. An answer begins with the handles of those it answers, as X writes it.
func (x *X) Publish(d world.Draft) (string, error) {
	switch d.Kind {
	case "", world.KindMention:
	case world.KindDirect, world.KindRead:
		return x.publishDirect(d)
	case world.KindReaction, world.KindUnreact:
		return x.react(d)
	default:
		return "", world.Refused("X has no " + d.Kind)
	}
	if d.Text == "" {
		return "", world.Refused("an item needs a text")
	}
	if d.Time.After(x.deps.Now()) {
		return "", world.Refused("an item cannot be published in the future")
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	account := x.userByID(d.Account)
	if account == nil || !account.ours {
		return "", world.Unknown("x account", d.Account)
	}
	author := account
	if !d.Ours {
		var err error
		if author, err = x.author(d.Author); err != nil {
			return "", err
		}
	}
	var parent *post
	if d.Parent != "" {
		if parent = x.live(d.Parent); parent == nil {
			return "", world.Unknown("x post", d.Parent)
		}
	}
	var quoted *post
	if d.Quotes != "" {
		if quoted = x.live(d.Quotes); quoted == nil {
			return "", world.Unknown("x post", d.Quotes)
		}
	}
	text := d.Text
	if parent == nil && quoted == nil && !d.Ours && !strings.Contains(strings.ToLower(text), "@"+strings.ToLower(account.username)) {
		text = "@" + account.username + " " + text
	}
	p := x.addPost(author, text, parent, quoted, d.Time, d.Label, d.History)
	return p.idString(), nil
}

// Edit implements world.Platform. On X an edit makes a new post with a new id, which this platform does not simulate.
func (x *X) Edit(string, string) error {
	return world.Refused("an edited post on X is a new post under a new id; that is not simulated")
}

// Remove implements world.Platform. Answers stay, and nobody but the author's own apps hears of it.
func (x *X) Remove(id string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if m := x.liveDirect(id); m != nil {
		x.removeDirect(m)
		return nil
	}
	p := x.live(id)
	if p == nil {
		return world.Unknown("x post", id)
	}
	x.removePost(p)
	return nil
}

// Hide implements world.Platform.
func (x *X) Hide(id string, hidden bool) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	p := x.live(id)
	if p == nil {
		return world.Unknown("x post", id)
	}
	if !x.canHide(p, nil) {
		return world.Refused("only replies in conversations that we started can be hidden")
	}
	x.hidePost(p, hidden)
	return nil
}

// author finds or creates the user that a draft names. The caller holds the lock.
func (x *X) author(a world.Author) (*user, error) {
	if a.Name == "" {
		return nil, world.Refused("an item needs an author with a name")
	}
	username := a.Handle
	if username == "" {
		username = usernameFor(a.Name)
	}
	if !validUsername(username) {
		return nil, world.Refused(strconv.Quote(username) + " is not a username on X")
	}
	if known := x.names[strings.ToLower(username)]; known != nil {
		if known.ours {
			return nil, world.Refused("an account of ours is not a citizen")
		}
		return known, nil
	}
	u := &user{username: username, name: a.Name}
	lower := strings.ToLower(username)
	// Accounts from before 2016 have short ids; later ones are as long as those of posts.
	age := time.Duration(world.Share("created", lower) * 17 * 365 * 24 * float64(time.Hour))
	u.created = time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC).Add(age)
	u.id = 20_000_000 + world.Hash("user", lower)%3_000_000_000
	if u.created.Year() >= 2016 {
		u.id = uint64(u.created.UnixMilli()-epoch)<<22 | world.Hash("user", lower)&(1<<22-1)
	}
	for x.users[u.id] != nil {
		u.id++
	}
	share := world.Share("followers", lower) // a long tail: half have below 30, one in a hundred has thousands
	u.followers = int(6 / (1.002 - share))
	x.addUser(u)
	return u, nil
}

// userByID looks a user up by the decimal id.
func (x *X) userByID(id string) *user {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return nil
	}
	return x.users[n]
}

// live looks a post up by the decimal id, unless it was removed.
func (x *X) live(id string) *post {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return nil
	}
	if p := x.posts[n]; p != nil && !p.removed {
		return p
	}
	return nil
}

func (u *user) idString() string { return strconv.FormatUint(u.id, 10) }
func (p *post) idString() string { return strconv.FormatUint(p.id, 10) }

// The rest changes the state, the ledger and the webhooks together. Each of these expects the caller to hold the lock.

func (x *X) addPost(author *user, text string, parent, quoted *post, at time.Time, label string, history bool, media ...medium) *post {
	p := &post{id: x.nextID(at), author: author, replyTo: parent, quoted: quoted}
	p.created = timeOf(p.id)
	p.conversation = p.id
	if parent != nil {
		p.conversation = parent.conversation
	}
	x.write(p, text)
	p.carry(media)
	x.posts[p.id] = p
	author.posts = insert(author.posts, p)
	for _, u := range p.mentioned() {
		if u != author {
			u.mentions = insert(u.mentions, p)
		}
	}
	for _, u := range x.concerned(p) {
		x.enter(p, u, label, history)
	}
	if !history {
		x.announcePost(p)
	}
	return p
}

func (x *X) removePost(p *post) {
	p.removed = true
	for _, u := range x.concerned(p) {
		x.deps.Ledger.Removed(ledger.X, u.idString(), p.idString())
	}
	if p.author.ours {
		x.announceDelete(p)
	}
}

func (x *X) hidePost(p *post, hidden bool) {
	p.hidden = hidden
	for _, u := range x.concerned(p) {
		x.deps.Ledger.Hidden(ledger.X, u.idString(), p.idString(), hidden)
	}
}

// canHide reports whether a post is a reply by somebody else in a conversation that an account of ours started: a given one, or any.
func (x *X) canHide(p *post, by *user) bool {
	root := x.posts[p.conversation]
	return root != nil && root != p && root.author.ours && (by == nil || root.author == by) && p.author != root.author
}

// concerned lists the accounts of ours that a post concerns: its author, and those it names or quotes.
func (x *X) concerned(p *post) []*user {
	var out []*user
	for _, h := range x.cfg.Handles {
		u := x.userByID(h.ID)
		if p.author == u || p.names(u) || (p.quoted != nil && p.quoted.author == u) {
			out = append(out, u)
		}
	}
	return out
}

// names reports whether the post mentions a user.
func (p *post) names(u *user) bool {
	return slices.ContainsFunc(p.entities.mentions, func(m mention) bool { return m.user == u })
}

// mentioned lists the users that the post names, each once.
func (p *post) mentioned() []*user {
	var out []*user
	for _, m := range p.entities.mentions {
		if !slices.Contains(out, m.user) {
			out = append(out, m.user)
		}
	}
	return out
}

func (x *X) enter(p *post, account *user, label string, history bool) {
	row := ledger.Item{
		Channel: ledger.X, Account: account.idString(), ID: p.idString(), Kind: ledger.Mention,
		AuthorID: p.author.idString(), AuthorName: p.author.name, Ours: p.author == account,
		Time: p.created, Label: label, History: history,
	}
	if row.Ours {
		row.Kind = ledger.Post
	}
	switch {
	case p.replyTo != nil:
		row.Kind, row.Parent, row.Context = ledger.Reply, p.replyTo.idString(), strconv.FormatUint(p.conversation, 10)
	case p.quoted != nil:
		row.Context = p.quoted.idString()
	}
	if _, ok := x.deps.Ledger.Add(row, p.text); !ok {
		x.deps.Log.Error("the ledger had this item already", "id", row.ID) // ids never repeat: a bug
	}
}
