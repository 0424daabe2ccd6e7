package classify

import (
	"context"
	"errors"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
)

func ruled(t *testing.T) *inboxtest.Desk {
	t.Helper()
	return inboxtest.New(t, func(c *inbox.Config) { c.Rules = &Rules{Cutter: c.Cutter} })
}

func publish(t *testing.T, s *inbox.Seat, base int64, file string) inbox.Published {
	t.Helper()
	p, err := s.PublishRules(context.Background(), inbox.Publishing{Bytes: []byte(file), Base: base, Comment: "c"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wantKey(t *testing.T, what string, err error, code inbox.Code, key string) {
	t.Helper()
	if inbox.CodeOf(err) != code || inbox.ReasonOf(err).Key != key {
		t.Errorf("%s: %v, want %s %s", what, err, code, key)
	}
}

// Versions are kept byte for byte; who was too late hears of it; going back is a new version.
func TestPublishing(t *testing.T) {
	d := ruled(t)
	ctx := context.Background()
	lead := d.Seat(t, d.Carl)
	one, two := "# æøå\r\n[[rule]]\r\nid='a'\r\nwhen='hul'\r\ntopics=['vej']\r\n", "[[rule]]\nid='a'\nwhen='bil'\ntopics=['vej']\n"
	_, err := d.Seat(t, d.Anna).PublishRules(ctx, inbox.Publishing{Bytes: []byte(one)})
	wantKey(t, "an editor", err, inbox.Forbidden, "refused.role")
	if p := publish(t, lead, 0, one); p.Version != 1 || len(p.Changes) != 1 || p.Changes[0].Kind != inbox.RuleAdded {
		t.Errorf("%+v", p)
	}
	_, err = lead.PublishRules(ctx, inbox.Publishing{Bytes: []byte(two)})
	wantKey(t, "from an old version", err, inbox.Conflict, "rules.newer")
	_, err = lead.PublishRules(ctx, inbox.Publishing{Bytes: []byte(one), Base: 1})
	wantKey(t, "the same", err, inbox.Conflict, "rules.same")
	_, err = lead.PublishRules(ctx, inbox.Publishing{Bytes: []byte("[[rule]]"), Base: 1})
	var faults *Error
	if !errors.As(err, &faults) {
		t.Errorf("what is wrong: %v", err)
	}
	publish(t, lead, 1, two)
	d.Take(t, d.Say("m1", "jens", "hul"), d.Say("m2", "jens", "bil"))
	if a, b := len(d.Find(t, d.Facebook, "m1").Topics), len(d.Find(t, d.Facebook, "m2").Topics); a != 0 || b != 1 {
		t.Errorf("the new rules set %d and %d topics", a, b)
	}
	if p, err := lead.RollbackRules(ctx, 1, "back"); err != nil || p.Version != 3 || p.Changes[0].Kind != inbox.RuleChanged {
		t.Fatalf("%+v, %v", p, err)
	}
	d.Take(t, d.Say("m3", "jens", "hul"))
	if n := len(d.Find(t, d.Facebook, "m3").Topics); n != 1 {
		t.Errorf("the rules of before set %d topics", n)
	}
	for v, want := range map[int64]string{1: one, 2: two, 3: one} {
		if got, err := lead.RuleVersion(ctx, v); err != nil || string(got.Bytes) != want {
			t.Errorf("version %d: %q, %v", v, got.Bytes, err)
		}
	}
	all, err := lead.RuleVersions(ctx)
	if err != nil || len(all) != 3 || all[0].Version != 3 || all[0].Comment != "back" || all[0].By != d.Carl || !all[0].At.Equal(d.Clock.Now()) {
		t.Errorf("%+v, %v", all, err)
	}
}

// Where a second lead is asked for, rules that route or propose hiding wait for one, and no other rules do.
func TestSecondLead(t *testing.T) {
	d := ruled(t)
	ctx := context.Background()
	var users []inbox.UserID
	err := d.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		for _, u := range []*inbox.User{{Login: "frida", Role: inbox.Lead}, {Login: "gert", Role: inbox.Admin}} {
			if err := tx.PutUser(u); err != nil {
				return err
			}
			users = append(users, u.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	d.Lab = &Rules{Cutter: d.Cutter}
	d.Take(t, d.Say("m1", "p", "et hul"), d.Say("m2", "p", "et hul til"), d.Say("m3", "p", "en bil"))
	d.Clock.Add(4 * 24 * time.Hour)
	carl, frida, gert := d.Seat(t, d.Carl), d.Seat(t, users[0]), d.Seat(t, users[1])
	wantKey(t, "a lead who turns it on", carl.SetSecondLead(ctx, true), inbox.Forbidden, "refused.role")
	if err := gert.SetSecondLead(ctx, true); err != nil {
		t.Fatal(err)
	}
	const tags, routes = "[[rule]]\nid='a'\nwhen='hul'\ntopics=['vej']\n", "[[rule]]\nid='b'\nwhen='hul'\nqueue='Borgerservice'\n"
	const hides, shadow = "[[rule]]\nid='c'\nwhen='hul'\npropose=['hide']\n", "[[rule]]\nid='d'\nwhen='hul'\nqueue='Borgerservice'\nstate='shadow'\n"
	if p := publish(t, carl, 0, tags+shadow); p.Version != 1 || p.Waiting != 0 {
		t.Errorf("a topic, and one that only counts: %+v", p)
	}
	w := publish(t, carl, 1, tags+shadow+routes)
	if w.Version != 0 || w.Waiting == 0 || d.Directory().Rules.Version != 1 {
		t.Fatalf("one that routes: %+v", w)
	}
	_, err = carl.ApproveRules(ctx, w.Waiting)
	wantKey(t, "one's own", err, inbox.Forbidden, "rules.own")
	_, err = d.Seat(t, d.Anna).ApproveRules(ctx, w.Waiting)
	wantKey(t, "by an editor", err, inbox.Forbidden, "refused.role")
	list, err := frida.WaitingRules(ctx)
	if err != nil || len(list) != 1 || list[0].Stale || len(list[0].Changes) != 1 || list[0].By != d.Carl {
		t.Fatalf("%+v, %v", list, err)
	}
	if diff := cmp.Diff(map[string]float64{"b": 0.5}, list[0].Expected); diff != "" {
		t.Error(diff)
	}
	p, err := frida.ApproveRules(ctx, w.Waiting)
	if err != nil || p.Version != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if r := d.Directory().Rules; r.By != d.Carl || r.Approved != frida.User.ID || string(r.Bytes) != tags+shadow+routes {
		t.Errorf("%+v", r)
	}
	_, err = frida.ApproveRules(ctx, w.Waiting)
	wantKey(t, "twice", err, inbox.NotFound, "rules.not_waiting")
	w = publish(t, carl, 2, tags+shadow+routes+hides)
	publish(t, frida, 2, tags+shadow)
	if list, err = frida.WaitingRules(ctx); err != nil || len(list) != 1 || !list[0].Stale {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = frida.ApproveRules(ctx, w.Waiting)
	wantKey(t, "of an old version", err, inbox.Conflict, "rules.newer")
	if err := frida.WithdrawRules(ctx, w.Waiting); err != nil {
		t.Error(err)
	}
	if list, err = frida.WaitingRules(ctx); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	if p, err := carl.RollbackRules(ctx, 2, ""); err != nil || p.Version != 4 {
		t.Errorf("what was in force before: %+v, %v", p, err)
	}
}

// TestLaw7_WhatARuleMaySet: each thing that a rule can set, what it takes, and what a person does against it.
func TestLaw7_WhatARuleMaySet(t *testing.T) {
	d := ruled(t)
	ctx := context.Background()
	lead := d.Seat(t, d.Carl)
	publish(t, lead, 0, `
[[rule]]
id = "vej"
when = "hul"
queue = "Teknik og Miljø"
[[rule]]
id = "presse"
when = "journalist"
queue = "Fremtidens bibliotek"
queue_only = true
template = "Presse"
[[rule]]
id = "spam"
when = "viagra"
status = "spam"
[[rule]]
id = "fare"
when = "brand"
red_lane = true
[[rule]]
id = "anna"
when = "anna"
assignee = "anna"
[[rule]]
id = "grim"
when = "grim"
propose = ["hide", "no-answer"]
[[rule]]
id = "jul"
when = "gran"
topics = ["vej"]
from = 2026-11-01
until = 2026-11-03
hours = "tue 8-10"
`)
	say := func(remote, words string) *inbox.Thread {
		t.Helper()
		d.Take(t, d.Say(remote, "jens", words))
		return d.Find(t, d.Facebook, remote)
	}
	below := func(parent, remote, words string) *inbox.Thread {
		t.Helper()
		in := d.Say(remote, "jens", words)
		in.Parent = inbox.RemoteID(parent)
		d.Take(t, in)
		return d.Find(t, d.Facebook, remote)
	}
	// for a queue only: the rule takes it from where another sent it, and only members answer
	say("p1", "et hul")
	press := below("p1", "p2", "jeg er journalist")
	if press.Queue != d.Bibliotek || !press.QueueOnly || len(press.OpenProposals()) != 1 || press.Proposals[0].Template != "Presse" {
		t.Fatalf("press: %+v", press.Conversation)
	}
	wantReason(t, "an editor", lead.Refusal(inbox.DoReply, press), "refused.queue_only")
	member := d.Seat(t, d.Anna)
	join(t, d, d.Anna, d.Bibliotek)
	wantReason(t, "a member", member.Refusal(inbox.DoReply, press), "")
	if err := lead.Escalate(ctx, press.ID, d.Borger, ""); err != nil {
		t.Fatal(err)
	}
	if press = below("p1", "p3", "som journalist"); press.Queue != d.Borger || press.QueueOnly {
		t.Errorf("a person chose the queue: %+v", press.Conversation)
	}
	// spam: only what nobody has touched
	if c := say("s1", "køb viagra"); c.Status != inbox.Closed || c.Reason != inbox.Spam || c.Awaiting != 0 {
		t.Errorf("spam: %+v", c.Conversation)
	}
	c := say("s2", "hej")
	if err := lead.Note(ctx, c.ID, "set"); err != nil {
		t.Fatal(err)
	}
	if c = below("s2", "s3", "viagra"); c.Status != inbox.Open {
		t.Errorf("a person has it: %+v", c.Conversation)
	}
	// the red lane counts closed hours; a person's priority ends it
	d.Clock.Add(10 * time.Hour)
	if c = say("r1", "brand!"); c.Priority != inbox.Urgent || !c.RedLane || !c.DueAt.Equal(d.Clock.Now().Add(4*time.Hour)) {
		t.Errorf("red lane: %+v", c.Conversation)
	}
	if err := lead.Prioritise(ctx, c.ID, inbox.Low); err != nil {
		t.Fatal(err)
	}
	if c = below("r1", "r2", "brand"); c.Priority != inbox.Low || c.RedLane || c.DueAt.Equal(d.Clock.Now().Add(4*time.Hour)) {
		t.Errorf("a person chose: %+v", c.Conversation)
	}
	// to somebody: until a person says otherwise
	if c = say("a1", "til anna"); c.Assignee != d.Anna {
		t.Errorf("assignee: %+v", c.Conversation)
	}
	if err := lead.Assign(ctx, c.ID, 0); err != nil {
		t.Fatal(err)
	}
	if c = below("a1", "a2", "anna?"); c.Assignee != 0 {
		t.Errorf("a person took it from her: %+v", c.Conversation)
	}
	// a person confirms or declines, once
	c = say("g1", "hvor er det grim")
	hide, none := c.Proposals[0], c.Proposals[1]
	if err := lead.Settle(ctx, c.ID, hide, true, "because"); err != nil {
		t.Fatal(err)
	}
	if err := lead.Settle(ctx, c.ID, none, false, ""); err != nil {
		t.Fatal(err)
	}
	wantKey(t, "settled twice", lead.Settle(ctx, c.ID, none, true, ""), inbox.NotFound, "proposal.not_found")
	if c = d.Find(t, d.Facebook, "g1"); len(c.OpenProposals()) != 0 || len(c.Outgoing) != 1 || c.Outgoing[0].Kind != inbox.Hide || c.Status != inbox.Open {
		t.Errorf("settled: %+v %+v", c.Proposals, c.Outgoing)
	}
	// each at its time: until a day is with that day, and from eight to ten that Tuesday
	for remote, when := range map[string]time.Time{
		"j1": inboxtest.Start, "j2": inboxtest.Start.Add(2 * time.Hour), "j3": inboxtest.Start.AddDate(0, 0, -7),
	} {
		in := d.Say(remote, "jens", "gran")
		in.At = when
		d.Take(t, in)
		if n := len(d.Find(t, d.Facebook, remote).Topics); n != map[string]int{"j1": 1}[remote] {
			t.Errorf("%s: %d topics", remote, n)
		}
	}
	// everything explains itself
	d.Read(t, func(tx inbox.Tx) error {
		for v := inbox.ConversationID(1); ; v++ {
			es, err := tx.EffectsIn(v)
			if err != nil || v > 20 {
				return err
			}
			for _, e := range es {
				if e.Rule == "" || e.Version != 1 || len(e.Hits) == 0 || e.Hits[0].Clause[1] == 0 || e.Hits[0].End == 0 || len(e.Deeds) == 0 {
					t.Errorf("not explained: %+v", e)
				}
			}
		}
	})
}

func wantReason(t *testing.T, what string, r *inbox.Reason, key string) {
	t.Helper()
	if r == nil && key != "" || r != nil && r.Key != key {
		t.Errorf("%s: %v, want %q", what, r, key)
	}
}

// join makes somebody a member of a queue.
func join(t *testing.T, d *inboxtest.Desk, u inbox.UserID, q inbox.QueueID) {
	t.Helper()
	user := d.Directory().Users[u]
	user.Queues = append(user.Queues, q)
	if err := d.Store.Update(context.Background(), inbox.Persons, func(tx inbox.Tx) error { return tx.PutUser(&user) }); err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// What rules strike is counted by day, once a message; one in shadow is counted and sets nothing. A person's word against a rule is kept,
// and taken back with it.
func TestCountsAndCorrections(t *testing.T) {
	d := ruled(t)
	ctx := context.Background()
	lead := d.Seat(t, d.Carl)
	publish(t, lead, 0, "[[rule]]\nid='a'\nwhen='hul'\ntopics=['vej']\nqueue='Borgerservice'\npriority='high'\n"+
		"[[rule]]\nid='s'\nwhen='hul or bil'\ntopics=['vej/cykel']\nstate='shadow'\nstop=true\n[[rule]]\nid='b'\nwhen='hul'\ntopics=['vej']\n")
	d.Take(t, d.Say("m1", "jens", "hul"), d.Say("m2", "jens", "bil"))
	d.Take(t, d.Say("m1", "jens", "hul")) // the same again
	d.Clock.Add(24 * time.Hour)
	d.Take(t, d.Say("m3", "jens", "hul"))
	days, err := lead.RuleDays(ctx, 20261103, 20261104)
	if err != nil {
		t.Fatal(err)
	}
	first, last := inboxtest.Start, d.Clock.Now()
	want := []inbox.RuleDay{
		{Rule: "a", Day: 20261103, Hits: 1, LastAt: first},
		{Rule: "a", Day: 20261104, Hits: 1, LastAt: last},
		{Rule: "b", Day: 20261103, Hits: 1, LastAt: first},
		{Rule: "b", Day: 20261104, Hits: 1, LastAt: last},
		{Rule: "s", Day: 20261103, Shadow: 2, LastAt: first},
		{Rule: "s", Day: 20261104, Shadow: 1, LastAt: last},
	}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Error(diff)
	}
	c := d.Find(t, d.Facebook, "m1")
	if len(c.Topics) != 1 {
		t.Errorf("topics: %+v", c.Topics)
	}
	for _, f := range []func() error{
		func() error { return lead.Untag(ctx, c.ID, d.Vej) },
		func() error { return lead.Escalate(ctx, c.ID, d.Teknik, "") },
		func() error { return lead.Prioritise(ctx, c.ID, inbox.Low) },
	} {
		if err := f(); err != nil {
			t.Fatal(err)
		}
	}
	said := func() (out []string) {
		cs, err := lead.Corrections(ctx, "a", 0, 9)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range cs {
			if x.Version != 1 || x.Message != c.Msgs[0].ID || x.Conversation != c.ID || x.By != d.Carl {
				t.Errorf("%+v", x)
			}
			out = append(out, string(x.Set))
		}
		return out
	}
	if diff := cmp.Diff([]string{"topic", "queue", "priority"}, said()); diff != "" {
		t.Error(diff)
	}
	if err := lead.Tag(ctx, c.ID, d.Vej); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"queue", "priority"}, said()); diff != "" {
		t.Error(diff)
	}
}

// Two rules that send the same message to different queues are told, with the example that shows it.
func TestConflicts(t *testing.T) {
	file := `
[[rule]]
id = "a"
when = "hul"
queue = "Teknik og Miljø"
  [[rule.example]]
  text = "et hul"
  match = true
  [[rule.example]]
  text = "hul i en bog"
  match = true
[[rule]]
id = "b"
when = "bog"
queue = "Borgerservice"
[[rule]]
id = "c"
when = "hul"
queue = "Borgerservice"
state = "shadow"
[[rule]]
id = "d"
when = "hul"
queue = "Teknik og Miljø"
`
	rep := (&Rules{Cutter: text.NewCutter(100)}).Check([]byte(file), desk())
	want := []Conflict{{First: "a", Second: "b", Queue: "Teknik og Miljø", Other: "Borgerservice", Text: "hul i en bog"}}
	if diff := cmp.Diff(want, rep.Conflicts); diff != "" || len(rep.Faults) > 0 || rep.Shadow != 1 {
		t.Errorf("%s %v", diff, rep.Faults)
	}
}
