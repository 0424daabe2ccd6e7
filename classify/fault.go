package classify

import (
	"fmt"
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
)

// Fault is one thing that is wrong with a rule file.
type Fault struct {
	Rule    string // id; "" where the fault is not in a rule
	Place   Place
	Reason  inbox.Reason
	Suggest []string     // what may have been meant, best first
	Query   *query.Error // where the fault is in a query: its place there
	Missed  *Missed      // where an example failed
}

// Place is a stretch of the file.
type Place struct {
	Line, Column int // where it begins, from 1; columns are characters
	Start, End   int // bytes
}

func (f Fault) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:%d: ", f.Place.Line, f.Place.Column)
	if f.Rule != "" {
		b.WriteString(f.Rule + ": ")
	}
	b.WriteString(f.Reason.String())
	if len(f.Suggest) > 0 {
		b.WriteString(" (perhaps " + strings.Join(f.Suggest, ", ") + ")")
	}
	return b.String()
}

// Error is why a rule file was refused. It is the cause of the *inbox.Error that Load and Compile return.
type Error struct {
	Faults []Fault // in the order of the file, at most a hundred
}

// maxFaults bounds how many are told: behind the first hundred the reader corrects and asks again.
const maxFaults = 100

// Error is for logs.
func (e *Error) Error() string {
	lines := make([]string, 0, 6)
	for i, f := range e.Faults {
		if i == 5 {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Faults)-i))
			break
		}
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "; ")
}

// refuse makes the error of faults; nil where there are none.
func refuse(fs []Fault) error {
	if len(fs) == 0 {
		return nil
	}
	return inbox.E(inbox.Invalid, "classify", "rules.refused", "Count", len(fs)).With(&Error{Faults: fs})
}

// tell puts faults in the order of the file and cuts them to what is told.
func tell(fs []Fault) []Fault {
	slices.SortStableFunc(fs, func(a, b Fault) int { return a.Place.Start - b.Place.Start })
	return fs[:min(len(fs), maxFaults)]
}
