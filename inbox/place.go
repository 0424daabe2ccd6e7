package inbox

import "time"

// place finds the conversation that a message belongs to, or makes one. Whatever the order in which the messages of a thread arrive,
// they end in the same conversation: an answer whose parent is not known yet begins one under the parent's id, which the parent joins
// when it comes (see join).
func (d *Desk) place(tx Tx, a Account, in *Incoming) (*Conversation, error) {
	thread := in.Thread
	if thread == "" {
		for _, up := range []RemoteID{in.Parent, in.Context} {
			if up == "" {
				continue
			}
			m, err := tx.FindMessage(a.ID, up)
			if err != nil {
				return nil, err
			}
			if m != nil {
				c, err := tx.Conversation(m.Conversation)
				if err != nil {
					return nil, err
				}
				thread = c.Thread
				break
			}
		}
	}
	if thread == "" && in.Parent != in.Context { // an answer to a post of ours begins a conversation of its own
		thread = in.Parent
	}
	if thread == "" {
		thread = in.Remote
	}
	c, err := tx.FindThread(a.ID, thread)
	if err != nil {
		return nil, err
	}
	if c != nil && !d.ended(c, in.At) {
		return c, d.hang(tx, a, c, in)
	}
	n := &Conversation{Account: a.ID, Channel: a.Channel, Kind: in.Kind, Thread: thread, Part: 1, Status: Open, FirstAt: in.At, LastAt: in.At}
	if !a.Connected.IsZero() {
		n.SettledAt = a.Connected.Add(-d.Settings.History).Truncate(time.Millisecond)
		if !in.At.After(n.SettledAt) {
			n.Status, n.Reason = Closed, Earlier
		}
	}
	if c != nil {
		n.Part, n.Before, n.Context, n.Kind = c.Part+1, c.ID, c.Context, c.Kind
		n.Queue, n.Assignee = c.Queue, 0
	} else if in.Kind == Direct {
		if n.Before, err = d.privately(tx, a, thread); err != nil {
			return nil, err
		}
	}
	return n, d.hang(tx, a, n, in)
}

// privately finds the conversation in which a person who now writes to us in private was last answered in private, 0 if there is none.
func (d *Desk) privately(tx Tx, a Account, person RemoteID) (ConversationID, error) {
	o, err := tx.LastPrivate(a.ID, person)
	if err != nil || o == nil {
		return 0, err
	}
	return o.Conversation, nil
}

// isPrivateTo reports whether it is a private answer that a person has, or may have, got.
func (o *Outgoing) isPrivateTo(person RemoteID) bool {
	return o.Kind == PrivateReply && o.Person == person && (o.State == Sent || o.State.Uncertain())
}

// ended reports whether a conversation takes no more messages: it is full, or it was closed and quiet for too long.
func (d *Desk) ended(c *Conversation, at time.Time) bool {
	return c.Messages >= MaxMessages || c.Status == Closed && at.Sub(c.LastAt) > d.Settings.ReopenWithin
}

// hang notes the post of ours that a conversation hangs on, and has it fetched if its text is not known.
func (d *Desk) hang(tx Tx, a Account, c *Conversation, in *Incoming) error {
	if in.Context == "" || c.Context != 0 {
		return nil
	}
	if m, err := tx.FindMessage(a.ID, in.Context); err != nil || m != nil {
		return err // it hangs on a message, of a visitor, that is in the conversation itself
	}
	p, err := tx.FindPost(a.ID, in.Context)
	if err != nil {
		return err
	}
	if p == nil {
		if p, err = newPost(tx, a.ID, in.Context); err != nil {
			return err
		}
		if err := tx.PutPost(p); err != nil {
			return err
		}
		if !p.Fetched && in.Source != FromImport {
			if err := tx.AddPending(Pending{Account: a.ID, What: WantContext, Remote: in.Context}); err != nil {
				return err
			}
		}
	}
	c.Context = p.ID
	return nil
}

// join brings into c the conversations that began below message r before r itself was known.
func (d *Desk) join(tx Tx, c *Conversation, r RemoteID) error {
	for c.Thread != r { // what bears its own thread's name is where it belongs
		o, err := tx.FindThread(c.Account, r)
		if err != nil {
			return err
		}
		if o == nil || o.ID == c.ID || o.Thread == c.Thread {
			break
		}
		if err := d.merge(tx, o, c); err != nil {
			return err
		}
	}
	hanging, err := tx.FindContext(c.Account, r)
	if err != nil {
		return err
	}
	for _, id := range hanging {
		if id == c.ID {
			continue
		}
		o, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		if err := d.merge(tx, o, c); err != nil {
			return err
		}
	}
	return nil
}

// merge moves all that is in from into c, and removes from. Where both together would be too long, from stays as a later part of c's
// thread.
func (d *Desk) merge(tx Tx, from, c *Conversation) error {
	if from.Messages+c.Messages > MaxMessages {
		last, err := tx.FindThread(c.Account, c.Thread)
		if err != nil {
			return err
		}
		from.Thread, from.Part, from.Before, from.Context = c.Thread, last.Part+1, last.ID, c.Context
		if err := tx.PutConversation(from); err != nil {
			return err
		}
		return tx.Append(&Change{Kind: ChangeMerged, Actor: ActorDesk, Account: c.Account, Conversation: from.ID, Ref: int64(c.ID)})
	}
	if err := tx.MoveMessages(from.ID, c.ID); err != nil {
		return err
	}
	for _, t := range from.Topics {
		if have := c.Tag(t.Topic); have == nil {
			c.Topics = append(c.Topics, t)
		} else if t.Removed || t.By != 0 && have.By == 0 {
			*have = t // a person's word
		}
	}
	if c.Queue == 0 || from.QueueSet && !c.QueueSet {
		c.Queue, c.QueueSet, c.QueueOnly = from.Queue, from.QueueSet, from.QueueOnly
	}
	if c.Assignee == 0 {
		c.Assignee = from.Assignee
	}
	if c.TakenBy == 0 {
		c.TakenBy, c.TakenUntil = from.TakenBy, from.TakenUntil
	}
	switch {
	case from.PrioritySet && !c.PrioritySet:
		c.Priority, c.PrioritySet, c.RedLane = from.Priority, true, from.RedLane
	case !c.PrioritySet || from.PrioritySet:
		c.Priority, c.RedLane = max(c.Priority, from.Priority), c.RedLane || from.RedLane
	}
	for _, p := range from.Proposals {
		if c.Proposal(&p) == nil {
			c.Proposals = append(c.Proposals, p)
		}
	}
	if from.Status == Open {
		c.Status, c.Reason = Open, ""
	}
	if from.SettledAt.After(c.SettledAt) {
		c.SettledAt = from.SettledAt
	}
	if err := tx.DeleteConversation(from.ID); err != nil {
		return err
	}
	if err := d.recount(tx, c); err != nil {
		return err
	}
	if err := d.emptied(tx, c); err != nil {
		return err
	}
	if err := tx.PutConversation(c); err != nil {
		return err
	}
	gone := &Change{Kind: ChangeGone, Actor: ActorDesk, Account: c.Account, Conversation: from.ID, Ref: int64(c.ID)}
	if err := tx.Append(gone); err != nil {
		return err
	}
	return tx.Append(&Change{Kind: ChangeMerged, Actor: ActorDesk, Account: c.Account, Conversation: c.ID, Ref: int64(from.ID)})
}
