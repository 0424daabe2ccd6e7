package store

import (
	"context"

	"lytter/store/internal/sqlconn"
)

// WithVFS opens the SQLite file through another file system.
func (o Options) WithVFS(name string) Options {
	o.vfs = name
	return o
}

// Raw runs a statement past everything, as somebody with the database's own tools would.
func (db *DB) Raw(ctx context.Context, q string, args ...any) error {
	c, err := db.writers.get(ctx)
	if err != nil {
		return err
	}
	defer db.writers.put(c, true)
	_, err = c.Exec(ctx, q, args...)
	return err
}

// Plan is how SQLite goes about a statement.
func (db *DB) Plan(ctx context.Context, q string, args ...any) (lines []string, err error) {
	c, err := db.readers.get(ctx)
	if err != nil {
		return nil, err
	}
	defer db.readers.put(c, true)
	err = c.Query(ctx, "EXPLAIN QUERY PLAN "+q, func(r *sqlconn.Row) error {
		r.Int()
		r.Int()
		r.Int()
		lines = append(lines, r.Text())
		return nil
	}, args...)
	return lines, err
}
