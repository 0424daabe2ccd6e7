package store

import (
	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

const (
	identityCols = "account, person, remote, handle, name, followers, verified, blocked, fetched"
	identityArgs = "$1, $2, $3, $4, $5, $6, $7, $8, $9"
	postCols     = "account, remote, text, permalink, at, told_at, fetched, deleted_at"
	postArgs     = "$1, $2, $3, $4, $5, $6, $7, $8"
)

func readIdentity(r *sqlconn.Row) inbox.Identity {
	return inbox.Identity{
		ID: inbox.IdentityID(r.Int()), Account: inbox.AccountID(r.Int()), Person: inbox.PersonID(r.Int()), Remote: inbox.RemoteID(r.Text()),
		Handle: r.Text(), Name: r.Text(), Followers: r.Int(), Verified: r.Bool(), Blocked: r.Bool(), Fetched: r.Time(),
	}
}

func readPost(r *sqlconn.Row) inbox.Context {
	return inbox.Context{
		ID: inbox.ContextID(r.Int()), Account: inbox.AccountID(r.Int()), Remote: inbox.RemoteID(r.Text()), Text: r.Text(),
		Permalink: r.Text(), At: r.Time(), ToldAt: r.Time(), Fetched: r.Bool(), DeletedAt: r.Time(),
	}
}

// FindIdentity implements inbox.PeopleTx.
func (t *tx) FindIdentity(a inbox.AccountID, remote inbox.RemoteID) (*inbox.Identity, error) {
	return find(t, readIdentity, "SELECT id, "+identityCols+" FROM identities WHERE account = $1 AND remote = $2", a, remote)
}

// Identities implements inbox.PeopleTx.
func (t *tx) Identities(ids []inbox.IdentityID) (map[inbox.IdentityID]inbox.Identity, error) {
	out := make(map[inbox.IdentityID]inbox.Identity, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := t.each(func(r *sqlconn.Row) {
		id := readIdentity(r)
		out[id.ID] = id
	}, "SELECT id, "+identityCols+" FROM identities WHERE id {in}", numbers(t.db.dialect(), ids))
	return out, err
}

// PutIdentity implements inbox.PeopleTx. An Error of code Conflict if the account has another of the same platform id.
func (t *tx) PutIdentity(id *inbox.Identity) error {
	if id.ID == 0 && id.Person == 0 {
		p, err := t.number("INSERT INTO persons (made) VALUES ($1) RETURNING id", t.now)
		if err != nil {
			return err
		}
		id.Person = inbox.PersonID(p)
	}
	return put(t, &id.ID, "identity.not_found",
		"INSERT INTO identities ("+identityCols+") VALUES ("+identityArgs+") RETURNING id",
		"UPDATE identities SET ("+identityCols+") = ("+identityArgs+") WHERE id = $10",
		id.Account, id.Person, id.Remote, id.Handle, id.Name, id.Followers, id.Verified, id.Blocked, id.Fetched)
}

// ConversationsOf implements inbox.PeopleTx.
func (t *tx) ConversationsOf(id inbox.IdentityID, n int) ([]inbox.ConversationID, error) {
	return list(t, readID[inbox.ConversationID], `SELECT id FROM conversations
		WHERE id IN (SELECT conversation FROM messages WHERE author = $1 AND author <> 0) ORDER BY last_at DESC, id DESC LIMIT $2`, id, n)
}

// FindPost implements inbox.PeopleTx.
func (t *tx) FindPost(a inbox.AccountID, remote inbox.RemoteID) (*inbox.Context, error) {
	return find(t, readPost, "SELECT id, "+postCols+" FROM posts WHERE account = $1 AND remote = $2", a, remote)
}

// Post implements inbox.PeopleTx.
func (t *tx) Post(id inbox.ContextID) (*inbox.Context, error) {
	c, err := find(t, readPost, "SELECT id, "+postCols+" FROM posts WHERE id = $1", id)
	return must(c, err, "post.not_found", id)
}

// PutPost implements inbox.PeopleTx. An Error of code Conflict if the account has another of the same platform id.
func (t *tx) PutPost(c *inbox.Context) error {
	return put(t, &c.ID, "post.not_found",
		"INSERT INTO posts ("+postCols+") VALUES ("+postArgs+") RETURNING id",
		"UPDATE posts SET ("+postCols+") = ("+postArgs+") WHERE id = $9",
		c.Account, c.Remote, c.Text, c.Permalink, c.At, c.ToldAt, c.Fetched, c.DeletedAt)
}

// ConversationsOn implements inbox.PeopleTx; in order of id.
func (t *tx) ConversationsOn(id inbox.ContextID) ([]inbox.ConversationID, error) {
	return list(t, readID[inbox.ConversationID], "SELECT id FROM conversations WHERE context = $1 AND context <> 0 ORDER BY id", id)
}
