package tui

import (
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// rowColumns are the columns of the list. At 80 cells all but the last two have room.
func rowColumns() []ui.Column {
	return []ui.Column{
		{Min: 1},                             // mark
		{Min: 2},                             // channel
		{Min: 7, Right: true},                // time left, or when
		{Min: 6},                             // taken by
		{Min: 13, Max: 22, Grow: 1},          // who
		{Min: 25, Grow: 6},                   // text
		{Min: 14, Max: 24, Grow: 2, Drop: 1}, // first topic
		{Min: 14, Max: 22, Grow: 1, Drop: 2}, // queue
		{Min: 3, Drop: 3, Right: true},       // messages
	}
}

// rowCells draws a conversation as a row. fresh says that it has spoken since this session last looked at it; left, that it is in the
// view no more; terms are the words to mark.
func (c *common) rowCells(r *inbox.Row, fresh, left bool, terms []*query.Bound) []ui.Line {
	who, words, dim := ui.Text, ui.Text, ui.Dim
	if fresh {
		who, words = ui.Unread, ui.Unread
	}
	if r.Status != inbox.Open || r.Awaiting == 0 {
		words = ui.Dim
	}
	left2 := c.timeLeft(&r.Conversation)
	if left {
		who, words = ui.Dim, ui.Dim
		left2 = ui.Dim.Line(c.gone(&r.Conversation))
	}
	var topic ui.Line
	for _, tag := range r.Topics {
		if !tag.Removed {
			topic = dim.Line(c.topicIn(tag.Topic, 14))
			break
		}
	}
	said, marks := c.excerpt(string(oneLine(r.Text)), terms)
	return []ui.Line{
		c.mark(r),
		{badge(r.Channel)},
		left2, c.takenBy(&r.Conversation), who.Line(c.personShort(r.Author)), marked(words, said, 0, marks), topic,
		dim.Line(c.queue(r.Queue)), dim.Line(c.t.Number(int64(r.Messages))),
	}
}

// lead is how many bytes of a text may stand before the first word that was searched for: a row has room for few.
const lead = 16

// excerpt is a text from a little before the first of some words, and where they stand in it.
func (c *common) excerpt(s string, terms []*query.Bound) (string, []stretch) {
	marks := c.found(terms, s)
	if len(marks) == 0 || marks[0].from <= lead {
		return s, marks
	}
	at := strings.LastIndexByte(s[:marks[0].from-lead/2], ' ') + 1
	if at == 0 {
		return s, marks
	}
	more := c.theme.Glyphs.Ellipsis
	for i := range marks {
		marks[i].from += len(more) - at
		marks[i].to += len(more) - at
	}
	return more + s[at:], marks
}

// gone says in a word of the time's column why a conversation is in the view no more.
func (c *common) gone(v *inbox.Conversation) text.Safe {
	switch {
	case v.Status == inbox.Closed:
		return c.t.T("tui.row.closed")
	case v.Status == inbox.Snoozed:
		return c.t.T("tui.row.snoozed")
	case v.Awaiting == 0:
		return c.t.T("tui.row.answered")
	}
	return c.t.T("tui.row.gone")
}

// topicIn is a topic in so many cells: its path or, where that is too long, its own name.
func (c *common) topicIn(id inbox.TopicID, cells int) text.Safe {
	path := c.topic(id)
	if c.theme.Width(path) <= cells {
		return path
	}
	return text.CleanLine(c.dir().Topics[id].Name)
}

// oneLine is a message on one line.
func oneLine(s string) text.Safe { return text.CleanLine(strings.Join(strings.Fields(s), " ")) }

// mark is the one sign of a row: what wants attention first. Its words stand where the row is under the cursor.
func (c *common) mark(r *inbox.Row) ui.Line {
	switch {
	case r.Unsure > 0:
		return ui.Danger.Line("?")
	case r.Priority == inbox.Urgent:
		return ui.Danger.Line("!")
	case r.Sending > 0:
		return ui.Own.Line(">")
	case r.Priority == inbox.High:
		return ui.Warning.Line("!")
	}
	return nil
}

// timeLeft is how long there is to answer, or, where nothing is due, when the conversation last spoke.
func (c *common) timeLeft(v *inbox.Conversation) ui.Line {
	now := c.now()
	switch {
	case v.Status == inbox.Snoozed:
		return ui.Dim.Line(c.short(v.SnoozeUntil, now))
	case v.Status == inbox.Closed || v.Awaiting == 0 || v.DueAt.IsZero():
		return ui.Dim.Line(c.short(v.LastAt, now))
	}
	left := v.DueAt.Sub(now)
	switch {
	case left < 0:
		return ui.Danger.Line("-" + c.t.Span(left))
	case left < time.Hour:
		return ui.Warning.Line(c.t.Span(left))
	}
	return ui.Text.Line(c.t.Span(left))
}

// short is a moment in seven cells: a time of day, a day of the last week, or a date.
func (c *common) short(at, now time.Time) text.Safe {
	at = at.In(now.Location())
	switch days := daysBetween(at, now); {
	case days == 0:
		return c.t.Clock(at)
	case days > -7 && days < 7:
		return c.t.T("day." + strings.ToLower(at.Format("Mon")))
	case at.Year() == now.Year():
		month := strings.TrimSuffix(string(c.t.T("month."+strings.ToLower(at.Format("Jan")))), ".")
		return c.t.T("tui.row.day", "Month", month, "N", at.Day())
	}
	return text.Safe(at.Format("2006"))
}

// takenBy is who holds the conversation, or whose it is.
func (c *common) takenBy(v *inbox.Conversation) ui.Line {
	tok, id := ui.Own, v.TakenBy
	if !v.Taken(c.now()) {
		tok, id = ui.Dim, v.Assignee
	}
	switch id {
	case 0:
		return nil
	case c.seat.User.ID:
		return ui.Accent.Line(c.user(id))
	}
	return tok.Line(firstName(c.colleague(id)))
}

func firstName(s text.Safe) text.Safe {
	name, _, _ := strings.Cut(string(s), " ")
	return text.Safe(name)
}

// state says in words how a conversation stands, what matters most first.
func (c *common) state(v *inbox.Conversation) []ui.Line {
	now := c.now()
	var out []ui.Line
	add := func(tok ui.Token, s text.Safe) { out = append(out, tok.Line(s)) }
	switch v.Priority {
	case inbox.Urgent:
		add(ui.Danger, c.t.Word(v.Priority.String()))
	case inbox.High:
		add(ui.Warning, c.t.T("tui.state.high"))
	case inbox.Low:
		add(ui.Dim, c.t.T("tui.state.low"))
	}
	switch {
	case v.Status == inbox.Snoozed:
		add(ui.Text, c.t.T("tui.state.snoozed", "When", c.t.When(v.SnoozeUntil, now)))
	case v.Status == inbox.Closed:
		add(ui.Text, c.t.T("tui.state.closed", "Reason", c.t.Word(string(v.Reason))))
	case v.Awaiting == 0:
		add(ui.Success, c.t.T("tui.state.answered"))
	case v.Awaiting == 1:
		add(ui.Accent, c.t.T("tui.state.awaiting"))
	default:
		add(ui.Accent, c.t.N("tui.state.awaiting_many", v.Awaiting))
	}
	if v.Live() && v.Awaiting > 0 && !v.DueAt.IsZero() {
		left := v.DueAt.Sub(now)
		switch {
		case left < 0:
			add(ui.Danger, c.t.T("tui.state.overdue", "Span", c.t.Span(left)))
		case left < time.Hour:
			add(ui.Warning, c.t.T("tui.state.due", "When", c.t.When(v.DueAt, now), "Span", c.t.Span(left)))
		default:
			add(ui.Text, c.t.T("tui.state.due", "When", c.t.When(v.DueAt, now), "Span", c.t.Span(left)))
		}
	}
	if v.Taken(now) {
		tok := ui.Own
		if v.TakenBy == c.seat.User.ID {
			tok = ui.Accent
		}
		add(tok, c.t.T("tui.state.taken", "Name", c.user(v.TakenBy)))
	}
	if v.Assignee != 0 && (v.Assignee != v.TakenBy || !v.Taken(now)) {
		add(ui.Text, c.t.T("tui.state.assigned", "Name", c.user(v.Assignee)))
	}
	if q := c.queue(v.Queue); q != "" {
		add(ui.Dim, q)
	} else if v.Live() {
		add(ui.Dim, c.t.T("tui.state.no_queue"))
	}
	return out
}
