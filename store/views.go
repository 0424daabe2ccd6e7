package store

import (
	"context"
	"sync"
	"time"

	"lytter/inbox"
)

// views are the Views that run. One that stays open keeps the write-ahead log from being used again, so that it grows: past a bound the
// oldest are ended.
type views struct {
	mu  sync.Mutex
	all map[*tx]view
}

type view struct {
	begun time.Time
	end   context.CancelCauseFunc
}

// add makes the transaction of a View and the context that it is within; call done when it is over.
func (v *views) add(ctx context.Context, db *DB) (within context.Context, t *tx, done func()) {
	ctx, end := context.WithCancelCause(ctx)
	t = &tx{db: db, ctx: ctx, run: db.statement(ctx), now: db.moment()}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.all == nil {
		v.all = map[*tx]view{}
	}
	v.all[t] = view{begun: time.Now(), end: end}
	return ctx, t, func() {
		end(nil)
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.all, t)
	}
}

// endOlder ends the Views that have run for longer than d: their next query gets an Error of code Unavailable.
func (v *views) endOlder(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range v.all {
		if time.Since(w.begun) > d {
			w.end(inbox.E(inbox.Unavailable, "store.View", "store.view_too_long"))
		}
	}
}
