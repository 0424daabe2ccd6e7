package tui

import (
	"time"

	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// lock hides the screen of somebody who has gone. It keeps out eyes, not people: who sits here is the key that logged in.
type lock struct {
	on    bool
	asked bool      // somebody has come: it says who is logged in
	last  time.Time // of the last key
}

// press first says who is logged in; Enter then goes on. No other key does anything.
func (l *lock) press(msg tea.KeyPressMsg) {
	if l.asked && msg.String() == "enter" {
		l.on = false
		return
	}
	l.asked = true
}

// lockSays is what stands on the hidden screen: nothing of the desk.
func (a *App) lockSays() []ui.Line {
	lines := []ui.Line{ui.Title.Line(a.t.T("tui.lock.title"))}
	if a.lock.asked {
		me := a.me()
		lines = append(lines, nil,
			ui.Text.Line(a.t.T("tui.lock.who", "Name", text.CleanLine(me.Name), "Role", a.t.Word(string(me.Role)))),
			ui.Line{ui.Key.Span(a.names.Show("enter")), ui.Text.Span(" " + a.t.T("tui.lock.go_on"))})
	} else {
		lines = append(lines, nil, ui.Dim.Line(a.t.T("tui.lock.any")))
	}
	return lines
}

// locked draws the hidden screen.
func (a *App) locked(width, height int) ui.Lines {
	lines := a.lockSays()
	out := make(ui.Lines, 0, height)
	for len(out) < (height-len(lines))/2 {
		out = append(out, a.theme.Blank(width, ui.Plain))
	}
	for _, l := range lines {
		pad := max((width-a.theme.Width(l.Plain()))/2, 0)
		out = append(out, a.theme.Blank(pad, ui.Plain)+a.theme.Line(l, width-pad, ui.Plain))
	}
	for len(out) < height {
		out = append(out, a.theme.Blank(width, ui.Plain))
	}
	return out[:height]
}
