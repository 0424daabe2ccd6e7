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
	now := before
	for end := time.Now().Add(time.Minute); ok && now.own-before.own < 20 && time.Now().Before(end); { // a machine may have others to work for
		now, ok = worked()
	}
	if own, all := now.own-before.own, now.all-before.all; !ok || own < 20 || own > all*1.2+10 {
		t.Errorf("of %v ticks %v are ours", all, own)
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
