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

const (
	sessions = 50
	// shown is how many rows of its first view a session has on its screen.
	shown = 50
)

// hub measures what live views cost: sessions look at thirty views each while conversations change, and what is changed has to be in the
// views.
func (r *run) hub(ctx context.Context) error {
	from, err := r.filled(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(r.Dir, "hub")
	if err := errors.Join(os.RemoveAll(dir), copied(from, dir)); err != nil {
		return err
	}
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return err
	}
	return errors.Join(r.live(ctx, h), h.Close(), os.RemoveAll(dir))
}

// live changes conversations as often a second without the hub, with it, and once more with somebody who waits for each change.
func (r *run) live(ctx context.Context, h *House) error {
	r.Tell("cli.bench.hub", "Rate", changesASecond, "Seconds", r.For.Seconds(), "Sessions", sessions, "Views", liveViews)
	seats, err := team(ctx, h)
	if err != nil {
		return err
	}
	m := &mover{house: h, account: anyAccount(h)}
	without, tells, err := m.work(ctx, r.For, nil)
	if err != nil {
		return err
	}
	follows := beside(ctx, h.Desk.Hub().Run)
	err = func() error {
		select {
		case <-h.Desk.Hub().Loaded():
		case <-ctx.Done():
			return ctx.Err()
		}
		t, err := open(ctx, h, seats)
		if err != nil {
			return err
		}
		defer t.close()
		with, _, err := m.work(ctx, r.For, nil)
		if err != nil {
			return err
		}
		if rate := per(m.n, m.took); rate < 0.9*changesASecond {
			r.Tell("cli.bench.too_slow_hub", "Rate", round(rate))
		}
		var took times
		if _, _, err := m.work(ctx, r.For, &took); err != nil {
			return err
		}
		if tells {
			r.add(figure("hub.core", 100*changesASecond*max(0, with-without), percent))
		}
		r.add(figure("hub.update.p50", took.ms(0.5), millis), figure("hub.update.p99", took.ms(0.99), millis))
		r.weigh("self")
		return t.right(ctx)
	}()
	return errors.Join(err, follows.stop())
}

// team makes the people who look.
func team(ctx context.Context, h *House) ([]*inbox.Seat, error) {
	users := make([]inbox.User, sessions)
	err := h.Desk.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		for i := range users {
			users[i] = inbox.User{Login: fmt.Sprint("bench-", i), Name: fmt.Sprint("Bench ", i), Role: inbox.Editor}
			if err := tx.PutUser(&users[i]); err != nil {
				return err
			}
		}
		return tx.Append(&inbox.Change{Kind: inbox.ChangeUser, Actor: inbox.ActorDesk, Ref: int64(users[0].ID)})
	})
	if err == nil {
		err = h.Desk.Reload(ctx)
	}
	seats := make([]*inbox.Seat, sessions)
	for i := 0; err == nil && i < sessions; i++ {
		seats[i], err = h.Desk.As(users[i].ID)
	}
	return seats, err
}

// liveView is the i-th of the views that a session looks at.
func liveView(dir *inbox.Directory, i int) string {
	some := []string{
		"is:open", "is:open is:awaiting", "assignee:me is:open,snoozed", "is:open assignee:none -is:taken", "is:overdue", "is:open waiting:>1h", "is:open due:<1h",
		"is:open queue:none", "is:closed messages:>5", "is:open -has:topic", `"hul i vejen" age:<2d`, "cykelsti* or cykelbane*", "started:today has:media",
	}
	if i < len(some) {
		return some[i]
	}
	if i -= len(some); i < len(dir.Queues) {
		return fmt.Sprintf("is:open queue:%q", dir.Queues[i].Name)
	}
	return fmt.Sprintf("is:open messages:>%d", i-len(dir.Queues))
}

// looking is sessions with their views.
type looking struct {
	seats []*inbox.Seat
	subs  []*inbox.Sub
	views []string
	stop  context.CancelFunc
	wait  sync.WaitGroup
}

// open lets each seat look at the views. A session that is woken reads what a screen shows: all counts, and the top of a list.
func open(ctx context.Context, h *House, seats []*inbox.Seat) (*looking, error) {
	t := &looking{seats: seats}
	for i := range liveViews {
		t.views = append(t.views, liveView(h.Desk.Directory(), i))
	}
	ctx, t.stop = context.WithCancel(ctx)
	for _, s := range seats {
		sub := s.Subscribe()
		t.subs = append(t.subs, sub)
		for _, v := range t.views {
			if err := sub.Show(ctx, v, v); err != nil {
				t.close()
				return nil, err
			}
		}
		t.wait.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-sub.Wake():
				}
				for _, v := range t.views {
					sub.Count(v)
				}
				top := sub.Top(t.views[0], 0, shown)
				ids := make([]inbox.ConversationID, len(top))
				for i, k := range top {
					ids[i] = k.ID
				}
				sub.Look(ids)
			}
		})
	}
	return t, nil
}

func (t *looking) close() {
	t.stop()
	t.wait.Wait()
	for _, s := range t.subs {
		s.Close()
	}
}

// right holds every view of a session against searches: what is not right is not fast either. Those that the clock moves are looked at by
// the hub's own clock, a second behind at most, and left out.
func (t *looking) right(ctx context.Context) error {
	for i, v := range t.views {
		b, err := t.seats[0].Bind(v)
		if err != nil {
			return err
		}
		if b.Clock {
			continue
		}
		want, _, err := t.seats[0].Count(ctx, v, 1<<30)
		if err != nil {
			return err
		}
		if got := t.subs[0].Count(v); got != want {
			return fmt.Errorf("bench: view %d, %s, counts %d of %d", i, v, got, want)
		}
	}
	return nil
}

// mover changes conversations: half of the changes are messages that come, half what an editor does.
type mover struct {
	house   *House
	account inbox.Account
	n       int
	took    time.Duration // for so many
}

// work makes changes for so long, and tells how many seconds of processor time the process spent on each; tells is false where the system
// does not say. With waits it notes how long after each its views were up to date.
func (m *mover) work(ctx context.Context, long time.Duration, waits *times) (each float64, tells bool, err error) {
	before, tells := worked()
	begun := time.Now()
	every := time.Second * changesATime / changesASecond
	m.n = 0
	for due := begun; m.n == 0 || time.Since(begun) < long; due = due.Add(every) {
		if err := pause(ctx, time.Until(due)); err != nil {
			return 0, false, err
		}
		if err := m.move(ctx, waits); err != nil {
			return 0, false, err
		}
	}
	m.took = time.Since(begun)
	after, ok := worked()
	return (after.own - before.own) / ticks / float64(m.n), tells && ok, nil
}

// ticks are the system's units of processor time in a second (proc(5): sysconf(_SC_CLK_TCK), 100 on every Linux that Go runs on).
const ticks = 100

// move makes changesATime changes.
func (m *mover) move(ctx context.Context, waits *times) error {
	const come = changesATime / 2
	var b inbox.Batch
	for i := range come {
		b.Items = append(b.Items, inbox.Incoming{
			Account: m.account.ID, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment,
			Remote: inbox.RemoteID(fmt.Sprintf("hub-%d-%d", time.Now().UnixNano(), i)), Text: "Der er et hul i vejen ved skolen", At: m.house.Desk.Now(),
			Author: &inbox.Author{Remote: inbox.RemoteID(fmt.Sprint("bench", i)), Name: "Bo"},
		})
	}
	rep, err := m.house.Desk.Ingest(ctx, b)
	if err == nil && rep.New != come {
		err = fmt.Errorf("bench: of %d messages %d are new", come, rep.New)
	}
	if err != nil {
		return err
	}
	if err := m.waited(ctx, waits); err != nil {
		return err
	}
	var stamps []inbox.Stamp
	err = m.house.Desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
		stamps, err = tx.Newest(inbox.Key{}, come)
		return err
	})
	for i := 0; err == nil && i < len(stamps); i++ {
		id, seat := stamps[i].ID, m.house.Seat
		switch i {
		case 0:
			err = seat.Take(ctx, id)
		case 1:
			err = seat.Prioritise(ctx, id, inbox.High)
		case 2:
			err = seat.Assign(ctx, id, seat.User.ID)
		default:
			err = seat.Close(ctx, id, inbox.NoAnswer)
		}
		if err == nil {
			err = m.waited(ctx, waits)
		}
	}
	m.n += changesATime
	return err
}

// waited waits until the views have what was just committed.
func (m *mover) waited(ctx context.Context, waits *times) error {
	if waits == nil {
		return nil
	}
	begun := time.Now()
	var seq inbox.Seq
	err := m.house.Desk.Store.View(ctx, func(tx inbox.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	for err == nil && m.house.Desk.Hub().Seq() < seq {
		err = pause(ctx, 20*time.Microsecond)
	}
	*waits = append(*waits, time.Since(begun))
	return err
}

// anyAccount is the oldest account of a desk.
func anyAccount(h *House) (a inbox.Account) {
	for _, have := range h.Desk.Directory().Accounts {
		if a.ID == 0 || have.ID < a.ID {
			a = have
		}
	}
	return a
}
