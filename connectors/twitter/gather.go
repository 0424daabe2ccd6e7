package twitter

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// gather turns an answer of API v2 into items.
type gather struct {
	a      inbox.Account
	source inbox.Source
	now    time.Time
	users  map[lax.Text]*user
	tweets map[lax.Text]*tweet // those that others refer to
	media  map[lax.Text]*mediaItem
	unread []connectors.Unread
	heard  bool // all of it was asked for, also what does not name us: a search
	newest string
	oldest string
}

func newGather(a inbox.Account, l *listing, source inbox.Source, now time.Time) *gather {
	g := &gather{
		a: a, source: source, now: now, users: map[lax.Text]*user{}, tweets: map[lax.Text]*tweet{}, media: map[lax.Text]*mediaItem{},
	}
	for i := range l.Includes.Users {
		g.users[l.Includes.Users[i].ID] = &l.Includes.Users[i]
	}
	for i := range l.Includes.Media {
		g.media[l.Includes.Media[i].Key] = &l.Includes.Media[i]
	}
	for _, list := range [][]json.RawMessage{l.Includes.Tweets, l.Includes.Posts} {
		for _, raw := range list {
			if t := g.read(raw); t != nil {
				g.tweets[t.ID] = t
			}
		}
	}
	return g
}

// read decodes a post; one that cannot be is kept.
func (g *gather) read(raw json.RawMessage) *tweet {
	t := new(tweet)
	if err := json.Unmarshal(raw, t); err != nil || t.ID == "" {
		g.unread = append(g.unread, connectors.Unread{
			AccountRemote: g.a.Remote, Reason: *inbox.Why("parked.decode", "Error", "post"), Bytes: raw,
		})
		return nil
	}
	t.Refs = append(t.Refs, t.RefPosts...)
	if up := max(t.ReplyTo, t.ReplyToPost); up != "" && t.ref("replied_to") == "" {
		t.Refs = append(t.Refs, ref{Type: "replied_to", ID: up})
	}
	if len(t.History) == 0 {
		t.History = t.HistoryPosts
	}
	return t
}

// all gives the items of a list: its posts, each with the post that it answers where that came along.
func (g *gather) all(rows []json.RawMessage) []inbox.Incoming {
	out := make([]inbox.Incoming, 0, len(rows))
	for _, raw := range rows {
		t := g.read(raw)
		if t == nil {
			continue
		}
		g.reached(string(t.ID))
		if up := g.tweets[t.ref("replied_to")]; up != nil {
			out = append(out, g.item(up)...)
		}
		items := g.item(t)
		for i := range items {
			items[i].Aside = items[i].Aside && !g.heard
		}
		out = append(out, items...)
	}
	return out
}

// reached notes how far a page goes.
func (g *gather) reached(id string) {
	if g.newest == "" || newer(id, g.newest) {
		g.newest = id
	}
	if g.oldest == "" || newer(g.oldest, id) {
		g.oldest = id
	}
}

// ref is the post that t refers to in one of some ways, "" if it does not.
func (t *tweet) ref(how ...string) lax.Text {
	for _, r := range t.Refs {
		if slices.Contains(how, string(r.Type)) {
			return r.ID
		}
	}
	return ""
}

// item gives what a post is to us: a message, a post of ours, or a repost that counts.
func (g *gather) item(t *tweet) []inbox.Incoming {
	first, edited := t.ID, len(t.History) > 1 && t.History[0] != ""
	if edited { // an edit is a new post with the ids of those before it: for us it stays the first
		first = t.History[0]
	}
	in := inbox.Incoming{
		AccountRemote: g.a.Remote, Event: inbox.Posted, Source: g.source, Kind: inbox.Mention, Remote: inbox.RemoteID(first),
		Author: g.author(t.AuthorID), At: t.Created.Time, Observed: g.now, FromUs: inbox.RemoteID(t.AuthorID) == g.a.Remote,
	}
	if in.At.IsZero() {
		in.At = timeOf(string(t.ID))
	}
	if edited {
		in.Event = inbox.Edited
	}
	if g.source == inbox.FromWebhook {
		in.Observed = in.At
	}
	if again := t.ref("retweeted", "reposted"); again != "" {
		if in.FromUs || in.Author == nil {
			return nil
		}
		return []inbox.Incoming{{
			AccountRemote: g.a.Remote, Event: inbox.Reacted, Source: g.source, Remote: inbox.RemoteID(again), Author: in.Author,
			Reaction: "repost", At: in.At, Observed: in.Observed,
		}}
	}
	handle := ""
	if in.Author != nil {
		handle = in.Author.Handle
	}
	in.Permalink = address(handle, string(t.ID))
	in.Text, in.Media = t.text(), g.mediaOf(t.Attachments.Keys)
	if quoted := t.ref("quoted"); quoted != "" {
		share := inbox.Media{Type: "share", URL: address("", string(quoted))}
		if q := g.tweets[quoted]; q != nil {
			if au := g.author(q.AuthorID); au != nil {
				share.URL = address(au.Handle, string(quoted))
			}
			if inbox.RemoteID(q.AuthorID) == g.a.Remote {
				in.Context = inbox.RemoteID(quoted)
			}
		}
		in.Media = append(in.Media, share)
	}
	if up := t.ref("replied_to"); up != "" {
		in.Parent = inbox.RemoteID(up)
		if inbox.RemoteID(t.ReplyToUser) == g.a.Remote || g.tweets[up] != nil && inbox.RemoteID(g.tweets[up].AuthorID) == g.a.Remote {
			in.Context = in.Parent // our post, unless that turns out to be an answer of ours
		}
	}
	if in.FromUs && in.Parent == "" {
		in.Event, in.Kind = inbox.ContextSeen, ""
	}
	in.Aside = !in.FromUs && in.Context == "" && g.a.Handle != "" && !names(in.Text, g.a.Handle)
	return []inbox.Incoming{in}
}

func (g *gather) author(id lax.Text) *inbox.Author {
	if id == "" {
		return nil
	}
	u := g.users[id]
	if u == nil {
		return &inbox.Author{Remote: inbox.RemoteID(id), Followers: -1}
	}
	return u.author()
}

func (u *user) author() *inbox.Author {
	au := &inbox.Author{
		Remote: inbox.RemoteID(u.ID), Handle: string(u.Username), Name: string(u.Name), Followers: -1, Verified: bool(u.Verified),
	}
	if au.Handle == "" {
		au.Handle = string(u.ScreenName)
	}
	if u.Metrics != nil {
		au.Followers = int64(u.Metrics.Followers)
	} else if u.Followers != nil {
		au.Followers = int64(*u.Followers)
	}
	return au
}

// text is the whole text; a long post has it apart.
func (t *tweet) text() string {
	text, ents := t.Text, t.Entities
	for _, n := range []note{t.NotePost, t.Note} {
		if n.Text != "" {
			text = n.Text
			if len(n.Entities.URLs) > 0 {
				ents = n.Entities
			}
		}
	}
	return readable(string(text), linksOf(ents.URLs))
}

func linksOf(urls []shortLink) []link {
	links := make([]link, 0, len(urls))
	for _, u := range urls {
		links = append(links, link{short: string(u.URL), full: fullLink(string(u.Expanded), string(u.Display)), media: u.MediaKey != ""})
	}
	return links
}

// keyedType is the kind of a medium of which no more than its key is known: X begins the keys of pictures with 3.
func keyedType(key string) string {
	if strings.HasPrefix(key, "3_") {
		return "image"
	}
	return "video"
}

func (g *gather) mediaOf(keys []lax.Text) []inbox.Media {
	var out []inbox.Media
	for _, k := range keys {
		m := g.media[k]
		if m == nil { // it did not come along; its key tells the kind
			out = append(out, inbox.Media{Type: keyedType(string(k))})
			continue
		}
		u := m.URL
		if u == "" {
			u = m.Preview
		}
		out = append(out, inbox.Media{Type: mediaType(string(m.Type)), URL: string(u), Alt: string(m.Alt)})
	}
	return out
}
