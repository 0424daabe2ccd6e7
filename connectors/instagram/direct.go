package instagram

import (
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// chat takes in an event of private messages (Instagram Platform, "Messaging webhooks"). A thread is named by the person in it.
func (d *decoder) chat(n *graph.Notice) {
	v, err := n.Chat()
	if err != nil {
		d.unread(n, "parked.decode", "Error", err.Error())
		return
	}
	from, to := string(v.Sender.ID), string(v.Recipient.ID)
	us := from == n.Account || v.Message != nil && bool(v.Message.Echo)
	who := from
	if us {
		who = to
	}
	if n.Part == graph.Change && !us && to != n.Account { // what the Test button of the dashboard sends is nobody's
		d.unread(n, "parked.unknown_account", "Remote", to)
		return
	}
	in := inbox.Incoming{
		AccountRemote: inbox.RemoteID(n.Account), Source: inbox.FromWebhook, Kind: inbox.Direct, Thread: inbox.RemoteID(who), FromUs: us,
		At: v.At.Time, Observed: v.At.Time, Standby: n.InStandby(),
	}
	if !us {
		in.Author = author(from)
	}
	switch {
	case us && who == n.Account:
		d.Ignored++ // the account's notes to itself
	case v.Message != nil:
		d.said(n, v.Message, in)
	case v.Edit != nil && v.Edit.Text == "": // that there is a message is told, and no more
		d.Stale = append(d.Stale, in.AccountRemote)
	case v.Edit != nil:
		in.Event, in.Remote, in.Text = inbox.Edited, inbox.RemoteID(v.Edit.ID), string(v.Edit.Text)
		d.add(n, in)
	case v.Reaction != nil && us, v.Read != nil && us, v.Delivery != nil, v.Referral != nil:
		// How we reacted and what we read; that it came to a device; that a link led somebody to the thread, who then wrote nothing.
		d.Ignored++
	case v.Reaction != nil:
		d.reacted(n, v.Reaction, in)
	case v.Postback != nil:
		d.add(n, v.Postback.Said(in))
	case v.Read != nil:
		// It names the message that was read, whose time is not told: nothing unread is older than when it was.
		in.Event, in.Remote, in.Author = inbox.Seen, in.Thread, nil
		if !v.Read.Watermark.IsZero() {
			in.At = v.Read.Watermark.Time
		}
		d.add(n, in)
	default:
		d.unread(n, "parked.unknown_kind", "Kind", n.Kind())
	}
}

// author is somebody of whom only the id is told.
func author(id string) *inbox.Author {
	if id == "" {
		return nil
	}
	return &inbox.Author{Remote: inbox.RemoteID(id), Followers: -1}
}

// add gives an item, unless the platform left out what it is about or whose it is.
func (d *decoder) add(n *graph.Notice, in inbox.Incoming) {
	if in.Remote == "" || in.Thread == "" {
		d.unread(n, "parked.incomplete", "Kind", n.Kind())
		return
	}
	d.Items = append(d.Items, in)
}

// said takes in a message, its echo if it is ours, or that it was taken back.
func (d *decoder) said(n *graph.Notice, m *graph.ChatMessage, in inbox.Incoming) {
	in.Event, in.Remote = inbox.Posted, inbox.RemoteID(m.ID)
	if m.Deleted {
		in.Event = inbox.Deleted
		d.add(n, in)
		return
	}
	in.Text, in.Parent = string(m.Text), inbox.RemoteID(m.ReplyTo.ID)
	for i := range m.Attachments {
		in.Media = append(in.Media, attached(&m.Attachments[i]))
	}
	if s := m.ReplyTo.Story; s != nil {
		in.Media = append(in.Media, inbox.Media{Type: "story", URL: string(s.URL)})
	}
	if q := m.QuickReply; q != nil {
		in.Media = append(in.Media, inbox.Media{Type: "button", Name: in.Text, Alt: string(q.Payload)})
	}
	if m.Referral != nil {
		in.Media = append(in.Media, m.Referral.Media())
	}
	if bool(m.Unsupported) || in.Text == "" && len(in.Media) == 0 {
		in.Media = append(in.Media, inbox.Media{Type: "unsupported"})
	}
	d.add(n, in)
}

// mediaTypes are our words for the platform's. What may be seen but once is not given to apps.
var mediaTypes = map[string]string{
	"image": "image", "video": "video", "audio": "audio", "file": "file", "sticker": "sticker", "like_heart": "sticker",
	"share": "share", "fallback": "link", "story_mention": "story", "ig_story": "story", "ig_reel": "reel", "reel": "reel", "ig_post": "post",
	"post": "post", "location": "location", "template": "template", "ephemeral": "gone",
}

// attached is an attachment in the desk's words.
func attached(a *graph.ChatAttachment) inbox.Media {
	m := inbox.Media{Type: mediaTypes[string(a.Type)], URL: string(a.Payload.URL), Name: string(a.Payload.Title)}
	if m.URL == "" {
		m.URL = string(a.URL)
	}
	if m.Name == "" {
		m.Name = string(a.Title)
	}
	switch m.Type {
	case "":
		m.Type, m.Alt = "unsupported", string(a.Type)
	case "image", "video", "audio", "file":
		if m.URL == "" {
			m.Type = "gone"
		}
	}
	return m
}

// reacted takes in a reaction, or that it was taken back, which may not say what it was.
func (d *decoder) reacted(n *graph.Notice, r *graph.ChatReaction, in inbox.Incoming) {
	in.Event, in.Remote = inbox.Reacted, inbox.RemoteID(r.ID)
	switch r.Action {
	case "react", "":
	case "unreact":
		in.Event = inbox.Unreacted
	default:
		d.unread(n, "parked.unknown_kind", "Kind", n.Kind())
		return
	}
	if in.Reaction = string(r.Kind); in.Reaction == "" || in.Reaction == "other" {
		in.Reaction = string(r.Emoji)
	}
	if in.Author == nil || in.Event == inbox.Reacted && in.Reaction == "" {
		d.unread(n, "parked.incomplete", "Kind", n.Kind())
		return
	}
	d.add(n, in)
}
