package sshserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"
)

// What is not a session of a listed kind is answered with no, and the sessions go on.
func TestEverythingElseIsRefused(t *testing.T) {
	d := open(t, nil)
	c := d.dial(t, d.keys[bo])
	v := screen(t, c)

	for _, kind := range []string{
		"direct-tcpip", "forwarded-tcpip", "direct-streamlocal@openssh.com", "x11", "auth-agent@openssh.com", "tun@openssh.com", "",
	} {
		ch, _, err := c.OpenChannel(kind, ssh.Marshal(struct {
			Host string
			Port uint32
			From string
			Back uint32
		}{"127.0.0.1", 22, "127.0.0.1", 1}))
		var no *ssh.OpenChannelError
		if !errors.As(err, &no) || no.Reason != ssh.Prohibited || no.Message != "2:ssh.only_sessions" {
			t.Errorf("channel %q: %v, %v", kind, ch, err)
		}
	}
	for _, kind := range []string{
		"tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com", "hostkeys-prove-00@openssh.com", "?",
	} {
		ok, _, err := c.SendRequest(kind, true, ssh.Marshal(struct {
			Host string
			Port uint32
		}{"127.0.0.1", 0}))
		if ok || err != nil {
			t.Errorf("global request %q: %v, %v", kind, ok, err)
		}
	}
	if _, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		t.Error("a port was forwarded back")
	}

	refused := func(s *ssh.Session, kind string, payload any) {
		t.Helper()
		var p []byte
		if payload != nil {
			p = ssh.Marshal(payload)
		}
		if ok, err := s.SendRequest(kind, true, p); ok || err != nil {
			t.Errorf("session request %q: %v, %v", kind, ok, err)
		}
	}
	type name struct{ Name string }
	s, err := c.NewSession()
	must(t, err)
	refused(s, "auth-agent-req@openssh.com", nil)
	refused(s, "x11-req", struct {
		Single       bool
		Proto, Value string
		Screen       uint32
	}{true, "MIT-MAGIC-COOKIE-1", "00", 0})
	refused(s, "subsystem", name{"sftp"})
	refused(s, "subsystem", name{"netconf"})
	refused(s, "break", struct{ Millis uint32 }{1})
	refused(s, "xon-xoff", struct{ On bool }{true})
	refused(s, "signal", name{"INT"}) // nothing runs yet
	refused(s, "window-change", struct{ W, H, X, Y uint32 }{1, 1, 0, 0})
	refused(s, "pty-req", name{"xterm"}) // cut short
	refused(s, "exec", nil)
	for _, e := range [][2]string{
		{"LD_PRELOAD", "/x.so"},
		{"PATH", "/"},
		{"lang", "da"},
		{"LC_ALL\n", "x"},
		{"LANG", "da\x1b[2J"},
		{"LANG", "\xff"},
		{"LANG", "\u202e"},
		{"LC_" + strings.Repeat("A", 100), "x"},
		{"LANG", strings.Repeat("x", 300)},
		{"TERM", "../../etc/passwd"},
		{"SSH_AUTH_SOCK", "x"},
	} {
		refused(s, "env", struct{ Name, Value string }{e[0], e[1]})
	}
	for i := range mostEnv {
		must(t, s.Setenv(fmt.Sprintf("LYTTER_%d", i), "x"))
	}
	refused(s, "env", struct{ Name, Value string }{"LYTTER_ONE_TOO_MANY", "x"})
	// What would let a file in or out is a command that there is not.
	if code := codeOf(t, func() error { return s.Run("scp -t /") }); code != 127 {
		t.Errorf("scp: %d", code)
	}

	// Once begun, a session is for one thing.
	s, err = c.NewSession()
	must(t, err)
	must(t, s.Start("wait"))
	refused(s, "exec", name{"who"})
	refused(s, "shell", nil)
	refused(s, "pty-req", struct {
		Term       string
		W, H, X, Y uint32
		Modes      string
	}{"xterm", 80, 24, 0, 0, ""})
	refused(s, "env", struct{ Name, Value string }{"LANG", "da_DK.UTF-8"})
	must(t, s.Signal(ssh.SIGTERM))
	if code := codeOf(t, s.Wait); code != 4 {
		t.Errorf("a signal: %d", code)
	}

	v.typed(t, "still hereq")
	v.await(t, "still here")
	if code := codeOf(t, v.Wait); code != 0 {
		t.Error(code)
	}
	if got := d.Stats().Refused; got < 20 {
		t.Errorf("%d refusals were counted", got)
	}
}

func TestLimitsOfAConnection(t *testing.T) {
	d := open(t, func(c *Config) { c.Limits.PerUser = 3 })
	c := d.dial(t, d.keys[bo])
	one, two := screen(t, c), screen(t, c)
	_, err := c.NewSession()
	var no *ssh.OpenChannelError
	if !errors.As(err, &no) || no.Reason != ssh.ResourceShortage || no.Message != "2:ssh.too_many_sessions" {
		t.Errorf("a third session: %v", err)
	}
	one.typed(t, "q")
	if code := codeOf(t, one.Wait); code != 0 {
		t.Error(code)
	}
	eventually(t, "a place is free again", func() bool {
		s, err := c.NewSession()
		return err == nil && s.Close() == nil
	})

	// Connections of one user. A connection counts as soon as the server knows that it has logged in, and its client may know it first.
	used := []*shown{two, screen(t, d.dial(t, d.keys[bo])), screen(t, d.dial(t, d.keys[bo]))}
	eventually(t, "three are known", func() bool { return d.Stats().Connections == 3 })
	told := ""
	cfg := d.clientConfig(d.keys[bo])
	cfg.BannerCallback = func(s string) error { told = s; return nil }
	if _, err := ssh.Dial("tcp", d.tcp, cfg); err == nil || told != "2:ssh.too_many_connections\n" {
		t.Errorf("a fourth connection: %v, told %q", err, told)
	}
	for _, v := range used {
		v.typed(t, "q")
		if code := codeOf(t, v.Wait); code != 0 {
			t.Error(code)
		}
	}
}

// Connections are closed that are not used, also if a session was opened that asks for nothing; others stay.
func TestUnusedConnections(t *testing.T) {
	t.Parallel()
	nothing := func(c *ssh.Client) (*ssh.Client, error) { return c, nil }
	d := open(t, func(c *Config) { c.Limits.Unused, c.Limits.Recheck = 300*time.Millisecond, 10*time.Millisecond })
	used, _ := hurried(t, d, "tcp", d.keys[bo], screenOf)
	unused, _ := hurried(t, d, "tcp", d.keys[alice], nothing)
	within(t, "the end of an unused connection", func() { _ = unused.Wait() })
	used.typed(t, "q")
	if code := codeOf(t, used.Wait); code != 0 {
		t.Error(code)
	}

	d = open(t, func(c *Config) { c.Limits.Handshake = 300 * time.Millisecond })
	used, _ = hurried(t, d, "tcp", d.keys[bo], screenOf)
	_, asksNothing := hurried(t, d, "tcp", d.keys[alice], (*ssh.Client).NewSession)
	within(t, "the end of a session that asks for nothing", func() { _ = asksNothing.Wait() })
	used.typed(t, "q")
	if code := codeOf(t, used.Wait); code != 0 {
		t.Error(code)
	}
}

// Who asks for ten thousand channels gets none, and is shown out; who asks for them without listening to the answers too.
func TestChannelFlood(t *testing.T) {
	d := open(t, nil)
	other := screen(t, d.dial(t, d.keys[alice]))
	c := d.dial(t, d.keys[bo])
	n := 0
	within(t, "a flood of channels", func() {
		for ; n < 10_000; n++ {
			_, _, err := c.OpenChannel("direct-tcpip", nil)
			var no *ssh.OpenChannelError
			if !errors.As(err, &no) {
				return
			}
		}
	})
	if n != 100 {
		t.Errorf("%d channels were refused before the connection was closed", n)
	}
	other.typed(t, "hereq")
	other.await(t, "here")
	if code := codeOf(t, other.Wait); code != 0 {
		t.Error(code)
	}
}

// What clients ask for of their own accord, PuTTY at each few kilobytes, is answered and held against nobody.
func TestClientsHabits(t *testing.T) {
	d := open(t, nil)
	c := d.dial(t, d.keys[bo])
	v := screen(t, c)
	for _, kind := range []string{"winadj@putty.projects.tartarus.org", "keepalive@openssh.com"} {
		for range 300 {
			if _, err := v.SendRequest(kind, true, nil); err != nil {
				t.Fatal(kind, err)
			}
		}
	}
	for _, kind := range []string{"keepalive@openssh.com", "keepalive@jcraft.com", "no-more-sessions@openssh.com"} {
		for range 300 {
			if _, _, err := c.SendRequest(kind, true, nil); err != nil {
				t.Fatal(kind, err)
			}
		}
	}
	v.typed(t, "hereq")
	v.await(t, "here")
	if code := codeOf(t, v.Wait); code != 0 || d.Stats().Refused != 0 {
		t.Errorf("%d, %+v", code, d.Stats())
	}
}

// slow is a key that takes its time to sign: a passphrase is typed, or a token is touched.
type slow struct {
	ssh.Signer
	typed func() // ends when it has been
}

func (s slow) Sign(r io.Reader, data []byte) (*ssh.Signature, error) {
	s.typed()
	return s.Signer.Sign(r, data)
}

// Who has a key that we know has time to sign with it; but not for ever, and nobody else has.
func TestTimeToSign(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *Config) { c.Limits.Handshake = time.Second })
	late := slow{d.keys[bo], func() { time.Sleep(1200 * time.Millisecond) }}
	_, _ = hurried(t, d, "tcp", late, (*ssh.Client).NewSession) // the handshake before it may take too long on a busy machine
	d = open(t, func(c *Config) { c.Limits.Signing = 100 * time.Millisecond })
	never := slow{d.keys[bo], func() {
		eventually(t, "nobody is waited for any more", func() bool { return d.Stats().Waiting == 0 })
	}}
	if _, err := ssh.Dial("tcp", d.tcp, d.clientConfig(never)); err == nil {
		t.Error("a signature may take for ever")
	}
}

// Whatever a client asks for, in whatever form and order, nothing panics and others notice nothing.
func TestNoise(t *testing.T) {
	d := open(t, func(c *Config) { c.Limits.Refusals = 1 << 30 })
	other := screen(t, d.dial(t, d.keys[alice]))
	c := d.dial(t, d.keys[bo])
	kinds := rapid.OneOf(rapid.SampledFrom([]string{
		"env", "pty-req", "window-change", "signal", "shell", "exec", "subsystem", "x11-req", "auth-agent-req@openssh.com", "exit-status", "tcpip-forward",
	}), rapid.String())
	payloads := rapid.OneOf(
		rapid.SliceOfN(rapid.Byte(), 0, 40),
		rapid.Map(rapid.String(), func(s string) []byte { return ssh.Marshal(struct{ S string }{s}) }),
		rapid.Map(rapid.Uint32(), func(n uint32) []byte {
			return ssh.Marshal(struct {
				Term       string
				W, H, X, Y uint32
				Modes      string
			}{"xterm", n, n, n, n, "\x00"})
		}),
		rapid.Map(rapid.Uint32(), func(n uint32) []byte { return ssh.Marshal(struct{ W, H, X, Y uint32 }{n, n, n, n}) }),
	)
	rapid.Check(t, func(rt *rapid.T) {
		if _, _, err := c.SendRequest(kinds.Draw(rt, "global"), true, payloads.Draw(rt, "payload")); err != nil {
			rt.Fatal(err)
		}
		s, err := c.NewSession()
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(0, 8).Draw(rt, "n") {
			kind, payload := kinds.Draw(rt, "kind"), payloads.Draw(rt, "payload")
			if _, err := s.SendRequest(kind, true, payload); err != nil && err != io.EOF { //nolint:errorlint // EOF: what was begun has ended
				rt.Fatal(err)
			}
		}
		if err := s.Close(); err != nil && err != io.EOF { //nolint:errorlint // as above
			rt.Fatal(err)
		}
		eventually(t, "the session is over", func() bool { return d.Stats().Sessions == 1 })
	})
	other.typed(t, "hereq")
	other.await(t, "here")
	if code := codeOf(t, other.Wait); code != 0 || d.Stats().Panics != 0 || d.Stats().Opened < 50 {
		t.Errorf("%d %+v", code, d.Stats())
	}
}

func TestDeadPeer(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *Config) { c.Limits.KeepAlive, c.Limits.Dead = 10*time.Millisecond, 5*time.Second })
	alive := screen(t, d.dial(t, d.keys[alice]))
	nc, err := net.Dial("tcp", d.tcp)
	must(t, err)
	defer nc.Close()
	dead, chans, reqs, err := ssh.NewClientConn(nc, d.tcp, d.clientConfig(d.keys[bo]))
	must(t, err)
	// Nobody answers reqs; and a session of the dead one ends as one whose client is gone.
	within(t, "the end of a client that does not answer", func() { _ = dead.Wait() })
	for range reqs {
	}
	for range chans {
	}
	alive.typed(t, "hereq")
	alive.await(t, "here")
	if code := codeOf(t, alive.Wait); code != 0 {
		t.Error(code)
	}
}

func TestEnvironmentAndTerminal(t *testing.T) {
	var got []string
	name, size := "", Size{}
	d := open(t, func(c *Config) {
		c.Screen = func(_ context.Context, s *Session) error {
			got = s.Env()
			name, _ = s.Terminal()
			size = s.Size()
			return nil
		}
	})
	c := d.dial(t, d.keys[bo])
	for _, tc := range []struct {
		term string
		w, h int
		name string
		size Size
	}{
		{"xterm-256color", 80, 24, "xterm-256color", Size{80, 24}},
		{"../../../etc/passwd", 10_000, 10_000, "dumb", Size{500, 500}},
		{"", 0, 0, "dumb", Size{80, 24}},
		{".x", 1, 1, "dumb", Size{1, 1}},
		{"tmux+x", 4_000_000_000, 1, "tmux+x", Size{500, 1}},
	} {
		s, err := c.NewSession()
		must(t, err)
		must(t, s.Setenv("LANG", "da_DK.UTF-8"))
		must(t, s.Setenv("TERM", "vt52"))
		must(t, s.Setenv("LYTTER_X", "æøå"))
		must(t, s.RequestPty(tc.term, tc.h, tc.w, nil))
		must(t, s.Shell())
		must(t, s.Wait())
		want := []string{"LANG=da_DK.UTF-8", "LYTTER_X=æøå", "TERM=" + tc.name}
		if !slices.Equal(got, want) || name != tc.name || size != tc.size {
			t.Errorf("%v: %q %q %v", tc, got, name, size)
		}
	}
	// Without a terminal there is no screen, and its absence is told.
	s, err := c.NewSession()
	must(t, err)
	var v shown
	s.Stderr = &lockedWriter{w: &v.text}
	must(t, s.Shell())
	if code := codeOf(t, s.Wait); code != exitUsage || v.text.String() != "2:ssh.no_terminal\n" {
		t.Errorf("a screen without a terminal: %d %q", code, v.text.String())
	}
	if out := output(t, c, `who "`); out != "2:ssh.quote\n" {
		t.Errorf("an open quotation: %q", out)
	}
}

func TestNewRefuses(t *testing.T) {
	key := newKey(t)
	whole := func() Config {
		return Config{
			HostKey: key, Users: func() []inbox.User { return []inbox.User{{ID: 1, Keys: []string{lineOf(key)}}} },
			Screen: echoScreen, Command: toyCommand, Explain: func(inbox.UserID, error) string { return "" },
		}
	}
	if _, err := New(whole()); err != nil {
		t.Fatal(err)
	}
	users := func(us ...inbox.User) func() []inbox.User { return func() []inbox.User { return us } }
	for name, tc := range map[string]struct {
		change func(*Config)
		code   inbox.Code
		key    string
	}{
		"nothing":          {func(c *Config) { *c = Config{} }, inbox.Internal, "ssh.incomplete"},
		"no host key":      {func(c *Config) { c.HostKey = nil }, inbox.Internal, "ssh.incomplete"},
		"no authenticator": {func(c *Config) { c.Users = nil }, inbox.Internal, "ssh.incomplete"},
		"no screen":        {func(c *Config) { c.Screen = nil }, inbox.Internal, "ssh.incomplete"},
		"no command":       {func(c *Config) { c.Command = nil }, inbox.Internal, "ssh.incomplete"},
		"no words":         {func(c *Config) { c.Explain = nil }, inbox.Internal, "ssh.incomplete"},
		"nobody's local":   {func(c *Config) { c.LocalKey = key.PublicKey() }, inbox.Internal, "ssh.incomplete"},
		"local, no key":    {func(c *Config) { c.LocalUser = func() inbox.UserID { return 1 } }, inbox.Internal, "ssh.incomplete"},
		"no users":         {func(c *Config) { c.Users = users() }, inbox.Invalid, "ssh.no_users"},
		"users, no keys":   {func(c *Config) { c.Users = users(inbox.User{ID: 1}) }, inbox.Invalid, "ssh.no_users"},
		"keys, all bad": {func(c *Config) {
			c.Users = users(inbox.User{ID: 1, Keys: []string{"ssh-ed25519 AAAA"}})
		}, inbox.Invalid, "ssh.no_users"},
		"all disabled": {func(c *Config) {
			c.Users = users(inbox.User{ID: 1, Disabled: true, Keys: []string{lineOf(key)}})
		}, inbox.Invalid, "ssh.no_users"},
		"local of a disabled": {func(c *Config) {
			c.Users = users(inbox.User{ID: 1, Disabled: true})
			c.LocalKey, c.LocalUser = key.PublicKey(), func() inbox.UserID { return 1 }
		}, inbox.Invalid, "ssh.no_users"},
	} {
		cfg := whole()
		tc.change(&cfg)
		s, err := New(cfg)
		if inbox.CodeOf(err) != tc.code || inbox.ReasonOf(err).Key != tc.key || s != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	cfg := whole()
	cfg.Users = users(inbox.User{ID: 1})
	cfg.LocalKey, cfg.LocalUser = key.PublicKey(), func() inbox.UserID { return 1 }
	if _, err := New(cfg); err != nil {
		t.Errorf("a local key alone: %v", err)
	}
}
