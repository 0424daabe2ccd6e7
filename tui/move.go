package tui

import (
	"lytter/inbox"

	tea "charm.land/bubbletea/v2"
)

// goTo puts the list's cursor on a conversation that stands at a place of the view, once that is loaded.
func (l *listPane) goTo(id inbox.ConversationID, place int) {
	if l.list.Select(id) {
		return
	}
	at, _ := l.list.Position()
	l.list.Move(place - at)
	l.seek = id
}

// move moves the cursor of the pane that has the keyboard.
func (a *App) move(by int) tea.Cmd {
	switch {
	case a.onPage().page != nil:
		a.onPage().rows().Move(by)
	case a.focus == viewsAt:
		a.views.walk(func() { a.views.list.Move(by) })
	case a.focus == threadAt:
		a.thread.thread.Move(by)
	default:
		a.list.list.Move(by)
		a.follow = true
	}
	return nil
}

// page moves by screens.
func (a *App) page(by int) tea.Cmd {
	switch {
	case a.onPage().page != nil:
		a.onPage().rows().Page(by)
	case a.focus == viewsAt:
		a.views.walk(func() { a.views.list.Page(by) })
	case a.focus == threadAt:
		a.thread.thread.Page(by)
	default:
		a.list.list.Page(by)
		a.follow = true
	}
	return nil
}

// toTop goes to the first of all. In the list that is the newest as of now.
func (a *App) toTop() tea.Cmd {
	switch {
	case a.onPage().page != nil:
		a.onPage().rows().Home()
	case a.focus == viewsAt:
		a.views.walk(a.views.list.Home)
	case a.focus == threadAt:
		a.thread.thread.Home()
	default:
		a.list.top()
		a.follow = true
		return a.refresh()
	}
	return nil
}

func (a *App) toBottom() tea.Cmd {
	switch {
	case a.onPage().page != nil:
		a.onPage().rows().End()
	case a.focus == viewsAt:
		a.views.walk(a.views.list.End)
	case a.focus == threadAt:
		a.thread.thread.End()
	default:
		a.list.list.End()
		a.follow = true
	}
	return nil
}

// step goes to the next or previous conversation, and stays in the pane.
func (a *App) step(by int) tea.Cmd {
	a.toInbox()
	a.list.list.Move(by)
	a.follow = true
	return nil
}

// scroll moves what is read while something is written below it.
func (a *App) scroll(by int) tea.Cmd {
	a.thread.thread.Scroll(3 * by)
	return nil
}

// turn gives the keyboard to the pane on the right or left; from the last it goes to the first.
func (a *App) turn(by int) tea.Cmd {
	a.focus = (a.focus + pane(by) + 3) % 3
	if a.focus == viewsAt {
		a.views.list.Select(a.list.slot)
	}
	a.arrange()
	return nil
}

// openHere reads what is under the cursor: a conversation, or a view.
func (a *App) openHere() tea.Cmd {
	if a.focus == viewsAt {
		slot, ok := a.views.list.Cursor()
		if !ok {
			return nil
		}
		return a.goView(slot)
	}
	if a.list.cursor() == 0 {
		return nil
	}
	a.focus, a.follow = threadAt, true
	a.arrange()
	return nil
}

// goView shows a view.
func (a *App) goView(slot string) tea.Cmd {
	a.focus = listAt
	a.arrange()
	if slot == a.list.slot {
		return nil
	}
	if slot == slotSearch {
		a.list.show(slotSearch, string(a.searchTitle()), a.search.query)
	} else if v, ok := a.views.named(slot); ok {
		a.list.show(slot, v.Name, v.Query)
	}
	a.highlight()
	a.follow = true
	return a.refresh()
}

func (a *App) toView(n int) tea.Cmd {
	v, _ := a.views.at(n - 1)
	return a.goView(slotOf(v.ID))
}

func (a *App) noView(n int) *inbox.Reason {
	if _, ok := a.views.at(n - 1); !ok {
		return inbox.Why("tui.refused.no_view")
	}
	return nil
}

func (a *App) toViews() tea.Cmd {
	a.focus = viewsAt
	a.views.list.Select(a.list.slot)
	a.arrange()
	return nil
}

// amongViews refuses to go to the views where one is.
func (a *App) amongViews() *inbox.Reason {
	if a.focus == viewsAt {
		return inbox.Why("tui.refused.is_here")
	}
	return nil
}

// back goes to where one came from: from the thread or the views to the list, from results to what was there before.
func (a *App) back() tea.Cmd {
	for a.toasts.Dismiss(a.now()) { // what was said has been read
	}
	switch {
	case a.alone || len(a.pages) > 0:
		a.goBack()
	case a.focus != listAt:
		a.focus = listAt
		a.arrange()
	case a.list.slot == slotSearch:
		return a.leaveSearch()
	}
	return nil
}

// nowhereBack refuses back where there is nothing behind.
func (a *App) nowhereBack() *inbox.Reason {
	if _, _, said := a.toasts.Current(a.now()); len(a.pages) == 0 && !a.alone && !said && a.focus == listAt && a.list.slot != slotSearch {
		return inbox.Why("tui.refused.nowhere")
	}
	return nil
}

// toAwaiting goes to the next conversation, down or up, that awaits an answer.
func (a *App) toAwaiting(step int) tea.Cmd {
	a.toInbox()
	at, _ := a.list.list.Position()
	for i := at + step; ; i += step {
		id, _, ok := a.list.At(i)
		if !ok {
			break
		}
		if r := a.list.row(id); r.Awaiting > 0 && r.Status == inbox.Open && !a.list.rows[id].left {
			a.list.list.Select(id)
			a.follow = true
			return nil
		}
	}
	a.waiting = &waiting{}
	return a.do.nextAwaiting(a.list.slot, a.list.gen, a.list.cursor(), at, step)
}
