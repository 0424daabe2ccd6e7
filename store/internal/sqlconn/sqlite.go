package sqlconn

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// SQLite says how a file is opened.
type SQLite struct {
	Path     string
	ReadOnly bool // this connection writes nothing
	PageSize int  // bytes, of a file that this connection creates; 0: SQLite's own
	VFS      string
	Rewrite  func(string) string // as for Connect
}

// OpenSQLite opens a connection to an SQLite file: write-ahead log, every commit synced to the disk before it is reported
// (synchronous=FULL), foreign keys held, deleted content overwritten, no memory map, and no checkpoint but by [Conn.Checkpoint]. Each of
// these is read back; a file or library that does not comply is refused.
//
// No other descriptor on the file may ever be closed in this process while a connection is open: POSIX drops all locks with it
// (sqlite.org, "How To Corrupt An SQLite Database File", 2.2).
func OpenSQLite(ctx context.Context, o SQLite) (*Conn, error) {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(o.Path)}
	if filepath.VolumeName(o.Path) != "" { // file:///C:/folder/file
		u.Path = "/" + u.Path
	}
	dsn := u.String()
	if o.VFS != "" {
		dsn += "?vfs=" + url.QueryEscape(o.VFS)
	}
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	c, err := Connect(ctx, connector, o.Rewrite)
	if err != nil {
		return nil, err
	}
	if err := c.prepareSQLite(ctx, o); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Conn) prepareSQLite(ctx context.Context, o SQLite) error {
	version, err := c.pragma(ctx, "SELECT sqlite_version()")
	if err != nil {
		return err
	}
	if err := checkVersion(version); err != nil {
		return err
	}
	if o.PageSize > 0 {
		if err := c.Script(ctx, "PRAGMA page_size="+strconv.Itoa(o.PageSize)); err != nil {
			return err
		}
	}
	want := []struct{ name, set, get string }{
		{"busy_timeout", "10000", "10000"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"foreign_keys", "ON", "1"},
		{"trusted_schema", "OFF", "0"},
		{"cell_size_check", "ON", "1"},
		{"secure_delete", "ON", "1"},
		{"mmap_size", "0", "0"},
		{"wal_autocheckpoint", "0", "0"},
		{"temp_store", "MEMORY", "2"},
		{"cache_size", "-16384", "-16384"}, // KiB
	}
	if o.ReadOnly {
		want = append(want, struct{ name, set, get string }{"query_only", "ON", "1"})
	}
	for _, p := range want {
		if err := c.Script(ctx, "PRAGMA "+p.name+"="+p.set); err != nil {
			return fmt.Errorf("pragma %s: %w", p.name, err)
		}
		got, err := c.pragma(ctx, "PRAGMA "+p.name)
		if err != nil {
			return fmt.Errorf("pragma %s: %w", p.name, err)
		}
		if got != p.get && (p.name != "mmap_size" || got != "") { // that is nothing where memory maps are left out
			return fmt.Errorf("%w: pragma %s is %q, not %q", ErrUnfit, p.name, got, p.get)
		}
	}
	return nil
}

// pragma reads one value, of whatever type, as text. It is not kept prepared.
func (c *Conn) pragma(ctx context.Context, q string) (out string, err error) {
	err = c.Query(ctx, q, func(r *Row) error {
		out = strings.TrimSpace(fmt.Sprint(r.take()))
		return nil
	})
	if s := c.stmts[q]; s != nil {
		delete(c.stmts, q)
		err = errors.Join(err, s.Close())
	}
	return out, err
}

// ErrUnfit says that this SQLite, or this file, cannot keep what the desk promises.
var ErrUnfit = errors.New("SQLite is unfit")

// checkVersion refuses versions of SQLite that are known to damage files: before 3.51.3 the write-ahead log could be reset while in use
// (sqlite.org/wal.html, "the WAL-reset bug"); 3.53.3 could lose a rollback journal.
func checkVersion(v string) error {
	var n [3]int
	for i, p := range strings.SplitN(v, ".", 3) {
		x, err := strconv.Atoi(p)
		if err != nil {
			return fmt.Errorf("%w: %q is no version", ErrUnfit, v)
		}
		n[i] = x
	}
	switch {
	case n[0] != 3,
		n[1] < 51,
		n[1] == 51 && n[2] < 3,
		n[1] == 53 && n[2] == 3:
		return fmt.Errorf("%w: version %s damages files", ErrUnfit, v)
	}
	return nil
}

// Wal tells how many pages stand in the write-ahead log, and how many of them are in the file already.
type Wal struct{ Pages, Copied int64 }

// Wal looks without doing anything.
func (c *Conn) Wal(ctx context.Context) (Wal, error) {
	return c.checkpoint(ctx, "PRAGMA wal_checkpoint(NOOP)")
}

// Checkpoint copies what it can from the write-ahead log into the file, waiting for nobody.
func (c *Conn) Checkpoint(ctx context.Context) (Wal, error) {
	return c.checkpoint(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
}

// Truncate copies everything and empties the write-ahead log, waiting at most the given milliseconds for readers of what is old. Where
// that is not enough it does what Checkpoint does.
func (c *Conn) Truncate(ctx context.Context, wait int) (w Wal, err error) {
	if err := c.Script(ctx, "PRAGMA busy_timeout="+strconv.Itoa(wait)); err != nil {
		return w, err
	}
	w, err = c.checkpoint(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if KindOf(err) == Busy {
		err = nil
	}
	return w, errors.Join(err, c.Script(ctx, "PRAGMA busy_timeout=10000"))
}

func (c *Conn) checkpoint(ctx context.Context, q string) (w Wal, err error) {
	err = c.Query(ctx, q, func(r *Row) error {
		r.Int() // 1: somebody was in the way
		w.Pages, w.Copied = r.Int(), r.Int()
		return nil
	})
	return w, err
}
