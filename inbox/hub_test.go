package inbox_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var hubViews = []string{
	"", "is:open", "is:closed", "is:snoozed", "is:awaiting", "assignee:me", "queue:none is:open", "queue:Borgerservice", "topic:vej", "cykel",
	"-cykel is:open", "is:overdue", "age:<2h", "age:>1d", "waiting:>1h", "due:<1h", "started:today", "time:yesterday", "is:taken", "has:note",
	"has:reply", "has:draft", "reply:svar", "author:jens", "messages:>2", "priority:high", "reason:spam", "why:cykelveje", "is:outgoing",
}

// Whatever happens at the desk, and however the clock runs, each live view holds exactly what a search finds at that moment.
func TestHub_ViewsAreSearches(t *testing.T) {
	moved := 0
	rapid.Check(t, func(t *rapid.T) {
		ctx, stop := context.WithCancel(context.Background())
		d := inboxtest.New(t)
		done := make(chan error, 1)
		go func() { done <- d.Hub().Run(ctx) }()
		<-d.Hub().Loaded()
		if err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte("x")}, d.Carl); err != nil {
			t.Fatal(err)
		}
		anna := d.Seat(t, d.Anna)
		sub := anna.Subscribe()
		show := func(v string) {
			if err := sub.Show(ctx, v, v); err != nil {
				t.Fatal(err)
			}
		}
		for _, v := range hubViews[:15] {
			show(v)
		}
		n := 0
		var remotes []string
		steps := rapid.IntRange(5, 25).Draw(t, "steps")
		for step := range steps {
			if step == steps/2 { // the other half of the views are opened on a desk that has things in it
				for _, v := range hubViews[15:] {
					show(v)
				}
			}
			act(ctx, t, d, anna, &n, &remotes)
		}
		// The hub has seen everything, and has looked at the clock.
		last, err := lastSeq(d)
		if err != nil {
			t.Fatal(err)
		}
		for d.Hub().Seq() < last {
			time.Sleep(time.Millisecond)
		}
		if err := d.Hub().Tick(ctx); err != nil {
			t.Fatal(err)
		}
		for _, v := range hubViews {
			hits, err := anna.Search(ctx, v, inbox.Page{Size: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(hits.Keys, sub.Top(v, 0, 1000)); diff != "" {
				t.Fatalf("view %q (-search +live):\n%s", v, diff)
			}
			if sub.Count(v) != len(hits.Keys) {
				t.Fatalf("view %q counts %d of %d", v, sub.Count(v), len(hits.Keys))
			}
			moved += len(hits.Keys)
		}
		sub.Close()
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
	if moved == 0 {
		t.Error("all views were empty all the time")
	}
}

// act does something at the desk, or lets time pass.
func act(ctx context.Context, t *rapid.T, d *inboxtest.Desk, anna *inbox.Seat, n *int, remotes *[]string) {
	pick := func() inbox.ConversationID {
		if len(*remotes) == 0 {
			return 0
		}
		return d.Find(t, d.Facebook, rapid.SampledFrom(*remotes).Draw(t, "which")).ID
	}
	id := pick()
	var err error
	switch do := rapid.IntRange(0, 17).Draw(t, "do"); do {
	case 0, 1, 2, 3:
		*n++
		in := d.Say(fmt.Sprint("c", *n), rapid.SampledFrom([]string{"jens", "ole"}).Draw(t, "who"),
			rapid.SampledFrom([]string{"min cykel", "hul i vejen", "tak"}).Draw(t, "text"))
		in.At = in.At.Add(-time.Duration(rapid.IntRange(0, 50).Draw(t, "hours ago")) * time.Hour)
		if len(*remotes) > 0 && rapid.Bool().Draw(t, "answer") {
			in.Parent = inbox.RemoteID(rapid.SampledFrom(*remotes).Draw(t, "parent"))
		}
		d.Take(t, in)
		*remotes = append(*remotes, string(in.Remote))
	case 4:
		d.Clock.Add(time.Duration(rapid.IntRange(1, 3*3600).Draw(t, "seconds")) * time.Second)
		err = d.Tick(ctx)
	case 5:
		err = anna.Close(ctx, id, inbox.Spam)
	case 6:
		err = anna.Reopen(ctx, id)
	case 7:
		err = anna.Snooze(ctx, id, d.Clock.Now().Add(time.Hour))
	case 8:
		err = anna.Tag(ctx, id, d.Cykel)
	case 9:
		err = anna.Untag(ctx, id, d.Cykel)
	case 10:
		err = anna.Escalate(ctx, id, d.Borger, "se her")
	case 11:
		err = anna.Assign(ctx, id, rapid.SampledFrom([]inbox.UserID{0, d.Anna, d.Bo}).Draw(t, "to"))
	case 12:
		err = anna.Take(ctx, id)
	case 13:
		_, err = anna.Reply(ctx, inbox.Reply{Conversation: id, Text: fmt.Sprint("svar ", *n), ThenClose: rapid.Bool().Draw(t, "close")})
	case 14:
		var o *inbox.Outgoing
		if o, err = d.Claim(ctx, d.Facebook, "me"); o != nil {
			if err = d.Begin(ctx, o.ID, "me"); err == nil {
				err = d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Sent, Remote: inbox.RemoteID(fmt.Sprint("r", o.ID))})
			}
		}
	case 15:
		err = anna.SaveDraft(ctx, inbox.Draft{Conversation: id, Kind: inbox.DraftReply, Text: rapid.SampledFrom([]string{"", "kladde"}).Draw(t, "draft")})
	case 16:
		err = anna.Prioritise(ctx, id, inbox.High)
	case 17:
		if len(*remotes) > 0 {
			gone := d.Say(rapid.SampledFrom(*remotes).Draw(t, "gone"), "jens", "")
			gone.Event = inbox.Deleted
			d.Take(t, gone)
		}
	}
	if c := inbox.CodeOf(err); c == inbox.Internal || c == inbox.Unavailable {
		t.Fatal(err)
	}
}

// patience is how long a test waits for what must come, on a machine that has other things to do.
const patience = time.Minute

// A session hears of what it shows, at most every 150 ms, and of nothing else.
func TestHub_Wakes(t *testing.T) { synctest.Test(t, hubWakes) }

func hubWakes(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	d := inboxtest.New(t)
	done := make(chan error, 1)
	go func() { done <- d.Hub().Run(ctx) }()
	<-d.Hub().Loaded()
	sub := d.Seat(t, d.Anna).Subscribe()
	if err := sub.Show(ctx, "cykel", "cykel"); err != nil {
		t.Fatal(err)
	}
	woken := func(within time.Duration) bool {
		select {
		case <-sub.Wake():
			return true
		case <-time.After(within):
			return false
		}
	}
	if !woken(patience) {
		t.Fatal("not woken by the filling of the view")
	}
	d.Take(t, d.Say("a", "jens", "om noget andet"))
	if woken(300 * time.Millisecond) {
		t.Error("woken by what it does not show")
	}
	for i := range 40 {
		d.Take(t, d.Say(fmt.Sprint("b", i), "jens", "min cykel"))
	}
	n := 0
	begun := time.Now()
	for woken(300 * time.Millisecond) {
		n++
	}
	if limit := 2 + int(time.Since(begun)/(150*time.Millisecond)); n == 0 || n > limit {
		t.Errorf("woken %d times, at most %d", n, limit)
	}
	if sub.Count("cykel") != 40 {
		t.Errorf("counts %d", sub.Count("cykel"))
	}
	id := d.Find(t, d.Facebook, "a").ID
	sub.Look([]inbox.ConversationID{id})
	if err := d.Seat(t, d.Bo).Take(ctx, id); err != nil {
		t.Fatal(err)
	}
	if !woken(patience) {
		t.Error("not woken by a change of what is on its screen")
	}
	sub.Close()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
