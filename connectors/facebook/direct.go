package facebook

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Private messages (Messenger Platform, "Webhooks reference" and "Send API"). A thread is named by the page-scoped id of the person, in
// webhooks and in what is polled.

// chat takes an event of a thread of private messages.
func (d *decoder) chat(n *graph.Notice) {
	c, err := n.Chat()
	if err != nil {
		d.unread(n, "parked.decode", "Error", err.Error())
		return
	}
	who := string(c.Sender.ID)
	ours := who == n.Account || c.Message != nil && bool(c.Message.Echo)
	if ours {
		who = string(c.Recipient.ID)
	}
	in := inbox.Incoming{
		AccountRemote: inbox.RemoteID(n.Account), Source: inbox.FromWebhook, Kind: inbox.Direct, Thread: inbox.RemoteID(who),
		At: c.At.Time, Observed: c.At.Time, FromUs: ours, Standby: n.InStandby(),
	}
	if !ours && who != "" {
		in.Author = &inbox.Author{Remote: inbox.RemoteID(who), Followers: -1}
	}
	switch {
	case c.Delivery != nil, c.Referral != nil && c.Message == nil && c.Postback == nil:
		d.Ignored++ // that it came to a device; that a link led somebody to the thread, who then wrote nothing
	case c.Policy != nil:
		d.unread(n, "facebook.policy", "Action", string(c.Policy.Action), "Said", string(c.Policy.Reason))
	case c.Message == nil && c.Edit == nil && c.Postback == nil && c.Reaction == nil && c.Read == nil:
		d.unread(n, "parked.unknown_kind", "Kind", n.Kind()+"/"+chatKind(n.Value))
	case who == "":
		d.unread(n, "parked.incomplete", "Kind", n.Kind())
	case c.Message != nil:
		d.said(n, c.Message, in)
	case c.Edit != nil:
		in.Event, in.Remote, in.Text = inbox.Edited, inbox.RemoteID(c.Edit.ID), string(c.Edit.Text)
		d.give(n, in)
	case c.Postback != nil:
		d.give(n, c.Postback.Said(in))
	case ours: // what we read, and how we reacted
		d.Ignored++
	case c.Reaction != nil:
		in.Event, in.Remote, in.Reaction = inbox.Reacted, inbox.RemoteID(c.Reaction.ID), string(c.Reaction.Kind)
		if c.Reaction.Action == "unreact" {
			in.Event = inbox.Unreacted
		}
		if in.Reaction == "other" || in.Reaction == "" {
			in.Reaction = string(c.Reaction.Emoji)
		}
		if in.Reaction == "" && in.Event == inbox.Reacted { // taking back may not say which: whatever it was
			d.unread(n, "parked.incomplete", "Kind", n.Kind())
			return
		}
		d.give(n, in)
	default:
		in.Event, in.Remote = inbox.Seen, in.Thread
		if !c.Read.Watermark.IsZero() {
			in.At = c.Read.Watermark.Time
		}
		d.give(n, in)
	}
}

// chatKind names an event of a thread that is not read here: its first key that not all of them have.
func chatKind(raw json.RawMessage) string {
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(raw, &keys) // it was read as an object already
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		switch k {
		case "sender", "recipient", "timestamp", "priority":
		default:
			return k
		}
	}
	return ""
}

// give adds an item, unless the platform left its id out.
func (d *decoder) give(n *graph.Notice, in inbox.Incoming) {
	if in.Remote == "" {
		d.unread(n, "parked.incomplete", "Kind", n.Kind())
		return
	}
	d.Items = append(d.Items, in)
}

// said takes a message of theirs or the echo of one of ours.
func (d *decoder) said(n *graph.Notice, m *graph.ChatMessage, in inbox.Incoming) {
	in.Event, in.Remote, in.Parent = inbox.Posted, inbox.RemoteID(m.ID), inbox.RemoteID(m.ReplyTo.ID)
	if m.Deleted {
		in.Event, in.Author, in.FromUs = inbox.Deleted, nil, false
		d.give(n, in)
		return
	}
	in.Text = string(m.Text)
	if in.FromUs {
		in.Token = string(m.Metadata)
	}
	for i := range m.Attachments {
		in.Media = append(in.Media, chatMedia(&m.Attachments[i]))
	}
	if q := m.QuickReply; q != nil {
		in.Media = append(in.Media, inbox.Media{Type: "button", Name: in.Text, Alt: string(q.Payload)})
	}
	if r := m.Referral; r != nil {
		in.Media = append(in.Media, r.Media())
	}
	if in.Text == "" && len(in.Media) == 0 {
		in.Media = []inbox.Media{{Type: "unsupported"}}
	}
	d.give(n, in)
}

// chatMedia is an attachment in the desk's words.
func chatMedia(a *graph.ChatAttachment) inbox.Media {
	m := inbox.Media{Type: string(a.Type), URL: string(a.Payload.URL), Name: string(a.Payload.Title)}
	if m.URL == "" {
		m.URL = string(a.URL)
	}
	if m.Name == "" {
		m.Name = string(a.Title)
	}
	switch m.Type {
	case "image", "audio", "video", "file", "sticker":
		if m.URL == "" {
			m.Type = "gone"
		}
	case "fallback":
		m.Type = "link"
	case "reel", "ig_reel":
		m.Type = "reel"
	case "post", "ig_post":
		m.Type = "post"
	case "share":
	case "location":
		if at := a.Payload.Coords; at != nil {
			m.Alt = string(at.Lat) + "," + string(at.Long)
		}
	case "template", "appointment_booking":
		m.Type, m.Alt = "template", string(a.Payload.Status)
	default:
		m.Type, m.Alt = "unsupported", m.Type
	}
	return m
}

// chatRow is a message as the Conversations API gives it (Messenger Platform, "Conversations API").
type chatRow struct {
	ID      lax.Text `json:"id"`
	Created lax.Time `json:"created_time"`
	From    *actor   `json:"from"`
	To      struct {
		Data []actor `json:"data"`
	} `json:"to"`
	Message     lax.Text `json:"message"`
	Sticker     lax.Text `json:"sticker"`
	Attachments struct {
		Data []struct {
			Type  lax.Text `json:"mime_type"`
			Name  lax.Text `json:"name"`
			Size  lax.Int  `json:"size"`
			URL   lax.Text `json:"file_url"`
			Image struct {
				URL lax.Text `json:"url"`
			} `json:"image_data"`
			Video struct {
				URL lax.Text `json:"url"`
			} `json:"video_data"`
		} `json:"data"`
	} `json:"attachments"`
	Shares struct {
		Data []struct {
			Link lax.Text `json:"link"`
			Name lax.Text `json:"name"`
		} `json:"data"`
	} `json:"shares"`
}

const (
	chatFields  = "id,created_time,from,to,message,sticker,attachments,shares"
	chatDetails = 20 // of a thread only so many messages, the newest, can be read ("Conversations API")
)

// incoming makes an item of a message that was read; ok is false where the platform gives nothing but its id.
func (x *chatRow) incoming(a inbox.Account, source inbox.Source, now time.Time) (in inbox.Incoming, ok bool) {
	in = inbox.Incoming{
		AccountRemote: a.Remote, Event: inbox.Posted, Source: source, Kind: inbox.Direct, Remote: inbox.RemoteID(x.ID),
		Author: x.From.author(), Text: string(x.Message), At: x.Created.Time, Observed: now,
	}
	if in.Author == nil || x.ID == "" {
		return in, false
	}
	in.Thread = in.Author.Remote
	if in.FromUs = in.Author.Remote == a.Remote; in.FromUs {
		in.Author, in.Thread = nil, ""
		for _, to := range x.To.Data {
			if inbox.RemoteID(to.ID) != a.Remote {
				in.Thread = inbox.RemoteID(to.ID)
			}
		}
	}
	in.Media = x.media()
	return in, in.Thread != ""
}

// media is what a message carries, in the desk's words.
func (x *chatRow) media() (out []inbox.Media) {
	for i := range x.Attachments.Data {
		at := &x.Attachments.Data[i]
		m := inbox.Media{Type: "file", URL: string(at.URL), Name: string(at.Name), Size: int64(at.Size)}
		kind, _, _ := strings.Cut(string(at.Type), "/")
		switch {
		case at.Image.URL != "":
			m.Type, m.URL = "image", string(at.Image.URL)
		case at.Video.URL != "":
			m.Type, m.URL = "video", string(at.Video.URL)
		case kind == "image" || kind == "video" || kind == "audio":
			m.Type = kind
		}
		out = append(out, m)
	}
	if x.Sticker != "" {
		out = append(out, inbox.Media{Type: "sticker", URL: string(x.Sticker)})
	}
	for _, s := range x.Shares.Data {
		out = append(out, inbox.Media{Type: "link", URL: string(s.Link), Name: string(s.Name)})
	}
	return out
}

// isMessage reports whether an id is that of a private message.
func isMessage(id string) bool { return strings.HasPrefix(id, "m_") || strings.HasPrefix(id, "mid.") }

// sendPrivate writes in a thread, or once to who wrote a comment or a post. Our mark goes along and comes back with the echo. A window
// that is closed is tried once more as a person's late answer, where the app is entitled to that: the refusal is certain, so nothing is
// sent twice (Messenger Platform, "Send API": messaging types, tags).
func (c *Connector) sendPrivate(ctx context.Context, a inbox.Account, token connectors.Secret, o inbox.Outgoing) (connectors.Receipt, error) {
	to := map[string]string{"id": string(o.Thread)}
	if o.Kind == inbox.PrivateReply {
		to = map[string]string{"comment_id": string(o.Target)}
		if isPost(string(a.Remote), string(o.Target)) {
			to = map[string]string{"post_id": string(o.Target)}
		}
	}
	recipient, err := json.Marshal(to)
	if err != nil {
		return connectors.Receipt{}, err
	}
	body := graph.Body(o)
	body["metadata"] = o.Token
	message, err := json.Marshal(body)
	if err != nil {
		return connectors.Receipt{}, err
	}
	p := graph.Params{"recipient": string(recipient), "message": string(message), "messaging_type": "RESPONSE"}
	var done struct {
		Message lax.Text `json:"message_id"`
		To      lax.Text `json:"recipient_id"`
	}
	err = c.graph.Post(ctx, token, string(a.Remote)+"/messages", p, &done)
	if e := connectors.AsError(err); e != nil && o.Kind == inbox.DirectReply && c.cfg.HumanAgent && graph.WindowClosed(e) {
		p["messaging_type"], p["tag"] = "MESSAGE_TAG", "HUMAN_AGENT"
		err = c.graph.Post(ctx, token, string(a.Remote)+"/messages", p, &done)
	}
	if err != nil {
		return connectors.Receipt{}, err
	}
	if done.Message == "" {
		return connectors.Receipt{}, connectors.Unreadable(http.StatusOK, errors.New("facebook: a message without an id"))
	}
	return connectors.Receipt{Remote: inbox.RemoteID(done.Message), To: inbox.RemoteID(done.To)}, nil
}

// findPrivate looks in the thread. After a private answer to a comment that is the conversation which the comment names.
func (c *Connector) findPrivate(ctx context.Context, a inbox.Account, token connectors.Secret, o inbox.Outgoing) ([]connectors.Receipt, error) {
	var list struct {
		Data []thread `json:"data"`
	}
	who := o.Thread
	if o.Kind == inbox.PrivateReply {
		who = o.Person
	}
	switch {
	case who != "":
		p := graph.Params{"platform": "messenger", "user_id": string(who), "fields": threadFields}
		if err := c.graph.Get(ctx, token, string(a.Remote)+"/conversations", p, &list); err != nil {
			return nil, err
		}
	default: // the platform did not show who wrote the comment
		var x struct {
			Thread struct {
				ID lax.Text `json:"id"`
			} `json:"private_reply_conversation"`
		}
		if err := c.get(ctx, token, string(o.Target), "private_reply_conversation{id}", &x); err != nil {
			return nil, err
		}
		if x.Thread.ID == "" {
			return nil, nil
		}
		list.Data = make([]thread, 1)
		if err := c.get(ctx, token, string(x.Thread.ID), threadFields, &list.Data[0]); err != nil {
			return nil, err
		}
	}
	since := o.SendingAt.Add(-clockSkew).Truncate(time.Second)
	var out []connectors.Receipt
	for _, t := range list.Data {
		_ = graph.Each(t.Messages.Data, func(x *chatRow) { // what is no message is not ours
			ours := x.From != nil && inbox.RemoteID(x.From.ID) == a.Remote
			if ours && x.ID != "" && !x.Created.Before(since) && o.ShownAs(string(x.Message), x.media()) {
				out = append(out, connectors.Receipt{Remote: inbox.RemoteID(x.ID), At: x.Created.Time, Text: string(x.Message)})
			}
		})
	}
	return out, nil
}
