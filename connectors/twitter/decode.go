package twitter

import (
	"encoding/json"
	"errors"
	"fmt"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // deprecated, and still the shapes that Account Activity has
)

// The envelope of Account Activity (X API, "Account Activity: data objects") is an object of which any of these keys may be there. What
// is in its lists has the shape of the first API.
const (
	keyAccount   = "for_user_id"
	keyCreated   = "tweet_create_events"
	keyDeleted   = "tweet_delete_events"
	keyFavorites = "favorite_events"
	keyUser      = "user_event"
	keyDirects   = "direct_message_events"
	keyRead      = "direct_message_mark_read_events"
	keyPeople    = "users"
	keyActivity  = "data" // the envelope of the X Activity API
)

// Keys of the envelope that are not events.
var about = map[string]bool{
	keyAccount: true, keyCreated: true, keyDeleted: true, keyFavorites: true, keyUser: true, keyDirects: true, keyRead: true,
	keyPeople: true, keyActivity: true, "user_has_blocked": true, "is_blocked_by": true, "apps": true,
}

// Keys that hold nothing that anybody said, and nothing that counts.
var ignored = map[string]bool{
	"follow_events": true, "block_events": true, "mute_events": true, "direct_message_indicate_typing_events": true,
	"replay_job_status": true,
}

var errNotActivity = errors.New("twitter: the body is no account activity")

// Decode implements connectors.Webhook.
func (*Connector) Decode(body []byte) (connectors.Decoded, error) { return decode(body) }

func decode(body []byte) (connectors.Decoded, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil {
		return connectors.Decoded{}, fmt.Errorf("twitter: %w", err)
	}
	if len(keys) == 0 {
		return connectors.Decoded{}, errNotActivity
	}
	var account lax.Text
	if raw := keys[keyAccount]; raw != nil {
		_ = json.Unmarshal(raw, &account) // never fails: what is no text is left empty
	}
	d := decoder{account: string(account)}
	d.each(keys[keyCreated], keyCreated, d.created)
	d.each(keys[keyDeleted], keyDeleted, d.deleted)
	d.each(keys[keyFavorites], keyFavorites, d.favorite)
	d.directs(keys[keyDirects], keys[keyPeople])
	d.each(keys[keyRead], keyRead, d.read)
	d.user(keys[keyUser])
	if raw := keys[keyActivity]; raw != nil {
		d.activities(raw)
	}
	d.rest(keys, body)
	return d.Decoded, nil
}

// each reads the events of a list.
func (d *decoder) each(list json.RawMessage, kind string, read func(json.RawMessage)) {
	if list == nil {
		return
	}
	var events []json.RawMessage
	if err := json.Unmarshal(list, &events); err != nil {
		d.unread(list, "parked.decode", "Error", kind)
		return
	}
	for _, raw := range events {
		read(raw)
	}
}

// user reads what is said of an account of ours itself: that its owner took our access back.
func (d *decoder) user(raw json.RawMessage) {
	if raw == nil {
		return
	}
	var e struct {
		Revoke struct {
			Source struct {
				User lax.Text `json:"user_id"`
			} `json:"source"`
		} `json:"revoke"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Revoke.Source.User == "" {
		d.unread(raw, "parked.unknown_kind", "Kind", keyUser)
		return
	}
	d.Revoked = append(d.Revoked, inbox.RemoteID(e.Revoke.Source.User))
}

// decoder collects what a body says.
type decoder struct {
	connectors.Decoded
	account string
}

func (d *decoder) unread(raw []byte, key string, args ...any) {
	d.Unread = append(d.Unread, connectors.Unread{AccountRemote: inbox.RemoteID(d.account), Reason: *inbox.Why(key, args...), Bytes: raw})
}

// rest deals with the keys that are not read. Their events need the users beside them, so the whole body is kept, once.
func (d *decoder) rest(keys map[string]json.RawMessage, body []byte) {
	unknown := ""
	for k := range keys {
		switch {
		case about[k]:
		case ignored[k]:
			d.Ignored++
		default:
			unknown = max(unknown, k) // one name will do, the same each time
		}
	}
	if unknown != "" {
		d.unread(body, "parked.unknown_kind", "Kind", clip(unknown, 60))
	}
}

// created takes in a post: somebody's that concerns us, or our own.
func (d *decoder) created(raw json.RawMessage) {
	var t twitter.Tweet
	// A field of an odd type costs itself: the rest is read all the same.
	if err := json.Unmarshal(raw, &t); err != nil && !readableTweet(err, &t) {
		d.unread(raw, "parked.decode", "Error", err.Error())
		return
	}
	if t.IDStr == "" || t.User == nil || t.User.IDStr == "" {
		d.unread(raw, "parked.incomplete", "Kind", keyCreated)
		return
	}
	in := d.post(&t)
	if t.RetweetedStatus != nil {
		d.reaction(in, t.RetweetedStatus.IDStr, "repost", raw)
		return
	}
	in.Text, in.Media = textOf(&t), mediaOf(&t)
	if id := t.QuotedStatusIDStr; id != "" {
		in.Media = append(in.Media, inbox.Media{Type: "share", URL: address(quotedHandle(&t), id)})
		if t.QuotedStatus != nil && t.QuotedStatus.User != nil && t.QuotedStatus.User.IDStr == d.account {
			in.Context = inbox.RemoteID(id)
		}
	}
	if up := t.InReplyToStatusIDStr; up != "" {
		in.Parent = inbox.RemoteID(up)
		if t.InReplyToUserIDStr == d.account {
			in.Context = in.Parent // our post, unless that turns out to be an answer of ours
		}
	}
	if in.FromUs && in.Parent == "" {
		in.Event, in.Kind = inbox.ContextSeen, ""
	}
	d.Items = append(d.Items, in)
}

func readableTweet(err error, t *twitter.Tweet) bool {
	var odd *json.UnmarshalTypeError
	return errors.As(err, &odd) && t.IDStr != "" && t.User != nil
}

// post makes what all items of a post have in common.
func (d *decoder) post(t *twitter.Tweet) inbox.Incoming {
	in := inbox.Incoming{
		AccountRemote: inbox.RemoteID(d.account), Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Mention,
		Remote: inbox.RemoteID(t.IDStr), Author: authorOf(t.User), Permalink: address(t.User.ScreenName, t.IDStr),
		At: lax.ParseTime(t.CreatedAt), FromUs: t.User.IDStr == d.account,
	}
	if in.At.IsZero() {
		in.At = timeOf(t.IDStr)
	}
	in.Observed = in.At
	return in
}

// reaction counts a repost or a like, unless it is our own.
func (d *decoder) reaction(in inbox.Incoming, object, how string, raw []byte) {
	switch {
	case object == "" || in.Author == nil || in.Author.Remote == "":
		d.unread(raw, "parked.incomplete", "Kind", how)
	case in.FromUs:
		d.Ignored++
	default:
		d.Items = append(d.Items, inbox.Incoming{
			AccountRemote: in.AccountRemote, Event: inbox.Reacted, Source: in.Source, Remote: inbox.RemoteID(object), Author: in.Author,
			Reaction: how, At: in.At, Observed: in.Observed,
		})
	}
}

func (d *decoder) deleted(raw json.RawMessage) {
	var e struct {
		Status struct {
			ID lax.Text `json:"id"`
		} `json:"status"`
		At lax.Time `json:"timestamp_ms"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Status.ID == "" {
		d.unread(raw, "parked.incomplete", "Kind", keyDeleted)
		return
	}
	d.Items = append(d.Items, inbox.Incoming{
		AccountRemote: inbox.RemoteID(d.account), Event: inbox.Deleted, Source: inbox.FromWebhook, Kind: inbox.Mention,
		Remote: inbox.RemoteID(e.Status.ID), At: e.At.Time, Observed: e.At.Time,
	})
}

func (d *decoder) favorite(raw json.RawMessage) {
	var e struct {
		At      lax.Time      `json:"timestamp_ms"`
		Created lax.Time      `json:"created_at"`
		User    *twitter.User `json:"user"`
		Status  struct {
			ID lax.Text `json:"id_str"`
		} `json:"favorited_status"`
	}
	err := json.Unmarshal(raw, &e)
	if e.User == nil || e.User.IDStr == "" {
		d.unread(raw, "parked.incomplete", "Kind", keyFavorites)
		return
	}
	if odd := (*json.UnmarshalTypeError)(nil); err != nil && !errors.As(err, &odd) {
		d.unread(raw, "parked.decode", "Error", err.Error())
		return
	}
	if e.At.IsZero() {
		e.At = e.Created
	}
	d.reaction(inbox.Incoming{
		AccountRemote: inbox.RemoteID(d.account), Source: inbox.FromWebhook, Author: authorOf(e.User), At: e.At.Time, Observed: e.At.Time,
		FromUs: e.User.IDStr == d.account,
	}, string(e.Status.ID), "like", raw)
}

func authorOf(u *twitter.User) *inbox.Author {
	return &inbox.Author{
		Remote: inbox.RemoteID(u.IDStr), Handle: u.ScreenName, Name: u.Name, Followers: int64(u.FollowersCount), Verified: u.Verified,
	}
}

// textOf is the whole text: a long post has it apart, and its own list of links with it.
func textOf(t *twitter.Tweet) string {
	text, ents, ext := t.Text, t.Entities, t.ExtendedEntities
	if t.FullText != "" {
		text = t.FullText
	}
	if x := t.ExtendedTweet; x != nil && x.FullText != "" {
		text = x.FullText
		if x.Entities != nil {
			ents = x.Entities
		}
		if x.ExtendedEntities != nil {
			ext = x.ExtendedEntities
		}
	}
	var links []link
	if ents != nil {
		for _, m := range ents.Media {
			links = append(links, link{short: m.URL, media: true})
		}
		for _, u := range ents.Urls {
			links = append(links, link{short: u.URL, full: fullLink(u.ExpandedURL, u.DisplayURL)})
		}
	}
	if ext != nil {
		for _, m := range ext.Media {
			links = append(links, link{short: m.URL, media: true})
		}
	}
	return readable(text, links)
}

func mediaOf(t *twitter.Tweet) []inbox.Media {
	ext := t.ExtendedEntities
	if x := t.ExtendedTweet; x != nil && x.ExtendedEntities != nil {
		ext = x.ExtendedEntities
	}
	if ext == nil {
		return nil
	}
	var out []inbox.Media
	for _, m := range ext.Media {
		out = append(out, inbox.Media{Type: mediaType(m.Type), URL: m.MediaURLHttps})
	}
	return out
}

func mediaType(t string) string {
	switch t {
	case "photo":
		return "image"
	case "animated_gif":
		return "video"
	}
	return t
}

func quotedHandle(t *twitter.Tweet) string {
	if t.QuotedStatus != nil && t.QuotedStatus.User != nil {
		return t.QuotedStatus.User.ScreenName
	}
	return ""
}

// address is where a post can be seen. X finds it by the id alone, whatever the handle.
func address(handle, id string) string {
	if handle == "" {
		handle = "i"
	}
	return "https://x.com/" + handle + "/status/" + id
}
