//go:build unix

package main

import (
	"os"
	"syscall"

	"lytter/inbox"
)

// privately keeps every file that this process makes, those of libraries too, from everybody else on the machine.
func privately() { syscall.Umask(0o077) }

// closeFolder keeps everybody else on the machine out of a data folder that was there before us. One that is not ours is refused.
func closeFolder(dir string) error {
	st, err := os.Stat(dir)
	if err != nil {
		return inbox.E(inbox.Unavailable, "house", "house.folder", "Folder", dir).With(err)
	}
	if !st.IsDir() {
		return inbox.E(inbox.Invalid, "house", "house.not_folder", "Folder", dir)
	}
	if st.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder that its owner may enter
		return inbox.E(inbox.Forbidden, "house", "house.open", "Folder", dir).With(err)
	}
	return nil
}
