package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox"
	"lytter/tui/sshserver"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lytter": main, "torture-desk": tortureDesk})
}

// TestScripts runs the real program, over HTTP against the sandbox in a process of its own and over SSH. The scripts are the stories of
// testdata/script; their own commands are below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("LYTTER_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "en_GB.UTF-8")
			e.Setenv("HOME", e.WorkDir)
			e.Values[actorsKey{}] = &actors{}
			e.Defer(func() { e.Values[actorsKey{}].(*actors).close() })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"world":   cmdWorld,
			"serve":   cmdServe,
			"halt":    cmdHalt,
			"login":   cmdLogin,
			"forget":  cmdForget,
			"say":     cmdSay,
			"faults":  cmdFaults,
			"until":   cmdUntil,
			"post":    cmdPost,
			"hold":    cmdHold,
			"letgo":   cmdLetGo,
			"damage":  cmdDamage,
			"secrets": cmdSecrets,
			"journal": cmdJournal,
			"traffic": cmdTraffic,
			"compare": cmdCompare,
			"screen":  cmdScreen,
			"ssh":     cmdSSH,
			"tty":     cmdTTY,
			"hostile": cmdHostile,
			"befall":  cmdBefall,
			"play":    cmdPlay,
			"picture": cmdPicture,
			"hand":    cmdHand,
			"carried": cmdCarried,
		},
	})
}

// actors are what a script has running.
type actors struct {
	world    *world
	platform *sandbox.Process
	client   *sandbox.Client
	serving  *exec.Cmd
	served   chan error
	said     map[string]sandbox.Published
	locked   func()
	screens  map[string]*terminal
	places   []net.PacketConn // that hold the addresses this script was given
}

type actorsKey struct{}

func of(ts *testscript.TestScript) *actors { return ts.Value(actorsKey{}).(*actors) }

func (a *actors) close() {
	for _, s := range a.screens {
		s.close()
	}
	if a.locked != nil {
		a.locked()
	}
	if a.serving != nil {
		_ = a.serving.Process.Kill() // it may have ended
		<-a.served                   //nolint:errcheck // how a killed process ended is no news
	}
	if a.client != nil {
		a.client.Close()
	}
	if a.platform != nil {
		_ = a.platform.Close() // the script is over
	}
	for _, p := range a.places {
		_ = p.Close() // nothing was sent from it
	}
}

// patience is how long a script waits for what must come, on a machine that has other things to do.
const patience = 2 * time.Minute

// world [-poll] [-history N] [-scenario FILE]: starts the platforms and writes a desk's folder, with short waits. $LYTTER_HOME is the folder, $web its
// web address. With -poll the accounts have no webhooks.
func cmdWorld(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	history, poll, scenario := 0, false, ""
	for len(args) > 0 {
		switch args[0] {
		case "-poll":
			poll = true
			args = args[1:]
		case "-history":
			history = atoi(ts, args[1])
			args = args[2:]
		case "-scenario":
			scenario = ts.MkAbs(args[1])
			args = args[2:]
		default:
			ts.Fatalf("usage: world [-poll] [-history N] [-scenario FILE]")
		}
	}
	a := of(ts)
	self, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(self, "sandbox", "--calm", "--conversations", strconv.Itoa(history), "--scenario", scenario)
	cmd.Args[0] = "lytter"
	cmd.Stderr = os.Stderr
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	a.platform, err = sandbox.Start(ctx, cmd)
	ts.Check(err)
	a.client = sandbox.NewClient(a.platform.Handshake)
	a.said = map[string]sandbox.Published{}
	web := freeAddress(ts)
	dir := ts.MkAbs("desk")
	a.world, err = newWorld(dir, "en", a.platform.Handshake, web)
	ts.Check(err)
	config := filepath.Join(dir, "lytter.toml")
	data, err := os.ReadFile(config)
	ts.Check(err)
	text := string(data) + "\n[settings]\nundo = \"1s\"\npoll = \"2s\"\npoll_without = \"1s\"\n\n[ssh]\nlisten = \"" + freeAddress(ts).String() + "\"\n"
	if poll {
		text = regexp.MustCompile(`(?m)^public = .*$`).ReplaceAllString(text, "")
	}
	ts.Check(os.WriteFile(config, []byte(text), 0o600))
	ts.Setenv("LYTTER_HOME", dir)
	ts.Setenv("web", "http://"+web.String())
}

// freeAddress finds a port of this machine that nobody listens on, and that nobody is given before the script is over: it is below those
// that a system gives away by itself, and its namesake for UDP is held.
func freeAddress(ts *testscript.TestScript) net.Addr {
	at, place, err := freePort()
	ts.Check(err)
	of(ts).places = append(of(ts).places, place)
	return at
}

// freePort gives an address, and what holds it until it is closed.
func freePort() (at net.Addr, place net.PacketConn, err error) {
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		if place, err = net.ListenPacket("udp", address); err != nil {
			continue
		}
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return l.Addr(), place, l.Close()
		}
		_ = place.Close() // nothing was sent from it
	}
	return nil, nil, err
}

func noNeg(ts *testscript.TestScript, neg bool) {
	if neg {
		ts.Fatalf("this command cannot be negated")
	}
}

func atoi(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}

// command makes a run of the program as this script's environment has it.
func command(ts *testscript.TestScript, args ...string) *exec.Cmd {
	self, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "lytter"
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "LYTTER_HOME="+ts.Getenv("LYTTER_HOME"), "LANG=en_GB.UTF-8", "HOME="+ts.Getenv("HOME"))
	return cmd
}

// serve: starts `lytter serve` and waits until its web answers and every account's webhooks come (or are polled).
func cmdServe(ts *testscript.TestScript, neg bool, _ []string) {
	noNeg(ts, neg)
	a := of(ts)
	runs := func() int { // a command that looks whether it is ready owns the folder itself before it does
		said, err := os.ReadFile(ts.MkAbs("serve.log"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			ts.Fatalf("%v", err)
		}
		return bytes.Count(said, []byte("Lytter runs in"))
	}
	before := runs()
	cmd := command(ts, "serve")
	log, err := os.OpenFile(ts.MkAbs("serve.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	ts.Check(err)
	cmd.Stdout, cmd.Stderr = log, log
	ts.Check(cmd.Start())
	ts.Check(log.Close())
	a.serving, a.served = cmd, make(chan error, 1)
	go func() {
		defer close(a.served) // who asks again is told that it has ended
		a.served <- cmd.Wait()
	}()
	deadline := time.Now().Add(patience)
	for {
		var out []byte
		err := errors.New("it is starting")
		if runs() > before {
			out, err = command(ts, "status", "--json").Output()
		}
		ready := err == nil && !strings.Contains(string(out), `"connecting"`)
		if a.world != nil && !strings.Contains(configText(ts), "public") {
			ready = err == nil && !strings.Contains(string(out), `"connecting"`)
		} else if a.world != nil {
			ready = ready && !strings.Contains(string(out), `"webhooks": false`)
		}
		if ready {
			return
		}
		select {
		case err := <-a.served:
			a.serving = nil
			ts.Fatalf("serve ended: %v\n%s", err, ts.ReadFile("serve.log"))
		default:
		}
		if time.Now().After(deadline) {
			ts.Fatalf("serve is not ready: %s\n%s", out, ts.ReadFile("serve.log"))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func configText(ts *testscript.TestScript) string {
	data, err := os.ReadFile(filepath.Join(ts.Getenv("LYTTER_HOME"), "lytter.toml"))
	ts.Check(err)
	return string(data)
}

// halt [-9 | -twice]: ends `lytter serve`, gently, by force, or gently and then, when it says how, at once.
func cmdHalt(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	a := of(ts)
	if a.serving == nil {
		ts.Fatalf("nothing is serving")
	}
	switch {
	case len(args) > 0 && args[0] == "-9":
		ts.Check(a.serving.Process.Kill())
		<-a.served //nolint:errcheck // how a killed process ended is no news
	case len(args) > 0 && args[0] == "-twice":
		for tries := 1; !endsAtOnce(ts, a); tries++ { // a slow machine has given up waiting: once more, with something new to wait for
			if tries == 10 {
				ts.Fatalf("serve was never ended by the second signal")
			}
			cmdLetGo(ts, false, nil)
			cmdServe(ts, false, nil)
			cmdHold(ts, false, nil)
			n := acknowledged(ts)
			cmdSay(ts, false, []string{"AGAIN", "kommunen", "Per Holm", fmt.Sprintf("Og et til, nr. %d", tries)})
			cmdJournal(ts, false, []string{strconv.Itoa(n + 1)})
		}
	default:
		ts.Check(a.serving.Process.Signal(os.Interrupt))
		select {
		case err := <-a.served:
			if err != nil {
				ts.Fatalf("serve: %v\n%s", err, ts.ReadFile("serve.log"))
			}
		case <-time.After(patience):
			ts.Fatalf("serve does not end")
		}
	}
	a.serving = nil
}

// endsAtOnce tells serve to end, and once more when it has said that it listens for that. It reports whether it was the second signal that
// ended it.
func endsAtOnce(ts *testscript.TestScript, a *actors) bool {
	said := func() int { return strings.Count(ts.ReadFile("serve.log"), "once more") }
	before := said()
	ts.Check(a.serving.Process.Signal(os.Interrupt))
	for until := time.Now().Add(patience); said() == before; time.Sleep(20 * time.Millisecond) {
		select {
		case <-a.served: //nolint:errcheck // how it ended is no news
			return false
		default:
		}
		if time.Now().After(until) {
			ts.Fatalf("serve does not say that it stops")
		}
	}
	_ = a.serving.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case err := <-a.served:
		var xe *exec.ExitError
		return errors.As(err, &xe) && xe.ExitCode() == -1
	case <-time.After(patience):
		ts.Fatalf("serve does not end")
	}
	return false
}

// say NAME ACCOUNT AUTHOR TEXT [IN-ANSWER-TO]: a citizen writes. $NAME is the platform's id of it.
func cmdSay(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	if len(args) < 4 {
		ts.Fatalf("usage: say NAME ACCOUNT AUTHOR TEXT [IN-ANSWER-TO]")
	}
	a := of(ts)
	p := sandbox.Publication{Author: sandbox.Author{Name: args[2], Handle: handleOf(args[2])}, Text: args[3]}
	for key, ours := range demoNames {
		if ours == args[1] {
			p.Account = key
		}
	}
	if len(args) > 4 {
		p.Parent = a.said[args[4]].ID
	} else if args[1] == "instagram" { // there people can only write below a post of ours
		post, err := a.client.Publish(context.Background(), sandbox.Publication{Account: p.Account, Ours: true, Text: "Sommer i byen"})
		ts.Check(err)
		p.Context = post.ID
	}
	at, err := a.client.Publish(context.Background(), p)
	ts.Check(err)
	a.said[args[0]] = at
	ts.Setenv(args[0], at.ID)
}

func handleOf(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", "_"))
}

// faults NAME=RATE ...: sets rates of the platforms' faults.
func cmdFaults(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	a := of(ts)
	f, err := a.client.Faults(context.Background())
	ts.Check(err)
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		rate, err := strconv.ParseFloat(value, 64)
		ts.Check(err)
		switch name {
		case "drop":
			f.Drop = rate
		case "duplicate":
			f.Duplicate = rate
		case "reorder":
			f.Reorder = rate
		case "error_5xx":
			f.Error5xx = rate
		case "lose_answer":
			f.LoseAnswer = rate
		default:
			ts.Fatalf("no fault %s", name)
		}
	}
	_, err = a.client.SetFaults(context.Background(), f)
	ts.Check(err)
}

// until SECONDS REGEXP COMMAND...: runs a command until its standard output matches. Then the output is $out, and the first group $1. The
// seconds are those of a quick machine that has nothing else to do: it waits much longer.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: until SECONDS REGEXP COMMAND...")
	}
	re := regexp.MustCompile(args[1])
	deadline := time.Now().Add(time.Duration(atoi(ts, args[0]))*time.Second + patience)
	for {
		cmd := command(ts, args[2:]...)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if m := re.FindStringSubmatch(string(out)); (m != nil) != neg {
			ts.Setenv("out", string(out))
			if len(m) > 1 {
				ts.Setenv("1", m[1])
			}
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("until %s: %v\n%s%s", args[1], err, out, errs.String())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// screen NAME open LOGIN WIDTHxHEIGHT | NAME type KEYS | NAME shows REGEXP | NAME lacks REGEXP | NAME print | NAME close: a colleague's
// terminal, over SSH.
func cmdScreen(ts *testscript.TestScript, neg bool, args []string) {
	noNeg(ts, neg)
	a := of(ts)
	if len(args) < 2 {
		ts.Fatalf("usage: screen NAME VERB ...")
	}
	name, verb, rest := args[0], args[1], args[2:]
	if verb == "open" {
		var w, h int
		if _, err := fmt.Sscanf(rest[1], "%dx%d", &w, &h); err != nil {
			ts.Fatalf("size %s: %v", rest[1], err)
		}
		s, err := openTerminal(sshAddress(ts), a.world.keys[rest[0]], w, h)
		ts.Check(err)
		if a.screens == nil {
			a.screens = map[string]*terminal{}
		}
		a.screens[name] = s
		return
	}
	s := a.screens[name]
	if s == nil {
		ts.Fatalf("no screen %s", name)
	}
	switch verb {
	case "type":
		ts.Check(s.typeKeys(strings.Join(rest, " ")))
	case "shows", "lacks":
		if !s.until(patience, regexp.MustCompile(rest[0]), verb == "shows") {
			ts.Fatalf("screen %s %s %s:\n%s", name, verb, rest[0], s.text())
		}
	case "print":
		ts.Logf("%s", s.text())
	case "close":
		s.close()
		delete(a.screens, name)
	default:
		ts.Fatalf("screen: no verb %s", verb)
	}
}

// sshAddress is where the desk listens for colleagues.
func sshAddress(ts *testscript.TestScript) string {
	m := regexp.MustCompile(`(?s)\[ssh\]\s*listen = "([^"]+)"`).FindStringSubmatch(configText(ts))
	if m == nil {
		ts.Fatalf("the desk has no SSH address")
	}
	return m[1]
}

// ssh LOGIN|stranger COMMAND...: runs a command of the desk over SSH on the network, with a person's key. $out is what it said.
func cmdSSH(ts *testscript.TestScript, neg bool, args []string) {
	key := of(ts).world.keys[args[0]]
	if args[0] == "stranger" {
		var err error
		key, err = stranger()
		ts.Check(err)
	}
	if key == nil {
		ts.Fatalf("nobody is called %s", args[0])
	}
	out, err := dialWith(sshAddress(ts), key, sshserver.Quote(args[1:]))
	ts.Setenv("out", out)
	ts.Logf("%s%v", out, err)
	if (err != nil) != neg {
		ts.Fatalf("ssh %s: %v", args[0], err)
	}
}
