package inbox

import "time"

// Outgoing is a reply that was decided and is on its way.
//
//	held -> queued -> claimed -> sending -> sent | retry | rejected | unknown
//	cancelled from held, queued or retry; retry -> queued; unknown -> sent | rejected | queued (a person decides)
//
// sending is committed just before the first byte leaves. What may have been sent is unknown: looked up, then put before a person, and
// never sent again by itself.
type Outgoing struct {
	ID           OutgoingID
	Conversation ConversationID
	Account      AccountID
	Kind         OutgoingKind
	Target       RemoteID  // the message that it answers
	To           MessageID // the same, ours
	Text         string
	By           UserID
	ThenClose    bool   // close the conversation as answered once it is out and nothing else awaits
	Token        string // our mark, sent along where a platform can carry one; unique
	State        OutgoingState
	Reason       *Reason // why it is held, retried, rejected or unknown
	CreatedAt    time.Time
	ConfirmedAt  time.Time // when a person last said that it should go
	NotBefore    time.Time // undo until then; the next attempt of a retry
	Attempts     int
	ClaimedBy    string    // the process that has it
	ClaimUntil   time.Time // when the claim expires
	SendingAt    time.Time // when the first byte was about to leave
	Remote       RemoteID  // what the platform calls it, once known
	SettledAt    time.Time
}

// OutgoingKind says what goes out.
type OutgoingKind string

// The kinds of outgoing.
const (
	PublicReply OutgoingKind = "reply"
)

// OutgoingState is a state of an Outgoing.
type OutgoingState string

// The states.
const (
	Held      OutgoingState = "held"
	Queued    OutgoingState = "queued"
	Claimed   OutgoingState = "claimed"
	Sending   OutgoingState = "sending"
	Sent      OutgoingState = "sent"
	Retry     OutgoingState = "retry"
	Rejected  OutgoingState = "rejected"
	Unknown   OutgoingState = "unknown"
	Cancelled OutgoingState = "cancelled"
)

// OutgoingStates lists all states.
func OutgoingStates() []OutgoingState {
	return []OutgoingState{Held, Queued, Claimed, Sending, Sent, Retry, Rejected, Unknown, Cancelled}
}

// edges are the only ways from state to state.
var edges = map[OutgoingState][]OutgoingState{
	"":      {Held, Queued},
	Held:    {Queued, Cancelled},
	Queued:  {Claimed, Held, Cancelled, Sent},
	Claimed: {Sending, Queued, Held, Sent},
	Sending: {Sent, Retry, Rejected, Unknown},
	Retry:   {Queued, Held, Cancelled, Sent},
	Unknown: {Sent, Rejected, Queued, Cancelled},
}

// CanBecome reports whether the machine has an edge from s to t.
func (s OutgoingState) CanBecome(t OutgoingState) bool {
	for _, e := range edges[s] {
		if e == t {
			return true
		}
	}
	return false
}

// Undoable reports whether it can still be taken back.
func (s OutgoingState) Undoable() bool { return s == Held || s == Queued || s == Retry }

// Ended reports whether nothing more happens to it by itself or by a person.
func (s OutgoingState) Ended() bool { return s == Sent || s == Rejected || s == Cancelled }

// Uncertain reports whether it may or may not be on the platform.
func (s OutgoingState) Uncertain() bool { return s == Sending || s == Unknown }

// Fate is how a send ended, as the connector saw it.
type Fate struct {
	State  OutgoingState // Sent, Retry, Rejected or Unknown; Held when the account cannot send
	Remote RemoteID      // of Sent
	At     time.Time     // platform time, of Sent; zero: not told
	Reason *Reason       // of all but Sent
	After  time.Duration // of Retry: not before
}

// Draft is a reply that is not yet sent: one per person and conversation, kept through everything.
type Draft struct {
	User         UserID
	Conversation ConversationID
	To           MessageID // what it answers; 0: not chosen
	Text         string
	At           time.Time
}
