package tui

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/classify"
	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/inboxtest"
	"lytter/tui/ui"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// stage is a desk with people at it, on a clock that is moved by hand. What a key sets off is done before the next.
type stage struct {
	t       testing.TB
	file    string
	desk    *inboxtest.Desk
	stop    func()
	people  map[string]*person
	status  *DeskStatus // nil: all is well
	idle    time.Duration
	catalog *catalog.Catalog
	config  func(*Config)
}

// person is somebody at a screen.
type person struct {
	*stage
	name   string
	app    *App
	end    context.CancelFunc
	timers []timer
	quit   bool

	said     bytes.Buffer // to a listener
	listened int          // so much of it has been looked at
}

type timer struct {
	at  time.Time
	msg tea.Msg
}

const rules = `
[[rule]]
id     = "cykel"
name   = "Cykelveje"
when   = 'cykelsti* or "hul i vejen"'
topics = ["vej/cykel"]
queue  = "Teknik og Miljø"

[[rule]]
id     = "laan"
name   = "Lån af bøger"
when   = 'bog or library'
queue  = "Fremtidens bibliotek"

[[rule]]
id       = "fare"
name     = "Fare"
when     = 'brand'
priority = "urgent"
`

// views of the desk, in order.
var testViews = []inbox.View{
	{Name: "Venter svar", Query: "is:open is:awaiting"},
	{Name: "Mine", Query: "assignee:me is:open"},
	{Name: "Måske sendt", Query: "is:uncertain"},
	{Name: "Alle", Query: ""},
}

func newStage(tb testing.TB) *stage {
	tb.Helper()
	c, err := catalog.New()
	if err != nil {
		tb.Fatal(err)
	}
	s := &stage{t: tb, file: filepath.Join(tb.TempDir(), "desk.db"), people: map[string]*person{}, catalog: c, idle: -1}
	s.open()
	ctx := context.Background()
	if err := s.desk.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte(rules)}, 0); err != nil {
		tb.Fatal(err)
	}
	lead := s.desk.Seat(tb, s.desk.Carl)
	for _, v := range testViews {
		if _, err := lead.SaveView(ctx, v); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// abilities are those of a platform that closes its private threads after a day, and lets nobody touch what is not theirs to touch.
type abilities struct{ inboxtest.Abilities }

// Can implements inbox.Abilities.
func (ab abilities) Can(a inbox.Account, m inbox.Message, do inbox.Action, now time.Time) inbox.Capability {
	c := ab.Abilities.Can(a, m, do, now)
	why := ""
	switch {
	case !m.DeletedAt.IsZero():
		why = "refused.deleted"
	case do == inbox.ActEdit && m.Direction == inbox.In:
		why = "refused.not_ours"
	case do != inbox.ActEdit && do != inbox.ActDelete && m.Direction == inbox.Out:
		why = "refused.not_theirs"
	case m.Kind == inbox.Direct && do != inbox.ActReply:
		why = "refused.not_supported"
	case m.Kind == inbox.Direct:
		c.Until = m.At.Add(24 * time.Hour)
	}
	if why != "" {
		return inbox.Capability{Reason: inbox.Why(why)}
	}
	return c
}

func (s *stage) open() {
	s.desk = inboxtest.Open(s.t, s.file, func(c *inbox.Config) {
		r := &classify.Rules{Cutter: c.Cutter, Location: c.Location}
		c.Rules, c.Lab = r, r
		c.Abilities = abilities{}
	})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.desk.Hub().Run(ctx); err != nil {
			s.t.Error(err)
		}
	})
	s.stop = func() { cancel(); wg.Wait() }
	s.t.Cleanup(s.close) // before the store's own
}

// close ends all sessions and the hub; the store closes with the test.
func (s *stage) close() {
	for _, p := range s.people {
		p.leave()
	}
	clear(s.people)
	s.stop()
}

// restart ends everything as a kill would, and starts the desk again at the same time.
func (s *stage) restart() {
	now := s.desk.Clock.Now()
	for _, p := range s.people {
		p.app.compose = nil // nothing is saved on the way out
		p.leave()
	}
	clear(s.people)
	s.stop()
	if err := s.desk.Store.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.open()
	s.desk.Clock.Add(now.Sub(s.desk.Clock.Now()))
}

// seat gives somebody a screen.
func (s *stage) seat(name string, width, height int, lang string, look ui.Name) *person {
	s.t.Helper()
	var id inbox.UserID
	for _, u := range s.desk.Directory().Users {
		if u.Login == name {
			id = u.ID
		}
	}
	cfg := Config{
		Seat: s.desk.Seat(s.t, id), Catalog: s.catalog, Lang: lang, Theme: look, Now: s.desk.Clock.Now,
		Status: s.machines, IdleLock: s.idle,
		Rule: func(id string, _ int64) (RuleText, bool) {
			f, err := classify.Load([]byte(rules))
			if err != nil {
				return RuleText{}, false
			}
			for _, r := range f.Rules {
				if r.ID == id {
					return RuleText{Name: r.Name, When: r.When, Version: 1}, true
				}
			}
			return RuleText{}, false
		},
	}
	if s.config != nil {
		s.config(&cfg)
	}
	ctx, end := context.WithCancel(context.Background())
	app, err := New(ctx, cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &person{stage: s, name: name, app: app, end: end}
	app.do.after = func(d time.Duration, msg tea.Msg) tea.Cmd {
		p.timers = append(p.timers, timer{s.desk.Clock.Now().Add(d), msg})
		return nil
	}
	app.do.wake = func() tea.Cmd { return nil }
	s.people[name] = p
	profile := colorprofile.TrueColor
	p.send(tea.ColorProfileMsg{Profile: profile})
	p.send(tea.WindowSizeMsg{Width: width, Height: height})
	p.run(app.Init())
	app.touched = true // the clock stands still: the first key would come in the moment of the first row
	s.settle()
	return p
}

// listener gives somebody the desk in plain lines.
func (s *stage) listener(name, lang string) {
	s.t.Helper()
	config := s.config
	s.config = func(c *Config) { c.Linear = true }
	p := s.seat(name, unseenWidth, unseenHeight, lang, "")
	s.config = config
	p.app.voice = newVoice(p.app, &p.said)
	p.app.voice.tell(nil)
}

// hears looks in what was said since the last time for a text, where it has been said on any number of lines.
func (p *person) hears(words string, want bool) error {
	said := p.said.String()[p.listened:]
	if strings.ContainsFunc(said, func(r rune) bool {
		return r == 0x1b || r >= 0x2500 && r < 0x2600
	}) {
		return fmt.Errorf("that is no plain text: %q", said)
	}
	squeezed := squeeze(said)
	i := strings.Index(squeezed, words)
	switch {
	case i < 0 && want:
		return fmt.Errorf("%s does not hear it: %s", p.name, said)
	case i >= 0 && !want:
		return fmt.Errorf("%s hears it: %s", p.name, said)
	case want && !p.app.voice.half: // what is being typed is still on the line
		p.listened = p.said.Len()
	}
	return nil
}

// machines says that all accounts and the index are well.
func (s *stage) machines() DeskStatus {
	if s.status != nil {
		return *s.status
	}
	st := DeskStatus{Index: IndexStatus{State: IndexReady}}
	dir := s.desk.Directory()
	for _, id := range []inbox.AccountID{s.desk.Facebook, s.desk.X} {
		st.Accounts = append(st.Accounts, AccountStatus{Account: dir.Accounts[id], HeardAt: s.desk.Clock.Now()})
	}
	return st
}

func (p *person) leave() {
	p.end()
	if err := p.app.Close(context.Background()); err != nil {
		p.t.Error(err)
	}
	delete(p.people, p.name)
}

// send gives the model a message, does what it asks for, and draws.
func (p *person) send(msg tea.Msg) {
	_, cmd := p.app.Update(msg)
	p.app.View()
	if p.app.voice != nil {
		p.app.voice.tell(msg)
	}
	p.run(cmd)
}

// run does commands. Those that go together run side by side, as they do under Bubble Tea, and are heard in order.
func (p *person) run(cmd tea.Cmd) {
	for _, msg := range results(cmd) {
		if _, ok := msg.(tea.QuitMsg); ok {
			p.quit = true
			continue
		}
		p.send(msg)
	}
}

func results(cmd tea.Cmd) []tea.Msg {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		if msg == nil {
			return nil
		}
		return []tea.Msg{msg}
	}
	parts := make([][]tea.Msg, v.Len())
	var wg sync.WaitGroup
	for i := range v.Len() {
		wg.Go(func() { parts[i] = results(v.Index(i).Interface().(tea.Cmd)) })
	}
	wg.Wait()
	return slices.Concat(parts...)
}

// followed waits until the hub has followed the log to its end, which it returns.
func (s *stage) followed() (last inbox.Seq) {
	s.t.Helper()
	s.desk.Read(s.t, func(tx inbox.Tx) (err error) {
		last, err = tx.LastSeq()
		return err
	})
	for deadline := time.Now().Add(patience); s.desk.Hub().Seq() < last; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatal("the hub does not follow")
		}
	}
	return last
}

// settle lets everybody see what changed, once for each change, until nothing does.
func (s *stage) settle() {
	s.t.Helper()
	for seen := inbox.Seq(-1); ; {
		last := s.followed()
		if last == seen {
			break
		}
		seen = last
		for _, name := range s.names() {
			s.people[name].send(woke{})
		}
	}
	for _, p := range s.people {
		p.complete()
	}
}

// missing is how a key without a sentence, or a sentence without what it names, shows.
var missing = regexp.MustCompile(`\[\w+\.\w+|<no value>`)

// complete checks that the screen lacks nothing once all is done that was asked for.
func (p *person) complete() {
	p.t.Helper()
	l := p.app.list
	if p.app.busy || p.app.opening != 0 || p.app.waiting != nil {
		p.t.Errorf("%s still waits: busy %v, opening %d, waiting %v", p.name, p.app.busy, p.app.opening, p.app.waiting)
	}
	if screen := p.screen(); missing.MatchString(screen) {
		p.t.Errorf("a sentence is missing:\n%s", screen)
	}
	top, n := l.list.Window()
	for i := top; i < top+n && l.win.known; i++ {
		if _, _, ok := l.At(i); !ok {
			p.t.Errorf("%s lacks row %d of %d:\n%s", p.name, i, l.Len(), p.screen())
			return
		}
	}
}

func (s *stage) names() []string {
	var out []string
	for n := range s.people {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// wait moves the clock on, and does in order what was waiting for it.
func (s *stage) wait(d time.Duration) {
	s.t.Helper()
	until := s.desk.Clock.Now().Add(d)
	for {
		var next *person
		at := -1
		for _, name := range s.names() {
			p := s.people[name]
			for i, tm := range p.timers {
				if !tm.at.After(until) && (next == nil || tm.at.Before(next.timers[at].at)) {
					next, at = p, i
				}
			}
		}
		if next == nil {
			break
		}
		tm := next.timers[at]
		next.timers = slices.Delete(next.timers, at, at+1)
		s.desk.Clock.Add(tm.at.Sub(s.desk.Clock.Now()))
		next.send(tm.msg)
	}
	s.desk.Clock.Add(until.Sub(s.desk.Clock.Now()))
	ctx := context.Background()
	if err := s.desk.Tick(ctx); err != nil {
		s.t.Fatal(err)
	}
	if err := s.desk.Hub().Tick(ctx); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// press presses keys, spelt as in a keymap.
func (p *person) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		if since := p.desk.Clock.Now().Sub(p.app.came); since >= 0 && since < ui.Grace {
			p.desk.Clock.Add(ui.Grace) // people look before they press
		}
		p.send(key(k))
		p.settle()
	}
}

// types presses the keys of a text.
func (p *person) types(text string) {
	for _, r := range text {
		k := tea.KeyPressMsg{Code: r, Text: string(r)}
		if r == '\n' {
			k = tea.KeyPressMsg{Code: tea.KeyEnter}
		}
		p.send(k)
	}
	p.settle()
}

// frame is the screen as it reads.
func (p *person) frame() []string {
	lines := strings.Split(ansi.Strip(p.app.View().Content), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return lines
}

func (p *person) screen() string { return strings.Join(p.frame(), "\n") + "\n" }

// key makes the message of a key as Bubble Tea would: "a", "Å", "space", "ctrl+s".
func key(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	base := name
	for {
		i := strings.IndexByte(base, '+')
		if i <= 0 || i == len(base)-1 {
			break
		}
		k.Mod |= map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[base[:i]]
		base = base[i+1:]
	}
	special := map[string]rune{
		"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"space": tea.KeySpace, "f1": tea.KeyF1, "f2": tea.KeyF2,
	}
	if r, ok := special[base]; ok {
		k.Code = r
		if base == "space" && k.Mod == 0 {
			k.Text = " "
		}
		return k
	}
	k.Code = []rune(base)[0]
	if k.Mod == 0 {
		k.Text = base
	}
	return k
}

// deliver lets the platform take the next reply, and say what became of it.
func (s *stage) deliver(state inbox.OutgoingState) {
	s.t.Helper()
	ctx := context.Background()
	for _, a := range []inbox.AccountID{s.desk.Facebook, s.desk.X} {
		o, err := s.desk.Claim(ctx, a, "sender")
		if err != nil {
			s.t.Fatal(err)
		}
		if o == nil {
			continue
		}
		if err := s.desk.Begin(ctx, o.ID, "sender"); err != nil {
			s.t.Fatal(err)
		}
		f := inbox.Fate{State: state, At: s.desk.Clock.Now()}
		switch state {
		case inbox.Sent:
			f.Remote = inbox.RemoteID(fmt.Sprintf("ours-%d", o.ID))
		case inbox.Unknown:
			f.Reason = inbox.Why("unknown.interrupted")
		case inbox.Rejected:
			f.Reason = inbox.Why("held.target_gone")
		}
		if err := s.desk.Settle(ctx, o.ID, f); err != nil {
			s.t.Fatal(err)
		}
		s.settle()
		return
	}
	s.t.Fatal("there is nothing to deliver")
}
