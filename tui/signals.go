package tui

import (
	"context"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/inbox/text/signal"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// shownSignals are the signals that a message is marked with, what matters most first. That it asks its text shows, and that it is neutral
// nobody needs to hear.
var shownSignals = []struct {
	signal signal.Signals
	token  ui.Token
}{
	{signal.Emergency, ui.Danger},
	{signal.Threat, ui.Danger},
	{signal.SelfHarm, ui.Danger},
	{signal.Spamlike, ui.Warning},
	{signal.Negative, ui.Dim},
	{signal.Positive, ui.Dim},
}

// signals are what a citizen's message shows by itself, in words.
func (c *common) signals(m *inbox.Message) []ui.Span {
	if m.Direction != inbox.In || !m.DeletedAt.IsZero() {
		return nil
	}
	var out []ui.Span
	for _, s := range shownSignals {
		if m.Signals.Has(s.signal) {
			out = append(out, s.token.Span(c.signalWord(s.signal)))
		}
	}
	return out
}

func (c *common) signalWord(s signal.Signals) text.Safe { return c.t.Word(s.Names()[0]) }

// alike says in how many conversations nearly the same is said, and what to search for to see them.
func (p *threadPane) alike() []ui.Line {
	if p.o.Alike.Count < 2 {
		return nil
	}
	return []ui.Line{ui.Accent.Line(p.t.N("tui.thread.alike", p.o.Alike.Count, "Cluster", int64(p.o.Alike.Cluster)))}
}

// whySignals tells by which words the message under the cursor, or else the newest, shows what it is marked with, or who says so.
func (a *App) whySignals() []ui.Line {
	m := a.thread.o.Heard(a.thread.answerable())
	if m == nil {
		return nil
	}
	var out []ui.Line
	for _, s := range shownSignals {
		if !m.Signals.Has(s.signal) {
			continue
		}
		if len(out) > 0 {
			out = append(out, nil)
		}
		out = append(out, ui.Line{ui.Strong.Span(a.signalWord(s.signal))})
		if m.Signals.Set(s.signal) {
			out = append(out, ui.Text.Line(a.t.T("tui.why.signal_person")))
			continue
		}
		out = append(out, ui.Text.Line(a.t.T("tui.why.signal")))
		var words []stretch
		for _, k := range a.seat.Explain(m, s.signal) {
			words = append(words, stretch{int(k.Start), int(k.End)})
		}
		out = append(out, prose(ui.Text, m.Text, sorted(words))...)
	}
	return out
}

// askCorrect asks what the message under the cursor, or else the citizens' newest, really shows.
func (a *App) askCorrect() tea.Cmd {
	about := a.thread.answerable()
	m := a.thread.o.Heard(about)
	if m == nil {
		return nil // refused above
	}
	picks := []string{"negative", "neutral", "positive"}
	if m.Signals.Has(signal.Danger) {
		picks = append(picks, "no_danger")
	}
	if m.Signals.Has(signal.Spamlike) {
		picks = append(picks, "no_spam")
	}
	words := map[string]string{"no_danger": "no-danger", "no_spam": "no-spam"}
	return a.choose("signal", a.t.T("tui.signal.title"), picks, "", func(pick string) tea.Cmd {
		if w, ok := words[pick]; ok {
			pick = w
		}
		thing, value, _ := signal.ParseWord(pick)
		say := a.t.T("tui.done.corrected", "What", a.t.Word(pick))
		return a.act(say, false, func(ctx context.Context, id inbox.ConversationID) error {
			return a.seat.Correct(ctx, id, about, thing, value)
		})
	})
}

func (a *App) cannotCorrect() *inbox.Reason {
	if o := a.thread.shown(); o == nil || o.Heard(a.thread.answerable()) == nil {
		return inbox.Why("signal.no_message")
	}
	return nil
}
