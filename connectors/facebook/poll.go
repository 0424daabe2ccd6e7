package facebook

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"slices"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// The streams. The feed has no order by what is new, so each is a walk over posts, newest first by creation, that reads the comments of
// those which changed since the walk before.
const (
	streamNew     = "new"     // the newest posts, often
	streamSweep   = "sweep"   // all posts, seldom, with what changed in Window read again: edits, hiding, what a page of the platform left out
	streamHistory = "history" // all that is older than the connection, once
	streamTagged  = "tagged"  // others' posts that name the page
	streamDirect  = "direct"  // private messages
)

// Streams implements connectors.Connector.
func (c *Connector) Streams(inbox.Account) []connectors.Stream {
	s := []connectors.Stream{
		{Name: streamNew},
		{Name: streamDirect},
		{Name: streamSweep, Every: c.cfg.SweepEvery, Background: true},
		{Name: streamTagged, Every: c.cfg.SweepEvery, Background: true},
	}
	if c.cfg.History > 0 {
		s = append(s, connectors.Stream{Name: streamHistory, Every: 24 * time.Hour, Background: true})
	}
	return s
}

// walk is the cursor of a stream: where the present walk is, and from when on the next must look.
type walk struct {
	Mark  int64  `json:"mark"`            // ms; what changed before has been read
	Begun int64  `json:"begun,omitempty"` // ms; 0: no walk goes on
	Since int64  `json:"since,omitempty"` // ms; what the present walk reads from
	Feed  string `json:"feed,omitempty"`  // cursor of the next posts
	Last  bool   `json:"last,omitempty"`  // there are no next posts
	Top   int64  `json:"top,omitempty"`   // ms; when the newest posts were last looked at
	Posts int    `json:"posts,omitempty"` // posts looked at
	Read  int    `json:"read,omitempty"`  // posts whose comments were read
	Lost  int    `json:"lost,omitempty"`  // posts whose comments could not be read
	Again int    `json:"again,omitempty"` // how often the list of posts had to be begun again
	Cut   bool   `json:"cut,omitempty"`   // the list of posts could not be read to its end
	Stuck int    `json:"stuck,omitempty"` // parts of the feed in a row that held nothing new
	Young bool   `json:"young,omitempty"` // the list has not come to posts that were written before Since
	// Seen is which posts were looked at last, as hashes: a feed that repeats itself must not have its comments read again and again.
	Seen  []uint64 `json:"seen,omitempty"`
	Todo  []todo   `json:"todo,omitempty"`  // posts whose comments are still to be read
	Ended bool     `json:"ended,omitempty"` // of the history: never again
	First bool     `json:"first,omitempty"` // the first walk of the stream
	// Loop is that the list of this walk repeated itself, Loops that the one of the walk before did: people are told once.
	Loop  bool `json:"loop,omitempty"`
	Loops bool `json:"loops,omitempty"`

	// Of the sweep (see gone.go), comments with the time in ms of their writing:
	Know     map[string]int64 `json:"know,omitempty"`  // that the sweep before read, and this one has not
	Got      map[string]int64 `json:"got,omitempty"`   // that this one has read, the newest
	Check    []string         `json:"check,omitempty"` // that are missing, to be asked for
	Compared bool             `json:"compared,omitempty"`
}

// todo is a post whose comments are being read.
type todo struct {
	Post   string `json:"p"`
	After  string `json:"a,omitempty"`
	Anew   int    `json:"n,omitempty"` // how often it was begun anew
	Oldest int64  `json:"o,omitempty"` // ms; of what was read
	Stuck  int    `json:"s,omitempty"` // pages in a row that led no further back
}

const (
	overlap   = 10 * time.Minute // a walk reads again what changed this long before the last one began
	maxAnew   = 400              // how often one post may be begun anew in a walk
	maxStuck  = 20               // pages in a row that lead no further; a list that leads on is read to its end, however long it is
	maxSeen   = 300              // posts
	maxPosts  = 100_000          // of a walk, whatever is young
	maxAgains = 3
	topEvery  = 15 * time.Second // a walk that is long looks so often at what is newest
)

// Poll implements connectors.Connector. A step is one call: a part of the feed, or a part of the comments of a post. Posts take turns,
// so that a flood below one does not keep the others waiting.
func (c *Connector) Poll(ctx context.Context, a inbox.Account, stream string, cursor []byte) (connectors.Page, error) {
	token, err := c.token(a)
	if err != nil {
		return connectors.Page{}, err
	}
	w := c.begin(stream, cursor)
	if w.Ended {
		return connectors.Page{}, nil
	}
	s := step{c: c, a: a, token: token, w: w, stream: stream, now: c.cfg.Now()}
	switch {
	case stream == streamDirect:
		err = s.threads(ctx)
	case stream == streamNew && len(w.Todo) > 0 && s.now.Sub(time.UnixMilli(w.Top)) >= topEvery:
		err = s.peek(ctx)
	case len(w.Todo) > 0:
		err = s.comments(ctx)
	case w.Compared:
		err = s.check(ctx)
	default:
		err = s.posts(ctx)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	return s.finish()
}

// begin reads a cursor, and starts a walk if none goes on. A cursor that cannot be read is none: everything is read again.
func (c *Connector) begin(stream string, cursor []byte) walk {
	now := c.cfg.Now()
	var w walk
	if json.Unmarshal(cursor, &w) != nil || w.Mark == 0 && w.Begun == 0 && !w.Ended {
		w = walk{Mark: now.UnixMilli(), First: true}
	}
	if w.Begun != 0 || w.Ended {
		return w
	}
	w.Begun = now.UnixMilli()
	since := time.UnixMilli(w.Mark).Add(-overlap)
	switch stream {
	case streamSweep:
		if window := now.Add(-c.cfg.Window); window.Before(since) {
			since = window
		}
	case streamHistory:
		since = now.Add(-c.cfg.History)
	case streamTagged, streamDirect:
		if w.First && c.cfg.History > 0 {
			since = now.Add(-c.cfg.History)
		}
	}
	w.Since = since.UnixMilli()
	return w
}

// step is one step of a walk.
type step struct {
	c      *Connector
	a      inbox.Account
	token  connectors.Secret
	w      walk
	stream string
	now    time.Time
	page   connectors.Page
	why    error // why a post could not be read
}

func (s *step) depth() int {
	if s.stream == streamNew || s.stream == streamTagged {
		return s.c.cfg.RecentPosts
	}
	return s.c.cfg.Posts
}

// posts reads a part of the feed and notes the posts that changed.
func (s *step) posts(ctx context.Context) error {
	w := &s.w
	limit := min(pageSize, s.depth()-w.Posts)
	if s.stream == streamSweep && w.Young && w.Posts < maxPosts { // what is young enough to be read again is, however much it is
		limit = pageSize
	}
	if w.Last || limit <= 0 {
		w.Last = true
		return nil
	}
	edge := "feed"
	if s.stream == streamTagged {
		edge = "tagged"
	}
	page, err := s.c.posts(ctx, s.token, string(s.a.Remote)+"/"+edge, w.Feed, limit)
	if err != nil {
		return s.again(err)
	}
	since := time.UnixMilli(w.Since)
	if w.Stuck++; w.Feed == "" {
		w.Top = s.now.UnixMilli()
	}
	w.Young = false
	odd := graph.Each(page.Data, func(p *post) {
		if w.seen(string(p.ID)) {
			return
		}
		w.Stuck = 0
		w.Posts++
		w.Young = !p.Created.Before(since) // they come newest first
		if changed := p.Updated.Time; p.ID == "" || !changed.IsZero() && changed.Before(since) {
			return
		}
		s.take(p)
		if s.stream != streamTagged {
			w.Todo = append(w.Todo, todo{Post: string(p.ID)})
		}
	})
	s.odd(odd, edge)
	w.Feed = page.After
	w.Last = page.After == ""
	s.bounded(edge)
	return nil
}

// peek looks at the newest posts while a walk goes on: what is written below another post than that which keeps it is read now, and not
// when the flood is over. What it leaves out the next walk reads.
func (s *step) peek(ctx context.Context) error {
	w := &s.w
	page, err := s.c.posts(ctx, s.token, string(s.a.Remote)+"/feed", "", pageSize)
	if err != nil {
		return err
	}
	since := time.UnixMilli(w.Top).Add(-topEvery)
	w.Top = s.now.UnixMilli()
	s.odd(graph.Each(page.Data, func(p *post) {
		waits := slices.ContainsFunc(w.Todo, func(t todo) bool { return t.Post == string(p.ID) })
		if p.ID == "" || waits || p.Updated.Before(since) {
			return
		}
		s.take(p)
		w.Todo = slices.Insert(w.Todo, 0, todo{Post: string(p.ID)})
	}), "feed")
	return nil
}

// again decides about a list that could not be read on: what the cursor stood on is gone, so the list is begun again, a few times.
func (s *step) again(err error) error {
	w := &s.w
	if w.Feed == "" || !graph.Hopeless(err) {
		return err
	}
	w.Feed, w.Posts, w.Seen = "", 0, nil
	if w.Again++; w.Again > maxAgains {
		w.Last, w.Cut, s.why = true, true, err
	}
	return nil
}

// bounded ends a list that leads no further though it says that it goes on.
func (s *step) bounded(list string) {
	if s.w.Stuck >= maxStuck && !s.w.Last {
		s.w.Last = true
		s.looped(list, s.w.Feed)
	}
}

// looped keeps the word that a list repeats itself, once until a walk goes through without.
func (s *step) looped(list, after string) {
	if !s.w.Loop && !s.w.Loops {
		if raw, err := json.Marshal(map[string]string{"list": list, "after": after}); err == nil {
			s.page.Unread = append(s.page.Unread, connectors.Unread{
				AccountRemote: s.a.Remote, Reason: *inbox.Why("facebook.loop", "List", list), Bytes: raw,
			})
		}
	}
	s.w.Loop = true
}

// seen reports whether a post was looked at already, and remembers it.
func (w *walk) seen(id string) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never fails
	sum := h.Sum64()
	if slices.Contains(w.Seen, sum) {
		return true
	}
	if w.Seen = append(w.Seen, sum); len(w.Seen) > maxSeen {
		w.Seen = w.Seen[1:]
	}
	return false
}

// take gives a post: ours as context, a visitor's as a message.
func (s *step) take(p *post) {
	s.page.Items = append(s.page.Items, p.incoming(s.a, inbox.FromPoll, s.now))
}

func (p *post) incoming(a inbox.Account, source inbox.Source, now time.Time) inbox.Incoming {
	in := inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.Posted, Source: source, Kind: inbox.Post, Remote: inbox.RemoteID(p.ID),
		Author: p.From.author(), Text: string(p.Message), Permalink: string(p.Permalink), At: p.Created.Time, Observed: now,
	}
	if in.Text == "" {
		in.Text = string(p.Story)
	}
	for _, m := range p.Attachments.Data {
		in.Media = append(in.Media, inbox.Media{Type: mediaType(string(m.Type)), URL: string(m.URL), Name: string(m.Title)})
	}
	switch {
	case in.Author != nil && in.Author.Remote == a.Remote:
		in.Event, in.Kind, in.FromUs = inbox.ContextSeen, "", true
	case !isPost(string(a.Remote), string(p.ID)):
		in.Kind = inbox.Mention // it stands elsewhere, and names us
	}
	return in
}

func mediaType(t string) string {
	switch t {
	case "photo", "album":
		return "image"
	case "video", "video_inline", "video_autoplay":
		return "video"
	case "sticker", "animated_image_share":
		return "sticker"
	}
	return "share"
}

// comments reads a part of the comments of the post whose turn it is.
func (s *step) comments(ctx context.Context) error {
	w := &s.w
	t := w.Todo[0]
	w.Todo = w.Todo[1:]
	page, err := s.c.commentsOf(ctx, s.token, t.Post, t.After, time.UnixMilli(w.Since))
	if err != nil {
		if !graph.Hopeless(err) {
			return err
		}
		if t.After != "" && t.Anew < maxAnew { // the comment that the cursor stood on is gone: begin this post again
			w.Todo = append(w.Todo, todo{Post: t.Post, Anew: t.Anew + 1})
			return nil
		}
		if connectors.ClassOf(err) != connectors.Gone {
			w.Lost++
			s.why = err
		}
		return nil
	}
	oldest := t.Oldest
	since := time.UnixMilli(w.Since).Truncate(time.Second)
	late := 0
	odd := graph.Each(page.Data, func(x *comment) {
		if x.ID == "" || !x.Created.IsZero() && x.Created.Before(since) {
			late++
			return
		}
		if at := x.Created.UnixMilli(); oldest == 0 || at < oldest {
			oldest = at
		}
		if s.stream == streamSweep {
			w.saw(string(x.ID), x.Created.Time)
		}
		s.page.Items = append(s.page.Items, x.items(s.a, t.Post, s.stream == streamSweep, s.now)...)
	})
	s.odd(odd, "comments")
	if oldest == t.Oldest { // an empty page with more behind it may be, but not for ever
		t.Stuck++
	} else {
		t.Stuck, t.Oldest = 0, oldest
	}
	more := page.After != "" && (late == 0 || late < len(page.Data))
	if more && t.Stuck >= maxStuck {
		more = false
		s.looped("comments", t.Post)
	}
	if t.After = page.After; more {
		w.Todo = append(w.Todo, t)
	} else {
		w.Read++
	}
	return nil
}

// items gives a comment; with its state of hiding where that may have been missed.
func (x *comment) items(a inbox.Account, postID string, state bool, now time.Time) []inbox.Incoming {
	in := x.incoming(a, postID, inbox.FromPoll, now)
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

func (x *comment) incoming(a inbox.Account, postID string, source inbox.Source, now time.Time) inbox.Incoming {
	in := inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.Posted, Source: source, Kind: inbox.Comment, Remote: inbox.RemoteID(commentID(string(x.ID))),
		Parent: inbox.RemoteID(postID), Context: inbox.RemoteID(postID), Author: x.From.author(), Text: string(x.Message),
		Permalink: string(x.Permalink), At: x.Created.Time, Observed: now,
	}
	if x.Parent != nil && x.Parent.ID != "" {
		in.Parent = inbox.RemoteID(parentID(string(a.Remote), postID, string(x.Parent.ID)))
	}
	in.Media = x.media()
	in.FromUs = in.Author != nil && in.Author.Remote == a.Remote
	return in
}

// media is what a comment carries, in the desk's words.
func (x *comment) media() []inbox.Media {
	at := x.Attachment
	if at.Type == "" && at.URL == "" && at.Media.Image.Src == "" {
		return nil
	}
	m := inbox.Media{Type: mediaType(string(at.Type)), URL: string(at.Media.Image.Src), Name: string(at.Title)}
	if m.URL == "" {
		m.URL = string(at.URL)
	}
	return []inbox.Media{m}
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
	if s.stream == streamSweep && w.Last && len(w.Todo) == 0 && !w.Compared && !w.Cut {
		w.compare()
	}
	switch s.page.More = len(w.Todo) > 0 || !w.Last || len(w.Check) > 0; {
	case s.page.More:
	case w.Cut, w.Lost > 0 && w.Read == 0:
		// Not one post can be read: it is not the posts. Or the list of them breaks off. The next walk begins where this one did.
		if *w, why = (walk{Mark: w.Mark, First: w.First, Know: w.known()}), s.why; why == nil {
			why = &connectors.Error{Class: connectors.Forbidden, Reason: *inbox.Why("platform.permission")}
		}
	default:
		*w = walk{Mark: w.Begun, Ended: s.stream == streamHistory, Loops: w.Loop, Know: w.Know}
	}
	var err error
	if s.page.Cursor, err = json.Marshal(w); err != nil {
		return connectors.Page{}, err
	}
	return s.page, why
}
