package storetest

import (
	"math"
	"math/bits"
	"time"

	"lytter/inbox"

	"pgregory.net/rapid"
)

func work(s *suite) {
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Cursor(s.account.ID, "posts")
		if got != nil {
			s.Errorf("a cursor that never read: %v", got)
		}
		return err
	})
	for _, value := range [][]byte{{0, 255, 1}, {}, []byte(`{"after":"x"}`)} {
		s.update(func(tx inbox.Tx) error {
			return tx.PutCursor(inbox.Cursor{Account: s.account.ID, Stream: "posts", Value: value})
		})
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Cursor(s.account.ID, "posts")
			if got == nil || string(got) != string(value) {
				s.Errorf("cursor %v, want %v", got, value)
			}
			return err
		})
	}
	s.pending()
	s.parked()
	s.gaps()
}

func (s *suite) gaps() {
	open := inbox.Gap{Account: s.account.ID, Cause: inbox.GapLogin, From: at(1)}
	over := inbox.Gap{Account: s.account.ID, Cause: inbox.GapHooks, From: at(2), To: at(3), Fetched: 4, ClosedAt: at(5)}
	others := inbox.Gap{Account: s.other.ID, Cause: inbox.GapStopped, From: at(1), To: at(2)}
	s.update(func(tx inbox.Tx) error {
		for _, g := range []*inbox.Gap{&open, &over, &others} {
			if err := tx.PutGap(g); err != nil {
				return err
			}
		}
		open.To = at(9)
		return tx.PutGap(&open)
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.OpenGaps(s.account.ID)
		same(s, "open gaps", got, []inbox.Gap{open})
		if err != nil {
			return err
		}
		got, err = tx.Gaps(2)
		same(s, "newest gaps", got, []inbox.Gap{others, over})
		return err
	})
	// Of the time from 100 s to 200 s: in time, late, after the end, before it, ours.
	s.update(func(tx inbox.Tx) error {
		c, err := s.conversation(tx, "gap", at(100))
		if err != nil {
			return err
		}
		for _, m := range []struct {
			remote    inbox.RemoteID
			at, seen  int
			direction inbox.Direction
		}{{"g1", 110, 111, inbox.In}, {"g2", 110, 141, inbox.In}, {"g3", 199, 200, inbox.In}, {"g4", 99, 200, inbox.In}, {"g5", 110, 200, inbox.Out}} {
			err := tx.PutMessage(&inbox.Message{
				Conversation: c.ID, Account: c.Account, Remote: m.remote, Kind: c.Kind, Direction: m.direction, At: at(m.at), SeenAt: at(m.seen),
			})
			if err != nil {
				return err
			}
		}
		n, err := tx.CountLate(c.Account, at(100), at(200), 30*time.Second)
		same(s, "late", n, 2)
		return err
	})
}

func (s *suite) pending() {
	p := inbox.Pending{Account: s.account.ID, What: inbox.WantProfile, Remote: "u1"}
	q := inbox.Pending{Account: s.account.ID, What: inbox.WantParent, Remote: "u1"}
	s.update(func(tx inbox.Tx) error {
		for _, add := range []inbox.Pending{p, q, p, {Account: s.other.ID, What: inbox.WantProfile, Remote: "u1"}} {
			if err := tx.AddPending(add); err != nil {
				return err
			}
		}
		return nil
	})
	due := func(what string, now time.Time, n int, want ...inbox.Pending) (got []inbox.Pending) {
		s.Helper()
		s.view(func(tx inbox.Tx) (err error) {
			got, err = tx.DuePending(s.account.ID, now, n)
			for i := range min(len(got), len(want)) {
				want[i].ID = got[i].ID
			}
			same(s, what, got, want)
			return err
		})
		return got
	}
	got := due("both are due, each once", day, 9, p, q)
	due("the oldest", day, 1, p)
	put := got[0]
	put.Attempts, put.NextAt, put.Reason = 2, at(60), inbox.Why("parked.ingest", "Code", 500)
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutPending(put); err != nil {
			return err
		}
		return tx.AddPending(p) // it is pending already: put off, it stays so
	})
	due("one was put off", at(59), 9, q)
	put.Reason = inbox.Why("parked.ingest", "Code", int64(500))
	due("and is due", at(60), 9, put, q)
	s.update(func(tx inbox.Tx) error {
		if n, err := tx.CountPending(); n != 3 || err != nil {
			s.Errorf("%d pending, %v", n, err)
		}
		for range 2 {
			if err := tx.DeletePending(put.ID); err != nil {
				return err
			}
		}
		return tx.PutPending(put) // settled already
	})
	due("one is settled", at(60), 9, q)
}

func (s *suite) parked() {
	one := inbox.Parked{Account: s.account.ID, Journal: 7, At: at(1), Reason: *inbox.Why("parked.no_id", "Name", "ø"), Bytes: []byte{0, 1, 255}}
	two := inbox.Parked{At: at(2), Reason: *inbox.Why("parked.unknown_event")}
	s.update(func(tx inbox.Tx) error {
		if err := tx.AddParked(&one); err != nil {
			return err
		}
		return tx.AddParked(&two)
	})
	s.view(func(tx inbox.Tx) error {
		all, err := tx.Parkeds(9)
		if err != nil {
			return err
		}
		same(s, "parked, newest first", all, []inbox.Parked{two, one})
		newest, err := tx.Parkeds(1)
		same(s, "the newest parked", newest, []inbox.Parked{two})
		for _, page := range []struct {
			row, id int64
			want    []inbox.Parked
		}{{0, 0, []inbox.Parked{two, one}}, {0, two.ID, []inbox.Parked{one}}, {6, 99, []inbox.Parked{one}}, {7, one.ID, nil}} {
			some, err := tx.ParkedAfter(page.row, page.id, 9)
			if err != nil {
				return err
			}
			same(s, "parked behind a row", some, page.want)
		}
		return err
	})
	s.update(func(tx inbox.Tx) error {
		for range 2 {
			if err := tx.DeleteParked(two.ID); err != nil {
				return err
			}
		}
		n, err := tx.CountParked()
		same(s, "parked left", n, int64(1))
		return err
	})
}

// done holds MarkDone against a naive set of rows.
func done(s *suite) {
	for _, r := range []inbox.Range{{From: 2, To: 1}, {From: 0, To: 1}, {From: -3, To: -1}, {From: 1, To: math.MaxInt64}} {
		s.code("a bad range", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.MarkDone(r) }), inbox.Invalid)
	}
	base := int64(0)
	rapid.Check(s.T, func(t *rapid.T) {
		base += 1000 // each try has rows of its own
		marks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) inbox.Range {
			from := rapid.Int64Range(1, 64).Draw(t, "from")
			return inbox.Range{From: from, To: min(64, from+rapid.Int64Range(0, 9).Draw(t, "more"))}
		}), 1, 30).Draw(t, "marks")
		var set uint64
		err := s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error {
			for _, m := range marks {
				for i := m.From; i <= m.To; i++ {
					set |= 1 << (i - 1)
				}
				if err := tx.MarkDone(inbox.Range{From: base + m.From, To: base + m.To}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []inbox.Range
		for i := 0; i < 64; {
			i += bits.TrailingZeros64(set >> i)
			if i >= 64 {
				break
			}
			n := bits.TrailingZeros64(^(set >> i))
			want = append(want, inbox.Range{From: base + int64(i) + 1, To: base + int64(i+n)})
			i += n
		}
		s.view(func(tx inbox.Tx) error {
			all, err := tx.Done()
			var got []inbox.Range
			for _, r := range all {
				if r.From > base {
					got = append(got, r)
				}
			}
			same(t, "ranges", got, want)
			return err
		})
	})
}
