package tui

import (
	"context"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// revealFor is how long a CPR number that a person asked to see is shown.
const revealFor = time.Minute

// bare is a message that is shown with nothing covered, for a while.
type bare struct {
	*inbox.Revealed
	until time.Time
}

// revealed says what a message says with nothing covered.
type revealed struct {
	id      inbox.ConversationID
	message inbox.MessageID
	what    *inbox.Revealed
	err     error
}

// reveal asks for it. That it was asked for is recorded.
func (w *worker) reveal(id inbox.ConversationID, m inbox.MessageID) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		what, err := w.seat.Reveal(ctx, id, m)
		return revealed{id, m, what, err}
	})
}

// guards are the actions of the CPR guard. They stand behind the prefix of all that is done with the message under the cursor.
func guards() []action {
	return []action{
		{id: "reveal", keys: []string{"x c"}, in: inThread, needs: thread, act: inbox.DoReveal, refuse: (*App).nothingCovered, run: (*App).reveal},
		{id: "shield", keys: []string{"x k"}, in: inThread, needs: thread, act: inbox.DoPrivate, refuse: (*App).cannotShield, run: (*App).askShield},
	}
}

// nothingCovered refuses to reveal what is not covered.
func (a *App) nothingCovered() *inbox.Reason {
	m := a.thread.under()
	if m == nil {
		return inbox.Why("tui.refused.no_message")
	}
	if _, ok := a.thread.o.Covered[m.ID]; !ok {
		return inbox.Why("refused.no_cpr")
	}
	return nil
}

func (a *App) reveal() tea.Cmd {
	m := a.thread.under()
	a.waiting = &waiting{}
	return a.do.reveal(m.Conversation, m.ID)
}

func (a *App) revealed(msg revealed) tea.Cmd {
	switch {
	case msg.err != nil:
		a.complain(msg.err)
	case a.thread.shows(msg.id):
		a.thread.bare[msg.message] = bare{msg.what, a.now().Add(revealFor)}
		a.thread.redraw()
	}
	return tea.Batch(a.refresh(), a.resume())
}

// cover covers again what was shown for long enough, or all of it, and reports whether there was something.
func (p *threadPane) cover(all bool) bool {
	done := false
	for id, b := range p.bare {
		if all || !b.until.After(p.now()) {
			delete(p.bare, id)
			done = true
		}
	}
	return done
}

// uncovered is a message as it is shown now: with nothing covered, if the person asked for that.
func (p *threadPane) uncovered(m *inbox.Message) (*inbox.Message, []inbox.Version) {
	b, ok := p.bare[m.ID]
	if !ok || !m.DeletedAt.IsZero() {
		return m, p.o.Versions[m.ID]
	}
	said := *m
	said.Text, said.Media = b.Text, b.Media
	return &said, b.Versions
}

// guard says below a message that a CPR number in it is covered, and what can be done about it.
func (p *threadPane) guard(m *inbox.Message) []ui.Line {
	if _, ok := p.o.Covered[m.ID]; !ok {
		return nil
	}
	var out []ui.Line
	if b, ok := p.bare[m.ID]; ok {
		out = append(out, ui.Warning.Line(p.t.T("tui.cpr.bare", "Span", p.t.Span(ceilSecond(b.until.Sub(p.now()))))))
	} else {
		out = append(out, ui.Warning.Line(p.t.T("tui.cpr.covered", "Key", p.keyOf("reveal"))))
	}
	if m.Direction != inbox.In {
		return out
	}
	switch own := p.o.HidByItself(m.ID); {
	case own != nil && own.State.Undoable():
		out = append(out, ui.Own.Line(p.t.T("tui.cpr.hides", "Key", p.keyOf("undo_send"))))
	case own != nil && own.State == inbox.Sent && m.Hidden:
		out = append(out, ui.Own.Line(p.t.T("tui.cpr.hid", "Key", p.keyOf("undo_send"))))
	}
	if pick := p.shield(m); pick != "" {
		out = append(out, ui.Text.Line(p.t.T("tui.cpr.offer_"+pick, "Key", p.keyOf("shield"))))
	}
	return out
}

// shield is what is proposed for a citizen's message with a CPR number in it: hiding it, answering in private, or both; "": neither is
// possible, or it is done.
func (p *threadPane) shield(m *inbox.Message) string {
	if _, ok := p.o.Covered[m.ID]; !ok || m.Direction != inbox.In {
		return ""
	}
	hide := p.seat.Can(p.o.Thread, m.ID, inbox.ActHide).Allowed
	answer := p.privately(m)
	if answer {
		for i := range p.o.Outgoing { // one answer about it is enough
			if o := &p.o.Outgoing[i]; o.To == m.ID && o.Kind.Says() && o.State != inbox.Cancelled && o.State != inbox.Rejected {
				answer = false
			}
		}
	}
	switch {
	case hide && answer:
		return "both"
	case hide:
		return "hide"
	case answer:
		return "answer"
	}
	return ""
}

// privately reports whether a message can be answered so that only its author reads it.
func (p *threadPane) privately(m *inbox.Message) bool {
	if m.Kind == inbox.Direct {
		return p.seat.Can(p.o.Thread, m.ID, inbox.ActReply).Allowed
	}
	return p.seat.Can(p.o.Thread, m.ID, inbox.ActPrivate).Allowed
}

// cannotShield refuses where there is nothing to propose, in the words of what stands in the way.
func (a *App) cannotShield() *inbox.Reason {
	if r := a.nothingCovered(); r != nil {
		return r
	}
	m := a.thread.under()
	if m.Direction != inbox.In {
		return inbox.Why("refused.not_theirs")
	}
	if a.thread.shield(m) != "" {
		return nil
	}
	if c := a.seat.Can(a.thread.o.Thread, m.ID, inbox.ActHide); !c.Allowed && m.Kind != inbox.Direct {
		return c.Reason
	}
	return inbox.Why("tui.refused.shielded")
}

// askShield asks once, and then hides the message and opens a private answer with the standard text as its draft.
func (a *App) askShield() tea.Cmd {
	m := a.thread.under()
	pick := a.thread.shield(m)
	who := a.thread.author(m)
	picks := []string{pick}
	if pick == "both" {
		picks = []string{"both", "hide", "answer"}
	}
	return a.choose("shield", a.t.T("tui.shield.title", "Who", who), picks, "", func(pick string) tea.Cmd {
		if o := a.thread.shown(); o == nil || o.Message(m.ID) == nil {
			return nil
		}
		var cmds []tea.Cmd
		if pick != "answer" {
			cmds = append(cmds, a.moderate(inbox.Moderation{Conversation: m.Conversation, Message: m.ID, Do: inbox.ActHide, Why: string(a.t.T("tui.cpr.why"))}, who))
		}
		if pick != "hide" {
			cmds = append(cmds, a.startShield(m, pick == "both" || m.Hidden))
		}
		return tea.Batch(cmds...)
	})
}

// startShield opens a private answer to a message on the standard text, in the citizen's language, unless something was begun before.
// hidden says that others cannot read the message, or soon cannot.
func (a *App) startShield(m *inbox.Message, hidden bool) tea.Cmd {
	_, o := a.target()
	key := "cpr.answer_visible"
	if hidden {
		key = "cpr.answer_comment"
	}
	if m.Kind == inbox.Direct {
		a.compose, key = newReply(a.common, o, m.ID, a.keyOf), "cpr.answer_direct"
	} else {
		a.compose = newPrivate(a.common, o, m.ID, a.keyOf)
	}
	if strings.TrimSpace(a.compose.editor.Value()) == "" {
		lang := "da"
		if l := text.Languages(a.seat.Desk().Cutter.Cut(nil, m.Text)); len(l) == 1 {
			lang = l[0]
		}
		a.compose.editor.SetValue(a.cfg.Catalog.For(lang).T(key))
	}
	return tea.Batch(a.takeToWrite(o), a.keepDraft())
}

// unhidable is the message under the cursor, if the desk hid it by itself: what the key that takes back shows again.
func (a *App) unhidable() *inbox.Message {
	if a.here() != inThread || a.thread.shown() == nil {
		return nil
	}
	m := a.thread.under()
	if m == nil || !m.Hidden {
		return nil
	}
	if own := a.thread.o.HidByItself(m.ID); own == nil || own.State != inbox.Sent {
		return nil
	}
	if !a.seat.Can(a.thread.o.Thread, m.ID, inbox.ActUnhide).Allowed {
		return nil
	}
	return m
}

// by names who decided something: a colleague, or the desk itself.
func (c *common) by(id inbox.UserID) text.Safe {
	if id == 0 {
		return c.t.T("tui.event.the_desk")
	}
	return c.colleague(id)
}

// covered says what is written that looks like a CPR number: whether it goes out, and how it can.
func (w *composer) covered() []ui.Line {
	texts := []string{w.editor.Value()}
	for _, f := range w.files {
		texts = append(texts, f.Name, f.Alt)
	}
	switch {
	case text.SureCPR(texts...) == text.Unlikely:
		return nil
	case w.what == inbox.DraftNote:
		return []ui.Line{ui.Warning.Line(w.t.T("tui.cpr.in_note"))}
	case w.notCPR != "":
		return []ui.Line{ui.Warning.Line(w.t.T("tui.cpr.passed", "Why", w.notCPR))}
	case w.me().Allowed(inbox.DoPassCPR) != nil:
		return []ui.Line{ui.Danger.Line(w.t.T("refused.cpr"))}
	}
	return []ui.Line{ui.Danger.Line(w.t.T("refused.cpr")), ui.Text.Line(w.t.T("tui.cpr.pass", "Key", w.keyOf("not_cpr")))}
}

// nothingToPass refuses to let through what nothing stops.
func (a *App) nothingToPass() *inbox.Reason {
	if len(a.compose.covered()) == 0 {
		return inbox.Why("refused.no_cpr")
	}
	return nil
}

// askNotCPR asks why what looks like a CPR number is none. The answer is kept with what is sent.
func (a *App) askNotCPR() tea.Cmd {
	c := a.compose
	why := ui.NewInput()
	why.Placeholder = a.t.T("tui.cpr.placeholder")
	f := &ui.Form{
		ID: "not_cpr", Title: a.t.T("act.not_cpr"), Foot: a.formFoot(a.t.T("tui.cpr.ok")),
		Fields: []ui.Field{{Label: a.t.T("tui.cpr.ask"), Input: why}},
		Check: func(values []string) (int, text.Safe) {
			if strings.TrimSpace(values[0]) == "" {
				return 0, a.t.T("tui.refused.no_reason")
			}
			return 0, ""
		},
	}
	return a.ask(f.ID, f, func(an ui.Answer) tea.Cmd {
		c.notCPR = strings.TrimSpace(an.Values[0])
		return nil
	})
}
