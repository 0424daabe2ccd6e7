package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lytter/inbox"
	"lytter/store/internal/sqlconn"
)

// wholeCheck is the size up to which a file is checked whole when it is opened. Of a larger one only the ends are looked at: a journal of
// a month takes long, and until it is open nobody is answered. What is found damaged later is checked whole at the next start.
const wholeCheck = 64 << 20

// suspect notes that the file was found damaged, for the next Open.
func suspect(path string) error { return os.WriteFile(path+".suspect", nil, 0o600) }

// examine checks the file and moves it aside if it is damaged; aside says whereto. Nobody has it open.
func examine(ctx context.Context, o Options) (aside string, err error) {
	info, err := os.Stat(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	_, serr := os.Stat(o.Path + ".suspect")
	bad, err := check(ctx, o, info.Size() <= wholeCheck || serr == nil)
	if err != nil {
		return "", err
	}
	if bad {
		aside = o.Path + asideMark + o.Now().UTC().Format("20060102T150405.000")
		for _, part := range []string{"", "-wal"} {
			if err := os.Rename(o.Path+part, aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
		if err := os.Remove(o.Path + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if err := os.Remove(o.Path + ".suspect"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return aside, nil
}

// Asides lists the files that were moved aside because they were damaged, oldest first. They stay until somebody deletes them.
func Asides(path string) ([]string, error) {
	names, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range names {
		if strings.HasPrefix(n.Name(), filepath.Base(path)+asideMark) && !strings.HasSuffix(n.Name(), "-wal") && !strings.HasSuffix(n.Name(), "-shm") {
			out = append(out, filepath.Join(filepath.Dir(path), n.Name()))
		}
	}
	return out, nil // in order of name, and so of time
}

const asideMark = ".damaged-"

// check reports whether the file is damaged. An error is something else: a disk that does not answer.
func check(ctx context.Context, o Options, whole bool) (bad bool, err error) {
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: o.Path, VFS: o.vfs})
	if err != nil {
		return damaged(err), unlessDamaged(err)
	}
	defer func() {
		if cerr := c.Close(); err == nil && !bad {
			err = cerr
		}
	}()
	said := "ok"
	if whole {
		err = c.Query(ctx, "PRAGMA quick_check(1)", func(r *sqlconn.Row) error {
			said = r.Text()
			return nil
		})
	} else {
		for _, order := range []string{upwards, downwards} {
			if _, rerr := read(ctx, c, order, 0, endless, 500); rerr != nil {
				err = errors.Join(err, rerr)
			}
		}
	}
	return said != "ok" || damaged(err), unlessDamaged(err)
}

func unlessDamaged(err error) error {
	if damaged(err) {
		return nil
	}
	return err
}

// Salvaged is what could be read of a damaged file.
type Salvaged struct {
	Entries int
	// Lost are the rows between which nothing could be read; zero if all could. The file may have held none of them.
	Lost inbox.Range
}

// Salvage gives what can still be read of a file that was moved aside, behind a row: upwards from there until it breaks, then downwards
// from the end. Entries that are not what was written say Damaged. An error of f ends it and is returned as it is; an Error of code
// Unavailable says that the file cannot be read at all.
func Salvage(ctx context.Context, path string, after int64, f func(Entry) error) (s Salvaged, err error) {
	c, err := sqlconn.OpenSQLite(ctx, sqlconn.SQLite{Path: path, ReadOnly: true})
	if err != nil {
		return s, fault("journal.Salvage", err)
	}
	defer func() {
		if cerr := c.Close(); err == nil && sqlconn.KindOf(cerr) != sqlconn.Damaged {
			err = cerr
		}
	}()
	v := &salvage{ctx: ctx, c: c, f: f, low: after, high: endless}
	up, err := v.walk(upwards, func(row int64) { v.low = row })
	if err != nil || up {
		s.Entries = v.n
		return s, err
	}
	_, err = v.walk(downwards, func(row int64) { v.high = row })
	s.Entries, s.Lost = v.n, inbox.Range{From: v.low + 1, To: v.high - 1}
	return s, err
}

type salvage struct {
	ctx       context.Context
	c         *sqlconn.Conn
	f         func(Entry) error
	low, high int64 // what is between is not read yet
	n         int
}

// walk reads until there is nothing more (whole) or the file breaks, in ever smaller steps so that it comes as near as it can.
func (v *salvage) walk(order string, seen func(int64)) (whole bool, err error) {
	for step := 256; ; {
		page, err := read(v.ctx, v.c, order, v.low, v.high, step)
		switch {
		case damaged(err) || sqlconn.KindOf(err) == sqlconn.Broken:
			if step == 1 {
				return false, nil
			}
			step /= 2
			continue
		case err != nil:
			return false, fmt.Errorf("salvage: %w", fault("journal.Salvage", err))
		case len(page) == 0:
			return true, nil
		}
		for _, e := range page {
			if err := v.f(e); err != nil {
				return false, err
			}
			v.n++
			seen(e.Row)
		}
	}
}
