package tui

import (
	"context"
	"strings"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// searchPause is how long the person must rest before a search begins.
const searchPause = 150 * time.Millisecond

// fewHits is how many conversations a query finds whose words are right.
const fewHits = 3

// firstHits is how many hits a search brings before all are counted.
const firstHits = 200

// startSearch opens the search line, on the query whose results are on the screen.
func (a *App) startSearch() tea.Cmd {
	if a.list.slot != slotSearch {
		a.search.from = origin{a.list.slot, a.list.name, a.list.query, a.focus}
	}
	a.search.open()
	a.search.offerMeant()
	a.focus = listAt
	a.arrange()
	return a.do.searches(false)
}

// pressSearch is a key while the search line has the keyboard: its own, or one of the place's.
func (a *App) pressSearch(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "enter", "esc", "tab":
		default:
			if id, how := a.chord.Press(a.actions.keys[inSearch], k); how == ui.Hit {
				return a.perform(a.actions.by[id])
			}
		}
	}
	before := a.search.input.Value()
	switch a.search.input.Update(msg) {
	case ui.Submitted:
		return a.showResults()
	case ui.Cancelled:
		return a.leaveSearch()
	}
	if a.search.input.Value() == before {
		return nil
	}
	a.search.stop()
	return a.do.after(searchPause, searchDue{a.search.n})
}

func (a *App) completeSearch() tea.Cmd { return a.pressSearch(tea.KeyPressMsg{Code: tea.KeyTab}) }

// searchDue begins a search, unless something was typed since.
func (a *App) searchDue(msg searchDue) tea.Cmd {
	if msg.n != a.search.n || !a.search.editing {
		return nil
	}
	return a.runSearch()
}

func (a *App) runSearch() tea.Cmd {
	s := a.search
	s.stop()
	q := strings.TrimSpace(s.input.Value())
	if q == "" {
		return nil
	}
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(a.do.ctx)
	return a.do.search(ctx, s.n, q, firstHits)
}

// searched shows the first hits and has the search kept live.
func (a *App) searched(msg searched) tea.Cmd {
	s := a.search
	if msg.n != s.n {
		return nil
	}
	if msg.err != nil {
		if !s.input.Open() { // a word that can still be completed is not wrong yet
			s.wrong(msg.err)
		}
		return nil
	}
	s.query, s.preview = msg.query, msg.hits.Keys
	if s.preview == nil {
		s.preview = hits{}
	}
	a.views.setSearch(oneLine(s.query))
	delete(a.views.counts, slotSearch)
	a.list.back[slotSearch] = 0
	a.list.show(slotSearch, string(a.searchTitle()), s.query)
	a.list.seek = 0
	if msg.hits.Incomplete != nil {
		a.list.reached = msg.hits.Incomplete.Back
	}
	a.follow = true
	a.highlight()
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(a.do.ctx)
	cmds := []tea.Cmd{a.refresh(), a.do.showSearch(ctx, s.n, s.query)}
	if s.meant = nil; len(s.preview) < fewHits {
		cmds = append(cmds, a.do.suggest(s.n, s.query))
	}
	return tea.Batch(cmds...)
}

// suggested offers what a query that found hardly anything may have meant. Nothing is taken by itself.
func (a *App) suggested(msg suggested) {
	s := a.search
	if msg.n != s.n || msg.query != s.query {
		return
	}
	if msg.err != nil {
		a.complain(msg.err)
		return
	}
	s.meant = msg.queries
	s.offerMeant()
}

// searchLive goes over from the first hits to the live view.
func (a *App) searchLive(msg searchLive) tea.Cmd {
	if msg.n != a.search.n {
		return nil
	}
	if msg.err != nil {
		a.complain(msg.err)
		return nil
	}
	a.search.preview, a.list.reached = nil, time.Time{}
	return a.refresh()
}

func (a *App) searchTitle() text.Safe {
	return a.t.T("tui.search.title", "Query", oneLine(a.search.query))
}

// highlight marks the words of the search in the list and the thread while its results are on the screen.
func (a *App) highlight() {
	var terms []*query.Bound
	if a.list.slot == slotSearch {
		terms = a.termsOf(a.search.query)
	}
	a.list.terms = terms
	a.list.redraw()
	a.thread.highlight(terms)
}

// showResults gives the keyboard to the results.
func (a *App) showResults() tea.Cmd {
	s := a.search
	q := strings.TrimSpace(s.input.Value())
	if q == "" {
		return a.leaveSearch()
	}
	if _, err := a.seat.Bind(q); err != nil {
		s.wrong(err)
		return nil
	}
	s.input.Remember()
	s.editing = false
	remember := a.do.remember(q)
	if q == s.query && a.list.slot == slotSearch {
		return remember
	}
	return tea.Batch(remember, a.runSearch())
}

// leaveSearch goes back to where the person was before the search.
func (a *App) leaveSearch() tea.Cmd {
	s := a.search
	s.stop()
	s.editing, s.query, s.preview, s.meant = false, "", nil, nil
	s.input.SetValue("")
	a.views.setSearch("")
	delete(a.views.counts, slotSearch)
	cmds := []tea.Cmd{a.do.hide(slotSearch)}
	if a.list.slot == slotSearch {
		a.list.show(s.from.slot, s.from.name, s.from.query)
		a.follow = true
		cmds = append(cmds, a.refresh())
	}
	a.focus = s.from.focus
	a.highlight()
	a.arrange()
	return tea.Batch(cmds...)
}

// offer is an action as something to choose: its names in both languages, its key, and why not.
func (a *App) offer(ac *action) ui.Item {
	it := ui.Item{ID: ac.id, Title: a.name(ac)}
	for _, lang := range otherLanguages(a.t.Lang) {
		it.Also = append(it.Also, text.CleanLine(a.cfg.Catalog.For(lang).T("act."+ac.id)))
	}
	keys := make([]string, 0, len(ac.keys))
	for _, k := range ac.keys {
		keys = append(keys, string(a.names.Show(k)))
	}
	it.Keys = text.Safe(strings.Join(keys, ", "))
	if r := a.refusal(ac); r != nil {
		it.Refusal = a.t.Reason(r)
	}
	if n, ok := strings.CutPrefix(ac.id, "view_"); ok {
		if v, ok := a.views.at(int(n[0] - '1')); ok {
			it.Title += ": " + text.CleanLine(v.Name)
		}
	}
	return it
}

// offers lists the actions of some places.
func (a *App) offers(in where) []ui.Item {
	var items []ui.Item
	for i := range a.actions.table {
		if ac := &a.actions.table[i]; ac.in&in != 0 {
			items = append(items, a.offer(ac))
		}
	}
	return items
}

// openPalette offers all that can be done from the panes, by name.
func (a *App) openPalette() tea.Cmd {
	return a.pick("palette", a.t.T("tui.palette.title"), a.t.T("tui.palette.ok"), a.offers(inPanes|inPages), a.performID)
}

// openHelp offers what the keys do here.
func (a *App) openHelp() tea.Cmd {
	here := a.here()
	return a.pick("help", a.t.T("tui.help.title", "Where", a.t.T("tui.help."+here.String())), a.t.T("tui.palette.ok"), a.offers(here), a.performID)
}

func (a *App) performID(id string) tea.Cmd { return a.perform(a.actions.by[id]) }

// String names a place for the catalogue.
func (w where) String() string {
	switch w {
	case inViews:
		return "views"
	case inThread:
		return "thread"
	case inReply:
		return "reply"
	case inNote:
		return "note"
	case inSearch:
		return "search"
	}
	for i, k := range pageKinds() {
		if w == pageAt(i) {
			return k.id
		}
	}
	return "list"
}
