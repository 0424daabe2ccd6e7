package tui

import (
	"slices"
	"strconv"

	"lytter/inbox"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// askSearches lets choose one of the person's own earlier searches by a few letters of it.
func (a *App) askSearches() tea.Cmd {
	a.waiting = &waiting{}
	return a.do.searches(true)
}

// searchesRead takes in what the person has searched for, on this machine or another.
func (a *App) searchesRead(msg searchesRead) tea.Cmd {
	if msg.err != nil {
		a.complain(msg.err)
	} else {
		a.search.input.History = slices.Clone(msg.list)
		slices.Reverse(a.search.input.History)
	}
	if !msg.pick {
		return nil
	}
	var cmd tea.Cmd
	switch {
	case msg.err != nil:
	case len(msg.list) == 0:
		a.refused(a.actions.by["search_history"], inbox.Why("tui.refused.no_searches"))
	default:
		cmd = a.pickSearch(msg.list)
	}
	return tea.Batch(cmd, a.resume())
}

func (a *App) pickSearch(list []string) tea.Cmd {
	items := make([]ui.Item, len(list))
	for i, q := range list {
		items[i] = ui.Item{ID: strconv.Itoa(i), Title: oneLine(q)}
	}
	return a.pick("searches", a.t.T("act.search_history"), a.t.T("tui.searches.ok"), items, func(id string) tea.Cmd {
		i, _ := strconv.Atoi(id) // one of those above
		var open tea.Cmd
		if !a.search.editing {
			open = a.startSearch()
		}
		a.search.input.SetValue(list[i])
		return tea.Batch(open, a.runSearch())
	})
}

// askForget erases what the person has searched for, for good.
func (a *App) askForget() tea.Cmd {
	return a.choose("forget", a.t.T("tui.forget.title"), []string{"yes", "no"}, "yes", func(pick string) tea.Cmd {
		if pick != "yes" {
			return nil
		}
		return a.do.forget(a.t.T("tui.searches.forgotten"))
	})
}

// forgotten says that it is done.
func (a *App) forgotten(msg forgotten) {
	if msg.err != nil {
		a.complain(msg.err)
		return
	}
	a.search.input.History = nil
	a.praise(msg.say)
}
