package tui

import (
	"slices"
	"strconv"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// where is a set of places in which an action can be.
type where uint64

// The places. Each has keys of its own; what is on several is the same key in each.
const (
	inViews where = 1 << iota
	inList
	inThread
	inReply
	inNote
	inSearch

	firstPage where = 1 << 16          // the places from here on are those of pages: pageAt
	inPages         = ^(firstPage - 1) // of all pages

	inPanes    = inViews | inList | inThread
	onOne      = inList | inThread // acts on the conversation under the cursor
	inWriting  = inReply | inNote
	everywhere = inPanes | inWriting | inSearch | inPages
)

// places lists the places, in the order of the help.
func places() []where {
	out := []where{inList, inThread, inViews, inReply, inNote, inSearch}
	for i := range pageKinds() {
		out = append(out, pageAt(i))
	}
	return out
}

// need is what an action needs before it can run.
type need byte

const (
	nothing      need = iota
	conversation      // one under the cursor
	thread            // and all that is in it
)

// action is one thing that a person can do. Its name is the catalogue's, under "act." and its id.
type action struct {
	id    string
	keys  []string // of ui.Keymap; none: it is found in the palette only
	in    where
	needs need
	act   inbox.Act // what the desk must allow; "": nothing
	// public: the public sees it. Such an action has no key that is a letter alone.
	public bool
	// typed: a person goes on typing what it asks for. Where it is refused, that must not fall on the keys: the refusal waits for Esc.
	typed  bool
	hint   int // its place in the footer, where 1 is first; 0: it has none
	refuse func(*App) *inbox.Reason
	run    func(*App) tea.Cmd
}

// actionTable is all that a person can do here. It drives the keys, the footer, the help and the palette; nothing is bound elsewhere but
// what a text field, a list of choices or a question does with keys by itself.
func actionTable() []action {
	t := []action{
		// What is done with the conversation under the cursor. The order is that of footer and help.
		{id: "open", keys: []string{"enter"}, in: inList | inViews, hint: 1, run: (*App).openHere},
		{id: "reply", keys: []string{"r"}, in: onOne, needs: thread, act: inbox.DoReply, hint: 2, refuse: (*App).cannotReply, run: (*App).startReply},
		{id: "no_answer", keys: []string{"A"}, in: onOne, needs: conversation, act: inbox.DoClose, hint: 3, run: (*App).closeNoAnswer},
		{id: "close", keys: []string{"a"}, in: onOne, needs: conversation, act: inbox.DoClose, hint: 9, run: (*App).askClose},
		{id: "topics", keys: []string{"e"}, in: onOne, needs: thread, act: inbox.DoTag, hint: 4, run: (*App).askTopic},
		{id: "escalate", keys: []string{"v"}, in: onOne, needs: conversation, act: inbox.DoEscalate, hint: 8, run: (*App).askEscalate},
		{id: "take", keys: []string{"t"}, in: onOne, needs: conversation, act: inbox.DoTake, hint: 10, run: (*App).take},
		{id: "release", keys: []string{"s"}, in: onOne, needs: conversation, act: inbox.DoRelease, run: (*App).release},
		{id: "assign", keys: []string{"d"}, in: onOne, needs: conversation, act: inbox.DoAssign, run: (*App).askAssign},
		{id: "snooze", keys: []string{"u"}, in: onOne, needs: conversation, act: inbox.DoSnooze, hint: 11, run: (*App).askSnooze},
		{id: "note", keys: []string{"n"}, in: onOne, needs: thread, act: inbox.DoNote, hint: 12, run: (*App).startNote},
		{id: "priority", keys: []string{"p"}, in: onOne, needs: conversation, act: inbox.DoPriority, run: (*App).askPriority},
		{id: "reopen", keys: []string{"o"}, in: onOne, needs: conversation, act: inbox.DoReopen, run: (*App).reopen},
		{id: "resolve", keys: []string{"m"}, in: onOne, needs: thread, act: inbox.DoResolve, run: (*App).askResolve},
		{id: "undo_send", keys: []string{"z"}, in: inPanes, refuse: (*App).cannotTakeBack, run: (*App).takeBack},

		// What is seen of it.
		{id: "why", keys: []string{"h"}, in: onOne, needs: thread, hint: 13, run: (*App).askWhy},
		{id: "correct", keys: []string{"b"}, in: onOne, needs: thread, act: inbox.DoTag, refuse: (*App).cannotCorrect, run: (*App).askCorrect},
		{id: "alike", keys: []string{"E"}, in: onOne, needs: thread, refuse: (*App).noAlike, run: (*App).showAlike},
		{id: "events", keys: []string{"H"}, in: onOne, needs: thread, run: (*App).toggleEvents},
		{id: "post", keys: []string{"c"}, in: onOne, needs: thread, refuse: (*App).noPost, run: (*App).togglePost},
		{id: "earlier", keys: []string{"f"}, in: inThread, needs: thread, refuse: (*App).notEdited, run: (*App).toggleEarlier},
		{id: "link", keys: []string{"l"}, in: onOne, needs: thread, refuse: (*App).noLink, run: (*App).showLink},

		// Finding the way.
		{id: "search", keys: []string{"/"}, in: inPanes, hint: 6, run: (*App).startSearch},
		{id: "next_awaiting", keys: []string{"w"}, in: onOne, hint: 14, run: func(a *App) tea.Cmd { return a.toAwaiting(1) }},
		{id: "previous_awaiting", keys: []string{"W"}, in: onOne, run: func(a *App) tea.Cmd { return a.toAwaiting(-1) }},
		{id: "next", keys: []string{"J"}, in: onOne, run: func(a *App) tea.Cmd { return a.step(1) }},
		{id: "previous", keys: []string{"K"}, in: onOne, run: func(a *App) tea.Cmd { return a.step(-1) }},
		{id: "down", keys: []string{"j", "down"}, in: inPanes | inPages, run: func(a *App) tea.Cmd { return a.move(1) }},
		{id: "up", keys: []string{"k", "up"}, in: inPanes | inPages, run: func(a *App) tea.Cmd { return a.move(-1) }},
		{id: "page_down", keys: []string{"pgdown", "space"}, in: inPanes | inPages, run: func(a *App) tea.Cmd { return a.page(1) }},
		{id: "page_up", keys: []string{"pgup"}, in: inPanes | inPages, run: func(a *App) tea.Cmd { return a.page(-1) }},
		{id: "top", keys: []string{"home", "g g"}, in: inPanes | inPages, run: (*App).toTop},
		{id: "bottom", keys: []string{"end", "G"}, in: inPanes | inPages, run: (*App).toBottom},
		{id: "right", keys: []string{"tab", "right"}, in: inPanes, run: func(a *App) tea.Cmd { return a.turn(1) }},
		{id: "left", keys: []string{"shift+tab", "left"}, in: inPanes, run: func(a *App) tea.Cmd { return a.turn(-1) }},
		{id: "go_past", keys: []string{"alt+left", "backspace"}, in: inPanes | inPages, refuse: (*App).noPast, run: (*App).goPast},
		{id: "go_future", keys: []string{"alt+right"}, in: inPanes | inPages, refuse: (*App).noFuture, run: (*App).goFuture},
		{id: "back", keys: []string{"esc"}, in: inPanes | inPages, hint: 5, refuse: (*App).nowhereBack, run: (*App).back},
	}
	t = slices.Concat(t, deeds(), guards(), pageActions())
	for n := 1; n <= 9; n++ {
		t = append(t, action{
			id: "view_" + strconv.Itoa(n), keys: []string{strconv.Itoa(n)}, in: inPanes,
			refuse: func(a *App) *inbox.Reason { return a.noView(n) }, run: func(a *App) tea.Cmd { return a.toView(n) },
		})
	}
	return append(t,
		action{id: "views", keys: []string{"i", "g v"}, in: inPanes, hint: 7, refuse: (*App).amongViews, run: (*App).toViews},
		action{id: "save_view", keys: []string{"ctrl+g"}, in: inPanes | inSearch, act: inbox.DoSaveView, refuse: (*App).nothingToSave, run: (*App).askSaveView},
		action{id: "edit_view", keys: []string{"R"}, in: inViews, hint: 8, refuse: (*App).notMyView, run: (*App).askEditView},
		action{id: "pin_view", keys: []string{"F"}, in: inViews, hint: 9, act: inbox.DoSaveView, refuse: (*App).noViewHere, run: (*App).pinView},
		action{id: "raise_view", keys: []string{"ctrl+up", "alt+up"}, in: inViews, hint: 10, refuse: cannotMove(-1), run: moveView(-1)},
		action{id: "lower_view", keys: []string{"ctrl+down", "alt+down"}, in: inViews, refuse: cannotMove(1), run: moveView(1)},
		action{id: "delete_view", keys: []string{"delete"}, in: inViews, hint: 11, refuse: (*App).notMyView, run: (*App).deleteView},

		// Writing.
		action{id: "send", keys: []string{"ctrl+s"}, in: inReply, public: true, hint: 1, act: inbox.DoModerate, refuse: (*App).cannotSend, run: (*App).sendReply},
		action{id: "save_note", keys: []string{"ctrl+s"}, in: inNote, hint: 1, act: inbox.DoNote, run: (*App).saveNote},
		action{id: "compose_close", keys: []string{"ctrl+t"}, in: inReply, refuse: (*App).closesNothing, run: (*App).toggleClose},
		action{id: "attach", keys: []string{"ctrl+f"}, in: inReply, hint: 5, refuse: (*App).takesNoFiles, run: (*App).startAttach},
		action{id: "detach", keys: []string{"ctrl+x"}, in: inReply, refuse: (*App).carriesNone, run: (*App).detach},
		action{id: "not_cpr", keys: []string{"ctrl+n"}, in: inReply, act: inbox.DoPassCPR, refuse: (*App).nothingToPass, run: (*App).askNotCPR},
		action{id: "scroll_up", keys: []string{"ctrl+up", "alt+up"}, in: inWriting, hint: 3, run: func(a *App) tea.Cmd { return a.scroll(-1) }},
		action{id: "scroll_down", keys: []string{"ctrl+down", "alt+down"}, in: inWriting, run: func(a *App) tea.Cmd { return a.scroll(1) }},
		action{id: "leave", keys: []string{"esc"}, in: inReply, hint: 2, run: (*App).leaveComposer},
		action{id: "leave_note", keys: []string{"esc"}, in: inNote, hint: 2, run: (*App).leaveComposer},

		// Searching. What the line itself does with its keys is said here, so that footer and help say it.
		action{id: "search_show", keys: []string{"enter"}, in: inSearch, hint: 1, run: (*App).showResults},
		action{id: "search_complete", keys: []string{"tab"}, in: inSearch, hint: 2, run: (*App).completeSearch},
		action{id: "search_leave", keys: []string{"esc"}, in: inSearch, hint: 3, run: (*App).leaveSearch},
		action{id: "search_history", keys: []string{"ctrl+r"}, in: inSearch, hint: 4, run: (*App).askSearches},
		action{id: "search_again", keys: []string{"ctrl+r"}, in: inPanes, run: (*App).askSearches},
		action{id: "forget_searches", in: inPanes, run: (*App).askForget},

		// The desk.
		action{id: "palette", keys: []string{":", "f2"}, in: inPanes | inPages, run: (*App).openPalette},
		action{id: "theme", in: inPanes | inPages, run: (*App).nextTheme},
		action{id: "language", in: inPanes | inPages, run: (*App).nextLanguage},
		action{id: "redraw", keys: []string{"ctrl+l"}, in: everywhere, run: (*App).redraw},
		action{id: "quit", keys: []string{"q", "ctrl+c"}, in: inPanes | inPages, run: (*App).askQuit},
		action{id: "quit_writing", keys: []string{"ctrl+c"}, in: inWriting | inSearch, run: (*App).askQuit},
		action{id: "help", keys: []string{"?", "f1"}, in: inPanes | inPages, hint: 99, run: (*App).openHelp},
		action{id: "help_writing", keys: []string{"f1"}, in: inWriting | inSearch, hint: 99, run: (*App).openHelp},
	)
}

// actions is the table with what was made of it once for the session.
type actions struct {
	table []action
	by    map[string]*action
	keys  map[where]*ui.Keymap
}

// newActions makes the keymaps. An error names every key that clashes, cannot be typed, or does not exist.
func newActions(table []action) (*actions, error) {
	as := &actions{table: table, by: map[string]*action{}, keys: map[where]*ui.Keymap{}}
	for i := range table {
		as.by[table[i].id] = &table[i]
	}
	for _, p := range places() {
		var bs []ui.Binding
		for _, ac := range table {
			if ac.in&p == 0 {
				continue
			}
			for _, k := range ac.keys {
				bs = append(bs, ui.Binding{ID: ac.id, Keys: k})
			}
		}
		km, err := ui.NewKeymap(bs)
		if err != nil {
			return nil, err
		}
		as.keys[p] = km
	}
	return as, nil
}

// keyOf is how to press an action, in the user's language; "" where it has no key.
func (a *App) keyOf(id string) text.Safe {
	ac := a.actions.by[id]
	if ac == nil || len(ac.keys) == 0 {
		return ""
	}
	return a.names.Show(ac.keys[0])
}

// name is what an action is called.
func (a *App) name(ac *action) text.Safe { return a.t.T("act." + ac.id) }

// here is the place that has the keyboard.
func (a *App) here() where {
	switch {
	case a.compose != nil && a.compose.what == inbox.DraftNote:
		return inNote
	case a.compose != nil:
		return inReply
	case a.search.editing:
		return inSearch
	}
	if at := a.onPage().at; at != 0 {
		return at
	}
	switch a.focus {
	case viewsAt:
		return inViews
	case threadAt:
		return inThread
	}
	return inList
}

// refusal says why an action is not possible here and now, or nil. What only the conversation itself can tell is not known while that is
// being read: the action then waits for it, and is asked about again.
func (a *App) refusal(ac *action) *inbox.Reason {
	if ac.in&a.here() == 0 {
		return inbox.Why("tui.refused.elsewhere")
	}
	id, o := a.target()
	if ac.needs != nothing && id == 0 {
		return inbox.Why("tui.refused.nothing_here")
	}
	if ac.refuse != nil && (ac.needs != thread || o != nil) {
		if r := ac.refuse(a); r != nil {
			return r
		}
	}
	var t *inbox.Thread
	if ac.needs != nothing && o != nil {
		t = o.Thread
	}
	if ac.act == "" {
		return nil
	}
	return a.seat.Refusal(ac.act, t)
}

// perform does an action, or says why not. One that needs a conversation that is still being read waits for it.
func (a *App) perform(ac *action) tea.Cmd {
	if r := a.refusal(ac); r != nil {
		if ac.typed {
			return a.refusedAndWait(ac, r)
		}
		a.refused(ac, r)
		return nil
	}
	if _, o := a.target(); ac.needs == thread && o == nil {
		id, _ := a.target()
		return a.waitFor(ac, id)
	}
	return ac.run(a)
}
