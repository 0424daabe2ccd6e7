package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lytter/inbox"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

const (
	screenWidth  = 160
	screenHeight = 45
	opens        = 5 // times that the screen is opened
	patience     = 10 * time.Second
)

// moves is how often the cursor is moved the last time that the screen is open: 200 times, unless there is hardly any time.
func (r *run) moves() int { return min(200, max(20, int(r.For/(5*time.Millisecond)))) }

// firstView is the view that a new desk's screen opens with.
const firstView = "is:open is:awaiting"

// tui measures the real program on a pseudo-terminal, as the owner of a data folder that holds the corpus: from its start to a screen
// with conversations on it, and from a key to the screen that shows the cursor moved.
func (r *run) tui(ctx context.Context) error {
	from, err := r.filled(ctx)
	if err != nil {
		return err
	}
	rows, err := r.listed(ctx, from)
	if err != nil {
		return err
	}
	if len(rows) < 3 {
		return inbox.E(inbox.Invalid, "bench", "cli.bench.no_rows")
	}
	dir := filepath.Join(r.Dir, "tui") // the program's own time is not the corpus's: whatever it makes of that stays here
	if err := errors.Join(os.RemoveAll(dir), copied(from, dir)); err != nil {
		return err
	}
	r.Tell("cli.bench.tui", "N", r.moves())
	var paints times
	var keys times
	for i := range opens {
		if err = r.sit(ctx, dir, rows, &paints, &keys, i == opens-1); err != nil {
			break
		}
	}
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	r.add(figure("tui.first_paint", paints.ms(0.5), millis), figure("tui.key_to_frame.p50", keys.ms(0.5), millis),
		figure("tui.key_to_frame.p99", keys.ms(0.99), millis))
	return nil
}

// listed builds the index if there is none yet, and gives the names in the first rows of the first view.
func (r *run) listed(ctx context.Context, dir string) (names []string, err error) {
	h, err := r.Open(ctx, Wish{Dir: dir, Now: r.clock()})
	if err != nil {
		return nil, err
	}
	work := beside(ctx, h.Run)
	err = func() error {
		if err := indexed(ctx, h); err != nil {
			return err
		}
		hits, err := h.Seat.Search(ctx, firstView, inbox.Page{Size: screenHeight - 10})
		if err != nil {
			return err
		}
		var ids []inbox.ConversationID
		for _, k := range hits.Keys {
			ids = append(ids, k.ID)
		}
		rows, err := h.Seat.Rows(ctx, ids)
		for _, row := range rows {
			names = append(names, row.Author.Name)
		}
		return err
	}()
	return names, errors.Join(err, work.stop(), h.Close())
}

// sit opens the screen, waits for it, moves the cursor if asked to, and leaves.
func (r *run) sit(ctx context.Context, dir string, rows []string, paints, keys *times, move bool) (err error) {
	cmd, err := r.Child(ctx, "--data", dir, "--lang", "en")
	if err != nil {
		return err
	}
	cmd.Dir = r.Dir // where no configuration lies
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "LYTTER_HOME=") }), "TERM=xterm-256color")
	begun := time.Now()
	s, err := openScreen(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.leave()) }()
	at, err := s.until(ctx, func() bool { return s.shows(rows) })
	if err != nil {
		return fmt.Errorf("bench: the screen does not show its list: %w\n%s", err, s.vt.String())
	}
	*paints = append(*paints, at.Sub(begun))
	if !move {
		return nil
	}
	if err := pause(ctx, 500*time.Millisecond); err != nil { // what follows the first frame
		return err
	}
	pauses := rand.New(rand.NewPCG(r.Seed, 5))
	for i := range r.moves() {
		if err := pause(ctx, time.Duration(5+pauses.IntN(30))*time.Millisecond); err != nil { // no frame's clock is met on purpose
			return err
		}
		key := "j"
		if i/(len(rows)-1)%2 == 1 {
			key = "k"
		}
		took, err := s.press(ctx, key)
		if err != nil {
			return fmt.Errorf("bench: after move %d the cursor stands still: %w\n%s", i, err, s.vt.String())
		}
		*keys = append(*keys, took)
	}
	r.weigh(strconv.Itoa(cmd.Process.Pid))
	return nil
}

// screen is the program on a pseudo-terminal, as its person sees it.
type screen struct {
	cmd   *exec.Cmd
	tty   *os.File
	vt    vt10x.Terminal
	drawn chan drawing
}

// drawing is what the program wrote at once.
type drawing struct {
	bytes []byte
	at    time.Time
}

func openScreen(cmd *exec.Cmd) (*screen, error) {
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: screenHeight, Cols: screenWidth})
	if errors.Is(err, pty.ErrUnsupported) {
		return nil, inbox.E(inbox.Unavailable, "bench", "cli.bench.no_terminal").With(err)
	}
	if err != nil {
		return nil, err
	}
	s := &screen{cmd: cmd, tty: tty, vt: vt10x.New(vt10x.WithSize(screenWidth, screenHeight), vt10x.WithWriter(tty)), drawn: make(chan drawing, 64)}
	go func() {
		defer close(s.drawn)
		for {
			buf := make([]byte, 32<<10)
			n, err := tty.Read(buf)
			if n > 0 {
				s.drawn <- drawing{buf[:n], time.Now()}
			}
			if err != nil {
				return
			}
		}
	}()
	return s, nil
}

// until draws what comes until the screen is as wanted, and tells when that came.
func (s *screen) until(ctx context.Context, ok func() bool) (time.Time, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		select {
		case d, open := <-s.drawn:
			if !open {
				return time.Time{}, errors.New("the program has ended")
			}
			if _, err := s.vt.Write(d.bytes); err != nil {
				return time.Time{}, err
			}
			if ok() {
				return d.at, nil
			}
		case <-limit.C:
			return time.Time{}, errors.New("it takes too long")
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

// shows reports whether the list stands on the screen: of its first rows, all names.
func (s *screen) shows(rows []string) bool {
	text := s.vt.String()
	for _, name := range rows[:min(len(rows), 10)] {
		r := []rune(name)
		if !strings.Contains(text, string(r[:min(len(r), 6)])) {
			return false
		}
	}
	return true
}

// cursorMark stands before the row that the cursor is on.
const cursorMark = '▌'

// cursor tells where the marks stand.
func (s *screen) cursor() (out [][2]int) {
	s.vt.Lock()
	defer s.vt.Unlock()
	for y := range screenHeight {
		for x := range screenWidth {
			if s.vt.Cell(x, y).Char == cursorMark {
				out = append(out, [2]int{x, y})
			}
		}
	}
	return out
}

// press types a key and measures until the cursor has moved.
func (s *screen) press(ctx context.Context, key string) (time.Duration, error) {
	for quiet := false; !quiet; { // what still comes of the last one
		select {
		case d, open := <-s.drawn:
			if !open {
				return 0, errors.New("the program has ended")
			}
			if _, err := s.vt.Write(d.bytes); err != nil {
				return 0, err
			}
		default:
			quiet = true
		}
	}
	was := s.cursor()
	begun := time.Now()
	if _, err := s.tty.WriteString(key); err != nil {
		return 0, err
	}
	at, err := s.until(ctx, func() bool { return !slices.Equal(was, s.cursor()) })
	return at.Sub(begun), err
}

// leave ends the program, as a closed terminal would.
func (s *screen) leave() error {
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for range s.drawn { // it may have something left to say
		}
	}()
	werr := s.cmd.Wait()
	err = errors.Join(err, s.tty.Close())
	<-gone
	var xe *exec.ExitError
	if errors.As(werr, &xe) { // it ended because it was told to
		werr = nil
	}
	return errors.Join(err, werr)
}
