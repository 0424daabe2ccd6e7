package clock

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// easter is Easter Sunday by Gauss's rule for the Gregorian calendar in the form of 1816, with its two exceptions: another road than
// the library's.
func easter(year int) time.Time {
	a, b, c := year%19, year%4, year%7
	k := year / 100
	p := (13 + 8*k) / 25
	q := k / 4
	m := (15 - p + k - q) % 30
	n := (4 + k - q) % 7
	d := (19*a + m) % 30
	e := (2*b + 4*c + 6*d + n) % 7
	day := 22 + d + e // of March
	if d == 29 && e == 6 {
		day = 31 + 19
	} else if d == 28 && e == 6 && (11*m+11)%30 < 19 {
		day = 31 + 18
	}
	return time.Date(year, time.March, day, 0, 0, 0, 0, time.UTC)
}

// danishDays are the public holidays of a year by the law, reckoned here.
func danishDays(year int) []Date {
	sunday := easter(year)
	from := func(days int) Date { return DateOf(sunday.AddDate(0, 0, days)) }
	out := []Date{{year, time.January, 1}, from(-3), from(-2), from(0), from(1)}
	if year <= 2023 {
		out = append(out, from(26))
	}
	return append(out, from(39), from(49), from(50), Date{year, time.December, 25}, Date{year, time.December, 26})
}

func TestDanishHolidays(t *testing.T) {
	for year := 1900; year <= 2199; year++ {
		var got []Date
		for _, h := range DanishHolidays(year) {
			got = append(got, h.Date)
		}
		if diff := cmp.Diff(danishDays(year), got); diff != "" {
			t.Errorf("%d: %s", year, diff)
		}
	}
}

// A printed almanac, so that both roads cannot be wrong together.
func TestDanishHolidaysAsPrinted(t *testing.T) {
	for year, want := range map[int][]string{
		2024: {"01-01", "03-28", "03-29", "03-31", "04-01", "05-09", "05-19", "05-20", "12-25", "12-26"},
		2025: {"01-01", "04-17", "04-18", "04-20", "04-21", "05-29", "06-08", "06-09", "12-25", "12-26"},
		2026: {"01-01", "04-02", "04-03", "04-05", "04-06", "05-14", "05-24", "05-25", "12-25", "12-26"},
		2027: {"01-01", "03-25", "03-26", "03-28", "03-29", "05-06", "05-16", "05-17", "12-25", "12-26"},
		2028: {"01-01", "04-13", "04-14", "04-16", "04-17", "05-25", "06-04", "06-05", "12-25", "12-26"},
		2029: {"01-01", "03-29", "03-30", "04-01", "04-02", "05-10", "05-20", "05-21", "12-25", "12-26"},
		2030: {"01-01", "04-18", "04-19", "04-21", "04-22", "05-30", "06-09", "06-10", "12-25", "12-26"},
	} {
		var got []string
		for _, h := range DanishHolidays(year) {
			got = append(got, h.Date.midnight().Format("01-02"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d: %s", year, diff)
		}
	}
}

func TestHolidayOn(t *testing.T) {
	c := &Calendar{Holidays: true}
	if h, ok := c.HolidayOn(Date{2026, time.April, 3}); !ok || h.Key != "good_friday" {
		t.Errorf("3 April 2026 is %+v", h)
	}
	for _, d := range []Date{{2026, time.June, 5}, {2026, time.May, 1}, {2024, time.April, 26}} {
		if h, ok := c.HolidayOn(d); ok {
			t.Errorf("%s is %+v", d, h)
		}
	}
	if _, ok := (&Calendar{}).HolidayOn(Date{2026, time.April, 3}); ok {
		t.Error("a calendar that knows no holidays closes on one")
	}
}
