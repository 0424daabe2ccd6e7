package main

import (
	"context"
	"os"
)

// lockWhole locks nothing here, where a file that is open cannot be replaced: no desk is served on Windows, so nobody else renews.
func lockWhole(_ context.Context, path string) (unlock func(), err error) {
	_, err = os.Stat(path)
	return func() {}, err
}
