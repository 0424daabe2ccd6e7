package ui

import (
	"fmt"
	"testing"
	"time"

	"lytter/inbox/text"

	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// desk is a screen as a caller would put it together, of every widget that stays on it.
type desk struct {
	rows   *fakeSource
	list   *List[int]
	thread *Thread[int]
	editor *Editor
	stack  Stack
}

var deskColumns = []Column{
	{Min: 2},
	{Min: 7, Right: true},
	{Min: 2, Drop: 3},
	{Min: 12, Max: 24, Grow: 1},
	{Min: 20, Grow: 5},
	{Min: 12, Max: 24, Grow: 1, Drop: 2},
}

func newDesk(n int) *desk {
	d := &desk{rows: numbered(n), list: NewList[int](deskColumns), thread: NewThread[int](), editor: NewEditor()}
	who := []text.Safe{"Søren Ægidius", "Åse Lund", "Mohammed Al-Khatib", "👩\u200d🚒 Karin Brandt", "田中 さくら"}
	say := []text.Safe{
		"Der er et kæmpe hul i vejen på Nørrebrogade", "Hvornår bliver affaldet hentet? Det har stået der siden mandag",
		"Tak ❤️", "I burde skamme jer",
	}
	d.rows.cells = func(k int) []Line {
		left := Text.Line(text.Safe(fmt.Sprintf("%d t", k/9+1)))
		if k < 4 {
			left = Danger.Line(text.Safe(fmt.Sprintf("-%d min", k+3)))
		}
		tok := Text
		if k%3 == 0 {
			tok = Unread
		}
		v := text.Safe("")
		if n := d.rows.version[k]; n > 0 {
			v = text.Safe(fmt.Sprint(" ", n))
		}
		return []Line{Mark1.Line("FB"), left, nil, tok.Line(who[k%len(who)]), tok.Line(say[k%len(say)] + v), Dim.Line("vej/cykel")}
	}
	d.list.Show(d.rows)
	var blocks []Block[int]
	for i, s := range append(say, say...) {
		blocks = append(blocks, Block[int]{Key: i + 1, Depth: i % 3, Body: func(t *Theme, width int) []Line {
			return append([]Line{{Strong.Span(who[i%len(who)]), Dim.Span("  i dag 09.41")}}, t.Wrap(Text.Line(s+", "+s), width)...)
		}})
	}
	d.thread.Show(blocks)
	d.editor.Placeholder = "Skriv svaret her"
	return d
}

func (d *desk) frame(t *Theme, width, height int) Lines {
	l := Arrange(width, height, []Pane{{Min: 58, Max: 120, Grow: 3}, {Min: 50, Grow: 4, Drop: 1}}, 0)
	list, thread := l.Panes[0], l.Panes[1]
	panes := make([]Lines, 2)
	panes[0] = append(Lines{Heading(t, deskColumns, list.W)}, d.list.View(t, list.W, list.H-1, true)...)
	if l.Shown(1) {
		panes[1] = append(d.thread.View(t, thread.W, thread.H-6, false), Status{
			Left: []Segment{{Line: Line{Warning.Span("OFFENTLIGT "), Text.Span("svar til Åse Lund")}}},
		}.View(t, thread.W, Plain))
		panes[1] = append(panes[1], d.editor.View(t, thread.W, 5)...)
	}
	header := Status{
		Left: []Segment{{Line: Line{Dim.Span("Lytter > Indbakke > "), Strong.Span("Venter svar")}}},
		Right: []Segment{
			{Line: Danger.Line("2 over fristen")},
			{Line: Text.Line("14 venter"), Drop: 1},
			{Line: Dim.Line("Mette Friis, redaktør"), Drop: 2},
		},
	}.View(t, l.W, Bar)
	status := Hints(t, []Hint{
		{Keys: "Enter", Label: "åbn"},
		{Keys: "a", Label: "kræver ikke svar"},
		{Keys: "s", Label: "svar", Refusal: "x"},
		{Keys: "k", Label: "send videre"},
		{Keys: "/", Label: "søg"},
		{Keys: "?", Label: "hjælp"},
	}, l.W, Plain)
	return d.stack.Draw(l.Compose(t, header, status, panes...), t, l.W)
}

func TestFrameGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {160, 45}} {
		for _, l := range []Look{
			{Name: Dark, Profile: colorprofile.TrueColor},
			{Name: Light, Profile: colorprofile.ANSI256},
			{Name: Dark, Profile: colorprofile.ANSI},
			{Name: Contrast, Profile: colorprofile.TrueColor},
			{Name: None, Profile: colorprofile.ASCII, ASCII: true},
		} {
			th := NewTheme(l)
			d := newDesk(200)
			d.frame(th, size[0], size[1])
			d.list.Move(4)
			d.list.ToggleMark()
			d.list.Move(2)
			name := fmt.Sprintf("frame-%dx%d-%s-%v", size[0], size[1], l.Name, l.Profile)
			f := d.frame(th, size[0], size[1])
			check(t, th, f, size[0], size[1])
			if size[0] == 80 {
				golden(t, name+"-styled", f)
			}
			if l.Name == Dark && l.Profile == colorprofile.TrueColor || l.ASCII {
				golden(t, name+"-plain", plain(f))
				d.stack.Ask(yesNo("q"))
				golden(t, name+"-question", plain(d.frame(th, size[0], size[1])))
			}
		}
	}
}

func TestPagerStopsAtTheEnd(t *testing.T) {
	th := dark()
	lines := make(Lines, 12)
	for i := range lines {
		lines[i] = th.Blank(40, Plain)
	}
	var p Pager
	check(t, th, p.View(th, lines, 40, 5), 40, 5)
	p.Scroll(100)
	if above, below := p.More(); !above || below {
		t.Errorf("at the end: above %v, below %v", above, below)
	}
}

// TestWidgetsFitAnything draws every widget at every size in every theme.
func TestWidgetsFitAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := anyTheme(t)
		w, h := rapid.IntRange(MinWidth, 220).Draw(t, "w"), rapid.IntRange(MinHeight, 60).Draw(t, "h")
		d := newDesk(rapid.IntRange(0, 80).Draw(t, "rows"))
		d.list.Empty = Dim.Line("Her er ingen henvendelser. Skift visning med g v.")
		check(t, th, d.frame(th, w, h), w, h)
		segs := func(name string) (out []Segment) {
			for range rapid.IntRange(0, 3).Draw(t, name) {
				out = append(out, Segment{Line: anyLine().Draw(t, "line"), Drop: rapid.IntRange(0, 3).Draw(t, "drop")})
			}
			return out
		}
		check(t, th, Lines{Status{Left: segs("left"), Middle: segs("middle"), Right: segs("right")}.View(th, w, Bar)}, w, 1)
	})
}

func TestStatusDropsByPriority(t *testing.T) {
	th := dark()
	s := Status{
		Left:   []Segment{{Line: Text.Line("Indbakke")}, {Line: Text.Line("Venter svar"), Drop: 1}},
		Middle: []Segment{{Line: Text.Line("midt"), Drop: 3}},
		Right:  []Segment{{Line: Text.Line("14 venter"), Drop: 2}, {Line: Text.Line("2 over fristen")}},
	}
	for _, c := range []struct {
		w    int
		want string
	}{
		{60, "Indbakke  Venter svar     midt      14 venter  2 over fristen"},
		{54, "Indbakke  Venter svar  midt  14 venter  2 over fristen"},
		{53, "Indbakke  Venter svar       14 venter  2 over fristen"},
		{40, "Indbakke  Venter svar     2 over fristen"},
		{30, "Indbakke        2 over fristen"},
		{20, "Indbakke  2 over fr…"},
	} {
		got := ansi.Strip(s.View(th, c.w, Plain))
		if c.w != 60 && got != c.want {
			t.Errorf("%d: %q, want %q", c.w, got, c.want)
		}
	}
}

func TestToastsRunOutAndWarningsStay(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(1000+int64(s), 0) }
	var ts Toasts
	current := func(s int) string {
		l, _, ok := ts.Current(at(s))
		if !ok {
			return ""
		}
		return string(l.Plain())
	}
	ts.Warn(Toast{Line: Danger.Line("facebook svarer ikke"), Until: at(20)})
	ts.Show(Toast{Line: Text.Line("lukket"), Until: at(5)})
	ts.Show(Toast{Line: Text.Line("sendt"), Until: at(30)})
	for _, c := range []struct {
		at   int
		want string
	}{{0, "facebook svarer ikke"}, {19, "facebook svarer ikke"}, {20, "sendt"}, {30, ""}} {
		if got := current(c.at); got != c.want {
			t.Errorf("at %d: %q, want %q", c.at, got, c.want)
		}
	}
	ts.Warn(Toast{Line: Danger.Line("x"), Until: at(60)})
	if !ts.Dismiss(at(40)) || ts.Dismiss(at(40)) {
		t.Error("dismissed none, or twice")
	}
	// What answers a key goes with the next; where that leads elsewhere, all goes that was said before but words of danger.
	ts = Toasts{}
	ts.Warn(Toast{Line: Danger.Line("x"), Until: at(60)})
	ts.Show(Toast{Line: Text.Line("done"), Until: at(60)})
	ts.Show(Toast{Line: Text.Line("no"), Until: at(60), Brief: true})
	ts.Turn()
	ts.Show(Toast{Line: Text.Line("new"), Until: at(60)})
	if n := len(ts.open); n != 3 {
		t.Errorf("%d words after the next key", n)
	}
	ts.Leave()
	if n := len(ts.open); n != 2 || current(41) != "x" || !ts.Dismiss(at(41)) || current(41) != "new" {
		t.Errorf("%d words in the next place, then %q", n, current(41))
	}
}

// BenchmarkFrame draws a whole frame of 200x50 when one row changed: what a change of a conversation costs a session before the renderer.
func BenchmarkFrame(b *testing.B) {
	for _, c := range []struct {
		name string
		do   func(*desk, int)
	}{
		{"row", func(d *desk, i int) { d.rows.version[i%20+1]++ }},
		{"cursor", func(d *desk, i int) { d.list.Move(1 - 2*(i%2)) }},
		{"typing", func(d *desk, i int) { d.editor.Update(press("a")); d.editor.Update(press("backspace")) }},
		{"all", func(d *desk, i int) { clear(d.list.memo); clear(d.thread.memo); d.editor.drawn = nil }},
	} {
		b.Run(c.name, func(b *testing.B) {
			d, th := newDesk(1000), dark()
			d.frame(th, 200, 50)
			d.list.Move(3)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.do(d, i)
				_ = d.frame(th, 200, 50).String()
			}
		})
	}
}

// BenchmarkParse is what the renderer then does with the frame before it compares: it takes it apart into cells again.
func BenchmarkParse(b *testing.B) {
	d, th := newDesk(1000), dark()
	s := d.frame(th, 200, 50).String()
	buf := uv.NewScreenBuffer(200, 50)
	b.ReportAllocs()
	for b.Loop() {
		uv.NewStyledString(s).Draw(buf, buf.Bounds())
	}
}

func BenchmarkList(b *testing.B) {
	l, th := NewList[int](deskColumns), dark()
	l.Show(&million{})
	l.View(th, 120, 50, true)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Move(1 - 2*(i%2))
		l.View(th, 120, 50, true)
	}
}
