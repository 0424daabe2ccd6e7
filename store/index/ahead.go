package index

import (
	"context"
	"slices"

	"lytter/inbox"
)

// ahead is the next batch of a rebuild, which is read and made while the one before it is written: the two take about as long, on
// different cores. Nothing of it is done twice: what comes out is taken as if it had been read when its turn came.
type ahead struct {
	ids  []inbox.ConversationID // of which it is made: the next process has to know them, too
	done chan struct{}

	b    *batch // nil: it could not be made, and is read again in its turn, where it is found out why
	rec  record
	more bool
}

// readAhead begins to make what comes behind a batch that brings the index to rec; nil if that is no rebuild, or something is suspect:
// then one thing is done at a time, so that it is known what went wrong.
func (f *follower) readAhead(ctx context.Context, rec record) *ahead {
	if rec.Rebuild == nil || len(f.watch.Suspects) > 0 || len(f.quarantine.list) > 0 {
		return nil
	}
	var p *portion
	err := f.opt.Store.View(ctx, func(tx inbox.Tx) (err error) {
		p, err = f.older(tx, rec)
		return err
	})
	if err != nil || len(p.ids) == 0 {
		return nil
	}
	a := &ahead{ids: p.ids, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		var b *batch
		var n int
		err := f.opt.Store.View(ctx, func(tx inbox.Tx) (err error) {
			b, n, err = gather(p.ids, func(some []inbox.ConversationID) ([]*document, error) { return f.compiled(tx, some) })
			return err
		})
		if err == nil {
			a.b, a.rec, a.more = b, p.upTo(n), p.more || n < len(p.ids)
		}
	}()
	return a
}

// wait waits until nothing more is made.
func (a *ahead) wait() {
	if a != nil {
		<-a.done
	}
}

// with gives what the next process has to know of while this and a batch are worked at.
func (a *ahead) with(ids []inbox.ConversationID) []inbox.ConversationID {
	if a == nil {
		return ids
	}
	return slices.Concat(ids, a.ids)
}
