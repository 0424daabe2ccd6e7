package clock

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Error says what is wrong with a calendar. Keys: bad_day, bad_time, bad_hours (not From < To <= 24:00 in whole minutes, in order and
// apart), bad_date, bad_reason, no_hours, twice (the same day is said twice).
type Error struct {
	Key  string
	Line int    // of the text, from 1; 0 outside of Parse
	Text string // the words that are wrong
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("calendar: %s: %q", e.Key, e.Text)
	}
	return fmt.Sprintf("calendar: line %d: %s: %q", e.Line, e.Key, e.Text)
}

// Parse reads a calendar from lines, each of which says something of one kind of day:
//
//	mon-thu 8-16               the week: a day or a range of days, then hours
//	fri 8-12 12:30-15
//	holidays closed            the public holidays of Denmark
//	12-24 closed Christmas     a day of every year, with a reason for those who ask
//	2026-10-15 closed          a date
//	2026-12-23 8-12            a date with hours of its own
//
// Days and words may be Danish as well: man-tor, fre, helligdage lukket. Hours are 8, 8:30 or 8.30, the last of a day 24. A semicolon
// ends a line as a line end does, and # begins a comment. Days that no line names are closed. Errors are *Error.
func Parse(text string, loc *time.Location) (*Calendar, error) {
	c := &Calendar{Location: loc, Yearly: map[Yearly]string{}, Closed: map[Date]string{}, Open: map[Date][]Interval{}}
	var seen [7]bool
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		for part := range strings.SplitSeq(line, ";") {
			if words := strings.Fields(part); len(words) > 0 {
				if err := c.read(words, &seen); err != nil {
					err.Line = i + 1
					return nil, err
				}
			}
		}
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c, nil
}

// read takes one line, as words.
func (c *Calendar) read(words []string, seen *[7]bool) *Error {
	day := strings.ToLower(words[0])
	if len(words) == 1 {
		return &Error{Key: "no_hours", Text: words[0]}
	}
	closed, reason := isClosed(words[1]), strings.Join(words[2:], " ")
	var hours []Interval
	if !closed {
		var err *Error
		if hours, err = readHours(words[1:]); err != nil {
			return err
		}
	}
	twice := &Error{Key: "twice", Text: words[0]}
	switch {
	case day == "holidays" || day == "helligdage":
		if !closed || reason != "" {
			return &Error{Key: "bad_hours", Text: strings.Join(words[1:], " ")}
		}
		if c.Holidays {
			return twice
		}
		c.Holidays = true
		return nil
	case '0' <= day[0] && day[0] <= '9':
		return c.readDate(words[0], closed, hours, reason, twice)
	}
	if reason != "" && closed {
		return &Error{Key: "bad_hours", Text: reason}
	}
	first, last, ok := readDays(day)
	if !ok {
		return &Error{Key: "bad_day", Text: words[0]}
	}
	for d := first; ; d = (d + 1) % 7 {
		if seen[d] {
			return twice
		}
		seen[d] = true
		c.Week[d] = slices.Clone(hours)
		if d == last {
			return nil
		}
	}
}

func (c *Calendar) readDate(word string, closed bool, hours []Interval, reason string, twice *Error) *Error {
	if t, err := time.Parse(time.DateOnly, word); err == nil {
		d := DateOf(t)
		_, isOpen := c.Open[d]
		if _, isClosed := c.Closed[d]; isClosed || isOpen {
			return twice
		}
		if closed {
			c.Closed[d] = reason
		} else {
			c.Open[d] = hours
		}
		return nil
	}
	t, err := time.Parse("2006-01-02", "2000-"+word) // a leap year: 29 February may be named
	if err != nil {
		return &Error{Key: "bad_date", Text: word}
	}
	if !closed {
		return &Error{Key: "bad_hours", Text: word}
	}
	y := Yearly{t.Month(), t.Day()}
	if _, ok := c.Yearly[y]; ok {
		return twice
	}
	c.Yearly[y] = reason
	return nil
}

func isClosed(word string) bool {
	word = strings.ToLower(word)
	return word == "closed" || word == "lukket"
}

// dayNames are the days of the week as they may be written: the first three letters, or the whole, in English or Danish.
var dayNames = [7][]string{
	{"sun", "sunday", "søn", "søndag"},
	{"mon", "monday", "man", "mandag"},
	{"tue", "tuesday", "tir", "tirsdag"},
	{"wed", "wednesday", "ons", "onsdag"},
	{"thu", "thursday", "tor", "torsdag"},
	{"fri", "friday", "fre", "fredag"},
	{"sat", "saturday", "lør", "lørdag"},
}

func readDays(s string) (first, last int, ok bool) {
	a, b, isRange := strings.Cut(s, "-")
	if !isRange {
		b = a
	}
	index := func(name string) int {
		return slices.IndexFunc(dayNames[:], func(names []string) bool { return slices.Contains(names, name) })
	}
	first, last = index(a), index(b)
	return first, last, first >= 0 && last >= 0
}

func readHours(words []string) ([]Interval, *Error) {
	var out []Interval
	for _, w := range words {
		a, b, ok := strings.Cut(w, "-")
		from, ok1 := readTime(a)
		to, ok2 := readTime(b)
		if !ok || !ok1 || !ok2 {
			return nil, &Error{Key: "bad_time", Text: w}
		}
		out = append(out, Interval{from, to})
	}
	if !ordered(out) {
		return nil, &Error{Key: "bad_hours", Text: strings.Join(words, " ")}
	}
	return out, nil
}

// readTime reads 8, 08:30 or 8.30; 24 is the end of the day.
func readTime(s string) (time.Duration, bool) {
	hour, minute, ok := strings.Cut(strings.Replace(s, ".", ":", 1), ":")
	if !ok {
		minute = "00"
	}
	h, err1 := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	if err1 != nil || err2 != nil || len(minute) != 2 || len(hour) > 2 || h > 24 || m > 59 || h == 24 && m > 0 {
		return 0, false
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute, true
}

// ordered tells whether hours are whole minutes of one day, in order and apart.
func ordered(hours []Interval) bool {
	last := time.Duration(0)
	for _, iv := range hours {
		if iv.From < last || iv.To <= iv.From || iv.To > 24*time.Hour || iv.From%time.Minute != 0 || iv.To%time.Minute != 0 {
			return false
		}
		last = iv.To
	}
	return true
}

// Validate finds what no line of Parse could have said. Errors are *Error.
func (c *Calendar) Validate() error {
	for d, hours := range c.Week {
		if !ordered(hours) {
			return &Error{Key: "bad_hours", Text: dayNames[d][0]}
		}
	}
	for d, hours := range c.Open {
		if !d.valid() {
			return &Error{Key: "bad_date", Text: fmt.Sprintf("%d-%d-%d", d.Year, d.Month, d.Day)}
		}
		if !ordered(hours) || len(hours) == 0 {
			return &Error{Key: "bad_hours", Text: d.String()}
		}
		if _, ok := c.Closed[d]; ok {
			return &Error{Key: "twice", Text: d.String()}
		}
	}
	for d, reason := range c.Closed {
		if !d.valid() {
			return &Error{Key: "bad_date", Text: fmt.Sprintf("%d-%d-%d", d.Year, d.Month, d.Day)}
		}
		if !printable(reason) {
			return &Error{Key: "bad_reason", Text: reason}
		}
	}
	for y, reason := range c.Yearly {
		if !(Date{2000, y.Month, y.Day}).valid() {
			return &Error{Key: "bad_date", Text: fmt.Sprintf("%d-%d", y.Month, y.Day)}
		}
		if !printable(reason) {
			return &Error{Key: "bad_reason", Text: reason}
		}
	}
	return nil
}

// printable tells whether a reason survives being written on a line.
func printable(reason string) bool {
	return strings.Join(strings.Fields(reason), " ") == reason && !strings.ContainsAny(reason, "#;") &&
		!strings.ContainsFunc(reason, unicode.IsControl)
}

// String prints the calendar in the form that Parse reads, without its location: days and dates in order, days with the same hours
// together.
func (c *Calendar) String() string {
	var b strings.Builder
	for i := 0; i < 7; {
		n := 1
		hours := c.Week[(i+1)%7] // the week begins on Monday
		for i+n < 7 && slices.Equal(hours, c.Week[(i+n+1)%7]) {
			n++
		}
		if len(hours) > 0 {
			b.WriteString(dayNames[(i+1)%7][0])
			if n > 1 {
				b.WriteString("-" + dayNames[(i+n)%7][0])
			}
			writeHours(&b, hours)
		}
		i += n
	}
	if c.Holidays {
		b.WriteString("holidays closed\n")
	}
	byDay := func(a, b Yearly) int { return Date{2000, a.Month, a.Day}.Compare(Date{2000, b.Month, b.Day}) }
	for _, y := range slices.SortedFunc(maps.Keys(c.Yearly), byDay) {
		writeClosed(&b, fmt.Sprintf("%02d-%02d", y.Month, y.Day), c.Yearly[y])
	}
	dates := slices.AppendSeq(slices.Collect(maps.Keys(c.Closed)), maps.Keys(c.Open))
	slices.SortFunc(dates, Date.Compare)
	for _, d := range dates {
		if hours, ok := c.Open[d]; ok {
			b.WriteString(d.String())
			writeHours(&b, hours)
		} else {
			writeClosed(&b, d.String(), c.Closed[d])
		}
	}
	return b.String()
}

func writeHours(b *strings.Builder, hours []Interval) {
	for _, iv := range hours {
		b.WriteString(" " + writeTime(iv.From) + "-" + writeTime(iv.To))
	}
	b.WriteByte('\n')
}

func writeTime(d time.Duration) string {
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d / time.Hour))
	}
	return fmt.Sprintf("%d:%02d", d/time.Hour, d%time.Hour/time.Minute)
}

func writeClosed(b *strings.Builder, day, reason string) {
	b.WriteString(day + " closed")
	if reason != "" {
		b.WriteString(" " + reason)
	}
	b.WriteByte('\n')
}
