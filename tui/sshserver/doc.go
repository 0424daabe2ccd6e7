// Package sshserver is the door of the desk: it serves screens and commands over SSH, on TCP to colleagues and on a Unix socket to the
// commands that are run on the same machine, and it is the client that those commands use.
//
// It knows no screen, no command and no conversation: a session is a user's id, a terminal and streams of bytes, handed to the two functions
// of [Config]. It speaks no language: what a person is to read comes as an error of the desk and is worded by [Config].Explain.
//
// # Why plain golang.org/x/crypto/ssh
//
// charm.land/wish stands on charm.land/ssh, and that would have to be worked around at every point that matters here. As of v0.4.2:
//
//   - With no authentication handler set it lets everybody in (Server.config sets NoClientAuth). x/crypto/ssh refuses to serve.
//   - Its public key handler is called for every key that is offered and is given the connection's context to write to; what it wrote for one
//     key is still there when another one signs (soft-serve fell to that: GHSA-pchf-49fh-w34r). x/crypto/ssh has VerifiedPublicKeyCallback,
//     which is called after the signature was checked, with the key that signed: an identity is made there and nowhere else.
//   - It begins the handshakes of any number of connections at once, and wish's rate limiter runs after authentication.
//   - It grants agent forwarding, keeps any environment, stops reading a connection while a resize or a signal is not taken, shares one context
//     among all sessions of a connection, and cuts commands up by characters, so that other bytes are lost.
//   - Its Shutdown tells the sessions nothing, and nobody awaits their goroutines.
//
// What is left of it once these are replaced is a loop over channels. That loop is here: conn.go logs in and minds the connection, requests.go
// answers what a session's client asks for, session.go is the streams.
//
// x/crypto/ssh must be v0.52.0 or newer: earlier ones let an unauthenticated client exhaust memory, deadlock or crash the process
// (CVE-2026-39827, -39828, -39830, -39831, -39834, -39835). No recover of ours reaches its own goroutines.
//
// # Invariants
//
//   - A connection's user is the user of the key whose signature x/crypto/ssh verified. A key that was only offered, the SSH user name, the
//     environment and the address never take part.
//   - There is no default: a server without a host key, users, screen, command or words is not made, nor one that nobody could log in to.
//   - Who may no longer log in is no longer logged in: every connection is checked anew every [Limits].Recheck.
//   - Only sessions are served, and of their requests only env (listed names), pty-req, window-change, signal, shell and exec. Everything else
//     is answered with no: passwords, keyboard-interactive, certificates, forwarding of ports, agent, X11 and sockets, subsystems, breaks.
//   - What reaches a terminal passes a [ui.Guard]; the one way past it, [Session.Data], is closed when the client asked for a terminal.
//   - Nothing that a client does, or does not do, makes another connection wait: what blocks is bounded in size and time.
//   - Each goroutine is awaited by the one that started it, Shutdown awaits them all, and each recovers and reports.
//   - A panic ends its session and no other.
package sshserver
