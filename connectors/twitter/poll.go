package twitter

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// The streams.
const (
	streamMentions = "mentions" // posts that name us, answers to ours among them
	streamOwn      = "own"      // our posts and answers, also those written elsewhere
)

// Streams implements connectors.Connector.
func (c *Connector) Streams(inbox.Account) []connectors.Stream {
	return []connectors.Stream{{Name: streamMentions}, {Name: streamOwn, Every: c.cfg.OwnEvery, Background: true}}
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
}

// walk is a reading of what is newer than Since, newest first.
type walk struct {
	Newest string `json:"newest,omitempty"`
	Oldest string `json:"oldest,omitempty"`
	Token  string `json:"token,omitempty"`
	Pages  int    `json:"pages,omitempty"`
}

// hole is a stretch that is not read yet: newer than Since, older than Until.
type hole struct {
	Since string `json:"since,omitempty"`
	Until string `json:"until"`
}

const (
	pageSize   = 100
	freshEvery = 15 * time.Second // holes are filled between looks at what is new
	maxHoles   = 50
)

// Poll implements connectors.Connector. A step is one call: a page of what is new, or a page of a hole.
func (c *Connector) Poll(ctx context.Context, a inbox.Account, stream string, at []byte) (connectors.Page, error) {
	if err := c.known(a); err != nil {
		return connectors.Page{}, err
	}
	read := c.mentions
	if stream == streamOwn {
		read = c.own
	}
	now := c.cfg.Now()
	var cur cursor
	if json.Unmarshal(at, &cur) != nil { // none yet, or not readable: everything is read anew
		cur = cursor{}
	}
	if cur.Begun == 0 {
		cur.Begun = now.UnixMilli()
	}
	s := step{c: c, a: a, cur: cur, now: now, read: func(sp span) (*listing, error) { return read(ctx, a, sp) }}
	var err error
	if s.cur.Walk == nil && len(s.cur.Holes) > 0 && now.Sub(time.UnixMilli(s.cur.Fresh)) < freshEvery {
		err = s.fill()
	} else {
		err = s.walk()
	}
	if err != nil {
		return connectors.Page{}, err
	}
	s.page.More = s.cur.Walk != nil || len(s.cur.Holes) > 0
	s.page.CatchingUp = s.old
	if s.page.Cursor, err = json.Marshal(s.cur); err != nil {
		return connectors.Page{}, err
	}
	return s.page, nil
}

// step is one step of reading a stream.
type step struct {
	c    *Connector
	a    inbox.Account
	cur  cursor
	now  time.Time
	read func(span) (*listing, error)
	page connectors.Page
	old  bool // what is read is older than the connection
}

// walk reads a page of what is new.
func (s *step) walk() error {
	w := s.cur.Walk
	if w == nil {
		w = &walk{}
		s.cur.Fresh = s.now.UnixMilli()
	}
	sp := span{since: s.cur.Since, token: w.Token, size: pageSize}
	if s.cur.Blind {
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
			s.leave(w)
			return nil
		case sp.since != "": // X looks back less far than we were away
			s.cur.Blind = true
			return nil
		}
		return err
	}
	g := s.take(l)
	first := w.Pages == 0
	w.Pages++
	if first {
		if w.Newest = string(l.Meta.Newest); w.Newest == "" || newer(g.newest, w.Newest) {
			w.Newest = g.newest
		}
	}
	if g.oldest != "" {
		w.Oldest = g.oldest
	}
	reached := s.cur.Blind && g.oldest != "" && !newer(g.oldest, s.cur.Since) || s.tooOld(g.oldest)
	switch next := string(l.Meta.Next); {
	case next == "" || next == w.Token || reached:
		s.arrive(w)
	case w.Pages >= s.c.cfg.MaxPages:
		s.leave(w)
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

// leave ends a walk early, and notes what it has not read.
func (s *step) leave(w *walk) {
	if w.Oldest != "" && len(s.cur.Holes) < maxHoles {
		s.cur.Holes = append(s.cur.Holes, hole{Since: s.cur.Since, Until: w.Oldest})
	}
	s.arrive(w)
}

// fill reads a page of the newest hole, from its new end.
func (s *step) fill() error {
	last := len(s.cur.Holes) - 1
	h := &s.cur.Holes[last]
	s.old = h.Since == ""
	l, err := s.read(span{until: h.Until, since: s.sinceOf(h), size: pageSize})
	if err != nil {
		e := connectors.AsError(err)
		if e.Class == connectors.Rejected && e.Status == http.StatusBadRequest { // it is further back than X looks
			s.cur.Holes = s.cur.Holes[:last]
			return nil
		}
		return err
	}
	g := s.take(l)
	if l.Meta.Next == "" || g.oldest == "" || !newer(h.Until, g.oldest) || !newer(g.oldest, h.Since) || s.tooOld(g.oldest) {
		s.cur.Holes = s.cur.Holes[:last]
		return nil
	}
	h.Until = g.oldest
	return nil
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

// take gives the items of a page.
func (s *step) take(l *listing) *gather {
	g := newGather(s.a, l, inbox.FromPoll, s.now)
	s.page.Items = g.all(l.Data)
	s.page.Unread = g.unread
	s.page.Done = len(s.page.Items)
	return g
}
