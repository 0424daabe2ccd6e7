package tui

import (
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/inbox/text/signal"
	"lytter/tui/ui"
)

// why explains what the conversation is marked with: danger first, each topic (who or which rule set it, which part of the rule's query,
// and which words), and what else the message shows by itself.
func (a *App) why() ui.Dialog {
	o := a.thread.o
	told := [][]ui.Line{a.whySignals(signal.Danger)}
	for _, tag := range o.Topics {
		told = append(told, a.explain(o, &tag))
	}
	var lines []ui.Line
	for _, part := range append(told, a.whySignals(^signal.Danger)) {
		if len(lines) > 0 && len(part) > 0 {
			lines = append(lines, nil)
		}
		lines = append(lines, part...)
	}
	if len(lines) == 0 {
		lines = []ui.Line{ui.Text.Line(a.t.T("tui.why.none"))}
	}
	out := &sheet{id: "why", title: a.t.T("tui.why.title"), lines: lines, foot: a.closes()}
	if len(byRule(o)) > 0 && a.seat.Refusal(inbox.DoTag, o.Thread) == nil {
		key := a.t.T("tui.wrong.key")
		out.picks = map[string]string{string(key): "wrong"}
		out.foot = append(ui.Line{ui.Key.Span(key), ui.Dim.Span(" " + a.t.T("tui.wrong.does") + "  ")}, out.foot...)
	}
	return out
}

// closes says how to leave a page.
func (a *App) closes() ui.Line {
	return ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.page.close"))}
}

// explain tells of one topic.
func (a *App) explain(o *inbox.Opened, tag *inbox.Tagging) []ui.Line {
	head := ui.Line{ui.Strong.Span(a.topic(tag.Topic))}
	if n := a.dir().Topics[tag.Topic].Number; n != "" {
		head = append(head, ui.Dim.Span("  "+text.CleanLine(n)))
	}
	switch {
	case tag.Removed:
		return []ui.Line{head, ui.Text.Line(a.t.T("tui.why.removed", "Who", a.user(tag.By)))}
	case tag.By != 0:
		return []ui.Line{head, ui.Text.Line(a.t.T("tui.why.person", "Who", a.user(tag.By)))}
	}
	out := []ui.Line{head, ui.Text.Line(a.t.T("tui.why.rule", "Rule", a.ruleName(tag.Rule), "ID", text.CleanLine(tag.Rule), "Version", tag.Version))}
	for i := range o.Msgs {
		if m := &o.Msgs[i]; m.ID == tag.Message {
			out = append(out, ui.Dim.Line(a.person(o.Identities[m.Author])+", "+a.stamp(m.At)+":"))
			words := wordsOf(tag, len(m.Text))
			out = append(out, prose(ui.Text, m.Text, words)...)
			if len(words) == 0 {
				out = append(out, ui.Dim.Line(a.t.T("tui.why.no_words")))
			}
		}
	}
	return append(out, a.ruleText(tag)...)
}

// ruleText is what the rule asks for: first the parts that were met, then all of it with those parts marked.
func (a *App) ruleText(tag *inbox.Tagging) []ui.Line {
	r, known := RuleText{}, false
	if a.rules != nil {
		r, known = a.rules(tag.Rule, tag.Version)
	}
	if !known {
		return []ui.Line{ui.Dim.Line(a.t.T("tui.why.gone"))}
	}
	if r.Version != tag.Version {
		return []ui.Line{ui.Dim.Line(a.t.T("tui.why.changed")), ui.Dim.Line(oneLine(r.When))}
	}
	met := clauses(tag, len(r.When))
	line := ui.Line{ui.Dim.Span(a.t.T("tui.why.clause") + " ")}
	for i, c := range met {
		if i > 0 {
			line = append(line, a.bullet())
		}
		line = append(line, ui.Match.Span(text.CleanLine(r.When[c.from:c.to])))
	}
	if len(met) == 1 && met[0] == (stretch{0, len(r.When)}) {
		return []ui.Line{line}
	}
	return append([]ui.Line{line, ui.Dim.Line(a.t.T("tui.why.all"))}, prose(ui.Dim, strings.TrimSpace(r.When), nil)...)
}

// clauses are the parts of a rule's query that were met, each once.
func clauses(tag *inbox.Tagging, length int) []stretch {
	var out []stretch
	for _, h := range tag.Hits {
		if c := (stretch{h.Clause[0], h.Clause[1]}); 0 <= c.from && c.from < c.to && c.to <= length {
			out = append(out, c)
		}
	}
	return slices.Compact(sorted(out))
}

// wordsOf are the words in the message that a rule struck. A message that was edited since may be shorter.
func wordsOf(tag *inbox.Tagging, length int) []stretch {
	var out []stretch
	for _, h := range tag.Hits {
		if h.End > h.Start && int(h.End) <= length {
			out = append(out, stretch{int(h.Start), int(h.End)})
		}
	}
	return sorted(out)
}
