package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Channels, as they are written in the ledger.
const (
	Facebook  = "facebook"
	Instagram = "instagram"
	X         = "x"
)

// Kinds of items.
const (
	Post    = "post"    // a post on a page or profile: ours or, on Facebook, a visitor's
	Comment = "comment" // a comment right below a post
	Reply   = "reply"   // an answer to a comment, or an X post in reply to another
	Mention = "mention" // something that names an account of ours and answers nothing
	Direct  = "direct"  // a private message
	Share   = "share"   // somebody's share of a post of ours
	Review  = "review"  // a recommendation
)

// Item is one thing that exists on a platform, as one account of ours sees it. An X post that names two accounts of ours is two items.
type Item struct {
	Seq        int64     `json:"seq"`
	Channel    string    `json:"channel"`
	Account    string    `json:"account"` // the platform's id of our page, profile or handle
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Parent     string    `json:"parent,omitempty"`  // what it answers
	Context    string    `json:"context,omitempty"` // the post at the top, where that is another item
	Thread     string    `json:"thread,omitempty"`  // of a private message: the citizen's id, or the platform's of the conversation
	AuthorID   string    `json:"author_id"`
	AuthorName string    `json:"author_name"`
	Anonymous  bool      `json:"anonymous,omitempty"` // the platform does not show this author to apps
	Ours       bool      `json:"ours,omitempty"`
	Time       time.Time `json:"time"`
	TextHash   string    `json:"text_hash"` // HashText of the newest text
	Chars      int       `json:"chars"`     // length of the newest text in code points
	Label      string    `json:"label,omitempty"`
	History    bool      `json:"history,omitempty"` // there before the sandbox started: never had a webhook
	Hidden     bool      `json:"hidden,omitempty"`
	Removed    bool      `json:"removed,omitempty"`
	Edits      int       `json:"edits,omitempty"`
}

// State is what became of an event.
type State string

// States of an event.
const (
	Pending   State = "pending"   // queued, held back, or waiting for a retry
	Delivered State = "delivered" // a callback answered 2xx at least once
	Dropped   State = "dropped"   // an injected fault: never sent
	Expired   State = "expired"   // the platform gave up
)

// Event is one webhook notification that was due to one callback.
type Event struct {
	Seq      int64     `json:"seq"`
	Callback string    `json:"callback"` // which subscription, such as "meta:APP:page"
	Channel  string    `json:"channel"`
	Account  string    `json:"account"`
	Item     string    `json:"item"`
	Verb     string    `json:"verb"` // add, edited, remove, hide, unhide
	Time     time.Time `json:"time"`
	State    State     `json:"state"`
	Attempts int       `json:"attempts"` // posts that carried it, copies included
	Copies   int       `json:"copies"`   // how many of those were answered 2xx
}

// Outcomes of an attempt.
const (
	Accepted    = "accepted"    // 2xx
	Refused     = "refused"     // any other status
	Unreachable = "unreachable" // no answer: connection refused, reset, timeout
)

// Attempt is one POST to a callback. A batched one carries several events.
type Attempt struct {
	Seq       int64     `json:"seq"`
	Callback  string    `json:"callback"`
	Events    []int64   `json:"events"`
	Attempt   int       `json:"attempt"` // 1 for the first
	Duplicate bool      `json:"duplicate,omitempty"`
	Status    int       `json:"status,omitempty"`
	Outcome   string    `json:"outcome"`
	Time      time.Time `json:"time"`
	BodyHash  string    `json:"body_hash,omitempty"` // HashText of what was posted
}

// Acts that come in through an API.
const (
	ActReply  = "reply"  // an answer to a citizen
	ActPost   = "post"   // something of our own, in answer to nothing
	ActEdit   = "edit"   // a new text for something of our own
	ActHide   = "hide"   // out of sight for others than its author
	ActUnhide = "unhide" // the opposite
	ActDelete = "delete" // gone

	ActDirect  = "direct"  // a private message in a thread
	ActPrivate = "private" // a private message to who wrote a comment
	ActLike    = "like"
	ActUnlike  = "unlike"
	ActBlock   = "block"
	ActUnblock = "unblock"
)

// Act is one write by API that took effect: an answer of the desk, or moderation.
type Act struct {
	Seq        int64     `json:"seq"`
	Kind       string    `json:"kind"`
	Channel    string    `json:"channel"`
	Account    string    `json:"account"`
	ID         string    `json:"id"`               // the new item, or the one acted on
	Target     string    `json:"target,omitempty"` // what a reply answers
	Text       string    `json:"text,omitempty"`
	Files      []File    `json:"files,omitempty"`
	App        string    `json:"app,omitempty"`
	Token      string    `json:"token"` // Fingerprint of the token used
	Time       time.Time `json:"time"`
	AnswerLost bool      `json:"answer_lost,omitempty"` // an injected fault: the caller never heard of it
}

// File is a file that came along with an act, as it arrived.
type File struct {
	Type string `json:"type"` // as the caller named it: image/png
	Size int    `json:"size"`
	Hash string `json:"hash"` // SHA-256 of its bytes, hexadecimal
	Alt  string `json:"alt,omitempty"`
}

// FileOf describes bytes.
func FileOf(kind string, b []byte) File {
	sum := sha256.Sum256(b)
	return File{Type: kind, Size: len(b), Hash: hex.EncodeToString(sum[:])}
}

// HashText is the fingerprint of a text in the ledger: the first 16 hexadecimal digits of its SHA-256.
func HashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// Fingerprint stands for a token without giving it away: the first 8 hexadecimal digits of its SHA-256.
func Fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:4])
}
