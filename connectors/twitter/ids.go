package twitter

import (
	"strconv"
	"time"
)

// Ids on X are decimal numbers of up to 19 digits that grow with time ("X IDs": snowflakes). As floats they lose their last digits, so
// they are strings throughout.

// newer reports whether id a was given out after b; "" is before all.
func newer(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// maxID is how many digits an id has at the most.
const maxID = 19

// idOf is the lowest id that can be given out at a moment.
func idOf(at time.Time) string { return strconv.FormatInt((at.UnixMilli()-epoch)<<22, 10) }

// epoch is the first millisecond of snowflakes.
const epoch = 1288834974657

// timeOf is when the id of a post was given out; zero for what is no such id.
func timeOf(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 63)
	if err != nil || n < 1<<22 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}
