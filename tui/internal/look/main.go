// Command look opens the screens on a desk that is filled with what a city's people write, to look at them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"lytter/classify"
	"lytter/classify/seed"
	"lytter/connectors/sandbox/city"
	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/text"
	"lytter/store"
	"lytter/tui"
	"lytter/tui/ui"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
	}
}

type abilities struct{}

func (abilities) Can(a inbox.Account, _ inbox.Message, _ inbox.Action, _ time.Time) inbox.Capability {
	switch a.Channel {
	case inbox.X:
		return inbox.Capability{Allowed: true, MaxText: 280, Measure: inbox.CountX}
	case inbox.Instagram:
		return inbox.Capability{Allowed: true, MaxText: 2200, Measure: inbox.CountRunes}
	}
	return inbox.Capability{Allowed: true, MaxText: 8000, Measure: inbox.CountRunes}
}

func run(ctx context.Context) error {
	lang := flag.String("lang", "da", "da or en")
	theme := flag.String("theme", "dark", "dark, light, contrast, none")
	login := flag.String("as", "anna", "who sits here")
	n := flag.Int("n", 600, "conversations")
	rate := flag.Duration("every", 4*time.Second, "between live messages; 0: none")
	file := flag.String("file", "", "the desk's file; default a new one")
	idle := flag.Duration("idle", 0, "idle lock")
	flag.Parse()
	dir, err := os.MkdirTemp("", "look")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *file == "" {
		*file = filepath.Join(dir, "desk.db")
	}
	place, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		return err
	}
	shift := time.Date(2026, 11, 3, 10, 42, 0, 0, place).Sub(time.Now())
	now := func() time.Time { return time.Now().Add(shift) }
	st, err := store.Open(ctx, store.Options{Path: *file, Now: now})
	if err != nil {
		return err
	}
	defer st.Close()
	if err := st.Update(ctx, inbox.Persons, plant); err != nil {
		return err
	}
	cutter := text.NewCutter(0)
	rules := &classify.Rules{Cutter: cutter, Location: place}
	seq := 0
	d, err := inbox.NewDesk(ctx, inbox.Config{
		Store: st, Abilities: abilities{}, Rules: rules, Cutter: cutter, Now: now, Location: place,
		NewToken: func() string { seq++; return fmt.Sprint("t", seq, "-", time.Now().UnixNano()) },
	})
	if err != nil {
		return err
	}
	if d.Directory().Rules == nil {
		data, err := seed.Rules()
		if err != nil {
			return err
		}
		if err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: data}, 0); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go d.Hub().Run(ctx)
	g, err := city.New(7, []city.Account{
		{Key: "byen", Channel: city.Facebook, Name: "Byen"},
		{Key: "byen-ig", Channel: city.Instagram, Name: "Byen"},
		{Key: "byen-x", Channel: city.X, Name: "Byen", Handle: "byen"},
	})
	if err != nil {
		return err
	}
	total, done := int64(0), int64(0)
	for _, e := range g.History(*n, 2, now()) {
		if err := take(ctx, d, e); err != nil {
			return err
		}
	}
	go func() {
		for *rate > 0 {
			select {
			case <-time.After(*rate):
			case <-ctx.Done():
				return
			}
			e := g.Next(now())
			if err := take(ctx, d, e); err != nil {
				return
			}
		}
	}()
	go func() {
		for ctx.Err() == nil {
			time.Sleep(time.Second)
			_ = d.Tick(ctx)
			for _, a := range d.Directory().Accounts {
				if o, err := d.Claim(ctx, a.ID, "look"); err == nil && o != nil {
					_ = d.Begin(ctx, o.ID, "look")
					time.Sleep(300 * time.Millisecond)
					fate := inbox.Fate{State: inbox.Sent, Remote: inbox.RemoteID(fmt.Sprint("r", o.ID)), At: now()}
					if strings.Contains(o.Text, "ukendt") {
						fate = inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("unknown.interrupted")}
					}
					_ = d.Settle(ctx, o.ID, fate)
				}
			}
		}
	}()
	var who inbox.UserID
	for id, u := range d.Directory().Users {
		if u.Login == *login {
			who = id
		}
	}
	seat, err := d.As(who)
	if err != nil {
		return err
	}
	cat, err := catalog.New()
	if err != nil {
		return err
	}
	f, err := classify.Load(d.Directory().Rules.Bytes)
	if err != nil {
		return err
	}
	return tui.Run(ctx, tui.Config{
		Seat: seat, Catalog: cat, Lang: *lang, Theme: ui.Name(*theme), Now: now, Env: os.Environ(), IdleLock: *idle, Name: "Lytter",
		Rule: func(id string, _ int64) (tui.RuleText, bool) {
			for _, r := range f.Rules {
				if r.ID == id {
					return tui.RuleText{Name: r.Name, When: r.When, Version: 1}, true
				}
			}
			return tui.RuleText{}, false
		},
		Status: func() tui.DeskStatus {
			var s tui.DeskStatus
			s.Index.State = tui.IndexReady
			for id := inbox.AccountID(1); id <= 3; id++ {
				a := d.Directory().Accounts[id]
				as := tui.AccountStatus{Account: a, HeardAt: now().Add(-3 * time.Second)}
				if total > 0 && id == 1 {
					as.State, as.Done, as.Total = inbox.AccountCatchingUp, done, total
				}
				if id == 3 {
					as.Gaps = []tui.Gap{{From: now().Add(-26 * time.Hour), To: now().Add(-25 * time.Hour), Recovered: 12}}
				}
				s.Accounts = append(s.Accounts, as)
			}
			return s
		},
	}, tui.Terminal{In: os.Stdin, Out: os.Stdout})
}

func take(ctx context.Context, d *inbox.Desk, e city.Event) error {
	ids := map[string]inbox.AccountID{"byen": 1, "byen-ig": 2, "byen-x": 3}
	ref := func(r city.Ref) inbox.RemoteID {
		if r == 0 {
			return ""
		}
		return inbox.RemoteID(fmt.Sprint("c", r))
	}
	in := inbox.Incoming{
		Account: ids[e.Account], Event: inbox.Posted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: ref(e.Ref), Parent: ref(e.Parent),
		Context: ref(e.Context), FromUs: e.Ours, Text: e.Text, At: e.Time, Observed: e.Time,
		Permalink: fmt.Sprintf("https://platform.example/posts/%d", e.Ref),
	}
	if e.Account == "byen-x" {
		in.Kind = inbox.Mention
	}
	if e.Ours && e.Parent == 0 {
		in.Event = inbox.ContextSeen
	} else if e.Context == 0 && e.Account == "byen" && e.Parent == 0 {
		in.Kind = inbox.Post
	}
	if !e.Ours {
		in.Author = &inbox.Author{Remote: inbox.RemoteID("p" + e.Author.Name + e.Author.Handle), Name: e.Author.Name, Handle: e.Author.Handle, Followers: -1}
	}
	_, err := d.Ingest(ctx, inbox.Batch{Items: []inbox.Incoming{in}})
	return err
}

func plant(tx inbox.Tx) error {
	have, err := tx.Accounts()
	if err != nil || len(have) > 0 {
		return err
	}
	for _, a := range []*inbox.Account{
		{Channel: inbox.Facebook, Remote: "1", Name: "byen", Title: "Byen", State: inbox.AccountLive},
		{Channel: inbox.Instagram, Remote: "2", Name: "byen-ig", Title: "Byen", Handle: "byen", State: inbox.AccountLive},
		{Channel: inbox.X, Remote: "3", Name: "byen-x", Title: "Byen", Handle: "byen", State: inbox.AccountLive},
	} {
		if err := tx.PutAccount(a); err != nil {
			return err
		}
	}
	users := []*inbox.User{
		{Login: "anna", Name: "Anna Ravn", Role: inbox.Editor},
		{Login: "bo", Name: "Bo Lindgaard", Role: inbox.Editor},
		{Login: "carl", Name: "Karin Holm", Role: inbox.Lead},
		{Login: "dorte", Name: "Dorte Friis", Role: inbox.Agent},
		{Login: "erik", Name: "Erik Vad", Role: inbox.Viewer},
	}
	for _, u := range users {
		if err := tx.PutUser(u); err != nil {
			return err
		}
	}
	cals, err := seed.Calendars()
	if err != nil {
		return err
	}
	for _, c := range cals {
		if err := tx.PutCalendar(&inbox.Calendar{Name: c.Name, Spec: c.Spec}); err != nil {
			return err
		}
	}
	qs, err := seed.Queues()
	if err != nil {
		return err
	}
	for i, q := range qs {
		nq := &inbox.Queue{Name: q.Name, Calendar: q.Calendar, Target: q.Target, Position: i}
		if strings.Contains(q.Name, "bibliotek") {
			nq.Members = []inbox.UserID{users[3].ID}
		}
		if err := tx.PutQueue(nq); err != nil {
			return err
		}
	}
	ts, err := seed.Topics()
	if err != nil {
		return err
	}
	byPath := map[string]inbox.TopicID{}
	for _, t := range ts {
		nt := &inbox.Topic{Name: t.Path, Number: t.Number}
		if i := strings.LastIndexByte(t.Path, '/'); i >= 0 {
			nt.Name, nt.Parent = t.Path[i+1:], byPath[t.Path[:i]]
		}
		if err := tx.PutTopic(nt); err != nil {
			return err
		}
		byPath[t.Path] = nt.ID
	}
	vs, err := seed.Views()
	if err != nil {
		return err
	}
	for i, v := range vs {
		if err := tx.PutView(&inbox.View{Name: v.Name, Query: v.Query, Position: i}); err != nil {
			return err
		}
	}
	return nil
}
