//go:build !race

package query_test

import (
	"testing"

	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text"

	"pgregory.net/rapid"
)

// Once its room is there, a Set finds what matches and why without memory, whatever the queries are.
func TestLookAllocatesNothing(t *testing.T) {
	v := querytest.Danish()
	c := text.NewCutter(0) // none of its words goes
	rapid.Check(t, func(t *rapid.T) {
		var qs []*query.Bound
		for range 8 {
			b, err := query.Bind(v.Expr(2).Draw(t, "query"), v.Env(c))
			if err != nil {
				t.Fatal(err)
			}
			qs = append(qs, b)
		}
		set, d := query.NewSet(qs), v.Doc(c).Draw(t, "doc")
		if n := testing.AllocsPerRun(10, func() {
			l := set.Look(d, query.Limits{})
			for _, i := range l.Matched() {
				l.Hits(i, 1000)
			}
			l.Close()
		}); n > 0 {
			t.Fatalf("%v allocations", n)
		}
	})
}
