package journal

import (
	"context"
	"errors"

	"lytter/store/internal/sqlconn"
)

// WithVFS opens the file through another file system.
func (o Options) WithVFS(name string) Options {
	o.vfs = name
	return o
}

// WithFree says how much room there is.
func (o Options) WithFree(free func() int64) Options {
	o.free = func(string) (int64, error) { return free(), nil }
	return o
}

// Later makes a file one of a later release.
func Later(ctx context.Context, path string) error {
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: path})
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, "UPDATE meta SET value = 99 WHERE name = 'version'")
	return errors.Join(err, c.Close())
}
