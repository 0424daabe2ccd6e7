package classify

import (
	"time"

	"lytter/inbox/clock"
	"lytter/inbox/query"
)

// schedule is when a rule matches at all: by when the message was written, so that the same message is decided the same whenever it is
// looked at.
type schedule struct {
	from, until int64 // milliseconds since 1970, the end exclusive; 0: open
	hours       *clock.Calendar
	loc         *time.Location
}

// covers reports whether an arrival falls into the schedule. One that does not tell when it was, as an example may not, does.
func (s *schedule) covers(d *query.Doc) bool {
	if s == nil {
		return true
	}
	at := d.Nums(query.Time)
	if len(at) == 0 || at[0] <= 0 {
		return true
	}
	return at[0] >= s.from && (s.until == 0 || at[0] < s.until) && (s.hours == nil || s.hours.OpenAt(time.UnixMilli(at[0]).In(s.loc)))
}
