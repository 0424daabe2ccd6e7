package sshserver

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"sync"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

// leastRSA is how many bits an RSA key must have.
const leastRSA = 2048

// ParseKey reads one public key as an authorized_keys line: kind, key and a comment that does not count. Options in front of it
// ("restrict", "from=...") are refused and not skipped: somebody wrote them to narrow what the key opens, and here they would not.
// Accepted are Ed25519, ECDSA, their security-key kinds, ML-DSA and RSA of 2048 bits or more; certificates and DSA are not.
func ParseKey(line string) (ssh.PublicKey, error) {
	const op = "sshserver.ParseKey"
	line = strings.TrimSpace(line)
	if strings.ContainsAny(line, "\r\n") {
		return nil, inbox.E(inbox.Invalid, op, "ssh.key_bad")
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return nil, inbox.E(inbox.Invalid, op, "ssh.key_bad").With(err)
	}
	if len(options) > 0 {
		return nil, inbox.E(inbox.Invalid, op, "ssh.key_options")
	}
	if kind, ok := acceptable(key); !ok {
		return nil, inbox.E(inbox.Invalid, op, "ssh.key_kind", "Kind", kind)
	}
	return key, nil
}

// acceptable reports whether a key is of a kind that may open the door, and names its kind.
func acceptable(key ssh.PublicKey) (kind string, ok bool) {
	kind = key.Type()
	if kind == ssh.KeyAlgoRSA {
		c, is := key.(ssh.CryptoPublicKey)
		if !is {
			return kind, false
		}
		pub, is := c.CryptoPublicKey().(*rsa.PublicKey)
		if !is {
			return kind, false
		}
		return fmt.Sprintf("%s %d", kind, pub.N.BitLen()), pub.N.BitLen() >= leastRSA
	}
	return kind, slices.Contains(ssh.SupportedAlgorithms().PublicKeyAuths, kind) // certificates have kinds of their own, which are not in it
}

// standing is what a key's owner may do.
type standing int

const (
	unknown  standing = iota // the key is nobody's
	welcome                  // it is one user's, who may log in
	disabled                 // it is that of a user who no longer may
	shared                   // it is that of two users: it says nothing about who it is
)

type digest [sha256.Size]byte

// keyring knows whose key a key is.
type keyring struct {
	users     func() []inbox.User
	local     *digest // nil: there is no local key
	localUser func() inbox.UserID

	mu    sync.Mutex
	lines map[string]*digest // what the lines of the users come to, nil for one that is no key; rebuilt when it has grown stale
}

func digestOf(key ssh.PublicKey) *digest {
	d := digest(sha256.Sum256(key.Marshal()))
	return &d
}

func newKeyring(users func() []inbox.User, local ssh.PublicKey, localUser func() inbox.UserID) *keyring {
	k := &keyring{users: users, localUser: localUser, lines: map[string]*digest{}}
	if local != nil {
		k.local = digestOf(local)
	}
	return k
}

// usable counts the keys that open the door for somebody.
func (k *keyring) usable() int {
	n := 0
	users := k.users()
	k.each(users, func(u *inbox.User, _ *digest) {
		if !u.Disabled {
			n++
		}
	})
	if k.local != nil {
		for i := range users {
			if users[i].ID == k.localUser() && !users[i].Disabled {
				n++
			}
		}
	}
	return n
}

// each calls f for each key of each user.
func (k *keyring) each(users []inbox.User, f func(*inbox.User, *digest)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for i := range users {
		for _, line := range users[i].Keys {
			n++
			d, known := k.lines[line]
			if !known {
				if key, err := ParseKey(line); err == nil {
					d = digestOf(key)
				}
				k.lines[line] = d
			}
			if d != nil {
				f(&users[i], d)
			}
		}
	}
	if len(k.lines) > 2*n+64 { // more than half is of keys that were taken away
		clear(k.lines)
	}
}

// find says whose a key is. It takes as long for one key as for another, whether known or not: all are compared, in constant time each.
// (Whether a key is known is no secret all the same: RFC 4252, section 7 has the server say so to whoever offers it.) The local key is
// known only where local.
func (k *keyring) find(key ssh.PublicKey, local bool) (inbox.UserID, standing) {
	if _, ok := acceptable(key); !ok {
		return 0, unknown
	}
	users := k.users()
	want := digestOf(key)
	var open, shut inbox.UserID
	opens, shuts := 0, 0
	match := func(u *inbox.User, eq int) {
		// Counted without leaving early; the branch is on the result for one user and no longer depends on the bytes of the key.
		if eq == 1 && u.Disabled {
			shut, shuts = u.ID, shuts+1
		} else if eq == 1 && open != u.ID {
			open, opens = u.ID, opens+1
		}
	}
	k.each(users, func(u *inbox.User, have *digest) {
		match(u, subtle.ConstantTimeCompare(have[:], want[:]))
	})
	if k.local != nil {
		eq := subtle.ConstantTimeCompare(k.local[:], want[:])
		owner := inbox.UserID(0)
		if local {
			owner = k.localUser()
		}
		for i := range users {
			if users[i].ID == owner {
				match(&users[i], eq)
			}
		}
	}
	switch {
	case opens == 1:
		return open, welcome
	case opens > 1:
		return 0, shared
	case shuts > 0:
		return shut, disabled
	}
	return 0, unknown
}
