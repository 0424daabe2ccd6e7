package tui

import (
	"context"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// deed makes the action for something that is done with the message under the thread's cursor. All stand behind one prefix key, and only
// where the message is seen.
func deed(key string, do inbox.Action, act inbox.Act, public bool, run func(*App) tea.Cmd) action {
	typed := do == inbox.ActPrivate || do == inbox.ActEdit || do == inbox.ActHide || do == inbox.ActDelete || do == inbox.ActBlock
	return action{
		id: string(do), keys: []string{"x " + key}, in: inThread, needs: thread, act: act, public: public, typed: typed, refuse: cannot(do), run: run,
	}
}

// deeds are all of them, in the order of the help.
func deeds() []action {
	return []action{
		deed("p", inbox.ActPrivate, inbox.DoPrivate, false, (*App).startPrivate),
		deed("s", inbox.ActHide, inbox.DoModerate, true, withReason(inbox.ActHide)),
		deed("v", inbox.ActUnhide, inbox.DoModerate, true, atOnce(inbox.ActUnhide)),
		deed("l", inbox.ActLike, inbox.DoModerate, true, atOnce(inbox.ActLike)),
		deed("f", inbox.ActUnlike, inbox.DoModerate, true, atOnce(inbox.ActUnlike)),
		deed("r", inbox.ActEdit, inbox.DoModerate, false, (*App).startEdit),
		deed("d", inbox.ActDelete, inbox.DoDelete, true, withReason(inbox.ActDelete)),
		deed("b", inbox.ActBlock, inbox.DoBlock, true, withReason(inbox.ActBlock)),
		deed("o", inbox.ActUnblock, inbox.DoBlock, true, atOnce(inbox.ActUnblock)),
	}
}

// cannot refuses what cannot be done with the message under the cursor, in the words of whoever refuses it.
func cannot(do inbox.Action) func(*App) *inbox.Reason {
	return func(a *App) *inbox.Reason {
		m := a.thread.under()
		if m == nil || m.Direction == inbox.Note {
			return inbox.Why("tui.refused.no_message")
		}
		if c := a.seat.Can(a.thread.o.Thread, m.ID, do); !c.Allowed {
			return c.Reason
		}
		return nil
	}
}

// refusedAndWait tells why an action is not possible, and takes no key but Esc: "r" of a reason that was typed on would begin a reply.
func (a *App) refusedAndWait(ac *action, r *inbox.Reason) tea.Cmd {
	return a.ask("refused", &ui.Question{
		ID: "refused", Title: a.name(ac), Body: []ui.Line{ui.Warning.Line(a.t.Reason(r))},
		Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.page.close"))},
	}, func(ui.Answer) tea.Cmd { return nil })
}

// author names who wrote a message of the thread: a citizen, or our account.
func (p *threadPane) author(m *inbox.Message) text.Safe {
	if m.Direction == inbox.Out {
		return p.account(m.Account)
	}
	return p.person(p.o.Identities[m.Author])
}

// atOnce decides without asking: it can be taken back, and takes nothing from anybody.
func atOnce(do inbox.Action) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		m := a.thread.under()
		return a.moderate(inbox.Moderation{Conversation: m.Conversation, Message: m.ID, Do: do}, a.thread.author(m))
	}
}

// withReason asks why first: who is hidden, deleted or blocked may ask. The title says what is done to whom.
func withReason(do inbox.Action) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		m := a.thread.under()
		who, key := a.thread.author(m), "tui.moderate."+string(do)
		mod := inbox.Moderation{Conversation: m.Conversation, Message: m.ID, Do: do}
		why := ui.NewInput()
		why.Placeholder = a.t.T("tui.moderate.placeholder")
		f := &ui.Form{
			ID: "moderate", Title: a.t.T(key, "Who", who), Foot: a.formFoot(a.t.T(key + "_ok")),
			Fields: []ui.Field{{Label: a.t.T(key+"_why", "Who", who), Input: why}},
			Check: func(values []string) (int, text.Safe) {
				if strings.TrimSpace(values[0]) == "" {
					return 0, a.t.T("refused.no_why")
				}
				return 0, ""
			},
		}
		return a.ask(f.ID, f, func(an ui.Answer) tea.Cmd {
			mod.Why = an.Values[0]
			return a.moderate(mod, who)
		})
	}
}

// moderate hands a decision in. It is durable when the desk answers, and leaves when the undo time is over.
func (a *App) moderate(mod inbox.Moderation, who text.Safe) tea.Cmd {
	if token := a.seat.Desk().NewToken; token != nil && mod.Token == "" {
		mod.Token = token()
	}
	a.waiting = &waiting{}
	return a.do.moderate(mod, who)
}

func (a *App) moderated(msg moderated) tea.Cmd {
	c := a.compose
	editing := c != nil && c.what == inbox.DraftEdit && c.to == msg.mod.Message && msg.mod.Do == inbox.ActEdit
	switch {
	case msg.err != nil && editing:
		c.refused(msg.err, nil)
	case msg.err != nil:
		a.complain(msg.err)
	default:
		a.deleted = nil
		a.sends = append(a.sends, send{
			out: msg.out.ID, id: msg.out.Conversation, kind: msg.out.Kind, to: msg.out.To, text: msg.out.Text, who: msg.who, until: msg.out.NotBefore,
		})
		if msg.out.State == inbox.Held {
			a.warn(a.t.Reason(msg.out.Reason))
		}
		if editing {
			a.endWriting()
		}
	}
	return tea.Batch(a.refresh(), a.resume())
}

// prefixed are the actions behind the keys pressed so far, in the order of the table.
func (a *App) prefixed() []*action {
	keys := a.chord.Pending()
	if len(keys) == 0 {
		return nil
	}
	var out []*action
	for i := range a.actions.table {
		ac := &a.actions.table[i]
		if ac.in&a.here() != 0 && len(ac.keys) > 0 && strings.HasPrefix(ac.keys[0], strings.Join(keys, " ")+" ") {
			out = append(out, ac)
		}
	}
	return out
}

// offered says what the keys pressed so far can be followed by, if that is more than the status line holds: what each does with which
// message, and why not.
func (a *App) offered() *ui.Question {
	acs := a.prefixed()
	if len(acs) == 0 || acs[0].needs != thread {
		return nil
	}
	q := &ui.Question{Title: a.t.T("tui.refused.no_message"), Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel"))}}
	if m := a.thread.under(); m != nil {
		q.Title = a.thread.author(m) + ": " + oneLine(m.Text)
	}
	for _, ac := range acs {
		r := a.refusal(ac)
		if r != nil && r.Key == "refused.no_cpr" {
			continue // of most messages there is nothing to tell
		}
		_, key, _ := strings.Cut(ac.keys[0], " ")
		l := ui.Line{ui.Key.Span(a.names.Show(key)), ui.Text.Span("  "), ui.Text.Span(a.name(ac))}
		if r != nil {
			l = ui.Line{ui.Dim.Span(a.names.Show(key) + "  " + a.name(ac)), a.bullet(), ui.Dim.Span(a.t.Reason(r))}
		}
		q.Body = append(q.Body, l)
	}
	return q
}

// deed draws an act that is decided and not yet, or not surely, done.
func (p *threadPane) deed(o *inbox.Outgoing) []ui.Line {
	head := ui.Line{ui.Own.Span(p.account(o.Account)), p.bullet(), ui.Own.Span(p.by(o.By)), ui.Text.Span("  ")}
	doing := p.t.T("tui.doing." + string(o.Kind))
	left := o.NotBefore.Sub(p.now())
	switch {
	case o.State == inbox.Queued && left > 0:
		head = append(head, ui.Accent.Span(p.t.T("tui.thread.deed_leaves", "What", doing, "Span", p.t.Span(ceilSecond(left)))))
	case o.State == inbox.Unknown || o.State == inbox.Rejected || o.State == inbox.Held:
		head = append(head, ui.Danger.Span(doing), p.bullet(), ui.Danger.Span(p.t.Word(string(o.State))))
	default:
		head = append(head, ui.Accent.Span(doing), p.bullet(), ui.Accent.Span(p.t.Word(string(o.State))))
	}
	lines := []ui.Line{head}
	if o.Kind == inbox.Edit {
		lines = append(lines, prose(ui.Text, o.Text, nil)...)
	}
	if o.Why != "" {
		lines = append(lines, ui.Dim.Line(p.t.T("tui.thread.deed_why", "Why", o.Why)))
	}
	if o.Reason != nil {
		lines = append(lines, ui.Warning.Line(p.t.Reason(o.Reason)))
	}
	if o.State == inbox.Unknown || o.State == inbox.Held {
		lines = append(lines, ui.Text.Line(p.t.T("tui.thread.decide", "Key", p.keyOf("resolve"))))
	}
	return lines
}

// last is the newest act of some kinds that was done with a message, or nil.
func (p *threadPane) last(m *inbox.Message, kinds ...inbox.OutgoingKind) (done *inbox.Outgoing) {
	for i := range p.o.Outgoing {
		o := &p.o.Outgoing[i]
		for _, k := range kinds {
			if o.To == m.ID && o.Kind == k && o.State == inbox.Sent && (done == nil || o.ID > done.ID) {
				done = o
			}
		}
	}
	return done
}

// moderation says how a message stands that something was done with: what one must know before doing more.
func (p *threadPane) moderation(m *inbox.Message) ui.Line {
	var l ui.Line
	say := func(tok ui.Token, s text.Safe) { l = append(l, p.bullet(), tok.Span(s)) }
	if m.Hidden {
		say(ui.Warning, p.t.T("tui.thread.hidden"))
	}
	if p.o.Identities[m.Author].Blocked && m.Direction == inbox.In {
		say(ui.Warning, p.t.T("tui.did.block"))
	}
	if o := p.last(m, inbox.Like, inbox.Unlike); o != nil && o.Kind == inbox.Like {
		say(ui.Own, p.t.T("tui.did.like"))
	}
	if m.Direction == inbox.Out && m.Kind == inbox.Direct && p.o.Kind != inbox.Direct {
		say(ui.Own, p.t.T("tui.thread.private"))
	}
	if m.ID == p.read() {
		say(ui.Dim, p.t.T("tui.thread.read", "When", p.stamp(p.o.ReadAt)))
	}
	return l
}

// read is the newest of our messages that the citizen has read, as the platform tells, or 0.
func (p *threadPane) read() (last inbox.MessageID) {
	if p.o.ReadAt.IsZero() {
		return 0
	}
	for i := range p.o.Msgs {
		if m := &p.o.Msgs[i]; m.Direction == inbox.Out && !m.At.After(p.o.ReadAt) {
			last = m.ID
		}
	}
	return last
}

// gone says that a message is deleted: by whom, and if by us, why.
func (p *threadPane) gone(m *inbox.Message) ui.Line {
	when := p.stamp(m.DeletedAt)
	if o := p.last(m, inbox.Delete); o != nil {
		return ui.Dim.Line(p.t.T("tui.thread.deleted_by", "Who", p.user(o.By), "When", when, "Why", o.Why))
	}
	if m.Direction == inbox.Out {
		return ui.Dim.Line(p.t.T("tui.thread.deleted_ours", "When", when))
	}
	return ui.Dim.Line(p.t.T("tui.thread.deleted", "When", when))
}

// window says until when a private thread can be answered, or what stands in the way.
func (p *threadPane) window() []ui.Line {
	if p.o.Kind != inbox.Direct {
		return nil
	}
	m := p.o.ReplyTarget(0)
	if m == nil {
		return nil
	}
	c := p.seat.Limit(p.o.Thread, m.ID)
	switch {
	case m.Standby:
		return []ui.Line{ui.Warning.Line(p.t.T("tui.state.standby"))}
	case !c.Allowed:
		return []ui.Line{ui.Warning.Line(p.t.Reason(c.Reason))}
	}
	if p.writing != "" {
		return nil // the composer says it
	}
	return p.until(c)
}

// until says when a possibility ends; nothing if it does not.
func (c *common) until(of inbox.Capability) []ui.Line {
	if of.Until.IsZero() {
		return nil
	}
	left := of.Until.Sub(c.now())
	tok := ui.Dim
	if left.Hours() < 1 {
		tok = ui.Warning
	}
	return []ui.Line{tok.Line(c.t.T("tui.state.until", "When", c.t.When(of.Until, c.now()), "Span", c.t.Span(max(left, 0))))}
}

// askResolveDeed decides about an act that may have been done, or that is held.
func (a *App) askResolveDeed(o inbox.Outgoing) tea.Cmd {
	picks := []string{"again", "giveup"}
	if o.State == inbox.Unknown {
		picks = []string{"sent", "again", "giveup"}
	}
	title := a.t.T("tui.resolve_deed.title", "What", a.t.T("act."+string(o.Kind)), "State", a.t.Word(string(o.State)))
	return a.choose("resolve_deed", title, picks, "again", func(pick string) tea.Cmd {
		return a.act(a.t.T("tui.done.deed_"+pick), false, func(ctx context.Context, _ inbox.ConversationID) error {
			return a.seat.Resolve(ctx, o.ID, inbox.Resolution(pick))
		})
	})
}
