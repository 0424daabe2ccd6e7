//go:build !windows

package sshserver

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// raw makes a terminal hand over each key as it comes, and draw what it is sent as it is. Call what it returns.
func raw(stdin, _ *os.File) (cooked func() error, err error) {
	fd := int(stdin.Fd())
	was, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() error { return term.Restore(fd, was) }, nil
}

// resizes gives something to receive whenever the terminal may have another size.
func resizes() (changed <-chan os.Signal, stop func()) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGWINCH)
	return ch, func() { signal.Stop(ch) }
}
