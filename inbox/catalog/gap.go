package catalog

import (
	"strings"
	"time"

	"lytter/inbox"
)

// Gap says a gap: from when to when, why, and what was fetched from it, is still to be, or never can be.
func (t *Texts) Gap(g inbox.Gap, now time.Time) string {
	cause, from, to := t.T("gap."+string(g.Cause)), t.When(g.From, now), t.until(g.From, g.To, now)
	switch {
	case g.To.IsZero():
		return t.T("gap.lasts", "From", from, "Cause", cause)
	case g.Cause.Lost():
		return t.T("gap.lost", "From", from, "To", to, "Cause", cause)
	case g.ClosedAt.IsZero():
		return t.T("gap.unread", "From", from, "To", to, "Cause", cause)
	}
	return t.N("gap.closed", g.Fetched, "From", from, "To", to, "Cause", cause)
}

// until is the end of a stretch: a time of day where it began on the same day.
func (t *Texts) until(from, to, now time.Time) string {
	from, to = from.In(now.Location()), to.In(now.Location())
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return t.Clock(to)
	}
	return t.When(to, now)
}

// Stream names what a connector's stream reads. One that has no name of its own is called as it is.
func (t *Texts) Stream(name string) string {
	kind, query, _ := strings.Cut(name, ":")
	if key := "stream." + kind; t.Has(key) {
		return t.T(key, "Query", query)
	}
	return name
}
