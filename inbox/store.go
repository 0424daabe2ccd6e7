package inbox

import (
	"context"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
)

// Store keeps everything but the search index and the journal. store.Open gives one over SQLite or PostgreSQL; store/storetest is the
// suite that both pass. Its methods know no rule of the desk: they put and get.
type Store interface {
	// View runs f on one consistent snapshot. f may not write. Views run side by side with each other and with one Update.
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f in a transaction that no other Update overlaps, and commits if f returns nil; when it returns, what f wrote is
	// durable. Of those that wait, lane Persons goes first. f must not keep the Tx. An error of f rolls back and is returned as it is.
	Update(ctx context.Context, lane Lane, f func(Tx) error) error
	// Wait returns when the log has a change behind after (at once if it has already), or with ctx's error.
	Wait(ctx context.Context, after Seq) error
	// Close waits for what runs. The Store is of no use after.
	Close() error
}

// Lane says who waits for an Update.
type Lane int

// The lanes.
const (
	Machines Lane = iota
	Persons
)

// Tx is a transaction. A statement that failed spoils the rest of the Item or Update, and deleting what is not there is no error. A get of something that is not there gives an Error of code NotFound, except where "nil" is said. Lists are in
// order of id unless said otherwise. Put inserts where the id is 0 and sets it, and replaces the row where it is not.
type Tx interface {
	// Now is the moment at which the transaction began; it does not move.
	Now() time.Time
	// Item runs f in a savepoint: its error undoes what it did and nothing else, and is returned.
	Item(f func() error) error

	LogTx
	SetupTx
	RuleTx
	ConversationTx
	MessageTx
	ArrivalTx
	PeopleTx
	OutgoingTx
	FileTx
	SearchTx
	WorkTx
}

// LogTx is the change log.
type LogTx interface {
	// Append adds a change at the end of the log: it sets Seq, At (if zero), the hashes and, with a Detail, its row.
	Append(c *Change) error
	// Changes lists at most n changes behind after, in order, without details.
	Changes(after Seq, n int) ([]Change, error)
	// History lists the newest n changes of a conversation, newest first, with details.
	History(id ConversationID, n int) ([]Change, error)
	// Activity lists the newest n changes of ActorUser that are asked for, newest first, with details.
	Activity(of ActivityOf, n int) ([]Change, error)
	// LastSeq is the newest position, 0 when the log is empty.
	LastSeq() (Seq, error)
	// VerifyLog recomputes the chain of hashes behind after and returns the first position that is wrong, or 0.
	VerifyLog(after Seq) (Seq, error)
	// EraseDetail empties the detail of a change. The chain still verifies.
	EraseDetail(seq Seq) error
}

// SetupTx is what leads set up, and accounts.
type SetupTx interface {
	Accounts() ([]Account, error)
	PutAccount(a *Account) error
	Users() ([]User, error)
	PutUser(u *User) error
	Queues() ([]Queue, error) // in order of Position, then id; with members
	PutQueue(q *Queue) error  // with members
	Topics() ([]Topic, error)
	PutTopic(t *Topic) error
	Views() ([]View, error) // in order of Position, then id
	PutView(v *View) error
	DeleteView(id ViewID) error
	Calendars() ([]Calendar, error) // Spec only
	PutCalendar(c *Calendar) error  // by name
	Templates() ([]Template, error)
	PutTemplate(t *Template) error // by a name that no other has
	DeleteTemplate(id TemplateID) error
	// Rules gives the newest version, or nil when there is none yet.
	Rules() (*RuleSet, error)
	// AddRules adds a version and sets its number and time.
	AddRules(r *RuleSet) error
	// Setting gives a stored word, "" if never set.
	Setting(name string) (string, error)
	SetSetting(name, value string) error
}

// RuleTx is what is kept of rules beside the version in force.
type RuleTx interface {
	RuleVersion(version int64) (*RuleSet, error)
	// RuleVersions lists all versions without their bytes, newest first.
	RuleVersions() ([]RuleSet, error)
	// WaitingRules lists what waits for a second lead, in order of id.
	WaitingRules() ([]WaitingRules, error)
	AddWaiting(w *WaitingRules) error
	DeleteWaiting(id int64) error

	PutEffect(e *Effect) error
	// Effects lists at most n behind an id, in order of id: of a rule of a version those that stand; of a run those that it did and that
	// stand, and those that it undid.
	Effects(s EffectScope, after int64, n int) ([]Effect, error)
	// EffectsIn lists all of a conversation, in order of id.
	EffectsIn(id ConversationID) ([]Effect, error)
	// EffectSums counts what the rules of a version did, in order of rule.
	EffectSums(version int64) ([]EffectSum, error)
	// HandledSince reports whether a person has done something with a conversation behind a position of the log.
	HandledSince(id ConversationID, after Seq) (bool, error)
	// ConversationsAfter lists at most n conversations behind an id, in order of id.
	ConversationsAfter(id ConversationID, n int) ([]ConversationID, error)

	PutRun(r *RuleRun) error
	RuleRuns(n int) ([]RuleRun, error) // newest first

	// CountRules adds to the counts of rules and days.
	CountRules(days []RuleDay) error
	// RuleDays lists the counts of days [from, to], by rule, then day.
	RuleDays(from, to int) ([]RuleDay, error)

	AddCorrection(c *Correction) error
	// DropCorrections forgets those of a conversation that are of the same thing: the person has taken the word back.
	DropCorrections(id ConversationID, set Aspect, ref int64) error
	// CountDeeds counts what rules did since a time, and people's words against it: by rule, then aspect.
	CountDeeds(since time.Time) ([]DeedCount, error)
	// Corrections lists at most n of a rule behind an id, in order of id; "" is all rules.
	Corrections(rule string, after int64, n int) ([]Correction, error)
}

// ConversationTx is conversations with their topics.
type ConversationTx interface {
	Conversation(id ConversationID) (*Conversation, error)
	// FindThread gives the newest part of a thread, or nil.
	FindThread(a AccountID, thread RemoteID) (*Conversation, error)
	// FindContext lists conversations that hang on a context post of that remote id.
	FindContext(a AccountID, remote RemoteID) ([]ConversationID, error)
	// PutConversation writes the row and its topics, and raises Version by one.
	PutConversation(c *Conversation) error
	// DeleteConversation removes the row and its topics; nothing may hang on it any more.
	DeleteConversation(id ConversationID) error
	// Newest lists at most n conversations before a key, newest first. The zero Key starts at the newest.
	Newest(before Key, n int) ([]Stamp, error)
	// LiveConversations lists at most n open and snoozed conversations, newest first.
	LiveConversations(n int) ([]Stamp, error)
	// Stamps gives place and version of conversations; one that is not there is left out.
	Stamps(ids []ConversationID) (map[ConversationID]Stamp, error)
	// Between lists conversations with a time field in [lo, hi): at most n, by that time.
	Between(f TimeField, lo, hi time.Time, n int) ([]ConversationID, error)
	// Threads gives conversations with all that is in them, in the order asked; one that is not there is left out.
	Threads(ids []ConversationID) ([]*Thread, error)
	// Conversations gives those that are there, without what is in them.
	Conversations(ids []ConversationID) (map[ConversationID]Conversation, error)
	// Rows gives what a list shows of conversations, in the order asked; one that is not there is left out.
	Rows(ids []ConversationID) ([]Row, error)
	// CountConversations counts all of them.
	CountConversations() (int64, error)
}

// TimeField is a time of a conversation that can be asked for by range.
type TimeField string

// The time fields.
const (
	ByLastAt   TimeField = "last_at"
	ByFirstAt  TimeField = "first_at"
	ByWaiting  TimeField = "awaiting_since"
	ByDue      TimeField = "due_at"
	BySnooze   TimeField = "snooze_until"
	ByTaken    TimeField = "taken_until"
	ByMessages TimeField = "messages.at" // any inbound message of it
)

// Row is what a list shows of a conversation: the conversation, who began it and its newest inbound text.
type Row struct {
	Conversation
	Author  Identity // zero: not shown by the platform
	Text    string   // of its newest inbound message, at most 300 bytes; of its newest message if there is none
	Sending int      // outgoing that is on its way
	Unsure  int      // outgoing that may have been sent
	Alike   Alike    // by the newest of its messages that others are like; how many they are Seat.Rows counts
}

// MessageTx is messages, their earlier versions, and reactions.
type MessageTx interface {
	Message(id MessageID) (*Message, error)
	// FindMessage gives a message by its platform id, or nil.
	FindMessage(a AccountID, remote RemoteID) (*Message, error)
	PutMessage(m *Message) error
	// MessagesOf lists a conversation's messages in order of time, then id.
	MessagesOf(id ConversationID) ([]Message, error)
	// MoveMessages puts all messages, outgoing, drafts and effects of one conversation into another. Effects on either that a person did
	// something behind are Handled.
	MoveMessages(from, to ConversationID) error
	AddVersion(v Version) error
	Versions(id MessageID) ([]Version, error) // oldest first
	EraseVersions(id MessageID) error
	// Early gives what is known of a message before it came, or nil.
	Early(a AccountID, remote RemoteID) (*Early, error)
	PutEarly(e Early) error
	// ReactionsBy lists what one person did to a thing, what was taken back too, in order of kind.
	ReactionsBy(a AccountID, object, actor RemoteID) ([]Reaction, error)
	// PutReaction adds a row or replaces that of the same account, object, actor and kind.
	PutReaction(r Reaction) error
	// Reactions counts those that stand, by kind.
	Reactions(a AccountID, object RemoteID) (map[string]int, error)
	// Cluster lists at most n conversations that have a message of a cluster, in no order.
	Cluster(id MessageID, n int) ([]ConversationID, error)
	// Corrected lists at most n messages of which a person has set a signal, in order of id, behind after.
	Corrected(after MessageID, n int) ([]Message, error)
	// Recent calls f for those of the newest n messages that are inbound, in order of id, until it returns an error.
	Recent(n int, f func(Message) error) error
	// EachMessage calls f for all messages in order of id, behind after, until it returns an error.
	EachMessage(after MessageID, f func(Message) error) error
}

// ArrivalTx reads what has arrived (Arrived), at since or later where since is not zero.
type ArrivalTx interface {
	// ArrivalIDs gives the least and the greatest id of arrivals; 0 and 0 where there are none.
	ArrivalIDs(since time.Time) (lo, hi MessageID, err error)
	// ArrivalsBelow lists at most n with ids in [lo, below), the greatest first.
	ArrivalsBelow(below, lo MessageID, since time.Time, n int) ([]Arrived, error)
	// ArrivalsAmong lists those that have one of some ids.
	ArrivalsAmong(ids []MessageID, since time.Time) ([]Arrived, error)
	// ArrivalsIn lists those of some conversations.
	ArrivalsIn(ids []ConversationID, since time.Time) ([]Arrived, error)
}

// PeopleTx is identities and context posts.
type PeopleTx interface {
	// FindIdentity gives an identity by its platform id, or nil.
	FindIdentity(a AccountID, remote RemoteID) (*Identity, error)
	// Identities gives those that are there.
	Identities(ids []IdentityID) (map[IdentityID]Identity, error)
	// PutIdentity makes a person of its own for a new identity that has none.
	PutIdentity(id *Identity) error
	// ConversationsOf lists where an identity has written, newest first, at most n.
	ConversationsOf(id IdentityID, n int) ([]ConversationID, error)
	// FindPost gives a context post by its platform id, or nil.
	FindPost(a AccountID, remote RemoteID) (*Context, error)
	Post(id ContextID) (*Context, error)
	PutPost(c *Context) error
	// ConversationsOn lists the conversations that hang on a context post.
	ConversationsOn(id ContextID) ([]ConversationID, error)
}

// OutgoingTx is what is on its way, and drafts.
type OutgoingTx interface {
	Outgoing(id OutgoingID) (*Outgoing, error)
	PutOutgoing(o *Outgoing) error
	// LastPrivate finds the newest private answer that a person (Outgoing.Person) has, or may have, got; nil: there is none.
	LastPrivate(a AccountID, person RemoteID) (*Outgoing, error)
	// OutgoingOf lists a conversation's, in order of id.
	OutgoingOf(id ConversationID) ([]Outgoing, error)
	// OutgoingIn lists an account's in any of the states, in order of id; account 0 is all of them.
	OutgoingIn(a AccountID, states ...OutgoingState) ([]Outgoing, error)
	// FindSent gives the outgoing that became a platform id, or nil.
	FindSent(a AccountID, remote RemoteID) (*Outgoing, error)
	// FindToken gives an outgoing by our mark, or nil.
	FindToken(token string) (*Outgoing, error)
	// CountSaid counts what an account has said to a person (Outgoing.Person) that was settled as sent at since or later. Acts that say
	// nothing are not counted.
	CountSaid(a AccountID, person RemoteID, since time.Time) (int, error)
	// DraftsIn lists a person's drafts in a conversation.
	DraftsIn(u UserID, id ConversationID) ([]Draft, error)
	// PutDraft puts a draft in the place of the one that is the same (Draft.Same), if there is one.
	PutDraft(d Draft) error
	// DeleteDraft deletes the draft that is the same, and reports whether there was one.
	DeleteDraft(d Draft) (bool, error)
	// DraftsOf lists a person's drafts, in order of conversation.
	DraftsOf(u UserID) ([]Draft, error)
}

// FileTx is files that go along with answers: their bytes, once each, and the shelf.
type FileTx interface {
	// PutBytes keeps bytes under their name; that they are kept already is no error.
	PutBytes(h Hash, b []byte) error
	Bytes(h Hash) ([]byte, error)
	// EraseBytes deletes bytes that are on no shelf and go along with no outgoing and no draft, and tells how many there were.
	EraseBytes() (int64, error)
	Files() ([]File, error)  // the shelf, in order of name
	PutFile(f File) error    // by hash, whose bytes are kept; At and By are of the newest
	DeleteFile(h Hash) error // from the shelf
}

// SearchTx is what people have searched for.
type SearchTx interface {
	// Searches lists a person's, newest first.
	Searches(u UserID) ([]string, error)
	// AddSearch makes q the newest of a person's, of which keep are kept. One that is there already moves.
	AddSearch(u UserID, q string, keep int) error
	// DeleteSearch erases one of a person's, DeleteSearches all.
	DeleteSearch(u UserID, q string) error
	DeleteSearches(u UserID) error
}

// WorkTx is what machines remember between them: cursors, pending fetches, parked input, journal rows that are done.
type WorkTx interface {
	// Cursor gives a poll's position, nil if it never read.
	Cursor(a AccountID, stream string) ([]byte, error)
	PutCursor(c Cursor) error
	// AddPending adds a fetch unless the same is pending already.
	AddPending(p Pending) error
	// DuePending lists at most n of an account that may be tried at now, oldest first.
	DuePending(a AccountID, now time.Time, n int) ([]Pending, error)
	PutPending(p Pending) error
	DeletePending(id int64) error
	CountPending() (int64, error)
	AddParked(p *Parked) error
	// Parkeds lists the newest n, newest first.
	Parkeds(n int) ([]Parked, error)
	// ParkedAfter lists at most n in order of their journal row, then id, behind both. Those that did not come by webhook have row 0.
	ParkedAfter(row, id int64, n int) ([]Parked, error)
	CountParked() (int64, error)
	DeleteParked(id int64) error
	// OpenGaps lists an account's gaps that are not closed, in order of id.
	OpenGaps(a AccountID) ([]Gap, error)
	// Gaps lists the newest n of all accounts, newest first.
	Gaps(n int) ([]Gap, error)
	PutGap(g *Gap) error
	// CountLate counts what citizens wrote to an account in [from, to) that reached us at or after to, or more than late after it was
	// written.
	CountLate(a AccountID, from, to time.Time, late time.Duration) (int, error)
	// MarkDone notes journal rows as ingested. Ranges that touch become one.
	MarkDone(r Range) error
	// Done lists the ranges, ascending.
	Done() ([]Range, error)
}

// Index narrows a search. store/index is the one over Bleve. It is disposable: without one the desk searches by scanning.
type Index interface {
	// Reader opens a view of the index that does not move. Close it. An Error of code Unavailable, with its Reason, while the index is
	// being rebuilt or is out of order.
	Reader(ctx context.Context) (IndexReader, error)
}

// IndexReader is the index as of one position of the log.
type IndexReader interface {
	// Seq is the position up to which every change is in. Documents may be newer; whatever changed behind Seq is not to be trusted.
	Seq() Seq
	// Narrow tells what the index could do for a query, without doing it. Unless all is wanted, it looks no further than it must, or than
	// Walk has been, to know whether it narrows; what it has not looked at it takes for possible.
	Narrow(q *query.Bound, all bool) (Narrowing, error)
	// Walk gives keys of documents before a key (the zero Key: from the newest), newest first, until yield returns false. It leaves out
	// none that matches; one that it is sure of does match.
	Walk(ctx context.Context, q *query.Bound, before Key, yield func(k Key, sure bool) bool) error
	// Near tells how many conversations have a word of the citizens', as a query asks for it bare, and which other words of theirs are
	// spelt nearly so, the nearest first. It stops looking after a limit and gives what it has.
	Near(word *text.Keys, limit time.Duration) (have int64, near []Spelling, err error)
	Close() error
}

// Spelling is a word as it is spelt in conversations.
type Spelling struct {
	Word  string // its exact key
	Far   int    // text.Near's score
	Count int64  // conversations that have it
}

// Narrowing is what an index could do for a query.
type Narrowing struct {
	Narrows bool  // false: it cannot tell the query's documents from all others
	Exact   bool  // it is sure of all that it finds; otherwise it tells of each
	Guess   int64 // how many documents it would find, at most
	Total   int64 // how many there are
}

// Stamp is a conversation's place and version.
type Stamp struct {
	Key
	Version int64
}
