package inbox

// apply writes what the rules say of a message. If the rules changed since they were asked, they are asked again; what a person set or
// removed no rule overrules.
func (d *Desk) apply(tx Tx, c *Conversation, p *prepared, m MessageID) error {
	if p.rules != d.rules.Load() {
		p.decide(d)
	}
	v := p.verdict
	for _, t := range v.Tags {
		p.tagged = true
		if c.Tag(t.Topic) != nil {
			continue // set already, or removed by a person
		}
		c.Topics = append(c.Topics, Tagging{Topic: t.Topic, Rule: t.Rule, Version: v.Version, Message: m, Hits: t.Hits})
		tagged := &Change{
			Kind: ChangeTagged, Actor: ActorRule, Account: c.Account, Conversation: c.ID, Message: m, Ref: int64(t.Topic), Detail: t.Rule,
		}
		if err := tx.Append(tagged); err != nil {
			return err
		}
	}
	if v.Queue != 0 && c.Queue == 0 && !c.QueueSet {
		c.Queue = v.Queue
		routed := &Change{
			Kind: ChangeRouted, Actor: ActorRule, Account: c.Account, Conversation: c.ID, Message: m, Ref: int64(v.Queue), Detail: v.QueueBy,
		}
		if err := tx.Append(routed); err != nil {
			return err
		}
	}
	if v.RaisedBy != "" && v.Priority > c.Priority && !c.PrioritySet {
		c.Priority = v.Priority
		raised := &Change{
			Kind: ChangePriority, Actor: ActorRule, Account: c.Account, Conversation: c.ID, Message: m, Word: c.Priority.String(), Detail: v.RaisedBy,
		}
		if err := tx.Append(raised); err != nil {
			return err
		}
	}
	return nil
}
