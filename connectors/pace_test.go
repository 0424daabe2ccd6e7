package connectors_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// polls counts the calls of a stream in a stretch of time.
func (f *fake) polls(stream string, long time.Duration) int {
	count := func() int {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.calls[stream]
	}
	before := count()
	time.Sleep(long)
	return count() - before
}

// arrives tells how long something takes from being said to being in the store of the first account.
func (s *stand) arrives(f *fake, stream, id string) time.Duration {
	s.tb.Helper()
	begun := time.Now()
	f.say(stream, id)
	for s.find(id) == nil {
		if time.Sleep(100 * time.Millisecond); time.Since(begun) > time.Hour {
			s.tb.Fatalf("%s never arrives", id)
		}
	}
	return time.Since(begun)
}

// reply answers a message as Karen.
func (s *stand) reply(id, words string) *inbox.Outgoing {
	s.tb.Helper()
	seat, err := s.desk.As(1)
	if err != nil {
		s.tb.Fatal(err)
	}
	m := s.find(id)
	o, err := seat.Reply(context.Background(), inbox.Reply{Conversation: m.Conversation, To: m.ID, Text: words})
	if err != nil {
		s.tb.Fatal(err)
	}
	return o
}

func (s *stand) outgoing(id inbox.OutgoingID) (o *inbox.Outgoing) {
	s.tb.Helper()
	s.view(func(tx inbox.Tx) (err error) {
		o, err = tx.Outgoing(id)
		return err
	})
	return o
}

// delivers has a fake take what it is sent.
func delivers(f *fake) {
	n := 0
	f.send = func(inbox.Outgoing) (connectors.Receipt, error) {
		n++
		return connectors.Receipt{Remote: inbox.RemoteID(fmt.Sprint("sent", n)), At: time.Now()}, nil
	}
}

// The background slows down at 75 percent of a platform's limits and stops at 90; what is new is read all the same, and editors send.
func TestBudgetIsTheEditorsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.Facebook, connectors.Stream{Name: "new"}, connectors.Stream{Name: "old", Background: true})
		f.flood["old"] = 1
		delivers(f)
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}}
		s.start()
		use := func(percent int) { f.set(func(f *fake) { f.percent = percent }) }
		free := f.polls("old", time.Minute)
		use(75)
		slow := f.polls("old", time.Minute)
		use(90)
		time.Sleep(5 * time.Second) // the step that is being taken
		stopped := f.polls("old", 10*time.Minute)
		fresh := f.polls("new", 10*time.Minute)
		s.arrives(f, "new", "m1")
		o := s.reply("m1", "Kl. 10")
		time.Sleep(30 * time.Second)
		if got := s.outgoing(o.ID); got.State != inbox.Sent {
			t.Errorf("at 90 percent a reply is %s", got.State)
		}
		use(50)
		again := f.polls("old", time.Minute)
		if slow*5 > free || slow == 0 || stopped != 0 || again < free/2 || fresh < 30 {
			t.Errorf("steps of the background a minute: %d, %d from 75 percent on, %d from 90 on, %d below again; of the foreground in ten minutes: %d",
				free, slow, stopped, again, fresh)
		}
		s.stop()
	})
}

// A flood in one stream, on another account or in what is old never keeps a fresh comment waiting.
func TestFloodStarvesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.Facebook, connectors.Stream{Name: "new"}, connectors.Stream{Name: "page"}, connectors.Stream{Name: "old", Background: true})
		other := newFake(inbox.X, connectors.Stream{Name: "new"})
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f, other}}
		s.start()
		calm := s.arrives(f, "new", "calm")
		f.set(func(f *fake) { f.flood["page"], f.flood["old"], f.slow = 2, 2, time.Second })
		other.set(func(f *fake) { f.flood["new"], f.slow = 2, 500*time.Millisecond })
		time.Sleep(30 * time.Second)
		for i := range 3 {
			time.Sleep(7 * time.Second)
			if took := s.arrives(f, "new", fmt.Sprint("fresh", i)); took > 25*time.Second {
				t.Errorf("in the flood a comment takes %v, otherwise %v", took, calm)
			}
		}
		for stream, least := range map[string]int{"page": 7, "old": 5} {
			if n := f.polls(stream, 20*time.Second); n < least {
				t.Errorf("the flood in %s is read %d times in 20 s", stream, n)
			}
		}
		s.stop()
	})
}

// An account that needs a person says so within a minute, with webhooks and without. Its replies are held; those that waited for more
// than half an hour ask again; what was written meanwhile is fetched.
func TestAccountThatNeedsAPerson(t *testing.T) {
	for hooked, class := range map[bool]connectors.Class{true: connectors.Auth, false: connectors.Forbidden} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(inbox.Facebook, connectors.Stream{Name: "new"}, connectors.Stream{Name: "old", Background: true})
			delivers(f)
			s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}, hooked: hooked}
			s.start()
			time.Sleep(3 * time.Minute)
			for i := range 6 {
				f.set(func(f *fake) {
					f.fault = func(string) error {
						return &connectors.Error{Class: class, Reason: *inbox.Why("platform.token_expired"), Err: errors.New("refused")}
					}
				})
				begun := time.Now()
				for !s.state().Holds() {
					time.Sleep(time.Second)
				}
				if took := time.Since(begun); took > time.Minute {
					t.Errorf("hooked %v, %s: it says so after %v", hooked, class, took)
				}
				f.set(func(f *fake) { f.fault = nil })
				for s.state() != inbox.AccountLive {
					time.Sleep(time.Second)
				}
				time.Sleep(time.Duration(i*17%60) * time.Second)
			}
			s.arrives(f, "new", "m1")
			s.arrives(f, "new", "m2")
			f.set(func(f *fake) {
				f.fault = func(string) error {
					return &connectors.Error{Class: class, Reason: *inbox.Why("platform.token_expired")}
				}
			})
			time.Sleep(time.Minute)
			early := s.reply("m1", "Tidligt")
			time.Sleep(25 * time.Minute)
			late := s.reply("m2", "Sent") // to another person: one does not wait for the other
			for i := range 12 {
				f.say("new", fmt.Sprint("meanwhile", i))
			}
			time.Sleep(10 * time.Minute)
			for _, id := range []inbox.OutgoingID{early.ID, late.ID} {
				if o := s.outgoing(id); o.State != inbox.Held || o.Reason.Key != "held.account" {
					t.Errorf("while the account is broken a reply is %s: %v", o.State, o.Reason)
				}
			}
			f.set(func(f *fake) { f.fault = nil })
			time.Sleep(3 * time.Minute)
			if o := s.outgoing(early.ID); o.State != inbox.Held || o.Reason.Key != "held.stale" {
				t.Errorf("after 35 minutes a reply is %s: %v", o.State, o.Reason)
			}
			if o := s.outgoing(late.ID); o.State != inbox.Sent {
				t.Errorf("after 10 minutes a reply is %s: %v", o.State, o.Reason)
			}
			for i := range 12 {
				if s.find(fmt.Sprint("meanwhile", i)) == nil {
					t.Errorf("meanwhile%d is lost", i)
				}
			}
			gap := s.gaps()[0]
			if gap.Fetched != 12 || gap.ClosedAt.IsZero() || gap.To.Sub(gap.From) < 30*time.Minute {
				t.Errorf("the gap is %+v", gap)
			}
			s.stop()
		})
	}
}

// hurry has the platform say that something changed.
func (s *stand) hurry(f *fake) {
	s.tb.Helper()
	req := httptest.NewRequest(http.MethodPost, "/hooks/"+string(f.channel), strings.NewReader("{}"))
	req.Header.Set("X-Signature", "a fake's")
	rec := httptest.NewRecorder()
	s.runner.Handler().ServeHTTP(rec, req)
	if rec.Code != http.StatusOK {
		s.tb.Fatalf("the webhook was answered with %d", rec.Code)
	}
}

// A stream that is wanted while it is being read is read once more right afterwards: the step under way may have asked before what it is
// wanted for. One that is wanted while it rests is read at once, and only once.
func TestAPollThatIsWantedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const step = 20 * time.Second
		f := newFake(inbox.Facebook, connectors.Stream{Name: "comments"})
		f.slow, f.hooked = step, true
		s := &stand{tb: t, folder: t.TempDir(), fakes: []*fake{f}, hooked: true}
		s.start()
		for f.polls("comments", 10*time.Millisecond) == 0 { // the first ends
			continue
		}
		time.Sleep(65 * time.Second) // the second began after 48 to 60 s
		s.hurry(f)
		if n := f.polls("comments", 45*time.Second); n != 2 {
			t.Errorf("wanted while it was read: %d steps end, and not that one and another", n)
		}
		for f.polls("comments", 10*time.Millisecond) == 0 {
			continue
		}
		time.Sleep(10 * time.Second) // it rests
		s.hurry(f)
		if n := f.polls("comments", 2*step+5*time.Second); n != 1 {
			t.Errorf("wanted while it rested: %d steps", n)
		}
		s.stop()
	})
}
