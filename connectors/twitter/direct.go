package twitter

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // deprecated, and still the shapes that both webhooks have for direct messages
)

// A thread of direct messages with one person bears that person's id: webhooks tell no more than who wrote to whom. One of several
// people, which only polling shows, bears X's own id of the conversation behind groupMark.
const groupMark = "group:"

// threadOf gives the thread that X's id of a conversation means to us: of two people it is their ids, the smaller first (X API, "Direct
// Messages: lookup").
func threadOf(conversation, us string) inbox.RemoteID {
	if conversation == "" {
		return ""
	}
	a, b, two := strings.Cut(conversation, "-")
	switch {
	case !two:
		return inbox.RemoteID(groupMark + conversation)
	case a == us:
		return inbox.RemoteID(b)
	}
	return inbox.RemoteID(a)
}

// conversationPath is where a thread is on X.
func conversationPath(thread inbox.RemoteID) string {
	if id, group := strings.CutPrefix(string(thread), groupMark); group {
		return "/2/dm_conversations/" + url.PathEscape(id)
	}
	return "/2/dm_conversations/with/" + url.PathEscape(string(thread))
}

// inPrivate reports whether an outgoing is about a direct message: the thread of a post is named after a post, never after a person.
func inPrivate(o inbox.Outgoing) bool {
	return o.Thread != "" && o.Thread == o.Person || strings.HasPrefix(string(o.Thread), groupMark)
}

// message begins the item of a direct message.
func message(account, id, thread, from string, at time.Time) inbox.Incoming {
	if at.IsZero() {
		at = timeOf(id)
	}
	return inbox.Incoming{
		AccountRemote: inbox.RemoteID(account), Event: inbox.Posted, Kind: inbox.Direct, Remote: inbox.RemoteID(id), Thread: inbox.RemoteID(thread),
		At: at, Observed: at, Source: inbox.FromWebhook, FromUs: from == account,
	}
}

// between gives with whom of the two a message was exchanged.
func between(account, from, to string) string {
	if from == account {
		return to
	}
	return from
}

// directs reads the direct messages beside each other in a list, with the people of the body.
func (d *decoder) directs(list, people json.RawMessage) {
	users := map[string]*user{}
	if people != nil {
		if err := json.Unmarshal(people, &users); err != nil { // who wrote is known by id all the same
			users = nil
		}
	}
	d.each(list, keyDirects, func(raw json.RawMessage) { d.direct(raw, users) })
}

// direct takes in a direct message.
func (d *decoder) direct(raw json.RawMessage, users map[string]*user) {
	var e twitter.DirectMessageEvent
	err := json.Unmarshal(raw, &e)
	if odd := (*json.UnmarshalTypeError)(nil); err != nil && !errors.As(err, &odd) {
		d.unread(raw, "parked.decode", "Error", err.Error())
		return
	}
	m := e.Message
	switch {
	case e.Type != "message_create":
		d.unread(raw, "parked.unknown_kind", "Kind", clip(e.Type, 60))
		return
	case e.ID == "" || m == nil || m.SenderID == "" || m.Target == nil || m.Target.RecipientID == "" || m.Data == nil:
		d.unread(raw, "parked.incomplete", "Kind", keyDirects)
		return
	}
	in := message(d.account, e.ID, between(d.account, m.SenderID, m.Target.RecipientID), m.SenderID, lax.ParseTime(e.CreatedAt))
	in.Author = someone(m.SenderID, users)
	var links []link
	if ents := m.Data.Entities; ents != nil {
		for _, u := range ents.Urls {
			links = append(links, link{short: u.URL, full: fullLink(u.ExpandedURL, u.DisplayURL)})
		}
	}
	if a := m.Data.Attachment; a != nil {
		in.Media = append(in.Media, attachment(a))
		links = append(links, link{short: a.Media.URL, media: true})
	}
	in.Text, in.Media = readable(m.Data.Text, links), append(in.Media, shares(links)...)
	if pressed(raw) {
		in.Media = append(in.Media, inbox.Media{Type: "button", Name: in.Text})
	}
	d.Items = append(d.Items, in)
}

// attachment is what a direct message of the first API carries. What is no medium is kept by its kind.
func attachment(a *twitter.DirectMessageDataAttachment) inbox.Media {
	if a.Type != "media" {
		return inbox.Media{Type: "unsupported", Name: clip(a.Type, 60)}
	}
	m := inbox.Media{Type: mediaType(a.Media.Type), URL: a.Media.MediaURLHttps}
	if m.Type == "" {
		m.Type = "unsupported"
	}
	return m
}

// pressed reports whether a message is the press of a quick reply, for which the library has no field.
func pressed(raw []byte) bool {
	var e struct {
		Message struct {
			Data struct {
				Pressed *struct{} `json:"quick_reply_response"`
			} `json:"message_data"`
		} `json:"message_create"`
	}
	return json.Unmarshal(raw, &e) == nil && e.Message.Data.Pressed != nil
}

// aPost is the address of a post; what the message links to a post it shares.
var aPost = regexp.MustCompile(`^https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?:i/web|\w{1,15})/status/([0-9]{1,19})`)

// shares lists the posts that a direct message links to.
func shares(links []link) (out []inbox.Media) {
	for _, l := range links {
		if m := aPost.FindStringSubmatch(l.full); m != nil && !l.media {
			out = append(out, inbox.Media{Type: "share", URL: address("", m[1])})
		}
	}
	return out
}

// someone is who has an id: with name and handle, where the body tells.
func someone(id string, users map[string]*user) *inbox.Author {
	if u := users[id]; u != nil {
		au := u.author()
		au.Remote = inbox.RemoteID(id)
		return au
	}
	return &inbox.Author{Remote: inbox.RemoteID(id), Followers: -1}
}

// read takes in that somebody has read our direct messages; that we have read theirs is nothing new.
func (d *decoder) read(raw json.RawMessage) {
	var e struct {
		At     lax.Time `json:"created_timestamp"`
		Sender lax.Text `json:"sender_id"`
		Last   lax.Text `json:"last_read_event_id"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Sender == "" || e.At.IsZero() {
		d.unread(raw, "parked.incomplete", "Kind", keyRead)
		return
	}
	if string(e.Sender) == d.account {
		d.Ignored++
		return
	}
	at := e.At.Time
	// The time in the id of a message is some hundredths of a second before that which X tells of it.
	if last := timeOf(string(e.Last)); !last.IsZero() && last.Add(time.Second).Before(at) {
		at = last.Add(time.Second)
	}
	d.Items = append(d.Items, inbox.Incoming{
		AccountRemote: inbox.RemoteID(d.account), Event: inbox.Seen, Kind: inbox.Direct, Source: inbox.FromWebhook,
		Remote: inbox.RemoteID(e.Sender), Thread: inbox.RemoteID(e.Sender), At: at, Observed: e.At.Time,
	})
}

// event is a direct message as API v2 lists it.
type event struct {
	ID           lax.Text    `json:"id"`
	Type         lax.Text    `json:"event_type"` // MessageCreate, ParticipantsJoin, ParticipantsLeave
	Text         lax.Text    `json:"text"`
	Sender       lax.Text    `json:"sender_id"`
	Conversation lax.Text    `json:"dm_conversation_id"`
	Created      lax.Time    `json:"created_at"`
	URLs         []shortLink `json:"urls"`
	Entities     entities    `json:"entities"`
	Refs         []ref       `json:"referenced_tweets"`
	RefPosts     []ref       `json:"referenced_posts"`
	Attachments  struct {
		Keys []lax.Text `json:"media_keys"`
		Card []lax.Text `json:"card_ids"`
	} `json:"attachments"`
}

// directs gives the items of a list of direct messages.
func (g *gather) directs(rows []json.RawMessage) []inbox.Incoming {
	out := make([]inbox.Incoming, 0, len(rows))
	for _, raw := range rows {
		var e event
		if err := json.Unmarshal(raw, &e); err != nil || e.ID == "" {
			g.park(raw)
			continue
		}
		g.reached(string(e.ID))
		us := string(g.a.Remote)
		thread := threadOf(string(e.Conversation), us)
		switch {
		case e.Type != "" && e.Type != "MessageCreate":
			continue // who joins a conversation says nothing
		case e.Sender == "" || thread == "":
			g.park(raw)
			continue
		}
		in := message(us, string(e.ID), string(thread), string(e.Sender), e.Created.Time)
		in.Author, in.Source, in.Observed = g.author(e.Sender), g.source, g.now
		links := linksOf(append(e.URLs, e.Entities.URLs...))
		for i := range links {
			links[i].media = links[i].media || strings.Contains(links[i].full, "/messages/media/")
		}
		in.Text, in.Media = readable(string(e.Text), links), append(g.mediaOf(e.Attachments.Keys), shares(links)...)
		if len(in.Media) == 0 {
			for _, r := range append(e.Refs, e.RefPosts...) {
				in.Media = append(in.Media, inbox.Media{Type: "share", URL: address("", string(r.ID))})
			}
		}
		if in.Text == "" && len(in.Media) == 0 {
			in.Media = []inbox.Media{{Type: "unsupported"}}
		}
		out = append(out, in)
	}
	return out
}

func (g *gather) park(raw json.RawMessage) {
	g.unread = append(g.unread, connectors.Unread{
		AccountRemote: g.a.Remote, Reason: *inbox.Why("parked.decode", "Error", "direct message"), Bytes: raw,
	})
}

// directs reads a list of direct messages, newest first; X keeps those of 30 days, and takes no bounds.
func (c *Connector) directs(ctx context.Context, a inbox.Account, path, op string, s span) (*listing, error) {
	r := c.as(a, op, http.MethodGet, path)
	r.query = url.Values{
		"max_results":     {strconv.Itoa(s.size)},
		"event_types":     {"MessageCreate"},
		"dm_event.fields": {"id,event_type,text,sender_id,dm_conversation_id,created_at,attachments,referenced_tweets,entities"},
		"expansions":      {"sender_id,attachments.media_keys"},
		"user.fields":     {"username,name,verified,public_metrics"},
		"media.fields":    {"url,preview_image_url,alt_text"},
	}
	if s.token != "" {
		r.query.Set("pagination_token", s.token)
	}
	var out listing
	err := c.call(ctx, r, &out)
	return &out, err
}

// write sends a direct message into a thread.
func (c *Connector) write(ctx context.Context, a inbox.Account, thread inbox.RemoteID, o inbox.Outgoing) (connectors.Receipt, error) {
	if thread == "" {
		return connectors.Receipt{}, nobody()
	}
	r := c.as(a, opWrite, http.MethodPost, conversationPath(thread)+"/messages")
	r.body = directBody(o)
	var out struct {
		Data struct {
			ID lax.Text `json:"dm_event_id"`
		} `json:"data"`
	}
	err := c.call(ctx, r, &out)
	return connectors.Receipt{Remote: inbox.RemoteID(out.Data.ID), At: timeOf(string(out.Data.ID))}, err
}

// written looks for a direct message of ours in its thread.
func (c *Connector) written(ctx context.Context, a inbox.Account, thread inbox.RemoteID, o inbox.Outgoing, since time.Time) (out []connectors.Receipt, err error) {
	if thread == "" {
		return nil, nil
	}
	sp := span{size: pageSize}
	for range findPages {
		l, err := c.directs(ctx, a, conversationPath(thread)+"/dm_events", opThread, sp)
		if err != nil {
			if connectors.ClassOf(err) == connectors.Gone { // nothing was ever said
				return out, nil
			}
			return nil, err
		}
		g := newGather(a, l, inbox.FromPoll, c.cfg.Now())
		for _, in := range g.directs(l.Data) {
			if in.FromUs && !in.At.Before(since) && shownAs(o, in) {
				out = append(out, connectors.Receipt{Remote: in.Remote, At: in.At, Text: in.Text})
			}
		}
		if sp.token = string(l.Meta.Next); sp.token == "" || timeOf(g.oldest).Before(since) {
			break
		}
	}
	return out, nil
}
