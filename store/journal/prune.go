package journal

import (
	"context"
	"math"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// pruneRows is how many rows go in one transaction: those who append wait no longer than that.
const pruneRows = 200

// Mark says that rows may be pruned: they are taken in, and a backup that was verified holds what they became. It may be said again.
func (j *Journal) Mark(ctx context.Context, ranges ...inbox.Range) error {
	for _, r := range ranges {
		if r.From < 1 || r.To < r.From || r.To == math.MaxInt64 {
			return inbox.E(inbox.Invalid, "journal.Mark", "store.bad_range", "From", r.From, "To", r.To)
		}
	}
	return j.alone(ctx, func(ctx context.Context) error {
		for _, r := range ranges {
			err := j.w.Query(ctx, "DELETE FROM marks WHERE to_row >= $1 - 1 AND from_row <= $2 + 1 RETURNING to_row, from_row",
				func(row *sqlconn.Row) error {
					r.To, r.From = max(r.To, row.Int()), min(r.From, row.Int())
					return nil
				}, r.From, r.To)
			if err != nil {
				return err
			}
			if _, err := j.w.Exec(ctx, "INSERT INTO marks (to_row, from_row) VALUES ($1, $2)", r.To, r.From); err != nil {
				return err
			}
		}
		return nil
	})
}

// Prune deletes what is marked and came before a time, some at a time so that nobody waits for long, and tells how many rows that were.
// What it deleted is overwritten on the disk. Rows came in order of time: behind the first that is younger it does not look.
func (j *Journal) Prune(ctx context.Context, before time.Time) (n int64, err error) {
	var marked []inbox.Range
	err = j.alone(ctx, func(ctx context.Context) error {
		return j.w.Query(ctx, "SELECT to_row, from_row FROM marks ORDER BY to_row", func(r *sqlconn.Row) error {
			marked = append(marked, inbox.Range{To: r.Int(), From: r.Int()})
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	for _, m := range marked {
		for some := int64(pruneRows); some == pruneRows; {
			err := j.alone(ctx, func(ctx context.Context) (err error) {
				if _, err := j.w.Exec(ctx, "UPDATE meta SET value = max(value, $1) WHERE name = 'next'", j.next); err != nil {
					return err
				}
				some, err = j.w.Exec(ctx, `DELETE FROM entries WHERE at < $1 AND id IN
					(SELECT id FROM entries WHERE id BETWEEN $2 AND $3 ORDER BY id LIMIT $4)`, sqlconn.Millis(before), m.From, m.To, pruneRows)
				return err
			})
			if err != nil {
				return n, err
			}
			n += some
		}
	}
	return n, j.empty(ctx)
}

// Erase empties entries, whose numbers stay: what was asked to be forgotten.
func (j *Journal) Erase(ctx context.Context, rows ...int64) error {
	err := j.alone(ctx, func(ctx context.Context) error {
		for _, row := range rows {
			_, err := j.w.Exec(ctx, "UPDATE entries SET account = 0, at = 0, header = '', body = x'', sum = $1 WHERE id = $2",
				sum(row, 0, 0, "", nil), row)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.empty(ctx)
}

// alone runs f in a transaction of its own, between those of Append.
func (j *Journal) alone(ctx context.Context, f func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case j.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-j.turn }()
	if err := j.usable(); err != nil {
		return err
	}
	return j.tx(context.WithoutCancel(ctx), f)
}

// empty empties the write-ahead log, in which what was deleted still stands.
func (j *Journal) empty(ctx context.Context) error {
	select {
	case j.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-j.turn }()
	if err := j.usable(); err != nil {
		return err
	}
	_, err := j.w.Truncate(context.WithoutCancel(ctx), walWait)
	if err != nil && j.broken(err) {
		j.fail(err)
	}
	return fault("journal", err)
}

func (j *Journal) usable() error {
	if err := j.Failure(); err != nil {
		return err
	}
	if j.w == nil {
		return errClosed("journal")
	}
	return nil
}
