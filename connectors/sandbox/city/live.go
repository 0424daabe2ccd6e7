package city

import "time"

// How much of the past live traffic goes on from, for each account.
const (
	livePosts   = 6
	liveThreads = 64
)

// live is what can be answered now.
type live struct {
	posts   [][]post    // by account, oldest first
	threads [][]*thread // by account, oldest first
}

func (l *live) start(accounts int) {
	l.posts, l.threads = make([][]post, accounts), make([][]*thread, accounts)
}

func (l *live) addPost(p post) {
	list := append(l.posts[p.account], p)
	l.posts[p.account] = list[max(len(list)-livePosts, 0):]
}

func (l *live) addThread(th *thread) {
	list := append(l.threads[th.account], th)
	l.threads[th.account] = list[max(len(list)-liveThreads, 0):]
}

// Next invents what happens now: nearly always a citizen who writes, below one of our newest posts, on their own, or in a thread that
// is open; now and then a post of ours.
func (g *Generator) Next(now time.Time) Event {
	r := g.rnd
	account := g.account(r)
	a := g.accounts[account]
	posts, threads := g.live.posts[account], g.live.threads[account]
	needsPost := len(posts) == 0 && a.Channel == Instagram
	if needsPost || r.Float64() < 0.012 {
		if p, ok := g.writePost(r, account, now); ok {
			g.live.addPost(p)
			return p.event
		}
	}
	if len(threads) > 0 && r.Float64() < 0.25 {
		th := threads[int(r.Float64()*float64(len(threads)))]
		role := rolePeer
		if r.Float64() < 0.25 {
			role = roleAuthor
		}
		if e, ok := g.writeNext(r, th, role, now); ok {
			return e
		}
	}
	var below *post
	alone := map[string]float64{Facebook: 0.15, Instagram: 0, X: 0.7}[a.Channel]
	if len(posts) > 0 && r.Float64() >= alone {
		below = &posts[len(posts)-1-int(r.Float64()*r.Float64()*float64(len(posts)))] // the newest draw most
	}
	e, th := g.writeOpening(r, account, below, now)
	g.live.addThread(th)
	return e
}

// Knows reports whether a coming event may still answer this one.
func (g *Generator) Knows(ref Ref) bool {
	for i := range g.accounts {
		for _, p := range g.live.posts[i] {
			if p.event.Ref == ref {
				return true
			}
		}
		for _, th := range g.live.threads[i] {
			if th.top == ref || th.last == ref {
				return true
			}
		}
	}
	return false
}
