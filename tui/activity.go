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

// activityPage is who did what, newest first. It holds what was scrolled to, and goes on reading as the cursor comes near the end.
type activityPage struct {
	*common
	do   *worker
	list *ui.List[inbox.Seq]
	of   inbox.ActivityOf // whose activity, or on what; Before: what to go on reading at, 0: all is read
	on   string           // the name of of.Conversation
	did  []activityRow    // newest first
	gen  int              // of of: what was asked for before it changed is for nobody
	busy bool             // something is being read
	seen inbox.Seq        // as of which the newest were read; -1: nothing was read yet
	rev  uint64
}

// activityRow is something done, as a sentence.
type activityRow struct {
	inbox.Did
	say text.Safe
}

var (
	_ ui.Source[inbox.Seq] = (*activityPage)(nil)
	_ page                 = (*activityPage)(nil)
)

func activityKind() pageKind {
	return pageKind{id: "activity", keys: []string{"g a"}, act: inbox.DoRead, open: openActivity, acts: []action{
		{id: "activity_open", keys: []string{"enter"}, hint: 1, refuse: refusedOn((*activityPage).ofNone), run: on((*activityPage).openIt)},
		{id: "activity_person", keys: []string{"P"}, hint: 2, run: on((*activityPage).askPerson)},
		{id: "activity_conversation", keys: []string{"O"}, hint: 3, refuse: refusedOn((*activityPage).noFilter), run: on((*activityPage).filter)},
	}}
}

func openActivity(a *App) (page, tea.Cmd) {
	p := &activityPage{common: a.common, do: a.do, seen: -1}
	p.list = ui.NewList[inbox.Seq]([]ui.Column{{Min: 11}, {Min: 40, Grow: 1}, {Min: 20, Grow: 2}})
	p.list.Show(p)
	return p, p.newest()
}

func (p *activityPage) name() text.Safe { return p.t.T("tui.activity.title") }

func (p *activityPage) rows() rows { return p.list }

// hear implements page.
func (p *activityPage) hear(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case spoken:
		for i := range p.did {
			p.did[i].say = p.sentence(&p.did[i].Did)
		}
		p.rev++
	case woke, tick:
		if p.seat.Desk().Hub().Seq() != p.seen {
			return p.newest()
		}
	case looked:
		if from, n := p.list.Window(); p.of.Before != 0 && from+2*n >= len(p.did) {
			return p.more()
		}
	}
	return nil
}

// activityChunk is how much is read at once.
const activityChunk = 100

// activityRead is what was read of the log, newest first.
type activityRead struct {
	did  []inbox.Did
	next inbox.Seq // where to go on; 0: nowhere
	seen inbox.Seq
}

// newest reads what was done since it was last asked, or, at first, the newest of all.
func (p *activityPage) newest() tea.Cmd {
	of, last, seen := p.of, inbox.Seq(0), p.seat.Desk().Hub().Seq()
	if of.Before = 0; len(p.did) > 0 {
		last = p.did[0].Seq
	}
	return p.ask(func(ctx context.Context) (r activityRead, err error) {
		r.seen = seen
		for {
			did, next, err := p.seat.Activity(ctx, of, activityChunk)
			if err != nil {
				return r, err
			}
			i := slices.IndexFunc(did, func(d inbox.Did) bool { return d.Seq <= last })
			if i >= 0 {
				did = did[:i]
			}
			r.did, r.next, of.Before = append(r.did, did...), next, next
			if last == 0 || i >= 0 || next == 0 {
				return r, nil
			}
		}
	}, func(r activityRead) {
		if p.seen < 0 || len(p.did) == 0 {
			p.of.Before = r.next
		}
		p.did, p.seen = append(p.tell(r.did), p.did...), r.seen
	})
}

// more goes on reading at the end.
func (p *activityPage) more() tea.Cmd {
	of := p.of
	return p.ask(func(ctx context.Context) (r activityRead, err error) {
		r.did, r.next, err = p.seat.Activity(ctx, of, activityChunk)
		return r, err
	}, func(r activityRead) {
		p.did, p.of.Before = append(p.did, p.tell(r.did)...), r.next
	})
}

// ask reads, one at a time.
func (p *activityPage) ask(f func(context.Context) (activityRead, error), take func(activityRead)) tea.Cmd {
	if p.busy {
		return nil
	}
	p.busy = true
	gen := p.gen
	return fetch(p.do, f, func(r activityRead, err error) tea.Cmd {
		if gen != p.gen {
			return nil
		}
		if p.busy = false; err == nil {
			take(r)
		}
		return nil
	})
}

// tell leaves out what nobody needs to read: what a platform confirmed, drafts.
func (p *activityPage) tell(did []inbox.Did) []activityRow {
	out := make([]activityRow, 0, len(did))
	for i := range did {
		if s := p.sentence(&did[i]); s != "" {
			out = append(out, activityRow{did[i], s})
		}
	}
	return out
}

// sentence says what somebody did, as the thread would, or what was done to what is no conversation.
func (p *activityPage) sentence(d *inbox.Did) text.Safe {
	c, who := &d.Change, p.user(d.User)
	switch c.Kind {
	case inbox.ChangeNoted:
		return p.t.T("tui.activity.noted", "Who", who)
	case inbox.ChangeRules:
		switch c.Word {
		case inbox.RulesWaiting:
			return p.t.T("tui.activity.rules_waiting", "Who", who)
		case inbox.RulesWithdrawn:
			return p.t.T("tui.activity.rules_withdrawn", "Who", who)
		}
		return p.t.T("tui.activity.rules", "Who", who, "N", strconv.FormatInt(c.Ref, 10))
	case inbox.ChangeRuleRun:
		return p.t.T("tui.activity.run", "Who", who)
	case inbox.ChangeTopic:
		return p.t.T("tui.activity.topic", "Who", who, "Topic", p.topic(inbox.TopicID(c.Ref)))
	case inbox.ChangeTemplate:
		return p.t.T("tui.activity.template", "Who", who, "Name", c.Detail)
	case inbox.ChangeQueue:
		return p.t.T("tui.activity.queue", "Who", who, "Queue", p.queue(inbox.QueueID(c.Ref)))
	case inbox.ChangeUser:
		if inbox.UserID(c.Ref) == c.User {
			return "" // what somebody pinned or set for themselves
		}
		return p.t.T("tui.activity.user", "Who", who, "Name", p.user(inbox.UserID(c.Ref)))
	case inbox.ChangeView:
		for _, v := range p.seat.Views() { // those that this person may see
			if int64(v.ID) == c.Ref {
				return p.t.T("tui.activity.view", "Who", who, "Name", v.Name)
			}
		}
		return ""
	case inbox.ChangeWords:
		return p.t.T("tui.activity.words", "Who", who)
	case inbox.ChangeFile:
		if c.Word == inbox.FileRemoved {
			return p.t.T("tui.activity.unshelved", "Who", who, "Name", c.Detail)
		}
		return p.t.T("tui.activity.shelved", "Who", who, "Name", c.Detail)
	}
	known := &inbox.Opened{Thread: &inbox.Thread{}} // the thread, of which no more is known than what this is about
	if d.Outgoing != nil {
		known.Outgoing = []inbox.Outgoing{*d.Outgoing}
	}
	return (&threadPane{common: p.common, o: known}).event(c)
}

// about names the conversation that something was done to.
func (p *activityPage) about(d *inbox.Did) text.Safe {
	if d.Row == nil {
		return ""
	}
	return p.personShort(d.Row.Author) + ": " + oneLine(d.Row.Text)
}

// Len implements ui.Source.
func (p *activityPage) Len() int { return len(p.did) }

// At implements ui.Source.
func (p *activityPage) At(i int) (inbox.Seq, uint64, bool) { return p.did[i].Seq, p.rev, true }

// Index implements ui.Source.
func (p *activityPage) Index(seq inbox.Seq) (int, bool) {
	return slices.BinarySearchFunc(p.did, seq, func(d activityRow, seq inbox.Seq) int { return int(seq - d.Seq) })
}

// Cells implements ui.Source.
func (p *activityPage) Cells(i int) []ui.Line {
	d := &p.did[i]
	tok := ui.Text
	if d.Kind == inbox.ChangeRevealed || d.Kind == inbox.ChangePassed {
		tok = ui.Warning
	}
	return []ui.Line{ui.Dim.Line(p.stamp(d.At)), tok.Line(oneLine(string(d.say))), ui.Dim.Line(p.about(&d.Did))}
}

// under is what stands under the cursor, or nil.
func (p *activityPage) under() *activityRow {
	if seq, ok := p.list.Cursor(); ok {
		if i, ok := p.Index(seq); ok {
			return &p.did[i]
		}
	}
	return nil
}

// filters says whose activity is shown, or on what.
func (p *activityPage) filters() ui.Line {
	var out ui.Line
	if p.of.User != 0 {
		out = append(out, ui.Text.Span("  "), ui.Accent.Span(p.t.T("tui.activity.by", "Name", p.user(p.of.User))))
	}
	if p.of.Conversation != 0 {
		out = append(out, ui.Text.Span("  "), ui.Accent.Span(p.t.T("tui.activity.on", "Name", p.on)))
	}
	return out
}

func (p *activityPage) view(width, height int) ui.Lines {
	var above ui.Line
	if n := p.list.Above(); n > 0 {
		above = ui.Accent.Line(text.Safe(p.theme.Glyphs.Up+" ") + p.t.N("tui.list.above", n))
	}
	if p.list.Empty = ui.Text.Line(p.t.T("tui.activity.none")); p.seen < 0 || p.of.Before != 0 {
		p.list.Empty = ui.Dim.Line(p.t.T("tui.list.loading"))
	}
	out := ui.Lines{p.title(width, true, p.name(), p.filters(), above)}
	return append(out, p.list.View(p.theme, width, max(height-1, 0), true)...)
}

func (p *activityPage) scene() ui.Linear {
	s := ui.Linear{All: []text.Safe{append(ui.Line{ui.Text.Span(p.name())}, p.filters()...).Plain()}}
	if n := p.list.Above(); n > 0 {
		s.All = append(s.All, p.t.N("tui.list.above", n))
	}
	d := p.under()
	if d == nil {
		s.At, s.Now = fmt.Sprint(p.gen, p.seen < 0), []text.Safe{p.list.Empty.Plain()}
		return s
	}
	at, _ := p.list.Position()
	s.At = fmt.Sprint(d.Seq)
	s.Now = []text.Safe{text.Safe(strconv.Itoa(at+1)+": ") + p.stamp(d.At) + ", " + oneLine(string(d.say))}
	if about := p.about(&d.Did); about != "" {
		s.Now = append(s.Now, about)
	}
	return s
}

// ofNone refuses to open what is no conversation, or is there no more.
func (p *activityPage) ofNone() *inbox.Reason {
	if d := p.under(); d == nil || d.Row == nil {
		return inbox.Why("tui.refused.nothing_here")
	}
	return nil
}

func (p *activityPage) openIt(a *App) tea.Cmd { return a.read(p.under().Conversation) }

// show asks anew.
func (p *activityPage) show(of inbox.ActivityOf, name string) tea.Cmd {
	p.gen++
	p.of, p.on, p.did, p.seen, p.busy = of, name, nil, -1, false
	p.list.Show(p)
	return p.newest()
}

// askPerson shows what one person did, or what all did.
func (p *activityPage) askPerson(a *App) tea.Cmd {
	me := a.me()
	var others []ui.Item
	for _, u := range a.dir().Users {
		if u.ID != me.ID {
			others = append(others, ui.Item{
				ID: strconv.FormatInt(int64(u.ID), 10), Title: text.CleanLine(u.Name), Also: []text.Safe{text.CleanLine(u.Login)},
				Keys: a.t.Word(string(u.Role)),
			})
		}
	}
	slices.SortFunc(others, func(x, y ui.Item) int { return strings.Compare(string(x.Title), string(y.Title)) })
	items := append([]ui.Item{
		{ID: "0", Title: a.t.T("tui.activity.all")},
		{ID: strconv.FormatInt(int64(me.ID), 10), Title: a.t.T("tui.assign.me"), Also: []text.Safe{text.CleanLine(me.Name)}},
	}, others...)
	return a.pick("activity", a.t.T("tui.activity.whose"), a.t.T("tui.activity.ok"), items, func(pick string) tea.Cmd {
		n, _ := strconv.ParseInt(pick, 10, 64) // one of those above
		return p.show(inbox.ActivityOf{User: inbox.UserID(n), Conversation: p.of.Conversation}, p.on)
	})
}

// noFilter refuses to show what was done to one conversation where there is none.
func (p *activityPage) noFilter() *inbox.Reason {
	if p.of.Conversation != 0 {
		return nil
	}
	return p.ofNone()
}

// filter shows what was done to the conversation under the cursor, or to all again.
func (p *activityPage) filter(*App) tea.Cmd {
	if p.of.Conversation != 0 {
		return p.show(inbox.ActivityOf{User: p.of.User}, "")
	}
	d := p.under()
	return p.show(inbox.ActivityOf{User: p.of.User, Conversation: d.Conversation}, string(p.personShort(d.Row.Author)))
}
