package catalog

import (
	"strconv"
	"strings"
	"time"
)

// Number prints a count with the language's separators: 1.234 in Danish, 1,234 in English.
func (t *Texts) Number(n int64) string {
	sep := ","
	if t.Lang == "da" {
		sep = "."
	}
	s := strconv.FormatInt(n, 10)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	if neg {
		s = "-" + s
	}
	return s
}

// Bytes writes a size: 34 kB, 2 MB; "" for an unknown one.
func (t *Texts) Bytes(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1<<20:
		return t.T("size.kb", "N", t.Number((n+1023)>>10))
	}
	return t.T("size.mb", "N", t.Number((n+1<<19)>>20))
}

// Clock prints a time of day: 14.05 in Danish, 14:05 in English.
func (t *Texts) Clock(at time.Time) string {
	if t.Lang == "da" {
		return at.Format("15.04")
	}
	return at.Format("15:04")
}

// Day prints a day: "man. 3. nov." or "Mon 3 Nov"; the year is added where it is not now's.
func (t *Texts) Day(at, now time.Time) string {
	day := t.T("day." + strings.ToLower(at.Format("Mon")))
	month := t.T("month." + strings.ToLower(at.Format("Jan")))
	s := day + " " + strconv.Itoa(at.Day())
	if t.Lang == "da" {
		s += "."
	}
	s += " " + month
	if at.Year() != now.Year() {
		s += " " + strconv.Itoa(at.Year())
	}
	return s
}

// When prints a moment as short as can be told from now: a time of day today, else the day with the time.
func (t *Texts) When(at, now time.Time) string {
	at = at.In(now.Location())
	if at.IsZero() {
		return ""
	}
	y, d := at.Year(), at.YearDay()
	if y == now.Year() && d == now.YearDay() {
		return t.Clock(at)
	}
	return t.Day(at, now) + " " + t.Clock(at)
}

// Span prints a length of time in at most three characters and a unit: 45 s, 12 min, 3 t, 5 d.
func (t *Texts) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return t.T("span.seconds", "N", int(d/time.Second))
	case d < time.Hour:
		return t.T("span.minutes", "N", int(d/time.Minute))
	case d < 48*time.Hour:
		return t.T("span.hours", "N", int(d/time.Hour))
	default:
		return t.T("span.days", "N", t.Number(int64(d/(24*time.Hour))))
	}
}

// Ago prints how long since a moment.
func (t *Texts) Ago(at, now time.Time) string { return t.T("span.ago", "Span", t.Span(now.Sub(at))) }
