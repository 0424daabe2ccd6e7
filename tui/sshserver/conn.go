package sshserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

// Why the context of a session ends, when it was not the desk that ended it. When it was, the cause is an inbox.Error.
var (
	ErrGone        = errors.New("ssh: the client is gone")
	ErrStalled     = errors.New("ssh: the client does not read")
	ErrInterrupted = errors.New("ssh: the client sent a signal")
)

// conn is a connection whose client has logged in.
type conn struct {
	srv   *Server
	nc    net.Conn
	sc    *ssh.ServerConn
	who   identity
	local bool

	ctx    context.Context // of its sessions
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup // everything that it started

	mu       sync.Mutex
	running  int       // sessions that have not returned: what is limited
	channels int       // sessions whose channel the client has not closed yet
	unused   time.Time // since when there is none
	refused  int
}

// identity is who a connection belongs to. It is made of the key that signed, after the signature was verified.
type identity struct {
	user        inbox.UserID
	key         ssh.PublicKey
	fingerprint string
}

// identityKey is where the permissions of a connection hold its identity.
type identityKey struct{}

// wire is a connection that does not wait for ever to write, and ends when it cannot: otherwise what reads from it would never know.
type wire struct {
	net.Conn
	stall time.Duration
}

func (w wire) Write(p []byte) (int, error) {
	if err := w.SetWriteDeadline(time.Now().Add(w.stall)); err != nil {
		return 0, err
	}
	n, err := w.Conn.Write(p)
	if err != nil {
		hangUp(w.Conn)
	}
	return n, err
}

// hangUp closes what is of no more use. An error of it has nobody to go to: the other end is gone, or was sent away.
func hangUp(c io.Closer) { _ = c.Close() }

// serve logs a client in and serves it until it is gone.
func (s *Server) serve(nc net.Conn, local bool, address netip.Prefix) {
	leave := sync.OnceFunc(func() {
		s.mu.Lock()
		delete(s.strangers, nc)
		s.mu.Unlock()
		if !local {
			s.limiter.leave(address)
		}
	})
	defer leave()
	defer hangUp(nc)
	if tcp, ok := nc.(*net.TCPConn); ok {
		// A peer that has lost its power or its cable is noticed within a minute, also before it has logged in.
		err := tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3})
		if err != nil {
			return
		}
	}
	limit := time.AfterFunc(s.cfg.Limits.Handshake, func() { hangUp(nc) })
	defer limit.Stop()
	longer := sync.OnceFunc(func() { limit.Reset(s.cfg.Limits.Signing) })
	tried := false
	sc, chans, reqs, err := ssh.NewServerConn(wire{Conn: nc, stall: s.cfg.Limits.Stall}, s.login(local, &tried, longer))
	if err != nil {
		if tried {
			s.count.failed.Add(1)
			if !local {
				s.limiter.failed(address, s.cfg.Now())
			}
			s.cfg.Log.Warn("ssh: not logged in", "remote", nc.RemoteAddr().String(), "err", clip(err.Error()))
		}
		return
	}
	limit.Stop() // should it have come first, the connection is closed and ends at once
	c := &conn{srv: s, nc: nc, sc: sc, local: local, unused: time.Now()}
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	if !local {
		s.limiter.succeeded(address)
	}
	leave()
	known := false
	if sc.Permissions != nil {
		c.who, known = sc.Permissions.ExtraData[identityKey{}].(identity)
	}
	if !known || !s.enter(c) {
		c.cancel(ErrGone)
		c.cut()
	}
	c.loop(chans, reqs)
	s.leave(c)
}

// clip shortens what a stranger may have made long.
func clip(s string) string {
	const most = 500
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// enter notes a connection that has logged in, unless the door has closed meanwhile.
func (s *Server) enter(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.conns[c] = true
	s.count.logins.Add(1)
	s.cfg.Log.Info("ssh: logged in", "user", int64(c.who.user), "key", c.who.fingerprint,
		"remote", c.nc.RemoteAddr().String(), "local", c.local)
	return true
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns[c] {
		delete(s.conns, c)
		s.cfg.Log.Info("ssh: gone", "user", int64(c.who.user), "remote", c.nc.RemoteAddr().String())
	}
}

// connections is how many connections a user has.
func (s *Server) connections(user inbox.UserID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for c := range s.conns {
		if c.who.user == user {
			n++
		}
	}
	return n
}

// login is how one connection logs in: by a public key and by nothing else. tried is set as soon as it has tried;
// longer is called when it has offered a key that we know.
func (s *Server) login(local bool, tried *bool, longer func()) *ssh.ServerConfig {
	cfg := &ssh.ServerConfig{
		Config: ssh.Config{
			// What every client since OpenSSH 6.5 speaks, and cheap: a stranger can make us do it.
			KeyExchanges: []string{ssh.KeyExchangeMLKEM768X25519, ssh.KeyExchangeCurve25519, ssh.KeyExchangeECDHP256},
			Ciphers:      ssh.SupportedAlgorithms().Ciphers,
			MACs:         []string{ssh.HMACSHA256ETM, ssh.HMACSHA512ETM, ssh.HMACSHA256, ssh.HMACSHA512},
		},
		PublicKeyAuthAlgorithms: ssh.SupportedAlgorithms().PublicKeyAuths, // without SHA-1 and DSA
		MaxAuthTries:            6,                                        // as OpenSSH
		ServerVersion:           "SSH-2.0-Lytter",
		// A key is offered. The answer says whether to sign with it, and nothing is remembered of it. The keys of those who are no longer
		// welcome are let through to the signature, so that whoever holds one can be told why.
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) { //nolint:gosec // G408: it notes that, not who
			*tried = true
			if _, is := s.keys.find(key, local); is == unknown {
				return nil, nobodys(key)
			}
			longer()
			return nil, nil
		},
		// A key has signed. This is where somebody is let in.
		VerifiedPublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey, _ *ssh.Permissions, _ string) (*ssh.Permissions, error) {
			user, is := s.keys.find(key, local)
			var no *inbox.Error
			switch {
			case is == disabled:
				no = inbox.E(inbox.Forbidden, "sshserver.login", "refused.disabled")
			case is == shared:
				no = inbox.E(inbox.Forbidden, "sshserver.login", "ssh.key_shared")
			case is != welcome:
				return nil, nobodys(key)
			case s.connections(user) >= s.cfg.Limits.PerUser:
				no = inbox.E(inbox.Unavailable, "sshserver.login", "ssh.too_many_connections", "Max", s.cfg.Limits.PerUser)
			}
			if no != nil {
				return nil, &ssh.BannerError{Err: no, Message: s.explain(user, no) + "\n"}
			}
			who := identity{user: user, key: key, fingerprint: ssh.FingerprintSHA256(key)}
			return &ssh.Permissions{ExtraData: map[any]any{identityKey{}: who}}, nil
		},
		AuthLogCallback: func(_ ssh.ConnMetadata, method string, err error) {
			if err != nil && method != "none" { // "none" is how a client asks what there is
				*tried = true
			}
		},
	}
	cfg.AddHostKey(s.cfg.HostKey)
	return cfg
}

// nobodys says for the log which key it was, so that an administrator can tell whose it may be.
func nobodys(key ssh.PublicKey) error {
	return fmt.Errorf("%s is nobody's", ssh.FingerprintSHA256(key))
}

// loop answers what a client asks for outside of its sessions, until it is gone, and then awaits what it has started.
func (c *conn) loop(chans <-chan ssh.NewChannel, reqs <-chan *ssh.Request) {
	c.spawn(c.watch)
	c.spawn(c.keepAlive)
	for chans != nil || reqs != nil {
		select {
		case nc, ok := <-chans:
			if !ok {
				chans = nil
				continue
			}
			c.open(nc)
		case req, ok := <-reqs:
			if !ok {
				reqs = nil
				continue
			}
			if !harmless(req.Type) { // forwarding of ports and sockets would be asked for here
				c.refuse()
			}
			reply(req, false)
		}
	}
	c.cancel(ErrGone)
	c.wg.Wait()
}

// spawn runs f in a goroutine of the connection. A panic ends the connection.
func (c *conn) spawn(f func()) {
	c.wg.Go(func() {
		defer c.srv.recovered(nil, c.cut)
		f()
	})
}

// reply answers a request. It fails when the channel is closed already, which is none of the connection's business, and when the connection
// is lost, which wire has seen to.
func reply(req *ssh.Request, ok bool) { _ = req.Reply(ok, nil) }

// harmless reports whether a request is one that clients make of their own accord, and that any answer answers.
func harmless(kind string) bool {
	switch kind {
	case "no-more-sessions@openssh.com", "eow@openssh.com", "winadj@putty.projects.tartarus.org", "simple@putty.projects.tartarus.org":
		return true
	}
	return strings.HasPrefix(kind, "keepalive@") // each client has its own
}

// refuse counts a thing that was asked for in vain. Who asks too often is not a terminal.
func (c *conn) refuse() {
	c.srv.count.refused.Add(1)
	c.mu.Lock()
	c.refused++
	over := c.refused > c.srv.cfg.Limits.Refusals
	c.mu.Unlock()
	if over {
		c.cut()
	}
}

// open begins a session, or says why not.
func (c *conn) open(nc ssh.NewChannel) {
	limits := &c.srv.cfg.Limits
	var no error
	why := ssh.Prohibited
	c.mu.Lock()
	switch cause := context.Cause(c.ctx); {
	case cause != nil:
		no = cause
	case nc.ChannelType() != "session":
		no = inbox.E(inbox.Forbidden, "sshserver.open", "ssh.only_sessions")
	case c.running >= limits.Sessions:
		no, why = inbox.E(inbox.Unavailable, "sshserver.open", "ssh.too_many_sessions", "Max", limits.Sessions), ssh.ResourceShortage
	default:
		c.running++
		c.channels++
	}
	c.mu.Unlock()
	if no == nil {
		returned := sync.OnceFunc(c.returned)
		c.spawn(func() {
			defer c.closed()
			defer returned()
			c.session(nc, returned)
		})
		return
	}
	c.refuse()
	_ = nc.Reject(why, c.srv.explain(c.who.user, no)) // as reply
}

// returned notes that a session has, so that the client may begin another as soon as it has learned it.
func (c *conn) returned() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
}

// closed notes that nothing is left of a session.
func (c *conn) closed() {
	c.mu.Lock()
	c.channels--
	c.unused = time.Now()
	last := c.channels == 0
	c.mu.Unlock()
	if last && c.ctx.Err() != nil {
		c.cut()
	}
}

// cut ends a connection at once. It does not wait: everything that does is woken by it.
func (c *conn) cut() { hangUp(c.nc) }

// end tells the sessions of a connection that they are over and why. It is cut when the last has returned, or when their time is up.
func (c *conn) end(cause error, within time.Duration) {
	c.cancel(cause)
	c.mu.Lock()
	none := c.channels == 0
	c.mu.Unlock()
	if none {
		c.cut()
		return
	}
	time.AfterFunc(within, c.cut)
}

// watch ends a connection whose user is no longer welcome, or that is not used.
func (c *conn) watch() {
	limits := &c.srv.cfg.Limits
	tick := time.NewTicker(limits.Recheck)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
		c.mu.Lock()
		unused := c.channels == 0 && time.Since(c.unused) > limits.Unused
		c.mu.Unlock()
		if unused {
			c.cut()
			return
		}
		if user, is := c.srv.keys.find(c.who.key, c.local); is != welcome || user != c.who.user {
			c.end(inbox.E(inbox.Forbidden, "sshserver.watch", "refused.disabled"), limits.Grace)
			return
		}
	}
}

// keepAlive asks the client now and then whether it is there, and cuts the connection when it does not answer. It notices what TCP does
// not: a client that stopped while its machine lives, and a network in between that has forgotten the connection.
func (c *conn) keepAlive() {
	tick := time.NewTicker(c.srv.cfg.Limits.KeepAlive)
	defer tick.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
		dead := time.AfterFunc(c.srv.cfg.Limits.Dead, c.cut)
		_, _, err := c.sc.SendRequest("keepalive@openssh.com", true, nil)
		dead.Stop()
		if err != nil {
			return
		}
	}
}
