// Package volume tells what a folder's file system is and how much room it has.
package volume

import "errors"

// ErrUnknown says that this system does not tell.
var ErrUnknown = errors.New("not known on this system")
