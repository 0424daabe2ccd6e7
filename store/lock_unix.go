//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes a flock, which belongs to the open file: unlike POSIX locks it does not end when another descriptor closes.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
