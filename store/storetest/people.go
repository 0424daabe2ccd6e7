package storetest

import (
	"fmt"

	"lytter/inbox"
)

func people(s *suite) {
	ann := inbox.Identity{
		Account: s.account.ID, Remote: "u1", Handle: "ann", Name: "Ann Ærø", Followers: 1 << 40, Verified: true, Blocked: true, Fetched: at(1),
	}
	bob := inbox.Identity{Account: s.account.ID, Remote: "u2"}
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutIdentity(&ann); err != nil {
			return err
		}
		if err := tx.PutIdentity(&bob); err != nil {
			return err
		}
		if ann.Person == 0 || ann.Person == bob.Person {
			s.Errorf("persons %d and %d", ann.Person, bob.Person)
		}
		twin := inbox.Identity{Account: s.other.ID, Remote: "u1", Person: ann.Person}
		if err := tx.PutIdentity(&twin); err != nil {
			return err
		}
		same(s, "a given person is kept", twin.Person, ann.Person)
		bob.Name = "Bob"
		return tx.PutIdentity(&bob)
	})
	post := inbox.Context{
		Account: s.account.ID, Remote: "post", Text: "Vi asfalterer", Permalink: "https://example.org", At: at(2), ToldAt: at(3), Fetched: true,
		DeletedAt: at(4),
	}
	var wrote []inbox.ConversationID
	s.update(func(tx inbox.Tx) error {
		if err := tx.PutPost(&post); err != nil {
			return err
		}
		for i := range 4 {
			c, err := s.conversation(tx, inbox.RemoteID(fmt.Sprint("t", i)), at(i))
			if err != nil {
				return err
			}
			c.Context = post.ID
			if err := tx.PutConversation(c); err != nil {
				return err
			}
			for j := range 2 {
				m, err := s.message(tx, c, inbox.RemoteID(fmt.Sprint(i, "/", j)), at(j), "")
				if err != nil {
					return err
				}
				m.Author = ann.ID
				if err := tx.PutMessage(m); err != nil {
					return err
				}
			}
			wrote = append([]inbox.ConversationID{c.ID}, wrote...)
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.FindIdentity(s.account.ID, "u1")
		if err != nil {
			return err
		}
		same(s, "identity", *got, ann)
		if got, err := tx.FindIdentity(s.account.ID, "u9"); got != nil || err != nil {
			s.Errorf("an identity that is not there: %v, %v", got, err)
		}
		all, err := tx.Identities([]inbox.IdentityID{ann.ID, 4711, bob.ID})
		if err != nil {
			return err
		}
		same(s, "identities", all, map[inbox.IdentityID]inbox.Identity{ann.ID: ann, bob.ID: bob})
		ids, err := tx.ConversationsOf(ann.ID, 3)
		if err != nil {
			return err
		}
		same(s, "where somebody wrote, newest first", ids, wrote[:3])
		ids, err = tx.ConversationsOf(0, 3)
		same(s, "where nobody wrote", ids, []inbox.ConversationID(nil))
		return err
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Post(post.ID)
		if err != nil {
			return err
		}
		same(s, "post", *got, post)
		if got, err = tx.FindPost(s.account.ID, "post"); err != nil {
			return err
		}
		same(s, "found post", *got, post)
		if got, err := tx.FindPost(s.account.ID, "none"); got != nil || err != nil {
			s.Errorf("a post that is not there: %v, %v", got, err)
		}
		_, err = tx.Post(4711)
		s.code("a post that is not there", err, inbox.NotFound)
		inOrder := []inbox.ConversationID{wrote[3], wrote[2], wrote[1], wrote[0]}
		on, err := tx.ConversationsOn(post.ID)
		if err != nil {
			return err
		}
		same(s, "conversations on a post", on, inOrder)
		on, err = tx.FindContext(s.account.ID, "post")
		if err != nil {
			return err
		}
		same(s, "conversations on a post, by its remote id", on, inOrder)
		on, err = tx.FindContext(s.account.ID, "none")
		same(s, "conversations on no post", on, []inbox.ConversationID(nil))
		return err
	})
}

func outgoing(s *suite) {
	o := inbox.Outgoing{
		Account: s.account.ID, Kind: inbox.PublicReply, Target: "m", To: 1, Thread: "t", Person: "p", Text: "Tak", Why: "w", By: s.ann.ID, ThenClose: true, Token: "tok",
		State: inbox.Queued, Reason: inbox.Why("held.account", "N", 3), CreatedAt: at(1), ConfirmedAt: at(2), NotBefore: at(3), Attempts: 4,
		ClaimedBy: "p", ClaimUntil: at(5), SendingAt: at(6), SettledAt: at(7),
	}
	var c *inbox.Conversation
	s.update(func(tx inbox.Tx) (err error) {
		if c, err = s.conversation(tx, "t", day); err != nil {
			return err
		}
		o.Conversation = c.ID
		return tx.PutOutgoing(&o)
	})
	o.Reason = inbox.Why("held.account", "N", int64(3))
	s.view(func(tx inbox.Tx) error {
		got, err := tx.Outgoing(o.ID)
		if err != nil {
			return err
		}
		same(s, "outgoing", *got, o)
		if got, err = tx.FindToken("tok"); err != nil {
			return err
		}
		same(s, "by token", *got, o)
		for _, find := range []func() (*inbox.Outgoing, error){
			func() (*inbox.Outgoing, error) { return tx.FindToken("none") },
			func() (*inbox.Outgoing, error) { return tx.FindToken("") },
			func() (*inbox.Outgoing, error) { return tx.FindSent(s.account.ID, "") },
			func() (*inbox.Outgoing, error) { return tx.FindSent(s.account.ID, "r") },
		} {
			if got, err := find(); got != nil || err != nil {
				s.Errorf("an outgoing that is not there: %v, %v", got, err)
			}
		}
		_, err = tx.Outgoing(4711)
		s.code("an outgoing that is not there", err, inbox.NotFound)
		return nil
	})
	twin := inbox.Outgoing{Conversation: c.ID, Account: s.account.ID, Token: "tok"}
	s.code("a token twice", s.store.Update(s.ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.PutOutgoing(&twin) }), inbox.Conflict)

	o.State, o.Remote, o.Reason = inbox.Sent, "r", nil
	held := inbox.Outgoing{Conversation: c.ID, Account: s.account.ID, State: inbox.Held}
	unknown := inbox.Outgoing{Conversation: c.ID, Account: s.other.ID, State: inbox.Unknown}
	s.update(func(tx inbox.Tx) error {
		for _, p := range []*inbox.Outgoing{&o, &held, &unknown} {
			if err := tx.PutOutgoing(p); err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.FindSent(s.account.ID, "r")
		if err != nil {
			return err
		}
		same(s, "by platform id", *got, o)
		of, err := tx.OutgoingOf(c.ID)
		if err != nil {
			return err
		}
		same(s, "of the conversation", of, []inbox.Outgoing{o, held, unknown})
		for _, q := range []struct {
			account inbox.AccountID
			states  []inbox.OutgoingState
			want    []inbox.Outgoing
		}{
			{s.account.ID, []inbox.OutgoingState{inbox.Held, inbox.Sent}, []inbox.Outgoing{o, held}},
			{s.account.ID, []inbox.OutgoingState{inbox.Unknown}, nil},
			{0, []inbox.OutgoingState{inbox.Unknown, inbox.Held}, []inbox.Outgoing{held, unknown}},
			{0, nil, nil},
		} {
			got, err := tx.OutgoingIn(q.account, q.states...)
			if err != nil {
				return err
			}
			same(s, fmt.Sprint("in states ", q.states), got, q.want)
		}
		return nil
	})
	// Said to one person at 20 s, 30 s (private) and 40 s (hidden, not said), to another, by another account, and not yet.
	for i, o := range []inbox.Outgoing{
		{Person: "q", Kind: inbox.PublicReply, State: inbox.Sent, SettledAt: at(20)},
		{Person: "q", Kind: inbox.PrivateReply, State: inbox.Sent, SettledAt: at(30)},
		{Person: "q", Kind: inbox.Hide, State: inbox.Sent, SettledAt: at(40)},
		{Person: "r", Kind: inbox.DirectReply, State: inbox.Sent, SettledAt: at(30)},
		{Person: "q", Kind: inbox.DirectReply, State: inbox.Rejected, SettledAt: at(30)},
		{Person: "q", Kind: inbox.DirectReply, State: inbox.Sent, SettledAt: at(30), Account: s.other.ID},
	} {
		if o.Conversation, o.Token = c.ID, fmt.Sprint("said", i); o.Account == 0 {
			o.Account = s.account.ID
		}
		s.update(func(tx inbox.Tx) error { return tx.PutOutgoing(&o) })
	}
	s.view(func(tx inbox.Tx) error {
		for since, want := range map[int]int{20: 2, 21: 1, 31: 0} {
			got, err := tx.CountSaid(s.account.ID, "q", at(since))
			if err != nil {
				return err
			}
			same(s, fmt.Sprint("said since ", since), got, want)
		}
		for who, want := range map[inbox.RemoteID]bool{"q": true, "r": false, "": false} {
			got, err := tx.LastPrivate(s.account.ID, who)
			if err != nil {
				return err
			}
			if (got != nil) != want || want && (got.Kind != inbox.PrivateReply || got.Person != who) {
				s.Errorf("the last private answer to %q is %+v", who, got)
			}
		}
		return nil
	})
}

func drafts(s *suite) {
	var c, d *inbox.Conversation
	s.update(func(tx inbox.Tx) (err error) {
		if c, err = s.conversation(tx, "c", day); err != nil {
			return err
		}
		d, err = s.conversation(tx, "d", day)
		return err
	})
	one := inbox.Draft{User: s.ann.ID, Conversation: d.ID, Kind: inbox.DraftReply, To: 3, Text: "kære\n", At: at(1)}
	two := inbox.Draft{User: s.ann.ID, Conversation: c.ID, Kind: inbox.DraftReply, Text: "x", At: at(2)}
	private := inbox.Draft{User: s.ann.ID, Conversation: d.ID, Kind: inbox.DraftPrivate, To: 3, Text: "fortroligt", At: at(3)}
	another := inbox.Draft{User: s.ann.ID, Conversation: d.ID, Kind: inbox.DraftPrivate, To: 4, Text: "til en anden", At: at(4)}
	s.update(func(tx inbox.Tx) error {
		for _, dr := range []inbox.Draft{{User: s.ann.ID, Conversation: d.ID, Kind: inbox.DraftReply, Text: "old"}, one, two, private, another} {
			if err := tx.PutDraft(dr); err != nil {
				return err
			}
		}
		return nil
	})
	s.view(func(tx inbox.Tx) error {
		got, err := tx.DraftsIn(s.ann.ID, d.ID)
		if err != nil {
			return err
		}
		same(s, "drafts of a conversation", got, []inbox.Draft{private, another, one})
		if got, err := tx.DraftsIn(s.bob.ID, d.ID); len(got) > 0 || err != nil {
			s.Errorf("a draft that is not there: %v, %v", got, err)
		}
		all, err := tx.DraftsOf(s.ann.ID)
		same(s, "drafts", all, []inbox.Draft{two, private, another, one})
		return err
	})
	s.update(func(tx inbox.Tx) error {
		for _, want := range []bool{true, false} {
			got, err := tx.DeleteDraft(two)
			if err != nil {
				return err
			}
			same(s, "there was one", got, want)
		}
		return nil
	})
}
