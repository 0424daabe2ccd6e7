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
	ToldAt    time.Time // as of when Text is: what is told of a time before does not take its place
	Fetched   bool      // false: only its id is known yet
	DeletedAt time.Time // it was removed, and does not come back; its text is dropped
}

// remove notes that a post is gone from the platform.
func (c *Context) remove(at time.Time) {
	c.DeletedAt, c.Fetched, c.Text, c.Permalink = at, true, "", ""
}

// tell takes over what was told of a post, and reports whether its text is another now. A webhook says when a text came to be; what
// merely finds it as it was says nothing of when, and by a clock that is not the platform's.
func (c *Context) tell(in *Incoming) (changed bool) {
	if !c.DeletedAt.IsZero() {
		return false
	}
	if c.Permalink == "" || in.Permalink != "" && in.Observed.After(c.ToldAt) {
		c.Permalink = in.Permalink
	}
	if c.At.IsZero() || in.At.Before(c.At) {
		c.At = in.At
	}
	switch {
	case !c.Fetched:
	case c.Text == in.Text:
		if in.Source == FromWebhook {
			c.ToldAt = later(c.ToldAt, in.Observed)
		}
		return false
	case in.Observed.Before(c.ToldAt), in.Observed.Equal(c.ToldAt) && in.Text < c.Text: // of the same moment one stands, whichever came first
		return false
	}
	c.Text, c.ToldAt, c.Fetched = in.Text, in.Observed, true
	return true
}
