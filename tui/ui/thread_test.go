package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lytter/inbox/text"

	"pgregory.net/rapid"
)

// tall is a block of some lines, each of which tells which it is.
func tall(key, version, lines, depth int) Block[int] {
	return Block[int]{Key: key, Version: uint64(version), Depth: depth, Body: func(*Theme, int) []Line {
		var out []Line
		for i := range lines {
			out = append(out, Text.Line(text.Safe(fmt.Sprintf("<%d/%d>", key, i))))
		}
		return out
	}}
}

// TestThreadKeepsItsPlace: blocks above that come, go or change their height do not move the block that the reader looks at.
func TestThreadKeepsItsPlace(t *testing.T) {
	th := dark()
	rapid.Check(t, func(t *rapid.T) {
		const w = 40
		h := rapid.IntRange(1, 14).Draw(t, "height")
		size := rapid.IntRange(1, 9)
		var blocks []Block[int]
		for i := range rapid.IntRange(0, 15).Draw(t, "blocks") {
			blocks = append(blocks, tall(i+1, 0, size.Draw(t, "size"), i%4))
		}
		v := NewThread[int]()
		v.Show(blocks)
		next, version := 100, 1
		check(t, th, v.View(th, w, h, true), w, h)
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "op") {
			case 0:
				v.Move(rapid.SampledFrom([]int{-2, -1, 1, 2}).Draw(t, "by"))
			case 1:
				v.Scroll(rapid.IntRange(-6, 6).Draw(t, "by"))
			case 2:
				v.Page(rapid.SampledFrom([]int{-1, 1}).Draw(t, "by"))
			default:
				if len(blocks) == 0 {
					break
				}
				before := plain(v.View(th, w, h, true))
				at, _ := v.Cursor()
				line := v.lineOf(v.at)
				blocks = slices.Clone(blocks)
				// Something happens above the block under the cursor, of which there is always some on the screen.
				switch i := rapid.IntRange(0, v.at).Draw(t, "where"); rapid.IntRange(0, 2).Draw(t, "what") {
				case 0:
					blocks = slices.Insert(blocks, i, tall(next, 0, size.Draw(t, "size"), 1))
					next++
				case 1:
					if i < v.at {
						blocks = slices.Delete(blocks, i, i+1)
					}
				case 2:
					if i < v.at {
						blocks[i] = tall(blocks[i].Key, version, size.Draw(t, "size"), 1)
						version++
					}
				}
				// It can stay when what is above reaches the top of the screen and what is below reaches its end.
				above, below := 0, 0
				for _, b := range blocks {
					if b.Key == at || below > 0 {
						below += len(b.Body(th, w)) + 1
					} else {
						above += len(b.Body(th, w)) + 1
					}
				}
				v.Change(blocks)
				after := plain(v.View(th, w, h, true))
				if got, _ := v.Cursor(); got != at {
					t.Fatalf("the cursor went from %d to %d", at, got)
				}
				if possible := above >= line && line+below >= h; possible && v.lineOf(v.at) != line {
					t.Fatalf("block %d was on line %d, now on %d:\n%s\nand now:\n%s", at, line, v.lineOf(v.at), before, after)
				}
			}
			check(t, th, v.View(th, w, h, true), w, h)
			inOrder(t, v, th, w, h)
		}
	})
}

// inOrder fails unless the screen shows consecutive lines of the whole, with no empty ones at the top or, where there is more, at the
// bottom.
func inOrder(t interface {
	Helper()
	Fatalf(string, ...any)
}, v *Thread[int], th *Theme, w, h int,
) {
	t.Helper()
	if len(v.blocks) == 0 {
		return
	}
	var whole []string
	for _, b := range v.blocks {
		for _, l := range b.Body(th, w) {
			whole = append(whole, string(l.Plain()))
		}
		whole = append(whole, "")
	}
	from := -v.lineOf(0)
	if from < 0 || from > max(len(whole)-h, 0) {
		t.Fatalf("line %d of %d is at the top of %d", from, len(whole), h)
	}
	for y, s := range plain(v.View(th, w, h, true)) {
		want := ""
		if from+y < len(whole) {
			want = whole[from+y]
		}
		got := strings.Trim(s, " ▌│")
		if got != want {
			t.Fatalf("line %d is %q, want %q", y, got, want)
		}
	}
	first, last := v.readable()
	if v.at < first || v.at > last {
		t.Fatalf("the cursor's block %d is not on the screen (%d to %d)", v.at, first, last)
	}
}

func TestThreadReadsLongBlocksToTheirEnd(t *testing.T) {
	th := dark()
	v := NewThread[int]()
	v.Show([]Block[int]{tall(1, 0, 2, 0), tall(2, 0, 30, 0), tall(3, 0, 2, 0)})
	seen := map[string]bool{}
	for range 10 {
		for _, s := range plain(v.View(th, 40, 10, true)) {
			seen[strings.Trim(s, " ▌│")] = true
		}
		v.Move(1)
	}
	for i := range 30 {
		if !seen[fmt.Sprintf("<2/%d>", i)] {
			t.Errorf("line %d was skipped", i)
		}
	}
	if key, _ := v.Cursor(); key != 3 {
		t.Errorf("the cursor is on %d", key)
	}
}

func TestThreadCountsWhatCameUnseen(t *testing.T) {
	th := dark()
	blocks := []Block[int]{tall(1, 0, 5, 0), tall(2, 0, 5, 0)}
	v := NewThread[int]()
	v.Show(blocks)
	v.View(th, 40, 6, true)
	v.Change(append(slices.Clone(blocks), tall(3, 0, 5, 0), tall(4, 0, 5, 0)))
	v.View(th, 40, 6, true)
	if v.Fresh() != 2 {
		t.Errorf("fresh: %d", v.Fresh())
	}
	v.End()
	v.View(th, 40, 6, true)
	if v.Fresh() != 1 {
		t.Errorf("fresh with the last on the screen: %d", v.Fresh())
	}
	if !v.Click(0) {
		t.Error("no block on the first line")
	}
}
