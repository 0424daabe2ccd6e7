package sshserver

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // to be refused
	"crypto/rand"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

func TestKeysAreMadeOnce(t *testing.T) {
	dir := t.TempDir()
	if file := filepath.Join(t.TempDir(), "file"); os.WriteFile(file, nil, 0o600) != nil {
		t.Fatal("no file")
	} else if _, err := HostPublicKey(file); inbox.CodeOf(err) != inbox.Unavailable {
		t.Errorf("what is no folder: %v", err)
	}
	if _, err := HostPublicKey(dir); inbox.CodeOf(err) != inbox.Unavailable {
		t.Errorf("no owner yet: %v", err)
	}
	host, err := HostKey(dir)
	must(t, err)
	// Whoever comes at the same time gets the same.
	keys := make([]ssh.Signer, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			k, err := LocalKey(dir)
			if err != nil {
				t.Error(err)
				return
			}
			keys[i] = k
		})
	}
	wg.Wait()
	again, err := HostKey(dir)
	must(t, err)
	pub, err := HostPublicKey(dir)
	must(t, err)
	if !bytes.Equal(host.PublicKey().Marshal(), again.PublicKey().Marshal()) || !bytes.Equal(pub.Marshal(), host.PublicKey().Marshal()) {
		t.Error("the host key changes")
	}
	if host.PublicKey().Type() != ssh.KeyAlgoED25519 {
		t.Error(host.PublicKey().Type())
	}
	for _, k := range keys {
		if k == nil || !bytes.Equal(k.PublicKey().Marshal(), keys[0].PublicKey().Marshal()) {
			t.Error("two local keys")
		}
	}
	if bytes.Equal(keys[0].PublicKey().Marshal(), pub.Marshal()) {
		t.Error("one key for two things")
	}
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 3 {
		t.Errorf("left behind: %v", files)
	}
	// A public key that was lost or changed is written anew: it is the private one that counts.
	must(t, os.WriteFile(filepath.Join(dir, hostKeyFile+".pub"), []byte("x"), 0o600))
	if _, err := HostPublicKey(dir); inbox.ReasonOf(err).Key != "ssh.file_bad" {
		t.Errorf("a broken public key: %v", err)
	}
	if _, err = HostKey(dir); err != nil {
		t.Error(err)
	}
	if _, err = HostPublicKey(dir); err != nil {
		t.Error(err)
	}

	path := filepath.Join(dir, localKeyFile)
	if runtime.GOOS != "windows" {
		for _, f := range []string{hostKeyFile, localKeyFile} {
			info, err := os.Stat(filepath.Join(dir, f))
			must(t, err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v", f, info.Mode())
			}
		}
		must(t, os.Chmod(path, 0o640))
		if _, err := LocalKey(dir); inbox.ReasonOf(err).Key != "ssh.file_open" {
			t.Errorf("a key that others can read: %v", err)
		}
		must(t, os.Chmod(path, 0o600))
	}
	must(t, os.WriteFile(path, []byte("-----BEGIN"), 0o600))
	if _, err := LocalKey(dir); inbox.ReasonOf(err).Key != "ssh.file_bad" {
		t.Errorf("a broken key: %v", err) // and not a new one in its place
	}
}

func TestListenSocket(t *testing.T) {
	dir := t.TempDir()
	path := SocketPath(dir)
	// What a dead owner left: a socket that nobody listens on.
	l, err := net.Listen("unix", path)
	must(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	must(t, l.Close())
	l, err = ListenSocket(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
	must(t, l.Close())
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
	must(t, os.WriteFile(path, []byte("precious"), 0o600))
	if _, err := ListenSocket(path); inbox.ReasonOf(err).Key != "ssh.socket_taken" {
		t.Errorf("a file in the way: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "precious" {
		t.Error("the file in the way is gone")
	}
	if _, err := ListenSocket(filepath.Join(dir, strings.Repeat("x", 200))); inbox.ReasonOf(err).Key != "ssh.socket_long" {
		t.Errorf("a long path: %v", err)
	}
}

func TestParseKey(t *testing.T) {
	key := newKey(t)
	line := strings.TrimSpace(lineOf(key))
	cert := &ssh.Certificate{Key: key.PublicKey(), CertType: ssh.UserCert}
	must(t, cert.SignCert(rand.Reader, key))
	old := dsaKey(t)
	for in, want := range map[string]string{
		line: "", line + " alice@home": "", "  " + line + "\r\n": "",
		"":                                         "ssh.key_bad",
		"alice":                                    "ssh.key_bad",
		line[:len(line)-4]:                         "ssh.key_bad",
		line + "\n" + line:                         "ssh.key_bad",
		"ssh-rsa " + strings.Fields(line)[1]:       "ssh.key_bad",
		"restrict " + line:                         "ssh.key_options",
		`from="10.0.0.0/8",no-pty ` + line:         "ssh.key_options",
		`command="rm -rf /" ` + line:               "ssh.key_options",
		"cert-authority " + line:                   "ssh.key_options",
		string(ssh.MarshalAuthorizedKey(cert)):     "ssh.key_kind",
		strings.TrimSpace(old) + " from the 1990s": "ssh.key_kind",
	} {
		got, err := ParseKey(in)
		switch {
		case want == "" && (err != nil || !bytes.Equal(got.Marshal(), key.PublicKey().Marshal())):
			t.Errorf("%q: %v", in, err)
		case want != "" && (err == nil || inbox.ReasonOf(err).Key != want || inbox.CodeOf(err) != inbox.Invalid):
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

// dsaKey is a public key of a kind that is no longer to be trusted. Its numbers need only have the right lengths.
func dsaKey(t *testing.T) string {
	t.Helper()
	number := func(bits uint) *big.Int { return new(big.Int).SetBit(big.NewInt(1), int(bits-1), 1) }
	pub := &dsa.PublicKey{Parameters: dsa.Parameters{P: number(1024), Q: number(160), G: big.NewInt(2)}, Y: big.NewInt(4)}
	k, err := ssh.NewPublicKey(pub)
	must(t, err)
	return string(ssh.MarshalAuthorizedKey(k))
}
