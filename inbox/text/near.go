package text

import (
	"math/bits"
	"slices"
	"unicode/utf8"
)

// Near tells how near other words are to one, as Danish is misspelt: an edit (a letter too many, too few, another, or two swapped)
// scores 2; all confusions of one sound together, such as æ for e, ø for o, å for a, a double consonant or a silent d or h, score 1.
// It is for one goroutine at a time.
type Near struct {
	word, sound []rune
	mask        uint64 // of sound
	limit       int
	room        [maxNear]rune
	other       [maxNear]rune
	rows        [3][maxNear + 1]int
}

// maxNear bounds the words that are compared, in runes: longer ones are near nothing.
const maxNear = 40

// NewNear takes the exact key of a word. Words of fewer than three letters are near nothing, and so are words that are not of letters.
func NewNear(exact string) *Near {
	n := &Near{word: []rune(exact)}
	size := len(n.word)
	switch {
	case size < 3 || size > maxNear || !stems(exact):
		n.limit = 0
	case size < 4:
		n.limit = 1
	case size < 6:
		n.limit = 2
	case size < 9:
		n.limit = 3
	default:
		n.limit = 4
	}
	if n.limit > 0 {
		n.sound = sound(make([]rune, 0, size), n.word)
		n.mask = maskOf(n.sound)
	}
	return n
}

// Score tells how far another word's exact key is, 1 for the nearest; ok is false if it is too far, or the word itself. It allocates
// nothing.
func (n *Near) Score(exact string) (score int, ok bool) { return nearScore(n, exact) }

// ScoreBytes is Score.
func (n *Near) ScoreBytes(exact []byte) (score int, ok bool) { return nearScore(n, exact) }

func nearScore[T string | []byte](n *Near, exact T) (score int, ok bool) {
	edits := n.limit / 2
	if n.limit == 0 || len(exact) > 4*maxNear {
		return 0, false
	}
	mask := uint64(0)
	for i := 0; i < len(exact); i++ { // most words end here: they have too many other sounds
		if b := exact[i]; b < utf8.RuneSelf {
			mask |= soundBits[b]
		} else {
			r, width := decode(exact[i:])
			mask |= bit(soundOf(r))
			i += width - 1
		}
	}
	if bits.OnesCount64((mask^n.mask)&^silent) > 2*edits {
		return 0, false
	}
	size := 0
	for i := 0; i < len(exact); size++ {
		if size == maxNear {
			return 0, false
		}
		r, width := rune(exact[i]), 1
		if r >= utf8.RuneSelf {
			r, width = decode(exact[i:])
		}
		n.room[size] = r
		i += width
	}
	word := n.room[:size]
	if slices.Equal(word, n.word) {
		return 0, false
	}
	score = 2 * n.distance(n.word, word, edits)
	score = min(score, 1+2*n.distance(n.sound, sound(n.other[:0], word), (n.limit-1)/2))
	return score, score <= n.limit
}

func decode[T string | []byte](s T) (r rune, width int) {
	var b [utf8.UTFMax]byte
	return utf8.DecodeRune(b[:copy(b[:], s)])
}

// soundOf gives the letter that others of its sound are taken for.
func soundOf(r rune) rune {
	switch r {
	case 'æ':
		return 'e'
	case 'ø':
		return 'o'
	case 'å':
		return 'a'
	case 'c', 'q':
		return 'k'
	case 'z':
		return 's'
	case 'w':
		return 'v'
	}
	return r
}

// sound appends a word as it sounds: one letter for those of a sound, no doubles, no d behind l, n and r, no h before j and v.
func sound(dst, word []rune) []rune {
	for i, r := range word {
		r = soundOf(r)
		last := rune(0)
		if len(dst) > 0 {
			last = dst[len(dst)-1]
		}
		switch {
		case r == last:
		case r == 'd' && (last == 'l' || last == 'n' || last == 'r'):
		case r == 'h' && i+1 < len(word) && (word[i+1] == 'j' || word[i+1] == 'v'):
		default:
			dst = append(dst, r)
		}
	}
	return dst
}

// silent are the letters that sound may take away: they say nothing of how near two words are.
var silent = bit('d') | bit('h')

// soundBits are the bits of ASCII's sounds.
var soundBits = func() (t [utf8.RuneSelf]uint64) {
	for b := range t {
		t[b] = bit(soundOf(rune(b)))
	}
	return t
}()

func bit(r rune) uint64 { return 1 << (uint32(r) % 64) }

func maskOf(word []rune) (m uint64) {
	for _, r := range word {
		m |= bit(r)
	}
	return m
}

// distance counts edits and swaps of neighbours, up to most; beyond, it gives more than most.
func (n *Near) distance(a, b []rune, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	prev2, prev, cur := &n.rows[0], &n.rows[1], &n.rows[2]
	for j := range min(len(b), most) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ { // further than most off the diagonal nothing counts
		from, to := max(1, i-most), min(len(b), i+most)
		cur[from-1] = most + 1
		if from == 1 {
			cur[0] = i
		}
		if to == i+most {
			prev[to] = most + 1
		}
		least := cur[from-1]
		for j := from; j <= to; j++ {
			d := prev[j-1]
			if a[i-1] != b[j-1] {
				d = 1 + min(d, prev[j], cur[j-1])
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, prev2[j-2]+1)
				}
			}
			cur[j] = d
			least = min(least, d)
		}
		if least > most {
			return most + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
