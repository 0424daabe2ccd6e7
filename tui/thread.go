package tui

import (
	"hash/maphash"
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// threadPane is one conversation: how it stands, the post of ours that it hangs on, and what was said.
type threadPane struct {
	*common
	thread *ui.Thread[blockKey]
	keyOf  func(action string) text.Safe

	id       inbox.ConversationID // the one wanted; 0: none
	o        *inbox.Opened        // the one shown; that of id once it is there
	alias    inbox.ConversationID // what o was asked for as; another than its id if it was merged away meanwhile
	err      error                // why id cannot be shown
	writing  inbox.DraftKind      // what stands in the composer, if that is open: it need not stand here too
	about    inbox.MessageID      // the message that it is tied to
	unfolded bool                 // events
	earlier  map[inbox.MessageID]bool
	post     bool           // the post is shown whole
	terms    []*query.Bound // the words of the search to mark
	bare     map[inbox.MessageID]bare
	seed     maphash.Seed
}

func newThread(c *common, keyOf func(string) text.Safe) *threadPane {
	return &threadPane{common: c, thread: ui.NewThread[blockKey](), keyOf: keyOf, earlier: map[inbox.MessageID]bool{}, bare: map[inbox.MessageID]bare{}, seed: maphash.MakeSeed()}
}

// want changes to another conversation; what is shown stays until that has come.
func (p *threadPane) want(id inbox.ConversationID) {
	if !p.is(id) {
		p.id, p.alias, p.err = id, 0, nil
	}
}

// clear shows nothing.
func (p *threadPane) clear() {
	p.id, p.alias, p.o, p.err = 0, 0, nil, nil
	p.thread.Show(nil)
}

// shown is the conversation on the screen, or nil.
func (p *threadPane) shown() *inbox.Opened {
	if p.o == nil || p.err != nil {
		return nil
	}
	return p.o
}

// is reports whether a conversation is the one wanted, by its id or by the one that it was asked for as.
func (p *threadPane) is(id inbox.ConversationID) bool { return id == p.id || id == p.alias && id != 0 }

// shows reports whether a conversation is the one on the screen, by either id.
func (p *threadPane) shows(id inbox.ConversationID) bool {
	return p.shown() != nil && (id == p.o.ID || id == p.alias && id != 0)
}

// take takes in a conversation as it is now.
func (p *threadPane) take(o *inbox.Opened) {
	fresh := p.o == nil || p.o.ID != o.ID
	p.id, p.o, p.err = o.ID, o, nil
	if !fresh {
		p.thread.Change(p.blocks())
		return
	}
	p.unfolded, p.post = false, false
	clear(p.earlier)
	clear(p.bare)
	p.thread.Show(p.blocks())
	if m := p.newest(); m != 0 {
		p.thread.Select(blockKey{aMessage, int64(m)})
	}
}

// newest is the message to begin reading at: the newest that awaits an answer, or else the newest of all.
func (p *threadPane) newest() inbox.MessageID {
	awaits := p.o.Awaits()
	var last, waits inbox.MessageID
	for i := range p.o.Msgs {
		m := &p.o.Msgs[i]
		if m.Direction != inbox.Note {
			last = m.ID
		}
		if awaits(m) {
			waits = m.ID
		}
	}
	if waits != 0 {
		return waits
	}
	return last
}

// redraw draws the blocks anew: time has passed, or a name or the language has changed.
func (p *threadPane) redraw() {
	if p.o != nil {
		p.thread.Change(p.blocks())
	}
}

// message is the message under the cursor, or nil.
func (p *threadPane) under() *inbox.Message {
	key, ok := p.thread.Cursor()
	if !ok || p.o == nil || key.kind != aMessage {
		return nil
	}
	for i := range p.o.Msgs {
		if int64(p.o.Msgs[i].ID) == key.id {
			return &p.o.Msgs[i]
		}
	}
	return nil
}

// answerable is the message that a reply answers: the one under the cursor if it is a citizen's, or 0 for the newest.
func (p *threadPane) answerable() inbox.MessageID {
	if m := p.under(); m != nil && m.Direction == inbox.In && m.DeletedAt.IsZero() {
		return m.ID
	}
	return 0
}

// unsure is the reply to decide about: the one under the cursor, or the first.
func (p *threadPane) unsure() *inbox.Outgoing {
	var first *inbox.Outgoing
	key, _ := p.thread.Cursor()
	for i := range p.o.Outgoing {
		out := &p.o.Outgoing[i]
		if out.State != inbox.Unknown && out.State != inbox.Held && (out.State != inbox.Rejected || !out.Kind.Says()) {
			continue
		}
		if first == nil || key == (blockKey{anOutgoing, int64(out.ID)}) {
			first = out
		}
	}
	return first
}

// highlight marks the words of a query from now on; nil marks none.
func (p *threadPane) highlight(terms []*query.Bound) {
	p.terms = terms
	p.redraw()
}

// highlights are the bytes of a message that the search found.
func (p *threadPane) highlights(m *inbox.Message) []stretch {
	if m.Direction != inbox.In {
		return nil
	}
	return p.found(p.terms, m.Text)
}

// found are the bytes of a citizen's text that some words are met in.
func (c *common) found(terms []*query.Bound, s string) []stretch {
	if len(terms) == 0 {
		return nil
	}
	d := &query.Doc{}
	d.AddText(query.Text, query.Passage{Tokens: c.seat.Desk().Cutter.Cut(nil, s)})
	var out []stretch
	for _, b := range terms {
		for _, h := range b.Hits(d) {
			if h.End > h.Start {
				out = append(out, stretch{int(h.Start), int(h.End)})
			}
		}
	}
	return sorted(out)
}

// termsOf are the words that a query asks the citizens' texts for, each a query of its own. What the role may see does not matter here: it is
// about texts that are on the screen.
func (c *common) termsOf(q string) []*query.Bound {
	e, err := query.Parse(q)
	if err != nil {
		return nil
	}
	env := query.Env{Now: c.now(), Names: c.dir(), Cutter: c.seat.Desk().Cutter}
	var out []*query.Bound
	query.Walk(e, func(e query.Expr) bool {
		switch e := e.(type) {
		case query.And, query.Or, query.Term, query.Range:
		case query.Not:
			return false
		case query.Phrase:
			if e.Field != query.Text {
				break
			}
			if b, err := query.Bind(e, env); err == nil && len(out) < 32 {
				out = append(out, b)
			}
		}
		return true
	})
	return out
}

// view draws the conversation.
func (p *threadPane) view(width, height int, focus bool) ui.Lines {
	if p.err != nil || p.o == nil {
		return p.nothing(width, height, focus)
	}
	out := p.heading(width, height, focus)
	return append(out, p.thread.View(p.theme, width, max(height-len(out), 0), focus && p.writing == "")...)[:height]
}

func (p *threadPane) nothing(width, height int, focus bool) ui.Lines {
	out := ui.Lines{p.title(width, focus, "", nil, nil), p.theme.Line(append(ui.Line{ui.Text.Span("  ")}, p.empty()...), width, ui.Plain)}
	for len(out) < height {
		out = append(out, p.theme.Blank(width, ui.Plain))
	}
	return out[:height]
}

// empty says why nothing is shown.
func (p *threadPane) empty() ui.Line {
	switch {
	case p.err != nil:
		return ui.Warning.Line(p.t.Error(p.err))
	case p.id != 0:
		return ui.Dim.Line(p.t.T("tui.list.loading"))
	}
	return ui.Dim.Line(p.t.T("tui.thread.none"))
}

// kind is what sort of conversation it is, and on which account.
func (p *threadPane) kind() ui.Line {
	o := p.o
	return ui.Line{p.bullet(), ui.Dim.Span(p.t.Word(string(o.Kind))), ui.Dim.Span(" "), badge(o.Channel), ui.Dim.Span(" " + p.account(o.Account))}
}

// standing is how it stands, in words.
func (p *threadPane) standing() []ui.Line {
	return slices.Concat(p.window(), p.sending(), p.state(&p.o.Conversation), p.alikeSaid(p.o.Alike), p.topics())
}

// postLine is the post of ours that it hangs on, or the message that private messages go on from; nil: neither.
func (p *threadPane) postLine() ui.Line {
	if p.o.Post == nil {
		if p.o.Began == nil || p.o.Began.Text == "" {
			return nil
		}
		return ui.Line{ui.Dim.Span(p.t.T("tui.thread.began") + " "), ui.Dim.Span(oneLine(p.o.Began.Text))}
	}
	if !p.o.Post.DeletedAt.IsZero() {
		return ui.Dim.Line(p.t.T("tui.thread.post_removed"))
	}
	if !p.o.Post.Fetched {
		return ui.Dim.Line(p.t.T("tui.thread.post_pending"))
	}
	return ui.Line{ui.Dim.Span(p.t.T("tui.thread.post") + " "), ui.Dim.Span(oneLine(p.o.Post.Text))}
}

// heading is what stays on the screen whatever is read below it.
func (p *threadPane) heading(width, height int, focus bool) ui.Lines {
	o := p.o
	var right ui.Line
	if n := p.thread.Fresh(); n > 0 {
		right = ui.Accent.Line(p.t.N("tui.thread.fresh", n))
	}
	out := ui.Lines{p.title(width, focus, p.person(p.opener()), p.kind(), right)}
	inner := max(width-3, 1)
	put := func(rows []ui.Line, most int, more text.Safe) {
		for i, r := range rows[:min(len(rows), most)] {
			if i == most-1 && len(rows) > most {
				if more != "" {
					more = " " + more
				}
				said := p.theme.Cut(r.Plain(), max(inner-p.theme.Width(more)-1, 1))
				said = text.Safe(strings.TrimRight(string(said), " "+p.theme.Glyphs.Ellipsis) + p.theme.Glyphs.Ellipsis)
				r = ui.Line{ui.Span{Text: said + more, Token: r[0].Token}}
			}
			out = append(out, p.theme.Line(append(ui.Line{ui.Text.Span("  ")}, r...), width, ui.Plain))
		}
	}
	put(p.flow(p.standing(), inner), 3, "")
	if post := p.postLine(); post != nil {
		most := 2
		if p.post {
			most = max(height/2, 2)
		} else if height < 18 {
			most = 1
		}
		more := p.t.T("tui.thread.post_more", "Key", p.keyOf("post"))
		if p.post || p.writing != "" || o.Post == nil {
			more = "" // it shows what there is room for; or the key is a letter of what is being written
		}
		put(p.theme.Wrap(post, inner), most, more)
	}
	return append(out, p.ruler(width))
}

// sending says what of ours is on its way, or may have gone.
func (p *threadPane) sending() []ui.Line {
	var out []ui.Line
	have := map[inbox.OutgoingState]bool{}
	for i := range p.o.Outgoing {
		if !p.o.Outgoing[i].Kind.Says() {
			continue // it stands below the message that it is about
		}
		switch st := p.o.Outgoing[i].State; {
		case st == inbox.Unknown, st == inbox.Held:
			have[st] = true
		case !st.Ended():
			have[inbox.Queued] = true
		}
	}
	if have[inbox.Unknown] {
		out = append(out, ui.Danger.Line(p.t.Word(string(inbox.Unknown))))
	}
	if have[inbox.Held] {
		out = append(out, ui.Danger.Line(p.t.T("tui.state.held")))
	}
	if have[inbox.Queued] {
		out = append(out, ui.Own.Line(p.t.T("tui.state.sending")))
	}
	return out
}

// opener is who began the conversation.
func (p *threadPane) opener() inbox.Identity {
	for i := range p.o.Msgs {
		if m := &p.o.Msgs[i]; m.Direction == inbox.In && m.Author != 0 {
			return p.o.Identities[m.Author]
		}
	}
	return inbox.Identity{}
}

// topics are what the conversation is about.
func (p *threadPane) topics() []ui.Line {
	var out []ui.Line
	for _, tag := range p.dir().Shown(p.o.Topics) {
		out = append(out, ui.Link.Line(p.topic(tag.Topic)))
	}
	if len(out) == 0 {
		return []ui.Line{ui.Dim.Line(p.t.T("tui.thread.no_topics"))}
	}
	return out
}
