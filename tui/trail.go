package tui

import (
	"slices"

	"lytter/inbox"
	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// spot is where a person was: a view or a search, what was read of it, and what lay over it.
type spot struct {
	slot, query string
	row         inbox.ConversationID // under the list's cursor
	read        inbox.ConversationID // in the thread, if that had the keyboard
	alone       bool
	pages       []openPage
}

// same reports whether two spots are one place: the cursor may have moved in it.
func (s spot) same(o spot) bool {
	return s.slot == o.slot && (s.slot != slotSearch || s.query == o.query) && s.read == o.read && s.alone == o.alone &&
		slices.EqualFunc(s.pages, o.pages, func(x, y openPage) bool { return x.at == y.at })
}

// history is the way that a person has gone. Between is nothing that one would go back to: dialogs, what is being written, a search that
// is being typed.
type history struct {
	at           spot
	past, future []spot // the last is the nearest
	going        *spot  // on the way there: what is passed meanwhile is no place
}

// farthestBack is how many spots are remembered.
const farthestBack = 100

// spot is where the person is now.
func (a *App) spot() spot {
	s := spot{slot: a.list.slot, query: a.list.query, row: a.list.cursor(), alone: a.alone, pages: a.pages}
	if a.focus == threadAt && a.onPage().page == nil {
		s.read = a.thread.id
	}
	return s
}

// note takes note of where the person has come to.
func (h *history) note(now spot) {
	if h.going != nil {
		if !now.same(*h.going) {
			return
		}
		h.going = nil
	} else if !now.same(h.at) && h.at.slot != "" {
		h.past, h.future = append(h.past, h.at), nil
		h.past = h.past[max(len(h.past)-farthestBack, 0):]
	}
	h.at = now
}

// keepTrack notes where the person is, unless it is between two places.
func (a *App) keepTrack() {
	if a.dialogs.Open() || a.compose != nil || a.search.editing || a.lock.on || a.waiting != nil {
		return
	}
	a.history.note(a.spot())
}

// noPast refuses to go to where the person was before, where that is nowhere.
func (a *App) noPast() *inbox.Reason {
	if len(a.history.past) == 0 {
		return inbox.Why("tui.refused.nowhere")
	}
	return nil
}

func (a *App) noFuture() *inbox.Reason {
	if len(a.history.future) == 0 {
		return inbox.Why("tui.refused.nothing_ahead")
	}
	return nil
}

// goPast goes to where the person was before, goFuture back again from there.
func (a *App) goPast() tea.Cmd {
	h := &a.history
	to := h.past[len(h.past)-1]
	h.past, h.future = h.past[:len(h.past)-1], append(h.future, h.at)
	return a.goSpot(to)
}

func (a *App) goFuture() tea.Cmd {
	h := &a.history
	to := h.future[len(h.future)-1]
	h.future, h.past = h.future[:len(h.future)-1], append(h.past, h.at)
	return a.goSpot(to)
}

// goSpot goes to a spot. What is not there any more is left out: a view that was deleted, a row that went.
func (a *App) goSpot(to spot) tea.Cmd {
	a.history.going = &to
	a.pages, a.alone = nil, false
	var cmds []tea.Cmd
	switch {
	case to.slot != slotSearch:
		if to.slot != a.list.slot {
			a.list.back[to.slot] = to.row
		}
		cmds = append(cmds, a.goView(to.slot))
	case a.list.slot != slotSearch || a.search.query != to.query:
		if a.list.slot != slotSearch {
			a.search.from = origin{a.list.slot, a.list.name, a.list.query, listAt}
		}
		a.search.input.SetValue(to.query)
		cmds = append(cmds, a.runSearch())
	}
	a.focus = listAt
	a.list.list.Select(to.row)
	a.follow = true
	if to.read != 0 && to.slot != slotSearch || to.alone {
		cmds = append(cmds, a.read(to.read))
	}
	a.alone, a.pages = to.alone, to.pages
	a.arrange()
	return tea.Batch(append(cmds, a.tellPages(woke{}))...)
}

// trail is where one is: from the view below to what lies on the top; nil in the inbox.
func (a *App) trail() []text.Safe {
	if len(a.pages) == 0 && !a.alone {
		return nil
	}
	out := []text.Safe{text.CleanLine(a.list.name)}
	for _, p := range a.pages {
		out = append(out, p.name())
	}
	if o := a.thread.shown(); a.alone && o != nil {
		out = append(out, a.person(a.thread.opener()))
	}
	return out
}
