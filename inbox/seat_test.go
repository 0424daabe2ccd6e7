package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
)

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	var e *inbox.Error
	if !errors.As(err, &e) || e.Reason.Key != key {
		t.Fatalf("got %v, want %s", err, key)
	}
}

// send runs a reply through the machine as a sender would, with a fate.
func send(t *testing.T, d *inboxtest.Desk, a inbox.AccountID, f inbox.Fate) *inbox.Outgoing {
	t.Helper()
	ctx := context.Background()
	o, err := d.Claim(ctx, a, "me")
	if err != nil {
		t.Fatal(err)
	}
	if o == nil {
		return nil
	}
	if err := d.Begin(ctx, o.ID, "me"); err != nil {
		t.Fatal(err)
	}
	if err := d.Settle(ctx, o.ID, f); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestReplyGoesOutOnce(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hvornår åbner biblioteket?"))
	id := d.Find(t, d.Facebook, "c1").ID
	anna := d.Seat(t, d.Anna)
	r := inbox.Reply{Conversation: id, Text: "Klokken 10", Token: "pressed", ThenClose: true}
	first, err := anna.Reply(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	second, err := anna.Reply(ctx, r)
	if err != nil || second.ID != first.ID {
		t.Fatalf("pressed twice: %v, %v", second, err)
	}
	if o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r1"}); o != nil {
		t.Fatal("left before the undo time was over")
	}
	d.Clock.Add(15 * time.Second)
	if o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r1"}); o == nil || o.Text != "Klokken 10" {
		t.Fatalf("sent %v", o)
	}
	if o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r2"}); o != nil {
		t.Fatal("sent a second time")
	}
	c := d.Find(t, d.Facebook, "r1")
	if c.ID != id || c.Status != inbox.Closed || c.Reason != inbox.Answered || c.Awaiting != 0 {
		t.Fatalf("after the answer: %+v", c.Conversation)
	}
	echo := inbox.Incoming{
		Account: d.Facebook, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: "r1", Parent: "c1", Context: "post",
		FromUs: true, Text: "Klokken 10", At: d.Clock.Now(),
	}
	if rep := d.Take(t, echo, echo); rep.Same != 2 {
		t.Fatalf("the echo is news: %+v", rep)
	}
	c = d.Find(t, d.Facebook, "r1")
	if n := len(c.Msgs); n != 2 || c.Msgs[1].EchoedAt.IsZero() || c.Msgs[1].By != d.Anna {
		t.Fatalf("%d messages, %+v", n, c.Msgs[n-1])
	}
	_, err = anna.Reply(ctx, inbox.Reply{Conversation: id})
	wantKey(t, err, "refused.empty")
}

// The echo may come before the receipt, and the receipt never: the reply is sent, once, all the same.
func TestEchoBeforeReceipt(t *testing.T) {
	for _, receipt := range []inbox.Fate{{State: inbox.Sent, Remote: "r1"}, {State: inbox.Unknown, Reason: inbox.Why("platform.unclear")}} {
		ctx := context.Background()
		d := inboxtest.New(t)
		d.Take(t, d.Say("c1", "jens", "Hej"))
		id := d.Find(t, d.Facebook, "c1").ID
		if _, err := d.Seat(t, d.Anna).Reply(ctx, inbox.Reply{Conversation: id, Text: "Goddag Jens"}); err != nil {
			t.Fatal(err)
		}
		d.Clock.Add(time.Minute)
		o, err := d.Claim(ctx, d.Facebook, "me")
		if err != nil || o == nil {
			t.Fatal(o, err)
		}
		if err := d.Begin(ctx, o.ID, "me"); err != nil {
			t.Fatal(err)
		}
		echo := inbox.Incoming{
			Account: d.Facebook, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: "r1", Parent: "c1", Context: "post",
			FromUs: true, Text: "Goddag  Jens", At: d.Clock.Now(),
		}
		d.Take(t, echo)
		if err := d.Settle(ctx, o.ID, receipt); err != nil {
			t.Fatal(err)
		}
		th := d.Find(t, d.Facebook, "r1")
		if len(th.Msgs) != 2 || len(th.Outgoing) != 1 || th.Outgoing[0].State != inbox.Sent || th.Outgoing[0].Remote != "r1" || th.ID != id {
			t.Fatalf("%+v", th)
		}
	}
}

// What may have been sent is never sent again by itself, and nothing else goes to the same target until it is settled.
func TestUnknownWaitsForAPerson(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"), d.Say("c2", "ole", "Hej"))
	one, two := d.Find(t, d.Facebook, "c1").ID, d.Find(t, d.Facebook, "c2").ID
	anna, bo := d.Seat(t, d.Anna), d.Seat(t, d.Bo)
	if _, err := anna.Reply(ctx, inbox.Reply{Conversation: one, Text: "Svar"}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("platform.unclear")})
	if _, err := anna.Reply(ctx, inbox.Reply{Conversation: one, Text: "Svar igen"}); err != nil {
		t.Fatal(err)
	}
	if _, err := bo.Reply(ctx, inbox.Reply{Conversation: two, Text: "Til Ole"}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	if next := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r2"}); next == nil || next.Conversation != two {
		t.Fatalf("sent %+v", next)
	}
	d.Clock.Add(10 * time.Minute)
	if err := d.Overtaken(ctx, true); err != nil {
		t.Fatal(err)
	}
	if next := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r3"}); next != nil {
		t.Fatalf("%s went to a target that may have its answer already", next.Text)
	}
	wantKey(t, bo.UndoSend(ctx, o.ID), "outgoing.left")
	if err := bo.Resolve(ctx, o.ID, inbox.GiveUp); err != nil {
		t.Fatal(err)
	}
	if next := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r3"}); next == nil || next.Text != "Svar igen" {
		t.Fatalf("sent %+v", next)
	}
}

func TestUndoSend(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	id := d.Find(t, d.Facebook, "c1").ID
	anna := d.Seat(t, d.Anna)
	o, err := anna.Reply(ctx, inbox.Reply{Conversation: id, Text: "Ups"})
	if err != nil {
		t.Fatal(err)
	}
	wantKey(t, d.Seat(t, d.Bo).UndoSend(ctx, o.ID), "outgoing.not_yours")
	if err := anna.UndoSend(ctx, o.ID); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Hour)
	if o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r"}); o != nil {
		t.Fatal("sent after it was taken back")
	}
	op, err := anna.Open(ctx, id)
	if err != nil || len(op.Drafts) != 1 || op.Drafts[0].Text != "Ups" {
		t.Fatalf("the text is lost: %+v, %v", op, err)
	}
	wantKey(t, anna.UndoSend(ctx, o.ID), "outgoing.left")
}

// A reply that stood for too long asks a person before it goes; one of an account that needs a person waits.
func TestHeld(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	id := d.Find(t, d.Facebook, "c1").ID
	anna := d.Seat(t, d.Anna)
	o, err := anna.Reply(ctx, inbox.Reply{Conversation: id, Text: "Hej Jens"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SetAccountState(ctx, d.Facebook, inbox.AccountNeedsLogin, inbox.Why("platform.token"), nil); err != nil {
		t.Fatal(err)
	}
	state := func() (inbox.OutgoingState, string) {
		th := d.Find(t, d.Facebook, "c1")
		if r := th.Outgoing[0].Reason; r != nil {
			return th.Outgoing[0].State, r.Key
		}
		return th.Outgoing[0].State, ""
	}
	d.Clock.Add(time.Minute)
	if o := send(t, d, d.Facebook, inbox.Fate{}); o != nil {
		t.Fatal("sent by an account that cannot")
	}
	if s, why := state(); s != inbox.Held || why != "held.account" {
		t.Fatal(s, why)
	}
	if err := d.SetAccountState(ctx, d.Facebook, inbox.AccountLive, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.ReleaseHeld(ctx, d.Facebook); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(31 * time.Minute)
	if o := send(t, d, d.Facebook, inbox.Fate{}); o != nil {
		t.Fatal("sent half an hour late without asking")
	}
	if s, why := state(); s != inbox.Held || why != "held.stale" {
		t.Fatal(s, why)
	}
	if err := anna.Resolve(ctx, o.ID, inbox.SendAgain); err != nil {
		t.Fatal(err)
	}
	if sent := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r1"}); sent == nil {
		t.Fatal("not sent though a person said so")
	}
}

// Two people answer the same citizen: the second is told, and must look.
func TestColleagueAnswered(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	id := d.Find(t, d.Facebook, "c1").ID
	anna, bo := d.Seat(t, d.Anna), d.Seat(t, d.Bo)
	seen, err := bo.Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := anna.Reply(ctx, inbox.Reply{Conversation: id, Text: "Fra Anna"}); err != nil {
		t.Fatal(err)
	}
	_, err = bo.Reply(ctx, inbox.Reply{Conversation: id, Text: "Fra Bo", Seen: seen.Seq})
	wantKey(t, err, "refused.taken")
	if err := anna.Release(ctx, id); err != nil {
		t.Fatal(err)
	}
	_, err = bo.Reply(ctx, inbox.Reply{Conversation: id, Text: "Fra Bo", Seen: seen.Seq, Anyway: true})
	wantKey(t, err, "reply.colleague")
	// The citizen writing more asks once, and only once.
	seen, err = bo.Open(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	more := d.Say("c2", "jens", "Er I der?")
	more.Parent = "c1"
	d.Take(t, more)
	_, err = bo.Reply(ctx, inbox.Reply{Conversation: id, Text: "Fra Bo", Seen: seen.Seq})
	wantKey(t, err, "reply.newer")
	if _, err = bo.Reply(ctx, inbox.Reply{Conversation: id, Text: "Fra Bo", Seen: seen.Seq, Anyway: true}); err != nil {
		t.Fatal(err)
	}
}

// Of a thousand who try at once, one gets it.
func TestTakeIsExclusive(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	id := d.Find(t, d.Facebook, "c1").ID
	seats := []*inbox.Seat{d.Seat(t, d.Anna), d.Seat(t, d.Bo)}
	var wg sync.WaitGroup
	got := make([]int, 2)
	for i, s := range seats {
		for range 50 {
			wg.Go(func() {
				if err := s.Take(ctx, id); err == nil {
					got[i]++ // only one goroutine of a seat can succeed
				}
			})
		}
	}
	wg.Wait()
	if got[0]+got[1] != 1 {
		t.Fatalf("%v took it", got)
	}
	d.Clock.Add(11 * time.Minute)
	if err := d.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	if th := d.Find(t, d.Facebook, "c1"); th.TakenBy != 0 {
		t.Fatal("the lease never ends")
	}
	loser := seats[0]
	if got[0] == 1 {
		loser = seats[1]
	}
	if err := loser.Take(ctx, id); err != nil {
		t.Fatal(err)
	}
}

// Law 10: an agent sees the own queues and what is assigned, in search, lists, counts and by number.
func TestLaw10_OnlyWhatTheRoleMaySee(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("mine", "jens", "bibliotek"), d.Say("other", "ole", "bibliotek"), d.Say("assigned", "per", "bibliotek"))
	carl, dorte, erik := d.Seat(t, d.Carl), d.Seat(t, d.Dorte), d.Seat(t, d.Erik)
	id := func(r string) inbox.ConversationID { return d.Find(t, d.Facebook, r).ID }
	if err := carl.Escalate(ctx, id("mine"), d.Bibliotek, "Kan I svare?"); err != nil {
		t.Fatal(err)
	}
	if err := carl.Assign(ctx, id("assigned"), d.Dorte); err != nil {
		t.Fatal(err)
	}
	hits, err := dorte.Search(ctx, "bibliotek", inbox.Page{})
	if err != nil || len(hits.Keys) != 2 {
		t.Fatalf("an agent finds %d: %v", len(hits.Keys), err)
	}
	if hits, _ := erik.Search(ctx, "bibliotek", inbox.Page{}); len(hits.Keys) != 3 {
		t.Fatalf("a viewer finds %d", len(hits.Keys))
	}
	if n, _, err := dorte.Count(ctx, "", 100); err != nil || n != 2 {
		t.Fatalf("an agent counts %d, %v", n, err)
	}
	if hits, _ := dorte.Search(ctx, "bibliotek or -bibliotek", inbox.Page{}); len(hits.Keys) != 2 {
		t.Fatalf("an alternative gets around the filter: %d", len(hits.Keys))
	}
	rows, err := dorte.Rows(ctx, []inbox.ConversationID{id("mine"), id("other"), id("assigned")})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	_, err = dorte.Open(ctx, id("other"))
	wantKey(t, err, "conversation.not_found")
	wantKey(t, dorte.Note(ctx, id("other"), "hej"), "conversation.not_found")
	_, err = dorte.Reply(ctx, inbox.Reply{Conversation: id("mine"), Text: "svar"})
	wantKey(t, err, "refused.role")
	wantKey(t, erik.Take(ctx, id("mine")), "refused.role")
	sub := dorte.Subscribe()
	defer sub.Close()
	if err := sub.Show(ctx, "all", ""); err != nil || sub.Count("all") != 2 {
		t.Fatalf("a live view counts %d, %v", sub.Count("all"), err)
	}
}

// What a person set or removed no rule overrules.
func TestLaw7_PersonsOverrule(t *testing.T) {
	ctx := context.Background()
	var d *inboxtest.Desk
	verdict := func(*query.Doc) inbox.Verdict {
		return inbox.Verdict{
			Tags:  []inbox.RuleTag{{Topic: d.Cykel, Rule: "cykelveje", Hits: []inbox.RuleHit{{Clause: [2]int{0, 4}, Start: 0, End: 3}}}},
			Queue: d.Teknik, QueueBy: "cykelveje", Priority: inbox.High, RaisedBy: "cykelveje",
		}
	}
	d = inboxtest.New(t, func(c *inbox.Config) { c.Rules = inboxtest.NoRules{Verdict: verdict} })
	if err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte("x")}, d.Carl); err != nil {
		t.Fatal(err)
	}
	if rep := d.Take(t, d.Say("c1", "jens", "Hul i cykelstien")); rep.Tagged != 1 {
		t.Fatalf("%+v", rep)
	}
	th := d.Find(t, d.Facebook, "c1")
	tag := th.Tag(d.Cykel)
	if tag == nil || tag.Rule != "cykelveje" || len(tag.Hits) != 1 || tag.Message != th.Msgs[0].ID || th.Queue != d.Teknik || th.Priority != inbox.High {
		t.Fatalf("%+v", th.Conversation)
	}
	anna := d.Seat(t, d.Anna)
	if err := anna.Untag(ctx, th.ID, d.Cykel); err != nil {
		t.Fatal(err)
	}
	if err := anna.Prioritise(ctx, th.ID, inbox.Low); err != nil {
		t.Fatal(err)
	}
	if err := anna.Escalate(ctx, th.ID, d.Borger, ""); err != nil {
		t.Fatal(err)
	}
	more := d.Say("c2", "jens", "Endnu et hul")
	more.Parent = "c1"
	d.Take(t, more)
	th = d.Find(t, d.Facebook, "c2")
	if !th.Tag(d.Cykel).Removed || th.Queue != d.Borger || th.Priority != inbox.Low {
		t.Fatalf("a rule overruled a person: %+v", th.Conversation)
	}
}

func TestReopenAndParts(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	first := d.Find(t, d.Facebook, "c1")
	if err := d.Seat(t, d.Anna).Close(ctx, first.ID, inbox.NoAnswer); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(13 * 24 * time.Hour)
	more := d.Say("c2", "jens", "Hej igen")
	more.Parent = "c1"
	d.Take(t, more)
	th := d.Find(t, d.Facebook, "c2")
	if th.ID != first.ID || th.Status != inbox.Open || th.Awaiting != 1 {
		t.Fatalf("within the window: %+v", th.Conversation)
	}
	if err := d.Seat(t, d.Anna).Close(ctx, first.ID, inbox.NoAnswer); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(15 * 24 * time.Hour)
	late := d.Say("c3", "jens", "Nå?")
	late.Parent = "c1"
	d.Take(t, late)
	th = d.Find(t, d.Facebook, "c3")
	if th.ID == first.ID || th.Before != first.ID || th.Part != 2 || th.Post == nil {
		t.Fatalf("behind the window: %+v", th.Conversation)
	}
	for i := range inbox.MaxMessages {
		in := d.Say(fmt.Sprint("n", i), "jens", "mere")
		in.Parent = "c3"
		d.Take(t, in)
	}
	th = d.Find(t, d.Facebook, "n499")
	if th.Part != 3 || th.Messages != 1 {
		t.Fatalf("past the bound: part %d with %d messages", th.Part, th.Messages)
	}
}

// What was written long before the account was connected is history; an answer to it is work.
func TestHistoryArrivesClosed(t *testing.T) {
	d := inboxtest.New(t)
	err := d.Store.Update(context.Background(), inbox.Persons, func(tx inbox.Tx) error {
		as, err := tx.Accounts()
		if err != nil {
			return err
		}
		as[0].Connected = inboxtest.Start
		return tx.PutAccount(&as[0])
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	old, recent, more := d.Say("old", "jens", "for en måned siden"), d.Say("recent", "ole", "i går"), d.Say("more", "jens", "Er I der?")
	old.At, recent.At = inboxtest.Start.AddDate(0, -1, 0), inboxtest.Start.AddDate(0, 0, -1)
	more.Parent = "old"
	d.Take(t, old, recent, more)
	for remote, want := range map[string]inbox.Status{"old": inbox.Closed, "recent": inbox.Open, "more": inbox.Open} {
		if th := d.Find(t, d.Facebook, remote); th.Status != want || (th.Awaiting > 0) != (want == inbox.Open) {
			t.Errorf("%s: %s, %d awaiting", remote, th.Status, th.Awaiting)
		}
	}
}

// A bad item costs only itself.
func TestLaw11_OneBadItem(t *testing.T) {
	ctx := context.Background()
	boom := false
	d := inboxtest.New(t, func(c *inbox.Config) {
		c.Rules = inboxtest.NoRules{Verdict: func(doc *query.Doc) inbox.Verdict {
			if boom && len(doc.Texts[query.Text]) > 0 && len(doc.Texts[query.Text][0].Tokens) == 2 {
				panic("a rule's fault")
			}
			return inbox.Verdict{}
		}}
	})
	if err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte("x")}, d.Carl); err != nil {
		t.Fatal(err)
	}
	boom = true
	bad := d.Say("", "jens", "uden id")
	strange := d.Say("s", "jens", "hej")
	strange.Event = "danced"
	nowhere := d.Say("n", "jens", "hej")
	nowhere.Account = 99
	rep := d.Take(t, d.Say("a", "jens", "en"), bad, strange, nowhere, d.Say("p", "jens", "to ord"), d.Say("b", "ole", "tre små ord"))
	if rep.Refused != 3 || rep.New != 3 {
		t.Fatalf("%+v", rep)
	}
	d.Read(t, func(tx inbox.Tx) error {
		ps, err := tx.Parkeds(10)
		if len(ps) != 3 {
			t.Errorf("%d parked", len(ps))
		}
		return err
	})
	if d.Find(t, d.Facebook, "p").Messages != 1 {
		t.Error("a message on which the rules failed is not there")
	}
}
