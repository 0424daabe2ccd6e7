package inbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// An act of moderation ends in the same desk whether the platform's own telling of it comes before, between or after ours, and whether
// the sender died on the way.
func TestModerationConverges(t *testing.T) {
	ctx := context.Background()
	for do, told := range map[inbox.Action]inbox.Event{
		inbox.ActHide: inbox.Hid, inbox.ActUnhide: inbox.Unhid, inbox.ActDelete: inbox.Deleted, inbox.ActLike: "", inbox.ActBlock: "",
	} {
		for _, when := range []string{"never", "before", "while", "after"} {
			for _, died := range []bool{false, true} {
				d := inboxtest.New(t)
				d.Take(t, d.Say("c1", "jens", "I er nogle tosser"))
				tell := func(e inbox.Event) {
					in := d.Say("c1", "jens", "")
					in.Event, in.Author, in.Observed, in.At = e, nil, d.Clock.Now(), d.Clock.Now()
					d.Take(t, in)
				}
				if do == inbox.ActUnhide {
					tell(inbox.Hid)
				}
				d.Clock.Add(time.Second)
				th := d.Find(t, d.Facebook, "c1")
				mod := inbox.Moderation{Conversation: th.ID, Message: th.Msgs[0].ID, Do: do, Why: "retningslinje 3", Token: "t"}
				carl := d.Seat(t, d.Carl)
				o, err := carl.Moderate(ctx, mod)
				if err != nil {
					t.Fatal(do, err)
				}
				if again, err := carl.Moderate(ctx, mod); err != nil || again.ID != o.ID {
					t.Fatalf("%s: pressed twice: %v %v", do, again, err)
				}
				if told != "" && when == "before" {
					tell(told)
				}
				d.Clock.Add(20 * time.Second)
				if died {
					if o, err = d.Claim(ctx, d.Facebook, "dies"); err != nil {
						t.Fatal(err)
					}
					if o != nil { // what the platform told first may be all there is to do
						if err := d.Begin(ctx, o.ID, "dies"); err != nil {
							t.Fatal(err)
						}
					}
					if err := d.Overtaken(ctx, true); err != nil {
						t.Fatal(err)
					}
				}
				if told != "" && when == "while" {
					tell(told)
				}
				send(t, d, d.Facebook, inbox.Fate{State: inbox.Sent})
				if told != "" && when == "after" {
					tell(told)
				}
				open, err := carl.Open(ctx, th.ID)
				if err != nil {
					t.Fatal(err)
				}
				m, got := open.Msgs[0], open.Outgoing[0]
				if got.State != inbox.Sent || len(open.Outgoing) != 1 {
					t.Errorf("%s, told %s, died %v: %+v", do, when, died, open.Outgoing)
				}
				switch do {
				case inbox.ActHide, inbox.ActUnhide:
					if m.Hidden != (do == inbox.ActHide) {
						t.Errorf("%s, told %s: hidden %v", do, when, m.Hidden)
					}
				case inbox.ActDelete:
					if m.DeletedAt.IsZero() || m.Text != "" || got.Text != "I er nogle tosser" || open.Status != inbox.Closed {
						t.Errorf("%s, told %s: %+v", do, when, m)
					}
				case inbox.ActLike:
					if open.Reactions[m.ID]["like"] != 1 {
						t.Errorf("%s: %v", do, open.Reactions)
					}
				case inbox.ActBlock:
					if !open.Identities[m.Author].Blocked {
						t.Error("not blocked")
					}
				}
				said := false
				for _, c := range open.History {
					said = said || c.Actor == inbox.ActorUser && c.User == d.Carl && strings.Contains(c.Detail, mod.Why)
				}
				if !said {
					t.Errorf("%s: the log does not say who did it and why", do)
				}
			}
		}
	}
}

// What may be done once, what needs a reason, what is pointless and what the role may not is refused in words.
func TestModerationRefusals(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Hej"))
	th := d.Find(t, d.Facebook, "c1")
	mod := inbox.Moderation{Conversation: th.ID, Message: th.Msgs[0].ID, Do: inbox.ActHide}
	anna := d.Seat(t, d.Anna)
	_, err := anna.Moderate(ctx, mod)
	wantKey(t, err, "refused.no_why")
	mod.Why, mod.Do = "grim", inbox.ActBlock
	_, err = anna.Moderate(ctx, mod)
	wantKey(t, err, "refused.role")
	mod.Do = inbox.ActUnhide
	_, err = anna.Moderate(ctx, mod)
	wantKey(t, err, "refused.not_hidden")
	mod.Do = inbox.ActReply
	_, err = anna.Moderate(ctx, mod)
	wantKey(t, err, "refused.not_supported")
	mod.Do = inbox.ActHide
	o, err := anna.Moderate(ctx, mod)
	if err != nil {
		t.Fatal(err)
	}
	_, err = anna.Moderate(ctx, mod)
	wantKey(t, err, "refused.on_its_way")
	if err := anna.UndoSend(ctx, o.ID); err != nil {
		t.Fatal(err)
	}
	if drafts, err := anna.Drafts(ctx); err != nil || len(drafts) > 0 {
		t.Errorf("taken back, it left a draft: %v, %v", drafts, err)
	}
	private := inbox.Reply{Conversation: th.ID, Text: "Skriv til os her", Private: true}
	if _, err := anna.Reply(ctx, private); err != nil {
		t.Fatal(err)
	}
	_, err = anna.Reply(ctx, private)
	wantKey(t, err, "refused.private_spent")
	if _, err := anna.Reply(ctx, inbox.Reply{Conversation: th.ID, Text: "Vi har skrevet til dig"}); err != nil {
		t.Errorf("a public answer beside the private one: %v", err)
	}
}

// A gap stands until everything was read again from after its end, and says how much had been missed.
func TestGaps(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	anna := d.Seat(t, d.Anna)
	check := func(want ...string) {
		t.Helper()
		gaps, err := anna.Gaps(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range gaps {
			s := string(g.Cause)
			if !g.To.IsZero() {
				s += " over"
			}
			if !g.ClosedAt.IsZero() {
				s += " closed"
			}
			got = append(got, s+strings.Repeat("+", g.Fetched))
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%q, want %q", got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Take(t, d.Say("c0", "jens", "før"))
	from := d.Clock.Now()
	must(d.OpenGap(ctx, d.Facebook, inbox.GapLogin, from))
	must(d.OpenGap(ctx, d.Facebook, inbox.GapLogin, from))
	check("login")
	must(d.CloseGaps(ctx, d.Facebook, from.Add(time.Hour)))
	check("login") // it lasts
	d.Clock.Add(time.Minute)
	missed := d.Say("c1", "jens", "imens")
	d.Clock.Add(time.Minute)
	must(d.EndGaps(ctx, d.Facebook, d.Clock.Now(), inbox.GapHooks))
	check("login")
	must(d.EndGaps(ctx, d.Facebook, d.Clock.Now(), inbox.Outages()...))
	check("login over")
	over := d.Clock.Now()
	must(d.CloseGaps(ctx, d.Facebook, over.Add(-time.Second))) // that reading had begun before
	check("login over")
	d.Clock.Add(time.Second)
	d.Take(t, missed)
	d.Take(t, d.Say("c2", "jens", "efter"))
	must(d.CloseGaps(ctx, d.X, over.Add(time.Second)))
	must(d.CloseGaps(ctx, d.Facebook, over))
	check("login over closed+")
	must(d.OpenGap(ctx, d.Facebook, inbox.GapLogin, d.Clock.Now()))
	check("login", "login over closed+")
	// The next begins where the one before ended, as long as that is not read.
	from = d.Clock.Now()
	d.Clock.Add(time.Second)
	over = d.Clock.Now()
	must(d.EndGaps(ctx, d.Facebook, over, inbox.GapLogin))
	must(d.OpenGap(ctx, d.Facebook, inbox.GapUnreached, from))
	check("unreached", "login over", "login over closed+")
	gaps, err := anna.Gaps(ctx, 1)
	must(err)
	if !gaps[0].From.Equal(over) {
		t.Errorf("it begins %v, want %v", gaps[0].From, over)
	}
}

// What hides an insult does not wait until somebody finds out whether an answer went out; what belongs together keeps its order.
func TestModerationPassesWhatWaits(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "I er nogle tosser"))
	th := d.Find(t, d.Facebook, "c1")
	carl := d.Seat(t, d.Carl)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	next := func(want inbox.OutgoingKind) *inbox.Outgoing {
		t.Helper()
		o, err := d.Claim(ctx, d.Facebook, "p")
		must(err)
		switch {
		case o == nil && want != "":
			t.Fatalf("nothing may leave, want %s", want)
		case o != nil && o.Kind != want:
			t.Fatalf("%s may leave, want %q", o.Kind, want)
		case o != nil:
			must(d.Begin(ctx, o.ID, "p"))
		}
		return o
	}
	decide := func(do inbox.Action) {
		t.Helper()
		_, err := carl.Moderate(ctx, inbox.Moderation{Conversation: th.ID, Message: th.Msgs[0].ID, Do: do, Why: "grim"})
		must(err)
		d.Clock.Add(time.Minute)
	}
	_, err := carl.Reply(ctx, inbox.Reply{Conversation: th.ID, Text: "Hold tonen"})
	must(err)
	d.Clock.Add(time.Minute)
	reply := next(inbox.PublicReply)
	must(d.Settle(ctx, reply.ID, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("unknown.interrupted")}))
	_, err = carl.Reply(ctx, inbox.Reply{Conversation: th.ID, Text: "Og farvel", Anyway: true})
	must(err)
	decide(inbox.ActHide)
	hide := next(inbox.Hide) // past the answer that nobody knows of, and the one that waits for it
	decide(inbox.ActDelete)
	next("") // the same message: one after the other
	must(d.Settle(ctx, hide.ID, inbox.Fate{State: inbox.Sent}))
	must(carl.Resolve(ctx, reply.ID, inbox.ItWasSent))
	reply = next(inbox.PublicReply) // what is deleted cannot be answered: an answer that is leaving goes first
	next("")
	must(d.Settle(ctx, reply.ID, inbox.Fate{State: inbox.Unknown, Reason: inbox.Why("unknown.interrupted")}))
	gone := next(inbox.Delete) // one that nobody knows of does not hold it up
	must(d.Settle(ctx, gone.ID, inbox.Fate{State: inbox.Sent}))
	next("")
}

// What is liked cannot be liked again, and what is not cannot be unliked: by our own hand, and by what the platform tells of us.
func TestLikesAreKnown(t *testing.T) {
	ctx := context.Background()
	d := inboxtest.New(t)
	d.Take(t, d.Say("c1", "jens", "Tak for den nye sti"))
	carl := d.Seat(t, d.Carl)
	can := func(like, unlike bool) {
		t.Helper()
		o, err := carl.Open(ctx, d.Find(t, d.Facebook, "c1").ID)
		if err != nil {
			t.Fatal(err)
		}
		m := o.Msgs[0].ID
		for do, want := range map[inbox.Action]bool{inbox.ActLike: like, inbox.ActUnlike: unlike} {
			if got := carl.Can(o.Thread, m, do); got.Allowed != want || !want && got.Reason == nil {
				t.Errorf("%s: %+v; want %v", do, got, want)
			}
			_, err := carl.Moderate(ctx, inbox.Moderation{Conversation: o.ID, Message: m, Do: do, Token: string(do) + d.Clock.Now().String()})
			if (err == nil) != want {
				t.Errorf("%s: %v; want %v", do, err, want)
			}
		}
		d.Clock.Add(time.Minute)
		for o, err := d.Claim(ctx, d.Facebook, "it"); o != nil || err != nil; o, err = d.Claim(ctx, d.Facebook, "it") {
			if err == nil {
				err = d.Begin(ctx, o.ID, "it")
			}
			if err == nil {
				err = d.Settle(ctx, o.ID, inbox.Fate{State: inbox.Sent})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	can(true, false) // and does
	can(false, true) // and does
	can(true, false)
	in := d.Say("c1", "us", "")
	in.Event, in.Reaction, in.Author.Remote, in.FromUs, in.At = inbox.Unreacted, "like", d.Directory().Accounts[d.Facebook].Remote, true, d.Clock.Now()
	d.Take(t, in) // somebody took it back on the platform
	can(true, false)
}
