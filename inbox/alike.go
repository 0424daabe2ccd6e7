package inbox

import (
	"context"
	"sync"

	"lytter/inbox/text/alike"
)

// maxRecent is how many messages a new one is compared with: in the busiest city some days'.
const maxRecent = 10_000

// alikes are the messages that a new one may be like. They are read from the store when the first one comes.
type alikes struct {
	mu     sync.Mutex // held while they are read
	recent *alike.Recent
}

// load reads the newest messages, once.
func (a *alikes) load(ctx context.Context, d *Desk) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.recent != nil {
		return nil
	}
	recent := alike.NewRecent(maxRecent)
	err := d.Store.View(ctx, func(tx Tx) error {
		return tx.Recent(maxRecent, func(m Message) error {
			if m.comparable() {
				recent.Add(int64(m.ID), alike.Of(d.Cutter.Cut(nil, m.Text)))
			}
			return nil
		})
	})
	if err == nil {
		a.recent = recent
	}
	return err
}

// comparable reports whether others may be like a message: a citizen's that is still there.
func (m *Message) comparable() bool { return m.Direction == In && m.DeletedAt.IsZero() && !m.Aside }

// add remembers a message that was written, unless one that says the very same is remembered already.
func (a *alikes) add(p *prepared, m *Message) {
	if m.comparable() && !p.twin {
		p.kept = m.ID
		a.recent.Add(int64(m.ID), p.sketch)
	}
}

// forget takes back what add did: it was not committed.
func (a *alikes) forget(p *prepared) {
	if p.kept != 0 {
		a.recent.Forget(int64(p.kept))
		p.kept = 0
	}
}

// cluster finds what a message that is about to be written is like, and says so in both. Which of several it joins depends on what has
// come before it; that it joins one does not. The caller puts message and conversation.
func (d *Desk) cluster(tx Tx, c *Conversation, p *prepared, m *Message) error {
	if m.ID != 0 { // its text was another
		d.alike.recent.Forget(int64(m.ID))
		m.Cluster = 0
	}
	if p.twin = false; !m.comparable() {
		return nil
	}
	id, same := d.alike.recent.Find(&p.sketch)
	if id == 0 {
		return nil
	}
	first, err := tx.Message(MessageID(id))
	if err != nil {
		return ignoreNotFound(err)
	}
	if !first.comparable() {
		return nil
	}
	p.twin = same
	if m.Cluster = first.Cluster; m.Cluster != 0 {
		return nil
	}
	first.Cluster, m.Cluster = first.ID, first.ID
	if err := tx.PutMessage(first); err != nil || first.Conversation == c.ID {
		return err
	}
	other, err := tx.Conversation(first.Conversation)
	if err != nil {
		return err
	}
	return d.touch(tx, other, first.ID, wantAlike)
}

// wantAlike is what a change says that told of a message that another is like it.
const wantAlike Want = "alike"
