package sshserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"lytter/inbox"
	"lytter/tui/ui"

	"golang.org/x/crypto/ssh"
)

// How much of an environment a client may send.
const (
	mostEnv      = 32
	longestName  = 64
	longestValue = 256
)

// The codes that a session ends with when the desk ends it, after those of sysexits.h where there is one.
const (
	exitFailed = 1
	exitUsage  = 2
	exitPanic  = 70
)

// restore brings a terminal back that a screen has left as it was while drawing: mouse, paste, focus and keyboard modes off, the
// alternate screen left, the cursor shown, colours reset.
const restore = "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m\r"

// session serves one channel until the client has closed it. It calls returned when what it was opened for is done, before it says so to
// the client.
func (c *conn) session(nc ssh.NewChannel, returned func()) {
	ch, reqs, err := nc.Accept()
	if err != nil {
		return // the connection is lost
	}
	srv := c.srv
	s := &Session{id: srv.ids.Add(1), conn: c, ch: ch, size: Size{80, 24}, resized: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancelCause(c.ctx)
	s.in = newInput(s.ctx)
	srv.count.opened.Add(1)
	srv.count.sessions.Add(1)
	defer srv.count.sessions.Add(-1)

	// Who opens a session and asks for nothing holds a place.
	idle := time.AfterFunc(srv.cfg.Limits.Handshake, c.cut)
	defer idle.Stop()
	var running sync.WaitGroup
	var linger *time.Timer // set by what runs, when it has ended: how long the client has to close the channel
	begun := false
	for req := range reqs {
		var t task
		ok := false
		switch {
		case req.Type == "window-change":
			ok = s.windowChange(req.Payload)
		case req.Type == "signal":
			ok = begun && s.signal(req.Payload)
		case begun:
		case req.Type == "env":
			ok = s.setenv(req.Payload)
			if !ok { // not counted: some clients send all they have
				reply(req, false)
				continue
			}
		case req.Type == "pty-req":
			ok = s.ptyReq(req.Payload)
		case req.Type == "shell":
			t, ok = s.shell(), true
		case req.Type == "exec":
			t, ok = s.exec(req.Payload)
		}
		if !ok && !harmless(req.Type) {
			c.refuse() // subsystem, x11-req, auth-agent-req@openssh.com, break, what is out of turn, and what nobody knows
		}
		reply(req, ok)
		if t.run == nil {
			continue
		}
		begun = true
		idle.Stop()
		s.begin(t.screen)
		running.Go(func() {
			defer srv.recovered(s, c.cut)
			s.in.fill(ch)
		})
		running.Go(func() {
			defer srv.recovered(s, c.cut)
			s.run(t, returned)
			linger = time.AfterFunc(srv.cfg.Limits.Grace, c.cut)
		})
	}
	s.cancel(ErrGone)
	running.Wait()
	if linger != nil {
		linger.Stop()
	}
	if begun {
		srv.count.dropped.Add(s.outGuard.Dropped())
		if s.errGuard != s.outGuard {
			srv.count.dropped.Add(s.errGuard.Dropped())
		}
	}
}

// task is what a session is for.
type task struct {
	screen bool
	run    func(ctx context.Context) (code int, err error)
}

// begin makes the session's output, now that it is known what for.
func (s *Session) begin(screen bool) {
	s.out = &stream{s: s, w: s.ch, crlf: crlfOf(s.term != "", screen)}
	s.outGuard = ui.NewGuard(s.out, ui.GuardOptions{Link: s.conn.srv.cfg.Link})
	if s.term == "" {
		s.errGuard = ui.NewGuard(&stream{s: s, w: s.ch.Stderr()}, ui.GuardOptions{})
	} else {
		s.errGuard = s.outGuard // a terminal is one stream, in order
		s.env = append(slices.DeleteFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "TERM=") }), "TERM="+s.term)
	}
}

// shell is the screen, where there is a terminal to show it on.
func (s *Session) shell() task {
	if s.term == "" {
		return refusedTask(inbox.E(inbox.Invalid, "sshserver.shell", "ssh.no_terminal"))
	}
	return task{screen: true, run: func(ctx context.Context) (int, error) {
		if err := s.conn.srv.cfg.Screen(ctx, s); err != nil {
			return exitFailed, err
		}
		return 0, nil
	}}
}

// exec is a command.
func (s *Session) exec(payload []byte) (task, bool) {
	var m struct{ Line string }
	if ssh.Unmarshal(payload, &m) != nil {
		return task{}, false
	}
	args, err := Split(m.Line)
	if err != nil {
		return refusedTask(err), true
	}
	return task{run: func(ctx context.Context) (int, error) { return s.conn.srv.cfg.Command(ctx, s, args), nil }}, true
}

func refusedTask(err error) task {
	return task{run: func(context.Context) (int, error) { return exitUsage, err }}
}

// run does what the session is for, tells the person what went wrong, and closes the channel with a code.
func (s *Session) run(t task, returned func()) {
	srv := s.conn.srv
	code, panicked, err := s.contained(t)
	cause := context.Cause(s.ctx)
	if t.screen && cause == nil && err != nil && !panicked {
		srv.cfg.Log.Warn("ssh: session failed", "user", int64(s.User()), "session", s.id, "err", err)
	}
	var byDesk *inbox.Error
	switch {
	case errors.As(cause, &byDesk) && (t.screen || code != 0):
		err, code = cause, max(code, exitFailed)
	case cause != nil:
		err = nil // nobody is there to be told
	}
	s.cancel(nil) // no more input: what the client still sends is not wanted
	if t.screen && panicked {
		fmt.Fprint(s.out, restore) // past the guard: it is ours
	}
	if err != nil {
		fmt.Fprintln(s.errGuard, srv.explain(s.User(), err))
	}
	if code < 0 || code > 255 {
		code = 255
	}
	returned()
	// Each of these fails only when the connection is lost, and then the channel is closed already.
	_, _ = s.ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{uint32(code)}))
	_ = s.ch.CloseWrite()
	hangUp(s.ch)
}

// contained runs a task so that a panic of it goes no further.
func (s *Session) contained(t task) (code int, panicked bool, err error) {
	defer s.conn.srv.recovered(s, func() {
		code, panicked, err = exitPanic, true, inbox.E(inbox.Internal, "sshserver.run", "error.internal")
	})
	code, err = t.run(s.ctx)
	return code, false, err
}

// ptyReq takes what the client says of its terminal. One that it does not name as terminals are named is "dumb".
func (s *Session) ptyReq(payload []byte) bool {
	var m struct {
		Term                          string
		Width, Height, PixelW, PixelH uint32
		Modes                         string
	}
	if s.term != "" || ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.term = "dumb"
	if termName(m.Term) {
		s.term = m.Term
	}
	s.resize(m.Width, m.Height)
	select { // the first size is no change
	case <-s.resized:
	default:
	}
	return true
}

// termName reports whether a name can be that of a terminal. It may come to name a file of terminfo, so it must not be a path.
func termName(name string) bool {
	if name == "" || len(name) > longestName || name[0] == '.' {
		return false
	}
	for _, r := range name {
		if !letterOrDigit(r) && !strings.ContainsRune("+-._", r) {
			return false
		}
	}
	return true
}

func letterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// windowChange takes a new size.
func (s *Session) windowChange(payload []byte) bool {
	var m struct{ Width, Height, PixelW, PixelH uint32 }
	if s.term == "" || ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.resize(m.Width, m.Height)
	return true
}

// signal ends the session's context: what else should a person mean who sends one.
func (s *Session) signal(payload []byte) bool {
	var m struct{ Name string }
	if ssh.Unmarshal(payload, &m) != nil {
		return false
	}
	switch ssh.Signal(m.Name) {
	case ssh.SIGINT, ssh.SIGTERM, ssh.SIGHUP, ssh.SIGQUIT, ssh.SIGKILL:
		s.cancel(ErrInterrupted)
		return true
	}
	return false
}

// setenv takes a variable, if it is one that is let through.
func (s *Session) setenv(payload []byte) bool {
	var m struct{ Name, Value string }
	if ssh.Unmarshal(payload, &m) != nil || !sendable(m.Name, m.Value) || len(s.env) >= mostEnv {
		return false
	}
	s.env = append(s.env, m.Name+"="+m.Value)
	return true
}

// sendable reports whether a variable is one that is let through. The client sends no other.
func sendable(name, value string) bool {
	if len(name) > longestName || len(value) > longestValue || !utf8.ValidString(value) {
		return false
	}
	for _, r := range name {
		if !letterOrDigit(r) && r != '_' {
			return false
		}
	}
	for _, r := range value {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	switch name {
	case "TERM":
		return termName(value)
	case "LANG", "COLORTERM", "NO_COLOR":
		return true
	}
	return strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "LYTTER_")
}
