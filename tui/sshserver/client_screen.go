package sshserver

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"
)

// Screen shows the owner's screen on this terminal until the person leaves, and gives the code that it ended with. The terminal is as it
// was when Screen returns, also after ctx has ended, the connection was lost, or the process was told to end (SIGINT, SIGTERM, SIGHUP). A
// read of stdin is left waiting and ends with the next key: leave the process. An Error of code Invalid says that stdin or stdout is no
// terminal.
func (c *Client) Screen(ctx context.Context, stdin, stdout *os.File) (exit int, err error) {
	in, out := int(stdin.Fd()), int(stdout.Fd())
	if !term.IsTerminal(in) || !term.IsTerminal(out) {
		return exitUsage, inbox.E(inbox.Invalid, "sshserver.Screen", "ssh.no_terminal")
	}
	// Without this a signal would end the process and leave the terminal raw.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	s, err := c.session()
	if err != nil {
		return exitLost, err
	}
	defer hangUp(s)
	if err := sendEnv(s, nil); err != nil {
		return exitLost, lost(err)
	}
	size, err := sizeOf(out)
	if err != nil {
		return exitLost, err
	}
	name := os.Getenv("TERM")
	if name == "" && runtime.GOOS == "windows" {
		name = "xterm-256color" // what the console is, once raw has said so
	}
	if err := s.RequestPty(name, size.Height, size.Width, ssh.TerminalModes{}); err != nil {
		return exitLost, lost(err)
	}
	keys, err := s.StdinPipe()
	if err != nil {
		return exitLost, lost(err)
	}
	s.Stdout, s.Stderr = stdout, stdout

	cooked, err := raw(stdin, stdout)
	if err != nil {
		return exitLost, err
	}
	orderly := false
	defer func() {
		if !orderly { // what drew has not cleaned up after itself
			_, werr := stdout.WriteString(restore)
			err = errors.Join(err, werr)
		}
		err = errors.Join(err, cooked())
	}()
	if err := s.Shell(); err != nil {
		return exitLost, lost(err)
	}
	go pipe(keys, stdin)

	watching, done := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		follow(watching, out, size, func(to Size) error { return s.WindowChange(to.Height, to.Width) })
	}()
	exit, err = c.wait(ctx, s)
	done()
	<-followed
	orderly = err == nil
	return exit, err
}

func sizeOf(fd int) (Size, error) {
	w, h, err := term.GetSize(fd)
	return Size{w, h}, err
}

// follow tells of each new size of a terminal until ctx ends or tell cannot.
func follow(ctx context.Context, fd int, last Size, tell func(Size) error) {
	changed, stop := resizes()
	defer stop()
	for {
		// Looked at before waiting: it may have changed since it was first asked for.
		if now, err := sizeOf(fd); err == nil && now != last {
			last = now
			if tell(now) != nil {
				return // the session has ended, which wait will tell
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}
