package facebook

import (
	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// feedValue is the value of a page/feed change (Graph API, "Webhooks reference: page", field feed). Which keys are there depends on item
// and verb; a person who may not be shown has no from.
type feedValue struct {
	Item     lax.Text   `json:"item"`
	Verb     lax.Text   `json:"verb"`
	From     *actor     `json:"from"`
	SenderID lax.Text   `json:"sender_id"` // older
	Sender   lax.Text   `json:"sender_name"`
	Post     lax.Text   `json:"post_id"`
	Comment  lax.Text   `json:"comment_id"`
	Parent   lax.Text   `json:"parent_id"`
	Message  lax.Text   `json:"message"`
	Created  lax.Time   `json:"created_time"`
	EditedAt lax.Time   `json:"edited_time"`
	Photo    lax.Text   `json:"photo"`
	Photos   []lax.Text `json:"photos"`
	Video    lax.Text   `json:"video"`
	Link     lax.Text   `json:"link"`
	Reaction lax.Text   `json:"reaction_type"`
	Shown    *lax.Int   `json:"published"`

	Permalink lax.Text `json:"permalink"` // of a mention
	About     struct {
		ID        lax.Text `json:"id"`
		Permalink lax.Text `json:"permalink_url"`
	} `json:"post"`
}

type actor struct {
	ID   lax.Text `json:"id"`
	Name lax.Text `json:"name"`
}

// author is who did it, nil if that is not shown.
func (a *actor) author() *inbox.Author {
	if a == nil || a.ID == "" {
		return nil
	}
	return &inbox.Author{Remote: inbox.RemoteID(a.ID), Name: string(a.Name), Followers: -1}
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
	case n.Part == graph.Change && n.Field == "feed":
		d.feed(n)
	case n.IsChat():
		d.chat(n)
	case n.Part == graph.Change && n.Field == "mention":
		d.mention(n)
	case n.Part == graph.Change && n.Field == "ratings":
		d.rating(n)
	case n.Part == graph.Change && n.Field == "conversations": // that something is new in a thread, and no more
		d.Stale = append(d.Stale, inbox.RemoteID(n.Account))
	default:
		d.unread(n, "parked.unknown_kind", "Kind", n.Kind())
	}
}

func (d *decoder) unread(n *graph.Notice, key string, args ...any) {
	d.Unread = append(d.Unread, n.Unread(key, args...))
}

func (d *decoder) feed(n *graph.Notice) {
	v, ok := d.value(n)
	if !ok {
		return
	}
	item := string(v.Item)
	switch {
	case item == "mention":
		d.named(n, v)
	case item == "rating":
		d.rating(n)
	case item == "comment":
		d.comment(n, v)
	case item == "reaction" || item == "like":
		d.reaction(n, v)
	case postItems[item]:
		d.post(n, v)
	default:
		d.unread(n, "parked.unknown_kind", "Kind", "feed/"+item+"/"+string(v.Verb))
	}
}

// postItems are the items that are posts, by whatever is in them.
var postItems = map[string]bool{
	"status": true, "post": true, "photo": true, "video": true, "link": true, "album": true, "photo-album": true, "note": true,
	"share": true, "event": true, "milestone": true, "picture": true,
}

// item makes what all items of a change have in common.
func (v *feedValue) item(n *graph.Notice, e inbox.Event) inbox.Incoming {
	in := inbox.Incoming{
		AccountRemote: inbox.RemoteID(n.Account), Event: e, Source: inbox.FromWebhook, At: v.Created.Time, Observed: n.At,
		Author: v.From.author(),
	}
	in.FromUs = in.Author != nil && string(in.Author.Remote) == n.Account
	return in
}

func (d *decoder) comment(n *graph.Notice, v *feedValue) {
	id := commentID(string(v.Comment))
	var e inbox.Event
	switch v.Verb {
	case "add":
		e = inbox.Posted
	case "edited", "edit", "update":
		e = inbox.Edited
	case "remove", "delete":
		e = inbox.Deleted
	case "hide":
		e = inbox.Hid
	case "unhide":
		e = inbox.Unhid
	default:
		d.unread(n, "parked.unknown_kind", "Kind", "feed/comment/"+string(v.Verb))
		return
	}
	if id == "" || v.Post == "" && e == inbox.Posted {
		d.unread(n, "parked.incomplete", "Kind", "feed/comment/"+string(v.Verb))
		return
	}
	in := v.item(n, e)
	in.Kind, in.Remote = inbox.Comment, inbox.RemoteID(id)
	if e == inbox.Hid || e == inbox.Unhid || e == inbox.Deleted {
		in.Author, in.FromUs = nil, false // who hid it, not who wrote it
		d.Items = append(d.Items, in)
		return
	}
	in.Context = inbox.RemoteID(v.Post)
	in.Parent = inbox.RemoteID(parentID(n.Account, string(v.Post), string(v.Parent)))
	in.Text, in.Media = string(v.Message), v.media()
	if e == inbox.Edited && !v.EditedAt.IsZero() {
		in.Observed = v.EditedAt.Time
	}
	d.Items = append(d.Items, in)
}

// reaction counts who reacted to what. A comment's reaction names the post as well, so the comment goes first.
func (d *decoder) reaction(n *graph.Notice, v *feedValue) {
	object := string(v.Post)
	if v.Comment != "" {
		object = commentID(string(v.Comment))
	}
	var e inbox.Event
	switch v.Verb {
	case "add", "edit", "edited", "update": // another kind of reaction takes the place of the first
		e = inbox.Reacted
	case "remove", "delete":
		e = inbox.Unreacted
	default:
		d.unread(n, "parked.unknown_kind", "Kind", "feed/reaction/"+string(v.Verb))
		return
	}
	in := v.item(n, e)
	if object == "" && v.Item == "like" {
		d.Ignored++ // of the page itself: a follower
		return
	}
	if object == "" {
		d.unread(n, "parked.incomplete", "Kind", "feed/reaction/"+string(v.Verb))
		return
	}
	if in.Author == nil || in.FromUs {
		d.Ignored++ // nobody to count, or ourselves
		return
	}
	in.Remote, in.Reaction = inbox.RemoteID(object), string(v.Reaction)
	if in.Reaction == "" && (e == inbox.Reacted || v.Item == "like") { // one that is taken back without saying which is whatever it was
		in.Reaction = "like"
	}
	d.Items = append(d.Items, in)
}

// post takes our own posts as context and visitors' as messages.
func (d *decoder) post(n *graph.Notice, v *feedValue) {
	kind := "feed/" + string(v.Item) + "/" + string(v.Verb)
	if v.Post == "" {
		d.unread(n, "parked.incomplete", "Kind", kind)
		return
	}
	in := v.item(n, "")
	in.Remote = inbox.RemoteID(v.Post)
	switch v.Verb {
	case "add":
		in.Event = inbox.Posted
	case "edited", "edit", "update":
		in.Event = inbox.Edited
	case "remove", "delete":
		in.Event = inbox.Deleted
	case "hide":
		in.Event = inbox.Hid
	case "unhide":
		in.Event = inbox.Unhid
	default:
		d.unread(n, "parked.unknown_kind", "Kind", kind)
		return
	}
	switch in.Event {
	case inbox.Deleted, inbox.Hid, inbox.Unhid:
		in.Kind, in.Author, in.FromUs = inbox.Post, nil, false
		d.Items = append(d.Items, in)
		return
	}
	if !isPost(n.Account, string(v.Post)) && !in.FromUs {
		d.elsewhere(v, in)
		return
	}
	if v.Shown != nil && *v.Shown == 0 {
		d.Ignored++ // not published yet
		return
	}
	in.Text, in.Media, in.Permalink = string(v.Message), v.media(), string(v.About.Permalink)
	switch edited := in.Event == inbox.Edited; {
	case edited && !v.EditedAt.IsZero():
		in.Observed = v.EditedAt.Time
	case !edited && in.FromUs && !in.At.IsZero():
		in.Observed = in.At // it tells how the post was when it was written, however late it comes
	}
	if in.FromUs {
		in.Event = inbox.ContextSeen
	} else {
		in.Kind = inbox.Post
	}
	d.Items = append(d.Items, in)
}

// media lists what is attached.
func (v *feedValue) media() []inbox.Media {
	var out []inbox.Media
	add := func(kind string, url lax.Text) {
		if url != "" {
			out = append(out, inbox.Media{Type: kind, URL: string(url)})
		}
	}
	add("image", v.Photo)
	for _, p := range v.Photos {
		add("image", p)
	}
	add("video", v.Video)
	if v.Link != "" && v.Photo == "" && v.Video == "" {
		switch v.Item {
		case "photo":
			add("image", v.Link)
		case "video":
			add("video", v.Link)
		default:
			add("link", v.Link)
		}
	}
	return out
}
