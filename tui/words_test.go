package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/tui/ui"
)

// The header says in words what is worst; a colour or a sign alone says nothing.
func TestHealthInWords(t *testing.T) {
	s := newStage(t)
	p := s.seat("anna", 120, 40, "da", ui.None)
	live := func(id inbox.AccountID, state inbox.AccountState) AccountStatus {
		a := s.desk.Directory().Accounts[id]
		a.State = state
		return AccountStatus{Account: a}
	}
	fb, x := s.desk.Facebook, s.desk.X
	for want, st := range map[string]DeskStatus{
		"alle konti i drift":          {Accounts: []AccountStatus{live(fb, inbox.AccountLive), live(x, inbox.AccountLive)}},
		"Byen FB kræver nyt login":    {Accounts: []AccountStatus{live(x, inbox.AccountThrottled), live(fb, inbox.AccountNeedsLogin)}, Parked: 4},
		"Byen X bedt om at vente":     {Accounts: []AccountStatus{live(x, inbox.AccountThrottled), live(fb, inbox.AccountCatchingUp)}},
		"Byen FB virker delvist":      {Accounts: []AccountStatus{live(x, inbox.AccountThrottled), live(fb, inbox.AccountPartial)}},
		"Byen FB svarer ikke":         {Accounts: []AccountStatus{live(x, inbox.AccountThrottled), live(fb, inbox.AccountUnreached)}},
		"Søgeindeks: bygges, 33 %":    {Accounts: []AccountStatus{live(fb, inbox.AccountLive)}, Index: IndexStatus{State: IndexBuilding, Done: 1, Total: 3}},
		"4 ting kunne ikke læses":     {Accounts: []AccountStatus{live(fb, inbox.AccountLive)}, Parked: 4},
		"Byen FB henter ældre: 50 %":  {Accounts: []AccountStatus{{Account: live(fb, inbox.AccountCatchingUp).Account, Done: 1000, Total: 2000}}},
		"Byen FB henter ældre: 1.000": {Accounts: []AccountStatus{{Account: live(fb, inbox.AccountCatchingUp).Account, Done: 1000}}},
		"ingen konti":                 {},
	} {
		p.send(statusRead{st})
		if got := p.frame()[0]; !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

// What can be put off until is always ahead, in order, each once, and mornings are working mornings where they say Monday.
func TestLater(t *testing.T) {
	cph, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Skip(err)
	}
	for day := range 400 {
		for _, hour := range []int{0, 7, 8, 23} {
			now := time.Date(2026, 1, 1+day, hour, 30, 0, 0, cph)
			times := later(now)
			if !slices.IsSortedFunc(times, time.Time.Compare) || len(slices.CompactFunc(slices.Clone(times), time.Time.Equal)) != len(times) {
				t.Fatalf("at %v: %v", now, times)
			}
			for i, at := range times {
				if !at.After(now) || i > 1 && at.Hour() != 8 {
					t.Fatalf("at %v: %v", now, at)
				}
			}
		}
	}
}

func TestTree(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 3, 9, minute, 0, 0, time.UTC) }
	msg := func(id int, remote, parent inbox.RemoteID, minute int) inbox.Message {
		return inbox.Message{ID: inbox.MessageID(id), Remote: remote, Parent: parent, Direction: inbox.In, At: at(minute)}
	}
	note := func(id, minute int) inbox.Message {
		return inbox.Message{ID: inbox.MessageID(id), Direction: inbox.Note, At: at(minute)}
	}
	for name, tc := range map[string]struct {
		th   inbox.Thread
		want string // id and depth
	}{
		"answers below what they answer": {
			inbox.Thread{Msgs: []inbox.Message{msg(1, "a", "post", 0), msg(2, "b", "a", 1), msg(3, "c", "post", 2), msg(4, "d", "a", 3)}},
			"1.0 2.1 4.1 3.0",
		},
		"a chain is not indented further and further": {
			inbox.Thread{Msgs: []inbox.Message{msg(1, "a", "", 0), msg(2, "b", "a", 1), msg(3, "c", "b", 2), msg(4, "d", "c", 3)}},
			"1.0 2.1 3.1 4.1",
		},
		"a note among what was said": {
			inbox.Thread{Msgs: []inbox.Message{msg(1, "a", "", 0), msg(2, "b", "a", 1), note(3, 2), msg(4, "d", "a", 3)}},
			"1.0 2.1 3.1 4.1",
		},
		"a note before all": {inbox.Thread{Msgs: []inbox.Message{note(1, 0), msg(2, "a", "", 1)}}, "1.0 2.0"},
		"messages that answer each other": {
			inbox.Thread{Msgs: []inbox.Message{msg(1, "a", "b", 0), msg(2, "b", "a", 1), msg(3, "c", "c", 2)}}, "2.0 1.1 3.0",
		},
		"a reply on its way": {
			inbox.Thread{
				Msgs:     []inbox.Message{msg(1, "a", "", 0), msg(2, "b", "", 5)},
				Outgoing: []inbox.Outgoing{{ID: 7, Target: "a", State: inbox.Queued, CreatedAt: at(6)}, {ID: 8, Target: "a", State: inbox.Sent}},
			},
			"1.0 7.1 2.0",
		},
	} {
		var got []string
		for _, n := range tree(&tc.th) {
			got = append(got, string(rune('0'+n.id()))+"."+string(rune('0'+n.depth)))
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("%s: %s, want %s", name, s, tc.want)
		}
	}
}

// Completion offers what the language knows, in the person's language, and takes the place of what is being typed.
func TestCompletion(t *testing.T) {
	s := newStage(t)
	p := s.seat("anna", 80, 24, "da", ui.Dark)
	for typed, want := range map[string]string{
		"ka": "kanal:", "hul -em": "hul -emne:", "er:å": "er:åben ", "(kø:te": `(kø:"Teknik og Miljø" `, "kanal:facebook,in": "kanal:facebook,instagram ",
		"ansvarlig:m": "ansvarlig:mig ", "emne:": "emne:vej ", "k": "", "hul i vejen": "", `"to ord ka`: "", "nej:x": "",
	} {
		got := ""
		if offers := p.app.search.suggest(typed, len(typed)); len(offers) > 0 {
			got = typed[:offers[0].From] + string(offers[0].Text) + typed[offers[0].To:]
		}
		if got != want {
			t.Errorf("%q becomes %q, want %q", typed, got, want)
		}
	}
}

// The accounts say how what is new reaches us, which part cannot be read and why, and their gaps: first those that are still open; what
// the platform no longer shows; and rules that stand out.
func TestAccountsTellTheirGaps(t *testing.T) {
	s := newStage(t)
	now := s.desk.Clock.Now()
	ago := func(m int) time.Time { return now.Add(-time.Duration(m) * time.Minute) }
	fb := s.desk.Directory().Accounts[s.desk.Facebook]
	fb.State = inbox.AccountPartial
	s.status = &DeskStatus{
		Index: IndexStatus{State: IndexReady}, Rules: inbox.E(inbox.Invalid, "test", "rules.stand_out"),
		Accounts: []AccountStatus{{
			Account: fb, HeardAt: now, Every: 20 * time.Second,
			Faults: []StreamFault{{"direct", inbox.Why("platform.permission")}},
			Gaps: []inbox.Gap{
				{From: ago(9), To: ago(4), Cause: inbox.GapLogin, Fetched: 41, ClosedAt: ago(3)},
				{From: ago(30), To: ago(20), Cause: inbox.GapThread, ClosedAt: ago(3)},
				{From: ago(50), Cause: inbox.GapBroken},
			},
		}},
	}
	clock := func(m int) string { return ago(m).In(s.desk.Location).Format("15.04") }
	for lang, want := range map[string][]string{
		"da": {
			"virker delvist", "læses hver 20 s", "private beskeder: Appen må ikke dette; giv tilladelse.",
			"udfald siden " + clock(50) + ", adgang manglede", "udfald " + clock(9) + "-" + clock(4) + ", token, 41 hentet",
			"udfald " + clock(30) + "-" + clock(20) + ", kan ikke hentes: af en tråd vises kun de nyeste 20",
			"Regler",
		},
		"en": {"working in part", "polled every 20 s", "private messages: ", "token, 41 fetched"},
	} {
		for _, size := range []ui.Rect{{W: 80, H: 24}, {W: 160, H: 45}} {
			p := s.seat("anna", size.W, size.H, lang, ui.None)
			p.press("g", "k")
			screen, at := p.screen(), 0
			for _, w := range want {
				i := strings.Index(screen[at:], w)
				if i < 0 {
					t.Fatalf("%s %v: %q is not there, or not behind what comes before it:\n%s", lang, size, w, screen)
				}
				at += i
			}
		}
	}
}
