package index

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lytter/internal/fp"
)

// folder is the index's own. In it is one folder of Bleve's for each time that the index was built, numbered, so that an engine which
// hung and may still write somewhere never writes into the next one:
//
//	live-000007                          the index
//	aside-000006-20261103T090000Z        one that was damaged
//	watch.json                           what is being done (see watch)
//	quarantine.json                      what could not be indexed
type folder struct {
	dir  string
	now  func() time.Time
	last int // the newest number that was ever used
}

const (
	livePrefix  = "live-"
	asidePrefix = "aside-"
	keepAside   = 2 // of the newest; a disk must not fill with them
)

// list gives the names in the folder that begin with a prefix, oldest first.
func (f *folder) list(prefix string) ([]string, error) {
	es, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range es {
		if strings.HasPrefix(e.Name(), prefix) {
			out = append(out, e.Name())
		}
	}
	slices.Sort(out)
	return out, nil
}

func number(name, prefix string) (n int) {
	if _, err := fmt.Sscanf(strings.TrimPrefix(name, prefix), "%d", &n); err != nil {
		return 0
	}
	return n
}

// live gives the path of the newest index, "" if there is none.
func (f *folder) live() (string, error) {
	names, err := f.list(livePrefix)
	if err != nil || len(names) == 0 {
		return "", err
	}
	newest := names[len(names)-1]
	f.last = max(f.last, number(newest, livePrefix))
	return filepath.Join(f.dir, newest), nil
}

// clear removes what begins with a prefix.
func (f *folder) clear(prefix string) error {
	names, err := f.list(prefix)
	for _, n := range names {
		f.last = max(f.last, number(n, prefix))
		err = errors.Join(err, os.RemoveAll(filepath.Join(f.dir, n)))
	}
	return err
}

// fresh gives the path for a new index, and removes those that are there.
func (f *folder) fresh() (string, error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil { // it may have been deleted meanwhile
		return "", err
	}
	if err := f.clear(livePrefix); err != nil {
		return "", err
	}
	fp.Hit("index.cleared")
	aside, err := f.list(asidePrefix)
	if err != nil {
		return "", err
	}
	for _, n := range aside {
		f.last = max(f.last, number(n, asidePrefix))
	}
	f.last++
	return filepath.Join(f.dir, fmt.Sprintf("%s%06d", livePrefix, f.last)), nil
}

// aside keeps a damaged index under another name, and only the newest few of those.
func (f *folder) aside(live string) (string, error) {
	n := number(filepath.Base(live), livePrefix)
	to := filepath.Join(f.dir, fmt.Sprintf("%s%06d-%s", asidePrefix, n, f.now().UTC().Format("20060102T150405Z")))
	if err := os.Rename(live, to); err != nil && !os.IsNotExist(err) {
		return "", err
	}
	fp.Hit("index.aside")
	old, err := f.list(asidePrefix)
	if err != nil {
		return "", err
	}
	for len(old) > keepAside {
		if err := os.RemoveAll(filepath.Join(f.dir, old[0])); err != nil {
			return "", err
		}
		old = old[1:]
	}
	return to, nil
}
