package storetest

import (
	"time"

	"lytter/inbox"
)

// arrivals holds what is read of the past against what was put: citizens' messages that are still there, by id, by ids and by
// conversation, since a time.
func arrivals(s *suite) {
	s.view(func(tx inbox.Tx) error {
		lo, hi, err := tx.ArrivalIDs(time.Time{})
		same(s, "ids of nothing", []inbox.MessageID{lo, hi}, []inbox.MessageID{0, 0})
		return err
	})
	who := inbox.Identity{Account: s.account.ID, Remote: "jens", Name: "Jens", Handle: "jensen", Followers: 7}
	var first, second *inbox.Conversation
	var want []inbox.Arrived
	s.update(func(tx inbox.Tx) (err error) {
		if err := tx.PutIdentity(&who); err != nil {
			return err
		}
		if first, err = s.conversation(tx, "t1", at(1)); err != nil {
			return err
		}
		if second, err = s.conversation(tx, "t2", at(1)); err != nil {
			return err
		}
		for i, c := range []*inbox.Conversation{first, second, first, first, first, second, first} {
			m := &inbox.Message{
				Conversation: c.ID, Account: c.Account, Remote: inbox.RemoteID(string(rune('a' + i))), Kind: inbox.Direct, Direction: inbox.In,
				Text: "blåbær", At: at(60 - 10*i), SeenAt: at(100), InHours: i%2 == 0,
			}
			a := inbox.Arrived{Conversation: c.ID, Account: c.Account, Kind: m.Kind, At: m.At, Text: m.Text, InHours: m.InHours}
			switch i {
			case 1:
				m.Author = who.ID
				a.Author = &inbox.Author{Name: "Jens", Handle: "jensen", Followers: 7}
			case 2:
				m.Direction = inbox.Out
			case 3:
				m.DeletedAt, m.Text = at(90), ""
			case 4:
				m.Aside = true
			case 5:
				m.Media, a.Media = []inbox.Media{{Type: "image"}}, true
			}
			if err := tx.PutMessage(m); err != nil {
				return err
			}
			if a.Message = m.ID; i < 2 || i > 4 {
				want = append(want, a)
			}
		}
		return nil
	})
	ids := func(of []inbox.Arrived) (out []inbox.MessageID) {
		for _, a := range of {
			out = append(out, a.Message)
		}
		return out
	}
	s.view(func(tx inbox.Tx) error {
		lo, hi, err := tx.ArrivalIDs(time.Time{})
		if err != nil || lo > want[0].Message || hi < want[3].Message {
			s.Errorf("ids from %d to %d, %v", lo, hi, err)
		}
		if lo, hi, err = tx.ArrivalIDs(at(45)); err != nil || lo != want[0].Message || hi < want[1].Message {
			s.Errorf("since: ids from %d to %d, %v", lo, hi, err)
		}
		if lo, _, err = tx.ArrivalIDs(at(1000)); lo != 0 || err != nil {
			s.Errorf("since a time at which nothing has come: %d, %v", lo, err)
		}
		all, err := tx.ArrivalsBelow(hi+1, 0, time.Time{}, 100)
		if err != nil {
			return err
		}
		same(s, "all", all, []inbox.Arrived{want[3], want[2], want[1], want[0]})
		for _, x := range []struct {
			what      string
			below, lo inbox.MessageID
			since     time.Time
			n         int
			want      []inbox.Arrived
		}{
			{"two of them", hi + 1, 0, time.Time{}, 2, []inbox.Arrived{want[3], want[2]}},
			{"below", want[2].Message, 0, time.Time{}, 9, []inbox.Arrived{want[1], want[0]}},
			{"down to", hi + 1, want[1].Message, time.Time{}, 9, []inbox.Arrived{want[3], want[2], want[1]}},
			{"since", hi + 1, 0, want[1].At, 9, []inbox.Arrived{want[1], want[0]}},
		} {
			got, err := tx.ArrivalsBelow(x.below, x.lo, x.since, x.n)
			if err != nil {
				return err
			}
			same(s, x.what, ids(got), ids(x.want))
		}
		among, err := tx.ArrivalsAmong([]inbox.MessageID{want[3].Message, want[0].Message, want[0].Message + 2, 4711}, time.Time{})
		if err != nil {
			return err
		}
		same(s, "among", len(among), 2)
		in, err := tx.ArrivalsIn([]inbox.ConversationID{second.ID, 4711}, time.Time{})
		if err != nil {
			return err
		}
		same(s, "in the second", len(in), 2)
		in, err = tx.ArrivalsIn([]inbox.ConversationID{first.ID, second.ID}, at(45))
		if err != nil {
			return err
		}
		same(s, "in both, since", len(in), 2)
		cs, err := tx.Conversations([]inbox.ConversationID{first.ID, 4711})
		if err != nil {
			return err
		}
		same(s, "conversations", cs, map[inbox.ConversationID]inbox.Conversation{first.ID: *first})
		return nil
	})
}
