package inbox

import (
	"strings"
	"time"
)

// Outgoing is a reply or an act of moderation that was decided and is on its way.
//
//	held -> queued -> claimed -> sending -> sent | retry | rejected | unknown
//	claimed -> retry | rejected, when its files did not reach the platform
//	cancelled from held, queued or retry; retry -> queued; unknown -> sent | rejected | queued (a person decides)
//	any that has not ended -> sent, when the platform shows it to us
//
// sending is committed just before the first byte leaves. What may have been sent is unknown: looked up, then put before a person, and
// never sent again by itself. What may be done twice without harm (Kind.Repeatable) is instead tried again.
type Outgoing struct {
	ID           OutgoingID
	Conversation ConversationID
	Account      AccountID
	Kind         OutgoingKind
	Target       RemoteID  // the message that it is about: that it answers, hides, edits
	To           MessageID // the same, ours
	Thread       RemoteID  // of Direct: the thread, as the platform names it
	Person       RemoteID  // who wrote Target, as the platform names them; "" if it does not show them. Of a private answer that is out: who got it
	Text         string    // what it says; of a delete: the copy of what the message said
	Why          string    // of moderation: why, in the words of who decided it
	Attachments  []Attachment
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

// The kinds of outgoing: an answer, or one of the actions.
const (
	PublicReply  OutgoingKind = "reply"
	DirectReply  OutgoingKind = "direct" // within a thread of direct messages
	PrivateReply OutgoingKind = OutgoingKind(ActPrivate)
	Hide         OutgoingKind = OutgoingKind(ActHide)
	Unhide       OutgoingKind = OutgoingKind(ActUnhide)
	Delete       OutgoingKind = OutgoingKind(ActDelete)
	Like         OutgoingKind = OutgoingKind(ActLike)
	Unlike       OutgoingKind = OutgoingKind(ActUnlike)
	Edit         OutgoingKind = OutgoingKind(ActEdit)
	Block        OutgoingKind = OutgoingKind(ActBlock)
	Unblock      OutgoingKind = OutgoingKind(ActUnblock)
)

// Says reports whether it makes a message of ours. Twice would be seen twice.
func (k OutgoingKind) Says() bool { return k == PublicReply || k == DirectReply || k == PrivateReply }

// Repeatable reports whether doing it twice is as good as once: then what may have been done is simply done again.
func (k OutgoingKind) Repeatable() bool { return !k.Says() }

// Action is what the platform must be able to do for it.
func (k OutgoingKind) Action() Action {
	if k == PublicReply || k == DirectReply {
		return ActReply
	}
	return Action(k)
}

// Spot is where it leaves its mark: of two that say something in one spot a look-up could not tell which it found. What is written in
// private to a person stands in the thread with them, whatever it answers.
func (o *Outgoing) Spot() RemoteID {
	switch {
	case o.Kind == DirectReply:
		return "thread " + o.Thread
	case o.Kind == PrivateReply && o.Person != "":
		return "thread " + o.Person
	case o.Kind == PrivateReply:
		return "private " + o.Target
	}
	return o.Target
}

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
	Held:    {Queued, Cancelled, Sent},
	Queued:  {Claimed, Held, Cancelled, Sent},
	Claimed: {Sending, Queued, Held, Sent, Retry, Rejected},
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
	To     RemoteID      // of a private answer: who got it, as threads of private messages name them; "": not told
	Reason *Reason       // of all but Sent
	After  time.Duration // of Retry: not before
}

// Draft is what a person has begun to write, kept through everything. There is one for each person, conversation and kind; of private
// answers and edits one for each message too, since what was meant for one reader must never open before another.
type Draft struct {
	User         UserID
	Conversation ConversationID
	Kind         DraftKind
	To           MessageID // what it answers or changes; 0: not chosen, or a note
	Text         string
	At           time.Time
	Attachments  []Attachment
}

// DraftKind says what a draft becomes. A private answer must never become a public one.
type DraftKind string

// The kinds of draft.
const (
	DraftReply   DraftKind = "reply" // where the message stands: for all, or in a thread of direct messages
	DraftPrivate DraftKind = "private"
	DraftEdit    DraftKind = "edit"
	DraftNote    DraftKind = "note"
)

// draftKinds says what each outgoing that holds a person's words is while it is a draft.
var draftKinds = map[OutgoingKind]DraftKind{
	PublicReply: DraftReply, DirectReply: DraftReply, PrivateReply: DraftPrivate, Edit: DraftEdit,
}

// About is the message that a draft is tied to; 0: it is the conversation's.
func (d Draft) About() MessageID {
	if d.Kind == DraftPrivate || d.Kind == DraftEdit {
		return d.To
	}
	return 0
}

// Same reports whether two drafts of a person and conversation are one.
func (d Draft) Same(o Draft) bool { return d.Kind == o.Kind && d.About() == o.About() }

// among finds a draft among others of the same person and conversation, or nil.
func (d Draft) among(ds []Draft) *Draft {
	for i := range ds {
		if ds[i].Same(d) {
			return &ds[i]
		}
	}
	return nil
}

// Join makes one of two drafts of a person, so that nothing that was written is lost: the newer, and below it what the older says more.
func (d Draft) Join(o Draft) Draft {
	if o.At.After(d.At) {
		d, o = o, d
	}
	switch {
	case strings.TrimSpace(d.Text) == "":
		d.Text = o.Text
	case !strings.Contains(d.Text, o.Text):
		d.Text += "\n\n" + o.Text
	}
	d.Attachments = joined(d.Attachments, o.Attachments)
	if d.To == 0 {
		d.To = o.To
	}
	return d
}
