package sshserver

import (
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"

	"golang.org/x/crypto/ssh"
)

// Size is that of a terminal, in cells.
type Size struct{ Width, Height int }

const (
	leastCells = 1
	mostCells  = 500
	// resizeGap is how long a resize waits for the next: a flood of them costs one redraw in each.
	resizeGap = 30 * time.Millisecond
)

// Session is one screen or one command of a logged-in user: who it is, and their streams. Its methods may be called from several
// goroutines, Read from one. It is over when the function that serves it returns.
type Session struct {
	id   uint64
	conn *conn
	ch   ssh.Channel

	ctx    context.Context
	cancel context.CancelCauseFunc

	term string // "" when there is no terminal
	env  []string
	in   *input

	out                *stream
	outGuard, errGuard *ui.Guard // one and the same where there is a terminal

	mu      sync.Mutex
	size    Size
	resized chan struct{} // holds one when size has changed
}

// ID is unique among the sessions of this process.
func (s *Session) ID() uint64 { return s.id }

// User is whose key signed.
func (s *Session) User() inbox.UserID { return s.conn.who.user }

// Fingerprint is that of the key that signed: "SHA256:...".
func (s *Session) Fingerprint() string { return s.conn.who.fingerprint }

// Local reports whether the session came by a Unix socket: from this machine, by somebody who may read the data folder.
func (s *Session) Local() bool { return s.conn.local }

// Remote is where the session came from. It is not who.
func (s *Session) Remote() net.Addr { return s.conn.nc.RemoteAddr() }

// Terminal is the name of the client's terminal ("xterm-256color"), and whether there is one.
func (s *Session) Terminal() (name string, ok bool) { return s.term, s.term != "" }

// Env is what the client sent of the environment, of the names that are let through (TERM, LANG, LC_*, COLORTERM, NO_COLOR, LYTTER_*),
// each as NAME=value. Where there is a terminal TERM is its name. It is outside text: printable and bounded, but anybody's.
func (s *Session) Env() []string { return append([]string(nil), s.env...) }

// Size is that of the terminal as of now, each side 1 to 500. Without a terminal it is 80 by 24.
func (s *Session) Size() Size {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

// NextSize waits until the terminal has another size than at the last call. However many came meanwhile, it gives the newest. ctx is the one
// that Screen was given, or made of it; when it ends the error is its cause.
func (s *Session) NextSize(ctx context.Context) (Size, error) {
	select {
	case <-s.resized:
	case <-ctx.Done():
		return Size{}, context.Cause(ctx)
	}
	gap := time.NewTimer(resizeGap)
	defer gap.Stop()
	select {
	case <-gap.C:
	case <-ctx.Done():
		return Size{}, context.Cause(ctx)
	}
	select { // emptied before the size is read: one that comes in between is told again, not lost
	case <-s.resized:
	default:
	}
	return s.Size(), nil
}

// resize notes a new size. It never waits.
func (s *Session) resize(width, height uint32) {
	if width == 0 || height == 0 { // RFC 4254, section 6.2: to be ignored
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size = Size{clamp(width), clamp(height)}
	select {
	case s.resized <- struct{}{}:
	default:
	}
}

func clamp(n uint32) int { return int(min(max(n, leastCells), mostCells)) }

// Read reads what the client types or pipes in. It gives io.EOF only when the client has said that this was all: when the client is gone,
// or the session ends otherwise, the error is the cause, so that half of something is not taken for the whole.
func (s *Session) Read(p []byte) (int, error) { return s.in.Read(p) }

// Write writes to the client's standard output, through the session's guard: see Guard. Where there is a terminal a line ends with \n
// alone, as to any terminal. A write that the client does not read for Limits.Stall ends its connection. It may still be used after the
// context has ended, to leave the terminal as it was.
func (s *Session) Write(p []byte) (int, error) { return s.outGuard.Write(p) }

// Guard is what lets through only what is allowed, where a key that copies or a bell is permitted.
func (s *Session) Guard() *ui.Guard { return s.outGuard }

// Stderr writes to the client's standard error, through a guard. Where there is a terminal that is where Write writes.
func (s *Session) Stderr() io.Writer { return s.errGuard }

// Data writes to the client's standard output what is not for people: JSON, CSV, a backup. It passes no guard, unless there is a terminal.
func (s *Session) Data() io.Writer {
	if s.term != "" {
		return s.outGuard
	}
	return s.out
}

// stream is one direction of a session's output.
type stream struct {
	s    *Session
	w    io.Writer
	crlf bool // a line ends with \n, and the terminal needs \r\n: what a terminal's driver does (ONLCR)

	mu  sync.Mutex
	buf []byte
}

// chunk is how much must be read within Limits.Stall.
const chunk = 32 << 10

func (o *stream) Write(p []byte) (n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(p) > 0 {
		part := p[:min(len(p), chunk)]
		out := part
		if o.crlf {
			o.buf = appendCRLF(o.buf[:0], part)
			out = o.buf
		}
		late := time.AfterFunc(o.s.conn.srv.cfg.Limits.Stall, o.s.stalled)
		_, err := o.w.Write(out)
		late.Stop()
		if err != nil {
			if cause := context.Cause(o.s.ctx); cause != nil {
				return n, cause
			}
			return n, ErrGone
		}
		n += len(part)
		p = p[len(part):]
	}
	return n, nil
}

// crlfOf reports whether lines of a session's output are to be ended for the terminal. Bubble Tea takes an output that is no file for one
// that does so, except where it runs on Windows (tea.Program, mapNl); what else writes to a terminal always does.
func crlfOf(terminal, screen bool) bool { return terminal && (!screen || runtime.GOOS != "windows") }

func appendCRLF(dst, src []byte) []byte {
	for _, c := range src {
		if c == '\n' {
			dst = append(dst, '\r')
		}
		dst = append(dst, c)
	}
	return dst
}

// stalled ends a session whose client does not read. Its whole connection goes: a client that does not read would not read its end either.
func (s *Session) stalled() {
	s.conn.srv.count.stalled.Add(1)
	s.cancel(ErrStalled)
	s.conn.cut()
}

// input is what a client sends, read ahead by one buffer, so that a Read can be left when the session ends.
type input struct {
	ctx  context.Context
	full chan []byte // closed when there is no more
	err  error       // then: why
	rest []byte
}

func newInput(ctx context.Context) *input { return &input{ctx: ctx, full: make(chan []byte)} }

// fill reads until the client has sent all, is gone, or ctx ends.
func (in *input) fill(ch ssh.Channel) {
	defer close(in.full)
	var bufs [2][chunk]byte
	for i := 0; ; i ^= 1 { // a buffer is filled again when the other was taken, and so this one was used up
		n, err := ch.Read(bufs[i][:])
		if n > 0 {
			select {
			case in.full <- bufs[i][:n]:
			case <-in.ctx.Done():
				in.err = context.Cause(in.ctx)
				return
			}
		}
		if err == nil {
			continue
		}
		// x/crypto/ssh tells the end of a file and the loss of a connection alike. Who answers a question is not lost.
		in.err = io.EOF
		if _, err := ch.SendRequest("keepalive@openssh.com", true, nil); err != nil {
			in.err = ErrGone
		}
		return
	}
}

func (in *input) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(in.rest) == 0 {
		select {
		case <-in.ctx.Done():
			return 0, context.Cause(in.ctx)
		default:
		}
		select {
		case b, ok := <-in.full:
			if !ok {
				return 0, in.err
			}
			in.rest = b
		case <-in.ctx.Done():
			return 0, context.Cause(in.ctx)
		}
	}
	n := copy(p, in.rest)
	in.rest = in.rest[n:]
	return n, nil
}
