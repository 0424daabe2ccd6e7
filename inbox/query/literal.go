package query

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// literal reads one literal of a type. A month or a year gives its first day and, in end, its last.
func literal(t Type, s string) (lit Literal, end *Literal, ok bool) {
	switch t {
	case TypeNumber:
		n, ok := number(s)
		return Literal{Kind: Num, N: n}, nil, ok
	case TypePast:
		d, ok := duration(s)
		return Literal{Kind: Dur, Dur: d}, nil, ok
	case TypeFuture:
		if d, ok := duration(s); ok {
			return Literal{Kind: Dur, Dur: d}, nil, true
		}
		return date(s)
	case TypeDate:
		return date(s)
	}
	return Literal{}, nil, false
}

// number reads 1200, 1.200, 5k, 1,5k, 2m (million).
func number(s string) (int64, bool) {
	s = strings.ToLower(s)
	mult := 1.0
	switch {
	case strings.HasSuffix(s, "k"):
		mult, s = 1e3, s[:len(s)-1]
	case strings.HasSuffix(s, "mio"):
		mult, s = 1e6, s[:len(s)-3]
	case strings.HasSuffix(s, "m"):
		mult, s = 1e6, s[:len(s)-1]
	}
	if s == "" || len(s) > 15 || strings.Trim(s, "0123456789.,") != "" {
		return 0, false
	}
	if i := strings.LastIndexAny(s, ".,"); i >= 0 && mult > 1 {
		s = strings.NewReplacer(".", "", ",", "").Replace(s[:i]) + "." + s[i+1:]
	} else {
		s = strings.NewReplacer(".", "", ",", "").Replace(s)
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x*mult > 1e15 {
		return 0, false
	}
	return int64(math.Round(x * mult)), true
}

var durationUnits = map[string]time.Duration{
	"s": time.Second, "sek": time.Second,
	"m": time.Minute, "min": time.Minute,
	"h": time.Hour, "t": time.Hour,
	"d": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "u": 7 * 24 * time.Hour,
}

// duration reads 90s, 15min, 2h (2t), 1h30m, 3d, 2w (2u). At most ten years.
func duration(s string) (time.Duration, bool) {
	var sum time.Duration
	s = strings.ToLower(s)
	if s == "0" {
		return 0, true
	}
	for s != "" {
		i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if i <= 0 || i > 6 {
			return 0, false
		}
		n, _ := strconv.Atoi(s[:i])
		s = s[i:]
		j := strings.IndexFunc(s, unicode.IsDigit)
		if j < 0 {
			j = len(s)
		}
		unit, ok := durationUnits[s[:j]]
		if !ok {
			return 0, false
		}
		s = s[j:]
		sum += time.Duration(n) * unit
		if n > 90000 || sum > 3653*24*time.Hour {
			return 0, false
		}
	}
	return sum, sum >= 0
}

// date reads today, yesterday, tomorrow (idag, "i dag"), 2026-11-03, 3.11.2026, 2026-11-03T14:05, 2026-11, 2026.
func date(s string) (lit Literal, end *Literal, ok bool) {
	switch strings.ToLower(s) {
	case "today", "idag", "i dag", "i-dag":
		return Literal{Kind: Days}, nil, true
	case "yesterday", "igår", "i går", "i-går":
		return Literal{Kind: Days, N: -1}, nil, true
	case "tomorrow", "imorgen", "i morgen", "i-morgen":
		return Literal{Kind: Days, N: 1}, nil, true
	}
	for _, layout := range []string{"2006-01-02", "2.1.2006", "2/1/2006"} {
		if t, err := time.Parse(layout, s); err == nil && sane(t) {
			return Literal{Kind: Day, Day: dateOf(t)}, nil, true
		}
	}
	if t, err := time.Parse("2006-01-02T15:04", s); err == nil && sane(t) {
		return Literal{Kind: Moment, Day: dateOf(t), Min: t.Hour()*60 + t.Minute()}, nil, true
	}
	if t, err := time.Parse("2006-01", s); err == nil && sane(t) {
		return Literal{Kind: Day, Day: dateOf(t)}, &Literal{Kind: Day, Day: dateOf(t.AddDate(0, 1, -1))}, true
	}
	if t, err := time.Parse("2006", s); err == nil && sane(t) {
		return Literal{Kind: Day, Day: dateOf(t)}, &Literal{Kind: Day, Day: dateOf(t.AddDate(1, 0, -1))}, true
	}
	return Literal{}, nil, false
}

func sane(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 2199 }

func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String prints the literal as it is read.
func (l Literal) String() string {
	switch l.Kind {
	case Num:
		return strconv.FormatInt(l.N, 10)
	case Dur:
		return formatDuration(l.Dur)
	case Day:
		return l.Day.String()
	case Moment:
		return fmt.Sprintf("%sT%02d:%02d", l.Day, l.Min/60, l.Min%60)
	case Days:
		switch {
		case l.N < 0:
			return "yesterday"
		case l.N > 0:
			return "tomorrow"
		}
		return "today"
	}
	return "?"
}

// String prints the day as 2026-11-03.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

func formatDuration(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if d >= u.d {
			fmt.Fprintf(&b, "%d%s", d/u.d, u.name)
			d %= u.d
		}
	}
	return b.String()
}

// ParseDuration reads a length of time as the language writes it: 15s, 10m, 2h, 14d, also together. At most ten years.
func ParseDuration(s string) (time.Duration, bool) { return duration(s) }
