package connectors

import (
	"context"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

// send carries out an account's outgoing, one after the other. A limit of the platform holds what it is a limit of: an answer that all can
// read does not wait for the limit of direct messages, and nothing that is read waits for either.
func (r *Runner) send(ctx context.Context, ln *link) error {
	var rest time.Time                          // with all
	rests := map[inbox.OutgoingKind]time.Time{} // with those of a kind
	for ctx.Err() == nil {
		now := r.cfg.Now()
		if wait := rest.Sub(now); wait > 0 {
			r.wait(ctx, wait, nil)
			continue
		}
		var not []inbox.OutgoingKind
		for kind, until := range rests {
			if until.After(now) {
				not = append(not, kind)
			}
		}
		due, err := r.anyDue(ctx, ln.Account, not)
		if err != nil {
			return err
		}
		if !due {
			r.wait(ctx, r.cfg.Pace.Send, ln.sends)
			continue
		}
		o, err := r.cfg.Desk.Claim(ctx, ln.Account, r.cfg.Owner, not...)
		if err != nil {
			return err
		}
		if o == nil { // what is due waits for something else
			r.wait(ctx, r.cfg.Pace.Send, ln.sends)
			continue
		}
		switch p := r.sendOne(ctx, ln, o); {
		case p.wide:
			rest = r.cfg.Now().Add(p.long)
		case p.long > 0:
			rests[o.Kind] = r.cfg.Now().Add(p.long)
		}
	}
	return nil
}

// pause is how long nothing more should be sent of the kind that was sent, or nothing at all if it is wide.
type pause struct {
	long time.Duration
	wide bool
}

// anyDue looks without writing whether there is anything to claim, but for some kinds.
func (r *Runner) anyDue(ctx context.Context, id inbox.AccountID, not []inbox.OutgoingKind) (due bool, err error) {
	err = r.cfg.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		list, err := tx.OutgoingIn(id, inbox.Queued, inbox.Retry)
		for i := range list {
			due = due || !list[i].NotBefore.After(tx.Now()) && !slices.Contains(not, list[i].Kind)
		}
		return err
	})
	return due, err
}

// sendOne sends what was claimed. From Begin on it is carried to its end even while the Runner stops. It returns how long the sender
// should rest.
func (r *Runner) sendOne(ctx context.Context, ln *link, o *inbox.Outgoing) pause {
	log := r.cfg.Log.With("account", r.account(ln.Account).Name, "outgoing", o.ID)
	if ctx.Err() != nil {
		if err := r.cfg.Desk.Unclaim(context.WithoutCancel(ctx), o.ID, r.cfg.Owner); err != nil {
			log.Error("a claim could not be given back; it expires", "err", err)
		}
		return pause{}
	}
	fp.Hit("send.claimed")
	if ready, rest := r.upload(ctx, ln, o); !ready {
		return rest
	}
	fp.Hit("send.uploaded")
	if err := r.cfg.Desk.Begin(ctx, o.ID, r.cfg.Owner); err != nil {
		if inbox.CodeOf(err) != inbox.Conflict && ctx.Err() == nil {
			log.Error("a send could not begin", "err", err)
		}
		return pause{}
	}
	fp.Hit("send.begun")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Pace.SendTimeout)
	defer cancel()
	o.Attempts++
	var got Receipt
	err := r.guard(func() (err error) {
		got, err = ln.face.Send(ctx, r.account(ln.Account), *o)
		return err
	})
	fp.Hit("send.answered")
	e := AsError(err)
	fate := r.fate(o, got, e)
	switch fate.State {
	case inbox.Sent:
		r.counts.sent.Add(1)
	case inbox.Retry:
		r.counts.retried.Add(1)
	case inbox.Rejected:
		r.counts.rejected.Add(1)
	case inbox.Unknown:
		r.counts.unknown.Add(1)
	}
	if err != nil {
		log.Warn("send", "state", fate.State, "err", err)
	}
	r.settle(ctx, o.ID, fate)
	fp.Hit("send.settled")
	return r.after(ctx, ln, e, fate)
}

// after is what the end of a send or an upload means for those that follow.
func (r *Runner) after(ctx context.Context, ln *link, e *Error, fate inbox.Fate) pause {
	if e == nil {
		return pause{}
	}
	ln.doubt(e)
	switch e.Class {
	case Throttled:
		return pause{fate.After, e.Wide}
	case Auth:
		ln.health.sendFailed(e)
		r.tell(context.WithoutCancel(ctx), ln)
		ln.hurry() // the poll finds out when it is well again
	}
	return pause{}
}

// fate is what an end of a send means. What may have been done is unknown, whatever else is known of it.
func (r *Runner) fate(o *inbox.Outgoing, got Receipt, e *Error) inbox.Fate {
	if e == nil {
		return inbox.Fate{State: inbox.Sent, Remote: got.Remote, At: got.At, To: got.To}
	}
	why := e.Reason
	switch {
	case e.Class == Gone && o.Kind == inbox.Delete:
		return inbox.Fate{State: inbox.Sent} // it is as it was to be
	case o.Kind.Repeatable() && (e.Maybe || e.Class == Duplicate):
		return inbox.Fate{State: inbox.Retry, Reason: &why, After: r.backoff(o.Attempts)}
	case e.Maybe, e.Class == Duplicate: // the first of the two may be this one
		return inbox.Fate{State: inbox.Unknown, Reason: &why}
	case e.Class == Rejected, e.Class == Gone, e.Class == Forbidden:
		return inbox.Fate{State: inbox.Rejected, Reason: &why}
	}
	after := r.backoff(o.Attempts)
	if e.Class == Throttled {
		after = max(after, e.RetryAfter)
	}
	return inbox.Fate{State: inbox.Retry, Reason: &why, After: after}
}

// settle writes a fate. It tries for as long as it may: what is not written is unknown later, and a person's trouble.
func (r *Runner) settle(ctx context.Context, id inbox.OutgoingID, f inbox.Fate) {
	// Half of a send's time: both together end before the desk takes the send for hung, so that this never ends a later attempt.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Pace.SendTimeout/2)
	defer cancel()
	for fails := 0; ; fails++ {
		err := r.cfg.Desk.Settle(ctx, id, f)
		if err == nil {
			return
		}
		if inbox.CodeOf(err) == inbox.Conflict || inbox.CodeOf(err) == inbox.NotFound {
			return // it is settled, or uncertain, by somebody else's word
		}
		if ctx.Err() != nil {
			r.cfg.Log.Error("the end of a send could not be written", "outgoing", id, "state", f.State, "remote", f.Remote, "err", err)
			return
		}
		r.wait(ctx, r.backoff(fails), nil)
	}
}

// search is how a look-up for one outgoing goes.
type search struct {
	next  time.Time
	fails int
}

// find looks up what may have been sent, until it is found or a person has decided.
func (r *Runner) find(ctx context.Context, ln *link) error {
	searches := map[inbox.OutgoingID]*search{}
	for ctx.Err() == nil {
		list, err := r.cfg.Desk.Uncertain(ctx, ln.Account)
		if err != nil {
			return err
		}
		alive := make(map[inbox.OutgoingID]*search, len(list))
		for i := range list {
			o := &list[i]
			s := searches[o.ID]
			if s == nil {
				s = &search{next: r.cfg.Now().Add(r.cfg.Pace.Find)}
			}
			alive[o.ID] = s
			if s.next.After(r.cfg.Now()) || ctx.Err() != nil {
				continue
			}
			found, err := r.findOne(ctx, ln, o)
			switch {
			case err != nil && ctx.Err() == nil:
				r.cfg.Log.Warn("look-up failed", "account", r.account(ln.Account).Name, "outgoing", o.ID, "err", err)
			case found:
				r.counts.found.Add(1)
			}
			s.fails++
			pause := min(r.cfg.Pace.Find<<min(s.fails, 20), r.cfg.Pace.FindMost)
			if e := AsError(err); e != nil && e.Class == Throttled {
				pause = max(pause, e.RetryAfter)
			}
			s.next = r.cfg.Now().Add(jitter(max(pause, r.cfg.Pace.Find)))
		}
		searches = alive
		r.wait(ctx, min(r.cfg.Pace.Find, time.Second), nil)
	}
	return nil
}

// findOne looks one up. Something of ours that another outgoing is known to have become is not this one's.
func (r *Runner) findOne(ctx context.Context, ln *link, o *inbox.Outgoing) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Pace.StepTimeout)
	defer cancel()
	var list []Receipt
	err := r.guard(func() (err error) {
		list, err = ln.face.Find(ctx, r.account(ln.Account), *o)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, got := range list {
		taken := false
		err := r.cfg.Desk.Store.View(ctx, func(tx inbox.Tx) error {
			other, err := tx.FindSent(o.Account, got.Remote)
			taken = other != nil && other.ID != o.ID
			return err
		})
		if err != nil {
			return false, err
		}
		if taken {
			continue
		}
		fp.Hit("find.found")
		err = r.cfg.Desk.Settle(ctx, o.ID, inbox.Fate{State: inbox.Sent, Remote: got.Remote, At: got.At})
		if inbox.CodeOf(err) == inbox.Conflict {
			return false, nil // a person was faster
		}
		return err == nil, err
	}
	return false, nil
}
