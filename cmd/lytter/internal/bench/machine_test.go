package bench

import (
	"testing"
	"time"
)

// Work of our own is not somebody else's.
func TestWork(t *testing.T) {
	before, ok := worked()
	if !ok {
		t.Skip("the system does not tell")
	}
	n := 0
	for begun := time.Now(); time.Since(begun) < 300*time.Millisecond; n++ { // at least some ticks
	}
	now, ok := worked()
	if own := now.own - before.own; !ok || own < 3 || own > now.all-before.all+5 {
		t.Errorf("of %v ticks %v are ours after %d rounds", now.all-before.all, own, n)
	}
	if share, ok := before.others(); !ok || share < 0 || share >= 100 {
		t.Errorf("others used %v %%", share)
	}
}

func TestMachine(t *testing.T) {
	f, err := Machine(t.TempDir())
	if err != nil || f.Cores < 1 || f.Fsync <= 0 || f.System == "" || f.Go == "" {
		t.Errorf("%+v, %v", f, err)
	}
}
