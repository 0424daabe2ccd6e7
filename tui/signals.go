package tui

import (
	"context"
	"strconv"

	"lytter/inbox"
	"lytter/inbox/query"
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
	{signal.InDanish, ui.Dim}, // where a person says so
	{signal.InEnglish, ui.Dim},
	{signal.InNorwegian, ui.Dim},
	{signal.InSwedish, ui.Dim},
	{signal.InGerman, ui.Dim},
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

// alikeSaid says how many conversations say nearly the same; nil of one that is alone.
func (c *common) alikeSaid(a inbox.Alike) []ui.Line {
	switch {
	case a.More:
		return []ui.Line{ui.Accent.Line(c.t.T("tui.state.alike_more", "Count", inbox.MaxAlike))}
	case a.Count > 1:
		return []ui.Line{ui.Accent.Line(c.t.N("tui.state.alike", a.Count))}
	}
	return nil
}

func (a *App) noAlike() *inbox.Reason {
	if o := a.thread.shown(); o == nil || o.Alike.Count < 2 {
		return inbox.Why("tui.refused.no_alike")
	}
	return nil
}

// showAlike searches for those that say nearly the same.
func (a *App) showAlike() tea.Cmd {
	name := query.Cluster.String()
	if a.t.Lang == "da" {
		name = query.Cluster.Info().Danish[0]
	}
	open := a.startSearch()
	a.search.input.SetValue(name + ":" + strconv.FormatInt(int64(a.thread.o.Alike.Cluster), 10))
	return tea.Batch(open, a.showResults())
}

// whySignals tells by which words a message shows some of what it is marked with, or who says so: the one under the cursor, or else the
// newest, and all that tell of danger.
func (a *App) whySignals(of signal.Signals) []ui.Line {
	o := a.thread.o
	about := o.Heard(a.thread.answerable())
	var out []ui.Line
	for i := range o.Msgs {
		m := &o.Msgs[i]
		if m.Direction != inbox.In || !m.DeletedAt.IsZero() {
			continue
		}
		for _, s := range shownSignals {
			if of&s.signal&m.Signals == 0 || about != nil && m.ID != about.ID && !signal.Danger.Has(s.signal) {
				continue
			}
			if len(out) > 0 {
				out = append(out, nil)
			}
			out = append(out, a.whySignal(m, s.signal)...)
		}
	}
	return out
}

func (a *App) whySignal(m *inbox.Message, s signal.Signals) []ui.Line {
	out := []ui.Line{
		{ui.Strong.Span(a.signalWord(s))},
		ui.Dim.Line(a.person(a.thread.o.Identities[m.Author]) + ", " + a.stamp(m.At) + ":"),
	}
	var words []stretch
	for _, k := range a.seat.Explain(m, s) {
		words = append(words, stretch{int(k.Start), int(k.End)})
	}
	out = append(out, prose(ui.Text, m.Text, sorted(words))...)
	switch {
	case m.Signals.Set(s):
		return append(out, ui.Dim.Line(a.t.T("tui.why.signal_person")))
	case len(words) == 0:
		return append(out, ui.Dim.Line(a.t.T("tui.why.signal_changed")))
	}
	line := ui.Line{ui.Dim.Span(a.t.T("tui.why.signal") + " ")}
	for i, w := range sorted(words) {
		if i > 0 {
			line = append(line, a.bullet())
		}
		line = append(line, ui.Match.Span(oneLine(m.Text[w.from:w.to])))
	}
	return append(out, line)
}

// corrections are what can be said of a message that shows so much, in the order in which it is offered.
func corrections(s signal.Signals) []string {
	picks := []string{"negative", "neutral", "positive"}
	if s.Has(signal.Danger) {
		picks = append(picks, "no-danger")
	} else {
		picks = append(picks, "emergency", "threat", "self-harm")
	}
	if s.Has(signal.Spamlike) {
		picks = append(picks, "no-spam")
	} else {
		picks = append(picks, "spam-like")
	}
	if s.Has(signal.Question) {
		picks = append(picks, "no-question")
	} else {
		picks = append(picks, "question")
	}
	return append(picks, "da", "en", "no", "sv", "de", "other-language")
}

// askCorrect asks what the message under the cursor, or else the citizens' newest, really shows.
func (a *App) askCorrect() tea.Cmd {
	about := a.thread.answerable()
	m := a.thread.o.Heard(about)
	if m == nil {
		return nil // refused above
	}
	items := []ui.Item{}
	for _, word := range corrections(m.Signals) {
		items = append(items, ui.Item{ID: word, Title: a.t.Word(word)})
	}
	return a.pick("signal", a.t.T("tui.signal.title"), a.t.T("tui.signal.ok"), items, func(word string) tea.Cmd {
		thing, value, _ := signal.ParseWord(word) // one of those above
		say := a.t.T("tui.done.corrected", "What", a.t.Word(word))
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
