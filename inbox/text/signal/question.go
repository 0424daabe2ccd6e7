package signal

import (
	"strings"

	"lytter/inbox/text"
)

// asks reports whether a text asks: it has a question mark outside of addresses, or a sentence begins as questions do.
func asks(s string, toks []text.Token, marks *[]Mark) bool {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '?')
		if i < 0 {
			break
		}
		if i += from; !inAddress(toks, i) {
			note(marks, Mark{Signal: Question, Start: int32(i), End: int32(i + 1)})
			return true
		}
		from = i + 1
	}
	begins := true
	for i := range toks {
		t := &toks[i]
		if i > 0 {
			begins = ends(s[min(int(toks[i-1].End), int(t.Start)):t.Start])
		}
		if !begins || t.Kind != text.Word {
			continue
		}
		if n := opens(toks, i); n > 0 {
			note(marks, Mark{Signal: Question, Start: t.Start, End: toks[i+n-1].End})
			return true
		}
	}
	return false
}

func inAddress(toks []text.Token, at int) bool {
	for i := range toks {
		if toks[i].Kind == text.URL && int(toks[i].Start) <= at && at < int(toks[i].End) {
			return true
		}
	}
	return false
}

// ends reports whether what stands between two words ends a sentence.
func ends(gap string) bool { return strings.ContainsAny(gap, ".!\n") }

// opens says by how many words from token i on a sentence begins as a question: "hvornår åbner I", "kan man", "is there". 0: it does not.
func opens(toks []text.Token, i int) int {
	k := toks[i].Keys.Exact
	left := len(toks) - i
	if askers[k] && left >= 3 {
		return 1
	}
	if left >= 3 && verbs[k] && toks[i+1].Kind == text.Word && subjects[toks[i+1].Keys.Exact] {
		return 2
	}
	return 0
}

var (
	askers   = set("hvad hvornår hvordan hvorfor hvem hvilken hvilket hvilke hvorhenne mon what when where why how who which whose")
	verbs    = set("kan må skal vil har er bliver gør ved kommer får kunne skulle ville findes can could may should will would do does did is are have has")
	subjects = set("man jeg du vi i der det de nogen hun han you i we they it there anyone somebody anybody he she")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[text.Fold(w)] = true
	}
	return m
}
