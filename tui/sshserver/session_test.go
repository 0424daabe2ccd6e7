package sshserver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// What reaches a terminal is text and what draws; lines end as a terminal needs them. What goes to a file is left as it is only where a
// command said that it is data.
func TestLaw9_WhatReachesATerminal(t *testing.T) {
	const evil = "a\x1b]52;c;ZXZpbA==\ab\x1b_title\x1b[2Jc\u202ed\x9be\x07f\x1bP+q544e\x1b\\g" +
		"\x1b]8;;http://evil.example\x1b\\h\x1b]8;;https://desk.example\x1b\\i\n"
	const tame = "ab\x1b[2Jcdefgh\x1b]8;;https://desk.example\x1b\\i\n"
	hostile := func(s *Session) {
		fmt.Fprint(s, evil)
		fmt.Fprint(s.Data(), evil)
	}
	d := open(t, func(c *Config) {
		c.Link = func(a string) bool { return a == "https://desk.example" }
		c.Screen = func(_ context.Context, s *Session) error { hostile(s); fmt.Fprint(s.Stderr(), "\x07e\n"); return nil }
		c.Command = func(_ context.Context, s *Session, args []string) int {
			hostile(s)
			fmt.Fprint(s.Stderr(), "\x07\u202ee\n")
			return 0
		}
	})
	c := d.dial(t, d.keys[bo])
	strip := func(s string) string { return strings.ReplaceAll(s, "\ufffd", "") } // stands for a broken character
	run := func(pty bool, start func(*ssh.Session) error) (string, string) {
		s, err := c.NewSession()
		must(t, err)
		var out, errs bytes.Buffer
		s.Stdout, s.Stderr = &out, &errs
		if pty {
			must(t, s.RequestPty("xterm", 24, 80, nil))
		}
		must(t, start(s))
		must(t, s.Wait())
		return out.String(), errs.String()
	}
	onTerminal := strings.ReplaceAll(tame+tame+"e\n", "\n", "\r\n")
	command := func(s *ssh.Session) error { return s.Start("x") }
	for name, start := range map[string]func(*ssh.Session) error{"screen": (*ssh.Session).Shell, "command": command} {
		if out, errs := run(true, start); strip(out) != onTerminal || errs != "" {
			t.Errorf("%s on a terminal: %q, %q; want %q", name, out, errs, onTerminal)
		}
	}
	out, errs := run(false, command)
	if guarded, ok := strings.CutSuffix(out, evil); !ok || strip(guarded) != tame || errs != "e\n" {
		t.Errorf("a command to a file: %q, %q", out, errs)
	}
	if d.Stats().Dropped == 0 {
		t.Error("what was dropped was not counted")
	}
}

// A clipboard text goes through when a key of the user permitted it, once.
func TestLaw9_ClipboardOnAKey(t *testing.T) {
	const clip = "\x1b]52;c;aGVq\x1b\\" // "hej"
	d := open(t, func(c *Config) {
		c.Screen = func(_ context.Context, s *Session) error {
			s.Guard().PermitClipboard("hej")
			fmt.Fprint(s, clip, clip)
			return nil
		}
	})
	v := screen(t, d.dial(t, d.keys[bo]))
	must(t, v.Wait())
	if got := v.all(); got != clip {
		t.Errorf("%q", got)
	}
}

// A client that does not read loses its connection, in TCP or in its own window; others notice nothing.
func TestStalledReader(t *testing.T) {
	t.Parallel()
	causes := make(chan error, 4)
	d := open(t, func(c *Config) {
		c.Limits.Stall = 5 * time.Second // longer than a machine that is busy lets anybody wait
		c.Screen = func(ctx context.Context, s *Session) error {
			if s.User() == alice {
				return echoScreen(ctx, s)
			}
			frame := bytes.Repeat([]byte("x"), 64<<10)
			for {
				if _, err := s.Write(frame); err != nil {
					causes <- err
					return err
				}
			}
		}
	})
	other := screen(t, d.dial(t, d.keys[alice]))

	// Of the window: the client is there, answers, and does not read what is shown.
	c := d.dial(t, d.keys[bo])
	s, err := c.NewSession()
	must(t, err)
	must(t, s.RequestPty("xterm", 24, 80, nil))
	_, err = s.StdoutPipe()
	must(t, err)
	must(t, s.Shell())
	within(t, "the end of a client that does not read", func() { _ = c.Wait() })
	if err := <-causes; !errors.Is(err, ErrStalled) {
		t.Errorf("the screen was told %v", err)
	}
	if n := d.Stats().Stalled; n != 1 {
		t.Errorf("%d stalled", n)
	}

	// Of TCP: nothing is read at all.
	c, hang := d.deaf(t, d.keys[bo])
	s, err = c.NewSession()
	must(t, err)
	must(t, s.RequestPty("xterm", 24, 80, nil))
	hang()
	go func() { _ = s.Shell() }() // its answer is not read
	within(t, "the screen of a deaf client", func() {
		if err := <-causes; !errors.Is(err, ErrStalled) && !errors.Is(err, ErrGone) {
			t.Errorf("the screen was told %v", err)
		}
	})
	eventually(t, "the connection is gone", func() bool { return d.Stats().Connections == 1 })

	other.typed(t, "hereq")
	other.await(t, "here")
	if code := codeOf(t, other.Wait); code != 0 {
		t.Error(code)
	}
}

// What is written outside of sessions, answers above all, does not wait for a client either.
func TestWireDoesNotWait(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	within(t, "a write that nobody reads", func() {
		n, err := wire{Conn: ours, stall: 20 * time.Millisecond}.Write([]byte("x"))
		if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%d %v", n, err)
		}
		if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("what reads from it was not woken: %v", err)
		}
	})
}

// A client that does not close what has ended is not waited for.
func TestClientThatDoesNotClose(t *testing.T) {
	d := open(t, func(c *Config) { c.Limits.Grace = 50 * time.Millisecond })
	c, hang := d.deaf(t, d.keys[bo])
	s, err := c.NewSession()
	must(t, err)
	hang()
	go func() { _ = s.Start("exit 0") }() // its answer is not read
	eventually(t, "the session has been", func() bool { return d.Stats().Opened == 1 })
	eventually(t, "nothing is left of it", func() bool { return d.Stats().Sessions == 0 && d.Stats().Connections == 0 })
}

// deaf logs in as a client that, from when it is told to hang, reads nothing.
func (d *door) deaf(t *testing.T, key ssh.Signer) (c *ssh.Client, hang func()) {
	t.Helper()
	nc, err := net.Dial("tcp", d.tcp)
	must(t, err)
	conn := &deafConn{Conn: nc, wake: make(chan struct{})}
	sc, chans, reqs, err := ssh.NewClientConn(conn, d.tcp, d.clientConfig(key))
	must(t, err)
	c = ssh.NewClient(sc, chans, reqs)
	t.Cleanup(func() {
		close(conn.wake)
		c.Close()
		_ = c.Wait()
	})
	return c, func() { conn.deaf.Store(true) }
}

// deafConn stops reading when told to.
type deafConn struct {
	net.Conn
	deaf atomic.Bool
	wake chan struct{}
}

func (d *deafConn) Read(p []byte) (int, error) {
	n, err := d.Conn.Read(p)
	if d.deaf.Load() { // also when it was told so while it waited
		<-d.wake
		return 0, io.EOF
	}
	return n, err
}

// A flood of sizes costs some redraws, each size is within bounds, and the last one is the one that stays.
func TestResizeFlood(t *testing.T) {
	var seen []Size
	d := open(t, func(c *Config) {
		c.Screen = func(ctx context.Context, s *Session) error {
			for {
				size, err := s.NextSize(ctx)
				if err != nil {
					return err
				}
				seen = append(seen, size)
				if size == (Size{77, 33}) {
					return nil
				}
			}
		}
	})
	v := screen(t, d.dial(t, d.keys[bo]))
	const flood = 20_000
	begun := time.Now()
	within(t, "a flood of sizes", func() {
		for i := range flood {
			must(t, v.WindowChange(1+rand.IntN(10_000), 1+i%10_000))
		}
		must(t, v.WindowChange(0, 12)) // no size
		must(t, v.WindowChange(33, 77))
	})
	if code := codeOf(t, v.Wait); code != 0 {
		t.Error(code)
	}
	for _, s := range seen {
		if s.Width < 1 || s.Width > 500 || s.Height < 1 || s.Height > 500 {
			t.Errorf("size %v", s)
		}
	}
	if most := 1 + int(time.Since(begun)/resizeGap); len(seen) > most {
		t.Errorf("%d redraws for %d sizes, at most %d", len(seen), flood, most)
	}
}

// What is pasted arrives whole and in order, however slowly it is read, and holds little memory meanwhile.
func TestBigPaste(t *testing.T) {
	sum := make(chan [sha256.Size]byte, 1)
	d := open(t, func(c *Config) {
		c.Screen = func(_ context.Context, s *Session) error {
			h := sha256.New()
			n, err := io.CopyN(h, s, 10<<20)
			if err != nil {
				return fmt.Errorf("after %d: %w", n, err)
			}
			sum <- [sha256.Size]byte(h.Sum(nil))
			return nil
		}
	})
	v := screen(t, d.dial(t, d.keys[bo]))
	paste := make([]byte, 10<<20)
	for i := range paste {
		paste[i] = byte(rand.Uint32()) // not text: a session is bytes
	}
	within(t, "a paste", func() {
		_, err := v.keys.Write(paste)
		must(t, err)
		if got := <-sum; got != sha256.Sum256(paste) {
			t.Error("what was pasted is not what arrived")
		}
	})
	if code := codeOf(t, v.Wait); code != 0 {
		t.Error(code)
	}
}

// A panic ends its session, is told in general words, and is reported; the connection and the others go on.
func TestPanicInASession(t *testing.T) {
	type report struct {
		user  inbox.UserID
		value any
	}
	reports := make(chan report, 2)
	d := open(t, func(c *Config) {
		c.Screen = func(ctx context.Context, s *Session) error {
			fmt.Fprint(s, "\x1b[?1049h")
			if err := echoScreen(ctx, s); err != nil {
				return err
			}
			panic("a screen that panics")
		}
		c.Panicked = func(s *Session, value any, stack []byte) {
			if !bytes.Contains(stack, []byte("sshserver")) {
				t.Errorf("stack: %s", stack)
			}
			reports <- report{s.User(), value}
			panic("a report that panics")
		}
	})
	c := d.dial(t, d.keys[bo])
	other := screen(t, c)
	v := screen(t, c)
	v.typed(t, "q")
	if code := codeOf(t, v.Wait); code != exitPanic {
		t.Errorf("code %d", code)
	}
	if got := v.all(); !strings.HasSuffix(got, restore+"2:error.internal\r\n") || strings.Contains(got, "panics") {
		t.Errorf("shown: %q", got)
	}
	if r := <-reports; r.user != bo || r.value != "a screen that panics" {
		t.Errorf("reported: %v", r)
	}
	if out := output(t, c, "panic"); out != "2:error.internal\n" {
		t.Errorf("a command that panics: %q", out)
	}
	<-reports
	other.typed(t, "still here")
	other.await(t, "still here")
	if n := d.Stats().Panics; n != 2 {
		t.Errorf("%d panics", n)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
}

// Half of something is not taken for the whole: a command that reads to the end learns that the client was lost.
func TestEndOfInput(t *testing.T) {
	ends := make(chan error, 1)
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, s *Session, _ []string) int {
			_, err := io.Copy(io.Discard, s)
			ends <- err
			return 0
		}
	})
	var begun []*ssh.Client
	start := func() (*ssh.Client, *ssh.Session, io.WriteCloser) {
		c := d.dial(t, d.keys[bo])
		begun = append(begun, c)
		s, err := c.NewSession()
		must(t, err)
		in, err := s.StdinPipe()
		must(t, err)
		must(t, s.Start("read"))
		_, err = in.Write([]byte("half"))
		must(t, err)
		return c, s, in
	}
	for range 20 {
		_, s, in := start()
		must(t, in.Close())
		if err := <-ends; err != nil {
			t.Errorf("all was sent: %v", err)
		}
		must(t, s.Wait())
		c, _, _ := start()
		must(t, c.Close())
		if err := <-ends; !errors.Is(err, ErrGone) {
			t.Errorf("the connection was lost: %v", err)
		}
		_, s, _ = start()
		must(t, s.Close())
		if err := <-ends; !errors.Is(err, ErrGone) {
			t.Errorf("the session was closed: %v", err)
		}
		_, s, _ = start()
		must(t, s.Signal(ssh.SIGINT))
		if err := <-ends; !errors.Is(err, ErrInterrupted) {
			t.Errorf("a signal: %v", err)
		}
		for _, c := range begun {
			c.Close()
		}
		begun = nil
	}
}

// answering is a channel at the end of its input, whose client answers questions, or is gone.
type answering struct {
	ssh.Channel
	gone error
}

func (answering) Read([]byte) (int, error) { return 0, io.EOF }

func (a answering) SendRequest(string, bool, []byte) (bool, error) { return false, a.gone }

func TestEndOfInputAsksTheClient(t *testing.T) {
	for gone, want := range map[error]error{nil: io.EOF, io.EOF: ErrGone} {
		in := newInput(context.Background())
		in.fill(answering{gone: gone})
		for range 2 {
			if _, err := in.Read(make([]byte, 1)); err != want { //nolint:errorlint // io.EOF is compared so by everybody
				t.Errorf("%v, want %v", err, want)
			}
		}
	}
}

func TestShutdown(t *testing.T) {
	var saved atomic.Int32
	d := open(t, func(c *Config) {
		c.Limits.PerUser, c.Limits.PerAddress, c.Limits.Unauthenticated, c.Limits.Handshake = 60, 60, 60, time.Hour
		c.Screen = func(ctx context.Context, s *Session) error {
			fmt.Fprint(s, "ready")
			<-ctx.Done()
			saved.Add(1)
			fmt.Fprint(s, "saved") // what it shows last still arrives
			return context.Cause(ctx)
		}
	})
	const n = 50
	var vs []*shown
	for range n {
		v := screen(t, d.dial(t, d.keys[bo]))
		v.await(t, "ready")
		vs = append(vs, v)
	}
	stranger, err := net.Dial("tcp", d.tcp)
	must(t, err)
	defer stranger.Close()
	eventually(t, "the stranger is at the door", func() bool { return d.Stats().Waiting == 1 })
	if st := d.Stats(); st.Connections != n || st.Sessions != n || st.Logins != n {
		t.Errorf("%+v", st)
	}

	within(t, "a shutdown", func() { must(t, d.Shutdown(t.Context())) }) // its limit is longer: it waits for the sessions
	if saved.Load() != n {
		t.Errorf("%d of %d sessions were told", saved.Load(), n)
	}
	for _, v := range vs {
		if code := codeOf(t, v.Wait); code != exitFailed || v.all() != "readysaved2:ssh.closing\r\n" {
			t.Fatalf("%d %q", code, v.all())
		}
	}
	if _, err := ssh.Dial("tcp", d.tcp, d.clientConfig(d.keys[bo])); err == nil {
		t.Error("the door is open")
	}
	if _, err := ssh.Dial("unix", d.unix, d.clientConfig(d.keys[bo])); err == nil {
		t.Error("the owner's door is open")
	}
	if st := d.Stats(); st.Connections != 0 || st.Sessions != 0 || st.Waiting != 0 {
		t.Errorf("%+v", st)
	}
}

// A session that does not listen loses its connection when the time is up, and is named when even that does not end it.
func TestShutdownOfTheStubborn(t *testing.T) {
	let := make(chan struct{})
	d := open(t, func(c *Config) {
		c.Limits.Drain, c.Limits.Grace = 100*time.Millisecond, 100*time.Millisecond
		c.Command = func(context.Context, *Session, []string) int { <-let; return 0 }
	})
	c := d.dial(t, d.keys[bo])
	s, err := c.NewSession()
	must(t, err)
	must(t, s.Start("x"))
	eventually(t, "it runs", func() bool { return d.Stats().Sessions == 1 })
	within(t, "a shutdown", func() { err = d.Shutdown(t.Context()) })
	if r := inbox.ReasonOf(err); r.Key != "ssh.not_ended" || r.Args["Count"] != 1 {
		t.Errorf("shutdown: %v", err)
	}
	within(t, "the client", func() { _ = c.Wait() })
	close(let)
	within(t, "a second shutdown", func() { must(t, d.Shutdown(t.Context())) })
}
