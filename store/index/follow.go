package index

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/internal/fp"
)

const (
	// lookEvery is how often an index with nothing to do looks whether its folder is still there.
	lookEvery = time.Second
	// chunk is how many conversations are read at once, and maxTerms how many terms a batch has at most, or little more: a conversation
	// may hold a hundred thousand.
	chunk    = 100
	maxTerms = 1 << 20
)

// follow brings the index to the end of the log and keeps it there, until the engine is of no more use.
func (f *follower) follow(ctx context.Context) error {
	defer func() {
		f.next.wait()
		f.next = nil
	}()
	for {
		if err := f.e.check(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.order:
			return errOrdered
		default:
		}
		b, rec, more, err := f.read(ctx)
		switch {
		case errors.Is(err, errGone), errors.Is(err, errNotes):
			return err
		case err != nil: // of the store, not of the index
			f.log.Error("the index cannot read the desk", "err", err)
			f.sleep(ctx, f.opt.Retry)
		case b == nil:
			if err := f.e.warm(); err != nil { // something may have been merged
				return err
			}
			if f.wait(ctx) {
				f.sleep(ctx, f.opt.Gather)
			}
		default:
			f.next = f.readAhead(ctx, rec)
			if err := f.write(b, rec); err != nil {
				return err
			}
			if !more {
				f.sleep(ctx, f.opt.Gather)
			}
		}
	}
}

func (f *follower) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// wait reports whether the log has moved; it returns now and then without.
func (f *follower) wait(ctx context.Context) bool {
	look, cancel := context.WithTimeout(ctx, lookEvery)
	defer cancel()
	err := f.opt.Store.Wait(look, f.rec.Seq)
	if err != nil && look.Err() == nil {
		f.log.Error("the index cannot follow the log", "err", err)
		f.sleep(ctx, f.opt.Retry)
	}
	return err == nil
}

// portion is conversations to be written, and what the index is when the first n of them are in.
type portion struct {
	ids  []inbox.ConversationID
	upTo func(n int) record
	more bool // there is more behind them
}

// read gives the next batch and what the index is with it; nil if there is nothing to write.
func (f *follower) read(ctx context.Context) (b *batch, rec record, more bool, err error) {
	if next := f.next; next != nil {
		f.next = nil
		if next.wait(); next.b != nil {
			return next.b, next.rec, next.more, nil
		}
	}
	err = f.opt.Store.View(ctx, func(tx inbox.Tx) error {
		next := f.changed
		if f.rec.Rebuild != nil {
			next = f.older
		}
		p, err := next(tx, f.rec)
		if err != nil || p == nil {
			return err
		}
		var n int
		b, n, err = gather(p.ids, func(some []inbox.ConversationID) ([]*document, error) { return f.documents(tx, some) })
		rec, more = p.upTo(n), p.more || n < len(p.ids)
		return err
	})
	if err != nil && f.watch.Doing != "" {
		err = errors.Join(err, f.watch.idle())
	}
	return b, rec, more, err
}

// older gives the conversations of a rebuild that come behind what an index holds.
func (f *follower) older(tx inbox.Tx, in record) (*portion, error) {
	stamps, err := tx.Newest(in.Rebuild.Before, f.opt.Batch)
	if err != nil {
		return nil, err
	}
	p := &portion{more: true}
	for _, s := range stamps {
		p.ids = append(p.ids, s.ID)
	}
	p.upTo = func(n int) record {
		rec, r := in, *in.Rebuild
		rec.Rebuild = &r
		r.Done += int64(n)
		if n > 0 {
			r.Before = stamps[n-1].Key
		}
		if n == len(stamps) && n < f.opt.Batch {
			rec.Rebuild = nil
		}
		return rec
	}
	return p, nil
}

// changed gives the conversations that the changes of the log are of which come behind what an index holds.
func (f *follower) changed(tx inbox.Tx, in record) (*portion, error) {
	changes, err := tx.Changes(in.Seq, 4*f.opt.Batch)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	p := &portion{more: len(changes) == 4*f.opt.Batch}
	seen := map[inbox.ConversationID]bool{}
	var first []int // of each conversation the first of the changes that is of it
	for i, c := range changes {
		if c.Conversation == 0 || seen[c.Conversation] {
			continue
		}
		if len(p.ids) == f.opt.Batch {
			changes, p.more = changes[:i], true
			break
		}
		seen[c.Conversation] = true
		p.ids, first = append(p.ids, c.Conversation), append(first, i)
	}
	p.upTo = func(n int) record {
		last := len(changes)
		if n < len(p.ids) {
			last = first[n]
		}
		rec := in
		if last > 0 {
			rec.Seq, rec.Chain = changes[last-1].Seq, changes[last-1].Hash
		}
		return rec
	}
	return p, nil
}

// gather makes a batch of the first n of some conversations: of all, unless they are too large.
func gather(ids []inbox.ConversationID, of func([]inbox.ConversationID) ([]*document, error)) (b *batch, n int, err error) {
	b = &batch{}
	for terms := 0; n < len(ids) && terms < maxTerms; {
		some := ids[n:min(n+chunk, len(ids))]
		docs, err := of(some)
		if err != nil {
			return nil, 0, err
		}
		for _, d := range docs {
			terms += d.size()
		}
		b.docs = append(b.docs, docs...)
		n += len(some)
	}
	b.ids = ids[:n]
	return b, n, nil
}

// documents makes the documents of those that are there. One that cannot be made is quarantined.
func (f *follower) documents(tx inbox.Tx, ids []inbox.ConversationID) ([]*document, error) {
	var well, ill []inbox.ConversationID
	for _, id := range ids {
		if f.quarantine.has(id) {
			ill = append(ill, id)
		} else {
			well = append(well, id)
		}
	}
	var docs []*document
	var err error
	var p *panicked
	suspect := slices.ContainsFunc(well, f.watch.suspects)
	if !suspect {
		docs, err = f.attempt(tx, well)
	}
	if suspect || errors.As(err, &p) { // one by one, to find which
		docs = docs[:0]
		for _, id := range well {
			one, err := f.attempt(tx, []inbox.ConversationID{id})
			switch {
			case errors.As(err, &p):
				f.condemn(id, p)
				ill = append(ill, id)
			case err != nil:
				return nil, err
			}
			docs = append(docs, one...)
		}
	} else if err != nil {
		return nil, err
	}
	stamps, err := tx.Stamps(ill)
	if err != nil {
		return nil, err
	}
	for _, s := range stamps {
		docs = append(docs, poison(s.Key))
	}
	return docs, nil
}

// attempt makes documents, with a note for the next process: making them may end this one, too.
func (f *follower) attempt(tx inbox.Tx, ids []inbox.ConversationID) (out []*document, err error) {
	if err := f.watch.begin(doingBatch, ids); err != nil {
		return nil, f.orGone(err)
	}
	return f.compiled(tx, ids)
}

// compiled makes documents; a panic is an error.
func (f *follower) compiled(tx inbox.Tx, ids []inbox.ConversationID) (out []*document, err error) {
	defer func() {
		if v := recover(); v != nil {
			out, err = nil, &panicked{value: v, stack: debug.Stack()}
		}
	}()
	docs, keys, err := f.docs(tx, ids)
	for i, d := range docs {
		out = append(out, newDocument(keys[i], d))
	}
	return out, err
}

// condemn sets a conversation aside.
func (f *follower) condemn(id inbox.ConversationID, why error) {
	f.log.Error("a conversation cannot be indexed; searches look at it themselves", "conversation", id, "err", why, "stack", stackOf(why))
	if err := f.quarantine.add(Quarantined{Conversation: id, Why: why.Error(), At: f.opt.Now()}); err != nil {
		f.log.Error("the list of quarantined conversations cannot be written", "err", err)
	}
	delete(f.watch.Suspects, id)
}

// write writes a batch: those of its conversations that are suspect first, each alone, and the rest with the new position.
func (f *follower) write(b *batch, rec record) error {
	if len(f.watch.Suspects) > 0 {
		for _, id := range b.ids {
			if !f.watch.suspects(id) {
				continue
			}
			if err := f.alone(b.take(id)); err != nil {
				return err
			}
			delete(f.watch.Suspects, id)
		}
	}
	err := f.try(b, rec)
	var p *panicked
	if !errors.As(err, &p) {
		return err
	}
	f.next.wait()
	f.next = nil // one thing at a time from here on
	f.log.Warn("a batch failed; its conversations are written one by one", "err", err, "conversations", len(b.ids))
	for len(b.ids) > 0 {
		if err := f.alone(b.take(b.ids[0])); err != nil {
			return err
		}
	}
	return f.try(b, rec)
}

// alone writes one conversation, or at the worst that there is one. The position stays.
func (f *follower) alone(b *batch) error {
	err := f.try(b, f.rec)
	var p *panicked
	if !errors.As(err, &p) || len(b.docs) == 0 {
		return err
	}
	f.condemn(b.ids[0], p)
	b.docs[0] = poison(b.docs[0].key)
	return f.try(b, f.rec)
}

// try writes a batch, with a note for the next process if this one does not live to see the end.
func (f *follower) try(b *batch, rec record) error {
	if err := f.watch.begin(doingBatch, f.next.with(b.ids)); err != nil {
		return f.orGone(err)
	}
	rec.Count, rec.Sum = f.rec.Count, f.rec.Sum
	fp.Hit("index.writing")
	err := f.e.put(b, &rec)
	fp.Hit("index.written")
	if errors.Is(err, errHung) {
		f.watch.Batch = b.ids // what is read ahead has nothing to do with it
		return err
	}
	f.next.wait() // the note is about it, too
	if werr := f.watch.end(); err == nil && werr != nil {
		err = fmt.Errorf("index: %w", werr)
	}
	if err != nil {
		return f.orGone(err)
	}
	f.rec, f.falls = rec, 0
	return f.publish()
}

// orGone says that the folder is gone, if that is why something failed.
func (f *follower) orGone(err error) error {
	if gone := f.e.check(); errors.Is(gone, errGone) {
		return gone
	}
	return err
}
