package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const (
	zwnj  = 0x200C
	zwj   = 0x200D
	vs15  = 0xFE0E // shows the rune before as text
	vs16  = 0xFE0F // shows the rune before as emoji
	flag0 = 0x1F1E6
	flagZ = 0x1F1FF
	tone0 = 0x1F3FB
	toneZ = 0x1F3FF
)

// pictographs are the runes of Extended_Pictographic (Unicode 15.1, emoji-data.txt), without letters. Code points that are kept for
// the emoji of coming versions are among them.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00A9, 0x00A9, 1},
		{0x00AE, 0x00AE, 1},
		{0x203C, 0x203C, 1},
		{0x2049, 0x2049, 1},
		{0x2122, 0x2122, 1},
		{0x2139, 0x2139, 1},
		{0x2194, 0x2199, 1},
		{0x21A9, 0x21AA, 1},
		{0x231A, 0x231B, 1},
		{0x2328, 0x2328, 1},
		{0x2388, 0x2388, 1},
		{0x23CF, 0x23CF, 1},
		{0x23E9, 0x23F3, 1},
		{0x23F8, 0x23FA, 1},
		{0x24C2, 0x24C2, 1},
		{0x25AA, 0x25AB, 1},
		{0x25B6, 0x25B6, 1},
		{0x25C0, 0x25C0, 1},
		{0x25FB, 0x25FE, 1},
		{0x2600, 0x2605, 1},
		{0x2607, 0x2612, 1},
		{0x2614, 0x2685, 1},
		{0x2690, 0x2705, 1},
		{0x2708, 0x2712, 1},
		{0x2714, 0x2714, 1},
		{0x2716, 0x2716, 1},
		{0x271D, 0x271D, 1},
		{0x2721, 0x2721, 1},
		{0x2728, 0x2728, 1},
		{0x2733, 0x2734, 1},
		{0x2744, 0x2744, 1},
		{0x2747, 0x2747, 1},
		{0x274C, 0x274C, 1},
		{0x274E, 0x274E, 1},
		{0x2753, 0x2755, 1},
		{0x2757, 0x2757, 1},
		{0x2763, 0x2767, 1},
		{0x2795, 0x2797, 1},
		{0x27A1, 0x27A1, 1},
		{0x27B0, 0x27B0, 1},
		{0x27BF, 0x27BF, 1},
		{0x2934, 0x2935, 1},
		{0x2B05, 0x2B07, 1},
		{0x2B1B, 0x2B1C, 1},
		{0x2B50, 0x2B50, 1},
		{0x2B55, 0x2B55, 1},
		{0x3030, 0x3030, 1},
		{0x303D, 0x303D, 1},
		{0x3297, 0x3297, 1},
		{0x3299, 0x3299, 1},
	},
	R32: []unicode.Range32{
		{0x1F000, 0x1F0FF, 1},
		{0x1F10D, 0x1F10F, 1},
		{0x1F12F, 0x1F12F, 1},
		{0x1F16C, 0x1F171, 1},
		{0x1F17E, 0x1F17F, 1},
		{0x1F18E, 0x1F18E, 1},
		{0x1F191, 0x1F19A, 1},
		{0x1F1AD, 0x1F1E5, 1},
		{0x1F201, 0x1F20F, 1},
		{0x1F21A, 0x1F21A, 1},
		{0x1F22F, 0x1F22F, 1},
		{0x1F232, 0x1F23A, 1},
		{0x1F23C, 0x1F23F, 1},
		{0x1F249, 0x1F3FA, 1},
		{0x1F400, 0x1F53D, 1},
		{0x1F546, 0x1F64F, 1},
		{0x1F680, 0x1F6FF, 1},
		{0x1F774, 0x1F77F, 1},
		{0x1F7D5, 0x1F7FF, 1},
		{0x1F80C, 0x1F80F, 1},
		{0x1F848, 0x1F84F, 1},
		{0x1F85A, 0x1F85F, 1},
		{0x1F888, 0x1F88F, 1},
		{0x1F8AE, 0x1F8FF, 1},
		{0x1F90C, 0x1F93A, 1},
		{0x1F93C, 0x1F945, 1},
		{0x1F947, 0x1FAFF, 1},
		{0x1FC00, 0x1FFFD, 1},
	},
	LatinOffset: 2,
}

func isPictograph(r rune) bool { return r >= 0xA9 && unicode.Is(pictographs, r) }
func isFlagLetter(r rune) bool { return flag0 <= r && r <= flagZ }
func isTone(r rune) bool       { return tone0 <= r && r <= toneZ }

// startsEmoji tells whether an emoji begins with r, rest being what follows. Signs of ordinary print (© ™ ‼ ↔ ▪) are emoji only
// where the text asks for the emoji form. Keycaps are not: 1️⃣ is the number 1.
func startsEmoji(r rune, rest string) bool {
	switch {
	case r < 0xA9:
		return false
	case isFlagLetter(r) || isTone(r):
		return true
	case !isPictograph(r):
		return false
	case r < 0x231A || 0x25AA <= r && r <= 0x25FE || 0x2934 <= r && r <= 0x2B07 || 0x3030 <= r && r <= 0x3299:
		return strings.HasPrefix(rest, "\uFE0F")
	}
	return true
}

// clusterLen is the length of the grapheme cluster that s begins with; s is not empty. Clusters are everywhere those of the terminal
// library, so that what is counted, cut and shown agree; only that a byte that is not UTF-8 is always alone.
func clusterLen(s string) int {
	cluster, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	for i, r := range cluster {
		if r == utf8.RuneError && !strings.HasPrefix(cluster[i:], "\uFFFD") {
			return max(i, 1)
		}
	}
	return max(len(cluster), 1)
}

// emojiKeys: Exact is the cluster without variation selectors, so that ❤ and ❤️ are one; the other keys are also without skin tones,
// so that 👍 finds 👍🏽 and =👍 does not.
func emojiKeys(cluster string) Keys {
	exact, plain := emojiKey(cluster)
	weight := lexicons().emoji[plain]
	return Keys{Exact: exact, Danish: plain, English: plain, Sense: Sense{Danish: weight, Other: weight}}
}

func emojiKey(cluster string) (exact, plain string) {
	exact = strings.TrimRight(cutKey(strings.Map(func(r rune) rune {
		if r == vs15 || r == vs16 {
			return -1
		}
		return r
	}, cluster)), "\u200D")
	plain = strings.Map(func(r rune) rune {
		if isTone(r) {
			return -1
		}
		return r
	}, exact)
	if plain == "" { // a skin tone alone
		plain = exact
	}
	return exact, plain
}
