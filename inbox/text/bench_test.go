package text

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// corpus makes short messages the way citizens write them: Zipfian words, median about 110 bytes, now and then a capital, an emoji, a
// hashtag, a handle and an address.
func corpus(messages, words int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	onsets := strings.Fields("b br d dr f fl fr g gr h hj k kl kr l m n p pl r s sk sl sp st str t tr v")
	nuclei := strings.Fields("a e i o u y æ ø å ej øj")
	codas := strings.Fields("d g k l ld m n nd ng r rk rt s st t")
	endings := []string{"", "", "", "en", "er", "et", "erne", "ens", "e", "ede"}
	vocabulary := make([]string, words)
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	for i := range vocabulary {
		var b strings.Builder
		for range 1 + r.IntN(2+i*2/words) {
			b.WriteString(pick(onsets) + pick(nuclei) + pick(codas))
		}
		vocabulary[i] = b.String() + pick(endings)
	}
	zipf := rand.NewZipf(r, 1.1, 8, uint64(words-1))
	out := make([]string, messages)
	for i := range out {
		var b strings.Builder
		for want := 60 + r.IntN(100); b.Len() < want; {
			w := vocabulary[zipf.Uint64()]
			switch r.IntN(60) {
			case 0:
				w = "#" + w
			case 1:
				w = "@" + w
			case 2:
				w = []string{"👍", "😡", "❤️", "🚲", "👍🏽"}[r.IntN(5)]
			case 3:
				w = "https://www.kommunen.dk/" + w + "?id=4711"
			case 4, 5, 6:
				w = strings.ToUpper(w[:1]) + w[1:]
			case 7, 8, 9, 10:
				w += []string{",", ".", "!", "?", "'s"}[r.IntN(5)]
			}
			b.WriteString(w)
			b.WriteByte(' ')
		}
		out[i] = b.String()
	}
	return out
}

func BenchmarkCut(b *testing.B) {
	texts := corpus(20_000, 60_000)
	c := NewCutter(0)
	var dst []Token
	tokens, size := 0, 0
	for _, s := range texts { // the steady state: every word was seen
		dst = c.Cut(dst[:0], s)
		tokens += len(dst)
		size += len(s)
	}
	b.ReportAllocs()
	b.SetBytes(int64(size / len(texts)))
	i := 0
	for b.Loop() {
		dst = c.Cut(dst[:0], texts[i])
		if i++; i == len(texts) {
			i = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
	b.ReportMetric(float64(tokens)/float64(len(texts)), "tokens/text")
}

// BenchmarkCutUnseen cuts with a cache that is always too small: what a word costs that was never seen.
func BenchmarkCutUnseen(b *testing.B) {
	texts := corpus(20_000, 60_000)
	c := NewCutter(1)
	var dst []Token
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		dst = c.Cut(dst[:0], texts[i%len(texts)])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

func BenchmarkClean(b *testing.B) {
	texts := corpus(20_000, 60_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Clean(texts[i%len(texts)])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}
