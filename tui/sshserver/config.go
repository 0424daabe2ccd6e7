package sshserver

import (
	"context"
	"log/slog"
	"time"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

// Config is what a server is made of. Everything that is not said to be optional must be there.
type Config struct {
	// HostKey proves to clients that this is the desk: see HostKey.
	HostKey ssh.Signer

	// Users gives everybody who works at the desk, disabled ones too. It is asked at each login and for each connection every
	// Limits.Recheck, from several goroutines, so it must be quick: the desk's directory in memory. Lines that are no acceptable key open
	// nothing: see ParseKey.
	Users func() []inbox.User

	// LocalKey is the key of whoever may read the data folder, and LocalUser is who they are: see LocalKey. It opens on Unix sockets only,
	// so that a copy of the folder opens nothing from afar. Optional, but both or neither. The user must be one of Users and not disabled.
	LocalKey  ssh.PublicKey
	LocalUser func() inbox.UserID

	// Screen serves a terminal until the person leaves or ctx ends; then it has Limits.Grace, or at a shutdown Limits.Drain, to return. ctx
	// ends when the client goes (ErrGone, ErrStalled, ErrInterrupted), the user loses access or the server closes: context.Cause tells
	// which. The last two are inbox.Errors, and this package tells the person; Screen need not. An error that Screen returns is told the
	// same way. A panic of it ends the session; one in a goroutine that it started would end the process, so it recovers in those itself.
	Screen func(ctx context.Context, s *Session) error

	// Command serves one command, and says with what code it ends: 0 to 255. What it has to say it writes itself.
	Command func(ctx context.Context, s *Session, args []string) int

	// Explain words an error of the desk for a person, in one or more lines. User 0 is somebody whom we do not know.
	Explain func(user inbox.UserID, err error) string

	// Link accepts the addresses that a session may show as hyperlinks. Optional: nil accepts none.
	Link func(address string) bool

	// Panicked is told of a panic, after it has ended what it happened in. Optional; it is logged in any case. s is nil where it was not in
	// a session.
	Panicked func(s *Session, value any, stack []byte)

	Log    *slog.Logger     // optional: nil logs nothing
	Now    func() time.Time // optional: nil is time.Now. For the waits after failed logins; deadlines go by the machine's clock.
	Limits Limits           // optional: what is zero has its default
}

// Limits bound what clients can hold and for how long.
type Limits struct {
	Unauthenticated int           // connections from the network that have not logged in, in all: 50
	PerAddress      int           // of these, from one IPv4 address or IPv6 /64: 5
	Handshake       time.Duration // to log in, and then to start what a session is for: 10 s
	Signing         time.Duration // instead, once it has offered a key that we know: to type a passphrase or touch a token: 60 s
	PerUser         int           // connections of one user: 32
	Sessions        int           // sessions of one connection: 2
	Refusals        int           // what one connection may ask for in vain before it is closed: 100
	Stall           time.Duration // a write that makes no progress ends its connection: 10 s
	KeepAlive       time.Duration // between questions to a client whether it is there: 30 s
	Dead            time.Duration // a client that has not answered one for so long is gone: 90 s
	Unused          time.Duration // a connection without a session is closed: 60 s
	Recheck         time.Duration // between checks that a user still has access: 2 s
	Grace           time.Duration // from the end of a session's context to the end of its connection: 2 s
	Drain           time.Duration // the same at a shutdown: 10 s
}

// The free failures of an address before it must wait, and how the wait grows.
const (
	freeFailures = 5
	firstWait    = time.Second
	longestWait  = time.Minute
	forgiveEvery = time.Minute // one failure less
	maxAddresses = 4096        // remembered at a time
)

func (l Limits) withDefaults() Limits {
	count := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	span := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	count(&l.Unauthenticated, 50)
	count(&l.PerAddress, 5)
	span(&l.Handshake, 10*time.Second)
	span(&l.Signing, time.Minute)
	count(&l.PerUser, 32)
	count(&l.Sessions, 2)
	count(&l.Refusals, 100)
	span(&l.Stall, 10*time.Second)
	span(&l.KeepAlive, 30*time.Second)
	span(&l.Dead, 90*time.Second)
	span(&l.Unused, time.Minute)
	span(&l.Recheck, 2*time.Second)
	span(&l.Grace, 2*time.Second)
	span(&l.Drain, 10*time.Second)
	return l
}

// check refuses a configuration that lacks something.
func (c *Config) check() error {
	const op = "sshserver.New"
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"HostKey", c.HostKey == nil},
		{"Users", c.Users == nil},
		{"Screen", c.Screen == nil},
		{"Command", c.Command == nil},
		{"Explain", c.Explain == nil},
		{"LocalUser", c.LocalKey != nil && c.LocalUser == nil},
		{"LocalKey", c.LocalKey == nil && c.LocalUser != nil},
	} {
		if part.missing {
			return inbox.E(inbox.Internal, op, "ssh.incomplete", "Name", part.name)
		}
	}
	return nil
}
