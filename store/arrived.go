package store

import (
	"time"

	"lytter/inbox"
	"lytter/inbox/text/signal"
	"lytter/store/internal/sqlconn"
)

// arrivedRow is what is read of an arrival. Times are compared behind a sign, which keeps SQLite from going by the index on them where
// ids say better where to look.
const (
	arrivedRow = `SELECT m.id, m.conversation, m.account, m.kind, m.at, m.text, CASE WHEN m.media = '' THEN 0 ELSE 1 END, m.in_hours, m.signals, m.author,
		coalesce(i.handle, ''), coalesce(i.name, ''), coalesce(i.followers, 0) FROM messages m LEFT JOIN identities i ON i.id = m.author`
	arrivedOnly = " AND m.direction = 'in' AND m.deleted_at = 0 AND m.aside = 0"
)

func readArrived(r *sqlconn.Row) inbox.Arrived {
	a := inbox.Arrived{
		Message: inbox.MessageID(r.Int()), Conversation: inbox.ConversationID(r.Int()), Account: inbox.AccountID(r.Int()),
		Kind: inbox.Kind(r.Text()), At: r.Time(), Text: r.Text(), Media: r.Bool(), InHours: r.Bool(),
		Signals: signal.Signals(r.Int()),
	}
	author := r.Int()
	who := inbox.Author{Handle: r.Text(), Name: r.Text(), Followers: r.Int()}
	if author != 0 {
		a.Author = &who
	}
	return a
}

// ArrivalIDs implements inbox.ArrivalTx. Without a time the ends are those of all messages; what else has ids there is no arrival.
func (t *tx) ArrivalIDs(since time.Time) (lo, hi inbox.MessageID, err error) {
	q, args := "SELECT coalesce(min(id), 0) FROM messages", []any(nil)
	if !since.IsZero() {
		q, args = "SELECT coalesce(min(id), 0) FROM messages WHERE direction = 'in' AND at >= $1", []any{since}
	}
	first, err := t.number(q, args...)
	if err != nil || first == 0 {
		return 0, 0, err
	}
	last, err := t.number("SELECT max(id) FROM messages")
	return inbox.MessageID(first), inbox.MessageID(last), err
}

// ArrivalsBelow implements inbox.ArrivalTx.
func (t *tx) ArrivalsBelow(below, lo inbox.MessageID, since time.Time, n int) ([]inbox.Arrived, error) {
	return list(t, readArrived, arrivedRow+" WHERE m.id < $1 AND m.id >= $2 AND +m.at >= $3"+arrivedOnly+" ORDER BY m.id DESC LIMIT $4", below, lo, since, n)
}

// ArrivalsAmong implements inbox.ArrivalTx.
func (t *tx) ArrivalsAmong(ids []inbox.MessageID, since time.Time) ([]inbox.Arrived, error) {
	return list(t, readArrived, arrivedRow+" WHERE m.id {in} AND +m.at >= $2"+arrivedOnly, numbers(t.db.dialect(), ids), since)
}

// ArrivalsIn implements inbox.ArrivalTx.
func (t *tx) ArrivalsIn(ids []inbox.ConversationID, since time.Time) ([]inbox.Arrived, error) {
	return list(t, readArrived, arrivedRow+" WHERE m.conversation {in} AND +m.at >= $2"+arrivedOnly, numbers(t.db.dialect(), ids), since)
}

// Conversations implements inbox.ConversationTx.
func (t *tx) Conversations(ids []inbox.ConversationID) (map[inbox.ConversationID]inbox.Conversation, error) {
	out := make(map[inbox.ConversationID]inbox.Conversation, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := t.each(func(r *sqlconn.Row) {
		c := readConversation(r)
		out[c.ID] = c
	}, "SELECT "+conversationRow+" FROM conversations c WHERE c.id {in}", numbers(t.db.dialect(), ids))
	return out, err
}
