package inbox

import (
	"slices"
	"testing"
	"time"
)

// The machine of DESIGN: what ended stays ended, what may have been sent is never simply queued by the program, and every state can be
// reached and left.
func TestOutgoingMachine(t *testing.T) {
	reached := map[OutgoingState]bool{}
	var walk func(s OutgoingState)
	walk = func(s OutgoingState) {
		for _, to := range OutgoingStates() {
			if s.CanBecome(to) && !reached[to] {
				reached[to] = true
				walk(to)
			}
		}
	}
	walk("")
	for _, s := range OutgoingStates() {
		if !reached[s] {
			t.Errorf("%s cannot be reached", s)
		}
		leaves := slices.ContainsFunc(OutgoingStates(), s.CanBecome)
		if leaves == s.Ended() {
			t.Errorf("%s: ended %v, but can be left %v", s, s.Ended(), leaves)
		}
		if s.Undoable() && !s.CanBecome(Cancelled) {
			t.Errorf("%s is undoable but cannot be cancelled", s)
		}
	}
	for _, s := range []OutgoingState{Claimed, Sending, Sent, Rejected} {
		if s.CanBecome(Cancelled) {
			t.Errorf("%s can be cancelled: it has left, or is leaving", s)
		}
	}
	if Sending.CanBecome(Queued) {
		t.Error("a send that may have happened can be queued again by itself")
	}
}

func TestAwaiting(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 3, 10, minute, 0, 0, time.UTC) }
	in := func(minute int, author IdentityID, remote RemoteID) Message {
		return Message{Direction: In, At: at(minute), Author: author, Remote: remote}
	}
	out := func(minute int, to IdentityID, parent RemoteID) Message {
		return Message{Direction: Out, At: at(minute), To: to, Parent: parent}
	}
	gone := in(1, 1, "g")
	gone.DeletedAt = at(2)
	for name, tc := range map[string]struct {
		msgs    []Message
		settled time.Time
		n       int
		since   int
	}{
		"one":                           {[]Message{in(1, 1, "a")}, time.Time{}, 1, 1},
		"answered":                      {[]Message{in(1, 1, "a"), out(2, 1, "a")}, time.Time{}, 0, 0},
		"one of two people answered":    {[]Message{in(1, 1, "a"), in(2, 2, "b"), out(3, 1, "a")}, time.Time{}, 1, 2},
		"wrote again":                   {[]Message{in(1, 1, "a"), out(2, 1, "a"), in(3, 1, "c")}, time.Time{}, 1, 3},
		"two from one, answered after":  {[]Message{in(1, 1, "a"), in(2, 1, "b"), out(3, 1, "a")}, time.Time{}, 0, 0},
		"unshown people, one answered":  {[]Message{in(1, 0, "a"), in(2, 0, "b"), out(3, 0, "a")}, time.Time{}, 1, 2},
		"deleted":                       {[]Message{gone}, time.Time{}, 0, 0},
		"settled by a close":            {[]Message{in(1, 1, "a"), in(5, 1, "b")}, at(3), 1, 5},
		"a note answers nobody":         {[]Message{in(1, 1, "a"), {Direction: Note, At: at(2), To: 1}}, time.Time{}, 1, 1},
		"an answer at the same instant": {[]Message{in(1, 1, "a"), out(1, 1, "a")}, time.Time{}, 0, 0},
	} {
		n, since := awaiting(tc.msgs, tc.settled)
		want := time.Time{}
		if tc.since > 0 {
			want = at(tc.since)
		}
		if n != tc.n || !since.Equal(want) {
			t.Errorf("%s: %d since %v", name, n, since)
		}
	}
}

// Nobody may do what no role is named for, and a higher role may all that a lower one may.
func TestPolicy(t *testing.T) {
	acts := []Act{"unheard-of"}
	for a := range least {
		acts = append(acts, a)
	}
	for _, a := range acts {
		before := false
		for _, r := range Roles() {
			may := User{Role: r}.Allowed(a) == nil
			if before && !may {
				t.Errorf("%s may not %s, though a lower role may", r, a)
			}
			before = may
			if may && (User{Role: r, Disabled: true}).Allowed(a) == nil {
				t.Errorf("a disabled %s may %s", r, a)
			}
		}
		if before == (a == "unheard-of") {
			t.Errorf("%s: an administrator may: %v", a, before)
		}
	}
	if (User{Role: "boss"}).Allowed(DoRead) == nil {
		t.Error("an unknown role may read")
	}
}

func TestSameText(t *testing.T) {
	for _, tc := range []struct {
		ours, theirs string
		want         bool
	}{
		{"Hej Jens", "Hej Jens", true},
		{"Hej  Jens\n", "Hej Jens", true},
		{"Hej Jens", "@jens Hej Jens", true},
		{"Hej Jens", "@jens @ole Hej Jens", true},
		{"@jens hej", "@jens hej", true},
		{"Hej Jens", "Hej Jens!", false},
		{"Hej", "@jens", false},
	} {
		if got := SameText(tc.ours, tc.theirs); got != tc.want {
			t.Errorf("%q and %q: %v", tc.ours, tc.theirs, got)
		}
	}
}
