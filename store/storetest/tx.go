package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lytter/inbox"
)

var errUndo = errors.New("undo")

func rollback(s *suite) {
	var lost *inbox.Conversation
	err := s.store.Update(s.ctx, inbox.Persons, func(tx inbox.Tx) (err error) {
		if lost, err = s.conversation(tx, "lost", day); err != nil {
			return err
		}
		if err := tx.MarkDone(inbox.Range{From: 1, To: 2}); err != nil {
			return err
		}
		if err := tx.Append(&inbox.Change{Kind: inbox.ChangeArrived, Conversation: lost.ID}); err != nil {
			return err
		}
		return fmt.Errorf("as it is: %w", errUndo)
	})
	if !errors.Is(err, errUndo) || inbox.CodeOf(err) != inbox.Internal {
		s.Errorf("the error came back as %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				s.Error("a panic was swallowed")
			}
		}()
		_ = s.store.Update(s.ctx, inbox.Persons, func(tx inbox.Tx) error {
			if _, err := s.conversation(tx, "lost", day); err != nil {
				return err
			}
			panic("in f")
		})
	}()
	s.view(func(tx inbox.Tx) error {
		n, err := tx.CountConversations()
		if err != nil {
			return err
		}
		same(s, "conversations", n, int64(0))
		ranges, err := tx.Done()
		if err != nil {
			return err
		}
		same(s, "done", ranges, []inbox.Range(nil))
		seq, err := tx.LastSeq()
		same(s, "log", seq, inbox.Seq(0))
		return err
	})
}

func items(s *suite) {
	var kept, inner, outer []inbox.ConversationID
	s.update(func(tx inbox.Tx) error {
		add := func(thread string, to *[]inbox.ConversationID) error {
			c, err := s.conversation(tx, inbox.RemoteID(thread), day)
			if err != nil {
				return err
			}
			*to = append(*to, c.ID)
			return tx.Append(&inbox.Change{Kind: inbox.ChangeArrived, Conversation: c.ID, Detail: thread})
		}
		if err := add("before", &kept); err != nil {
			return err
		}
		if err := tx.Item(func() error { return add("in a good item", &kept) }); err != nil {
			return err
		}
		err := tx.Item(func() error {
			if err := add("in a bad item", &outer); err != nil {
				return err
			}
			if err := tx.Item(func() error { return add("in a good one in a bad one", &inner) }); err != nil {
				return err
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			s.Errorf("the item's error came back as %v", err)
		}
		err = tx.Item(func() error {
			if err := tx.Item(func() error { return errors.Join(add("in a bad one in a good one", &inner), errUndo) }); !errors.Is(err, errUndo) {
				s.Errorf("the inner item's error came back as %v", err)
			}
			return add("beside a bad one", &kept)
		})
		if err != nil {
			return err
		}
		return add("after", &kept)
	})
	s.view(func(tx inbox.Tx) error {
		changes, err := tx.Changes(0, 100)
		if err != nil {
			return err
		}
		var got []inbox.ConversationID
		for i, c := range changes {
			if c.Seq != inbox.Seq(i+1) {
				s.Errorf("the log goes on at %d with %d", i+1, c.Seq)
			}
			got = append(got, c.Conversation)
		}
		same(s, "what the log tells", got, kept)
		stamps, err := tx.Stamps(slices.Concat(kept, inner, outer))
		same(s, "conversations", len(stamps), len(kept))
		if err != nil {
			return err
		}
		bad, err := tx.VerifyLog(0)
		same(s, "the first wrong position of the log", bad, inbox.Seq(0))
		return err
	})
}

// errorEndsTheItem tries that a failed statement cannot be passed over: what PostgreSQL does by itself, every store does.
func errorEndsTheItem(s *suite) {
	twice := func(tx inbox.Tx) error {
		_, err := s.conversation(tx, "same", day)
		return err
	}
	s.update(twice)
	err := s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error {
		s.code("a duplicate", twice(tx), inbox.Conflict)
		_, err := tx.CountConversations()
		s.code("a query after it", err, inbox.Conflict)
		_ = tx.SetSetting("passed", "over") // whoever ignores an error must not commit half
		return nil
	})
	s.code("an update that passed over it", err, inbox.Conflict)
	s.update(func(tx inbox.Tx) error {
		err := tx.Item(func() error {
			_ = twice(tx)
			return nil
		})
		s.code("an item that passed over it", err, inbox.Conflict)
		if _, err := tx.Conversation(4711); inbox.CodeOf(err) != inbox.NotFound {
			s.Errorf("a get after the item was undone: %v", err)
		}
		return tx.SetSetting("after", "it") // what was not found ends nothing
	})
	s.view(func(tx inbox.Tx) error {
		for name, want := range map[string]string{"passed": "", "after": "it"} {
			got, err := tx.Setting(name)
			if err != nil {
				return err
			}
			same(s, name, got, want)
		}
		return nil
	})
}

func viewsReadOnly(s *suite) {
	err := s.store.View(s.ctx, func(tx inbox.Tx) error { return tx.SetSetting("a", "b") })
	s.code("writing in a view", err, inbox.Internal)
	if err := s.store.View(s.ctx, func(inbox.Tx) error { return errUndo }); !errors.Is(err, errUndo) {
		s.Errorf("the view's error came back as %v", err)
	}
	var kept inbox.Tx
	s.view(func(tx inbox.Tx) error { kept = tx; return nil })
	_, err = kept.LastSeq()
	s.code("a transaction that was kept", err, inbox.Internal)
	s.view(func(tx inbox.Tx) error {
		v, err := tx.Setting("a")
		same(s, "what the view wrote", v, "")
		return err
	})
}

// snapshot tries that a View does not see what is committed while it runs, and that neither waits for the other.
func snapshot(s *suite) {
	var c *inbox.Conversation
	s.update(func(tx inbox.Tx) (err error) {
		c, err = s.conversation(tx, "t", at(1))
		return err
	})
	s.view(func(tx inbox.Tx) error {
		seq, err := tx.LastSeq()
		if err != nil {
			return err
		}
		s.update(func(tx inbox.Tx) error {
			if _, err := s.message(tx, c, "m", at(2), "later"); err != nil {
				return err
			}
			c.LastAt, c.Messages = at(2), 1
			if err := tx.PutConversation(c); err != nil {
				return err
			}
			return tx.Append(&inbox.Change{Kind: inbox.ChangeArrived, Conversation: c.ID})
		})
		got, err := tx.Conversation(c.ID)
		if err != nil {
			return err
		}
		same(s, "version within the view", got.Version, int64(1))
		ms, err := tx.MessagesOf(c.ID)
		if err != nil {
			return err
		}
		same(s, "messages within the view", len(ms), 0)
		th, err := tx.Threads([]inbox.ConversationID{c.ID})
		if err != nil {
			return err
		}
		same(s, "thread within the view", th[0].Version, int64(1))
		again, err := tx.LastSeq()
		same(s, "log within the view", again, seq)
		return err
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Conversation(c.ID)
		if err != nil {
			return err
		}
		same(s, "version after the view", got.Version, int64(2))
		return nil
	})
}

// lanes tries that no two updates overlap, and that persons who wait go before machines who wait.
func lanes(s *suite) {
	const each = 8
	var mu sync.Mutex
	var order []inbox.Lane
	inside := 0
	enter := func(lane inbox.Lane) func(inbox.Tx) error {
		return func(inbox.Tx) error {
			mu.Lock()
			order = append(order, lane)
			inside++
			if inside > 1 {
				s.Error("two updates overlap")
			}
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			inside--
			mu.Unlock()
			return nil
		}
	}
	var all sync.WaitGroup
	run := func(lane inbox.Lane, f func(inbox.Tx) error) {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := s.store.Update(s.ctx, lane, f); err != nil {
				s.Error(err)
			}
		}()
	}
	holding, release := make(chan struct{}), make(chan struct{})
	run(inbox.Machines, func(inbox.Tx) error {
		close(holding)
		<-release
		return nil
	})
	<-holding
	for range each {
		run(inbox.Machines, enter(inbox.Machines))
	}
	for range each {
		run(inbox.Persons, enter(inbox.Persons))
	}
	queue, ok := s.store.(Queue)
	if !ok {
		s.Fatal("the store under test does not say who waits")
	}
	for queue.Waiting(inbox.Machines) < each || queue.Waiting(inbox.Persons) < each {
		time.Sleep(time.Millisecond)
	}
	close(release)
	all.Wait()
	want := slices.Concat(slices.Repeat([]inbox.Lane{inbox.Persons}, each), slices.Repeat([]inbox.Lane{inbox.Machines}, each))
	same(s, "order of lanes", order, want)
}

// contexts tries that a context ends waiting, and a transaction.
func contexts(s *suite) {
	ended, end := context.WithCancel(s.ctx)
	end()
	none := func(inbox.Tx) error { return errors.New("ran though the context had ended") }
	if err := s.store.Update(ended, inbox.Persons, none); !errors.Is(err, context.Canceled) {
		s.Errorf("an update under an ended context: %v", err)
	}
	if err := s.store.View(ended, none); !errors.Is(err, context.Canceled) {
		s.Errorf("a view under an ended context: %v", err)
	}
	s.update(func(inbox.Tx) error {
		short, end := context.WithTimeout(s.ctx, 20*time.Millisecond)
		defer end()
		if err := s.store.Update(short, inbox.Persons, none); !errors.Is(err, context.DeadlineExceeded) {
			s.Errorf("an update that waited too long: %v", err)
		}
		return nil
	})
	within, cut := context.WithCancel(s.ctx)
	err := s.store.Update(within, inbox.Persons, func(tx inbox.Tx) error {
		if err := tx.SetSetting("half", "done"); err != nil {
			return err
		}
		cut()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		s.Errorf("an update whose context ended within it: %v", err)
	}
	s.view(func(tx inbox.Tx) error {
		v, err := tx.Setting("half")
		same(s, "what it wrote", v, "")
		return err
	})
}

func wait(s *suite) {
	tell := func(n int) {
		s.update(func(tx inbox.Tx) error {
			for range n {
				if err := tx.Append(&inbox.Change{Kind: inbox.ChangeArrived}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	waits := func(after inbox.Seq) <-chan error {
		got := make(chan error, 1)
		go func() { got <- s.store.Wait(s.ctx, after) }()
		return got
	}
	one, two := waits(0), waits(2)
	tell(1)
	if err := <-one; err != nil {
		s.Error(err)
	}
	if err := s.store.Wait(s.ctx, 0); err != nil {
		s.Error(err)
	}
	tell(1)
	short, end := context.WithTimeout(s.ctx, 50*time.Millisecond)
	defer end()
	if err := s.store.Wait(short, 2); !errors.Is(err, context.DeadlineExceeded) {
		s.Errorf("waiting for what does not come: %v", err)
	}
	select {
	case err := <-two:
		s.Errorf("woken at 2 by what is not behind it: %v", err)
	default:
	}
	tell(1)
	if err := <-two; err != nil {
		s.Error(err)
	}
	last := waits(3)
	if err := s.store.Close(); err != nil {
		s.Error(err)
	}
	s.code("waiting while it closes", <-last, inbox.Unavailable)
	s.code("a view of what is closed", s.store.View(s.ctx, func(inbox.Tx) error { return nil }), inbox.Unavailable)
	s.code("an update of what is closed", s.store.Update(s.ctx, inbox.Persons, func(inbox.Tx) error { return nil }), inbox.Unavailable)
	if err := s.store.Close(); err != nil {
		s.Errorf("closed twice: %v", err)
	}
}

func timesAndTexts(s *suite) {
	zone := time.FixedZone("CET", 3600)
	fine := time.Date(2026, 3, 29, 2, 30, 0, 123_999_999, zone)
	before := time.Date(1969, 7, 20, 20, 17, 40, 0, time.UTC)
	var id inbox.ConversationID
	s.update(func(tx inbox.Tx) error {
		if n := tx.Now(); !n.Equal(n.Truncate(time.Millisecond)) || n.Location() != time.UTC {
			s.Errorf("now is %s: not what the store can keep", n)
		}
		c := s.full("times")
		c.FirstAt, c.LastAt, c.DueAt, c.SettledAt = before, fine, time.Time{}, time.Unix(0, 0)
		c.Thread = "nul\x00 bad\xff good æ\u202e"
		err := tx.PutConversation(&c)
		id = c.ID
		return err
	})
	s.view(func(tx inbox.Tx) error {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		same(s, "milliseconds of UTC", c.LastAt, fine.UTC().Truncate(time.Millisecond))
		same(s, "long ago", c.FirstAt, before)
		if !c.DueAt.IsZero() || c.LastAt.Location() != time.UTC {
			s.Errorf("the zero time came back as %s, another in %s", c.DueAt, c.LastAt.Location())
		}
		same(s, "what is no text", c.Thread, inbox.RemoteID("nul\uFFFD bad\uFFFD good æ\u202e"))
		again, err := tx.FindThread(s.account.ID, "nul\x00 bad\xff good æ\u202e")
		if err != nil || again == nil {
			s.Errorf("it is not found by what it was put as: %v, %v", again, err)
		}
		return nil
	})
}

// orderIsOfBytes tries that text compares by its bytes, whatever the locale: a database that thinks aa is å, or a is A, would merge what
// is not the same.
func orderIsOfBytes(s *suite) {
	names := []string{"A", "B", "Z", "a", "aa", "b", "z", "Å", "Ø", "å", "æ", "ø"} // in order of their bytes
	s.update(func(tx inbox.Tx) error {
		for _, i := range []int{5, 0, 11, 3, 8, 1, 9, 4, 7, 2, 10, 6} {
			if err := tx.PutCalendar(&inbox.Calendar{Name: names[i]}); err != nil {
				return err
			}
			if _, err := s.conversation(tx, inbox.RemoteID(names[i]), day); err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		cals, err := tx.Calendars()
		got := make([]string, 0, len(cals))
		for _, c := range cals {
			got = append(got, c.Name)
		}
		same(s, "order", got, names)
		for _, n := range names {
			c, err := tx.FindThread(s.account.ID, inbox.RemoteID(n))
			if err != nil {
				return err
			}
			same(s, "thread", c.Thread, inbox.RemoteID(n))
		}
		return err
	})
}
