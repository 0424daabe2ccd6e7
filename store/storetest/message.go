package storetest

import (
	"errors"
	"fmt"

	"lytter/inbox"
)

func messages(s *suite) {
	m := inbox.Message{
		Account: s.account.ID, Remote: "m1", Parent: "p", Kind: inbox.Direct, Direction: inbox.Out, Author: 1, By: 2, To: 3, Text: "blåbær\n\"'\\",
		Media: []inbox.Media{{Type: "image", URL: "u", Name: "n", Size: 5, Alt: "a"}, {Type: "link"}}, Permalink: "https://example.org/?a=1&b=2",
		At: at(1), SeenAt: at(2), EditedAt: at(3), DeletedAt: at(4), Hidden: true, InHours: true, EchoedAt: at(5), Outgoing: 6, Standby: true, Signals: 1<<33 | 5, Cluster: 7,
	}
	var c *inbox.Conversation
	s.update(func(tx inbox.Tx) (err error) {
		if c, err = s.conversation(tx, "t", at(1)); err != nil {
			return err
		}
		m.Conversation = c.ID
		return tx.PutMessage(&m)
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Message(m.ID)
		if err != nil {
			return err
		}
		same(s, "message", *got, m)
		if got, err = tx.FindMessage(s.account.ID, "m1"); err != nil {
			return err
		}
		same(s, "found message", *got, m)
		for _, r := range []inbox.RemoteID{"m2", ""} {
			if got, err := tx.FindMessage(s.account.ID, r); got != nil || err != nil {
				s.Errorf("a message that is not there: %v, %v", got, err)
			}
		}
		_, err = tx.Message(4711)
		s.code("a message that is not there", err, inbox.NotFound)
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		for id, want := range map[inbox.MessageID][]inbox.ConversationID{7: {c.ID}, 8: nil, 0: nil} {
			in, err := tx.Cluster(id, 9)
			if err != nil {
				return err
			}
			same(s, fmt.Sprint("the conversations of cluster ", id), in, want)
		}
		if in, err := tx.Cluster(7, 0); err != nil || len(in) > 0 {
			s.Errorf("none of a cluster's conversations: %v, %v", in, err)
		}
		got, err := tx.Corrected(0, 9)
		same(s, "corrected", got, []inbox.Message{m})
		if got, err := tx.Corrected(m.ID, 9); err != nil || len(got) > 0 {
			s.Errorf("corrected behind the last: %v, %v", got, err)
		}
		return err
	})
	v1, v2 := inbox.Version{Message: m.ID, Text: "one", At: at(1)}, inbox.Version{Message: m.ID, Text: "two", At: at(2)}
	s.update(func(tx inbox.Tx) error {
		m.Media, m.Text, m.Hidden = nil, "", false
		for _, err := range []error{tx.PutMessage(&m), tx.AddVersion(v1), tx.AddVersion(v2)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.MessagesOf(c.ID)
		if err != nil {
			return err
		}
		same(s, "messages of the conversation", got, []inbox.Message{m})
		vs, err := tx.Versions(m.ID)
		same(s, "versions", vs, []inbox.Version{v1, v2})
		return err
	})
	s.update(func(tx inbox.Tx) error { return tx.EraseVersions(m.ID) })
	s.view(func(tx inbox.Tx) error {
		vs, err := tx.Versions(m.ID)
		same(s, "versions after they were erased", vs, []inbox.Version(nil))
		return err
	})
	s.eachMessage(c)
}

func (s *suite) eachMessage(c *inbox.Conversation) {
	const n = 1100 // more than a page of any store
	s.update(func(tx inbox.Tx) error {
		for i := range n {
			if _, err := s.message(tx, c, inbox.RemoteID(fmt.Sprint("each", i)), at(n-i), ""); err != nil {
				return err
			}
		}
		return nil
	})
	stop := errors.New("enough")
	s.view(func(tx inbox.Tx) error {
		var seen []inbox.MessageID
		err := tx.EachMessage(1, func(m inbox.Message) error {
			if len(seen) > 0 && m.ID <= seen[len(seen)-1] {
				s.Errorf("message %d behind %d", m.ID, seen[len(seen)-1])
			}
			seen = append(seen, m.ID)
			_, err := tx.LastSeq() // the transaction is usable meanwhile
			return err
		})
		if err != nil || len(seen) != n {
			s.Errorf("%d of %d messages, %v", len(seen), n, err)
		}
		if err := tx.EachMessage(seen[n-2], func(m inbox.Message) error { return stop }); !errors.Is(err, stop) {
			s.Errorf("the error that ends it came back as %v", err)
		}
		return nil
	})
}

func unique(s *suite) {
	var first *inbox.Message
	s.update(func(tx inbox.Tx) error {
		c, err := s.conversation(tx, "t", day)
		if err != nil {
			return err
		}
		if first, err = s.message(tx, c, "m", day, "once"); err != nil {
			return err
		}
		err = tx.Item(func() error {
			_, err := s.message(tx, c, "m", day, "twice")
			return err
		})
		s.code("a second row of one remote id", err, inbox.Conflict)
		for range 2 { // notes have no remote id, and are not the same for it
			note := &inbox.Message{Conversation: c.ID, Account: c.Account, Direction: inbox.Note}
			if err := tx.PutMessage(note); err != nil {
				return err
			}
		}
		c.Account, c.ID = s.other.ID, 0
		if err := tx.PutConversation(c); err != nil {
			return err
		}
		_, err = s.message(tx, c, "m", day, "another account's")
		return err
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.FindMessage(s.account.ID, "m")
		if err != nil {
			return err
		}
		same(s, "the one row", *got, *first)
		return nil
	})
	for what, put := range map[string]func(inbox.Tx) error{
		"identity": func(tx inbox.Tx) error { return tx.PutIdentity(&inbox.Identity{Account: s.account.ID, Remote: "same"}) },
		"post":     func(tx inbox.Tx) error { return tx.PutPost(&inbox.Context{Account: s.account.ID, Remote: "same"}) },
	} {
		s.update(put)
		s.code("a second "+what+" of one remote id", s.store.Update(s.ctx, inbox.Machines, put), inbox.Conflict)
	}
}

func reactions(s *suite) {
	react := func(actor inbox.RemoteID, kind string, when int) inbox.Reaction {
		return inbox.Reaction{Account: s.account.ID, Object: "m", Actor: actor, Kind: kind, At: at(when)}
	}
	count := func(what string, want map[string]int) {
		s.Helper()
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Reactions(s.account.ID, "m")
			same(s, what, got, want)
			return err
		})
	}
	put := func(r inbox.Reaction) { s.update(func(tx inbox.Tx) error { return tx.PutReaction(r) }) }
	by := func(what string, actor inbox.RemoteID, want ...inbox.Reaction) {
		s.Helper()
		s.view(func(tx inbox.Tx) error {
			got, err := tx.ReactionsBy(s.account.ID, "m", actor)
			same(s, what, got, want)
			return err
		})
	}
	count("none", nil)
	put(react("u1", "like", 1))
	put(react("u1", "like", 2))
	put(react("u2", "like", 1))
	count("two likes, one told twice", map[string]int{"like": 2})
	put(react("u1", "repost", 3))
	count("another kind of the same person", map[string]int{"like": 2, "repost": 1})
	gone := react("u1", "like", 4)
	gone.Gone = true
	put(gone)
	count("one taken back", map[string]int{"like": 1, "repost": 1})
	by("what one person did, taken back too", "u1", gone, react("u1", "repost", 3))
	by("what nobody did", "u3")
}

func merge(s *suite) {
	var from, to *inbox.Conversation
	s.update(func(tx inbox.Tx) (err error) {
		if from, err = s.conversation(tx, "from", at(1)); err != nil {
			return err
		}
		if to, err = s.conversation(tx, "to", at(2)); err != nil {
			return err
		}
		for i, c := range []*inbox.Conversation{from, to} {
			if _, err := s.message(tx, c, inbox.RemoteID(fmt.Sprint(i)), at(i), ""); err != nil {
				return err
			}
			o := &inbox.Outgoing{Conversation: c.ID, Account: c.Account, State: inbox.Queued, Token: fmt.Sprint(i)}
			if err := tx.PutOutgoing(o); err != nil {
				return err
			}
			if err := tx.PutDraft(inbox.Draft{User: s.ann.ID, Conversation: c.ID, Kind: inbox.DraftReply, To: inbox.MessageID(i), Text: fmt.Sprint("draft ", i), At: at(i)}); err != nil {
				return err
			}
		}
		if err := tx.PutDraft(inbox.Draft{User: s.bob.ID, Conversation: from.ID, Kind: inbox.DraftReply, Text: "Bob's", At: at(9)}); err != nil {
			return err
		}
		return tx.MoveMessages(from.ID, to.ID)
	})
	s.view(func(tx inbox.Tx) error {
		for _, c := range []struct {
			id   inbox.ConversationID
			want int
		}{{from.ID, 0}, {to.ID, 2}} {
			ms, err := tx.MessagesOf(c.id)
			if err != nil {
				return err
			}
			os, err := tx.OutgoingOf(c.id)
			if err != nil {
				return err
			}
			if len(ms) != c.want || len(os) != c.want {
				s.Errorf("%d messages and %d outgoing in %d, want %d of each", len(ms), len(os), c.id, c.want)
			}
		}
		ann, err := tx.DraftsOf(s.ann.ID)
		if err != nil {
			return err
		}
		same(s, "two drafts became one", ann, []inbox.Draft{
			{User: s.ann.ID, Conversation: to.ID, Kind: inbox.DraftReply, To: 1, Text: "draft 1\n\ndraft 0", At: at(1)},
		})
		bob, err := tx.DraftsOf(s.bob.ID)
		same(s, "a draft moved", bob, []inbox.Draft{{User: s.bob.ID, Conversation: to.ID, Kind: inbox.DraftReply, Text: "Bob's", At: at(9)}})
		return err
	})
	s.update(func(tx inbox.Tx) error {
		if err := tx.MoveMessages(to.ID, to.ID); err != nil {
			return err
		}
		return tx.DeleteConversation(from.ID)
	})
	s.code("into nothing", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.MoveMessages(to.ID, 4711) }), inbox.Conflict)
}

func recent(s *suite) {
	var all []inbox.MessageID
	s.update(func(tx inbox.Tx) error {
		c, err := s.conversation(tx, "t", at(1))
		for i := 0; i < 5 && err == nil; i++ {
			m := inbox.Message{
				Conversation: c.ID, Account: s.account.ID, Remote: inbox.RemoteID(fmt.Sprint("r", i)), Direction: inbox.In, At: at(9 - i), SeenAt: at(9),
			}
			if i == 3 {
				m.Direction = inbox.Out
			}
			if err = tx.PutMessage(&m); i != 3 {
				all = append(all, m.ID)
			}
		}
		return err
	})
	s.view(func(tx inbox.Tx) error {
		for n, want := range map[int][]inbox.MessageID{3: all[2:], 9: all} {
			var got []inbox.MessageID
			err := tx.Recent(n, func(m inbox.Message) error {
				got = append(got, m.ID)
				return nil
			})
			if err != nil {
				return err
			}
			same(s, "recent", got, want)
		}
		return nil
	})
}
