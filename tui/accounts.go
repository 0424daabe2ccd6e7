package tui

import (
	"slices"

	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
)

// accountsPane is what the machines are doing: each account with its state, what it lacks and its gaps, and the index.
type accountsPane struct {
	*common
	list   *ui.List[inbox.AccountID]
	status DeskStatus
	rev    uint64
}

var (
	_ ui.Source[inbox.AccountID] = (*accountsPane)(nil)
	_ page                       = (*accountsPane)(nil)
)

func accountsKind() pageKind {
	return pageKind{id: "accounts", keys: []string{"g k"}, open: openAccounts}
}

func openAccounts(a *App) (page, tea.Cmd) {
	p := &accountsPane{common: a.common}
	p.list = ui.NewList[inbox.AccountID](p.columns())
	p.list.Show(p)
	p.set(a.status)
	return p, nil
}

func (p *accountsPane) name() text.Safe { return p.t.T("tui.accounts.title") }

func (p *accountsPane) rows() rows { return p.list }

// hear implements page.
func (p *accountsPane) hear(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case statusRead:
		p.set(msg.s)
	case spoken:
		p.list.SetColumns(p.columns())
	}
	return nil
}

func (p *accountsPane) columns() []ui.Column {
	t := p.t
	return []ui.Column{
		{Min: 2},
		{Min: 18, Max: 30, Grow: 2, Title: t.T("tui.accounts.account")},
		{Min: 18, Max: 24, Grow: 2, Title: t.T("tui.accounts.state")},
		{Min: 11, Max: 22, Grow: 1, Title: t.T("tui.accounts.since")},
		{Min: 14, Max: 20, Grow: 1, Title: t.T("tui.accounts.heard"), Drop: 2},
		{Min: 6, Title: t.T("tui.accounts.gaps"), Drop: 1, Right: true},
	}
}

func (p *accountsPane) set(s DeskStatus) {
	p.status = s
	p.rev++
}

// Len implements ui.Source.
func (p *accountsPane) Len() int { return len(p.status.Accounts) }

// At implements ui.Source.
func (p *accountsPane) At(i int) (inbox.AccountID, uint64, bool) {
	return p.status.Accounts[i].ID, p.rev, true
}

// Index implements ui.Source.
func (p *accountsPane) Index(id inbox.AccountID) (int, bool) {
	i := slices.IndexFunc(p.status.Accounts, func(s AccountStatus) bool { return s.ID == id })
	return i, i >= 0
}

// Cells implements ui.Source.
func (p *accountsPane) Cells(i int) []ui.Line {
	s := p.status.Accounts[i]
	name := text.CleanLine(s.Title)
	if s.Handle != "" {
		name = text.CleanLine("@" + s.Handle)
	} else if name == "" {
		name = text.CleanLine(s.Name)
	}
	heard := p.t.T("tui.accounts.never")
	if !s.HeardAt.IsZero() {
		heard = p.stamp(s.HeardAt)
	}
	since := text.Safe("")
	if !s.Since.IsZero() {
		since = p.stamp(s.Since)
	}
	state := stateToken(s.State).Line(p.t.Word(string(s.State)))
	if done := p.progress(s); done != "" && s.State == inbox.AccountCatchingUp {
		state = append(state, ui.Text.Span(": "+done))
	}
	return []ui.Line{
		{badge(s.Channel)},
		ui.Text.Line(name), state, ui.Dim.Line(since), ui.Dim.Line(heard), openGaps(s.Gaps).Line(p.t.Number(int64(len(s.Gaps)))),
	}
}

// openGaps is how to show that there are gaps: those of which not everything was fetched stand out.
func openGaps(gaps []inbox.Gap) ui.Token {
	if slices.ContainsFunc(gaps, func(g inbox.Gap) bool { return g.ClosedAt.IsZero() }) {
		return ui.Warning
	}
	return ui.Text
}

// progress is how much of the history is fetched.
func (c *common) progress(s AccountStatus) text.Safe {
	switch {
	case s.State != inbox.AccountCatchingUp && s.Done == 0:
		return ""
	case s.Total > 0:
		return c.t.T("tui.accounts.percent", "N", min(s.Done*100/s.Total, 100))
	}
	return c.t.Number(s.Done)
}

func stateToken(s inbox.AccountState) ui.Token {
	switch s {
	case inbox.AccountLive:
		return ui.Success
	case inbox.AccountCatchingUp, inbox.AccountConnecting, inbox.AccountOff:
		return ui.Text
	case inbox.AccountThrottled, inbox.AccountUnreached, inbox.AccountPartial:
		return ui.Warning
	}
	return ui.Danger
}

func (p *accountsPane) view(width, height int) ui.Lines {
	out := ui.Lines{p.title(width, true, p.name(), nil, nil), ui.Heading(p.theme, p.columns(), width)}
	p.list.Empty = ui.Text.Line(p.t.T("tui.accounts.none"))
	var detail []ui.Line
	for _, l := range p.detail() {
		if l.Empty() {
			detail = append(detail, nil)
			continue
		}
		detail = append(detail, p.theme.Wrap(l, max(width-2, 1))...)
	}
	rows := min(max(len(p.status.Accounts), 1), max(height-len(out)-len(detail)-1, 1))
	out = append(out, p.list.View(p.theme, width, rows, true)...)
	out = append(out, p.ruler(width))
	for _, l := range detail {
		out = append(out, p.theme.Line(append(ui.Line{ui.Text.Span("  ")}, l...), width, ui.Plain))
	}
	for len(out) < height {
		out = append(out, p.theme.Blank(width, ui.Plain))
	}
	return out[:height]
}

// detail tells of the account under the cursor what its row does not, and of the rest of the desk.
func (p *accountsPane) detail() []ui.Line {
	var out []ui.Line
	if id, ok := p.list.Cursor(); ok {
		i, _ := p.Index(id)
		s := p.status.Accounts[i]
		if l := p.heard(s); l != "" {
			out = append(out, ui.Dim.Line(l))
		}
		byStream := func(f StreamFault) bool { return f.Fault.String() == s.Advice.String() }
		if s.Advice != nil && !slices.ContainsFunc(s.Faults, byStream) {
			out = append(out, ui.Warning.Line(p.t.Reason(s.Advice)))
		}
		for _, f := range s.Faults {
			out = append(out, ui.Warning.Line(p.t.T("account.fault", "Stream", p.t.Stream(f.Stream), "Fault", p.t.Reason(f.Fault))))
		}
		out = append(out, p.gaps(s.Gaps)...)
	}
	if len(out) > 0 {
		out = append(out, nil)
	}
	if err := p.status.Rules; err != nil {
		out = append(out, ui.Danger.Line(p.t.Error(err)))
	}
	out = append(out, ui.Line{ui.Dim.Span(p.t.T("tui.accounts.index") + " "), ui.Text.Span(p.indexWords(p.status.Index))})
	out = append(out, ui.Line{ui.Dim.Span(p.t.T("tui.accounts.parked") + " "), ui.Text.Span(p.t.Number(p.status.Parked))})
	for _, u := range p.status.Unread {
		say := oneLine(string(p.t.T("tui.accounts.unread", "When", p.t.When(u.At, p.now()), "Why", p.t.Reason(&u.Reason))))
		if u.Account != 0 {
			say = p.account(u.Account) + ", " + say
		}
		out = append(out, append(ui.Line{ui.Text.Span("  ")}, ui.Warning.Span(say)))
	}
	return append(out, ui.Line{ui.Dim.Span(p.t.T("tui.accounts.pending") + " "), ui.Text.Span(p.t.Number(p.status.Pending))})
}

// heard is how what is new reaches us.
func (p *accountsPane) heard(s AccountStatus) text.Safe {
	var out text.Safe
	if s.Hooked {
		out = p.t.T("account.hooked")
	}
	if s.Every > 0 {
		if out != "" {
			out += ", "
		}
		out += p.t.T("account.polled", "Span", p.t.Span(s.Every))
	}
	return out
}

// maxGapsShown is of one account.
const maxGapsShown = 5

// gaps says those that are open, and then the newest of the others.
func (p *accountsPane) gaps(all []inbox.Gap) []ui.Line {
	var open, over []ui.Line
	for _, g := range all {
		say := text.CleanLine(p.t.Gap(g, p.now()))
		switch {
		case g.ClosedAt.IsZero():
			open = append(open, ui.Warning.Line(say))
		case g.Cause.Lost():
			over = append(over, ui.Warning.Line(say))
		default:
			over = append(over, ui.Text.Line(say))
		}
	}
	out := append(open, over...)
	return out[:min(len(out), maxGapsShown)]
}

func (c *common) indexWords(s IndexStatus) text.Safe {
	switch s.State {
	case IndexBuilding:
		n := int64(0)
		if s.Total > 0 {
			n = min(s.Done*100/s.Total, 100)
		}
		return c.t.T("tui.index.building", "N", n)
	case IndexOff:
		return c.t.T("tui.index.off")
	}
	return c.t.T("tui.index.ready")
}
