package bench

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"lytter/classify/rulegen"
	"lytter/cmd/lytter/internal/corpus"
	"lytter/inbox"
	"lytter/inbox/text"

	"golang.org/x/sync/errgroup"
)

const (
	ingestRules = 1000
	liveViews   = 30
	// pace is how much closer together than in the corpus messages arrive: two years within some days. What is older than an account's
	// connection is history, and closed; what arrives by webhook is not.
	pace = 200
)

// ingest measures how fast what is in the journal becomes conversations: alone, and with the index and the live views behind it.
func (r *run) ingest(ctx context.Context) error {
	s, err := r.survey(ctx)
	if err != nil {
		return err
	}
	rules, err := rulegen.Rules(text.NewCutter(0), r.Seed, s.ruleWords(), ingestRules)
	if err != nil {
		return inbox.E(inbox.Invalid, "bench", "cli.bench.few_words").With(err)
	}
	wish := Wish{Accounts: s.accounts, Setup: &Setup{Topics: rulegen.Topics(), Queues: rulegen.Queues(), Rules: rules}, Now: r.clock()}
	alone, live := filepath.Join(r.Dir, "ingest"), filepath.Join(r.Dir, "ingest-live")
	err = errors.Join(r.ingestAlone(ctx, wish, alone, s), os.MkdirAll(live, 0o700))
	if err == nil { // the same rows once more, into a desk that knows none of them
		err = os.Rename(filepath.Join(alone, "journal.db"), filepath.Join(live, "journal.db"))
	}
	if err == nil {
		err = r.ingestLive(ctx, wish, live, s)
	}
	return errors.Join(err, os.RemoveAll(alone), os.RemoveAll(live))
}

func (r *run) ingestAlone(ctx context.Context, wish Wish, dir string, s *survey) error {
	wish.Dir = dir
	h, err := r.Open(ctx, wish)
	if err != nil {
		return err
	}
	return errors.Join(func() error {
		r.Tell("cli.bench.journal", "N", s.messages)
		if err := r.keep(ctx, h, s); err != nil {
			return err
		}
		r.Tell("cli.bench.ingest", "N", s.messages)
		begun := time.Now()
		drain := beside(ctx, h.Runner.Run)
		err := drained(ctx, h, s.messages)
		took := time.Since(begun)
		if err := errors.Join(err, drain.stop()); err != nil {
			return err
		}
		if err := allStored(ctx, h, s.messages); err != nil {
			return err
		}
		if n, _, err := h.Seat.Count(ctx, "has:topic is:open", 10); err != nil || n == 0 {
			return fmt.Errorf("bench: %d open conversations have a topic: %w", n, err)
		}
		r.add(figure("ingest.rate", per(s.messages, took), messagesPerSecond))
		return nil
	}(), h.Close())
}

func (r *run) ingestLive(ctx context.Context, wish Wish, dir string, s *survey) error {
	wish.Dir = dir
	h, err := r.Open(ctx, wish)
	if err != nil {
		return err
	}
	return errors.Join(func() error {
		sub := h.Seat.Subscribe()
		defer sub.Close()
		for i := range liveViews {
			if err := sub.Show(ctx, fmt.Sprint(i), view(i)); err != nil {
				return err
			}
		}
		r.Tell("cli.bench.ingest_live", "N", s.messages, "Views", liveViews)
		begun := time.Now()
		work := beside(ctx, h.Run)
		err := drained(ctx, h, s.messages)
		if err == nil {
			err = indexed(ctx, h)
		}
		took := time.Since(begun)
		r.weigh("self")
		if err := errors.Join(err, work.stop()); err != nil {
			return err
		}
		if err := allStored(ctx, h, s.messages); err != nil {
			return err
		}
		if n := sub.Count("0"); n <= 0 {
			return fmt.Errorf("bench: the first live view holds %d conversations", n)
		}
		r.add(figure("ingest.live.rate", per(s.messages, took), messagesPerSecond))
		return nil
	}(), h.Close())
}

// view is the i-th of the views that sessions look at while messages come.
func view(i int) string {
	queues, topics := rulegen.Queues(), rulegen.Topics()
	some := []string{
		"is:open is:awaiting", "is:open assignee:none -is:taken -has:reply", "assignee:me is:open,snoozed", "is:open queue:none", "is:open channel:instagram",
		"is:open channel:x -has:topic", "is:closed messages:>5",
	}
	switch {
	case i < len(some):
		return some[i]
	case i < len(some)+len(queues):
		return "is:open queue:" + queues[i-len(some)]
	}
	return "is:open topic:" + topics[i] + "," + topics[i+liveViews]
}

// keep writes the webhooks of all messages of the corpus into the journal. Those of one conversation keep their order.
func (r *run) keep(ctx context.Context, h *House, s *survey) error {
	poses := newPoses(s.accounts)
	type hook struct {
		account inbox.AccountID
		body    []byte
	}
	lanes := make([]chan hook, conns)
	g, gctx := errgroup.WithContext(ctx)
	header := http.Header{"X-Hub-Signature-256": {"sha256="}}
	for i := range lanes {
		lanes[i] = make(chan hook, 16)
		g.Go(func() error {
			for hk := range lanes[i] {
				if _, err := h.Journal.Append(gctx, hk.account, header, hk.body); err != nil {
					return err
				}
			}
			return nil
		})
	}
	seed := maphash.MakeSeed()
	tops := map[inbox.RemoteID]inbox.RemoteID{}
	now := h.Desk.Now()
	err := r.lines(ctx, func(l corpus.Line) error {
		l.Time = now.Add(-now.Sub(l.Time) / pace)
		a, body, ok, err := poses.body(l)
		if err != nil || !ok {
			return err
		}
		known, ok := h.Desk.Directory().AccountNamed(a.Name)
		if !ok {
			return fmt.Errorf("bench: the desk has no account %s", a.Name)
		}
		top := l.Remote
		if up, ok := tops[l.Parent]; ok {
			top = up
		}
		tops[l.Remote] = top
		select {
		case lanes[maphash.String(seed, string(top))%conns] <- hook{known.ID, body}:
			return nil
		case <-gctx.Done():
			return gctx.Err()
		}
	})
	for _, l := range lanes {
		close(l)
	}
	return errors.Join(g.Wait(), err)
}

// drained waits until so many messages have been taken in.
func drained(ctx context.Context, h *House, n int) error {
	for {
		c := h.Runner.Counts()
		if got := c.New + c.Changed + c.Same; got >= int64(n) {
			return nil
		}
		if c.Parked > 0 || c.Panics > 0 {
			return fmt.Errorf("bench: %d rows could not be used, %d panics", c.Parked, c.Panics)
		}
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
}

// allStored sees to it that every message is in the store, once.
func allStored(ctx context.Context, h *House, n int) error {
	return h.Desk.Store.View(ctx, func(tx inbox.Tx) error {
		got := 0
		err := tx.EachMessage(0, func(inbox.Message) error {
			got++
			return nil
		})
		if err == nil && got != n {
			err = fmt.Errorf("bench: of %d messages %d are in the store", n, got)
		}
		return err
	})
}
