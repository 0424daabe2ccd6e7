package store

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// Bounds of the write-ahead log, in pages of 4 KiB.
const (
	walCopy  = 1_000  // from here on pages are copied into the file, waiting for nobody
	walEmpty = 16_000 // from here on it is emptied, waiting a little for readers
	walLimit = 64_000 // from here on Views that run for longer than viewLimit are ended
)

const (
	walWait   = 200             // milliseconds that emptying waits for readers
	walPause  = 2 * time.Second // between two attempts
	viewLimit = 2 * time.Second
)

// lite is the engine over SQLite. Its statements are not interrupted: each is short, and the driver would start a goroutine for each to
// watch the context. A transaction looks at its context between them.
type lite struct {
	path, vfs string
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
	return &lite{path: path, vfs: o.vfs}, nil
}

func (*lite) dialect() dialect                              { return sqliteDialect() }
func (*lite) poll() time.Duration                           { return 0 }
func (*lite) statement(ctx context.Context) context.Context { return context.Background() }
func (l *lite) say(_ context.Context, c *sqlconn.Conn, word string) error {
	_, err := c.Exec(context.Background(), word)
	return err
}

func (l *lite) connect(ctx context.Context, write bool) (*sqlconn.Conn, error) {
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: l.path, ReadOnly: !write, VFS: l.vfs, Rewrite: sqliteDialect().statement.Replace})
	if errors.Is(err, sqlconn.ErrUnfit) {
		err = inbox.E(inbox.Invalid, "store.Open", "store.unfit").With(err)
	}
	return c, err
}

func (l *lite) begin(_ context.Context, c *sqlconn.Conn, write bool) error {
	word := "BEGIN"
	if write {
		word = "BEGIN IMMEDIATE"
	}
	_, err := c.Exec(context.Background(), word)
	return err
}

// tidy keeps the write-ahead log short. It runs on the connection that writes, because checkpoints of one connection while another
// writes have damaged files before (sqlite.org/wal.html, "the WAL-reset bug").
func (l *lite) tidy(ctx context.Context, c *sqlconn.Conn, v *views, last bool) error {
	if last {
		_, err := c.Truncate(ctx, 0)
		return err
	}
	w, err := c.Wal(ctx)
	if err != nil || w.Pages-w.Copied < walCopy && w.Pages < walEmpty {
		return err
	}
	if w.Pages < walEmpty || time.Since(l.tried) < walPause {
		_, err := c.Checkpoint(ctx)
		return err
	}
	l.tried = time.Now()
	if w.Pages >= walLimit {
		v.endOlder(viewLimit)
	}
	_, err = c.Truncate(ctx, walWait)
	return err
}
