package sandbox

import (
	"testing"

	"lytter/connectors/sandbox/ledger"
)

// TestCitizensConfide: live citizens write to pages in private as well, go on in the same thread, and react to what others write; what was
// there before is all public.
func TestCitizensConfide(t *testing.T) {
	s := start(t, func(c *Config) { c.History = History{Conversations: 200, Days: 10} })
	for _, i := range s.Ledger().Items(ledger.Filter{}) {
		if i.Kind == ledger.Direct {
			t.Fatalf("a private message from before: %+v", i)
		}
	}
	for range 3000 {
		s.traffic.publish()
	}
	if state := s.Traffic(); state.Published < 2500 {
		t.Fatalf("%+v", state)
	}
	threads, longest := map[string]int{}, 0
	for _, i := range s.Ledger().Items(ledger.Filter{Channel: ledger.Facebook}) {
		if i.Kind != ledger.Direct {
			continue
		}
		if i.Thread == "" || !i.Ours && i.AuthorID != i.Thread {
			t.Errorf("a message in nobody's thread: %+v", i)
		}
		threads[i.Account+i.Thread]++
		longest = max(longest, threads[i.Account+i.Thread])
	}
	if len(threads) < 10 || longest < 2 {
		t.Errorf("%d threads, the longest of %d messages", len(threads), longest)
	}
}
