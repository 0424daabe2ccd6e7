package ui

import (
	"strings"
	"testing"
	"time"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"
)

func yesNo(id string) *Question {
	return &Question{
		ID: id, Title: "Luk 12 henvendelser?", Body: []Line{Text.Line("De lukkes som besvaret. Det kan fortrydes med z.")},
		Options: []Option{
			{Pick: "ja", Keys: []string{"j", "y", "enter"}, Label: "Ja, luk dem", Danger: true},
			{Pick: "nej", Keys: []string{"n"}, Label: "Nej"},
		},
		Escape: Line{Dim.Span("Esc lukker")},
	}
}

// TestLaw8_EnterAnswersNoQuestion: not even when a caller lists Enter among the keys.
func TestLaw8_EnterAnswersNoQuestion(t *testing.T) {
	now := time.Unix(1000, 0)
	var s Stack
	s.Ask(yesNo("q"))
	for _, k := range []string{"enter", "space", "ctrl+j", "x", "J"} {
		if a, handled := s.Update(press(k), now); a != nil || !handled {
			t.Errorf("%s: %v, handled %v", k, a, handled)
		}
	}
	if a, _ := s.Update(press("j"), now); a == nil || a.Pick != "ja" || a.Dialog != "q" || s.Open() {
		t.Errorf("j: %v", a)
	}
	s.Ask(yesNo("q"))
	if a, _ := s.Update(press("esc"), now); a == nil || !a.Cancelled || s.Open() {
		t.Errorf("esc: %v", a)
	}
}

// TestADialogThatComesByItselfHearsNothingAtFirst: what was being typed goes on to where it was going, until the keyboard rests.
func TestADialogThatComesByItselfHearsNothingAtFirst(t *testing.T) {
	now := time.Unix(1000, 0)
	var s Stack
	s.Interrupt(yesNo("q"), now)
	for range 10 {
		now = now.Add(Grace - time.Millisecond)
		if a, handled := s.Update(press("j"), now); a != nil || handled {
			t.Fatal("a key in the middle of typing answered or was swallowed")
		}
	}
	now = now.Add(Grace)
	if a, handled := s.Update(press("j"), now); a == nil || !handled {
		t.Fatal("after a rest it does not hear")
	}
	// A dialog below that was asked for keeps the keyboard meanwhile.
	s.Ask(yesNo("below"))
	s.Interrupt(yesNo("above"), now)
	if a, _ := s.Update(press("n"), now); a == nil || a.Dialog != "below" {
		t.Fatalf("answered %v", a)
	}
	if s.Update(tea.WindowSizeMsg{}, now); !s.Open() {
		t.Fatal("closed by a resize")
	}
}

func TestFormSubmitsOnlyOnItsKey(t *testing.T) {
	note := NewEditor()
	f := &Form{
		ID: "videre", Title: "Send videre",
		Fields: []Field{
			{Label: "Kø", Picker: NewPicker(things, nil, ""), Height: 3},
			{Label: "Emne", Input: NewInput()},
			{Label: "Spørgsmål", Editor: note, Height: 3},
		},
		Check: func(v []string) (int, text.Safe) {
			if strings.TrimSpace(v[2]) == "" {
				return 2, "skriv et spørgsmål"
			}
			return 0, ""
		},
	}
	do := func(keys ...string) (a Answer, done bool) {
		for _, k := range keys {
			if a, done = f.Update(press(k)); done {
				return a, done
			}
		}
		return a, done
	}
	if _, done := do("enter", "enter", "enter", "ctrl+s"); done || f.why == "" || f.at != 2 {
		t.Fatalf("submitted without a question, or no reason (%q at %d)", f.why, f.at)
	}
	if a, done := do("h", "i", "ctrl+s"); !done || strings.Join(a.Values, "|") != "reply||\nhi" {
		t.Fatalf("%v %q", done, a.Values)
	}
	f.at = 0
	if _, done := do("down", "ctrl+s"); done || f.at != 0 || f.why != "fristen er gået" {
		t.Fatalf("submitted a refused item (%q)", f.why)
	}
	if a, done := do("shift+tab", "tab", "esc"); !done || !a.Cancelled {
		t.Fatal("not cancelled")
	}
}

// TestDialogsFitAnyFrame: every dialog over every size, its cursor inside.
func TestDialogsFitAnyFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := anyTheme(t)
		w, h := rapid.IntRange(MinWidth, 120).Draw(t, "w"), rapid.IntRange(MinHeight, 40).Draw(t, "h")
		frame := make(Lines, h)
		for i := range frame {
			frame[i] = th.Line(anyLine().Draw(t, "line"), w, Plain)
		}
		var s Stack
		for range rapid.IntRange(1, 3).Draw(t, "dialogs") {
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				s.Ask(yesNo("q"))
			case 1:
				s.Ask(&Choice{
					ID: "c", Title: "Kommando", Picker: NewPicker(things, Line{Key.Span("> ")}, "skriv"),
					Foot: Line{Key.Span("Enter"), Dim.Span(" vælg")},
				})
			case 2:
				f := &Form{ID: "f", Title: "Send videre til en kø", Fields: []Field{
					{Label: "Kø", Picker: NewPicker(things, nil, ""), Height: 4}, {
						Label: "Emne",
						Input: NewInput(),
					}, {Label: "Spørgsmål", Editor: NewEditor(), Height: 4},
				}, Foot: Line{Key.Span("Ctrl+S")}}
				f.at = rapid.IntRange(0, 2).Draw(t, "field")
				s.Ask(f)
			}
			s.Update(press("a"), time.Time{})
		}
		check(t, th, s.Draw(frame, th, w), w, h)
		if x, y, ok := s.Cursor(); ok && (x < 0 || x >= w || y < 0 || y >= h) {
			t.Fatalf("the cursor is at %d,%d of %dx%d", x, y, w, h)
		}
		if l := s.Top().Linear(); len(l.All) == 0 || l.Typing && len(l.Now) == 0 {
			t.Fatalf("it says nothing: %+v", l)
		}
	})
}
