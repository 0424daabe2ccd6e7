package clock

import (
	"cmp"
	"time"
)

// Date is a day, without a time and without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of t in the zone that t is in.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// midnight is where the day begins in UTC: a place to count from, whatever the zone.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func (d Date) next() Date { return DateOf(d.midnight().AddDate(0, 0, 1)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// Compare orders days.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// String prints the day as 2026-12-24.
func (d Date) String() string { return d.midnight().Format(time.DateOnly) }

// valid tells whether there is such a day.
func (d Date) valid() bool { return d.Year >= 1 && d.Year <= 9999 && DateOf(d.midnight()) == d }

// Yearly is a day of every year.
type Yearly struct {
	Month time.Month
	Day   int
}
