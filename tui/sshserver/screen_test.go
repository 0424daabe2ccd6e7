//go:build unix

package sshserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"lytter/inbox"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"
	"golang.org/x/crypto/ssh"
	"golang.org/x/term"
)

// console is a terminal with a person at it.
type console struct {
	tty    *os.File // the program's side
	person *os.File
	shown  *shown
	before *term.State
	read   sync.WaitGroup
}

func newConsole(t *testing.T) *console {
	t.Helper()
	person, tty, err := pty.Open()
	must(t, err)
	c := &console{tty: tty, person: person, shown: &shown{}}
	c.shown.more = sync.NewCond(&c.shown.mu)
	must(t, pty.Setsize(person, &pty.Winsize{Rows: 30, Cols: 100}))
	c.before, err = term.GetState(int(tty.Fd()))
	must(t, err)
	c.read.Go(func() { _, _ = io.Copy(c.shown, person) }) // ends with an error when the terminal is closed
	t.Cleanup(func() {
		// A read of the program's side ends only with a key.
		_, _ = person.WriteString("\n")
		tty.Close()
		person.Close()
		c.read.Wait()
	})
	return c
}

// isAsBefore checks that the terminal is no longer raw.
func (c *console) isAsBefore(t *testing.T) {
	t.Helper()
	now, err := term.GetState(int(c.tty.Fd()))
	must(t, err)
	if fmt.Sprint(*now) != fmt.Sprint(*c.before) {
		t.Error("the terminal is not as it was")
	}
}

func TestScreenOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	sizes := make(chan Size, 1)
	d := open(t, func(c *Config) {
		c.Screen = func(ctx context.Context, s *Session) error {
			name, _ := s.Terminal()
			fmt.Fprintf(s, "\x1b[?1049h%s %v\n", name, s.Size())
			var wg sync.WaitGroup
			defer wg.Wait()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			wg.Go(func() {
				for {
					size, err := s.NextSize(ctx)
					if err != nil {
						return
					}
					sizes <- size
				}
			})
			if err := echoScreen(ctx, s); err != nil {
				return err
			}
			fmt.Fprint(s, "\x1b[?1049l")
			return context.Cause(ctx)
		}
	})

	t.Run("to its end", func(t *testing.T) {
		con, c := newConsole(t), d.own(t, d.local)
		done := make(chan error, 1)
		go func() {
			exit, err := c.Screen(t.Context(), con.tty, con.tty)
			if exit != 0 {
				err = errors.Join(err, fmt.Errorf("exit %d", exit))
			}
			done <- err
		}()
		con.shown.await(t, "\x1b[?1049hxterm-256color {100 30}\r\n") // raw: the terminal itself does not add \r
		must(t, pty.Setsize(con.person, &pty.Winsize{Rows: 20, Cols: 60}))
		must(t, syscall.Kill(os.Getpid(), syscall.SIGWINCH)) // the terminal is not that of this process
		if got := <-sizes; got != (Size{60, 20}) {
			t.Errorf("resized to %v", got)
		}
		// Every key arrives as it is: Ctrl-C and Ctrl-Z too.
		_, err := con.person.WriteString("\x03\x1aæ\r")
		must(t, err)
		con.shown.await(t, "æ\r")
		_, err = con.person.WriteString("q")
		must(t, err)
		within(t, "the screen", func() { must(t, <-done) })
		con.isAsBefore(t)
		if strings.Contains(con.shown.all(), restore) {
			t.Error("a screen that left in order was cleaned up after")
		}
	})
	t.Run("its context ends", func(t *testing.T) {
		con, c := newConsole(t), d.own(t, d.local)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			con.shown.await(t, "xterm")
			cancel()
		}()
		within(t, "the screen", func() {
			if exit, err := c.Screen(ctx, con.tty, con.tty); exit != exitInterrupted || !errors.Is(err, context.Canceled) {
				t.Errorf("%d %v", exit, err)
			}
		})
		con.isAsBefore(t)
	})
	t.Run("a signal", func(t *testing.T) {
		con, c := newConsole(t), d.own(t, d.local)
		go func() {
			con.shown.await(t, "xterm")
			must(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
		}()
		within(t, "the screen", func() {
			if exit, err := c.Screen(t.Context(), con.tty, con.tty); exit != exitInterrupted || err == nil {
				t.Errorf("%d %v", exit, err)
			}
		})
		con.isAsBefore(t)
	})
	t.Run("the connection is lost", func(t *testing.T) {
		con, c := newConsole(t), d.own(t, d.local)
		go func() {
			con.shown.await(t, "xterm")
			for k := range d.all() {
				k.cut()
			}
		}()
		within(t, "the screen", func() {
			if exit, err := c.Screen(t.Context(), con.tty, con.tty); exit != exitLost || inbox.ReasonOf(err).Key != "ssh.lost" {
				t.Errorf("%d %v", exit, err)
			}
		})
		con.isAsBefore(t)
		con.shown.await(t, "\x1b[?1049l") // the alternate screen is left, and the rest is undone
	})
	t.Run("no terminal", func(t *testing.T) {
		c := d.own(t, d.local)
		r, w, err := os.Pipe()
		must(t, err)
		defer r.Close()
		defer w.Close()
		if _, err := c.Screen(t.Context(), r, w); inbox.ReasonOf(err).Key != "ssh.no_terminal" {
			t.Error(err)
		}
	})
}

// An output that is a terminal is guarded by the client as well: a command's data may be anything.
func TestLaw9_DataOnTheOwnersTerminal(t *testing.T) {
	d := open(t, func(c *Config) {
		c.Command = func(_ context.Context, s *Session, _ []string) int {
			fmt.Fprint(s.Data(), "a\x1b]52;c;ZXZpbA==\ab\u202ec\n")
			fmt.Fprint(s.Data(), strings.Join(s.Env(), ";"))
			return 0
		}
	})
	t.Setenv("TERM", "xterm-mono")
	con := newConsole(t)
	exit, err := d.own(t, d.local).Run(t.Context(), []string{"x"}, nil, con.tty, con.tty)
	must(t, err)
	con.shown.await(t, "xterm-mono") // and a command can tell that a person is looking, and how wide
	if got := con.shown.all(); exit != 0 || !strings.HasPrefix(got, "abc\r\n") || !strings.Contains(got, "LYTTER_COLUMNS=100") {
		t.Errorf("%d %q", exit, got)
	}
}

// toyProgram shows its size and what is typed; q leaves, p panics.
type toyProgram struct {
	size tea.WindowSizeMsg
	text string
}

func (toyProgram) Init() tea.Cmd { return nil }

func (p toyProgram) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		p.size = msg
	case tea.PasteMsg:
		p.text = fmt.Sprintf("pasted %d", len(msg.Content))
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return p, tea.Quit
		case "p":
			panic("a program that panics")
		}
		p.text += msg.String()
	}
	return p, nil
}

func (p toyProgram) View() tea.View {
	v := tea.NewView(fmt.Sprintf("%dx%d\n%s.", p.size.Width, p.size.Height, p.text))
	v.AltScreen = true
	return v
}

// bubbles is how a Bubble Tea program is served.
func bubbles(ctx context.Context, s *Session) error {
	size := s.Size()
	p := tea.NewProgram(toyProgram{}, tea.WithContext(ctx), tea.WithInput(s), tea.WithOutput(s), tea.WithEnvironment(s.Env()),
		tea.WithWindowSize(size.Width, size.Height), tea.WithoutSignalHandler())
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		for {
			size, err := s.NextSize(ctx)
			if err != nil {
				return
			}
			p.Send(tea.WindowSizeMsg{Width: size.Width, Height: size.Height})
		}
	})
	_, err := p.Run()
	return err
}

// A Bubble Tea program runs on a session as it does on a terminal, and ends when the session does, leaving nothing running.
func TestBubbleTea(t *testing.T) {
	ends := make(chan error, 1)
	d := open(t, func(c *Config) {
		c.Screen = func(ctx context.Context, s *Session) error {
			err := bubbles(ctx, s)
			ends <- err
			return err
		}
	})
	show := func() (*ssh.Client, *shown) {
		c := d.dial(t, d.keys[bo])
		v := screen(t, c)
		v.await(t, "80x24")
		return c, v
	}
	left := func(v *shown, told string) {
		t.Helper()
		code := codeOf(t, v.Wait)
		if code != exitFailed || !strings.Contains(v.all(), "\x1b[?1049l") || !strings.HasSuffix(v.all(), told) {
			t.Errorf("ended with %d, shown %q", code, v.all())
		}
	}
	_, v := show()
	v.typed(t, "abc")
	v.await(t, "c.")
	must(t, v.WindowChange(50, 120))
	v.await(t, "120x50")
	v.typed(t, "\x1b[200~"+strings.Repeat("q", 10<<10)+"\x1b[201~") // a pasted q is no key
	v.await(t, "pasted 10240")
	v.typed(t, "q")
	if code := codeOf(t, v.Wait); code != 0 || !strings.Contains(v.all(), "\x1b[?1049l") {
		t.Errorf("%d %q", code, v.all())
	}
	must(t, <-ends)
	if strings.Contains(strings.ReplaceAll(v.all(), "\r\n", ""), "\n") {
		t.Error("a line was ended as no terminal ends it")
	}

	_, v = show()
	v.typed(t, "p")
	left(v, "2:error.internal\r\n")
	if err := <-ends; !errors.Is(err, tea.ErrProgramPanic) {
		t.Error(err)
	}

	c, _ := show()
	must(t, c.Close())
	within(t, "a program whose client is gone", func() {
		if err := <-ends; !errors.Is(err, tea.ErrProgramKilled) {
			t.Error(err)
		}
	})

	_, v = show()
	within(t, "a shutdown", func() { must(t, d.Shutdown(t.Context())) }) // its limit is longer: the program was told
	if err := <-ends; !errors.Is(err, tea.ErrProgramKilled) {
		t.Error(err)
	}
	left(v, "2:ssh.closing\r\n")
}
