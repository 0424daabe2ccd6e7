package instagram

import (
	"encoding/json"
	"strings"

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
	switch {
	case n.Part == graph.Bare:
		d.Stale = append(d.Stale, inbox.RemoteID(n.Account))
	case n.Part == graph.Change && (n.Field == "comments" || n.Field == "live_comments"):
		d.comment(n)
	case n.Part == graph.Change && n.Field == "story_insights":
		d.Ignored++ // numbers about a story, nothing that anybody said
	case n.Part == graph.Messaging, n.Part == graph.Standby, n.Part == graph.Change && later(n.Field):
		d.unread(n, "parked.later", "Kind", kindOf(n))
	default:
		d.unread(n, "parked.unknown_kind", "Kind", kindOf(n))
	}
}

// later reports whether a field's events are kept by this release and not yet read: those named here, and all of messaging.
func later(field string) bool {
	switch field {
	case "mentions", "standby":
		return true
	}
	return strings.HasPrefix(field, "messag")
}

func kindOf(n *graph.Notice) string {
	if n.Field == "" {
		return string(n.Part)
	}
	return n.Field
}

func (d *decoder) unread(n *graph.Notice, key string, args ...any) {
	d.Unread = append(d.Unread, connectors.Unread{
		AccountRemote: inbox.RemoteID(n.Account), Reason: *inbox.Why(key, args...), Bytes: n.Raw,
	})
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
