package connectors

import (
	"context"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

// streamState is a stream of an account at work. Its fields are guarded by the link's mu, but for err, fails, had, catching and well, which
// are the health's.
type streamState struct {
	Stream
	next     time.Time // when it is due
	barred   time.Time // until when the platform takes no call of it, or it saves its calls: nobody's hurry changes that
	hurried  bool      // somebody wanted it read while it was being read
	last     time.Time // when it last had a step
	steps    int64
	items    int64
	done     int
	total    int
	err      *Error
	fails    int
	had      bool // it has worked, in this run or in an earlier one
	catching bool
	well     time.Time // when the first step began that went well after one that failed, or after the start; zero: the last failed

	// Of the poll loop alone:
	begun  time.Time // when the present walk began; zero: in another run, or none goes on
	rested bool      // a walk has ended, and none has begun since
	read   time.Time // when the last walk that was read to its end began
}

// poll reads the streams of an account, a step at a time. Of the streams that are due the one that has waited longest is next, so none
// starves another.
func (r *Runner) poll(ctx context.Context, ln *link) error {
	if err := r.resume(ctx, ln); err != nil {
		return err
	}
	r.tell(ctx, ln)
	for ctx.Err() == nil {
		s, pause := ln.due(r.cfg.Now(), r.spent(ln) >= stopAt)
		if s == nil {
			r.ledge(ctx, ln)
			r.wait(ctx, pause, ln.polls)
			continue
		}
		r.step(ctx, ln, s)
		r.ledge(ctx, ln)
		if s.Background {
			ln.rest(r.cfg.Now().Add(r.restFor(ln)))
		}
	}
	return nil
}

// due gives the stream whose turn it is, or how long to wait. The background rests between its steps, and while it is stopped.
func (ln *link) due(now time.Time, stop bool) (*streamState, time.Duration) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	var best *streamState
	pause := lookEvery
	for _, s := range ln.streams {
		next := latest(s.next, s.barred)
		if s.Background {
			if stop {
				continue
			}
			next = latest(next, ln.quiet)
		}
		if wait := next.Sub(now); wait > 0 {
			pause = min(pause, wait)
		} else if best == nil || s.last.Before(best.last) {
			best = s
		}
	}
	return best, pause
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// lookEvery is the longest that the poll loop sleeps.
const lookEvery = 15 * time.Second

// rest keeps the background still until a moment.
func (ln *link) rest(until time.Time) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	ln.quiet = until
}

// hurry makes the streams in the foreground due, but for one that was just read.
func (ln *link) hurry(but ...*streamState) {
	ln.mu.Lock()
	for _, s := range ln.streams {
		if !s.Background && !slices.Contains(but, s) {
			s.next, s.hurried = time.Time{}, true
		}
	}
	ln.mu.Unlock()
	poke(ln.polls)
}

// From these percentages of a platform's limits on the background goes slowly, and stops: editors keep the rest.
const (
	slowAt = 75
	stopAt = 90
)

// spent is how much of its limits an account has used, in percent; 0 where the platform does not tell.
func (r *Runner) spent(ln *link) int {
	if ln.face.meter == nil {
		return 0
	}
	return ln.face.meter.Usage(r.account(ln.Account)).Percent
}

// restFor is how long the background rests after a step.
func (r *Runner) restFor(ln *link) time.Duration {
	if r.spent(ln) >= slowAt {
		return 20 * r.cfg.Pace.StepGap
	}
	return r.cfg.Pace.StepGap
}

// step takes one step of a stream, commits it and decides when the next is due.
func (r *Runner) step(ctx context.Context, ln *link, s *streamState) {
	a := r.account(ln.Account)
	began := r.cfg.Now()
	ln.heeds(s)
	page, err := r.read(ctx, ln, a, s)
	r.counts.polls.Add(1)
	if ctx.Err() != nil {
		return
	}
	mark := ln.ledger.mark
	if err == nil && !page.More {
		mark = ln.reach(s)
	}
	if page.Cursor != nil || len(page.Items) > 0 || len(page.Unread) > 0 || len(page.Lost) > 0 || mark.After(ln.ledger.mark) {
		if ierr := r.keep(ctx, ln, s, page, mark); ierr != nil {
			if ctx.Err() == nil {
				r.cfg.Log.Error("what was polled could not be stored; it is read again", "account", a.Name, "stream", s.Name, "err", ierr)
			}
			ln.later(s, r.cfg.Now(), r.cfg.Now().Add(r.backoff(0)))
			return
		}
	}
	if ln.ledger.mark = mark; err == nil && !page.More {
		s.ended()
	}
	var e *Error
	if err != nil {
		r.counts.pollErrors.Add(1)
		e = AsError(err)
	}
	ln.health.polled(s, began, e, page.CatchingUp && page.More)
	ln.doubt(e)
	r.tell(ctx, ln)
	now := r.cfg.Now()
	if e == nil {
		next := now
		switch {
		case !page.More:
			next = now.Add(early(r.every(ln, s)))
		case page.Wait > 0:
			ln.bar(now.Add(page.Wait), s)
		}
		ln.went(s, page)
		ln.later(s, now, next)
		return
	}
	fails := ln.fails(s)
	pause := r.backoff(fails - 1)
	if e.Class == Throttled {
		until := now.Add(jitter(max(e.RetryAfter, pause)))
		if e.Wide {
			ln.bar(until, ln.streams...)
		} else {
			ln.bar(until, s)
		}
	}
	if !s.Background && (fails == unreachedAfter || fails == 1 && e.Class == Forbidden) {
		ln.hurry(s) // is it this stream alone, or the account?
	}
	if fails == 1 {
		r.cfg.Log.Warn("poll failed", "account", a.Name, "stream", s.Name, "err", err)
	}
	ln.later(s, now, now.Add(pause))
}

// read asks the connector.
func (r *Runner) read(ctx context.Context, ln *link, a inbox.Account, s *streamState) (page Page, err error) {
	cursor, err := r.cursor(ctx, ln.Account, s.Name)
	if err != nil {
		return Page{}, err
	}
	s.begins(r.cfg.Now(), cursor == nil)
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Pace.StepTimeout)
	defer cancel()
	err = r.guard(func() (err error) {
		page, err = ln.face.Poll(ctx, a, s.Name, cursor)
		return err
	})
	return page, err
}

func (r *Runner) cursor(ctx context.Context, id inbox.AccountID, stream string) (out []byte, err error) {
	err = r.cfg.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		out, err = tx.Cursor(id, stream)
		return err
	})
	return out, err
}

// keep commits what a step brought together with how far it read.
func (r *Runner) keep(ctx context.Context, ln *link, s *streamState, page Page, mark time.Time) error {
	b := inbox.Batch{Items: page.Items}
	for i := range b.Items {
		b.Items[i].Account = ln.Account
	}
	for _, u := range page.Unread {
		b.Parked = append(b.Parked, inbox.Parked{Account: ln.Account, At: r.cfg.Now(), Reason: u.Reason, Bytes: u.Bytes})
	}
	for _, g := range page.Lost {
		g.Account = ln.Account
		b.Gaps = append(b.Gaps, g)
	}
	if page.Cursor != nil {
		b.Cursors = []inbox.Cursor{{Account: ln.Account, Stream: s.Name, Value: page.Cursor}}
	}
	if mark.After(ln.ledger.mark) {
		b.Cursors = append(b.Cursors, stampCursor(ln.Account, markStream, mark))
	}
	fp.Hit("poll.read")
	if err := r.ingest(ctx, b); err != nil {
		return err
	}
	fp.Hit("poll.kept")
	return nil
}

// every is how often a stream is read.
func (r *Runner) every(ln *link, s *streamState) time.Duration {
	if s.Every > 0 {
		return s.Every
	}
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if ln.sure {
		return r.cfg.Pace.PollHooked
	}
	return r.cfg.Pace.Poll
}

// heeds notes that a step begins: whoever wanted one before has it.
func (ln *link) heeds(s *streamState) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	s.hurried = false
}

// later notes a step and when the next is due.
func (ln *link) later(s *streamState, last, next time.Time) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	s.last = last
	if s.hurried && next.After(last) { // it was wanted while the step that ends here was under way
		s.hurried, next = false, last
	}
	if next.After(s.next) {
		s.next = next
	}
}

// bar lets no step of some streams be taken before a moment.
func (ln *link) bar(until time.Time, streams ...*streamState) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	for _, s := range streams {
		s.barred = latest(s.barred, until)
	}
}

// went counts what a step brought.
func (ln *link) went(s *streamState, p Page) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	s.steps++
	s.items += int64(len(p.Items))
	s.done, s.total = p.Done, p.Total
}

func (ln *link) fails(s *streamState) int {
	ln.health.mu.Lock()
	defer ln.health.mu.Unlock()
	return s.fails
}
