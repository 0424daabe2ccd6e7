package tui

import (
	"context"
	"slices"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// page is a screen of its own, as wide as the terminal. It shows from memory what fetch brought, and keeps its cursor on what it stands
// on whatever comes and goes. It belongs to Update and View.
type page interface {
	// name is what it is called: over its lines and in the header.
	name() text.Safe
	// view draws it: height lines of width cells.
	view(width, height int) ui.Lines
	// scene is the same in plain lines.
	scene() ui.Linear
	// rows is what the keys of movement move.
	rows() rows
	// hear takes in all that the model hears but keys, as long as the page is open: woke where something on the desk may have changed,
	// tick where a second has gone by, looked where it is on the screen and keys may have moved it, spoken where the language is another.
	hear(msg tea.Msg) tea.Cmd
}

// rows is what the keys of movement move: a ui.List.
type rows interface {
	Move(rows int)
	Page(screens int)
	Home()
	End()
}

// pageKind is a page before anybody opened it. It lives in the file of its page; pageKinds lists it.
type pageKind struct {
	id   string    // of the action that opens it, with a hint for behind "g", and its name under "tui.help."
	keys []string  // that open it, from the panes and from every page
	act  inbox.Act // what it takes to see it; "": nothing
	acts []action  // what can be done on it, and only there; see on and refusedOn
	open func(*App) (page, tea.Cmd)
}

// pageKinds lists the pages. A place of the action table, help, the palette, the reference of keys and the tests of law 9, of frames and
// of plain lines follow from it.
func pageKinds() []pageKind {
	return []pageKind{accountsKind(), activityKind(), rulesKind(), versionsKind()}
}

// openPage is a page that is open, with its place.
type openPage struct {
	page
	at where
}

// pageAt is the place of the i-th of pageKinds.
func pageAt(i int) where { return firstPage << i }

// pageActions are the actions that open pages, and those of each.
func pageActions() []action {
	var out []action
	for i, k := range pageKinds() {
		out = append(out, action{
			id: k.id, keys: k.keys, in: inPanes | inPages, act: k.act,
			refuse: func(a *App) *inbox.Reason { return a.isAt(pageAt(i)) }, run: func(a *App) tea.Cmd { return a.openPage(pageAt(i), k) },
		})
		for _, ac := range k.acts {
			ac.in = pageAt(i)
			out = append(out, ac)
		}
	}
	return out
}

// on is an action of a page of type P.
func on[P page](f func(p P, a *App) tea.Cmd) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		if p, ok := a.onPage().page.(P); ok {
			return f(p, a)
		}
		return nil
	}
}

// refusedOn is why an action of a page of type P is not possible.
func refusedOn[P page](f func(p P) *inbox.Reason) func(*App) *inbox.Reason {
	return func(a *App) *inbox.Reason {
		if p, ok := a.onPage().page.(P); ok {
			return f(p)
		}
		return nil
	}
}

// onPage is the page that is on the screen; its page is nil where there is none.
func (a *App) onPage() openPage {
	if a.alone || len(a.pages) == 0 {
		return openPage{}
	}
	return a.pages[len(a.pages)-1]
}

// isAt refuses to go where one is.
func (a *App) isAt(at where) *inbox.Reason {
	if a.onPage().at == at {
		return inbox.Why("tui.refused.is_here")
	}
	return nil
}

// openPage lays a page over what is there. One that lies below already comes to the top as it was left, and what lay over it goes.
func (a *App) openPage(at where, k pageKind) tea.Cmd {
	a.alone = false
	var cmd tea.Cmd
	if i := slices.IndexFunc(a.pages, func(p openPage) bool { return p.at == at }); i >= 0 {
		a.pages = slices.Clone(a.pages[:i+1])
	} else {
		var p page
		p, cmd = k.open(a)
		a.pages = append(slices.Clone(a.pages), openPage{p, at})
	}
	a.arrange()
	return cmd
}

// read opens a conversation by itself, whatever the list stands on: back leads to where it was opened.
func (a *App) read(id inbox.ConversationID) tea.Cmd {
	a.alone, a.follow, a.focus = true, false, threadAt
	a.arrange()
	a.thread.want(id)
	return a.open(id)
}

// goBack leaves what is read by itself, or the page on the top.
func (a *App) goBack() {
	if a.alone {
		a.alone, a.focus = false, listAt
	} else {
		a.pages = slices.Clone(a.pages[:len(a.pages)-1])
	}
	a.follow = a.follow || len(a.pages) == 0
	a.arrange()
}

// toInbox leaves all that lies over the inbox. The thread shows again what the list stands on.
func (a *App) toInbox() {
	a.pages, a.alone, a.follow = nil, false, true
	a.arrange()
}

// tellPages has all open pages hear something.
func (a *App) tellPages(msg tea.Msg) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(a.pages))
	for _, p := range a.pages {
		cmds = append(cmds, p.hear(msg))
	}
	return tea.Batch(cmds...)
}

// brought is what fetch brought.
type brought struct {
	take func() tea.Cmd
	err  error
}

// fetch does f outside of Update, and then has take, within Update, take in what it brought, or the error, of which the person is told.
func fetch[T any](w *worker, f func(ctx context.Context) (T, error), take func(v T, err error) tea.Cmd) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		v, err := f(ctx)
		return brought{func() tea.Cmd { return take(v, err) }, err}
	})
}
