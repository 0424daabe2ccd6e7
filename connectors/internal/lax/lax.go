package lax

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Text is a string; a number or a boolean is taken as it is written. Ids are Text: a number that passed through a float is no id.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = Text(scalar(b))
	return nil
}

// Int is a whole number, also in quotes. What is none is 0.
type Int int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *Int) UnmarshalJSON(b []byte) error {
	*n = 0
	s := scalar(b)
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = Int(v)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		*n = Int(f)
	}
	return nil
}

// Bool is true, also in quotes or as 1.
type Bool bool

// UnmarshalJSON implements json.Unmarshaler.
func (v *Bool) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(scalar(b)) {
	case "true", "1", "yes":
		*v = true
	default:
		*v = false
	}
	return nil
}

// Time is an instant, however it is written. What cannot be read is the zero time.
type Time struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	t.Time = ParseTime(scalar(b))
	return nil
}

// List is a list of which some may be broken: those are left out, and so is all of what is no list.
type List[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *List[T]) UnmarshalJSON(b []byte) error {
	var rows []json.RawMessage
	_ = json.Unmarshal(b, &rows) // what is no list stays empty
	*l = make([]T, 0, len(rows))
	for _, raw := range rows {
		var one T
		if json.Unmarshal(raw, &one) == nil {
			*l = append(*l, one)
		}
	}
	return nil
}

// ParseTime reads seconds or milliseconds since 1970, RFC 3339, Graph's 2026-11-22T06:37:45+0000 and the long form of X's first API.
func ParseTime(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Epoch(n)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > 0 && f < 1e15 {
		return Epoch(int64(f))
	}
	for _, layout := range [...]string{"2006-01-02T15:04:05-0700", time.RFC3339Nano, time.RubyDate} {
		if v, err := time.Parse(layout, s); err == nil && v.Unix() > 0 && v.UTC().Year() <= 9999 { // beyond it JSON has no times
			return v.UTC()
		}
	}
	return time.Time{}
}

// Epoch reads a count since 1970, of seconds or milliseconds. No time before 1973 in milliseconds is taken for one, and none of ours is.
func Epoch(n int64) time.Time {
	const (
		firstMilli = 100_000_000_000 // as seconds this is the year 5138
		lastMilli  = firstMilli * 1000
	)
	switch {
	case n <= 0 || n >= lastMilli:
		return time.Time{}
	case n >= firstMilli:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// scalar gives the text of a JSON string, number or boolean; "" for null and what is none of these.
func scalar(b []byte) string {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return ""
	}
	switch b[0] {
	case '"':
		if inner := b[1:]; len(inner) > 0 && bytes.IndexByte(inner[:len(inner)-1], '\\') < 0 && plain(inner[:len(inner)-1]) {
			return string(inner[:len(inner)-1])
		}
		var s string
		if json.Unmarshal(b, &s) != nil {
			return ""
		}
		return s
	case 'n', '{', '[':
		return ""
	}
	return string(b)
}

// plain reports whether bytes between quotes mean just what they say.
func plain(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c >= 0x80 {
			return false
		}
	}
	return true
}
