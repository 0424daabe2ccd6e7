package sqlconn

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	lib "modernc.org/sqlite/lib"
)

func TestVersionsThatDamageFilesAreRefused(t *testing.T) {
	for v, good := range map[string]bool{
		"3.54.1": true, "3.51.3": true, "3.52.0": true, "3.53.2": true, "3.53.4": true, "3.60.0": true,
		"3.51.2": false, "3.50.9": false, "3.7.0": false, "3.53.3": false, "4.0.0": false, "3": false, "x.y.z": false, "": false,
	} {
		if err := checkVersion(v); (err == nil) != good || err != nil && !errors.Is(err, ErrUnfit) {
			t.Errorf("%s: %v", v, err)
		}
	}
}

// TestFileIsOpenedSafely reads back what a connection promised.
func TestFileIsOpenedSafely(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "with space?#%.db")
	for _, readOnly := range []bool{false, true} {
		c, err := OpenSQLite(ctx, SQLite{Path: path, ReadOnly: readOnly, PageSize: 8192})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "cell_size_check": "1", "trusted_schema": "0",
			"wal_autocheckpoint": "0", "page_size": "8192", "query_only": map[bool]string{false: "0", true: "1"}[readOnly],
		} {
			if got, err := c.pragma(ctx, "PRAGMA "+name); got != want || err != nil {
				t.Errorf("%s is %s, want %s; %v", name, got, want, err)
			}
		}
		if !readOnly {
			if err := c.Script(ctx, "CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT"); err != nil {
				t.Fatal(err)
			}
		}
		_, err = c.Exec(ctx, "INSERT INTO t DEFAULT VALUES")
		if readOnly != (KindOf(err) == WriteInRead) {
			t.Errorf("writing on a connection that reads %t: %v", readOnly, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file has another name: %v", err)
	}
}

// TestKinds makes each error happen.
func TestKinds(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	c, err := OpenSQLite(ctx, SQLite{Path: filepath.Join(dir, "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := c.Script(ctx, `CREATE TABLE p (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c INTEGER NOT NULL DEFAULT 0) STRICT;
		CREATE TABLE q (a INTEGER REFERENCES p(a)) STRICT; INSERT INTO p (a, b) VALUES (1, 'x'); INSERT INTO q VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]Kind{
		"INSERT INTO p (a) VALUES (1)":       Twice,
		"INSERT INTO p (b) VALUES ('x')":     Twice,
		"INSERT INTO q VALUES (2)":           Dangling,
		"DELETE FROM p":                      Dangling,
		"INSERT INTO p (c) VALUES (NULL)":    Other,
		"INSERT INTO p (c) VALUES ('words')": Other,
		"SELECT nonsense":                    Other,
	} {
		if _, err := c.Exec(ctx, q); err == nil || KindOf(err) != want {
			t.Errorf("%s: %v is of kind %d, want %d", q, err, KindOf(err), want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "b.db"), []byte(strings.Repeat("garbage ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSQLite(ctx, SQLite{Path: filepath.Join(dir, "b.db")}); KindOf(err) != Damaged {
		t.Errorf("garbage: %v", err)
	}
	if _, err := OpenSQLite(ctx, SQLite{Path: filepath.Join(dir, "none", "b.db")}); KindOf(err) != Broken {
		t.Errorf("no folder: %v", err)
	}
	for code, want := range map[int]Kind{
		lib.SQLITE_FULL: Full, lib.SQLITE_IOERR_FSYNC: Broken, lib.SQLITE_IOERR_WRITE: Broken, lib.SQLITE_IOERR_SHORT_READ: Broken,
		lib.SQLITE_CORRUPT: Damaged, lib.SQLITE_CORRUPT_INDEX: Damaged, lib.SQLITE_BUSY: Busy, lib.SQLITE_BUSY_SNAPSHOT: Busy,
		lib.SQLITE_LOCKED: Busy, lib.SQLITE_INTERRUPT: Busy, lib.SQLITE_CANTOPEN: Broken, lib.SQLITE_MISUSE: Other,
	} {
		if got := liteKind(code); got != want {
			t.Errorf("SQLite's %d is of kind %d, want %d", code, got, want)
		}
	}
	for state, want := range map[string]Kind{
		"23505": Twice, "23503": Dangling, "25006": WriteInRead, "53100": Full, "53300": Busy, "58030": Broken, "XX001": Damaged, "40001": Busy,
		"40P01": Busy, "57P01": Gone, "08006": Gone, "42601": Other, "22021": Other, "": Other,
	} {
		if got := KindOf(fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: state})); got != want {
			t.Errorf("PostgreSQL's %s is of kind %d, want %d", state, got, want)
		}
	}
	if KindOf(nil) != Other || KindOf(errors.New("database is locked")) != Other {
		t.Error("errors are told apart by their words")
	}
}

// TestRowsAreTakenInOrder: a column that is not what it is taken for is an error, not a zero.
func TestRowsAreTakenInOrder(t *testing.T) {
	ctx := context.Background()
	c, err := OpenSQLite(ctx, SQLite{Path: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	const q = "SELECT $1, $2, $3, $4, $5"
	now := time.UnixMilli(1_790_000_000_123).UTC()
	args := []any{now, "a\x00b\xff", []byte{1, 0}, JSON([]string{"x"}), true}
	err = c.Query(ctx, q, func(r *Row) error {
		var list []string
		at, text, bytes := r.Time(), r.Text(), r.Bytes()
		r.JSON(&list)
		if !at.Equal(now) || text != "a\uFFFDb\uFFFD" || string(bytes) != "\x01\x00" || len(list) != 1 || list[0] != "x" || !r.Bool() {
			t.Errorf("%v %q %v %v", at, text, bytes, list)
		}
		return nil
	}, args...)
	if err != nil {
		t.Error(err)
	}
	for what, take := range map[string]func(*Row){
		"a text as a number": func(r *Row) { r.Int(); r.Int() },
		"a number as a text": func(r *Row) { r.Text() },
		"a number as bytes":  func(r *Row) { r.Bytes() },
		"a text as JSON":     func(r *Row) { r.Int(); r.JSON(&struct{}{}) },
		"one too many": func(r *Row) {
			r.Int()
			r.Text()
			r.Bytes()
			r.Text()
			r.Int()
			r.Int()
		},
	} {
		if err := c.Query(ctx, q, func(r *Row) error { take(r); return nil }, args...); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	if _, err := c.Exec(ctx, q, 1); err == nil {
		t.Error("one argument for five places was taken")
	}
	if _, err := c.Exec(ctx, "SELECT $1", 1.5); err == nil {
		t.Error("a fraction was taken")
	}
	if !Instant(Millis(time.Time{})).IsZero() {
		t.Error("the zero time is not kept")
	}
}
