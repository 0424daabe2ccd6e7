package connectors

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"lytter/inbox"
)

// health is what is known of an account's connection, from which its state follows. What comes in is taken in whatever the state.
type health struct {
	mu      sync.Mutex
	streams []*streamState
	send    *Error    // a send that failed for the account's sake, until a poll has worked again
	reached bool      // something has worked since the start
	found   []Finding // of our access, when it was last examined
	known   bool      // it was examined since the start
	lacks   map[inbox.OutgoingKind]string
}

// unreachedAfter is how many failures in a row make an account unreached: a single one is nothing to tell people of.
const unreachedAfter = 3

func (h *health) init(s []*streamState) { h.streams = s }

// sendFailed notes that a send failed for the account's sake.
func (h *health) sendFailed(e *Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.send = e
}

// examined notes what was found of our access.
func (h *health) examined(found []Finding, lacks map[inbox.OutgoingKind]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.found, h.lacks, h.known = found, lacks, true
}

// lacking is what cannot be sent for want of a permission. Before that was asked for it is what the last run knew.
func (h *health) lacking(before map[inbox.OutgoingKind]string) map[inbox.OutgoingKind]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.known {
		return before
	}
	return h.lacks
}

// accused reports whether our access was found not to be what it must.
func (h *health) accused() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.found) > 0 && h.found[0].State != ""
}

// polled notes how a step of a stream ended.
func (h *health) polled(s *streamState, began time.Time, err *Error, catching bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.err = err
	if err != nil {
		s.fails++
		s.well = time.Time{}
		return
	}
	if s.well.IsZero() {
		s.well = began
	}
	s.fails, s.catching, s.had, h.reached = 0, catching, true, true
	if !s.Background {
		h.send = nil
	}
}

// lasting reports whether what fails a stream lasts until a person does something.
func (s *streamState) lasting() bool {
	if s.err == nil {
		return false
	}
	switch s.err.Class {
	case Forbidden:
		return true
	case Gone, Rejected:
		return s.fails >= unreachedAfter
	}
	return false
}

// state is how a stream alone would have the account.
func (s *streamState) state() inbox.AccountState {
	switch {
	case s.err == nil:
	case s.err.Class == Throttled:
		return inbox.AccountThrottled
	case s.lasting():
		return inbox.AccountBroken
	case s.fails >= unreachedAfter:
		return inbox.AccountUnreached
	}
	return inbox.AccountLive
}

// counted lists the streams by which an account is judged: those of the foreground, but for what we were never let into. Where that is
// all of them, it is all of them. The caller holds mu.
func (h *health) counted() []*streamState {
	var fore, had []*streamState
	for _, s := range h.streams {
		if s.Background {
			continue
		}
		fore = append(fore, s)
		if s.had || !s.lasting() {
			had = append(had, s)
		}
	}
	if len(had) == 0 {
		return fore
	}
	return had
}

// reading lists the streams that must all be read before an account is.
func (h *health) reading() []*streamState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.counted()
}

// well is since when all that counts works; zero: it does not.
func (h *health) well() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	var since time.Time
	for _, s := range h.counted() {
		switch {
		case s.well.IsZero():
			return time.Time{}
		case s.well.After(since):
			since = s.well
		}
	}
	return since
}

// outage is what keeps some of the account from being read; "": nothing that lasts.
func (h *health) outage() inbox.GapCause {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.streams {
		if s.err != nil && s.err.Class == Auth {
			return inbox.GapLogin
		}
	}
	worst := inbox.AccountLive
	for _, s := range h.counted() {
		if st := s.state(); gravity(st) > gravity(worst) {
			worst = st
		}
	}
	switch worst {
	case inbox.AccountUnreached:
		return inbox.GapUnreached
	case inbox.AccountBroken:
		return inbox.GapBroken
	case inbox.AccountThrottled:
		return inbox.GapLimit
	}
	return ""
}

// gravity orders the states that a stream can have.
func gravity(s inbox.AccountState) int {
	switch s {
	case inbox.AccountThrottled:
		return 1
	case inbox.AccountUnreached:
		return 2
	case inbox.AccountBroken:
		return 3
	}
	return 0
}

// state is what follows for people. An account is no better than the best of what counts: what keeps one stream from being read says
// nothing about answers that another allows, and holds none of them. A token is the whole account's.
func (h *health) state() (inbox.AccountState, *inbox.Reason) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.send != nil && h.send.Class == Auth {
		return inbox.AccountNeedsLogin, &h.send.Reason
	}
	state, advice := h.read()
	if len(h.found) == 0 {
		return state, advice
	}
	switch f := &h.found[0]; {
	case f.State == inbox.AccountPartial: // what is worse is told first
		if state == inbox.AccountLive || state == inbox.AccountCatchingUp {
			return f.State, &f.Reason
		}
	case f.State == inbox.AccountNeedsLogin, f.State != "" && state != inbox.AccountNeedsLogin:
		return f.State, &f.Reason
	case f.State == "" && advice == nil:
		advice = &f.Reason
	}
	return state, advice
}

// read is what follows from the streams. What fails in the background is advice.
func (h *health) read() (inbox.AccountState, *inbox.Reason) {
	var best, worst *streamState
	var advice *inbox.Reason
	catching := false
	for _, s := range h.streams {
		catching = catching || s.catching
		switch {
		case s.err == nil:
		case s.err.Class == Auth:
			return inbox.AccountNeedsLogin, &s.err.Reason
		case advice == nil && (s.lasting() && !s.Background || s.fails >= unreachedAfter):
			advice = &s.err.Reason
		}
	}
	for _, s := range h.counted() {
		if s.err == nil && s.well.IsZero() {
			continue // it was not tried yet
		}
		if best == nil || gravity(s.state()) < gravity(best.state()) {
			best = s
		}
		if worst == nil || gravity(s.state()) > gravity(worst.state()) {
			worst = s
		}
	}
	switch {
	case best != nil && best.state() != inbox.AccountLive:
		return best.state(), &best.err.Reason
	case !h.reached:
		return inbox.AccountConnecting, advice
	case worst != nil && worst.state() != inbox.AccountLive:
		return inbox.AccountPartial, &worst.err.Reason
	case catching:
		return inbox.AccountCatchingUp, advice
	}
	return inbox.AccountLive, advice
}

// tell writes an account's state where it changed, and lets go of the replies that were held for it. One at a time: of two at once, one
// could write what the other knows better, or take for let go what is held until the other has written.
func (r *Runner) tell(ctx context.Context, ln *link) {
	ln.telling.Lock()
	defer ln.telling.Unlock()
	a := r.account(ln.Account)
	was := a.State
	state, advice := ln.health.state()
	if state == inbox.AccountConnecting && was.Holds() && was != inbox.AccountOff {
		return // what the last run knew holds until something is known again
	}
	lacks := ln.health.lacking(a.Lacks)
	for kind := range a.Lacks {
		if lacks[kind] != a.Lacks[kind] {
			ln.free = false // something may leave again
		}
	}
	if err := r.cfg.Desk.SetAccountState(ctx, ln.Account, state, advice, lacks); err != nil {
		if ctx.Err() == nil {
			r.cfg.Log.Error("the state of an account could not be written", "account", a.Name, "err", err)
		}
		return
	}
	if was != state {
		r.cfg.Log.Info("account", "name", a.Name, "state", state, "was", was, "advice", advice.String())
	}
	if state.Holds() || state == inbox.AccountConnecting || !was.Holds() && ln.free {
		return
	}
	if err := r.cfg.Desk.ReleaseHeld(ctx, ln.Account); err != nil {
		if ctx.Err() == nil {
			r.cfg.Log.Error("held replies could not be let go", "account", a.Name, "err", err)
		}
		return
	}
	ln.free = true
	poke(ln.sends)
}

// jitter spreads what would otherwise fall together: up to a tenth more or less.
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d - d/10 + time.Duration(rand.Int64N(int64(d/5)+1))
}

// early spreads too, and is never later than d: what is to be told within a time is.
func early(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d - time.Duration(rand.Int64N(int64(d/5)+1))
}
