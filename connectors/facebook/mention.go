package facebook

import (
	"encoding/json"

	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// mention takes a change of the field mention: somebody named the page, in a post or a comment of theirs (Graph API, "Webhooks
// reference: page", field mention).
func (d *decoder) mention(n *graph.Notice) {
	v, ok := d.value(n)
	if ok {
		d.named(n, v)
	}
}

// value reads a feedValue, in whichever of its two forms it names who did it.
func (d *decoder) value(n *graph.Notice) (*feedValue, bool) {
	v := new(feedValue)
	if err := json.Unmarshal(n.Value, v); err != nil {
		d.unread(n, "parked.decode", "Error", err.Error())
		return nil, false
	}
	if v.From == nil && v.SenderID != "" {
		v.From = &actor{ID: v.SenderID, Name: v.Sender}
	}
	if v.Post == "" {
		v.Post = v.About.ID
	}
	return v, true
}

func (d *decoder) named(n *graph.Notice, v *feedValue) {
	if isPost(n.Account, string(v.Post)) { // on our own wall: the feed tells of it as well, and both must come to the same
		switch {
		case v.Comment == "":
			d.post(n, v)
		case v.Parent != "" || v.Verb != "add" && v.Verb != "":
			d.comment(n, v)
		default: // which comment it answers the feed tells, and a reading
			d.Stale = append(d.Stale, inbox.RemoteID(n.Account))
		}
		return
	}
	kind := "mention/" + string(v.Item) + "/" + string(v.Verb)
	in := v.item(n, "")
	in.Kind = inbox.Mention
	switch v.Verb {
	case "add", "":
		in.Event = inbox.Posted
	case "edited", "edit", "update":
		in.Event = inbox.Edited
		if !v.EditedAt.IsZero() {
			in.Observed = v.EditedAt.Time
		}
	case "remove", "delete":
		in.Event, in.Author, in.FromUs = inbox.Deleted, nil, false
	default:
		d.unread(n, "parked.unknown_kind", "Kind", kind)
		return
	}
	in.Remote = inbox.RemoteID(v.Post)
	if v.Comment != "" {
		in.Remote = inbox.RemoteID(commentID(string(v.Comment)))
		if in.Event != inbox.Deleted {
			in.Parent = inbox.RemoteID(parentID(n.Account, string(v.Post), string(v.Parent)))
		}
	}
	if in.Remote == "" {
		d.unread(n, "parked.incomplete", "Kind", kind)
		return
	}
	if in.Event != inbox.Deleted {
		in.Text, in.Media, in.Permalink = string(v.Message), v.media(), string(v.Permalink)
		in.Thin = in.Text == "" && len(in.Media) == 0
	}
	d.Items = append(d.Items, in)
}

// elsewhere takes what stands on somebody else's wall and came with our feed: a share of a post of ours, as a rule. With words of their
// own it is a mention; without, it is counted where the platform says what was shared.
func (d *decoder) elsewhere(v *feedValue, in inbox.Incoming) {
	in.Kind, in.Text, in.Permalink = inbox.Mention, string(v.Message), string(v.Permalink)
	if in.Event == inbox.Edited && !v.EditedAt.IsZero() {
		in.Observed = v.EditedAt.Time
	}
	in.Media = v.media()
	if v.Item == "share" {
		in.Media = []inbox.Media{{Type: "share", URL: string(v.Link)}}
	}
	switch {
	case in.Text != "" || v.Item != "share":
		d.Items = append(d.Items, in)
	case in.Author != nil && isPost(string(in.AccountRemote), string(v.Parent)):
		in.Event, in.Remote, in.Reaction = inbox.Reacted, inbox.RemoteID(v.Parent), "share"
		in.Kind, in.Media = "", nil
		d.Items = append(d.Items, in)
	default:
		d.Ignored++
	}
}

// ratingValue is the value of a change of the field ratings: a recommendation of the page, a comment on one or a reaction to it. Meta
// documents it thinly, and reading ratings by API ended with v21: the webhook is all there is (Graph API reference, "Recommendation").
type ratingValue struct {
	feedValue
	Story    lax.Text `json:"open_graph_story_id"`
	Reviewer lax.Text `json:"reviewer_id"`
	Name     lax.Text `json:"reviewer_name"`
	Text     lax.Text `json:"review_text"`
	Verdict  lax.Text `json:"recommendation_type"` // positive, negative
	Stars    lax.Text `json:"rating"`              // of old ratings
}

// rating takes a recommendation: a message of kind review, with its verdict as the reviewer's reaction to it.
func (d *decoder) rating(n *graph.Notice) {
	var v ratingValue
	if err := json.Unmarshal(n.Value, &v); err != nil {
		d.unread(n, "parked.decode", "Error", err.Error())
		return
	}
	kind := "ratings/" + string(v.Item) + "/" + string(v.Verb)
	if v.From == nil && v.Reviewer != "" {
		v.From = &actor{ID: v.Reviewer, Name: v.Name}
	}
	in := v.item(n, "")
	in.Kind, in.Thread = inbox.Review, inbox.RemoteID(v.Story)
	switch v.Verb {
	case "add":
		in.Event = inbox.Posted
	case "edited", "edit", "update":
		in.Event = inbox.Edited
	case "remove", "delete":
		in.Event = inbox.Deleted
	}
	var verdict string
	switch v.Item {
	case "rating":
		in.Remote, in.Text = in.Thread, string(v.Text)
		if in.Remote == "" && v.Reviewer != "" { // one a person
			in.Remote = inbox.RemoteID("review_" + v.Reviewer)
			in.Thread = in.Remote
		}
		if verdict = string(v.Verdict); verdict == "" {
			verdict = string(v.Stars)
		}
	case "comment":
		in.Remote, in.Parent, in.Text = inbox.RemoteID(commentID(string(v.Comment))), in.Thread, string(v.Message)
		if v.Parent != "" {
			in.Parent = inbox.RemoteID(v.Parent)
		}
	case "reaction", "like":
		d.reaction(n, &feedValue{
			Item: v.Item, Verb: v.Verb, From: v.From, Post: v.Story, Comment: v.Comment, Created: v.Created, Reaction: v.Reaction,
		})
		return
	}
	switch {
	case in.Event == "" || v.Item != "rating" && v.Item != "comment":
		d.unread(n, "parked.unknown_kind", "Kind", kind)
		return
	case in.Remote == "" || in.Thread == "":
		d.unread(n, "parked.incomplete", "Kind", kind)
		return
	case in.Event == inbox.Deleted:
		in.Author, in.FromUs, in.Text, in.Parent = nil, false, "", ""
		verdict = ""
	}
	d.Items = append(d.Items, in)
	if verdict != "" && in.Author != nil {
		in.Event, in.Reaction, in.Text, in.Kind = inbox.Reacted, verdict, "", ""
		d.Items = append(d.Items, in)
	}
}
