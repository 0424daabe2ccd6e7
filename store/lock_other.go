//go:build !unix && !windows

package store

import (
	"errors"
	"os"
)

// lockFile refuses: this system has no lock that could be relied on.
func lockFile(*os.File) error { return errors.ErrUnsupported }
