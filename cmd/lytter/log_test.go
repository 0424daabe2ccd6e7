package main

import (
	"bytes"
	"errors"
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

// Whatever a record is made of, no CPR number is in what is written of it.
func TestLogHoldsNoCPR(t *testing.T) {
	const number = "140231-4126"
	var out bytes.Buffer
	l := textLogger(&out, false)
	l.Warn("of " + number)
	l.Warn("string", "a", number)
	l.Warn("error", "a", errors.New("of "+number))
	l.Warn("bytes", "a", []byte(number))
	l.Warn("list", "a", []string{"one", number})
	l.Warn("struct", "a", struct{ Text string }{number})
	l.Warn("map", "a", map[string]string{"b": number})
	l.Warn("group", slog.Group("a", "b", number))
	l.With("a", number).WithGroup("c").Warn("with", "b", number)
	for line := range strings.Lines(out.String()) {
		if !strings.Contains(line, strings.Repeat("*", 6)) || strings.Contains(line, number[:6]) || strings.Contains(line, number[7:]) {
			t.Error(line)
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 9 {
		t.Errorf("%d records of 9:\n%s", n, &out)
	}
}
