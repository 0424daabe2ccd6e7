package inbox

import (
	"context"
	"slices"
	"strings"
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

// slot is one view of a session, under the name that the session gave it.
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
	ok = ok && have.query == q && have.err == nil
	s.mu.Unlock()
	if ok {
		return s.hub.fill(ctx, have.view)
	}
	b, err := s.seat.Bind(q)
	if err != nil {
		s.put(name, &slot{query: q, err: err})
		return err
	}
	s.hub.mu.Lock()
	v := s.hub.view(b)
	s.hub.mu.Unlock()
	s.put(name, &slot{query: q, view: v})
	return s.hub.fill(ctx, v)
}

// Hide lets go of a view.
func (s *Sub) Hide(name string) { s.put(name, nil) }

func (s *Sub) put(name string, n *slot) {
	s.mu.Lock()
	old := s.slots[name]
	if n == nil || s.closed {
		delete(s.slots, name)
	} else {
		s.slots[name] = n
	}
	closed := s.closed
	s.mu.Unlock()
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if old != nil && old.view != nil {
		s.hub.drop(old.view)
	}
	if closed && n != nil && n.view != nil {
		s.hub.drop(n.view)
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

// rebind binds the session's views anew.
func (s *Sub) rebind(ctx context.Context) error {
	s.mu.Lock()
	type named struct {
		name string
		slot
	}
	old := make([]named, 0, len(s.slots))
	for n, sl := range s.slots {
		old = append(old, named{n, *sl})
	}
	s.mu.Unlock()
	slices.SortFunc(old, func(a, b named) int { return strings.Compare(a.name, b.name) })
	for _, o := range old {
		b, err := s.seat.Bind(o.query)
		if err == nil && o.view != nil && b.Key() == s.hub.keyOf(o.view) {
			continue
		}
		s.Hide(o.name)
		if err := s.Show(ctx, o.name, o.query); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring() // names on the screen may have changed
	return nil
}
