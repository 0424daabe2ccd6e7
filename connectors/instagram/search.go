package instagram

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// What others publish and the account is told of only when it asks: media that it is tagged in, and public media under a hashtag.

const (
	hashtagEvery = time.Hour
	hashtagWeek  = 7 * 24 * time.Hour // in which at most maxHashtags may be asked for (Instagram Platform, "Hashtag search")
	hashtagAgain = 24 * time.Hour     // until one that Instagram did not know is asked for again
	searchPage   = 50
	maxSearch    = 20 // parts of one list in one walk
)

// mention makes a comment of somebody's, on media that are not ours, that names us.
func (x *comment) mention(a inbox.Account, source inbox.Source, now time.Time) inbox.Incoming {
	in := x.incoming(a, "", "", source, now)
	in.Kind = inbox.Mention
	if x.Media != nil {
		in.Permalink = string(x.Media.Permalink)
	}
	return in
}

// mention makes a media of somebody's that names us. Of media found by a hashtag nobody tells who published them.
func (m *media) mention(a inbox.Account, source inbox.Source, now time.Time) inbox.Incoming {
	in := inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.Posted, Source: source, Kind: inbox.Mention, Remote: inbox.RemoteID(m.ID), Text: string(m.Caption),
		Permalink: string(m.Permalink), At: m.At.Time, Observed: now,
	}
	if who := (&actor{Username: m.Username}); !ourActor(a, who) {
		in.Author = who.author()
	} else {
		in.FromUs = true
	}
	switch m.Type {
	case "VIDEO":
		in.Media = []inbox.Media{{Type: "video", URL: string(m.Permalink)}}
	case "IMAGE", "CAROUSEL_ALBUM":
		in.Media = []inbox.Media{{Type: "image", URL: string(m.Permalink)}}
	}
	return in
}

// found is the cursor of the media that the account is tagged in.
type found struct {
	Mark  int64  `json:"mark"` // ms; older media were read
	Next  int64  `json:"next,omitempty"`
	After string `json:"after,omitempty"`
	Parts int    `json:"parts,omitempty"`
}

// tags takes a step of reading the media that the account is tagged in, newest first.
func (c *Connector) tags(ctx context.Context, a inbox.Account, d *door, cursor []byte) (connectors.Page, error) {
	var f found
	if json.Unmarshal(cursor, &f) != nil {
		f = found{}
	}
	now := c.cfg.Now()
	old := now.Add(-c.cfg.History)
	if f.Mark != 0 {
		old = time.UnixMilli(f.Mark).Add(-c.cfg.Window) // somebody may be tagged in what was published before
	}
	got, err := d.page(ctx, d.self+"/tags", otherFields+",username", searchPage, f.After)
	if err != nil {
		if f.After == "" || !graph.Hopeless(err) {
			return connectors.Page{}, err
		}
		got = graph.Page{} // the media that the cursor stood on is gone: the next walk reads the rest
		f.Next = f.Mark
	}
	page := connectors.Page{}
	enough := false
	odd := graph.Each(got.Data, func(m *media) {
		if m.At.Before(old) && !m.At.IsZero() {
			enough = true
			return
		}
		if m.ID != "" {
			page.Items = append(page.Items, m.mention(a, inbox.FromPoll, now))
		}
	})
	page.Unread = graph.Unreadable(a, odd, "tags")
	if f.Parts == 0 {
		f.Next = now.UnixMilli()
	}
	f.Parts++
	if f.After = got.After; f.After != "" && !enough && f.Parts < maxSearch {
		page.More = true
	} else {
		f = found{Mark: f.Next}
	}
	page.Cursor, err = json.Marshal(f)
	return page, err
}

// looking is the cursor of the hashtags.
type looking struct {
	Known map[string]hashtag `json:"known,omitempty"`
	Todo  []string           `json:"todo,omitempty"` // hashtags that the present walk has still to read; the first one is being read
	After string             `json:"after,omitempty"`
	Parts int                `json:"parts,omitempty"`
	Walks bool               `json:"walks,omitempty"`
}

// hashtag is what is known of one.
type hashtag struct {
	ID    string `json:"id,omitempty"`  // "": Instagram did not know it, or did not let it be looked for
	Asked int64  `json:"asked"`         // ms; when it last began to count against the week
	Not   int64  `json:"not,omitempty"` // ms; when it was last found to have no ID
}

// hashtags takes a step of reading recent public media, of a hashtag at a time. A hashtag counts against the week once it was asked for,
// not each time; one too many waits until an older one no longer counts.
func (c *Connector) hashtags(ctx context.Context, a inbox.Account, d *door, cursor []byte) (connectors.Page, error) {
	var l looking
	if json.Unmarshal(cursor, &l) != nil {
		l = looking{}
	}
	if l.Known == nil {
		l.Known = map[string]hashtag{}
	}
	now := c.cfg.Now()
	if !l.Walks {
		l.Todo, l.Walks = slices.Clone(d.have.Hashtags), true
	}
	page := connectors.Page{}
	if len(l.Todo) > 0 {
		if err := l.step(ctx, a, d, now, &page); err != nil {
			return connectors.Page{}, err
		}
	}
	if page.More = len(l.Todo) > 0; !page.More {
		l.Walks = false
	}
	var err error
	page.Cursor, err = json.Marshal(l)
	return page, err
}

// next leaves the hashtag that was being read.
func (l *looking) next() { l.Todo, l.After, l.Parts = l.Todo[1:], "", 0 }

func (l *looking) step(ctx context.Context, a inbox.Account, d *door, now time.Time, page *connectors.Page) error {
	name := l.Todo[0]
	tag := l.Known[name]
	if tag.ID == "" && tag.Not > now.Add(-hashtagAgain).UnixMilli() {
		l.next()
		return nil
	}
	week := now.Add(-hashtagWeek).UnixMilli()
	if tag.Asked < week {
		counts := 0
		for _, t := range l.Known {
			if t.Asked >= week {
				counts++
			}
		}
		if counts >= maxHashtags {
			l.next()
			return nil
		}
		tag.Asked = now.UnixMilli()
	}
	if tag.ID == "" {
		var body struct {
			Data []struct {
				ID lax.Text `json:"id"`
			} `json:"data"`
		}
		err := d.Get(ctx, d.token, "ig_hashtag_search", graph.Params{"user_id": d.self, "q": name}, &body)
		switch {
		case err != nil && connectors.ClassOf(err) != connectors.Gone && connectors.ClassOf(err) != connectors.Rejected:
			return err
		case err == nil && len(body.Data) > 0 && body.Data[0].ID != "":
			tag.ID = string(body.Data[0].ID)
		default:
			tag.Not = now.UnixMilli()
		}
		l.Known[name] = tag
		return nil
	}
	l.Known[name] = tag
	got, err := d.Page(ctx, d.token, url.PathEscape(tag.ID)+"/recent_media", graph.Params{"user_id": d.self, "fields": otherFields}, searchPage, l.After)
	if err != nil {
		if !graph.Hopeless(err) || connectors.ClassOf(err) == connectors.Forbidden {
			return err
		}
		l.next()
		return nil
	}
	odd := graph.Each(got.Data, func(m *media) {
		if m.ID != "" {
			page.Items = append(page.Items, m.mention(a, inbox.FromPoll, now))
		}
	})
	page.Unread = append(page.Unread, graph.Unreadable(a, odd, "recent_media")...)
	l.Parts++
	if l.After = got.After; l.After == "" || l.Parts >= maxSearch {
		l.next()
	}
	return nil
}
