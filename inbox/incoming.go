package inbox

import "time"

// Incoming is one thing that a platform says happened, decoded. It is what connectors give and Desk.Ingest takes, whatever road it
// came by: any order and any number of repetitions of the same Incomings leads to the same desk.
type Incoming struct {
	Account AccountID // set by the Runner; connectors leave it 0 and give AccountRemote
	// AccountRemote is the page, profile or user that the event is about, as the platform names it.
	AccountRemote RemoteID
	Event         Event
	Source        Source
	Journal       int64 // row of the journal that told of it; 0: it did not come by webhook
	Kind          Kind
	Remote        RemoteID // of the message (of the post, for ContextSeen)
	Parent        RemoteID // what it answers; "" at the top. Equal to Context: our post, unless that turns out to be a message
	Thread        RemoteID // only where the platform names the thread: direct messages, reviews; else ""
	Context       RemoteID // the post that it hangs on; "" if none or not told
	FromUs        bool     // the account itself wrote it
	Author        *Author  // nil: the platform does not show who
	Text          string
	Media         []Media
	Permalink     string
	At            time.Time // platform time of the event; zero: not told
	Observed      time.Time // when the source saw it: for a poll, when it read; for a webhook, the event's time
	Token         string    // our own mark on an outgoing message, where the platform hands it back
	Reaction      string    // kind, of Reacted and Unreacted
	Standby       bool      // another app holds the thread
	Thin          bool      // only ids are known: the rest must be fetched
	Aside         bool      // it is not addressed to us: it was fetched because something that is answers it
	// Extra is for imports: what a platform never tells.
	Extra *Imported
}

// Imported carries what a line of an import file may say beside the message itself.
type Imported struct {
	Status Status // "" leaves it to the desk
	By     string // who wrote one of ours
	Note   bool   // an internal note
}

// Event says what happened.
type Event string

// The events.
const (
	Posted      Event = "posted"
	Edited      Event = "edited"
	Deleted     Event = "deleted"
	Hid         Event = "hidden"
	Unhid       Event = "unhidden"
	Reacted     Event = "reacted"
	Unreacted   Event = "unreacted"
	ContextSeen Event = "context" // a post of ours, for the context row
	Seen        Event = "seen"    // who is in Thread has read all of it that is not newer than At; Remote is the thread
)

// Source says which road an Incoming took.
type Source string

// The sources.
const (
	FromWebhook Source = "webhook"
	FromPoll    Source = "poll"
	FromFetch   Source = "fetch"
	FromReceipt Source = "receipt"
	FromImport  Source = "import"
)

// Batch is what is ingested in one transaction.
type Batch struct {
	Items []Incoming
	// Cursors are committed with the items, so that an interrupted poll neither skips nor repeats with effect.
	Cursors []Cursor
	// Done are journal rows that the items came from: marked in the same transaction.
	Done []Range
	// Parked are things that could not be decoded, kept with their bytes.
	Parked []Parked
	// Again is what is parked of rows that are read again: what is parked again as it was stays, and what is not goes.
	Again []Parked
	// Trial takes everything back again: the Report says what would have become of it, as far as its transactions reach.
	Trial bool
	// Gaps are stretches that are over, of which something may be missing. One that is there already is not noted again; one of which
	// nothing can be fetched any more (GapCause.Lost) is closed at once.
	Gaps []Gap
}

// Cursor is how far a poll of one account's stream has read. The bytes are the connector's own.
type Cursor struct {
	Account AccountID
	Stream  string
	Value   []byte
}

// Range is journal rows From to To, both included.
type Range struct{ From, To int64 }

// Parked is something that came in and could not be used: visible, with its bytes and the reason, until a person or a better decoder
// settles it.
type Parked struct {
	ID      int64
	Account AccountID // 0: no account of ours is named
	Journal int64     // row of the journal; 0: it did not come by webhook
	At      time.Time
	Reason  Reason
	Bytes   []byte
}

// Outcome says what ingest made of an item.
type Outcome string

// The outcomes.
const (
	New     Outcome = "new"
	Changed Outcome = "changed"
	Same    Outcome = "same"
	Refused Outcome = "refused" // parked
)

// Pending is something that must be fetched from a platform and is not yet.
type Pending struct {
	ID       int64
	Account  AccountID
	What     Want
	Remote   RemoteID
	Attempts int
	NextAt   time.Time
	Reason   *Reason // why the last attempt failed
}

// Want says what is to be fetched.
type Want string

// The wants.
const (
	WantProfile Want = "profile" // of an identity
	WantContext Want = "context" // a post of ours
	WantParent  Want = "parent"  // a message that a known one answers
	WantMessage Want = "message" // a message of which only the id is known
)
