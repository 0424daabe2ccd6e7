package clock

import "time"

// Date is a day without a clock or a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Interval is a stretch of one day in local wall-clock time, from midnight: [From, To).
type Interval struct{ From, To time.Duration }

// Span is a stretch of time: [From, To).
type Span struct{ From, To time.Time }

// Holiday is a day with a name; Key finds its name in the catalogue.
type Holiday struct {
	Date Date
	Key  string
	Da   string
	En   string
}

// Calendar says when a queue is open.
type Calendar struct {
	Location *time.Location
	Week     [7][]Interval       // by time.Weekday: Sunday is 0
	Closed   map[Date]string     // closing days and their reasons
	Open     map[Date][]Interval // exceptions: they replace the day's hours, holiday or not
	Holidays bool                // closed on Danish public holidays
}

// OpenAt tells whether the desk is open at t.
func (c *Calendar) OpenAt(t time.Time) bool { return len(c.Spans(t, t.Add(1))) > 0 }

// Add returns the instant at which d of open time has passed since from; the zero time if the calendar does not
// open for that long within two years.
func (c *Calendar) Add(from time.Time, d time.Duration) time.Time {
	for _, s := range c.Spans(from, from.AddDate(2, 0, 0)) {
		if l := s.To.Sub(s.From); d > l {
			d -= l
		} else {
			return s.From.Add(d)
		}
	}
	return time.Time{}
}

// Between returns the open time in [a, b).
func (c *Calendar) Between(a, b time.Time) time.Duration {
	var sum time.Duration
	for _, s := range c.Spans(a, b) {
		sum += s.To.Sub(s.From)
	}
	return sum
}

// Spans returns the open stretches within [a, b), oldest first.
func (c *Calendar) Spans(a, b time.Time) []Span {
	var out []Span
	for day := a.In(c.Location).AddDate(0, 0, -1); day.Before(b.AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
		y, m, d := day.Date()
		hours := c.Week[day.Weekday()]
		if _, ok := c.Closed[Date{y, m, d}]; ok {
			hours = nil
		}
		if h, ok := c.Open[Date{y, m, d}]; ok {
			hours = h
		}
		for _, h := range hours {
			f := time.Date(y, m, d, 0, 0, int(h.From/time.Second), 0, c.Location)
			t := time.Date(y, m, d, 0, 0, int(h.To/time.Second), 0, c.Location)
			if f.Before(a) {
				f = a
			}
			if t.After(b) {
				t = b
			}
			if f.Before(t) {
				out = append(out, Span{f, t})
			}
		}
	}
	return out
}
