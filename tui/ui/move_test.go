package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestListMovesByKeysAndMouse(t *testing.T) {
	th := dark()
	l := NewList[int](listColumns)
	l.Show(numbered(100))
	l.View(th, 40, 10, true)
	for _, s := range []struct {
		key  string
		want int
	}{{"down", 2}, {"pgdown", 11}, {"up", 10}, {"pgup", 1}, {"end", 100}, {"down", 100}, {"home", 1}, {"up", 1}} {
		if !l.Update(press(s.key)) {
			t.Errorf("%s means nothing", s.key)
		}
		if key, ok := l.Cursor(); !ok || key != s.want {
			t.Errorf("%s: on %d, want %d", s.key, key, s.want)
		}
	}
	if l.Update(press("j")) {
		t.Error("a letter is the caller's")
	}
	l.Scroll(20)
	from, n := l.Window()
	if from != 20 || n != 10 || !l.Click(3) || l.Click(10) {
		t.Errorf("window %d, %d", from, n)
	}
	if key, _ := l.Cursor(); key != 24 {
		t.Errorf("clicked on %d", key)
	}
	l.SetColumns([]Column{{Min: 5}})
	check(t, th, l.View(th, 40, 10, false), 40, 10)
	if l.Select(99999) || !l.Select(50) {
		t.Error("selected what is not there, or not what is")
	}
	var none List[int]
	none.Home()
	none.End()
	none.Update(press("down"))
	if _, ok := none.Cursor(); ok {
		t.Error("a cursor on nothing")
	}
	check(t, th, none.View(th, 10, 3, true), 10, 3)
}

func TestThreadMovesByKeysAndMouse(t *testing.T) {
	th := dark()
	v := NewThread[int]()
	if v.Update(press("down")); v.Click(0) || v.Select(1) {
		t.Error("something in nothing")
	}
	v.Show([]Block[int]{tall(1, 0, 2, 0), tall(2, 0, 3, 1), tall(3, 0, 2, 0), tall(4, 0, 2, 2)})
	v.View(th, 40, 6, true)
	for _, s := range []struct {
		key  string
		want int
	}{{"down", 2}, {"end", 4}, {"up", 3}, {"home", 1}, {"pgdown", 2}, {"pgup", 2}} {
		if !v.Update(press(s.key)) {
			t.Errorf("%s means nothing", s.key)
		}
		if key, _ := v.Cursor(); key != s.want {
			t.Errorf("%s: on %d, want %d", s.key, key, s.want)
		}
	}
	v.Home()
	if !v.Click(4) {
		t.Error("no block on line 4")
	}
	if key, _ := v.Cursor(); key != 2 {
		t.Errorf("clicked on %d", key)
	}
	if !v.Select(4) || v.Select(9) || v.Update(press("x")) {
		t.Error("selected what is not there, or not what is")
	}
}

func TestMethodFollowsTheTerminal(t *testing.T) {
	for _, c := range []struct {
		mode ansi.Mode
		set  ansi.ModeSetting
		want ansi.Method
		ok   bool
	}{
		{ansi.ModeUnicodeCore, ansi.ModeReset, ansi.GraphemeWidth, true},
		{ansi.ModeUnicodeCore, ansi.ModePermanentlySet, ansi.GraphemeWidth, true},
		{ansi.ModeUnicodeCore, ansi.ModeNotRecognized, ansi.WcWidth, true},
		{ansi.ModeSynchronizedOutput, ansi.ModeReset, ansi.WcWidth, false},
	} {
		if got, ok := MethodFrom(c.mode, c.set); got != c.want || ok != c.ok {
			t.Errorf("%v %v: %v %v", c.mode, c.set, got, ok)
		}
	}
}

func TestPickerAndFormGoByKeys(t *testing.T) {
	p := NewPicker(things, nil, "")
	for _, s := range []struct{ key, want string }{{"down", "private"}, {"pgdown", "øl"}, {"up", "on"}, {"pgup", "reply"}, {"up", "reply"}} {
		p.Update(press(s.key))
		if it, _ := p.Current(); it.ID != s.want {
			t.Errorf("%s: on %s, want %s", s.key, it.ID, s.want)
		}
	}
	c := &Choice{ID: "c", Title: "Kommando", Picker: p}
	if a, done := c.Update(press("enter")); !done || a.Pick != "reply" || a.Dialog != "c" {
		t.Errorf("%v %v", a, done)
	}
	if a, done := c.Update(press("esc")); !done || !a.Cancelled {
		t.Errorf("%v %v", a, done)
	}
	if _, done := c.Update(tea.PasteMsg{Content: "sv"}); done {
		t.Error("a paste picked")
	}
}
