package tui

import (
	"log/slog"
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/tui/ui"
)

// Config is what a session is made of. Seat, Catalog and Now are required.
type Config struct {
	Seat    *inbox.Seat
	Catalog *catalog.Catalog
	// Lang is "da" or "en"; "" is the user's own language, or Danish where none is set.
	Lang string
	// Name is what the desk is called in the header; "" is Lytter.
	Name string
	// Theme is the choice of colours; "" is light or dark, as the terminal's background is.
	Theme ui.Name
	// ASCII draws lines and signs in ASCII.
	ASCII bool
	// Linear says everything in plain lines, one after the other, for a screen reader: Theme and ASCII are not asked.
	Linear bool
	Now    func() time.Time
	// Status tells what accounts and index are doing. It answers from memory and at once; it is called from other goroutines, about once
	// in two seconds. nil: nothing is told.
	Status func() DeskStatus
	// Rule gives a rule as it was in a version of the rule set or, where that is not known any more or version is 0, as it is in force. It
	// answers from memory and at once, and is called from Update. nil: only ids are shown.
	Rule func(id string, version int64) (RuleText, bool)
	// IdleLock hides the screen after so long without a key; 0: 15 minutes, negative: never.
	IdleLock time.Duration
	// Env is the environment of the person's terminal, NAME=value: TERM, COLORTERM, NO_COLOR.
	Env []string
	Log *slog.Logger // nil: discarded
}

// DefaultIdleLock is how long a session may rest before its screen is hidden.
const DefaultIdleLock = 15 * time.Minute

// RuleText is a rule as a person wrote it.
type RuleText struct {
	Name    string
	When    string // the query
	Version int64  // of the rule set that When is of
}

// DeskStatus is what the machines are doing, as data.
type DeskStatus struct {
	Accounts []AccountStatus // in the order to show
	Index    IndexStatus
	Parked   int64          // what came in and could not be read
	Unread   []inbox.Parked // the newest of that, one for each account and reason
	Pending  int64          // profiles, posts and parents still to be fetched
	Rules    error          // what is wrong with rules in force, which stand out until it is put right; nil: nothing
}

// AccountStatus is one account's connection.
type AccountStatus struct {
	inbox.Account               // with State, Since and Advice
	Done, Total   int64         // of the history being fetched; Total 0: it is not known how much there is
	HeardAt       time.Time     // when something last came from the platform; zero: never
	Hooked        bool          // webhooks come
	Every         time.Duration // how often what is new is polled: so late it comes without webhooks; 0: not known
	Faults        []StreamFault
	Gaps          []inbox.Gap // newest first
}

// StreamFault is a part of an account that cannot be read, and why.
type StreamFault struct {
	Stream string // as the connector calls it
	Fault  *inbox.Reason
}

// IndexState is what the search index is doing.
type IndexState string

// The states of the index.
const (
	IndexReady    IndexState = "ready"
	IndexBuilding IndexState = "building"
	IndexOff      IndexState = "off" // searches scan
)

// IndexStatus is the search index; the zero value is one of which nothing is told.
type IndexStatus struct {
	State       IndexState
	Done, Total int64 // while building
}
