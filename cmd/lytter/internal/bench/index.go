package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

// index measures how fast conversations become an index, and how soon a search finds what has changed.
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
		forgetPeak() // the tables that were made to count with are not the desk's
		c := &changer{desk: h.Desk, account: anyAccount(h)}
		if err := r.visible(ctx, h, c); err != nil {
			return err
		}
		if err := r.rebuilt(ctx, h, c); err != nil {
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

const (
	changesASecond = 500
	changesATime   = 10
)

// visible changes conversations so many times a second, and asks of some how long a search does not find them and how long the index
// does without. What is changed is found in the log behind the index until it is in it.
func (r *run) visible(ctx context.Context, h *House, c *changer) error {
	r.Tell("cli.bench.visible", "Rate", changesASecond, "Seconds", r.For.Seconds())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &watcher{house: h, probes: make(chan probe, 1024), lags: make(chan probe, 1024)}
	var wait sync.WaitGroup
	wait.Go(func() { w.search(ctx, cancel) })
	wait.Go(func() { w.follow(ctx, cancel) })
	every := time.Second * changesATime / changesASecond
	begun, from := time.Now(), c.n
	err := func() error {
		for due := begun; c.n == from || time.Since(begun) < r.For; due = due.Add(every) {
			if err := pause(ctx, time.Until(due)); err != nil {
				return err
			}
			marker, err := c.change(ctx)
			if err != nil {
				return err
			}
			p := probe{marker: marker, at: time.Now()}
			p.seq = w.last(ctx)
			w.probes <- p
			w.lags <- p
		}
		return nil
	}()
	took := time.Since(begun)
	close(w.probes)
	close(w.lags)
	wait.Wait()
	if err := errors.Join(err, w.err); err != nil {
		return err
	}
	if rate := per(c.n-from, took); rate < 0.9*changesASecond {
		r.Tell("cli.bench.too_slow", "Rate", round(rate))
	}
	r.add(
		figure("index.visible.p50", w.visible.ms(0.5), millis), figure("index.visible.p99", w.visible.ms(0.99), millis),
		figure("index.lag.p99", w.lag.ms(0.99), millis),
	)
	return nil
}

// How the desk is used while its index is built anew: so often messages come, and somebody looks for the newest, and for something that
// hardly anybody wrote.
const (
	comeEvery   = 200 * time.Millisecond
	lookEvery   = time.Second
	searchEvery = 10 * time.Second
)

// rebuilt has the index built anew while the desk serves.
func (r *run) rebuilt(ctx context.Context, h *House, c *changer) error {
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

// changer takes in messages that begin conversations.
type changer struct {
	desk    *inbox.Desk
	account inbox.Account
	n       int // so many so far
}

// change takes in some; the first of them has the marker.
func (c *changer) change(ctx context.Context) (marker string, err error) {
	marker = fmt.Sprintf("zqv%dz", c.n)
	var b inbox.Batch
	for i := range changesATime {
		in := inbox.Incoming{
			Account: c.account.ID, Event: inbox.Posted, Source: inbox.FromImport, Kind: inbox.Comment, Remote: inbox.RemoteID(fmt.Sprint("visible", c.n+i)),
			Text: "Der er et hul i vejen ved skolen", At: c.desk.Now(), Author: &inbox.Author{Remote: inbox.RemoteID(fmt.Sprint("visible", i)), Name: "Bo"},
		}
		if i == 0 {
			in.Text += " " + marker
		}
		b.Items = append(b.Items, in)
	}
	c.n += changesATime
	rep, err := c.desk.Ingest(ctx, b)
	if err == nil && rep.New != changesATime {
		err = fmt.Errorf("bench: of %d messages %d are new", changesATime, rep.New)
	}
	return marker, err
}

// probe is a change to be found.
type probe struct {
	marker string
	at     time.Time // committed
	seq    inbox.Seq
}

// watcher looks for changes.
type watcher struct {
	house        *House
	probes, lags chan probe
	visible, lag times

	mu  sync.Mutex
	err error
}

func (w *watcher) fail(err error, cancel context.CancelFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	cancel()
}

// last is the end of the log.
func (w *watcher) last(ctx context.Context) (seq inbox.Seq) {
	err := w.house.Desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	if err != nil {
		w.fail(err, func() {})
	}
	return seq
}

// search asks for each until it is found.
func (w *watcher) search(ctx context.Context, cancel context.CancelFunc) {
	for p := range w.probes {
		for ctx.Err() == nil {
			hits, err := w.house.Seat.Search(ctx, p.marker, inbox.Page{Size: newest})
			if err != nil {
				w.fail(err, cancel)
				break
			}
			if len(hits.Keys) == 1 {
				w.visible = append(w.visible, time.Since(p.at))
				break
			}
		}
	}
}

// follow waits until the index itself has each.
func (w *watcher) follow(ctx context.Context, cancel context.CancelFunc) {
	for p := range w.lags {
		if err := w.house.Index.Await(ctx, p.seq); err != nil {
			w.fail(err, cancel)
			continue
		}
		w.lag = append(w.lag, time.Since(p.at))
	}
}
