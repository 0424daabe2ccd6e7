package instagram

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// The streams. Media do not say when their comments changed, only how many there are; so each stream is a walk over media, newest
// first, that reads the comments of those whose count is not what it was.
const (
	streamNew     = "new"     // the newest media, often: only as many comments as are missing
	streamSweep   = "sweep"   // all media, seldom, with all comments of those that changed within Window
	streamHistory = "history" // all that is older than the connection, once
	streamDirect  = "direct"  // private messages
	streamTags    = "tags"    // media of others that the account is tagged in
	streamHashtag = "hashtag" // media of anybody, under the hashtags that are looked for
)

// Streams implements connectors.Connector.
func (c *Connector) Streams(a inbox.Account) []connectors.Stream {
	s := []connectors.Stream{{Name: streamNew}}
	have := c.cfg.Accounts[a.Remote]
	if !have.NoDirect {
		s = append(s, connectors.Stream{Name: streamDirect})
	}
	s = append(s, connectors.Stream{Name: streamSweep, Every: c.cfg.SweepEvery, Background: true})
	if have.Login != InstagramLogin { // there neither can be asked for
		s = append(s, connectors.Stream{Name: streamTags, Every: c.cfg.SweepEvery, Background: true})
		if len(have.Hashtags) > 0 {
			s = append(s, connectors.Stream{Name: streamHashtag, Every: hashtagEvery, Background: true})
		}
	}
	if c.cfg.History > 0 {
		s = append(s, connectors.Stream{Name: streamHistory, Every: 24 * time.Hour, Background: true})
	}
	return s
}

// walk is the cursor of a stream.
type walk struct {
	Mark  int64           `json:"mark,omitempty"`  // ms; when the walk before began
	Begun int64           `json:"begun,omitempty"` // ms; 0: no walk goes on
	Top   int64           `json:"top,omitempty"`   // ms; when the newest media were last looked at
	Media string          `json:"media,omitempty"` // cursor of the next media
	Last  bool            `json:"last,omitempty"`  // there are no next media
	Seen  int             `json:"seen,omitempty"`  // media looked at
	Read  int             `json:"read,omitempty"`  // media whose comments were read
	Lost  int             `json:"lost,omitempty"`  // media whose comments could not be read
	Again int             `json:"again,omitempty"` // how often the list of media had to be begun again
	Cut   bool            `json:"cut,omitempty"`   // the list of media could not be read to its end
	Stuck int             `json:"stuck,omitempty"` // parts of the list in a row that held nothing new
	Todo  []todo          `json:"todo,omitempty"`  // what is still to be read
	Have  map[string]mark `json:"have"`            // of the media looked at by the walk before: how many comments they had; nil: none was
	Next  map[string]mark `json:"next,omitempty"`  // the same, of the present walk
	Ended bool            `json:"ended,omitempty"` // of the history: never again

	// Of the sweep, by media (see gone.go):
	Know     map[string][]string `json:"know,omitempty"`     // comments that earlier walks read
	Got      map[string][]string `json:"got,omitempty"`      // comments that the present walk has read
	Check    []missed            `json:"check,omitempty"`    // comments that are missing, to be asked for
	Compared bool                `json:"compared,omitempty"` // Got was held against Know
}

// mark is what was known of a media.
type mark struct {
	Count   int64 `json:"n"`
	Changed int64 `json:"t,omitempty"` // ms; when Count was seen to change
}

// todo is a media whose comments are being read, or a comment whose replies are.
type todo struct {
	Media   string `json:"m"`
	Comment string `json:"c,omitempty"`
	After   string `json:"a,omitempty"`
	Pages   int    `json:"n,omitempty"`
	Want    int    `json:"w,omitempty"` // how many new comments are expected; 0: read all
	Since   int64  `json:"s,omitempty"` // ms; what is older is not new
	Oldest  int64  `json:"o,omitempty"` // ms; of the comments that were read, which come newest first
	Stuck   int    `json:"k,omitempty"` // pages in a row that led no further
}

const (
	overlap    = 10 * time.Minute
	maxReplies = 400 // pages of the replies of one comment, and how often one media may be begun anew in a walk
	maxStuck   = 20  // pages in a row that lead no further; comments that lead on are read to the last that is wanted
	maxAgain   = 3
	topEvery   = 15 * time.Second // a walk that is long looks so often at what is newest
)

// Poll implements connectors.Connector. A step is one call. Media take turns, so that a flood below one does not keep the others
// waiting.
func (c *Connector) Poll(ctx context.Context, a inbox.Account, stream string, cursor []byte) (connectors.Page, error) {
	d, err := c.door(a)
	if err != nil {
		return connectors.Page{}, err
	}
	switch stream {
	case streamDirect:
		return c.direct(ctx, a, d, cursor)
	case streamTags:
		return c.tags(ctx, a, d, cursor)
	case streamHashtag:
		return c.hashtags(ctx, a, d, cursor)
	}
	var w walk
	if json.Unmarshal(cursor, &w) != nil { // none yet, or not readable: everything is read anew
		w = walk{}
	}
	if w.Ended {
		return connectors.Page{}, nil
	}
	s := step{c: c, a: a, door: d, w: w, stream: stream, now: c.cfg.Now(), first: w.Have == nil}
	if s.w.Begun == 0 {
		s.w.Begun = s.now.UnixMilli()
	}
	switch {
	case stream == streamNew && len(s.w.Todo) > 0 && s.now.Sub(time.UnixMilli(s.w.Top)) >= topEvery:
		err = s.peek(ctx)
	case len(s.w.Todo) > 0:
		err = s.comments(ctx)
	case s.w.Compared:
		err = s.check(ctx)
	default:
		err = s.media(ctx)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	if stream == streamSweep && s.w.Last && len(s.w.Todo) == 0 && !s.w.Compared {
		s.w.compare()
	}
	return s.finish()
}

// step is one step of a walk.
type step struct {
	c      *Connector
	a      inbox.Account
	door   *door
	w      walk
	stream string
	now    time.Time
	first  bool // nothing was read before
	page   connectors.Page
	why    error // why comments could not be read
}

// media reads a part of the list of media and notes those that have other comments than before.
func (s *step) media(ctx context.Context) error {
	w := &s.w
	depth := s.c.cfg.Media
	if s.stream == streamNew {
		depth = s.c.cfg.Recent
	}
	limit := min(mediaPage, depth-w.Seen)
	if w.Last || limit <= 0 {
		w.Last = true
		return nil
	}
	if w.Media == "" {
		w.Top = s.now.UnixMilli()
	}
	page, err := s.door.medias(ctx, w.Media, limit)
	if err != nil {
		if w.Media == "" || !graph.Hopeless(err) {
			return err
		}
		w.Media, w.Seen = "", len(w.Next) // the media that the cursor stood on is gone
		if w.Again++; w.Again > maxAgain {
			w.Last, w.Cut, s.why = true, true, err
		}
		return nil
	}
	if w.Next == nil {
		w.Next = map[string]mark{}
	}
	w.Stuck++
	odd := graph.Each(page.Data, func(m *media) {
		if _, again := w.Next[string(m.ID)]; again || m.ID == "" {
			return // a list that repeats itself must not have its comments read again and again
		}
		w.Stuck = 0
		w.Seen++
		s.look(m)
	})
	s.odd(odd, "media")
	w.Media = page.After
	w.Last = page.After == "" || w.Stuck >= maxStuck
	if s.stream == streamHistory && len(page.Data) > 0 {
		var oldest media
		if json.Unmarshal(page.Data[len(page.Data)-1], &oldest) == nil && !oldest.At.IsZero() && s.now.Sub(oldest.At.Time) > s.c.cfg.History {
			w.Last = true
		}
	}
	return nil
}

// peek looks at the newest media while a walk goes on: what is written below another than that which keeps it is read now, and not when
// the flood is over. What comes below those that are being read, the next walk reads.
func (s *step) peek(ctx context.Context) error {
	w := &s.w
	w.Top = s.now.UnixMilli()
	page, err := s.door.medias(ctx, "", mediaPage)
	if err != nil {
		return err
	}
	s.odd(graph.Each(page.Data, func(m *media) {
		id := string(m.ID)
		was, looked := w.Next[id]
		if !looked {
			was = w.Have[id]
		}
		waits := slices.ContainsFunc(w.Todo, func(t todo) bool { return t.Media == id })
		fresh := int64(m.Comments) - was.Count
		if id == "" || waits || fresh <= 0 {
			return
		}
		s.page.Items = append(s.page.Items, m.incoming(s.a, inbox.FromPoll, s.now))
		w.Next[id] = mark{Count: int64(m.Comments), Changed: w.Top}
		since := time.UnixMilli(w.Mark).Add(-overlap).UnixMilli()
		w.Todo = slices.Insert(w.Todo, 0, todo{Media: id, Want: int(fresh), Since: since})
	}), "media")
	return nil
}

// look decides what to read of a media.
func (s *step) look(m *media) {
	w, id, count := &s.w, string(m.ID), int64(m.Comments)
	was, known := w.Have[id]
	now := mark{Count: count, Changed: was.Changed}
	if known && was.Count != count || !known && !s.first {
		now.Changed = s.now.UnixMilli()
	}
	w.Next[id] = now
	if !known || was.Count != count {
		s.page.Items = append(s.page.Items, m.incoming(s.a, inbox.FromPoll, s.now))
	}
	t := todo{Media: id}
	switch s.stream {
	case streamNew:
		if s.first || known && was.Count == count || count == 0 {
			return // what was there before the connection is the history's
		}
		if t.Want = int(count - was.Count); t.Want <= 0 {
			t.Want = 1 // some went: as many may have come
		}
		t.Since = time.UnixMilli(w.Mark).Add(-overlap).UnixMilli()
	case streamSweep:
		// The first sweep reads what the history reads, too: what came after the history had been at a media, and before any stream had
		// counted its comments, is new to nobody else.
		fresh := s.first && s.now.Sub(m.At.Time) < max(s.c.cfg.Window, s.c.cfg.History)
		if count == 0 || !fresh && s.now.Sub(time.UnixMilli(now.Changed)) > s.c.cfg.Window {
			return
		}
	case streamHistory:
		if count == 0 || !m.At.IsZero() && s.now.Sub(m.At.Time) > s.c.cfg.History {
			return
		}
	}
	w.Todo = append(w.Todo, t)
}

// comments reads a part of the comments, or replies, whose turn it is.
func (s *step) comments(ctx context.Context) error {
	w := &s.w
	t := w.Todo[0]
	w.Todo = w.Todo[1:]
	read := func() ([]json.RawMessage, string, error) {
		if t.Comment != "" {
			p, err := s.door.replies(ctx, t.Comment, t.After)
			return p.Data, p.After, err
		}
		p, err := s.door.comments(ctx, t.Media, t.After)
		return p.Data, p.After, err
	}
	rows, after, err := read()
	if err != nil {
		return s.failed(t, err)
	}
	fresh, oldest := 0, t.Oldest
	add := func(x *comment, parent string) {
		if x.ID == "" {
			return
		}
		if at := x.At.UnixMilli(); parent == string(x.Parent) && (oldest == 0 || at < oldest) {
			oldest = at
		}
		s.page.Items = append(s.page.Items, x.items(s.a, t.Media, parent, s.stream == streamSweep, s.now)...)
		if x.At.UnixMilli() >= t.Since {
			fresh++
		}
		if s.stream == streamSweep {
			w.saw(t.Media, string(x.ID))
		}
	}
	odd := graph.Each(rows, func(x *comment) {
		if t.Comment != "" {
			add(x, t.Comment)
			return
		}
		add(x, string(x.Parent))
		s.odd(graph.Each(x.Replies.Data, func(r *comment) { add(r, string(x.ID)) }), "replies")
		if rest := x.Replies.Rest(); rest != "" {
			w.Todo = append(w.Todo, todo{Media: t.Media, Comment: string(x.ID), After: rest})
		}
	})
	s.odd(odd, "comments")
	enough := false
	if t.Want > 0 {
		if t.Want -= fresh; t.Want <= 0 {
			enough = true
		}
	}
	switch {
	case t.Comment != "": // in what order replies come is not told
		enough = t.Pages >= maxReplies
		t.Pages++
	case oldest == t.Oldest: // an empty page with more behind it may be, but not for ever
		t.Stuck++
	default:
		t.Stuck, t.Oldest = 0, oldest
	}
	if t.After = after; after != "" && !enough && t.Stuck < maxStuck {
		w.Todo = append(w.Todo, t)
	} else if t.Comment == "" {
		w.Read++
	}
	return nil
}

// failed decides what an error on one media means.
func (s *step) failed(t todo, err error) error {
	w := &s.w
	if !graph.Hopeless(err) {
		return err
	}
	if t.After != "" && t.Pages < maxReplies { // the comment that the cursor stood on is gone: begin this list again
		t.After, t.Oldest = "", 0
		t.Pages++
		w.Todo = append(w.Todo, t)
		return nil
	}
	if connectors.ClassOf(err) != connectors.Gone {
		w.Lost++
		s.why = err
		w.Next[t.Media] = w.Have[t.Media] // look again next time
	}
	return nil
}

// items gives a comment; with its state of hiding where that may have been missed.
func (x *comment) items(a inbox.Account, mediaID, parent string, state bool, now time.Time) []inbox.Incoming {
	in := x.incoming(a, mediaID, parent, inbox.FromPoll, now)
	out := []inbox.Incoming{in}
	if state || bool(x.Hidden) {
		e := inbox.Unhid
		if x.Hidden {
			e = inbox.Hid
		}
		out = append(out, inbox.Incoming{
			AccountRemote: a.Remote, Event: e, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: in.Remote, At: in.At, Observed: now,
		})
	}
	return out
}

func (x *comment) incoming(a inbox.Account, mediaID, parent string, source inbox.Source, now time.Time) inbox.Incoming {
	who := x.From
	if who == nil && x.Username != "" {
		who = &actor{Username: x.Username}
	} else if who != nil && who.Username == "" {
		who.Username = x.Username
	}
	in := inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.Posted, Source: source, Kind: inbox.Comment, Remote: inbox.RemoteID(x.ID),
		Parent: inbox.RemoteID(parent), Context: inbox.RemoteID(mediaID), Author: who.author(), Text: string(x.Text), At: x.At.Time,
		Observed: now, FromUs: x.ours(a),
	}
	if in.Parent == "" {
		in.Parent = in.Context
	}
	return in
}

// ours reports whether the account itself wrote it.
func (x *comment) ours(a inbox.Account) bool {
	if x.From != nil && x.From.ID != "" {
		return inbox.RemoteID(x.From.ID) == a.Remote
	}
	return a.Handle != "" && string(x.Username) == a.Handle
}

func (m *media) incoming(a inbox.Account, source inbox.Source, now time.Time) inbox.Incoming {
	return inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.ContextSeen, Source: source, Remote: inbox.RemoteID(m.ID), FromUs: true,
		Text: string(m.Caption), Permalink: string(m.Permalink), At: m.At.Time, Observed: now,
	}
}

func (s *step) odd(rows []json.RawMessage, kind string) {
	s.page.Unread = append(s.page.Unread, graph.Unreadable(s.a, rows, kind)...)
}

// finish writes the cursor, and ends the walk when nothing is left of it.
func (s *step) finish() (connectors.Page, error) {
	w := &s.w
	s.page.CatchingUp = s.stream == streamHistory
	s.page.Done = w.Read
	var why error
	if s.page.More = len(w.Todo) > 0 || !w.Last || len(w.Check) > 0; !s.page.More {
		if w.Cut || w.Lost > 0 && w.Read == 0 { // not one media can be read: it is not the media. Or the list of them breaks off
			if why = s.why; why == nil {
				why = &connectors.Error{Class: connectors.Forbidden, Reason: *inbox.Why("platform.permission")}
			}
		}
		have := w.Next
		if have == nil {
			have = map[string]mark{}
		}
		for id, m := range w.Have {
			if _, looked := have[id]; w.Cut && !looked {
				have[id] = m
			}
		}
		*w = walk{Mark: w.Begun, Have: have, Know: w.Know}
		if s.stream == streamHistory && why == nil {
			*w = walk{Ended: true}
		}
	}
	var err error
	if s.page.Cursor, err = json.Marshal(w); err != nil {
		return connectors.Page{}, err
	}
	return s.page, why
}
