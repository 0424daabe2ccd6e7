package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// refusal is an error as the Graph writes it (Graph API, "Handling errors"), with every field as loose as it comes.
type refusal struct {
	Message   lax.Text `json:"message"`
	Type      lax.Text `json:"type"`
	Code      lax.Int  `json:"code"`
	Subcode   lax.Int  `json:"error_subcode"`
	UserTitle lax.Text `json:"error_user_title"`
	UserText  lax.Text `json:"error_user_msg"`
	Transient lax.Bool `json:"is_transient"`
	Trace     lax.Text `json:"fbtrace_id"`
}

// answer is what of an answer tells whether it is an error.
type answer struct {
	Error   json.RawMessage `json:"error"`
	Type    lax.Text        `json:"error_type"` // Instagram's own form
	Code    lax.Int         `json:"code"`
	Message lax.Text        `json:"error_message"`
}

// judge tells an error from a success. nil is a success: an HTTP status of 2xx with a JSON body in which nothing is wrong.
func judge(status int, h http.Header, body []byte) *connectors.Error {
	var a answer
	body = bytes.TrimSpace(body)
	valid := json.Valid(body)
	if valid && len(body) > 0 && body[0] == '{' {
		if err := json.Unmarshal(body, &a); err != nil {
			valid = false
		}
	}
	var r refusal
	switch {
	case len(a.Error) > 0 && string(a.Error) != "null":
		if a.Error[0] == '{' {
			if err := json.Unmarshal(a.Error, &r); err != nil {
				return connectors.Unreadable(status, err)
			}
		} else {
			var s lax.Text
			_ = json.Unmarshal(a.Error, &s) // never fails: what is no text is left empty
			r.Message = s
		}
	case a.Type != "":
		r = refusal{Message: a.Message, Type: a.Type, Code: a.Code}
	case status < 200 || status > 299:
		return bareStatus(status, h, body)
	case !valid:
		return connectors.Unreadable(status, errors.New("the answer is not JSON"))
	default:
		return nil
	}
	return r.classify(status, h)
}

// bareStatus is an error without a body that says more.
func bareStatus(status int, h http.Header, body []byte) *connectors.Error {
	e := connectors.Unreadable(status, fmt.Errorf("HTTP %d with %d bytes that are no Graph error", status, len(body)))
	switch {
	case status == http.StatusTooManyRequests:
		return throttled(e, h)
	case status >= 500:
	case status == http.StatusUnauthorized:
		e.Class, e.Reason = connectors.Auth, *inbox.Why("platform.token")
		e.Maybe = false
	case status >= 400:
		e.Class, e.Reason, e.Maybe = connectors.Rejected, *inbox.Why("platform.rejected", "Code", status, "Said", ""), false
	}
	return e
}

// classify decides by code and subcode (Graph API and Messenger Platform, "Error codes"), never by the text.
func (r *refusal) classify(status int, h http.Header) *connectors.Error {
	code, sub := int(r.Code), int(r.Subcode)
	e := &connectors.Error{
		Class: connectors.Rejected, Status: status, Code: code, Subcode: sub, Type: clip(string(r.Type), 60), Trace: clip(string(r.Trace), 60),
		Err: errors.New(clip(string(r.Message), 300)),
	}
	said := string(r.UserText)
	if said == "" {
		said = string(r.Message)
	}
	e.Reason = *inbox.Why("platform.rejected", "Code", code, "Said", clip(said, 300))
	as := func(c connectors.Class, key string) *connectors.Error {
		e.Class, e.Reason = c, *inbox.Why(key)
		return e
	}
	maybe := func() *connectors.Error {
		e.Maybe = true
		return as(connectors.Transient, "platform.unwell")
	}
	switch sub {
	case 1545041, 2018108:
		return as(connectors.Rejected, "platform.person_unavailable")
	case 2018278, 2534022, 2018065:
		return as(connectors.Rejected, "platform.window_closed")
	case 2018300:
		return as(connectors.Rejected, "refused.standby")
	case 1893063, 2534122, 2534029:
		return as(connectors.Forbidden, "platform.restricted")
	case 2534040:
		e = throttled(e, h)
		e.Wide = false
		return e
	case 33:
		if code == 100 {
			return as(connectors.Gone, "platform.gone")
		}
	case 2018001, 2534014, 2018218:
		if code == 100 {
			return as(connectors.Gone, "platform.gone")
		}
	}
	switch {
	case code == 4, code == 17, code == 32, code == 341, code == 613, code == 9, code >= 80000 && code <= 80014, status == http.StatusTooManyRequests:
		e = throttled(e, h)
		e.Wide = code != 613 && code != 80006 // of calls like this one, and of Messenger's share: others are free
		return e
	case code == 102, code == 104, code == 190, code == 2500 && status == http.StatusUnauthorized:
		return as(connectors.Auth, tokenKey(sub))
	case code == 368:
		e = throttled(e, h) // writing is barred for a while; going on makes it longer
		e.RetryAfter = max(e.RetryAfter, time.Hour)
		e.Reason = *inbox.Why("platform.blocked")
		return e
	case code == 506:
		return as(connectors.Duplicate, "platform.duplicate")
	case code == 10900: // of private replies: there is one already
		return as(connectors.Rejected, "facebook.private_spent")
	case code == 10901: // and the time for it is over
		return as(connectors.Rejected, "platform.window_closed")
	case code == 551:
		return as(connectors.Rejected, "platform.person_unavailable")
	case code == 1609005:
		return as(connectors.Rejected, "platform.bad_link")
	case code == 3, code == 10, code >= 200 && code <= 299, code == 230:
		return as(connectors.Forbidden, "platform.permission")
	case code == 12:
		return as(connectors.Forbidden, "platform.retired")
	case code == 1, code == 2, code == 1200, bool(r.Transient), status >= 500:
		return maybe() // of what is not known it is not known either whether it was done
	}
	return e
}

// tokenKey says what is wrong with a token as exactly as the subcode does.
func tokenKey(sub int) string {
	switch sub {
	case 458:
		return "platform.token_app_removed"
	case 459, 464:
		return "platform.token_checkpoint"
	case 460:
		return "platform.token_password"
	case 463:
		return "platform.token_expired"
	case 492:
		return "platform.token_role"
	}
	return "platform.token"
}

// throttled sets how long to wait: what the platform says, at least a minute. Meta's limits are the app's, the page's or the business's
// (Graph API, "Rate limits").
func throttled(e *connectors.Error, h http.Header) *connectors.Error {
	e.Class, e.Maybe, e.Wide = connectors.Throttled, false, true
	e.RetryAfter = time.Minute
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = max(e.RetryAfter, time.Duration(s)*time.Second)
	}
	for _, u := range businessUsage(h) {
		e.RetryAfter = max(e.RetryAfter, u.regain())
	}
	e.Reason = *inbox.Why("platform.throttled", "Minutes", int((e.RetryAfter+time.Minute-1)/time.Minute))
	return e
}

// Hopeless reports whether asking the same again will not help.
func Hopeless(err error) bool {
	switch connectors.ClassOf(err) {
	case connectors.Gone, connectors.Rejected, connectors.Forbidden:
		return true
	}
	return false
}

// clip cuts a foreign text to n bytes at a rune and drops what is no text.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
