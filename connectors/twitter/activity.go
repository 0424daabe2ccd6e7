package twitter

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// The X Activity API sends one event a body, of which the posts have the shape of API v2, direct messages that of the first API (X
// Activity API, "Event payloads").
type activity struct {
	Type   lax.Text `json:"event_type"`
	Filter struct {
		User      lax.Text `json:"user_id"`
		Direction lax.Text `json:"direction"`
	} `json:"filter"`
	Payload  json.RawMessage `json:"payload"`
	Includes includes        `json:"includes"`
}

// Types of events that hold nothing that anybody said, and nothing that counts. A type that ends in a dot or has none stands for all
// that begin so: those without were the names until March 2026.
var quietTypes = []string{"follow.", "mute.", "block.", "profile.update.", "dm.indicate_typing", "Follow", "Profile"}

// activities takes in what is in the envelope: one event, as X documents it, or a list of them.
func (d *decoder) activities(raw json.RawMessage) {
	if b := bytes.TrimSpace(raw); len(b) > 0 && b[0] == '[' {
		d.each(raw, keyActivity, d.activity)
		return
	}
	d.activity(raw)
}

// activity takes in an event of the X Activity API.
func (d *decoder) activity(raw json.RawMessage) {
	var e activity
	if err := json.Unmarshal(raw, &e); err != nil || e.Type == "" {
		d.unread(raw, "parked.unknown_kind", "Kind", keyActivity)
		return
	}
	d.account = string(e.Filter.User)
	switch e.Type {
	case "post.create", "post.mention.create", "post.reply.create", "post.quote.create", "post.repost.create":
		d.published(&e, raw)
	case "post.delete":
		d.gone(&e, raw)
	case "like.create":
		d.liked(&e, raw)
	case "dm.received", "dm.sent", "dm.read":
		d.exchanged(&e, raw)
	case "chat.received", "chat.sent":
		d.sealed(&e, raw)
	case "oauth.revoke":
		var p struct {
			User lax.Text `json:"user_id"`
		}
		if json.Unmarshal(e.Payload, &p) != nil || p.User == "" {
			d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
			return
		}
		d.Revoked = append(d.Revoked, inbox.RemoteID(p.User))
	default:
		for _, quiet := range quietTypes {
			if strings.HasPrefix(string(e.Type), quiet) {
				d.Ignored++
				return
			}
		}
		d.unread(raw, "parked.unknown_kind", "Kind", clip(string(e.Type), 60))
	}
}

// published takes in a post: somebody's that concerns us, or our own. The same post may come as several types: it has one id.
func (d *decoder) published(e *activity, raw json.RawMessage) {
	g := newGather(inbox.Account{Remote: inbox.RemoteID(d.account)}, &listing{Includes: e.Includes}, inbox.FromWebhook, time.Time{})
	t := g.read(e.Payload)
	if t == nil || d.account == "" || t.AuthorID == "" {
		d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
		return
	}
	items := g.item(t)
	if len(items) == 0 { // a repost of our own
		d.Ignored++
		return
	}
	for i := range items {
		in := &items[i]
		// The post that it answers or quotes need not be included. That it is ours the type says.
		if about := t.ref("quoted"); e.Type == "post.quote.create" && about != "" && !in.FromUs && in.Context == "" {
			in.Context = inbox.RemoteID(about)
		}
		if e.Type == "post.reply.create" && !in.FromUs && in.Context == "" {
			in.Context = in.Parent
		}
	}
	d.Items = append(d.Items, items...)
}

// gone takes in that a post of ours was deleted. When, X does not tell.
func (d *decoder) gone(e *activity, raw json.RawMessage) {
	var p struct {
		ID lax.Text `json:"id"`
	}
	if err := json.Unmarshal(e.Payload, &p); err != nil || p.ID == "" || d.account == "" {
		d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
		return
	}
	d.Items = append(d.Items, inbox.Incoming{
		AccountRemote: inbox.RemoteID(d.account), Event: inbox.Deleted, Source: inbox.FromWebhook, Kind: inbox.Mention, Remote: inbox.RemoteID(p.ID),
	})
}

// liked counts a like of what is ours. The payload names whose post it is; who liked it is, of the people included, the other one.
func (d *decoder) liked(e *activity, raw json.RawMessage) {
	var p struct {
		At      lax.Time `json:"timestamp_ms"`
		Created lax.Time `json:"created_at"`
		Post    lax.Text `json:"liked_tweet_id"`
		NewPost lax.Text `json:"liked_post_id"`
		Author  lax.Text `json:"liked_tweet_author_id"`
		By      lax.Text `json:"user_id"`
	}
	if err := json.Unmarshal(e.Payload, &p); err != nil || d.account == "" {
		d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
		return
	}
	if p.At.IsZero() {
		p.At = p.Created
	}
	in := inbox.Incoming{AccountRemote: inbox.RemoteID(d.account), Source: inbox.FromWebhook, At: p.At.Time, Observed: p.At.Time}
	in.FromUs = e.Filter.Direction == "outbound" || string(p.By) == d.account
	for i := range e.Includes.Users {
		u := &e.Includes.Users[i]
		if u.ID == p.By || p.By == "" && u.ID != p.Author && string(u.ID) != d.account && u.ID != "" {
			in.Author = u.author()
		}
	}
	if in.Author == nil && p.By != "" {
		in.Author = someone(string(p.By), nil)
	}
	if in.FromUs {
		d.Ignored++
		return
	}
	d.reaction(in, string(max(p.Post, p.NewPost)), "like", raw)
}

// exchanged takes in direct messages, or that they were read.
func (d *decoder) exchanged(e *activity, raw json.RawMessage) {
	var p struct {
		Events json.RawMessage `json:"direct_message_events"`
		Read   json.RawMessage `json:"direct_message_mark_read_events"`
		Users  json.RawMessage `json:"users"`
	}
	err := json.Unmarshal(e.Payload, &p)
	switch {
	case err != nil || d.account == "":
		d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
	case e.Type != "dm.read" && p.Events != nil:
		d.directs(p.Events, p.Users)
	case e.Type == "dm.read" && p.Read != nil:
		d.each(p.Read, keyRead, d.read)
	case e.Type == "dm.read":
		d.read(e.Payload)
	default:
		d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
	}
}

// sealed takes in a message of a chat that X encrypts: that there is one can be known, and no more.
func (d *decoder) sealed(e *activity, raw json.RawMessage) {
	var p struct {
		ID           lax.Text `json:"id"`
		At           lax.Time `json:"created_at_msec"`
		Sender       lax.Text `json:"sender_id"`
		Conversation lax.Text `json:"conversation_id"` // the two people's ids
	}
	if err := json.Unmarshal(e.Payload, &p); err != nil || p.ID == "" || p.Sender == "" || d.account == "" {
		d.unread(raw, "parked.incomplete", "Kind", string(e.Type))
		return
	}
	thread := string(p.Sender)
	if a, b, two := strings.Cut(string(p.Conversation), ":"); two {
		thread = between(d.account, a, b)
	} else if p.Conversation != "" {
		thread = groupMark + string(p.Conversation)
	}
	in := message(d.account, string(p.ID), thread, string(p.Sender), p.At.Time)
	in.Author = someone(string(p.Sender), nil)
	in.Media = []inbox.Media{{Type: "unsupported", Name: encrypted}}
	d.Items = append(d.Items, in)
}

// encrypted names a medium that is a whole message which X encrypts.
const encrypted = "encrypted"
