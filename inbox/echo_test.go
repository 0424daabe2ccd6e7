package inbox_test

import (
	"context"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// private answers a comment in private, and gives the outgoing as it is when its first byte is about to leave.
func private(t *testing.T, d *inboxtest.Desk, comment, words string) *inbox.Outgoing {
	t.Helper()
	ctx := context.Background()
	r := inbox.Reply{Conversation: d.Find(t, d.Facebook, comment).ID, Text: words, Private: true}
	if _, err := d.Seat(t, d.Anna).Reply(ctx, r); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(20 * time.Second)
	o, err := d.Claim(ctx, d.Facebook, "me")
	if err != nil || o == nil {
		t.Fatal(o, err)
	}
	if err := d.Begin(ctx, o.ID, "me"); err != nil {
		t.Fatal(err)
	}
	return o
}

// shown is how the platform shows one of our private messages back: in the thread with the person, wherever the comment was.
func shown(d *inboxtest.Desk, thread, remote, words string) inbox.Incoming {
	return inbox.Incoming{
		Account: d.Facebook, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Direct, Remote: inbox.RemoteID(remote),
		Thread: inbox.RemoteID(thread), FromUs: true, Text: words, At: d.Clock.Now(),
	}
}

// The echo of a private answer comes in the thread with the person and may come first; whether the platform shows who that is or not,
// the message is there once, in the conversation that it was written from, and no empty one is left behind.
func TestPrivateAnswerIsFoundWhereItWasWritten(t *testing.T) {
	ctx := context.Background()
	for name, tc := range map[string]struct{ hidden, thread bool }{
		"known person": {}, "hidden person": {hidden: true}, "hidden person who has a thread": {hidden: true, thread: true},
	} {
		d := inboxtest.New(t)
		in := d.Say("c1", "jens", "Hvad med min sag?")
		if tc.hidden {
			in.Author = nil
		}
		d.Take(t, in)
		if tc.thread {
			in := d.Say("d1", "jens", "Hej")
			in.Kind, in.Context, in.Thread = inbox.Direct, "", "jens"
			d.Take(t, in)
		}
		o := private(t, d, "c1", "Skriv til os her")
		d.Take(t, shown(d, "jens", "m1", "Skriv til os her"))
		if err := d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Sent, Remote: "m1"}); err != nil {
			t.Fatal(name, err)
		}
		d.Take(t, shown(d, "jens", "m1", "Skriv til os her"))
		th := d.Find(t, d.Facebook, "m1")
		if th.ID != o.Conversation || len(th.Msgs) != 2 || th.Msgs[1].Outgoing != o.ID || th.Msgs[1].By != d.Anna || th.Outgoing[0].State != inbox.Sent {
			t.Errorf("%s: %+v", name, th)
		}
		d.Read(t, func(tx inbox.Tx) error {
			n, err := tx.CountConversations()
			want := int64(1)
			if tc.thread {
				want++
			}
			if n != want {
				t.Errorf("%s: %d conversations, want %d", name, n, want)
			}
			return err
		})
		// What the person answers there is a message of its own thread.
		answer := d.Say("d2", "jens", "Tak, det gør jeg")
		answer.Kind, answer.Context, answer.Thread = inbox.Direct, "", "jens"
		d.Take(t, answer)
		if d.Find(t, d.Facebook, "d2").ID == o.Conversation {
			t.Errorf("%s: a private message is in the conversation below a post", name)
		}
	}
}

// Two private messages to one person stand in one thread, wherever they were written: while one may have been sent the other waits.
func TestPrivateSpotIsThePerson(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	in := d.Say("d1", "jens", "Hej")
	in.Kind, in.Context, in.Thread = inbox.Direct, "", "jens"
	d.Take(t, in, d.Say("c1", "jens", "Hvad med min sag?"))
	o := private(t, d, "c1", "Hej Jens")
	if err := d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("platform.unclear")}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Seat(t, d.Anna).Reply(ctx, inbox.Reply{Conversation: d.Find(t, d.Facebook, "d1").ID, Text: "Hej Jens"}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	if next, err := d.Claim(ctx, d.Facebook, "me"); err != nil || next != nil {
		t.Fatalf("%+v, %v: a look-up could not tell which it found", next, err)
	}
	d.Take(t, shown(d, "jens", "m1", "Hej Jens"))
	if next, err := d.Claim(ctx, d.Facebook, "me"); err != nil || next == nil || d.Find(t, d.Facebook, "m1").ID != o.Conversation {
		t.Fatalf("%+v, %v", next, err)
	}
}

// A person says again, and only then the platform shows that it had been sent: it is not sent again.
func TestEchoAfterAgain(t *testing.T) {
	ctx := context.Background()
	for _, state := range []inbox.AccountState{inbox.AccountLive, inbox.AccountNeedsLogin} {
		d := inboxtest.New(t)
		d.Take(t, d.Say("c1", "jens", "Hej"))
		o := private(t, d, "c1", "Hej Jens")
		if err := d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("platform.unclear")}); err != nil {
			t.Fatal(err)
		}
		if err := d.Seat(t, d.Anna).Resolve(ctx, o.ID, inbox.SendAgain); err != nil {
			t.Fatal(err)
		}
		if err := d.SetAccountState(ctx, d.Facebook, state, nil, nil); err != nil {
			t.Fatal(err)
		}
		if state.Holds() {
			if o, err := d.Claim(ctx, d.Facebook, "me"); o != nil || err != nil {
				t.Fatal(o, err)
			}
		}
		d.Take(t, shown(d, "jens", "m1", "Hej Jens"))
		if next, err := d.Claim(ctx, d.Facebook, "me"); err != nil || next != nil {
			t.Fatalf("%s: it goes twice: %+v, %v", state, next, err)
		}
		if th := d.Find(t, d.Facebook, "m1"); th.Outgoing[0].State != inbox.Sent || len(th.Msgs) != 2 {
			t.Errorf("%s: %+v", state, th)
		}
	}
}

// A person says that it was sent; when the platform shows it, it is that message, by who wrote it, and not one of nobody's.
func TestEchoAfterAPersonSawIt(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	anna := d.Seat(t, d.Anna)
	id := d.Find(t, d.Facebook, "c1").ID
	if _, err := anna.Reply(ctx, inbox.Reply{Conversation: id, Text: "Hej Jens", ThenClose: true}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("platform.unclear")})
	if err := anna.Resolve(ctx, o.ID, inbox.ItWasSent); err != nil {
		t.Fatal(err)
	}
	d.Take(t, inbox.Incoming{
		Account: d.Facebook, Event: inbox.Posted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: "r1", Parent: "c1", Context: "post",
		FromUs: true, Text: "Hej Jens", At: d.Clock.Now(),
	})
	th := d.Find(t, d.Facebook, "r1")
	if m := th.Msgs[1]; m.By != d.Anna || m.Outgoing != o.ID || th.Outgoing[0].Remote != "r1" || th.Status != inbox.Closed {
		t.Errorf("%+v", th)
	}
}

// An old message of ours with the same words is not the echo of what is being sent.
func TestOldWordsAreNoEcho(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	old := inbox.Incoming{
		Account: d.Facebook, Event: inbox.Posted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: "r0", Parent: "c1", Context: "post",
		FromUs: true, Text: "Tak", At: d.Clock.Now(),
	}
	d.Clock.Add(time.Hour)
	if _, err := d.Seat(t, d.Anna).Reply(ctx, inbox.Reply{Conversation: d.Find(t, d.Facebook, "c1").ID, Text: "Tak"}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Add(time.Minute)
	o := send(t, d, d.Facebook, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("platform.unclear")})
	d.Take(t, old)
	for _, got := range d.Find(t, d.Facebook, "c1").Outgoing {
		if got.ID == o.ID && got.State != inbox.Unknown {
			t.Errorf("it is %s by a message of an hour before", got.State)
		}
	}
}

// Machines that answer each other are stopped: more than LoopMost to one person within LoopWithin asks. What a person confirms goes.
func TestLoopIsCapped(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t, func(c *inbox.Config) { c.Settings.LoopMost, c.Settings.LoopWithin = 3, 10*time.Minute })
	anna := d.Seat(t, d.Anna)
	say := func(n int, author string) *inbox.Outgoing {
		t.Helper()
		remote := author + string(rune('a'+n))
		d.Take(t, d.Say(remote, author, "Tak for din besked. Vi vender tilbage."))
		o, err := anna.Reply(ctx, inbox.Reply{Conversation: d.Find(t, d.Facebook, remote).ID, Text: "Tak for din besked."})
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Add(30 * time.Second)
		send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: inbox.RemoteID("our-" + remote)})
		d.Read(t, func(tx inbox.Tx) error {
			o, err = tx.Outgoing(o.ID)
			return err
		})
		return o
	}
	for i := range 3 {
		if o := say(i, "bot"); o.State != inbox.Sent {
			t.Fatalf("%d: %s", i, o.State)
		}
	}
	o := say(3, "bot")
	if o.State != inbox.Held || o.Reason.Key != "held.loop" {
		t.Fatalf("%s %v", o.State, o.Reason)
	}
	if other := say(0, "jens"); other.State != inbox.Sent {
		t.Errorf("somebody else waits: %s", other.State)
	}
	if err := anna.Resolve(ctx, o.ID, inbox.SendAgain); err != nil {
		t.Fatal(err)
	}
	if sent := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "confirmed"}); sent == nil || sent.ID != o.ID {
		t.Errorf("a person confirmed it, and sent is %+v", sent)
	}
	d.Clock.Add(11 * time.Minute)
	if o := say(4, "bot"); o.State != inbox.Sent {
		t.Errorf("after a while: %s", o.State)
	}
}

// A message that was changed or deleted since somebody answered it asks them first. What they confirm goes.
func TestMovedTargetAsks(t *testing.T) {
	ctx := context.Background()
	for event, key := range map[inbox.Event]string{inbox.Edited: "held.target_changed", inbox.Deleted: "held.target_gone"} {
		for _, direct := range []bool{false, true} {
			d := inboxtest.New(t)
			in := d.Say("c1", "jens", "I er gode")
			if direct {
				in.Kind, in.Context, in.Thread = inbox.Direct, "", "jens"
			}
			d.Take(t, in, d.Say("c2", "ole", "Er der lukket?"))
			moved := in
			moved.Event, moved.Text, moved.Author = event, "I er tosser", nil
			moved.Observed = d.Clock.Now().Add(time.Millisecond) // before the answer was written; the desk hears of it only after
			d.Clock.Add(time.Minute)
			anna := d.Seat(t, d.Anna)
			o, err := anna.Reply(ctx, inbox.Reply{Conversation: d.Find(t, d.Facebook, "c1").ID, Text: "Tak, hvor er det dejligt at høre"})
			if err != nil {
				t.Fatal(err)
			}
			d.Take(t, moved)
			d.Clock.Add(time.Minute)
			if sent := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r"}); sent != nil {
				t.Fatalf("%s: it goes", event)
			}
			if got := d.Find(t, d.Facebook, "c1").Outgoing[0]; got.State != inbox.Held || got.Reason.Key != key {
				t.Fatalf("%s, direct %v: %s %v", event, direct, got.State, got.Reason)
			}
			if err := anna.Resolve(ctx, o.ID, inbox.SendAgain); err != nil {
				t.Fatal(err)
			}
			if sent := send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent, Remote: "r"}); sent == nil {
				t.Errorf("%s: confirmed, and does not go", event)
			}
		}
	}
}

// Who answers a private answer begins a thread of private messages: it says what it goes on from, to those who may see that.
func TestPrivateMessagesGoOnFromAPrivateAnswer(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c0", "jens", "Tak"))
	d.Take(t, d.Say("c1", "jens", "Mit barn er sygt"))
	d.Take(t, d.Say("c2", "åse", "Hvad koster det?"))
	carl := d.Seat(t, d.Carl)
	comment := d.Find(t, d.Facebook, "c1")
	answer := func(c inbox.ConversationID, f inbox.Fate) {
		t.Helper()
		if _, err := carl.Reply(ctx, inbox.Reply{Conversation: c, Text: "Skriv til os her", Private: true}); err != nil {
			t.Fatal(err)
		}
		d.Clock.Add(time.Minute)
		o, err := d.Claim(ctx, d.Facebook, "it")
		if err == nil {
			err = d.Begin(ctx, o.ID, "it")
		}
		if err == nil {
			err = d.Settle(ctx, o.ID, f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	answer(comment.ID, inbox.Fate{State: inbox.Sent, Remote: "m1"})
	unshown := d.Say("c3", "-", "Hvem spørger jeg?")
	unshown.Author = nil
	d.Take(t, unshown)
	d.Take(t, d.Say("c4", "bo", "Og hvor?"))
	third, fourth := d.Find(t, d.Facebook, "c3").ID, d.Find(t, d.Facebook, "c4").ID
	answer(third, inbox.Fate{State: inbox.Sent, Remote: "m3", To: "private-3"}) // in private they go by another id than below a comment
	answer(fourth, inbox.Fate{State: inbox.Sent, Remote: "m4", To: "private-4"})
	began := map[inbox.ConversationID]inbox.RemoteID{comment.ID: "c1", third: "c3", fourth: "c4"}
	for who, want := range map[string]inbox.ConversationID{"jens": comment.ID, "åse": 0, "private-3": third, "private-4": fourth} {
		in := d.Say("d-"+who, who, "Tak for svaret")
		in.Kind, in.Thread, in.Context, in.Parent = inbox.Direct, in.Author.Remote, "", ""
		d.Take(t, in)
		opened, err := carl.Open(ctx, d.Find(t, d.Facebook, "d-"+who).ID)
		if err != nil {
			t.Fatal(err)
		}
		if opened.Before != want {
			t.Errorf("%s: it goes on from %d, not %d", who, opened.Before, want)
		}
		if has := opened.Began != nil; has != (want != 0) || has && opened.Began.Remote != began[want] {
			t.Errorf("%s: it began with %+v", who, opened.Began)
		}
	}
}
