package store

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// WithVFS opens the SQLite file through another file system.
func (o Options) WithVFS(name string) Options {
	o.vfs = name
	return o
}

// WithShortWal makes the write-ahead log short: Views that run for longer than view are ended when it has reached limit pages.
func (o Options) WithShortWal(limit int64, view time.Duration) Options {
	o.wal = &walBounds{copyFrom: limit / 8, emptyFrom: limit / 2, limit: limit, view: view, wait: 1}
	return o
}

// HashChange is the hash of a change.
func HashChange(c *inbox.Change) []byte { return hashChange(c) }

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

// Wal is how many pages stand in the write-ahead log.
func (db *DB) Wal(ctx context.Context) (int64, error) {
	c, err := db.writers.get(ctx)
	if err != nil {
		return 0, err
	}
	defer db.writers.put(c, true)
	w, err := c.Wal(ctx)
	return w.Pages, err
}

// Migrate runs migrations, given as pairs of name and SQL, behind those of this release.
func (db *DB) Migrate(ctx context.Context, more ...string) error {
	known, err := steps()
	if err != nil {
		return err
	}
	for i := 0; i < len(more); i += 2 {
		known = append(known, step{more[i], more[i+1]})
	}
	c, err := db.writers.get(ctx)
	if err != nil {
		return err
	}
	defer db.writers.put(c, true)
	return db.migrate(ctx, c, known)
}

var place = regexp.MustCompile(`\$(\d+)`)

// Plans tells how SQLite goes about every statement that the connections have prepared.
func (db *DB) Plans(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	for _, p := range []*pool{db.writers, db.readers} {
		var held []*sqlconn.Conn
		for range cap(p.slots) {
			held = append(held, <-p.slots)
		}
		for _, c := range held {
			if c != nil {
				for _, q := range c.Statements() {
					lines, err := plan(ctx, c, q)
					if err != nil {
						return nil, err
					}
					out[q] = lines
				}
			}
			p.slots <- c
		}
	}
	return out, nil
}

func plan(ctx context.Context, c *sqlconn.Conn, q string) (lines []string, err error) {
	n := 0
	for _, m := range place.FindAllStringSubmatch(q, -1) {
		i, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		n = max(n, i)
	}
	args := make([]any, n)
	for i := range args {
		args[i] = "[]"
	}
	err = c.Query(ctx, "EXPLAIN QUERY PLAN "+q, func(r *sqlconn.Row) error {
		r.Int()
		r.Int()
		r.Int()
		lines = append(lines, r.Text())
		return nil
	}, args...)
	return lines, err
}

// Lanes is the lock of Update, by itself.
type Lanes = lanes

// Lock waits for its turn.
func (l *lanes) Lock(ctx context.Context, lane inbox.Lane) error { return l.lock(ctx, lane) }

// Unlock hands over.
func (l *lanes) Unlock() { l.unlock() }

// Waiting is how many wait in a lane.
func (l *lanes) Waiting(lane inbox.Lane) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting[lane])
}

// Waiting is how many updates wait in a lane.
func (db *DB) Waiting(lane inbox.Lane) int { return db.lanes.Waiting(lane) }
