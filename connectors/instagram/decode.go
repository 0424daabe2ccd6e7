package instagram

import (
	"encoding/json"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// commentValue is the value of a comments or live_comments change (Instagram Platform, "Webhooks: comments"). One page of the
// documentation has comment_id for id.
type commentValue struct {
	ID      lax.Text `json:"id"`
	Comment lax.Text `json:"comment_id"`
	Parent  lax.Text `json:"parent_id"` // of replies only
	Text    lax.Text `json:"text"`
	From    *actor   `json:"from"`
	Media   struct {
		ID       lax.Text `json:"id"`
		Original lax.Text `json:"original_media_id"` // of an ad: our post that it was made of
	} `json:"media"`
}

// mentionValue is the value of a mentions change: ids alone (Instagram Platform, "Webhooks: mentions").
type mentionValue struct {
	Media   lax.Text `json:"media_id"`
	Comment lax.Text `json:"comment_id"` // "" if the caption names us
}

type actor struct {
	ID       lax.Text `json:"id"`
	Username lax.Text `json:"username"`
}

// author is who wrote it, nil if that is not shown.
func (a *actor) author() *inbox.Author {
	switch {
	case a == nil || a.ID == "" && a.Username == "":
		return nil
	case a.ID == "":
		return &inbox.Author{Remote: byName(string(a.Username)), Handle: string(a.Username), Followers: -1}
	}
	return &inbox.Author{Remote: inbox.RemoteID(a.ID), Handle: string(a.Username), Followers: -1}
}

func (a *actor) id() string {
	if a == nil {
		return ""
	}
	return string(a.ID)
}

// Decode implements connectors.Webhook.
func (*Connector) Decode(body []byte) (connectors.Decoded, error) { return decode(body) }

func decode(body []byte) (connectors.Decoded, error) {
	notices, err := graph.Notices(body)
	if err != nil {
		return connectors.Decoded{}, err
	}
	d := decoder{Decoded: connectors.Decoded{Items: make([]inbox.Incoming, 0, len(notices))}}
	for i := range notices {
		d.notice(&notices[i])
	}
	return d.Decoded, nil
}

// decoder collects what a body says.
type decoder struct {
	connectors.Decoded
}

func (d *decoder) notice(n *graph.Notice) {
	field := ""
	if n.Part == graph.Change {
		field = n.Field
	}
	switch {
	case n.Part == graph.Bare:
		d.Stale = append(d.Stale, inbox.RemoteID(n.Account))
	case n.IsChat():
		d.chat(n)
	case field == "comments" || field == "live_comments":
		d.comment(n)
	case field == "mentions" || field == "mention":
		d.mention(n)
	case field == "story_insights":
		d.Ignored++ // numbers about a story, nothing that anybody said
	default:
		d.unread(n, "parked.unknown_kind", "Kind", n.Kind())
	}
}

func (d *decoder) unread(n *graph.Notice, key string, args ...any) {
	d.Unread = append(d.Unread, n.Unread(key, args...))
}

// comment takes in a comment or a reply. The event has no time of its own: the entry's is the nearest.
func (d *decoder) comment(n *graph.Notice) {
	var v commentValue
	if err := json.Unmarshal(n.Value, &v); err != nil {
		d.unread(n, "parked.decode", "Error", err.Error())
		return
	}
	if v.ID == "" {
		v.ID = v.Comment
	}
	media := v.Media.ID
	if v.Media.Original != "" {
		media = v.Media.Original
	}
	if v.ID == "" || media == "" && v.Parent == "" {
		d.unread(n, "parked.incomplete", "Kind", n.Field)
		return
	}
	in := inbox.Incoming{
		AccountRemote: inbox.RemoteID(n.Account), Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment,
		Remote: inbox.RemoteID(v.ID), Parent: inbox.RemoteID(v.Parent), Context: inbox.RemoteID(media), Author: v.From.author(),
		Text: string(v.Text), At: n.At, Observed: n.At,
	}
	if in.Parent == "" {
		in.Parent = in.Context
	}
	in.FromUs = v.From != nil && string(v.From.ID) == n.Account
	d.Items = append(d.Items, in)
}

// mention takes in that somebody named the account below or in media of their own. Of what they said nothing is told: it is fetched.
func (d *decoder) mention(n *graph.Notice) {
	var v mentionValue
	if err := json.Unmarshal(n.Value, &v); err != nil {
		d.unread(n, "parked.decode", "Error", err.Error())
		return
	}
	id := v.Comment
	if id == "" {
		id = v.Media
	}
	if id == "" {
		d.unread(n, "parked.incomplete", "Kind", n.Field)
		return
	}
	d.Items = append(d.Items, inbox.Incoming{
		AccountRemote: inbox.RemoteID(n.Account), Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Mention,
		Remote: inbox.RemoteID(id), At: n.At, Observed: n.At, Thin: true,
	})
}
