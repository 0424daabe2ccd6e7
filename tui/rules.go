package tui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// rulesPage is the rules in force, by folder, with how they do; what is under the cursor is told whole beside the list, or below it.
type rulesPage struct {
	*common
	do      *worker
	list    *ui.List[string]
	all     []inbox.WrittenRule // by folder, and in each in the order of the file
	version int64               // of all; -1: nothing was read yet
	met     map[string]ruleMet  // in the last weeks, as messages came
	health  map[string]inbox.RuleHealth
	rev     uint64
}

// ruleMet is how often a rule matched.
type ruleMet struct {
	hits, shadow int64
	last         time.Time
}

var (
	_ ui.Source[string] = (*rulesPage)(nil)
	_ page              = (*rulesPage)(nil)
)

// rulesWindow is how far back it is counted how rules do.
const rulesWindow = 28 * 24 * time.Hour

func rulesKind() pageKind {
	return pageKind{id: "rules", keys: []string{"g r"}, act: inbox.DoRules, open: openRules, acts: []action{
		{id: "rules_open", keys: []string{"enter"}, hint: 1, refuse: refusedOn((*rulesPage).none), run: on((*rulesPage).openIt)},
		{id: "rules_state", keys: []string{"s"}, hint: 2, act: inbox.DoRules, refuse: refusedOn((*rulesPage).none), run: on((*rulesPage).askState)},
	}}
}

func openRules(a *App) (page, tea.Cmd) {
	p := &rulesPage{common: a.common, do: a.do, version: -1}
	p.list = ui.NewList[string](p.columns())
	p.list.Show(p)
	return p, p.read()
}

func (p *rulesPage) name() text.Safe { return p.t.T("tui.rules.title") }

func (p *rulesPage) rows() rows { return p.list }

func (p *rulesPage) columns() []ui.Column {
	t := p.t
	return []ui.Column{
		{Min: 10, Title: t.T("tui.rules.state")},
		{Min: 22, Max: 44, Grow: 2, Title: t.T("tui.rules.rule")},
		{Min: 12, Max: 24, Grow: 1, Title: t.T("tui.rules.folder"), Drop: 2},
		{Min: 7, Title: t.T("tui.rules.hits"), Right: true},
		{Min: 9, Title: t.T("tui.rules.wrong"), Right: true, Drop: 1},
		{Min: 12, Title: t.T("tui.rules.last")},
	}
}

// hear implements page.
func (p *rulesPage) hear(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case spoken:
		p.list.SetColumns(p.columns())
		p.rev++
	case woke, tick:
		if r := p.dir().Rules; p.version >= 0 && (r == nil && p.version != 0 || r != nil && r.Version != p.version) {
			return p.read()
		}
	}
	return nil
}

// rulesRead is the rules in force and what they met.
type rulesRead struct {
	all     []inbox.WrittenRule
	version int64
	met     map[string]ruleMet
}

// read brings the rules, and then how they do: that takes longer.
func (p *rulesPage) read() tea.Cmd {
	now := p.now()
	return fetch(p.do, func(ctx context.Context) (r rulesRead, err error) {
		if r.all, r.version, err = p.seat.WrittenRules(); err != nil {
			return r, err
		}
		days, err := p.seat.RuleDays(ctx, inbox.DayOf(now.Add(-rulesWindow)), inbox.DayOf(now))
		r.met = make(map[string]ruleMet, len(r.all))
		for _, d := range days {
			m := r.met[d.Rule]
			m.hits, m.shadow = m.hits+d.Hits, m.shadow+d.Shadow
			if d.LastAt.After(m.last) {
				m.last = d.LastAt
			}
			r.met[d.Rule] = m
		}
		return r, err
	}, func(r rulesRead, err error) tea.Cmd {
		if err != nil {
			return nil
		}
		p.all, p.version, p.met = byFolder(r.all), r.version, r.met
		p.rev++
		if r.version == 0 {
			return nil
		}
		return p.readHealth(now)
	})
}

// byFolder puts rules of a folder together: folders in the order of their first rule.
func byFolder(all []inbox.WrittenRule) []inbox.WrittenRule {
	first := map[string]int{}
	for i := range all {
		if _, ok := first[all[i].Folder]; !ok {
			first[all[i].Folder] = i
		}
	}
	slices.SortStableFunc(all, func(a, b inbox.WrittenRule) int { return cmp.Compare(first[a.Folder], first[b.Folder]) })
	return all
}

func (p *rulesPage) readHealth(now time.Time) tea.Cmd {
	version := p.version
	return fetch(p.do, func(ctx context.Context) (*inbox.Health, error) {
		h, err := p.seat.RuleHealth(ctx, now.Add(-rulesWindow))
		if inbox.CodeOf(err) == inbox.Unavailable {
			return nil, nil // a desk without a lab
		}
		return h, err
	}, func(h *inbox.Health, err error) tea.Cmd {
		if err != nil || h == nil || version != p.version {
			return nil
		}
		p.health = make(map[string]inbox.RuleHealth, len(h.Rules))
		for _, r := range h.Rules {
			p.health[r.Rule] = r
		}
		p.rev++
		return nil
	})
}

// Len implements ui.Source.
func (p *rulesPage) Len() int { return len(p.all) }

// At implements ui.Source.
func (p *rulesPage) At(i int) (string, uint64, bool) { return p.all[i].Rule, p.rev, true }

// Index implements ui.Source.
func (p *rulesPage) Index(id string) (int, bool) {
	i := slices.IndexFunc(p.all, func(r inbox.WrittenRule) bool { return r.Rule == id })
	return i, i >= 0
}

// Cells implements ui.Source.
func (p *rulesPage) Cells(i int) []ui.Line {
	r := &p.all[i]
	m := p.met[r.Rule]
	last := text.Safe("")
	if !m.last.IsZero() {
		last = p.stamp(m.last)
	}
	return []ui.Line{
		modeToken(r.State).Line(p.mode(r.State)),
		ui.Text.Line(oneLine(r.Name)),
		ui.Dim.Line(text.CleanLine(r.Folder)),
		ui.Text.Line(p.t.Number(m.hits + m.shadow)),
		ui.Text.Line(p.t.Number(p.wrong(r.Rule))),
		ui.Dim.Line(last),
	}
}

// mode names the state of a rule.
func (c *common) mode(m inbox.RuleMode) text.Safe { return c.t.T("tui.rules.mode." + string(m)) }

func modeToken(m inbox.RuleMode) ui.Token {
	switch m {
	case inbox.RuleShadow:
		return ui.Warning
	case inbox.RuleDisabled:
		return ui.Dim
	}
	return ui.Success
}

// wrong counts the conversations on which people said otherwise than a rule, whatever it was.
func (p *rulesPage) wrong(id string) (n int64) {
	for _, c := range p.health[id].Corrected {
		n += c
	}
	return n
}

// under is the rule under the cursor, or nil.
func (p *rulesPage) under() *inbox.WrittenRule {
	if id, ok := p.list.Cursor(); ok {
		if i, ok := p.Index(id); ok {
			return &p.all[i]
		}
	}
	return nil
}

func (p *rulesPage) none() *inbox.Reason {
	if p.under() == nil {
		return inbox.Why("tui.refused.nothing_here")
	}
	return nil
}

// besideAt is from how many columns on the rule under the cursor is told beside the list.
const besideAt = 130

func (p *rulesPage) view(width, height int) ui.Lines {
	if p.list.Empty = ui.Text.Line(p.t.T("tui.rules.none")); p.version < 0 {
		p.list.Empty = ui.Dim.Line(p.t.T("tui.list.loading"))
	}
	about := ui.Line{ui.Text.Span("  ")}
	if p.version > 0 {
		about = append(about, ui.Dim.Span(p.t.T("tui.rules.version", "N", p.version)))
	}
	out := ui.Lines{p.title(width, true, p.name(), about, nil)}
	if width >= besideAt {
		left := width * 3 / 5
		rest := max(height-1, 0)
		side := p.told(width-left-1, rest)
		body := append(ui.Lines{ui.Heading(p.theme, p.columns(), left)}, p.list.View(p.theme, left, max(rest-1, 0), true)...)
		line := p.theme.Line(ui.Border.Line(text.Safe(p.theme.Glyphs.VLine)), 1, ui.Plain)
		for i := range min(rest, len(body)) {
			out = append(out, body[i]+line+side[i])
		}
		return out
	}
	below := max((height-3)/2, 0)
	out = append(out, ui.Heading(p.theme, p.columns(), width))
	out = append(out, p.list.View(p.theme, width, max(height-3-below, 0), true)...)
	out = append(out, p.ruler(width))
	return append(out, p.told(width, below)...)
}

// told is the rule under the cursor in height lines.
func (p *rulesPage) told(width, height int) ui.Lines {
	out := make(ui.Lines, 0, height)
	if r := p.under(); r != nil {
		for _, l := range p.tell(r) {
			rows := []ui.Line{nil}
			if !l.Empty() {
				rows = p.theme.Wrap(l, max(width-3, 1))
			}
			for _, row := range rows {
				out = append(out, p.theme.Line(append(ui.Line{ui.Text.Span("  ")}, row...), width, ui.Plain))
			}
		}
	}
	for len(out) < height {
		out = append(out, p.theme.Blank(width, ui.Plain))
	}
	return out[:height]
}

func (p *rulesPage) scene() ui.Linear {
	s := ui.Linear{All: []text.Safe{p.name()}}
	r := p.under()
	if r == nil {
		s.At, s.Now = fmt.Sprint(p.version), []text.Safe{p.list.Empty.Plain()}
		return s
	}
	at, _ := p.list.Position()
	s.At = r.Rule
	for i, l := range p.tell(r) {
		say := l.Plain()
		if i == 0 {
			say = text.Safe(strconv.Itoa(at+1)+": ") + say
		}
		if strings.TrimSpace(string(say)) != "" {
			s.Now = append(s.Now, say)
		}
	}
	return s
}
