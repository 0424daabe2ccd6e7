package sshserver

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

// shifty is a client's key that offers one key and signs with another: it says it is offer the first two times that it is asked, when the
// client offers it and compares the server's answer, and sign from then on.
type shifty struct {
	offer, sign ssh.PublicKey
	asked       int
}

func (s *shifty) Type() string { return s.sign.Type() }

func (s *shifty) Marshal() []byte {
	if s.asked++; s.asked <= 2 {
		return s.offer.Marshal()
	}
	return s.sign.Marshal()
}

func (s *shifty) Verify(data []byte, sig *ssh.Signature) error { return s.sign.Verify(data, sig) }

// forger signs with one key and says that it is another.
type forger struct {
	says  ssh.PublicKey
	signs ssh.Signer
}

func (f forger) PublicKey() ssh.PublicKey { return f.says }

func (f forger) Sign(r io.Reader, data []byte) (*ssh.Signature, error) { return f.signs.Sign(r, data) }

func TestLaw10_OnlyTheKeyThatSigned(t *testing.T) {
	d := open(t, nil)
	a, b := d.keys[alice], d.keys[bo]
	whoIs := func(k ssh.Signer, id inbox.UserID) string {
		return fmt.Sprintf("%d %s false", id, ssh.FingerprintSHA256(k.PublicKey()))
	}

	// Alice's key is offered and accepted, then Bo's signs: this is Bo (GHSA-pchf-49fh-w34r).
	shift := &shifty{offer: a.PublicKey(), sign: b.PublicKey()}
	c := d.dial(t, forger{shift, b})
	if shift.asked < 3 {
		t.Fatal("the client did not offer one key and sign with another")
	}
	if got := output(t, c, "who"); got != whoIs(b, bo) {
		t.Errorf("offered Alice's, signed with Bo's: %s", got)
	}
	v := screen(t, c)
	v.typed(t, "q")
	if code := codeOf(t, v.Wait); code != 0 {
		t.Error(code)
	}

	// The other way round, so that it is no order of users that decides.
	c = d.dial(t, forger{&shifty{offer: b.PublicKey(), sign: a.PublicKey()}, a})
	if got := output(t, c, "who"); got != whoIs(a, alice) {
		t.Errorf("offered Bo's, signed with Alice's: %s", got)
	}

	// A key that is nobody's, or of somebody who may not log in, is not let in by an offer of Alice's.
	for name, k := range map[string]ssh.Signer{"a stranger's": newKey(t), "a disabled user's": d.keys[carl], "a shared": d.keys[dorte]} {
		if c, err := ssh.Dial("tcp", d.tcp, d.clientConfig(forger{&shifty{offer: a.PublicKey(), sign: k.PublicKey()}, k})); err == nil {
			t.Errorf("offered Alice's, signed with %s key: let in as %s", name, output(t, c, "who"))
			c.Close()
		}
	}
	// Alice's key with Bo's signature is nobody.
	if c, err := ssh.Dial("tcp", d.tcp, d.clientConfig(forger{a.PublicKey(), b})); err == nil {
		t.Errorf("Bo's signature for Alice's key: let in as %s", output(t, c, "who"))
		c.Close()
	}
	// Keys that are refused first leave nothing behind.
	c = d.dial(t, newKey(t), d.keys[carl], b)
	if got := output(t, c, "who"); got != whoIs(b, bo) {
		t.Errorf("two refused keys, then Bo's: %s", got)
	}
}

// Nothing but a good key of a user who may log in opens the door, and it opens the right one.
func TestLaw10_Doors(t *testing.T) {
	d := open(t, nil)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil { // a runtime that makes none cannot be asked to refuse one
		weak = nil
	}
	cert := func(k ssh.Signer) ssh.Signer {
		crt := &ssh.Certificate{Key: k.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"x"}, ValidBefore: ssh.CertTimeInfinity}
		must(t, crt.SignCert(rand.Reader, k))
		s, err := ssh.NewCertSigner(crt, k)
		must(t, err)
		return s
	}
	password := ssh.Password("secret")
	asked := ssh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return []string{"secret"}, nil })
	cases := []struct {
		name   string
		auth   []ssh.AuthMethod
		tcp    inbox.UserID // 0: shut
		socket inbox.UserID
		told   string
	}{
		{"nothing", nil, 0, 0, ""},
		{"password", []ssh.AuthMethod{password}, 0, 0, ""},
		{"keyboard-interactive", []ssh.AuthMethod{asked}, 0, 0, ""},
		{"a stranger's key", []ssh.AuthMethod{ssh.PublicKeys(newKey(t))}, 0, 0, ""},
		{"a certificate of Alice's key", []ssh.AuthMethod{ssh.PublicKeys(cert(d.keys[alice]))}, 0, 0, ""},
		{"Alice's key", []ssh.AuthMethod{ssh.PublicKeys(d.keys[alice])}, alice, alice, ""},
		{"Bo's key", []ssh.AuthMethod{ssh.PublicKeys(d.keys[bo])}, bo, bo, ""},
		{"a disabled user's key", []ssh.AuthMethod{ssh.PublicKeys(d.keys[carl])}, 0, 0, "3:refused.disabled"},
		{"a key of two users", []ssh.AuthMethod{ssh.PublicKeys(d.keys[erik])}, 0, 0, "0:ssh.key_shared"},
		{"the local key", []ssh.AuthMethod{ssh.PublicKeys(d.local)}, 0, alice, ""},
	}
	if weak != nil {
		s, err := ssh.NewSignerFromKey(weak)
		must(t, err)
		d.people.change(bo, func(u *inbox.User) { u.Keys = append(u.Keys, lineOf(s)) })
		cases = append(cases, struct {
			name        string
			auth        []ssh.AuthMethod
			tcp, socket inbox.UserID
			told        string
		}{"a weak key of Bo's", []ssh.AuthMethod{ssh.PublicKeys(s)}, 0, 0, ""})
	}
	for _, tc := range cases {
		for network, want := range map[string]inbox.UserID{"tcp": tc.tcp, "unix": tc.socket} {
			d.pardon()
			address := map[string]string{"tcp": d.tcp, "unix": d.unix}[network]
			told := ""
			cfg := d.clientConfig()
			cfg.Auth = tc.auth
			cfg.BannerCallback = func(s string) error { told = strings.TrimSpace(s); return nil }
			c, err := ssh.Dial(network, address, cfg)
			switch {
			case err != nil && want != 0:
				t.Errorf("%s by %s: %v", tc.name, network, err)
			case err == nil && want == 0:
				t.Errorf("%s by %s: let in as %s", tc.name, network, output(t, c, "who"))
			case err == nil:
				var id inbox.UserID
				var key string
				var local bool
				got := output(t, c, "who")
				if _, err := fmt.Sscan(got, &id, &key, &local); err != nil || id != want || local != (network == "unix") {
					t.Errorf("%s by %s: %s", tc.name, network, got)
				}
			}
			if told != tc.told {
				t.Errorf("%s by %s: told %q, want %q", tc.name, network, told, tc.told)
			}
			if c != nil {
				c.Close()
			}
		}
	}
}

// Who loses access while logged in is told, has a moment to leave, and is out whether they leave or not; others stay.
func TestLaw10_NoLongerWelcome(t *testing.T) {
	stubborn := make(chan struct{})
	defer close(stubborn)
	patient := open(t, func(c *Config) { c.Limits.Recheck = 10 * time.Millisecond })
	strict := open(t, func(c *Config) {
		c.Limits.Recheck, c.Limits.Grace = 10*time.Millisecond, 100*time.Millisecond
		c.Command = func(context.Context, *Session, []string) int {
			<-stubborn
			return 0
		}
	})
	change := func(d *door, users []inbox.User) {
		d.people.mu.Lock()
		defer d.people.mu.Unlock()
		d.people.users = users
	}
	for name, lose := range map[string]func(*inbox.User){
		"disabled": func(u *inbox.User) { u.Disabled = true },
		"key lost": func(u *inbox.User) { u.Keys = nil },
	} {
		t.Run(name, func(t *testing.T) {
			d := patient
			defer change(d, d.people.all())
			v, other := screen(t, d.dial(t, d.keys[bo])), screen(t, d.dial(t, d.keys[alice]))
			v.typed(t, "1")
			v.await(t, "1")
			unused := d.dial(t, d.keys[bo])
			d.people.change(bo, lose)
			if code := codeOf(t, v.Wait); code != exitFailed {
				t.Errorf("code %d", code)
			}
			v.await(t, "2:refused.disabled\r\n")
			within(t, "the end of a connection without sessions", func() { _ = unused.Wait() })
			other.typed(t, "2")
			other.await(t, "2")
			other.typed(t, "q")
			if code := codeOf(t, other.Wait); code != 0 {
				t.Error(code)
			}

			d = strict
			defer change(d, d.people.all())
			s, err := d.dial(t, d.keys[bo]).NewSession()
			must(t, err)
			must(t, s.Start("stubborn"))
			d.people.change(bo, lose)
			within(t, "the end of a session that does not leave", func() { _ = s.Wait() })
		})
	}
}

// pardon forgets all failures, for tests that are not about them.
func (d *door) pardon() {
	d.limiter.mu.Lock()
	defer d.limiter.mu.Unlock()
	clear(d.limiter.failures)
}
