package tui

import (
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// shownEvents is how many events are told when they are unfolded.
const shownEvents = 100

// events tells who did what: folded to the last one, or all of them, oldest first.
func (p *threadPane) events() []ui.Line {
	var told []ui.Line
	for i := range p.o.History { // newest first
		c := &p.o.History[i]
		if s := p.event(c); s != "" {
			told = append(told, ui.Line{ui.Dim.Span(p.stamp(c.At) + "  "), ui.Dim.Span(s)})
		}
		if len(told) == shownEvents {
			break
		}
	}
	if len(told) == 0 {
		return nil
	}
	key := p.keyOf("events")
	if !p.unfolded {
		head := ui.Line{ui.Dim.Span(p.t.N("tui.events.folded", len(told), "Key", key)), p.bullet()}
		return []ui.Line{slices.Concat(head, told[0])}
	}
	out := []ui.Line{ui.Dim.Line(p.t.T("tui.events.title", "Key", key))}
	for i := len(told) - 1; i >= 0; i-- {
		out = append(out, told[i])
	}
	return out
}

// event is a change as a sentence, "" for one that the thread itself shows.
func (p *threadPane) event(c *inbox.Change) text.Safe {
	t := p.t
	who := p.actor(c)
	switch c.Kind {
	case inbox.ChangeTagged:
		if c.Actor == inbox.ActorRule {
			return t.T("tui.event.tagged_rule", "Topic", p.topic(inbox.TopicID(c.Ref)), "Rule", p.ruleName(c.Detail))
		}
		return t.T("tui.event.tagged", "Who", who, "Topic", p.topic(inbox.TopicID(c.Ref)))
	case inbox.ChangeUntagged:
		return t.T("tui.event.untagged", "Who", who, "Topic", p.topic(inbox.TopicID(c.Ref)))
	case inbox.ChangeRouted:
		return t.T("tui.event.routed", "Queue", p.queue(inbox.QueueID(c.Ref)), "Rule", p.ruleName(c.Detail))
	case inbox.ChangeCorrected:
		return t.T("tui.event.corrected", "Who", who, "What", t.Word(c.Word))
	case inbox.ChangePriority:
		if c.Actor == inbox.ActorDesk && c.Detail != "" {
			return t.T("tui.event.alarm", "What", t.Word(c.Word), "Why", t.Word(c.Detail))
		}
		return t.T("tui.event.priority", "Who", who, "What", t.Word(c.Word))
	case inbox.ChangeReserved, inbox.ChangeRedLane, inbox.ChangeProposed, inbox.ChangeSettled, inbox.ChangeUndone:
		return p.ruleEvent(c, who)
	case inbox.ChangeTaken:
		return t.T("tui.event.taken", "Who", who)
	case inbox.ChangeReleased:
		if c.Actor == inbox.ActorClock {
			return t.T("tui.event.lapsed", "Name", p.user(inbox.UserID(c.Ref)))
		}
		return t.T("tui.event.released", "Who", who)
	case inbox.ChangeAssigned:
		if c.Ref == 0 {
			return t.T("tui.event.unassigned", "Who", who)
		}
		return t.T("tui.event.assigned", "Who", who, "Name", p.user(inbox.UserID(c.Ref)))
	case inbox.ChangeEscalated:
		return t.T("tui.event.escalated", "Who", who, "Queue", p.queue(inbox.QueueID(c.Ref)))
	case inbox.ChangeSnoozed:
		return t.T("tui.event.snoozed", "Who", who)
	case inbox.ChangeWoke:
		return t.T("tui.event.woke")
	case inbox.ChangeClosed:
		return t.T("tui.event.closed", "Who", who, "What", t.Word(c.Word))
	case inbox.ChangeReopened:
		return t.T("tui.event.reopened", "Who", who)
	case inbox.ChangeOverdue:
		return t.T("tui.event.overdue")
	case inbox.ChangeRevealed:
		return t.T("tui.event.revealed", "Who", who)
	case inbox.ChangePassed:
		return t.T("tui.event.passed", "Who", who, "Why", c.Detail)
	case inbox.ChangeMerged:
		return t.T("tui.event.merged")
	case inbox.ChangeDeleted, inbox.ChangeBlocked, inbox.ChangeReacted, inbox.ChangeEdited:
		return p.done(c, who)
	case inbox.ChangeHidden:
		if s := p.done(c, who); s != "" {
			return s
		}
		if c.Word == "shown" {
			return t.T("tui.event.unhidden")
		}
		return t.T("tui.event.hidden")
	case inbox.ChangeOutgoing:
		if o := p.outgoingOf(c); o != nil && !o.Kind.Says() {
			return p.deedEvent(c, o)
		}
		return p.sendEvent(c, who)
	}
	return ""
}

// outgoingOf is what a change is about, or nil.
func (p *threadPane) outgoingOf(c *inbox.Change) *inbox.Outgoing {
	for i := range p.o.Outgoing {
		if c.Outgoing != 0 && p.o.Outgoing[i].ID == c.Outgoing {
			return &p.o.Outgoing[i]
		}
	}
	return nil
}

// done tells what a colleague has done with a message, and why; "" for what the platform tells of by itself.
func (p *threadPane) done(c *inbox.Change, who text.Safe) text.Safe {
	o := p.outgoingOf(c)
	if o == nil || o.Kind.Says() || c.Actor != inbox.ActorUser && (c.Actor != inbox.ActorDesk || o.By != 0) {
		return ""
	}
	what := p.t.T("tui.did." + string(o.Kind))
	if m := p.o.Message(o.To); m != nil && (o.Kind == inbox.Block || o.Kind == inbox.Unblock) {
		what = p.author(m) + ": " + what
	}
	if o.Why != "" {
		return p.t.T("tui.event.done_why", "What", what, "Who", who, "Why", o.Why)
	}
	return p.t.T("tui.event.done", "What", what, "Who", who)
}

// deedEvent tells what became of an act; that it was decided and done is told when it is done.
func (p *threadPane) deedEvent(c *inbox.Change, o *inbox.Outgoing) text.Safe {
	switch st := inbox.OutgoingState(c.Word); st {
	case inbox.Cancelled, inbox.Held, inbox.Retry, inbox.Rejected, inbox.Unknown:
		return p.t.T("tui.event.deed", "What", p.t.T("act."+string(o.Kind)), "State", p.t.Word(c.Word))
	}
	return ""
}

// sendEvent tells what became of a reply; that it went through its stations nobody needs to read.
func (p *threadPane) sendEvent(c *inbox.Change, who text.Safe) text.Safe {
	switch inbox.OutgoingState(c.Word) {
	case inbox.Queued:
		if o := p.outgoingOf(c); o != nil && o.Kind == inbox.PrivateReply {
			return p.t.T("tui.event.replied_private", "Who", who)
		}
		if c.Actor == inbox.ActorUser {
			return p.t.T("tui.event.replied", "Who", who)
		}
	case inbox.Cancelled:
		return p.t.T("tui.event.cancelled")
	case inbox.Held:
		return p.t.T("tui.event.held")
	case inbox.Retry:
		return p.t.T("tui.event.retry")
	case inbox.Rejected:
		return p.t.T("tui.event.rejected")
	case inbox.Unknown:
		return p.t.T("tui.event.unknown")
	case inbox.Sent:
		return p.t.T("tui.event.sent")
	}
	return ""
}

// ruleEvent is a change that rules make, or that settles what they asked.
func (p *threadPane) ruleEvent(c *inbox.Change, who text.Safe) text.Safe {
	t := p.t
	switch c.Kind {
	case inbox.ChangeReserved:
		return t.T("tui.event.reserved", "Queue", p.queue(inbox.QueueID(c.Ref)), "Who", who)
	case inbox.ChangeRedLane:
		return t.T("tui.event.red_lane", "Who", who)
	case inbox.ChangeProposed:
		return t.T("tui.event.proposed", "Who", who, "What", t.T("proposal."+strings.ReplaceAll(c.Word, "-", "_")))
	case inbox.ChangeSettled:
		if c.Ref == 0 {
			return t.T("tui.event.declined", "Who", who, "What", t.T("proposal."+strings.ReplaceAll(c.Word, "-", "_")))
		}
		return t.T("tui.event.settled", "Who", who, "What", t.T("proposal."+strings.ReplaceAll(c.Word, "-", "_")))
	}
	if c.Word == inbox.RestoredWord {
		return t.T("tui.event.restored", "Rule", p.ruleName(c.Detail), "Name", p.user(c.User))
	}
	return t.T("tui.event.undone", "Rule", p.ruleName(c.Detail), "Name", p.user(c.User))
}

func (p *threadPane) actor(c *inbox.Change) text.Safe {
	switch c.Actor {
	case inbox.ActorUser:
		return p.user(c.User)
	case inbox.ActorRule:
		return p.t.T("tui.event.a_rule", "Rule", p.ruleName(c.Detail))
	}
	return p.t.T("tui.event.the_desk")
}

// ruleName is what people call a rule.
func (c *common) ruleName(id string) text.Safe {
	if c.rules != nil {
		if r, ok := c.rules(id, 0); ok && r.Name != "" {
			return text.CleanLine(r.Name)
		}
	}
	return text.CleanLine(id)
}
