package tui

import (
	"strings"
	"testing"
)

// framesOf is what is looked at in each size and language.
const framesOf = `
post p: Nye cykelstier på Nørrebrogade: arbejdet begynder i uge 46, og der er spærret for biler i fire uger. Følg med her.
post q: Hovedbiblioteket holder lukket torsdag.
say c1 by Søren Ægidius on p: Der er et kæmpe hul i vejen ved cykelstien, jeg væltede næsten i morges
say c2 by Åse Lund under c1: Enig! Det er farligt for børnene
say c3 by "Mohammed Al-Khatib" on q: Kan jeg aflevere min bog et andet sted?
mention m1 by Emma Smith: @byen why is the library closed? 📚
say c4 by 田中さくら: 図書館はいつ開きますか 👍🏽 👨‍👩‍👧 🇩🇰
say c5 by Kirsten Thorup-Jørgensen: Det brænder i containeren på hjørnet af Nørrebrogade! Der er brand!
attach c1 image "hul.jpg" "Et hul i asfalten"
edit c2: Enig! Det er meget farligt for børnene
after 20m
carl sits at 80x24
carl presses j j t
carl leaves
anna sits at SIZE LANG
anna presses home
anna looks like LANG-SIZE-list
anna presses end enter
anna looks like LANG-SIZE-thread
anna presses h
anna looks like LANG-SIZE-why
anna presses esc r
anna types Hej Søren. Tak, fordi du skriver 👍🏽 Vi sender nogen i dag.
anna looks like LANG-SIZE-reply
anna presses ctrl+s ?
anna looks like LANG-SIZE-help
anna presses esc esc /
anna types channel:fa
anna looks like LANG-SIZE-search
anna presses tab
anna types cykel or bog
anna presses enter
anna looks like LANG-SIZE-results
`

// TestFrames keeps whole frames of the commonest places in testdata/frames, in two languages and three sizes.
func TestFrames(t *testing.T) {
	for _, lang := range []string{"da", "en"} {
		for _, size := range []string{"80x24", "120x40", "160x45"} {
			t.Run(lang+"-"+size, func(t *testing.T) {
				t.Parallel()
				play(t, strings.NewReplacer("SIZE", size, "LANG", lang).Replace(framesOf))
			})
		}
	}
}
