package inbox

// The ids of the store. Each is unique within its own kind and never used again.
type (
	AccountID      int64 // one page, profile or handle of ours
	ConversationID int64
	MessageID      int64
	IdentityID     int64 // a person as one channel knows them; 0: the platform does not show who it is
	PersonID       int64 // the human behind one or more identities
	ContextID      int64 // a post of ours that conversations hang on
	OutgoingID     int64
	UserID         int64 // somebody who works at the desk
	QueueID        int64
	TopicID        int64
	ViewID         int64
)

// RemoteID is a platform's own id of something: opaque, unique within an account, and parsed only by that platform's connector.
type RemoteID string

// Seq is a position in the change log: the number of a change. Positions have no gaps that ever fill later.
type Seq int64

// Channel is a platform.
type Channel string

// The channels. The spelling is that of the query language.
const (
	Facebook  Channel = "facebook"
	Instagram Channel = "instagram"
	X         Channel = "x"
)

// Channels lists them in the order in which screens show them.
func Channels() []Channel { return []Channel{Facebook, Instagram, X} }
