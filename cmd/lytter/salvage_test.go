package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/store/journal"
)

// TestLaw1_DamagedJournal: what was acknowledged and not yet taken in when the journal's file broke goes into the new one, once; what
// could not be read, and what was not what was written, is parked where people see it. What was done stays done.
func TestLaw1_DamagedJournal(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config{Language: "en", Data: filepath.Join(t.TempDir(), "data")}
	cfg.setDefaults()
	open := func() *house {
		t.Helper()
		h, err := openHouse(t.Context(), cfg, cat, houseOptions{log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.Close() })
		return h
	}
	const n, done = 120, 20
	h := open()
	for i := range n {
		body := bytes.Repeat([]byte{byte('a' + i%26)}, 3000)
		copy(body, "body ")
		body[5] = byte(i)
		e := journal.Entry{Account: inbox.AccountID(7), Header: map[string]string{"X-Hub-Signature-256": "x"}, Body: body}
		if _, err := h.journal.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	read := h.now().Add(-time.Hour).UTC().Truncate(time.Second)
	err = h.store.Update(t.Context(), inbox.Machines, func(tx inbox.Tx) error {
		for _, name := range []string{"read", "never"} {
			a := inbox.Account{Channel: inbox.Facebook, Remote: inbox.RemoteID(name), Name: name, State: inbox.AccountLive, Connected: read.Add(-time.Hour)}
			if err := tx.PutAccount(&a); err != nil {
				return err
			}
			if name == "read" {
				if err := tx.PutCursor(inbox.Cursor{Account: a.ID, Stream: "~read", Value: []byte(read.Format(time.RFC3339Nano))}); err != nil {
					return err
				}
			}
		}
		return tx.MarkDone(inbox.Range{From: 1, To: done})
	})
	if err != nil {
		t.Fatal(err)
	}
	was, err := h.journal.Read(t.Context(), 0, n)
	if err != nil || len(was) != n {
		t.Fatal(len(was), err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cfg.Data, "journal.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 8192
	at := bytes.Index(file, was[n-10].Body) // a row that is no longer what was written
	file[at+100]++
	broken := bytes.Index(file, was[n/2].Body) / page * page // a page in the middle that cannot be read
	copy(file[broken:broken+page], bytes.Repeat([]byte{0xAA}, page))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}

	h = open()
	if h.journal.Aside() == "" {
		t.Fatal("the damage was not seen")
	}
	now, err := h.journal.Read(t.Context(), 0, 2*n)
	if err != nil {
		t.Fatal(err)
	}
	var lost int64
	var reasons []string
	err = h.store.View(t.Context(), func(tx inbox.Tx) error {
		ps, err := tx.Parkeds(100)
		for _, p := range ps {
			if p.Reason.Key == "parked.lost" {
				lost += p.Reason.Args["To"].(int64) - p.Reason.Args["From"].(int64) + 1
			}
			reasons = append(reasons, p.Reason.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(reasons, " "); got != "parked.lost parked.damaged" || lost < 1 || lost > 6 {
		t.Errorf("parked: %s; %d lost", got, lost)
	}
	if want := n - done - 1 - int(lost); len(now) != want {
		t.Errorf("%d rows were taken over, want %d", len(now), want)
	}
	for _, e := range now {
		old := was[int(e.Body[5])]
		if !bytes.Equal(e.Body, old.Body) || e.Account != 7 || e.Header["X-Hub-Signature-256"] != "x" || !e.At.Equal(old.At) || old.Row <= done || e.Row <= done {
			t.Errorf("row %d is not row %d", e.Row, old.Row)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h = open() // once
	var gaps []inbox.Gap
	err = h.store.View(t.Context(), func(tx inbox.Tx) (err error) {
		gaps, err = tx.Gaps(100)
		return err
	})
	if err != nil || len(gaps) != 2 {
		t.Fatalf("gaps: %+v, %v", gaps, err)
	}
	for i, from := range []time.Time{read.Add(-time.Hour), read} { // newest first: the account that was never read is the second
		if g := gaps[i]; g.Cause != inbox.GapDamaged || !g.From.Equal(from) || g.To.IsZero() || !g.ClosedAt.IsZero() {
			t.Errorf("%+v; want one from %v that is over and not read", g, from)
		}
	}
	if again, err := h.journal.Read(t.Context(), 0, 2*n); err != nil || len(again) != len(now) {
		t.Errorf("%d rows after another start, want %d: %v", len(again), len(now), err)
	}
}
