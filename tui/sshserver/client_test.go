package sshserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"
)

func runs(t *testing.T, c *Client, stdin io.Reader, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	exit, err := c.Run(t.Context(), args, stdin, &out, &errs)
	must(t, err)
	return exit, out.String(), errs.String()
}

// Arguments arrive as they were given, whatever bytes they hold; and so do codes, input and output.
func TestRun(t *testing.T) {
	d := open(t, nil)
	c := d.own(t, d.local)
	rapid.Check(t, func(rt *rapid.T) {
		args := arguments(6).Draw(rt, "args")
		_, out, errs := runs(t, c, nil, append([]string{"args"}, args...)...)
		if want := strings.Join(args, "\xff\x00\xff"); out != want || errs != "" {
			rt.Fatalf("%q arrived as %q, %q", args, out, errs)
		}
	})
	for arg, want := range map[string]int{"0": 0, "1": 1, "42": 42, "255": 255, "256": 255, "-1": 255, "x": 99} {
		if got, _, _ := runs(t, c, nil, "exit", arg); got != want {
			t.Errorf("exit %s: %d, want %d", arg, got, want)
		}
	}
	if got, out, _ := runs(t, c, nil); got != 0 || out != "" {
		t.Errorf("no command: %d %q", got, out)
	}
	if got, _, errs := runs(t, c, nil, "panic"); got != exitPanic || errs != "1:error.internal\n" {
		t.Errorf("a panic: %d %q", got, errs)
	}
	// What goes in comes out, also when it is much and neither end waits for the other.
	big := bytes.Repeat([]byte("\x00\x1b[31m\xff\n"), 1<<19)
	if got, out, errs := runs(t, c, bytes.NewReader(big), "cat"); got != 0 || out != string(big) || errs != "" {
		t.Errorf("cat: %d, %d of %d bytes, %q", got, len(out), len(big), errs)
	}
	// A command that does not read what is piped in does not wait for it, nor does the client.
	r, w := io.Pipe()
	defer w.Close()
	if got, _, _ := runs(t, c, r, "exit", "7"); got != 7 {
		t.Error(got)
	}
	long := []string{"args", strings.Repeat("x", longestCommand)}
	if exit, err := c.Run(t.Context(), long, nil, nil, nil); exit != exitUsage || inbox.ReasonOf(err).Key != "ssh.too_long" {
		t.Errorf("a long command: %d %v", exit, err)
	}
	long[1] = long[1][:longestCommand-100]
	if got, out, _ := runs(t, c, nil, long...); got != 0 || out != long[1] {
		t.Errorf("a command that is just not too long: %d, %d bytes", got, len(out))
	}
	if st := d.Stats(); st.Connections != 1 {
		t.Errorf("%+v", st)
	}
}

func TestRunSendsItsEnvironment(t *testing.T) {
	for k, v := range map[string]string{
		"TERM": "xterm", "LANG": "da_DK.UTF-8", "LC_TIME": "da_DK.UTF-8", "LYTTER_COLUMNS": "77", "NO_COLOR": "1",
		"LD_PRELOAD": "x.so", "LC_EVIL": "a\x1bb", "LYTTER_Æ": "x",
	} {
		t.Setenv(k, v)
	}
	d := open(t, nil)
	_, out, _ := runs(t, d.own(t, d.local), nil, "env")
	for _, want := range []string{"LANG=da_DK.UTF-8", "LC_TIME=da_DK.UTF-8", "NO_COLOR=1"} {
		if !strings.Contains(out+"\n", want+"\n") {
			t.Errorf("%s was not sent: %s", want, out)
		}
	}
	for _, no := range []string{"TERM=", "LYTTER_COLUMNS=", "LD_PRELOAD", "EVIL", "Æ", "PATH="} { // the output is no terminal
		if strings.Contains(out, no) {
			t.Errorf("%s was sent: %s", no, out)
		}
	}
}

func TestRunIsLeft(t *testing.T) {
	t.Parallel()
	stubborn := make(chan struct{})
	d := open(t, func(c *Config) {
		c.Limits.Stall = time.Hour
		c.Command = func(ctx context.Context, s *Session, args []string) int {
			if args[0] == "stubborn" {
				fmt.Fprintln(s, "waiting")
				<-stubborn
				return 0
			}
			return toyCommand(ctx, s, args)
		}
	})
	reason := errors.New("enough")
	for _, name := range []string{"wait", "stubborn"} {
		c := d.own(t, d.local)
		ctx, cancel := context.WithCancelCause(t.Context())
		out := &shown{}
		out.more = sync.NewCond(&out.mu)
		go func() {
			out.await(t, "waiting")
			cancel(reason)
		}()
		exit := 0
		var err error
		within(t, name, func() { exit, err = c.Run(ctx, []string{name}, nil, out, out) })
		if exit != exitInterrupted || !errors.Is(err, reason) {
			t.Errorf("%s: %d %v", name, exit, err)
		}
		if name == "wait" && !strings.Contains(out.all(), ErrInterrupted.Error()) {
			t.Errorf("%s was not told: %q", name, out.all())
		}
	}
	close(stubborn)

	// An output that cannot be written to ends the command; its error is the one that is told.
	c := d.own(t, d.local)
	full := errors.New("disk full")
	within(t, "a full disk", func() {
		_, err := c.Run(t.Context(), []string{"cat"}, endless{}, failing{full}, nil)
		if !errors.Is(err, full) {
			t.Errorf("a full disk: %v", err)
		}
	})
	// The connection is lost.
	c = d.own(t, d.local)
	out := &shown{}
	out.more = sync.NewCond(&out.mu)
	go func() {
		out.await(t, "waiting")
		for k := range d.all() {
			k.cut()
		}
	}()
	within(t, "a lost connection", func() {
		exit, err := c.Run(t.Context(), []string{"wait"}, nil, out, nil)
		if exit != exitLost || inbox.CodeOf(err) != inbox.Unavailable || inbox.ReasonOf(err).Key != "ssh.lost" {
			t.Errorf("a lost connection: %d %v", exit, err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestDial(t *testing.T) {
	d := open(t, nil)
	dial := func(path string, key ssh.Signer, host ssh.PublicKey) *inbox.Error {
		t.Helper()
		c, err := Dial(t.Context(), path, key, host)
		if err == nil {
			t.Error("let in")
			must(t, c.Close())
			return &inbox.Error{}
		}
		var e *inbox.Error
		if !errors.As(err, &e) {
			t.Errorf("not an error of the desk: %v", err)
			return &inbox.Error{}
		}
		return e
	}
	check := func(name string, e *inbox.Error, code inbox.Code, key string) {
		t.Helper()
		if e.Code != code || e.Reason.Key != key {
			t.Errorf("%s: %v", name, e)
		}
	}
	host := d.host.PublicKey()
	check("nobody listens", dial(filepath.Join(t.TempDir(), "none"), d.local, host), inbox.Unavailable, "ssh.no_owner")
	check("another host", dial(d.unix, d.local, newKey(t).PublicKey()), inbox.Forbidden, "ssh.impostor")
	check("a stranger", dial(d.unix, newKey(t), host), inbox.Forbidden, "ssh.not_let_in")
	e := dial(d.unix, d.keys[carl], host)
	check("a disabled user", e, inbox.Forbidden, "ssh.told")
	if e.Reason.Args["Message"] != "3:refused.disabled" {
		t.Errorf("told %v", e.Reason.Args)
	}
	// An owner that accepts and says nothing.
	mute, err := net.Listen("unix", filepath.Join(t.TempDir(), "m"))
	must(t, err)
	defer mute.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	within(t, "an owner that says nothing", func() {
		_, err := Dial(ctx, mute.Addr().String(), d.local, host)
		if inbox.CodeOf(err) != inbox.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an owner that says nothing: %v", err)
		}
	})
	// A third session of one client is told.
	c := d.own(t, d.local)
	ctx, cancel = context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 2 {
		out := &shown{}
		out.more = sync.NewCond(&out.mu)
		wg.Go(func() { _, _ = c.Run(ctx, []string{"wait"}, nil, out, nil) })
		out.await(t, "waiting")
	}
	exit, err := c.Run(t.Context(), []string{"who"}, nil, nil, nil)
	if exit != exitLost || inbox.ReasonOf(err).Args["Message"] != "1:ssh.too_many_sessions" {
		t.Errorf("a third session: %d %v", exit, err)
	}
	cancel()
	within(t, "the sessions", wg.Wait)
}
