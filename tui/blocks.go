package tui

import (
	"hash/maphash"
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// blockKey names a block of a thread.
type blockKey struct {
	kind blockKind
	id   int64
}

type blockKind byte

const (
	aMessage blockKind = iota + 1
	anOutgoing
	aDraft
	theEvents
)

// proseWidth is the most cells of a line of prose: longer ones are hard to read.
const proseWidth = 84

// block makes a block of lines that are broken where they must.
func (p *threadPane) block(key blockKey, depth int, lines []ui.Line) ui.Block[blockKey] {
	var h maphash.Hash
	h.SetSeed(p.seed)
	for _, l := range lines {
		for _, s := range l {
			h.WriteByte(byte(s.Token))
			h.WriteString(string(s.Text))
		}
		h.WriteByte('\n')
	}
	return ui.Block[blockKey]{
		Key: key, Version: h.Sum64(), Depth: depth,
		Body: func(t *ui.Theme, width int) []ui.Line {
			out := make([]ui.Line, 0, len(lines))
			for _, l := range lines {
				out = append(out, t.Wrap(l, min(width, proseWidth))...)
			}
			return out
		},
	}
}

// blocks draws the conversation.
func (p *threadPane) blocks() []ui.Block[blockKey] {
	o := p.o
	awaits := o.Awaits()
	var out []ui.Block[blockKey]
	for _, n := range tree(o.Thread) {
		if n.out != nil {
			out = append(out, p.block(blockKey{anOutgoing, int64(n.out.ID)}, n.depth, p.outgoing(n.out)))
			continue
		}
		out = append(out, p.block(blockKey{aMessage, int64(n.msg.ID)}, n.depth, p.message(n.msg, awaits(n.msg))))
	}
	for i := range o.Drafts {
		d := &o.Drafts[i]
		if p.writing == d.Kind && p.about == d.About() {
			continue
		}
		head := ui.Line{ui.Accent.Span(p.t.T("tui.draft." + string(d.Kind))), ui.Dim.Span("  " + p.stamp(d.At))}
		said := text.Masked(d.Text)
		body := p.files(prose(ui.Dim, said, nil), said, d.Attachments)
		out = append(out, p.block(blockKey{aDraft, int64(i)}, 0, slices.Concat([]ui.Line{head}, body)))
	}
	if lines := p.events(); len(lines) > 0 {
		out = append(out, p.block(blockKey{theEvents, 1}, 0, lines))
	}
	return out
}

// prose is outside text of several lines, with some of its bytes marked.
func prose(tok ui.Token, s string, marks []stretch) []ui.Line {
	var out []ui.Line
	from := 0
	for line := range strings.SplitSeq(s, "\n") {
		out = append(out, marked(tok, line, from, marks))
		from += len(line) + 1
	}
	return out
}

// stretch is some bytes of a text.
type stretch struct{ from, to int }

func sorted(ss []stretch) []stretch {
	slices.SortFunc(ss, func(a, b stretch) int { return a.from - b.from })
	return ss
}

// marked is a line of outside text that begins at byte from of its text.
func marked(tok ui.Token, line string, from int, marks []stretch) ui.Line {
	var l ui.Line
	at := 0
	put := func(t ui.Token, to int) {
		if to > at {
			l = append(l, t.Span(text.Clean(line[at:to])))
			at = to
		}
	}
	for _, m := range marks {
		a, b := max(m.from-from, at), min(m.to-from, len(line))
		if a < b {
			put(tok, a)
			put(ui.Match, b)
		}
	}
	put(tok, len(line))
	return l
}

// message draws one message: who, when and how it stands, then what it says.
func (p *threadPane) message(m *inbox.Message, awaits bool) []ui.Line {
	m, versions := p.uncovered(m)
	var head ui.Line
	body := ui.Text
	switch m.Direction {
	case inbox.In:
		id := p.o.Identities[m.Author]
		head = ui.Line{ui.Strong.Span(p.person(id))}
		if id.Name != "" && id.Handle != "" {
			head = append(head, ui.Dim.Span(" "+text.CleanLine("@"+id.Handle)))
		}
	case inbox.Out:
		head = ui.Line{ui.Own.Span(p.account(m.Account))}
		if m.By != 0 {
			head = append(head, p.bullet(), ui.Own.Span(p.colleague(m.By)))
		}
	case inbox.Note:
		body = ui.Note
		head = ui.Line{ui.Note.Span(p.t.T("tui.thread.note")), p.bullet(), ui.Note.Span(p.colleague(m.By))}
	}
	head = append(head, ui.Dim.Span("  "+p.stamp(m.At)))
	say := func(tok ui.Token, s text.Safe) { head = append(head, p.bullet(), tok.Span(s)) }
	if awaits {
		say(ui.Accent, p.t.T("tui.thread.awaits"))
	}
	if m.Direction == inbox.Out {
		say(ui.Success, p.t.Word(string(inbox.Sent)))
	}
	for _, s := range p.signals(m) {
		head = append(head, p.bullet(), s)
	}
	head = append(head, p.moderation(m)...)
	if !m.DeletedAt.IsZero() {
		return []ui.Line{head, p.gone(m)}
	}
	if !m.EditedAt.IsZero() {
		say(ui.Warning, p.t.T("tui.thread.edited", "When", p.stamp(m.EditedAt)))
	}
	lines := append([]ui.Line{head}, prose(body, m.Text, p.highlights(m))...)
	if m.Text == "" && len(m.Media) == 0 {
		lines = append(lines[:1], ui.Dim.Line(p.t.T("tui.thread.no_text")))
	} else if m.Text == "" {
		lines = lines[:1]
	}
	for _, md := range m.Media {
		lines = append(lines, p.media(md))
	}
	lines = append(lines, p.guard(m)...)
	if n := total(p.o.Reactions[m.ID]); n > 0 {
		lines = append(lines, ui.Dim.Line(p.t.N("tui.thread.reactions", n)))
	}
	if p.earlier[m.ID] {
		for i := len(versions) - 1; i >= 0; i-- {
			lines = append(lines, ui.Warning.Line(p.t.T("tui.thread.before", "When", p.stamp(versions[i].At))))
			lines = append(lines, prose(ui.Dim, versions[i].Text, nil)...)
		}
	}
	return lines
}

func total(reactions map[string]int) int {
	n := 0
	for _, k := range reactions {
		n += k
	}
	return n
}

// media says what is attached: its kind, name, size, and what its author says is to be seen.
func (p *threadPane) media(md inbox.Media) ui.Line {
	kind := p.t.T("tui.media.file")
	if key := "tui.media." + md.Type; p.t.Has(key) {
		kind = p.t.T(key)
	}
	l := ui.Line{ui.Link.Span(kind)}
	for _, s := range []text.Safe{text.CleanLine(md.Name), p.size(md.Size), text.CleanLine(md.Alt)} {
		if s != "" {
			l = append(l, p.bullet(), ui.Dim.Span(s))
		}
	}
	return l
}

// files adds what goes along below a text; without a text they are all there is.
func (p *threadPane) files(body []ui.Line, text string, files []inbox.Attachment) []ui.Line {
	if text == "" && len(files) > 0 {
		body = nil
	}
	for _, f := range files {
		body = append(body, p.media(f.Media()))
	}
	return body
}

// size is a number of bytes for people, "" for an unknown one.
func (c *common) size(n int64) text.Safe { return c.t.Bytes(n) }

// outgoing draws a reply that is not yet, or not surely, out.
func (p *threadPane) outgoing(o *inbox.Outgoing) []ui.Line {
	if !o.Kind.Says() {
		return p.deed(o)
	}
	head := ui.Line{ui.Own.Span(p.account(o.Account)), p.bullet(), ui.Own.Span(p.by(o.By)), ui.Text.Span("  ")}
	if o.Kind == inbox.PrivateReply {
		head = append(head, ui.Accent.Span(p.t.T("tui.thread.private")), p.bullet())
	}
	left := o.NotBefore.Sub(p.now())
	switch {
	case o.State == inbox.Queued && left > 0:
		head = append(head, ui.Accent.Span(p.t.T("tui.thread.leaves", "Span", p.t.Span(ceilSecond(left)))))
	case o.State == inbox.Unknown || o.State == inbox.Rejected || o.State == inbox.Held:
		head = append(head, ui.Danger.Span(p.t.Word(string(o.State))))
	default:
		head = append(head, ui.Accent.Span(p.t.Word(string(o.State))))
	}
	lines := append([]ui.Line{head}, p.files(prose(ui.Text, o.Text, nil), o.Text, o.Attachments)...)
	if o.Reason != nil {
		lines = append(lines, ui.Warning.Line(p.t.Reason(o.Reason)))
	}
	switch o.State {
	case inbox.Unknown:
		lines = append(lines, ui.Text.Line(p.t.T("tui.thread.unknown", "Key", p.keyOf("resolve"))))
	case inbox.Held, inbox.Rejected:
		lines = append(lines, ui.Text.Line(p.t.T("tui.thread.decide", "Key", p.keyOf("resolve"))))
	}
	return lines
}
