package ledger

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBooksBalance: whatever happens to events in whatever order, each is in one state, what was accepted is delivered, and the summary
// adds up to the rows.
func TestBooksBalance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := New()
		copies := map[int64]int{}
		for range rapid.IntRange(0, 60).Draw(rt, "steps") {
			n := int64(len(copies))
			pick := func() int64 { return rapid.Int64Range(1, n).Draw(rt, "event") }
			switch what := rapid.IntRange(0, 3).Draw(rt, "what"); {
			case what == 0 || n == 0:
				copies[l.Due(Event{Channel: Facebook, Account: "1", Item: fmt.Sprint(n), Verb: "add"})] = 0
			case what == 1:
				l.Settle(pick(), rapid.SampledFrom([]State{Dropped, Expired}).Draw(rt, "state"))
			default:
				a := Attempt{Attempt: 1, Outcome: rapid.SampledFrom([]string{Accepted, Refused, Unreachable}).Draw(rt, "outcome")}
				for range rapid.IntRange(1, 3).Draw(rt, "batch") {
					if seq := pick(); !slices.Contains(a.Events, seq) {
						a.Events = append(a.Events, seq)
					}
				}
				for _, seq := range a.Events {
					if a.Outcome == Accepted {
						copies[seq]++
					}
				}
				l.Tried(a)
			}
		}
		s := l.Summary()
		if total := s.ByState[Pending] + s.ByState[Delivered] + s.ByState[Dropped] + s.ByState[Expired]; total != len(copies) || s.Events != total {
			rt.Fatalf("%d events, %d in a state, %d in the summary", len(copies), total, s.Events)
		}
		extra := 0
		for _, e := range l.Events(Filter{}) {
			if e.Copies != copies[e.Seq] || (e.Copies > 0) != (e.State == Delivered) {
				rt.Fatalf("%+v after %d accepted copies", e, copies[e.Seq])
			}
			extra += max(e.Copies-1, 0)
		}
		if s.ExtraCopies != extra || s.Attempts != len(l.Attempts(Filter{})) {
			rt.Fatalf("%d extra copies and %d attempts in the summary", s.ExtraCopies, s.Attempts)
		}
	})
}

func TestItems(t *testing.T) {
	l := New()
	first, ok := l.Add(Item{Channel: Facebook, Account: "1", ID: "a", Kind: Post, Ours: true}, "Opslag")
	if !ok || first.Seq != 1 || first.TextHash != HashText("Opslag") || first.Chars != 6 {
		t.Fatalf("entered as %+v", first)
	}
	if again, ok := l.Add(Item{Channel: Facebook, Account: "1", ID: "a"}, "andet"); ok || again != first {
		t.Errorf("the same again became %+v", again)
	}
	for _, i := range []Item{{Channel: X, Account: "2", ID: "a"}, {Channel: Facebook, Account: "1", ID: "b"}, {Channel: Facebook, Account: "3", ID: "a"}} {
		if _, ok := l.Add(i, "æøå"); !ok {
			t.Errorf("%+v was refused", i)
		}
	}
	l.Edited(Facebook, "1", "a", "Nyt opslag")
	l.Hidden(Facebook, "1", "b", true)
	l.Removed(Facebook, "1", "b")
	l.Removed(Facebook, "9", "b") // of nobody: nothing happens
	if a, ok := l.Item(Facebook, "1", "a"); !ok || a.TextHash != HashText("Nyt opslag") || a.Edits != 1 || a.Removed {
		t.Errorf("after an edit: %+v", a)
	}
	if b, ok := l.Item(Facebook, "1", "b"); !ok || !b.Removed || !b.Hidden || b.Chars != 3 {
		t.Errorf("after removal: %+v", b)
	}
	ids := func(f Filter) (out []int64) {
		for _, i := range l.Items(f) {
			out = append(out, i.Seq)
		}
		return out
	}
	for _, c := range []struct {
		f    Filter
		want []int64
	}{
		{Filter{}, []int64{1, 2, 3, 4}},
		{Filter{Channel: Facebook}, []int64{1, 3, 4}},
		{Filter{Account: "1"}, []int64{1, 3}},
		{Filter{After: 2}, []int64{3, 4}},
		{Filter{After: 1, Limit: 2}, []int64{2, 3}},
		{Filter{Channel: Facebook, After: 1, Limit: 1}, []int64{3}},
		{Filter{After: 99}, nil},
		{Filter{After: -1, Limit: 1}, []int64{1}},
	} {
		if diff := cmp.Diff(c.want, ids(c.f)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.f, diff)
		}
	}
}

// TestAttemptsByAccount: a batch belongs to every account that it has an event of.
func TestAttemptsByAccount(t *testing.T) {
	l := New()
	a, b := l.Due(Event{Channel: Facebook, Account: "1"}), l.Due(Event{Channel: Facebook, Account: "2"})
	l.Tried(Attempt{Events: []int64{a, b}, Outcome: Accepted})
	l.Tried(Attempt{Events: []int64{b}, Outcome: Refused})
	for account, want := range map[string]int{"1": 1, "2": 2, "3": 0, "": 2} {
		if got := len(l.Attempts(Filter{Account: account})); got != want {
			t.Errorf("account %q has %d attempts, want %d", account, got, want)
		}
	}
	if s := l.Summary(); s.Batches != 1 {
		t.Errorf("%d batches, want 1", s.Batches)
	}
}
