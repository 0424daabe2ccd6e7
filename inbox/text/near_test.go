package text

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNear(t *testing.T) {
	for _, tt := range []struct {
		word, other string
		want        int // 0: too far
	}{
		{"cykel", "cykel", 0},
		{"cykkel", "cykel", 1},
		{"bibloteket", "biblioteket", 2},
		{"biblotekket", "biblioteket", 3},
		{"vann", "vand", 1},
		{"mand", "man", 1},
		{"kold", "koll", 1},
		{"vem", "hvem", 1},
		{"børnehæve", "børnehave", 2},
		{"bornehave", "børnehave", 1},
		{"aben", "åben", 1},
		{"skrald", "skarld", 2},
		{"hus", "mus", 0},
		{"bus", "buss", 1},
		{"ansogning", "ansøgning", 1},
		{"parkerignsplas", "parkeringsplads", 4},
		{"pakerignsplas", "parkeringsplads", 0}, // three edits
		{"parkerignsplads", "parkeringsplads", 2},
		{"vej", "by", 0},
		{"2026", "2027", 0},
		{"center", "senter", 2},
		{"hjemmehjelp", "hjemmehjælp", 1},
		{"kommunne", "kommune", 1},
		{"trafik", "traffik", 1},
		{"by", "bye", 0},
	} {
		score, ok := NewNear(Fold(tt.word)).Score(Fold(tt.other))
		if !ok {
			score = 0
		}
		if score != tt.want {
			t.Errorf("%s and %s: %d, want %d", tt.word, tt.other, score, tt.want)
		}
	}
}

// What is cut short because it is too far is not near by the rule either, however the words are.
func TestNearIsTheRule(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcdehjlnorsvæøå")), 1, 12, -1)
	near := 0
	rapid.Check(t, func(t *rapid.T) {
		word := letters.Draw(t, "word")
		other := letters.Draw(t, "other")
		if rapid.Bool().Draw(t, "close") { // a few edits away
			rs := []rune(word)
			for range rapid.IntRange(0, 3).Draw(t, "edits") {
				i := rapid.IntRange(0, len(rs)).Draw(t, "at")
				rs = append(rs[:i:i], append([]rune(rapid.SampledFrom([]string{"d", "h", "æ", "nn", "x"}).Draw(t, "more")), rs[i:]...)...)
			}
			other = string(rs)
		}
		n := NewNear(word)
		a, b := []rune(word), []rune(other)
		want := min(2*edits(a, b), 1+2*edits(sound(nil, a), sound(nil, b)))
		wanted := word != other && want <= n.limit
		score, ok := n.Score(other)
		if ok != wanted || ok && score != want {
			t.Fatalf("%s and %s: %d %v, want %d %v (limit %d)", word, other, score, ok, want, wanted, n.limit)
		}
		if ok {
			near++
		}
	})
	if near == 0 {
		t.Error("no two words were near")
	}
}

// edits is the distance as plainly as it can be written.
func edits(a, b []rune) int {
	switch {
	case len(a) == 0:
		return len(b)
	case len(b) == 0:
		return len(a)
	}
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
		for j := range table[i] {
			switch {
			case i == 0 || j == 0:
				table[i][j] = i + j
			default:
				table[i][j] = 1 + min(table[i-1][j], table[i][j-1], table[i-1][j-1])
				if a[i-1] == b[j-1] {
					table[i][j] = min(table[i][j], table[i-1][j-1])
				}
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					table[i][j] = min(table[i][j], 1+table[i-2][j-2])
				}
			}
		}
	}
	return table[len(a)][len(b)]
}

func BenchmarkNear(b *testing.B) {
	words := strings.Fields(strings.Join(corpus(20_000, 100_000), " "))
	for i := range words {
		words[i] = Fold(words[i])
	}
	words = words[:100_000]
	n := NewNear("biblotekket")
	b.ReportAllocs()
	for b.Loop() {
		for _, w := range words {
			n.Score(w)
		}
	}
}
