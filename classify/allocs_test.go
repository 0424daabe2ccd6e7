//go:build !race

package classify

import (
	"testing"

	"lytter/inbox/text"
)

// What no rule matches costs no memory. With the race detector a sync.Pool forgets at random, so it does not say.
func TestNothingAllocatesNothing(t *testing.T) {
	c := compileText(t, good)
	d := arrival(text.NewCutter(100), "Hvornår åbner svømmehallen i morgen?")
	if n := testing.AllocsPerRun(100, func() { c.Classify(d) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
