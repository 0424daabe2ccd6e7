package inbox

import (
	"context"
	"maps"
	"slices"

	"lytter/inbox/text/signal"
)

// settingWords holds the organisation's own words.
const settingWords = "words"

// SetWords puts the organisation's own words in the place of those there are. What has come already keeps what was read of it.
func (d *Desk) SetWords(ctx context.Context, weights map[string]int, by UserID) error {
	own := signal.NewOwn(d.Cutter, weights)
	return d.setup(ctx, func(tx Tx) error {
		if err := tx.SetSetting(settingWords, own.String()); err != nil {
			return err
		}
		return tx.Append(&Change{Kind: ChangeWords, Actor: actorOf(by), User: by, Ref: int64(len(own.Words()))})
	})
}

// alarm raises a conversation in which somebody tells of danger, whatever the hour and the rules. What a person chose stays, and so does
// what is closed: history is not an emergency. The words are found again in the message, which the change names.
func (d *Desk) alarm(tx Tx, c *Conversation, m *Message) error {
	danger := m.Signals & signal.Danger
	if danger == 0 || m.Aside || !m.DeletedAt.IsZero() || !c.Live() || c.PrioritySet || c.Priority >= Urgent {
		return nil
	}
	c.Priority = Urgent
	return tx.Append(&Change{
		Kind: ChangePriority, Actor: ActorDesk, Account: c.Account, Conversation: c.ID, Message: m.ID, Word: c.Priority.String(),
		Detail: danger.Names()[0],
	})
}

// readAll reads what was stored before signals were kept, so that what is shown is what is found.
func (ds *docs) readAll(t *Thread) {
	for i := range t.Msgs {
		if m := &t.Msgs[i]; m.Direction == In && m.DeletedAt.IsZero() && !m.Signals.Known() {
			m.Signals = (*signal.Reader)(nil).Read(m.Text, ds.cutter.Cut(nil, m.Text))
		}
	}
}

// Explain tells by which words of a message a signal is there. Nothing is told of what a person has set, and of what is read otherwise now.
func (s *Seat) Explain(m *Message, of signal.Signals) []signal.Mark {
	if m.Signals.Set(of) {
		return nil
	}
	_, marks := s.desk.Directory().Reader.Explain(m.Text, s.desk.Cutter.Cut(nil, m.Text))
	var out []signal.Mark
	for _, k := range marks {
		if k.Signal&of&m.Signals != 0 {
			out = append(out, k)
		}
	}
	return out
}

// Correct sets what a message shows, as a person sees it: a thing (signal.Settable) and which of its signals are there, or none. No
// reading changes it after. Message 0 is the citizens' newest. Where the desk had raised the conversation for a danger and none is left,
// it is put back to normal.
func (s *Seat) Correct(ctx context.Context, id ConversationID, message MessageID, thing, value signal.Signals) error {
	const op = "seat.Correct"
	return s.act(ctx, op, id, DoTag, func(tx Tx, t *Thread) error {
		m := t.Heard(message)
		if m == nil {
			return E(Invalid, op, "signal.no_message")
		}
		s.desk.docs.readAll(t)
		if m.Signals.Set(thing) && m.Signals&thing == value&thing {
			return nil
		}
		m.Signals = m.Signals.Correct(thing, value)
		if err := tx.PutMessage(m); err != nil {
			return err
		}
		if err := s.tell(tx, t, Change{Kind: ChangeCorrected, Message: m.ID, Word: signal.Word(thing, value)}); err != nil {
			return err
		}
		if thing != signal.Danger {
			return nil
		}
		if value != 0 {
			return s.desk.alarm(tx, &t.Conversation, m)
		}
		return s.calm(tx, t)
	})
}

// Heard is a citizen's message of the thread, the newest for 0; nil if there is none.
func (t *Thread) Heard(id MessageID) *Message {
	for i := len(t.Msgs) - 1; i >= 0; i-- {
		if m := &t.Msgs[i]; m.Direction == In && m.DeletedAt.IsZero() && (id == 0 || m.ID == id) {
			return m
		}
	}
	return nil
}

// calm takes back what alarm did, when a person has said of all that there is no danger.
func (s *Seat) calm(tx Tx, t *Thread) error {
	if t.Priority != Urgent || t.PrioritySet {
		return nil
	}
	for i := range t.Msgs {
		if m := &t.Msgs[i]; m.Direction == In && m.DeletedAt.IsZero() && m.Signals.Has(signal.Danger) {
			return nil
		}
	}
	history, err := tx.History(t.ID, 1000)
	if err != nil {
		return err
	}
	for _, c := range history {
		if c.Kind != ChangePriority {
			continue
		}
		if c.Actor != ActorDesk {
			return nil // a rule has raised it
		}
		t.Priority = Normal // who said so chose no priority: the next danger raises it again
		return s.tell(tx, t, Change{Kind: ChangePriority, Word: t.Priority.String()})
	}
	return nil
}

// Alike is what a conversation shares with others that say nearly the same.
type Alike struct {
	Cluster MessageID // 0: none
	Count   int       // conversations in it that this person may see, this one too, up to MaxAlike
	More    bool      // there are more
}

// MaxAlike is up to how many that are alike are counted: the query cluster: finds them all.
const MaxAlike = 200

// count counts the conversations of a cluster. Who may not see all is told only of those that they may see.
func (s *Seat) count(tx Tx, cluster MessageID) (Alike, error) {
	ids, err := tx.Cluster(cluster, MaxAlike+1)
	if err != nil {
		return Alike{}, err
	}
	out := Alike{cluster, min(len(ids), MaxAlike), len(ids) > MaxAlike}
	if s.user().filter(s.desk.Directory()) == nil {
		return out, nil
	}
	f, err := s.Bind("")
	if err != nil {
		return out, err
	}
	known, err := tx.Stamps(ids[:out.Count])
	if err != nil {
		return out, err
	}
	ds, _, err := s.desk.docs.load(tx, slices.Collect(maps.Values(known)))
	if err != nil {
		return out, err
	}
	out.Count = 0
	for _, d := range ds {
		if d != nil && f.Match(d) {
			out.Count++
		}
	}
	return out, nil
}

// alike finds what of a thread most others share.
func (s *Seat) alike(tx Tx, t *Thread) (out Alike, err error) {
	seen := map[MessageID]bool{0: true}
	for i := range t.Msgs {
		id := t.Msgs[i].Cluster
		if seen[id] {
			continue
		}
		seen[id] = true
		a, err := s.count(tx, id)
		if err != nil {
			return out, err
		}
		if a.Count > out.Count {
			out = a
		}
	}
	return out, nil
}

// alikes counts for each row how many are like it. An agent is told where the conversation is open: what they may see must be looked up
// one by one.
func (s *Seat) alikes(tx Tx, rows []Row) error {
	known := map[MessageID]Alike{0: {}}
	agent := s.user().filter(s.desk.Directory()) != nil
	for i := range rows {
		r := &rows[i]
		a, ok := known[r.Alike.Cluster]
		if !ok && !agent {
			var err error
			if a, err = s.count(tx, r.Alike.Cluster); err != nil {
				return err
			}
			known[r.Alike.Cluster] = a
		}
		r.Alike = a
	}
	return nil
}
