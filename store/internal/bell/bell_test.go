package bell_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lytter/store/internal/bell"
)

func TestBell(t *testing.T) {
	ctx := context.Background()
	var b bell.Bell
	woken := make(chan error, 2)
	go func() { woken <- b.Wait(ctx, 4, 0, nil) }()
	b.Ring(4)
	b.Ring(3) // it never goes back
	if b.At() != 4 {
		t.Errorf("at %d", b.At())
	}
	b.Ring(5)
	if err := <-woken; err != nil {
		t.Error(err)
	}
	// What nobody rang is found by looking.
	looks := 0
	err := b.Wait(ctx, 6, time.Millisecond, func() error {
		looks++
		b.Ring(int64(4 + looks))
		return nil
	})
	if err != nil || looks != 3 {
		t.Errorf("%d looks, %v", looks, err)
	}
	gone := errors.New("gone")
	if err := b.Wait(ctx, 100, time.Millisecond, func() error { return gone }); !errors.Is(err, gone) {
		t.Errorf("a look that failed: %v", err)
	}
	go func() { woken <- b.Wait(ctx, 100, 0, nil) }()
	b.Close()
	if err := <-woken; !errors.Is(err, bell.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := b.Wait(ctx, 1, 0, nil); err != nil {
		t.Errorf("what has come already, after closing: %v", err)
	}
}
