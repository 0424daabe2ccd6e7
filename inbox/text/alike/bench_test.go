package alike_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lytter/inbox/text"
	"lytter/inbox/text/alike"
)

// BenchmarkRecent does with each message that comes what a desk does: its sketch, the most like it of the newest 10,000, and remembering
// it. One in three says nearly what others said.
func BenchmarkRecent(b *testing.B) {
	cut := messages(16_384) // more than are remembered: those that come again are new
	recent := alike.NewRecent(10_000)
	b.ReportAllocs()
	found, i := 0, 0
	for b.Loop() {
		s := alike.Of(cut[i%len(cut)])
		if id, _ := recent.Find(&s); id != 0 {
			found++
		}
		recent.Add(int64(i+1), s)
		i++
	}
	b.ReportMetric(float64(found)/float64(b.N), "found/op")
}

// BenchmarkOf makes the sketch alone.
func BenchmarkOf(b *testing.B) {
	cut := messages(256)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_ = alike.Of(cut[i%len(cut)])
		i++
	}
}

// messages makes n texts of some twenty words, cut.
func messages(n int) [][]text.Token {
	c := text.NewCutter(0)
	said := strings.Fields("hul vejen cykelsti børn skole lys gade park bænk affald træ bus kø svar kommune bibliotek åbent lukket farligt aften")
	out, rnd := make([][]text.Token, n), rand.New(rand.NewPCG(1, 2))
	for i := range out {
		var words []string
		for range 20 {
			words = append(words, said[rnd.IntN(len(said))])
		}
		if i%3 == 0 {
			words = strings.Fields("vi er mange der kræver et lyskryds ved skolen inden sommeren hilsen")
		}
		out[i] = c.Cut(nil, strings.Join(words, " ")+fmt.Sprint(" nummer ", i))
	}
	return out
}
