package tui

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// versionsPage is what waits for a second lead, and all versions of the rules, newest first.
type versionsPage struct {
	*common
	do       *worker
	list     *ui.List[int64]
	waiting  []inbox.Waiting // keys of the list: their ids, negative
	versions []inbox.RuleSet
	read     bool
	seen     inbox.Seq // as of which it was read
	rev      uint64
}

var (
	_ ui.Source[int64] = (*versionsPage)(nil)
	_ page             = (*versionsPage)(nil)
)

func versionsKind() pageKind {
	return pageKind{id: "versions", keys: []string{"g u"}, act: inbox.DoRules, open: openVersions, acts: []action{
		{id: "versions_open", keys: []string{"enter"}, hint: 1, refuse: refusedOn((*versionsPage).none), run: on((*versionsPage).openIt)},
		{id: "versions_back", keys: []string{"b"}, hint: 2, act: inbox.DoRules, refuse: refusedOn((*versionsPage).notEarlier), run: on((*versionsPage).askBack)},
		{id: "versions_approve", keys: []string{"y"}, hint: 3, act: inbox.DoRules, refuse: refusedOn((*versionsPage).cannotApprove), run: on((*versionsPage).askApprove)},
		{id: "versions_withdraw", keys: []string{"n"}, act: inbox.DoRules, refuse: refusedOn((*versionsPage).notWaiting), run: on((*versionsPage).askWithdraw)},
	}}
}

func openVersions(a *App) (page, tea.Cmd) {
	p := &versionsPage{common: a.common, do: a.do}
	p.list = ui.NewList[int64]([]ui.Column{{Min: 9}, {Min: 12}, {Min: 16, Max: 30, Grow: 1}, {Min: 20, Grow: 3}})
	p.list.Show(p)
	return p, p.fetch()
}

func (p *versionsPage) name() text.Safe { return p.t.T("tui.versions.title") }

func (p *versionsPage) rows() rows { return p.list }

// hear implements page.
func (p *versionsPage) hear(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case spoken:
		p.rev++
	case woke, tick:
		if p.read && p.seat.Desk().Hub().Seq() != p.seen {
			return p.fetch()
		}
	}
	return nil
}

// versionsRead is what a versionsPage shows.
type versionsRead struct {
	waiting  []inbox.Waiting
	versions []inbox.RuleSet
	seen     inbox.Seq
}

func (p *versionsPage) fetch() tea.Cmd {
	seen := p.seat.Desk().Hub().Seq()
	return fetch(p.do, func(ctx context.Context) (r versionsRead, err error) {
		r.seen = seen
		if r.waiting, err = p.seat.WaitingRules(ctx); err != nil {
			return r, err
		}
		r.versions, err = p.seat.RuleVersions(ctx)
		return r, err
	}, func(r versionsRead, err error) tea.Cmd {
		if err == nil {
			p.waiting, p.versions, p.seen, p.read = r.waiting, r.versions, r.seen, true
			p.rev++
		}
		return nil
	})
}

// Len implements ui.Source.
func (p *versionsPage) Len() int { return len(p.waiting) + len(p.versions) }

// At implements ui.Source.
func (p *versionsPage) At(i int) (int64, uint64, bool) {
	if i < len(p.waiting) {
		return -p.waiting[i].ID, p.rev, true
	}
	return p.versions[i-len(p.waiting)].Version, p.rev, true
}

// Index implements ui.Source.
func (p *versionsPage) Index(key int64) (int, bool) {
	for i := range p.Len() {
		if k, _, _ := p.At(i); k == key {
			return i, true
		}
	}
	return 0, false
}

// Cells implements ui.Source.
func (p *versionsPage) Cells(i int) []ui.Line {
	if i < len(p.waiting) {
		w := &p.waiting[i]
		return []ui.Line{
			ui.Warning.Line(p.t.T("tui.versions.waits")), ui.Dim.Line(p.stamp(w.At)), ui.Text.Line(p.user(w.By)), ui.Text.Line(oneLine(w.Comment)),
		}
	}
	v := &p.versions[i-len(p.waiting)]
	n := ui.Text.Line(text.Safe(strconv.FormatInt(v.Version, 10)))
	if i == len(p.waiting) {
		n = append(n, ui.Success.Span(" "+p.t.T("tui.versions.now")))
	}
	return []ui.Line{n, ui.Dim.Line(p.stamp(v.At)), ui.Text.Line(p.authors(v)), ui.Text.Line(oneLine(v.Comment))}
}

// under is what stands under the cursor: one of the two, or neither.
func (p *versionsPage) under() (*inbox.Waiting, *inbox.RuleSet) {
	key, ok := p.list.Cursor()
	if !ok {
		return nil, nil
	}
	i, ok := p.Index(key)
	switch {
	case !ok:
		return nil, nil
	case i < len(p.waiting):
		return &p.waiting[i], nil
	}
	return nil, &p.versions[i-len(p.waiting)]
}

func (p *versionsPage) view(width, height int) ui.Lines {
	if p.list.Empty = ui.Text.Line(p.t.T("tui.rules.none")); !p.read {
		p.list.Empty = ui.Dim.Line(p.t.T("tui.list.loading"))
	}
	out := ui.Lines{p.title(width, true, p.name(), nil, nil)}
	return append(out, p.list.View(p.theme, width, max(height-1, 0), true)...)
}

func (p *versionsPage) scene() ui.Linear {
	s := ui.Linear{All: []text.Safe{p.name()}}
	key, ok := p.list.Cursor()
	i, there := p.Index(key)
	if !ok || !there {
		s.At, s.Now = fmt.Sprint(p.read), []text.Safe{p.list.Empty.Plain()}
		return s
	}
	var say []string
	for _, c := range p.Cells(i) {
		if c := string(c.Plain()); c != "" {
			say = append(say, c)
		}
	}
	s.At, s.Now = fmt.Sprint(key), []text.Safe{text.Safe(strings.Join(say, ", "))}
	return s
}

func (p *versionsPage) none() *inbox.Reason {
	if w, v := p.under(); w == nil && v == nil {
		return inbox.Why("tui.refused.nothing_here")
	}
	return nil
}

// openIt tells what a version, or what waits, made of each rule, line by line.
func (p *versionsPage) openIt(a *App) tea.Cmd {
	w, v := p.under()
	if w != nil {
		a.dialogs.Ask(&sheet{title: p.t.T("tui.versions.waits"), lines: p.tellWaiting(w), foot: a.closes()})
		return nil
	}
	at := slices.IndexFunc(p.versions, func(o inbox.RuleSet) bool { return o.Version == v.Version })
	head := p.versionLine(v)
	if at+1 == len(p.versions) {
		a.dialogs.Ask(&sheet{title: p.name(), lines: []ui.Line{head, ui.Dim.Line(p.t.T("tui.versions.first"))}, foot: a.closes()})
		return nil
	}
	from, to := p.versions[at+1].Version, v.Version
	return fetch(p.do, func(ctx context.Context) ([]inbox.RuleChange, error) { return p.seat.DiffRules(ctx, from, to) },
		func(cs []inbox.RuleChange, err error) tea.Cmd {
			if err == nil {
				a.dialogs.Ask(&sheet{title: p.name(), lines: append([]ui.Line{head}, p.changes(cs)...), foot: a.closes()})
			}
			return nil
		})
}

// tellWaiting tells what there is to know before one says yes.
func (p *versionsPage) tellWaiting(w *inbox.Waiting) []ui.Line {
	out := []ui.Line{{ui.Text.Span(p.t.T("tui.versions.by", "When", p.stamp(w.At), "Who", p.user(w.By))), ui.Dim.Span(" " + oneLine(w.Comment))}}
	if w.Stale {
		out = append(out, ui.Warning.Line(p.t.T("tui.versions.stale")))
	}
	for _, c := range w.Changes {
		if n, ok := w.Expected[c.ID]; ok {
			day := strconv.FormatFloat(n, 'f', 1, 64)
			if p.t.Lang == "da" {
				day = strings.Replace(day, ".", ",", 1)
			}
			out = append(out, ui.Accent.Line(p.t.T("tui.versions.expected", "Name", c.Name, "N", day)))
		}
	}
	return append(out, p.changes(w.Changes)...)
}

// maxChanges is of how many rules it is told what became of them.
const maxChanges = 100

// changes tells what became of rules: the lines that went, and those that came.
func (p *versionsPage) changes(cs []inbox.RuleChange) []ui.Line {
	var out []ui.Line
	for i := range cs[:min(len(cs), maxChanges)] {
		c := &cs[i]
		out = append(out, nil, ui.Line{ui.Strong.Span(oneLine(c.Name)), p.bullet(), ui.Text.Span(p.t.T("tui.rules.change." + string(c.Kind)))})
		for _, l := range c.Lines() {
			switch {
			case strings.HasPrefix(l, "+"):
				out = append(out, ui.Success.Line(text.CleanLine(l)))
			case strings.HasPrefix(l, "-"):
				out = append(out, ui.Danger.Line(text.CleanLine(l)))
			}
		}
	}
	if more := len(cs) - maxChanges; more > 0 {
		out = append(out, nil, ui.Dim.Line(p.t.N("tui.versions.more", more)))
	}
	return out
}

func (p *versionsPage) notEarlier() *inbox.Reason {
	if _, v := p.under(); v == nil || v.Version == p.versions[0].Version {
		return inbox.Why("tui.versions.not_earlier")
	}
	return nil
}

// ruledBack is what came in later versions, as going back shows it.
type ruledBack struct {
	did []inbox.EffectScope // that did something that stands
	say []ui.Line
}

// askBack shows what the versions since did before it goes back to an earlier one, and then offers to undo it.
func (p *versionsPage) askBack(a *App) tea.Cmd {
	_, v := p.under()
	to := v.Version
	return fetch(p.do, func(ctx context.Context) (b ruledBack, err error) {
		for _, later := range p.versions {
			if later.Version <= to {
				break
			}
			sums, err := p.seat.RuleSums(ctx, later.Version)
			if err != nil {
				return b, err
			}
			for _, s := range sums {
				if s.Effects == s.Undone {
					continue
				}
				scope := inbox.EffectScope{Rule: s.Rule, Version: later.Version}
				run, err := p.seat.UndoRules(ctx, scope, inbox.Walk{Dry: true})
				if err != nil {
					return b, err
				}
				b.say = append(b.say, ui.Text.Line(p.t.T("tui.versions.did", "Rule", p.ruleName(s.Rule), "N", later.Version,
					"Done", p.t.Number(int64(run.Done)), "Kept", p.t.Number(int64(run.Kept)))))
				if run.Done > 0 {
					b.did = append(b.did, scope)
				}
			}
		}
		return b, nil
	}, func(b ruledBack, err error) tea.Cmd {
		if err != nil {
			return nil
		}
		if len(b.say) == 0 {
			b.say = []ui.Line{ui.Text.Line(p.t.T("tui.versions.did_nothing"))}
		}
		return p.confirm(a, "versions_back", p.t.T("tui.versions.back_title", "N", to), b.say, func() tea.Cmd {
			comment := string(p.t.T("tui.versions.back_comment", "N", to))
			return a.do.publish(func(ctx context.Context) (inbox.Published, error) { return p.seat.RollbackRules(ctx, to, comment) },
				func(out inbox.Published) tea.Cmd {
					cmds := []tea.Cmd{a.published(out)}
					for _, scope := range b.did {
						cmds = append(cmds, a.offerUndo(scope.Rule, scope.Version))
					}
					return tea.Sequence(cmds...)
				})
		})
	})
}

// confirm asks before something is done with rules.
func (p *versionsPage) confirm(a *App, id string, title text.Safe, body []ui.Line, then func() tea.Cmd) tea.Cmd {
	q := &ui.Question{
		ID: id, Title: title, Body: body, Escape: ui.Line{ui.Key.Span("Esc"), ui.Dim.Span(" " + a.t.T("tui.dialog.cancel"))},
		Options: []ui.Option{{Pick: "yes", Keys: []string{string(p.t.T("tui." + id + ".yes_key"))}, Label: p.t.T("tui." + id + ".yes")}},
	}
	return a.ask(id, q, func(ui.Answer) tea.Cmd { return then() })
}

func (p *versionsPage) notWaiting() *inbox.Reason {
	if w, _ := p.under(); w == nil {
		return inbox.Why("tui.versions.not_waiting")
	}
	return nil
}

func (p *versionsPage) cannotApprove() *inbox.Reason {
	w, _ := p.under()
	switch {
	case w == nil:
		return inbox.Why("tui.versions.not_waiting")
	case w.By == p.seat.User.ID:
		return inbox.Why("rules.own")
	case w.Stale:
		return inbox.Why("tui.versions.stale")
	}
	return nil
}

// askApprove says yes to what waits, expected hits first.
func (p *versionsPage) askApprove(a *App) tea.Cmd {
	w, _ := p.under()
	id := w.ID
	return p.confirm(a, "versions_approve", p.t.T("tui.versions.approve_title"), p.tellWaiting(w), func() tea.Cmd {
		return a.do.publish(func(ctx context.Context) (inbox.Published, error) { return p.seat.ApproveRules(ctx, id) }, a.published)
	})
}

// askWithdraw says no to what waits.
func (p *versionsPage) askWithdraw(a *App) tea.Cmd {
	w, _ := p.under()
	id := w.ID
	return p.confirm(a, "versions_withdraw", p.t.T("tui.versions.withdraw_title"), p.tellWaiting(w), func() tea.Cmd {
		return a.do.publish(func(ctx context.Context) (inbox.Published, error) {
			return inbox.Published{}, p.seat.WithdrawRules(ctx, id)
		},
			func(inbox.Published) tea.Cmd {
				a.say(p.t.T("tui.versions.withdrawn"))
				return p.fetch()
			})
	})
}
