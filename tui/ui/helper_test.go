package ui

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a drawing with its file: plain as it reads, and styled with its escape sequences made visible.
func golden(t *testing.T, name string, got Lines) {
	t.Helper()
	s := strings.ReplaceAll(got.String(), "\x1b", "^") + "\n"
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), s); d != "" {
		t.Errorf("%s (-want +got; rewrite with -update):\n%s", name, d)
	}
}

// plain strips styles, so that a golden can be read.
func plain(l Lines) Lines {
	out := make(Lines, len(l))
	for i, s := range l {
		out[i] = strings.TrimRight(ansi.Strip(s), " ")
	}
	return out
}

// check fails unless the lines are height lines of width cells that end without a style.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, th *Theme, l Lines, width, height int,
) {
	t.Helper()
	if len(l) != height {
		t.Fatalf("%d lines, want %d", len(l), height)
	}
	for i, s := range l {
		if w := th.Method.StringWidth(s); w != width {
			t.Fatalf("line %d is %d cells, want %d: %q", i, w, width, s)
		}
		if strings.ContainsAny(s, "\n\r\t") {
			t.Fatalf("line %d holds a line break: %q", i, s)
		}
		if last := strings.LastIndex(s, "\x1b["); last >= 0 && !strings.HasPrefix(s[last:], "\x1b[m") {
			t.Fatalf("line %d leaves a style open: %q", i, s)
		}
	}
}

func look(name Name, p colorprofile.Profile) *Theme {
	return NewTheme(Look{Name: name, Profile: p, Method: ansi.GraphemeWidth})
}

func dark() *Theme { return look(Dark, colorprofile.TrueColor) }

// press makes the message of a key as Bubble Tea would: "a", "Å", "space", "ctrl+s", "enter".
func press(key string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	base := key
	for {
		i := strings.IndexByte(base, '+')
		if i <= 0 || i == len(base)-1 {
			break
		}
		k.Mod |= map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[base[:i]]
		base = base[i+1:]
	}
	special := map[string]rune{
		"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "up": tea.KeyUp,
		"down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp,
		"pgdown": tea.KeyPgDown, "space": tea.KeySpace,
	}
	if r, ok := special[base]; ok {
		k.Code = r
		if base == "space" && k.Mod == 0 {
			k.Text = " "
		}
		return k
	}
	k.Code = []rune(base)[0]
	if k.Mod&^tea.ModShift == 0 {
		k.Text = base
	}
	return k
}

// fakeSource is a list that grows and shrinks by key.
type fakeSource struct {
	keys    []int
	version map[int]uint64
	cells   func(key int) []Line
	asked   int // calls of Cells
}

func (f *fakeSource) Len() int { return len(f.keys) }

func (f *fakeSource) At(i int) (int, uint64, bool) { return f.keys[i], f.version[f.keys[i]], true }

func (f *fakeSource) Index(key int) (int, bool) {
	for i, k := range f.keys {
		if k == key {
			return i, true
		}
	}
	return 0, false
}

func (f *fakeSource) Cells(i int) []Line {
	f.asked++
	if f.cells != nil {
		return f.cells(f.keys[i])
	}
	return []Line{Text.Line(text.Safe(strings.Repeat("x", f.keys[i]%7)))}
}
