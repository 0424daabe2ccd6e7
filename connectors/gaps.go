package connectors

import (
	"context"
	"time"

	"lytter/inbox"
)

// The ledger of gaps. Of each account the store has a mark: from when the newest reading is after which everything older was known, in
// all streams of the foreground. Whatever lies behind the mark and was not read because something was the matter lies in a gap; a gap
// is closed when the mark has passed its end. Since the mark is in the store, a death leaves nothing out: the next start finds it old.

// Streams of the Runner's own beside those of the connectors.
const (
	markStream  = "~read"   // the mark
	hooksStream = "~hooked" // when the platform last said that it sends webhooks
)

// ledger is what the Runner remembers of an account's gaps. The poll loop alone uses it.
type ledger struct {
	mark   time.Time      // what is older was read
	lasts  inbox.GapCause // an outage that lasts; "": none
	unread bool           // gaps are open that are over
}

// needsPerson reports whether an outage lasts until somebody does something.
func needsPerson(c inbox.GapCause) bool { return c == inbox.GapLogin || c == inbox.GapBroken }

// resume reads how far the last run came. If that is longer ago than it would be in a run without faults, there is a gap.
func (r *Runner) resume(ctx context.Context, ln *link) error {
	now := r.cfg.Now()
	mark, err := r.stamp(ctx, ln.Account, markStream)
	if err != nil {
		return err
	}
	if err := r.remember(ctx, ln); err != nil {
		return err
	}
	if mark.IsZero() { // what is older than the account's connection is history
		if mark = r.account(ln.Account).Connected; mark.IsZero() || mark.After(now) {
			mark = now
		}
		if err := r.ingest(ctx, inbox.Batch{Cursors: []inbox.Cursor{stampCursor(ln.Account, markStream, mark)}}); err != nil {
			return err
		}
	}
	open, err := r.openGaps(ctx, ln.Account)
	if err != nil {
		return err
	}
	l := &ln.ledger
	*l = ledger{mark: mark}
	for _, g := range open {
		switch {
		case !g.To.IsZero(), g.Cause == inbox.GapStopped:
			l.unread = true
		case g.Cause != inbox.GapHooks:
			l.lasts = g.Cause
		case ln.face.subs == nil || ln.Callback == "": // nobody waits for webhooks any more
			if err := r.cfg.Desk.EndGaps(ctx, ln.Account, now, inbox.GapHooks); err != nil {
				return err
			}
			l.unread = true
		}
	}
	if l.lasts == "" && now.Sub(mark) > r.patience(ln) {
		if err := r.cfg.Desk.OpenGap(ctx, ln.Account, inbox.GapStopped, mark); err != nil {
			return err
		}
		l.unread = true
	}
	if !l.unread {
		return nil
	}
	return r.cfg.Desk.EndGaps(ctx, ln.Account, now, inbox.GapStopped)
}

// remember notes what an earlier run could read.
func (r *Runner) remember(ctx context.Context, ln *link) error {
	for _, s := range ln.streams {
		cursor, err := r.cursor(ctx, ln.Account, s.Name)
		if err != nil {
			return err
		}
		if cursor != nil {
			ln.health.mu.Lock()
			s.had = true
			ln.health.mu.Unlock()
		}
	}
	return nil
}

func (r *Runner) openGaps(ctx context.Context, id inbox.AccountID) (open []inbox.Gap, err error) {
	err = r.cfg.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		open, err = tx.OpenGaps(id)
		return err
	})
	return open, err
}

// patience is how old the mark may become in a run without faults.
func (r *Runner) patience(ln *link) time.Duration { return 2 * r.period(ln) }

// period is the longest pause between readings of the foreground.
func (r *Runner) period(ln *link) time.Duration {
	own := r.cfg.Pace.Poll
	if ln.face.subs != nil && ln.Callback != "" {
		own = max(own, r.cfg.Pace.PollHooked)
	}
	longest := time.Duration(0)
	for _, s := range ln.streams {
		switch {
		case s.Background:
		case s.Every > 0:
			longest = max(longest, s.Every)
		default:
			longest = max(longest, own)
		}
	}
	return longest
}

// ledge brings the ledger up to what is known: it opens, ends and closes gaps. What could not be written is tried again the next time.
func (r *Runner) ledge(ctx context.Context, ln *link) {
	if err := r.reckon(ctx, ln); err != nil && ctx.Err() == nil {
		r.cfg.Log.Error("the ledger of gaps could not be written; trying again", "account", r.account(ln.Account).Name, "err", err)
	}
}

func (r *Runner) reckon(ctx context.Context, ln *link) error {
	now := r.cfg.Now()
	l, cause, well := &ln.ledger, ln.health.outage(), ln.health.well()
	if cause == inbox.GapLimit && now.Sub(l.mark) <= r.patience(ln) { // it asks us to wait a little, as it does
		cause = l.lasts
	}
	if l.lasts != "" && !needsPerson(cause) && cause != "" {
		cause = l.lasts // an outage keeps its name, unless it now needs a person
	}
	switch {
	case cause != "" && cause != l.lasts:
		if l.lasts != "" {
			if err := r.cfg.Desk.EndGaps(ctx, ln.Account, now, inbox.Outages()...); err != nil {
				return err
			}
			l.lasts, l.unread = "", true
		}
		if err := r.cfg.Desk.OpenGap(ctx, ln.Account, cause, l.mark); err != nil {
			return err
		}
		l.lasts = cause
	case cause == "" && l.lasts != "" && !well.IsZero():
		if err := r.cfg.Desk.EndGaps(ctx, ln.Account, well, inbox.Outages()...); err != nil {
			return err
		}
		l.lasts, l.unread = "", true
	}
	if ln.rehooked.Swap(false) {
		l.unread = true
	}
	if !l.unread {
		return nil
	}
	if err := r.cfg.Desk.CloseGaps(ctx, ln.Account, l.mark); err != nil {
		return err
	}
	open, err := r.openGaps(ctx, ln.Account)
	if err != nil {
		return err
	}
	l.unread = false
	for _, g := range open {
		l.unread = l.unread || !g.To.IsZero()
	}
	return nil
}

// begins notes that a step begins. A walk that another run began has a beginning that nobody knows: it moves no mark.
func (s *streamState) begins(now time.Time, never bool) {
	if s.rested || never && s.begun.IsZero() {
		s.begun, s.rested = now, false
	}
}

// ended notes that a walk of a stream was read to its end.
func (s *streamState) ended() {
	if !s.begun.IsZero() {
		s.read = s.begun
	}
	s.begun, s.rested = time.Time{}, true
}

// reach gives the mark as it will be when a stream's walk has ended.
func (ln *link) reach(ended *streamState) time.Time {
	var mark time.Time
	for _, s := range ln.health.reading() {
		read := s.read
		if s == ended && !s.begun.IsZero() {
			read = s.begun
		}
		if read.IsZero() {
			return ln.ledger.mark // one has not been read to its end in this run
		}
		if mark.IsZero() || read.Before(mark) {
			mark = read
		}
	}
	if mark.Before(ln.ledger.mark) {
		return ln.ledger.mark
	}
	return mark
}

// unhooked notes that the platform does not send webhooks. If it once did, there is a gap from when it last said so, until it does again.
func (r *Runner) unhooked(ctx context.Context, ln *link) error {
	since, err := r.stamp(ctx, ln.Account, hooksStream)
	if err != nil || since.IsZero() { // it never sent any
		return err
	}
	return r.cfg.Desk.OpenGap(ctx, ln.Account, inbox.GapHooks, since)
}

// isHooked notes that the platform says that it sends webhooks.
func (r *Runner) isHooked(ctx context.Context, ln *link) error {
	now := r.cfg.Now()
	if err := r.cfg.Desk.EndGaps(ctx, ln.Account, now, inbox.GapHooks); err != nil {
		return err
	}
	ln.rehooked.Store(true)
	return r.ingest(ctx, inbox.Batch{Cursors: []inbox.Cursor{stampCursor(ln.Account, hooksStream, now)}})
}

// stamp reads a time that is kept as a cursor; zero: there is none.
func (r *Runner) stamp(ctx context.Context, id inbox.AccountID, stream string) (time.Time, error) {
	value, err := r.cursor(ctx, id, stream)
	return stampOf(value), err
}

func stampOf(value []byte) time.Time {
	var at time.Time
	if value == nil || at.UnmarshalText(value) != nil { // a damaged mark is none: what came since the connection may be missing
		return time.Time{}
	}
	return at
}

// ReadUpTo is the mark of an account: what citizens wrote before was read. Zero: nothing was.
func ReadUpTo(tx inbox.Tx, a inbox.Account) (time.Time, error) {
	value, err := tx.Cursor(a.ID, markStream)
	if at := stampOf(value); err != nil || !at.IsZero() {
		return at, err
	}
	return a.Connected, nil
}

func stampCursor(id inbox.AccountID, stream string, at time.Time) inbox.Cursor {
	return inbox.Cursor{Account: id, Stream: stream, Value: []byte(at.UTC().Format(time.RFC3339Nano))}
}
