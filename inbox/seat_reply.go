package inbox

import (
	"context"
	"strings"
	"time"

	"lytter/internal/fp"
)

// Reply is an answer that a person wants to give.
type Reply struct {
	Conversation ConversationID
	To           MessageID // 0: the newest inbound message
	Text         string
	Seen         Seq    // Opened.Seq: what the person had seen when writing
	Token        string // made once per composed answer: pressing twice sends once
	ThenClose    bool   // close as answered once it is out
	// Anyway sends although the citizen has written more since Seen. A colleague's answer is never overruled: look, then send.
	Anyway bool
	// Attachments go along. Their bytes are kept already; name and description are the writer's, all else is looked up.
	Attachments []Attachment
	// Private writes to who wrote a comment instead of answering where all can read it.
	Private bool
	// NotCPR says why what looks like a CPR number is none: then it goes, if the role may say so.
	NotCPR string
}

// Reply decides an answer. It is durable when Reply returns, and leaves when the undo time is over. An Error of code Conflict says that
// a colleague has answered since Seen ("reply.colleague"), or that the citizen has written more ("reply.newer"); one of
// code Invalid and "refused.cpr" that it holds a CPR number, in its text or in a file's name or description. The draft is kept.
func (s *Seat) Reply(ctx context.Context, r Reply) (*Outgoing, error) {
	const op = "seat.Reply"
	act := DoReply
	if r.Private { // it may be possible where an answer that all can read is not
		act = DoPrivate
	}
	var out *Outgoing
	err := s.act(ctx, op, r.Conversation, act, func(tx Tx, t *Thread) error {
		if r.Token == "" {
			r.Token = s.desk.NewToken()
		} else if have, err := tx.FindToken(r.Token); err != nil || have != nil {
			out = have
			return err
		}
		m := t.ReplyTarget(r.To)
		if m == nil {
			return E(Conflict, op, "refused.nothing_to_answer")
		}
		kind := t.answers(m, r.Private)
		cp := s.capability(t, m, kind.Action(), tx.Now())
		if !cp.Allowed {
			return &Error{Code: Conflict, Reason: *cp.Reason, Op: op}
		}
		text := strings.TrimSpace(r.Text)
		files, err := attached(tx, r.Attachments)
		if err != nil {
			return err
		}
		if why := cp.Takes(text, files); why != nil {
			return &Error{Code: Invalid, Reason: *why, Op: op}
		}
		passed, err := s.letThrough(op, r.NotCPR, said(text, files)...)
		if err != nil {
			return err
		}
		if err := s.unseen(tx, t, r); err != nil {
			return err
		}
		out = s.outgoingTo(tx, t, m, kind)
		out.Text, out.Token, out.ThenClose, out.Attachments = text, r.Token, r.ThenClose, files
		if err := tx.PutOutgoing(out); err != nil {
			return err
		}
		if _, err := tx.DeleteDraft(out.Draft()); err != nil {
			return err
		}
		if err := s.take(tx, t); err != nil {
			return err
		}
		if err := s.tellPassed(tx, t, passed, out); err != nil {
			return err
		}
		return s.tell(tx, t, Change{Kind: ChangeOutgoing, Outgoing: out.ID, Message: m.ID, Word: string(out.State)})
	})
	fp.Hit("reply.decided")
	return out, err
}

// answers is the kind that an answer to a message has.
func (t *Thread) answers(m *Message, private bool) OutgoingKind {
	switch {
	case m.Kind == Direct:
		return DirectReply
	case private:
		return PrivateReply
	}
	return PublicReply
}

// outgoingTo begins an outgoing about a message of a thread.
func (s *Seat) outgoingTo(tx Tx, t *Thread, m *Message, kind OutgoingKind) *Outgoing {
	now := tx.Now()
	o := &Outgoing{
		Conversation: t.ID, Account: t.Account, Kind: kind, Target: m.Remote, To: m.ID, Thread: t.Thread, Person: t.Identities[m.Author].Remote,
		By: s.User.ID, State: Queued, CreatedAt: now, ConfirmedAt: now, NotBefore: now.Add(s.desk.Settings.UndoPublic),
	}
	if kind == DirectReply || kind == PrivateReply {
		o.NotBefore = now.Add(s.desk.Settings.UndoPrivate)
	}
	if why := s.desk.Directory().Accounts[t.Account].Holds(kind); why != nil {
		o.State, o.Reason = Held, why
	}
	return o
}

// capability is what the platform allows, less what is spent or on its way already. Until when private messages can be answered, and who
// holds their thread, the newest of them tells, whichever is answered.
func (s *Seat) capability(t *Thread, m *Message, do Action, now time.Time) Capability {
	of := m
	if do == ActReply && m.Kind == Direct {
		if newest := t.ReplyTarget(0); newest != nil && newest.Kind == Direct {
			of = newest
		}
	}
	c := s.desk.Abilities.Can(s.desk.Directory().Accounts[t.Account], *of, do, now)
	if !c.Allowed {
		return c
	}
	for i := range t.Outgoing {
		o := &t.Outgoing[i]
		if o.To != m.ID || OutgoingKind(do) != o.Kind || o.State == Cancelled || o.State == Rejected {
			continue
		}
		switch {
		case do == ActPrivate:
			return Capability{Reason: Why("refused.private_spent")}
		case !o.Kind.Says() && o.State != Sent && o.Kind != Edit:
			return Capability{Reason: Why("refused.on_its_way")}
		}
	}
	return c
}

// unseen refuses an answer to a conversation that has moved since the person looked.
func (s *Seat) unseen(tx Tx, t *Thread, r Reply) error {
	const op = "seat.Reply"
	if r.Seen == 0 {
		return nil
	}
	history, err := tx.History(t.ID, 200)
	if err != nil {
		return err
	}
	newer := false
	for _, c := range history { // newest first
		if c.Seq <= r.Seen {
			break
		}
		switch {
		case c.Kind == ChangeOutgoing && c.Actor == ActorUser && c.User != s.User.ID && (c.Word == string(Queued) || c.Word == string(Held)),
			c.Kind == ChangeArrived && c.Word == string(Out) && c.User != s.User.ID:
			name := s.desk.Directory().UserName(c.User)
			return E(Conflict, op, "reply.colleague", "Name", name, "Seconds", int(tx.Now().Sub(c.At).Seconds()))
		case c.Kind == ChangeArrived && c.Word == string(In), c.Kind == ChangeEdited, c.Kind == ChangeDeleted:
			newer = true
		}
	}
	if newer && !r.Anyway {
		return E(Conflict, op, "reply.newer")
	}
	return nil
}

// UndoSend takes back a reply that has not left. Its text is the person's draft again.
func (s *Seat) UndoSend(ctx context.Context, id OutgoingID) error {
	const op = "seat.UndoSend"
	return s.outgoing(ctx, op, id, DoUndoSend, func(tx Tx, o *Outgoing) error {
		if !o.State.Undoable() {
			return E(Conflict, op, "outgoing.left")
		}
		if o.By != s.User.ID && o.By != 0 && !s.User.Role.AtLeast(Lead) { // the desk's own anybody may take back
			return E(Forbidden, op, "outgoing.not_yours")
		}
		if err := s.desk.become(tx, o, Cancelled, nil); err != nil {
			return err
		}
		return s.desk.draftOf(tx, o)
	})
}

// Draft is an outgoing as what its author was writing; its kind is "" if it holds no words of theirs.
func (o *Outgoing) Draft() Draft {
	return Draft{User: o.By, Conversation: o.Conversation, Kind: draftKinds[o.Kind], To: o.To, Text: o.Text, At: o.CreatedAt, Attachments: o.Attachments}
}

// draftOf makes what was not sent the draft of who wrote it.
func (d *Desk) draftOf(tx Tx, o *Outgoing) error {
	dr := o.Draft()
	if dr.Kind == "" {
		return nil
	}
	all, err := tx.DraftsIn(o.By, o.Conversation)
	if err != nil {
		return err
	}
	if have := dr.among(all); have != nil {
		dr = have.Join(dr)
	}
	dr.At = tx.Now()
	return tx.PutDraft(dr)
}

// Resolution is what a person decides about a reply that cannot go on by itself.
type Resolution string

// The resolutions.
const (
	ItWasSent Resolution = "sent"   // of an unknown one: the person has seen it on the platform
	SendAgain Resolution = "again"  // of an unknown or held one: it is not there; send it now
	GiveUp    Resolution = "giveup" // of an unknown or held one: leave it; its text is the draft again
)

// Resolutions lists them.
func Resolutions() []Resolution { return []Resolution{ItWasSent, SendAgain, GiveUp} }

// Resolve decides about a reply that may have been sent, or that is held.
func (s *Seat) Resolve(ctx context.Context, id OutgoingID, r Resolution) error {
	const op = "seat.Resolve"
	return s.outgoing(ctx, op, id, DoResolve, func(tx Tx, o *Outgoing) error {
		if o.State != Unknown && o.State != Held || o.State == Held && r == ItWasSent {
			return E(Conflict, op, "outgoing.settled")
		}
		switch r {
		case SendAgain:
			o.ConfirmedAt, o.NotBefore = tx.Now(), tx.Now()
			return s.desk.become(tx, o, Queued, nil)
		case ItWasSent:
			// Its platform id is not known; the poll brings the message itself.
			return s.desk.become(tx, o, Sent, Why("outgoing.seen_by_person", "Name", s.User.Name))
		case GiveUp:
			if err := s.desk.become(tx, o, Cancelled, nil); err != nil {
				return err
			}
			return s.desk.draftOf(tx, o)
		}
		return E(Invalid, op, "outgoing.settled")
	})
}

// outgoing runs an act on an outgoing of a conversation that this seat may see.
func (s *Seat) outgoing(ctx context.Context, op string, id OutgoingID, a Act, f func(Tx, *Outgoing) error) error {
	if err := s.may(op, a); err != nil {
		return err
	}
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		o, err := tx.Outgoing(id)
		if err != nil {
			return err
		}
		if _, err := s.thread(tx, o.Conversation); err != nil {
			return err
		}
		return f(tx, o)
	})
}

// SaveDraft keeps what a person has written so far; an empty text removes the draft. An Error of code Invalid if the kind is unknown, or
// if it says of a private answer or an edit no message.
func (s *Seat) SaveDraft(ctx context.Context, dr Draft) error {
	const op = "seat.SaveDraft"
	if err := s.may(op, DoNote); err != nil {
		return err
	}
	if len(dr.Text) > MaxText {
		return E(Invalid, op, "refused.too_long", "Count", len(dr.Text), "Max", MaxText)
	}
	if len(dr.Attachments) > MaxAttached {
		return E(Invalid, op, "refused.too_many_files", "Max", MaxAttached)
	}
	switch dr.Kind {
	case DraftReply, DraftNote:
	case DraftPrivate, DraftEdit:
		if dr.To == 0 {
			return E(Invalid, op, "refused.nothing_to_answer")
		}
	default:
		return E(Invalid, op, "refused.not_supported")
	}
	return s.desk.Store.Update(ctx, Persons, func(tx Tx) error {
		t, err := s.thread(tx, dr.Conversation)
		if err != nil {
			return err
		}
		dr.User, dr.Conversation, dr.At = s.User.ID, t.ID, tx.Now()
		all, err := tx.DraftsIn(s.User.ID, t.ID)
		if err != nil {
			return err
		}
		have := dr.among(all)
		empty := strings.TrimSpace(dr.Text) == "" && len(dr.Attachments) == 0
		switch {
		case empty && have == nil:
			return nil
		case empty:
			if _, err := tx.DeleteDraft(dr); err != nil {
				return err
			}
		default:
			if err := tx.PutDraft(dr); err != nil || have != nil {
				return err
			}
		}
		if err := tx.PutConversation(&t.Conversation); err != nil {
			return err
		}
		return s.tell(tx, t, Change{Kind: ChangeDrafted})
	})
}

// Drafts lists the seat's own drafts.
func (s *Seat) Drafts(ctx context.Context) (out []Draft, err error) {
	err = s.desk.Store.View(ctx, func(tx Tx) error {
		out, err = tx.DraftsOf(s.User.ID)
		return err
	})
	return out, err
}

// Limit tells how long an answer to a message may be, and how it is counted.
func (s *Seat) Limit(t *Thread, to MessageID) Capability {
	m := t.ReplyTarget(to)
	if m == nil {
		return Capability{Reason: Why("refused.nothing_to_answer")}
	}
	return s.capability(t, m, ActReply, s.desk.Now())
}
