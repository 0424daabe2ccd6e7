package main

import (
	"path/filepath"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/store"
)

func TestRowOrTime(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		end  bool
		row  int64
		at   string
		ok   bool
	}{
		{"", false, 0, "", true},
		{"4711", true, 4711, "", true},
		{"0", false, 0, "", false},
		{"-3", false, 0, "", false},
		{"2026-11-03", false, 0, "2026-11-03T00:00:00+01:00", true},
		{"2026-11-03", true, 0, "2026-11-04T00:00:00+01:00", true},
		{"2026-10-25", true, 0, "2026-10-26T00:00:00+01:00", true}, // a day of 25 hours
		{"2026-07-03T14:00", true, 0, "2026-07-03T14:00:00+02:00", true},
		{"2026-07-03 14:00:30", false, 0, "2026-07-03T14:00:30+02:00", true},
		{"2026-07-03T14:00:00Z", false, 0, "2026-07-03T16:00:00+02:00", true},
		{"3.11.2026", false, 0, "", false},
		{"yesterday", false, 0, "", false},
	} {
		row, at, ok := rowOrTime(c.text, loc, c.end)
		said := ""
		if ok && !at.IsZero() {
			said = at.In(loc).Format(time.RFC3339)
		}
		if ok != c.ok || ok && (row != c.row || said != c.at) {
			t.Errorf("%q: row %d, %s, %v", c.text, row, said, ok)
		}
	}
}

// An interrupted replay goes on where it was, if it is the same program; a trial leaves no mark.
func TestReplayMark(t *testing.T) {
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "desk.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	m := &replayMark{store: db, name: "replay:x"}
	expect := func(want int64) {
		t.Helper()
		if got, err := m.read(t.Context()); err != nil || got != want {
			t.Errorf("it goes on behind %d, not %d: %v", got, want, err)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	expect(0)
	do(m.write(t.Context(), 7, true))
	expect(0)
	do(m.write(t.Context(), 7, false))
	expect(7)
	do(m.clear(t.Context(), true))
	expect(7)
	do(db.Update(t.Context(), inbox.Machines, func(tx inbox.Tx) error { return tx.SetSetting(m.name, "another program:7") }))
	expect(0)
	do(m.write(t.Context(), 9, false))
	do(m.clear(t.Context(), false))
	expect(0)
}
