package store_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"lytter/inbox"

	"github.com/jackc/pgx/v5"
)

// TestLaw4_TwoProcessesPostgres: two that write into one database do not overlap, and each hears of the other's changes, in order.
func TestLaw4_TwoProcessesPostgres(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Minute)
	defer stop()
	o := inSchema(t)
	one, two := open(t, o), open(t, o)
	const each = 30
	var wg sync.WaitGroup
	for _, db := range []inbox.Store{one, two} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range each {
				err := db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
					if err := tx.Append(&inbox.Change{Kind: inbox.ChangeArrived}); err != nil {
						return err
					}
					return tx.Append(&inbox.Change{Kind: inbox.ChangeEdited, Detail: "d"})
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
	}
	for seen := inbox.Seq(0); seen < 4*each; {
		if err := two.Wait(ctx, seen); err != nil {
			t.Fatal(err)
		}
		err := two.View(ctx, func(tx inbox.Tx) error {
			changes, err := tx.Changes(seen, 100)
			for _, c := range changes {
				if c.Seq != seen+1 {
					t.Errorf("position %d came behind %d", c.Seq, seen)
				}
				seen = c.Seq
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	err := one.View(ctx, func(tx inbox.Tx) error {
		bad, err := tx.VerifyLog(0)
		if bad != 0 {
			t.Errorf("position %d is wrong", bad)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestLostConnectionsPostgres: the server ends all connections; the next transaction opens new ones.
func TestLostConnectionsPostgres(t *testing.T) {
	ctx := context.Background()
	o := inSchema(t)
	db := open(t, o)
	account := anAccount(t, db)
	cfg, err := pgx.ParseConfig(o.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := pgx.Connect(ctx, os.Getenv("LYTTER_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := admin.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	cut := func() {
		t.Helper()
		rows, err := admin.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE application_name = $1", cfg.RuntimeParams["application_name"])
		if err != nil {
			t.Fatal(err)
		}
		pids, err := pgx.CollectRows(rows, pgx.RowTo[int32])
		if err != nil {
			t.Fatal(err)
		}
		for left := 1; left > 0; time.Sleep(5 * time.Millisecond) { // they end when they come to it
			err := admin.QueryRow(ctx, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = ANY($1)", pids).Scan(&left)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range 3 {
		cut()
		if err := db.Update(ctx, inbox.Machines, oneRow(account, n)); err != nil {
			t.Errorf("an update after all connections were lost: %v", err)
		}
		cut()
		err := db.View(ctx, func(tx inbox.Tx) error {
			seq, err := tx.LastSeq()
			if seq != inbox.Seq(n+1) {
				t.Errorf("position %d, want %d", seq, n+1)
			}
			return err
		})
		if err != nil {
			t.Errorf("a view after all connections were lost: %v", err)
		}
	}
	err = db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		if err := oneRow(account, 9)(tx); err != nil {
			return err
		}
		cut()
		_, err := tx.LastSeq()
		return err
	})
	if inbox.CodeOf(err) != inbox.Unavailable {
		t.Errorf("an update that lost its connection: %v", err)
	}
	if err := db.Update(ctx, inbox.Machines, oneRow(account, 9)); err != nil {
		t.Errorf("the same again: %v", err)
	}
}
