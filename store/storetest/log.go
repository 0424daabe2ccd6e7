package storetest

import (
	"context"
	"fmt"
	"sync"

	"lytter/inbox"
)

func logAndState(s *suite) {
	var c *inbox.Conversation
	full := inbox.Change{
		At: at(1), Kind: inbox.ChangeTagged, Actor: inbox.ActorRule, User: 1, Account: s.account.ID, Message: 3, Outgoing: 4, Ref: 5, Word: "w",
		Detail: "fordi der står »hul«",
	}
	plain := inbox.Change{Kind: inbox.ChangeArrived, Actor: inbox.ActorPlatform, Word: "in"}
	var now []inbox.Change
	s.update(func(tx inbox.Tx) (err error) {
		if c, err = s.conversation(tx, "t", at(1)); err != nil {
			return err
		}
		full.Conversation, plain.Conversation = c.ID, c.ID
		if err := tx.Append(&full); err != nil {
			return err
		}
		if err := tx.Append(&plain); err != nil {
			return err
		}
		if !plain.At.Equal(tx.Now()) {
			s.Errorf("a change without a time is of %s, not of the transaction's %s", plain.At, tx.Now())
		}
		now, err = tx.Changes(0, 9)
		return err
	})
	if full.Seq != 1 || plain.Seq != 2 || len(full.Hash) != 32 || len(full.DetailHash) != 32 || plain.DetailHash != nil {
		s.Errorf("positions %d and %d, hashes %x, %x, %x", full.Seq, plain.Seq, full.Hash, full.DetailHash, plain.DetailHash)
	}
	same(s, "the chain", plain.Prev, full.Hash)
	bare := full
	bare.Detail = ""
	want := []inbox.Change{bare, plain}
	same(s, "the log, within its transaction", now, want)
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Changes(0, 9)
		if err != nil {
			return err
		}
		same(s, "the log, without details", got, want)
		if got, err = tx.Changes(1, 9); err != nil {
			return err
		}
		same(s, "behind a position", got, want[1:])
		if got, err = tx.Changes(0, 1); err != nil {
			return err
		}
		same(s, "at most one", got, want[:1])
		if got, err = tx.History(c.ID, 9); err != nil {
			return err
		}
		same(s, "history, newest first, with details", got, []inbox.Change{plain, full})
		if got, err = tx.History(c.ID, 1); err != nil {
			return err
		}
		same(s, "the newest of the history", got, []inbox.Change{plain})
		last, err := tx.LastSeq()
		same(s, "the end", last, inbox.Seq(2))
		return err
	})
}

// activity tries what people did: of all, of one, on one, and in pages, against the log itself.
func activity(s *suite) {
	var on [2]*inbox.Conversation
	var all []inbox.Change // newest first
	s.update(func(tx inbox.Tx) (err error) {
		for i := range on {
			if on[i], err = s.conversation(tx, inbox.RemoteID(fmt.Sprint("t", i)), at(1)); err != nil {
				return err
			}
		}
		for i := range 40 {
			c := inbox.Change{Kind: inbox.ChangeTaken, Actor: inbox.ActorUser, User: inbox.UserID(1 + i%3), Ref: int64(i)}
			switch {
			case i%5 == 4:
				c.Actor, c.User = inbox.ActorRule, 0
			case i%7 == 0:
				c.Kind, c.Detail = inbox.ChangeFile, fmt.Sprint("f", i) // of no conversation
			default:
				c.Conversation = on[i%2].ID
			}
			if err := tx.Append(&c); err != nil {
				return err
			}
			all = append([]inbox.Change{c}, all...)
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		for _, of := range []inbox.ActivityOf{
			{},
			{User: 2},
			{Conversation: on[1].ID},
			{User: 1, Conversation: on[0].ID},
			{Before: all[9].Seq},
			{User: 3, Before: all[20].Seq},
			{User: 9},
			{Conversation: 999},
		} {
			var want []inbox.Change
			for _, c := range all {
				if c.Actor == inbox.ActorUser && (of.User == 0 || c.User == of.User) && (of.Conversation == 0 || c.Conversation == of.Conversation) &&
					(of.Before == 0 || c.Seq < of.Before) {
					want = append(want, c)
				}
			}
			for _, n := range []int{1, 7, 99} {
				got, err := tx.Activity(of, n)
				if err != nil {
					return err
				}
				same(s, fmt.Sprintf("what people did: %+v, at most %d", of, n), got, want[:min(n, len(want))])
			}
		}
		return nil
	})
}

// concurrentLog tries that a reader who follows the log sees every position, in order, whoever writes.
func concurrentLog(s *suite) {
	const writers, times, each = 6, 15, 3
	var all sync.WaitGroup
	for w := range writers {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range times {
				err := s.store.Update(s.ctx, inbox.Lane(i%2), func(tx inbox.Tx) error {
					for j := range each {
						c := &inbox.Change{Kind: inbox.ChangeArrived, Ref: int64(w), Word: fmt.Sprint(i, " ", j)}
						if j == 0 {
							c.Detail = "d"
						}
						if err := tx.Append(c); err != nil {
							return err
						}
					}
					if i%5 == 4 {
						return errUndo
					}
					return nil
				})
				if err != nil && i%5 != 4 {
					s.Error(err)
					return
				}
			}
		}()
	}
	ctx, stop := context.WithCancel(s.ctx)
	go func() {
		all.Wait()
		stop()
	}()
	var seen inbox.Seq
	follow := func() {
		s.view(func(tx inbox.Tx) error {
			changes, err := tx.Changes(seen, 7)
			for _, c := range changes {
				if c.Seq != seen+1 {
					s.Errorf("position %d came behind %d", c.Seq, seen)
				}
				seen = c.Seq
			}
			return err
		})
	}
	for s.store.Wait(ctx, seen) == nil && !s.Failed() {
		follow()
	}
	for was := inbox.Seq(-1); was != seen; {
		was = seen
		follow()
	}
	same(s, "all positions", seen, inbox.Seq(writers*times*each*4/5))
	s.view(func(tx inbox.Tx) error {
		bad, err := tx.VerifyLog(0)
		same(s, "the first wrong position", bad, inbox.Seq(0))
		return err
	})
}

func erasure(s *suite) {
	var c *inbox.Conversation
	const n = 2100 // more than a page of any store
	s.update(func(tx inbox.Tx) (err error) {
		if c, err = s.conversation(tx, "t", day); err != nil {
			return err
		}
		for i := range n {
			ch := &inbox.Change{Kind: inbox.ChangeNoted, Conversation: c.ID}
			if i%7 == 3 {
				ch.Detail = fmt.Sprint("a name ", i)
			}
			if err := tx.Append(ch); err != nil {
				return err
			}
		}
		return nil
	})
	s.update(func(tx inbox.Tx) error {
		for _, seq := range []inbox.Seq{4, 11, 1} { // the last has none
			for range 2 {
				if err := tx.EraseDetail(seq); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.code("erasing the detail of nothing", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.EraseDetail(n + 1) }),
		inbox.NotFound)
	s.view(func(tx inbox.Tx) error {
		for _, after := range []inbox.Seq{0, 4, n - 1, n, n + 10} {
			bad, err := tx.VerifyLog(after)
			if err != nil {
				return err
			}
			same(s, fmt.Sprint("the first wrong position behind ", after), bad, inbox.Seq(0))
		}
		all, err := tx.History(c.ID, n)
		details := 0
		for _, ch := range all {
			if ch.Detail != "" {
				details++
			}
			if (ch.Seq == 4 || ch.Seq == 11) && (ch.Detail != "" || len(ch.DetailHash) != 32) {
				s.Errorf("the detail of %d: %q, hash %x", ch.Seq, ch.Detail, ch.DetailHash)
			}
		}
		same(s, "details left", details, n/7-2)
		return err
	})
}
