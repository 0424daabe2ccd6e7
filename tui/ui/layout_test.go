package ui

import (
	"fmt"
	"testing"

	"lytter/inbox/text"

	"pgregory.net/rapid"
)

func TestLayoutCoversWithoutOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		panes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Pane {
			p := Pane{
				Min: rapid.IntRange(1, 80).Draw(t, "min"), Grow: rapid.IntRange(0, 3).Draw(t, "grow"),
				Drop: rapid.IntRange(0, 3).Draw(t, "drop"),
			}
			if rapid.Bool().Draw(t, "bounded") {
				p.Max = p.Min + rapid.IntRange(0, 60).Draw(t, "more")
			}
			return p
		}), 1, 4).Draw(t, "panes")
		focus := rapid.IntRange(0, len(panes)-1).Draw(t, "focus")
		l := Arrange(rapid.IntRange(-10, 12000).Draw(t, "w"), rapid.IntRange(-10, 12000).Draw(t, "h"), panes, focus)
		if l.W < MinWidth || l.W > MaxWidth || l.H < MinHeight || l.H > MaxHeight {
			t.Fatalf("%dx%d", l.W, l.H)
		}
		seen := make([]int, l.W*l.H)
		for _, r := range append(append([]Rect{l.Header, l.Status}, l.Panes...), l.Dividers...) {
			if r.W == 0 {
				continue
			}
			for y := r.Y; y < r.Y+r.H; y++ {
				for x := r.X; x < r.X+r.W; x++ {
					seen[y*l.W+x]++
				}
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("cell %d,%d is covered %d times: %+v", i%l.W, i/l.W, n, l)
			}
		}
		if !l.Shown(focus) {
			t.Fatalf("the focus is not shown: %+v", l)
		}
		shown := 0
		for i, r := range l.Panes {
			if r.W > 0 {
				shown++
			}
			if r.W > 0 && shown > 1 && r.W < panes[i].Min {
				t.Fatalf("pane %d has %d columns, wants %d", i, r.W, panes[i].Min)
			}
		}
	})
}

func TestColumnsFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Column {
			return Column{
				Min: rapid.IntRange(1, 12).Draw(t, "min"), Grow: rapid.IntRange(0, 2).Draw(t, "grow"), Drop: rapid.IntRange(0, 4).Draw(t,
					"drop"),
				Right: rapid.Bool().Draw(t, "right"),
			}
		}), 1, 8).Draw(t, "cols")
		width := rapid.IntRange(0, 120).Draw(t, "width")
		cells := rapid.SliceOfN(anyLine(), 0, 9).Draw(t, "cells")
		th := anyTheme(t)
		widths := Fit(cols, width)
		var p painter
		p.init(th, Chosen)
		p.columns(cols, widths, cells, width)
		check(t, th, Lines{p.String()}, width, 1)
		for i, w := range widths {
			if w != 0 && w < cols[i].Min || w == 0 && cols[i].Drop == 0 {
				t.Fatalf("column %d has %d cells: %+v", i, w, cols[i])
			}
		}
	})
}

func TestComposeIsTheFrame(t *testing.T) {
	th := dark()
	for _, size := range [][2]int{{1, 1}, {20, 5}, {80, 24}, {200, 60}, {500, 200}} {
		l := Arrange(size[0], size[1], []Pane{{Min: 18, Max: 26, Grow: 1, Drop: 2}, {Min: 60, Grow: 2}, {Min: 50, Grow: 2, Drop: 1}}, 1)
		panes := make([]Lines, 3)
		for i, r := range l.Panes {
			for y := range r.H {
				panes[i] = append(panes[i], th.Line(Text.Line(text.Safe(fmt.Sprint(i, y))), r.W, Plain))
			}
		}
		check(t, th, l.Compose(th, th.Blank(l.W, Bar), th.Blank(l.W, Bar), panes...), l.W, l.H)
		// A pane that falls short leaves no hole.
		check(t, th, l.Compose(th, th.Blank(l.W, Bar), th.Blank(l.W, Bar), nil, nil, nil), l.W, l.H)
	}
}
