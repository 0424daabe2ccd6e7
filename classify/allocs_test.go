//go:build !race

package classify

import (
	"testing"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/inbox/text/alike"
)

// In the steady state a message costs no memory, from its text to its verdict with its reasons, with all else that is read of it. With the
// race detector a sync.Pool forgets at random, so it does not say.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	c := compileText(t, good+`
[[rule]]
id = "more"
when = '"hul vejen"/5 (kæmpe or *gade) -bibliotek channel:facebook followers:>5 author:jensen @jens #hul =et'
topics = ["vej", "vej/huller"]
priority = "high"
`)
	cutter := text.NewCutter(0) // none of its words goes
	account := inbox.Account{ID: 1, Channel: inbox.Facebook}
	author := &inbox.Author{Name: "Jens Jensen", Handle: "jens", Followers: 10}
	var d query.Doc
	var v inbox.Verdict
	var sketch alike.Sketch
	for msg, tags := range map[string]int{
		"Hvornår åbner svømmehallen i morgen?": 0, "Der er et kæmpe hul i vejen på Nørrebrogade #hul https://kk.dk 👍🏽": 3,
	} {
		in := &inbox.Incoming{Kind: inbox.Comment, Text: msg, Author: author}
		n := testing.AllocsPerRun(100, func() {
			inbox.ArrivalInto(&d, cutter, nil, account, in, true)
			sketch = alike.Of(d.Texts[query.Text][0].Tokens)
			c.ClassifyInto(&v, &d)
		})
		if n > 0 || len(v.Tags) != tags {
			t.Errorf("%q: %v allocations, tags %+v", msg, n, v.Tags)
		}
		if sketch.Alone() {
			t.Errorf("%q is like none", msg)
		}
	}
}
