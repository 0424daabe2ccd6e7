package sshserver

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"lytter/inbox"

	"golang.org/x/crypto/ssh"
)

// The files of this package in the data folder.
const (
	hostKeyFile  = "ssh_host_ed25519_key"
	localKeyFile = "local_ed25519_key"
	socketFile   = "lytter.sock"
)

// longestSocket is how long the path of a Unix socket may be: 108 bytes with the closing NUL on Linux, 104 on macOS and the BSDs.
const longestSocket = 103

// HostKey reads the key that proves who the desk is from the data folder, and makes it (Ed25519, mode 0600) when there is none. Beside it
// lies the public key, as ssh_host_ed25519_key.pub, for clients. A key that others can read is refused.
func HostKey(dir string) (ssh.Signer, error) {
	key, err := keyIn(dir, hostKeyFile)
	if err != nil {
		return nil, err
	}
	pub := ssh.MarshalAuthorizedKey(key.PublicKey())
	path := filepath.Join(dir, hostKeyFile+".pub")
	if have, err := os.ReadFile(path); err == nil && string(have) == string(pub) {
		return key, nil
	}
	if err := writeWhole(path, pub, 0o644, os.Rename); err != nil {
		return nil, err
	}
	return key, nil
}

// HostPublicKey reads the public key of the desk that owns the data folder: what Dial expects. An Error of code Unavailable if there is
// none yet.
func HostPublicKey(dir string) (ssh.PublicKey, error) {
	const op = "sshserver.HostPublicKey"
	path := filepath.Join(dir, hostKeyFile+".pub")
	line, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, inbox.E(inbox.Unavailable, op, "ssh.no_owner", "Path", dir).With(err)
	}
	if err != nil {
		return nil, err
	}
	key, err := ParseKey(string(line))
	if err != nil {
		return nil, inbox.E(inbox.Invalid, op, "ssh.file_bad", "Path", path).With(err)
	}
	return key, nil
}

// LocalKey reads the key of whoever may read the data folder, and makes it (Ed25519, mode 0600) when there is none: what commands on the
// same machine log in with. It opens the Unix socket only. A key that others can read is refused.
func LocalKey(dir string) (ssh.Signer, error) { return keyIn(dir, localKeyFile) }

// SocketPath is where the owner of a data folder listens for commands on the same machine.
func SocketPath(dir string) string { return filepath.Join(dir, socketFile) }

// ListenSocket listens on a Unix socket with mode 0600. What a dead owner left in its place is removed: call it only while holding the
// folder's lock. The mode is the second fence (and on Windows the folder's access list is); the first is the key.
func ListenSocket(path string) (net.Listener, error) {
	const op = "sshserver.ListenSocket"
	if len(path) > longestSocket {
		return nil, inbox.E(inbox.Invalid, op, "ssh.socket_long", "Path", path, "Max", longestSocket)
	}
	switch have, err := os.Lstat(path); {
	case err == nil && have.Mode().Type() != fs.ModeSocket && runtime.GOOS != "windows": // Windows does not tell sockets from files
		return nil, inbox.E(inbox.Conflict, op, "ssh.socket_taken", "Path", path)
	case err == nil:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// keyIn reads a private key of the data folder, or makes it.
func keyIn(dir, name string) (ssh.Signer, error) {
	path := filepath.Join(dir, name)
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, "lytter")
	if err != nil {
		return nil, err
	}
	// Linked and not renamed into its place, so that of two that make it at once both get the one that came first.
	if err := writeWhole(path, pem.EncodeToMemory(block), 0o600, linkNew); err != nil {
		return nil, err
	}
	return readKey(path)
}

func readKey(path string) (ssh.Signer, error) {
	const op = "sshserver.readKey"
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer hangUp(f)
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, inbox.E(inbox.Forbidden, op, "ssh.file_open", "Path", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, 16<<10))
	if err != nil {
		return nil, err
	}
	key, err := ssh.ParsePrivateKey(data)
	if err != nil {
		return nil, inbox.E(inbox.Invalid, op, "ssh.file_bad", "Path", path).With(err)
	}
	return key, nil
}

// linkNew puts a file in its place unless there is one. Where the file system has no links it is renamed.
func linkNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		return os.Remove(from)
	}
	return os.Rename(from, to)
}

// writeWhole writes a file so that it is there whole or not at all, also after the power was lost.
func writeWhole(path string, data []byte, mode fs.FileMode, place func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = place(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
