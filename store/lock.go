package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/store/internal/volume"
)

// lockName is the file in the data folder that its owner has locked. Its text is the owner's process id.
const lockName = "lytter.lock"

// errHeld says that another process has the lock.
var errHeld = errors.New("held")

// Owner is the hold of one process on a data folder. Close it; it also ends with the process, however that ends.
type Owner struct{ f *os.File }

// Lock makes this process the owner of a data folder, which must be there. An Error of code Conflict ("store.owned", with Pid) if another
// process is; of code Invalid ("store.network") if the folder is on a network file system, where neither this lock nor the database's
// own can be relied on.
func Lock(dir string) (*Owner, error) {
	const op = "store.Lock"
	if name, err := volume.Network(dir); err == nil && name != "" {
		return nil, inbox.E(inbox.Invalid, op, "store.network", "Folder", dir, "System", name)
	} else if err != nil && !errors.Is(err, volume.ErrUnknown) {
		return nil, inbox.E(inbox.Unavailable, op, "store.no_folder", "Folder", dir).With(err)
	}
	// The file is never removed: whoever waits for a lock on a removed file would hold another than who comes after.
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, inbox.E(inbox.Unavailable, op, "store.no_folder", "Folder", dir).With(err)
	}
	if err := lockFile(f); err != nil {
		pid := holder(f)
		err = errors.Join(err, f.Close())
		if errors.Is(err, errHeld) {
			return nil, inbox.E(inbox.Conflict, op, "store.owned", "Folder", dir, "Pid", pid).With(err)
		}
		return nil, inbox.E(inbox.Unavailable, op, "store.no_folder", "Folder", dir).With(err)
	}
	o := &Owner{f: f}
	if err := o.sign(); err != nil {
		return nil, errors.Join(inbox.E(inbox.Unavailable, op, "store.no_folder", "Folder", dir).With(err), o.Close())
	}
	return o, nil
}

// sign writes who holds the lock.
func (o *Owner) sign() error {
	if err := o.f.Truncate(0); err != nil {
		return err
	}
	_, err := o.f.WriteAt([]byte(fmt.Sprintln(os.Getpid())), 0)
	return err
}

// holder reads who holds the lock; 0 if that is not written.
func holder(f *os.File) int {
	b := make([]byte, 32)
	n, _ := f.ReadAt(b, 0) // what cannot be read is not known
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil {
		return 0
	}
	return pid
}

// Close gives the folder up.
func (o *Owner) Close() error { return o.f.Close() }
