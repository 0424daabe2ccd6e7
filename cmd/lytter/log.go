package main

import (
	"errors"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"path/filepath"

	"lytter/inbox/text"
)

const (
	logName = "lytter.log"
	// maxLog is how large a log may be when a house is opened; a larger one becomes the old one, and the old one before it goes.
	maxLog = 8 << 20
)

// fileLogger keeps a log in a data folder: where a screen has the terminal there is no other place. Close its file.
func fileLogger(dir string) (*slog.Logger, io.Closer, error) {
	file := filepath.Join(dir, logName)
	if st, err := os.Stat(file); err == nil && st.Size() > maxLog {
		if err := os.Rename(file, file+".old"); err != nil {
			return nil, nil, err
		}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return textLogger(f, false), f, nil
}

// masked covers CPR numbers in what is logged: in the message too, which is an attribute like the others.
func masked(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(text.Masked(a.Value.String()))
	case slog.KindAny:
		if b, ok := a.Value.Any().([]byte); ok { // which is written as text
			a.Value = slog.StringValue(text.Masked(string(b)))
			return a
		}
		if s := a.Value.String(); text.SureCPR(s) != text.Unlikely {
			a.Value = slog.StringValue(text.Masked(s))
		}
	}
	return a
}

// adoptLibraries makes what libraries log with the standard logger (Bleve's index does) records of l.
func adoptLibraries(l *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(slog.NewLogLogger(l.With("from", "library").Handler(), slog.LevelWarn).Writer())
}
