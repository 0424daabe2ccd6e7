package store

import (
	"context"
	"sync"

	"lytter/inbox"
)

// lanes is a lock with two queues. Whoever waits in Persons goes before all of Machines; within a lane it is first come, first served.
type lanes struct {
	mu      sync.Mutex
	taken   bool
	waiting [2][]chan struct{} // by lane; closed when the lock is handed over
}

// lock waits for its turn, or until ctx ends.
func (l *lanes) lock(ctx context.Context, lane inbox.Lane) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	if !l.taken {
		l.taken = true
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.waiting[lane] = append(l.waiting[lane], turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	for i, w := range l.waiting[lane] {
		if w == turn {
			l.waiting[lane] = append(l.waiting[lane][:i], l.waiting[lane][i+1:]...)
			l.mu.Unlock()
			return ctx.Err()
		}
	}
	l.mu.Unlock()
	l.unlock() // it was handed over in the same moment
	return ctx.Err()
}

// unlock hands over to who waits longest in the first lane that has anybody.
func (l *lanes) unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, lane := range []inbox.Lane{inbox.Persons, inbox.Machines} {
		if q := l.waiting[lane]; len(q) > 0 {
			l.waiting[lane] = q[1:]
			close(q[0])
			return
		}
	}
	l.taken = false
}
