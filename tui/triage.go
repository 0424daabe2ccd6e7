package tui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// act does something with the conversation under the cursor, and says so when it is done. done says that the person has dealt with it.
func (a *App) act(say text.Safe, done bool, f func(ctx context.Context, id inbox.ConversationID) error) tea.Cmd {
	id, _ := a.target()
	return a.do.act(id, say, done, func(ctx context.Context) error { return f(ctx, id) })
}

// whose names the conversation under the cursor by who began it: when it is done with, the next already stands there.
func (a *App) whose() text.Safe {
	id, o := a.target()
	if o != nil {
		return a.person(a.thread.opener())
	}
	if r := a.list.row(id); r != nil {
		return a.person(r.Author)
	}
	return ""
}

func (a *App) take() tea.Cmd { return a.act(a.t.T("tui.done.taken"), false, a.seat.Take) }

func (a *App) release() tea.Cmd { return a.act(a.t.T("tui.done.released"), false, a.seat.Release) }

func (a *App) reopen() tea.Cmd { return a.act(a.t.T("tui.done.reopened"), true, a.seat.Reopen) }

// closeNoAnswer closes in one key what needs no answer: the commonest act of a day.
func (a *App) closeNoAnswer() tea.Cmd { return a.close(inbox.NoAnswer) }

func (a *App) close(why inbox.CloseReason) tea.Cmd {
	say := a.t.T("tui.done.closed", "Who", a.whose(), "Reason", a.t.Word(string(why)))
	return a.act(say, true, func(ctx context.Context, id inbox.ConversationID) error { return a.seat.Close(ctx, id, why) })
}

// choose asks for one of a few things, each on a key of its own. Keys and labels are the catalogue's, so that the letter is the word's.
func (a *App) choose(id string, title text.Safe, picks []string, danger string, then func(pick string) tea.Cmd) tea.Cmd {
	q := &ui.Question{ID: id, Title: title, Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel"))}}
	for _, p := range picks {
		key := "tui." + id + "." + p
		q.Options = append(q.Options, ui.Option{Pick: p, Keys: []string{string(a.t.T(key + "_key"))}, Label: a.t.T(key), Danger: p == danger})
	}
	return a.ask(id, q, func(an ui.Answer) tea.Cmd { return then(an.Pick) })
}

func (a *App) askClose() tea.Cmd {
	picks := make([]string, 0, len(inbox.CloseReasons()))
	for _, r := range inbox.CloseReasons() {
		picks = append(picks, strings.ReplaceAll(string(r), "-", "_"))
	}
	return a.choose("close", a.t.T("tui.close.title"), picks, "", func(pick string) tea.Cmd {
		return a.close(inbox.CloseReason(strings.ReplaceAll(pick, "_", "-")))
	})
}

func (a *App) askPriority() tea.Cmd {
	picks := []string{inbox.Urgent.String(), inbox.High.String(), inbox.Normal.String(), inbox.Low.String()}
	return a.choose("priority", a.t.T("tui.priority.title"), picks, "", func(pick string) tea.Cmd {
		p, _ := inbox.ParsePriority(pick)
		say := a.t.T("tui.done.priority", "Priority", a.t.Word(pick))
		return a.act(say, false, func(ctx context.Context, id inbox.ConversationID) error { return a.seat.Prioritise(ctx, id, p) })
	})
}

// later are the times until which a conversation can be put off.
func later(now time.Time) []time.Time {
	morning := func(days int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+days, 8, 0, 0, 0, now.Location())
	}
	monday := (8 - int(now.Weekday())) % 7
	if monday == 0 {
		monday = 7
	}
	out := []time.Time{now.Add(time.Hour).Truncate(time.Minute), now.Add(3 * time.Hour).Truncate(time.Minute), morning(1)}
	if monday > 1 {
		out = append(out, morning(monday))
	}
	return append(out, morning(14))
}

func (a *App) askSnooze() tea.Cmd {
	now := a.now()
	times := later(now)
	q := &ui.Question{ID: "snooze", Title: a.t.T("tui.snooze.title"), Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel"))}}
	for i, at := range times {
		label := a.t.When(at, now)
		if d := at.Sub(now); d < 12*time.Hour {
			label = a.t.T("tui.snooze.in", "Span", a.t.Span(d.Round(time.Hour)), "When", label)
		}
		n := strconv.Itoa(i + 1)
		q.Options = append(q.Options, ui.Option{Pick: n, Keys: []string{n}, Label: label})
	}
	return a.ask(q.ID, q, func(an ui.Answer) tea.Cmd {
		n, _ := strconv.Atoi(an.Pick) // one of those above
		until := times[n-1]
		say := a.t.T("tui.done.snoozed", "Who", a.whose(), "When", a.t.When(until, a.now()))
		return a.act(say, true, func(ctx context.Context, id inbox.ConversationID) error { return a.seat.Snooze(ctx, id, until) })
	})
}

// pick asks for one of many things, found by a few letters. ok says what Enter does.
func (a *App) pick(id string, title, ok text.Safe, items []ui.Item, then func(id string) tea.Cmd) tea.Cmd {
	p := ui.NewPicker(items, ui.Line{ui.Key.Span("> ")}, a.t.T("tui.dialog.type"))
	p.None = ui.Dim.Line(a.t.T("tui.dialog.no_match"))
	return a.ask(id, &ui.Choice{ID: id, Title: title, Picker: p, Foot: a.choiceFoot(ok)}, func(an ui.Answer) tea.Cmd { return then(an.Pick) })
}

// askTopic sets a topic or takes one off. What is set comes first.
func (a *App) askTopic() tea.Cmd {
	_, o := a.target()
	has := func(id inbox.TopicID) bool {
		tag := o.Tag(id)
		return tag != nil && !tag.Removed
	}
	dir := a.dir()
	items := make([]ui.Item, 0, len(dir.Topics))
	for id, t := range dir.Topics {
		it := ui.Item{ID: strconv.FormatInt(int64(id), 10), Title: a.topic(id)}
		if t.Number != "" {
			it.Also = []text.Safe{text.CleanLine(t.Number)}
		}
		if has(id) {
			it.Keys = a.t.T("tui.topic.set")
		}
		items = append(items, it)
	}
	set := func(it ui.Item) int {
		if it.Keys != "" {
			return 0
		}
		return 1
	}
	slices.SortFunc(items, func(x, y ui.Item) int {
		if d := set(x) - set(y); d != 0 {
			return d
		}
		return strings.Compare(string(x.Title), string(y.Title))
	})
	return a.pick("topic", a.t.T("tui.topic.title"), a.t.T("tui.topic.ok"), items, func(pick string) tea.Cmd {
		n, _ := strconv.ParseInt(pick, 10, 64) // one of those above
		topic := inbox.TopicID(n)
		if has(topic) {
			say := a.t.T("tui.done.untagged", "Topic", a.topic(topic))
			return a.act(say, false, func(ctx context.Context, id inbox.ConversationID) error { return a.seat.Untag(ctx, id, topic) })
		}
		say := a.t.T("tui.done.tagged", "Topic", a.topic(topic))
		return a.act(say, false, func(ctx context.Context, id inbox.ConversationID) error { return a.seat.Tag(ctx, id, topic) })
	})
}

// askAssign gives the conversation to somebody: oneself first, then colleagues by name, then nobody.
func (a *App) askAssign() tea.Cmd {
	me := a.me()
	items := []ui.Item{{ID: strconv.FormatInt(int64(me.ID), 10), Title: a.t.T("tui.assign.me"), Also: []text.Safe{text.CleanLine(me.Name)}}}
	var others []ui.Item
	for _, u := range a.dir().Users {
		if u.ID == me.ID || u.Disabled || !u.Role.AtLeast(inbox.Agent) {
			continue
		}
		others = append(others, ui.Item{
			ID: strconv.FormatInt(int64(u.ID), 10), Title: text.CleanLine(u.Name), Also: []text.Safe{text.CleanLine(u.Login)},
			Keys: a.t.Word(string(u.Role)),
		})
	}
	slices.SortFunc(others, func(x, y ui.Item) int { return strings.Compare(string(x.Title), string(y.Title)) })
	items = append(append(items, others...), ui.Item{ID: "0", Title: a.t.T("tui.assign.nobody")})
	return a.pick("assign", a.t.T("tui.assign.title"), a.t.T("tui.assign.ok"), items, func(pick string) tea.Cmd {
		n, _ := strconv.ParseInt(pick, 10, 64) // one of those above
		to := inbox.UserID(n)
		say := a.t.T("tui.done.unassigned")
		if to != 0 {
			say = a.t.T("tui.done.assigned", "Name", a.user(to))
		}
		return a.act(say, false, func(ctx context.Context, id inbox.ConversationID) error { return a.seat.Assign(ctx, id, to) })
	})
}

// askEscalate sends the conversation on to a queue, with a note for those who take it from there.
func (a *App) askEscalate() tea.Cmd {
	id, _ := a.target()
	var now inbox.QueueID
	if r := a.list.row(id); r != nil {
		now = r.Queue
	}
	items := make([]ui.Item, 0, len(a.dir().Queues))
	for _, q := range a.dir().Queues {
		it := ui.Item{ID: strconv.FormatInt(int64(q.ID), 10), Title: text.CleanLine(q.Name)}
		if q.ID == now {
			it.Refusal = a.t.T("tui.escalate.there")
		}
		items = append(items, it)
	}
	note := ui.NewEditor()
	note.Placeholder = a.t.T("tui.escalate.placeholder")
	queues := ui.NewPicker(items, ui.Line{ui.Key.Span("> ")}, a.t.T("tui.dialog.type"))
	queues.None = ui.Dim.Line(a.t.T("tui.dialog.no_match"))
	if len(items) > 1 && items[0].Refusal != "" {
		queues.Select(items[1].ID)
	}
	f := &ui.Form{
		ID: "escalate", Title: a.t.T("tui.escalate.title"),
		Fields: []ui.Field{
			{Label: a.t.T("tui.escalate.queue"), Picker: queues, Height: min(len(items), 8)},
			{Label: a.t.T("tui.escalate.note"), Editor: note, Height: 4},
		},
		Foot: a.formFoot(a.t.T("tui.escalate.ok")),
	}
	return a.ask(f.ID, f, func(an ui.Answer) tea.Cmd {
		n, _ := strconv.ParseInt(an.Values[0], 10, 64) // one of those above
		queue := inbox.QueueID(n)
		say := a.t.T("tui.done.escalated", "Who", a.whose(), "Queue", a.queue(queue))
		return a.do.act(id, say, true, func(ctx context.Context) error { return a.seat.Escalate(ctx, id, queue, an.Values[1]) })
	})
}

// choiceFoot says the keys of a choice, and what picking does.
func (a *App) choiceFoot(ok text.Safe) ui.Line {
	return ui.Line{
		ui.Key.Span(a.names.Show("enter")), ui.Dim.Span(" " + ok + "  "), ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel")),
	}
}

// formFoot says the keys of a form, and what submitting it does.
func (a *App) formFoot(ok text.Safe) ui.Line {
	return ui.Line{
		ui.Key.Span("Ctrl+S"), ui.Dim.Span(" " + ok + "  "), ui.Key.Span("Tab"), ui.Dim.Span(" " + a.t.T("tui.dialog.next") + "  "),
		ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel")),
	}
}

// askResolve decides about a reply that may have been sent, that is held, or that the platform has refused.
func (a *App) askResolve() tea.Cmd {
	out := a.thread.unsure()
	if out == nil {
		a.refused(a.actions.by["resolve"], inbox.Why("refused.nothing_unsure"))
		return nil
	}
	o := *out
	if !o.Kind.Says() {
		return a.askResolveDeed(o)
	}
	picks := []string{"again", "giveup"}
	switch o.State {
	case inbox.Unknown:
		picks = []string{"sent", "again", "giveup"}
	case inbox.Rejected:
		picks = []string{"giveup"}
	}
	return a.choose("resolve", a.t.T("tui.resolve.title", "State", a.t.Word(string(o.State))), picks, "again", func(pick string) tea.Cmd {
		if o.State == inbox.Rejected {
			return a.do.restore(o)
		}
		say := a.t.T("tui.done.resolved_" + pick)
		return a.act(say, false, func(ctx context.Context, _ inbox.ConversationID) error {
			return a.seat.Resolve(ctx, o.ID, inbox.Resolution(pick))
		})
	})
}
