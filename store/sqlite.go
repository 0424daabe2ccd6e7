package store

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// walBounds keep the write-ahead log short. Numbers are pages, of 4 KiB.
type walBounds struct {
	copyFrom  int64 // from here on pages are copied into the file, waiting for nobody
	emptyFrom int64 // from here on it is emptied, waiting a little for readers
	limit     int64 // from here on Views that have run for longer than view are ended
	view      time.Duration
	wait      int           // milliseconds that emptying waits for readers
	pause     time.Duration // between two attempts to empty it
}

func defaultWal() *walBounds {
	return &walBounds{copyFrom: 1_000, emptyFrom: 16_000, limit: 64_000, view: 2 * time.Second, wait: 200, pause: 2 * time.Second}
}

// lite is the engine over SQLite. Its statements are not interrupted: each is short, and the driver would start a goroutine for each to
// watch the context. A transaction looks at its context between them.
type lite struct {
	path, vfs string
	wal       *walBounds
	tried     time.Time // when emptying was last tried
}

func newSQLite(o Options) (engine, error) {
	if o.Path == "" {
		return nil, inbox.E(inbox.Invalid, "store.Open", "store.no_path")
	}
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, err
	}
	l := &lite{path: path, vfs: o.vfs, wal: o.wal}
	if l.wal == nil {
		l.wal = defaultWal()
	}
	return l, nil
}

func (*lite) dialect() dialect                              { return sqliteDialect() }
func (*lite) poll() time.Duration                           { return 0 }
func (*lite) statement(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
func (*lite) say(ctx context.Context, c *sqlconn.Conn, word string) error {
	_, err := c.Exec(context.WithoutCancel(ctx), word)
	return err
}

func (l *lite) connect(ctx context.Context, write bool) (*sqlconn.Conn, error) {
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: l.path, ReadOnly: !write, VFS: l.vfs, Rewrite: sqliteDialect().statement.Replace})
	if errors.Is(err, sqlconn.ErrUnfit) {
		err = inbox.E(inbox.Invalid, "store.Open", "store.unfit").With(err)
	}
	return c, err
}

func (*lite) begin(ctx context.Context, c *sqlconn.Conn, write bool) error {
	word := "BEGIN"
	if write {
		word = "BEGIN IMMEDIATE"
	}
	_, err := c.Exec(context.WithoutCancel(ctx), word)
	return err
}

func (*lite) check(ctx context.Context, c *sqlconn.Conn) (found string, err error) {
	for _, q := range []string{"PRAGMA quick_check(1)", "SELECT 'a row of ' || \"table\" || ' hangs on nothing' FROM pragma_foreign_key_check LIMIT 1"} {
		err := c.Query(ctx, q, func(r *sqlconn.Row) error {
			if said := r.Text(); said != "ok" {
				found = said
			}
			return nil
		})
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", nil
}

// tidy keeps the write-ahead log short. It runs on the connection that writes, because checkpoints of one connection while another
// writes have damaged files before (sqlite.org/wal.html, "the WAL-reset bug").
func (l *lite) tidy(ctx context.Context, c *sqlconn.Conn, v *views, last bool) error {
	if last {
		_, err := c.Truncate(ctx, 0)
		return err
	}
	w, err := c.Wal(ctx)
	if err != nil || w.Pages-w.Copied < l.wal.copyFrom && w.Pages < l.wal.emptyFrom {
		return err
	}
	if w.Pages < l.wal.emptyFrom || time.Since(l.tried) < l.wal.pause {
		_, err := c.Checkpoint(ctx)
		return err
	}
	l.tried = time.Now()
	if w.Pages >= l.wal.limit {
		v.endOlder(l.wal.view)
	}
	_, err = c.Truncate(ctx, l.wal.wait)
	return err
}
