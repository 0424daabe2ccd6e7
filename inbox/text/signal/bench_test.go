package signal_test

import (
	"testing"

	"lytter/inbox/text"
	"lytter/inbox/text/signal"
)

// BenchmarkRead reads texts that are cut already: what the signals add to a message that comes.
func BenchmarkRead(b *testing.B) {
	texts, cut := cutTexts(b)
	r := signal.NewReader(signal.NewOwn(text.NewCutter(1000), map[string]int{"letbane": -1, "kulturnat": 1}))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r.Read(texts[i], cut[i])
		if i++; i == len(texts) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

func cutTexts(b *testing.B) (texts []string, cut [][]text.Token) {
	b.Helper()
	c := text.NewCutter(0)
	for _, file := range []string{"sentiment", "sentiment_unseen", "danger", "language", "udhr"} {
		ts, _ := labelled(b, file)
		for _, s := range ts {
			texts, cut = append(texts, s), append(cut, c.Cut(nil, s))
		}
	}
	return texts, cut
}

// Reading takes nothing from the heap.
func TestReadAllocatesNothing(t *testing.T) {
	c, r := text.NewCutter(1000), signal.NewReader(nil)
	const s = "Det brænder i opgangen! Hvorfor svarer I aldrig? Tak for ingenting, se https://kk.dk?x=1"
	toks := c.Cut(nil, s)
	if n := testing.AllocsPerRun(100, func() { r.Read(s, toks) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
