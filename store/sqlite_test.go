package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/store"
	"lytter/store/storetest"
)

// TestSQLite runs the suite, and then asks SQLite how it goes about every statement that was prepared for it: none may go through a table
// that grows, but along an index from its end.
func TestSQLite(t *testing.T) {
	seen := map[string]bool{}
	storetest.Run(t, func(t *testing.T) inbox.Store {
		t.Helper()
		db := open(t, inFile(t))
		t.Cleanup(func() {
			if db.View(context.Background(), func(inbox.Tx) error { return nil }) != nil {
				return // the test has closed it
			}
			plans, err := db.Plans(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for q, lines := range plans {
				if seen[q] || strings.HasPrefix(q, "INSERT INTO accounts") { // accounts are few, and are looked for by whoever has one
					continue
				}
				seen[q] = true
				for _, line := range lines {
					if !goodStep(q, line) {
						t.Errorf("%s\n\tgoes about it so: %s", strings.Join(strings.Fields(q), " "), strings.Join(lines, "; "))
						break
					}
				}
			}
		})
		return db
	})
	if len(seen) < 80 {
		t.Errorf("only %d statements were looked at", len(seen))
	}
}

// goodStep judges one line of a plan.
func goodStep(q, line string) bool {
	table, isScan := strings.CutPrefix(line, "SCAN ")
	if !isScan {
		// Sorting is well where few rows are left to sort, which a LIMIT that is meant to stop early does not leave.
		return !strings.HasPrefix(line, "USE TEMP B-TREE FOR ORDER BY") || !strings.Contains(q, "FROM conversations WHERE (last_at")
	}
	table, how, _ := strings.Cut(table, " ")
	switch table {
	case "accounts", "users", "queues", "members", "topics", "views", "templates", "calendars", "rulesets", "settings", "schema_version", "json_each",
		"waiting_rules",
		"CONSTANT": // the desk's own things are few
		return true
	case "files", "file_bytes", "drafts": // the same, and what people are writing
		return true
	case "done": // as many as there are gaps
		return true
	case "parked", "pending", "gaps", "rule_runs":
		return strings.Contains(q, "count(*)") || strings.Contains(q, "ORDER BY id DESC LIMIT")
	case "changes":
		return strings.Contains(q, "ORDER BY seq DESC LIMIT 1")
	case "conversations":
		return strings.Contains(q, "count(*)") || strings.HasPrefix(how, "USING") && strings.Contains(q, "ORDER BY last_at DESC, id DESC LIMIT")
	}
	return false
}

func TestGoodStepsAreToldFromBad(t *testing.T) {
	for line, want := range map[string]bool{
		"SCAN messages": false, "SCAN conversations": false, "SCAN changes": false, "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)": true,
	} {
		if got := goodStep("SELECT 1 FROM messages", line); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}

// TestWalStaysShort: a View that does not end keeps the write-ahead log from being used again; past its bound the View ends.
func TestWalStaysShort(t *testing.T) {
	ctx := context.Background()
	const limit = 400
	db := open(t, inFile(t).WithShortWal(limit, 20*time.Millisecond))
	account := anAccount(t, db)
	begun, proceed := make(chan struct{}), make(chan struct{})
	ended := make(chan error)
	go func() {
		ended <- db.View(ctx, func(tx inbox.Tx) error {
			if _, err := tx.LastSeq(); err != nil {
				return err
			}
			close(begun)
			<-proceed
			_, err := tx.LastSeq()
			return err
		})
	}()
	<-begun
	time.Sleep(30 * time.Millisecond) // it is too old to be spared
	highest := int64(0)
	for n := range 200 {
		if n == 150 {
			close(proceed)
			if err := <-ended; inbox.CodeOf(err) != inbox.Unavailable || inbox.ReasonOf(err).Key != "store.view_too_long" {
				t.Errorf("the view that did not end: %v", err)
			}
			highest = 0
		}
		if err := db.Update(ctx, inbox.Machines, oneRow(account, n)); err != nil {
			t.Fatal(err)
		}
		pages, err := db.Wal(ctx)
		if err != nil {
			t.Fatal(err)
		}
		highest = max(highest, pages)
	}
	if highest > limit {
		t.Errorf("the write-ahead log has %d pages although nobody reads", highest)
	}
}

// TestDataSurviveReopening, and the log of the write-ahead is gone.
func TestDataSurviveReopening(t *testing.T) {
	ctx := context.Background()
	o := inFile(t)
	db := open(t, o)
	account := anAccount(t, db)
	if err := db.Update(ctx, inbox.Machines, oneRow(account, 1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(o.Path + "-wal"); err == nil && info.Size() > 0 {
		t.Errorf("%d bytes in the write-ahead log after closing", info.Size())
	}
	db = open(t, o)
	if err := db.Wait(ctx, 0); err != nil {
		t.Error(err)
	}
	err := db.View(ctx, func(tx inbox.Tx) error {
		seq, err := tx.LastSeq()
		if seq != 1 {
			t.Errorf("position %d", seq)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCheck: a page that is not what was written is found.
func TestCheck(t *testing.T) {
	ctx := context.Background()
	o := inFile(t)
	db := open(t, o)
	account := anAccount(t, db)
	for n := range 50 {
		if err := db.Update(ctx, inbox.Machines, oneRow(account, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Check(ctx); err != nil {
		t.Errorf("a sound file: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := page; at < len(file); at += page {
		leaf := file[at] == 0x0d // of a table
		if p := file[at : at+page]; leaf && bytes.Contains(p, []byte("tekst tekst")) {
			p[3], p[4] = 0xff, 0xff // how many rows it holds
			break
		}
	}
	if err := os.WriteFile(o.Path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, o).Check(ctx); inbox.CodeOf(err) != inbox.Unavailable || inbox.ReasonOf(err).Key != "store.damaged" {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	garbage := inFile(t)
	if err := os.WriteFile(garbage.Path, []byte(strings.Repeat("no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		o    store.Options
		code inbox.Code
		key  string
	}{
		"no path":     {store.Options{}, inbox.Invalid, "store.no_path"},
		"garbage":     {garbage, inbox.Unavailable, "store.failed"},
		"no folder":   {store.Options{Path: t.TempDir() + "/none/desk.db"}, inbox.Unavailable, "store.failed"},
		"no address":  {store.Options{Postgres: "postgres://user:secret@%%"}, inbox.Invalid, "store.bad_address"},
		"nobody home": {store.Options{Postgres: "postgres://user:secret@127.0.0.1:1/x?connect_timeout=2"}, inbox.Unavailable, "store.unreached"},
	} {
		_, err := store.Open(ctx, c.o)
		if inbox.CodeOf(err) != c.code || inbox.ReasonOf(err).Key != c.key {
			t.Errorf("%s: %v, want %s %s", what, err, c.code, c.key)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", what, err)
		}
	}
}

// TestLanes: first come, first served within a lane; who gives up waiting costs nobody the turn.
func TestLanes(t *testing.T) {
	ctx := context.Background()
	var l store.Lanes
	if err := l.Lock(ctx, inbox.Machines); err != nil {
		t.Fatal(err)
	}
	turns := make(chan string)
	wait := func(name string, lane inbox.Lane, ctx context.Context) <-chan error {
		out := make(chan error, 1)
		before := l.Waiting(lane)
		go func() {
			err := l.Lock(ctx, lane)
			out <- err
			if err == nil {
				turns <- name
				l.Unlock()
			}
		}()
		for l.Waiting(lane) == before {
			time.Sleep(time.Millisecond)
		}
		return out
	}
	impatient, giveUp := context.WithCancel(ctx)
	for i := range 3 {
		wait(fmt.Sprint("machine ", i), inbox.Machines, ctx)
	}
	gone := wait("impatient", inbox.Persons, impatient)
	for i := range 3 {
		wait(fmt.Sprint("person ", i), inbox.Persons, ctx)
	}
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	l.Unlock()
	var order []string
	for range 6 {
		order = append(order, <-turns)
	}
	want := []string{"person 0", "person 1", "person 2", "machine 0", "machine 1", "machine 2"}
	if !slices.Equal(order, want) {
		t.Errorf("order %v", order)
	}
	for i := range 200 { // giving up in the moment of the turn
		if err := l.Lock(ctx, inbox.Machines); err != nil {
			t.Fatal(err)
		}
		short, end := context.WithCancel(ctx)
		got := make(chan error, 1)
		go func() { got <- l.Lock(short, inbox.Persons) }()
		for l.Waiting(inbox.Persons) == 0 {
			time.Sleep(10 * time.Microsecond)
		}
		go end()
		l.Unlock()
		if err := <-got; err == nil {
			l.Unlock()
		}
		end()
		final, stop := context.WithTimeout(ctx, time.Minute)
		if err := l.Lock(final, inbox.Machines); err != nil {
			t.Fatalf("try %d: the turn was lost", i)
		}
		stop()
		l.Unlock()
	}
}
