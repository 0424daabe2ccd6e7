package storetest

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lytter/inbox"
)

// full is a conversation of which every field says something.
func (s *suite) full(thread inbox.RemoteID) inbox.Conversation {
	return inbox.Conversation{
		Account: s.account.ID, Channel: inbox.Facebook, Kind: inbox.Mention, Thread: thread, Part: 2, Context: 3, Before: 4,
		Status: inbox.Snoozed, Reason: inbox.Moved, SnoozeUntil: at(1), Queue: 5, QueueSet: true, Assignee: 6, TakenBy: 7, TakenUntil: at(2),
		QueueOnly: true, RedLane: true, Proposals: []inbox.Proposal{
			{Do: inbox.ProposeHide, Message: 2, Rule: "r", Version: 3}, {Do: inbox.ProposeTemplate, Template: "Tak", Message: 2, By: 4, Taken: true},
		},
		Priority: inbox.Low, PrioritySet: true,
		Topics: []inbox.Tagging{
			{Topic: 8, Rule: "cycling", Version: 9, Message: 10, Hits: []inbox.RuleHit{{Clause: [2]int{1, 2}, Start: 3, End: 4}, {Clause: [2]int{5, 6}}}},
			{Topic: 11, By: 12, Removed: true},
		},
		FirstAt: at(3), LastAt: at(4), LastInAt: at(5), LastOutAt: at(6), ReadAt: at(2), Messages: 13, Awaiting: 14, AwaitingSince: at(7), SettledAt: at(8),
		DueAt: at(9), DuePolicy: 15,
	}
}

func conversations(s *suite) {
	c := s.full("t1")
	c.Topics[0], c.Topics[1] = c.Topics[1], c.Topics[0] // it is kept in order
	s.update(func(tx inbox.Tx) error { return tx.PutConversation(&c) })
	want := s.full("t1")
	want.ID, want.Version = c.ID, 1
	same(s, "what was put", c, want)
	get := func(what string, want inbox.Conversation) {
		s.Helper()
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Conversation(want.ID)
			if err != nil {
				return err
			}
			same(s, what, *got, want)
			return nil
		})
	}
	get("what is there", want)
	stale := c
	s.update(func(tx inbox.Tx) error {
		c.Topics, c.Status, c.SnoozeUntil = nil, inbox.Closed, time.Time{}
		return tx.PutConversation(&c)
	})
	if c.Version != 2 {
		s.Errorf("version %d after a second put", c.Version)
	}
	get("what replaced it", c)
	s.update(func(tx inbox.Tx) error { return tx.PutConversation(&stale) })
	if stale.Version != 3 {
		s.Errorf("a stale copy was put as version %d: two states bear the same version", stale.Version)
	}
	later := s.full("t1")
	later.Part, later.Context = 3, 0
	s.update(func(tx inbox.Tx) error { return tx.PutConversation(&later) })
	s.view(func(tx inbox.Tx) error {
		got, err := tx.FindThread(s.account.ID, "t1")
		if err != nil {
			return err
		}
		same(s, "newest part of the thread", *got, later)
		for _, none := range []func() (*inbox.Conversation, error){
			func() (*inbox.Conversation, error) { return tx.FindThread(s.other.ID, "t1") },
			func() (*inbox.Conversation, error) { return tx.FindThread(s.account.ID, "t2") },
		} {
			if got, err := none(); err != nil || got != nil {
				s.Errorf("a thread that is not there: %v, %v", got, err)
			}
		}
		n, err := tx.CountConversations()
		same(s, "count", n, int64(2))
		_, missing := tx.Conversation(4711)
		s.code("a conversation that is not there", missing, inbox.NotFound)
		return err
	})
	twin := s.full("t1")
	s.code("the same part twice", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutConversation(&twin) }),
		inbox.Conflict)
	ghost := s.full("t9")
	ghost.ID = 4711
	s.code("replacing what is not there", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutConversation(&ghost) }),
		inbox.NotFound)
	s.deleteConversation(&later)
}

func (s *suite) deleteConversation(c *inbox.Conversation) {
	s.update(func(tx inbox.Tx) error {
		_, err := s.message(tx, c, "in it", day, "")
		return err
	})
	remove := func(tx inbox.Tx) error { return tx.DeleteConversation(c.ID) }
	s.code("deleting one with a message in it", s.store.Update(s.ctx, inbox.Machines, remove), inbox.Conflict)
	s.update(func(tx inbox.Tx) error {
		n, err := s.conversation(tx, "refuge", day)
		if err != nil {
			return err
		}
		if err := tx.MoveMessages(c.ID, n.ID); err != nil {
			return err
		}
		return tx.DeleteConversation(c.ID)
	})
	s.update(remove) // it is gone already
	newest := s.full("newest")
	s.update(func(tx inbox.Tx) error { return tx.PutConversation(&newest) })
	s.update(func(tx inbox.Tx) error { return tx.DeleteConversation(newest.ID) })
	fresh := s.full("after")
	s.update(func(tx inbox.Tx) error { return tx.PutConversation(&fresh) })
	if fresh.ID <= newest.ID {
		s.Errorf("id %d was given again, or one below it: %d", newest.ID, fresh.ID)
	}
}

func lists(s *suite) {
	var all []inbox.Stamp // newest first
	s.update(func(tx inbox.Tx) error {
		for i := range 20 {
			c, err := s.conversation(tx, inbox.RemoteID(fmt.Sprint("t", i)), at(i/3)) // three at a time
			if err != nil {
				return err
			}
			if i%4 == 0 {
				c.Status = inbox.Closed
				if err := tx.PutConversation(c); err != nil {
					return err
				}
			}
			all = append([]inbox.Stamp{{Key: c.Key(), Version: c.Version}}, all...)
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		var got []inbox.Stamp
		for before := (inbox.Key{}); ; {
			page, err := tx.Newest(before, 7)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			before = page[len(page)-1].Key
		}
		same(s, "newest, by pages", got, all)
		var live []inbox.Stamp
		stamps := map[inbox.ConversationID]inbox.Stamp{}
		ids := []inbox.ConversationID{4711}
		for _, st := range all {
			ids = append(ids, st.ID)
			stamps[st.ID] = st
			if st.Version == 1 {
				live = append(live, st)
			}
		}
		gotLive, err := tx.LiveConversations(100)
		if err != nil {
			return err
		}
		same(s, "live", gotLive, live)
		gotLive, err = tx.LiveConversations(3)
		if err != nil {
			return err
		}
		same(s, "three of the live", gotLive, live[:3])
		gotStamps, err := tx.Stamps(ids)
		same(s, "stamps", gotStamps, stamps)
		return err
	})
}

func between(s *suite) {
	var a, b *inbox.Conversation
	s.update(func(tx inbox.Tx) (err error) {
		if a, err = s.conversation(tx, "a", at(10)); err != nil {
			return err
		}
		if b, err = s.conversation(tx, "b", at(10)); err != nil {
			return err
		}
		a.FirstAt, a.AwaitingSince, a.DueAt, a.SnoozeUntil, a.TakenUntil = at(1), at(2), at(3), at(4), at(5)
		if err := tx.PutConversation(a); err != nil {
			return err
		}
		for i, c := range []*inbox.Conversation{b, a, a, b} { // b first, a twice, b last
			if _, err := s.message(tx, c, inbox.RemoteID(fmt.Sprint(i)), at(20+i), ""); err != nil {
				return err
			}
		}
		out := &inbox.Message{Conversation: a.ID, Account: a.Account, Remote: "ours", Direction: inbox.Out, At: at(15)}
		return tx.PutMessage(out)
	})
	both := []inbox.ConversationID{a.ID, b.ID}
	for _, c := range []struct {
		f      inbox.TimeField
		lo, hi time.Time
		n      int
		want   []inbox.ConversationID
	}{
		{inbox.ByLastAt, at(10), at(11), 9, both},
		{inbox.ByLastAt, at(10), at(11), 1, both[:1]},
		{inbox.ByLastAt, at(9), at(10), 9, nil},
		{inbox.ByFirstAt, at(1), at(2), 9, both[:1]},
		{inbox.ByFirstAt, at(0), at(11), 9, both},
		{inbox.ByWaiting, time.Time{}, at(100), 9, both[:1]},
		{inbox.ByDue, time.UnixMilli(1), at(100), 9, both[:1]},
		{inbox.ByDue, at(3).Add(time.Microsecond), at(100), 9, nil},
		{inbox.ByDue, at(3), at(3).Add(time.Microsecond), 9, both[:1]},
		{inbox.BySnooze, at(4), at(5), 9, both[:1]},
		{inbox.ByTaken, at(4), at(5), 9, nil},
		{inbox.ByTaken, at(4), at(6), 9, both[:1]},
		{inbox.ByMessages, at(0), at(100), 9, []inbox.ConversationID{b.ID, a.ID}},
		{inbox.ByMessages, at(21), at(24), 9, both},
		{inbox.ByMessages, at(21), at(24), 1, both[:1]},
		{inbox.ByMessages, at(0), at(20), 9, nil},
	} {
		s.view(func(tx inbox.Tx) error {
			got, err := tx.Between(c.f, c.lo, c.hi, c.n)
			same(s, fmt.Sprintf("%s in [%s, %s)", c.f, c.lo, c.hi), got, c.want)
			return err
		})
	}
	s.view(func(tx inbox.Tx) error {
		_, err := tx.Between("id; drop table", at(0), at(1), 1)
		s.code("a field that is none", err, inbox.Invalid)
		return nil
	})
}

func threads(s *suite) {
	var want []*inbox.Thread
	s.update(func(tx inbox.Tx) error {
		post := &inbox.Context{Account: s.account.ID, Remote: "post", Text: "Ny cykelsti", At: day, Fetched: true}
		if err := tx.PutPost(post); err != nil {
			return err
		}
		ann := &inbox.Identity{Account: s.account.ID, Remote: "u1", Name: "Ann"}
		bob := &inbox.Identity{Account: s.account.ID, Remote: "u2", Name: "Bob"}
		for _, id := range []*inbox.Identity{ann, bob} {
			if err := tx.PutIdentity(id); err != nil {
				return err
			}
		}
		for i := range 3 {
			c, err := s.conversation(tx, inbox.RemoteID(fmt.Sprint("t", i)), at(i))
			if err != nil {
				return err
			}
			th := &inbox.Thread{Identities: map[inbox.IdentityID]inbox.Identity{}}
			if i == 0 {
				c.Context = post.ID
				c.Topics = []inbox.Tagging{{Topic: 1, By: s.ann.ID}}
				if err := tx.PutConversation(c); err != nil {
					return err
				}
				if err := s.fillThread(tx, c, th, ann, bob); err != nil {
					return err
				}
				th.Post = post
			}
			th.Conversation = *c
			want = append(want, th)
		}
		return nil
	})
	want[0], want[2] = want[2], want[0]
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Threads([]inbox.ConversationID{want[0].ID, 4711, want[1].ID, want[2].ID})
		same(s, "threads, in the order asked", got, want)
		if err != nil {
			return err
		}
		got, err = tx.Threads(nil)
		same(s, "no threads", got, []*inbox.Thread(nil))
		return err
	})
}

// fillThread puts messages, a reply on its way and two drafts into a conversation, and notes in th what is to be found.
func (s *suite) fillThread(tx inbox.Tx, c *inbox.Conversation, th *inbox.Thread, ann, bob *inbox.Identity) error {
	th.Identities[ann.ID], th.Identities[bob.ID] = *ann, *bob
	second := &inbox.Message{
		Conversation: c.ID, Account: c.Account, Remote: "m2", Kind: inbox.Comment, Direction: inbox.Out, To: bob.ID, At: at(50),
		Media: []inbox.Media{{Type: "image", URL: "https://example.org/1", Size: 3}},
	}
	first := &inbox.Message{Conversation: c.ID, Account: c.Account, Remote: "m1", Kind: inbox.Comment, Direction: inbox.In, Author: ann.ID, At: at(40)}
	tied := &inbox.Message{Conversation: c.ID, Account: c.Account, Direction: inbox.Note, By: s.ann.ID, Text: "intern", At: at(50)}
	for _, m := range []*inbox.Message{second, first, tied} {
		if err := tx.PutMessage(m); err != nil {
			return err
		}
	}
	th.Msgs = []inbox.Message{*first, *second, *tied}
	o := &inbox.Outgoing{Conversation: c.ID, Account: c.Account, Kind: inbox.PublicReply, Text: "hej", State: inbox.Queued, Token: "tok"}
	if err := tx.PutOutgoing(o); err != nil {
		return err
	}
	th.Outgoing, th.Drafts = []inbox.Outgoing{*o}, 2
	for _, u := range []inbox.UserID{s.ann.ID, s.bob.ID} {
		if err := tx.PutDraft(inbox.Draft{User: u, Conversation: c.ID, Kind: inbox.DraftReply, Text: "x"}); err != nil {
			return err
		}
	}
	return nil
}

func rows(s *suite) {
	long := strings.Repeat("æ", 149) + "x" + strings.Repeat("ø", 200) // byte 300 is in the middle of an ø
	var ids []inbox.ConversationID
	var writer inbox.Identity
	s.update(func(tx inbox.Tx) error {
		writer = inbox.Identity{Account: s.account.ID, Remote: "u", Name: "Ann", Followers: 3}
		if err := tx.PutIdentity(&writer); err != nil {
			return err
		}
		for i, texts := range [][]string{{"first", long}, {"hello", "gone"}, {}} {
			c, err := s.conversation(tx, inbox.RemoteID(fmt.Sprint("t", i)), at(i))
			if err != nil {
				return err
			}
			ids = append(ids, c.ID)
			for j, text := range texts {
				m, err := s.message(tx, c, inbox.RemoteID(fmt.Sprint(i, j)), at(10*i+j), text)
				if err != nil {
					return err
				}
				if j == 0 {
					m.Author = writer.ID
				}
				if text == "gone" {
					m.Text, m.DeletedAt = "", at(60)
				}
				if err := tx.PutMessage(m); err != nil {
					return err
				}
			}
			if err := tx.PutMessage(&inbox.Message{Conversation: c.ID, Account: c.Account, Direction: inbox.Out, Text: "ours", At: at(99)}); err != nil {
				return err
			}
			for j, state := range inbox.OutgoingStates()[:3*i] {
				o := &inbox.Outgoing{Conversation: c.ID, Account: c.Account, State: state, Token: fmt.Sprint(i, " ", j)}
				if err := tx.PutOutgoing(o); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Rows([]inbox.ConversationID{ids[2], 4711, ids[0], ids[1]})
		if err != nil {
			return err
		}
		if len(got) != 3 {
			s.Fatalf("%d rows", len(got))
		}
		for i, want := range []struct {
			id              inbox.ConversationID
			text            string
			author          inbox.Identity
			sending, unsure int
		}{
			{ids[2], "ours", inbox.Identity{}, 4, 1}, // held, queued, claimed, retry; sending
			{ids[0], long[:299], writer, 0, 0},
			{ids[1], "hello", writer, 3, 0},
		} {
			r := got[i]
			c, err := tx.Conversation(want.id)
			if err != nil {
				return err
			}
			same(s, "row", r, inbox.Row{Conversation: *c, Author: want.author, Text: want.text, Sending: want.sending, Unsure: want.unsure})
			if !utf8.ValidString(r.Text) {
				s.Errorf("a preview ends within a character: %q", r.Text)
			}
		}
		return nil
	})
}
