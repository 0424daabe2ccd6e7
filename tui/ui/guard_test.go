package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// strict is written from the list of what may leave, without looking at the guard: the whole output must be a sequence of these.
var strict = regexp.MustCompile(`\A(?:` + strings.Join([]string{
	`[ -~]`, `[\r\n\x08\t]`, `[^\x00-\x7f]`,
	`\x1bM`,
	"\x1b\\[[0-9]{0,4}[ABCDGd`IZX@PLMSTb]",
	`\x1b\[[0-9]{0,4}(?:;[0-9]{0,4})?[Hr]`,
	`\x1b\[[0-2]?[JK]`, `\x1b\[0+[0-2]?[JK]`,
	`\x1b\[(?:(?:[0-9]{0,4}|4:[0-5]|[345]8(?::[0-9]{0,4}){2,6})(?:;|m))+`,
	`\x1b\[>4(?:;[02])?m`,
	`\x1b\[4[hl]`,
	`\x1b\[\?(?:7|25|1002|1003|1004|1006|1049|2004|2026|2027)[hl]`,
	`\x1b\[\?202[67]\$p`, `\x1b\[[0-6] q`, `\x1b\[\?5W`,
	`\x1b\[(?:\?|[><][0-9]{0,4}|=[0-9]{0,4}(?:;[0-9]{0,4})?)u`,
	`\x1b\]11;\?(?:\x07|\x1b\\)`,
	`\x1b\][02];[^\x00-\x1f\x7f]{0,254}(?:\x07|\x1b\\)`,
	`\x1b\]8;;(?:https://ours\.example/[!-~]*)?(?:\x07|\x1b\\)`,
}, "|") + `)*\z`)

func ours(a string) bool { return strings.HasPrefix(a, "https://ours.example/") }

func inspect(t interface{ Fatalf(string, ...any) }, in, out []byte) {
	if !strict.Match(out) {
		t.Fatalf("got out: %q\nof %q", out, in)
	}
	for _, r := range string(out) {
		if r != 0x200c && r != 0x200d && unicode.Is(unicode.Cf, r) || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			t.Fatalf("%U got out: %q", r, out)
		}
	}
}

func guarded(opts GuardOptions, writes ...[]byte) (string, *Guard) {
	var b bytes.Buffer
	g := NewGuard(&b, opts)
	for _, w := range writes {
		if n, err := g.Write(w); n != len(w) || err != nil {
			panic(fmt.Sprint(n, err))
		}
	}
	return b.String(), g
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{
		"hej \x1b[1;38;2;1;2;3mmed\x1b[m\r\n", "\x1b]52;c;aGVq\a", "\x1b]8;;https://ours.example/1\x1b\\x\x1b]8;;\x1b\\",
		"\x1b]0;t\x07\x1bP+q\x1b\\",
		"\x9b31m\u202e\u0085\xff\xc3", "\x1b[?2026h\x1b[3J\x1b[8m\x1bc\x1b]2;a\u009cb\a", "\x1b[38:2::1:2:3;4:3m", "\x1b[\x1b[31m",
		"\x1b]0;\xc3\x9cnal\a",
	} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		whole, g := guarded(GuardOptions{Link: ours}, in)
		inspect(t, in, []byte(whole))
		if n := len(g.seq); n > guardLimit {
			t.Fatalf("keeps %d bytes", n)
		}
		if len(in) > 0 {
			// Where the writes are cut makes no difference.
			cut = max(cut, -cut) % len(in)
			parts, h := guarded(GuardOptions{Link: ours}, in[:max(cut, 0)], in[max(cut, 0):])
			if parts != whole || h.Dropped() != g.Dropped() {
				t.Fatalf("cut at %d: %q, whole: %q", cut, parts, whole)
			}
		}
		// What came out is clean: it passes again unchanged.
		if again, h := guarded(GuardOptions{Link: ours}, []byte(whole)); again != whole || h.Dropped() != 0 {
			t.Fatalf("again: %q of %q, %d dropped", again, whole, h.Dropped())
		}
	})
}

// TestLaw9_NothingRunsWhateverIsWritten throws sequences at the guard that are nearly right.
func TestLaw9_NothingRunsWhateverIsWritten(t *testing.T) {
	atom := rapid.SampledFrom([]string{
		"\x1b", "[", "]", "?", ";", ":", "0", "1", "4", "8", "25", "38", "2026", "1049", "m", "h", "l", "J", "H", "q", "u", "$p", " q",
		"\a", "\x1b\\",
		"\x1b[", "\x1b]", "\x1b]8;;", "\x1b]52;c;", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9b", "\x9d", "\u009b", "\u202e", "\u2066",
		"æ", "👩\u200d🚒", "\x18", "\x1a",
		"\r", "\n", "\b", "\t", "\x00", "\x7f", "\xc3", "\x9c", "https://ours.example/", "https://evil.example/", "aGVq", "?", "x",
	})
	rapid.Check(t, func(t *rapid.T) {
		var in []byte
		for _, a := range rapid.SliceOfN(atom, 0, 60).Draw(t, "in") {
			in = append(in, a...)
		}
		out, _ := guarded(GuardOptions{Link: ours}, in)
		inspect(t, in, []byte(out))
	})
}

func TestLaw9_WhatIsDropped(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		dropped        uint64
	}{
		{"clipboard without a key", "a\x1b]52;c;aGVq\ab", "ab", 1},
		{"clipboard read", "\x1b]52;c;?\a", "", 1},
		{"foreign link", "\x1b]8;;https://evil.example/\ahere\x1b]8;;\a", "here\x1b]8;;\a", 1},
		{"link with parameters", "\x1b]8;id=1;https://ours.example/\ax", "x", 1},
		{"our link", "\x1b]8;;https://ours.example/1\ax\x1b]8;;\a", "\x1b]8;;https://ours.example/1\ax\x1b]8;;\a", 0},
		{"notification", "\x1b]9;hej\a\x1b]777;notify;a;b\a", "", 2},
		{"device control", "\x1bP+q544e\x1b\\x", "x", 1},
		{"images", "\x1b_Gf=100;AAAA\x1b\\x", "x", 1},
		{"string with letters of two bytes", "\x1b_æøå Ü\x1b\\x", "x", 1},
		{"title with a letter whose second byte looks like ST", "\x1b]2;\u00dcnal\a", "\x1b]2;\u00dcnal\a", 0},
		{"one-byte controls", "a\u009b31mb\x9b31mc", "a31mb\ufffd31mc", 2},
		{"reset, scrollback, report, print", "\x1bc\x1b[3J\x1b[6n\x1b[5i\x1b[c\x1b[>q", "", 6},
		{"hidden and blinking text", "\x1b[8mx\x1b[5my\x1b[0;8m", "xy", 3},
		{"bell", "a\ab", "ab", 1},
		{"direction", "a\u202eb\u2066c", "abc", 2},
		{"unended string ends at the next sequence", "\x1b]0;x\x1b[1mfed\x1b[m", "\x1b[1mfed\x1b[m", 1},
		{"cancelled sequence", "\x1b[31\x18x", "x", 1},
		{"control in a sequence", "\x1b[3\n1mx", "x", 1},
		{"window size and title reports", "\x1b[8;50;100t\x1b[21t", "", 2},
		{"a mode that is not ours", "\x1b[?1000h\x1b[?1h\x1b[?2027;25h", "", 3},
		{"control in a title", "\x1b]2;a\nb\x1b\\x", "x", 1},
		{"broken letter before a sequence", "\xc3\x1b[1mx\x1b[m", "\ufffd\x1b[1mx\x1b[m", 1},
		{"character set", "\x1b(0x", "x", 1},
	} {
		got, g := guarded(GuardOptions{Link: ours}, []byte(c.in))
		if got != c.want || g.Dropped() != c.dropped {
			t.Errorf("%s: got %q and %d dropped, want %q and %d", c.name, got, g.Dropped(), c.want, c.dropped)
		}
	}
}

func TestGuardPermitsOnce(t *testing.T) {
	var b bytes.Buffer
	g := NewGuard(&b, GuardOptions{})
	g.PermitClipboard("hej")
	fmt.Fprint(g, ansi.SetSystemClipboard("andet"), ansi.SetSystemClipboard("hej"), ansi.SetSystemClipboard("hej"))
	g.PermitBell()
	fmt.Fprint(g, "\a\a")
	if want := ansi.SetSystemClipboard("hej") + "\a"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if g.PermitClipboard(strings.Repeat("x", guardLimit)) {
		t.Error("permitted more than the guard holds")
	}
}

func TestGuardKeepsLittle(t *testing.T) {
	g := NewGuard(io.Discard, GuardOptions{})
	for _, intro := range []string{"\x1b]0;", "\x1b[", "\x1bP", "\x1b "} {
		fmt.Fprint(g, intro)
		for range 200 {
			if _, err := g.Write(bytes.Repeat([]byte("1"), 4096)); err != nil {
				t.Fatal(err)
			}
		}
		if len(g.seq) > guardLimit {
			t.Errorf("%q: keeps %d bytes", intro, len(g.seq))
		}
		fmt.Fprint(g, "\x18")
	}
}

// walker is a model that shows everything a frame can have, differently with each message.
type walker struct{ n int }

func (w walker) Init() tea.Cmd { return nil }

func (w walker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if m, ok := msg.(int); ok {
		w.n = m
	}
	return w, nil
}

func (w walker) View() tea.View {
	th := dark()
	var lines Lines
	for y := range 24 {
		l := Line{
			Accent.Span("række "), Text.Span(glyph(fmt.Sprint((y + w.n) * 7))), Warning.Span(" ❤️👩‍🚒 日本 "),
			{Text: "link", Token: Link, Link: "https://ours.example/1"},
		}
		if w.n%3 == 0 && y%4 == 1 {
			l = nil
		}
		g := Plain
		if y == w.n%24 {
			g = Chosen
		}
		lines = append(lines, th.Line(l, 80, g))
	}
	v := tea.NewView(lines.String())
	v.AltScreen = w.n%7 != 6
	v.ReportFocus = w.n%2 == 0
	v.MouseMode = tea.MouseMode(w.n % 3)
	v.WindowTitle = fmt.Sprint("Ü ", w.n)
	v.KeyboardEnhancements.ReportEventTypes = w.n%5 == 0
	if w.n%4 > 1 {
		v.Cursor = tea.NewCursor(w.n%80, w.n%24)
		v.Cursor.Shape = tea.CursorShape(w.n % 3)
	}
	return v
}

// TestGuardPassesBubbleTea runs a real program through the guard: every byte of it passes, so the list lacks nothing.
func TestGuardPassesBubbleTea(t *testing.T) {
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI, colorprofile.ASCII} {
		var raw, passed bytes.Buffer
		g := NewGuard(&passed, GuardOptions{Link: ours})
		in, feed := io.Pipe()
		p := tea.NewProgram(walker{}, tea.WithInput(in), tea.WithOutput(io.MultiWriter(&raw, g)), tea.WithWindowSize(80, 24),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithColorProfile(profile), tea.WithoutSignalHandler(), tea.WithFPS(120),
			tea.WithContext(context.Background()))
		go func() {
			p.Send(tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset})
			for i := range 48 {
				if i == 24 {
					p.Send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset})
				}
				if i == 36 {
					p.Send(tea.WindowSizeMsg{Width: 60, Height: 20})
				}
				p.Send(i)
				p.Send(tea.RequestBackgroundColor())
				time.Sleep(9 * time.Millisecond) // longer than a frame, so that each is painted
			}
			p.Quit()
			feed.Close()
		}()
		if _, err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if raw.Len() == 0 || !bytes.Equal(raw.Bytes(), passed.Bytes()) || g.Dropped() > 0 {
			t.Errorf("%v: %d dropped of %d bytes", profile, g.Dropped(), raw.Len())
		}
	}
}

func TestGuardAllocatesNothing(t *testing.T) {
	g := NewGuard(io.Discard, GuardOptions{Link: ours})
	frame := []byte(strings.Repeat("\x1b[38;2;127;181;230mæøå \x1b[m hej \x1b[12;3H\x1b[K", 200))
	if n := testing.AllocsPerRun(50, func() { _, _ = g.Write(frame) }); n > 0 {
		t.Errorf("%v allocations a write", n)
	}
}

func TestTTYHidesTheFilesOwnWays(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "tty")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tty := TTY{File: f, Guard: NewGuard(f, GuardOptions{})}
	fmt.Fprint(tty, "a\ab")
	if _, err := io.WriteString(tty, "c\ad"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(tty, struct{ io.Reader }{strings.NewReader("e\af")}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "abcdef" {
		t.Errorf("got %q", got)
	}
}

func BenchmarkGuard(b *testing.B) {
	g := NewGuard(io.Discard, GuardOptions{})
	frame := []byte(strings.Repeat("\x1b[38;2;127;181;230mHul i vejen på Nørrebrogade \x1b[m\x1b[12;3H\x1b[K", 100))
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = g.Write(frame)
	}
}
