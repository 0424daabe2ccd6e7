package store

import (
	"context"
	"sync"
	"time"

	"lytter/inbox"
)

// news is the end of the log as far as this process knows, and who waits for it to move.
type news struct {
	mu     sync.Mutex
	seq    inbox.Seq
	moved  chan struct{} // closed and renewed when seq moves
	closed bool
}

// now gives the end of the log, and what is closed when it moves.
func (n *news) now() (seq inbox.Seq, moved <-chan struct{}, closed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.moved == nil {
		n.moved = make(chan struct{})
	}
	return n.seq, n.moved, n.closed
}

func (n *news) tell(seq inbox.Seq) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if seq > n.seq {
		n.seq = seq
		n.wake()
	}
}

func (n *news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	n.wake()
}

func (n *news) wake() {
	if n.moved != nil {
		close(n.moved)
		n.moved = nil
	}
}

// Wait implements inbox.Store. Commits of this process wake it at once. In SQLite there are no others. In PostgreSQL another process may
// have written, a repair say: Wait looks once a second. That is no LISTEN, because the desk itself is the one writer that matters, and a
// listening connection is one more thing that dies unseen, most of all behind a pooler.
func (db *DB) Wait(ctx context.Context, after inbox.Seq) error {
	var look <-chan time.Time
	if every := db.poll(); every > 0 {
		t := time.NewTicker(every)
		defer t.Stop()
		look = t.C
	}
	for {
		seq, moved, closed := db.news.now()
		switch {
		case seq > after:
			return nil
		case closed:
			return inbox.E(inbox.Unavailable, "store.Wait", "store.closed")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		case <-look:
			err := db.View(ctx, func(tx inbox.Tx) error {
				seq, err := tx.LastSeq()
				db.news.tell(seq)
				return err
			})
			if err != nil && inbox.CodeOf(err) != inbox.Unavailable { // a server that is away comes back
				return err
			}
		}
	}
}
