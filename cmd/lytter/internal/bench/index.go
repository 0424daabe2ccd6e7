package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

// index measures how fast conversations become an index.
func (r *run) index(ctx context.Context) error {
	from, err := r.filled(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.Dir, "index")
	err = errors.Join(os.RemoveAll(dir), copied(from, dir), os.RemoveAll(filepath.Join(dir, "index")))
	if err == nil {
		err = r.build(ctx, dir)
	}
	if err == nil {
		err = r.reopened(ctx, dir)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// build measures a rebuild, from nothing to closed.
func (r *run) build(ctx context.Context, dir string) error {
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return err
	}
	var n, messages, text int64
	took, err := func() (time.Duration, error) {
		var seq inbox.Seq
		err := h.Desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
			if n, err = tx.CountConversations(); err != nil {
				return err
			}
			if seq, err = tx.LastSeq(); err != nil {
				return err
			}
			return tx.EachMessage(0, func(m inbox.Message) error {
				messages, text = messages+1, text+int64(len(m.Text))
				return nil
			})
		})
		if err != nil {
			return 0, err
		}
		r.Tell("cli.bench.index", "N", n)
		begun := time.Now()
		work := beside(ctx, func(ctx context.Context) error { return h.Index.Run(ctx, h.Desk.Documents) })
		err = h.Index.Await(ctx, seq)
		err = errors.Join(err, work.stop())
		return time.Since(begun), err
	}()
	r.weigh("self")
	if err = errors.Join(err, h.Close()); err != nil {
		return err
	}
	size, err := sizeOf(filepath.Join(dir, "index"))
	if err != nil {
		return err
	}
	r.add(
		figure("index.conversations", float64(n), conversations),
		figure("index.rate", per(int(n), took), conversationsPerSecond), figure("index.messages.rate", per(int(messages), took), messagesPerSecond),
		figure("index.size", float64(size)/float64(max(1, text)), timesText),
	)
	return nil
}

// sizeOf gives how many bytes the files of a folder have.
func sizeOf(dir string) (bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

// reopened sees to it that everything is in the index that was built, and goes on with it.
func (r *run) reopened(ctx context.Context, dir string) error {
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return err
	}
	work := beside(ctx, h.Run)
	err = func() error {
		if err := indexed(ctx, h); err != nil {
			return err
		}
		if err := r.complete(ctx, h); err != nil {
			return err
		}
		r.forget() // the tables that were made to count with are not the desk's
		if err := r.rebuilt(ctx, h); err != nil {
			return err
		}
		r.weigh("self")
		return r.besideFTS(ctx, h)
	}()
	return errors.Join(err, work.stop(), h.Close())
}

// complete counts what the index holds, and lets it search for words that the matcher has counted.
func (r *run) complete(ctx context.Context, h *House) error {
	read := newReadVocabulary(r.QuerySeed)
	if err := each(ctx, h, false, read.add); err != nil {
		return err
	}
	everything, err := h.Desk.Bind(query.All())
	if err != nil {
		return err
	}
	reader, err := h.Index.Reader(ctx)
	if err != nil {
		return err
	}
	n := 0
	err = reader.Walk(ctx, everything, inbox.Key{}, func(inbox.Key, bool) bool {
		n++
		return true
	})
	if err = errors.Join(err, reader.Close()); err != nil {
		return err
	}
	if n != read.n {
		return fmt.Errorf("bench: of %d conversations %d are in the index", read.n, n)
	}
	v := read.vocabulary()
	for i := 0; i < len(v.common) && i < 100_000; i = 1 + i*5/4 { // common ones and rare ones
		got, _, err := h.Seat.Count(ctx, "="+v.common[i], 1<<30)
		if err != nil {
			return err
		}
		if want := read.in[v.common[i]]; got != want {
			return fmt.Errorf("bench: %s is in %d conversations; the index finds %d", v.common[i], want, got)
		}
	}
	return nil
}

// besideFTS builds the peer and puts it beside the rate.
func (r *run) besideFTS(ctx context.Context, h *House) error {
	r.Tell("cli.bench.index_peer")
	begun := time.Now()
	p, n, err := r.peer(ctx, h)
	if err != nil {
		return err
	}
	err = p.Close()
	took := time.Since(begun)
	for i := range r.out {
		if r.out[i].Name == "index.rate" {
			r.out[i] = r.out[i].beside(fts+" with its rows", per(n, took))
		}
	}
	return errors.Join(err, os.RemoveAll(filepath.Join(r.Dir, "fts5")))
}

// How the desk is used while its index is built anew: so often messages come, and somebody looks for the newest, and for something that
// hardly anybody wrote.
const (
	comeEvery   = 200 * time.Millisecond
	lookEvery   = time.Second
	searchEvery = 10 * time.Second
)

// rebuilt has the index built anew while the desk serves.
func (r *run) rebuilt(ctx context.Context, h *House) error {
	c := &changer{desk: h.Desk, account: anyAccount(h)}
	r.Tell("cli.bench.rebuild", "Rate", float64(changesATime)/comeEvery.Seconds())
	serve := beside(ctx, func(ctx context.Context) error {
		looked, searched := time.Now(), time.Now()
		for due := time.Now(); pause(ctx, time.Until(due)) == nil; due = due.Add(comeEvery) {
			ask, err := c.change(ctx)
			switch {
			case err != nil:
			case time.Since(searched) > searchEvery:
				searched = time.Now()
				_, err = h.Seat.Search(ctx, ask, inbox.Page{Size: newest})
			case time.Since(looked) > lookEvery:
				looked = time.Now()
				_, err = h.Seat.Search(ctx, "hul", inbox.Page{Size: newest})
			}
			if err != nil && ctx.Err() == nil {
				return err
			}
		}
		return nil
	})
	begun := time.Now()
	h.Index.Rebuild()
	err := indexed(ctx, h)
	took := time.Since(begun)
	if err = errors.Join(err, serve.stop()); err != nil {
		return err
	}
	r.add(figure("index.rebuild", took.Seconds(), seconds))
	return nil
}
