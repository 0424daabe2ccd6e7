package sshserver

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/internal/leak"

	"golang.org/x/crypto/ssh"
)

func TestMain(m *testing.M) { os.Exit(leak.Check(m.Run)) }

// patience is how long a test waits for what must happen, on a machine that has other things to do. No test passes by waiting it out.
const patience = time.Minute

// people is the desk's users, who may change while a server runs.
type people struct {
	mu    sync.Mutex
	users []inbox.User
}

func (p *people) all() []inbox.User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]inbox.User(nil), p.users...)
}

func (p *people) change(id inbox.UserID, f func(*inbox.User)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.users {
		if p.users[i].ID == id {
			f(&p.users[i])
		}
	}
}

// The users of a test's desk.
const (
	alice inbox.UserID = 1 // an administrator
	bo    inbox.UserID = 2 // a viewer
	carl  inbox.UserID = 3 // disabled
	dorte inbox.UserID = 4 // has the same key as erik
	erik  inbox.UserID = 5
)

// door is a server on loopback and on a socket, with users of each kind.
type door struct {
	*Server
	people *people
	keys   map[inbox.UserID]ssh.Signer
	local  ssh.Signer
	host   ssh.Signer
	tcp    string
	unix   string
}

func newKey(tb testing.TB) ssh.Signer {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(tb, err)
	s, err := ssh.NewSignerFromKey(private)
	must(tb, err)
	return s
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func lineOf(s ssh.Signer) string { return string(ssh.MarshalAuthorizedKey(s.PublicKey())) }

// open starts a server, and shuts it down when the test ends.
func open(t *testing.T, change func(*Config)) *door {
	t.Helper()
	d := &door{people: &people{}, keys: map[inbox.UserID]ssh.Signer{}, local: newKey(t), host: newKey(t)}
	for id := alice; id <= erik; id++ {
		d.keys[id] = newKey(t)
	}
	d.keys[erik] = d.keys[dorte]
	for id := alice; id <= erik; id++ {
		d.people.users = append(d.people.users, inbox.User{ID: id, Keys: []string{"not a key", lineOf(d.keys[id])}, Disabled: id == carl})
	}
	cfg := Config{
		HostKey:   d.host,
		Users:     d.people.all,
		LocalKey:  d.local.PublicKey(),
		LocalUser: func() inbox.UserID { return alice },
		Screen:    echoScreen,
		Command:   toyCommand,
		Explain:   func(u inbox.UserID, err error) string { return fmt.Sprintf("%d:%s", u, inbox.ReasonOf(err).Key) },
		Limits:    unhurried(),
	}
	if change != nil {
		change(&cfg)
	}
	srv, err := New(cfg)
	must(t, err)
	d.Server = srv
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	d.tcp, d.unix = tcp.Addr().String(), filepath.Join(t.TempDir(), "s")
	sock, err := ListenSocket(d.unix)
	must(t, err)
	var serving sync.WaitGroup
	for _, l := range []net.Listener{tcp, sock} {
		serving.Go(func() {
			if err := srv.Serve(l); err != nil {
				t.Errorf("serve %s: %v", l.Addr(), err)
			}
		})
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		serving.Wait()
	})
	return d
}

// unhurried are limits that nobody meets who is only slow, as everybody is on a machine that has other things to do. A test that is about
// one of them sets that one.
func unhurried() Limits {
	const long = 10 * time.Minute
	return Limits{Handshake: long, Signing: long, Stall: long, KeepAlive: long, Dead: long, Unused: long, Grace: long, Drain: long}
}

// echoScreen sends back what is typed, until q or the end.
func echoScreen(_ context.Context, s *Session) error {
	buf := make([]byte, 4096)
	for {
		n, err := s.Read(buf)
		if _, err := s.Write(buf[:n]); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF) || bytes.ContainsRune(buf[:n], 'q'):
			return nil
		case err != nil:
			return err
		}
	}
}

// toyCommand has what tests ask for.
func toyCommand(ctx context.Context, s *Session, args []string) int {
	if len(args) == 0 {
		return 0
	}
	switch args[0] {
	case "who":
		fmt.Fprintf(s, "%d %s %v", s.User(), s.Fingerprint(), s.Local())
	case "exit":
		n, err := strconv.Atoi(args[1])
		if err != nil {
			return 99
		}
		return n
	case "args":
		fmt.Fprint(s.Data(), strings.Join(args[1:], "\xff\x00\xff"))
	case "cat":
		if _, err := io.Copy(s.Data(), s); err != nil {
			fmt.Fprint(s.Stderr(), err)
			return 3
		}
	case "env":
		fmt.Fprint(s, strings.Join(s.Env(), "\n"))
	case "panic":
		panic("a command that panics")
	case "wait":
		fmt.Fprintln(s, "waiting")
		<-ctx.Done()
		fmt.Fprintln(s, context.Cause(ctx))
		return 4
	default:
		return 127
	}
	return 0
}

// clientConfig is that of a client with a key.
func (d *door) clientConfig(keys ...ssh.Signer) *ssh.ClientConfig {
	return &ssh.ClientConfig{User: "x", Auth: []ssh.AuthMethod{ssh.PublicKeys(keys...)}, HostKeyCallback: ssh.FixedHostKey(d.host.PublicKey())}
}

// dial logs in over TCP.
func (d *door) dial(t *testing.T, keys ...ssh.Signer) *ssh.Client {
	t.Helper()
	c, err := ssh.Dial("tcp", d.tcp, d.clientConfig(keys...))
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// own logs in over the socket with the client of this package.
func (d *door) own(t *testing.T, key ssh.Signer) *Client {
	t.Helper()
	c, err := Dial(t.Context(), d.unix, key, d.host.PublicKey())
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	return c
}

// output runs a command of a raw client.
func output(t *testing.T, c *ssh.Client, line string) string {
	t.Helper()
	s, err := c.NewSession()
	must(t, err)
	out, err := s.CombinedOutput(line)
	var status *ssh.ExitError
	if err != nil && !errors.As(err, &status) {
		t.Fatal(err)
	}
	return string(out)
}

// shown is a screen of a raw client, with what was shown so far.
type shown struct {
	*ssh.Session
	keys io.WriteCloser

	mu   sync.Mutex
	more *sync.Cond
	text bytes.Buffer
	done bool
}

// screen asks for a terminal and a screen.
func screen(t *testing.T, c *ssh.Client) *shown {
	t.Helper()
	v, err := screenOf(c)
	must(t, err)
	return v
}

func screenOf(c *ssh.Client) (*shown, error) {
	s, err := c.NewSession()
	if err != nil {
		return nil, err
	}
	v := &shown{Session: s}
	v.more = sync.NewCond(&v.mu)
	s.Stdout, s.Stderr = v, v
	if v.keys, err = s.StdinPipe(); err != nil {
		return nil, err
	}
	return v, errors.Join(s.RequestPty("xterm", 24, 80, ssh.TerminalModes{}), s.Shell())
}

// hurried gives a client that has logged in, and what it opened, where a limit is so short that a slow machine may miss it: then it tries
// again.
func hurried[T any](t *testing.T, d *door, network string, key ssh.Signer, open func(*ssh.Client) (T, error)) (out T, c *ssh.Client) {
	t.Helper()
	address := map[string]string{"tcp": d.tcp, "unix": d.unix}[network]
	eventually(t, "somebody is quick enough", func() bool {
		var err error
		if c, err = ssh.Dial(network, address, d.clientConfig(key)); err != nil {
			return false
		}
		if out, err = open(c); err != nil {
			_ = c.Close() // it may be lost already
			return false
		}
		return true
	})
	t.Cleanup(func() { c.Close() })
	return out, c
}

func (v *shown) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.more.Broadcast()
	return v.text.Write(p)
}

// await waits until a text is shown.
func (v *shown) await(t *testing.T, text string) {
	t.Helper()
	late := time.AfterFunc(patience, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.done = true
		v.more.Broadcast()
	})
	defer late.Stop()
	v.mu.Lock()
	defer v.mu.Unlock()
	for !strings.Contains(v.text.String(), text) {
		if v.done {
			t.Fatalf("%q was not shown, but %q", text, v.text.String())
		}
		v.more.Wait()
	}
}

func (v *shown) all() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.text.String()
}

func (v *shown) typed(t *testing.T, keys string) {
	t.Helper()
	_, err := io.WriteString(v.keys, keys)
	must(t, err)
}

// code waits for the end of a session and gives its code; -1 is none.
func codeOf(t *testing.T, wait func() error) int {
	t.Helper()
	var err error
	within(t, "the end of a session", func() { err = wait() })
	var status *ssh.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return status.ExitStatus()
	}
	return -1
}

// within fails when f does not end.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s took too long", what)
	}
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
