package graph

import (
	"encoding/json"
	"strconv"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// Chat is an event of a thread of private messages, as Messenger and Instagram write it alike (Messenger Platform, "Webhooks reference";
// Instagram Platform, "Webhooks: messaging"). One of the pointers says what it is; which keys are there depends on the event.
type Chat struct {
	Sender    ChatParty     `json:"sender"`
	Recipient ChatParty     `json:"recipient"`
	At        lax.Time      `json:"timestamp"`
	Message   *ChatMessage  `json:"message"`
	Edit      *ChatEdit     `json:"message_edit"`
	Reaction  *ChatReaction `json:"reaction"`
	Read      *ChatRead     `json:"read"`
	Delivery  *struct{}     `json:"delivery"`
	Postback  *ChatPostback `json:"postback"`
	Referral  *ChatReferral `json:"referral"`
	Policy    *ChatPolicy   `json:"policy_enforcement"`
}

// ChatParty is somebody in a thread. A visitor who never wrote has a Ref and no ID.
type ChatParty struct {
	ID  lax.Text `json:"id"`
	Ref lax.Text `json:"user_ref"`
}

// ChatMessage is a message, theirs or (Echo) ours.
type ChatMessage struct {
	ID          lax.Text         `json:"mid"`
	Text        lax.Text         `json:"text"`
	Echo        lax.Bool         `json:"is_echo"`
	Deleted     lax.Bool         `json:"is_deleted"`
	Unsupported lax.Bool         `json:"is_unsupported"`
	Metadata    lax.Text         `json:"metadata"` // of an echo: what the sender gave along
	App         lax.Text         `json:"app_id"`   // of an echo: who sent it
	Attachments []ChatAttachment `json:"attachments"`
	QuickReply  *struct {
		Payload lax.Text `json:"payload"`
	} `json:"quick_reply"`
	ReplyTo struct {
		ID    lax.Text `json:"mid"`
		Story *struct {
			ID  lax.Text `json:"id"`
			URL lax.Text `json:"url"`
		} `json:"story"`
	} `json:"reply_to"`
	Referral *ChatReferral `json:"referral"`
}

// ChatAttachment is something attached. Payload may be null or missing; Title and URL can sit beside it.
type ChatAttachment struct {
	Type    lax.Text `json:"type"`
	URL     lax.Text `json:"url"`
	Title   lax.Text `json:"title"`
	Payload struct {
		URL     lax.Text `json:"url"`
		Title   lax.Text `json:"title"`
		ID      lax.Text `json:"id"`
		Sticker lax.Text `json:"sticker_id"`
		Reel    lax.Text `json:"reel_video_id"`
		Post    lax.Text `json:"ig_post_media_id"`
		Status  lax.Text `json:"status"`
		Coords  *struct {
			Lat  lax.Text `json:"lat"`
			Long lax.Text `json:"long"`
		} `json:"coordinates"`
	} `json:"payload"`
}

// ChatEdit is a new text of a message.
type ChatEdit struct {
	ID   lax.Text `json:"mid"`
	Text lax.Text `json:"text"`
	N    lax.Int  `json:"num_edit"`
}

// ChatReaction is a reaction to a message, given or taken back.
type ChatReaction struct {
	ID     lax.Text `json:"mid"`
	Action lax.Text `json:"action"` // react, unreact
	Kind   lax.Text `json:"reaction"`
	Emoji  lax.Text `json:"emoji"`
}

// ChatRead says how far somebody has read: all that was sent until Watermark, or (Instagram) the message.
type ChatRead struct {
	ID        lax.Text `json:"mid"`
	Watermark lax.Time `json:"watermark"`
}

// ChatPostback is a button that was pressed. In standby there is neither mid nor payload.
type ChatPostback struct {
	ID       lax.Text      `json:"mid"`
	Title    lax.Text      `json:"title"`
	Payload  lax.Text      `json:"payload"`
	Referral *ChatReferral `json:"referral"`
}

// ChatReferral says what led somebody to the thread: a link, an ad.
type ChatReferral struct {
	Ref    lax.Text `json:"ref"`
	Source lax.Text `json:"source"`
	Type   lax.Text `json:"type"`
	Ad     lax.Text `json:"ad_id"`
	About  struct {
		Title lax.Text `json:"ad_title"`
		Photo lax.Text `json:"photo_url"`
		Video lax.Text `json:"video_url"`
		Post  lax.Text `json:"post_id"`
	} `json:"ads_context_data"`
}

// Media is what led somebody to write, in the desk's words: an ad or a link.
func (r *ChatReferral) Media() inbox.Media {
	if r.About.Title != "" || r.About.Post != "" {
		return inbox.Media{Type: "post", URL: string(r.About.Photo), Name: string(r.About.Title), Alt: string(r.Ref)}
	}
	return inbox.Media{Type: "link", Name: string(r.Ref), Alt: string(r.Source)}
}

// Said makes of an event the message that a button was pressed: they said what stands on it. In standby it has no id; nobody presses twice
// in a millisecond.
func (p *ChatPostback) Said(in inbox.Incoming) inbox.Incoming {
	in.Event, in.Remote, in.Text = inbox.Posted, inbox.RemoteID(p.ID), string(p.Title)
	if in.Remote == "" {
		in.Remote = "postback_" + in.Thread + "_" + inbox.RemoteID(strconv.FormatInt(in.At.UnixMilli(), 10))
	}
	in.Media = []inbox.Media{{Type: "button", Name: string(p.Title), Alt: string(p.Payload)}}
	if p.Referral != nil {
		in.Media = append(in.Media, p.Referral.Media())
	}
	return in
}

// ChatPolicy says that the platform barred the account from writing in private, or lets it again.
type ChatPolicy struct {
	Action lax.Text `json:"action"`
	Reason lax.Text `json:"reason"`
}

// IsChat reports whether a notice is of a thread of private messages: from messaging or standby, or a change whose field says so, as
// some pages of Meta print it.
func (n *Notice) IsChat() bool {
	return n.Part == Messaging || n.Part == Standby ||
		n.Part == Change && (strings.HasPrefix(n.Field, "messag") || n.Field == "standby")
}

// Chat reads such a notice.
func (n *Notice) Chat() (Chat, error) {
	var c Chat
	err := json.Unmarshal(n.Value, &c)
	if c.At.IsZero() {
		c.At.Time = n.At
	}
	return c, err
}

// InStandby reports whether another app holds the thread that a notice is of.
func (n *Notice) InStandby() bool {
	return n.Part == Standby || n.Part == Change && n.Field == "standby"
}

// WindowClosed reports whether an error says that the time to answer somebody in private is over (Messenger Platform and Instagram
// Platform, "Error codes").
func WindowClosed(e *connectors.Error) bool {
	return e != nil && (e.Subcode == 2018278 || e.Subcode == 2534022 || e.Subcode == 2018065)
}
