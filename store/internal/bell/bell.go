// Package bell is a number that only grows, and those who wait for it to. Nothing is queued and nobody is forgotten: who is woken looks
// for itself how far it went.
package bell

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed ends waiting for what will not come any more.
var ErrClosed = errors.New("closed")

// Bell is ready to use. It is safe for concurrent use.
type Bell struct {
	mu     sync.Mutex
	at     int64
	moved  chan struct{} // closed and renewed when at moves
	closed bool
}

// Ring moves the number up to at, if it is below, and wakes those who wait.
func (b *Bell) Ring(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at > b.at {
		b.at = at
		b.wake()
	}
}

// At is the number.
func (b *Bell) At() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

// Close wakes everybody with ErrClosed, now and later.
func (b *Bell) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.wake()
}

func (b *Bell) wake() {
	if b.moved != nil {
		close(b.moved)
		b.moved = nil
	}
}

// Wait returns when the number is above after, with ctx's error, or with ErrClosed. look, if not nil, is called at every tick, to Ring
// what nobody rang; its error ends the wait.
func (b *Bell) Wait(ctx context.Context, after int64, every time.Duration, look func() error) error {
	var tick <-chan time.Time
	if look != nil {
		t := time.NewTicker(every)
		defer t.Stop()
		tick = t.C
	}
	for {
		b.mu.Lock()
		at, closed := b.at, b.closed
		if b.moved == nil {
			b.moved = make(chan struct{})
		}
		moved := b.moved
		b.mu.Unlock()
		switch {
		case at > after:
			return nil
		case closed:
			return ErrClosed
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		case <-tick:
			if err := look(); err != nil {
				return err
			}
		}
	}
}
