package store

import (
	"slices"
	"unicode/utf8"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Threads implements inbox.ConversationTx.
func (t *tx) Threads(ids []inbox.ConversationID) ([]*inbox.Thread, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in := numbers(t.db.dialect(), ids)
	by := make(map[inbox.ConversationID]*inbox.Thread, len(ids))
	var posts []inbox.ContextID
	err := t.each(func(r *sqlconn.Row) {
		c := readConversation(r)
		by[c.ID] = &inbox.Thread{Conversation: c, Identities: map[inbox.IdentityID]inbox.Identity{}}
		if c.Context != 0 {
			posts = append(posts, c.Context)
		}
	}, "SELECT "+conversationRow+" FROM conversations c WHERE c.id {in}", in)
	if err != nil {
		return nil, err
	}
	if err := t.fillMessages(by, in); err != nil {
		return nil, err
	}
	if err := t.fillPosts(by, posts); err != nil {
		return nil, err
	}
	err = t.each(func(r *sqlconn.Row) {
		o := readOutgoing(r)
		if th := by[o.Conversation]; th != nil {
			th.Outgoing = append(th.Outgoing, o)
		}
	}, "SELECT "+outgoingRow+" FROM outgoing WHERE conversation {in} ORDER BY id", in)
	if err != nil {
		return nil, err
	}
	err = t.each(func(r *sqlconn.Row) {
		if th := by[inbox.ConversationID(r.Int())]; th != nil {
			th.Drafts = int(r.Int())
		}
	}, "SELECT conversation, count(DISTINCT user_id) FROM drafts WHERE conversation {in} GROUP BY conversation", in)
	if err != nil {
		return nil, err
	}
	return inOrder(ids, by), nil
}

// fillMessages adds messages, and the people who wrote them or whom ours answer.
func (t *tx) fillMessages(by map[inbox.ConversationID]*inbox.Thread, in string) error {
	var people []inbox.IdentityID
	err := t.each(func(r *sqlconn.Row) {
		m := readMessage(r)
		if th := by[m.Conversation]; th != nil {
			th.Msgs = append(th.Msgs, m)
			people = append(people, m.Author, m.To)
		}
	}, "SELECT "+messageRow+" FROM messages WHERE conversation {in} ORDER BY conversation, at, id", in)
	if err != nil {
		return err
	}
	slices.Sort(people)
	known, err := t.Identities(slices.Compact(people))
	if err != nil {
		return err
	}
	for _, th := range by {
		for i := range th.Msgs {
			for _, id := range []inbox.IdentityID{th.Msgs[i].Author, th.Msgs[i].To} {
				if who, ok := known[id]; ok {
					th.Identities[id] = who
				}
			}
		}
	}
	return nil
}

func (t *tx) fillPosts(by map[inbox.ConversationID]*inbox.Thread, ids []inbox.ContextID) error {
	if len(ids) == 0 {
		return nil
	}
	posts := map[inbox.ContextID]inbox.Context{}
	err := t.each(func(r *sqlconn.Row) {
		p := readPost(r)
		posts[p.ID] = p
	}, "SELECT id, "+postCols+" FROM posts WHERE id {in}", numbers(t.db.dialect(), ids))
	if err != nil {
		return err
	}
	for _, th := range by {
		if p, ok := posts[th.Context]; ok {
			th.Post = &p
		}
	}
	return nil
}

// inOrder gives what is there in the order asked.
func inOrder[T any](ids []inbox.ConversationID, by map[inbox.ConversationID]*T) []*T {
	out := make([]*T, 0, len(by))
	for _, id := range ids {
		if v := by[id]; v != nil {
			out = append(out, v)
		}
	}
	return out
}

// maxPreview is how many bytes of a text a Row has at most.
const maxPreview = 300

// Rows implements inbox.ConversationTx. A deleted message has no text to show: the newest that is left is shown.
func (t *tx) Rows(ids []inbox.ConversationID) ([]inbox.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in := numbers(t.db.dialect(), ids)
	by := make(map[inbox.ConversationID]*inbox.Row, len(ids))
	err := t.each(func(r *sqlconn.Row) {
		row := inbox.Row{Conversation: readConversation(r), Text: preview(r.Text())}
		row.Alike.Cluster = inbox.MessageID(r.Int())
		by[row.ID] = &row
	}, "SELECT "+conversationRow+`, (SELECT substr(m.text, 1, 300) FROM messages m WHERE m.conversation = c.id AND m.deleted_at = 0
		ORDER BY (m.direction = 'in') DESC, m.at DESC, m.id DESC LIMIT 1), coalesce((SELECT m.cluster FROM messages m
		WHERE m.conversation = c.id AND m.cluster <> 0 ORDER BY m.at DESC, m.id DESC LIMIT 1), 0) FROM conversations c WHERE c.id {in}`, in)
	if err != nil {
		return nil, err
	}
	err = t.each(func(r *sqlconn.Row) {
		if row := by[inbox.ConversationID(r.Int())]; row != nil {
			row.Author = readIdentity(r)
		}
	}, `SELECT c.id, i.id, `+authorCols+` FROM conversations c JOIN identities i ON i.id = (SELECT m.author FROM messages m
		WHERE m.conversation = c.id AND m.direction = 'in' ORDER BY m.at, m.id LIMIT 1) WHERE c.id {in}`, in)
	if err != nil {
		return nil, err
	}
	err = t.each(func(r *sqlconn.Row) {
		row, state, n := by[inbox.ConversationID(r.Int())], inbox.OutgoingState(r.Text()), int(r.Int())
		switch {
		case row == nil || state.Ended():
		case state.Uncertain():
			row.Unsure += n
		default:
			row.Sending += n
		}
	}, "SELECT conversation, state, count(*) FROM outgoing WHERE conversation {in} GROUP BY conversation, state", in)
	if err != nil {
		return nil, err
	}
	rows := make([]inbox.Row, 0, len(by))
	for _, r := range inOrder(ids, by) {
		rows = append(rows, *r)
	}
	return rows, nil
}

const authorCols = "i.account, i.person, i.remote, i.handle, i.name, i.followers, i.verified, i.blocked, i.fetched"

// preview cuts a text to maxPreview bytes, never within a character.
func preview(s string) string {
	if len(s) <= maxPreview {
		return s
	}
	n := maxPreview
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
