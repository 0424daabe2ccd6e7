package store

import (
	"context"
	"embed"
	"fmt"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

//go:embed migrations/*.sql
var migrations embed.FS

// steps are the migrations in order. A released one is never changed; what must be different is a new one.
var steps = []string{"0001_desk"}

// migrate runs the steps that the database has not had, each in a transaction of its own together with the mark that it was run.
func (db *DB) migrate(ctx context.Context, c *sqlconn.Conn, steps []string) error {
	for {
		more, err := db.step(ctx, c, steps)
		if err != nil || !more {
			return err
		}
	}
}

// step runs the next migration, if there is one.
func (db *DB) step(ctx context.Context, c *sqlconn.Conn, steps []string) (more bool, err error) {
	if err := db.begin(ctx, c, true); err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			if rerr := db.rollback(ctx, c); rerr != nil {
				err = fmt.Errorf("%w (and then: %w)", err, rerr)
			}
		}
	}()
	if err := c.Script(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"); err != nil {
		return false, err
	}
	version := 0
	err = c.Query(ctx, "SELECT count(*), max(version) FROM schema_version", func(r *sqlconn.Row) error {
		if r.Int() > 0 {
			version = int(r.Int())
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	switch {
	case version > len(steps):
		return false, inbox.E(inbox.Conflict, "store.Open", "store.newer", "Have", version, "Know", len(steps))
	case version == len(steps):
		return false, db.say(ctx, c, "COMMIT")
	}
	sql, err := migrations.ReadFile("migrations/" + steps[version] + ".sql")
	if err != nil {
		return false, err
	}
	if err := c.Script(ctx, db.dialect().schema.Replace(string(sql))); err != nil {
		return false, fmt.Errorf("migration %s: %w", steps[version], err)
	}
	if _, err := c.Exec(ctx, "INSERT INTO schema_version VALUES ($1)", version+1); err != nil {
		return false, err
	}
	return true, db.say(ctx, c, "COMMIT")
}
