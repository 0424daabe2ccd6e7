package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/hinshun/vt10x"
	"golang.org/x/crypto/ssh"
)

// terminal is a person's terminal, logged in over SSH: what the desk draws is kept as the screen would show it.
type terminal struct {
	client  *ssh.Client
	session *ssh.Session
	in      io.WriteCloser
	vt      vt10x.Terminal
	done    chan struct{}

	mu  sync.Mutex
	raw bytes.Buffer // every byte that came
}

func openTerminal(address string, key ssh.Signer, width, height int) (*terminal, error) {
	client, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: "desk", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience,
	})
	if err != nil {
		return nil, err
	}
	t := &terminal{client: client, vt: vt10x.New(vt10x.WithSize(width, height)), done: make(chan struct{})}
	if t.session, err = client.NewSession(); err != nil {
		return nil, err
	}
	if err := t.session.RequestPty("xterm-256color", height, width, ssh.TerminalModes{}); err != nil {
		return nil, err
	}
	if t.in, err = t.session.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := t.session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := t.session.Shell(); err != nil {
		return nil, err
	}
	go func() {
		defer close(t.done)
		buf := make([]byte, 32<<10)
		for {
			n, err := out.Read(buf)
			t.mu.Lock()
			t.raw.Write(buf[:n])
			_, _ = t.vt.Write(buf[:n]) // a terminal in memory takes anything
			t.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return t, nil
}

// keys are the names that scripts give to what is no letter.
var keyNames = map[string]string{
	"<enter>": "\r", "<esc>": "\x1b", "<tab>": "\t", "<space>": " ", "<up>": "\x1b[A", "<down>": "\x1b[B", "<right>": "\x1b[C", "<left>": "\x1b[D",
	"<ctrl+s>": "\x13", "<ctrl+c>": "\x03", "<backspace>": "\x7f",
}

// typeKeys presses keys one by one, with a person's pause behind each that is no letter.
func (t *terminal) typeKeys(s string) error {
	for s != "" {
		key := s[:1]
		for name, bytes := range keyNames {
			if strings.HasPrefix(s, name) {
				if _, err := io.WriteString(t.in, bytes); err != nil {
					return err
				}
				time.Sleep(60 * time.Millisecond)
				s, key = s[len(name):], ""
				break
			}
		}
		if key == "" {
			continue
		}
		if _, err := io.WriteString(t.in, key); err != nil {
			return err
		}
		s = s[1:]
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

// text is the screen, line by line.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.vt.String()
}

// until waits for the screen to show something, or to show it no more.
func (t *terminal) until(limit time.Duration, re *regexp.Regexp, there bool) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if re.MatchString(t.text()) == there {
			return true
		}
	}
	return false
}

func (t *terminal) close() {
	_ = t.session.Close() // the desk may have closed it
	_ = t.client.Close()
	<-t.done
}

// dialWith tries to log in with a key and runs a command.
func dialWith(address string, key ssh.Signer, line string) (string, error) {
	client, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: "desk", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience,
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Close() }()
	s, err := client.NewSession()
	if err != nil {
		return "", err
	}
	out, err := s.CombinedOutput(line)
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		return string(out), fmt.Errorf("exit %d", exit.ExitStatus())
	}
	return string(out), err
}
