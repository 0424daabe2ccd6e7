//go:build unix

package sshserver

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lytter/inbox"

	"github.com/creack/pty"
	"golang.org/x/crypto/ssh"
)

// openSSH gives what runs OpenSSH's client with Bo's key. Tests that need it are skipped where there is none.
func openSSH(t *testing.T, d *door) func(args ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("ssh")
	if err != nil {
		t.Skip("OpenSSH is not installed")
	}
	dir := t.TempDir()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	must(t, err)
	d.people.change(bo, func(u *inbox.User) { u.Keys = append(u.Keys, lineOf(signer)) })
	block, err := ssh.MarshalPrivateKey(private, "")
	must(t, err)
	key, known := filepath.Join(dir, "key"), filepath.Join(dir, "known")
	must(t, os.WriteFile(key, pem.EncodeToMemory(block), 0o600))
	host, port, err := net.SplitHostPort(d.tcp)
	must(t, err)
	must(t, os.WriteFile(known, fmt.Appendf(nil, "[%s]:%s %s", host, port, lineOf(d.host)), 0o600))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return func(args ...string) *exec.Cmd {
		return exec.CommandContext(ctx, program, append([]string{
			"-F", "none", "-p", port, "-l", "bo", "-i", key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
			"-o", "UserKnownHostsFile=" + known, "-o", "GlobalKnownHostsFile=none", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=yes", host,
		}, args...)...)
	}
}

// The client that people have works, and gets what it may and nothing else.
func TestOpenSSH(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Screen = func(ctx context.Context, s *Session) error {
			fmt.Fprint(s, "ready\n", s.Size())
			return echoScreen(ctx, s)
		}
	})
	ssh := openSSH(t, d)
	out, err := ssh("args", Quote([]string{"hul i vejen", "it's", "æ\xff\n", ""})).Output()
	if want := "hul i vejen\xff\x00\xffit's\xff\x00\xffæ\xff\n\xff\x00\xff"; string(out) != want || err != nil {
		t.Errorf("arguments: %q, %v", out, err)
	}
	if out, err = ssh("args", "a", "b", `"c`, `d"`).Output(); string(out) != "a\xff\x00\xffb\xff\x00\xffc d" || err != nil { // as it joins them
		t.Errorf("arguments: %q, %v", out, err)
	}
	var status *exec.ExitError
	if err := ssh("exit", "42").Run(); !errors.As(err, &status) || status.ExitCode() != 42 {
		t.Errorf("exit 42: %v", err)
	}
	cmd := ssh("cat")
	cmd.Stdin = strings.NewReader(strings.Repeat("0123456789", 1<<18))
	if out, err := cmd.Output(); len(out) != 10<<18 || err != nil {
		t.Errorf("cat: %d bytes, %v", len(out), err)
	}
	cmd = ssh("cat")
	cmd.Args = append(cmd.Args[:1:1], append([]string{"-s"}, cmd.Args[1:len(cmd.Args)-1]...)...)
	cmd.Args = append(cmd.Args, "sftp")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "subsystem request failed") {
		t.Errorf("sftp: %q, %v", out, err)
	}
	cmd = ssh("who")
	cmd.Args = append(cmd.Args[:1:1], append([]string{"-R", "0:127.0.0.1:1", "-o", "ExitOnForwardFailure=yes"}, cmd.Args[1:]...)...)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "forwarding failed") {
		t.Errorf("a port: %q, %v", out, err)
	}

	// On a terminal.
	cmd = ssh()
	cmd.Args = append(cmd.Args[:1:1], append([]string{"-tt"}, cmd.Args[1:]...)...)
	cmd.Env = append(os.Environ(), "TERM=xterm")
	person, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 31, Cols: 99})
	must(t, err)
	defer person.Close()
	shown := ""
	await := func(text string) {
		t.Helper()
		for buf := make([]byte, 100); !strings.Contains(shown, text); {
			n, err := person.Read(buf) // ends when ssh does
			if err != nil {
				t.Fatalf("%q was not shown, but %q: %v", text, shown, err)
			}
			shown += string(buf[:n])
		}
	}
	await("ready\r\n{99 31}")
	_, err = person.WriteString("\x03æ")
	must(t, err)
	await("æ") // Ctrl-C went in as a key; as a control it does not come out
	within(t, "a shutdown", func() { must(t, d.Shutdown(t.Context())) })
	await("2:ssh.closing\r\n")
	if err := cmd.Wait(); !errors.As(err, &status) || status.ExitCode() != exitFailed {
		t.Errorf("a shutdown: %v", err)
	}
}
