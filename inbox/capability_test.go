package inbox_test

import (
	"context"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// canBe is a platform of which a test decides what it allows.
type canBe func(m inbox.Message, do inbox.Action, now time.Time) inbox.Capability

func (f canBe) Can(_ inbox.Account, m inbox.Message, do inbox.Action, now time.Time) inbox.Capability {
	return f(m, do, now)
}

func allowing(f canBe) inboxtest.Option {
	return func(c *inbox.Config) { c.Abilities = f }
}

// The time to answer private messages in counts from the person's newest, whichever of them is answered.
func TestWindowIsTheThreads(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t, allowing(func(m inbox.Message, _ inbox.Action, now time.Time) inbox.Capability {
		until := m.At.Add(24 * time.Hour)
		if !now.Before(until) {
			return inbox.Capability{Reason: inbox.Why("refused.window_closed", "Hours", 24), Until: until}
		}
		return inbox.Capability{Allowed: true, MaxText: 100, Measure: inbox.CountRunes, Until: until}
	}))
	say := func(remote string) {
		in := d.Say(remote, "jens", "Hvornår åbner I?")
		in.Kind, in.Thread, in.Context = inbox.Direct, "jens", ""
		d.Take(t, in)
	}
	say("m1")
	d.Clock.Add(48 * time.Hour)
	anna := d.Seat(t, d.Anna)
	th := d.Find(t, d.Facebook, "m1")
	if c := anna.Limit(th, th.Msgs[0].ID); c.Allowed {
		t.Fatalf("two days later: %+v", c)
	}
	say("m2")
	th = d.Find(t, d.Facebook, "m2")
	want := th.Msgs[1].At.Add(24 * time.Hour)
	if c := anna.Limit(th, th.Msgs[0].ID); !c.Allowed || !c.Until.Equal(want) {
		t.Errorf("%+v, want until %s", c, want)
	}
	if _, err := anna.Reply(ctx, inbox.Reply{Conversation: th.ID, To: th.Msgs[0].ID, Text: "Klokken 10"}); err != nil {
		t.Error(err)
	}
}

// An answer is refused for what keeps itself from being given, and for nothing else: neither for a message that it does not answer, nor,
// where only its writer reads it, because all could not.
func TestReplyIsRefusedForItsOwnSake(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t, allowing(func(m inbox.Message, do inbox.Action, _ time.Time) inbox.Capability {
		if do == inbox.ActReply && m.Remote != "c1" {
			return inbox.Capability{Reason: inbox.Why("refused.not_summoned", "Handle", "byen")}
		}
		return inbox.Capability{Allowed: true, MaxText: 100, Measure: inbox.CountRunes}
	}))
	d.Take(t, d.Say("c1", "jens", "@byen hvornår?"))
	d.Clock.Add(time.Second)
	in := d.Say("c2", "åse", "Det vil jeg også vide")
	in.Parent = "c1"
	d.Take(t, in)
	th := d.Find(t, d.Facebook, "c2")
	if len(th.Msgs) != 2 {
		t.Fatal(th.Msgs)
	}
	anna := d.Seat(t, d.Anna)
	r := inbox.Reply{Conversation: th.ID, Text: "Klokken 10"}
	_, err := anna.Reply(ctx, r)
	wantKey(t, err, "refused.not_summoned")
	if why := anna.Refusal(inbox.DoReply, th); why != nil {
		t.Errorf("one of the two can be answered: %s", why)
	}
	r.To = th.Msgs[0].ID
	if _, err := anna.Reply(ctx, r); err != nil {
		t.Error("who named us:", err)
	}
	r.To, r.Private = th.Msgs[1].ID, true
	if _, err := anna.Reply(ctx, r); err != nil {
		t.Error("in private:", err)
	}
	alone := d.Say("c3", "bo", "Ingen svarer")
	alone.Context = "another"
	d.Take(t, alone)
	th = d.Find(t, d.Facebook, "c3")
	if why := anna.Refusal(inbox.DoReply, th); why == nil || why.Key != "refused.not_summoned" {
		t.Error("nobody there can be answered: ", why)
	}
}
