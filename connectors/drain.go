package connectors

import (
	"context"
	"sync/atomic"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

const (
	drainRows  = 256
	drainEvery = time.Second // rows that another process appended are found without a poke
)

// backlog is how far the journal and the drain have come.
type backlog struct {
	newest, done atomic.Int64
}

func (b *backlog) came(row int64) {
	for {
		have := b.newest.Load()
		if row <= have || b.newest.CompareAndSwap(have, row) {
			return
		}
	}
}

// drain ingests what is in the journal and not yet done, in order. A row is done when its items are committed, in the same transaction.
// What fails is tried again until it works; what cannot be decoded is parked with its bytes, and done.
func (r *Runner) drain(ctx context.Context) error {
	done, err := r.doneRanges(ctx)
	if err != nil {
		return err
	}
	after := int64(0)
	for fails := 0; ctx.Err() == nil; {
		after, done = skip(after, done)
		rows, err := r.cfg.Journal.Read(ctx, after, drainRows)
		if err == nil && len(rows) > 0 {
			err = r.digest(ctx, rows, done)
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return unless(ctx, err)
		case err != nil:
			if fails == 0 {
				r.cfg.Log.Error("the journal cannot be ingested; trying again", "after", after, "err", err)
			}
			r.wait(ctx, r.backoff(fails), nil)
			fails++
		case len(rows) == 0:
			fails = 0
			r.wait(ctx, drainEvery, r.arrived)
		default:
			fails = 0
			after = rows[len(rows)-1].ID
			r.backlog.came(after)
			r.backlog.done.Store(after)
		}
	}
	return nil
}

func (r *Runner) doneRanges(ctx context.Context) (out []inbox.Range, err error) {
	err = r.cfg.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		out, err = tx.Done()
		return err
	})
	return out, err
}

// skip jumps over ranges that are done.
func skip(after int64, done []inbox.Range) (int64, []inbox.Range) {
	for len(done) > 0 && done[0].From <= after+1 {
		after = max(after, done[0].To)
		done = done[1:]
	}
	return after, done
}

// isDone reports whether a row is in a range.
func isDone(row int64, done []inbox.Range) bool {
	for _, d := range done {
		if row >= d.From && row <= d.To {
			return true
		}
	}
	return false
}

// digest decodes rows, ingests what they hold, and heeds what they say of accounts.
func (r *Runner) digest(ctx context.Context, rows []Row, done []inbox.Range) error {
	var b inbox.Batch
	var heard []opened
	dir := r.cfg.Desk.Directory()
	op := opener{faces: r.faces, now: r.cfg.Now, panics: &r.counts.panics}
	for i := range rows {
		row := &rows[i]
		if isDone(row.ID, done) {
			continue
		}
		o := op.open(dir, row)
		o.log(r.cfg.Log, row)
		b.Items, b.Parked = append(b.Items, o.items...), append(b.Parked, o.parked...)
		heard = append(heard, o)
		if n := len(b.Done); n > 0 && b.Done[n-1].To == row.ID-1 {
			b.Done[n-1].To = row.ID
		} else {
			b.Done = append(b.Done, inbox.Range{From: row.ID, To: row.ID})
		}
	}
	if len(b.Done) == 0 {
		return nil
	}
	for _, o := range heard {
		r.heed(o)
	}
	fp.Hit("drain.decoded")
	if err := r.ingest(ctx, b); err != nil {
		return err
	}
	fp.Hit("drain.kept")
	return nil
}

// heed does what a row asks for besides being taken in.
func (r *Runner) heed(o opened) {
	r.counts.ignored.Add(int64(o.ignored))
	for _, id := range o.stale {
		if ln := r.accounts[id]; ln != nil {
			ln.hurry()
		}
	}
	for _, id := range o.revoked {
		if ln := r.accounts[id]; ln != nil {
			ln.health.sendFailed(&Error{Class: Auth, Reason: *inbox.Why("platform.token_app_removed")})
			ln.hurry() // the poll finds out whether it is so, and says it
		}
	}
}

// ingest hands a batch to the desk and counts what became of it.
func (r *Runner) ingest(ctx context.Context, b inbox.Batch) error {
	rep, err := r.cfg.Desk.Ingest(ctx, b)
	r.counts.fresh.Add(int64(rep.New))
	r.counts.changed.Add(int64(rep.Changed))
	r.counts.same.Add(int64(rep.Same))
	if err != nil {
		return err
	}
	r.counts.parked.Add(int64(rep.Refused + len(b.Parked)))
	for _, ln := range r.accounts {
		poke(ln.wants)
	}
	return nil
}
