package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// fileVault keeps an account's token in a file of its own. A bare token is what a person writes there; what a platform gave with an end,
// a renewal or permissions is JSON (see keptGrant). The file is replaced as a whole, never written to.
type fileVault struct {
	path string // absolute
	name string // as the configuration names it

	mu    sync.Mutex
	seen  os.FileInfo // of what was read last; nil: nothing was
	grant connectors.Grant
}

// keptGrant is a connectors.Grant as it is written.
type keptGrant struct {
	Access  string     `json:"access_token"`
	Renewal string     `json:"refresh_token,omitempty"`
	Issued  *time.Time `json:"issued,omitempty"`
	Expires *time.Time `json:"expires,omitempty"`
	Scopes  []string   `json:"scopes,omitempty"`
}

// vault is where an account's token is kept. One that is read from the environment cannot be replaced.
func (r secretRef) vault(base string) (connectors.Vault, error) {
	what, ok := strings.CutPrefix(string(r), "file:")
	if !ok {
		return r.read(base)
	}
	v := &fileVault{path: what, name: what}
	if !filepath.IsAbs(v.path) {
		v.path = filepath.Join(base, v.path)
	}
	_, err := v.Grant()
	return v, err
}

// Grant implements connectors.Vault. The file is read again when it is another.
func (v *fileVault) Grant() (connectors.Grant, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	st, err := os.Stat(v.path)
	if err != nil {
		return connectors.Grant{}, inbox.E(inbox.Invalid, "config", "config.secret_file", "File", v.name).With(err)
	}
	if v.seen != nil && os.SameFile(v.seen, st) && v.seen.ModTime().Equal(st.ModTime()) && v.seen.Size() == st.Size() {
		return v.grant, nil
	}
	text, err := secretRef("file:" + v.path).read("")
	if err != nil {
		return connectors.Grant{}, err
	}
	if v.grant, err = parseGrant(text); err != nil {
		return connectors.Grant{}, inbox.E(inbox.Invalid, "config", "config.secret_token", "File", v.name)
	}
	v.seen = st
	return v.grant, nil
}

// parseGrant reads a secret's file. Its error says nothing of what is there.
func parseGrant(text connectors.Secret) (connectors.Grant, error) {
	if !strings.HasPrefix(text.Reveal(), "{") {
		return connectors.Grant{Access: text}, nil
	}
	var k keptGrant
	if json.Unmarshal([]byte(text.Reveal()), &k) != nil {
		return connectors.Grant{}, errors.New("no token is written like this")
	}
	g := connectors.Grant{Access: connectors.Secret(k.Access), Renewal: connectors.Secret(k.Renewal), Scopes: k.Scopes}
	if k.Issued != nil {
		g.Issued = *k.Issued
	}
	if k.Expires != nil {
		g.Expires = *k.Expires
	}
	return g, nil
}

// writeGrant is the reverse of parseGrant: a token alone is written bare.
func writeGrant(g connectors.Grant) ([]byte, error) {
	if g.Renewal == "" && g.Expires.IsZero() && g.Issued.IsZero() && g.Scopes == nil {
		return []byte(g.Access.Reveal() + "\n"), nil
	}
	b, err := json.MarshalIndent(keptGrant{
		Access: g.Access.Reveal(), Renewal: g.Renewal.Reveal(), Issued: moment(g.Issued), Expires: moment(g.Expires), Scopes: g.Scopes,
	}, "", "  ")
	return append(b, '\n'), err
}

// Lock implements connectors.Vault. It also sees whether a file could be written beside this one: a platform that has given a token must
// not find the disk full.
func (v *fileVault) Lock(ctx context.Context) (func(), error) {
	unlock, err := lockWhole(ctx, v.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.name, err)
	}
	if err := v.rehearse(); err != nil {
		unlock()
		return nil, fmt.Errorf("%s: %w", v.name, err)
	}
	return unlock, nil
}

// rehearse writes what is kept to a file that is then removed.
func (v *fileVault) rehearse() error {
	g, err := v.Grant()
	if err != nil {
		return err
	}
	data, err := writeGrant(g)
	if err != nil {
		return err
	}
	return writePrivate(v.path, append(data, make([]byte, 4<<10)...), func(from, _ string) error { return os.Remove(from) })
}

// Keep implements connectors.Vault.
func (v *fileVault) Keep(g connectors.Grant) error {
	data, err := writeGrant(g)
	if err != nil {
		return err
	}
	if err := writePrivate(v.path, data, os.Rename); err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	return nil
}

// writePrivate writes a file that only we may read, whole or not at all, and durably. put brings it to its place: os.Rename.
func writePrivate(path string, data []byte, put func(from, to string) error) (err error) {
	if there, err := filepath.EvalSymlinks(path); err == nil {
		path = there
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			if rerr := os.Remove(f.Name()); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
				err = errors.Join(err, rerr)
			}
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := put(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

// syncFolder makes durable which files a folder has. Windows does so by itself, and knows no other way.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
