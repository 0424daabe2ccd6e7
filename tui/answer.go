package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
)

// draftPause is how long the person must rest before what they write is saved.
const draftPause = 600 * time.Millisecond

// startReply opens the composer on what was written before, if anything. The conversation is taken meanwhile, so that colleagues see
// that somebody is on it.
func (a *App) startReply() tea.Cmd {
	_, o := a.target()
	a.compose = newReply(a.common, o, a.thread.answerable(), a.keyOf)
	return a.takeToWrite(o)
}

// cannotReply refuses what cannot be answered: the message under the cursor, where there is one.
func (a *App) cannotReply() *inbox.Reason {
	o := a.thread.o
	if r := a.seat.Refusal(inbox.DoReply, o.Thread); r != nil {
		return r
	}
	return a.seat.Limit(o.Thread, a.thread.answerable()).Reason
}

// cannotSend refuses what the composer holds, for its own kind's sake: a private answer may be possible where a public one is not.
func (a *App) cannotSend() *inbox.Reason {
	act := map[inbox.DraftKind]inbox.Act{inbox.DraftPrivate: inbox.DoPrivate, inbox.DraftEdit: inbox.DoModerate}[a.compose.what]
	if act == "" {
		act = inbox.DoReply
	}
	_, o := a.target()
	if o == nil {
		return a.seat.Refusal(act, nil)
	}
	return a.seat.Refusal(act, o.Thread)
}

// startPrivate opens the composer for an answer that only who wrote the comment gets.
func (a *App) startPrivate() tea.Cmd {
	_, o := a.target()
	a.compose = newPrivate(a.common, o, a.thread.under().ID, a.keyOf)
	return a.takeToWrite(o)
}

// startEdit opens the composer on a message of ours that is out.
func (a *App) startEdit() tea.Cmd {
	_, o := a.target()
	a.compose = newEdit(a.common, o, a.thread.under(), a.keyOf)
	a.beginWriting()
	return nil
}

// takeToWrite gives the keyboard to a new composer, and takes the conversation for it.
func (a *App) takeToWrite(o *inbox.Opened) tea.Cmd {
	a.beginWriting()
	if o.TakenBy == a.seat.User.ID && o.Taken(a.now()) {
		return nil
	}
	if a.seat.Refusal(inbox.DoTake, o.Thread) != nil {
		return nil
	}
	a.compose.took = true
	return a.do.act(o.ID, "", false, func(ctx context.Context) error { return a.seat.Take(ctx, o.ID) })
}

// startNote opens the composer for a note.
func (a *App) startNote() tea.Cmd {
	_, o := a.target()
	a.compose = newNote(a.common, o, a.keyOf)
	a.beginWriting()
	return nil
}

// beginWriting gives the keyboard to the composer, which stands below the thread.
func (a *App) beginWriting() {
	a.focus = threadAt
	d := a.compose.draft()
	a.thread.writing, a.thread.about = d.Kind, d.About()
	a.arrange()
	a.thread.redraw()
	if m := a.compose.to; m != 0 {
		a.thread.thread.Select(blockKey{aMessage, int64(m)})
	}
}

// endWriting gives the keyboard back to the thread.
func (a *App) endWriting() {
	a.compose = nil
	a.thread.writing, a.thread.about = "", 0
	a.thread.redraw()
}

// write hands a key or a paste to the editor, and has a draft saved when the person rests.
func (a *App) write(msg tea.Msg) tea.Cmd {
	c := a.compose
	before := c.editor.Version()
	c.editor.Update(msg)
	if c.editor.Version() == before {
		return nil
	}
	if c.editor.Full() {
		a.warn(a.t.T("tui.compose.full"))
	}
	return a.do.after(draftPause, draftDue{c.id, c.editor.Version()})
}

func (a *App) draftDue(msg draftDue) tea.Cmd {
	if c := a.compose; c != nil && c.id == msg.id && c.editor.Version() == msg.version {
		return a.keepDraft()
	}
	return nil
}

// keepDraft saves what is being written, if it is not saved.
func (a *App) keepDraft() tea.Cmd {
	if c := a.compose; c != nil && c.unsaved() {
		c.saved = c.editor.Version()
		a.thread.drafted(c.draft())
		return a.do.saveDraft(c.draft(), c.saved)
	}
	return nil
}

// draftSaved notes that a draft is in the store, or tries again at the next pause.
func (a *App) draftSaved(msg draftSaved) {
	if msg.err == nil {
		return
	}
	a.complain(msg.err)
	if c := a.compose; c != nil && c.id == msg.id {
		c.saved = 0
	}
}

// leaveComposer goes back to the thread. What is written stays, as a draft; a conversation that was taken only for it is let go of.
func (a *App) leaveComposer() tea.Cmd {
	c := a.compose
	empty := strings.TrimSpace(c.editor.Value()) == "" && len(c.files) == 0
	cmd := a.keepDraft()
	a.endWriting()
	if empty && c.took {
		cmd = tea.Batch(cmd, a.do.act(c.id, "", false, func(ctx context.Context) error { return a.seat.Release(ctx, c.id) }))
	} else if d := c.draft(); d.Text != "" || len(d.Attachments) > 0 {
		a.say(a.t.T("tui.compose.kept", "Key", a.keyOf(string(c.what))))
	}
	return tea.Batch(cmd, a.refresh())
}

// closesNothing refuses to say whether to close where nothing closes.
func (a *App) closesNothing() *inbox.Reason {
	if !a.compose.closes() {
		return inbox.Why("tui.refused.elsewhere")
	}
	return nil
}

func (a *App) toggleClose() tea.Cmd {
	a.compose.close = !a.compose.close
	return nil
}

// sendReply hands the reply in. It is durable when the desk answers, and leaves when the undo time is over.
func (a *App) sendReply() tea.Cmd {
	c := a.compose
	if why := c.limit.Takes(c.editor.Value(), c.files); why != nil {
		c.refused(&inbox.Error{Code: inbox.Invalid, Reason: *why}, nil)
		return nil
	}
	c.saved = c.editor.Version() // handed in; a draft saved behind it would stay
	if c.what == inbox.DraftEdit {
		mod := inbox.Moderation{Conversation: c.id, Message: c.to, Do: inbox.ActEdit, Text: c.editor.Value(), Token: c.token, NotCPR: c.notCPR}
		return a.moderate(mod, c.account(a.thread.o.Account))
	}
	a.waiting = &waiting{}
	return a.do.reply(c.reply(), c.draft())
}

func (a *App) replied(msg replied) tea.Cmd {
	c := a.compose
	if msg.err != nil {
		if msg.o != nil && msg.o.ID == a.thread.id {
			a.thread.take(msg.o)
			a.list.lookedAt(msg.o.ID, msg.o.LastAt)
		}
		if c != nil && c.id == msg.id {
			c.refused(msg.err, msg.o)
		} else {
			a.complain(msg.err)
		}
		if inbox.CodeOf(msg.err) == inbox.Internal {
			a.log.Error("a reply was not accepted", "user", a.seat.User.Login, "err", msg.err)
		}
		return a.resume()
	}
	who := text.Safe("")
	if o := a.thread.shown(); o != nil && o.ID == msg.id {
		if m := o.ReplyTarget(msg.out.To); m != nil {
			who = a.person(o.Identities[m.Author])
		}
	}
	a.deleted = nil
	a.sends = append(a.sends, send{
		out: msg.out.ID, id: msg.id, kind: msg.out.Kind, to: msg.out.To, text: msg.out.Text, who: who, until: msg.out.NotBefore,
	})
	if msg.out.State == inbox.Held {
		a.warn(a.t.Reason(msg.out.Reason))
	}
	if c != nil && c.id == msg.id {
		a.endWriting()
	}
	return tea.Batch(a.refresh(), a.resume())
}

// saveNote saves the note.
func (a *App) saveNote() tea.Cmd {
	c := a.compose
	if strings.TrimSpace(c.editor.Value()) == "" {
		c.refused(inbox.E(inbox.Invalid, "tui.note", "refused.empty"), nil)
		return nil
	}
	a.waiting = &waiting{}
	c.saved = c.editor.Version()
	return a.do.note(c.id, c.draft())
}

func (a *App) noted(msg noted) tea.Cmd {
	c := a.compose
	switch {
	case msg.err != nil && c != nil:
		c.refused(msg.err, nil)
	case msg.err != nil:
		a.complain(msg.err)
	default:
		a.endWriting()
		a.praise(a.t.T("tui.done.noted"))
	}
	return tea.Batch(a.refresh(), a.resume())
}

// lastSend is the newest reply that can still be taken back: of this session, or of the conversation being read.
func (a *App) lastSend() (send, bool) {
	now := a.now()
	for _, s := range slices.Backward(a.sends) {
		if s.until.After(now) {
			return s, true
		}
	}
	if o := a.thread.shown(); o != nil {
		for _, out := range slices.Backward(o.Outgoing) {
			if out.State.Undoable() && (out.By == a.seat.User.ID || out.By == 0) {
				return send{out: out.ID, id: o.ID, kind: out.Kind, to: out.To, text: out.Text}, true
			}
		}
	}
	return send{}, false
}

// cannotTakeBack refuses to take back where there is nothing to: no view that was deleted just now, and no reply that has not left.
func (a *App) cannotTakeBack() *inbox.Reason {
	if a.deleted != nil {
		return a.seat.ViewRefusal(a.deleted.View)
	}
	if r := a.seat.Refusal(inbox.DoUndoSend, nil); r != nil {
		return r
	}
	if _, ok := a.lastSend(); !ok && a.unhidable() == nil {
		return inbox.Why("tui.refused.none_leaving")
	}
	return nil
}

func (a *App) takeBack() tea.Cmd {
	if a.deleted != nil {
		return a.restoreView()
	}
	s, ok := a.lastSend()
	if m := a.unhidable(); !ok && m != nil {
		return a.moderate(inbox.Moderation{Conversation: m.Conversation, Message: m.ID, Do: inbox.ActUnhide}, a.thread.author(m))
	}
	a.waiting = &waiting{}
	return a.do.takeBack(s)
}

// fates tells what became of replies of this session: the person has gone on, and must hear of one that did not go.
func (a *App) fates(msg fates) {
	for _, e := range msg.ended {
		a.sends = slices.DeleteFunc(a.sends, func(s send) bool { return s.out == e.send.out })
		switch e.state {
		case inbox.Cancelled:
		case inbox.Sent:
			if !e.send.kind.Says() {
				a.praise(a.t.T("tui.status.done", "Who", e.send.who, "What", a.t.T("tui.did."+string(e.send.kind))))
				continue
			}
			a.praise(a.t.T("tui.status.sent", "Who", e.send.who))
		default:
			if !e.send.kind.Says() {
				what := a.t.T("act." + string(e.send.kind))
				a.warn(a.t.T("tui.status.not_done", "What", what, "State", a.t.Word(string(e.state)), "Reason", a.t.Reason(e.reason)))
				continue
			}
			a.warn(a.t.T("tui.status.not_sent", "Who", e.send.who, "State", a.t.Word(string(e.state)), "Reason", a.t.Reason(e.reason)))
		}
	}
}

// takenBack opens what was taken back for going on with it.
func (a *App) takenBack(msg takenBack) tea.Cmd {
	a.sends = slices.DeleteFunc(a.sends, func(s send) bool { return s.out == msg.send.out })
	if msg.err != nil {
		a.complain(msg.err)
		return tea.Batch(a.refresh(), a.resume())
	}
	if !msg.send.kind.Says() {
		a.praise(a.t.T("tui.done.deed_taken_back", "What", a.t.T("act."+string(msg.send.kind))))
		return tea.Batch(a.refresh(), a.resume())
	}
	a.praise(a.t.T("tui.done.taken_back"))
	return a.writeOn((&inbox.Outgoing{Conversation: msg.send.id, Kind: msg.send.kind, To: msg.send.to}).Draft())
}

// restored opens the text of a rejected reply for going on with it.
func (a *App) restored(msg restored) tea.Cmd {
	if msg.err != nil {
		a.complain(msg.err)
		return nil
	}
	return a.writeOn(msg.draft)
}

// writeOn reads a conversation again and opens the composer on a draft.
func (a *App) writeOn(d inbox.Draft) tea.Cmd {
	id := d.Conversation
	var keys []tea.Msg
	if a.waiting != nil {
		keys = a.waiting.keys
	}
	a.focus = threadAt
	a.arrange()
	a.follow = false
	a.list.list.Select(id)
	a.thread.want(id)
	a.waiting = &waiting{ac: a.actions.by[string(d.Kind)], id: id, about: d.About(), keys: keys}
	return a.open(id)
}
