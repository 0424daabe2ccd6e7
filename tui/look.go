package tui

import (
	"slices"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// askWhy explains the topics. One key more says that a rule was wrong.
func (a *App) askWhy() tea.Cmd {
	return a.ask("why", a.why(), func(an ui.Answer) tea.Cmd {
		if an.Pick == "wrong" {
			return a.askWrong()
		}
		return nil
	})
}

func (a *App) toggleEvents() tea.Cmd {
	a.thread.unfolded = !a.thread.unfolded
	a.thread.redraw()
	if a.thread.unfolded {
		a.thread.thread.End()
	}
	return nil
}

func (a *App) noPost() *inbox.Reason {
	if o := a.thread.shown(); o == nil || o.Post == nil {
		return inbox.Why("tui.refused.no_post")
	}
	return nil
}

func (a *App) togglePost() tea.Cmd {
	a.thread.post = !a.thread.post
	return nil
}

func (a *App) notEdited() *inbox.Reason {
	if m := a.thread.under(); m == nil || len(a.thread.o.Versions[m.ID]) == 0 {
		return inbox.Why("tui.refused.not_edited")
	}
	return nil
}

// toggleEarlier shows or hides what the message under the cursor said before it was edited.
func (a *App) toggleEarlier() tea.Cmd {
	m := a.thread.under()
	a.thread.earlier[m.ID] = !a.thread.earlier[m.ID]
	a.thread.redraw()
	return nil
}

// permalink is where the message under the cursor stands on the platform, or the post that it hangs on.
func (a *App) permalink() string {
	o := a.thread.shown()
	if o == nil {
		return ""
	}
	if m := a.thread.under(); m != nil && m.Permalink != "" {
		return m.Permalink
	}
	for _, m := range slices.Backward(o.Msgs) {
		if m.Permalink != "" {
			return m.Permalink
		}
	}
	if o.Post != nil {
		return o.Post.Permalink
	}
	return ""
}

func (a *App) noLink() *inbox.Reason {
	if a.permalink() == "" {
		return inbox.Why("tui.refused.no_link")
	}
	return nil
}

func (a *App) showLink() tea.Cmd {
	a.dialogs.Ask(&sheet{
		title: a.t.T("tui.link.title"), foot: a.closes(),
		lines: []ui.Line{ui.Dim.Line(a.t.T("tui.link.body")), nil, ui.Link.Line(text.CleanLine(a.permalink()))},
	})
	return nil
}

// nextTheme changes the colours.
func (a *App) nextTheme() tea.Cmd {
	all := ui.Names()
	i := slices.Index(all, a.look.Name)
	a.look.Name = all[(i+1)%len(all)]
	a.cfg.Theme = a.look.Name // chosen by hand: the terminal's background decides no more
	a.restyle()
	a.say(a.t.T("tui.theme." + string(a.look.Name)))
	return nil
}

func otherLanguages(lang string) []string {
	return slices.DeleteFunc(slices.Clone(catalog.Languages()), func(l string) bool { return l == lang })
}

// nextLanguage changes the language of the session.
func (a *App) nextLanguage() tea.Cmd {
	a.speak(otherLanguages(a.t.Lang)[0])
	a.restyle() // what was drawn was in the other language
	a.list.redraw()
	a.views.rev++
	a.thread.redraw()
	if a.list.slot == slotSearch {
		a.list.name = string(a.searchTitle())
	}
	a.say(a.t.T("tui.status.language"))
	return a.tellPages(spoken{})
}

// redraw has the terminal drawn anew: something else wrote to it.
func (a *App) redraw() tea.Cmd { return tea.ClearScreen }

// askQuit leaves, once the person has said so.
func (a *App) askQuit() tea.Cmd {
	q := &ui.Question{
		ID: "quit", Title: a.t.T("tui.quit.title"), Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel"))},
		Options: []ui.Option{
			{Pick: "yes", Keys: []string{string(a.t.T("tui.quit.yes_key")), "ctrl+c"}, Label: a.t.T("tui.quit.yes")},
			{Pick: "no", Keys: []string{string(a.t.T("tui.quit.no_key"))}, Label: a.t.T("tui.quit.no")},
		},
		Body: []ui.Line{ui.Text.Line(a.t.T("tui.quit.body"))},
	}
	return a.ask(q.ID, q, func(an ui.Answer) tea.Cmd {
		if an.Pick != "yes" {
			return nil
		}
		return tea.Sequence(a.keepDraft(), tea.Quit)
	})
}

// quitting reports whether the question on the screen is whether to leave.
func (a *App) quitting() bool {
	q, ok := a.dialogs.Top().(*ui.Question)
	return ok && q.ID == "quit"
}
