package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lytter/inbox"
	"lytter/store"
	"lytter/store/storetest"
)

func TestPostgres(t *testing.T) {
	inSchema(t) // skips here, and not in each of the suite's
	storetest.Run(t, func(t *testing.T) inbox.Store { return open(t, inSchema(t)) })
}

func inFile(t testing.TB) store.Options {
	t.Helper()
	return store.Options{Path: filepath.Join(t.TempDir(), "desk.db")}
}

// inSchema makes a schema of the test's own in the database that LYTTER_TEST_POSTGRES names, and drops it afterwards.
func inSchema(t testing.TB) store.Options {
	t.Helper()
	dsn := os.Getenv("LYTTER_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("LYTTER_TEST_POSTGRES names no database")
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("lytter_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	schema := pgx.Identifier{name}.Sanitize()
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	sep := "?"
	if strings.Contains(dsn, "?") {
		sep = "&"
	}
	return store.Options{Postgres: dsn + sep + "search_path=" + name + "&application_name=" + name}
}

func open(t testing.TB, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
