package tui

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// byRule are the topics of a conversation that a rule has set and nobody has taken off.
func byRule(o *inbox.Opened) []inbox.Tagging {
	return slices.DeleteFunc(slices.Clone(o.Topics), func(t inbox.Tagging) bool { return t.Removed || t.By != 0 || t.Rule == "" })
}

// askWrong takes off a topic that a rule should not have set: where there are several, the person says which.
func (a *App) askWrong() tea.Cmd {
	o := a.thread.shown()
	if o == nil {
		return nil
	}
	tags := byRule(o)
	if len(tags) == 1 {
		return a.wrong(o, tags[0])
	}
	items := make([]ui.Item, len(tags))
	for i, t := range tags {
		items[i] = ui.Item{ID: strconv.Itoa(i), Title: a.topic(t.Topic), Also: []text.Safe{a.ruleName(t.Rule)}, Keys: a.ruleName(t.Rule)}
	}
	return a.pick("wrong", a.t.T("tui.wrong.which"), a.t.T("tui.wrong.ok"), items, func(pick string) tea.Cmd {
		i, _ := strconv.Atoi(pick) // one of those above
		return a.wrong(o, tags[i])
	})
}

// wrong records that a rule was wrong to set a topic, which goes. Who may write rules is offered to put the rule right, with the message as an
// example that it must not match.
func (a *App) wrong(o *inbox.Opened, tag inbox.Tagging) tea.Cmd {
	say := a.t.T("tui.wrong.noted", "Topic", a.topic(tag.Topic), "Rule", a.ruleName(tag.Rule))
	off := a.do.act(o.ID, say, false, func(ctx context.Context) error { return a.seat.Untag(ctx, o.ID, tag.Topic) })
	m := o.Message(tag.Message)
	if m == nil || m.Text == "" || a.seat.Refusal(inbox.DoRules, nil) != nil {
		return off
	}
	example := text.Masked(m.Text)
	return tea.Sequence(off, fetch(a.do, func(context.Context) (r rulesRead, err error) {
		r.all, r.version, err = a.seat.WrittenRules()
		return r, err
	}, func(r rulesRead, err error) tea.Cmd {
		i := slices.IndexFunc(r.all, func(w inbox.WrittenRule) bool { return strings.EqualFold(w.Rule, tag.Rule) })
		if err != nil || i < 0 || len(r.all[i].When) > ui.InputLimit { // a query that does not fit is put right in the file
			return nil
		}
		return a.askRight(&r.all[i], r.version, example)
	}))
}

// askRight asks for what a rule should ask for instead, so that it no longer matches an example.
func (a *App) askRight(r *inbox.WrittenRule, base int64, example string) tea.Cmd {
	when, not := ui.NewInput(), ui.NewEditor()
	when.SetValue(r.When)
	not.SetValue(example)
	had := when.Value() // on one line
	f := &ui.Form{
		ID: "right", Title: a.t.T("tui.wrong.title", "Name", r.Name), Foot: a.formFoot(a.t.T("tui.wrong.publish")),
		Fields: []ui.Field{{Label: a.t.T("tui.wrong.when"), Input: when}, {Label: a.t.T("tui.wrong.example"), Editor: not, Height: 4}},
	}
	edit := func(values []string) inbox.RuleEdit {
		e := inbox.RuleEdit{Rule: r.Rule}
		if w := strings.TrimSpace(values[0]); w != strings.TrimSpace(had) {
			e.When = w
		}
		if x := strings.TrimSpace(values[1]); x != "" {
			e.Examples = []inbox.WrittenExample{{Text: x}}
		}
		return e
	}
	f.Check = func(values []string) (int, text.Safe) {
		if strings.TrimSpace(values[0]) == "" {
			return 0, a.t.T("tui.wrong.no_when")
		}
		return 0, a.fault(a.seat.CheckRule(edit(values)))
	}
	return a.ask(f.ID, f, func(an ui.Answer) tea.Cmd {
		e := edit(an.Values)
		if e.When == "" && len(e.Examples) == 0 {
			return nil
		}
		comment := string(a.t.T("tui.wrong.comment", "Name", r.Name))
		return a.do.publish(func(ctx context.Context) (inbox.Published, error) {
			return a.seat.EditRule(ctx, e, base, comment)
		}, func(out inbox.Published) tea.Cmd {
			return tea.Batch(a.published(out), a.offerUndo(r.Rule, base))
		})
	})
}

// fault says what is wrong with rules: the first thing of several. "" where nothing is.
func (a *App) fault(err error) text.Safe {
	if err == nil {
		return ""
	}
	var several interface{ Told() []error }
	if errors.As(err, &several) {
		if all := several.Told(); len(all) > 0 {
			return a.t.Error(all[0])
		}
	}
	return a.t.Error(err)
}
