package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// tell tells of a rule: what it asks for, what it does, how it does, its examples.
func (p *rulesPage) tell(r *inbox.WrittenRule) []ui.Line {
	t := p.t
	out := []ui.Line{{ui.Strong.Span(oneLine(r.Name)), p.bullet(), modeToken(r.State).Span(p.mode(r.State))}}
	out = append(out, ui.Line{ui.Dim.Span(t.T("tui.rules.when") + " "), ui.Text.Span(oneLine(r.When))})
	for _, s := range p.sets(&r.Sets) {
		out = append(out, ui.Line{ui.Dim.Span(t.T("tui.rules.then") + " "), ui.Text.Span(s)})
	}
	if l := p.times(r); l != "" {
		out = append(out, ui.Dim.Line(l))
	}
	out = append(out, p.does(r)...)
	if r.Owner != "" {
		out = append(out, ui.Dim.Line(t.T("tui.rules.owner", "Name", r.Owner)))
	}
	if r.Note != "" {
		out = append(out, ui.Dim.Line(oneLine(r.Note)))
	}
	for _, want := range []bool{true, false} {
		for _, x := range r.Examples {
			if x.Match != want {
				continue
			}
			head := ui.Success.Span(t.T("tui.rules.must") + " ")
			if !want {
				head = ui.Warning.Span(t.T("tui.rules.must_not") + " ")
			}
			out = append(out, ui.Line{head, ui.Text.Span(oneLine(text.Masked(x.Text)))})
		}
	}
	if len(r.Examples) == 0 {
		out = append(out, ui.Dim.Line(t.T("tui.rules.no_examples")))
	}
	return out
}

// sets says what a rule does, one thing a line.
func (p *rulesPage) sets(s *inbox.WrittenSets) []text.Safe {
	t := p.t
	var out []text.Safe
	for _, path := range s.Topics {
		out = append(out, t.T("tui.rules.sets.topic", "Topic", path))
	}
	switch {
	case s.QueueOnly:
		out = append(out, t.T("tui.rules.sets.queue_only", "Queue", s.Queue))
	case s.Queue != "":
		out = append(out, t.T("tui.rules.sets.queue", "Queue", s.Queue))
	}
	if s.Priority != inbox.Normal {
		out = append(out, t.T("tui.rules.sets.priority", "Priority", t.Word(s.Priority.String())))
	}
	if s.RedLane {
		out = append(out, t.T("tui.rules.sets.red_lane"))
	}
	if s.Assignee != "" {
		out = append(out, t.T("tui.rules.sets.assignee", "Name", s.Assignee))
	}
	if s.Spam {
		out = append(out, t.T("tui.rules.sets.spam"))
	}
	for _, do := range s.Propose {
		out = append(out, t.T("tui.rules.sets.propose", "What", t.T("proposal."+strings.ReplaceAll(string(do), "-", "_"))))
	}
	if s.Template != "" {
		out = append(out, t.T("tui.rules.sets.template", "Name", s.Template))
	}
	if s.Stop {
		out = append(out, t.T("tui.rules.sets.stop"))
	}
	return out
}

// times says when a rule counts, where that is not always.
func (p *rulesPage) times(r *inbox.WrittenRule) text.Safe {
	var out []string
	day := func(key string, at time.Time) {
		if !at.IsZero() {
			out = append(out, string(p.t.T(key, "When", p.t.When(at.In(p.now().Location()), p.now()))))
		}
	}
	day("tui.rules.from", r.From)
	day("tui.rules.until", r.Until)
	if r.Hours != "" {
		out = append(out, string(p.t.T("tui.rules.hours", "Hours", r.Hours)))
	}
	return text.Safe(strings.Join(out, ", "))
}

// does says how a rule has done.
func (p *rulesPage) does(r *inbox.WrittenRule) []ui.Line {
	t := p.t
	m := p.met[r.Rule]
	var out []ui.Line
	switch {
	case m.hits+m.shadow == 0:
		out = append(out, ui.Dim.Line(t.T("tui.rules.met_none")))
	case m.shadow > 0:
		out = append(out, ui.Text.Line(t.N("tui.rules.met_shadow", int(m.shadow), "Last", p.stamp(m.last))))
	}
	if m.hits > 0 {
		out = append(out, ui.Text.Line(t.N("tui.rules.met", int(m.hits), "Last", p.stamp(m.last))))
	}
	h, known := p.health[r.Rule]
	if !known {
		return out
	}
	if n := p.wrong(r.Rule); n > 0 {
		out = append(out, ui.Warning.Line(t.N("tui.rules.corrected", int(n), "Did", t.Number(h.Did))))
	}
	switch {
	case h.Dead() && m.hits+m.shadow > 0:
		out = append(out, ui.Warning.Line(t.T("tui.rules.dead")))
	case h.Drifts && h.Drift > 0:
		out = append(out, ui.Warning.Line(t.T("tui.rules.more")))
	case h.Drifts:
		out = append(out, ui.Warning.Line(t.T("tui.rules.fewer")))
	}
	return out
}

// maxHistory is how many versions are looked through for those that changed a rule, and maxTold how many of these are told.
const (
	maxHistory = 50
	maxTold    = 5
)

// ruleVersion is a version that changed a rule.
type ruleVersion struct {
	inbox.RuleSet
	change inbox.RuleChange
}

// openIt tells all of a rule, and which versions changed it, newest first.
func (p *rulesPage) openIt(a *App) tea.Cmd {
	r := *p.under()
	return fetch(p.do, func(ctx context.Context) ([]ruleVersion, error) {
		vs, err := p.seat.RuleVersions(ctx)
		var out []ruleVersion
		for i := 0; err == nil && i+1 < len(vs) && i < maxHistory && len(out) < maxTold; i++ {
			var cs []inbox.RuleChange
			cs, err = p.seat.DiffRules(ctx, vs[i+1].Version, vs[i].Version)
			if at := slices.IndexFunc(cs, func(c inbox.RuleChange) bool { return c.ID == r.Rule }); at >= 0 {
				out = append(out, ruleVersion{vs[i], cs[at]})
			}
		}
		return out, err
	}, func(vs []ruleVersion, err error) tea.Cmd {
		if err != nil {
			return nil
		}
		lines := append(p.tell(&r), ui.Dim.Line(p.t.T("tui.rules.named", "ID", r.Rule)), nil)
		for _, v := range vs {
			lines = append(lines, p.versionLine(&v.RuleSet))
			what := p.t.T("tui.rules.change." + string(v.change.Kind))
			lines = append(lines, ui.Dim.Line("  "+what+" "+text.CleanLine(strings.Join(v.change.Keys, ", "))))
		}
		if len(vs) == 0 {
			lines = append(lines, ui.Dim.Line(p.t.T("tui.rules.unchanged")))
		}
		a.dialogs.Ask(&sheet{title: p.name(), lines: lines, foot: a.closes()})
		return nil
	})
}

// versionLine says which version, when, by whom and why.
func (c *common) versionLine(v *inbox.RuleSet) ui.Line {
	out := ui.Line{ui.Text.Span(c.t.T("tui.rules.by", "N", v.Version, "When", c.stamp(v.At), "Who", c.authors(v)))}
	if v.Comment != "" {
		out = append(out, ui.Dim.Span(": "+oneLine(v.Comment)))
	}
	return out
}

// authors are who wrote a version, and who said yes to it.
func (c *common) authors(v *inbox.RuleSet) text.Safe {
	who := c.t.T("tui.rules.seeded")
	if v.By != 0 {
		who = c.user(v.By)
	}
	if v.Approved != 0 {
		who += " + " + c.user(v.Approved)
	}
	return who
}

// askState makes the rule live, puts it in shadow or disables it: a new version of the rules.
func (p *rulesPage) askState(a *App) tea.Cmd {
	r, base := *p.under(), p.version
	var picks []string
	for _, m := range []inbox.RuleMode{inbox.RuleLive, inbox.RuleShadow, inbox.RuleDisabled} {
		if m != r.State {
			picks = append(picks, string(m))
		}
	}
	return a.choose("rule_state", p.t.T("tui.rules.state_title", "Name", r.Name), picks, string(inbox.RuleDisabled), func(pick string) tea.Cmd {
		mode := inbox.RuleMode(pick)
		comment := string(p.t.T("tui.rules.state_comment", "Name", r.Name, "State", p.mode(mode)))
		return a.do.publish(func(ctx context.Context) (inbox.Published, error) {
			return p.seat.EditRule(ctx, inbox.RuleEdit{Rule: r.Rule, State: mode}, base, comment)
		}, func(out inbox.Published) tea.Cmd {
			if r.State != inbox.RuleLive { // it set nothing
				return a.published(out)
			}
			return tea.Batch(a.published(out), a.offerUndo(r.Rule, base))
		})
	})
}

// publish does what publishes rules, in its turn, and has then take in, within Update, what became of it.
func (w *worker) publish(f func(ctx context.Context) (inbox.Published, error), then func(inbox.Published) tea.Cmd) tea.Cmd {
	return w.inTurn(func(ctx context.Context) tea.Msg {
		out, err := f(ctx)
		return brought{func() tea.Cmd {
			if err != nil {
				return nil
			}
			return then(out)
		}, err}
	})
}

// published says what became of rules that were published.
func (a *App) published(out inbox.Published) tea.Cmd {
	if out.Version == 0 {
		a.say(a.t.T("tui.rules.waits"))
		return nil
	}
	a.say(a.t.T("tui.rules.published", "N", out.Version))
	return a.tellPages(woke{})
}
