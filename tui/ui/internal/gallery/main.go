// Command gallery shows the widgets of package ui with invented texts, to look at them: go run ./tui/ui/internal/gallery -theme light
// -ascii.
//
// Keys: Tab changes the pane, j and k move, Space marks, v begins a range, n lets new rows come, c opens the composer, / searches, p
// opens the palette, d asks a question, f opens a form, i lets a question come by itself, ? shows the help, g then l changes to linear
// text, q quits.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

func main() {
	name := flag.String("theme", "dark", "dark, light, contrast or none")
	ascii := flag.Bool("ascii", false, "ASCII lines and signs")
	basic := flag.Bool("16", false, "16 colours")
	flag.Parse()
	theme, err := ui.ParseName(*name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	keys, err := ui.NewKeymap(bindings)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	m := newModel(ui.Look{Name: theme, ASCII: *ascii}, keys)
	guard := ui.NewGuard(os.Stdout, ui.GuardOptions{})
	opts := []tea.ProgramOption{tea.WithOutput(ui.TTY{File: os.Stdout, Guard: guard}), tea.WithFPS(120)}
	if *basic {
		opts = append(opts, tea.WithColorProfile(colorprofile.ANSI))
	}
	if _, err := tea.NewProgram(m, opts...).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if n := guard.Dropped(); n > 0 {
		fmt.Fprintln(os.Stderr, "the guard dropped", n)
	}
}

type model struct {
	look     ui.Look
	theme    *ui.Theme
	w, h     int
	views    *ui.List[int]
	list     *ui.List[int]
	rows     *rows
	thread   *ui.Thread[int]
	editor   *ui.Editor
	compose  bool
	search   *ui.Input
	seeking  bool
	dialogs  ui.Stack
	toasts   ui.Toasts
	keys     *ui.Keymap
	chord    ui.Chord
	help     bool
	pager    ui.Pager
	linear   bool
	focus    int
	frame    ui.Layout
	lastOpen int
}

func newModel(look ui.Look, keys *ui.Keymap) *model {
	m := &model{look: look, rows: &rows{}, w: 80, h: 24, focus: 1}
	for i := range 240 {
		m.rows.keys = append(m.rows.keys, i+1)
	}
	m.views = ui.NewList[int]([]ui.Column{{Min: 10, Grow: 1}, {Min: 4, Right: true}})
	m.views.Show(viewRows{})
	m.list = ui.NewList[int](columns)
	m.list.Show(m.rows)
	m.thread = ui.NewThread[int]()
	m.editor = ui.NewEditor()
	m.editor.Placeholder = "Skriv svaret her. Enter laver en ny linje; Ctrl+S sender."
	m.search = ui.NewInput()
	m.search.Prompt = ui.Line{ui.Key.Span("/ ")}
	m.search.Placeholder = "ord, \"sætning\", kanal:instagram, er:åben"
	m.search.Suggest = suggest
	m.keys = keys
	m.restyle()
	return m
}

var bindings = []ui.Binding{
	{ID: "down", Keys: "j"},
	{ID: "up", Keys: "k"},
	{ID: "mark", Keys: "space"},
	{ID: "range", Keys: "v"},
	{ID: "pane", Keys: "tab"},
	{ID: "search", Keys: "/"},
	{ID: "palette", Keys: "p"},
	{ID: "ask", Keys: "d"},
	{ID: "form", Keys: "f"},
	{ID: "interrupt", Keys: "i"},
	{ID: "compose", Keys: "c"},
	{ID: "new", Keys: "n"},
	{ID: "help", Keys: "?"},
	{ID: "linear", Keys: "g l"},
	{ID: "queue", Keys: "g q"},
	{ID: "quit", Keys: "q"},
	{ID: "theme", Keys: "t"},
	{ID: "close", Keys: "esc"},
	{ID: "toast", Keys: "e"},
}

func (m *model) restyle() { m.theme = ui.NewTheme(m.look) }

// Init implements tea.Model.
func (m *model) Init() tea.Cmd { return nil }

type interrupt struct{}

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	now := time.Now()
	if a, handled := m.dialogs.Update(msg, now); handled {
		if a != nil {
			m.say(now, ui.Success.Line(text.CleanLine(fmt.Sprintf("Svar: %q %q", a.Pick, a.Values))))
		}
		return m, nil
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.ColorProfileMsg:
		m.look.Profile = msg.Profile
		m.restyle()
	case tea.ModeReportMsg:
		if method, ok := ui.MethodFrom(msg.Mode, msg.Value); ok {
			m.look.Method = method
			m.restyle()
		}
	case interrupt:
		m.dialogs.Interrupt(question("En kollega har svaret", "Mette Friis svarede for 40 s siden. Din kladde er gemt."), now)
	case tea.PasteMsg:
		if m.compose {
			m.editor.Update(msg)
		}
	case tea.KeyPressMsg:
		return m, m.press(msg, now)
	}
	return m, nil
}

func (m *model) say(now time.Time, l ui.Line) {
	m.toasts.Show(ui.Toast{Line: l, Until: now.Add(4 * time.Second)})
}

func (m *model) press(msg tea.KeyPressMsg, now time.Time) tea.Cmd {
	if msg.String() == "ctrl+c" {
		return tea.Quit
	}
	if m.compose {
		switch {
		case m.editor.Update(msg):
		case msg.String() == "esc":
			m.compose = false
		case msg.String() == "ctrl+s":
			m.compose = false
			m.say(now, ui.Success.Line("På vej om 15 s · z fortryder"))
		}
		return nil
	}
	if m.seeking {
		switch m.search.Update(msg) {
		case ui.Submitted:
			m.search.Remember()
			m.search.SetError(len("kanal:insta"), "kender ikke kanalen \"insta\"; mente du instagram?")
		case ui.Cancelled:
			m.seeking = false
		}
		return nil
	}
	id, how := m.chord.Press(m.keys, msg)
	if how == ui.Unbound {
		switch m.focus {
		case 0:
			m.views.Update(msg)
		case 1:
			m.list.Update(msg)
		case 2:
			m.thread.Update(msg)
		}
		return nil
	}
	switch id {
	case "quit":
		return tea.Quit
	case "down", "up":
		m.move(map[string]int{"down": 1, "up": -1}[id])
	case "pane":
		m.focus = (m.focus + 1) % 3
	case "mark":
		m.list.ToggleMark()
		m.list.Move(1)
	case "range":
		if m.list.Ranging() {
			m.list.EndRange()
		} else {
			m.list.StartRange()
		}
	case "new":
		m.rows.arrive(3)
	case "compose":
		m.compose = true
		m.focus = 2
	case "search":
		m.seeking = true
	case "palette":
		m.dialogs.Ask(&ui.Choice{ID: "palette", Title: "Kommando", Picker: ui.NewPicker(commands, ui.Line{ui.Key.Span("> ")},
			"skriv et par bogstaver"), Rows: 10})
	case "ask":
		m.dialogs.Ask(question("Luk 12 henvendelser?", "Alle 12 mærkede henvendelser lukkes som besvaret. Det kan fortrydes med z."))
	case "interrupt":
		return tea.Tick(time.Second, func(time.Time) tea.Msg { return interrupt{} })
	case "form":
		m.dialogs.Ask(escalate())
	case "help":
		m.help = !m.help
	case "linear":
		m.linear = !m.linear
	case "theme":
		all := ui.Names()
		for i, n := range all {
			if n == m.look.Name {
				m.look.Name = all[(i+1)%len(all)]
				break
			}
		}
		m.restyle()
	case "toast":
		m.toasts.Warn(ui.Toast{Line: ui.Danger.Line("Facebook svarer ikke siden 14.05; kladder venter"), Until: now.Add(6 * time.Second)})
	case "close":
		m.help = false
		m.list.ClearMarks()
	}
	return nil
}

func (m *model) move(by int) {
	switch {
	case m.help:
		m.pager.Scroll(by)
	case m.focus == 0:
		m.views.Move(by)
	case m.focus == 1:
		m.list.Move(by)
	default:
		m.thread.Move(by)
	}
}

// View implements tea.Model.
func (m *model) View() tea.View {
	if m.linear {
		return m.linearView()
	}
	t, now := m.theme, time.Now()
	l := ui.Arrange(m.w, m.h, []ui.Pane{{Min: 22, Max: 28, Grow: 1, Drop: 2}, {Min: 58, Max: 110, Grow: 3}, {Min: 50, Grow: 4, Drop: 1}},
		m.focus)
	m.frame = l
	if key, ok := m.list.Cursor(); ok && key != m.lastOpen {
		m.lastOpen = key
		m.thread.Show(messages(key))
	}
	panes := make([]ui.Lines, 3)
	var cursor *tea.Cursor
	for i, r := range l.Panes {
		if r.W == 0 {
			continue
		}
		if m.help && i == m.focus {
			panes[i] = m.pager.View(t, ui.Help(t, sections, r.W), r.W, r.H)
			continue
		}
		switch i {
		case 0:
			panes[i] = append(ui.Lines{title(t, r.W, "Visninger", "", m.focus == 0)}, m.views.View(t, r.W, r.H-1, m.focus == 0)...)
		case 1:
			above := text.Safe("")
			if n := m.list.Above(); n > 0 {
				above = text.Safe(fmt.Sprintf("%s %d nye ovenfor", t.Glyphs.Up, n))
			}
			panes[i] = append(ui.Lines{title(t, r.W, "Venter svar", above, m.focus == 1)}, m.list.View(t, r.W, r.H-1, m.focus == 1)...)
		case 2:
			panes[i], cursor = m.threadPane(t, r)
		}
	}
	frame := l.Compose(t, m.header(t), m.status(t, now), panes...)
	if m.seeking {
		r := l.Panes[1]
		if r.W == 0 {
			r = l.Panes[m.focus]
		}
		frame = frame.Over(t, ui.Lines{m.search.View(t, r.W, ui.Plain)}, r.W, r.X, r.Y)
		frame = frame.Over(t, m.search.Below(t, r.W, 8), r.W, r.X, r.Y+1)
		cursor = tea.NewCursor(r.X+m.search.Cursor(), r.Y)
	}
	if m.dialogs.Open() {
		frame = m.dialogs.Draw(frame, t, l.W)
		cursor = nil
		if x, y, ok := m.dialogs.Cursor(); ok {
			cursor = tea.NewCursor(x, y)
		}
	}
	v := tea.NewView(frame.String())
	v.AltScreen, v.Cursor = true, cursor
	v.WindowTitle = "Lytter"
	return v
}

func (m *model) threadPane(t *ui.Theme, r ui.Rect) (ui.Lines, *tea.Cursor) {
	out := ui.Lines{title(t, r.W, "Hul i vejen på Nørrebrogade", "", m.focus == 2)}
	if !m.compose {
		return append(out, m.thread.View(t, r.W, r.H-1, m.focus == 2)...), nil
	}
	editor := min(max(r.H/3, 4), 10)
	out = append(out, m.thread.View(t, r.W, r.H-1-editor-3, false)...)
	out = append(out, t.Line(ui.Border.Line(rule(t, r.W)), r.W, ui.Plain))
	out = append(out, t.Line(ui.Line{
		ui.Warning.Span("OFFENTLIGT "), ui.Text.Span("svar til "), ui.Strong.Span("Søren Ægidius"),
		ui.Dim.Span(" som Aarhus Kommune på Facebook"),
	}, r.W, ui.Plain))
	for _, line := range m.editor.View(t, r.W-2, editor) {
		out = append(out, "  "+line)
	}
	x, y := m.editor.Cursor()
	n := len([]rune(m.editor.Value()))
	out = append(out, ui.Status{
		Left:  []ui.Segment{{Line: ui.Line{ui.Key.Span("Ctrl+S"), ui.Text.Span(" send  "), ui.Key.Span("Esc"), ui.Text.Span(" gem kladde")}}},
		Right: []ui.Segment{{Line: ui.Dim.Line(text.Safe(fmt.Sprintf("%d af 8.000", n)))}},
	}.View(t, r.W, ui.Plain))
	return out, tea.NewCursor(r.X+2+x, r.Y+len(out)-1-editor+y)
}

func rule(t *ui.Theme, w int) text.Safe {
	s := ""
	for range w {
		s += t.Glyphs.HLine
	}
	return text.Safe(s)
}

func title(t *ui.Theme, w int, s, right text.Safe, focus bool) string {
	tok := ui.Dim
	if focus {
		tok = ui.Title
	}
	st := ui.Status{Left: []ui.Segment{{Line: ui.Line{ui.Text.Span("  "), tok.Span(s)}}}}
	if right != "" {
		st.Right = []ui.Segment{{Line: ui.Accent.Line(right + " ")}}
	}
	return st.View(t, w, ui.Plain)
}

func (m *model) header(t *ui.Theme) string {
	return ui.Status{
		Left: []ui.Segment{{Line: append(ui.Line{ui.Text.Span(" ")}, ui.Crumbs(t, []text.Safe{"Lytter", "Indbakke", "Venter svar"})...)}},
		Right: []ui.Segment{
			{Line: ui.Line{ui.Danger.Span("2 over fristen")}},
			{Line: ui.Text.Line("14 venter"), Drop: 1},
			{Line: ui.Dim.Line("Mette Friis, redaktør "), Drop: 2},
		},
	}.View(t, m.frame.W, ui.Bar)
}

func (m *model) status(t *ui.Theme, now time.Time) string {
	if l, _, ok := m.toasts.Current(now); ok {
		return t.Line(append(ui.Line{ui.Text.Span(" ")}, l...), m.frame.W, ui.Bar)
	}
	names := ui.KeyNames{"space": "Mellemrum"}
	if keys := m.chord.Pending(); len(keys) > 0 {
		l := ui.Line{ui.Key.Span(" " + names.Show(keys[0]) + " "), ui.Dim.Span("og så  ")}
		for _, b := range m.chord.Next() {
			l = append(l, ui.Key.Span(names.Show(b.Keys)), ui.Text.Span(text.Safe(" "+b.ID+"  ")))
		}
		return t.Line(l, m.frame.W, ui.Bar)
	}
	if n := len(m.list.Marks()); n > 0 {
		return t.Line(ui.Line{ui.Accent.Span(text.Safe(fmt.Sprintf(" %d mærket", n))), ui.Dim.Span("  Esc fjerner mærkerne")}, m.frame.W,
			ui.Bar)
	}
	return " " + ui.Hints(t, []ui.Hint{
		{Keys: "Enter", Label: "åbn"},
		{Keys: "a", Label: "kræver ikke svar"},
		{Keys: "s", Label: "svar"},
		{Keys: "k", Label: "send videre"},
		{Keys: "u", Label: "udsæt"},
		{Keys: "Mellemrum", Label: "mærk"},
		{Keys: "/", Label: "søg"},
		{Keys: "?", Label: "hjælp"},
	}, m.frame.W-1, ui.Plain)
}

func (m *model) linearView() tea.View {
	t := m.theme
	var lines []text.Safe
	if m.dialogs.Open() {
		lines = ui.Linear(t, m.dialogs.Linear()...)
	} else {
		lines = append(ui.Linear(t, "Venter svar"), ui.Linear(t, m.list.Linear(5)...)...)
		lines = append(append(lines, ""), ui.Linear(t, m.thread.Linear(t)...)...)
	}
	s := ""
	for _, l := range lines {
		s += string(l) + "\n"
	}
	return tea.NewView(s)
}

func question(title, body text.Safe) *ui.Question {
	return &ui.Question{
		ID: "spørg", Title: title, Body: []ui.Line{ui.Text.Line(body)},
		Options: []ui.Option{
			{Pick: "ja", Keys: []string{"j", "y"}, Label: "Ja, luk dem", Danger: true},
			{Pick: "nej", Keys: []string{"n"}, Label: "Nej"},
		},
		Escape: ui.Line{ui.Dim.Span("Esc lukker")},
	}
}

func escalate() *ui.Form {
	note := ui.NewEditor()
	note.Placeholder = "Hvad skal de svare på?"
	return &ui.Form{
		ID: "send videre", Title: "Send videre",
		Fields: []ui.Field{
			{Label: "Kø", Picker: ui.NewPicker(queues, nil, "søg"), Height: 4},
			{Label: "Spørgsmål", Editor: note, Height: 4},
		},
		Check: func(v []string) (int, text.Safe) {
			if v[1] == "" {
				return 1, "skriv et spørgsmål"
			}
			return 0, ""
		},
		Foot: ui.Line{
			ui.Key.Span("Ctrl+S"), ui.Text.Span(" send videre  "), ui.Key.Span("Tab"), ui.Text.Span(" næste felt  "),
			ui.Key.Span("Esc"), ui.Text.Span(" annuller"),
		},
	}
}
