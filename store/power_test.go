package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/store"
	"lytter/store/internal/faultdisk"
)

func disk(t *testing.T) *faultdisk.Disk {
	t.Helper()
	d, err := faultdisk.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// oneRow writes the n-th row of a test: its state and its change.
func oneRow(account inbox.AccountID, n int) func(inbox.Tx) error {
	return func(tx inbox.Tx) error {
		c := &inbox.Conversation{Account: account, Thread: inbox.RemoteID(fmt.Sprint(n)), LastAt: tx.Now()}
		if err := tx.PutConversation(c); err != nil {
			return err
		}
		for i := range 3 {
			m := &inbox.Message{
				Conversation: c.ID, Account: account, Remote: inbox.RemoteID(fmt.Sprint(n, "/", i)), Text: strings.Repeat("tekst ", 200),
			}
			if err := tx.PutMessage(m); err != nil {
				return err
			}
		}
		return tx.Append(&inbox.Change{Kind: inbox.ChangeArrived, Conversation: c.ID, Ref: int64(n), Detail: "d"})
	}
}

func anAccount(t *testing.T, db *store.DB) inbox.AccountID {
	t.Helper()
	a := inbox.Account{Name: "page"}
	if err := db.Update(context.Background(), inbox.Machines, func(tx inbox.Tx) error { return tx.PutAccount(&a) }); err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// TestLaw4_PowerLoss cuts the power at random moments. Whatever an Update had returned for is there, with its changes; nothing is there
// by half; and the chain of the log verifies.
func TestLaw4_PowerLoss(t *testing.T) {
	ctx := context.Background()
	d := disk(t)
	db := open(t, inFile(t).WithVFS(d.Name))
	account := anAccount(t, db)
	for n := range 600 { // enough that pages are copied out of the write-ahead log some times
		if err := db.Update(ctx, inbox.Machines, oneRow(account, n)); err != nil {
			t.Fatal(err)
		}
		d.Note(n)
	}
	if d.Count(faultdisk.Sync, ".db") < 2 {
		t.Fatalf("%d syncs of the file itself: the write-ahead log was never copied", d.Count(faultdisk.Sync, ".db"))
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		cut := rnd.IntN(d.Len() + 1)
		dir := t.TempDir()
		notes, err := d.PowerLoss(cut, rnd, dir)
		if err != nil {
			t.Fatal(err)
		}
		last := -1
		if len(notes) > 0 {
			last = notes[len(notes)-1].(int)
		}
		after, err := store.Open(ctx, store.Options{Path: filepath.Join(dir, "desk.db")})
		if err != nil {
			t.Fatalf("power lost after %d: %v", cut, err)
		}
		err = after.View(ctx, func(tx inbox.Tx) error {
			changes, err := tx.Changes(0, 10_000)
			if err != nil {
				return err
			}
			count, err := tx.CountConversations()
			if err != nil {
				return err
			}
			messages := 0
			if err := tx.EachMessage(0, func(inbox.Message) error { messages++; return nil }); err != nil {
				return err
			}
			bad, err := tx.VerifyLog(0)
			if len(changes) <= last || int64(len(changes)) != count || messages != 3*len(changes) || bad != 0 {
				t.Errorf("power lost after %d: of %d acknowledged there are %d changes, %d conversations, %d messages; wrong in the log: %d",
					cut, last+1, len(changes), count, messages, bad)
			}
			return err
		})
		if err != nil {
			t.Errorf("power lost after %d: %v", cut, err)
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestFullDisk: what does not fit is not written, is told as such, and goes later.
func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	d := disk(t)
	db := open(t, inFile(t).WithVFS(d.Name))
	account := anAccount(t, db)
	for n := range 5 {
		d.Fail(func(op faultdisk.Op, file string) faultdisk.Fault {
			if op == faultdisk.Write && strings.HasSuffix(file, "-wal") {
				return faultdisk.Full
			}
			return faultdisk.None
		})
		err := db.Update(ctx, inbox.Persons, oneRow(account, n))
		if inbox.CodeOf(err) != inbox.Unavailable || inbox.ReasonOf(err).Key != "store.full" {
			t.Fatalf("a full disk: %v", err)
		}
		if err := db.Failure(); err != nil {
			t.Fatalf("a full disk is no failure: %v", err)
		}
		err = db.View(ctx, func(tx inbox.Tx) error {
			seq, err := tx.LastSeq()
			if seq != inbox.Seq(n) {
				t.Errorf("position %d, want %d", seq, n)
			}
			return err
		})
		if err != nil {
			t.Fatalf("reading beside a full disk: %v", err)
		}
		d.Fail(nil)
		if err := db.Update(ctx, inbox.Persons, oneRow(account, n)); err != nil {
			t.Fatalf("after there was room again: %v", err)
		}
	}
}

// TestLaw1_FailedSync: a disk that did not sync is not asked again.
func TestLaw1_FailedSync(t *testing.T) {
	ctx := context.Background()
	for _, suffix := range []string{"-wal", ".db"} {
		t.Run(suffix, func(t *testing.T) {
			d := disk(t)
			db := open(t, inFile(t).WithVFS(d.Name))
			account := anAccount(t, db)
			d.Fail(func(op faultdisk.Op, file string) faultdisk.Fault {
				if op == faultdisk.Sync && strings.HasSuffix(file, suffix) {
					return faultdisk.IOErr
				}
				return faultdisk.None
			})
			var err error
			n := 0
			for ; err == nil && n < 1000 && db.Failure() == nil; n++ { // the file itself is synced only now and then
				err = db.Update(ctx, inbox.Persons, oneRow(account, n))
			}
			d.Fail(nil)
			select {
			case <-db.Failed():
			default:
				t.Fatalf("after %d updates nothing had failed: %v", n, err)
			}
			err = db.Update(ctx, inbox.Persons, oneRow(account, n+1))
			if inbox.CodeOf(err) != inbox.Unavailable || inbox.ReasonOf(err).Key != "store.failed" {
				t.Fatalf("an update after the disk failed: %v", err)
			}
			if err := db.View(ctx, func(tx inbox.Tx) error { _, err := tx.LastSeq(); return err }); err != nil {
				t.Errorf("reading after the disk failed: %v", err)
			}
		})
	}
}
