package store

import (
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

const (
	outgoingCols = `conversation, account, kind, target, to_message, thread, person, text, why, by_user, then_close, token, state, reason, created_at,
		confirmed_at, not_before, attempts, claimed_by, claim_until, sending_at, remote, settled_at, attachments`
	outgoingArgs = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24`
	outgoingRow  = "id, " + outgoingCols
	draftCols    = "user_id, conversation, kind, to_message, text, at, attachments"
)

func readOutgoing(r *sqlconn.Row) inbox.Outgoing {
	return inbox.Outgoing{
		ID: inbox.OutgoingID(r.Int()), Conversation: inbox.ConversationID(r.Int()), Account: inbox.AccountID(r.Int()),
		Kind: inbox.OutgoingKind(r.Text()), Target: inbox.RemoteID(r.Text()), To: inbox.MessageID(r.Int()),
		Thread: inbox.RemoteID(r.Text()), Person: inbox.RemoteID(r.Text()), Text: r.Text(), Why: r.Text(),
		By: inbox.UserID(r.Int()), ThenClose: r.Bool(), Token: r.Text(), State: inbox.OutgoingState(r.Text()), Reason: readReason(r),
		CreatedAt: r.Time(), ConfirmedAt: r.Time(), NotBefore: r.Time(), Attempts: int(r.Int()), ClaimedBy: r.Text(), ClaimUntil: r.Time(),
		SendingAt: r.Time(), Remote: inbox.RemoteID(r.Text()), SettledAt: r.Time(), Attachments: readAttachments(r),
	}
}

// Outgoing implements inbox.OutgoingTx.
func (t *tx) Outgoing(id inbox.OutgoingID) (*inbox.Outgoing, error) {
	o, err := find(t, readOutgoing, "SELECT "+outgoingRow+" FROM outgoing WHERE id = $1", id)
	return must(o, err, "outgoing.not_found", id)
}

// PutOutgoing implements inbox.OutgoingTx. An Error of code Conflict if another has the same token.
func (t *tx) PutOutgoing(o *inbox.Outgoing) error {
	err := put(t, &o.ID, "outgoing.not_found",
		"INSERT INTO outgoing ("+outgoingCols+") VALUES ("+outgoingArgs+") RETURNING id",
		"UPDATE outgoing SET ("+outgoingCols+") = ("+outgoingArgs+") WHERE id = $25",
		o.Conversation, o.Account, o.Kind, o.Target, o.To, o.Thread, o.Person, o.Text, o.Why, o.By, o.ThenClose, o.Token, o.State, sqlconn.JSON(o.Reason), o.CreatedAt,
		o.ConfirmedAt, o.NotBefore, o.Attempts, o.ClaimedBy, o.ClaimUntil, o.SendingAt, o.Remote, o.SettledAt,
		sqlconn.JSON(o.Attachments))
	if err != nil {
		return err
	}
	return t.attach(o)
}

// OutgoingOf implements inbox.OutgoingTx.
func (t *tx) OutgoingOf(id inbox.ConversationID) ([]inbox.Outgoing, error) {
	return list(t, readOutgoing, "SELECT "+outgoingRow+" FROM outgoing WHERE conversation = $1 ORDER BY id", id)
}

// LastPrivate implements inbox.OutgoingTx.
func (t *tx) LastPrivate(a inbox.AccountID, person inbox.RemoteID) (*inbox.Outgoing, error) {
	if person == "" {
		return nil, nil
	}
	return find(t, readOutgoing, "SELECT "+outgoingRow+` FROM outgoing WHERE account = $1 AND person = $2 AND kind = $3 AND state IN ($4, $5, $6)
		ORDER BY settled_at DESC, id DESC LIMIT 1`, a, person, inbox.PrivateReply, inbox.Sent, inbox.Sending, inbox.Unknown)
}

// OutgoingIn implements inbox.OutgoingTx.
func (t *tx) OutgoingIn(a inbox.AccountID, states ...inbox.OutgoingState) ([]inbox.Outgoing, error) {
	return list(t, readOutgoing,
		"SELECT "+outgoingRow+" FROM outgoing WHERE state {inwords} AND (account = $2 OR $2 = 0) ORDER BY id", words(t.db.dialect(), states), a)
}

// FindSent implements inbox.OutgoingTx.
func (t *tx) FindSent(a inbox.AccountID, remote inbox.RemoteID) (*inbox.Outgoing, error) {
	if remote == "" {
		return nil, nil
	}
	return find(t, readOutgoing,
		"SELECT "+outgoingRow+" FROM outgoing WHERE account = $1 AND remote = $2 AND remote <> '' ORDER BY id DESC LIMIT 1", a, remote)
}

// FindToken implements inbox.OutgoingTx.
func (t *tx) FindToken(token string) (*inbox.Outgoing, error) {
	if token == "" {
		return nil, nil
	}
	return find(t, readOutgoing, "SELECT "+outgoingRow+" FROM outgoing WHERE token = $1 AND token <> ''", token)
}

// CountSaid implements inbox.OutgoingTx.
func (t *tx) CountSaid(a inbox.AccountID, person inbox.RemoteID, since time.Time) (int, error) {
	n, err := t.number(`SELECT count(*) FROM outgoing WHERE account = $1 AND person = $2 AND settled_at >= $3 AND state = $4
		AND kind IN ($5, $6, $7)`, a, person, since, inbox.Sent, inbox.PublicReply, inbox.DirectReply, inbox.PrivateReply)
	return int(n), err
}

func readDraft(r *sqlconn.Row) inbox.Draft {
	return inbox.Draft{
		User: inbox.UserID(r.Int()), Conversation: inbox.ConversationID(r.Int()), Kind: inbox.DraftKind(r.Text()),
		To: inbox.MessageID(r.Int()), Text: r.Text(), At: r.Time(), Attachments: readAttachments(r),
	}
}

// DraftsIn implements inbox.OutgoingTx.
func (t *tx) DraftsIn(u inbox.UserID, id inbox.ConversationID) ([]inbox.Draft, error) {
	return list(t, readDraft, "SELECT "+draftCols+" FROM drafts WHERE user_id = $1 AND conversation = $2 ORDER BY kind, about", u, id)
}

// PutDraft implements inbox.OutgoingTx.
func (t *tx) PutDraft(d inbox.Draft) error {
	return t.do("INSERT INTO drafts ("+draftCols+`, about) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_id, conversation, kind, about) DO UPDATE SET to_message = excluded.to_message, text = excluded.text, at = excluded.at,
		attachments = excluded.attachments`, d.User, d.Conversation, d.Kind, d.To, d.Text, d.At, sqlconn.JSON(d.Attachments), d.About())
}

// DeleteDraft implements inbox.OutgoingTx.
func (t *tx) DeleteDraft(d inbox.Draft) (bool, error) {
	n, err := t.exec("DELETE FROM drafts WHERE user_id = $1 AND conversation = $2 AND kind = $3 AND about = $4",
		d.User, d.Conversation, d.Kind, d.About())
	return n > 0, err
}

// DraftsOf implements inbox.OutgoingTx; in order of conversation.
func (t *tx) DraftsOf(u inbox.UserID) ([]inbox.Draft, error) {
	return list(t, readDraft, "SELECT "+draftCols+" FROM drafts WHERE user_id = $1 ORDER BY conversation, kind, about", u)
}
