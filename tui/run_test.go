package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/inboxtest"
	"lytter/internal/leak"
	"lytter/tui/ui"

	"go.uber.org/goleak"
)

// wire is a terminal's two directions, as a test holds them.
type wire struct {
	keys io.WriteCloser

	mu  sync.Mutex
	out bytes.Buffer
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}

// patience is how long a test waits for what must come, on a machine that has other things to do.
const patience = time.Minute

// await waits until something has been written.
func (w *wire) await(t *testing.T, s string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		w.mu.Lock()
		got := w.out.String()
		w.mu.Unlock()
		if strings.Contains(got, s) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q does not come: %q", s, got)
		}
	}
}

// served runs a session on a desk in real time.
func served(t *testing.T, change func(*Config)) (d *inboxtest.Desk, w *wire, end context.CancelCauseFunc, done chan error) {
	t.Helper()
	d = inboxtest.New(t)
	now := time.Now()
	d.Clock.Add(now.Sub(d.Clock.Now()))
	hub, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.Hub().Run(hub); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); wg.Wait() })
	if _, err := d.Seat(t, d.Carl).SaveView(t.Context(), inbox.View{Name: "Venter svar", Query: "is:open is:awaiting"}); err != nil {
		t.Fatal(err)
	}
	d.Take(t, d.Say("c1", "Søren", "Hvornår er I færdige?"))
	c, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Seat: d.Seat(t, d.Anna), Catalog: c, Now: time.Now, Env: []string{"TERM=xterm-256color", "COLORTERM=truecolor"},
		Status: func() DeskStatus { return DeskStatus{} },
	}
	if change != nil {
		change(&cfg)
	}
	r, keys := io.Pipe()
	t.Cleanup(func() { keys.Close() })
	w = &wire{keys: keys}
	ctx, end := context.WithCancelCause(t.Context())
	done = make(chan error, 1)
	sizes := make(chan [2]int, 1)
	sizes <- [2]int{90, 30}
	go func() {
		done <- Run(ctx, cfg, Terminal{In: r, Out: w, Width: 80, Height: 24, NextSize: func(ctx context.Context) (int, int, error) {
			select {
			case s := <-sizes:
				return s[0], s[1], nil
			case <-ctx.Done():
				return 0, 0, ctx.Err()
			}
		}})
	}()
	return d, w, end, done
}

func (w *wire) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := io.WriteString(w.keys, keys); err != nil {
		t.Fatal(err)
	}
}

func soon(t *testing.T, done chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatal("the session does not end")
		return nil
	}
}

// A session of its own, live, until the person leaves; nothing of it is left running.
func TestRunUntilLeaving(t *testing.T) {
	d, w, end, done := served(t, nil)
	defer end(nil)
	w.await(t, "Søren")
	d.Take(t, d.Say("c2", "Åse", "Kommer den snart?"))
	w.await(t, "Åse") // by the hub's own ringing
	w.press(t, "q")
	w.await(t, "Forlad Lytter?")
	w.press(t, "j")
	if err := soon(t, done); err != nil {
		t.Error(err)
	}
	w.await(t, "\x1b[?1049l") // the terminal is left as it was
	w.keys.Close()
	err := leak.None(goleak.IgnoreAnyFunction("lytter/inbox.(*Hub).Run"), goleak.IgnoreAnyFunction("lytter/inbox.(*Hub).ticks"),
		goleak.IgnoreAnyFunction("lytter/inbox.(*Hub).fillings"),
		goleak.IgnoreAnyFunction("lytter/inbox.(*Hub).Run.func1"), goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"),
		goleak.IgnoreTopFunction("testing.(*T).Run"), goleak.IgnoreTopFunction("testing.(*T).Parallel"))
	if err != nil {
		t.Error(err)
	}
}

// A session in plain lines: nothing but text reaches the terminal, from the first byte to the last.
func TestRunInPlainLines(t *testing.T) {
	_, w, end, done := served(t, func(c *Config) { c.Linear = true })
	defer end(nil)
	w.await(t, "1/1: Søren, Facebook: Hvornår er I færdige?")
	time.Sleep(2 * ui.Grace) // a key acts on what has stood for a moment
	w.press(t, "r")
	w.await(t, "OFFENTLIGT SVAR til Søren")
	w.press(t, "\x1b[200~Hej S\xc3\xb8ren\x1b[201~") // pasted, so that it is told as one
	w.await(t, "> Hej Søren")
	w.press(t, "\x03")
	w.await(t, "Forlad Lytter?")
	w.press(t, "j")
	if err := soon(t, done); err != nil {
		t.Error(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range strings.SplitAfter(w.out.String(), "\r\n") {
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\r\n"), func(r rune) bool { return r < ' ' && r != '\b' || r >= 0x2500 && r < 0x2600 }); i >= 0 {
			t.Errorf("that is no plain text: %q", line)
		}
	}
	if !strings.HasSuffix(w.out.String(), "\r\n") {
		t.Error("what comes behind does not begin a line")
	}
}

// When the context ends so does the session, and what was being written is a draft.
func TestRunEndsWithItsContext(t *testing.T) {
	d, w, end, done := served(t, nil)
	w.await(t, "Søren")
	time.Sleep(justCame) // the first key acts on what has stood for a while
	w.press(t, "r")
	w.await(t, "OFFENTLIGT SVAR")
	w.press(t, "\x1b[200~Hej S\xc3\xb8ren\x1b[201~") // pasted, so that it is painted as one
	w.await(t, "Hej Søren")
	why := errors.New("the desk closes")
	end(why)
	if err := soon(t, done); !errors.Is(err, why) {
		t.Error(err)
	}
	drafts, err := d.Seat(t, d.Anna).Drafts(t.Context())
	if err != nil || len(drafts) != 1 || drafts[0].Text != "Hej Søren" {
		t.Errorf("%+v %v", drafts, err)
	}
}

// A panic ends its session with an error that tells nothing of the inside, wherever it happens.
func TestRunContainsPanics(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in a command": func(c *Config) { c.Status = func() DeskStatus { panic("in a command") } },
		"in the model": func(c *Config) {
			begun := time.Now()
			c.Now = func() time.Time {
				if time.Since(begun) > time.Second {
					panic("in the model")
				}
				return time.Now()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, w, end, done := served(t, change)
			defer end(nil)
			err := soon(t, done)
			if inbox.CodeOf(err) != inbox.Internal || inbox.ReasonOf(err).Key != "error.internal" || !strings.Contains(err.Error(), name) {
				t.Error(err)
			}
			w.await(t, "\x1b[?1049l")
		})
	}
}
