package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	xterm "golang.org/x/term"
)

// Terminal is where a session is shown. Where In and Out are a terminal's files it is made raw, tells its size itself, and is left as it
// was; otherwise Width, Height and NextSize tell.
type Terminal struct {
	In            io.Reader
	Out           io.Writer
	Width, Height int
	// NextSize waits until the size has changed, or ctx ends. nil: it does not change.
	NextSize func(ctx context.Context) (width, height int, err error)
}

// The bounds of a session.
const (
	pasteLimit = 64 << 10        // bytes of a paste: as much as a draft holds
	lastWords  = time.Second / 2 // for saving what is being written when the session ends
	frames     = 120             // a second, at most
)

// Run serves a session until the person leaves (nil), ctx ends (its cause) or something goes wrong that must not. However it ends, what
// was being written is saved, the terminal is as it was, and nothing of the session is left running; that takes less than a second.
func Run(ctx context.Context, cfg Config, term Terminal) (returned error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	a, err := New(inner, cfg)
	if err != nil {
		return err
	}
	out, in := a.guarded(term)
	opts := []tea.ProgramOption{
		tea.WithContext(inner), tea.WithInput(in), tea.WithOutput(out), tea.WithEnvironment(cfg.Env), tea.WithFPS(frames),
		tea.WithoutSignalHandler(), tea.WithColorProfile(colorprofile.Env(cfg.Env)),
	}
	if term.Width > 0 && term.Height > 0 {
		opts = append(opts, tea.WithWindowSize(term.Width, term.Height))
	}
	if cfg.Linear {
		a.voice = newVoice(a, out)
		opts = append(opts, tea.WithoutRenderer())
		cooked, err := raw(term.In)
		if err != nil {
			cancel()
			return errors.Join(err, a.Close(ctx))
		}
		defer func() { returned = errors.Join(returned, cooked()) }()
	}
	p := tea.NewProgram(contained{a}, opts...)
	var sizes sync.WaitGroup
	if term.NextSize != nil {
		sizes.Go(func() {
			for {
				w, h, err := term.NextSize(inner)
				if err != nil {
					return
				}
				p.Send(tea.WindowSizeMsg{Width: w, Height: h})
			}
		})
	}
	_, err = p.Run()
	cancel()
	sizes.Wait()
	if a.voice != nil {
		a.voice.echo(ui.Linear{}, false) // what comes behind begins a line
	}
	return errors.Join(a.ended(ctx, err), a.Close(ctx))
}

// raw has a terminal hand over each key at once and unechoed, as Bubble Tea does where it draws. It gives what undoes that.
func raw(in io.Reader) (cooked func() error, err error) {
	f, ok := in.(*os.File)
	if !ok || !xterm.IsTerminal(int(f.Fd())) {
		return func() error { return nil }, nil
	}
	was, err := xterm.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, fmt.Errorf("tui: %w", err)
	}
	return func() error { return xterm.Restore(int(f.Fd()), was) }, nil
}

// ended says why the program ended.
func (a *App) ended(ctx context.Context, err error) error {
	switch {
	case a.failed != nil:
		a.log.Error("a session failed", "user", a.seat.User.Login, "err", a.failed)
		return inbox.E(inbox.Internal, "tui.Run", "error.internal").With(a.failed)
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("tui: %w", err)
	}
	return nil
}

// Close waits for what is under way and saves what was being written. The App is of no use after. The session's context must have ended.
func (a *App) Close(ctx context.Context) error {
	a.do.crew.wait()
	a.do.sub.Close()
	c := a.compose
	if c == nil || !c.unsaved() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	return a.seat.SaveDraft(ctx, c.draft())
}

// guarded puts the guard before the terminal's output and the limit of pastes before its input.
func (a *App) guarded(term Terminal) (io.Writer, io.Reader) {
	var out io.Writer = ui.NewGuard(term.Out, ui.GuardOptions{})
	if f, ok := term.Out.(*os.File); ok {
		out = ui.TTY{File: f, Guard: out.(*ui.Guard)}
	}
	limit := ui.NewPasteLimit(short{term.In}, pasteLimit)
	if f, ok := term.In.(*os.File); ok {
		return out, keyboard{f, limit}
	}
	return out, limit
}

// keyboard is a terminal's input with a limit on pastes. Bubble Tea takes it for the file that it is, makes it raw, and can leave a read.
type keyboard struct {
	*os.File
	limit *ui.PasteLimit
}

// Read implements io.Reader.
func (k keyboard) Read(p []byte) (int, error) { return k.limit.Read(p) }

// short reads less than is asked for: the limit may have to give a few bytes more than it read, the end mark of a paste, and what does not
// fit would wait for the next key.
type short struct{ io.Reader }

// Read implements io.Reader.
func (s short) Read(p []byte) (int, error) {
	const mark = 8
	if len(p) > 2*mark {
		p = p[:len(p)-mark]
	}
	return s.Reader.Read(p)
}

// contained ends the session where its model panics, and no other session.
type contained struct{ *App }

// Update implements tea.Model.
func (c contained) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	defer func() {
		if v := recover(); v != nil {
			m, cmd = c, c.fail(fmt.Errorf("tui: panic: %v\n%s", v, debug.Stack()))
		}
	}()
	_, cmd = c.App.Update(msg)
	if c.voice != nil {
		c.voice.tell(msg)
	}
	return c, cmd
}

// View implements tea.Model.
func (c contained) View() (v tea.View) {
	defer func() {
		if p := recover(); p != nil {
			v = tea.View{AltScreen: true}
			c.failed = fmt.Errorf("tui: panic: %v\n%s", p, debug.Stack())
		}
	}()
	if c.voice != nil {
		return tea.View{} // it has told all there is
	}
	return c.App.View()
}
