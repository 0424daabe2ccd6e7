package ui

import (
	"strings"
	"testing"

	"lytter/inbox/text"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"
)

func write(in interface{ Update(tea.Msg) Outcome }, s string) {
	for _, r := range s {
		in.Update(tea.KeyPressMsg{Text: string(r), Code: r})
	}
}

func TestInputHistory(t *testing.T) {
	in := NewInput()
	for _, s := range []string{"er:åben", "kanal:x", "kanal:x"} {
		in.SetValue(s)
		in.Remember()
	}
	in.SetValue("")
	write(in, "halv")
	for _, s := range []struct{ key, want string }{
		{"up", "kanal:x"}, {"up", "er:åben"}, {"up", "er:åben"}, {"down", "kanal:x"}, {"down", "halv"}, {"down", "halv"},
	} {
		if in.Update(press(s.key)); in.Value() != s.want {
			t.Errorf("%s: %q, want %q", s.key, in.Value(), s.want)
		}
	}
}

func TestInputCompletes(t *testing.T) {
	in := NewInput()
	in.Suggest = func(v string, at int) []Suggestion {
		i := strings.LastIndexByte(v[:at], ' ') + 1
		var out []Suggestion
		for _, s := range []string{"kanal:", "kø:", "klokken:"} {
			if at > i && strings.HasPrefix(s, v[i:at]) {
				out = append(out, Suggestion{Text: text.Safe(s), From: i, To: at, Help: "hjælp"})
			}
		}
		return out
	}
	step := func(key string, want Outcome, value string) {
		t.Helper()
		if got := in.Update(press(key)); got != want || in.Value() != value {
			t.Errorf("%s: %v %q, want %v %q", key, got, in.Value(), want, value)
		}
	}
	step("tab", Ignored, "")
	write(in, "hul k")
	if !in.Open() {
		t.Fatal("nothing is offered")
	}
	step("down", Handled, "hul k")
	step("down", Handled, "hul k")
	step("enter", Handled, "hul kø:") // takes what was chosen, and does not submit
	step("enter", Submitted, "hul kø:")
	write(in, " ka")
	step("tab", Handled, "hul kø: kanal:")
	write(in, " k")
	step("esc", Handled, "hul kø: kanal: k") // puts the offers away
	step("esc", Cancelled, "hul kø: kanal: k")
	if in.Update(tea.PasteMsg{Content: "x\ny\x1b[31m"}); strings.ContainsAny(in.Value(), "\n\x1b") {
		t.Errorf("pasted: %q", in.Value())
	}
}

// TestInputDrawsItsCursorInside: whatever is typed and however narrow, the cursor is on the line and the line is as wide as asked.
func TestInputDrawsItsCursorInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := anyTheme(t)
		in := NewInput()
		in.Prompt = Line{Key.Span("/ ")}
		in.Suggest = func(v string, at int) []Suggestion {
			return []Suggestion{{Text: "kanal:", From: 0, To: at, Help: "facebook eller instagram"}, {Text: "日本", From: at, To: at}}
		}
		w := rapid.IntRange(1, 30).Draw(t, "width")
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "type") {
				in.Update(tea.PasteMsg{Content: sign().Draw(t, "sign")})
			} else {
				in.Update(press(rapid.SampledFrom([]string{
					"left", "right", "home", "end", "backspace", "delete", "ctrl+left", "down",
					"tab",
				}).Draw(t, "key")))
			}
			if rapid.IntRange(0, 9).Draw(t, "wrong") == 0 {
				in.SetError(rapid.IntRange(-1, 20).Draw(t, "at"), "kender ikke det ord")
			}
			check(t, th, Lines{in.View(th, w, Plain)}, w, 1)
			if x := in.Cursor(); x < 0 || x >= w {
				t.Fatalf("the cursor is at %d of %d", x, w)
			}
			h := rapid.IntRange(0, 4).Draw(t, "height")
			below := in.Below(th, w, h)
			if len(below) > h {
				t.Fatalf("%d lines below, room for %d", len(below), h)
			}
			check(t, th, below, w, len(below))
		}
	})
}

func TestInputMarksWhatIsWrong(t *testing.T) {
	th := dark()
	in := NewInput()
	in.Prompt = Line{Key.Span("/ ")}
	in.SetValue("hul kannal:x")
	in.View(th, 60, Plain)
	in.SetError(4, "mente du kanal?")
	if got := plain(in.Below(th, 60, 3))[0]; got != "      ^ mente du kanal?" {
		t.Errorf("got %q", got)
	}
	in.View(th, 20, Plain)
	if got := plain(in.Below(th, 20, 3)); len(got) != 2 || got[0] != "      ^" || got[1] != "  mente du kanal?" {
		t.Errorf("narrow: %q", got)
	}
	if write(in, "y"); len(in.Below(th, 60, 3)) != 0 {
		t.Error("an edit leaves the mark")
	}
}

var things = []Item{
	{ID: "reply", Title: "Svar offentligt", Also: []text.Safe{"Reply in public"}, Keys: "s o"},
	{ID: "private", Title: "Svar privat", Also: []text.Safe{"Reply privately"}, Keys: "s p", Refusal: "fristen er gået"},
	{ID: "close", Title: "Kræver ikke svar", Also: []text.Safe{"Needs no answer"}, Keys: "a"},
	{ID: "on", Title: "Send videre", Also: []text.Safe{"Escalate"}, Keys: "k"},
	{ID: "øl", Title: "Åbn Ærø", Keys: "ø"},
}

func TestPickerFindsInBothLanguages(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"", "reply private close on øl"},
		{"sv", "reply private close on"}, // begins so, is a word, has the letters
		{"svar", "reply private close"},
		{"IKKE", "close"},
		{"escal", "on"},
		{"rpl", "reply private"},
		{"ærø", "øl"},
		{"åb", "øl"},
		{"xyz", ""},
	} {
		p := NewPicker(things, nil, "")
		p.Update(tea.PasteMsg{Content: c.typed})
		var got []string
		for _, h := range p.found {
			got = append(got, p.items[h.item].ID)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%q: found %q, want %q", c.typed, g, c.want)
		}
		check(t, dark(), p.View(dark(), 33, 4, true), 33, 4)
	}
}

func TestPickerDoesNotPickTheImpossible(t *testing.T) {
	p := NewPicker(things, nil, "")
	p.Select("private")
	if got := p.Update(press("enter")); got != Handled {
		t.Errorf("picked what is refused: %v", got)
	}
	if s := strings.Join(plain(p.View(dark(), 60, 6, true)), "\n"); !strings.Contains(s, "fristen er gået") {
		t.Errorf("the reason is not shown:\n%s", s)
	}
	p.Update(press("down"))
	if got := p.Update(press("enter")); got != Submitted {
		t.Errorf("did not pick: %v", got)
	}
	p.Update(tea.PasteMsg{Content: "xyz"})
	if got := p.Update(press("enter")); got != Handled {
		t.Errorf("picked nothing: %v", got)
	}
}
