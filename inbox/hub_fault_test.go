package inbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// unwell is a store whose reads fail, or hang, while it is told so.
type unwell struct {
	inbox.Store
	fail, hang atomic.Bool
}

func (u *unwell) View(ctx context.Context, f func(inbox.Tx) error) error {
	for u.hang.Load() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	if u.fail.Load() {
		return inbox.E(inbox.Unavailable, "store.View", "store.view_too_long")
	}
	return u.Store.View(ctx, f)
}

// hubOver runs the hub of a desk over a store that can be unwell.
func hubOver(t *testing.T) (*inboxtest.Desk, *unwell) {
	t.Helper()
	u := &unwell{}
	d := inboxtest.New(t, func(c *inbox.Config) { u.Store, c.Store = c.Store, u })
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Hub().Run(ctx) }()
	t.Cleanup(func() {
		u.hang.Store(false)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-d.Hub().Loaded()
	return d, u
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: ", what)
		}
	}
}

// A read that fails ends nothing: the views go on from where they were when the store is well again, also those of the clock.
func TestHub_OutlivesAnUnwellStore(t *testing.T) {
	d, u := hubOver(t)
	ctx := context.Background()
	sub := d.Seat(t, d.Anna).Subscribe()
	defer sub.Close()
	for name, q := range map[string]string{"all": "hej", "old": "hej age:>1h"} {
		if err := sub.Show(ctx, name, q); err != nil {
			t.Fatal(err)
		}
	}
	d.Take(t, d.Say("c1", "jens", "Hej"))
	until(t, "the first", func() bool { return sub.Count("all") == 1 })
	u.fail.Store(true)
	d.Take(t, d.Say("c2", "jens", "Hej igen"))
	d.Clock.Add(2 * time.Hour)
	if err := d.Hub().Tick(ctx); inbox.CodeOf(err) != inbox.Unavailable {
		t.Fatalf("the test is blind: %v", err)
	}
	time.Sleep(100 * time.Millisecond)
	u.fail.Store(false)
	until(t, "the second", func() bool { return sub.Count("all") == 2 && sub.Count("old") == 2 })
}

// A view whose first filling failed is filled for the next who looks, and for those who look already.
func TestHub_FillsWhatCouldNotBeFilled(t *testing.T) {
	d, u := hubOver(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	a, b := d.Seat(t, d.Anna).Subscribe(), d.Seat(t, d.Bo).Subscribe()
	defer a.Close()
	defer b.Close()
	u.hang.Store(true)
	ctx, stop := context.WithCancel(context.Background())
	shown := make(chan error, 2)
	for _, s := range []*inbox.Sub{a, b} {
		go func() { shown <- s.Show(ctx, "v", "hej") }()
	}
	time.Sleep(50 * time.Millisecond)
	stop()
	for range 2 {
		if err := <-shown; !errors.Is(err, context.Canceled) {
			t.Errorf("shown: %v", err)
		}
	}
	u.hang.Store(false)
	if err := b.Show(context.Background(), "v", "hej"); err != nil || b.Count("v") != 1 || a.Count("v") != 1 {
		t.Errorf("%v: %d and %d", err, a.Count("v"), b.Count("v"))
	}
	u.hang.Store(true)
	ctx, stop = context.WithCancel(context.Background())
	go func() { shown <- a.Show(ctx, "w", "hej igen or hej") }()
	time.Sleep(50 * time.Millisecond)
	stop()
	if err := <-shown; err == nil {
		t.Error("the test is blind: it was filled")
	}
	u.hang.Store(false)
	until(t, "filled by itself", func() bool { return a.Count("w") == 1 })
}

// The clock, a change of names and sessions that come and go do not meet in the same memory.
func TestHub_TicksWhileNamesChange(t *testing.T) {
	d, _ := hubOver(t)
	ctx := context.Background()
	sub := d.Seat(t, d.Anna).Subscribe()
	defer sub.Close()
	if err := sub.Show(ctx, "v", "age:<1h"); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		ticked := make(chan error, 1)
		go func() { ticked <- d.Hub().Tick(ctx) }()
		state := inbox.AccountLive
		if i%2 == 0 {
			state = inbox.AccountUnreached
		}
		if err := errors.Join(d.SetAccountState(ctx, d.Facebook, state, nil, nil), <-ticked); err != nil {
			t.Fatal(err)
		}
	}
}

// What was taken back does not take the place of what was written since.
func TestUndoKeepsTheNewerDraft(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	id := d.Find(t, d.Facebook, "c1").ID
	anna := d.Seat(t, d.Anna)
	o, err := anna.Reply(ctx, inbox.Reply{Conversation: id, Text: "Ups"})
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Second)
	if err := anna.SaveDraft(ctx, inbox.Draft{Conversation: id, Kind: inbox.DraftReply, Text: "Et langt, nyt svar"}); err != nil {
		t.Fatal(err)
	}
	if err := anna.UndoSend(ctx, o.ID); err != nil {
		t.Fatal(err)
	}
	open, err := anna.Open(ctx, id)
	if err != nil || len(open.Drafts) != 1 || open.Drafts[0].Text != "Et langt, nyt svar\n\nUps" {
		t.Errorf("%v %+v", err, open)
	}
}

// What could not be used is kept so that it can be used again.
func TestParkedItemIsWhole(t *testing.T) {
	d := inboxtest.New(t)
	in := d.Say("", "jens", "uden id")
	in.Journal = 7
	d.Take(t, in)
	d.Read(t, func(tx inbox.Tx) error {
		ps, err := tx.Parkeds(5)
		if err != nil || len(ps) != 1 {
			t.Fatalf("%v, %v", ps, err)
		}
		var back inbox.Incoming
		if err := json.Unmarshal(ps[0].Bytes, &back); err != nil {
			return err
		}
		if ps[0].Journal != 7 || back.Author == nil || !strings.Contains(back.Text, "uden id") {
			t.Errorf("%+v", ps[0])
		}
		return nil
	})
}
