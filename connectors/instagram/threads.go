package instagram

import (
	"context"
	"encoding/json"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// A thread of private messages and a message of it, as the Conversations API gives them (Instagram Platform, "Conversations API").

type thread struct {
	ID      lax.Text `json:"id"`
	Updated lax.Time `json:"updated_time"`
	People  struct {
		Data []actor `json:"data"`
	} `json:"participants"`
	Messages graph.Paged `json:"messages"`
}

type note struct {
	ID   lax.Text `json:"id"`
	At   lax.Time `json:"created_time"`
	From *actor   `json:"from"`
	To   struct {
		Data []actor `json:"data"`
	} `json:"to"`
	Text        lax.Text `json:"message"`
	Attachments struct {
		Data []struct {
			Kind  lax.Text `json:"mime_type"`
			Name  lax.Text `json:"name"`
			Size  lax.Int  `json:"size"`
			File  lax.Text `json:"file_url"`
			Image *located `json:"image_data"`
			Video *located `json:"video_data"`
		} `json:"data"`
	} `json:"attachments"`
	Shares struct {
		Data []struct {
			Link lax.Text `json:"link"`
		} `json:"data"`
	} `json:"shares"`
	Story *struct {
		ReplyTo *located `json:"reply_to"`
		Mention *located `json:"mention"`
	} `json:"story"`
	Reactions struct {
		Data []struct {
			Kind  lax.Text `json:"reaction"`
			Users []actor  `json:"users"`
		} `json:"data"`
	} `json:"reactions"`
	Unsupported lax.Bool `json:"is_unsupported"`
}

// located is what can be looked at somewhere, for a while.
type located struct {
	URL  lax.Text `json:"url"`
	Link lax.Text `json:"link"`
}

func (l *located) at() string {
	if l.URL != "" {
		return string(l.URL)
	}
	return string(l.Link)
}

const (
	noteFields   = "id,created_time,from,to,message,attachments,shares,story,reactions,is_unsupported"
	threadPage   = 20
	threadNotes  = 20 // of older ones no more than the id is told
	threadFields = "id,updated_time,participants,messages.limit(20){" + noteFields + "}"
	threadCalls  = 10  // to complete the newest messages of one thread
	maxThreads   = 500 // parts of the list in one walk: a list that goes round in a circle must end
)

// threads reads a part of the conversations, those that changed last first; of one person alone if who is not "".
func (c *Connector) threads(ctx context.Context, a inbox.Account, d *door, who, after string) (graph.Page, error) {
	if err := c.pace[a.Remote].wait(ctx); err != nil {
		return graph.Page{}, err
	}
	p := graph.Params{"platform": "instagram", "fields": threadFields}
	if who != "" {
		p["user_id"] = who
	}
	return d.Page(ctx, d.token, d.box+"/conversations", p, threadPage, after)
}

// complete reads on where the newest messages of a thread came short: what a token may not see is left out of a page after it was cut
// (Graph API, "Paginated results").
func (c *Connector) complete(ctx context.Context, a inbox.Account, d *door, x *thread) error {
	for more, calls := x.Messages.Rest(), 0; more != "" && len(x.Messages.Data) < threadNotes && calls < threadCalls; calls++ {
		if err := c.pace[a.Remote].wait(ctx); err != nil {
			return err
		}
		got, err := d.Page(ctx, d.token, string(x.ID)+"/messages", graph.Params{"fields": noteFields}, threadNotes-len(x.Messages.Data), more)
		if err != nil {
			return err
		}
		x.Messages.Data, more = append(x.Messages.Data, got.Data...), got.After
	}
	return nil
}

// turn is the cursor of the private messages.
type turn struct {
	Mark  int64  `json:"mark"`            // ms; what did not change since was read; 0: nothing was
	Next  int64  `json:"next,omitempty"`  // ms; the Mark of the next walk: the newest change that this one saw
	After string `json:"after,omitempty"` // cursor of the conversations; "" where a walk begins
	Parts int    `json:"parts,omitempty"` // of the list, read by the present walk
}

// direct takes a step of reading private messages. The platform shows a thread's newest messages alone (Instagram Platform, "Conversations
// API"): where more came since the last walk, what lies between is lost.
func (c *Connector) direct(ctx context.Context, a inbox.Account, d *door, cursor []byte) (connectors.Page, error) {
	var t turn
	if json.Unmarshal(cursor, &t) != nil { // none yet, or not readable: everything is read anew
		t = turn{}
	}
	now := c.cfg.Now()
	got, err := c.threads(ctx, a, d, "", t.After)
	if err != nil {
		if t.After == "" || !graph.Hopeless(err) {
			return connectors.Page{}, err
		}
		t.After = "" // the thread that the cursor stood on is gone: begin again
		if t.Parts++; t.Parts >= maxThreads {
			return turn{Mark: t.Mark}.save(connectors.Page{})
		}
		return t.save(connectors.Page{More: true})
	}
	old := now.Add(-c.cfg.History)
	page := connectors.Page{CatchingUp: t.Mark == 0}
	if t.Mark != 0 {
		old = time.UnixMilli(t.Mark).Add(-overlap)
	}
	enough := false
	var failed error
	odd := graph.Each(got.Data, func(x *thread) {
		if failed != nil {
			return
		}
		if t.Parts == 0 { // what changes while the rest is read comes to the top, and is the next walk's
			t.Next = max(t.Next, x.Updated.UnixMilli())
		}
		if x.Updated.Before(old) && !x.Updated.IsZero() {
			enough = true
			return
		}
		if failed = c.complete(ctx, a, d, x); failed != nil {
			return
		}
		page.Items = append(page.Items, x.items(a, now, &page)...)
		cut := len(x.Messages.Data) >= threadNotes && x.Messages.Rest() != ""
		if read, oldest := time.UnixMilli(t.Mark), x.oldest(); cut && t.Mark != 0 && oldest.After(read) {
			page.Lost = append(page.Lost, inbox.Gap{Cause: inbox.GapThread, From: read, To: oldest})
		}
	})
	if failed != nil {
		return connectors.Page{}, failed
	}
	page.Unread = append(page.Unread, graph.Unreadable(a, odd, "conversations")...)
	t.Parts++
	t.After = got.After
	if t.After != "" && !enough && t.Parts < maxThreads {
		page.More = true
		return t.save(page)
	}
	if t.Next <= 0 {
		t.Next = now.UnixMilli()
	}
	t = turn{Mark: max(t.Mark, min(t.Next, now.UnixMilli()))}
	return t.save(page)
}

func (t turn) save(p connectors.Page) (connectors.Page, error) {
	var err error
	p.Cursor, err = json.Marshal(t)
	return p, err
}

// items gives the messages of a thread. page takes what cannot be read.
func (x *thread) items(a inbox.Account, now time.Time, page *connectors.Page) (out []inbox.Incoming) {
	who := inbox.RemoteID("")
	for i := range x.People.Data {
		if p := &x.People.Data[i]; !ourActor(a, p) {
			who = inbox.RemoteID(p.ID)
		}
	}
	odd := graph.Each(x.Messages.Data, func(m *note) {
		if who == "" {
			who = m.citizen(a)
		}
		switch {
		case m.ID == "" || m.At.IsZero() && m.From == nil && m.Text == "": // an older one is no more than its id
			return
		case who == "": // the platform shows neither who wrote it nor to whom
			page.Unread = append(page.Unread, graph.Unshown(a, x.ID, m.ID))
			return
		}
		out = append(out, m.incoming(a, who, inbox.FromPoll, now))
		out = append(out, m.reactions(a, who, now)...)
	})
	page.Unread = append(page.Unread, graph.Unreadable(a, odd, "messages")...)
	return out
}

// oldest is when the oldest message was written of those that the platform shows; zero: it shows none.
func (x *thread) oldest() (at time.Time) {
	graph.Each(x.Messages.Data, func(m *note) {
		if !m.At.IsZero() && (at.IsZero() || m.At.Before(at)) {
			at = m.At.Time
		}
	})
	return at
}

// ourActor reports whether somebody in a thread is the account itself. It goes by its id or, where the platform tells another, its name.
func ourActor(a inbox.Account, p *actor) bool {
	return p != nil && (p.ID != "" && inbox.RemoteID(p.ID) == a.Remote || a.Handle != "" && string(p.Username) == a.Handle)
}

// citizen is who a message came from or went to.
func (m *note) citizen(a inbox.Account) inbox.RemoteID {
	if m.From.id() != "" && !ourActor(a, m.From) {
		return inbox.RemoteID(m.From.ID)
	}
	for i := range m.To.Data {
		if p := &m.To.Data[i]; !ourActor(a, p) {
			return inbox.RemoteID(p.ID)
		}
	}
	return ""
}

func (m *note) incoming(a inbox.Account, who inbox.RemoteID, source inbox.Source, now time.Time) inbox.Incoming {
	in := inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.Posted, Source: source, Kind: inbox.Direct, Remote: inbox.RemoteID(m.ID), Thread: who,
		Text: string(m.Text), At: m.At.Time, Observed: now, FromUs: ourActor(a, m.From), Media: m.media(),
	}
	if !in.FromUs {
		in.Author = m.From.author()
	}
	return in
}

func (m *note) media() (out []inbox.Media) {
	for _, x := range m.Attachments.Data {
		one := inbox.Media{Type: "file", URL: string(x.File), Name: string(x.Name), Size: int64(x.Size)}
		switch kind := string(x.Kind); {
		case x.Image != nil:
			one.Type, one.URL = "image", x.Image.at()
		case x.Video != nil:
			one.Type, one.URL = "video", x.Video.at()
		case len(kind) > 6 && kind[:6] == "audio/":
			one.Type = "audio"
		}
		if one.URL == "" {
			one.Type = "gone"
		}
		out = append(out, one)
	}
	for _, x := range m.Shares.Data {
		out = append(out, inbox.Media{Type: "share", URL: string(x.Link)})
	}
	if m.Story != nil {
		for _, x := range []*located{m.Story.ReplyTo, m.Story.Mention} {
			if x != nil {
				out = append(out, inbox.Media{Type: "story", URL: x.at()})
			}
		}
	}
	if bool(m.Unsupported) || m.Text == "" && len(out) == 0 {
		out = append(out, inbox.Media{Type: "unsupported"})
	}
	return out
}

// reactions gives who reacted, but for ourselves. When they did is not told.
func (m *note) reactions(a inbox.Account, who inbox.RemoteID, now time.Time) (out []inbox.Incoming) {
	for _, r := range m.Reactions.Data {
		for i := range r.Users {
			if au := r.Users[i].author(); au != nil && r.Kind != "" && !ourActor(a, &r.Users[i]) {
				out = append(out, inbox.Incoming{
					AccountRemote: a.Remote, Event: inbox.Reacted, Source: inbox.FromPoll, Kind: inbox.Direct, Remote: inbox.RemoteID(m.ID), Thread: who,
					Author: au, Reaction: string(r.Kind), At: now, Observed: now,
				})
			}
		}
	}
	return out
}
