package store

import (
	"math"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

const (
	conversationCols = `account, channel, kind, thread, part, context, before_id, status, reason, snooze_until, queue, queue_set, assignee,
		taken_by, taken_until, priority, priority_set, topics, first_at, last_at, last_in_at, last_out_at, read_at, messages, awaiting,
		awaiting_since, settled_at, due_at, due_policy, queue_only, red_lane, proposals`
	conversationArgs = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
		$27, $28, $29, $30, $31, $32`
	conversationRow = "c.id, " + conversationCols + ", version"
)

// tagging is how a topic of a conversation is stored: a list of these is one column of the row, since it is always read and written
// with it, and is short.
type tagging struct {
	Topic   inbox.TopicID   `json:"t"`
	By      inbox.UserID    `json:"u,omitempty"`
	Rule    string          `json:"r,omitempty"`
	Version int64           `json:"v,omitempty"`
	Message inbox.MessageID `json:"m,omitempty"`
	Hits    []inbox.RuleHit `json:"h,omitempty"`
	Removed bool            `json:"x,omitempty"`
}

func readConversation(r *sqlconn.Row) inbox.Conversation {
	c := inbox.Conversation{ID: inbox.ConversationID(r.Int()), Account: inbox.AccountID(r.Int())}
	c.Channel, c.Kind, c.Thread, c.Part = inbox.Channel(r.Text()), inbox.Kind(r.Text()), inbox.RemoteID(r.Text()), int(r.Int())
	c.Context, c.Before = inbox.ContextID(r.Int()), inbox.ConversationID(r.Int())
	c.Status, c.Reason, c.SnoozeUntil = inbox.Status(r.Text()), inbox.CloseReason(r.Text()), r.Time()
	c.Queue, c.QueueSet, c.Assignee = inbox.QueueID(r.Int()), r.Bool(), inbox.UserID(r.Int())
	c.TakenBy, c.TakenUntil = inbox.UserID(r.Int()), r.Time()
	c.Priority, c.PrioritySet = inbox.Priority(r.Int()), r.Bool()
	var tags []tagging
	r.JSON(&tags)
	if len(tags) > 0 {
		c.Topics = make([]inbox.Tagging, len(tags))
		for i, t := range tags {
			c.Topics[i] = inbox.Tagging(t)
		}
	}
	c.FirstAt, c.LastAt, c.LastInAt, c.LastOutAt, c.ReadAt = r.Time(), r.Time(), r.Time(), r.Time(), r.Time()
	c.Messages, c.Awaiting, c.AwaitingSince = int(r.Int()), int(r.Int()), r.Time()
	c.SettledAt, c.DueAt, c.DuePolicy = r.Time(), r.Time(), r.Int()
	c.QueueOnly, c.RedLane = r.Bool(), r.Bool()
	r.JSON(&c.Proposals)
	c.Version = r.Int()
	return c
}

// Conversation implements inbox.ConversationTx.
func (t *tx) Conversation(id inbox.ConversationID) (*inbox.Conversation, error) {
	c, err := find(t, readConversation, "SELECT "+conversationRow+" FROM conversations c WHERE c.id = $1", id)
	return must(c, err, "conversation.not_found", id)
}

// FindThread implements inbox.ConversationTx. Most threads that are asked for are not there: the row itself is read only when one is.
// The newest part is found here and not by an ORDER BY, whose plan SQLite makes anew whenever a bound number becomes or stops being 0 or
// 1, as the ids of accounts do.
func (t *tx) FindThread(a inbox.AccountID, thread inbox.RemoteID) (*inbox.Conversation, error) {
	var id inbox.ConversationID
	newest := int64(math.MinInt64)
	err := t.each(func(r *sqlconn.Row) {
		if part, of := r.Int(), inbox.ConversationID(r.Int()); part >= newest {
			newest, id = part, of
		}
	}, "SELECT part, id FROM conversations WHERE account = $1 AND thread = $2", a, thread)
	if err != nil || id == 0 {
		return nil, err
	}
	return t.Conversation(id)
}

// FindContext implements inbox.ConversationTx.
func (t *tx) FindContext(a inbox.AccountID, remote inbox.RemoteID) ([]inbox.ConversationID, error) {
	post, err := t.number("SELECT id FROM posts WHERE account = $1 AND remote = $2", a, remote)
	if err != nil || post == 0 {
		return nil, err
	}
	return t.ConversationsOn(inbox.ContextID(post))
}

// PutConversation implements inbox.ConversationTx. The version is raised from what is stored, whatever c has: no two states of a
// conversation ever bear the same.
func (t *tx) PutConversation(c *inbox.Conversation) error {
	slices.SortFunc(c.Topics, func(a, b inbox.Tagging) int { return int(a.Topic - b.Topic) })
	tags := make([]tagging, len(c.Topics))
	for i, g := range c.Topics {
		tags[i] = tagging(g)
	}
	args := []any{
		c.Account, c.Channel, c.Kind, c.Thread, c.Part, c.Context, c.Before, c.Status, c.Reason, c.SnoozeUntil, c.Queue, c.QueueSet,
		c.Assignee, c.TakenBy, c.TakenUntil, int(c.Priority), c.PrioritySet, sqlconn.JSON(tags), c.FirstAt, c.LastAt, c.LastInAt, c.LastOutAt, c.ReadAt,
		c.Messages, c.Awaiting, c.AwaitingSince, c.SettledAt, c.DueAt, c.DuePolicy, c.QueueOnly, c.RedLane,
		sqlconn.JSON(c.Proposals),
	}
	if c.ID == 0 {
		id, err := t.number("INSERT INTO conversations ("+conversationCols+", version) VALUES ("+conversationArgs+", 1) RETURNING id", args...)
		c.ID, c.Version = inbox.ConversationID(id), 1
		return err
	}
	version, err := t.number("UPDATE conversations SET ("+conversationCols+", version) = ("+conversationArgs+", version + 1) "+
		"WHERE id = $33 RETURNING version", append(args, c.ID)...)
	if err == nil && version == 0 {
		err = inbox.E(inbox.NotFound, "store.PutConversation", "conversation.not_found", "ID", int64(c.ID))
	}
	c.Version = version
	return err
}

// DeleteConversation implements inbox.ConversationTx. An Error of code Conflict if something hangs on it; none if it is gone already.
func (t *tx) DeleteConversation(id inbox.ConversationID) error {
	return t.do("DELETE FROM conversations WHERE id = $1", id)
}

func readStamp(r *sqlconn.Row) inbox.Stamp {
	return inbox.Stamp{Key: inbox.Key{At: r.Int(), ID: inbox.ConversationID(r.Int())}, Version: r.Int()}
}

// Newest implements inbox.ConversationTx.
func (t *tx) Newest(before inbox.Key, n int) ([]inbox.Stamp, error) {
	if before == (inbox.Key{}) {
		return list(t, readStamp, "SELECT last_at, id, version FROM conversations ORDER BY last_at DESC, id DESC LIMIT $1", n)
	}
	return list(t, readStamp, `SELECT last_at, id, version FROM conversations WHERE (last_at, id) < ($1, $2)
		ORDER BY last_at DESC, id DESC LIMIT $3`, before.At, before.ID, n)
}

// LiveConversations implements inbox.ConversationTx.
func (t *tx) LiveConversations(n int) ([]inbox.Stamp, error) {
	return list(t, readStamp, `SELECT last_at, id, version FROM conversations WHERE status <> 'closed'
		ORDER BY last_at DESC, id DESC LIMIT $1`, n)
}

// Stamps implements inbox.ConversationTx.
func (t *tx) Stamps(ids []inbox.ConversationID) (map[inbox.ConversationID]inbox.Stamp, error) {
	out := make(map[inbox.ConversationID]inbox.Stamp, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := t.each(func(r *sqlconn.Row) {
		s := readStamp(r)
		out[s.ID] = s
	}, "SELECT last_at, id, version FROM conversations WHERE id {in}", numbers(t.db.dialect(), ids))
	return out, err
}

// between are the queries of Between; the zero time is no time.
var between = map[inbox.TimeField]string{
	inbox.ByLastAt:  "SELECT id FROM conversations WHERE last_at >= $1 AND last_at < $2 AND last_at <> 0 ORDER BY last_at, id LIMIT $3",
	inbox.ByFirstAt: "SELECT id FROM conversations WHERE first_at >= $1 AND first_at < $2 AND first_at <> 0 ORDER BY first_at, id LIMIT $3",
	inbox.ByWaiting: `SELECT id FROM conversations WHERE awaiting_since >= $1 AND awaiting_since < $2 AND awaiting_since <> 0
		ORDER BY awaiting_since, id LIMIT $3`,
	inbox.ByDue: "SELECT id FROM conversations WHERE due_at >= $1 AND due_at < $2 AND due_at <> 0 ORDER BY due_at, id LIMIT $3",
	inbox.BySnooze: `SELECT id FROM conversations WHERE snooze_until >= $1 AND snooze_until < $2 AND snooze_until <> 0
		ORDER BY snooze_until, id LIMIT $3`,
	inbox.ByTaken: `SELECT id FROM conversations WHERE taken_until >= $1 AND taken_until < $2 AND taken_until <> 0
		ORDER BY taken_until, id LIMIT $3`,
	inbox.ByMessages: `SELECT conversation FROM messages WHERE direction = 'in' AND at >= $1 AND at < $2
		GROUP BY conversation ORDER BY min(at), conversation LIMIT $3`,
}

// Between implements inbox.ConversationTx.
func (t *tx) Between(f inbox.TimeField, lo, hi time.Time, n int) ([]inbox.ConversationID, error) {
	q, ok := between[f]
	if !ok {
		return nil, inbox.E(inbox.Invalid, "store.Between", "store.no_field", "Field", string(f))
	}
	return list(t, readID[inbox.ConversationID], q, edge(lo), edge(hi), n)
}

// edge is the end of a range in whole milliseconds: what is stored is rounded down, so that an edge between two of them is the later.
func edge(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return ms
}

// CountConversations implements inbox.ConversationTx.
func (t *tx) CountConversations() (int64, error) {
	return t.number("SELECT count(*) FROM conversations")
}
