package query_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// A Set finds exactly the queries that match, and says of each where and why as the query itself does. Within limits it claims nothing that is
// not so, and what it leaves out it says.
func TestSetIsEachQuery(t *testing.T) {
	v := querytest.Danish()
	c := text.NewCutter(1000)
	hits, misses, cut := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var qs []*query.Bound
		for range rapid.IntRange(1, 12).Draw(t, "queries") {
			b, err := query.Bind(v.Expr(rapid.IntRange(0, 3).Draw(t, "depth")).Draw(t, "query"), v.Env(c))
			if err != nil {
				t.Fatal(err)
			}
			qs = append(qs, b)
		}
		set := query.NewSet(qs)
		for range 3 {
			d := v.Doc(c).Draw(t, "doc")
			var want []int32
			for i, q := range qs {
				if q.Match(d) {
					want = append(want, int32(i))
					hits++
				} else {
					misses++
					if q.Hits(d) != nil {
						t.Fatalf("query %d has hits without a match", i)
					}
				}
			}
			if diff := cmp.Diff(want, set.Match(d, nil)); diff != "" {
				t.Fatal(diff)
			}
			look := set.Look(d, query.Limits{})
			for _, i := range want {
				one := qs[i].Hits(d)
				for _, h := range one {
					if h.Start > h.End || h.At.Start >= h.At.End {
						t.Fatalf("hit %+v", h)
					}
				}
				if diff := cmp.Diff(one, look.Hits(i, math.MaxInt), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("query %d explains itself otherwise in the set:\n%s", i, diff)
				}
			}
			look.Close()
			look = set.Look(d, query.Limits{Each: rapid.IntRange(1, 20).Draw(t, "each"), All: rapid.IntRange(1, 60).Draw(t, "all")})
			got := look.Matched()
			for _, i := range got {
				if !slices.Contains(want, i) {
					t.Fatalf("within limits query %d matches", i)
				}
			}
			if u := look.Undecided(); u >= 0 && slices.Contains(got, u) {
				t.Fatalf("query %d matches and is undecided", u)
			} else if u >= 0 {
				cut++
			} else if !slices.Equal(got, want) {
				t.Fatalf("within limits %v of %v match, and all is decided", got, want)
			}
			look.Close()
		}
	})
	if share := float64(hits) / float64(hits+misses); share < 0.2 || share > 0.8 {
		t.Errorf("%.0f %% of the pairs match: the property says little", 100*share)
	}
	if cut == 0 {
		t.Error("no limit was ever reached")
	}
}

// Words that are as far apart as they may be are near, and one further are not, whichever of them a Set goes by.
func TestSetAtTheEdgeOfNear(t *testing.T) {
	c := text.NewCutter(0)
	near := 0
	for slop := 2; slop < 6; slop++ {
		for _, asked := range []string{"hul kommune", "kommune hul", "hul kommune bro"} {
			q := bind(t, c, fmt.Sprintf(`"%s"/%d`, asked, slop))
			set := query.NewSet([]*query.Bound{q})
			for gap := range 7 {
				between := strings.Repeat(" x", gap) + " "
				for _, msg := range []string{"hul" + between + "kommune", "kommune" + between + "hul", "bro hul" + between + "kommune", "hul kommune" + between + "bro"} {
					d := &query.Doc{}
					d.AddText(query.Text, query.Passage{Tokens: c.Cut(nil, msg)})
					want := q.Match(d)
					if got := len(set.Match(d, nil)) == 1; got != want {
						t.Errorf("%q/%d on %q: %v in the set", asked, slop, msg, got)
					}
					if want {
						near++
					}
				}
			}
		}
	}
	if near == 0 {
		t.Error("nothing is near")
	}
}

// Whatever is asked of whatever is written, a Set decides and explains as each of its queries alone.
func FuzzSet(f *testing.F) {
	f.Add("cykel or \"hul i vejen\"\n\"vejen hul\"/5 -sti\n=café\n*gade\nvej*\n#hul or @jens", "Der er et hul i vejen på Nørrebrogade #hul @jens café")
	f.Add("*a*\n-\"a b\"/0\n\"a a a\"\n(a or b) -(c d)", "a b a a, a! 👍🏽 c")
	f.Add("kk.dk or \"14 05\"\nskolebus bus =BUS", "https://kk.dk/a?b=c den 14.05 kører skolebussen BUS")
	c := text.NewCutter(0)
	f.Fuzz(func(t *testing.T, asked, msg string) {
		var qs []*query.Bound
		for q := range strings.Lines(asked) {
			e, err := query.Parse(strings.TrimSuffix(q, "\n"))
			if err != nil || len(qs) == 50 {
				continue
			}
			if b, err := query.Bind(e, query.Env{Cutter: c}); err == nil {
				qs = append(qs, b)
			}
		}
		d := &query.Doc{}
		for part := range strings.Lines(msg) { // phrases never cross them
			d.AddText(query.Text, query.Passage{Tokens: c.Cut(nil, part)})
		}
		d.AddText(query.Author, query.Passage{Tokens: c.Cut(nil, asked)})
		look := query.NewSet(qs).Look(d, query.Limits{})
		defer look.Close()
		for i, q := range qs {
			in := slices.Contains(look.Matched(), int32(i))
			if in != q.Match(d) {
				t.Errorf("query %d of %q on %q: %v in the set", i, asked, msg, in)
			}
			if in && !cmp.Equal(q.Hits(d), look.Hits(int32(i), math.MaxInt), cmpopts.EquateEmpty()) {
				t.Errorf("query %d of %q on %q explains itself otherwise in the set", i, asked, msg)
			}
		}
	})
}

// A Set that is used by many at once, and whose table of words is too small for them, gives the same answers.
func TestSetShared(t *testing.T) {
	v := querytest.Danish()
	c := text.NewCutter(1) // forgets all the time: the same words come with other keys
	var qs []*query.Bound
	for _, q := range []string{`vej*`, `*sti*`, `*en`, `cykel "hul i vejen"`, `"vejen hul"/5 or =café`, `sti -cykel`, `#cykelby or @jens`, `-has:link`} {
		qs = append(qs, bind(t, c, q))
	}
	set := query.NewSet(qs)
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(g)))
			for range 300 {
				msg := ""
				for range r.IntN(20) {
					msg += v.Words[r.IntN(len(v.Words))] + strings.Repeat("x", r.IntN(3)*r.IntN(200)) + " #cykelby @jens "[:r.IntN(2)*16] + " "
				}
				d := &query.Doc{}
				d.AddText(query.Text, query.Passage{Tokens: c.Cut(nil, msg)})
				var want []int32
				for i, q := range qs {
					if q.Match(d) {
						want = append(want, int32(i))
					}
				}
				if got := set.Match(d, nil); !slices.Equal(got, want) {
					t.Errorf("%q: %v, want %v", msg, got, want)
				}
			}
		})
	}
	wait.Wait()
}
