package bench

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"golang.org/x/sync/errgroup"
)

// conns is how many connections post at once.
const conns = 64

// ack measures how fast signed posts are verified, kept and answered.
func (r *run) ack(ctx context.Context) error {
	page := Account{Name: "byen", Channel: inbox.Facebook, ID: "108824017345866"}
	h, err := r.Open(ctx, Wish{Dir: filepath.Join(r.Dir, "ack"), Accounts: []Account{page}})
	if err != nil {
		return err
	}
	err = r.ackDesk(ctx, h, page)
	return errors.Join(err, h.Close(), os.RemoveAll(filepath.Join(r.Dir, "ack")))
}

func (r *run) ackDesk(ctx context.Context, h *House, page Account) error {
	r.Tell("cli.bench.ack", "Seconds", r.For.Seconds())
	got, err := r.posts(ctx, h.Serve, page)
	if err != nil {
		return err
	}
	r.weigh("self")
	if err := allKept(ctx, h, page, got); err != nil {
		return err
	}
	r.Tell("cli.bench.ack_peers")
	bare, err := r.posts(ctx, serveBare, page)
	if err != nil {
		return err
	}
	a, ok := h.Desk.Directory().AccountNamed(page.Name)
	if !ok {
		return fmt.Errorf("bench: the desk has no account %s", page.Name)
	}
	header := http.Header{"X-Hub-Signature-256": {"sha256="}}
	alone, err := r.callers(ctx, func(ctx context.Context, body []byte) error {
		_, err := h.Journal.Append(ctx, a.ID, header, body)
		return err
	})
	if err != nil {
		return err
	}
	raw, err := r.rawAppend(ctx)
	if err != nil {
		return err
	}
	const httpOnly = "net/http + HMAC, nothing kept"
	r.add(
		figure("ack.rate", float64(got.Count())/got.Seconds, postsPerSecond).beside(httpOnly, float64(bare.Count())/bare.Seconds),
		figure("ack.p99", got.P99, millis).beside(httpOnly, bare.P99),
		figure("ack.journal.rate", alone, postsPerSecond).beside("append + fsync, grouped", raw),
	)
	return nil
}

// posts serves while the load runs.
func (r *run) posts(ctx context.Context, serve func(context.Context, net.Listener) error, page Account) (*Loaded, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	web := beside(ctx, func(ctx context.Context) error { return serve(ctx, l) })
	got, err := r.load(ctx, Load{
		Addr: l.Addr().String(), Path: "/hooks/" + page.Name, Page: page.ID, Conns: conns, For: r.For, Seed: r.Seed,
	})
	return got, errors.Join(err, web.stop())
}

// allKept sees to it that every acknowledged post is in the journal, once.
func allKept(ctx context.Context, h *House, page Account, got *Loaded) error {
	var hook connectors.Webhook
	for _, c := range h.Connectors {
		if c.Channel() == page.Channel {
			hook, _ = c.(connectors.Webhook)
		}
	}
	kept := map[int64]int{}
	for after := int64(0); ; {
		rows, err := h.Journal.Read(ctx, after, 1000)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			d, err := hook.Decode(row.Body)
			if err != nil || row.Damaged || len(d.Items) != 1 {
				return fmt.Errorf("bench: row %d of the journal is not a post: %w", row.ID, err)
			}
			n, err := number(d.Items[0].Remote)
			if err != nil {
				return fmt.Errorf("bench: row %d of the journal: %w", row.ID, err)
			}
			kept[n]++
		}
		after = rows[len(rows)-1].ID
	}
	for _, a := range got.Acked {
		for n := a.From; n <= a.To; n++ {
			if kept[n] != 1 {
				return fmt.Errorf("bench: post %d was acknowledged and is in the journal %d times", n, kept[n])
			}
		}
	}
	return nil
}

// serveBare answers posts whose signature is right, and keeps nothing: what HTTP itself costs.
func serveBare(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 8<<20))
			if err != nil {
				http.Error(w, "the body could not be read", http.StatusBadRequest)
				return
			}
			mac := hmac.New(sha256.New, []byte(Secret))
			mac.Write(body)
			if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); !hmac.Equal([]byte(want), []byte(req.Header.Get("X-Hub-Signature-256"))) {
				http.Error(w, "the signature is wrong", http.StatusUnauthorized)
			}
		}),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := srv.Shutdown(grace)
	if serr := <-done; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	return err
}

// callers is how often a second so many callers at once get through keep.
func (r *run) callers(ctx context.Context, keep func(context.Context, []byte) error) (rate float64, err error) {
	length := r.For / 2
	body := make([]byte, postSize)
	var n atomic.Int64
	begun := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for range conns {
		g.Go(func() error {
			for first := true; first || time.Since(begun) < length; first = false {
				if err := keep(ctx, body); err != nil {
					return err
				}
				n.Add(1)
			}
			return nil
		})
	}
	err = g.Wait()
	return per(int(n.Load()), time.Since(begun)), err
}

// rawAppend is the floor of the machine: bodies appended to a file, those of all who wait with one write and one fsync.
func (r *run) rawAppend(ctx context.Context) (rate float64, err error) {
	f, err := os.CreateTemp(r.Dir, "append-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	a := &appender{f: f, turn: make(chan struct{}, 1)}
	return r.callers(ctx, a.keep)
}

// appender groups what comes while it writes.
type appender struct {
	f     *os.File
	turn  chan struct{}
	mu    sync.Mutex
	queue []*appended
}

type appended struct {
	body []byte
	err  error
	done chan struct{}
}

func (a *appender) keep(ctx context.Context, body []byte) error {
	w := &appended{body: body, done: make(chan struct{})}
	a.mu.Lock()
	a.queue = append(a.queue, w)
	a.mu.Unlock()
	select {
	case a.turn <- struct{}{}:
		a.write()
		<-a.turn
		<-w.done // written by this turn, or by an earlier one
	case <-w.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return w.err
}

func (a *appender) write() {
	a.mu.Lock()
	batch := a.queue
	a.queue = nil
	a.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	var all []byte
	for _, w := range batch {
		all = append(all, w.body...)
	}
	_, err := a.f.Write(all)
	if err == nil {
		err = a.f.Sync()
	}
	for _, w := range batch {
		w.err = err
		close(w.done)
	}
}
