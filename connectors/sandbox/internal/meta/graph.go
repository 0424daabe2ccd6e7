package meta

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lytter/connectors/sandbox/internal/world"
)

// Graph is the simulated platform. It is an http.Handler (see http.go); Facebook and Instagram are its inhabitants' side.
type Graph struct {
	cfg   Config
	deps  Deps
	usage usage
	logins

	mu      sync.RWMutex
	apps    map[string]*app
	tokens  map[string]*Token
	nodes   map[string]any // every object by its id: *page, *post, *comment, *person, *profile, *media, *igComment
	pages   []*page
	numbers map[string]int64  // the last number given out in each series of ids
	seq     int64             // of the last entry
	uploads map[string]upload // files for private messages, by attachment id

	restricted map[string]bool // pages and profiles that may not write
	traps      map[string]int  // by page or profile: so many answers will find what they answer removed
	oldest     atomic.Int64    // the oldest version that is alive
}

// New builds the platform. It starts no goroutine.
func New(cfg Config, deps Deps) (*Graph, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("meta: %w", err)
	}
	g := &Graph{
		cfg: cfg.withDefaults(), deps: deps, usage: usage{now: deps.Now},
		apps: map[string]*app{}, tokens: map[string]*Token{}, nodes: map[string]any{}, numbers: map[string]int64{}, uploads: map[string]upload{},
		restricted: map[string]bool{}, traps: map[string]int{},
	}
	g.oldest.Store(oldestVersion)
	for _, a := range cfg.Apps {
		g.apps[a.ID] = &app{App: a, subscriptions: map[string]*subscription{}}
	}
	for _, p := range cfg.Pages {
		pg := &page{Page: p, installed: map[string][]string{}, recent: map[string]time.Time{}}
		pg.actor = &person{id: p.ID, account: p.ID, name: p.Name}
		g.pages = append(g.pages, pg)
		g.nodes[p.ID] = pg
	}
	for _, p := range cfg.Profiles {
		pr := &profile{Profile: p, page: g.nodes[p.Page].(*page), installed: map[string][]string{}}
		pr.actor = &person{id: p.ID, account: p.ID, name: p.Username}
		if p.Login != InstagramLogin {
			pr.page.profile = pr
		}
		g.nodes[p.ID] = pr
	}
	for _, p := range cfg.Pages {
		g.mailbox(facebookChannel, p.ID)
	}
	for _, p := range cfg.Profiles {
		g.mailbox(instagramChannel, p.ID)
	}
	for _, t := range cfg.Tokens {
		g.tokens[t.Value] = &t
	}
	return g, nil
}

// person is somebody on Facebook or Instagram, as one page or profile of ours may know them: ids are page-scoped.
type person struct {
	id      string
	account string // whose page or profile knows them by this id
	name    string // on Instagram the username
	hidden  bool   // may not be shown to apps
}

// entry is what posts, comments and media have in common.
type entry struct {
	id      string
	seq     int64 // order of creation among equals in time
	created time.Time
	author  *person
	text    string
	removed bool
}

func (e *entry) base() *entry { return e }

// before orders entries by time, then by number.
func (e *entry) before(o *entry) bool {
	if !e.created.Equal(o.created) {
		return e.created.Before(o.created)
	}
	return e.seq < o.seq
}

// item is a node that edges list.
type item interface{ base() *entry }

// insert keeps a list in order of creation. Nearly always that is an append.
func insert[T item](rows []T, x T) []T {
	at := len(rows)
	for at > 0 && x.base().before(rows[at-1].base()) {
		at--
	}
	rows = append(rows, x)
	copy(rows[at+1:], rows[at:])
	rows[at] = x
	return rows
}

// number returns the next number of a series: growing, with gaps, the same in every run. The caller holds the lock.
func (g *Graph) number(series string, first int64) string {
	last := g.numbers[series]
	if last == 0 {
		last = first
	}
	step := 1 + int64(world.Hash(series, strconv.FormatInt(last, 10), strconv.FormatUint(g.deps.Seed, 10))%997)
	g.numbers[series] = last + step
	return strconv.FormatInt(last+step, 10)
}

// entry starts a new entry. A zero time is now; platforms keep whole seconds. The caller holds the lock.
func (g *Graph) entry(id string, author *person, text string, at time.Time) entry {
	if at.IsZero() {
		at = g.deps.Now()
	}
	g.seq++
	return entry{id: id, seq: g.seq, created: at.Truncate(time.Second), author: author, text: text}
}

// author finds or creates the person that a draft names, scoped to one account of ours. The caller holds the lock.
func (g *Graph) author(channel, account string, a world.Author, first uint64) (*person, error) {
	name := a.Name
	if channel == instagramChannel && a.Handle != "" {
		name = a.Handle
	}
	if name == "" {
		return nil, world.Refused("an item needs an author with a name")
	}
	id := strconv.FormatUint(first+world.Hash(channel, account, name)%100_000_000_000_000, 10)
	if known, ok := g.nodes[id].(*person); ok {
		return known, nil
	}
	p := &person{id: id, account: account, name: name}
	p.hidden = channel == facebookChannel && world.Share("hidden", name) < g.cfg.HiddenAuthors
	g.nodes[id] = p
	return p, nil
}

// draft checks what every draft must hold.
func (g *Graph) draft(d world.Draft) error {
	if d.Text == "" && len(d.Media) == 0 && d.Kind != world.KindRead && d.Kind != world.KindUnreact && d.Kind != world.KindShare {
		return world.Refused("an item needs a text")
	}
	if d.Quotes != "" {
		return world.Refused("only X has quotes")
	}
	if d.Time.After(g.deps.Now()) {
		return world.Refused("an item cannot be published in the future")
	}
	return nil
}
