package classify

import (
	"time"

	"lytter/inbox"
)

// Rule is one [[rule]] of a file, as written.
type Rule struct {
	ID       string         // unique in the file whatever the case: letters, digits, "-", "_" and "."
	Name     string         // for people; the id where the file has none
	When     string         // a query on arrivals: content fields only
	Topics   []string       // paths
	Queue    string         // name; "" routes nowhere
	Priority inbox.Priority // inbox.Normal: raises nothing
	Stop     bool           // where it matches, the rules behind it do not count
	Enabled  bool           // a disabled rule is checked like any other, and never matches
	Shadow   bool           // it is decided like any other, counted, and sets nothing
	Note     string         // why it is written as it is

	Owner     string          // who answers for it; for people
	Folder    string          // where it is listed; by slashes
	Assignee  string          // login
	Spam      bool            // closes as spam what no person has touched
	RedLane   bool            // urgent at any hour
	QueueOnly bool            // only the members of Queue answer
	Template  string          // name of a standard answer that it suggests
	Propose   []inbox.Propose // what a person is asked to confirm
	From      time.Time       // it does not match what came before; zero: always. A time without a zone is one of the desk's place
	Until     time.Time       // nor what came then or later; of a date, the day after it
	Hours     string          // nor what came outside of these, written as opening hours are; "": at any hour
	Examples  []Example

	// Start and End are the bytes of the file that are this rule: its keys and examples, and the comment lines directly above.
	Start, End int

	keys   []entry
	broken bool // something is wrong with its form
}

// State of a rule.
type State string

// The states.
const (
	Live     State = "live"
	Shadowed State = "shadow"
	Disabled State = "disabled"
)

// State of the rule.
func (r *Rule) State() State {
	switch {
	case !r.Enabled:
		return Disabled
	case r.Shadow:
		return Shadowed
	}
	return Live
}

// Example is a message that a rule must match, or must not.
type Example struct {
	Text  string
	Match bool

	Channel   inbox.Channel // facebook unless the example says otherwise
	Kind      inbox.Kind    // comment unless the example says otherwise
	Account   string        // name of one of our accounts; "" is none
	Author    string        // display name; "" is not told
	Handle    string
	Followers int64
	At        time.Time // zero: not told
	Outside   bool      // it arrived outside opening hours
	Media     bool      // it has a picture or a film

	head int // byte of the file where it begins
	keys []entry
}

// Bounds of what is accepted: a larger file is an error, never a slow desk.
const (
	MaxFile     = 64 << 20 // bytes
	MaxRules    = 100_000
	MaxExamples = 200 // of one rule
	MaxTopics   = 20  // of one rule
	MaxID       = 64  // bytes
	MaxName     = 200 // bytes
	MaxNote     = 4 << 10
)

// entry is one key of a block and where it stands in the file.
type entry struct {
	name     string
	key, val span
}

// span is bytes of the file, the end exclusive.
type span struct{ start, end int }

func find(keys []entry, name string) (entry, bool) {
	for _, e := range keys {
		if e.name == name {
			return e, true
		}
	}
	return entry{}, false
}
