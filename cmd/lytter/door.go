package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"lytter/classify"
	"lytter/inbox"
	"lytter/tui"
	"lytter/tui/sshserver"

	"golang.org/x/crypto/ssh"
)

// door makes the SSH server: screens for those who ask for a terminal, the commands of the desk for the others.
func (h *house) door() (*sshserver.Server, error) {
	return sshserver.New(sshserver.Config{
		HostKey:   h.host,
		Users:     h.users,
		LocalKey:  h.local.PublicKey(),
		LocalUser: h.localUser,
		Screen:    h.screen,
		Command:   h.command,
		Explain:   h.explainTo,
		Link:      func(address string) bool { return strings.HasPrefix(address, "https://") },
		Log:       h.log,
		Now:       h.now,
	})
}

func (h *house) users() []inbox.User {
	dir := h.desk.Directory()
	out := make([]inbox.User, 0, len(dir.Users))
	for _, u := range dir.Users {
		out = append(out, u)
	}
	return out
}

// explainTo words an error in a user's own language.
func (h *house) explainTo(u inbox.UserID, err error) string {
	lang := h.desk.Directory().Users[u].Language
	if lang == "" {
		lang = h.cfg.Language
	}
	return explain(h.catalog.For(lang), err)
}

// command serves one command of a session.
func (h *house) command(ctx context.Context, s *sshserver.Session, args []string) int {
	h.guests.Add(1)
	defer h.guests.Add(-1)
	seat, err := h.desk.As(s.User())
	env := s.Env()
	p := &program{in: s, out: s, err: s.Stderr(), raw: s.Data(), env: func(name string) string { return lookup(env, name) }, catalog: h.catalog, house: h, seat: seat}
	if err != nil {
		p.texts = h.catalog.For(h.cfg.Language)
		p.complain(err)
		return p.code(ctx, err)
	}
	if len(args) > 0 && args[0] == "lytter" {
		args = args[1:]
	}
	return p.run(ctx, args)
}

func lookup(env []string, name string) string {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// screenConfig is what a screen of a seat is made of.
func (h *house) screenConfig(seat *inbox.Seat, env []string) tui.Config {
	return tui.Config{
		Seat: seat, Catalog: h.catalog, Lang: screenLang(seat.User.Language, env), Now: h.now, Status: h.deskStatus, Rule: h.ruleText(),
		IdleLock: h.cfg.Settings.IdleLock.std(), Env: env, Log: h.log, Linear: slices.Contains(env, linearEnv+"=1"),
	}
}

// ruleText tells rules as they were written. What it read once it remembers.
func (h *house) ruleText() func(id string, version int64) (tui.RuleText, bool) {
	var mu sync.Mutex
	var known *classify.File
	var of int64 = -1
	return func(id string, _ int64) (tui.RuleText, bool) {
		set := h.desk.Directory().Rules
		if set == nil {
			return tui.RuleText{}, false
		}
		mu.Lock()
		defer mu.Unlock()
		if of != set.Version {
			f, err := classify.Load(set.Bytes)
			if err != nil {
				return tui.RuleText{}, false
			}
			known, of = f, set.Version
		}
		for _, r := range known.Rules {
			if r.ID == id {
				return tui.RuleText{Name: r.Name, When: r.When, Version: set.Version}, true
			}
		}
		return tui.RuleText{}, false
	}
}

// signer is the key that a command logs in with: --identity, or that of whoever may read the data folder.
func (p *program) signer(cfg *config) (ssh.Signer, error) {
	if p.identity == "" {
		return sshserver.LocalKey(cfg.Data)
	}
	data, err := os.ReadFile(p.identity)
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "cli", "cli.no_file", "File", p.identity).With(err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "cli", "cli.bad_key", "File", p.identity).With(err)
	}
	return signer, nil
}

// listen opens the doors and the web of a house. What is opened is closed by Run, or here on an error.
func (h *house) listen(ctx context.Context) (web net.Listener, doors []net.Listener, err error) {
	defer func() {
		if err != nil {
			for _, l := range append(doors, web) {
				if l != nil {
					err = errors.Join(err, l.Close())
				}
			}
		}
	}()
	sock, err := sshserver.ListenSocket(sshserver.SocketPath(h.cfg.Data))
	if err != nil {
		return nil, nil, err
	}
	doors = append(doors, sock)
	if h.cfg.SSH.Listen != "" {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", h.cfg.SSH.Listen)
		if err != nil {
			return nil, doors, inbox.E(inbox.Unavailable, "house", "house.listen", "Address", h.cfg.SSH.Listen).With(err)
		}
		doors = append(doors, l)
	}
	if h.runner != nil && h.cfg.Web.Listen != "" {
		if web, err = new(net.ListenConfig).Listen(ctx, "tcp", h.cfg.Web.Listen); err != nil {
			return nil, doors, inbox.E(inbox.Unavailable, "house", "house.listen", "Address", h.cfg.Web.Listen).With(err)
		}
	}
	return web, doors, nil
}

// absolute gives the data folder as others can find it.
func absolute(dir string) string {
	if a, err := filepath.Abs(dir); err == nil {
		return a
	}
	return dir
}

// onWindows reports whether this is a system where the desk runs for one person only.
func onWindows() bool { return runtime.GOOS == "windows" }
