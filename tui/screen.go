package tui

import (
	"slices"
	"time"

	"lytter/inbox"

	tea "charm.land/bubbletea/v2"
)

// attend asks for what the screen lacks: rows that came into sight, in the list and on a page, the conversation that the cursor came to.
func (a *App) attend() tea.Cmd {
	var cmds []tea.Cmd
	if p := a.onPage(); p.page != nil {
		cmds = append(cmds, p.hear(looked{}))
	}
	if !a.list.covered() {
		cmds = append(cmds, a.refresh())
	}
	if a.follow && !a.alone && a.compose == nil && a.opening == 0 && a.waiting == nil {
		switch id := a.list.cursor(); {
		case id == 0 && a.list.win.known && a.list.Len() == 0:
			a.thread.clear()
			if a.focus == threadAt {
				a.focus = listAt // it says that all is done
				a.arrange()
			}
		case id == 0:
		case !a.thread.is(id) || a.thread.shown() == nil:
			a.thread.want(id)
			cmds = append(cmds, a.open(id))
		default:
			a.follow = false
		}
	}
	return tea.Batch(cmds...)
}

// refresh has what is on the screen brought as it is now. One is under way at a time.
func (a *App) refresh() tea.Cmd {
	if a.busy {
		a.again = true
		return nil
	}
	a.busy = true
	s := seen{slots: slices.Clone(a.views.slots), ask: a.list.ask(), preview: a.search.preview}
	if a.list.slot != slotSearch {
		s.preview = nil
	}
	if o := a.thread.shown(); o != nil {
		s.open, s.version = o.ID, o.Version
	}
	return a.do.refresh(s)
}

// refreshed takes in what was brought, and asks again if something changed meanwhile.
func (a *App) refreshed(r refreshed) (next tea.Cmd) {
	if a.busy = false; a.again {
		a.again = false
		defer func() { next = a.refresh() }()
	}
	a.complain(r.err)
	a.views.setCounts(r.counts)
	if r.err == nil && a.list.take(r.win, r.rows) {
		a.follow, a.came = true, a.now() // what stood under the cursor went, by this person's own hand
	}
	if !a.touched {
		a.rest()
	}
	if a.thread.is(r.open) {
		switch {
		case r.opened != nil:
			a.showThread(r.opened)
		case r.gone != nil && inbox.CodeOf(r.gone) == inbox.NotFound:
			a.thread.err = r.gone
		case r.gone != nil:
			a.complain(r.gone)
		}
	}
	return nil
}

// rest keeps the list at its newest row until the person first presses a key: what fills a new desk comes in any order.
func (a *App) rest() {
	before := a.list.cursor()
	if a.list.win.before == 0 {
		a.list.list.Home()
	}
	if id := a.list.cursor(); id != before {
		a.follow, a.came = true, a.now()
	}
}

// showThread shows a conversation as it is now.
func (a *App) showThread(o *inbox.Opened) {
	a.thread.take(o)
	a.list.lookedAt(o.ID, o.LastAt)
	if a.compose != nil {
		a.compose.news(o)
	}
}

// open reads a conversation. One is under way at a time; attend asks for the newest wanted.
func (a *App) open(id inbox.ConversationID) tea.Cmd {
	a.opening = id
	return a.do.open(id)
}

func (a *App) opened(msg opened) tea.Cmd {
	if a.opening == msg.id {
		a.opening = 0
	}
	if !a.thread.is(msg.id) && (a.waiting == nil || a.waiting.id != msg.id) {
		return nil
	}
	if msg.err != nil {
		a.thread.want(msg.id)
		a.thread.err = msg.err
		a.waiting = nil
		a.follow = false
		return nil
	}
	a.showThread(msg.o)
	a.thread.alias = msg.id
	if a.waiting != nil && a.waiting.id == msg.id {
		return a.resume()
	}
	return nil
}

// target is the conversation that an act is on: the one being read, or the one under the cursor of the list; o is nil while that is not
// read.
func (a *App) target() (id inbox.ConversationID, o *inbox.Opened) {
	if id = a.list.cursor(); a.focus == threadAt || a.compose != nil {
		id = a.thread.id
	}
	if a.thread.shows(id) {
		return a.thread.o.ID, a.thread.o
	}
	return id, nil
}

// showViews begins to keep the views live, the one on the screen first.
func (a *App) showViews() tea.Cmd {
	if !a.loaded {
		return nil
	}
	var first, rest []slotQuery
	for _, v := range a.views.views {
		sq := slotQuery{slotOf(v.ID), v.Query}
		if sq.slot == a.list.slot {
			first = append(first, sq)
			continue
		}
		rest = append(rest, sq)
	}
	clear(a.views.errs)
	return tea.Batch(a.do.showViews(first, nil), a.do.showViews(rest, nil))
}

// setup takes over what leads have changed: views, names.
func (a *App) setup() tea.Cmd {
	if a.dir() == a.dir0 {
		return nil
	}
	a.dir0 = a.dir()
	a.list.redraw()
	a.thread.redraw()
	before := slices.Clone(a.views.slots)
	if !a.views.set(a.seat.Views()) {
		return nil
	}
	var gone []string
	for _, slot := range before {
		if !slices.Contains(a.views.slots, slot) {
			gone = append(gone, slot)
			delete(a.views.counts, slot)
		}
	}
	if slices.Contains(gone, a.list.slot) {
		a.toFirst()
	} else if v, ok := a.views.named(a.list.slot); ok && v.Query != a.list.query {
		a.list.show(a.list.slot, v.Name, v.Query)
		a.follow = true
	}
	return tea.Batch(a.do.showViews(nil, gone), a.showViews())
}

// toFirst goes to the first view.
func (a *App) toFirst() {
	if v, ok := a.views.at(0); ok {
		a.list.show(slotOf(v.ID), v.Name, v.Query)
		a.follow = true
	}
}

// How often what is done.
const (
	statusEvery = 2
	agesEvery   = 10
	renewEvery  = 180
)

// tick lets a second go by: clocks and countdowns move, and what depends on time is looked at.
func (a *App) tick() tea.Cmd {
	a.ticks++
	now := a.now()
	cmds := []tea.Cmd{a.do.after(time.Second, tick{})}
	if a.cfg.Status != nil && a.ticks%statusEvery == 0 {
		cmds = append(cmds, a.do.readStatus(a.cfg.Status))
	}
	if a.ticks%agesEvery == 0 {
		a.list.redraw()
		a.thread.redraw()
	}
	if len(a.thread.bare) > 0 {
		a.thread.cover(a.lock.on)
		a.thread.redraw()
	}
	if o := a.thread.shown(); o != nil {
		if a.ticks%renewEvery == 0 && o.TakenBy == a.seat.User.ID && o.Taken(now) && !a.lock.on {
			cmds = append(cmds, a.do.renew(o.ID))
		}
		if slices.ContainsFunc(o.Outgoing, func(out inbox.Outgoing) bool {
			return out.State == inbox.Queued && out.NotBefore.After(now.Add(-2*time.Second))
		}) {
			a.thread.redraw()
		}
	}
	if left := slices.DeleteFunc(slices.Clone(a.sends), func(s send) bool { return s.until.After(now) }); len(left) > 0 {
		cmds = append(cmds, a.do.watch(left))
	}
	if !a.lock.on && a.cfg.IdleLock > 0 && now.Sub(a.lock.last) >= a.cfg.IdleLock {
		a.lock.on, a.lock.asked = true, false
		cmds = append(cmds, a.keepDraft())
	}
	return tea.Batch(cmds...)
}

// acted tells how an act ended.
func (a *App) acted(msg acted) tea.Cmd {
	if msg.err != nil {
		a.complain(msg.err)
		return a.refresh()
	}
	if msg.say != "" {
		a.praise(msg.say)
	}
	if msg.done {
		a.list.release(msg.id)
	}
	return a.refresh()
}

// found goes to the next conversation that awaits an answer.
func (a *App) found(msg found) tea.Cmd {
	switch {
	case msg.err != nil:
		a.complain(msg.err)
	case msg.gen != a.list.gen:
	case msg.id == 0:
		a.say(a.t.T("tui.status.none_awaiting"))
	default:
		a.list.goTo(msg.id, msg.place)
		a.follow = true
	}
	return a.resume()
}

// viewSaved takes over what was done with a view.
func (a *App) viewSaved(msg viewSaved) tea.Cmd {
	if msg.err != nil {
		a.complain(msg.err)
		return nil
	}
	if msg.gone != nil {
		a.deleted = msg.gone
	}
	if msg.say != "" {
		a.praise(msg.say)
	}
	cmd := a.setup()
	if msg.gone == nil {
		a.views.list.Select(slotOf(msg.id))
	}
	return cmd
}
