package inbox

import "slices"

// User is somebody who works at the desk.
type User struct {
	ID       UserID
	Login    string // short and unique: what colleagues type
	Name     string
	Role     Role
	Language string   // "da" or "en"; "" is the desk's
	Keys     []string // public keys, in the form of an authorized_keys line
	Queues   []QueueID
	Pins     []ViewID // views that this person put first, in that order; some may be gone, or not this person's to see any more
	Disabled bool
}

// Role says what a user may see and do.
type Role string

// The roles, each with all that the one before it may.
const (
	Viewer Role = "viewer"
	Agent  Role = "agent"
	Editor Role = "editor"
	Lead   Role = "lead"
	Admin  Role = "admin"
)

// Roles lists the roles, least first.
func Roles() []Role { return []Role{Viewer, Agent, Editor, Lead, Admin} }

// AtLeast reports whether r may do what least may.
func (r Role) AtLeast(least Role) bool {
	return slices.Index(Roles(), r) >= slices.Index(Roles(), least) && slices.Contains(Roles(), r)
}
