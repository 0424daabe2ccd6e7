package twitter

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// The streams.
const (
	streamMentions = "mentions" // posts that name us, answers to ours among them
	streamOwn      = "own"      // our posts and answers, also those written elsewhere
	streamDirect   = "direct"   // direct messages, ours among them
	streamSweep    = "sweep"    // whether posts that name us are still there
	streamSearch   = "search:"  // and the query
)

// Streams implements connectors.Connector.
func (c *Connector) Streams(a inbox.Account) []connectors.Stream {
	acc := c.cfg.Accounts[a.Remote]
	out := []connectors.Stream{{Name: streamMentions}}
	if !acc.NoDirect {
		out = append(out, connectors.Stream{Name: streamDirect, Every: c.cfg.DirectEvery})
	}
	out = append(out, connectors.Stream{Name: streamOwn, Every: c.cfg.OwnEvery, Background: true})
	out = append(out, connectors.Stream{Name: streamSweep, Every: c.sweepEvery(), Background: true})
	for _, q := range acc.Searches {
		out = append(out, connectors.Stream{Name: streamSearch + q, Every: c.cfg.SearchEvery, Background: true})
	}
	return out
}

// source is how a stream is read.
type source struct {
	op    string
	every time.Duration // about how often; it says how much of the endpoint's limit a walk must leave
	fresh time.Duration // holes are filled between looks at what is new, at most so long
	// tokens says that X takes no ids as bounds of this list: a walk goes from the newest down, and a hole is found again by its token.
	tokens bool
	heard  bool // what is read was asked for, also where it does not name us
	budget int  // posts a day; 0: none
	bound  bound
	read   func(span) (*listing, error)
	rows   func(*gather, []json.RawMessage) []inbox.Incoming
}

// source gives how a stream of an account is read.
func (c *Connector) source(ctx context.Context, a inbox.Account, stream string) source {
	src := source{op: opMentions, every: 20 * time.Second, fresh: freshEvery, rows: (*gather).all, bound: bound{inbox.GapMentions, 800, 0}}
	src.read = func(sp span) (*listing, error) { return c.mentions(ctx, a, sp) }
	switch query, isSearch := strings.CutPrefix(stream, streamSearch); {
	case isSearch:
		src.op, src.every, src.heard, src.budget = opSearch, c.cfg.SearchEvery, true, c.cfg.SearchBudget
		src.bound = bound{inbox.GapSearch, 0, 7 * 24 * time.Hour}
		src.read = func(sp span) (*listing, error) { return c.search(ctx, a, query, sp) }
	case stream == streamOwn:
		src.op, src.every, src.bound = opOwn, c.cfg.OwnEvery, bound{}
		src.read = func(sp span) (*listing, error) { return c.own(ctx, a, sp) }
	case stream == streamDirect:
		src.op, src.every, src.fresh, src.tokens = opDirect, c.cfg.DirectEvery, c.cfg.DirectEvery, true
		src.read = func(sp span) (*listing, error) { return c.directs(ctx, a, "/2/dm_events", opDirect, sp) }
		src.rows, src.bound = (*gather).directs, bound{inbox.GapDirect, 0, 30 * 24 * time.Hour}
	}
	return src
}

// cursor is how far a stream is read. Since stays the same through a walk over several pages, and only then becomes the newest id of
// the first of them (X API, "Timelines: pagination"); what a walk leaves out is a hole.
type cursor struct {
	Since string `json:"since,omitempty"`
	Walk  *walk  `json:"walk,omitempty"`
	Holes []hole `json:"holes,omitempty"`
	Fresh int64  `json:"fresh,omitempty"` // ms; when the newest were last asked for
	Blind bool   `json:"blind,omitempty"` // X takes Since no more: it is too old
	Begun int64  `json:"begun,omitempty"` // ms; when the stream was first read
	Day   string `json:"day,omitempty"`   // of a search: the day, in X's time, that
	Spent int    `json:"spent,omitempty"` // so many posts were read on
}

// walk is a reading of what is newer than Since, newest first.
type walk struct {
	Newest string `json:"newest,omitempty"`
	Oldest string `json:"oldest,omitempty"`
	Token  string `json:"token,omitempty"`
	Pages  int    `json:"pages,omitempty"`
	Posts  int    `json:"posts,omitempty"` // read
}

// hole is a stretch that is not read yet: newer than Since, older than Until.
type hole struct {
	Since string `json:"since,omitempty"`
	Until string `json:"until"`
	Token string `json:"token,omitempty"` // of a list without bounds: where it begins; "" is the top
	Above int    `json:"above,omitempty"` // how many posts newer than it have been read, since it was left or before
	Low   string `json:"low,omitempty"`   // the oldest that its tokens have led to
	Stuck int    `json:"stuck,omitempty"` // pages in a row that led no further down
}

const (
	pageSize   = 100
	freshEvery = 15 * time.Second // holes are filled between looks at what is new
	maxHoles   = 50
	maxStuck   = 20 // pages in a row that lead no further down
)

// Poll implements connectors.Connector. A step is one call: a page of what is new, or a page of a hole.
func (c *Connector) Poll(ctx context.Context, a inbox.Account, stream string, at []byte) (connectors.Page, error) {
	if err := c.known(a); err != nil {
		return connectors.Page{}, err
	}
	if stream == streamSweep {
		return c.pollSweep(ctx, a, at)
	}
	now := c.cfg.Now()
	var cur cursor
	if json.Unmarshal(at, &cur) != nil { // none yet, or not readable: everything is read anew
		cur = cursor{}
	}
	if cur.Begun == 0 {
		cur.Begun = now.UnixMilli()
	}
	s := step{c: c, a: a, cur: cur, now: now, source: c.source(ctx, a, stream)}
	if s.broke() {
		return connectors.Page{More: true, Wait: s.tomorrow()}, nil // it goes on from where it is: nothing is left out
	}
	var err error
	if s.cur.Walk == nil && len(s.cur.Holes) > 0 && now.Sub(time.UnixMilli(s.cur.Fresh)) < s.fresh {
		err = s.fill()
	} else {
		err = s.walk()
	}
	if err != nil {
		return connectors.Page{}, err
	}
	if s.page.More = s.cur.Walk != nil || len(s.cur.Holes) > 0; s.page.More {
		switch {
		case s.broke():
			s.page.Wait = s.tomorrow()
		case !c.spare(a, s.op, s.every):
			s.page.Wait = s.every
		}
	}
	s.page.CatchingUp = s.old
	if s.page.Cursor, err = json.Marshal(s.cur); err != nil {
		return connectors.Page{}, err
	}
	return s.page, nil
}

// step is one step of reading a stream.
type step struct {
	source
	c    *Connector
	a    inbox.Account
	cur  cursor
	now  time.Time
	page connectors.Page
	old  bool // what is read is older than the connection
}

// broke reports whether a search has read as much today as it may. X's day is that of UTC ("Pricing": what is read twice in a day is
// billed once).
func (s *step) broke() bool {
	if today := s.now.UTC().Format(time.DateOnly); s.cur.Day != today {
		s.cur.Day, s.cur.Spent = "", 0
		if s.budget > 0 {
			s.cur.Day = today
		}
	}
	return s.budget > 0 && s.cur.Spent >= s.budget
}

// tomorrow is how long it is until X's next day.
func (s *step) tomorrow() time.Duration {
	day := s.now.UTC().Truncate(24 * time.Hour)
	return day.Add(24 * time.Hour).Sub(s.now)
}

// walk reads a page of what is new.
func (s *step) walk() error {
	w := s.cur.Walk
	if w == nil {
		w = &walk{}
		s.away()
		s.cur.Fresh = s.now.UnixMilli()
	}
	sp := span{since: s.cur.Since, token: w.Token, size: pageSize}
	if s.cur.Blind || s.tokens {
		sp.since = ""
	}
	s.old = s.cur.Since == ""
	l, err := s.read(sp)
	if err != nil {
		e := connectors.AsError(err)
		if e.Class != connectors.Rejected || e.Status != http.StatusBadRequest {
			return err
		}
		switch {
		case w.Token != "": // the token is not good any more: what is left is a hole
			s.leave(w, "")
			return nil
		case sp.since != "": // X looks back less far than we were away
			s.cur.Blind = true
			return nil
		}
		return err
	}
	g := s.take(l, s.cur.Since)
	first := w.Pages == 0
	w.Pages++
	w.Posts += len(l.Data)
	if first {
		if w.Newest = string(l.Meta.Newest); w.Newest == "" || newer(g.newest, w.Newest) {
			w.Newest = g.newest
		}
	}
	if g.oldest != "" {
		w.Oldest = g.oldest
	}
	reached := (s.cur.Blind || s.tokens) && g.oldest != "" && !newer(g.oldest, s.cur.Since) || s.tooOld(g.oldest)
	switch next := string(l.Meta.Next); {
	case next == "" || next == w.Token || reached:
		if !reached {
			s.cut(s.cur.Since, w.Oldest, w.Posts)
		}
		s.arrive(w)
	case w.Pages >= s.c.cfg.MaxPages:
		s.leave(w, next)
	default:
		w.Token = next
		s.cur.Walk = w
	}
	return nil
}

// arrive ends a walk that has read everything.
func (s *step) arrive(w *walk) {
	s.cur.Walk = nil
	s.cur.Blind = false
	if newer(w.Newest, s.cur.Since) {
		s.cur.Since = w.Newest
	}
}

// leave ends a walk early, and notes what it has not read. Beyond maxHoles the oldest two become one, which reads what lies between
// them again: nothing is forgotten.
func (s *step) leave(w *walk, next string) {
	if w.Oldest != "" {
		h := hole{Since: s.cur.Since, Until: w.Oldest, Above: w.Posts}
		if s.tokens {
			h.Token = next
		}
		s.cur.Holes = append(s.cur.Holes, h)
		if len(s.cur.Holes) > maxHoles {
			s.cur.Holes[1].Since = s.cur.Holes[0].Since
			s.cur.Holes = slices.Delete(s.cur.Holes, 0, 1)
		}
	}
	s.arrive(w)
}

// fill reads a page of the newest hole, from its new end.
func (s *step) fill() error {
	last := len(s.cur.Holes) - 1
	h := &s.cur.Holes[last]
	s.old = h.Since == ""
	sp := span{until: h.Until, since: s.sinceOf(h), size: pageSize}
	if s.tokens {
		sp = span{token: h.Token, size: pageSize}
	}
	l, err := s.read(sp)
	if err != nil {
		e := connectors.AsError(err)
		if e.Class != connectors.Rejected || e.Status != http.StatusBadRequest {
			return err
		}
		if sp.token == "" { // it is further back than X looks
			s.lose(s.timeOf(h.Since), timeOf(h.Until))
			s.cur.Holes = s.cur.Holes[:last]
			return nil
		}
		// The token is not good any more: one walk from the top goes through all that is not read.
		s.cur.Holes = []hole{{Since: s.cur.Holes[0].Since, Until: h.Until}}
		return nil
	}
	g := s.take(l, h.Since)
	if s.tokens {
		s.down(g, h, string(l.Meta.Next))
		return nil
	}
	if l.Meta.Next == "" || g.oldest == "" || !newer(h.Until, g.oldest) || !newer(g.oldest, h.Since) || s.tooOld(g.oldest) {
		end := g.oldest
		if end == "" {
			end = h.Until
		}
		s.cut(h.Since, end, h.Above)
		s.cur.Holes = s.cur.Holes[:last]
		return nil
	}
	h.Until = g.oldest
	return nil
}

// down takes a hole of a list without bounds a page further, or closes it.
func (s *step) down(g *gather, h *hole, next string) {
	if next == "" || next == h.Token || g.oldest != "" && !newer(g.oldest, h.Since) || s.tooOld(g.oldest) {
		if next == "" {
			s.lose(s.timeOf(h.Since), s.now.Add(-s.bound.back))
		}
		s.cur.Holes = s.cur.Holes[:len(s.cur.Holes)-1]
		return
	}
	h.Token = next
	if g.oldest != "" && newer(h.Until, g.oldest) {
		h.Until = g.oldest
	}
	if h.Stuck++; g.oldest != "" && (h.Low == "" || newer(h.Low, g.oldest)) {
		h.Low, h.Stuck = g.oldest, 0
	}
	if h.Stuck >= maxStuck { // its tokens lead round in a circle
		if raw, err := json.Marshal(h); err == nil {
			s.page.Unread = append(s.page.Unread, connectors.Unread{AccountRemote: s.a.Remote, Reason: *inbox.Why("x.loop"), Bytes: raw})
		}
		s.cur.Holes = s.cur.Holes[:len(s.cur.Holes)-1]
	}
}

// bound is what X shows of a list at the most (X API, "Timelines", "Search posts: recent search", "Direct Messages: lookup").
type bound struct {
	cause inbox.GapCause
	posts int           // the newest so many; 0: any number
	back  time.Duration // those of so long; 0: of any time
}

// cutSlack is how many posts fewer than its bound X may show before a list counts as cut: it leaves out those of suspended accounts.
const cutSlack = 20

// away says what is lost because nobody has looked for longer than X shows.
func (s *step) away() {
	if last := time.UnixMilli(s.cur.Fresh); s.cur.Fresh != 0 && s.bound.back > 0 {
		s.lose(last, s.now.Add(-s.bound.back))
	}
}

// cut says what is lost if a list has ended at oldest because X shows no more of it, and not at the post since; posts is how many of its
// newest were read.
func (s *step) cut(since, oldest string, posts int) {
	if s.bound.posts > 0 && since != "" && oldest != "" && posts >= s.bound.posts-cutSlack {
		s.lose(s.timeOf(since), timeOf(oldest))
	}
}

// lose says that what came between two times can no longer be read.
func (s *step) lose(from, to time.Time) {
	if s.bound.cause != "" && from.Before(to) {
		s.page.Lost = append(s.page.Lost, inbox.Gap{Cause: s.bound.cause, From: from, To: to})
	}
}

// timeOf is when the post was written from which on a stretch is to be read: where it is none, when the stream was first read.
func (s *step) timeOf(since string) time.Time {
	if since == "" {
		return time.UnixMilli(s.cur.Begun)
	}
	return timeOf(since)
}

func (s *step) sinceOf(h *hole) string {
	if s.cur.Blind {
		return ""
	}
	return h.Since
}

// tooOld reports whether a page has gone back as far as the first reading shall.
func (s *step) tooOld(oldest string) bool {
	at := timeOf(oldest)
	return !at.IsZero() && time.UnixMilli(s.cur.Begun).Sub(at) > s.c.cfg.History
}

// take gives the items of a page, of which those up to since are known.
func (s *step) take(l *listing, since string) *gather {
	g := newGather(s.a, l, inbox.FromPoll, s.now)
	g.heard = s.heard
	s.page.Items = s.rows(g, l.Data)
	for i := range s.cur.Holes { // the walk goes from the top down, and the newest hole is filled first
		s.cur.Holes[i].Above += len(l.Data)
	}
	if s.tokens { // X gives what is known already as well
		s.page.Items = slices.DeleteFunc(s.page.Items, func(in inbox.Incoming) bool { return !newer(string(in.Remote), since) })
	}
	if s.budget > 0 {
		s.cur.Spent += len(l.Data) + len(l.Includes.Tweets) + len(l.Includes.Posts)
	}
	s.page.Unread = g.unread
	s.page.Done = len(s.page.Items)
	return g
}
