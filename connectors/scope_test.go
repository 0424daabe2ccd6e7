package connectors_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// failing is the fault of one stream, "" of all.
func failing(stream string, e connectors.Error) func(string) error {
	return func(s string) error {
		if stream != "" && s != stream {
			return nil
		}
		e := e
		e.Reason, e.Err = *inbox.Why("platform.permission"), errors.New("refused")
		return &e
	}
}

// A limit of one kind of calls delays nothing else: not what is new, not what editors send. One of the whole account does.
func TestALimitIsNoWiderThanItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.X, connectors.Stream{Name: "mentions"}, connectors.Stream{Name: "direct"}, connectors.Stream{Name: "search", Background: true})
		delivers(f)
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}}
		s.start()
		calm := s.arrives(f, "mentions", "calm")
		for _, spent := range []string{"direct", "search"} {
			f.set(func(f *fake) {
				f.fault = failing(spent, connectors.Error{Class: connectors.Throttled, RetryAfter: 15 * time.Minute})
			})
			time.Sleep(time.Minute)
			before := f.polls(spent, 0)
			if took := s.arrives(f, "mentions", "while "+spent); took > calm+20*time.Second {
				t.Errorf("the limit of %s is spent, and a mention takes %v", spent, took)
			}
			o := s.reply("while "+spent, "Kl. 10")
			time.Sleep(time.Minute)
			if got := s.outgoing(o.ID); got.State != inbox.Sent {
				t.Errorf("the limit of %s is spent, and a reply is %s", spent, got.State)
			}
			if n := f.polls(spent, 5*time.Minute); n != before {
				t.Errorf("%s is asked %d times while its limit is spent", spent, n)
			}
			want := map[string]inbox.AccountState{"direct": inbox.AccountPartial, "search": inbox.AccountLive}[spent]
			if st := s.state(); st != want {
				t.Errorf("the limit of %s is spent, and the account is %s, not %s", spent, st, want)
			}
			f.set(func(f *fake) { f.fault = nil })
			time.Sleep(20 * time.Minute)
		}
		f.set(func(f *fake) {
			f.fault = failing("direct", connectors.Error{Class: connectors.Throttled, RetryAfter: 15 * time.Minute, Wide: true})
		})
		time.Sleep(time.Minute)
		if n := f.polls("mentions", 10*time.Minute); n != 0 {
			t.Errorf("the limit of the account is spent, and mentions are asked for %d times", n)
		}
		s.stop()
	})
}

// What the platform will not have sent now keeps neither what is read waiting nor what is sent in another way.
func TestALimitOfSendsIsTheirsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.X, connectors.Stream{Name: "mentions"})
		likes := 0
		f.send = func(o inbox.Outgoing) (connectors.Receipt, error) {
			if o.Kind == inbox.Like {
				likes++
				return connectors.Receipt{}, &connectors.Error{Class: connectors.Throttled, RetryAfter: 15 * time.Minute, Reason: *inbox.Why("platform.throttled", "Minutes", 15)}
			}
			return connectors.Receipt{Remote: "r" + o.Target, At: time.Now()}, nil
		}
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}}
		s.start()
		seat, err := s.desk.As(1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			id := fmt.Sprint("m", i)
			s.arrives(f, "mentions", id)
			m := s.find(id)
			if _, err := seat.Moderate(context.Background(), inbox.Moderation{Conversation: m.Conversation, Message: m.ID, Do: inbox.ActLike}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(30 * time.Second) // the likes leave, and are refused
		calls := f.polls("mentions", 0)
		s.arrives(f, "mentions", "fresh")
		o := s.reply("fresh", "Kl. 10")
		time.Sleep(time.Minute)
		if got := s.outgoing(o.ID); got.State != inbox.Sent {
			t.Errorf("while likes must wait a reply is %s", got.State)
		}
		if n := f.polls("mentions", 10*time.Minute) - calls; n < 10 {
			t.Errorf("while likes must wait mentions are read %d times in 10 minutes", n)
		}
		if likes != 1 {
			t.Errorf("%d likes were tried while the limit was spent", likes)
		}
		s.stop()
	})
}

// A permission that was never given is advice; one that was lost is a gap of that stream, and holds no answer. Only where nothing can
// be read any more is the account broken.
func TestOneStreamThatMayNotBeReadHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.Instagram, connectors.Stream{Name: "new"}, connectors.Stream{Name: "direct"})
		delivers(f)
		no := connectors.Error{Class: connectors.Forbidden}
		f.fault = failing("direct", no)
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}}
		s.start()
		n := 0
		expect := func(what string, state inbox.AccountState, advice bool, gaps int) {
			t.Helper()
			time.Sleep(2 * time.Minute)
			a := s.desk.Directory().Accounts[1]
			if a.State != state || (a.Advice != nil) != advice {
				t.Errorf("%s: %s, %v; want %s", what, a.State, a.Advice, state)
			}
			open := 0
			for _, g := range s.gaps() {
				if g.ClosedAt.IsZero() {
					open++
				}
			}
			if open != gaps {
				t.Errorf("%s: open gaps: %+v", what, s.gaps())
			}
			if state == inbox.AccountBroken {
				return
			}
			n++
			id := fmt.Sprint("m", n)
			s.arrives(f, "new", id)
			o := s.reply(id, "Kl. 10")
			time.Sleep(30 * time.Second)
			if got := s.outgoing(o.ID); got.State != inbox.Sent {
				t.Errorf("%s: a reply is %s", what, got.State)
			}
		}
		stream := func(name string, fault bool) {
			t.Helper()
			for _, ss := range s.runner.Status().Accounts[0].Streams {
				if ss.Name == name && (ss.Fault != nil) != fault {
					t.Errorf("%s says %v", name, ss.Fault)
				}
			}
		}
		expect("never given", inbox.AccountLive, true, 0)
		stream("direct", true)
		stream("new", false)
		s.stop()
		s.start()
		expect("never given, another start", inbox.AccountLive, true, 0)
		f.set(func(f *fake) { f.fault = nil })
		expect("given", inbox.AccountLive, false, 0)
		f.set(func(f *fake) { f.fault = failing("direct", no) })
		expect("lost", inbox.AccountPartial, true, 1)
		s.stop()
		s.start()
		expect("lost, another start", inbox.AccountPartial, true, 1)
		f.set(func(f *fake) { f.fault = failing("", no) })
		expect("all lost", inbox.AccountBroken, true, 1)
		f.set(func(f *fake) { f.fault = failing("new", no) })
		time.Sleep(time.Minute)
		if st := s.state(); st != inbox.AccountPartial {
			t.Errorf("the other way round: %s", st)
		}
		f.set(func(f *fake) { f.fault = nil })
		expect("all given", inbox.AccountLive, false, 0)
		s.stop()
	})
}

// A walk that waits for the platform is not read to its end: a gap stays open until it is.
func TestAGapStaysOpenWhileAWalkWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.X, connectors.Stream{Name: "direct"})
		f.wait = 90 * time.Second
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}}
		s.start()
		s.arrives(f, "direct", "before")
		s.stop()
		time.Sleep(time.Hour)
		const missed = 4 * fakePage
		for i := range missed {
			f.say("direct", fmt.Sprint("missed", i))
		}
		time.Sleep(time.Hour)
		s.start()
		begun := time.Now()
		for gaps := s.gaps(); len(gaps) == 0 || gaps[0].ClosedAt.IsZero(); gaps = s.gaps() {
			if time.Sleep(time.Second); time.Since(begun) > time.Hour {
				t.Fatal("the gap is never closed")
			}
		}
		for i := range missed {
			if s.find(fmt.Sprint("missed", i)) == nil {
				t.Errorf("the gap is closed, and missed%d was not read", i)
			}
		}
		if took := time.Since(begun); took < 3*f.wait || s.gaps()[0].Fetched != missed {
			t.Errorf("closed after %v: %+v", took, s.gaps()[0])
		}
		s.stop()
	})
}

// What the platform no longer shows is a gap that is closed from the start, once, however often it is said.
func TestWhatIsLostToThePlatformsLimitIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.X, connectors.Stream{Name: "mentions"})
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}}
		s.start()
		from := time.Now().Add(-48 * time.Hour)
		for range 3 {
			f.set(func(f *fake) { f.lost = []inbox.Gap{{Cause: inbox.GapMentions, From: from, To: from.Add(time.Hour)}} })
			time.Sleep(time.Minute)
		}
		gaps := s.gaps()
		if len(gaps) != 1 || gaps[0].Account != 1 || !gaps[0].Cause.Lost() || gaps[0].ClosedAt.IsZero() || !gaps[0].From.Equal(from) {
			t.Errorf("%+v", gaps)
		}
		s.stop()
	})
}
