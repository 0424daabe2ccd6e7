package inbox

import (
	"context"
	"strings"
	"time"
)

// act runs a change of one conversation: it must be there, visible, and the act possible. f changes the conversation, which is then put.
func (s *Seat) act(ctx context.Context, op string, id ConversationID, a Act, f func(Tx, *Thread) error) error {
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		t, err := s.thread(tx, id)
		if err != nil {
			return err
		}
		if r := s.Refusal(a, t); r != nil {
			code := Conflict
			if s.user().Allowed(a) != nil {
				code = Forbidden
			}
			return &Error{Code: code, Reason: *r, Op: op}
		}
		if err := f(tx, t); err != nil {
			return err
		}
		return tx.PutConversation(&t.Conversation)
	})
}

// tell makes the change that says what this seat did.
func (s *Seat) tell(tx Tx, t *Thread, c Change) error {
	c.Actor, c.User, c.Account, c.Conversation = ActorUser, s.User.ID, t.Account, t.ID
	return tx.Append(&c)
}

// Take holds a conversation for this seat until the lease ends; taking again renews the lease. Of several who try at once, one gets it.
func (s *Seat) Take(ctx context.Context, id ConversationID) error {
	return s.act(ctx, "seat.Take", id, DoTake, func(tx Tx, t *Thread) error { return s.take(tx, t) })
}

func (s *Seat) take(tx Tx, t *Thread) error {
	held := t.TakenBy == s.User.ID
	t.TakenBy, t.TakenUntil = s.User.ID, s.leaseUntil(tx.Now())
	if held {
		return nil
	}
	return s.tell(tx, t, Change{Kind: ChangeTaken, Ref: int64(s.User.ID)})
}

// Renew lengthens the lease of a conversation that this seat holds; nothing happens to one that it does not.
func (s *Seat) Renew(ctx context.Context, id ConversationID) error {
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		c, err := tx.Conversation(id)
		if err != nil || c.TakenBy != s.User.ID || !c.Taken(tx.Now()) {
			return ignoreNotFound(err)
		}
		c.TakenUntil = s.leaseUntil(tx.Now())
		return tx.PutConversation(c)
	})
}

// Release lets go of a conversation.
func (s *Seat) Release(ctx context.Context, id ConversationID) error {
	return s.act(ctx, "seat.Release", id, DoRelease, func(tx Tx, t *Thread) error {
		had := t.TakenBy
		t.TakenBy, t.TakenUntil = 0, time.Time{}
		return s.tell(tx, t, Change{Kind: ChangeReleased, Ref: int64(had)})
	})
}

// Assign gives a conversation to somebody; 0 to nobody.
func (s *Seat) Assign(ctx context.Context, id ConversationID, to UserID) error {
	const op = "seat.Assign"
	if u, ok := s.desk.Directory().Users[to]; to != 0 && (!ok || u.Disabled) {
		return E(Invalid, op, "assign.nobody")
	}
	return s.act(ctx, op, id, DoAssign, func(tx Tx, t *Thread) error {
		if t.Assignee == to {
			return nil
		}
		t.Assignee = to
		if t.TakenBy != 0 && t.TakenBy != to {
			t.TakenBy, t.TakenUntil = 0, time.Time{}
		}
		return s.tell(tx, t, Change{Kind: ChangeAssigned, Ref: int64(to)})
	})
}

// Tag sets a topic. A person's word holds: no rule takes it off.
func (s *Seat) Tag(ctx context.Context, id ConversationID, topic TopicID) error {
	const op = "seat.Tag"
	if _, ok := s.desk.Directory().Topics[topic]; !ok {
		return E(Invalid, op, "topic.not_found")
	}
	return s.act(ctx, op, id, DoTag, func(tx Tx, t *Thread) error {
		mine := Tagging{Topic: topic, By: s.User.ID}
		if have := s.desk.Directory().tag(&t.Conversation, topic); have == nil {
			t.Topics = append(t.Topics, mine)
		} else if have.Removed {
			*have = mine
			if err := tx.DropCorrections(t.ID, SetTopic, int64(topic)); err != nil {
				return err
			}
		} else {
			return nil
		}
		return s.tell(tx, t, Change{Kind: ChangeTagged, Ref: int64(topic)})
	})
}

// Untag takes a topic off. No rule sets it again on this conversation; that the rule which had set it was wrong here is noted.
func (s *Seat) Untag(ctx context.Context, id ConversationID, topic TopicID) error {
	return s.act(ctx, "seat.Untag", id, DoTag, func(tx Tx, t *Thread) error {
		have := s.desk.Directory().tag(&t.Conversation, topic)
		if have == nil || have.Removed {
			return nil
		}
		if have.By == 0 {
			err := tx.AddCorrection(&Correction{
				Rule: have.Rule, Version: have.Version, Conversation: t.ID, Message: have.Message, Set: SetTopic, Ref: int64(topic), By: s.User.ID,
			})
			if err != nil {
				return err
			}
		}
		for have != nil && !have.Removed { // one, unless topics became one
			have.Removed, have.By = true, s.User.ID
			have = s.desk.Directory().shownTag(&t.Conversation, topic)
		}
		return s.tell(tx, t, Change{Kind: ChangeUntagged, Ref: int64(topic)})
	})
}

// Note writes an internal note. It never leaves the desk.
func (s *Seat) Note(ctx context.Context, id ConversationID, text string) error {
	const op = "seat.Note"
	if strings.TrimSpace(text) == "" {
		return E(Invalid, op, "refused.empty")
	}
	if len(text) > MaxText {
		return E(Invalid, op, "refused.too_long", "Count", len(text), "Max", MaxText)
	}
	return s.act(ctx, op, id, DoNote, func(tx Tx, t *Thread) error {
		if _, err := tx.DeleteDraft(Draft{User: s.User.ID, Conversation: t.ID, Kind: DraftNote}); err != nil {
			return err
		}
		return s.note(tx, t, text)
	})
}

func (s *Seat) note(tx Tx, t *Thread, text string) error {
	m := &Message{
		Conversation: t.ID, Account: t.Account, Kind: t.Kind, Direction: Note, By: s.User.ID, Text: text, At: tx.Now(), SeenAt: tx.Now(),
	}
	if err := tx.PutMessage(m); err != nil {
		return err
	}
	return s.tell(tx, t, Change{Kind: ChangeNoted, Message: m.ID})
}

// Escalate sends a conversation on to a queue, with a note for those who take it from there. It is nobody's until one of them takes it.
func (s *Seat) Escalate(ctx context.Context, id ConversationID, queue QueueID, note string) error {
	const op = "seat.Escalate"
	q := s.desk.Directory().Queue(queue)
	if q == nil {
		return E(Invalid, op, "queue.not_found")
	}
	if len(note) > MaxText {
		return E(Invalid, op, "refused.too_long", "Count", len(note), "Max", MaxText)
	}
	return s.act(ctx, op, id, DoEscalate, func(tx Tx, t *Thread) error {
		if strings.TrimSpace(note) != "" {
			if err := s.note(tx, t, note); err != nil {
				return err
			}
		}
		if t.Queue != queue && !t.QueueSet {
			if err := s.correct(tx, t, SetQueue, int64(t.Queue)); err != nil {
				return err
			}
		}
		t.QueueOnly = t.QueueOnly && t.Queue == queue
		t.Queue, t.QueueSet = queue, true
		t.Assignee, t.TakenBy, t.TakenUntil = 0, 0, time.Time{}
		if t.Status == Snoozed {
			t.Status, t.SnoozeUntil = Open, time.Time{}
		}
		s.desk.setDue(&t.Conversation)
		return s.tell(tx, t, Change{Kind: ChangeEscalated, Ref: int64(queue)})
	})
}

// Prioritise sets the priority. No rule raises it after.
func (s *Seat) Prioritise(ctx context.Context, id ConversationID, p Priority) error {
	return s.act(ctx, "seat.Prioritise", id, DoPriority, func(tx Tx, t *Thread) error {
		if p < t.Priority && !t.PrioritySet {
			if err := s.correct(tx, t, SetPriority, int64(t.Priority)); err != nil {
				return err
			}
		}
		t.RedLane = t.RedLane && p == Urgent
		t.Priority, t.PrioritySet = p, true
		s.desk.setDue(&t.Conversation)
		return s.tell(tx, t, Change{Kind: ChangePriority, Word: p.String()})
	})
}

// Snooze puts a conversation off until a time, or until somebody writes in it.
func (s *Seat) Snooze(ctx context.Context, id ConversationID, until time.Time) error {
	const op = "seat.Snooze"
	if !until.After(s.desk.Now()) {
		return E(Invalid, op, "snooze.past")
	}
	return s.act(ctx, op, id, DoSnooze, func(tx Tx, t *Thread) error {
		t.Status, t.SnoozeUntil = Snoozed, until
		t.TakenBy, t.TakenUntil = 0, time.Time{}
		return s.tell(tx, t, Change{Kind: ChangeSnoozed})
	})
}

// Close ends a conversation for a reason.
func (s *Seat) Close(ctx context.Context, id ConversationID, why CloseReason) error {
	return s.act(ctx, "seat.Close", id, DoClose, func(tx Tx, t *Thread) error {
		return s.desk.close(tx, &t.Conversation, why, ActorUser, s.User.ID)
	})
}

// Reopen opens a closed or snoozed conversation again. What it awaited before it was closed awaits again.
func (s *Seat) Reopen(ctx context.Context, id ConversationID) error {
	return s.act(ctx, "seat.Reopen", id, DoReopen, func(tx Tx, t *Thread) error {
		if t.Status == Closed && t.Reason == Spam {
			if err := s.correct(tx, t, SetSpam, 1); err != nil {
				return err
			}
		}
		t.Status, t.Reason, t.SnoozeUntil, t.SettledAt = Open, "", time.Time{}, time.Time{}
		if err := s.desk.recount(tx, &t.Conversation); err != nil {
			return err
		}
		return s.tell(tx, t, Change{Kind: ChangeReopened})
	})
}
