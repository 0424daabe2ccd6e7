package tui

import (
	"strings"
	"testing"

	"lytter/inbox"
)

// pagesOf is what stands on the pages: people at work, before somebody looks.
const pagesOf = `
post p: Nye cykelstier på Nørrebrogade
say c1 by Søren Ægidius on p: Der er et kæmpe hul i vejen ved cykelstien, jeg væltede næsten i morges
say c2 by Kirsten Thorup-Jørgensen: Kan jeg aflevere min bog et andet sted?
mention m1 by Emma Smith: @byen why is the library closed? 📚
say c3 by Bent: Tak for hjælpen!
after 20m
carl sits at 80x24
carl presses j t
after 3m
carl presses r
carl types Hej Emma. The library is closed today.
carl presses ctrl+s
after 20s
the platform takes it
after 5m
carl presses esc home A
carl leaves
`

// TestPages opens every page as a person would, in two languages and two sizes, in colours and in plain lines: its frame is kept in
// testdata/frames, it has the keyboard, it says its name in the header and to the ear, Esc leads back and the history there again. A page needs
// no more than its line in pageKinds to be tried so.
func TestPages(t *testing.T) {
	for i, k := range pageKinds() {
		for _, at := range []string{"80x24 da", "160x45 da", "80x24 en", "160x45 en"} {
			size, lang, _ := strings.Cut(at, " ")
			t.Run(k.id+"-"+lang+"-"+size, func(t *testing.T) {
				t.Parallel()
				who, listens := "anna", "bo"
				if k.act == inbox.DoRules { // those are for leads
					who, listens = "carl", "carl"
				}
				s := play(t, pagesOf+who+" sits at "+at)
				p := s.people[who]
				below := p.screen()
				if !p.app.t.Has("hint." + k.id) {
					t.Errorf("%s has no short name to stand behind its first key", k.id)
				}
				p.press(strings.Fields(k.keys[0])...)
				if err := p.looksLike(lang + "-" + size + "-page-" + k.id); err != nil {
					t.Error(err)
				}
				name := string(p.app.onPage().name())
				if p.app.here() != pageAt(i) || !strings.Contains(p.frame()[0], name) {
					t.Errorf("%s is not open, or does not say so:\n%s", k.id, p.screen())
				}
				p.press(strings.Fields(k.keys[0])...)
				if len(p.app.pages) != 1 {
					t.Error("it is open twice")
				}
				p.press("esc")
				if got := p.screen(); got != below {
					t.Errorf("Esc leads to\n%s, not to\n%s", got, below)
				}
				p.press("backspace")
				if p.app.here() != pageAt(i) {
					t.Errorf("the history leads to\n%s", p.screen())
				}
				p.press("backspace", "alt+right")
				if p.app.here() != pageAt(i) {
					t.Errorf("and forward to\n%s", p.screen())
				}
				if who == listens {
					p.leave()
				}
				s.listener(listens, lang)
				p = s.people[listens]
				p.press(strings.Fields(k.keys[0])...)
				if err := p.hears(name, true); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
