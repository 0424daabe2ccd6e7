package connectors

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

const (
	fetchFirst = 30 * time.Second // after a first failure of one fetch; it doubles each time
	fetchMost  = 6 * time.Hour
)

// fetch brings what is pending of an account.
func (r *Runner) fetch(ctx context.Context, ln *link) error {
	var rest time.Time
	for fails := 0; ctx.Err() == nil; {
		if wait := rest.Sub(r.cfg.Now()); wait > 0 {
			r.wait(ctx, wait, nil)
			continue
		}
		ps, err := r.due(ctx, ln)
		if err != nil {
			return err
		}
		if len(ps) == 0 {
			r.wait(ctx, r.cfg.Pace.Fetch, ln.wants)
			continue
		}
		err = r.fetchSome(ctx, ln, ps)
		if err == nil {
			fails = 0
			continue
		}
		if ctx.Err() != nil {
			return unless(ctx, err)
		}
		pause := r.backoff(fails)
		if e := AsError(err); e.Class == Throttled {
			pause = max(pause, e.RetryAfter)
		}
		if fails++; fails == 1 {
			r.cfg.Log.Warn("fetching failed", "account", r.account(ln.Account).Name, "err", err)
		}
		rest = r.cfg.Now().Add(pause)
	}
	return nil
}

// due is what is to be fetched now. Where the platform's limits are nearly used up that is only what somebody wrote.
func (r *Runner) due(ctx context.Context, ln *link) ([]inbox.Pending, error) {
	if r.spent(ln) < stopAt {
		return r.cfg.Desk.DuePending(ctx, ln.Account, FetchMost)
	}
	ps, err := r.cfg.Desk.DuePending(ctx, ln.Account, 20*FetchMost)
	ps = slices.DeleteFunc(ps, func(p inbox.Pending) bool { return p.What != inbox.WantMessage })
	return ps[:min(len(ps), FetchMost)], err
}

// fetchSome brings several, and settles each. An error is the account's, not theirs.
func (r *Runner) fetchSome(ctx context.Context, ln *link, ps []inbox.Pending) error {
	a := r.account(ln.Account)
	var answers []Answer
	err := func() error {
		ctx, cancel := context.WithTimeout(ctx, r.cfg.Pace.StepTimeout)
		defer cancel()
		return r.guard(func() (err error) {
			answers, err = ln.face.fetch.Fetch(ctx, a, ps)
			return err
		})
	}()
	if err == nil && len(answers) != len(ps) {
		err = fmt.Errorf("connectors: %s answered %d of %d fetches", a.Channel, len(answers), len(ps))
	}
	if err != nil {
		return err
	}
	for i, p := range ps {
		f := answers[i]
		switch ClassOf(f.Err) {
		case "":
		case Gone:
			f.Fetched = inbox.Fetched{}
		default:
			r.counts.fetchErrors.Add(1)
			after := min(fetchFirst<<min(p.Attempts, 20), fetchMost)
			if err := r.cfg.Desk.FetchFailed(ctx, p, &AsError(f.Err).Reason, jitter(after)); err != nil {
				return err
			}
			continue
		}
		for j := range f.Items {
			f.Items[j].Account = ln.Account
		}
		fp.Hit("fetch.answered")
		if err := r.cfg.Desk.Fetched(ctx, p, f.Fetched); err != nil {
			return err
		}
		fp.Hit("fetch.kept")
		r.counts.fetched.Add(1)
	}
	return nil
}
