package sshserver

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/term"
)

// raw makes a console hand over each key as it comes, as a terminal would send it, and understand the sequences that it is sent. Call
// what it returns.
func raw(stdin, stdout *os.File) (cooked func() error, err error) {
	fd, out := int(stdin.Fd()), windows.Handle(stdout.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(out, &mode); err != nil {
		return nil, err
	}
	was, err := term.MakeRaw(fd) // with ENABLE_VIRTUAL_TERMINAL_INPUT
	if err != nil {
		return nil, err
	}
	vt := mode | windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING | windows.DISABLE_NEWLINE_AUTO_RETURN
	if err := windows.SetConsoleMode(out, vt); err != nil {
		return nil, errors.Join(err, term.Restore(fd, was))
	}
	return func() error { return errors.Join(windows.SetConsoleMode(out, mode), term.Restore(fd, was)) }, nil
}

// resizes gives something to receive whenever the console may have another size: Windows sends no signal, so that is four times a second.
func resizes() (changed <-chan time.Time, stop func()) {
	t := time.NewTicker(250 * time.Millisecond)
	return t.C, t.Stop
}
