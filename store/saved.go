package store

import (
	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Views implements inbox.SetupTx.
func (t *tx) Views() ([]inbox.View, error) {
	return list(t, func(r *sqlconn.Row) inbox.View {
		return inbox.View{
			ID: inbox.ViewID(r.Int()), Name: r.Text(), Query: r.Text(), Owner: inbox.UserID(r.Int()), Queue: inbox.QueueID(r.Int()),
			Position: int(r.Int()),
		}
	}, "SELECT id, name, query, owner, queue, place FROM views ORDER BY place, id")
}

// PutView implements inbox.SetupTx.
func (t *tx) PutView(v *inbox.View) error {
	return put(t, &v.ID, "view.not_found",
		"INSERT INTO views (name, query, owner, queue, place) VALUES ($1, $2, $3, $4, $5) RETURNING id",
		"UPDATE views SET (name, query, owner, queue, place) = ($1, $2, $3, $4, $5) WHERE id = $6",
		v.Name, v.Query, v.Owner, v.Queue, v.Position)
}

// DeleteView implements inbox.SetupTx. It is no error if it is gone already.
func (t *tx) DeleteView(id inbox.ViewID) error { return t.do("DELETE FROM views WHERE id = $1", id) }

// Searches implements inbox.SearchTx.
func (t *tx) Searches(u inbox.UserID) ([]string, error) {
	return list(t, (*sqlconn.Row).Text, "SELECT query FROM searches WHERE user_id = $1 ORDER BY place DESC", u)
}

// AddSearch implements inbox.SearchTx. Places have holes where one moved: the newest are counted, not calculated.
func (t *tx) AddSearch(u inbox.UserID, q string, keep int) error {
	if err := t.DeleteSearch(u, q); err != nil {
		return err
	}
	last, err := t.number("SELECT coalesce(max(place), 0) FROM searches WHERE user_id = $1", u)
	if err != nil {
		return err
	}
	if err := t.do("INSERT INTO searches (user_id, place, query) VALUES ($1, $2, $3)", u, last+1, q); err != nil {
		return err
	}
	return t.do(`DELETE FROM searches WHERE user_id = $1 AND place NOT IN
		(SELECT place FROM searches WHERE user_id = $1 ORDER BY place DESC LIMIT $2)`, u, keep)
}

// DeleteSearch implements inbox.SearchTx.
func (t *tx) DeleteSearch(u inbox.UserID, q string) error {
	return t.do("DELETE FROM searches WHERE user_id = $1 AND query = $2", u, q)
}

// DeleteSearches implements inbox.SearchTx.
func (t *tx) DeleteSearches(u inbox.UserID) error {
	return t.do("DELETE FROM searches WHERE user_id = $1", u)
}
