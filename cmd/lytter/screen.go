package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/tui"
	"lytter/tui/sshserver"

	"github.com/spf13/cobra"
)

// linearEnv asks for a session in plain lines. It goes to the owner with the rest of what a terminal says of itself, over SSH as well.
const linearEnv = "LYTTER_LINEAR"

// langEnv asks for a language, whatever the environment or the person's own setting says.
const langEnv = "LYTTER_LANG"

// screenLang is the language of a session: asked for, or the person's own.
func screenLang(own string, env []string) string {
	if lang := lookup(env, langEnv); slices.Contains(catalog.Languages(), lang) {
		return lang
	}
	return own
}

// linearFlag gives a command that opens the desk the flag --linear.
func (p *program) linearFlag(c *cobra.Command) {
	c.Flags().BoolFunc("linear", p.texts.T("cli.flag.linear"), func(string) error { return os.Setenv(linearEnv, "1") })
}

// screen serves an interactive session over SSH.
func (h *house) screen(ctx context.Context, s *sshserver.Session) error {
	seat, err := h.desk.As(s.User())
	if err != nil {
		return err
	}
	size := s.Size()
	term := tui.Terminal{In: s, Out: s, Width: size.Width, Height: size.Height}
	term.NextSize = func(ctx context.Context) (int, int, error) {
		size, err := s.NextSize(ctx)
		return size.Width, size.Height, err
	}
	return quiet(ctx, tui.Run(ctx, h.screenConfig(seat, s.Env()), term))
}

// screen opens the desk on this terminal, for a seat of a house that this process owns.
func (p *program) screen(ctx context.Context, h *house, seat *inbox.Seat) error {
	cfg := h.screenConfig(seat, os.Environ())
	if cfg.Lang == "" {
		cfg.Lang = p.lang
	}
	p.screened.Store(true)
	defer p.screened.Store(false)
	return quiet(ctx, tui.Run(ctx, cfg, tui.Terminal{In: os.Stdin, Out: os.Stdout}))
}

// quiet is nil where a session ended because it was told to.
func quiet(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return nil
	}
	return err
}

// openScreen opens the desk: that of the owner of the data folder, or, if there is none, this process becomes the owner for as long as
// the screen is open.
func (p *program) openScreen(ctx context.Context) (err error) {
	if p.seat != nil {
		return &usageError{err: errors.New(p.texts.T("cli.screen.no_terminal"))}
	}
	if !p.onTerminal() {
		return &usageError{err: errors.New(p.texts.T("cli.screen.no_terminal"))}
	}
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	var h *house
	for until := time.Now().Add(startingUp); ; {
		client, err := p.dial(ctx, cfg)
		if err == nil {
			return p.remoteScreen(ctx, client)
		}
		if inbox.CodeOf(err) != inbox.Unavailable {
			return err
		}
		if h, err = openHouse(ctx, cfg, p.catalog, houseOptions{connect: true}); err == nil {
			break
		}
		if inbox.CodeOf(err) != inbox.Conflict || time.Now().After(until) || !sleep(ctx, 50*time.Millisecond) { // its owner is just starting or leaving
			return err
		}
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	web, doors, err := h.listen(ctx)
	if err != nil {
		return err
	}
	door, err := h.door()
	if err != nil {
		return err
	}
	seat, err := h.desk.As(h.localUser())
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		defer stop()
		done <- h.Run(ctx, web, doors, door)
	}()
	err = p.screen(ctx, h, seat)
	stop()
	return errors.Join(err, <-done)
}

// remoteScreen shows the screen of the owner.
func (p *program) remoteScreen(ctx context.Context, client *sshserver.Client) error {
	defer func() { _ = client.Close() }() // the screen is closed
	p.screened.Store(true)
	defer p.screened.Store(false)
	code, err := client.Screen(ctx, os.Stdin, os.Stdout)
	if err == nil && code != exitOK {
		err = &exitError{code}
	}
	return err
}

// deskStatus tells screens how everything is, from memory.
func (h *house) deskStatus() tui.DeskStatus {
	st := tui.DeskStatus{Parked: h.parked.Load(), Pending: h.pending.Load(), Rules: h.desk.RulesFault()}
	if unread := h.unread.Load(); unread != nil {
		st.Unread = *unread
	}
	dir := h.desk.Directory()
	running := map[inbox.AccountID]connectors.AccountStatus{}
	if h.runner != nil {
		for _, r := range h.runner.Status().Accounts {
			running[r.Account.ID] = r
		}
	}
	gaps := h.gaps.Load()
	for _, c := range h.cfg.Accounts {
		a, ok := dir.AccountNamed(c.Name)
		if !ok {
			continue
		}
		as := accountStatus(a, running[a.ID])
		for i := 0; gaps != nil && i < len(*gaps); i++ {
			if g := (*gaps)[i]; g.Account == a.ID {
				as.Gaps = append(as.Gaps, g)
			}
		}
		st.Accounts = append(st.Accounts, as)
	}
	is := h.index.Status()
	st.Index = tui.IndexStatus{State: tui.IndexReady, Done: is.Done, Total: is.Total}
	switch {
	case is.Fault != nil:
		st.Index.State = tui.IndexOff
	case is.Rebuilding:
		st.Index.State = tui.IndexBuilding
	}
	return st
}

// accountStatus says how an account is, and what the Runner is doing for it.
func accountStatus(a inbox.Account, r connectors.AccountStatus) tui.AccountStatus {
	as := tui.AccountStatus{Account: a, HeardAt: r.LastHook, Hooked: r.Hooked, Every: r.Every}
	for _, s := range r.Streams {
		if s.CatchingUp {
			as.Done += int64(s.Done)
			as.Total += int64(s.Total)
		}
		if s.Items > 0 && s.Last.After(as.HeardAt) {
			as.HeardAt = s.Last
		}
		if s.Fault != nil {
			as.Faults = append(as.Faults, tui.StreamFault{Stream: s.Name, Fault: s.Fault})
		}
	}
	return as
}

// gauges are what screens show and only the store knows: read once a second by the clock.
type gauges struct {
	parked, pending atomic.Int64
	gaps            atomic.Pointer[[]inbox.Gap]    // of all accounts, newest first
	unread          atomic.Pointer[[]inbox.Parked] // see newestParked; of parked of them
}

func (h *house) readGauges(ctx context.Context) error {
	return h.store.View(ctx, func(tx inbox.Tx) error {
		parked, err := tx.CountParked()
		if err != nil {
			return err
		}
		if parked != h.parked.Load() || h.unread.Load() == nil {
			unread, err := newestParked(tx)
			if err != nil {
				return err
			}
			h.unread.Store(&unread)
		}
		pending, err := tx.CountPending()
		if err != nil {
			return err
		}
		gaps, err := tx.Gaps(gapsRead)
		h.parked.Store(parked)
		h.pending.Store(pending)
		h.gaps.Store(&gaps)
		return err
	})
}
