package store

import (
	"context"
	"errors"

	"lytter/inbox"
	"lytter/store/internal/bell"
)

// Wait implements inbox.Store. Commits of this process wake it at once. In SQLite there are no others. In PostgreSQL another process may
// have written, a repair say: Wait looks once a second. That is no LISTEN, because the desk itself is the one writer that matters, and a
// listening connection is one more thing that dies unseen, most of all behind a pooler.
func (db *DB) Wait(ctx context.Context, after inbox.Seq) error {
	var look func() error
	if db.poll() > 0 {
		look = func() error {
			err := db.look(ctx)
			if inbox.CodeOf(err) == inbox.Unavailable {
				return nil // a server that is away comes back
			}
			return err
		}
	}
	err := db.log.Wait(ctx, int64(after), db.poll(), look)
	if errors.Is(err, bell.ErrClosed) {
		return inbox.E(inbox.Unavailable, "store.Wait", "store.closed")
	}
	return err
}

// look reads the end of the log.
func (db *DB) look(ctx context.Context) error {
	return db.View(ctx, func(tx inbox.Tx) error {
		seq, err := tx.LastSeq()
		db.log.Ring(int64(seq))
		return err
	})
}
