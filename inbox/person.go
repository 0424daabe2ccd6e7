package inbox

import "time"

// Identity is a person as one of our accounts meets them on a channel.
type Identity struct {
	ID        IdentityID
	Account   AccountID
	Person    PersonID
	Remote    RemoteID
	Handle    string // without @; "" where the channel has none
	Name      string
	Followers int64
	Verified  bool
	Blocked   bool      // from writing to the account
	Fetched   time.Time // when the profile was last asked for; zero: never
}

// Author is what an arriving message says of who wrote it.
type Author struct {
	Remote    RemoteID
	Handle    string
	Name      string
	Followers int64 // -1: not told
	Verified  bool
}

// Merge takes over what the author tells and the identity lacks or has otherwise; it reports whether anything changed that is worth
// telling: a follower more or less is not.
func (id *Identity) Merge(a Author) bool {
	old := *id
	if a.Handle != "" {
		id.Handle = a.Handle
	}
	if a.Name != "" {
		id.Name = a.Name
	}
	if d := a.Followers - id.Followers; a.Followers >= 0 && (id.Followers == 0 || d*5 >= id.Followers || -d*5 >= id.Followers) {
		id.Followers = a.Followers
	}
	id.Verified = id.Verified || a.Verified
	return *id != old
}

// Context is a post of ours that conversations hang on: always shown beside them, never triaged.
type Context struct {
	ID        ContextID
	Account   AccountID
	Remote    RemoteID
	Text      string
	Permalink string
	At        time.Time
	Fetched   bool // false: only its id is known yet
}
