package clock

import (
	"sort"
	"time"
)

// Interval is a stretch of a day on the wall clock, from midnight: [From, To). To is at most 24 hours.
type Interval struct{ From, To time.Duration }

// Span is a stretch of time: [From, To).
type Span struct{ From, To time.Time }

// Calendar says when a desk is open. What is said of a date goes before what is said of a day of every year, that before the public
// holidays, and those before the week; Open goes before Closed. A calendar that Validate refuses gives no meaningful answers. Methods
// only read, so a calendar that is not changed may be shared.
type Calendar struct {
	Location *time.Location // nil is UTC
	Week     [7][]Interval  // by time.Weekday, so Sunday is first; in order and apart
	Holidays bool           // closed on the public holidays of Denmark
	Yearly   map[Yearly]string
	Closed   map[Date]string     // closing days and their reasons
	Open     map[Date][]Interval // days with hours of their own
}

// patience is for how many years an opening is looked for before there is none.
const patience = 2

// farthest bounds how far a wall clock is from UTC.
const farthest = 16 * time.Hour

// OpenAt tells whether the desk is open at t.
func (c *Calendar) OpenAt(t time.Time) bool {
	t = t.In(c.location())
	d := days{c: c}
	hour, minute, second := t.Clock()
	wall := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	wall += time.Duration(t.Nanosecond())
	for _, iv := range d.hours(DateOf(t)) {
		if iv.From <= wall && wall < iv.To {
			return true
		}
	}
	return false
}

// Add returns the earliest instant by which that much open time has passed since from; it lies in an opening or at its end. Nothing
// or less has passed at from itself. It is the zero time if the calendar stays closed for two years before that much has passed. The
// result is in the zone of the calendar.
func (c *Calendar) Add(from time.Time, open time.Duration) time.Time {
	if open <= 0 {
		return from.Round(0).In(c.location())
	}
	var at time.Time
	c.walk(from, func(s Span) bool {
		if length := s.To.Sub(s.From); open > length {
			open -= length
			return true
		}
		at = s.From.Add(open)
		return false
	})
	return at
}

// Between returns the open time from a to b; it is negative if b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	var sum time.Duration
	c.until(a, b, func(s Span) { sum += s.To.Sub(s.From) })
	return sum
}

// Spans returns the openings within [a, b), oldest first: why a deadline is when it is. Openings that touch are one.
func (c *Calendar) Spans(a, b time.Time) []Span {
	var out []Span
	c.until(a, b, func(s Span) {
		if n := len(out); n > 0 && out[n-1].To.Equal(s.From) {
			out[n-1].To = s.To
		} else {
			out = append(out, s)
		}
	})
	return out
}

// HolidayOn returns the public holiday that closes the desk on a day, if one does.
func (c *Calendar) HolidayOn(day Date) (Holiday, bool) {
	if !c.Holidays {
		return Holiday{}, false
	}
	for _, h := range DanishHolidays(day.Year) {
		if h.Date == day {
			return h, true
		}
	}
	return Holiday{}, false
}

func (c *Calendar) location() *time.Location {
	if c.Location == nil {
		return time.UTC
	}
	return c.Location
}

// until gives the openings within [a, b), cut to it.
func (c *Calendar) until(a, b time.Time, give func(Span)) {
	for a.Before(b) {
		last := a
		c.walk(a, func(s Span) bool {
			if s.To.After(b) {
				s.To = b.Round(0).In(c.location())
			}
			if s.From.Before(s.To) {
				give(s)
			}
			last = s.To
			return s.To.Before(b)
		})
		if !last.Before(b) {
			return
		}
		a = last.AddDate(patience, 0, 0) // walk saw no opening before that
	}
}

// walk gives the openings from an instant on, day by day and the first one cut to it, until give has enough or there is none for two
// years. Openings that touch at midnight are given apart.
func (c *Calendar) walk(from time.Time, give func(Span) bool) {
	from = from.Round(0).In(c.location())
	end := from.AddDate(patience, 0, 0)
	d := days{c: c}
	cut := func(s Span) bool {
		if s.From.Before(from) {
			s.From = from
		}
		if !s.From.Before(s.To) {
			return true
		}
		end = s.To.AddDate(patience, 0, 0)
		return give(s)
	}
	for day := DateOf(from); day.midnight().Add(-farthest).Before(end); day = day.next() {
		if !d.spans(day, cut) {
			return
		}
	}
}

// days reads a calendar day by day and remembers the holidays of a year.
type days struct {
	c        *Calendar
	year     int
	holidays []Holiday
}

// hours are the open hours of a day.
func (d *days) hours(day Date) []Interval {
	c := d.c
	if hours, ok := c.Open[day]; ok {
		return hours
	}
	if _, ok := c.Closed[day]; ok {
		return nil
	}
	if _, ok := c.Yearly[Yearly{day.Month, day.Day}]; ok {
		return nil
	}
	hours := c.Week[day.Weekday()]
	if !c.Holidays || len(hours) == 0 {
		return hours
	}
	if d.holidays == nil || d.year != day.Year {
		d.year, d.holidays = day.Year, DanishHolidays(day.Year)
	}
	for _, h := range d.holidays {
		if h.Date == day {
			return nil
		}
	}
	return hours
}

// spans gives the openings of a day in order, before and after a jump of the clock apart. It returns false if add did.
func (d *days) spans(day Date, add func(Span) bool) bool {
	hours := d.hours(day)
	if len(hours) == 0 {
		return true
	}
	loc, midnight := d.c.location(), day.midnight()
	begin, end := midnight.Add(-farthest), midnight.Add(24*time.Hour+farthest) // every instant of this day
	for begin.Before(end) {
		offset, until := sameOffset(begin, end, loc)
		for _, iv := range hours {
			s := Span{midnight.Add(iv.From - offset).In(loc), midnight.Add(iv.To - offset).In(loc)}
			if s.From.Before(begin) {
				s.From = begin.In(loc)
			}
			if s.To.After(until) {
				s.To = until.In(loc)
			}
			if s.From.Before(s.To) && !add(s) {
				return false
			}
		}
		begin = until
	}
	return true
}

// sameOffset returns the offset from UTC at begin and until when it holds, end at most. Clocks do not jump twice within two days.
// (ZoneBounds would tell, but past the table of a zone its end is a day too early in leap years: seen in Go 1.26 on 31 December 2040.)
func sameOffset(begin, end time.Time, loc *time.Location) (offset time.Duration, until time.Time) {
	at := func(t time.Time) int {
		_, seconds := t.In(loc).Zone()
		return seconds
	}
	first := at(begin)
	if at(end) == first {
		return time.Duration(first) * time.Second, end
	}
	after := sort.Search(int(end.Sub(begin)/time.Second), func(s int) bool { return at(begin.Add(time.Duration(s)*time.Second)) != first })
	return time.Duration(first) * time.Second, begin.Add(time.Duration(after) * time.Second)
}
