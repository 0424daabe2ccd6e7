package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lytter/connectors/sandbox"
)

const indexAgain = "go test -run TestLaw5_LostWhileServing ./cmd/lytter"

// TestLaw5_LostWhileServing: a desk that serves while citizens write and an editor answers loses its index again and again: deleted,
// spoiled, cut off under its hands. It goes on, answers every search, says that it builds the index anew, and in the end has everything
// that the platforms have, with an index of all of it.
func TestLaw5_LostWhileServing(t *testing.T) {
	a := newArena(t, seedOf(t, 1), 5*time.Second, indexAgain)
	a.serve()
	a.ready()
	if _, err := a.client.StartTraffic(t.Context(), 20, 0); err != nil {
		t.Fatal(err)
	}
	a.answer(200 * time.Millisecond)
	dir := filepath.Join(a.dir, "data", "index")
	each := func(pattern string, do func(file string) error) func() error {
		return func() error {
			files, err := filepath.Glob(filepath.Join(dir, pattern))
			for _, f := range files {
				if derr := do(f); !errors.Is(derr, os.ErrNotExist) { // merged meanwhile
					err = errors.Join(err, derr)
				}
			}
			return err
		}
	}
	for _, mishap := range []struct {
		what string
		do   func() error
		anew bool // an index is built from nothing for certain
	}{
		{"the folder is deleted", func() error {
			for until := time.Now().Add(time.Minute); ; { // something may just be written into it
				if err := os.RemoveAll(dir); err == nil || time.Now().After(until) {
					return err
				}
			}
		}, true},
		{"the list of its files is spoiled", each("live-*/root.bolt", func(f string) error {
			return os.WriteFile(f, bytes.Repeat([]byte("damaged "), 4096), 0o600)
		}), false},
		{"its files are emptied", each("live-*/*.zap", func(f string) error { return os.Truncate(f, 0) }), false},
		{"its files are deleted", each("live-*/*", os.Remove), true},
	} {
		t.Logf("%s, after %d searches", mishap.what, a.searched(t, mishap.what))
		a.indexed(t)
		held, err := os.Open(filepath.Join(a.live(t), "root.bolt")) // until another one is there: its number is not given anew
		if err != nil {
			t.Fatal(err)
		}
		before, err := held.Stat()
		if err = errors.Join(err, mishap.do()); err != nil {
			t.Fatal(mishap.what, err)
		}
		for range 5 {
			a.searched(t, mishap.what)
		}
		for until := time.Now().Add(2 * time.Minute); mishap.anew; {
			now, err := os.Stat(filepath.Join(a.live(t), "root.bolt"))
			if err == nil && !os.SameFile(before, now) {
				break
			}
			if time.Now().After(until) {
				t.Fatalf("%s: nothing is built: %s", mishap.what, a.said)
			}
			a.searched(t, mishap.what)
		}
		if err := held.Close(); err != nil {
			t.Fatal(err)
		}
		a.indexed(t)
	}
	a.faults(sandbox.Faults{})
	f := a.audit(3 * time.Minute)
	t.Logf("%s; quiet after %s", f, f.took.Round(time.Millisecond))
}

// live is the folder of the index in use, or one that is not there.
func (a *arena) live(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(a.dir, "data", "index", "live-*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		return filepath.Join(a.dir, "nothing")
	}
	return names[len(names)-1]
}

// searched has the desk search, and gives how many it found. A search that met the damage may say so; the next one has an answer.
func (a *arena) searched(t *testing.T, when string) int {
	t.Helper()
	for until := time.Now().Add(2 * time.Minute); ; {
		said, err := a.command(t.Context(), "search", "--json", "--limit", "1000", "not findesikke")
		if err == nil {
			var res searchResult
			if err := json.Unmarshal([]byte(said), &res); err != nil {
				t.Fatal(when, err)
			}
			return len(res.Hits)
		}
		if !a.livesFor(50 * time.Millisecond) {
			t.Fatalf("%s: the desk ended: %s", when, a.said)
		}
		if time.Now().After(until) {
			t.Fatalf("%s: searches fail: %v", when, err)
		}
	}
}

// indexed waits until the desk says that its index has everything.
func (a *arena) indexed(t *testing.T) {
	t.Helper()
	var status statusReport
	for until := time.Now().Add(2 * time.Minute); ; {
		said, err := a.command(t.Context(), "status", "--json")
		status = statusReport{}
		if err == nil {
			err = json.Unmarshal([]byte(said), &status)
		}
		if i := status.Index; err == nil && !i.Rebuilding && i.Fault == "" && i.Seq > 0 && status.Conversations > 0 {
			return
		}
		if !a.livesFor(50 * time.Millisecond) {
			t.Fatalf("the desk ended: %s", a.said)
		}
		if time.Now().After(until) {
			t.Fatalf("the index is not built: %+v, %v: %s", status.Index, err, a.said)
		}
	}
}
