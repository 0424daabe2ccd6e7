package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// texts makes short messages of a made-up language: words of Danish and English syllables and endings, by Zipf's law, so that stems meet.
type texts struct {
	r     *rand.Rand
	words []string // the commonest first
	zipf  *rand.Zipf
}

func newTexts(seed uint64, vocabulary int) *texts {
	t := &texts{r: rand.New(rand.NewPCG(seed, 1))}
	var syllables []string
	for _, a := range strings.Fields("b br d dr f fl g gr h j k kl kr l m n p r s sk sl sp st t tr v") {
		for _, b := range strings.Fields("a e i o u y æ ø å") {
			for _, c := range []string{"", "n", "r", "l", "s", "k", "m", "t"} {
				syllables = append(syllables, a+b+c)
			}
		}
	}
	endings := []string{"", "", "en", "er", "erne", "et", "ing", "s"}
	known := map[string]bool{}
	for len(t.words) < vocabulary {
		w := ""
		for range 1 + t.r.IntN(4) {
			w += syllables[t.r.IntN(len(syllables))]
		}
		if w += endings[t.r.IntN(len(endings))]; !known[w] {
			known[w] = true
			t.words = append(t.words, w)
		}
	}
	t.zipf = rand.NewZipf(t.r, 1.07, 6, uint64(vocabulary-1))
	return t
}

// next gives a message of 4 to 40 words.
func (t *texts) next() string {
	var b strings.Builder
	for i := range 4 + t.r.IntN(18) + t.r.IntN(20) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.words[t.zipf.Uint64()])
		switch t.r.IntN(20) {
		case 0:
			b.WriteByte(',')
		case 1:
			b.WriteByte('.')
		}
	}
	switch t.r.IntN(10) {
	case 0:
		fmt.Fprintf(&b, " #%s", t.words[t.zipf.Uint64()])
	case 1:
		b.WriteString(" 🙏")
	}
	return b.String()
}
