package inbox

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Code says what kind of failure an Error is: what the caller can do about it.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"     // the input is wrong: correct it
	NotFound    Code = "not_found"   // there is no such thing, or this person may not see it
	Conflict    Code = "conflict"    // the world has moved: look again
	Forbidden   Code = "forbidden"   // this person may not do it
	Unavailable Code = "unavailable" // not now: try again later
	Internal    Code = "internal"    // our fault
)

// Reason is a sentence for people, before it has a language: a key of the catalogue and what its text names.
type Reason struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// Why makes a Reason; args are pairs of name and value.
func Why(key string, args ...any) *Reason {
	r := &Reason{Key: key}
	if len(args) > 0 {
		r.Args = make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			r.Args[fmt.Sprint(args[i])] = args[i+1]
		}
	}
	return r
}

// String is for logs, not for people.
func (r *Reason) String() string {
	if r == nil {
		return ""
	}
	parts := []string{r.Key}
	for k, v := range r.Args {
		parts = append(parts, fmt.Sprintf("%s=%v", k, v))
	}
	sort.Strings(parts[1:])
	return strings.Join(parts, " ")
}

// Error is the one error type of the desk. Its text for people is the catalogue's, under Reason.Key; "<key>.hint", where there is one,
// names the next step.
type Error struct {
	Code   Code
	Reason Reason
	Op     string // what was being done, for logs: "seat.Reply"
	Err    error  // the cause, for logs
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(string(e.Code))
	if e.Reason.Key != "" {
		b.WriteString(": " + e.Reason.String())
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// E makes an Error; args are pairs for its Reason.
func E(code Code, op, key string, args ...any) *Error {
	return &Error{Code: code, Op: op, Reason: *Why(key, args...)}
}

// With sets the cause and returns e.
func (e *Error) With(err error) *Error {
	e.Err = err
	return e
}

// CodeOf gives the code of an error: Internal for one that is not the desk's, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// ReasonOf gives what to tell a person about an error.
func ReasonOf(err error) *Reason {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) && e.Reason.Key != "" {
		return &e.Reason
	}
	return Why("error.internal")
}
