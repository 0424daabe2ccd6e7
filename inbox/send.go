package inbox

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Claim gives a sender the next outgoing of an account that may leave now, or nil; turns says what waits for what. Of the kinds in not none
// is given: the platform takes none of them for now.
func (d *Desk) Claim(ctx context.Context, a AccountID, owner string, not ...OutgoingKind) (*Outgoing, error) {
	var got *Outgoing
	err := d.Store.Update(ctx, Machines, func(tx Tx) error {
		got = nil
		list, err := tx.OutgoingIn(a, Held, Queued, Retry, Claimed, Sending, Unknown)
		if err != nil {
			return err
		}
		turns := turnsOf(list)
		account := d.Directory().Accounts[a]
		for i := range list {
			o := &list[i]
			free := turns.comes(o)
			if o.State != Queued && o.State != Retry || o.NotBefore.After(tx.Now()) {
				continue
			}
			switch holds := account.Holds(o.Kind); {
			case holds != nil:
				if err := d.become(tx, o, Held, holds); err != nil {
					return err
				}
			case tx.Now().Sub(o.ConfirmedAt) > d.Settings.StaleAfter:
				if err := d.become(tx, o, Held, Why("held.stale")); err != nil {
					return err
				}
			case free && !slices.Contains(not, o.Kind):
				stops, err := d.stops(tx, o)
				if err != nil {
					return err
				}
				if stops != nil {
					if err := d.become(tx, o, Held, stops); err != nil {
						return err
					}
					continue
				}
				if o.Kind == Delete {
					gone, err := d.targetGone(tx, o)
					if err != nil {
						return err
					}
					if gone { // it is as it was to be
						if err := d.done(tx, o); err != nil {
							return err
						}
						continue
					}
				}
				if o.State == Retry {
					if err := d.become(tx, o, Queued, nil); err != nil {
						return err
					}
				}
				o.ClaimedBy, o.ClaimUntil = owner, tx.Now().Add(d.Settings.ClaimFor)
				if len(o.Attachments) > 0 {
					o.ClaimUntil = o.ClaimUntil.Add(d.Settings.UploadFor)
				}
				if err := d.become(tx, o, Claimed, nil); err != nil {
					return err
				}
				got = o
				return nil
			}
		}
		return nil
	})
	return got, err
}

// turns is the order in which the outgoing of an account leave. Answers keep their order within a conversation, and while one in a spot
// may or may not have been sent, later ones in it wait, so that a look-up is never in doubt about which one it found. What is done with a
// message waits for what is being done with that message, and for nothing else: an insult is hidden while an answer is stuck. A delete
// waits for an answer to the message that is leaving, since it could not leave any more.
type turns struct {
	answers map[ConversationID]bool
	unsure  map[RemoteID]bool // spots
	acts    map[RemoteID]bool // messages
	leaving map[RemoteID]bool // messages
}

// turnsOf begins with all that has not ended, which is then to pass in order.
func turnsOf(all []Outgoing) turns {
	l := turns{answers: map[ConversationID]bool{}, unsure: map[RemoteID]bool{}, acts: map[RemoteID]bool{}, leaving: map[RemoteID]bool{}}
	for i := range all {
		if o := &all[i]; o.Kind.Says() && o.State.Uncertain() {
			l.unsure[o.Spot()] = true
		}
	}
	return l
}

// comes reports whether nothing that came before holds o up.
func (l turns) comes(o *Outgoing) (free bool) {
	if !o.Kind.Says() {
		free = !l.acts[o.Target] && (o.Kind != Delete || !l.leaving[o.Target])
		l.acts[o.Target] = true
		return free
	}
	free = !l.answers[o.Conversation] && !l.unsure[o.Spot()]
	l.answers[o.Conversation] = true
	switch o.State {
	case Queued, Retry:
		l.leaving[o.Target] = l.leaving[o.Target] || free
	case Claimed, Sending:
		l.leaving[o.Target] = true
	}
	return free
}

// stops says why something that may leave asks a person first, or nil. What a person has confirmed since is not asked again.
func (d *Desk) stops(tx Tx, o *Outgoing) (*Reason, error) {
	if o.Kind == Delete || o.Kind == Block || o.Kind == Unblock {
		return nil, nil // it is about the person, or all the better
	}
	why, err := d.targetMoved(tx, o)
	if err != nil || !o.Kind.Says() && why != nil && why.Key != "held.target_gone" {
		return nil, err // what is hidden or liked is what stands there
	}
	if why != nil || !o.Kind.Says() {
		return why, nil
	}
	if o.Person == "" || o.ConfirmedAt.After(o.CreatedAt) {
		return nil, nil
	}
	n, err := tx.CountSaid(o.Account, o.Person, tx.Now().Add(-d.Settings.LoopWithin))
	if err != nil || n < d.Settings.LoopMost {
		return nil, err
	}
	return Why("held.loop", "Count", n, "Minutes", int(d.Settings.LoopWithin.Minutes())), nil
}

func (d *Desk) targetGone(tx Tx, o *Outgoing) (bool, error) {
	if o.To == 0 {
		return false, nil
	}
	m, err := tx.Message(o.To)
	if err != nil {
		return CodeOf(err) == NotFound, ignoreNotFound(err)
	}
	return !m.DeletedAt.IsZero(), nil
}

// targetMoved says what became of the message that an answer is to since a person last said that the answer should go. What counts is
// when the desk heard of it: that is what the person could have seen.
func (d *Desk) targetMoved(tx Tx, o *Outgoing) (*Reason, error) {
	if o.To == 0 {
		return nil, nil
	}
	history, err := tx.History(o.Conversation, maxLookBack)
	if err != nil {
		return nil, err
	}
	for i := range history { // newest first
		c := &history[i]
		switch {
		case c.Kind == ChangeOutgoing && c.Outgoing == o.ID && !c.At.After(o.ConfirmedAt):
			return nil, nil // this is where it was said
		case c.Message != o.To:
		case c.Kind == ChangeDeleted:
			return Why("held.target_gone"), nil
		case c.Kind == ChangeEdited:
			return Why("held.target_changed"), nil
		}
	}
	return nil, nil
}

// maxLookBack is how many changes of a conversation are looked through for what became of a message in it.
const maxLookBack = 200

func ignoreNotFound(err error) error {
	if CodeOf(err) == NotFound {
		return nil
	}
	return err
}

// Begin commits that the first byte is about to leave. Only the claimant may, and only once: an error means do not send.
func (d *Desk) Begin(ctx context.Context, id OutgoingID, owner string) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		o, err := tx.Outgoing(id)
		if err != nil {
			return err
		}
		if o.State != Claimed || o.ClaimedBy != owner || !o.ClaimUntil.After(tx.Now()) {
			return E(Conflict, "desk.Begin", "outgoing.claim_lost")
		}
		o.SendingAt = tx.Now()
		o.Attempts++
		return d.become(tx, o, Sending, nil)
	})
}

// Unclaim puts back what was claimed and not begun.
func (d *Desk) Unclaim(ctx context.Context, id OutgoingID, owner string) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		o, err := tx.Outgoing(id)
		if err != nil || o.State != Claimed || o.ClaimedBy != owner {
			return err
		}
		return d.become(tx, o, Queued, nil)
	})
}

// Settle writes how a send ended. If the platform showed the message back meanwhile, it is sent, whatever the connector believes.
func (d *Desk) Settle(ctx context.Context, id OutgoingID, f Fate) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		o, err := tx.Outgoing(id)
		if err != nil || o.State == Sent {
			return err
		}
		switch f.State {
		case Sent:
			if !o.Kind.Says() {
				return d.done(tx, o)
			}
			if o.Kind == PrivateReply && f.To != "" { // below a comment they may go by another id than in private
				o.Person = f.To
			}
			return d.sent(tx, o, f.Remote, f.At)
		case Retry:
			o.NotBefore = tx.Now().Add(f.After)
			if o.State == Claimed { // its files did not reach the platform: that was an attempt too
				o.Attempts++
			}
		}
		return d.become(tx, o, f.State, f.Reason)
	})
}

// become moves an outgoing along an edge of its machine.
func (d *Desk) become(tx Tx, o *Outgoing, s OutgoingState, why *Reason) error {
	if !o.State.CanBecome(s) {
		return E(Conflict, "desk.become", "outgoing.no_edge", "From", string(o.State), "To", string(s))
	}
	o.State, o.Reason = s, why
	if s != Claimed && s != Sending {
		o.ClaimedBy, o.ClaimUntil = "", time.Time{}
	}
	if s.Ended() {
		o.SettledAt = tx.Now()
	}
	if err := tx.PutOutgoing(o); err != nil {
		return err
	}
	c, err := tx.Conversation(o.Conversation)
	if err != nil {
		return err
	}
	if err := tx.PutConversation(c); err != nil { // its version moves: lists show what is on its way
		return err
	}
	return tx.Append(&Change{
		Kind: ChangeOutgoing, Actor: ActorDesk, Account: o.Account, Conversation: o.Conversation, Outgoing: o.ID, Word: string(s),
		Detail: why.String(),
	})
}

// sent makes an outgoing a message of the conversation.
func (d *Desk) sent(tx Tx, o *Outgoing, remote RemoteID, at time.Time) error {
	o.Remote = remote
	if o.State == Sent { // a person has seen it before us
		if err := tx.PutOutgoing(o); err != nil {
			return err
		}
	} else if err := d.become(tx, o, Sent, nil); err != nil {
		return err
	}
	if at.IsZero() || at.After(tx.Now()) {
		at = tx.Now()
	}
	m, err := tx.FindMessage(o.Account, remote)
	if err != nil {
		return err
	}
	if m == nil {
		m = &Message{Account: o.Account, Remote: remote, Direction: Out, Text: o.Text, At: at.UTC().Truncate(time.Millisecond), SeenAt: tx.Now()}
		for _, a := range o.Attachments {
			m.Media = append(m.Media, a.Media())
		}
	}
	c, err := tx.Conversation(o.Conversation)
	if err != nil {
		return err
	}
	before := m.Conversation
	m.Conversation, m.Parent, m.Kind, m.By, m.Outgoing = c.ID, o.Target, c.Kind, o.By, o.ID
	if o.Kind != PublicReply {
		m.Kind = Direct
	}
	if m.To, err = d.authorOf(tx, o.Account, o.Target); err != nil {
		return err
	}
	fresh := m.ID == 0
	if err := tx.PutMessage(m); err != nil {
		return err
	}
	if !fresh && before != c.ID { // it was shown to us before we knew that it is ours
		if err := d.left(tx, before, c); err != nil {
			return err
		}
	}
	if err := d.recount(tx, c); err != nil {
		return err
	}
	if fresh {
		arrived := &Change{
			Kind: ChangeArrived, Actor: ActorUser, User: o.By, Account: c.Account, Conversation: c.ID, Message: m.ID, Outgoing: o.ID, Word: string(Out),
		}
		if err := tx.Append(arrived); err != nil {
			return err
		}
	}
	if o.ThenClose && c.Awaiting == 0 && c.Status != Closed {
		if err := d.close(tx, c, Answered, ActorUser, o.By); err != nil {
			return err
		}
	}
	if err := tx.PutConversation(c); err != nil {
		return err
	}
	return d.join(tx, c, remote)
}

// left puts right a conversation that a message has left for c. If that was all that was in it, c takes its place.
func (d *Desk) left(tx Tx, id ConversationID, c *Conversation) error {
	old, err := tx.Conversation(id)
	if err != nil {
		return err
	}
	msgs, err := tx.MessagesOf(id)
	if err != nil {
		return err
	}
	if len(msgs) == 0 {
		return d.merge(tx, old, c)
	}
	if err := d.recount(tx, old); err != nil {
		return err
	}
	if err := tx.PutConversation(old); err != nil {
		return err
	}
	return tx.Append(&Change{Kind: ChangeFilled, Actor: ActorDesk, Account: old.Account, Conversation: old.ID, Word: string(WantMessage)})
}

// close ends a conversation; the caller puts it.
func (d *Desk) close(tx Tx, c *Conversation, why CloseReason, by ActorKind, u UserID) error {
	c.Status, c.Reason, c.SnoozeUntil = Closed, why, time.Time{}
	c.SettledAt = later(c.SettledAt, c.LastAt)
	c.TakenBy, c.TakenUntil = 0, time.Time{}
	if err := d.recount(tx, c); err != nil {
		return err
	}
	return tx.Append(&Change{Kind: ChangeClosed, Actor: by, User: u, Account: c.Account, Conversation: c.ID, Word: string(why)})
}

func (d *Desk) authorOf(tx Tx, a AccountID, remote RemoteID) (IdentityID, error) {
	m, err := tx.FindMessage(a, remote)
	if err != nil || m == nil {
		return 0, err
	}
	return m.Author, nil
}

// takeOwn takes in something that our account wrote: the echo of a reply of ours, or an answer that somebody gave outside of the desk.
func (d *Desk) takeOwn(tx Tx, p *prepared, early *Early) (Outcome, error) {
	o, err := d.ours(tx, p)
	if err != nil {
		return "", err
	}
	if o != nil {
		if err := d.sent(tx, o, p.Remote, p.At); err != nil {
			return "", err
		}
		m, err := tx.FindMessage(p.account.ID, p.Remote)
		if err != nil {
			return "", err
		}
		_, err = d.echoed(tx, p, m)
		return Changed, err
	}
	dir := Out
	if p.Extra != nil && p.Extra.Note {
		dir = Note
	}
	m := p.message(dir)
	m.before(early)
	m.EchoedAt = tx.Now() // it is the platform that tells us of it
	if p.Parent != "" {
		if m.To, err = d.authorOf(tx, p.account.ID, p.Parent); err != nil {
			return "", err
		}
	}
	return d.add(tx, p, m)
}

// ours finds the outgoing that an own message is the echo of: by our mark, or, of those to the same target that have begun to leave, the
// one with the same text. There is at most one such per spot that nobody has decided about; before it goes one of which a person has
// said that it was sent, since its message has not been seen yet.
func (d *Desk) ours(tx Tx, p *prepared) (*Outgoing, error) {
	if p.Source == FromImport {
		return nil, nil
	}
	if p.Token != "" {
		if o, err := tx.FindToken(p.Token); err != nil || o != nil && (o.State.CanBecome(Sent) || o.State == Sent && o.Remote == "") {
			return o, err
		}
	}
	list, err := d.seenByPerson(tx, p)
	if err != nil {
		return nil, err
	}
	for _, states := range [][]OutgoingState{{Sending, Unknown}, {Held, Queued, Claimed, Retry}} { // the last: it is to go once more
		more, err := tx.OutgoingIn(p.account.ID, states...)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	for i := range list {
		if o := &list[i]; !o.SendingAt.IsZero() && p.isEchoOf(o) {
			return o, nil
		}
	}
	return nil, nil
}

// seenByPerson lists what a person has said was sent, of the conversation that an own message belongs to.
func (d *Desk) seenByPerson(tx Tx, p *prepared) ([]Outgoing, error) {
	var in ConversationID
	if m, err := tx.FindMessage(p.account.ID, p.Parent); err != nil {
		return nil, err
	} else if m != nil && p.Parent != "" {
		in = m.Conversation
	} else if p.Thread != "" {
		c, err := tx.FindThread(p.account.ID, p.Thread)
		if err != nil || c == nil {
			return nil, err
		}
		in = c.ID
	}
	if in == 0 {
		return nil, nil
	}
	all, err := tx.OutgoingOf(in)
	return slices.DeleteFunc(all, func(o Outgoing) bool { return o.State != Sent || o.Remote != "" }), err
}

// echoSkew is how far a platform's clock may be behind ours.
const echoSkew = 2 * time.Minute

// isEchoOf reports whether an own message says in the same spot what an outgoing says. One that is older than it is not.
func (p *prepared) isEchoOf(o *Outgoing) bool {
	there := o.Target == p.Parent
	if o.Kind == DirectReply || o.Kind == PrivateReply {
		there = p.Kind == Direct && p.Thread != "" && (o.Thread == p.Thread || o.Kind == PrivateReply && (o.Person == p.Thread || o.Target == p.Parent))
	}
	return o.Kind.Says() && there && !p.At.Before(o.CreatedAt.Add(-echoSkew)) && o.ShownAs(p.Text, p.Media)
}

// SameText reports whether a platform's telling of a text is the text that we sent. Platforms trim and re-space, and put the name of
// whom we answer before it.
func SameText(ours, theirs string) bool {
	a, b := strings.Join(strings.Fields(ours), " "), strings.Join(strings.Fields(theirs), " ")
	for a != b && strings.HasPrefix(b, "@") {
		_, rest, found := strings.Cut(b, " ")
		if !found && a != "" {
			return false
		}
		b = rest
	}
	return a == b
}

// echoed notes that the platform has shown our message back.
func (d *Desk) echoed(tx Tx, p *prepared, m *Message) (Outcome, error) {
	if p.Text != m.Text && p.Source != FromWebhook && m.Outgoing == 0 && m.DeletedAt.IsZero() && p.Observed.After(m.EditedAt) {
		return d.edit(tx, p, m)
	}
	if !m.EchoedAt.IsZero() || p.Source == FromImport {
		return Same, nil
	}
	m.EchoedAt = tx.Now()
	if m.Permalink == "" {
		m.Permalink = p.Permalink
	}
	if err := tx.PutMessage(m); err != nil {
		return "", err
	}
	return Same, tx.Append(&Change{
		Kind: ChangeEchoed, Actor: ActorPlatform, Account: m.Account, Conversation: m.Conversation, Message: m.ID, Outgoing: m.Outgoing,
	})
}

// Uncertain lists what an account may or may not have sent, for looking up.
func (d *Desk) Uncertain(ctx context.Context, a AccountID) (out []Outgoing, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		out, err = tx.OutgoingIn(a, Unknown)
		return err
	})
	return out, err
}

// Overtaken puts right what a process that died or hung left behind: a claim that expired returns to the queue; a send that expired may
// have been sent. boot says that no sender runs yet: then everything begun is overtaken.
func (d *Desk) Overtaken(ctx context.Context, boot bool) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		list, err := tx.OutgoingIn(0, Claimed, Sending)
		if err != nil {
			return err
		}
		for i := range list {
			o := &list[i]
			switch {
			case o.State == Claimed && (boot || !o.ClaimUntil.After(tx.Now())):
				err = d.become(tx, o, Queued, nil)
			case o.State == Sending && (boot || tx.Now().Sub(o.SendingAt) > d.Settings.SendFor):
				if o.Kind.Repeatable() {
					o.NotBefore = tx.Now()
					err = d.become(tx, o, Retry, Why("unknown.interrupted"))
					break
				}
				err = d.become(tx, o, Unknown, Why("unknown.interrupted"))
			}
			if err != nil {
				return err
			}
		}
		if boot { // drafts that are gone leave files behind
			_, err = tx.EraseBytes()
		}
		return err
	})
}

// ReleaseHeld puts back in the queue what was held because of an account's state or for want of a permission, once that is well again.
func (d *Desk) ReleaseHeld(ctx context.Context, a AccountID) error {
	return d.Store.Update(ctx, Machines, func(tx Tx) error {
		list, err := tx.OutgoingIn(a, Held)
		if err != nil {
			return err
		}
		account := d.Directory().Accounts[a]
		for i := range list {
			o := &list[i]
			ours := o.Reason != nil && (o.Reason.Key == "held.account" || o.Reason.Key == "held.permission")
			if ours && o.Reason.String() != account.Holds(o.Kind).String() { // where it is another, Claim says which
				if err := d.become(tx, o, Queued, nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// SetAccountState writes what an account's connection is doing and what cannot be sent meanwhile (Account.Lacks), if it changed.
func (d *Desk) SetAccountState(ctx context.Context, id AccountID, s AccountState, advice *Reason, lacks map[OutgoingKind]string) error {
	same := func(a Account) bool {
		return a.State == s && a.Advice.String() == advice.String() && maps.Equal(a.Lacks, lacks)
	}
	if same(d.Directory().Accounts[id]) {
		return nil
	}
	return d.setup(ctx, func(tx Tx) error {
		list, err := tx.Accounts()
		if err != nil {
			return err
		}
		for i := range list {
			a := &list[i]
			if a.ID != id || same(*a) {
				continue
			}
			if a.State != s {
				a.Since = tx.Now()
			}
			a.State, a.Advice, a.Lacks = s, advice, lacks
			if err := tx.PutAccount(a); err != nil {
				return err
			}
			return tx.Append(&Change{Kind: ChangeAccount, Actor: ActorDesk, Account: id, Word: string(s), Detail: advice.String()})
		}
		return nil
	})
}
