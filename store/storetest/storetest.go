package storetest

import (
	"context"
	"testing"
	"time"

	"lytter/inbox"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Run runs the suite. open gives a store with nothing in it, which is a [Queue] too, and closes it when the test ends.
func Run(t *testing.T, open func(t *testing.T) inbox.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*suite)
	}{
		{"Accounts", accounts},
		{"UsersAndQueues", usersAndQueues},
		{"TopicsViewsCalendars", topicsViewsCalendars},
		{"Templates", templates},
		{"Searches", searches},
		{"RulesAndSettings", rulesAndSettings},
		{"RuleVersions", ruleVersions},
		{"Effects", effects},
		{"EffectsMove", effectsMove},
		{"RuleRuns", ruleRuns},
		{"RuleCounts", ruleCounts},
		{"Corrections", corrections},
		{"Conversations", conversations},
		{"Lists", lists},
		{"Between", between},
		{"Threads", threads},
		{"Rows", rows},
		{"Messages", messages},
		{"Arrivals", arrivals},
		{"Law2_OneRowForOneRemoteID", unique},
		{"Law2_ReactionsAreRows", reactions},
		{"Recent", recent},
		{"MergeKeepsAllDrafts", merge},
		{"People", people},
		{"Outgoing", outgoing},
		{"Drafts", drafts},
		{"Files", files},
		{"Work", work},
		{"Done", done},
		{"Rollback", rollback},
		{"Items", items},
		{"ErrorEndsTheItem", errorEndsTheItem},
		{"Views", viewsReadOnly},
		{"Snapshot", snapshot},
		{"Lanes", lanes},
		{"Contexts", contexts},
		{"Wait", wait},
		{"TimesAndTexts", timesAndTexts},
		{"OrderIsOfBytes", orderIsOfBytes},
		{"Law4_LogAndStateTogether", logAndState},
		{"Activity", activity},
		{"Law4_LogOrderUnderConcurrentWriters", concurrentLog},
		{"Law4_ErasedDetailsVerify", erasure},
		{"Model", model},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &suite{T: t, store: open(t), ctx: context.Background()}
			s.fixture()
			c.run(s)
		})
	}
}

// Queue is what a store under test offers beyond a store: how many updates wait in a lane.
type Queue interface{ Waiting(lane inbox.Lane) int }

// suite is one store with a few things in it.
type suite struct {
	*testing.T
	ctx   context.Context
	store inbox.Store

	account inbox.Account
	other   inbox.Account
	ann     inbox.User
	bob     inbox.User
}

// day is when tests begin.
var day = time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return day.Add(time.Duration(seconds) * time.Second) }

func (s *suite) fixture() {
	s.Helper()
	s.account = inbox.Account{Channel: inbox.Facebook, Remote: "page", Name: "page", Title: "The page", State: inbox.AccountLive, Since: day}
	s.other = inbox.Account{Channel: inbox.X, Remote: "profile", Name: "profile", Handle: "profile", State: inbox.AccountOff}
	s.ann = inbox.User{Login: "ann", Name: "Ann", Role: inbox.Editor}
	s.bob = inbox.User{Login: "bob", Name: "Bob", Role: inbox.Lead}
	s.update(func(tx inbox.Tx) error {
		for _, err := range []error{tx.PutAccount(&s.account), tx.PutAccount(&s.other), tx.PutUser(&s.ann), tx.PutUser(&s.bob)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *suite) update(f func(inbox.Tx) error) {
	s.Helper()
	if err := s.store.Update(s.ctx, inbox.Machines, f); err != nil {
		s.Fatal(err)
	}
}

func (s *suite) view(f func(inbox.Tx) error) {
	s.Helper()
	if err := s.store.View(s.ctx, f); err != nil {
		s.Fatal(err)
	}
}

// same compares; empty and nil lists are the same.
func same(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want any,
) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s: -want +got\n%s", what, d)
	}
}

func (s *suite) code(what string, err error, want inbox.Code) {
	s.Helper()
	if got := inbox.CodeOf(err); got != want {
		s.Errorf("%s: code %q (%v), want %q", what, got, err, want)
	}
}

// conversation makes one of the first account.
func (s *suite) conversation(tx inbox.Tx, thread inbox.RemoteID, last time.Time) (*inbox.Conversation, error) {
	c := &inbox.Conversation{
		Account: s.account.ID, Channel: s.account.Channel, Kind: inbox.Comment, Thread: thread, Part: 1, Status: inbox.Open, FirstAt: last,
		LastAt: last,
	}
	return c, tx.PutConversation(c)
}

// message makes an inbound one.
func (s *suite) message(tx inbox.Tx, c *inbox.Conversation, remote inbox.RemoteID, when time.Time, text string) (*inbox.Message, error) {
	m := &inbox.Message{
		Conversation: c.ID, Account: c.Account, Remote: remote, Kind: c.Kind, Direction: inbox.In, Text: text, At: when, SeenAt: when,
	}
	return m, tx.PutMessage(m)
}
