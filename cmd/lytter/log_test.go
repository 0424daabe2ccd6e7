package main

import (
	"bytes"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lytter/inbox/catalog"
)

// Libraries log with the standard logger (Bleve's index does): once a house is open that is in its log, and nowhere else. The house of a
// screen keeps its log in the data folder, so that nothing tears the screen and nothing is lost; it does not grow for ever.
func TestStandardLogGoesToTheHouse(t *testing.T) {
	was, flags := log.Writer(), log.Flags()
	defer func() { log.SetOutput(was); log.SetFlags(flags) }()
	var terminal, given bytes.Buffer
	log.SetOutput(&terminal)
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	const record = `level=WARN msg="unable to load snapshot, EOF, continuing" from=library`
	open := func(dir string, l *slog.Logger) {
		t.Helper()
		cfg := &config{Data: dir}
		cfg.setDefaults()
		h, err := openHouse(t.Context(), cfg, cat, houseOptions{log: l})
		if err != nil {
			t.Fatal(err)
		}
		log.Printf("unable to load snapshot, %v, continuing", "EOF")
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	open(t.TempDir(), slog.New(slog.NewTextHandler(&given, nil)))
	dir := t.TempDir()
	file := filepath.Join(dir, logName)
	open(dir, nil)
	open(dir, nil)
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n, m := strings.Count(given.String(), record), strings.Count(string(kept), record); n != 1 || m != 2 || terminal.Len() > 0 {
		t.Errorf("given: %s\nkept: %s\non the terminal: %s", &given, kept, &terminal)
	}
	if err := os.Truncate(file, maxLog+1); err != nil {
		t.Fatal(err)
	}
	open(dir, nil)
	if st, err := os.Stat(file); err != nil || st.Size() > 1000 {
		t.Errorf("the log grows: %v, %v", st, err)
	}
	if _, err := os.Stat(file + ".old"); err != nil {
		t.Error(err)
	}
}
