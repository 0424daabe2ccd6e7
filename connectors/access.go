package connectors

import "context"

// slower is how much more seldom access is examined while the platform's limits are nearly used up.
const slower = 10

// examine asks on a clock, and when something was refused, how our access to an account is. What follows is the health's.
func (r *Runner) examine(ctx context.Context, ln *link) error {
	for fails := 0; ctx.Err() == nil; {
		err := r.examineOnce(ctx, ln)
		pause := early(r.cfg.Pace.Examine)
		switch {
		case err == nil:
			fails = 0
		default:
			if fails++; fails == 1 && ctx.Err() == nil {
				r.cfg.Log.Warn("access to an account could not be examined", "account", r.account(ln.Account).Name, "err", err)
			}
			if e := AsError(err); e.Class == Throttled {
				pause = max(pause, e.RetryAfter)
			}
		}
		if r.spent(ln) >= slowAt {
			pause *= slower
		}
		least := min(pause, r.cfg.Pace.Examine/slower) // whatever is refused meanwhile; but not where the platform itself calls
		r.wait(ctx, least, ln.called)
		r.wait(ctx, pause-least, ln.exams)
	}
	return nil
}

// examineOnce asks once.
func (r *Runner) examineOnce(ctx context.Context, ln *link) error {
	asking, cancel := context.WithTimeout(ctx, r.cfg.Pace.StepTimeout)
	defer cancel()
	var x Examination
	err := r.guard(func() (err error) {
		x, err = ln.face.exam.Examine(asking, r.account(ln.Account))
		return err
	})
	if err != nil || ctx.Err() != nil {
		return err
	}
	ln.health.examined(x.Findings(r.cfg.Now()), x.Lacks())
	r.tell(ctx, ln)
	return nil
}

// doubt has access examined soon, if what happened says something of it: a refusal for the token's sake or for a permission's, or that
// something works which was found not to.
func (ln *link) doubt(e *Error) {
	switch {
	case e == nil && !ln.health.accused():
	case e == nil, e.Class == Auth, e.Class == Forbidden:
		poke(ln.exams)
	}
}
