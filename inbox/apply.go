package inbox

// apply writes what the rules say of a message. If the rules changed since they were asked, they are asked again.
func (d *Desk) apply(tx Tx, c *Conversation, p *prepared, m MessageID) error {
	if p.rules != d.rules.Load() {
		p.decide(d)
	}
	p.tagged = len(p.verdict.Tags) > 0
	_, err := d.applyVerdict(tx, c, &p.verdict, m, 0)
	return err
}

// applying is the writing of one verdict.
type applying struct {
	tx      Tx
	c       *Conversation
	v       *Verdict
	m       MessageID
	effects []*Effect
	seq     Seq // of the last change
}

// applyVerdict writes a verdict: what is set, the changes that say so, and the effects that can be undone. What a person set or removed no
// rule overrules. It reports whether anything was set; the caller puts the conversation.
func (d *Desk) applyVerdict(tx Tx, c *Conversation, v *Verdict, m MessageID, run int64) (changed bool, err error) {
	a := &applying{tx: tx, c: c, v: v, m: m}
	dir := d.Directory()
	for _, f := range []func() error{func() error { return a.topics(dir) }, a.route, a.raise, a.propose, func() error { return d.settle(a) }} {
		if err := f(); err != nil {
			return false, err
		}
	}
	for _, e := range a.effects {
		e.Seq, e.Run = a.seq, run
		if err := tx.PutEffect(e); err != nil {
			return false, err
		}
	}
	return len(a.effects) > 0, nil
}

// note says what a rule has set: in the log, and as a part of its effect.
func (a *applying) note(rule string, p Deed, ch Change) error {
	var e *Effect
	for _, have := range a.effects {
		if have.Rule == rule {
			e = have
		}
	}
	if e == nil {
		e = &Effect{
			Rule: rule, Version: a.v.Version, Conversation: a.c.ID, Message: a.m, At: a.tx.Now(), Hits: a.v.hits(rule),
		}
		a.effects = append(a.effects, e)
	}
	e.Deeds = append(e.Deeds, p)
	ch.Actor, ch.Account, ch.Conversation, ch.Message, ch.Detail = ActorRule, a.c.Account, a.c.ID, a.m, rule
	err := a.tx.Append(&ch)
	a.seq = ch.Seq
	return err
}

func (a *applying) topics(dir *Directory) error {
	for _, t := range a.v.Tags {
		if dir.tag(a.c, t.Topic) != nil {
			continue // set already, or removed by a person
		}
		a.c.Topics = append(a.c.Topics, Tagging{Topic: t.Topic, Rule: t.Rule, Version: a.v.Version, Message: a.m, Hits: t.Hits})
		err := a.note(t.Rule, Deed{Set: SetTopic, To: int64(t.Topic)}, Change{Kind: ChangeTagged, Ref: int64(t.Topic)})
		if err != nil {
			return err
		}
	}
	return nil
}

// route sends the conversation to a queue. A rule for that queue's members only takes it from where another rule has sent it.
func (a *applying) route() error {
	c, v := a.c, a.v
	if v.Queue == 0 || c.QueueSet || c.Queue != 0 && (!v.QueueOnly || c.QueueOnly) {
		return nil
	}
	if c.Queue != v.Queue {
		was := c.Queue
		c.Queue = v.Queue
		err := a.note(v.QueueBy, Deed{Set: SetQueue, To: int64(v.Queue), Was: int64(was)}, Change{Kind: ChangeRouted, Ref: int64(v.Queue)})
		if err != nil {
			return err
		}
	}
	if !v.QueueOnly || c.QueueOnly {
		return nil
	}
	c.QueueOnly = true
	return a.note(v.QueueBy, Deed{Set: SetQueueOnly, To: 1}, Change{Kind: ChangeReserved, Ref: int64(v.Queue), Word: ReservedWord})
}

func (a *applying) raise() error {
	c, v := a.c, a.v
	if c.PrioritySet {
		return nil
	}
	if v.RaisedBy != "" && v.Priority > c.Priority {
		was := c.Priority
		c.Priority = v.Priority
		err := a.note(v.RaisedBy, Deed{Set: SetPriority, To: int64(v.Priority), Was: int64(was)},
			Change{Kind: ChangePriority, Word: c.Priority.String()})
		if err != nil {
			return err
		}
	}
	if v.RedBy == "" || c.RedLane {
		return nil
	}
	c.RedLane = true
	return a.note(v.RedBy, Deed{Set: SetRedLane, To: 1}, Change{Kind: ChangeRedLane, Word: RedWord})
}

func (a *applying) propose() error {
	for _, p := range a.v.Proposals {
		n := Proposal{Do: p.Do, Template: p.Template, Message: a.m, Rule: p.Rule, Version: a.v.Version}
		if a.c.Proposal(&n) != nil {
			continue // asked already; what a person has declined is not asked again
		}
		a.c.Proposals = append(a.c.Proposals, n)
		err := a.note(p.Rule, Deed{Set: SetProposal, To: int64(a.m), Name: n.name()}, Change{Kind: ChangeProposed, Word: string(p.Do)})
		if err != nil {
			return err
		}
	}
	return nil
}

// settle gives a conversation to somebody, or closes it as spam: only one that no person has ever done anything with.
func (d *Desk) settle(a *applying) error {
	c, v := a.c, a.v
	assigns := v.AssignedBy != "" && c.Assignee == 0 && c.TakenBy == 0
	closes := v.SpamBy != "" && c.Status == Open && c.LastOutAt.IsZero()
	if !assigns && !closes {
		return nil
	}
	handled, err := a.tx.HandledSince(c.ID, 0)
	if err != nil || handled {
		return err
	}
	if assigns {
		c.Assignee = v.Assignee
		err := a.note(v.AssignedBy, Deed{Set: SetAssignee, To: int64(v.Assignee)}, Change{Kind: ChangeAssigned, Ref: int64(v.Assignee)})
		if err != nil {
			return err
		}
	}
	if !closes {
		return nil
	}
	was := int64(0)
	if !c.SettledAt.IsZero() {
		was = c.SettledAt.UnixMilli()
	}
	c.Status, c.Reason, c.SettledAt = Closed, Spam, later(c.SettledAt, c.LastAt)
	if err := d.recount(a.tx, c); err != nil {
		return err
	}
	return a.note(v.SpamBy, Deed{Set: SetSpam, To: 1, Was: was}, Change{Kind: ChangeClosed, Word: string(Spam)})
}

// Proposal returns the proposal that asks for the same, or nil.
func (c *Conversation) Proposal(p *Proposal) *Proposal {
	for i := range c.Proposals {
		if c.Proposals[i].is(p) {
			return &c.Proposals[i]
		}
	}
	return nil
}
