package inbox

import (
	"slices"
	"time"
)

// keeps says why an effect is not undone, or done again: a person has the conversation, or has done something with it since. nil: nothing
// stands against it.
func (d *Desk) keeps(tx Tx, c *Conversation, e *Effect) (*Reason, error) {
	if c.Taken(tx.Now()) {
		return Why("kept.taken", "Name", d.Directory().UserName(c.TakenBy)), nil
	}
	if c.Assignee != 0 && !e.sets(SetAssignee, int64(c.Assignee)) {
		given, err := givenByRule(tx, c)
		if err != nil || !given {
			return Why("kept.assigned", "Name", d.Directory().UserName(c.Assignee)), err
		}
	}
	if e.Handled || c.LastOutAt.After(e.At) {
		return Why("kept.handled"), nil
	}
	handled, err := tx.HandledSince(c.ID, e.Seq)
	if err != nil || handled {
		return Why("kept.handled"), err
	}
	return nil, nil
}

func (e *Effect) sets(a Aspect, to int64) bool {
	return slices.ContainsFunc(e.Deeds, func(p Deed) bool { return p.Set == a && p.To == to })
}

// givenByRule reports whether a rule, not a person, gave the conversation to its assignee.
func givenByRule(tx Tx, c *Conversation) (bool, error) {
	all, err := tx.EffectsIn(c.ID)
	return slices.ContainsFunc(all, func(e Effect) bool { return e.Undone == 0 && e.sets(SetAssignee, int64(c.Assignee)) }), err
}

// undo takes back an effect, or does it again if it was taken back: what the conversation then has is what the effects that stand say.
// The caller has asked keeps.
func (d *Desk) undo(tx Tx, c *Conversation, e *Effect, run *RuleRun) error {
	all, err := tx.EffectsIn(c.ID)
	if err != nil {
		return err
	}
	word := UndoneWord
	var was int64
	if was, e.Undone = e.Undone, run.ID; was != 0 {
		e.Undone, word = 0, RestoredWord
	}
	for i := range all {
		if all[i].ID == e.ID {
			all[i].Undone = e.Undone
		}
	}
	for _, p := range e.Deeds {
		if err := d.rest(tx, c, e, p, all); err != nil {
			return err
		}
	}
	if err := d.alarmAgain(tx, c); err != nil {
		return err
	}
	d.setDue(c)
	if err := tx.PutConversation(c); err != nil {
		return err
	}
	told := &Change{
		Kind: ChangeUndone, Actor: ActorRule, User: run.By, Account: c.Account, Conversation: c.ID, Message: e.Message, Ref: run.ID, Word: word,
		Detail: e.Rule,
	}
	if err := tx.Append(told); err != nil {
		return err
	}
	e.Seq = told.Seq
	return tx.PutEffect(e)
}

// alarmAgain raises what a rule had raised before the desk could, where somebody tells of danger.
func (d *Desk) alarmAgain(tx Tx, c *Conversation) error {
	if c.Priority >= Urgent || !c.Live() || c.PrioritySet {
		return nil
	}
	msgs, err := tx.MessagesOf(c.ID)
	for i := range msgs {
		if m := &msgs[i]; m.Direction == In && err == nil {
			err = d.alarm(tx, c, m)
		}
	}
	return err
}

// rest gives the conversation what is left of an aspect when an effect has gone, or come back. What has become something else by another
// way stays.
func (d *Desk) rest(tx Tx, c *Conversation, e *Effect, p Deed, all []Effect) error {
	last, base := standing(all, p)
	back := e.Undone == 0
	scalar := func(now int64) int64 {
		switch {
		case back && slices.Contains(values(all, p), now) || !back && now == p.To:
			if last != nil {
				return deed(last, p).To
			}
			return base
		}
		return now
	}
	switch p.Set {
	case SetTopic:
		d.restTopic(c, TopicID(p.To), last)
	case SetQueue:
		if !c.QueueSet {
			c.Queue = QueueID(scalar(int64(c.Queue)))
		}
	case SetQueueOnly:
		c.QueueOnly = last != nil && !c.QueueSet
	case SetPriority:
		if !c.PrioritySet {
			c.Priority = Priority(scalar(int64(c.Priority)))
		}
	case SetRedLane:
		c.RedLane = last != nil && !c.PrioritySet
	case SetAssignee:
		c.Assignee = UserID(scalar(int64(c.Assignee)))
	case SetSpam:
		return d.restSpam(tx, c, p, last != nil)
	case SetProposal:
		d.restProposal(c, e, p, last != nil)
	}
	return nil
}

// standing gives the last effect that stands of those that set the same thing, nil if there is none, and what was there before the first.
func standing(all []Effect, p Deed) (last *Effect, base int64) {
	first := true
	for i := range all {
		q := deed(&all[i], p)
		if q == nil {
			continue
		}
		if first {
			first, base = false, q.Was
		}
		if all[i].Undone == 0 {
			last = &all[i]
		}
	}
	return last, base
}

// values lists what effects have made of an aspect at any time, and what was there before.
func values(all []Effect, p Deed) (out []int64) {
	for i := range all {
		if q := deed(&all[i], p); q != nil {
			out = append(out, q.To, q.Was)
		}
	}
	return out
}

// deed is what an effect sets of the same thing, or nil. Topics and proposals are each a thing of their own.
func deed(e *Effect, p Deed) *Deed {
	for i := range e.Deeds {
		q := &e.Deeds[i]
		same := q.Set == p.Set
		switch p.Set {
		case SetTopic:
			same = same && q.To == p.To
		case SetProposal:
			same = same && q.To == p.To && q.Name == p.Name
		case SetQueue, SetQueueOnly, SetPriority, SetRedLane, SetAssignee, SetSpam:
		}
		if same {
			return q
		}
	}
	return nil
}

func (d *Desk) restTopic(c *Conversation, t TopicID, last *Effect) {
	have := c.Tag(t)
	if have != nil && (have.Removed || have.By != 0) {
		return // a person's word
	}
	if have != nil {
		c.Topics = slices.DeleteFunc(c.Topics, func(g Tagging) bool { return g.Topic == t })
	}
	if last != nil {
		c.Topics = append(c.Topics, Tagging{Topic: t, Rule: last.Rule, Version: last.Version, Message: last.Message, Hits: last.Hits})
	}
}

// restSpam opens what was closed as spam, as it was before, or closes it again.
func (d *Desk) restSpam(tx Tx, c *Conversation, p Deed, spam bool) error {
	switch {
	case spam && c.Status == Open:
		c.Status, c.Reason, c.SettledAt = Closed, Spam, later(c.SettledAt, c.LastAt)
	case !spam && c.Status == Closed && c.Reason == Spam:
		c.Status, c.Reason, c.SettledAt = Open, "", time.Time{}
		if p.Was != 0 {
			c.SettledAt = time.UnixMilli(p.Was).UTC()
		}
	default:
		return nil
	}
	return d.recount(tx, c)
}

func (d *Desk) restProposal(c *Conversation, e *Effect, p Deed, asked bool) {
	at := slices.IndexFunc(c.Proposals, func(q Proposal) bool { return q.Message == e.Message && q.name() == p.Name })
	switch {
	case asked && at < 0:
		q := Proposal{Do: Propose(p.Name), Message: e.Message, Rule: e.Rule, Version: e.Version}
		if name, ok := templateOf(p.Name); ok {
			q.Do, q.Template = ProposeTemplate, name
		}
		c.Proposals = append(c.Proposals, q)
	case !asked && at >= 0 && c.Proposals[at].Open():
		c.Proposals = slices.Delete(c.Proposals, at, at+1)
	}
}
