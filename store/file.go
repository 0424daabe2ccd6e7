package store

import (
	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// PutBytes implements inbox.FileTx.
func (t *tx) PutBytes(h inbox.Hash, b []byte) error {
	return t.do("INSERT INTO file_bytes (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", h, b)
}

// Bytes implements inbox.FileTx.
func (t *tx) Bytes(h inbox.Hash) ([]byte, error) {
	b, err := find(t, (*sqlconn.Row).Bytes, "SELECT bytes FROM file_bytes WHERE hash = $1", h)
	switch {
	case err != nil:
		return nil, err
	case b == nil:
		return nil, inbox.E(inbox.NotFound, "store.Tx", "refused.no_such_file")
	}
	return *b, nil
}

// attach notes which bytes an outgoing carries.
func (t *tx) attach(o *inbox.Outgoing) error {
	for _, a := range o.Attachments {
		if err := t.do("INSERT INTO attached (hash, outgoing) VALUES ($1, $2) ON CONFLICT DO NOTHING", a.Hash, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// EraseBytes implements inbox.FileTx. Files and drafts are few.
func (t *tx) EraseBytes() (int64, error) {
	return t.exec(`DELETE FROM file_bytes
		WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.hash = file_bytes.hash)
		AND NOT EXISTS (SELECT 1 FROM attached WHERE attached.hash = file_bytes.hash)
		AND NOT EXISTS (SELECT 1 FROM drafts WHERE attachments <> '' AND attachments LIKE '%"' || file_bytes.hash || '"%')`)
}

// Files implements inbox.FileTx.
func (t *tx) Files() ([]inbox.File, error) {
	return list(t, func(r *sqlconn.Row) inbox.File {
		return inbox.File{
			Attachment: inbox.Attachment{
				Hash: inbox.Hash(r.Text()), Name: r.Text(), Type: r.Text(), Kind: r.Text(), Size: r.Int(), Alt: r.Text(),
			},
			By: inbox.UserID(r.Int()), At: r.Time(),
		}
	}, "SELECT hash, name, type, kind, size, alt, by_user, at FROM files ORDER BY name, hash")
}

// PutFile implements inbox.FileTx.
func (t *tx) PutFile(f inbox.File) error {
	return t.do(`INSERT INTO files (hash, name, type, kind, size, alt, by_user, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (hash) DO UPDATE SET name = excluded.name, alt = excluded.alt, by_user = excluded.by_user, at = excluded.at`,
		f.Hash, f.Name, f.Type, f.Kind, f.Size, f.Alt, f.By, f.At)
}

// DeleteFile implements inbox.FileTx.
func (t *tx) DeleteFile(h inbox.Hash) error { return t.do("DELETE FROM files WHERE hash = $1", h) }

func readAttachments(r *sqlconn.Row) (out []inbox.Attachment) {
	r.JSON(&out)
	return out
}
