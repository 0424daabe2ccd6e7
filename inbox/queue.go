package inbox

import (
	"time"

	"lytter/inbox/clock"
)

// Queue is where conversations wait for the people who can solve them.
type Queue struct {
	ID       QueueID
	Name     string
	Calendar string        // name of a calendar; "" is the desk's
	Target   time.Duration // first answer within this much open time; 0: no target
	Members  []UserID
	Position int
}

// Calendar is a named week with its closing days, as text and as parsed.
type Calendar struct {
	Name string
	Spec string // as configured: the source of the parsed form
	Cal  *clock.Calendar
}

// Topic is a tag in the tree. Its path is shown (vej/cykel), its id is stored.
type Topic struct {
	ID     TopicID
	Parent TopicID // 0: at the root
	Name   string
	Number string  // the organisation's own classification number, if any
	Into   TopicID // it became part of this one: conversations keep its id, people see the other; 0: it stands for itself
	// Aliases are other paths that it is still found by: those it had before it was renamed, and what people call it.
	Aliases []string
}
