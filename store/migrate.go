package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

//go:embed migrations/*.sql
var migrations embed.FS

// step is one migration.
type step struct{ name, sql string }

// steps are the migrations in order. A released one is never changed; what must be different is a new one.
func steps() (out []step, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		sql, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, step{strings.TrimSuffix(path.Base(name), ".sql"), string(sql)})
	}
	return out, nil
}

// migrate runs the steps that the database has not had, each in a transaction of its own together with the mark that it was run.
func (db *DB) migrate(ctx context.Context, c *sqlconn.Conn, steps []step) error {
	for {
		more, err := db.migrateOne(ctx, c, steps)
		if err != nil || !more {
			return err
		}
	}
}

// migrateOne runs the next step, if there is one.
func (db *DB) migrateOne(ctx context.Context, c *sqlconn.Conn, steps []step) (more bool, err error) {
	if err := db.begin(ctx, c, true); err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.rollback(ctx, c))
		}
	}()
	if err := c.Script(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"); err != nil {
		return false, err
	}
	version := 0
	err = c.Query(ctx, "SELECT max(version) FROM schema_version", func(r *sqlconn.Row) error {
		version = int(r.Int())
		return nil
	})
	switch {
	case err != nil:
		return false, err
	case version > len(steps):
		return false, inbox.E(inbox.Conflict, "store.Open", "store.newer", "Have", version, "Know", len(steps))
	case version == len(steps):
		return false, db.say(ctx, c, "COMMIT")
	}
	if err := c.Script(ctx, db.dialect().schema.Replace(steps[version].sql)); err != nil {
		return false, fmt.Errorf("migration %s: %w", steps[version].name, err)
	}
	if _, err := c.Exec(ctx, "INSERT INTO schema_version (version) VALUES ($1)", version+1); err != nil {
		return false, err
	}
	return true, db.say(ctx, c, "COMMIT")
}
