package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/ledger"
	"lytter/inbox/strict"

	"github.com/google/go-cmp/cmp"
)

// TestScenarioIsChecked: every fault is found before anything happens, with its line and column.
func TestScenarioIsChecked(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"good", "[[step]]\nat = \"1s\"\ndo = \"faults\"\nhtml = 0.5\nslow_for = \"2s\"\n", ""},
		{"syntax", "[[step]]\ndo = \n", "2:6 config.no_value"},
		{"another table", "[[stepp]]\ndo = \"flush\"\n", "1:3 config.unknown_key_near"},
		{"no deed", "[[step]]\nat = \"1s\"\n", "1:3 scenario.missing"},
		{"unknown deed", "[[step]]\nat = \"1s\"\n  do = \"expire_tokens\"\naccount = \"fb-kommunen\"\n", "3:3 scenario.no_deed_near"},
		{"unknown member", "[[step]]\ndo = \"expire_token\"\naccont = \"fb-kommunen\"\n", "3:1 config.unknown_key_near"},
		{"a member of another deed", "[[step]]\ndo = \"unsubscribe\"\naccount = \"fb-kommunen\"\npercent = 3\n", "4:1 config.unknown_key"},
		{"wrong kind", "[[step]]\ndo = \"usage\"\naccount = \"fb-kommunen\"\npercent = \"much\"\n", "4:1 scenario.refused"},
		{"wrong time", "[[step]]\nat = \"soon\"\ndo = \"flush\"\n", "2:1 config.duration"},
		{"time is a number", "[[step]]\nat = 3\ndo = \"flush\"\n", "2:1 config.wrong_type"},
		{"wrong length", "[[step]]\ndo = \"usage\"\naccount = \"x-kommunen\"\npercent = 80\nfor = \"ages\"\n", "5:1 scenario.refused"},
		{"nobody's account", "[[step]]\ndo = \"suspend\"\naccount = \"tw-kommunen\"\n", "3:1 scenario.refused"},
		{"missing account", "\n[[step]]\ndo = \"suspend\"\n", "3:1 scenario.refused"},
		{"wrong rate", "[[step]]\ndo = \"faults\"\ndrop = 1.5\n", "2:1 scenario.refused"},
		{"wrong scope kind", "[[step]]\ndo = \"take_scope\"\naccount = \"x-kommunen\"\nscopes = \"tweet.write\"\n", "4:1 scenario.refused"},
		{"a name that nobody gave", "[[step]]\ndo = \"remove\"\nid = \"$hole\"\n", "3:1 scenario.no_name"},
		{
			"a name that comes later",
			"[[step]]\ndo = \"remove\"\nid = \"$a\"\n[[step]]\nat = \"1s\"\ndo = \"publish\"\nas = \"a\"\naccount = \"fb-kommunen\"\ntext = \"x\"\nours = true\n",
			"3:1 scenario.no_name",
		},
		{
			"a name twice",
			"[[step]]\ndo = \"publish\"\nas = \"a\"\naccount = \"fb-kommunen\"\ntext = \"x\"\nours = true\n" +
				"[[step]]\ndo = \"publish\"\nas = \"a\"\naccount = \"fb-kommunen\"\ntext = \"y\"\nours = true\n", "9:1 scenario.name_twice",
		},
		{"all at once", "[[step]]\nat = \"x\"\ndo = \"flushh\"\n[[step]]\ndo = \"edit\"\nid = 5\n", "2:1 config.duration, 3:1 scenario.no_deed_near, 6:1 scenario.refused"},
	} {
		sc, err := ReadScenario([]byte(c.text))
		if err == nil {
			err = s.Foresee(sc)
		}
		var se *strict.Error
		if err != nil && !errors.As(err, &se) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		if se != nil {
			for _, f := range se.Faults {
				got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Key))
			}
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, all, c.want, err)
		}
	}
	if err := NewClient(s.Handshake()).Play(t.Context(), "[[step]]\ndo = \"fly\"\n"); err == nil || !strings.Contains(err.Error(), "line 2, column 1") {
		t.Errorf("over the control endpoint: %v", err)
	}
}

// Whatever the file, reading it never panics, and what is read can be held against a server.
func FuzzReadScenario(f *testing.F) {
	f.Add("[[step]]\nat = \"1s\"\ndo = \"publish\"\nas = \"a\"\naccount = \"fb-kommunen\"\nauthor.name = \"x\"\nmedia = [{type = \"image\"}]\n[[step]]\ndo = \"edit\"\nid = \"$a\"")
	f.Add("[[step]]\ndo = \"faults\"\ndrop = 1\n[[ 'step' ]]\ndo = \"take_scope\"\nscopes = [\"a\"]\n[step.author]\nname = 1979-05-27T07:32:00Z")
	f.Add("step = [{do = \"flush\", timeout = \"1s\"}]")
	cfg := DefaultConfig(1)
	cfg.Log, cfg.History.Conversations = slog.New(slog.DiscardHandler), 0
	s, err := New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, text string) {
		sc, err := ReadScenario([]byte(text))
		if err == nil {
			err = s.Foresee(sc)
		}
		var se *strict.Error
		if err != nil && !errors.As(err, &se) {
			t.Errorf("%v", err)
		}
	})
}

// TestScenarioIsPlayed: steps happen in order of their times, know what earlier ones published, and one that is refused stops none of the
// others.
func TestScenarioIsPlayed(t *testing.T) {
	s := start(t, nil)
	h, c := s.Handshake(), NewClient(s.Handshake())
	defer c.Close()
	err := c.Play(t.Context(), `
[[step]]
at = "40ms"
do = "remove"
id = "$hole"

[[step]]
do      = "publish"
as      = "hole"
account = "fb-kommunen"
text    = "Hul i vejen på Nørrebrogade"
author.name = "Karen Lund"

[[step]]
at      = "30ms"
do      = "hide"
channel = "facebook"
id      = "nothing"

[[step]]
at      = "20ms"
do      = "publish"
account = "fb-kommunen"
parent  = "$hole"
ours    = true
text    = "Vi ser på det"

[[step]]
at      = "50ms"
do      = "expire_token"
account = "fb-kommunen"

[[step]]
at      = "60ms"
do      = "faults"
drop    = 1
`)
	if err != nil {
		t.Fatal(err)
	}
	var state ScenarioState
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if state, err = c.Scenario(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !state.Running {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not end: %+v", state)
		}
	}
	var did []string
	for _, st := range state.Steps {
		did = append(did, fmt.Sprintf("%d %s %v %s", st.Line, st.Do, st.Done, st.Error))
	}
	want := []string{
		"7 publish true ", "20 publish true ", `14 hide false facebook comment "nothing": unknown`, "2 remove true ", "27 expire_token true ", "32 faults true ",
	}
	for i := range want {
		if i >= len(did) || !strings.HasSuffix(did[i], want[i][strings.Index(want[i], " "):]) {
			t.Fatalf("%q, want %q", did, want)
		}
	}
	items := s.Ledger().Items(ledger.Filter{})
	if len(items) != 2 || !items[0].Removed || items[1].Parent != items[0].ID || items[0].AuthorName != "Karen Lund" {
		t.Errorf("%+v", items)
	}
	fb := account(t, h, "fb-kommunen")
	askGraph(t, h, fb, "GET", fb.ID+"/feed", nil).has(t, 400, `"error_subcode":463`)
	if s.Faults().Rates().Drop != 1 {
		t.Error("the faults are as before")
	}
}

// TestSameScenarioSameLedger: two servers with one seed and one scenario have the same ledger.
func TestSameScenarioSameLedger(t *testing.T) {
	play := func() []ledger.Item {
		s := start(t, func(c *Config) { c.History.Conversations = 50; c.Now = frozen() })
		sc, err := ReadScenario([]byte(`
[[step]]
do = "publish"
as = "a"
account = "fb-kommunen"
author.name = "Jens Holm"
text = "Hvornår åbner I?"
[[step]]
do = "publish"
account = "x-kommunen"
author.name = "Jens Holm"
text = "@havneborg hvornår åbner I?"
[[step]]
do = "edit"
id = "$a"
text = "Hvornår lukker I?"
`))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Play(sc); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); s.Scenario().Running; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("it does not end")
			}
		}
		return s.Ledger().Items(ledger.Filter{})
	}
	first, second := play(), play()
	if len(first) < 52 {
		t.Fatalf("%d items", len(first))
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
}

// frozen is a clock that stands still.
func frozen() func() time.Time {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return func() time.Time { return at }
}

// TestScenarioEndsWithTheServer: one that still waits does not hold the end up. The leak check of this package is the test.
func TestScenarioEndsWithTheServer(t *testing.T) {
	s := start(t, nil)
	sc, err := ReadScenario([]byte("[[step]]\nat = \"24h\"\ndo = \"flush\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Play(sc); err != nil {
		t.Fatal(err)
	}
	if err := s.Play(sc); err != nil { // in the place of the first
		t.Fatal(err)
	}
	if !s.Scenario().Running {
		t.Error("it is over")
	}
}
