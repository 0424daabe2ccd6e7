package ui

import (
	"io"
	"os"
)

// TTY is a terminal whose output is guarded. Bubble Tea takes it for the terminal that it is: raw mode, size and resizing work as on the
// file.
type TTY struct {
	*os.File
	Guard *Guard
}

// Write writes through the guard.
func (t TTY) Write(p []byte) (int, error) { return t.Guard.Write(p) }

// WriteString writes through the guard; without it os.File's own would go past.
func (t TTY) WriteString(s string) (int, error) { return t.Guard.Write([]byte(s)) }

// ReadFrom writes through the guard; without it io.Copy would go past.
func (t TTY) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{t.Guard}, r)
}
