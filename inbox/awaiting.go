package inbox

import "time"

// recount derives from a conversation's messages what is kept beside them: times, counts, what awaits an answer, and when it is due.
func (d *Desk) recount(tx Tx, c *Conversation) error {
	msgs, err := tx.MessagesOf(c.ID)
	if err != nil {
		return err
	}
	if err := answered(tx, msgs); err != nil {
		return err
	}
	c.Messages = 0
	var first, last, in, out time.Time
	for i := range msgs {
		m := &msgs[i]
		if m.Direction == Note {
			continue
		}
		if first.IsZero() || m.At.Before(first) {
			first = m.At
		}
		if m.At.After(last) {
			last = m.At
		}
		if m.DeletedAt.IsZero() {
			c.Messages++
		}
		if m.Direction == In && m.At.After(in) {
			in = m.At
		}
		if m.Direction == Out && m.At.After(out) {
			out = m.At
		}
	}
	if !first.IsZero() {
		c.FirstAt, c.LastAt, c.LastInAt, c.LastOutAt = first, last, in, out
	}
	c.Awaiting, c.AwaitingSince = awaiting(msgs, c.SettledAt)
	d.setDue(c)
	return nil
}

// answered notes whom our answers are to, of those that came before what they answer.
func answered(tx Tx, msgs []Message) error {
	authors := map[RemoteID]IdentityID{}
	for i := range msgs {
		if msgs[i].Direction == In {
			authors[msgs[i].Remote] = msgs[i].Author
		}
	}
	for i := range msgs {
		m := &msgs[i]
		if m.Direction != Out || m.To != 0 || authors[m.Parent] == 0 {
			continue
		}
		m.To = authors[m.Parent]
		if err := tx.PutMessage(m); err != nil {
			return err
		}
	}
	return nil
}

// awaiting counts the inbound messages newer than our last answer to their author, and newer than what was settled by a close. Of
// people whom the platform does not show, each message is answered for itself.
func awaiting(msgs []Message, settled time.Time) (n int, since time.Time) {
	waits := awaits(msgs, settled)
	for i := range msgs {
		if m := &msgs[i]; waits(m) {
			n++
			if since.IsZero() || m.At.Before(since) {
				since = m.At
			}
		}
	}
	return n, since
}

// awaits tells which of a conversation's messages await an answer.
func awaits(msgs []Message, settled time.Time) func(*Message) bool {
	to := map[IdentityID]time.Time{}
	unshown := map[RemoteID]bool{}
	for i := range msgs {
		m := &msgs[i]
		if m.Direction != Out || !m.DeletedAt.IsZero() {
			continue
		}
		if m.To != 0 && m.At.After(to[m.To]) {
			to[m.To] = m.At
		}
		if m.To == 0 {
			unshown[m.Parent] = true
		}
	}
	return func(m *Message) bool {
		switch {
		case m.Direction != In || m.Aside || !m.DeletedAt.IsZero() || !m.At.After(settled):
			return false
		case m.Author != 0:
			return m.At.After(to[m.Author])
		}
		return !unshown[m.Remote]
	}
}

// Awaits tells which of the thread's messages await an answer: those that Conversation.Awaiting counts.
func (t *Thread) Awaits() func(*Message) bool { return awaits(t.Msgs, t.SettledAt) }

// setDue computes when the oldest message that awaits an answer is due: the target of its queue in open time, in the red
// lane in any.
func (d *Desk) setDue(c *Conversation) {
	dir := d.Directory()
	c.DueAt, c.DuePolicy = time.Time{}, dir.Policy
	if c.Awaiting == 0 || c.Status == Closed {
		return
	}
	target := d.Settings.Target
	if q := dir.Queue(c.Queue); q != nil && q.Target > 0 {
		target = q.Target
	}
	if c.RedLane && target > 0 {
		c.DueAt = c.AwaitingSince.Add(target)
		return
	}
	cal := dir.CalendarOf(c.Queue)
	if target <= 0 || cal == nil {
		return
	}
	c.DueAt = cal.Add(c.AwaitingSince.In(d.Location), target)
}
