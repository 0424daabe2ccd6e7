package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors/sandbox"
	"lytter/inbox"
	"lytter/inbox/catalog"
)

// arena is where a desk is killed again and again: the platforms in a process of their own, `lytter serve` in another, an editor who
// answers, and in the end the platforms' ledger held against the desk's store (audit_test.go). All that is random in it follows from the
// seed, but for the moment at which two processes do something.
type arena struct {
	t      *testing.T
	seed   uint64
	rnd    *rand.Rand
	self   string
	dir    string
	web    string
	proc   *sandbox.Process
	client *sandbox.Client
	world  *world

	desk   *exec.Cmd
	ended  chan error
	said   *bytes.Buffer // what the desk says on its standard error in its present life
	kills  int
	lives  int
	peak   float64 // MB, the most that a life of the desk had
	editor editor
}

// seedOf is LYTTER_SEED, or the usual one.
func seedOf(t *testing.T, usual uint64) uint64 {
	t.Helper()
	v := os.Getenv("LYTTER_SEED")
	if v == "" {
		return usual
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		t.Fatalf("LYTTER_SEED: %v", err)
	}
	return n
}

// newArena starts the platforms and writes a desk's folder; accounts whose webhooks come are polled this often. A test that fails says how to do it again.
func newArena(t *testing.T, seed uint64, poll time.Duration, again string) *arena {
	t.Helper()
	a := &arena{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir()}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d; once more: LYTTER_SEED=%d %s", seed, seed, again)
		}
	})
	var err error
	if a.self, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	platforms := exec.Command(a.self, "sandbox", "--calm", "--conversations", "0", "--seed", strconv.FormatUint(seed, 10)) // ends with its input
	platforms.Args[0], platforms.Stderr = "lytter", os.Stderr
	if a.proc, err = sandbox.Start(t.Context(), platforms); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.proc.Close(); err != nil {
			t.Error("sandbox:", err)
		}
	})
	a.client = sandbox.NewClient(a.proc.Handshake)
	t.Cleanup(a.client.Close)
	web, held, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Close() }) // nothing was sent from it
	a.web = "http://" + web.String()
	if a.world, err = newWorld(a.dir, "en", a.proc.Handshake, web); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(a.dir, "lytter.toml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	quick := fmt.Sprintf("\n[settings]\nundo = \"1s\"\npoll = %q\npoll_without = \"2s\"\n", poll)
	if err := os.WriteFile(file, append(data, quick...), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if a.desk != nil {
			a.kill()
		}
		a.editor.stop()
	})
	return a
}

// serve begins a life of the desk.
func (a *arena) serve(env ...string) {
	a.t.Helper()
	a.said = &bytes.Buffer{}
	a.desk = exec.Command(a.self, "serve")
	a.desk.Args[0], a.desk.Stderr = "lytter", a.said
	a.desk.Env = append(os.Environ(), "LYTTER_HOME="+a.dir, "LANG=en_GB.UTF-8")
	a.desk.Env = append(a.desk.Env, env...)
	if err := a.desk.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.lives++
	desk, ended := a.desk, make(chan error, 1)
	a.ended = ended
	go func() { ended <- desk.Wait() }()
}

// lives reports whether the desk still runs after d, and looks how much memory it has.
func (a *arena) livesFor(d time.Duration) bool {
	for until := time.Now().Add(d); ; {
		a.weigh()
		select {
		case <-a.ended: //nolint:errcheck // what it says is in a.said
			a.desk = nil
			return false
		case <-time.After(min(time.Until(until), time.Second)):
		}
		if !time.Now().Before(until) {
			return true
		}
	}
}

// weigh notes the most memory that the desk had so far (proc(5), where there is one).
func (a *arena) weigh() {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.desk.Process.Pid))
	if err != nil {
		return
	}
	if m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status); m != nil {
		kb, _ := strconv.ParseFloat(string(m[1]), 64) // it is digits
		a.peak = max(a.peak, kb/1024)
	}
}

// ready waits until the desk answers.
func (a *arena) ready() {
	a.t.Helper()
	for until := time.Now().Add(2 * time.Minute); ; {
		resp, err := http.Get(a.web + "/healthz")
		if err == nil {
			_ = resp.Body.Close() // there is nothing in it
			return
		}
		if !a.livesFor(20 * time.Millisecond) {
			a.t.Fatalf("the desk ended: %s", a.said)
		}
		if time.Now().After(until) {
			a.t.Fatalf("the desk does not answer: %s", a.said)
		}
	}
}

// kill ends a life of the desk, as kill -9 does.
func (a *arena) kill() {
	a.t.Helper()
	a.weigh()
	if err := a.desk.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		a.t.Fatal(err)
	}
	<-a.ended //nolint:errcheck // how a killed process ended is no news
	a.desk = nil
	a.kills++
}

// halt asks the desk to end, and waits for it.
func (a *arena) halt() {
	a.t.Helper()
	a.weigh()
	if err := a.desk.Process.Signal(os.Interrupt); err != nil {
		a.t.Fatal(err)
	}
	select {
	case err := <-a.ended:
		if a.desk = nil; err != nil {
			a.t.Fatalf("the desk did not end well: %v\n%s", err, a.said)
		}
	case <-time.After(2 * time.Minute):
		a.t.Fatalf("the desk does not end: %s", a.said)
	}
}

// faults sets what the platforms do to us.
func (a *arena) faults(f sandbox.Faults) {
	a.t.Helper()
	if _, err := a.client.SetFaults(a.t.Context(), f); err != nil {
		a.t.Fatal(err)
	}
}

// command runs a command in the desk that serves, and never becomes the owner of the folder itself. It gives what the command said.
func (a *arena) command(ctx context.Context, args ...string) (string, error) {
	cfg, err := readConfig(filepath.Join(a.dir, "lytter.toml"))
	if err != nil {
		return "", err
	}
	client, err := new(program).dial(ctx, cfg)
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Close() }() // the command has ended
	var out, complaint bytes.Buffer
	code, err := client.Run(ctx, args, nil, &out, &complaint)
	if err == nil && code != exitOK {
		err = fmt.Errorf("%s: exit %d: %s", args[0], code, strings.TrimSpace(complaint.String()))
	}
	return out.String(), err
}

// editor answers what comes in, each conversation once and each time with another text, whatever becomes of the desk.
type editor struct {
	cancel   context.CancelFunc
	done     sync.WaitGroup
	mu       sync.Mutex
	accepted map[string]bool // texts that the desk said it has
	pressed  int
}

// answer has the editor begin, with a pause between two answers.
func (a *arena) answer(pause time.Duration) {
	ctx, cancel := context.WithCancel(a.t.Context())
	e := &a.editor
	e.cancel, e.accepted = cancel, map[string]bool{}
	rnd := rand.New(rand.NewPCG(a.seed, 2))
	e.done.Go(func() {
		seen := map[inbox.ConversationID]bool{}
		var todo []inbox.ConversationID
		for sleep(ctx, pause) {
			if len(todo) == 0 {
				todo = a.open(ctx, seen)
				rnd.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
				continue
			}
			id := todo[0]
			todo = todo[1:]
			seen[id] = true
			e.pressed++
			text := fmt.Sprintf("Svar %d-%d", a.seed, e.pressed)
			if _, err := a.command(ctx, "reply", strconv.FormatInt(int64(id), 10), text); err != nil {
				continue // it may be there all the same: the audit looks
			}
			e.mu.Lock()
			e.accepted[text] = true
			e.mu.Unlock()
		}
	})
}

// open lists conversations that nobody has answered yet; none while the desk is down.
func (a *arena) open(ctx context.Context, seen map[inbox.ConversationID]bool) (out []inbox.ConversationID) {
	said, err := a.command(ctx, "search", "--json", "--limit", "50", "is:open")
	if err != nil {
		return nil
	}
	var res searchResult
	if json.Unmarshal([]byte(said), &res) != nil {
		return nil // it was cut off with the desk
	}
	for _, h := range res.Hits {
		if !seen[h.ID] {
			out = append(out, h.ID)
		}
	}
	return out
}

// stop has the editor go home.
func (e *editor) stop() {
	if e.cancel != nil {
		e.cancel()
		e.done.Wait()
		e.cancel = nil
	}
}

// house opens the folder of a desk that nobody serves, without its connectors.
func (a *arena) house(ctx context.Context) *house {
	a.t.Helper()
	cfg, err := readConfig(filepath.Join(a.dir, "lytter.toml"))
	if err != nil {
		a.t.Fatal(err)
	}
	cat, err := catalog.New()
	if err != nil {
		a.t.Fatal(err)
	}
	h, err := openHouse(ctx, cfg, cat, houseOptions{})
	if err != nil {
		a.t.Fatal(err)
	}
	return h
}
