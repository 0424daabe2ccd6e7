package tui

import (
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// composer writes a reply, a note or an edit below the thread.
type composer struct {
	*common
	id     inbox.ConversationID
	what   inbox.DraftKind
	editor *ui.Editor
	keyOf  func(action string) text.Safe

	// Of a reply.
	to      inbox.MessageID
	heading ui.Line
	limit   inbox.Capability
	seen    inbox.Seq // what the person has seen of the conversation
	token   string
	close   bool   // close the conversation when it is out
	took    bool   // the conversation was taken for it
	was     string // of an edit: what it says now
	notCPR  string // why what looks like a CPR number is none
	saved   uint64 // the version of the text that the store has

	files   []inbox.Attachment
	trouble []ui.Line // what stands in the way, and what to do
}

// newComposer opens on the draft that there is, or on what is given.
func newComposer(c *common, o *inbox.Opened, what inbox.DraftKind, about inbox.MessageID, otherwise string, keyOf func(string) text.Safe) *composer {
	w := &composer{common: c, id: o.ID, what: what, editor: ui.NewEditor(), keyOf: keyOf, seen: o.Seq, close: true}
	if d := o.Draft(what, about); d != nil {
		otherwise = d.Text
		w.files = d.Attachments
	}
	w.editor.SetValue(otherwise)
	w.saved = w.editor.Version()
	return w
}

// newReply begins or goes on with a reply. The heading says in words from which account, that it is public, and to whom.
func newReply(c *common, o *inbox.Opened, to inbox.MessageID, keyOf func(string) text.Safe) *composer {
	w := newComposer(c, o, inbox.DraftReply, 0, "", keyOf)
	if d := o.Draft(inbox.DraftReply, 0); d != nil && d.To != 0 && o.ReplyTarget(d.To) != nil {
		to = d.To
	}
	w.limit = c.seat.Limit(o.Thread, to)
	audience := ui.Warning.Span(c.t.T("tui.compose.public"))
	if m := o.ReplyTarget(to); m != nil && m.Kind == inbox.Direct {
		audience = ui.Accent.Span(c.t.T("tui.compose.private"))
	}
	return w.addressed(audience, o, o.ReplyTarget(to))
}

// newPrivate begins or goes on with an answer that only who wrote a comment gets.
func newPrivate(c *common, o *inbox.Opened, to inbox.MessageID, keyOf func(string) text.Safe) *composer {
	w := newComposer(c, o, inbox.DraftPrivate, to, "", keyOf)
	w.limit = c.seat.Can(o.Thread, to, inbox.ActPrivate)
	return w.addressed(ui.Accent.Span(c.t.T("tui.compose.private")), o, o.ReplyTarget(to))
}

// newEdit changes a message of ours, or goes on with that.
func newEdit(c *common, o *inbox.Opened, m *inbox.Message, keyOf func(string) text.Safe) *composer {
	w := newComposer(c, o, inbox.DraftEdit, m.ID, m.Text, keyOf)
	w.to, w.was, w.close = m.ID, m.Text, false
	w.limit = c.seat.Can(o.Thread, m.ID, inbox.ActEdit)
	w.heading = ui.Line{ui.Warning.Span(c.t.T("tui.compose.edit")), w.from(o)}
	w.ready()
	return w
}

// addressed says who can read it, whom it is to, and from which account it comes.
func (w *composer) addressed(audience ui.Span, o *inbox.Opened, m *inbox.Message) *composer {
	who := w.t.T("tui.compose.unshown")
	if m != nil {
		w.to = m.ID
		if m.Author != 0 {
			who = w.person(o.Identities[m.Author])
		}
	}
	w.heading = ui.Line{audience, ui.Text.Span(" " + w.t.T("tui.compose.to") + " "), ui.Strong.Span(who), w.from(o)}
	w.ready()
	return w
}

func (w *composer) from(o *inbox.Opened) ui.Span {
	return ui.Dim.Span(" " + w.t.T("tui.compose.as", "Account", w.account(o.Account), "Channel", w.t.Word(string(o.Channel))))
}

func (w *composer) ready() {
	w.editor.Placeholder = w.t.T("tui.compose.placeholder", "Key", w.keyOf("send"))
	if token := w.seat.Desk().NewToken; token != nil {
		w.token = token()
	}
}

// closes reports whether the conversation can close when it is out.
func (w *composer) closes() bool { return w.what == inbox.DraftReply || w.what == inbox.DraftPrivate }

// newNote begins or goes on with a note.
func newNote(c *common, o *inbox.Opened, keyOf func(string) text.Safe) *composer {
	w := newComposer(c, o, inbox.DraftNote, 0, "", keyOf)
	w.heading = ui.Line{ui.Note.Span(c.t.T("tui.compose.note")), ui.Text.Span(" "), ui.Dim.Span(c.t.T("tui.compose.note_for"))}
	w.editor.Placeholder = c.t.T("tui.compose.note_placeholder", "Key", keyOf("send"))
	return w
}

// draft is what is written so far, for the store. An edit that changes nothing is none.
func (w *composer) draft() inbox.Draft {
	d := inbox.Draft{Conversation: w.id, Kind: w.what, To: w.to, Text: w.editor.Value(), Attachments: w.files}
	if strings.TrimSpace(d.Text) == "" || w.what == inbox.DraftEdit && d.Text == w.was {
		d.Text = ""
	}
	return d
}

// unsaved reports whether something of it is not in the store yet.
func (w *composer) unsaved() bool { return w.editor.Version() != w.saved }

// reply is what to hand in.
func (w *composer) reply() inbox.Reply {
	return inbox.Reply{
		Conversation: w.id, To: w.to, Text: w.editor.Value(), Seen: w.seen, Token: w.token, ThenClose: w.close,
		Private: w.what == inbox.DraftPrivate, Attachments: w.files, NotCPR: w.notCPR,
	}
}

// news looks at what has happened in the conversation since the person began, and says so before they send.
func (w *composer) news(o *inbox.Opened) {
	if !w.closes() || o.ID != w.id {
		return
	}
	for _, c := range o.History { // newest first
		if c.Seq <= w.seen {
			break
		}
		out := c.Kind == inbox.ChangeOutgoing && c.Word == string(inbox.Queued) && c.Actor == inbox.ActorUser
		if (out || c.Kind == inbox.ChangeArrived && c.Word == string(inbox.Out)) && c.User != w.seat.User.ID {
			w.warn(w.t.T("tui.compose.colleague", "Name", w.colleague(c.User), "When", w.stamp(c.At)))
			return
		}
		if c.Kind == inbox.ChangeArrived && c.Word == string(inbox.In) {
			w.warn(w.t.T("tui.compose.newer", "When", w.stamp(c.At)))
		}
	}
}

func (w *composer) warn(s text.Safe) { w.trouble = []ui.Line{ui.Warning.Line(s)} }

// refused takes in why a reply was not accepted. Where it was because the conversation has moved, that has been read again: what the
// person is told of they see now, and sending again is their decision.
func (w *composer) refused(err error, o *inbox.Opened) {
	if inbox.ReasonOf(err).Key == "refused.cpr" && len(w.covered()) > 0 {
		return // it stands there already
	}
	w.trouble = []ui.Line{ui.Danger.Line(w.t.Error(err))}
	if o != nil && o.ID == w.id && strings.HasPrefix(inbox.ReasonOf(err).Key, "reply.") {
		w.seen = o.Seq
	}
}

// counter says how much room is left, in the platform's own count.
func (w *composer) counter() ui.Line {
	if w.what == inbox.DraftNote || w.limit.MaxText == 0 {
		return nil
	}
	n := w.limit.Measured(w.editor.Value())
	left := w.limit.MaxText - n
	switch {
	case left < 0:
		return ui.Danger.Line(w.t.N("tui.compose.over", -left))
	case left*10 < w.limit.MaxText:
		return ui.Warning.Line(w.t.N("tui.compose.left", left))
	}
	return ui.Dim.Line(w.t.T("tui.compose.count", "Count", w.t.Number(int64(n)), "Max", w.t.Number(int64(w.limit.MaxText))))
}

// height is how many lines of a pane the composer takes.
func (w *composer) height(width, height int) int {
	_, rows := w.editor.Place()
	return min(w.frame(width)+min(max(rows, 3), 12), max(height*2/3, 5))
}

// frame is the lines around the editor.
func (w *composer) frame(width int) int {
	return 3 + len(w.until(w.limit)) + len(w.fileRows()) + len(w.warnings(width))
}

func (w *composer) warnings(width int) []ui.Line {
	out := make([]ui.Line, 0, 3)
	for _, l := range append(w.covered(), w.trouble...) {
		out = append(out, w.theme.Wrap(l, max(width-3, 1))...)
	}
	return out[:min(len(out), 3)]
}

// view draws the composer and tells where the cursor is in it.
func (w *composer) view(width, height int) (lines ui.Lines, x, y int) {
	out := ui.Lines{w.ruler(width)}
	put := func(l ui.Line) {
		out = append(out, w.theme.Line(append(ui.Line{ui.Text.Span("  ")}, l...), width, ui.Plain))
	}
	put(w.heading)
	for _, l := range w.until(w.limit) {
		put(l)
	}
	for _, l := range w.fileRows() {
		put(l)
	}
	for _, l := range w.warnings(width) {
		put(l)
	}
	inner := max(min(width-margin-1, proseWidth+1), 1)
	top := len(out)
	for _, l := range w.editor.View(w.theme, inner, max(height-len(out)-1, 1)) {
		out = append(out, w.theme.Line(ui.Note.Line(w.bar()), margin, ui.Plain)+l+w.theme.Blank(width-margin-inner, ui.Plain))
	}
	x, y = w.editor.Cursor()
	right := []ui.Segment{{Line: append(w.counter(), ui.Text.Span(" ")), Drop: 1}}
	var left []ui.Segment
	if w.closes() {
		left = []ui.Segment{{Line: append(ui.Line{ui.Text.Span("  ")}, w.closing()...)}, {Line: w.fileCount(), Drop: 2}}
	}
	out = append(out, ui.Status{Left: left, Right: right}.View(w.theme, width, ui.Plain))
	return out, x + margin, y + top
}

// closing says whether the conversation closes when the reply is out, and the key that changes it.
func (w *composer) closing() ui.Line {
	answer := w.t.T("tui.no")
	if w.close {
		answer = w.t.T("tui.yes")
	}
	return ui.Line{ui.Dim.Span(w.t.T("tui.compose.close") + " "), ui.Text.Span(answer), ui.Dim.Span("  " + w.keyOf("compose_close"))}
}

// margin is the cells left of what is being written.
const margin = 4

// bar stands left of a note, and not of a reply: the two must not be taken for each other.
func (w *composer) bar() text.Safe {
	if w.what == inbox.DraftNote {
		return text.Safe("  " + w.theme.Glyphs.VLine)
	}
	return ""
}
