package tui

import (
	"slices"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// panes are the three of the inbox: beside each other where there is room, else the one with the keyboard; what is read by itself has all
// the room.
func (a *App) panes() []ui.Pane {
	if a.alone {
		return []ui.Pane{viewsAt: {Drop: 1}, listAt: {Drop: 1}, threadAt: {Min: ui.MaxWidth}}
	}
	return []ui.Pane{{Min: 31, Max: 34, Grow: 1, Drop: 2}, {Min: 46, Max: 120, Grow: 5}, {Min: 54, Grow: 2, Drop: 1}}
}

// arrange lays out the frame for the size and the focus.
func (a *App) arrange() {
	if a.alone && a.focus != threadAt { // gone elsewhere from what was read by itself
		a.pages, a.alone, a.follow = nil, false, true
	}
	if a.onPage().page != nil {
		a.layout = ui.Arrange(a.w, a.h, []ui.Pane{{Min: ui.MinWidth}}, 0)
		return
	}
	a.layout = ui.Arrange(a.w, a.h, a.panes(), int(a.focus))
	r := a.layout.Panes[listAt]
	if r.W == 0 {
		r.H = a.layout.H - 2
	}
	a.list.height = r.H - 1
	if a.foot() {
		a.list.height--
	}
}

// foot reports whether the list says at its foot what no thread beside it does.
func (a *App) foot() bool { return !a.layout.Shown(int(threadAt)) && a.layout.H > 6 }

// View implements tea.Model.
func (a *App) View() tea.View {
	var v tea.View
	v.AltScreen = true
	v.WindowTitle = string(a.deskName())
	if a.w == 0 || a.failed != nil {
		return v
	}
	if a.lock.on {
		v.SetContent(a.locked(a.layout.W, a.layout.H).String())
		return v
	}
	frame, cursor := a.frame()
	if q := a.offered(); q != nil {
		var over ui.Stack
		over.Ask(q)
		frame = over.Draw(frame, a.theme, a.layout.W)
	}
	if a.dialogs.Open() {
		frame = a.dialogs.Draw(frame, a.theme, a.layout.W)
		cursor = nil
		if x, y, ok := a.dialogs.Cursor(); ok {
			cursor = tea.NewCursor(x, y)
		}
	}
	v.SetContent(frame.String())
	v.Cursor = cursor
	return v
}

// frame draws everything below the dialogs.
func (a *App) frame() (ui.Lines, *tea.Cursor) {
	l, t := a.layout, a.theme
	if p := a.onPage(); p.page != nil {
		r := l.Panes[0]
		return l.Compose(t, a.header(), a.statusLine(), p.view(r.W, r.H)), nil
	}
	panes := make([]ui.Lines, 3)
	var cursor *tea.Cursor
	for i, r := range l.Panes {
		if r.W == 0 {
			continue
		}
		focus := pane(i) == a.focus && !a.search.editing
		switch pane(i) {
		case viewsAt:
			if !focus {
				a.views.list.Select(a.list.slot)
			}
			panes[i] = a.views.view(r.W, r.H, focus)
		case listAt:
			panes[i] = a.list.view(r.W, r.H, focus, a.foot())
		case threadAt:
			panes[i], cursor = a.threadView(r, focus)
		}
	}
	frame := l.Compose(t, a.header(), a.statusLine(), panes...)
	if a.search.editing {
		r := l.Panes[listAt]
		frame = frame.Over(t, ui.Lines{a.search.input.View(t, r.W, ui.Plain)}, r.W, r.X, r.Y)
		frame = frame.Over(t, a.search.input.Below(t, r.W, r.H-2), r.W, r.X, r.Y+1)
		cursor = tea.NewCursor(r.X+a.search.input.Cursor(), r.Y)
	}
	return frame, cursor
}

// threadView draws the thread, with the composer below it while something is being written.
func (a *App) threadView(r ui.Rect, focus bool) (ui.Lines, *tea.Cursor) {
	c := a.compose
	if c == nil {
		return a.thread.view(r.W, r.H, focus), nil
	}
	h := min(c.height(r.W, r.H), max(r.H-4, 1))
	lines, x, y := c.view(r.W, h)
	out := a.thread.view(r.W, max(r.H-len(lines), 0), focus)
	y += len(out)
	out = append(out, lines...)
	return out[:min(len(out), r.H)], tea.NewCursor(r.X+x, r.Y+min(y, r.H-1))
}

func (a *App) deskName() text.Safe {
	if a.cfg.Name != "" {
		return text.CleanLine(a.cfg.Name)
	}
	return a.t.T("tui.name")
}

// header says where one is, who one is, how the accounts are, and what time it is.
func (a *App) header() string {
	me, now := a.me(), a.now()
	who := ui.Line{ui.Text.Span(text.CleanLine(me.Name)), ui.Dim.Span(", " + a.t.Word(string(me.Role)))}
	clock := a.t.Clock(now)
	day := text.CleanLine(a.t.Day(now, now))
	at := ui.Line{ui.Text.Span(" "), ui.Title.Span(a.deskName())}
	for _, s := range a.trail() {
		at = append(at, ui.Dim.Span(" / "), ui.Text.Span(s))
	}
	return ui.Status{
		Left:  []ui.Segment{{Line: at}, {Line: who, Drop: 2}},
		Right: []ui.Segment{{Line: a.health()}, {Line: ui.Dim.Line(day), Drop: 3}, {Line: ui.Text.Line(clock + " "), Drop: 1}},
	}.View(a.theme, a.layout.W, ui.Bar)
}

// health says in words how the accounts and the index are: what is worst.
func (a *App) health() ui.Line {
	if !a.heard {
		return nil
	}
	worst := a.worst()
	switch {
	case worst != nil && gravity(worst.State) > 0:
		l := ui.Line{stateToken(worst.State).Span(a.account(worst.ID)), ui.Text.Span(" "), badge(worst.Channel), ui.Text.Span(" ")}
		l = append(l, stateToken(worst.State).Span(a.t.Word(string(worst.State))))
		if p := a.progress(*worst); p != "" {
			l = append(l, ui.Text.Span(": "+p))
		}
		return l
	case a.status.Index.State == IndexBuilding:
		return ui.Text.Line(a.t.T("tui.accounts.index") + " " + a.indexWords(a.status.Index))
	case a.status.Parked > 0:
		return ui.Warning.Line(a.t.N("tui.status.parked", int(a.status.Parked)))
	case worst == nil:
		return ui.Dim.Line(a.t.T("tui.accounts.none"))
	}
	return ui.Success.Line(a.t.T("tui.status.all_well"))
}

// worst is the account that is worst off, or nil.
func (a *App) worst() *AccountStatus {
	var worst *AccountStatus
	for i := range a.status.Accounts {
		s := &a.status.Accounts[i]
		if worst == nil || gravity(s.State) > gravity(worst.State) {
			worst = s
		}
	}
	return worst
}

// gravity orders the states of accounts by how much a person should know of them; 0 is well.
func gravity(s inbox.AccountState) int {
	switch s {
	case inbox.AccountLive, inbox.AccountOff:
		return 0
	case inbox.AccountCatchingUp:
		return 1
	case inbox.AccountConnecting:
		return 2
	case inbox.AccountThrottled:
		return 3
	case inbox.AccountPartial:
		return 4
	case inbox.AccountUnreached:
		return 5
	}
	return 6
}

// statusLine is the last line: what just happened, or what the keys do here; on the right what is on its way.
func (a *App) statusLine() string {
	t, w := a.theme, a.layout.W
	right := a.onItsWay()
	rw := 0
	if !right.Empty() {
		right = append(right, ui.Text.Span(" "))
		rw = min(t.Width(right.Plain()), w-10)
	}
	var left string
	if keys := a.chord.Pending(); len(keys) > 0 {
		left = t.Line(a.pending(keys), w-rw, ui.Bar)
	} else if l, _, ok := a.toasts.Current(a.now()); ok {
		left = t.Line(append(ui.Line{ui.Text.Span(" ")}, l...), w-rw, ui.Bar)
	} else if a.dialogs.Open() {
		left = t.Blank(w-rw, ui.Plain) // it says its own keys
	} else {
		left = t.Line(nil, 1, ui.Plain) + ui.Hints(t, a.hints(), w-rw-1, ui.Plain)
	}
	if rw == 0 {
		return left
	}
	return left + t.Line(right, rw, ui.Bar)
}

// onItsWay counts down to when the last reply leaves.
func (a *App) onItsWay() ui.Line {
	if a.waiting != nil && a.waiting.ac == nil {
		return ui.Dim.Line(" " + a.t.T("tui.status.working"))
	}
	s, ok := a.lastSend()
	left := s.until.Sub(a.now())
	if !ok || s.until.IsZero() || a.compose != nil {
		return nil
	}
	say := a.t.T("tui.status.leaves_short", "Span", a.t.Span(ceilSecond(left)))
	if doing := "tui.doing." + string(s.kind); !s.kind.Says() {
		say = a.t.T("tui.status.deed_short", "What", a.t.T(doing), "Span", a.t.Span(ceilSecond(left)))
		if a.layout.W >= 120 {
			say = a.t.T("tui.status.deed", "Who", s.who, "What", a.t.T(doing), "Span", a.t.Span(ceilSecond(left)))
		}
	} else if a.layout.W >= 120 {
		say = a.t.T("tui.status.leaves", "Who", s.who, "Span", a.t.Span(ceilSecond(left)))
	}
	return ui.Line{
		ui.Text.Span(" "), ui.Own.Span(say),
		ui.Text.Span("  "), ui.Key.Span(a.keyOf("undo_send")), ui.Text.Span(" " + a.t.T("tui.status.undo")),
	}
}

// ceilSecond rounds up: a countdown ends at 1.
func ceilSecond(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

// pending shows what a key that begins a sequence can be followed by.
func (a *App) pending(keys []string) ui.Line {
	l := ui.Line{ui.Key.Span(" " + a.names.Show(keys[0])), ui.Dim.Span(" " + a.t.T("tui.status.then") + "  ")}
	if a.offered() != nil {
		return l // it says what
	}
	for _, b := range a.chord.Next() {
		if ac := a.actions.by[b.ID]; ac != nil {
			name := a.name(ac)
			if short := "hint." + ac.id; a.t.Has(short) {
				name = a.t.T(short)
			}
			l = append(l, ui.Key.Span(a.names.Show(b.Keys)), ui.Text.Span(" "+name+"  "))
		}
	}
	return l
}

// hints are the keys that matter here. What is not possible is grey; its reason comes with the key. That there is nothing to go back to,
// or that the views are beside the list, needs no word.
func (a *App) hints() []ui.Hint {
	here := a.here()
	var acs []*action
	for i := range a.actions.table {
		if ac := &a.actions.table[i]; ac.in&here != 0 && ac.hint > 0 {
			acs = append(acs, ac)
		}
	}
	slices.SortStableFunc(acs, func(x, y *action) int { return x.hint - y.hint })
	out := make([]ui.Hint, 0, len(acs))
	for _, ac := range acs {
		h := ui.Hint{Keys: a.names.Show(ac.keys[0]), Label: a.t.T("hint." + ac.id)}
		r := a.refusal(ac)
		switch {
		case r != nil && (ac.id == "back" || ac.id == "views"), ac.id == "views" && a.layout.Shown(int(viewsAt)):
			continue
		case r != nil:
			h.Refusal = a.t.Reason(r)
		}
		out = append(out, h)
	}
	return out
}
