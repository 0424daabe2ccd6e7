package inbox

import "time"

// Action is something that a platform can be asked to do with a message.
type Action string

// The actions. ActEdit is of our own messages, ActDelete of both; all others are of citizens' messages.
const (
	ActReply   Action = "reply"   // answer: where all can read it, or within a thread of direct messages
	ActPrivate Action = "private" // write in private to who wrote a comment; most platforms allow it once
	ActHide    Action = "hide"
	ActUnhide  Action = "unhide"
	ActDelete  Action = "delete"
	ActLike    Action = "like"
	ActUnlike  Action = "unlike"
	ActEdit    Action = "edit"
	ActBlock   Action = "block" // the author
	ActUnblock Action = "unblock"
)

// Actions lists all of them.
func Actions() []Action {
	return []Action{ActReply, ActPrivate, ActHide, ActUnhide, ActDelete, ActLike, ActUnlike, ActEdit, ActBlock, ActUnblock}
}

// Capability says whether an action is possible here and now, within which limits, and if not, why.
type Capability struct {
	Allowed bool
	Reason  *Reason   // why not; nil if allowed
	MaxText int       // in the unit of Measure; 0: no limit
	Measure Measure   // how text is counted
	Until   time.Time // when the possibility ends; zero: it does not

	Files      []FileRule // which files can go along; none: NoFiles says why
	NoFiles    *Reason
	FilesAlone bool // files go without a text
	Alt        bool // the platform takes descriptions of them, for those who do not see
}

// Measure is how a platform counts text.
type Measure string

// The measures.
const (
	CountRunes Measure = "runes"
	CountBytes Measure = "bytes"
	CountX     Measure = "x" // X's weighing
)

// Abilities tells what the platforms can do with a message. The Runner of the connectors implements it.
type Abilities interface {
	// Can tells about an action on a message of a conversation. It asks no platform: it answers from what is known, at once.
	Can(a Account, m Message, do Action, now time.Time) Capability
}
