package inbox

import "time"

// Conversation is the unit of triage, search, views and clocks: a top-level comment with all below it, a thread of direct messages, a
// mention with its reply chain, a review. Several people may be in it.
type Conversation struct {
	ID      ConversationID
	Account AccountID
	Channel Channel
	Kind    Kind
	Thread  RemoteID // what holds it together on the platform; unique per account together with Part
	Part    int      // 1, and more when it went on after the reopen window or past MaxMessages
	Context ContextID
	Before  ConversationID // the part before this one; of private messages also where we wrote to the person in private first; 0: none

	Status      Status
	Reason      CloseReason // of a closed one
	SnoozeUntil time.Time
	Queue       QueueID
	QueueSet    bool // a person chose the queue: no rule routes it
	QueueOnly   bool // a rule sent it to Queue for its members alone: others do not answer
	Assignee    UserID
	TakenBy     UserID // exclusive, until the lease ends
	TakenUntil  time.Time
	Priority    Priority
	PrioritySet bool       // a person chose it: no rule raises it
	RedLane     bool       // it is urgent at any hour: its due time counts closed hours too
	Proposals   []Proposal // what a person is asked to confirm, and what became of it; in the order in which it was asked
	Topics      []Tagging  // in order of topic id; those a person removed are kept, with Removed set

	FirstAt   time.Time // of its oldest message
	LastAt    time.Time // of its newest message in or out: its place in every list
	LastInAt  time.Time
	LastOutAt time.Time
	ReadAt    time.Time // of direct messages: up to when the citizen has read ours; zero: not told
	Messages  int       // in and out, not notes, not deleted

	Awaiting      int       // inbound messages newer than our last answer to their author
	AwaitingSince time.Time // the oldest of them
	SettledAt     time.Time // what came before needs no answer: the last close
	DueAt         time.Time // zero: nothing is due
	DuePolicy     int64     // version of queue policy and calendar that DueAt was computed with

	Version int64 // one more with every change of the conversation or of anything in it
}

// Key places a conversation in every list: newest last message first, then the higher id.
type Key struct {
	At int64 // LastAt in milliseconds since 1970
	ID ConversationID
}

// Key of the conversation.
func (c *Conversation) Key() Key { return Key{At: c.LastAt.UnixMilli(), ID: c.ID} }

// Less orders keys oldest first.
func (k Key) Less(o Key) bool { return k.At < o.At || k.At == o.At && k.ID < o.ID }

// Status of a conversation.
type Status string

// The statuses.
const (
	Open    Status = "open"
	Snoozed Status = "snoozed"
	Closed  Status = "closed"
)

// CloseReason says why a conversation was closed.
type CloseReason string

// The reasons.
const (
	Answered CloseReason = "answered"
	NoAnswer CloseReason = "no-answer" // it needs none
	Moved    CloseReason = "moved"
	Spam     CloseReason = "spam"
	// Earlier is history: it was written long before the account was connected. No person closes for this reason.
	Earlier CloseReason = "earlier"
)

// CloseReasons lists those that a person can give, in the order in which screens offer them.
func CloseReasons() []CloseReason { return []CloseReason{Answered, NoAnswer, Moved, Spam} }

// Priority of a conversation.
type Priority int

// The priorities. The numbers are stored.
const (
	Low    Priority = -1
	Normal Priority = 0
	High   Priority = 1
	Urgent Priority = 2
)

var priorityNames = map[Priority]string{Low: "low", Normal: "normal", High: "high", Urgent: "urgent"}

// String is the priority's name in the query language.
func (p Priority) String() string { return priorityNames[p] }

// ParsePriority reads a priority's name.
func ParsePriority(s string) (Priority, bool) {
	for p, n := range priorityNames {
		if n == s {
			return p, true
		}
	}
	return Normal, false
}

// Tagging is one topic on a conversation and where it came from.
type Tagging struct {
	Topic   TopicID
	By      UserID // a person; 0: a rule
	Rule    string // id of the rule, if a rule set it
	Version int64  // of the rule set
	Message MessageID
	Hits    []RuleHit // clause and words, of a rule
	Removed bool      // a person took it off: no rule sets it again
}

// RuleHit is one reason why a rule struck: a part of its query and, where words did it, where they stand in the message.
type RuleHit struct {
	Clause [2]int `json:"c"`           // bytes of the rule's query
	Start  int32  `json:"s,omitempty"` // bytes of the message's text; both 0 where no words did it
	End    int32  `json:"e,omitempty"`
}

// Tag returns the topic's row, or nil.
func (c *Conversation) Tag(t TopicID) *Tagging {
	for i := range c.Topics {
		if c.Topics[i].Topic == t {
			return &c.Topics[i]
		}
	}
	return nil
}

// Live reports whether the conversation is open or snoozed.
func (c *Conversation) Live() bool { return c.Status != Closed }

// Taken reports whether somebody holds the conversation at now.
func (c *Conversation) Taken(now time.Time) bool { return c.TakenBy != 0 && c.TakenUntil.After(now) }
