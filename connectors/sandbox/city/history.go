package city

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// History invents what happened in the days up to a moment: n conversations, and the posts of ours among them. Events are in order of
// time, and what an event answers comes before it. Most conversations are a single message, a few are long; most older questions have
// our answer, recent ones often not yet.
func (g *Generator) History(n, days int, until time.Time) []Event {
	h := history{g: g, r: g.rnd, until: until, from: until.AddDate(0, 0, -days)}
	for i := range g.accounts {
		h.plan(i)
	}
	for range n {
		h.conversation()
	}
	for _, p := range h.posts {
		for _, x := range p {
			h.events = append(h.events, x.event)
		}
	}
	slices.SortStableFunc(h.events, func(a, b Event) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Ref, b.Ref)) })
	for i := range g.accounts { // live traffic goes on below the newest posts
		for _, p := range h.posts[i][max(len(h.posts[i])-livePosts, 0):] {
			g.live.addPost(p)
		}
	}
	return h.events
}

type history struct {
	g           *Generator
	r           *rand.Rand
	from, until time.Time
	posts       map[int][]post // by account, in order of time
	events      []Event
}

// hours is how much is written in each hour of a day.
var hours = [24]float64{
	1, 0.5, 0.3, 0.2, 0.2, 0.4, 1.5, 3.5, 5, 5.5, 6, 6, 6, 5.5, 5.5, 6, 6.5, 6, 6, 7, 7.5, 7, 5, 2.5,
}

// moment draws a time, by the rhythm of the day.
func (h *history) moment(day time.Time) time.Time {
	total := 0.0
	for _, w := range hours {
		total += w
	}
	x := h.r.Float64() * total
	hour := 0
	for ; hour < 23; hour++ {
		if x -= hours[hour]; x < 0 {
			break
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), hour, h.r.IntN(60), h.r.IntN(60), 0, day.Location())
}

// plan spreads our posts over the days.
func (h *history) plan(account int) {
	if h.posts == nil {
		h.posts = map[int][]post{}
	}
	a := h.g.accounts[account]
	perDay := map[string]float64{Facebook: 1.2, Instagram: 0.7, X: 1.4}[a.Channel]
	if a.Library {
		perDay *= 0.7
	}
	for day := h.from; day.Before(h.until); day = day.AddDate(0, 0, 1) {
		for n := perDay + h.r.Float64() - 0.5; n > 0.5; n-- {
			at := time.Date(day.Year(), day.Month(), day.Day(), 8+h.r.IntN(10), h.r.IntN(60), h.r.IntN(60), 0, day.Location())
			if at.Before(h.from) || !at.Before(h.until) {
				continue
			}
			if p, ok := h.g.writePost(h.r, account, at); ok {
				h.posts[account] = append(h.posts[account], p)
			}
		}
	}
	slices.SortFunc(h.posts[account], func(a, b post) int { return a.event.Time.Compare(b.event.Time) })
}

// conversation invents one, with all that follows in it.
func (h *history) conversation() {
	account := h.g.account(h.r)
	span := h.until.Sub(h.from)
	at := h.moment(h.from.Add(time.Duration(h.r.Float64() * float64(span))))
	if at.Before(h.from) || !at.Before(h.until) {
		at = h.from.Add(time.Duration(h.r.Float64() * float64(span)))
	}
	below := h.postFor(account, at)
	if below == nil && h.g.accounts[account].Channel == Instagram {
		if len(h.posts[account]) == 0 {
			return // nobody can write to a profile without posts
		}
		below = &h.posts[account][0]
		if !at.After(below.event.Time) {
			at = below.event.Time.Add(time.Duration(1+h.r.IntN(120)) * time.Minute)
		}
		if !at.Before(h.until) {
			return
		}
	}
	e, th := h.g.writeOpening(h.r, account, below, at)
	h.events = append(h.events, e)
	h.follow(e, th)
}

// postFor picks the post that a message at that time goes below, or nil for one on its own.
func (h *history) postFor(account int, at time.Time) *post {
	alone := map[string]float64{Facebook: 0.15, Instagram: 0, X: 0.7}[h.g.accounts[account].Channel]
	if h.r.Float64() < alone {
		return nil
	}
	posts := h.posts[account]
	total := 0.0
	pull := func(p post) float64 {
		age := at.Sub(p.event.Time)
		if age <= 0 || age > 6*24*time.Hour {
			return 0
		}
		return p.appeal / (1 + age.Hours()/8)
	}
	for _, p := range posts {
		total += pull(p)
	}
	x := h.r.Float64() * total
	for i, p := range posts {
		if w := pull(p); w > 0 {
			if x -= w; x < 0 {
				return &posts[i]
			}
		}
	}
	return nil
}

// heated are the subjects that people quarrel about.
var heated = []string{"parking", "waste", "roads", "cycling", "daycare", "digital-post", "elections", "snow", "noise"}

// follow writes what comes after the first message.
func (h *history) follow(first Event, th *thread) {
	at := first.Time
	later := func(typical time.Duration) bool {
		at = at.Add(time.Minute + time.Duration(h.r.ExpFloat64()*float64(typical)))
		return at.Before(h.until)
	}
	add := func(role string) {
		if e, ok := h.g.writeNext(h.r, th, role, at); ok {
			h.events = append(h.events, e)
		}
	}
	switch f := h.r.Float64(); {
	case f < 0.02 && th.lang == "da" && th.context != 0 && slices.Contains(heated, th.label):
		for n := 10 + h.r.IntN(25); n > 0 && later(12*time.Minute); n-- {
			add(rolePeers)
		}
	case f < 0.18:
		for n := 1 + int(h.r.ExpFloat64()*0.8); n > 0 && later(90*time.Minute); n-- {
			add(rolePeer)
			if h.r.Float64() < 0.3 && later(40*time.Minute) {
				add(roleAuthor)
			}
		}
	}
	answered := map[string]float64{"question": 0.3, "inquiry": 0.5, "complaint": 0.24, "praise": 0.1, "idea": 0.15}[th.intent]
	if h.until.Sub(first.Time) < 24*time.Hour {
		answered /= 2
	}
	if h.r.Float64() >= answered || !later(150*time.Minute) {
		return
	}
	if hour := at.Hour(); hour < 8 || hour >= 20 { // we have opening hours
		day := at
		if hour >= 20 {
			day = at.AddDate(0, 0, 1)
		}
		at = time.Date(day.Year(), day.Month(), day.Day(), 8, h.r.IntN(60), h.r.IntN(60), 0, day.Location())
		if !at.Before(h.until) {
			return
		}
	}
	add(roleAnswer)
	if h.r.Float64() < 0.3 && later(60*time.Minute) {
		add(roleAfter)
	}
}
