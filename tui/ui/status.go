package ui

import (
	"slices"
	"time"
)

// Segment is a piece of a status or header line.
type Segment struct {
	Line Line
	// Drop: when there is no room the segment with the highest goes first; 0 stays and is cut at worst.
	Drop int
}

// Status is a line of segments: some on the left, some in the middle of what is left, some on the right.
type Status struct {
	Left, Middle, Right []Segment
}

// between is the cells between two segments.
const between = 2

// View draws the line.
func (s Status) View(t *Theme, width int, g Ground) string {
	type piece struct {
		Segment
		w, part int
		gone    bool
	}
	var all []piece
	for part, segs := range [][]Segment{s.Left, s.Middle, s.Right} {
		for _, seg := range segs {
			w := 0
			for _, sp := range seg.Line {
				w += t.Width(sp.Text)
			}
			if w > 0 {
				all = append(all, piece{Segment: seg, w: w, part: part})
			}
		}
	}
	measure := func() (parts [3]int, total int) {
		for _, p := range all {
			if p.gone {
				continue
			}
			if parts[p.part] > 0 {
				parts[p.part] += between
			}
			parts[p.part] += p.w
		}
		for _, n := range parts {
			if n > 0 && total > 0 {
				total += between
			}
			total += n
		}
		return parts, total
	}
	parts, total := measure()
	for ; total > width; parts, total = measure() {
		worst, longest := -1, -1
		for i, p := range all {
			if p.gone {
				continue
			}
			if p.Drop > 0 && (worst < 0 || p.Drop >= all[worst].Drop) {
				worst = i
			}
			if longest < 0 || p.w > all[longest].w {
				longest = i
			}
		}
		if worst >= 0 {
			all[worst].gone = true
			continue
		}
		// Nothing may go: the longest gives way.
		if all[longest].w <= 1 {
			break
		}
		all[longest].w -= min(total-width, all[longest].w-1)
	}
	starts := [3]int{0, max((width-parts[1])/2, parts[0]+between), width - parts[2]}
	if parts[1] > 0 && starts[1]+parts[1]+between > starts[2] && parts[2] > 0 {
		starts[1] = starts[2] - between - parts[1]
	}
	var p painter
	p.init(t, g)
	at, part := 0, -1
	for _, pc := range all {
		if pc.gone || at >= width {
			continue
		}
		skip := between
		if pc.part != part {
			part = pc.part
			skip = starts[part] - at
			if at > 0 {
				skip = max(skip, between)
			}
		}
		skip = min(max(skip, 0), width-at)
		p.blank(skip)
		at += skip
		w := min(pc.w, width-at)
		p.line(pc.Line, w, false)
		at += w
	}
	p.blank(width - at)
	return p.String()
}

// Toast is a short word about what just happened, until a time.
type Toast struct {
	Line  Line
	Until time.Time
	// Brief: it answers a key, and goes with the next.
	Brief bool
}

// Toasts shows the newest word that has not run out. Words of danger stay until they are dismissed or run out, whatever comes after.
type Toasts struct {
	open []toast
	turn int
}

type toast struct {
	Toast
	sticky bool
	turn   int
}

// Show says something until a time.
func (ts *Toasts) Show(t Toast) { ts.open = append(ts.open, toast{Toast: t, turn: ts.turn}) }

// Warn says something that later words do not cover.
func (ts *Toasts) Warn(t Toast) {
	ts.open = append(ts.open, toast{Toast: t, sticky: true, turn: ts.turn})
}

// Turn begins what the next key does: brief words that were said before go.
func (ts *Toasts) Turn() {
	ts.turn++
	ts.open = slices.DeleteFunc(ts.open, func(t toast) bool { return t.Brief && !t.sticky })
}

// Leave is called where the key has led to another place: what was said before it goes, but for words of danger.
func (ts *Toasts) Leave() {
	ts.open = slices.DeleteFunc(ts.open, func(t toast) bool { return t.turn < ts.turn && !t.sticky })
}

// Dismiss takes the word that is shown away and reports whether there was one.
func (ts *Toasts) Dismiss(now time.Time) bool {
	i := ts.current(now)
	if i < 0 {
		return false
	}
	ts.open = append(ts.open[:i], ts.open[i+1:]...)
	return true
}

// Current is the word to show now, and when to look again; ok is false when there is none.
func (ts *Toasts) Current(now time.Time) (l Line, until time.Time, ok bool) {
	i := ts.current(now)
	if i < 0 {
		return nil, time.Time{}, false
	}
	return ts.open[i].Line, ts.open[i].Until, true
}

func (ts *Toasts) current(now time.Time) int {
	live := ts.open[:0]
	for _, t := range ts.open {
		if now.Before(t.Until) {
			live = append(live, t)
		}
	}
	clear(ts.open[len(live):])
	ts.open = live
	found := -1
	for i, t := range live {
		if found < 0 || t.sticky || !live[found].sticky {
			found = i
		}
	}
	return found
}
