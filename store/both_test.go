package store_test

import (
	"context"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/store"

	"github.com/google/go-cmp/cmp"
)

// TestLaw4_TamperedLogIsFound changes what is stored behind the desk's back: the first wrong position is named.
func TestLaw4_TamperedLogIsFound(t *testing.T) { tampered(t, inFile) }

func TestLaw4_TamperedLogIsFoundPostgres(t *testing.T) { tampered(t, inSchema) }

func tampered(t *testing.T, where func(testing.TB) store.Options) {
	t.Helper()
	ctx := context.Background()
	db := open(t, where(t))
	account := anAccount(t, db)
	log := func() (changes []inbox.Change) {
		err := db.View(ctx, func(tx inbox.Tx) (err error) {
			changes, err = tx.Changes(0, 100)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	raw := func(q string, args ...any) {
		t.Helper()
		if err := db.Raw(ctx, q, args...); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	for n := range 9 {
		if err := db.Update(ctx, inbox.Machines, oneRow(account, n)); err != nil {
			t.Fatal(err)
		}
	}
	raw("CREATE TABLE kept AS SELECT * FROM changes")
	raw("CREATE TABLE kept_details AS SELECT * FROM details")
	const cols = "seq, at, kind, actor, user_id, account, conversation, message, outgoing, ref, word, detail_hash, prev, hash"
	forged := log()[4]
	forged.Ref = 666
	forged.Hash = store.HashChange(&forged)
	for what, c := range map[string]struct {
		want inbox.Seq
		do   func()
	}{
		"nothing":                    {0, func() {}},
		"a time":                     {5, func() { raw("UPDATE changes SET at = at + 1 WHERE seq = 5") }},
		"a kind":                     {5, func() { raw("UPDATE changes SET kind = 'edited' WHERE seq = 5") }},
		"an actor":                   {5, func() { raw("UPDATE changes SET actor = 'user' WHERE seq = 5") }},
		"a user":                     {5, func() { raw("UPDATE changes SET user_id = 7 WHERE seq = 5") }},
		"an account":                 {5, func() { raw("UPDATE changes SET account = 7 WHERE seq = 5") }},
		"a conversation":             {5, func() { raw("UPDATE changes SET conversation = 7 WHERE seq = 5") }},
		"a message":                  {5, func() { raw("UPDATE changes SET message = 7 WHERE seq = 5") }},
		"an outgoing":                {5, func() { raw("UPDATE changes SET outgoing = 7 WHERE seq = 5") }},
		"a reference":                {5, func() { raw("UPDATE changes SET ref = 7 WHERE seq = 5") }},
		"a word":                     {5, func() { raw("UPDATE changes SET word = 'x' WHERE seq = 5") }},
		"a letter from word to kind": {5, func() { raw("UPDATE changes SET kind = 'arrive', word = 'd' WHERE seq = 5") }},
		"a hash":                     {5, func() { raw("UPDATE changes SET hash = prev WHERE seq = 5") }},
		"two rows swapped": {5, func() {
			raw("UPDATE changes SET ref = 5 WHERE seq = 5")
			raw("UPDATE changes SET ref = 4 WHERE seq = 6")
		}},
		"a row gone": {5, func() {
			raw("DELETE FROM details WHERE seq = 5")
			raw("DELETE FROM changes WHERE seq = 5")
		}},
		"the first gone": {1, func() {
			raw("DELETE FROM details WHERE seq = 1")
			raw("DELETE FROM changes WHERE seq = 1")
		}},
		"a detail":            {5, func() { raw("UPDATE details SET text = 'other' WHERE seq = 5") }},
		"a detail, by half":   {5, func() { raw("UPDATE details SET text = '' WHERE seq = 5") }},
		"a salt":              {5, func() { raw("UPDATE details SET salt = $1 WHERE seq = 5", []byte("another salt....")) }},
		"a detail's row gone": {5, func() { raw("DELETE FROM details WHERE seq = 5") }},
		"a row forged":        {6, func() { raw("UPDATE changes SET ref = 666, hash = $1 WHERE seq = 5", forged.Hash) }},
		"a row forged and joined": {6, func() {
			raw("UPDATE changes SET ref = 666, hash = $1 WHERE seq = 5", forged.Hash)
			raw("UPDATE changes SET prev = $1 WHERE seq = 6", forged.Hash)
		}},
	} {
		c.do()
		err := db.View(ctx, func(tx inbox.Tx) error {
			got, err := tx.VerifyLog(0)
			if got != c.want {
				t.Errorf("%s: the first wrong position is %d, want %d", what, got, c.want)
			}
			if got, _ := tx.VerifyLog(7); got != 0 {
				t.Errorf("%s: %d is wrong behind 7", what, got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		raw("DELETE FROM details")
		raw("DELETE FROM changes")
		raw("INSERT INTO changes (" + cols + ") SELECT " + cols + " FROM kept")
		raw("INSERT INTO details (seq, salt, text) SELECT seq, salt, text FROM kept_details")
	}
}

// TestLaw4_HashIsWhatIsWritten pins the encoding: a log that was written by one release verifies in all later ones.
func TestLaw4_HashIsWhatIsWritten(t *testing.T) {
	c := inbox.Change{
		Seq: 2, At: time.UnixMilli(1_790_000_000_123), Kind: inbox.ChangeTagged, Actor: inbox.ActorRule, User: 3, Account: 4, Conversation: 5,
		Message: 6, Outgoing: 7, Ref: -8, Word: "æ", DetailHash: []byte(strings.Repeat("d", 32)), Prev: []byte(strings.Repeat("p", 32)),
	}
	first := inbox.Change{Seq: 1}
	for _, h := range []struct {
		c    inbox.Change
		want string
	}{
		{c, "1fbab53ceba874a2d9145affff84575480362ebdf6c9ff20a7dfbc33d87686e8"},
		{first, "91960316a0d9f84b857d2ffa4f989d520e75a43714c6342a3f030e2cb56cf1a3"},
	} {
		if got := hex.EncodeToString(store.HashChange(&h.c)); got != h.want {
			t.Errorf("hash of %d is %s", h.c.Seq, got)
		}
	}
}

// TestMigration: a step is run whole or not at all, and once; data of a later release are refused.
func TestMigration(t *testing.T) { migration(t, inFile(t)) }

func TestMigrationPostgres(t *testing.T) { migration(t, inSchema(t)) }

func migration(t *testing.T, o store.Options) {
	t.Helper()
	ctx := context.Background()
	db := open(t, o)
	broken := []string{"good", "CREATE TABLE good (a BIGINT)", "broken", "CREATE TABLE half (a BIGINT); INSERT INTO half VALUES (1); CREATE TABLE good (a BIGINT)"}
	if err := db.Migrate(ctx, broken...); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a broken step: %v", err)
	}
	if err := db.Raw(ctx, "INSERT INTO good VALUES (1)"); err != nil {
		t.Errorf("what the step before it made: %v", err)
	}
	if err := db.Raw(ctx, "INSERT INTO half VALUES (1)"); err == nil {
		t.Error("a broken step left something")
	}
	for range 2 {
		if err := db.Migrate(ctx, "good", "no SQL: it was run", "mended", "CREATE TABLE half (a BIGINT)"); err != nil {
			t.Errorf("the step, mended: %v", err)
		}
		if err := db.Raw(ctx, "INSERT INTO half VALUES (1)"); err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(ctx, o)
	if inbox.CodeOf(err) != inbox.Conflict || inbox.ReasonOf(err).Key != "store.newer" {
		t.Errorf("data of a later release: %v", err)
	}
}

// TestMigrationOfPosts: what was heard of the removal of a post before there was a place for it counts, and what is told late of another
// does not go back.
func TestMigrationOfPosts(t *testing.T) { migrationOfPosts(t, inFile(t)) }

func TestMigrationOfPostsPostgres(t *testing.T) { migrationOfPosts(t, inSchema(t)) }

func migrationOfPosts(t *testing.T, o store.Options) {
	t.Helper()
	ctx := context.Background()
	db := open(t, o)
	written, gone := time.UnixMilli(1_700_000_000_000).UTC(), time.UnixMilli(1_700_000_009_000).UTC()
	var account inbox.Account
	before := map[inbox.RemoteID]inbox.Context{
		"stands": {Text: "Vi asfalterer", Permalink: "https://example.org", At: written, Fetched: true},
		"gone":   {Text: "Vi asfalterer", Permalink: "https://example.org", At: written, Fetched: true},
		"hidden": {},
	}
	err := db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		account = inbox.Account{Channel: inbox.Facebook, Remote: "1", Name: "Kommunen"}
		if err := tx.PutAccount(&account); err != nil {
			return err
		}
		for remote, c := range before {
			c.Account, c.Remote = account.ID, remote
			if err := tx.PutPost(&c); err != nil {
				return err
			}
		}
		if err := tx.PutEarly(inbox.Early{Account: account.ID, Remote: "gone", Deleted: true, At: gone}); err != nil {
			return err
		}
		return tx.PutEarly(inbox.Early{Account: account.ID, Remote: "hidden", Hidden: true, At: gone})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"ALTER TABLE posts DROP COLUMN told_at", "ALTER TABLE posts DROP COLUMN deleted_at"} {
		if err := db.Raw(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	step, err := os.ReadFile("migrations/0006_posts.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, "posts, again", string(step)); err != nil {
		t.Fatal(err)
	}
	err = db.View(ctx, func(tx inbox.Tx) error {
		for remote, want := range map[inbox.RemoteID]inbox.Context{
			"stands": {Text: "Vi asfalterer", Permalink: "https://example.org", At: written, ToldAt: written.Add(time.Millisecond), Fetched: true},
			"gone":   {At: written, ToldAt: written.Add(time.Millisecond), Fetched: true, DeletedAt: gone},
			"hidden": {},
		} {
			got, err := tx.FindPost(account.ID, remote)
			if err != nil {
				return err
			}
			want.ID, want.Account, want.Remote = got.ID, account.ID, remote
			if diff := cmp.Diff(want, *got); diff != "" {
				t.Errorf("%s: %s", remote, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
