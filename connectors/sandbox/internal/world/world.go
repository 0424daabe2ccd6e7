// Package world says what can happen on a simulated platform apart from any API: somebody publishes, edits, removes or hides.
//
// It is the small common ground of the platforms, so that scripts, history and live traffic can drive all of them alike. It knows no
// platform.
package world

import (
	"errors"
	"fmt"
	"hash/fnv"
	"time"
)

// Author is who publishes. A platform derives the person's id on it from the handle or, without one, the name, so the same author is
// the same person each time.
type Author struct {
	Name   string `json:"name"`
	Handle string `json:"handle,omitempty"`
}

// Draft is what somebody is about to publish.
type Draft struct {
	Account string    // ours: on whose page or profile, or to whom (the platform's id)
	Parent  string    // what it answers; "" is a post or a mention
	Quotes  string    // what it quotes; only X has that
	Ours    bool      // our own staff publish it, on the platform's own site; Author is ignored but of a KindDirect
	Author  Author    // the citizen
	Text    string    // not empty, unless there is Media
	Time    time.Time // zero is now; must not lie in the future
	Label   string    // for the ledger: what it is about
	History bool      // before the sandbox started: no webhook
	Kind    string    // one of the kinds below; "" is what Parent says: a post, or a comment
	Media   []Media   // what is attached
	Standby bool      // of a KindDirect or KindPostback: another app holds the thread
}

// Media is something attached.
type Media struct {
	Type  string `json:"type"` // as the platform names it: image, sticker, fallback ...
	URL   string `json:"url,omitempty"`
	Title string `json:"title,omitempty"`
}

// Kinds of drafts that Parent does not tell. A platform refuses those that it does not have.
const (
	KindDirect   = "direct"   // a private message: to us or, if Ours, to Author; Parent is the message that it quotes
	KindPostback = "postback" // a button was pressed in a thread of private messages; Text is its title
	KindMention  = "mention"  // a post of somebody's own that names us
	KindTag      = "tag"      // a post of somebody's own that we are tagged in
	KindLive     = "live"     // a live video of ours; it ends when it is removed
	KindShare    = "share"    // a share of Parent, a post of ours
	KindReview   = "review"   // a recommendation
	KindReaction = "reaction" // to Parent; Text is which: like, love ...
	KindUnreact  = "unreact"  // takes a reaction to Parent back
	KindRead     = "read"     // Author has read what we wrote in private
)

// Platform is one channel as its inhabitants meet it. All methods may be called from any goroutine, and take effect at once: on return
// the item can be read by API, its webhooks are queued, and the ledger has it.
type Platform interface {
	// Publish returns the platform's id of the new item. Errors wrap ErrUnknown or ErrRefused.
	Publish(d Draft) (id string, err error)
	// Edit gives an item a new text, by its author.
	Edit(id, text string) error
	// Remove takes an item away, by its author, with everything below it where the platform does so.
	Remove(id string) error
	// Hide hides a comment or shows it again, by our staff on the platform's own site.
	Hide(id string, hidden bool) error
	// Hooked reports whether somebody gets the webhooks of an account of ours.
	Hooked(account string) bool
	// Befall makes trouble. It takes effect with the next call.
	Befall(t Trouble) error
}

// Errors of a Platform, wrapped with what they are about.
var (
	ErrUnknown = errors.New("unknown")     // no such account, post or comment
	ErrRefused = errors.New("not allowed") // the platform has no such thing
)

// Unknown is an ErrUnknown about something.
func Unknown(what, id string) error { return fmt.Errorf("%s %q: %w", what, id, ErrUnknown) }

// Refused is an ErrRefused with its reason.
func Refused(reason string) error { return fmt.Errorf("%w: %s", ErrRefused, reason) }

// Hash spreads its parts over 64 bits, the same way in every run: for ids and traits of people.
func Hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p)) // never fails
		h.Write([]byte{0})
	}
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Share is Hash as a number in [0, 1).
func Share(parts ...string) float64 { return float64(Hash(parts...)>>11) / (1 << 53) }
