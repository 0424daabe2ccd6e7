package tui

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// pane is one of the panes of the inbox.
type pane int

const (
	viewsAt pane = iota
	listAt
	threadAt
)

// App is one person's session: a tea.Model. Make it with New, and Close it when the program has ended.
type App struct {
	*common
	cfg     Config
	do      *worker
	actions *actions

	w, h   int
	layout ui.Layout
	look   ui.Look
	chord  ui.Chord
	focus  pane

	views   *viewsPane
	list    *listPane
	thread  *threadPane
	compose *composer // nil: nothing is being written
	search  *searcher
	pages   []openPage // that lie over the inbox, the last on the top
	alone   bool       // over them, or over the inbox, a conversation is read by itself: it is not the list's
	history history
	status  DeskStatus
	heard   bool // status has been told once

	dialogs ui.Stack
	answers map[string]func(ui.Answer) tea.Cmd // to the dialogs that are open
	toasts  ui.Toasts

	sends   []send        // replies and acts of this session on their way: taken back until they leave, watched until they are out
	deleted *inbox.Listed // the view that was deleted last, until something newer can be taken back
	waiting *waiting
	busy    bool // a refresh is under way
	again   bool // and another is wanted after it
	opening inbox.ConversationID
	follow  bool      // the thread is to show what the cursor stands on
	loaded  bool      // the hub can fill views
	touched bool      // a key was pressed: from now on nothing moves by itself
	came    time.Time // when another row last came under the cursor by itself

	lock   lock
	ticks  int
	dir0   *inbox.Directory // that the screen was drawn with
	failed error            // ends the session
	voice  *voice           // of a session in plain lines; nil: it has a screen
}

// send is a reply on its way that can be taken back.
type send struct {
	out   inbox.OutgoingID
	id    inbox.ConversationID
	kind  inbox.OutgoingKind
	to    inbox.MessageID
	text  string
	who   text.Safe
	until time.Time
}

// waiting is an action that waits for a conversation to be read, or for an answer of the desk, and the keys pressed since.
type waiting struct {
	ac    *action
	id    inbox.ConversationID
	about inbox.MessageID // the message that the action is to be done with; 0: the one under the cursor
	keys  []tea.Msg
}

// New makes a session. It does nothing yet but open a look at the desk: the first frame stands before there is anything to show. ctx is
// the session's: when it ends all that is under way does.
func New(ctx context.Context, cfg Config) (*App, error) {
	as, err := newActions(actionTable())
	if err != nil {
		return nil, err
	}
	if cfg.Lang == "" {
		cfg.Lang = cfg.Seat.User.Language
	}
	if cfg.Lang == "" {
		cfg.Lang = "da"
	}
	if cfg.IdleLock == 0 {
		cfg.IdleLock = DefaultIdleLock
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &common{seat: cfg.Seat, clock: cfg.Now, rules: cfg.Rule, log: cfg.Log}
	c.begun = c.now()
	a := &App{
		common: c, cfg: cfg, do: newWorker(ctx, cfg.Seat), actions: as, focus: listAt, follow: true,
		answers: map[string]func(ui.Answer) tea.Cmd{},
		look:    ui.Look{Name: cfg.Theme, ASCII: cfg.ASCII},
	}
	if a.look.Name == "" {
		a.look.Name = ui.Dark
	}
	if cfg.Linear {
		a.look = ui.Look{Name: ui.None, ASCII: true}
		a.cfg.Theme = ui.None // the terminal is not asked
		a.touched = true      // a cursor that moves by itself would be told of each time
	}
	a.speak(cfg.Lang)
	a.restyle()
	a.views, a.list, a.search = newViews(c), newList(c), newSearcher(c)
	a.thread = newThread(c, a.keyOf)
	a.lock.last = a.now()
	a.views.set(a.seat.Views())
	a.dir0 = a.dir()
	if cfg.Linear {
		a.w, a.h = unseenWidth, unseenHeight
		a.arrange()
	}
	if v, ok := a.views.at(0); ok {
		a.list.show(slotOf(v.ID), v.Name, v.Query)
	}
	return a, nil
}

// speak changes the language.
func (a *App) speak(lang string) {
	a.t = newWords(a.cfg.Catalog, lang)
	a.names = ui.KeyNames{}
	for _, k := range []string{"space", "enter", "esc", "tab", "shift", "ctrl", "up", "down", "left", "right", "home", "end", "pgup", "pgdown"} {
		a.names[k] = a.t.T("key." + k)
	}
}

// restyle builds the theme anew after the terminal or its user has said something about looks. What was drawn is forgotten by itself.
func (a *App) restyle() { a.theme = ui.NewTheme(a.look) }

// Init implements tea.Model.
func (a *App) Init() tea.Cmd {
	cmds := []tea.Cmd{a.do.awaitLoaded(), a.do.wake(), a.do.after(time.Second, tick{})}
	if a.cfg.Status != nil {
		cmds = append(cmds, a.do.readStatus(a.cfg.Status))
	}
	if a.cfg.Theme == "" {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Update implements tea.Model.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := tea.Batch(a.update(msg), a.attend())
	a.keepTrack()
	return a, cmd
}

func (a *App) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return a.press(msg)
	case tea.PasteMsg:
		return a.paste(msg)
	case tea.WindowSizeMsg:
		if !a.cfg.Linear {
			a.w, a.h = msg.Width, msg.Height
			a.arrange()
		}
	case tea.ColorProfileMsg:
		a.look.Profile = msg.Profile
		a.restyle()
	case tea.ModeReportMsg:
		if m, ok := ui.MethodFrom(msg.Mode, msg.Value); ok {
			a.look.Method = m
			a.restyle()
		}
	case tea.BackgroundColorMsg:
		if a.cfg.Theme == "" && !msg.IsDark() {
			a.look.Name = ui.Light
			a.restyle()
		}
	case panicked:
		return a.fail(fmt.Errorf("tui: panic: %v\n%s", msg.value, msg.stack))
	case tick:
		return tea.Batch(a.tick(), a.tellPages(msg))
	default:
		return tea.Batch(a.hear(msg), a.tellPages(msg))
	}
	return nil
}

// fail ends the session.
func (a *App) fail(err error) tea.Cmd {
	a.failed = err
	return tea.Quit
}

// hear takes in what commands brought.
func (a *App) hear(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case brought:
		a.complain(msg.err)
		return msg.take()
	case revealed:
		return a.revealed(msg)
	case loaded:
		a.loaded = true
		return a.showViews()
	case viewsShown:
		for slot, err := range msg.errs {
			if a.do.ctx.Err() == nil {
				a.views.errs[slot] = true
				a.log.Warn("a view cannot be shown", "slot", slot, "err", err)
			}
		}
		return a.refresh()
	case woke:
		return tea.Batch(a.do.wake(), a.setup(), a.refresh())
	case refreshed:
		return a.refreshed(msg)
	case opened:
		return a.opened(msg)
	case statusRead:
		a.status, a.heard = msg.s, true
	case acted:
		return a.acted(msg)
	case draftDue:
		return a.draftDue(msg)
	case draftSaved:
		a.draftSaved(msg)
	case shelf:
		return a.chooseFile(msg)
	case replied:
		return a.replied(msg)
	case noted:
		return a.noted(msg)
	case moderated:
		return a.moderated(msg)
	case takenBack:
		return a.takenBack(msg)
	case fates:
		a.fates(msg)
	case restored:
		return a.restored(msg)
	case searchDue:
		return a.searchDue(msg)
	case searched:
		return a.searched(msg)
	case suggested:
		a.suggested(msg)
	case searchLive:
		return a.searchLive(msg)
	case found:
		return a.found(msg)
	case viewSaved:
		return a.viewSaved(msg)
	case searchesRead:
		return a.searchesRead(msg)
	case forgotten:
		a.forgotten(msg)
	case renewed:
		a.complain(msg.err)
	}
	return nil
}

// press routes a key: to what waits, to a dialog, to what is being written, and else by the keymap of the place that has the keyboard.
func (a *App) press(msg tea.KeyPressMsg) tea.Cmd {
	a.lock.last = a.now()
	if a.lock.on {
		a.lock.press(msg)
		return nil
	}
	if a.waiting != nil && msg.String() != "ctrl+c" {
		a.typeAhead(msg)
		return nil
	}
	a.toasts.Turn()
	a.history.going = nil
	here, open := a.here(), a.dialogs.Open()
	cmd := a.route(msg, here)
	if a.here() != here || a.dialogs.Open() != open {
		a.toasts.Leave()
	}
	return cmd
}

// route hands a key to who has the keyboard.
func (a *App) route(msg tea.KeyPressMsg, here where) tea.Cmd {
	if a.dialogs.Open() && msg.String() == "ctrl+c" && !a.quitting() {
		msg = tea.KeyPressMsg{Code: tea.KeyEscape} // out of here: once more asks whether to leave
	}
	if answer, handled := a.dialogs.Update(msg, a.now()); handled {
		return a.answered(answer)
	}
	if here == inSearch {
		return a.pressSearch(msg)
	}
	id, how := a.chord.Press(a.actions.keys[here], msg)
	first := !a.touched
	a.touched = true
	switch how {
	case ui.Hit:
		ac := a.actions.by[id]
		if grace := a.now().Sub(a.came); ac.act != "" && ac.needs != nothing && (grace < ui.Grace || first && grace < justCame) {
			a.sayBriefly(a.t.T("tui.status.just_came")) // what it was meant for has gone from under the cursor just now
			return nil
		}
		return a.perform(ac)
	case ui.Broken:
		a.sayBriefly(a.t.T("tui.status.no_such"))
	case ui.Unbound:
		if a.compose != nil {
			return a.write(msg)
		}
		a.sayBriefly(a.t.T("tui.status.unbound", "Key", a.names.Show(msg.String()), "Help", a.keyOf("help")))
	}
	return nil
}

// justCame is how long a row must have stood under the cursor for the first key of a session to act on it.
const justCame = 2 * time.Second

// paste goes where text is being written, and nowhere else.
func (a *App) paste(msg tea.PasteMsg) tea.Cmd {
	a.lock.last = a.now()
	switch {
	case a.lock.on:
	case a.waiting != nil:
		a.typeAhead(msg)
	case a.dialogs.Open():
		answer, _ := a.dialogs.Update(msg, a.now())
		return a.answered(answer)
	case a.compose != nil:
		return a.write(msg)
	case a.search.editing:
		return a.pressSearch(msg)
	}
	return nil
}

// ask opens a dialog; then is what its answer means, and is not called where the person turned away.
func (a *App) ask(id string, d ui.Dialog, then func(ui.Answer) tea.Cmd) tea.Cmd {
	a.answers[id] = then
	a.dialogs.Ask(d)
	return nil
}

func (a *App) answered(answer *ui.Answer) tea.Cmd {
	if answer == nil {
		return nil
	}
	then := a.answers[answer.Dialog]
	delete(a.answers, answer.Dialog)
	if then == nil || answer.Cancelled {
		return nil
	}
	return then(*answer)
}

// typeAheadLimit is how many keys wait for an action that waits.
const typeAheadLimit = 200

func (a *App) typeAhead(msg tea.Msg) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "esc" && a.waiting.ac != nil {
		a.waiting = nil
		return
	}
	if len(a.waiting.keys) < typeAheadLimit {
		a.waiting.keys = append(a.waiting.keys, msg)
	}
}

// waitFor has an action wait until a conversation has been read.
func (a *App) waitFor(ac *action, id inbox.ConversationID) tea.Cmd {
	a.waiting = &waiting{ac: ac, id: id}
	if a.opening == id {
		return nil
	}
	return a.open(id)
}

// resume does what waited, and then what the keys pressed meanwhile say.
func (a *App) resume() tea.Cmd {
	w := a.waiting
	a.waiting = nil
	if w == nil {
		return nil
	}
	var cmds []tea.Cmd
	if w.about != 0 {
		a.thread.thread.Select(blockKey{aMessage, int64(w.about)})
	}
	if w.ac != nil {
		cmds = append(cmds, a.perform(w.ac))
	}
	for i, k := range w.keys {
		if a.waiting != nil {
			a.waiting.keys = append(a.waiting.keys, w.keys[i:]...)
			break
		}
		cmds = append(cmds, a.update(k))
	}
	return tea.Batch(cmds...)
}

// say tells something in the status line.
func (a *App) say(s text.Safe) {
	a.toasts.Show(ui.Toast{Line: ui.Text.Line(s), Until: a.now().Add(6 * time.Second)})
}

// sayBriefly tells something that answers a key, and is out of the way with the next.
func (a *App) sayBriefly(s text.Safe) {
	a.toasts.Show(ui.Toast{Line: ui.Text.Line(s), Until: a.now().Add(6 * time.Second), Brief: true})
}

// praise tells that something went well.
func (a *App) praise(s text.Safe) {
	a.toasts.Show(ui.Toast{Line: ui.Success.Line(s), Until: a.now().Add(6 * time.Second)})
}

// warn tells what a person must not miss.
func (a *App) warn(s text.Safe) {
	a.toasts.Warn(ui.Toast{Line: ui.Danger.Line(s), Until: a.now().Add(8 * time.Second)})
}

// refused tells why an action is not possible.
func (a *App) refused(ac *action, r *inbox.Reason) {
	l := ui.Line{ui.Strong.Span(a.name(ac)), a.bullet(), ui.Warning.Span(a.t.Reason(r))}
	a.toasts.Show(ui.Toast{Line: l, Until: a.now().Add(6 * time.Second), Brief: true})
}

// complain tells of an error, and logs one that is our fault.
func (a *App) complain(err error) {
	if err == nil || a.do.ctx.Err() != nil {
		return
	}
	if inbox.CodeOf(err) == inbox.Internal {
		a.log.Error("a session's command failed", "user", a.seat.User.Login, "err", err)
	}
	a.warn(a.t.Error(err))
}
