package inbox

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Sub is one session's look at the desk: the views it shows, kept live. It is woken at most every 150 ms, and only if something that
// it shows has changed. Close it.
type Sub struct {
	hub  *Hub
	seat *Seat
	wake chan struct{}

	mu      sync.Mutex
	slots   map[string]*slot
	visible map[ConversationID]bool
	woken   time.Time
	timer   *time.Timer
	closed  bool
}

// slot is one view of a session, under the name that the session gave it. It does not change: another one takes its place.
type slot struct {
	query string
	view  *liveView
	err   error
}

// Wake gives a value when something visible has changed since it last did.
func (s *Sub) Wake() <-chan struct{} { return s.wake }

// Show adds a view or replaces it, and fills it unless somebody looks at the same already. The error is the query's, or that of a
// filling that failed: it is tried again, within seconds.
func (s *Sub) Show(ctx context.Context, name, q string) error {
	s.mu.Lock()
	have, ok := s.slots[name]
	s.mu.Unlock()
	if ok && have.query == q && have.err == nil {
		return s.hub.fill(ctx, have.view)
	}
	for {
		names := s.seat.desk.Directory()
		n := s.bind(q)
		s.put(name, n, nil)
		if s.seat.desk.Directory() != names {
			continue // who binds views to new names may not have seen it
		}
		if n.err != nil {
			return n.err
		}
		return s.hub.fill(ctx, n.view)
	}
}

// bind makes a slot of a query as names are now.
func (s *Sub) bind(q string) *slot {
	b, err := s.seat.Bind(q)
	if err != nil {
		return &slot{query: q, err: err}
	}
	return &slot{query: q, view: s.hub.view(b)}
}

// Hide lets go of a view.
func (s *Sub) Hide(name string) { s.put(name, nil, nil) }

// put puts n, or nothing, under a name, and lets go of what was there; with instead only if that is what is there.
func (s *Sub) put(name string, n, instead *slot) {
	s.mu.Lock()
	gone := s.slots[name]
	switch {
	case s.closed && n != nil, instead != nil && gone != instead:
		gone = n
	case n == nil:
		delete(s.slots, name)
	default:
		s.slots[name] = n
	}
	s.mu.Unlock()
	if gone != nil && gone.view != nil {
		s.hub.drop(gone.view)
	}
}

// Look says which conversations are on the session's screen: a change of one of them wakes it.
func (s *Sub) Look(ids []ConversationID) {
	m := make(map[ConversationID]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	s.mu.Lock()
	s.visible = m
	s.mu.Unlock()
}

// Count says how many conversations are in a view; -1 while that is not known yet.
func (s *Sub) Count(name string) int {
	n := -1
	s.with(name, func(v *liveView) {
		if v.filled {
			n = v.members.len()
		}
	})
	return n
}

// Top gives n keys of a view from place from (0 is the newest), newest first.
func (s *Sub) Top(name string, from, n int) (keys []Key) {
	s.with(name, func(v *liveView) { keys = v.members.top(from, n) })
	return keys
}

// Place says how many in a view stand before a conversation; ok is false if it is not in it.
func (s *Sub) Place(name string, id ConversationID) (n int, ok bool) {
	s.with(name, func(v *liveView) { n, ok = v.members.place(id) })
	return n, ok
}

// Err is what is wrong with a view's query, if anything.
func (s *Sub) Err(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sl := s.slots[name]; sl != nil {
		return sl.err
	}
	return nil
}

func (s *Sub) with(name string, f func(*liveView)) {
	s.mu.Lock()
	sl := s.slots[name]
	s.mu.Unlock()
	if sl == nil || sl.view == nil {
		return
	}
	s.hub.mu.RLock()
	defer s.hub.mu.RUnlock()
	f(sl.view)
}

// Close lets go of everything.
func (s *Sub) Close() {
	s.mu.Lock()
	s.closed = true
	names := make([]string, 0, len(s.slots))
	for n := range s.slots {
		names = append(names, n)
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	for _, n := range names {
		s.Hide(n)
	}
	s.hub.mu.Lock()
	delete(s.hub.subs, s)
	s.hub.mu.Unlock()
}

// tell decides whether changes concern the session, and wakes it if so, now or when it may be woken again. The hub's lock is held.
func (s *Sub) tell(moved map[*liveView]bool, changed map[ConversationID]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.concerns(moved, changed) || s.closed || s.timer != nil {
		return
	}
	wait := deltaEvery - time.Since(s.woken)
	if wait <= 0 {
		s.ring()
		return
	}
	s.timer = time.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.timer = nil
		s.ring()
	})
}

func (s *Sub) concerns(moved map[*liveView]bool, changed map[ConversationID]bool) bool {
	for _, sl := range s.slots {
		if moved[sl.view] {
			return true
		}
	}
	for id := range s.visible {
		if changed[id] {
			return true
		}
	}
	return false
}

func (s *Sub) ring() {
	if s.closed {
		return
	}
	s.woken = time.Now()
	select {
	case s.wake <- struct{}{}:
	default: // it has not yet looked since the last
	}
}

// rebind binds the session's views to names as they are now. What the session itself does meanwhile stands.
func (s *Sub) rebind() {
	s.mu.Lock()
	have := maps.Clone(s.slots)
	s.mu.Unlock()
	for name, old := range have {
		b, err := s.seat.Bind(old.query)
		if err == nil && old.view != nil && b.Key() == s.hub.keyOf(old.view) {
			continue
		}
		s.put(name, s.bind(old.query), old)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring() // names on the screen may have changed
}
