package ui

import (
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// naive is an editor as one would explain it: a slice of signs and a cursor between two of them. Every change is remembered whole.
type naive struct {
	signs  []string
	at     int
	past   []state
	future []state
	word   bool // the last change was typing, and what it ended in
	space  bool
}

type state struct {
	signs []string
	at    int
}

func (n *naive) save() {
	n.past = append(n.past, state{append([]string(nil), n.signs...), n.at})
	n.future = nil
}

func (n *naive) typeIn(s string) {
	// A run of typing is one change, up to the end of a word.
	if !(n.word && !(n.space && strings.TrimLeft(s, " \n") != "")) {
		n.save()
	}
	n.future = nil
	n.signs = append(n.signs[:n.at:n.at], append([]string{s}, n.signs[n.at:]...)...)
	n.at++
	n.word, n.space = s != "\n", s == " "
}

func (n *naive) cut(from, to int) {
	if from < to {
		n.save()
		n.signs = append(n.signs[:from:from], n.signs[to:]...)
		n.at, n.word = from, false
	}
}

func (n *naive) goTo(at int) {
	at = min(max(at, 0), len(n.signs))
	if at != n.at {
		n.word = false
	}
	n.at = at
}

func (n *naive) start() int {
	i := n.at
	for i > 0 && n.signs[i-1] != "\n" {
		i--
	}
	return i
}

func (n *naive) end() int {
	i := n.at
	for i < len(n.signs) && n.signs[i] != "\n" {
		i++
	}
	return i
}

func (n *naive) left() int {
	i := n.at
	for i > 0 && !wordAt(n.signs[i-1]) {
		i--
	}
	for i > 0 && wordAt(n.signs[i-1]) {
		i--
	}
	return i
}

func (n *naive) right() int {
	i := n.at
	for i < len(n.signs) && !wordAt(n.signs[i]) {
		i++
	}
	for i < len(n.signs) && wordAt(n.signs[i]) {
		i++
	}
	return i
}

func (n *naive) press(key string) {
	switch key {
	case "enter":
		n.typeIn("\n")
	case "left":
		n.goTo(n.at - 1)
	case "right":
		n.goTo(n.at + 1)
	case "ctrl+left":
		n.goTo(n.left())
	case "ctrl+right":
		n.goTo(n.right())
	case "ctrl+home":
		n.goTo(0)
	case "ctrl+end":
		n.goTo(len(n.signs))
	case "backspace":
		n.cut(max(n.at-1, 0), n.at)
	case "delete":
		n.cut(n.at, min(n.at+1, len(n.signs)))
	case "ctrl+w":
		n.cut(n.left(), n.at)
	case "alt+d":
		n.cut(n.at, n.right())
	case "ctrl+u":
		n.cut(n.start(), n.at)
	case "ctrl+k":
		n.cut(n.at, n.end())
	case "ctrl+z":
		if last := len(n.past) - 1; last >= 0 {
			n.future = append(n.future, state{n.signs, n.at})
			n.signs, n.at, n.past = n.past[last].signs, n.past[last].at, n.past[:last]
			n.word = false
		}
	case "ctrl+y":
		if last := len(n.future) - 1; last >= 0 {
			n.past = append(n.past, state{n.signs, n.at})
			n.signs, n.future = n.future[last].signs, n.future[:last]
			n.at, n.word = -1, false // somewhere at the change: not modelled
		}
	}
}

// TestEditorDoesWhatANaiveOneDoes: signs that do not join with their neighbours, so that a slice of them is the truth.
func TestEditorDoesWhatANaiveOneDoes(t *testing.T) {
	th := dark()
	typed := rapid.SampledFrom([]string{"a", "æ", "Å", "é", "日", "🙂", "👩\u200d🚒", "❤️", " ", " ", ".", "5"})
	keys := rapid.SampledFrom([]string{
		"enter", "left", "right", "ctrl+left", "ctrl+right", "ctrl+home", "ctrl+end", "backspace", "delete", "ctrl+w", "alt+d", "ctrl+u",
		"ctrl+k", "ctrl+z",
		"ctrl+z", "ctrl+y",
	})
	rapid.Check(t, func(t *rapid.T) {
		e, n := NewEditor(), &naive{}
		w, h := rapid.IntRange(3, 30).Draw(t, "width"), rapid.IntRange(1, 6).Draw(t, "height")
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "kind") > 0 {
				s := typed.Draw(t, "type")
				r, _ := utf8.DecodeRuneInString(s)
				if !e.Update(tea.KeyPressMsg{Text: s, Code: r}) {
					t.Fatalf("%q was not typed", s)
				}
				n.typeIn(s)
			} else {
				k := keys.Draw(t, "key")
				if !e.Update(press(k)) {
					t.Fatalf("%s meant nothing", k)
				}
				n.press(k)
			}
			if want := strings.Join(n.signs, ""); e.Value() != want {
				t.Fatalf("value %q, want %q", e.Value(), want)
			}
			if n.at < 0 {
				n.at = uniseg.GraphemeClusterCount(e.Value()[:e.buf.at])
			}
			if want := len(strings.Join(n.signs[:n.at], "")); e.buf.at != want {
				t.Fatalf("cursor at byte %d of %q, want %d", e.buf.at, e.Value(), want)
			}
			check(t, th, e.View(th, w, h), w, h)
			if x, y := e.Cursor(); x < 0 || x >= w || y < 0 || y >= h {
				t.Fatalf("the cursor is at %d,%d of %dx%d", x, y, w, h)
			}
		}
	})
}

// TestEditorNeverSplitsASign: whatever signs meet, join and part, the cursor stands between two of them.
func TestEditorNeverSplitsASign(t *testing.T) {
	parts := rapid.SampledFrom([]string{
		"e", "\u0301", "\u200d", "👩", "🚒", "🇩", "🇰", "❤", "\ufe0f", "🏽", "क", "्", "ष", "ि", " ", "\n",
		"日", "1", "\u20e3",
	})
	keys := rapid.SampledFrom([]string{
		"left", "right", "backspace", "delete", "up", "down", "home", "end", "ctrl+left", "ctrl+right",
		"ctrl+w", "ctrl+z", "ctrl+y",
	})
	rapid.Check(t, func(t *rapid.T) {
		e := NewEditor()
		th := anyTheme(t)
		w, h := rapid.IntRange(3, 20).Draw(t, "width"), rapid.IntRange(1, 5).Draw(t, "height")
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "type") {
				e.buf.insert(parts.Draw(t, "part"), true)
			} else {
				e.Update(press(keys.Draw(t, "key")))
			}
			at := 0
			for at < e.buf.at {
				c, _ := ansi.FirstGraphemeCluster(e.Value()[at:], ansi.GraphemeWidth)
				at += len(c)
			}
			if at != e.buf.at {
				t.Fatalf("the cursor at %d splits a sign of %q", e.buf.at, e.Value())
			}
			check(t, th, e.View(th, w, h), w, h)
		}
	})
}

// TestUndoOfWhatMetItsNeighbour: half a flag typed before another half makes one sign with it; what is typed next is an edit of its own.
func TestUndoOfWhatMetItsNeighbour(t *testing.T) {
	e := NewEditor()
	e.buf.insert("🇩", true)
	e.Update(press("left"))
	e.buf.insert("🇩", true)
	e.buf.insert("e", true)
	for _, want := range []string{"🇩🇩", "🇩", ""} {
		if e.Update(press("ctrl+z")); e.Value() != want {
			t.Fatalf("%q, want %q", e.Value(), want)
		}
	}
}

func FuzzEditorPaste(f *testing.F) {
	f.Add("hej\r\nmed\rdig\tx", 3)
	f.Add("\x1b[31mrød\x1b]0;x\a\u202e\x00\xff", 0)
	f.Add(strings.Repeat("æ", EditorLimit), 1)
	th := NewTheme(Look{Profile: colorprofile.TrueColor})
	f.Fuzz(func(t *testing.T, s string, times int) {
		e := NewEditor()
		for range max(times, 0)%4 + 1 {
			if !e.Update(tea.PasteMsg{Content: s}) {
				t.Fatal("a paste was not taken")
			}
		}
		v := e.Value()
		if len(v) > EditorLimit || !utf8.ValidString(v) {
			t.Fatalf("%d bytes, valid %v", len(v), utf8.ValidString(v))
		}
		for _, r := range v {
			if r != '\n' && !printable(r) {
				t.Fatalf("%U got in", r)
			}
		}
		check(t, th, e.View(th, 40, 8), 40, 8)
		if !e.Undo() && v != "" {
			t.Fatal("nothing to undo")
		}
	})
}

func TestEditorTakesNoKeysButItsOwn(t *testing.T) {
	e := NewEditor()
	for _, k := range []string{"ctrl+s", "esc", "tab", "shift+tab", "ctrl+q", "alt+x", "ctrl+c"} {
		if e.Update(press(k)) {
			t.Errorf("%s was taken", k)
		}
	}
	if e.Value() != "" {
		t.Errorf("value %q", e.Value())
	}
	e.Update(tea.KeyPressMsg{Code: tea.KeyEnter, Mod: tea.ModShift})
	e.Update(press("enter"))
	if e.Value() != "\n\n" {
		t.Errorf("value %q", e.Value())
	}
}

func TestEditorMovesByRows(t *testing.T) {
	th := dark()
	e := NewEditor()
	e.SetValue("Kære Søren, tak for din besked\n\nom hullet i vejen")
	e.View(th, 13, 10) // 12 cells: "Kære Søren, |tak for din |besked||om hullet i |vejen"
	where := func(want string) {
		t.Helper()
		v := e.Value()[:e.buf.at] + "^" + e.Value()[e.buf.at:]
		if !strings.Contains(v, want) {
			t.Errorf("the cursor is at %q, want %q", v, want)
		}
	}
	where("vejen^")
	for _, s := range []struct{ key, want string }{
		{"up", "om hu^llet"},
		{"up", "\n^\nom"},
		{"up", "beske^d"},
		{"home", "^besked"},
		{"up", "^tak"},
		{"end", "din^ besked"},
		{
			"left",
			"di^n",
		},
		{"pgup", "^Kære"},
		{"pgdown", "vejen^"},
		{"ctrl+home", "^Kære"},
		{"down", "^tak"},
		{"down", "^besked"},
	} {
		e.Update(press(s.key))
		where(s.want)
	}
}

// TestEditorCursorStandsBesideTheText: behind the last sign of a full row there is a cell for it.
func TestEditorCursorStandsBesideTheText(t *testing.T) {
	e := NewEditor()
	for n := range 30 {
		e.SetValue(strings.Repeat("x", n))
		lines := plain(e.View(dark(), 10, 5))
		if x, y := e.Cursor(); len(lines[y]) != x {
			t.Errorf("%d signs: the cursor is at %d,%d of %q", n, x, y, lines)
		}
	}
}

func TestEditorUndoWeighs(t *testing.T) {
	e := NewEditor()
	for i := range 3000 {
		e.Replace(strings.Repeat("x", 4000+i%2))
	}
	if len(e.buf.undo) > undoLimit || e.buf.weight > undoWeight {
		t.Errorf("%d edits of %d bytes are kept", len(e.buf.undo), e.buf.weight)
	}
	for e.Undo() {
	}
	for e.Redo() {
	}
	if e.Value() != strings.Repeat("x", 4001) {
		t.Errorf("%d bytes after undo and redo", len(e.Value()))
	}
}
