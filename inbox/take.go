package inbox

import "time"

// again handles a message that we have already.
func (d *Desk) again(tx Tx, p *prepared, m *Message) (Outcome, error) {
	if err := d.since(tx, p, m); err != nil {
		return "", err
	}
	if p.Source == FromWebhook && !p.Thin && p.Event == Posted {
		// A webhook of a new message tells how it was when it was written, which says nothing of how it is now.
		if err := d.earlier(tx, p, m, m.At); err != nil {
			return "", err
		}
	}
	if p.FromUs {
		return d.echoed(tx, p, m)
	}
	if !m.DeletedAt.IsZero() || p.Source == FromWebhook || p.Thin || p.Text == m.Text {
		return d.fill(tx, p, m)
	}
	if !p.Observed.After(m.EditedAt) || !p.Observed.After(m.SeenAt) && p.Source != FromImport {
		return Same, nil
	}
	return d.edit(tx, p, m)
}

// since puts a message of which we heard the edits first in its place: where its beginning tells that it is, and until then where the
// earliest of the edits does.
func (d *Desk) since(tx Tx, p *prepared, m *Message) error {
	if !m.ByEdits || p.Thin || p.Event == Edited && !p.At.Before(m.At) {
		return nil
	}
	m.At, m.ByEdits = p.At, p.Event == Edited
	if err := tx.PutMessage(m); err != nil {
		return err
	}
	c, err := tx.Conversation(m.Conversation)
	if err != nil {
		return err
	}
	if err := d.recount(tx, c); err != nil {
		return err
	}
	return d.touch(tx, c, m.ID, WantMessage)
}

// fill takes over what a second telling brings to a message of which we knew less.
func (d *Desk) fill(tx Tx, p *prepared, m *Message) (Outcome, error) {
	if p.Author == nil || m.Direction != In {
		return Same, nil
	}
	id, err := d.identity(tx, p.account, *p.Author)
	if err != nil || m.Author != 0 {
		return Same, err
	}
	m.Author = id
	if err := tx.PutMessage(m); err != nil {
		return "", err
	}
	c, err := tx.Conversation(m.Conversation)
	if err != nil {
		return "", err
	}
	if err := d.recount(tx, c); err != nil {
		return "", err
	}
	return Changed, d.touch(tx, c, m.ID, WantProfile)
}

// touch writes a conversation of which something was filled in, so that its version moves and all who show it hear of it.
func (d *Desk) touch(tx Tx, c *Conversation, m MessageID, w Want) error {
	if err := tx.PutConversation(c); err != nil {
		return err
	}
	return tx.Append(&Change{
		Kind: ChangeFilled, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID, Message: m, Word: string(w),
	})
}

func (d *Desk) touchAll(tx Tx, ids []ConversationID, w Want) error {
	for _, id := range ids {
		c, err := tx.Conversation(id)
		if err != nil {
			return err
		}
		if err := d.touch(tx, c, 0, w); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) takeEdited(tx Tx, p *prepared) (Outcome, error) {
	m, err := tx.FindMessage(p.account.ID, p.Remote)
	if err != nil {
		return "", err
	}
	if m == nil {
		return d.takePosted(tx, p) // the edit came first: it carries the whole text
	}
	if err := d.since(tx, p, m); err != nil {
		return "", err
	}
	if !m.DeletedAt.IsZero() || m.Text == p.Text {
		return Same, nil
	}
	if !p.Observed.After(m.EditedAt) {
		return Same, d.earlier(tx, p, m, p.Observed)
	}
	return d.edit(tx, p, m)
}

// earlier keeps what an edited message said at a time before, of which we hear only now.
func (d *Desk) earlier(tx Tx, p *prepared, m *Message, at time.Time) error {
	if m.EditedAt.IsZero() || !m.DeletedAt.IsZero() || p.Thin || p.Text == m.Text {
		return nil
	}
	vs, err := tx.Versions(m.ID)
	if err != nil {
		return err
	}
	for _, v := range vs {
		if v.At.Equal(at) || v.Text == p.Text {
			return nil
		}
	}
	return tx.AddVersion(Version{Message: m.ID, Text: p.Text, At: at})
}

// edit gives a message its new text, keeps the old, and lets the rules see the new.
func (d *Desk) edit(tx Tx, p *prepared, m *Message) (Outcome, error) {
	said := later(m.At, m.EditedAt)
	if err := tx.AddVersion(Version{Message: m.ID, Text: m.Text, At: said}); err != nil {
		return "", err
	}
	m.Text, m.EditedAt = p.Text, p.Observed
	if len(p.Media) > 0 {
		m.Media = p.Media
	}
	if m.Direction == In {
		m.Signals = m.Signals.Again(p.signals)
	}
	c, err := tx.Conversation(m.Conversation)
	if err != nil {
		return "", err
	}
	if err := d.cluster(tx, c, p, m); err != nil {
		return "", err
	}
	if err := tx.PutMessage(m); err != nil {
		return "", err
	}
	d.alike.add(p, m)
	edited := &Change{Kind: ChangeEdited, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID, Message: m.ID}
	if err := tx.Append(edited); err != nil {
		return "", err
	}
	if m.Direction == In {
		if err := d.apply(tx, c, p, m.ID); err != nil {
			return "", err
		}
		if err := d.alarm(tx, c, m); err != nil {
			return "", err
		}
		if err := d.hideCPR(tx, p, c, m); err != nil {
			return "", err
		}
		d.setDue(c)
	}
	return Changed, tx.PutConversation(c)
}

// takeDeleted drops the text of what is gone from the platform, as the platforms' terms ask: only its id and times stay.
func (d *Desk) takeDeleted(tx Tx, p *prepared) (Outcome, error) {
	m, err := tx.FindMessage(p.account.ID, p.Remote)
	if err != nil {
		return "", err
	}
	if m == nil {
		e, err := tx.Early(p.account.ID, p.Remote)
		if err != nil || e != nil && e.Deleted {
			return Same, err
		}
		if err := tx.PutEarly(Early{Account: p.account.ID, Remote: p.Remote, Deleted: true, At: p.Observed}); err != nil {
			return "", err
		}
		return Changed, d.removePost(tx, p)
	}
	if !m.DeletedAt.IsZero() {
		return Same, nil
	}
	m.DeletedAt, m.Text, m.Media, m.Signals, m.Cluster = p.Observed, "", nil, 0, 0
	if err := tx.EraseVersions(m.ID); err != nil {
		return "", err
	}
	if err := tx.PutMessage(m); err != nil {
		return "", err
	}
	c, err := tx.Conversation(m.Conversation)
	if err != nil {
		return "", err
	}
	if err := d.recount(tx, c); err != nil {
		return "", err
	}
	if err := tx.Append(&Change{
		Kind: ChangeDeleted, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID, Message: m.ID,
	}); err != nil {
		return "", err
	}
	if err := d.emptied(tx, c); err != nil {
		return "", err
	}
	return Changed, tx.PutConversation(c)
}

// removePost notes of a post of ours that it is gone.
func (d *Desk) removePost(tx Tx, p *prepared) error {
	c, err := tx.FindPost(p.account.ID, p.Remote)
	if err != nil || c == nil {
		return err
	}
	c.remove(p.Observed)
	if err := tx.PutPost(c); err != nil {
		return err
	}
	return d.touchPost(tx, c)
}

// emptied closes a conversation whose citizens' messages are all deleted; one that comes opens it again. The caller puts it.
func (d *Desk) emptied(tx Tx, c *Conversation) error {
	if c.Status == Closed {
		return nil
	}
	msgs, err := tx.MessagesOf(c.ID)
	if err != nil {
		return err
	}
	heard := false
	for i := range msgs {
		if msgs[i].Direction != In {
			continue
		}
		if heard = true; msgs[i].DeletedAt.IsZero() {
			return nil
		}
	}
	if !heard {
		return nil // what was answered here has not come yet
	}
	c.Status, c.Reason, c.SnoozeUntil = Closed, NoAnswer, time.Time{}
	c.TakenBy, c.TakenUntil = 0, time.Time{}
	d.setDue(c)
	return tx.Append(&Change{Kind: ChangeClosed, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID, Word: string(NoAnswer)})
}

func (d *Desk) takeHidden(tx Tx, p *prepared) (Outcome, error) {
	hidden := p.Event == Hid
	m, err := tx.FindMessage(p.account.ID, p.Remote)
	if err != nil {
		return "", err
	}
	if m == nil {
		e, err := tx.Early(p.account.ID, p.Remote)
		if err != nil || e != nil && (e.Deleted || e.Hidden == hidden || !p.Observed.After(e.At)) {
			return Same, err
		}
		return Changed, tx.PutEarly(Early{Account: p.account.ID, Remote: p.Remote, Hidden: hidden, At: p.Observed})
	}
	if m.Hidden == hidden || !m.DeletedAt.IsZero() {
		return Same, nil
	}
	m.Hidden = hidden
	if err := tx.PutMessage(m); err != nil {
		return "", err
	}
	c, err := tx.Conversation(m.Conversation)
	if err != nil {
		return "", err
	}
	if err := tx.PutConversation(c); err != nil {
		return "", err
	}
	return Changed, tx.Append(&Change{
		Kind: ChangeHidden, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID, Message: m.ID, Word: shownWord(hidden),
	})
}

// takeReaction counts by rows. Reactions to what is no message of ours are counted all the same: a post of ours has them too.
func (d *Desk) takeReaction(tx Tx, p *prepared) (Outcome, error) {
	if p.Author == nil || p.Author.Remote == "" {
		return Same, nil // nobody to count
	}
	r := Reaction{Account: p.account.ID, Object: p.Remote, Actor: p.Author.Remote, Kind: p.Reaction, At: p.At, Gone: p.Event == Unreacted}
	changed, err := d.react(tx, r, p.account.Channel == X)
	if err != nil || !changed {
		return Same, err
	}
	m, err := tx.FindMessage(p.account.ID, p.Remote)
	if err != nil || m == nil {
		return Changed, err
	}
	return Changed, tx.Append(&Change{
		Kind: ChangeReacted, Actor: ActorPlatform, Account: p.account.ID, Conversation: m.Conversation, Message: m.ID, Word: r.Kind,
	})
}

// react writes a reaction. On X a person can like and repost the same thing; elsewhere a new reaction takes the place of the old. What
// is told late changes nothing.
func (d *Desk) react(tx Tx, r Reaction, several bool) (changed bool, err error) {
	have, err := tx.ReactionsBy(r.Account, r.Object, r.Actor)
	if err != nil {
		return false, err
	}
	for _, h := range have {
		switch same := h.Kind == r.Kind; {
		case same && h.Gone == r.Gone:
			return false, nil
		case (same || !several) && h.At.After(r.At):
			return false, nil
		}
	}
	for _, h := range have {
		if several || h.Gone || h.Kind == r.Kind {
			continue
		}
		if r.Gone && r.Kind != "" {
			return false, nil // what is taken back was replaced before
		}
		h.Gone, h.At = true, r.At
		if err := tx.PutReaction(h); err != nil {
			return false, err
		}
		changed = true
	}
	if r.Kind == "" {
		return changed, nil
	}
	return true, tx.PutReaction(r)
}

// takeContext keeps a post of ours beside the conversations that hang on it.
func (d *Desk) takeContext(tx Tx, p *prepared) (Outcome, error) {
	c, err := tx.FindPost(p.account.ID, p.Remote)
	if err != nil {
		return "", err
	}
	fresh := c == nil
	if fresh {
		if c, err = newPost(tx, p.account.ID, p.Remote); err != nil {
			return "", err
		}
	}
	was := *c
	changed := c.tell(p.Incoming)
	if !fresh && *c == was {
		return Same, nil
	}
	if err := tx.PutPost(c); err != nil || fresh {
		return New, err
	}
	if !changed {
		return Same, nil
	}
	return Changed, d.touchPost(tx, c)
}

// newPost is a post that is not kept yet; one may have heard of its removal before.
func newPost(tx Tx, a AccountID, remote RemoteID) (*Context, error) {
	c := &Context{Account: a, Remote: remote}
	early, err := tx.Early(a, remote)
	if err == nil && early != nil && early.Deleted {
		c.remove(early.At)
	}
	return c, err
}

// touchPost lets all who show a post hear of what became of it.
func (d *Desk) touchPost(tx Tx, c *Context) error {
	ids, err := tx.ConversationsOn(c.ID)
	if err != nil {
		return err
	}
	return d.touchAll(tx, ids, WantContext)
}

// takeSeen notes up to when a citizen has read a thread of direct messages. It wakes nobody who waits for work.
func (d *Desk) takeSeen(tx Tx, p *prepared) (Outcome, error) {
	c, err := tx.FindThread(p.account.ID, p.Remote)
	if err != nil || c == nil || !p.At.After(c.ReadAt) {
		return Same, err
	}
	c.ReadAt = p.At
	if err := tx.PutConversation(c); err != nil {
		return "", err
	}
	return Changed, tx.Append(&Change{Kind: ChangeRead, Actor: ActorPlatform, Account: c.Account, Conversation: c.ID})
}
