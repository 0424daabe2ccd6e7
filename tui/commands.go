package tui

import (
	"context"
	"runtime/debug"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// worker does what the model does outside of itself. It belongs to no goroutine: its commands run side by side.
type worker struct {
	ctx  context.Context // of the session
	seat *inbox.Seat
	sub  *inbox.Sub
	crew *crew
	// last is closed when the last thing that a person did is done.
	last chan struct{}
	// shown is closed when the newest search that was to be kept live is, or is not wanted any more.
	shown chan struct{}
	// after waits and then gives the message, and wake gives one when something visible has changed; tests, whose clock is moved by
	// hand, replace both.
	after func(d time.Duration, msg tea.Msg) tea.Cmd
	wake  func() tea.Cmd
}

func newWorker(ctx context.Context, seat *inbox.Seat) *worker {
	w := &worker{ctx: ctx, seat: seat, sub: seat.Subscribe(), crew: newCrew(), last: make(chan struct{}), shown: make(chan struct{})}
	close(w.last)
	close(w.shown)
	w.after, w.wake = w.sleep, w.awaitWake
	return w
}

// do makes a command. A panic in it ends the session and no other.
func (w *worker) do(f func(ctx context.Context) tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		if !w.crew.join() {
			return nil
		}
		defer w.crew.leave()
		defer func() {
			if v := recover(); v != nil {
				msg = panicked{v, debug.Stack()}
			}
		}()
		return f(w.ctx)
	}
}

// inTurn makes a command that changes something: what a person did first is done first. It is called from Update only.
func (w *worker) inTurn(f func(ctx context.Context) tea.Msg) tea.Cmd {
	before, done := w.last, make(chan struct{})
	w.last = done
	return w.do(func(ctx context.Context) tea.Msg {
		defer close(done)
		select {
		case <-before:
		case <-ctx.Done():
		}
		return f(ctx)
	})
}

// sleep waits d, or until the session ends.
func (w *worker) sleep(d time.Duration, msg tea.Msg) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return msg
		case <-ctx.Done():
			return nil
		}
	})
}

// awaitLoaded waits until the hub can fill views at once.
func (w *worker) awaitLoaded() tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		select {
		case <-w.seat.Desk().Hub().Loaded():
			return loaded{}
		case <-ctx.Done():
			return nil
		}
	})
}

// awaitWake waits until something visible has changed.
func (w *worker) awaitWake() tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		select {
		case <-w.sub.Wake():
			return woke{}
		case <-ctx.Done():
			return nil
		}
	})
}

// slotQuery is a view to keep live.
type slotQuery struct{ slot, query string }

// showViews begins to keep views live, in order, and lets go of others.
func (w *worker) showViews(show []slotQuery, hide []string) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		errs := map[string]error{}
		for _, slot := range hide {
			w.sub.Hide(slot)
		}
		for _, v := range show {
			if err := w.sub.Show(ctx, v.slot, v.query); err != nil {
				errs[v.slot] = err
			}
		}
		return viewsShown{errs}
	})
}

// seen is what a screen shows, for refresh to bring it up to date.
type seen struct {
	slots   []string // to count
	ask     ask
	preview hits                 // rows of a search that is not live yet; nil otherwise
	open    inbox.ConversationID // on the screen
	version int64                // of open, as shown; 0: it is not shown yet
}

// refresh brings what is on the screen as it is now.
func (w *worker) refresh(s seen) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		r := refreshed{counts: make(map[string]int, len(s.slots)), open: s.open}
		for _, slot := range s.slots {
			r.counts[slot] = w.sub.Count(slot)
		}
		r.win = window{slot: s.ask.slot, gen: s.ask.gen}
		if s.preview != nil { // what is live may be another search's yet
			r.counts[s.ask.slot] = -1
			r.win = slide(s.preview, s.ask)
		} else if s.ask.slot != "" {
			r.win = slide(w.sub, s.ask)
		}
		ids := make([]inbox.ConversationID, 0, len(r.win.entries)+1)
		for _, e := range r.win.entries {
			ids = append(ids, e.ID)
		}
		if s.open != 0 && !slices.Contains(ids, s.open) {
			ids = append(ids, s.open)
		}
		w.sub.Look(ids)
		if len(ids) == 0 {
			return r
		}
		if r.rows, r.err = w.seat.Rows(ctx, ids); r.err != nil || s.version == 0 {
			return r
		}
		for i := range r.rows {
			if r.rows[i].ID == s.open && r.rows[i].Version == s.version {
				return r
			}
		}
		r.opened, r.gone = w.seat.Open(ctx, s.open)
		return r
	})
}

// open reads a conversation.
func (w *worker) open(id inbox.ConversationID) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		o, err := w.seat.Open(ctx, id)
		return opened{id, o, err}
	})
}

// act does something with a conversation.
func (w *worker) act(id inbox.ConversationID, say text.Safe, done bool, f func(ctx context.Context) error) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg { return acted{id, say, done, f(ctx)} })
}

// readStatus asks what the machines are doing.
func (w *worker) readStatus(f func() DeskStatus) tea.Cmd {
	return w.do(func(context.Context) tea.Msg { return statusRead{f()} })
}

// saveDraft keeps what is being written.
func (w *worker) saveDraft(d inbox.Draft, version uint64) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		return draftSaved{d.Conversation, version, w.seat.SaveDraft(ctx, d)}
	})
}

// reply hands in a reply. Where the conversation has moved it brings that, so that the person can look. d is the reply as a draft.
func (w *worker) reply(r inbox.Reply, d inbox.Draft) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		out, err := w.seat.Reply(ctx, r)
		if err == nil {
			return replied{id: r.Conversation, out: out}
		}
		w.keep(ctx, d)
		o, _ := w.seat.Open(ctx, r.Conversation) // without it the old one stays
		return replied{id: r.Conversation, o: o, err: err}
	})
}

// keep saves as a draft what was not accepted: what was typed since the last pause is in none yet. If that fails too the text is still on
// the screen.
func (w *worker) keep(ctx context.Context, d inbox.Draft) { _ = w.seat.SaveDraft(ctx, d) }

// note saves a note.
func (w *worker) note(id inbox.ConversationID, d inbox.Draft) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		err := w.seat.Note(ctx, id, d.Text)
		if err != nil {
			w.keep(ctx, d)
		}
		return noted{id, err}
	})
}

// moderate hands in an act on a message.
func (w *worker) moderate(mod inbox.Moderation, who text.Safe) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		out, err := w.seat.Moderate(ctx, mod)
		if err != nil && mod.Do == inbox.ActEdit {
			w.keep(ctx, inbox.Draft{Conversation: mod.Conversation, Kind: inbox.DraftEdit, To: mod.Message, Text: mod.Text})
		}
		return moderated{mod, who, out, err}
	})
}

// takeBack takes back a reply that has not left.
func (w *worker) takeBack(s send) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg { return takenBack{s, w.seat.UndoSend(ctx, s.out)} })
}

// watch looks what became of replies.
func (w *worker) watch(sends []send) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		var f fates
		for _, s := range sends {
			o, err := w.seat.Open(ctx, s.id)
			if err != nil {
				f.err = err
				continue
			}
			for _, out := range o.Outgoing {
				settled := out.State.Ended() || out.State == inbox.Unknown || out.State == inbox.Held
				if out.ID == s.out && settled {
					f.ended = append(f.ended, ended{s, out.State, out.Reason})
				}
			}
		}
		return f
	})
}

// restore makes the text of a rejected reply the draft again, beside what has been begun since.
func (w *worker) restore(out inbox.Outgoing) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		d := out.Draft()
		o, err := w.seat.Open(ctx, out.Conversation)
		if err != nil {
			return restored{d, err}
		}
		if have := o.Draft(d.Kind, d.To); have != nil {
			d = have.Join(d)
		}
		return restored{d, w.seat.SaveDraft(ctx, d)}
	})
}

// renew lengthens the lease of a conversation, if this seat has it.
func (w *worker) renew(id inbox.ConversationID) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg { return renewed{w.seat.Renew(ctx, id)} })
}

// search finds the first hits of search n.
func (w *worker) search(ctx context.Context, n int, q string, size int) tea.Cmd {
	return w.do(func(context.Context) tea.Msg {
		h, err := w.seat.Search(ctx, q, inbox.Page{Size: size})
		return searched{n, q, h, err}
	})
}

// suggest asks what query q of search n may have meant.
func (w *worker) suggest(n int, q string) tea.Cmd {
	return w.do(func(ctx context.Context) tea.Msg {
		qs, err := w.seat.Suggest(ctx, q)
		return suggested{n, q, qs, err}
	})
}

// showSearch begins to keep search n live. One that is no longer wanted must leave no view behind that nobody fills, nor take away that
// of the next: they come one after the other. It is called from Update only.
func (w *worker) showSearch(ctx context.Context, n int, q string) tea.Cmd {
	before, done := w.shown, make(chan struct{})
	w.shown = done
	return w.do(func(session context.Context) tea.Msg {
		defer close(done)
		select {
		case <-before:
		case <-session.Done():
		}
		err := w.sub.Show(ctx, slotSearch, q)
		if ctx.Err() != nil {
			w.sub.Hide(slotSearch)
		}
		return searchLive{n, err}
	})
}

// hide lets go of a view.
func (w *worker) hide(slot string) tea.Cmd {
	return w.do(func(context.Context) tea.Msg {
		w.sub.Hide(slot)
		return nil
	})
}

// farthest is how many rows are looked at for the next that awaits an answer.
const farthest = 5000

// nextAwaiting looks from a row of a view on, down or up, for a conversation that awaits an answer. place is where the row stands on the
// screen, for one that has left the view.
func (w *worker) nextAwaiting(slot string, gen int, from inbox.ConversationID, place, step int) tea.Cmd {
	const chunk = 200
	return w.do(func(ctx context.Context) tea.Msg {
		if p, ok := w.sub.Place(slot, from); ok {
			place = p
		}
		for looked := 0; looked < farthest; looked += chunk {
			first, n := place+1, chunk
			if step < 0 {
				first = max(place-chunk, 0)
				n = place - first
			}
			keys := w.sub.Top(slot, first, n)
			ids := make([]inbox.ConversationID, len(keys))
			at := make(map[inbox.ConversationID]int, len(keys))
			for i, k := range keys {
				ids[i], at[k.ID] = k.ID, first+i
			}
			if len(ids) == 0 {
				break
			}
			rows, err := w.seat.Rows(ctx, ids)
			if err != nil {
				return found{gen: gen, err: err}
			}
			if step < 0 {
				slices.Reverse(rows)
			}
			for i := range rows {
				if r := &rows[i]; r.Awaiting > 0 && r.Status == inbox.Open {
					return found{gen: gen, id: r.ID, place: at[r.ID]}
				}
			}
			if place = first + len(keys) - 1; step < 0 {
				place = first
			}
		}
		return found{gen: gen}
	})
}

// onView does something with a view, and gives its id.
func (w *worker) onView(say text.Safe, f func(ctx context.Context) (inbox.ViewID, error)) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		id, err := f(ctx)
		return viewSaved{say: say, id: id, err: err}
	})
}

func (w *worker) saveView(v inbox.View, say text.Safe) tea.Cmd {
	return w.onView(say, func(ctx context.Context) (inbox.ViewID, error) {
		saved, err := w.seat.SaveView(ctx, v)
		return saved.ID, err
	})
}

func (w *worker) deleteView(v inbox.Listed, say text.Safe) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		return viewSaved{say: say, gone: &v, err: w.seat.DeleteView(ctx, v.ID)}
	})
}

// restoreView makes a view that was deleted again, in its place.
func (w *worker) restoreView(v inbox.Listed, say text.Safe) tea.Cmd {
	return w.onView(say, func(ctx context.Context) (inbox.ViewID, error) {
		again := v.View
		again.ID = 0
		again, err := w.seat.SaveView(ctx, again)
		if err == nil && v.Pinned {
			err = w.seat.PinView(ctx, again.ID, true)
		}
		return again.ID, err
	})
}

func (w *worker) pinView(id inbox.ViewID, on bool, say text.Safe) tea.Cmd {
	return w.onView(say, func(ctx context.Context) (inbox.ViewID, error) { return id, w.seat.PinView(ctx, id, on) })
}

func (w *worker) moveView(id inbox.ViewID, by int) tea.Cmd {
	return w.onView("", func(ctx context.Context) (inbox.ViewID, error) { return id, w.seat.MoveView(ctx, id, by) })
}

// searches reads what the person has searched for; pick says that one of them is to be chosen.
func (w *worker) searches(pick bool) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		list, err := w.seat.Searches(ctx)
		return searchesRead{list, pick, err}
	})
}

// remember keeps a query among what the person has searched for.
func (w *worker) remember(q string) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg { return renewed{w.seat.RememberSearch(ctx, q)} })
}

func (w *worker) forget(say text.Safe) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg { return forgotten{say, w.seat.ForgetSearches(ctx)} })
}
