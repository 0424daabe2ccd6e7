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
func (h *health) examined(found []Finding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.found = found
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
	s.fails, s.catching, h.reached = 0, catching, true
	if !s.Background {
		h.send = nil
	}
}

// well is since when all of the foreground works; zero: it does not.
func (h *health) well() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	var since time.Time
	for _, s := range h.streams {
		switch {
		case s.Background:
		case s.well.IsZero():
			return time.Time{}
		case s.well.After(since):
			since = s.well
		}
	}
	return since
}

// outage is what keeps the account from being read; "": nothing that lasts.
func (h *health) outage() inbox.GapCause {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch state, _ := h.reading(); state {
	case inbox.AccountUnreached:
		return inbox.GapUnreached
	case inbox.AccountNeedsLogin:
		return inbox.GapLogin
	case inbox.AccountBroken:
		return inbox.GapBroken
	case inbox.AccountThrottled:
		return inbox.GapLimit
	}
	return ""
}

// state is what follows for people.
func (h *health) state() (inbox.AccountState, *inbox.Reason) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.send != nil && h.send.Class == Auth {
		return inbox.AccountNeedsLogin, &h.send.Reason
	}
	state, advice := h.reading()
	if len(h.found) == 0 {
		return state, advice
	}
	switch f := &h.found[0]; {
	case f.State == inbox.AccountNeedsLogin, f.State != "" && state != inbox.AccountNeedsLogin:
		return f.State, &f.Reason
	case f.State == "" && advice == nil:
		advice = &f.Reason
	}
	return state, advice
}

// reading is what follows from the streams. Those in the foreground decide; what fails in the background is advice.
func (h *health) reading() (inbox.AccountState, *inbox.Reason) {
	state := inbox.AccountLive
	var advice *inbox.Reason
	catching := false
	for _, s := range h.streams {
		catching = catching || s.catching
		switch e := s.err; {
		case e == nil:
		case e.Class == Auth:
			return inbox.AccountNeedsLogin, &e.Reason
		case s.Background:
			if advice == nil && s.fails >= unreachedAfter {
				advice = &e.Reason
			}
		case e.Class == Throttled:
			state, advice = inbox.AccountThrottled, &e.Reason
		case e.Class == Forbidden, (e.Class == Gone || e.Class == Rejected) && s.fails >= unreachedAfter:
			state, advice = inbox.AccountBroken, &e.Reason
		case s.fails >= unreachedAfter:
			state, advice = inbox.AccountUnreached, &e.Reason
		}
	}
	switch {
	case state != inbox.AccountLive:
	case !h.reached:
		state = inbox.AccountConnecting
	case catching:
		state = inbox.AccountCatchingUp
	}
	return state, advice
}

// tell writes an account's state where it changed, and lets go of the replies that were held for it.
func (r *Runner) tell(ctx context.Context, ln *link) {
	a := r.account(ln.Account)
	was := a.State
	state, advice := ln.health.state()
	if state == inbox.AccountConnecting && was.Holds() && was != inbox.AccountOff {
		return // what the last run knew holds until something is known again
	}
	if err := r.cfg.Desk.SetAccountState(ctx, ln.Account, state, advice); err != nil {
		if ctx.Err() == nil {
			r.cfg.Log.Error("the state of an account could not be written", "account", a.Name, "err", err)
		}
		return
	}
	if was != state {
		r.cfg.Log.Info("account", "name", a.Name, "state", state, "was", was, "advice", advice.String())
	}
	if state.Holds() || state == inbox.AccountConnecting || !was.Holds() && ln.free.Load() {
		return
	}
	if err := r.cfg.Desk.ReleaseHeld(ctx, ln.Account); err != nil {
		if ctx.Err() == nil {
			r.cfg.Log.Error("held replies could not be let go", "account", a.Name, "err", err)
		}
		return
	}
	ln.free.Store(true)
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
