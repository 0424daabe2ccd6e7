package ui

import "slices"

// marks are the rows that a user has picked for an act on several, by key, and a range that is being drawn from where the user began to
// the cursor.
type marks[K comparable] struct {
	keys   map[K]struct{}
	order  []K
	start  K // of the range
	ranged bool
}

func (m *marks[K]) has(key K) bool {
	_, ok := m.keys[key]
	return ok
}

func (m *marks[K]) add(key K) {
	if m.has(key) {
		return
	}
	if m.keys == nil {
		m.keys = map[K]struct{}{}
	}
	m.keys[key] = struct{}{}
	m.order = append(m.order, key)
}

func (m *marks[K]) remove(key K) {
	delete(m.keys, key)
	m.order = slices.DeleteFunc(m.order, func(k K) bool { return k == key })
}

func (m *marks[K]) clear() { *m = marks[K]{} }

// reach is the rows of the range: from up to but not including to.
func (m *marks[K]) reach(l *List[K]) (from, to int) {
	if !m.ranged {
		return 0, 0
	}
	i, ok := l.src.Index(m.start)
	if !ok {
		i = l.at
	}
	return min(i, l.at), max(i, l.at) + 1
}

// ToggleMark marks the row under the cursor or takes its mark away.
func (l *List[K]) ToggleMark() {
	key, ok := l.Cursor()
	switch {
	case !ok:
	case l.marks.has(key):
		l.marks.remove(key)
	default:
		l.marks.add(key)
	}
}

// StartRange begins a range at the cursor; it reaches from there to wherever the cursor goes.
func (l *List[K]) StartRange() {
	if key, ok := l.Cursor(); ok {
		l.marks.start, l.marks.ranged = key, true
	}
}

// Ranging reports whether a range is being drawn.
func (l *List[K]) Ranging() bool { return l.marks.ranged }

// EndRange marks the rows of the range. It returns how many of them it could not mark because they are not loaded.
func (l *List[K]) EndRange() (missed int) {
	l.sync()
	if l.src == nil {
		return 0
	}
	from, to := l.marks.reach(l)
	for i := from; i < to; i++ {
		if key, _, ok := l.src.At(i); ok {
			l.marks.add(key)
		} else {
			missed++
		}
	}
	l.marks.ranged = false
	return missed
}

// ClearMarks takes all marks away and ends a range without marking it.
func (l *List[K]) ClearMarks() { l.marks.clear() }

// Marks are the marked rows that are still in the list, in the order in which they were marked, and those of a range that is being drawn.
func (l *List[K]) Marks() []K {
	l.sync()
	if l.src == nil {
		return nil
	}
	var out []K
	for _, key := range l.marks.order {
		if _, ok := l.src.Index(key); ok {
			out = append(out, key)
		}
	}
	from, to := l.marks.reach(l)
	for i := from; i < to; i++ {
		if key, _, ok := l.src.At(i); ok && !l.marks.has(key) {
			out = append(out, key)
		}
	}
	return out
}
