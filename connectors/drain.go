package connectors

import (
	"context"
	"fmt"
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

// digest decodes rows and ingests what they hold.
func (r *Runner) digest(ctx context.Context, rows []Row, done []inbox.Range) error {
	var b inbox.Batch
	dir := r.cfg.Desk.Directory()
	for i := range rows {
		row := &rows[i]
		if isDone(row.ID, done) {
			continue
		}
		r.open(&b, dir, row)
		if n := len(b.Done); n > 0 && b.Done[n-1].To == row.ID-1 {
			b.Done[n-1].To = row.ID
		} else {
			b.Done = append(b.Done, inbox.Range{From: row.ID, To: row.ID})
		}
	}
	if len(b.Done) == 0 {
		return nil
	}
	fp.Hit("drain.decoded")
	if err := r.ingest(ctx, b); err != nil {
		return err
	}
	fp.Hit("drain.kept")
	return nil
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

// open decodes one row into the batch.
func (r *Runner) open(b *inbox.Batch, dir *inbox.Directory, row *Row) {
	park := func(id inbox.AccountID, why inbox.Reason, bytes []byte) {
		b.Parked = append(b.Parked, inbox.Parked{Account: id, Journal: row.ID, At: r.cfg.Now(), Reason: why, Bytes: bytes})
	}
	a, ok := dir.Accounts[row.Account]
	f := r.faces[a.Channel]
	if !ok || f == nil || f.hook == nil {
		park(0, *inbox.Why("parked.unknown_account", "Remote", fmt.Sprint(row.Account)), row.Body)
		return
	}
	if row.Damaged {
		r.cfg.Log.Error("a webhook in the journal is damaged; what is left of it is kept", "account", a.Name, "row", row.ID)
		park(a.ID, *inbox.Why("parked.damaged"), row.Body)
		return
	}
	var d Decoded
	err := r.guard(func() (err error) {
		d, err = f.hook.Decode(row.Body)
		return err
	})
	if err != nil {
		r.cfg.Log.Warn("a webhook could not be decoded; it is kept", "account", a.Name, "row", row.ID, "err", err)
		park(a.ID, *inbox.Why("parked.decode", "Error", firstLine(err)), row.Body)
		return
	}
	r.counts.ignored.Add(int64(d.Ignored))
	names := resolver{dir: dir, channel: a.Channel, own: a.ID}
	strange := map[inbox.RemoteID]bool{}
	for i := range d.Items {
		in := d.Items[i]
		if in.Account = names.find(in.AccountRemote); in.Account == 0 {
			if !strange[in.AccountRemote] {
				strange[in.AccountRemote] = true
				park(0, *inbox.Why("parked.unknown_account", "Remote", string(in.AccountRemote)), row.Body)
			}
			continue
		}
		in.Journal = row.ID
		b.Items = append(b.Items, in)
	}
	for _, u := range d.Unread {
		park(names.find(u.AccountRemote), u.Reason, u.Bytes)
	}
	for _, remote := range d.Stale {
		if ln := r.accounts[names.find(remote)]; ln != nil {
			ln.hurry()
		}
	}
	for _, remote := range d.Revoked {
		if ln := r.accounts[names.find(remote)]; ln != nil {
			ln.health.sendFailed(&Error{Class: Auth, Reason: *inbox.Why("platform.token_app_removed")})
			ln.hurry() // the poll finds out whether it is so, and says it
		}
	}
}

// resolver finds accounts by the platform's ids.
type resolver struct {
	dir     *inbox.Directory
	channel inbox.Channel
	own     inbox.AccountID // where none is named
}

func (n resolver) find(remote inbox.RemoteID) inbox.AccountID {
	if remote == "" {
		return n.own
	}
	a, ok := n.dir.AccountFor(n.channel, remote)
	if !ok {
		return 0
	}
	return a.ID
}

// firstLine keeps a stack out of what is shown.
func firstLine(err error) string {
	s := err.Error()
	for i := range s {
		if s[i] == '\n' {
			return s[:i]
		}
	}
	return s
}
