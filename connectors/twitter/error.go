package twitter

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

// problem is an error as X writes it (X API, "Response codes and errors": problem details, and the numbered list of the first API).
type problem struct {
	Title  lax.Text `json:"title"`
	Detail lax.Text `json:"detail"`
	Type   lax.Text `json:"type"`
	Reason lax.Text `json:"reason"`
	Errors []struct {
		Code    lax.Int  `json:"code"`
		Message lax.Text `json:"message"`
		Title   lax.Text `json:"title"`
		Detail  lax.Text `json:"detail"`
		Type    lax.Text `json:"type"`
	} `json:"errors"`
	Data json.RawMessage `json:"data"`
	// As OAuth 2.0 writes it (RFC 6749, section 5.2):
	Error lax.Text `json:"error"`
	Said  lax.Text `json:"error_description"`
}

// notFound is the type of problem that X has with what is not there any more, or never was.
const notFound = "resource-not-found"

// kind is the last part of a problem's type; "" for none or about:blank.
func kind(t lax.Text) string {
	s := string(t)
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return s[i+1:]
	}
	return ""
}

// judge tells an error from a success. A success is a status of 2xx with a JSON object that has data, or at least no errors; or with
// nothing at all.
func judge(status int, h http.Header, body []byte, now time.Time) *connectors.Error {
	body = bytes.TrimSpace(body)
	var p problem
	if len(body) > 0 {
		if err := json.Unmarshal(body, &p); err != nil && (status < 300 || !json.Valid(body)) {
			if status >= 400 {
				return classify(status, h, &problem{}, now)
			}
			return connectors.Unreadable(status, errors.New("the answer is not a JSON object"))
		}
	}
	has := len(p.Data) > 0 && string(p.Data) != "null"
	switch {
	case status < 200 || status > 299:
		return classify(status, h, &p, now)
	case has, len(p.Errors) == 0 && kind(p.Type) == "":
		return nil
	}
	return classify(status, h, &p, now)
}

// classify decides by status, problem type and number. English decides in one case only: X has no other sign for a text that was posted
// before than its words.
func classify(status int, h http.Header, p *problem, now time.Time) *connectors.Error {
	k, said, code := kind(p.Type), p.Detail, 0
	if len(p.Errors) > 0 {
		first := p.Errors[0]
		code = int(first.Code)
		if k == "" {
			k = kind(first.Type)
		}
		for _, s := range []lax.Text{first.Detail, first.Message} {
			if said == "" {
				said = s
			}
		}
	}
	if p.Error != "" && said == "" {
		k, said = string(p.Error), p.Said
	}
	if said == "" {
		said = p.Title
	}
	e := &connectors.Error{
		Class: connectors.Rejected, Status: status, Code: code, Type: k, Err: errors.New(clip(string(said), 300)),
		Reason: *inbox.Why("platform.rejected", "Code", status, "Said", clip(string(said), 300)),
	}
	as := func(c connectors.Class, key string) *connectors.Error {
		e.Class, e.Reason = c, *inbox.Why(key)
		return e
	}
	switch k {
	case "usage-capped":
		e.Wide = true // the month is the app's
		return wait(e, h, now, time.Hour, "platform.capped")
	case "credits":
		e.Wide = true
		return wait(e, h, now, time.Hour, "platform.credits")
	case "rate-limit-exceeded":
		return wait(e, h, now, time.Minute, "platform.throttled")
	case notFound:
		return as(connectors.Gone, "platform.gone")
	case "not-authorized-for-resource":
		return as(connectors.Gone, "platform.not_for_us") // protected or suspended: for us it is not there
	case "invalid_client", "unauthorized_client":
		return as(connectors.Forbidden, "x.client")
	case "unsupported-authentication", "client-forbidden", "disallowed-resource":
		return as(connectors.Forbidden, "platform.permission")
	}
	switch code {
	case 88:
		return wait(e, h, now, time.Minute, "platform.throttled")
	case 32, 89, 99, 215:
		return as(connectors.Auth, "platform.token")
	case 64, 326:
		return as(connectors.Forbidden, "platform.restricted")
	case 261, 453, 87:
		return as(connectors.Forbidden, "platform.permission")
	case 187:
		return as(connectors.Duplicate, "platform.duplicate")
	case 150, 349: // this person takes no direct messages of ours
		return as(connectors.Rejected, "platform.person_unavailable")
	case 34, 50, 63, 144, 179, 385:
		return as(connectors.Gone, "platform.gone")
	}
	switch {
	case status == http.StatusTooManyRequests:
		return wait(e, h, now, time.Minute, "platform.throttled")
	case status == http.StatusPaymentRequired:
		e.Wide = true
		return wait(e, h, now, time.Hour, "platform.credits")
	case status == http.StatusUnauthorized:
		return as(connectors.Auth, "platform.token")
	case status == http.StatusForbidden && strings.Contains(strings.ToLower(string(p.Detail)), "duplicate content"):
		return as(connectors.Duplicate, "platform.duplicate")
	case status == http.StatusNotFound, status == http.StatusGone:
		return as(connectors.Gone, "platform.gone")
	case status >= 500, status >= 300 && status < 400, status == http.StatusRequestTimeout:
		e = as(connectors.Transient, "platform.unwell")
		e.Maybe = true
		if said == "" {
			e.Err = fmt.Errorf("HTTP %d", status)
		}
	}
	return e
}

// wait sets how long: until the limit is reset, at least a while. X's limits are each of one endpoint (X API, "Rate limits"); what is paid
// for is not.
func wait(e *connectors.Error, h http.Header, now time.Time, least time.Duration, key string) *connectors.Error {
	e.Class, e.RetryAfter = connectors.Throttled, least
	if e.Status == http.StatusTooManyRequests {
		if reset, ok := resetOf(h); ok {
			e.RetryAfter = max(least, min(reset.Sub(now), 24*time.Hour))
		}
		if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = max(e.RetryAfter, time.Duration(s)*time.Second)
		}
	}
	e.Reason = *inbox.Why(key, "Minutes", int((e.RetryAfter+time.Minute-1)/time.Minute))
	return e
}

// resetOf is when calls are taken again: the reset of the window that is used up, the longest of several. An endpoint may have one of
// 15 minutes, and two of a day (X API, "Rate limits").
func resetOf(h http.Header) (at time.Time, ok bool) {
	for _, of := range []string{"x-rate-limit-", "x-app-limit-24hour-", "x-user-limit-24hour-"} {
		reset, err := strconv.ParseInt(h.Get(of+"reset"), 10, 64)
		if err != nil || of != "x-rate-limit-" && h.Get(of+"remaining") != "0" {
			continue
		}
		if t := time.Unix(reset, 0); t.After(at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// window is how much of an endpoint's limit is used, as its last answer told.
type window struct {
	connectors.Usage
	left  int
	reset time.Time // zero: not told
}

// spare reports whether a stream may take its next step at once: what is left of its endpoint's window must last until the window ends
// at the stream's own pace. So a long walk never costs what comes next, and X never has to refuse.
func (c *Connector) spare(a inbox.Account, op string, every time.Duration) bool {
	c.mu.Lock()
	w, ok := c.usage[string(a.Remote)+" "+op]
	c.mu.Unlock()
	wait := w.reset.Sub(c.cfg.Now())
	return !ok || wait <= 0 || w.left > int(wait/every)+1
}

// note records the rate headers of an answer (X API, "Rate limits").
func (c *Connector) note(who, op string, h http.Header) {
	limit, err := strconv.Atoi(h.Get("x-rate-limit-limit"))
	if err != nil || limit <= 0 {
		return
	}
	left, err := strconv.Atoi(h.Get("x-rate-limit-remaining"))
	if err != nil {
		return
	}
	now := c.cfg.Now()
	u := connectors.Usage{Percent: min(max(100*(limit-left)/limit, 0), 100), At: now}
	w := window{Usage: u, left: left}
	if reset, err := strconv.ParseInt(h.Get("x-rate-limit-reset"), 10, 64); err == nil {
		w.reset = time.Unix(reset, 0)
		w.Regain = max(w.reset.Sub(now), 0)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.usage) < 10_000 {
		c.usage[who+" "+op] = w
	}
}

// Usage implements connectors.Meter: the highest load of an account's reading, of those whose window is not over. Direct messages have
// so few calls that two thirds of them are always used; they pace themselves (see spare).
func (c *Connector) Usage(a inbox.Account) connectors.Usage {
	now := c.cfg.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	var top connectors.Usage
	for _, op := range []string{opMentions, opOwn, opSearch, opLookup, opUsers} {
		u, ok := c.usage[string(a.Remote)+" "+op]
		if ok && now.Sub(u.At) < u.Regain && (u.Percent > top.Percent || top.At.IsZero()) {
			u.Regain -= now.Sub(u.At)
			top = u.Usage
		}
	}
	return top
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
