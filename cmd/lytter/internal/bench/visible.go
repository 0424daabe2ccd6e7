package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lytter/inbox"
)

// visible measures how soon a search finds what has changed.
func (r *run) visible(ctx context.Context) error {
	from, err := r.filled(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.Dir, "visible")
	if err := errors.Join(os.RemoveAll(dir), copied(from, dir)); err != nil {
		return err
	}
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return err
	}
	work := beside(ctx, h.Run)
	err = func() error {
		if err := indexed(ctx, h); err != nil {
			return err
		}
		r.forget() // what it took to come here
		if err := r.changes(ctx, h); err != nil {
			return err
		}
		r.weigh("self")
		return nil
	}()
	return errors.Join(err, work.stop(), h.Close(), os.RemoveAll(dir))
}

const (
	changesASecond = 500
	changesATime   = 10
)

// changes changes conversations so many times a second, and asks of some how long a search does not find them and how long the index
// does without. What is changed is found in the log behind the index until it is in it.
func (r *run) changes(ctx context.Context, h *House) error {
	c := &changer{desk: h.Desk, account: anyAccount(h)}
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
		figure("visible.p50", w.visible.ms(0.5), millis), figure("visible.p99", w.visible.ms(0.99), millis),
		figure("visible.lag.p99", w.lag.ms(0.99), millis),
	)
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
