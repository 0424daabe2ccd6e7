package store

import (
	"lytter/inbox"
	"lytter/inbox/text/signal"
	"lytter/store/internal/sqlconn"
)

const (
	messageCols = `conversation, account, remote, parent, kind, direction, author, by_user, to_identity, text, media, permalink, at,
		seen_at, edited_at, deleted_at, hidden, in_hours, echoed_at, outgoing, standby, aside,
		by_edits, signals, cluster`
	messageArgs = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25`
	messageRow  = "id, " + messageCols
)

func readMessage(r *sqlconn.Row) inbox.Message {
	m := inbox.Message{
		ID: inbox.MessageID(r.Int()), Conversation: inbox.ConversationID(r.Int()), Account: inbox.AccountID(r.Int()),
		Remote: inbox.RemoteID(r.Text()), Parent: inbox.RemoteID(r.Text()), Kind: inbox.Kind(r.Text()), Direction: inbox.Direction(r.Text()),
		Author: inbox.IdentityID(r.Int()), By: inbox.UserID(r.Int()), To: inbox.IdentityID(r.Int()), Text: r.Text(),
	}
	r.JSON(&m.Media)
	m.Permalink, m.At, m.SeenAt, m.EditedAt, m.DeletedAt = r.Text(), r.Time(), r.Time(), r.Time(), r.Time()
	m.Hidden, m.InHours, m.EchoedAt, m.Outgoing, m.Standby, m.Aside = r.Bool(), r.Bool(), r.Time(), inbox.OutgoingID(r.Int()), r.Bool(), r.Bool()
	m.ByEdits, m.Signals, m.Cluster = r.Bool(), signal.Signals(r.Int()), inbox.MessageID(r.Int())
	return m
}

// Message implements inbox.MessageTx.
func (t *tx) Message(id inbox.MessageID) (*inbox.Message, error) {
	m, err := find(t, readMessage, "SELECT "+messageRow+" FROM messages WHERE id = $1", id)
	return must(m, err, "message.not_found", id)
}

// FindMessage implements inbox.MessageTx. What arrives is mostly new: it asks for the id alone first, which is half the cost of finding
// nothing.
func (t *tx) FindMessage(a inbox.AccountID, remote inbox.RemoteID) (*inbox.Message, error) {
	if remote == "" {
		return nil, nil
	}
	id, err := t.number("SELECT id FROM messages WHERE account = $1 AND remote = $2 AND remote <> ''", a, remote)
	if err != nil || id == 0 {
		return nil, err
	}
	return t.Message(inbox.MessageID(id))
}

// PutMessage implements inbox.MessageTx. An Error of code Conflict if the account has another of the same platform id.
func (t *tx) PutMessage(m *inbox.Message) error {
	return put(t, &m.ID, "message.not_found",
		"INSERT INTO messages ("+messageCols+") VALUES ("+messageArgs+") RETURNING id",
		"UPDATE messages SET ("+messageCols+") = ("+messageArgs+") WHERE id = $26",
		m.Conversation, m.Account, m.Remote, m.Parent, m.Kind, m.Direction, m.Author, m.By, m.To, m.Text, sqlconn.JSON(m.Media), m.Permalink,
		m.At, m.SeenAt, m.EditedAt, m.DeletedAt, m.Hidden, m.InHours, m.EchoedAt, m.Outgoing, m.Standby, m.Aside, m.ByEdits,
		m.Signals, m.Cluster)
}

// MessagesOf implements inbox.MessageTx.
func (t *tx) MessagesOf(id inbox.ConversationID) ([]inbox.Message, error) {
	return list(t, readMessage, "SELECT "+messageRow+" FROM messages WHERE conversation = $1 ORDER BY at, id", id)
}

// MoveMessages implements inbox.MessageTx. Where somebody has a draft in both, they become one, the newer text first: nothing that a
// person wrote is lost.
func (t *tx) MoveMessages(from, to inbox.ConversationID) error {
	if from == to {
		return nil
	}
	for _, q := range []string{
		"UPDATE messages SET conversation = $1 WHERE conversation = $2",
		"UPDATE outgoing SET conversation = $1 WHERE conversation = $2",
	} {
		if err := t.do(q, to, from); err != nil {
			return err
		}
	}
	if err := t.moveEffects(from, to); err != nil {
		return err
	}
	moving, err := list(t, readDraft, "SELECT "+draftCols+" FROM drafts WHERE conversation = $1 ORDER BY user_id, kind, about", from)
	if err != nil {
		return err
	}
	for _, d := range moving {
		if _, err := t.DeleteDraft(d); err != nil {
			return err
		}
		have, err := t.DraftsIn(d.User, to)
		if err != nil {
			return err
		}
		d.Conversation = to
		for _, h := range have {
			if h.Same(d) {
				d = h.Join(d)
			}
		}
		if err := t.PutDraft(d); err != nil {
			return err
		}
	}
	return nil
}

// AddVersion implements inbox.MessageTx.
func (t *tx) AddVersion(v inbox.Version) error {
	return t.do("INSERT INTO versions (message, text, at) VALUES ($1, $2, $3)", v.Message, v.Text, v.At)
}

// Versions implements inbox.MessageTx.
func (t *tx) Versions(id inbox.MessageID) ([]inbox.Version, error) {
	return list(t, func(r *sqlconn.Row) inbox.Version {
		return inbox.Version{Message: inbox.MessageID(r.Int()), Text: r.Text(), At: r.Time()}
	}, "SELECT message, text, at FROM versions WHERE message = $1 ORDER BY at, id", id)
}

// EraseVersions implements inbox.MessageTx.
func (t *tx) EraseVersions(id inbox.MessageID) error {
	return t.do("DELETE FROM versions WHERE message = $1", id)
}

// Early implements inbox.MessageTx.
func (t *tx) Early(a inbox.AccountID, remote inbox.RemoteID) (*inbox.Early, error) {
	return find(t, func(r *sqlconn.Row) inbox.Early {
		return inbox.Early{
			Account: inbox.AccountID(r.Int()), Remote: inbox.RemoteID(r.Text()), Deleted: r.Bool(), Hidden: r.Bool(), At: r.Time(),
		}
	}, "SELECT account, remote, deleted, hidden, at FROM early WHERE account = $1 AND remote = $2", a, remote)
}

// PutEarly implements inbox.MessageTx.
func (t *tx) PutEarly(e inbox.Early) error {
	return t.do(`INSERT INTO early (account, remote, deleted, hidden, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, remote) DO UPDATE SET deleted = excluded.deleted, hidden = excluded.hidden, at = excluded.at`,
		e.Account, e.Remote, e.Deleted, e.Hidden, e.At)
}

// ReactionsBy implements inbox.MessageTx.
func (t *tx) ReactionsBy(a inbox.AccountID, object, actor inbox.RemoteID) ([]inbox.Reaction, error) {
	return list(t, func(r *sqlconn.Row) inbox.Reaction {
		return inbox.Reaction{Account: a, Object: object, Actor: actor, Kind: r.Text(), At: r.Time(), Gone: r.Bool()}
	}, "SELECT kind, at, gone FROM reactions WHERE account = $1 AND object = $2 AND actor = $3 ORDER BY kind", a, object, actor)
}

// PutReaction implements inbox.MessageTx.
func (t *tx) PutReaction(r inbox.Reaction) error {
	return t.do(`INSERT INTO reactions (account, object, actor, kind, at, gone) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, object, actor, kind) DO UPDATE SET at = excluded.at, gone = excluded.gone`,
		r.Account, r.Object, r.Actor, r.Kind, r.At, r.Gone)
}

// Reactions implements inbox.MessageTx.
func (t *tx) Reactions(a inbox.AccountID, object inbox.RemoteID) (map[string]int, error) {
	out := map[string]int{}
	err := t.each(func(r *sqlconn.Row) {
		kind := r.Text()
		out[kind] = int(r.Int())
	}, "SELECT kind, count(*) FROM reactions WHERE account = $1 AND object = $2 AND gone = 0 GROUP BY kind", a, object)
	return out, err
}

// EachMessage implements inbox.MessageTx. f may use the transaction.
func (t *tx) EachMessage(after inbox.MessageID, f func(inbox.Message) error) error {
	for {
		page, err := list(t, readMessage, "SELECT "+messageRow+" FROM messages WHERE id > $1 ORDER BY id LIMIT $2", after, 500)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, m := range page {
			if err := f(m); err != nil {
				return err
			}
			after = m.ID
		}
	}
}

// Cluster implements inbox.MessageTx.
func (t *tx) Cluster(id inbox.MessageID, n int) ([]inbox.ConversationID, error) {
	return list(t, func(r *sqlconn.Row) inbox.ConversationID { return inbox.ConversationID(r.Int()) },
		"SELECT DISTINCT conversation FROM messages WHERE cluster = $1 AND cluster <> 0 LIMIT $2", id, n)
}

// Corrected implements inbox.MessageTx. The number is what the bits that a person has set begin with: it is the index's own.
func (t *tx) Corrected(after inbox.MessageID, n int) ([]inbox.Message, error) {
	return list(t, readMessage, "SELECT "+messageRow+" FROM messages WHERE signals > 4294967295 AND id > $1 ORDER BY id LIMIT $2", after, n)
}

// Recent implements inbox.MessageTx.
func (t *tx) Recent(n int, f func(inbox.Message) error) error {
	ms, err := list(t, readMessage, "SELECT "+messageRow+` FROM messages
		WHERE id > (SELECT coalesce(max(id), 0) FROM messages) - $1 AND direction = 'in' ORDER BY id`, n)
	if err != nil {
		return err
	}
	for i := range ms {
		if err := f(ms[i]); err != nil {
			return err
		}
	}
	return nil
}
