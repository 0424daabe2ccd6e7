package inbox

import (
	"context"
	"fmt"
	"strings"

	"lytter/inbox/text"
)

// The CPR guard. The store and the journal hold what was said; what leaves a Seat for a person's eyes, and what documents are made of,
// has its CPR numbers covered (text.Masked). There are four doors: Rows, Open, Reveal, and docs.message.

// cpr is how sure it is that a message holds a CPR number, in its text or in what is attached.
func (m *Message) cpr() text.Sureness {
	sure := text.SureCPR(m.Text)
	for i := range m.Media {
		sure = max(sure, text.SureCPR(m.Media[i].Name, m.Media[i].Alt))
	}
	return sure
}

// mask covers CPR numbers in a row.
func (r *Row) mask() {
	if len(r.Text) > maxRowText-4 { // it was cut, maybe within a number
		r.Text = text.MaskedStart(r.Text)
	} else {
		r.Text = text.Masked(r.Text)
	}
	r.Author.Name, r.Author.Handle = text.Masked(r.Author.Name), text.Masked(r.Author.Handle)
}

// MaskedQuery covers CPR numbers in a query: its signs say nothing of the digits behind them.
func MaskedQuery(q string) string {
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune("=#@+*~", r) {
			return ' '
		}
		return r
	}, q)
	masked := text.Masked(bare)
	if masked == bare {
		return q
	}
	out := []byte(q)
	for i := range out {
		if masked[i] != bare[i] {
			out[i] = masked[i]
		}
	}
	return string(out)
}

// maxRowText is how many bytes Row.Text has at most.
const maxRowText = 300

// mask covers CPR numbers in everything that a screen shows of a conversation, but for this person's own drafts, and notes which
// messages hold one.
func (o *Opened) mask() {
	o.Covered = map[MessageID]text.Sureness{}
	for i := range o.Msgs {
		m := &o.Msgs[i]
		if sure := m.cpr(); sure != text.Unlikely {
			o.Covered[m.ID] = sure
		}
		vs := o.Versions[m.ID]
		for k := range vs {
			if sure := text.SureCPR(vs[k].Text); sure != text.Unlikely && o.Covered[m.ID] == text.Unlikely {
				o.Covered[m.ID] = text.Likely
			}
			vs[k].Text = text.Masked(vs[k].Text)
		}
		m.mask()
	}
	for i := range o.Outgoing {
		o.Outgoing[i].mask()
	}
	for i := range o.History {
		o.History[i].Detail = text.Masked(o.History[i].Detail)
	}
	for id, who := range o.Identities {
		who.Name, who.Handle = text.Masked(who.Name), text.Masked(who.Handle)
		o.Identities[id] = who
	}
	if o.Post != nil {
		o.Post.Text, o.Post.Permalink = text.Masked(o.Post.Text), text.Masked(o.Post.Permalink)
	}
	if o.Began != nil {
		o.Began.mask()
	}
}

func (o *Outgoing) mask() {
	o.Text, o.Why = text.Masked(o.Text), text.Masked(o.Why)
	for i := range o.Attachments {
		f := &o.Attachments[i]
		f.Name, f.Alt = text.Masked(f.Name), text.Masked(f.Alt)
	}
}

func (m *Message) mask() {
	m.Text, m.Permalink = text.Masked(m.Text), text.Masked(m.Permalink)
	for i := range m.Media {
		m.Media[i].Name, m.Media[i].Alt = text.Masked(m.Media[i].Name), text.Masked(m.Media[i].Alt)
	}
}

// Revealed is what a message says with nothing covered, and said before it was edited.
type Revealed struct {
	Text     string
	Media    []Media
	Versions []Version
}

// Reveal gives a message of a conversation as it was written. That it was asked for is a change of its own. An Error of code Conflict if
// nothing in it is covered.
func (s *Seat) Reveal(ctx context.Context, id ConversationID, message MessageID) (*Revealed, error) {
	const op = "seat.Reveal"
	var out *Revealed
	err := s.act(ctx, op, id, DoReveal, func(tx Tx, t *Thread) error {
		m := t.Message(message)
		if m == nil {
			return E(NotFound, op, "message.not_found", "ID", int64(message))
		}
		vs, err := tx.Versions(m.ID)
		if err != nil {
			return err
		}
		sure := m.cpr()
		for i := range vs {
			sure = max(sure, text.SureCPR(vs[i].Text))
		}
		if sure == text.Unlikely {
			return E(Conflict, op, "refused.no_cpr")
		}
		out = &Revealed{Text: m.Text, Media: m.Media, Versions: vs}
		return s.tell(tx, t, Change{Kind: ChangeRevealed, Message: m.ID})
	})
	return out, err
}

// letThrough refuses texts of ours that hold a CPR number, unless somebody who may says why it is none: then it gives the change that
// tells so. nil, nil: there is none.
func (s *Seat) letThrough(op, why string, texts ...string) (*Change, error) {
	if text.SureCPR(texts...) == text.Unlikely {
		return nil, nil
	}
	if why = strings.TrimSpace(why); why == "" {
		return nil, E(Invalid, op, "refused.cpr")
	}
	if err := s.may(op, DoPassCPR); err != nil {
		return nil, err
	}
	if len(why) > MaxText {
		return nil, E(Invalid, op, "refused.too_long", "Count", len(why), "Max", MaxText)
	}
	return &Change{Kind: ChangePassed, Detail: text.Masked(why)}, nil
}

// tellPassed tells that something was let through, if it was.
func (s *Seat) tellPassed(tx Tx, t *Thread, passed *Change, o *Outgoing) error {
	if passed == nil {
		return nil
	}
	passed.Outgoing, passed.Message = o.ID, o.To
	return s.tell(tx, t, *passed)
}

// said are the texts that go out with a reply: its own, and the names and descriptions of what is attached.
func said(words string, files []Attachment) []string {
	out := []string{words}
	for i := range files {
		out = append(out, files[i].Name, files[i].Alt)
	}
	return out
}

// cprWhy is why the desk hides by itself. It is a name and the same in every language.
const cprWhy = "CPR"

// hideCPR decides that a citizen's message is hidden, where its account is set to do so and the number in it is certain. It goes out at
// once like any act of moderation, is the desk's, and is decided once for a message: what a person took back stays so.
func (d *Desk) hideCPR(tx Tx, p *prepared, c *Conversation, m *Message) error {
	if !d.Settings.HideCPR[p.account.Name] || p.Source == FromImport || m.Direction != In || m.Kind == Direct || m.Aside || m.Hidden || !m.DeletedAt.IsZero() ||
		m.At.Before(p.account.Connected.Add(-d.Settings.History)) || m.cpr() != text.Certain {
		return nil
	}
	now := tx.Now()
	if !d.Abilities.Can(p.account, *m, ActHide, now).Allowed {
		return nil
	}
	token := fmt.Sprintf("cpr-%d", m.ID)
	if have, err := tx.FindToken(token); err != nil || have != nil {
		return err
	}
	o := &Outgoing{
		Conversation: c.ID, Account: c.Account, Kind: Hide, Target: m.Remote, To: m.ID, Thread: c.Thread, Why: cprWhy, Token: token,
		State: Queued, CreatedAt: now, ConfirmedAt: now, NotBefore: now,
	}
	if why := p.account.Holds(Hide); why != nil {
		o.State, o.Reason = Held, why
	}
	if err := tx.PutOutgoing(o); err != nil {
		return err
	}
	return tx.Append(&Change{
		Kind: ChangeOutgoing, Actor: ActorDesk, Account: c.Account, Conversation: c.ID, Outgoing: o.ID, Message: m.ID, Word: string(o.State),
		Detail: o.Why,
	})
}

// HidByItself is the desk's own hiding of a message, or nil.
func (t *Thread) HidByItself(m MessageID) *Outgoing {
	for i := range t.Outgoing {
		if o := &t.Outgoing[i]; o.To == m && o.Kind == Hide && o.By == 0 {
			return o
		}
	}
	return nil
}
