package tui

import (
	"fmt"
	"strings"
	"testing"

	"lytter/tui/ui"
)

// Whatever field of a conversation holds a CPR number, and wherever a person goes: no frame and no spoken line has its digits, in any of
// the ways in which it is written.
func TestCPRIsOnNoScreen(t *testing.T) {
	s := newStage(t)
	forms := []string{
		"140231-4126", "1402314126", "140231 4126", "14.02.31-4126", "140231\u2011\u200b4126", "14 02 31 41 26", "1\u20e34\u20e30\u20e32\u20e33\u20e31\u20e34\u20e31\u20e32\u20e36\u20e3",
		"cpr 140231 (4126)", "cpr 14.02.2031 4126",
	}
	for i, f := range forms {
		if !strings.HasPrefix(f, "cpr") {
			f = "cpr " + f
		}
		s.plant(6+i, f) // the first six name things of ours too
	}
	bare := func(frame string) string { // what is left of a frame when nothing stands between its digits
		return strings.Map(func(r rune) rune {
			if '0' <= r && r <= '9' || r >= 'a' && r <= 'z' || r == '*' {
				return r
			}
			return -1
		}, frame)
	}
	for _, look := range []string{"screen", "lines"} {
		p := s.seat("anna", 160, 45, "da", ui.Dark)
		if look == "lines" {
			p.leave()
			s.listener("anna", "da")
			p = s.people["anna"]
		}
		covered := 0
		clean := func(where string) {
			t.Helper()
			frame := p.screen() + p.said.String() + p.app.View().WindowTitle
			covered += strings.Count(frame, "*")
			for _, part := range []string{"140231", "14022031", "1402314126"} {
				if strings.Contains(frame, part) || strings.Contains(bare(frame), part+"4126") {
					t.Errorf("%s of %s: %s\n%s", where, look, part, frame)
				}
			}
		}
		clean("the list")
		for i := range forms {
			p.press("enter")
			clean("the thread")
			for _, keys := range []string{"H c", "f", "h", "esc", "l", "esc", "y", "o", "x", "esc", "end k", "s", "esc"} {
				p.press(strings.Fields(keys)...)
				clean(fmt.Sprint("after ", keys))
			}
			p.press("esc", "esc", "esc", "esc", "j")
			if i == 0 {
				for _, keys := range []string{"e", "v", "d", "a", "u", "p", "?", ":", "g", "i"} {
					p.press(keys)
					clean(keys)
					p.press("esc")
				}
			}
		}
		if covered < 100 {
			t.Errorf("%s: only %d covered digits were seen: the test is blind", look, covered)
		}
		p.leave()
	}
}
