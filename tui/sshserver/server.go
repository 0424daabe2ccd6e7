package sshserver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"lytter/inbox"
)

// Server serves the desk over SSH. Its methods may be called from several goroutines.
type Server struct {
	cfg     Config
	keys    *keyring
	limiter *limiter
	count   counters
	ids     atomic.Uint64 // of sessions

	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]bool
	strangers map[net.Conn]bool // not logged in
	conns     map[*conn]bool    // logged in
	wg        sync.WaitGroup    // the goroutines of connections
}

// New makes a server. It starts nothing: Serve does. An Error of code Internal names what the configuration lacks; one of code Invalid
// says that nobody could log in.
func New(cfg Config) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Limits = cfg.Limits.withDefaults()
	s := &Server{
		cfg:       cfg,
		keys:      newKeyring(cfg.Users, cfg.LocalKey, cfg.LocalUser),
		limiter:   newLimiter(cfg.Limits.Unauthenticated, cfg.Limits.PerAddress),
		listeners: map[net.Listener]bool{},
		strangers: map[net.Conn]bool{},
		conns:     map[*conn]bool{},
	}
	if s.keys.usable() == 0 {
		return nil, inbox.E(inbox.Invalid, "sshserver.New", "ssh.no_users")
	}
	return s, nil
}

// Serve accepts connections until Shutdown, and then returns nil. It closes l. Call it once for each listener, each in a goroutine of its
// own. What comes by a Unix socket is of this machine: Session.Local is true, and the limits on those who have not logged in do not count
// it.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return l.Close()
	}
	s.listeners[l] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	for delay := time.Duration(0); ; {
		nc, err := l.Accept()
		switch {
		case err == nil:
			delay = 0
			s.admit(nc)
			continue
		case errors.Is(err, net.ErrClosed):
			if s.isClosing() {
				return nil
			}
			return err
		}
		// Out of file descriptors, or a client that left before it was accepted. Neither is a reason to close the door.
		delay = min(max(2*delay, 5*time.Millisecond), time.Second)
		s.cfg.Log.Warn("ssh: cannot accept", "err", err)
		time.Sleep(delay)
	}
}

// admit lets a connection in or closes it. It does not wait for anything.
func (s *Server) admit(nc net.Conn) {
	s.count.accepted.Add(1)
	local := nc.LocalAddr().Network() == "unix"
	address := addressOf(nc.RemoteAddr())
	if !local {
		switch s.limiter.admit(address, s.cfg.Now()) {
		case admitted:
		case fullHouse:
			s.turnAway(nc, &s.count.fullHouse)
			return
		case fullShare:
			s.turnAway(nc, &s.count.fullShare)
			return
		case tooSoon:
			s.turnAway(nc, &s.count.tooSoon)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		if !local {
			s.limiter.leave(address)
		}
		hangUp(nc)
		return
	}
	s.strangers[nc] = true
	s.wg.Go(func() {
		defer s.recovered(nil, func() { hangUp(nc) })
		s.serve(nc, local, address)
	})
}

// turnAway closes a connection at no cost: without lingering there is nothing left of it to keep.
func (s *Server) turnAway(nc net.Conn, why *atomic.Uint64) {
	why.Add(1)
	if tcp, ok := nc.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // or it lingers
	}
	hangUp(nc)
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Shutdown closes the door: no more connections and sessions; those that have not logged in are closed, the sessions are told by their
// context and have Limits.Drain, or what ctx leaves of it, to return. Then all connections are closed. It waits until every goroutine of
// the server has ended; an Error of code Internal says how many sessions did not end even so. A second call waits as the first does.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	var errs []error
	for l := range s.listeners {
		errs = append(errs, l.Close())
	}
	clear(s.listeners)
	for nc := range s.strangers {
		hangUp(nc)
	}
	for c := range s.conns {
		c.end(closing(), s.cfg.Limits.Drain)
	}
	s.mu.Unlock()

	ended := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(ended)
	}()
	drain := time.NewTimer(s.cfg.Limits.Drain)
	defer drain.Stop()
	select {
	case <-ended:
		return errors.Join(errs...)
	case <-drain.C:
	case <-ctx.Done():
	}
	for c := range s.all() {
		c.cut()
	}
	// Without its connection a session has nothing left to wait for but itself.
	last := time.NewTimer(s.cfg.Limits.Grace)
	defer last.Stop()
	select {
	case <-ended:
	case <-last.C:
		errs = append(errs, inbox.E(inbox.Internal, "sshserver.Shutdown", "ssh.not_ended", "Count", int(s.count.sessions.Load())))
	}
	return errors.Join(errs...)
}

// all is the connections that are logged in, as of now.
func (s *Server) all() map[*conn]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[*conn]bool, len(s.conns))
	for c := range s.conns {
		out[c] = true
	}
	return out
}

// recovered reports a panic and calls then. To be deferred.
func (s *Server) recovered(session *Session, then func()) {
	value := recover()
	if value == nil {
		return
	}
	stack := debug.Stack()
	s.count.panics.Add(1)
	id := uint64(0)
	if session != nil {
		id = session.id
	}
	s.cfg.Log.Error("ssh: panic", "value", value, "session", id, "stack", string(stack))
	then()
	if s.cfg.Panicked != nil {
		defer func() {
			if again := recover(); again != nil {
				s.cfg.Log.Error("ssh: panic while reporting a panic", "value", again)
			}
		}()
		s.cfg.Panicked(session, value, stack)
	}
}

// explain words an error for a user. Words that fail must not take the session along.
func (s *Server) explain(user inbox.UserID, err error) (text string) {
	defer s.recovered(nil, func() { text = "" })
	return s.cfg.Explain(user, err)
}

func closing() error { return inbox.E(inbox.Unavailable, "sshserver", "ssh.closing") }

// counters are what Stats shows.
type counters struct {
	accepted, fullHouse, fullShare, tooSoon, failed, logins, refused, stalled, panics, dropped, opened atomic.Uint64
	sessions                                                                                           atomic.Int64
}

// Stats is what has happened since the server was made, and how it stands.
type Stats struct {
	Accepted  uint64 // connections that came, by all doors
	FullHouse uint64 // turned away: too many that had not logged in
	FullShare uint64 // turned away: too many of these from one address
	TooSoon   uint64 // turned away: the address had failed too often
	Failed    uint64 // tried to log in and did not
	Logins    uint64
	Refused   uint64 // requests and channels that were answered with no
	Stalled   uint64 // ended because the client did not read
	Panics    uint64
	Dropped   uint64 // sequences and characters that a guard kept from a terminal, of sessions that have ended
	Opened    uint64 // sessions

	Waiting     int // connections from the network that have not logged in
	Connections int // that have
	Sessions    int // that are open
}

// Stats gives the figures as of now.
func (s *Server) Stats() Stats {
	c := &s.count
	s.mu.Lock()
	conns := len(s.conns)
	s.mu.Unlock()
	return Stats{
		Accepted: c.accepted.Load(), FullHouse: c.fullHouse.Load(), FullShare: c.fullShare.Load(), TooSoon: c.tooSoon.Load(),
		Failed: c.failed.Load(), Logins: c.logins.Load(), Refused: c.refused.Load(), Stalled: c.stalled.Load(),
		Panics: c.panics.Load(), Dropped: c.dropped.Load(), Opened: c.opened.Load(), Waiting: s.limiter.waiting(), Connections: conns, Sessions: int(c.sessions.Load()),
	}
}
