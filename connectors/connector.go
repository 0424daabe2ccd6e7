package connectors

import (
	"context"
	"net/http"
	"time"

	"lytter/inbox"
)

// Connector is one platform. It is safe for concurrent use. Its methods return an *Error, or the error of ctx.
type Connector interface {
	// Channel names the platform.
	Channel() inbox.Channel
	// Can tells about an action on a message, at once and without asking the platform. What it allows the platform may still refuse;
	// what it refuses the platform would refuse too.
	Can(a inbox.Account, m inbox.Message, do inbox.Action, now time.Time) inbox.Capability
	// Streams lists what Poll reads of an account.
	Streams(a inbox.Account) []Stream
	// Poll takes one step of reading a stream, a few calls at most. The cursor is what an earlier Page gave, nil at the very first; it
	// is committed together with the items, so a step that was interrupted is taken again. A step may give items that were given
	// before; it must not leave any out. Beside an error there may be a Page, to be committed all the same.
	Poll(ctx context.Context, a inbox.Account, stream string, cursor []byte) (Page, error)
	// Send carries out an outgoing, once. It is never repeated inside: an error says whether it may have been done (Error.Maybe).
	Send(ctx context.Context, a inbox.Account, o inbox.Outgoing) (Receipt, error)
	// Find looks on the platform for what an outgoing that may have been sent has left there: things of ours with its text at its
	// target, not older than it. None and no error: it is not there as far as the platform shows. It may be asked any number of times.
	Find(ctx context.Context, a inbox.Account, o inbox.Outgoing) ([]Receipt, error)
}

// Stream is one list of a platform that is polled on its own, so that a long one never keeps a fresh one waiting.
//
// A stream in the foreground is what citizens write now, and counts: while it cannot be read, the account has a gap. Where it is the only
// one that cannot, the account goes on with the others. One that we were never let into, because a permission was never given, is
// advice to people and no more.
type Stream struct {
	Name string
	// Every is how often; 0 is the account's own pace, which depends on whether webhooks come.
	Every time.Duration
	// Background streams slow down and stop first when the platform's limits come near. What fails in one is advice.
	Background bool
}

// Page is what one step of a poll brought.
type Page struct {
	Items  []inbox.Incoming
	Unread []Unread
	Cursor []byte // nil leaves it as it was
	More   bool   // the walk is not at its end: what it should bring is not all read, and another step goes on with it
	// Wait is how long a walk that goes on must rest before its next step: what is left of a limit is kept for what comes.
	Wait time.Duration
	// Lost are stretches that the platform no longer shows, and never will: what fell into them and did not come another way is gone.
	// From, To and a Cause that is lost (GapCause.Lost) are set.
	Lost []inbox.Gap
	// CatchingUp says that the step read what is older than the account's connection.
	CatchingUp bool
	Done       int // how much of the present walk is done, and
	Total      int // of how much; 0: not known
}

// Receipt is what the platform says of something that it took from us.
type Receipt struct {
	Remote inbox.RemoteID
	At     time.Time // zero: not told
	Text   string    // as the platform shows it; "" if not told
	// To is who got a private answer, as threads of private messages name them; "" if not told.
	To inbox.RemoteID
}

// Unread is something that came in and was not understood: kept with its bytes, counted, shown.
type Unread struct {
	AccountRemote inbox.RemoteID // "" where it names none
	Reason        inbox.Reason
	Bytes         []byte
}

// Webhook is a Connector whose platform calls us.
type Webhook interface {
	// Challenge answers the platform's question whether the address is ours (a GET). It writes the answer, also a refusal.
	Challenge(w http.ResponseWriter, r *http.Request)
	// Verify checks the signature of a body, over its very bytes, in constant time.
	Verify(header http.Header, body []byte) error
	// Decode reads a body that was verified. It is pure: the same bytes give the same, always. An error says that nothing of the body
	// could be read; whatever of it could not is in Unread.
	Decode(body []byte) (Decoded, error)
}

// Decoded is what a webhook body says.
type Decoded struct {
	Items   []inbox.Incoming
	Unread  []Unread
	Ignored int // events that by their meaning hold nothing for a desk: typing, follows
	// Stale names accounts of which something changed, without it being said what: they are polled at once.
	Stale []inbox.RemoteID
	// Revoked names accounts whose owner took our access back.
	Revoked []inbox.RemoteID
}

// Fetcher is a Connector that can fetch single things.
type Fetcher interface {
	// Fetch brings what is pending, at most FetchMost at once, and answers each in its place. An error of its own concerns all.
	Fetch(ctx context.Context, a inbox.Account, ps []inbox.Pending) ([]Answer, error)
}

// FetchMost is how many Pending a Fetcher is given at once.
const FetchMost = 50

// Answer is what Fetch brought for one Pending. An Err of class Gone says that there is no such thing, for good.
type Answer struct {
	inbox.Fetched
	Err error
}

// Subscriber is a Connector whose webhooks must be asked for.
type Subscriber interface {
	// Subscribe has the platform send an account's events to callback. It may be repeated; the platform calls back while it runs.
	Subscribe(ctx context.Context, a inbox.Account, callback string) error
	// Subscribed reports whether the platform still means to send them there: platforms end it by themselves, without a word.
	Subscribed(ctx context.Context, a inbox.Account, callback string) (bool, error)
}

// Meter is a Connector whose platform tells how much of its limits is used.
type Meter interface {
	Usage(a inbox.Account) Usage
}

// Usage is how much of a platform's limits an account has used, as last told.
type Usage struct {
	Percent int           // 100: it refuses
	Regain  time.Duration // until it takes calls again; 0: not told
	At      time.Time     // when it was told; zero: never
}

// Abilities implements inbox.Abilities from connectors. It is apart from the Runner so that a Desk can be made before it.
type Abilities struct {
	by map[inbox.Channel]Connector
}

// NewAbilities takes the connectors, one a channel.
func NewAbilities(cs ...Connector) Abilities {
	by := make(map[inbox.Channel]Connector, len(cs))
	for _, c := range cs {
		by[c.Channel()] = c
	}
	return Abilities{by: by}
}

// Can implements inbox.Abilities.
func (ab Abilities) Can(a inbox.Account, m inbox.Message, do inbox.Action, now time.Time) inbox.Capability {
	c, ok := ab.by[a.Channel]
	if !ok || a.State == inbox.AccountOff {
		return inbox.Capability{Reason: inbox.Why("refused.not_connected")}
	}
	switch ours := m.Direction == inbox.Out; {
	case ours && do != inbox.ActEdit && do != inbox.ActDelete, m.Direction == inbox.Note:
		return inbox.Capability{Reason: inbox.Why("refused.not_theirs")}
	case !ours && do == inbox.ActEdit:
		return inbox.Capability{Reason: inbox.Why("refused.not_ours")}
	}
	if !m.DeletedAt.IsZero() {
		return inbox.Capability{Reason: inbox.Why("refused.deleted")}
	}
	return c.Can(a, m, do, now)
}
