package sshserver

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"
)

const (
	// dialTime is for reaching the owner and logging in.
	dialTime = 10 * time.Second
	// leaveTime is how long a session that was told to end has to do it.
	leaveTime = 2 * time.Second
	// longestCommand leaves room in one SSH packet (256 KiB) for what goes around a command. What is longer goes by standard input.
	longestCommand = 200 << 10
	// exitLost and exitInterrupted are what a shell would say: 128 and a signal, and what ssh says.
	exitLost        = 255
	exitInterrupted = 130
)

// Client is a connection to the owner of a data folder on this machine. Close it. Its methods may be called from several goroutines; the
// owner allows two sessions at a time.
type Client struct{ sc *ssh.Client }

// Dial logs in to the owner of a data folder by its socket, with the local key or one's own, and makes sure that it is the owner: hostKey
// is its HostPublicKey. Errors: Unavailable when nobody listens there, so that the caller may become the owner; Forbidden when it is not
// the owner, or does not let us in.
func Dial(ctx context.Context, socketPath string, signer ssh.Signer, hostKey ssh.PublicKey) (*Client, error) {
	const op = "sshserver.Dial"
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", socketPath)
	if err != nil {
		return nil, inbox.E(inbox.Unavailable, op, "ssh.no_owner", "Path", socketPath).With(err)
	}
	stop := context.AfterFunc(ctx, func() { hangUp(nc) }) // wakes the handshake
	defer stop()
	var told string
	impostor := false
	conn, chans, reqs, err := ssh.NewClientConn(nc, socketPath, &ssh.ClientConfig{
		User: "lytter",
		Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: func(name string, addr net.Addr, key ssh.PublicKey) error {
			err := ssh.FixedHostKey(hostKey)(name, addr, key)
			impostor = err != nil
			return err
		},
		HostKeyAlgorithms: []string{hostKey.Type()},
		BannerCallback: func(text string) error {
			told = strings.TrimSpace(text)
			return nil
		},
	})
	var network net.Error
	switch {
	case err == nil && !stop():
		hangUp(conn)
		return nil, context.Cause(ctx)
	case err == nil:
		return &Client{ssh.NewClient(conn, chans, reqs)}, nil
	case impostor:
		return nil, inbox.E(inbox.Forbidden, op, "ssh.impostor", "Path", socketPath).With(err)
	case told != "":
		return nil, inbox.E(inbox.Forbidden, op, "ssh.told", "Message", told).With(err)
	case ctx.Err() != nil, errors.Is(err, io.EOF), errors.As(err, &network):
		return nil, inbox.E(inbox.Unavailable, op, "ssh.lost").With(errors.Join(err, context.Cause(ctx)))
	}
	return nil, inbox.E(inbox.Forbidden, op, "ssh.not_let_in").With(err)
}

// Close ends the connection and what runs over it.
func (c *Client) Close() error {
	if err := c.sc.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Run runs a command of the owner and gives the code that it ended with. Arguments may hold any bytes. stdin may be nil; a read of it may
// be left waiting when the command ends first, and ends with what comes next. An output that is a terminal is guarded. When ctx ends the
// command is told, and has two seconds; the code is then 130 and the error the cause. An Error of code Unavailable says that the
// connection was lost.
func (c *Client) Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (exit int, err error) {
	line := Quote(args)
	if len(line) > longestCommand {
		return exitUsage, inbox.E(inbox.Invalid, "sshserver.Run", "ssh.too_long", "Max", longestCommand)
	}
	s, err := c.session()
	if err != nil {
		return exitLost, err
	}
	defer hangUp(s)
	if err := sendEnv(s, stdout); err != nil {
		return exitLost, lost(err)
	}
	out := &sink{w: guarded(stdout), failed: func() { hangUp(s) }}
	s.Stdout, s.Stderr = out, guarded(stderr)
	in, err := s.StdinPipe()
	if err != nil {
		return exitLost, lost(err)
	}
	if err := s.Start(line); err != nil {
		return exitLost, lost(err)
	}
	go pipe(in, stdin)
	exit, err = c.wait(ctx, s)
	if werr := out.err(); werr != nil {
		return exitLost, werr
	}
	return exit, err
}

// session opens a session.
func (c *Client) session() (*ssh.Session, error) {
	s, err := c.sc.NewSession()
	var no *ssh.OpenChannelError
	switch {
	case err == nil:
		return s, nil
	case errors.As(err, &no):
		return nil, inbox.E(inbox.Unavailable, "sshserver.session", "ssh.told", "Message", no.Message).With(err)
	}
	return nil, lost(err)
}

// wait waits until a session has ended and gives its code. When ctx ends first the session is told; one that does not listen is left.
func (c *Client) wait(ctx context.Context, s *ssh.Session) (int, error) {
	ended := make(chan struct{})
	var result error
	go func() {
		defer close(ended)
		result = s.Wait()
	}()
	select {
	case <-ended:
		return code(result)
	case <-ctx.Done():
	}
	late := time.NewTimer(leaveTime)
	defer late.Stop()
	if s.Signal(ssh.SIGTERM) == nil {
		select {
		case <-ended:
			return exitInterrupted, context.Cause(ctx)
		case <-late.C:
		}
	}
	err := c.Close() // a session that does not end by itself ends with its connection
	return exitInterrupted, errors.Join(context.Cause(ctx), err)
}

// code is what a session ended with.
func code(err error) (int, error) {
	var status *ssh.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &status):
		return status.ExitStatus(), nil
	}
	return exitLost, lost(err)
}

func lost(err error) error {
	return inbox.E(inbox.Unavailable, "sshserver.Client", "ssh.lost").With(err)
}

// pipe sends a reader to a session to its end. That it cannot is the session's to tell.
func pipe(in io.WriteCloser, r io.Reader) {
	if r != nil {
		_, _ = io.Copy(in, r)
	}
	hangUp(in)
}

// sendEnv sends what the owner lets through of the environment. TERM and the width are sent only for a standard output that is a
// terminal: to a command they mean that a person is looking.
func sendEnv(s *ssh.Session, stdout io.Writer) error {
	n := 0
	set := func(name, value string) error {
		if !sendable(name, value) || n >= mostEnv {
			return nil
		}
		n++
		return s.Setenv(name, value)
	}
	if f := terminal(stdout); f != nil {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			if err := set("LYTTER_COLUMNS", strconv.Itoa(w)); err != nil {
				return err
			}
		}
		if err := set("TERM", os.Getenv("TERM")); err != nil {
			return err
		}
	}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		if name == "TERM" || name == "LYTTER_COLUMNS" {
			continue
		}
		if err := set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// terminal is w as a terminal, or nil.
func terminal(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// guarded lets through to a terminal only what is allowed on one; to a file or a pipe it lets through everything.
func guarded(w io.Writer) io.Writer {
	switch {
	case w == nil:
		return io.Discard
	case terminal(w) != nil:
		return ui.NewGuard(w, ui.GuardOptions{})
	}
	return w
}

// sink is an output that ends the session when it cannot be written to: else a session would wait for somebody to read on.
type sink struct {
	w      io.Writer
	failed func()

	mu    sync.Mutex
	first error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		s.mu.Lock()
		s.first = errors.Join(s.first, err)
		s.mu.Unlock()
		s.failed()
	}
	return n, err
}

func (s *sink) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}
