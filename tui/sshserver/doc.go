// Package sshserver is the door of the desk: it serves screens and commands over SSH, on TCP to colleagues and on a Unix socket to the commands that
// are run on the same machine, and it is the client that those commands use.
//
// It knows no screen, no command and no conversation: a session is a user's id, a terminal and streams of bytes, handed to the two functions of
// [Config]. It speaks no language: what a person is to read comes as an error or a reason and is worded by [Config].Explain.
//
// # Why plain golang.org/x/crypto/ssh
//
// charm.land/wish and charm.land/ssh serve one person's toy very well. Here they would have to be worked around at every point that matters:
//
//   - charm.land/ssh lets everybody in when no authentication handler is set (Server.config sets NoClientAuth). x/crypto/ssh refuses to serve.
//   - It puts what a key that was merely offered says into the connection's context. x/crypto/ssh has VerifiedPublicKeyCallback, which runs after the
//     signature was checked and with the key that signed: identity is made there and nowhere else.
//   - It starts the SSH handshake of any number of connections at once; wish's rate limiter runs after authentication.
//   - It grants agent forwarding, keeps any environment, blocks the reader of a connection on a slow resize or signal, shares one context among all
//     sessions of a connection, and cuts commands up by characters instead of bytes.
//   - Its Shutdown waits for ever, and the goroutines of its sessions are awaited by nobody.
//
// What is left of it, once these are replaced, is a loop over channels. That loop is here, above x/crypto/ssh alone: three files to read.
//
// x/crypto/ssh must be v0.52.0 or newer: earlier ones let an unauthenticated client exhaust memory, deadlock or crash the process (CVE-2026-39827,
// -39828, -39830, -39831, -39834, -39835). Its own goroutines cannot be guarded by a recover of ours.
//
// # Invariants
//
//   - A connection's user is the user of the key whose signature x/crypto/ssh verified. A key that was offered, the SSH user name, the environment and
//     the address never take part.
//   - There is no default: a server without a host key, users, screen, command or words is not made; one that nobody could log in to is not made.
//   - Who may no longer log in is no longer logged in: every connection is checked anew every [Limits].Recheck.
//   - Only sessions are served, and of their requests only env (listed names), pty-req, window-change, signal, shell and exec. Everything else is
//     answered with no: passwords, keyboard-interactive, certificates, forwarding of ports, agent, X11 and sockets, subsystems, breaks.
//   - What reaches a terminal passes a [ui.Guard]; the one way past it, [Session.Data], is closed when the client asked for a terminal.
//   - Nothing that a client does, or does not do, makes another connection wait: what blocks is bounded in size and time.
//   - Each goroutine is awaited by the one that started it, Shutdown awaits them all, and each recovers and reports.
//   - A panic ends its session and no other.
package sshserver
