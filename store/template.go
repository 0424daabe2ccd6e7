package store

import (
	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Templates implements inbox.SetupTx.
func (t *tx) Templates() ([]inbox.Template, error) {
	return list(t, func(r *sqlconn.Row) inbox.Template {
		a := inbox.Template{ID: inbox.TemplateID(r.Int()), Name: r.Text(), Owner: r.Text()}
		r.JSON(&a.Texts)
		return a
	}, "SELECT id, name, owner, texts FROM templates ORDER BY id")
}

// PutTemplate implements inbox.SetupTx.
func (t *tx) PutTemplate(a *inbox.Template) error {
	return put(t, &a.ID, "template.gone",
		"INSERT INTO templates (name, owner, texts) VALUES ($1, $2, $3) RETURNING id",
		"UPDATE templates SET (name, owner, texts) = ($1, $2, $3) WHERE id = $4",
		a.Name, a.Owner, sqlconn.JSON(a.Texts))
}

// DeleteTemplate implements inbox.SetupTx.
func (t *tx) DeleteTemplate(id inbox.TemplateID) error {
	return t.do("DELETE FROM templates WHERE id = $1", id)
}
