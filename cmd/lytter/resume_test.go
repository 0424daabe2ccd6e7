package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"lytter/inbox"
	"lytter/inbox/catalog"
)

// An import that was interrupted goes on where it was, with the same file only: of another that begins alike every line is taken in.
func TestImportGoesOn(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config{Language: "en", Data: filepath.Join(t.TempDir(), "data")}
	cfg.setDefaults()
	h, err := openHouse(t.Context(), cfg, cat, houseOptions{log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	seat, err := h.desk.As(h.localUser())
	if err != nil {
		t.Fatal(err)
	}
	p := &program{catalog: cat, texts: cat.For("en"), seat: seat, house: h, out: io.Discard, err: io.Discard}
	const n, cut = 1500, 1200
	file := func(name string, from int) []string { // like the others up to a line
		var lines []string
		for i := range n {
			id := fmt.Sprint(i)
			if i >= from {
				id = name + id
			}
			lines = append(lines, fmt.Sprintf(`{"channel":"x","account":"a","kind":"mention","direction":"in","remote_id":%q,"text":"hej %d %s","time":"2026-11-01T10:00:00Z"}`,
				id, i, strings.Repeat("x", 60)))
		}
		return lines
	}
	whole := func(lines []string) io.Reader { return strings.NewReader(strings.Join(lines, "\n") + "\n") }
	gone := errors.New("the line was cut")
	interrupt := func(lines []string) {
		t.Helper()
		if _, err := p.importLines(t.Context(), io.MultiReader(whole(lines[:cut]), iotest.ErrReader(gone))); !errors.Is(err, gone) {
			t.Fatalf("interrupted: %v", err)
		}
	}
	finish := func(lines []string, skipped int) {
		t.Helper()
		rep, err := p.importLines(t.Context(), whole(lines))
		if err != nil {
			t.Fatal(err)
		}
		if rep.Skipped != skipped || rep.Lines != n || rep.New+rep.Same != n-skipped {
			t.Errorf("%+v, want %d skipped", rep, skipped)
		}
	}
	a := file("a", 0)
	interrupt(a)
	finish(a, 1000)
	b := file("b", 900)
	interrupt(b)
	finish(file("c", 900), 0) // begins as b and is another before the mark
	interrupt(b)
	finish(b[:], 1000)
	interrupt(b)
	if rep, err := p.importLines(t.Context(), whole(b[:950])); err != nil || rep.Lines != 950 || rep.Skipped != 0 { // ends before the mark
		t.Errorf("%+v, %v", rep, err)
	}
	have := map[inbox.RemoteID]bool{}
	err = h.store.View(t.Context(), func(tx inbox.Tx) error {
		return tx.EachMessage(0, func(m inbox.Message) error {
			have[m.Remote] = true
			return nil
		})
	})
	if want := n + n + (n - 900); err != nil || len(have) != want { // those of a, those of b, and what c does not share with it
		t.Errorf("%d messages, want %d: %v", len(have), want, err)
	}
	if left, err := filepath.Glob(filepath.Join(cfg.Data, ".import-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFromInput(t *testing.T) {
	for _, c := range []struct{ args, file, want string }{
		{"import x.jsonl --json", "x.jsonl", "import - --json"},
		{"import import", "import", "import -"},
		{"--data d import d", "d", "--data d import -"},
		{"import d --data d", "d", "import - --data d"},
		{"import -- x", "x", "import -- -"},
	} {
		if got := strings.Join(fromInput(strings.Fields(c.args), c.file), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.args, got, c.want)
		}
	}
}
