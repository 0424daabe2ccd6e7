package city

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// bind is what slots stand for. Below a post and in a thread it is handed on, so that people talk about the same street.
type bind map[string]string

// handed are the slots that a conversation keeps; the others are drawn afresh for each text.
var handed = []string{
	"street", "district", "library", "park", "daycare", "school", "hall", "event", "kids_event", "waste", "bulky", "letter", "document",
	"next_date", "next_weekday", "month",
}

func (b bind) hand() bind {
	out := bind{}
	for _, slot := range handed {
		if v, ok := b[slot]; ok {
			out[slot] = v
		}
	}
	return out
}

// scene is who speaks to whom, and when.
type scene struct {
	at    time.Time
	us    string
	me    string // first name of the writer
	first string // first name of whom is answered
}

// fill puts values into the slots of a text, and notes them in b.
func (c *corpus) fill(r *rand.Rand, text string, b bind, s scene) string {
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(text, "{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, rest, _ := strings.Cut(after, "}") // load has checked that it is closed
		slot := strings.TrimPrefix(name, "^")
		value, bound := b[slot]
		if !bound {
			value = c.value(r, slot, b, s)
			b[slot] = value
		}
		if slot != name {
			value = capital(value)
		}
		out.WriteString(value)
		text = rest
	}
}

func (c *corpus) value(r *rand.Rand, slot string, b bind, s scene) string {
	switch slot {
	case "us":
		return s.us
	case "me":
		return s.me
	case "first":
		return s.first
	case "next_date":
		return dateDanish(s.at.AddDate(0, 0, 2+r.IntN(20)))
	case "next_weekday":
		return weekdays[s.at.AddDate(0, 0, 1+r.IntN(6)).Weekday()]
	case "last_weekday":
		return "i " + weekdays[s.at.AddDate(0, 0, -2-r.IntN(5)).Weekday()] + "s"
	case "month":
		return months[s.at.AddDate(0, 1, 0).Month()-1]
	case "next_weekday_en":
		return s.at.AddDate(0, 0, 1+r.IntN(6)).Weekday().String()
	case "last_weekday_en":
		return s.at.AddDate(0, 0, -2-r.IntN(5)).Weekday().String()
	}
	list := c.lists[slot]
	return c.fill(r, list[r.IntN(len(list))], b, s)
}

// The names of days and months; a test compares their number with the calendar's.
var (
	weekdays = [...]string{"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"}
	months   = [...]string{
		"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december",
	}
)

func dateDanish(t time.Time) string { return fmt.Sprintf("den %d. %s", t.Day(), months[t.Month()-1]) }

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}
