package inbox

import (
	"time"

	"lytter/inbox/text/signal"
)

// Kind of a message, and of the conversation it began. The spelling is that of the query language.
type Kind string

// The kinds.
const (
	Comment Kind = "comment" // below a post
	Mention Kind = "mention" // somebody named us
	Direct  Kind = "direct"  // a private message
	Review  Kind = "review"
	Post    Kind = "post" // a visitor's post on our page
)

// Direction of a message.
type Direction string

// The directions. A note is internal and never leaves the desk.
const (
	In   Direction = "in"
	Out  Direction = "out"
	Note Direction = "note"
)

// Message is one post, comment, reply, mention, direct message or review, in or out, or an internal note.
type Message struct {
	ID           MessageID
	Conversation ConversationID
	Account      AccountID
	Remote       RemoteID // "" of a note
	Parent       RemoteID // what it answers; "" at the top of a thread
	Kind         Kind
	Direction    Direction
	Author       IdentityID // of an inbound one; 0: the platform does not show who it is
	By           UserID     // of ours: who wrote it; 0: written outside of the desk
	To           IdentityID // of ours: whom it answers; 0: not known
	Text         string
	Media        []Media
	Permalink    string
	At           time.Time // the platform's time, never later than SeenAt
	SeenAt       time.Time // when it reached us
	EditedAt     time.Time // zero: never
	ByEdits      bool      // only edits of it have come: At is the earliest that they told, until it tells its own
	DeletedAt    time.Time // zero: not; a deleted message keeps no text
	Hidden       bool      // hidden from the public
	InHours      bool      // it arrived inside opening hours
	EchoedAt     time.Time // of ours: when the platform showed it back to us
	Outgoing     OutgoingID
	Standby      bool           // another app held the thread when it came: the platform lets only that one answer
	Aside        bool           // somebody else's, fetched only so that what answers it can be understood: it awaits no answer of ours
	Signals      signal.Signals // of an inbound one: what it shows by itself, read once, and what a person says of it; 0: not read
	// Cluster is what an inbound message shares with those that say nearly the same: the id of the first of them. 0: none is known.
	Cluster MessageID
}

// Media is something attached to a message.
type Media struct {
	Type string `json:"type"`          // image, video, audio, file, sticker, share, link
	URL  string `json:"url,omitempty"` // as the platform gave it; it may expire
	Name string `json:"name,omitempty"`
	Size int64  `json:"size,omitempty"` // bytes; 0: not told
	Alt  string `json:"alt,omitempty"`
}

// MaxMessages is how many messages a conversation holds before it goes on in a new, linked one. It bounds every search document.
const MaxMessages = 500

// MaxText is how much text of a message is kept, in bytes. No platform allows as much.
const MaxText = 64 << 10

// Version is what a message said before an edit.
type Version struct {
	Message MessageID
	Text    string
	At      time.Time // since when it said so
}

// Early is what the platform said of a message that we did not have yet: it is deleted (and never comes to life again), or hidden.
type Early struct {
	Account AccountID
	Remote  RemoteID
	Deleted bool
	Hidden  bool
	At      time.Time
}

// Reaction is one person's reaction to one thing: a row, so that counting never drifts.
type Reaction struct {
	Account AccountID
	Object  RemoteID // what was reacted to
	Actor   RemoteID // who; the platform's id
	Kind    string   // like, love, repost ...
	At      time.Time
	Gone    bool // taken back; the row stays, so that what is told late does not bring it back
}

// Thread is a conversation with everything in it: what screens show and documents are made of.
type Thread struct {
	Conversation
	Msgs       []Message // in order of time, then id
	Identities map[IdentityID]Identity
	Outgoing   []Outgoing // in order of id
	Drafts     int        // how many people have a draft in it
	Post       *Context   // our post that it hangs on; nil: none
	// Liked is which of the messages our account likes, as far as the platform has told or we have done it. Seat fills it.
	Liked map[MessageID]bool
}
