package clock

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func parse(t testing.TB, text string) *Calendar {
	t.Helper()
	c, err := Parse(text, zone(t, "Europe/Copenhagen"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const office = `
mon-wed 8-16
thu     8-18
fri     8-14
holidays closed
12-24 closed juleaften; 12-31 closed
2026-05-15 closed
2026-12-23 8-12
`

func TestAdd(t *testing.T) {
	c := parse(t, office)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", s, c.Location)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		name, from string
		open       time.Duration
		want       string
	}{
		{"nothing", "2026-11-21 03:00:00", 0, "2026-11-21 03:00:00"},
		{"within a day", "2026-11-23 09:15:00", 2 * time.Hour, "2026-11-23 11:15:00"},
		{"to the end of the day", "2026-11-23 14:00:00", 2 * time.Hour, "2026-11-23 16:00:00"},
		{"a second further", "2026-11-23 14:00:00", 2*time.Hour + time.Second, "2026-11-24 08:00:01"},
		{"before opening", "2026-11-23 05:00:00", time.Hour, "2026-11-23 09:00:00"},
		{"over a weekend", "2026-11-20 13:00:00", 2 * time.Hour, "2026-11-23 09:00:00"},
		{"over Easter", "2026-04-01 15:00:00", 2 * time.Hour, "2026-04-07 09:00:00"},
		{"over Ascension and a closing day", "2026-05-13 15:30:00", time.Hour, "2026-05-18 08:30:00"},
		{"an exception", "2026-12-23 11:00:00", 2 * time.Hour, "2026-12-28 09:00:00"},
		{"where Great Prayer Day was", "2024-04-25 17:00:00", 2 * time.Hour, "2024-04-26 09:00:00"},
		{"when it was one", "2023-05-04 17:00:00", 2 * time.Hour, "2023-05-08 09:00:00"},
		{"over the summer clock", "2026-03-27 13:00:00", 2 * time.Hour, "2026-03-30 09:00:00"},
		{"over the winter clock", "2026-10-23 13:00:00", 2 * time.Hour, "2026-10-26 09:00:00"},
	} {
		if got, want := c.Add(at(tt.from), tt.open), at(tt.want); !got.Equal(want) {
			t.Errorf("%s: %s open after %s is %s, want %s", tt.name, tt.open, tt.from, got, want)
		}
	}
}

// The clock itself jumps: 02:00 became 03:00 on 29 March 2026, and 03:00 became 02:00 on 25 October.
func TestHoursAcrossTheJump(t *testing.T) {
	for _, tt := range []struct {
		name, hours, day string
		want             time.Duration
		spans            int
	}{
		{"all day in spring", "0-24", "2026-03-29", 23 * time.Hour, 1},
		{"all day in autumn", "0-24", "2026-10-25", 25 * time.Hour, 1},
		{"night in spring", "1-4", "2026-03-29", 2 * time.Hour, 1},
		{"night in autumn", "1-4", "2026-10-25", 4 * time.Hour, 1},
		{"from within the gap", "2:30-4", "2026-03-29", time.Hour, 1},
		{"all within the gap", "2-3", "2026-03-29", 0, 0},
		{"shown twice", "2-3", "2026-10-25", 2 * time.Hour, 1},
		{"half of it shown twice", "2:30-4", "2026-10-25", 2 * time.Hour, 2},
		{"until half of it", "1-2:30", "2026-10-25", 2 * time.Hour, 2},
		{"office day in spring", "8-16", "2026-03-29", 8 * time.Hour, 1},
	} {
		c := parse(t, "sun "+tt.hours)
		day, err := time.ParseInLocation(time.DateOnly, tt.day, c.Location)
		if err != nil {
			t.Fatal(err)
		}
		next := day.AddDate(0, 0, 1)
		if got := c.Between(day, next); got != tt.want {
			t.Errorf("%s: %s on %s is %s, want %s", tt.name, tt.hours, tt.day, got, tt.want)
		}
		if got := c.Spans(day, next); len(got) != tt.spans {
			t.Errorf("%s: %s on %s is %v, want %d spans", tt.name, tt.hours, tt.day, got, tt.spans)
		}
	}
}

func TestAddGivesUp(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := (&Calendar{}).Add(from, time.Second); !got.IsZero() {
		t.Errorf("a calendar without hours opens at %s", got)
	}
	if got := parse(t, "2029-01-01 8-16").Add(from, time.Second); !got.IsZero() {
		t.Errorf("an opening in three years was waited for: %s", got)
	}
	c := parse(t, "2026-06-01 8-16; 2028-01-03 8-16")
	if got, want := c.Add(from, 9*time.Hour), time.Date(2028, 1, 3, 8, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := c.Add(from, 17*time.Hour); !got.IsZero() {
		t.Errorf("more than there is came at %s", got)
	}
	always := parse(t, "mon-sun 0-24")
	if got, want := always.Add(from, 20_000*time.Hour), from.Add(20_000*time.Hour); !got.Equal(want) {
		t.Errorf("always open: got %s, want %s", got, want)
	}
	if got := parse(t, "2026-06-01 8-16; 2036-06-02 8-16").Between(from, from.AddDate(20, 0, 0)); got != 16*time.Hour {
		t.Errorf("ten closed years in between: %s", got)
	}
	halfPast := time.Date(2026, 1, 1, 0, 30, 0, 0, always.Location)
	if got := parse(t, "2028-01-01 0-1").Between(halfPast, halfPast.AddDate(3, 0, 0)); got != time.Hour {
		t.Errorf("an opening around the end of two years: %s", got)
	}
	if got := always.Spans(from, from.AddDate(1, 0, 0)); len(got) != 1 {
		t.Errorf("always open in %d spans", len(got))
	}
}

// calendars draws calendars of quarter hours, with closing days and exceptions around the days that are asked about.
func calendars(zones []*time.Location) *rapid.Generator[*Calendar] {
	hours := rapid.Custom(func(t *rapid.T) []Interval {
		var out []Interval
		at := 0
		for range rapid.IntRange(0, 3).Draw(t, "intervals") {
			from := rapid.IntRange(at, 96).Draw(t, "from")
			to := rapid.IntRange(from, 96).Draw(t, "to")
			if to > from {
				out = append(out, Interval{time.Duration(from) * 15 * time.Minute, time.Duration(to) * 15 * time.Minute})
				at = to
			}
		}
		return out
	})
	return rapid.Custom(func(t *rapid.T) *Calendar {
		c := &Calendar{
			Location: rapid.SampledFrom(zones).Draw(t, "zone"), Holidays: rapid.Bool().Draw(t, "holidays"),
			Yearly: map[Yearly]string{}, Closed: map[Date]string{}, Open: map[Date][]Interval{},
		}
		for i := range c.Week {
			c.Week[i] = hours.Draw(t, "week")
		}
		base := DateOf(rapid.SampledFrom(days0).Draw(t, "around"))
		for range rapid.IntRange(0, 6).Draw(t, "special days") {
			d := DateOf(base.midnight().AddDate(0, 0, rapid.IntRange(-3, 12).Draw(t, "offset")))
			switch h := hours.Draw(t, "hours"); {
			case rapid.Bool().Draw(t, "yearly"):
				c.Yearly[Yearly{d.Month, d.Day}] = "fast lukkedag"
			case len(h) == 0 && c.Open[d] == nil:
				c.Closed[d] = rapid.SampledFrom([]string{"", "personaledag", "æ ø å"}).Draw(t, "reason")
			case len(h) > 0:
				delete(c.Closed, d)
				c.Open[d] = h
			}
		}
		return c
	})
}

// days0 are days near which something happens: the clock jumps, a holiday, a leap day, the end of a year.
var days0 = []time.Time{
	time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC),
	time.Date(2028, 2, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 22, 0, 0, 0, 0, time.UTC), time.Date(2045, 3, 25, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2011, 12, 29, 0, 0, 0, 0, time.UTC),
	time.Date(2018, 11, 3, 0, 0, 0, 0, time.UTC), time.Date(2040, 12, 29, 0, 0, 0, 0, time.UTC),
}

func instants() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return rapid.SampledFrom(days0).Draw(t, "day").Add(time.Duration(rapid.IntRange(-36*60, 12*24*60).Draw(t, "minutes")) * time.Minute)
	})
}

// oracle says whether the desk is open, from what the wall shows and what the calendar says of that day: no arithmetic of instants.
func oracle(c *Calendar, t time.Time) bool {
	t = t.In(c.Location)
	hours := c.Week[t.Weekday()]
	y, m, d := t.Date()
	if c.Holidays {
		for _, h := range danishDays(y) {
			if h.Month == m && h.Day == d {
				hours = nil
			}
		}
	}
	if _, ok := c.Yearly[Yearly{m, d}]; ok {
		hours = nil
	}
	if _, ok := c.Closed[Date{y, m, d}]; ok {
		hours = nil
	}
	if h, ok := c.Open[Date{y, m, d}]; ok {
		hours = h
	}
	for _, iv := range hours {
		minute := t.Hour()*60 + t.Minute()
		if int(iv.From/time.Minute) <= minute && minute < int(iv.To/time.Minute) {
			return true
		}
	}
	return false
}

func TestCalendarProperties(t *testing.T) {
	zones := []*time.Location{
		zone(t, "Europe/Copenhagen"), zone(t, "Europe/Copenhagen"), zone(t, "Europe/Copenhagen"), time.UTC,
		zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "Pacific/Apia"), zone(t, "America/Sao_Paulo"),
	}
	rapid.Check(t, func(t *rapid.T) {
		c := calendars(zones).Draw(t, "calendar")
		a, b, m := instants().Draw(t, "a"), instants().Draw(t, "b"), instants().Draw(t, "m")

		if c.OpenAt(a) != oracle(c, a) {
			t.Fatalf("open at %s: %t", a, c.OpenAt(a))
		}
		if got := c.Between(a, m) + c.Between(m, b); got != c.Between(a, b) {
			t.Fatalf("%s to %s is %s, by way of %s %s", a, b, c.Between(a, b), m, got)
		}

		end := a.Add(8 * 24 * time.Hour)
		open := time.Duration(0)
		for at := a; at.Before(end); at = at.Add(time.Minute) {
			if oracle(c, at) {
				open += time.Minute
			}
		}
		if got := c.Between(a, end); got != open {
			t.Fatalf("eight days from %s have %s, minute by minute %s", a, got, open)
		}

		var sum time.Duration
		last := a
		for i, s := range c.Spans(a, end) {
			if !s.From.Before(s.To) || s.From.Before(last) || i > 0 && !s.From.After(last) || s.To.After(end) {
				t.Fatalf("span %d of %v", i, c.Spans(a, end))
			}
			if !c.OpenAt(s.From) || c.OpenAt(s.To) && s.To.Before(end) || !c.OpenAt(s.To.Add(-1)) {
				t.Fatalf("span %s to %s is not open, or not all", s.From, s.To)
			}
			sum += s.To.Sub(s.From)
			last = s.To
		}
		if sum != open {
			t.Fatalf("spans add up to %s, want %s", sum, open)
		}

		d := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "d"))
		e := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "e"))
		due := c.Add(a, d)
		if due.IsZero() {
			if c.Between(a, a.AddDate(2, 0, 0)) >= d {
				t.Fatalf("%s after %s never comes", d, a)
			}
			return
		}
		if got := c.Between(a, due); got != d {
			t.Fatalf("%s after %s is %s, but there is %s between", d, a, due, got)
		}
		if d > 0 && c.Between(a, due.Add(-1)) != d-1 {
			t.Fatalf("%s after %s is not %s: it was so earlier", d, a, due)
		}
		if x, y := c.Add(due, e), c.Add(a, d+e); !x.Equal(y) {
			t.Fatalf("%s and %s after %s: %s or %s", d, e, a, x, y)
		}
		if later := c.Add(a.Add(time.Hour), d); !later.IsZero() && later.Before(due) {
			t.Fatalf("%s after %s is %s, an hour later %s", d, a, due, later)
		}
		if back := c.Add(a, c.Between(a, m)); m.After(a) && back.After(m) {
			t.Fatalf("the open time from %s to %s is over at %s", a, m, back)
		}
	})
}

func TestParsePrintsAndReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendars([]*time.Location{time.UTC}).Draw(t, "calendar")
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		back, err := Parse(c.String(), time.UTC)
		if err != nil {
			t.Fatalf("%s\n%v", c, err)
		}
		if diff := cmp.Diff(c, back, cmp.Comparer(func(a, b *time.Location) bool { return a == b })); diff != "" {
			t.Fatalf("%s\n%s", c, diff)
		}
	})
}

func TestParse(t *testing.T) {
	english := parse(t, office)
	danish := parse(t, `man-ons 8-16; Torsdag 8.00-18.00 # langdag
FRE 08:00-14
helligdage lukket
12-24 lukket juleaften
12-31 lukket
2026-05-15 lukket
2026-12-23 8-12`)
	if a, b := english.String(), danish.String(); a != b {
		t.Errorf("English\n%s\nDanish\n%s", a, b)
	}
	want := `mon-wed 8-16
thu 8-18
fri 8-14
holidays closed
12-24 closed juleaften
12-31 closed
2026-05-15 closed
2026-12-23 8-12
`
	if diff := cmp.Diff(want, english.String()); diff != "" {
		t.Error(diff)
	}
	if got := parse(t, "lør-man 10-12 13-24").String(); got != "mon 10-12 13-24\nsat-sun 10-12 13-24\n" {
		t.Errorf("a range over the weekend became %q", got)
	}
	if c := parse(t, " # nothing\n;;"); c.String() != "" {
		t.Errorf("an empty calendar is %q", c)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		text, key string
		line      int
	}{
		{"mon", "no_hours", 1},
		{"mon-fri 8-16\nxyz 8-16", "bad_day", 2},
		{"mon-xyz 8-16", "bad_day", 1},
		{"mon 8", "bad_time", 1},
		{"mon 8-25", "bad_time", 1},
		{"mon 8-24:01", "bad_time", 1},
		{"mon 8:5-9", "bad_time", 1},
		{"mon 16-8", "bad_hours", 1},
		{"mon 8-8", "bad_hours", 1},
		{"mon 8-12 11-13", "bad_hours", 1},
		{"mon 22-6", "bad_hours", 1},
		{"\n\nmon-fri 8-16; fri 8-12", "twice", 3},
		{"holidays closed; helligdage lukket", "twice", 1},
		{"holidays 8-12", "bad_hours", 1},
		{"2026-02-29 closed", "bad_date", 1},
		{"2026-12-23 closed; 2026-12-23 8-12", "twice", 1},
		{"02-30 closed", "bad_date", 1},
		{"24-12 closed", "bad_date", 1},
		{"12-24 8-12", "bad_hours", 1},
		{"12-24 closed a; 12-24 closed b", "twice", 1},
		{"mon closed forever", "bad_hours", 1},
	} {
		_, err := Parse(tt.text, time.UTC)
		var e *Error
		if !errors.As(err, &e) || e.Key != tt.key || e.Line != tt.line {
			t.Errorf("%q: got %v, want %s in line %d", tt.text, err, tt.key, tt.line)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	h := func(from, to time.Duration) []Interval { return []Interval{{from, to}} }
	for _, tt := range []struct {
		name string
		c    Calendar
		key  string
	}{
		{"backwards", Calendar{Week: [7][]Interval{1: h(2*time.Hour, time.Hour)}}, "bad_hours"},
		{"before midnight", Calendar{Week: [7][]Interval{1: h(-time.Hour, time.Hour)}}, "bad_hours"},
		{"after midnight", Calendar{Week: [7][]Interval{1: h(time.Hour, 25*time.Hour)}}, "bad_hours"},
		{"seconds", Calendar{Week: [7][]Interval{1: h(time.Second, time.Hour)}}, "bad_hours"},
		{"open without hours", Calendar{Open: map[Date][]Interval{{2026, 1, 1}: nil}}, "bad_hours"},
		{"open on no day", Calendar{Open: map[Date][]Interval{{2026, 13, 1}: h(0, time.Hour)}}, "bad_date"},
		{"closed on no day", Calendar{Closed: map[Date]string{{2026, 2, 29}: ""}}, "bad_date"},
		{"yearly on no day", Calendar{Yearly: map[Yearly]string{{2, 30}: ""}}, "bad_date"},
		{"open and closed", Calendar{
			Closed: map[Date]string{{2026, 1, 1}: ""}, Open: map[Date][]Interval{{2026, 1, 1}: h(0, time.Hour)},
		}, "twice"},
		{"reason of two lines", Calendar{Closed: map[Date]string{{2026, 1, 1}: "a\nb"}}, "bad_reason"},
		{"reason with a comment", Calendar{Yearly: map[Yearly]string{{1, 1}: "a #b"}}, "bad_reason"},
	} {
		var e *Error
		if err := tt.c.Validate(); !errors.As(err, &e) || e.Key != tt.key {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.key)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(office)
	f.Add("man-fre 8.30-16; lør lukket\n12-24 lukket a  b")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text, time.UTC)
		if err != nil {
			return
		}
		back, err := Parse(c.String(), time.UTC)
		if err != nil || back.String() != c.String() {
			t.Fatalf("%q is printed %q, which is read as %v, %v", text, c, back, err)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	c := parse(b, office)
	from := time.Date(2026, 11, 20, 13, 0, 0, 0, c.Location)
	for _, tt := range []struct {
		name string
		d    time.Duration
	}{{"2h", 2 * time.Hour}, {"40h", 40 * time.Hour}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Add(from, tt.d)
			}
		})
	}
}

func BenchmarkOpenAt(b *testing.B) {
	c := parse(b, office)
	at := time.Date(2026, 11, 20, 13, 0, 0, 0, c.Location)
	b.ReportAllocs()
	for b.Loop() {
		c.OpenAt(at)
	}
}
