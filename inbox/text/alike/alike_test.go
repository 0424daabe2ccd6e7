package alike_test

import (
	"fmt"
	"strings"
	"testing"

	"lytter/inbox/text"
	"lytter/inbox/text/alike"

	"pgregory.net/rapid"
)

// What a reader calls the same inquiry is alike, and what is not is not.
func TestCompare(t *testing.T) {
	c := text.NewCutter(1000)
	for _, at := range []struct {
		a, b string
		want bool
	}{
		{"Tak for hjælpen", "Tak for hjælpen", false}, // too short to say anything
		{"Hvornår åbner biblioteket igen?", "hvornår åbner biblioteket igen", true},
		{"Hvornår åbner biblioteket igen?", "Hvornår åbner svømmehallen igen?", false},
		{"Vi kræver et lyskryds ved skolen på Amager nu. Hilsen Anna", "Vi kræver et lyskryds ved skolen på Amager nu. Hilsen Bo og Ida", true},
		{"Vi kræver et lyskryds ved skolen på Amager nu. Hilsen Anna", "Tak for det nye lyskryds ved skolen på Amager. Hilsen Anna", false},
		{"@byen Vi kræver et lyskryds ved skolen nu https://a.dk/x", "Vi kræver et lyskryds ved skolen nu! https://b.dk/y?z=1 @anden", true},
	} {
		if share, ok := alike.Compare(c.Cut(nil, at.a), c.Cut(nil, at.b)); ok != at.want {
			t.Errorf("%q and %q: %v, having %.2f in common", at.a, at.b, ok, share)
		}
	}
}

// Whatever is remembered, a text finds another exactly if they are alike, but for what chance may hide; what is forgotten is never found,
// and the oldest go first.
func TestRecent(t *testing.T) {
	c := text.NewCutter(1000)
	alikes, missed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		const most = 20
		r := alike.NewRecent(most)
		var held []int
		toks := map[int][]text.Token{}
		for id := range rapid.IntRange(1, 40).Draw(t, "texts") {
			id++
			n := rapid.IntRange(2, 14).Draw(t, "words")
			var words []string
			for i := range n {
				words = append(words, fmt.Sprint("ord", i, rapid.SampledFrom([]string{"", "", "", "", "", "x"}).Draw(t, "other")))
			}
			toks[id] = c.Cut(nil, strings.Join(words, " "))
			s := alike.Of(toks[id])
			got, _ := r.Find(&s)
			near := 0
			for _, o := range held {
				if _, ok := alike.Compare(toks[id], toks[o]); ok {
					near++
				}
			}
			if _, ok := alike.Compare(toks[id], toks[int(max(got, 1))]); got != 0 && !ok {
				t.Fatalf("found %d, which is not alike", got)
			}
			if got == 0 && near > 0 {
				missed++
			}
			if near > 0 {
				alikes++
			}
			if rapid.IntRange(0, 9).Draw(t, "forget") == 0 {
				r.Add(int64(id), s)
				r.Forget(int64(id))
				if len(held) == most && !s.Alone() {
					held = held[1:]
				}
				continue
			}
			r.Add(int64(id), s)
			if s.Alone() {
				continue
			}
			if held = append(held, id); len(held) > most {
				held = held[1:]
			}
		}
	})
	t.Logf("%d alike, %d missed", alikes, missed)
	if alikes == 0 || missed*20 > alikes {
		t.Errorf("of %d that are like another %d did not find it", alikes, missed)
	}
}
