package tui

import "sync"

// crew is the commands of a session that are under way. Bubble Tea runs each in a goroutine that it does not wait for; the crew does.
type crew struct {
	mu     sync.Mutex
	n      int
	closed bool
	idle   chan struct{} // closed when the crew is and the last has left
}

func newCrew() *crew { return &crew{idle: make(chan struct{})} }

// join reports whether a command may begin.
func (c *crew) join() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.n++
	return true
}

func (c *crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n--; c.n == 0 && c.closed {
		close(c.idle)
	}
}

// wait lets no more begin and waits for those under way. It may be called once.
func (c *crew) wait() {
	c.mu.Lock()
	c.closed = true
	if c.n == 0 {
		close(c.idle)
	}
	c.mu.Unlock()
	<-c.idle
}
