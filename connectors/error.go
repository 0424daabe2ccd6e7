package connectors

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lytter/inbox"
)

// Class is what a failure asks for. Connectors decide it by the platform's codes and types, never by its English.
type Class string

// The classes.
const (
	Transient Class = "transient" // try again later: the platform or the way to it is not well
	Throttled Class = "throttled" // wait for RetryAfter: we asked too much
	Auth      Class = "auth"      // the token does not work: a person must log in again
	Forbidden Class = "forbidden" // the token works but may not do this: a person must grant it or the platform must allow it
	Rejected  Class = "rejected"  // the platform will not do this, ever
	Gone      Class = "gone"      // there is no such thing, or not any more, or not for us
	Duplicate Class = "duplicate" // the platform says that the very same is there already
	Unclear   Class = "unknown"   // nobody can say what happened
)

// Error is a failure to reach a platform or its refusal.
type Error struct {
	Class Class
	// Maybe says that what was asked may have been done all the same: the request began to leave and no clear refusal came back. Where
	// it is false, it was not done, for certain.
	Maybe      bool
	Reason     inbox.Reason  // for people
	RetryAfter time.Duration // of Throttled; 0: not told
	Wide       bool          // of Throttled: the limit is of all calls for the account; false: of calls like this one alone
	Status     int           // of HTTP; 0: no answer came
	Code       int           // the platform's; 0: none
	Subcode    int           // the platform's; 0: none
	Type       string        // the platform's kind of error: an OAuthException, the end of a problem type
	Trace      string        // the platform's name for the failed call, to quote to its support
	Err        error         // for logs; free of secrets
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Class))
	if e.Maybe {
		b.WriteString(", may have been done")
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, ", HTTP %d", e.Status)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ", code %d", e.Code)
	}
	if e.Subcode != 0 {
		fmt.Fprintf(&b, "/%d", e.Subcode)
	}
	if e.Type != "" {
		b.WriteString(", type " + e.Type)
	}
	if e.Trace != "" {
		b.WriteString(", trace " + e.Trace)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// AsError gives the Error in err. One that is none is Unclear and may have been done: nothing better is known of it. nil gives nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Class: Unclear, Maybe: true, Reason: *inbox.Why("platform.unclear"), Err: err}
}

// ClassOf gives the class of an error, "" for nil.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	return AsError(err).Class
}

// Unreached is the error of a call that got no answer. begun says that the request had begun to leave.
func Unreached(err error, begun bool) *Error {
	e := &Error{Class: Transient, Maybe: begun, Reason: *inbox.Why("platform.unreachable"), Err: err}
	if r, ok := inTheWay(err); ok {
		e.Reason = r
	}
	if errors.Is(err, context.Canceled) {
		e.Reason = *inbox.Why("platform.interrupted")
	}
	return e
}

// Unreadable is the error of an answer that is not what the platform says it answers: HTML, cut off, too long.
func Unreadable(status int, err error) *Error {
	return &Error{Class: Transient, Maybe: true, Reason: *inbox.Why("platform.unreadable"), Status: status, Err: err}
}
