package connectors_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"pgregory.net/rapid"
)

// phase is a stretch of time in which something is the matter, or nothing.
type phase struct {
	what   string
	stream string // that it is the matter with; "": all
	long   time.Duration
	says   int // in how many of ten ticks somebody writes
}

func (p phase) String() string { return fmt.Sprintf("%s %s %v", p.what, p.stream, p.long) }

var troubles = map[string]connectors.Class{
	"unreached": connectors.Transient, "login": connectors.Auth, "broken": connectors.Forbidden, "limit": connectors.Throttled,
}

// trouble is how a platform fails in a phase; nil: it does not.
func trouble(p phase) func(string) error {
	class, ok := troubles[p.what]
	if !ok {
		return nil
	}
	return func(stream string) error {
		if p.stream != "" && p.stream != stream {
			return nil
		}
		return &connectors.Error{Class: class, Reason: *inbox.Why("platform.unreachable"), RetryAfter: 30 * time.Second, Err: errors.New(p.what)}
	}
}

// slack is how long an account may go unread without anybody calling it a gap: two pauses, and the failures that are nothing to tell of.
const slack = 75 * time.Second

// uncovered is how much of a stretch is in no gap.
func uncovered(from, to time.Time, gaps []inbox.Gap) time.Duration {
	slices.SortFunc(gaps, func(a, b inbox.Gap) int { return a.From.Compare(b.From) })
	var out time.Duration
	for _, g := range gaps {
		end := g.To
		if end.IsZero() {
			end = to
		}
		if g.From.After(from) {
			out += max(0, min(g.From.Sub(from), to.Sub(from)))
		}
		if end.After(from) {
			from = end
		}
	}
	return out + max(0, to.Sub(from))
}

// Whatever fails, and however often the desk dies: what was not read is in a gap, from before it to after it; a gap is closed once all
// of it was read, and not before; nothing is lost.
func TestWhatWasNotReadIsInAGap(t *testing.T) {
	kinds := []string{"well", "unreached", "login", "broken", "limit", "dead", "unhooked"}
	seen := map[inbox.GapCause]int{}
	tour := []phase{
		{"unhooked", "", 400 * time.Second, 3},
		{"well", "", 100 * time.Second, 3},
		{"unreached", "a", 200 * time.Second, 3},
		{"login", "", 100 * time.Second, 3},
		{"well", "", 100 * time.Second, 3},
		{"broken", "b", 150 * time.Second, 3},
		{"well", "", 150 * time.Second, 3},
		{"limit", "", 400 * time.Second, 3},
		{"well", "", 200 * time.Second, 3}, // else the death falls into the gap of the limit
		{"dead", "", 300 * time.Second, 3},
	}
	if faults := gapRun(t, t.TempDir(), true, tour, seen); len(faults) > 0 {
		t.Errorf("the tour: %s", strings.Join(faults, "\n"))
	}
	for _, c := range append(inbox.Outages(), inbox.GapStopped, inbox.GapHooks) {
		if seen[c] == 0 {
			t.Errorf("the tour met no gap of cause %s: %v", c, seen)
		}
	}
	few(t, 10)
	rapid.Check(t, func(rt *rapid.T) {
		hooked := rapid.Bool().Draw(rt, "hooked")
		phases := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) phase {
			return phase{
				what: rapid.SampledFrom(kinds).Draw(rt, "what"), stream: rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(rt, "stream"),
				long: time.Duration(rapid.IntRange(1, 500).Draw(rt, "seconds")) * time.Second, says: rapid.IntRange(0, 3).Draw(rt, "says"),
			}
		}), 4, 9).Draw(rt, "phases")
		faults := gapRun(t, t.TempDir(), hooked, phases, seen)
		if len(faults) > 0 {
			rt.Fatalf("hooked %v, %v:\n%s", hooked, phases, strings.Join(faults, "\n"))
		}
	})
}

// few has rapid try less often than it does by itself, unless it is told how often: each try is minutes of a desk's life.
func few(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if was != f.DefValue {
		return
	}
	set := func(v string) {
		if err := f.Value.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	set(strconv.Itoa(n))
	t.Cleanup(func() { set(was) })
}

func gapRun(t *testing.T, folder string, hooked bool, phases []phase, seen map[inbox.GapCause]int) (faults []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(inbox.Facebook, connectors.Stream{Name: "a"}, connectors.Stream{Name: "b"}, connectors.Stream{Name: "old", Background: true})
		s := &stand{tb: t, folder: folder, fakes: []*fake{f}, hooked: hooked}
		fail := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
		allowed := slack
		if hooked { // it is polled less often
			allowed += 2 * time.Minute
		}
		begun := time.Now()
		mark := begun // what is older was read, as the platform knows it
		said := 0
		const tick = 7 * time.Second
		reads := func() time.Time {
			f.mu.Lock()
			defer f.mu.Unlock()
			r := f.read["a"]
			if f.read["b"].Before(r) {
				r = f.read["b"]
			}
			return r
		}
		var marks []time.Time
		look := func(what string) {
			if r := reads(); r.After(mark) {
				mark = r
				marks = append(marks, mark)
			}
			if s.stop == nil {
				return
			}
			now := time.Now()
			if free := uncovered(mark, now, s.gaps()); free > allowed {
				fail("%s: %v: of what was not read since %v, %v is in no gap: %v", now.Sub(begun), what, mark.Sub(begun), free, s.gaps())
			}
			for _, g := range s.gaps() {
				if !g.ClosedAt.IsZero() && mark.Before(g.To) {
					fail("%s: closed, and not read: %+v", what, g)
				}
			}
		}
		s.start()
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); look("at first") {
			time.Sleep(tick)
		}
		for _, p := range phases {
			switch {
			case p.what == "dead" && s.stop != nil:
				s.stop()
			case p.what != "dead" && s.stop == nil:
				s.start()
			}
			f.set(func(f *fake) {
				f.fault = trouble(p)
				if p.what == "unhooked" {
					f.hooked = false
				}
			})
			for end := time.Now().Add(p.long); time.Now().Before(end); look(p.String()) {
				time.Sleep(tick)
				if said%10 < p.says {
					f.say([]string{"a", "b", "old"}[said%3], fmt.Sprint("m", said))
				}
				said++
			}
		}
		f.set(func(f *fake) { f.fault = nil })
		if s.stop == nil {
			s.start()
		}
		for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); look("after all") {
			time.Sleep(tick)
		}
		gaps := s.gaps()
		for i := 1; i < len(marks); i++ {
			if free := uncovered(marks[i-1], marks[i], gaps); free > allowed {
				fail("between the readings at %v and %v %v is in no gap: %v", marks[i-1].Sub(begun), marks[i].Sub(begun), free, gaps)
			}
		}
		for _, g := range gaps {
			seen[g.Cause]++
			if g.ClosedAt.IsZero() {
				fail("it is well, and a gap is open: %+v", g)
			}
			late := 0
			s.view(func(tx inbox.Tx) error {
				return tx.EachMessage(0, func(m inbox.Message) error {
					if !m.SeenAt.After(g.ClosedAt) && !m.At.Before(g.From) && m.At.Before(g.To) && (!m.SeenAt.Before(g.To) || m.SeenAt.Sub(m.At) > 2*time.Minute) {
						late++
					}
					return nil
				})
			})
			if g.Fetched != late {
				fail("%d were fetched from %+v", late, g)
			}
		}
		for _, list := range f.said {
			for _, in := range list {
				if s.find(string(in.Remote)) == nil {
					fail("%s is lost", in.Remote)
				}
			}
		}
		if st := s.state(); st != inbox.AccountLive {
			fail("the account is %s", st)
		}
		s.stop()
	})
	return faults
}
