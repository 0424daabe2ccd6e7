package inbox

import (
	"context"
	"strings"
)

// Moderation is something that a person wants done with a message other than answering it.
type Moderation struct {
	Conversation ConversationID
	Message      MessageID
	Do           Action // any but ActReply and ActPrivate
	Text         string // of ActEdit: the new text
	// Why is kept with what was done. ActHide, ActDelete and ActBlock need it: who is hidden may ask.
	Why   string
	Token string // made once per decision: pressing twice does it once
	// NotCPR says, of ActEdit, why what looks like a CPR number is none: then it goes, if the role may say so.
	NotCPR string
}

// acts says which act of a person each moderation is.
var acts = map[Action]Act{
	ActHide: DoModerate, ActUnhide: DoModerate, ActLike: DoModerate, ActUnlike: DoModerate, ActEdit: DoModerate,
	ActDelete: DoDelete, ActBlock: DoBlock, ActUnblock: DoBlock,
}

// Moderate decides an act of moderation. Like a reply it is durable when Moderate returns, can be undone with UndoSend for a while, and
// then goes out. Of a message that is deleted a copy is kept with the decision.
func (s *Seat) Moderate(ctx context.Context, mod Moderation) (*Outgoing, error) {
	const op = "seat.Moderate"
	act, ok := acts[mod.Do]
	if !ok {
		return nil, E(Invalid, op, "refused.not_supported")
	}
	why := strings.TrimSpace(mod.Why)
	switch mod.Do {
	case ActHide, ActDelete, ActBlock:
		if why == "" {
			return nil, E(Invalid, op, "refused.no_why")
		}
	}
	if len(why) > MaxText {
		return nil, E(Invalid, op, "refused.too_long", "Count", len(why), "Max", MaxText)
	}
	var out *Outgoing
	err := s.act(ctx, op, mod.Conversation, act, func(tx Tx, t *Thread) error {
		if mod.Token == "" {
			mod.Token = s.desk.NewToken()
		} else if have, err := tx.FindToken(mod.Token); err != nil || have != nil {
			out = have
			return err
		}
		m := t.Message(mod.Message)
		if m == nil {
			return E(NotFound, op, "message.not_found", "ID", int64(mod.Message))
		}
		c := s.capability(t, m, mod.Do, tx.Now())
		if !c.Allowed {
			return &Error{Code: Conflict, Reason: *c.Reason, Op: op}
		}
		if r := pointless(t, m, mod); r != nil {
			return &Error{Code: Conflict, Reason: *r, Op: op}
		}
		out = s.outgoingTo(tx, t, m, OutgoingKind(mod.Do))
		out.Why, out.Token = why, mod.Token
		var passed *Change
		switch mod.Do {
		case ActEdit:
			out.Text = strings.TrimSpace(mod.Text)
			if r := c.Fits(out.Text); r != nil {
				return &Error{Code: Invalid, Reason: *r, Op: op}
			}
			var err error
			if passed, err = s.letThrough(op, mod.NotCPR, out.Text); err != nil {
				return err
			}
			if _, err := tx.DeleteDraft(out.Draft()); err != nil {
				return err
			}
		case ActDelete:
			out.Text = m.Text
		}
		if err := tx.PutOutgoing(out); err != nil {
			return err
		}
		if err := s.tellPassed(tx, t, passed, out); err != nil {
			return err
		}
		return s.tell(tx, t, Change{
			Kind: ChangeOutgoing, Outgoing: out.ID, Message: m.ID, Word: string(out.State), Detail: out.Why,
		})
	})
	return out, err
}

// pointless says why there is nothing to do, or nil.
func pointless(t *Thread, m *Message, mod Moderation) *Reason {
	blocked := t.Identities[m.Author].Blocked
	switch mod.Do {
	case ActHide:
		if m.Hidden {
			return Why("refused.is_hidden")
		}
	case ActUnhide:
		if !m.Hidden {
			return Why("refused.not_hidden")
		}
	case ActBlock:
		if blocked {
			return Why("refused.is_blocked")
		}
	case ActUnblock:
		if !blocked {
			return Why("refused.not_blocked")
		}
	case ActLike:
		if t.Liked[m.ID] {
			return Why("refused.is_liked")
		}
	case ActUnlike:
		if !t.Liked[m.ID] {
			return Why("refused.not_liked")
		}
	case ActEdit:
		if strings.TrimSpace(mod.Text) == m.Text {
			return Why("refused.same_text")
		}
	}
	return nil
}

// Can tells whether something can be done with a message of a thread, within which limits, and if not, why: what screens show greyed.
// Roles are part of the answer.
func (s *Seat) Can(t *Thread, id MessageID, do Action) Capability {
	act, ok := acts[do]
	switch do {
	case ActReply:
		act, ok = DoReply, true
	case ActPrivate:
		act, ok = DoPrivate, true
	}
	if !ok {
		return Capability{Reason: Why("refused.not_supported")}
	}
	if r := s.Refusal(act, t); r != nil {
		return Capability{Reason: r}
	}
	m := t.Message(id)
	if m == nil {
		return Capability{Reason: Why("refused.nothing_to_answer")}
	}
	c := s.capability(t, m, do, s.desk.Now())
	if r := pointless(t, m, Moderation{Do: do, Text: "\x00"}); c.Allowed && r != nil {
		return Capability{Reason: r}
	}
	return c
}

// Message gives a message of the thread, or nil.
func (t *Thread) Message(id MessageID) *Message {
	for i := range t.Msgs {
		if t.Msgs[i].ID == id {
			return &t.Msgs[i]
		}
	}
	return nil
}

// done writes what an act of moderation has led to: what the platform's own telling of it would, with who did it and why. Whichever of
// the two comes second changes nothing.
func (d *Desk) done(tx Tx, o *Outgoing) error {
	if err := d.become(tx, o, Sent, nil); err != nil {
		return err
	}
	m, err := tx.Message(o.To)
	if err != nil {
		return ignoreNotFound(err)
	}
	c, err := tx.Conversation(m.Conversation)
	if err != nil {
		return err
	}
	say := &Change{Actor: actorOf(o.By), User: o.By, Account: o.Account, Conversation: c.ID, Message: m.ID, Outgoing: o.ID, Detail: o.Why}
	switch o.Kind {
	case Hide, Unhide:
		m.Hidden = o.Kind == Hide
		say.Kind, say.Word = ChangeHidden, shownWord(m.Hidden)
	case Delete:
		say.Kind, say.Detail = ChangeDeleted, strings.TrimSpace(o.Why+"\n"+o.Text)
		if m.DeletedAt.IsZero() {
			m.DeletedAt = tx.Now()
		}
		m.Text, m.Media = "", nil
		if err := tx.EraseVersions(m.ID); err != nil {
			return err
		}
	case Edit:
		if m.Text != o.Text {
			if err := tx.AddVersion(Version{Message: m.ID, Text: m.Text, At: later(m.At, m.EditedAt)}); err != nil {
				return err
			}
			m.Text, m.EditedAt = o.Text, tx.Now()
		}
		say.Kind = ChangeEdited
	case Like, Unlike:
		own := d.Directory().Accounts[o.Account]
		_, err := d.react(tx, Reaction{
			Account: o.Account, Object: o.Target, Actor: own.Remote, Kind: "like", At: tx.Now(), Gone: o.Kind == Unlike,
		}, own.Channel == X)
		if err != nil {
			return err
		}
		say.Kind, say.Word = ChangeReacted, "like"
	case Block, Unblock:
		say.Kind, say.Word = ChangeBlocked, "unblocked"
		if o.Kind == Block {
			say.Word = "blocked"
		}
		if err := d.block(tx, m.Author, o.Kind == Block); err != nil {
			return err
		}
	}
	if err := tx.PutMessage(m); err != nil {
		return err
	}
	if err := tx.Append(say); err != nil {
		return err
	}
	if o.Kind == Delete {
		if err := d.recount(tx, c); err != nil {
			return err
		}
		if err := d.emptied(tx, c); err != nil {
			return err
		}
	}
	return tx.PutConversation(c)
}

func (d *Desk) block(tx Tx, who IdentityID, blocked bool) error {
	ids, err := tx.Identities([]IdentityID{who})
	if err != nil {
		return err
	}
	id, ok := ids[who]
	if !ok || id.Blocked == blocked {
		return nil
	}
	id.Blocked = blocked
	return tx.PutIdentity(&id)
}

// shownWord is the word of a ChangeHidden.
func shownWord(hidden bool) string {
	if hidden {
		return "hidden"
	}
	return "shown"
}
