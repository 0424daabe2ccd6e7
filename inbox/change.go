package inbox

import "time"

// Change is one thing that happened. The log of changes is audit trail, feed of every live view and feed of the index. A change holds
// ids and words of a closed list; free text is in its detail, which an erasure may empty without breaking the chain of hashes.
type Change struct {
	Seq          Seq
	At           time.Time
	Kind         ChangeKind
	Actor        ActorKind
	User         UserID // of ActorUser
	Account      AccountID
	Conversation ConversationID
	Message      MessageID
	Outgoing     OutgoingID
	Ref          int64  // what the kind names: a topic, queue, user, view, version
	Word         string // of a closed list that the kind names: a state, a reason
	Detail       string // free text; kept apart
	DetailHash   []byte // salted; nil without a detail
	Prev, Hash   []byte
}

// ActorKind says who did it.
type ActorKind string

// The actors.
const (
	ActorUser     ActorKind = "user"
	ActorRule     ActorKind = "rule"
	ActorPlatform ActorKind = "platform"
	ActorClock    ActorKind = "clock"
	ActorDesk     ActorKind = "desk" // the program itself
)

// ChangeKind says what happened. Ref and Word are given behind each.
type ChangeKind string

// The kinds of change.
const (
	ChangeArrived  ChangeKind = "arrived"  // a message came in; Word: its direction
	ChangeEdited   ChangeKind = "edited"   // a message's text changed
	ChangeDeleted  ChangeKind = "deleted"  // a message is gone from the platform; Detail: if we deleted it, why and what it said
	ChangeHidden   ChangeKind = "hidden"   // Word: hidden or shown; Detail: if we did it, why
	ChangeReacted  ChangeKind = "reacted"  // Word: the kind of reaction
	ChangeFilled   ChangeKind = "filled"   // something fetched was filled in; Word: what
	ChangeMerged   ChangeKind = "merged"   // a conversation turned out to be part of this one; Ref: its id
	ChangeGone     ChangeKind = "gone"     // this conversation was merged away; Ref: into which
	ChangeTagged   ChangeKind = "tagged"   // Ref: topic; Detail of a rule: its id
	ChangeUntagged ChangeKind = "untagged" // Ref: topic
	ChangeRouted   ChangeKind = "routed"   // Ref: queue; Detail of a rule: its id
	ChangePriority ChangeKind = "priority" // Word: the priority

	ChangeReserved ChangeKind = "reserved" // Ref: the queue whose members alone answer; Word: ReservedWord, or "" where all may again
	ChangeRedLane  ChangeKind = "red-lane" // Word: RedWord, or "" where it is no more
	ChangeProposed ChangeKind = "proposed" // Word: what a person is asked to confirm
	ChangeSettled  ChangeKind = "settled"  // a person settled a proposal; Word: what; Ref: 1 if it was done, 0 if declined
	ChangeUndone   ChangeKind = "undone"   // what a rule did was undone, or done again; Ref: run; Word: UndoneWord or RestoredWord; Detail: its id

	ChangeTaken     ChangeKind = "taken"     // Ref: user
	ChangeReleased  ChangeKind = "released"  // Ref: who had it
	ChangeAssigned  ChangeKind = "assigned"  // Ref: user; 0 is nobody
	ChangeEscalated ChangeKind = "escalated" // Ref: queue
	ChangeNoted     ChangeKind = "noted"     // Message: the note
	ChangeSnoozed   ChangeKind = "snoozed"
	ChangeWoke      ChangeKind = "woke"
	ChangeClosed    ChangeKind = "closed" // Word: the reason
	ChangeReopened  ChangeKind = "reopened"
	ChangeOverdue   ChangeKind = "overdue" // the due time passed
	ChangeDrafted   ChangeKind = "drafted" // a draft came or went

	ChangeRevealed ChangeKind = "revealed" // a person was shown a message without its CPR number covered
	ChangePassed   ChangeKind = "passed"   // a person said that what looks like a CPR number in an outgoing is none; Detail: why

	ChangeRead    ChangeKind = "read"    // the citizen has read what we wrote
	ChangeBlocked ChangeKind = "blocked" // Word: blocked or unblocked; Message: of whom; Detail: why
	ChangeGap     ChangeKind = "gap"     // an account may have missed something, or no longer; Ref: gap; Word: the cause

	ChangeOutgoing ChangeKind = "outgoing" // Word: the state; Detail: the reason
	ChangeEchoed   ChangeKind = "echoed"   // the platform showed our message back

	ChangeAccount   ChangeKind = "account"   // Word: the state
	ChangeCorrected ChangeKind = "corrected" // a person said what a message shows; Word: signal.Word
	ChangeWords     ChangeKind = "words"     // the organisation's own words; Ref: how many
	ChangeRules     ChangeKind = "rules"     // Ref: version; with a Word: of what waits for a second lead; Detail: the comment
	ChangeRuleRun   ChangeKind = "rule-run"  // Ref: run; Word: its kind
	ChangeView      ChangeKind = "view"      // Ref: view
	ChangeUser      ChangeKind = "user"      // Ref: user
	ChangeQueue     ChangeKind = "queue"     // Ref: queue
	ChangeTopic     ChangeKind = "topic"     // Ref: topic
	ChangeTemplate  ChangeKind = "template"  // a standard answer was put or deleted; Ref: template; Detail: its name
	ChangeParked    ChangeKind = "parked"    // Ref: parked; Word: "", or ParkedSolved
	ChangeFile      ChangeKind = "file"      // Word: FilePut or FileRemoved; Detail: the name of the file on the shelf
)

// Words of changes that rules make.
const (
	ReservedWord = "only"
	RedWord      = "red"
	UndoneWord   = "undone"
	RestoredWord = "restored"
)

// What becomes of rules that wait for a second lead.
const (
	RulesWaiting   = "waiting"
	RulesWithdrawn = "withdrawn"
)

// What happened to a file of the shelf.
const (
	FilePut     = "put"
	FileRemoved = "removed"
)

// ParkedSolved is the word of a change by which something parked went: it is understood now.
const ParkedSolved = "solved"

// Setup reports whether the change is of the desk's own things, not of a conversation: names and views must be read again.
func (k ChangeKind) Setup() bool {
	switch k {
	case ChangeAccount, ChangeRules, ChangeView, ChangeUser, ChangeQueue, ChangeTopic, ChangeTemplate:
		return true
	}
	return false
}
