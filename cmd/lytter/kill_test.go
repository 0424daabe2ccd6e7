//go:build failpoints

package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/internal/fp"
)

// again is how a failing run is had once more.
const killAgain = "go test -tags failpoints -run TestKill -timeout 30m ./cmd/lytter"

// failpoints finds the failpoints in the source.
func failpoints(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bench" || d.Name() == "tools"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fun.Sel.Name != "Hit" || len(call.Args) != 1 {
				return true
			}
			if of, ok := fun.X.(*ast.Ident); !ok || of.Name != "fp" {
				return true
			}
			name, err := strconv.Unquote(call.Args[0].(*ast.BasicLit).Value)
			if err != nil || slices.Contains(out, name) {
				t.Errorf("%s: the failpoint %s is no name, or there twice", path, name)
			}
			out = append(out, name)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 15 {
		t.Fatalf("only %d failpoints found: the search is blind", len(out))
	}
	slices.Sort(out)
	return out
}

// rare is what a desk must meet before some failpoints are come by at all.
var rare = map[string]func(a *arena) error{
	"index.cleared": lostIndex, "index.begun": lostIndex, "index.aside": brokenIndex, "token.stored": endedToken,
}

// endedToken lets the time of X's token be over, and the answer to its renewal come: where that is lost the renewal is spent, and no desk
// can go on without a person.
func endedToken(a *arena) error {
	a.t.Helper()
	a.faults(sandbox.Faults{})
	return a.client.ExpireToken(a.t.Context(), "x-kommunen")
}

func lostIndex(a *arena) error { return os.RemoveAll(filepath.Join(a.dir, "data", "index")) }

// brokenIndex spoils the list of the index's files, once there are some: the life before may have died over an index that was new.
func brokenIndex(a *arena) error {
	a.t.Helper()
	live := filepath.Join(a.dir, "data", "index", "live-*")
	whole := func() bool {
		segments, err := filepath.Glob(filepath.Join(live, "*.zap"))
		return err == nil && len(segments) > 0
	}
	if !whole() {
		a.serve()
		for until := time.Now().Add(90 * time.Second); !whole(); {
			if !a.livesFor(50*time.Millisecond) || time.Now().After(until) {
				return fmt.Errorf("there is no index to break: %s", a.said)
			}
		}
		a.kill()
	}
	roots, err := filepath.Glob(filepath.Join(live, "root.bolt"))
	for _, r := range roots {
		err = errors.Join(err, os.WriteFile(r, bytes.Repeat([]byte("damaged "), 4096), 0o600))
	}
	return err
}

// times says how often a failpoint may be passed before it kills: those that are met with each write more often.
func times(name string) int {
	if strings.HasPrefix(name, "store.") {
		return 60
	}
	if rare[name] != nil {
		return 1
	}
	return 3
}

// TestKill has a desk die at every failpoint there is and at random moments between, while citizens write, an editor answers and the
// platforms repeat, reorder, drop, refuse and lose answers; what the desk is in the end has to be what the platforms' ledger says
// (arena.audit). LYTTER_KILLS=1000 goes on for so many kills, each round with another seed; LYTTER_FAILPOINT_ONLY=send.answered looks at
// one alone.
func TestKill(t *testing.T) {
	names := failpoints(t)
	if only := os.Getenv("LYTTER_FAILPOINT_ONLY"); only != "" {
		names = []string{only}
	}
	least := 0
	if v := os.Getenv("LYTTER_KILLS"); v != "" {
		var err error
		if least, err = strconv.Atoi(v); err != nil {
			t.Fatal(err)
		}
	}
	killed := 0
	for seed := seedOf(t, 1); !t.Failed() && (killed == 0 || killed < least); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { killed += killRound(t, seed, names) })
	}
	t.Logf("%d kills", killed)
}

// rested lets the platforms' limits begin anew, as if the time between two deaths were hours and not moments: X gives 15 looks at its
// private messages a quarter, and each life takes one.
func (a *arena) rested() {
	a.t.Helper()
	if err := a.client.Usage(a.t.Context(), "x-kommunen", 0, 0); err != nil {
		a.t.Fatal(err)
	}
}

// killRound visits all failpoints once, in an order of the seed's.
func killRound(t *testing.T, seed uint64, names []string) int {
	t.Helper()
	a := newArena(t, seed, 5*time.Second, killAgain)
	a.renewable()
	usual := sandbox.Faults{
		Duplicate: 0.2, Reorder: 0.1, Drop: 0.02, Batch: 0.1, Error5xx: 0.02, LoseAnswer: 0.25, HTML: 0.005, Truncate: 0.005,
	}
	a.faults(usual)
	a.serve() // the first life is whole: there is an index to break, and something to answer
	a.ready()
	if _, err := a.client.StartTraffic(t.Context(), 20, 0); err != nil {
		t.Fatal(err)
	}
	a.answer(50 * time.Millisecond)
	a.livesFor(2 * time.Second)
	a.kill()
	names = slices.Clone(names)
	a.rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	kept := a.token()
	for i, name := range names {
		a.faults(usual)
		if strings.HasPrefix(name, "index.") { // after two deaths in a row within a batch there is no index to die in, for ten minutes
			a.must(os.RemoveAll(filepath.Join(a.dir, "data", "index", "watch.json")))
		}
		if meet := rare[name]; meet != nil {
			if err := meet(a); err != nil {
				t.Fatal(err)
			}
		}
		n := 1 + a.rnd.IntN(times(name))
		a.rested()
		begun := time.Now()
		a.serve(fp.Env + "=" + name + ":" + strconv.Itoa(n))
		if a.livesFor(90 * time.Second) {
			t.Errorf("nothing came by %s for the %d. time", name, n)
			a.kill()
			continue
		}
		if !strings.Contains(a.said.String(), fp.Died+name) {
			t.Fatalf("the desk died by itself on its way to %s: %s", name, a.said)
		}
		a.kills++
		t.Logf("died at %s, the %d. time, after %s", name, n, time.Since(begun).Round(time.Millisecond))
		if now := a.token(); (now != kept) != (name == "token.stored") {
			t.Errorf("a death at %s: the token that is kept is another: %v", name, now != kept)
		} else {
			kept = now
		}
		if i%4 == 3 { // and at any moment
			a.serve()
			a.livesFor(time.Duration(a.rnd.Int64N(int64(1500 * time.Millisecond))))
			a.kill()
		}
	}
	a.faults(sandbox.Faults{})
	a.rested()
	a.serve()
	a.ready()
	f := a.audit(10 * time.Minute)
	t.Logf("seed %d: %d kills, %s; quiet after %s", seed, a.kills, f, f.took.Round(time.Millisecond))
	if a.token() != kept { // and the account is live, says the audit: with the old one it could not be
		t.Error("the lives since the token was renewed did not go on with it")
	}
	if a.editor.pressed == 0 || f.Replied == 0 {
		t.Error("nobody answered")
	}
	return a.kills
}

// xToken is the file of X's token of an arena that is renewable.
const xToken = "x-oauth2"

// renewable gives the desk a token of X that can be renewed, once: that of OAuth 2.0 in place of the keys of 1.0a, which never end.
func (a *arena) renewable() {
	a.t.Helper()
	x, _ := a.proc.Handshake.Account("x-kommunen")
	grant, err := writeGrant(connectors.Grant{Access: connectors.Secret(x.OAuth2Token), Renewal: connectors.Secret(x.Renewal)})
	if err != nil {
		a.t.Fatal(err)
	}
	ref, err := a.world.secret(xToken, string(grant))
	if err != nil {
		a.t.Fatal(err)
	}
	file := filepath.Join(a.dir, "lytter.toml")
	data, err := os.ReadFile(file)
	if err != nil {
		a.t.Fatal(err)
	}
	keys := regexp.MustCompile(`token = "file:secrets/x-token"\ntoken_secret = .*\n`)
	if !keys.Match(data) {
		a.t.Fatal("X has no keys of OAuth 1.0a")
	}
	if err := os.WriteFile(file, keys.ReplaceAll(data, []byte("oauth2 = "+ref+"\n")), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// token is the token of X that is kept.
func (a *arena) token() connectors.Secret {
	a.t.Helper()
	v, err := secretRef("file:secrets/" + xToken).vault(a.dir)
	if err != nil {
		a.t.Fatal(err)
	}
	g, err := v.Grant()
	if err != nil {
		a.t.Fatal(err)
	}
	return g.Access
}

// TestKillLeavesNothingBehind looks whether failpoints are in a program that is built with them, and that nothing of them is in one that
// is built as usual.
func TestKillLeavesNothingBehind(t *testing.T) {
	names := failpoints(t)
	for _, tags := range []string{"", "failpoints"} {
		file := filepath.Join(t.TempDir(), "lytter")
		if out, err := exec.Command("go", "build", "-tags", tags, "-o", file, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		program, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range append(names, fp.Env, "lytter/internal/fp.") {
			if has := bytes.Contains(program, []byte(trace)); has != (tags != "") {
				t.Errorf("built with the tags %q: %q is there: %v", tags, trace, has)
			}
		}
	}
}
