package ui_test

import (
	"fmt"
	"strings"

	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// inbox is the rows of a list: here a slice, on the desk a window over a live view.
type inbox []text.Safe

func (in inbox) Len() int                       { return len(in) }
func (in inbox) At(i int) (int, uint64, bool)   { return i + 1, 1, true }
func (in inbox) Index(key int) (i int, ok bool) { return key - 1, true }
func (in inbox) Cells(i int) (columns []ui.Line) {
	return []ui.Line{ui.Mark1.Line("FB"), ui.Text.Line(in[i])}
}

// screen is the one model of a session. Its widgets are fields; it routes keys and joins lines.
type screen struct {
	look    ui.Look
	theme   *ui.Theme
	keys    *ui.Keymap
	chord   ui.Chord
	list    *ui.List[int]
	dialogs ui.Stack
	w, h    int
}

func (s *screen) Init() tea.Cmd { return nil }

func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.w, s.h = msg.Width, msg.Height
	case tea.ColorProfileMsg:
		s.look.Profile = msg.Profile
		s.theme = ui.NewTheme(s.look)
	case tea.ModeReportMsg:
		if m, ok := ui.MethodFrom(msg.Mode, msg.Value); ok {
			s.look.Method = m
			s.theme = ui.NewTheme(s.look)
		}
	case tea.KeyPressMsg:
		// Dialogs first, then the context's keys, then what the widget does by itself.
		if id, how := s.chord.Press(s.keys, msg); how == ui.Hit && id == "close" {
			s.dialogs.Ask(&ui.Question{
				ID: "close", Title: "Luk henvendelsen?", Options: []ui.Option{
					{Pick: "yes", Keys: []string{"j"}, Label: "Ja"},
					{Pick: "no", Keys: []string{"n"}, Label: "Nej"},
				},
			})
		} else if how == ui.Unbound {
			s.list.Update(msg)
		}
	}
	return s, nil
}

func (s *screen) View() tea.View {
	t := s.theme
	l := ui.Arrange(s.w, s.h, []ui.Pane{{Min: 20, Grow: 1}}, 0)
	header := ui.Status{Left: []ui.Segment{{Line: ui.Title.Line("Lytter")}}}.View(t, l.W, ui.Bar)
	status := ui.Hints(t, []ui.Hint{{Keys: "l k", Label: "luk"}, {Keys: "?", Label: "hjælp"}}, l.W, ui.Plain)
	r := l.Panes[0]
	frame := l.Compose(t, header, status, s.list.View(t, r.W, r.H, !s.dialogs.Open()))
	v := tea.NewView(s.dialogs.Draw(frame, t, l.W).String())
	v.AltScreen = true
	return v
}

// A screen puts widgets into the panes of a layout and lays dialogs over the frame.
func ExampleLayout_Compose() {
	keys, err := ui.NewKeymap([]ui.Binding{{ID: "close", Keys: "l k"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := &screen{keys: keys, list: ui.NewList[int]([]ui.Column{{Min: 2}, {Min: 10, Grow: 1}})}
	s.list.Show(inbox{"Hul i vejen", "Affald", "Tak for hjælpen"})
	for _, msg := range []tea.Msg{
		tea.WindowSizeMsg{Width: 40, Height: 7},
		tea.ColorProfileMsg{Profile: colorprofile.ANSI256},
		tea.KeyPressMsg{Code: tea.KeyDown},
		tea.KeyPressMsg{Text: "l", Code: 'l'},
		tea.KeyPressMsg{Text: "k", Code: 'k'},
	} {
		s.Update(msg)
	}
	for line := range strings.SplitSeq(ansi.Strip(s.View().Content), "\n") {
		fmt.Println(strings.TrimRight(line, " "))
	}
	// Output:
	// Lytter
	//   FB Hu ╭─ Luk henvendelsen? ─╮
	// ▌ FB Af │ j  Ja               │
	//   FB Ta │ n  Nej              │
	//         ╰─────────────────────╯
	//
	// l k luk  ? hjælp
}
