package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/store"
	"lytter/store/storetest"

	"github.com/jackc/pgx/v5"
)

func TestPostgres(t *testing.T) {
	inSchema(t) // skips here, and not in each of the suite's
	storetest.Run(t, func(t *testing.T) inbox.Store {
		t.Helper()
		return open(t, inSchema(t))
	})
}

func inFile(tb testing.TB) store.Options {
	tb.Helper()
	return store.Options{Path: filepath.Join(tb.TempDir(), "desk.db")}
}

// inSchema makes a schema of the test's own in the database that LYTTER_TEST_POSTGRES names, and drops it afterwards.
func inSchema(tb testing.TB) store.Options {
	tb.Helper()
	dsn := os.Getenv("LYTTER_TEST_POSTGRES")
	if dsn == "" {
		tb.Skip("LYTTER_TEST_POSTGRES names no database")
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		tb.Fatal(err)
	}
	name := fmt.Sprintf("lytter_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	schema := pgx.Identifier{name}.Sanitize()
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			tb.Error(err)
		}
		if err := conn.Close(ctx); err != nil {
			tb.Error(err)
		}
	})
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	return store.Options{Postgres: dsn + sep + "search_path=" + name + "&application_name=" + name}
}

func open(tb testing.TB, o store.Options) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}
