package tui

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// hostile is what nobody writes by accident.
var hostile = []string{
	"\x1b[2J\x1b[31mred", "\x1b]52;c;ZXZpbA==\x07", "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "\x1b]0;title\x07", "\x1bP1$qm\x1b\\",
	"\x1b_apc\x1b\\", "\x9b31m\x9d0;x\x9c", "a\rb\bc\ad\x00e\x7ff", "\u202eevil\u202c \u2066iso\u2069", "\u200b\u200e\u200f\ufeffhid\u2060den",
	"z" + strings.Repeat("\u0301\u0327", 60) + "algo", "\U000e0041\U000e0042tags", "اسم عربي טקסט", "👩‍👩‍👧‍👦👍🏽🇩🇰❤️", strings.Repeat("W", 3000),
	"line1\nline2\u2028line3\u2029line4\u0085line5", "\xff\xfe\xc3(broken", "tab\tand\vvt\ffeed", strings.Repeat("漢字", 300), "{{.Name}} %s %d [x]",
}

// Whatever outside text says, in every field that has any, a frame holds only what the guard lets through, and is as wide as the screen.
func TestLaw9_NobodysTextRuns(t *testing.T) {
	s := newStage(t)
	for i, h := range hostile {
		s.plant(i, h)
	}
	s.status = &DeskStatus{
		Parked: 3, Index: IndexStatus{State: IndexBuilding, Done: 3, Total: 9},
		Unread: []inbox.Parked{{Account: s.desk.Facebook, Reason: *inbox.Why("parked.unknown_kind", "Kind", hostile[1])}},
	}
	for _, a := range s.desk.Directory().Accounts {
		s.status.Accounts = append(s.status.Accounts, AccountStatus{
			Account: a, Gaps: []inbox.Gap{{From: s.desk.Clock.Now(), Cause: inbox.GapCause(hostile[1])}},
			Faults: []StreamFault{{hostile[2], inbox.Why("parked.ingest", "Error", hostile[0])}},
		})
	}
	s.config = func(c *Config) {
		c.Name = "desk" + hostile[0] + hostile[8]
		c.Rule = func(id string, _ int64) (RuleText, bool) {
			return RuleText{Name: id + hostile[1], When: hostile[0] + " cykelsti* or \"" + hostile[8], Version: 1}, true
		}
	}
	for _, size := range []ui.Rect{{W: 80, H: 24}, {W: 160, H: 45}, {W: 33, H: 9}} {
		for _, look := range []ui.Name{ui.Dark, ui.None} {
			p := s.seat("anna", size.W, size.H, "da", look)
			p.inert("list")
			if n := p.app.list.Len(); n != len(hostile) {
				t.Fatalf("%d conversations of %d: the test is blind", n, len(hostile))
			}
			for i := range hostile {
				p.press("enter")
				p.inert("thread")
				p.press("H", "c")
				p.inert("events and post")
				p.press("f", "h")
				p.inert("why")
				p.press("esc", "l")
				p.inert("link")
				p.press("esc", "esc", "j")
				if i == 0 {
					p.dialogs()
				}
			}
			p.leave()
		}
	}
}

// plant puts a hostile text into everything that can hold one.
func (s *stage) plant(i int, h string) {
	s.t.Helper()
	ctx := context.Background()
	s.desk.Clock.Add(time.Minute)
	now := s.desk.Clock.Now()
	post := inbox.RemoteID(fmt.Sprintf("post%d", i))
	c1, c2 := inbox.RemoteID(fmt.Sprintf("c%d", i)), inbox.RemoteID(fmt.Sprintf("d%d", i))
	author := &inbox.Author{Remote: inbox.RemoteID("who" + fmt.Sprint(i)), Name: h, Handle: h, Followers: -1}
	base := inbox.Incoming{Account: s.desk.Facebook, Source: inbox.FromWebhook, Kind: inbox.Comment, Author: author, At: now, Observed: now}
	p, a, b, e := base, base, base, base
	p.Event, p.Remote, p.FromUs, p.Text, p.Author = inbox.ContextSeen, post, true, h, nil
	a.Event, a.Remote, a.Context, a.Text, a.Permalink = inbox.Posted, c1, post, "cykelsti "+h, "https://x.example/"+h
	a.Media = []inbox.Media{{Type: "image", Name: h, Alt: h, Size: 5}, {Type: h, Name: h}}
	b.Event, b.Remote, b.Parent, b.Text, b.FromUs, b.Author = inbox.Posted, c2, c1, h, true, nil
	e.Event, e.Remote, e.Text, e.Observed = inbox.Edited, c1, "cykelsti og "+h, now.Add(time.Second)
	s.desk.Take(s.t, p, a, b)
	s.desk.Clock.Add(2 * time.Second)
	again := a
	again.Remote, again.Context, again.Parent, again.At = inbox.RemoteID(fmt.Sprintf("e%d", i)), "", c2, s.desk.Clock.Now()
	s.desk.Take(s.t, e, again)
	th := s.desk.Find(s.t, s.desk.Facebook, string(c1))
	seat := s.desk.Seat(s.t, s.desk.Anna)
	if err := seat.Note(ctx, th.ID, "x"+h); err != nil {
		s.t.Fatal(err)
	}
	if err := seat.SaveDraft(ctx, inbox.Draft{Conversation: th.ID, Kind: inbox.DraftReply, Text: "x" + h}); err != nil {
		s.t.Fatal(err)
	}
	if i >= 6 {
		return
	}
	err := s.desk.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		topic := &inbox.Topic{Name: "t" + h, Number: h}
		queue := &inbox.Queue{Name: fmt.Sprint("q", i) + h, Position: i}
		user := &inbox.User{Login: fmt.Sprint("u", i) + h, Name: "u" + h, Role: inbox.Editor}
		view := &inbox.View{Name: "v" + h, Query: "is:open", Position: 10 + i}
		for _, err := range []error{tx.PutTopic(topic), tx.PutQueue(queue), tx.PutUser(user), tx.PutView(view)} {
			if err != nil {
				return err
			}
		}
		accs, err := tx.Accounts()
		if err != nil {
			return err
		}
		accs[0].Title, accs[0].Handle = "Byen"+h, h
		if err := tx.PutAccount(&accs[0]); err != nil {
			return err
		}
		c, err := tx.Conversation(th.ID)
		if err != nil {
			return err
		}
		c.Topics = append(c.Topics, inbox.Tagging{Topic: topic.ID, By: user.ID})
		c.Queue, c.Assignee, c.TakenBy, c.TakenUntil = queue.ID, user.ID, user.ID, now.Add(100*time.Hour)
		return tx.PutConversation(c)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.desk.Reload(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// dialogs looks at all that is laid over the frame.
func (p *person) dialogs() {
	for _, k := range []string{"e", "v", "d", "a", "u", "p", "?", ":", "g"} {
		p.press(k)
		p.inert("dialog " + k)
		p.press("esc")
	}
	p.press("i")
	p.inert("views")
	p.press("esc")
	for i, k := range pageKinds() {
		p.run(p.app.openPage(pageAt(i), k))
		p.settle()
		p.inert(k.id)
		p.press("end", "enter")
		p.inert("what is opened from " + k.id)
		p.app.toInbox()
	}
	p.press("home", "r")
	p.inert("composer")
	p.send(tea.PasteMsg{Content: strings.Join(hostile, " ")})
	p.inert("composer with a paste")
	p.press("esc", "n")
	p.send(tea.PasteMsg{Content: strings.Join(hostile, "\n")})
	p.inert("note with a paste")
	p.press("esc", "/")
	p.send(tea.PasteMsg{Content: hostile[0] + "emne:" + hostile[8]})
	p.wait(time.Second)
	p.inert("search")
	p.press("ctrl+u")
	p.types("emne:")
	p.inert("completion")
	p.press("esc", "esc")
}

// inert checks the frame.
func (p *person) inert(where string) {
	p.t.Helper()
	content := p.app.View().Content
	var out bytes.Buffer
	g := ui.NewGuard(&out, ui.GuardOptions{})
	if _, err := g.Write([]byte(content)); err != nil {
		p.t.Fatal(err)
	}
	if g.Dropped() > 0 || out.String() != content {
		p.t.Errorf("%s: the guard dropped %d of %q", where, g.Dropped(), content)
	}
	if strings.Contains(content, "\x1b]") {
		p.t.Errorf("%s: a string for the terminal: %q", where, content)
	}
	lines := strings.Split(content, "\n")
	if len(lines) != p.app.layout.H {
		p.t.Errorf("%s: %d lines of %d", where, len(lines), p.app.layout.H)
	}
	for _, l := range lines {
		if w := p.app.theme.Method.StringWidth(l); w != p.app.layout.W {
			p.t.Errorf("%s: a line is %d cells of %d: %q", where, w, p.app.layout.W, ansi.Strip(l))
		}
	}
}
