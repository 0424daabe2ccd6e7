package ui

import (
	"fmt"
	"slices"
	"testing"

	"lytter/inbox/text"

	"pgregory.net/rapid"
)

var listColumns = []Column{{Min: 4, Right: true}, {Min: 8, Grow: 1}, {Min: 6, Drop: 1}}

func numbered(n int) *fakeSource {
	f := &fakeSource{version: map[int]uint64{}}
	for i := range n {
		f.keys = append(f.keys, i+1)
	}
	f.cells = func(k int) []Line {
		return []Line{Dim.Line(text.Safe(fmt.Sprint(k))), Text.Line(text.Safe(fmt.Sprintf("række %d v%d", k, f.version[k])))}
	}
	return f
}

// TestCursorStaysOnItsRow: whatever others insert and remove, the cursor stays on the row it is on, and on its screen line unless the
// ends of the list are in the way; when its own row goes, it stands on a neighbour.
func TestCursorStaysOnItsRow(t *testing.T) {
	th := dark()
	rapid.Check(t, func(t *rapid.T) {
		src := numbered(rapid.IntRange(0, 60).Draw(t, "rows"))
		l := NewList[int](listColumns)
		l.Show(src)
		h := rapid.IntRange(1, 12).Draw(t, "height")
		l.View(th, 40, h, true)
		next := 1000
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			before, had := l.Cursor()
			at, n := l.Position()
			from, _ := l.Window()
			line := at - from
			switch op := rapid.IntRange(0, 8).Draw(t, "op"); op {
			case 0, 1, 2: // others insert
				i := rapid.IntRange(0, len(src.keys)).Draw(t, "where")
				for range rapid.IntRange(1, 4).Draw(t, "how many") {
					src.keys = slices.Insert(src.keys, i, next)
					next++
				}
			case 3, 4: // others remove
				if len(src.keys) > 0 {
					i := rapid.IntRange(0, len(src.keys)-1).Draw(t, "which")
					if src.keys[i] != before {
						src.keys = slices.Delete(src.keys, i, i+1)
					}
				}
			case 5: // its own row goes, and others with it
				if had {
					old := slices.Clone(src.keys)
					src.keys = slices.Delete(src.keys, at, at+1)
					for range rapid.IntRange(0, 2).Draw(t, "others") {
						if len(src.keys) > 0 {
							i := rapid.IntRange(0, len(src.keys)-1).Draw(t, "other")
							src.keys = slices.Delete(src.keys, i, i+1)
						}
					}
					want := 0 // the next that is still there, else the nearest before
					for _, k := range slices.Concat(old[at:], reversed(old[:at])) {
						if slices.Contains(src.keys, k) {
							want = k
							break
						}
					}
					if got, ok := l.Cursor(); ok != (want > 0) || got != want && ok {
						t.Fatalf("row %d went from place %d of %d: the cursor is on %d, want %d of %v", before, at, n, got, want, src.keys)
					}
					continue
				}
			case 6:
				l.Move(rapid.IntRange(-5, 5).Draw(t, "by"))
				check(t, th, l.View(th, 40, h, true), 40, h)
				continue
			case 7:
				l.Scroll(rapid.IntRange(-5, 5).Draw(t, "by"))
				continue
			case 8:
				l.Page(rapid.SampledFrom([]int{-1, 1}).Draw(t, "by"))
				continue
			}
			check(t, th, l.View(th, 40, h, true), 40, h)
			if !had {
				continue
			}
			after, ok := l.Cursor()
			if !ok || after != before {
				t.Fatalf("the cursor went from %d to %d", before, after)
			}
			at, n = l.Position()
			from, _ = l.Window()
			if possible := at-line >= 0 && at-line <= max(n-h, 0); possible && at-from != line {
				t.Fatalf("the cursor went from line %d to line %d (place %d of %d)", line, at-from, at, n)
			}
			if at-from < 0 || at-from >= h {
				t.Fatalf("the cursor is not on the screen: line %d", at-from)
			}
		}
	})
}

func reversed(keys []int) []int {
	keys = slices.Clone(keys)
	slices.Reverse(keys)
	return keys
}

func TestNewAboveIsCountedUntilSeen(t *testing.T) {
	th, src := dark(), numbered(30)
	l := NewList[int](listColumns)
	l.Show(src)
	l.View(th, 40, 10, true)
	l.Move(2)
	arrive := func(keys ...int) {
		src.keys = append(slices.Clone(keys), src.keys...)
		l.View(th, 40, 10, true)
	}
	arrive(101, 102)
	arrive(103)
	if l.Above() != 3 {
		t.Errorf("above: %d", l.Above())
	}
	src.keys = slices.Insert(src.keys, 20, 200) // below: not news from above
	l.View(th, 40, 10, true)
	l.Scroll(-1)
	if l.Above() != 2 {
		t.Errorf("above after one was seen: %d", l.Above())
	}
	l.Home()
	if l.Above() != 0 {
		t.Errorf("above at the top: %d", l.Above())
	}
}

func TestListMarks(t *testing.T) {
	th, src := dark(), numbered(20)
	l := NewList[int](listColumns)
	l.Show(src)
	l.View(th, 40, 10, true)
	l.Move(3)
	l.ToggleMark() // 4
	l.Move(2)
	l.StartRange() // from 6
	l.Move(2)
	if got := l.Marks(); !slices.Equal(got, []int{4, 6, 7, 8}) {
		t.Errorf("while ranging: %v", got)
	}
	src.keys = slices.DeleteFunc(src.keys, func(k int) bool { return k == 4 || k == 7 })
	if missed := l.EndRange(); missed != 0 || l.Ranging() {
		t.Errorf("missed %d", missed)
	}
	if got := l.Marks(); !slices.Equal(got, []int{6, 8}) {
		t.Errorf("after two went: %v", got)
	}
	l.ToggleMark()
	if got := l.Marks(); !slices.Equal(got, []int{6}) {
		t.Errorf("after one was taken away: %v", got)
	}
	l.ClearMarks()
	if got := l.Marks(); len(got) != 0 {
		t.Errorf("cleared: %v", got)
	}
}

// million is a list too large to hold; it knows only what it is asked.
type million struct{ asked int }

func (m *million) Len() int                     { return 1_000_000 }
func (m *million) At(i int) (int, uint64, bool) { m.asked++; return i + 1, 1, i%1000 < 990 }
func (m *million) Index(key int) (int, bool)    { return key - 1, true }
func (m *million) Cells(i int) []Line           { return []Line{Text.Line(text.Safe(fmt.Sprint(i)))} }

func TestAMillionRowsAskForAScreenful(t *testing.T) {
	th, src := dark(), &million{}
	l := NewList[int](listColumns)
	l.Show(src)
	for _, move := range []func(){func() {}, l.End, func() { l.Move(-500_000) }, func() { l.Page(-1) }, func() { l.Select(777_777) }} {
		move()
		src.asked = 0
		check(t, th, l.View(th, 80, 40, true), 80, 40)
		if src.asked > 200 {
			t.Errorf("asked for %d rows", src.asked)
		}
	}
	if at, _ := l.Position(); at != 777_776 {
		t.Errorf("at %d", at)
	}
}

func TestOnlyWhatChangedIsDrawn(t *testing.T) {
	th, src := dark(), numbered(100)
	l := NewList[int](listColumns)
	l.Show(src)
	l.View(th, 80, 40, true)
	for _, c := range []struct {
		what string
		do   func()
		want int
	}{
		{"nothing", func() {}, 0},
		{"a row", func() { src.version[7]++ }, 1},
		{"a move", func() { l.Move(1) }, 2},
		{"a mark", func() { l.ToggleMark() }, 1},
		{"a new row above", func() { src.keys = slices.Insert(src.keys, 0, 900) }, 0},
	} {
		src.asked = 0
		c.do()
		l.View(th, 80, 40, true)
		if src.asked != c.want {
			t.Errorf("%s: %d rows drawn, want %d", c.what, src.asked, c.want)
		}
	}
	src.asked = 0
	if l.View(look(Light, th.Profile), 80, 40, true); src.asked != 40 {
		t.Errorf("another theme: %d rows drawn", src.asked)
	}
}
