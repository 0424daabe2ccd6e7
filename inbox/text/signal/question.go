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
		if n := opens(s, toks, i); n > 0 {
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
func opens(s string, toks []text.Token, i int) int {
	if len(toks)-i < 3 || toks[i+1].Kind != text.Word {
		return 0
	}
	k, next := toks[i].Keys.Exact, toks[i+1].Keys.Exact
	switch {
	case askers[k] && !tells[next] && !exclaims(s, toks, i):
		return 1
	case (k == "hvor" && places[next] || english[k] && helpers[next]) && !exclaims(s, toks, i):
		return 2
	case verbs[k] && subjects[next] && !(s[toks[i+1].Start] == 'i' && times[toks[i+2].Keys.Exact]): // "har i dag"
		return 2
	}
	return 0
}

// exclaims reports whether the sentence that begins at token i ends with an exclamation mark.
func exclaims(s string, toks []text.Token, i int) bool {
	for ; i < len(toks); i++ {
		to := len(s)
		if i+1 < len(toks) {
			to = int(toks[i+1].Start)
		}
		if gap := s[min(int(toks[i].End), to):to]; ends(gap) {
			return strings.TrimLeft(gap, " ")[0] == '!'
		}
	}
	return false
}

// Words that questions begin with. A Danish one has its verb next: who is told of next ("hvad jeg synes") tells. Of the English ones most
// do the same with a helping verb, or exclaim ("what a mess").
var (
	askers   = set("hvad hvornår hvordan hvorfor hvem hvilken hvilket hvilke hvorhenne mon why whose")
	tells    = set("jeg vi der i we")
	places   = set("mange meget længe ofte langt gammel kan skal må ligger henvender finder finde får bor køber søger melder afleverer holder parkerer")
	english  = set("what when where how who which")
	helpers  = set("do does did is are was were can could should will has have may must much many long often far old to time kind about happens happened decides bus one")
	verbs    = set("kan må skal vil har er bliver gør ved kommer får kunne skulle ville findes can could may should will would do does did is are have has")
	subjects = set("man jeg du vi i der det de nogen hun han you i we they it there anyone somebody anybody he she")
	times    = set("dag går morgen aften nat lang flere to tre fire fem mange år stedet tvivl gang alt")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[text.Fold(w)] = true
	}
	return m
}
