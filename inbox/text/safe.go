package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe is text that may be written to a terminal. It is made by Clean and CleanLine only, and by cutting what they made; constants of
// the program may be converted.
//
// It is valid UTF-8 and holds no control character but \n, no bidi control, no zero-width character that joins nothing, no tag,
// private, unassigned or non-character, and no space but U+0020. A base carries at most 4 marks above and below, a grapheme cluster
// is at most 16 runes, and no line begins with a mark: nothing in it changes a cell that is not its own.
type Safe string

const (
	maxMarks   = 4  // nonspacing and enclosing marks on a base: more than any living orthography has
	maxJoiners = 4  // in an emoji: the longest of Unicode have 3
	maxCluster = 16 // runes in a grapheme cluster: the longest emoji of Unicode have 10
	tabWidth   = 4
	circle     = '◌' // carries a mark that has no base
	joiners    = "\u200C\u200D"
)

// Clean makes outside text safe and keeps its lines. \r\n, \r and the Unicode line ends become \n, tabs four spaces and other spaces
// one. Soft hyphens and a byte order mark at the beginning go silently; every other rune that may not stay is shown by its number, as
// in <U+202E>, and every byte that is not UTF-8 as U+FFFD. Marks beyond the fourth are dropped, and of a cluster that is too long the
// rest becomes "…". Clean(Clean(s)) is Clean(s).
func Clean(s string) Safe {
	n := plainLen(s)
	if n == len(s) {
		return Safe(s)
	}
	c := cleaner{out: make([]byte, n, len(s)+len(s)/8+16)}
	copy(c.out, s[:n])
	if n > 0 {
		c.prev, _ = utf8.DecodeLastRuneInString(s[:n])
		c.base = c.prev
	}
	for i := n; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			i++
			continue
		}
		i += size
		c.rune(r, s[i:])
	}
	return Safe(boundClusters(string(c.out)))
}

// CleanLine makes outside text safe on one line: lines are joined by one space, and spaces around them go. For names and rows of
// lists.
func CleanLine(s string) Safe {
	t := strings.Trim(string(Clean(s)), " \n")
	if !strings.Contains(t, "\n") {
		return Safe(t)
	}
	var b strings.Builder
	for line := range strings.SplitSeq(t, "\n") {
		if line = strings.Trim(line, " "); line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return Safe(b.String())
}

// plainLen is the length of the beginning of s that Clean leaves as it is and that no mark can change: printable ASCII, line ends and
// the printable runes of Latin-1. It is the whole of most Danish texts.
func plainLen(s string) int {
	i := 0
	for i < len(s) {
		b := s[i]
		switch {
		case ' ' <= b && b <= '~' || b == '\n':
			i++
			continue
		case i+1 < len(s) && 0x80 <= s[i+1] && s[i+1] <= 0xBF:
			if b == 0xC3 || b == 0xC2 && s[i+1] > 0xA0 && s[i+1] != 0xAD {
				i += 2
				continue
			}
		}
		break
	}
	return i
}

// cleaner is one run of Clean.
type cleaner struct {
	out     []byte
	prev    rune // the last rune of out, 0 at the beginning
	base    rune // the last one that is not a mark
	marks   int  // on base
	joiners int  // in the emoji that out ends with
}

func (c *cleaner) put(r rune) {
	c.out = utf8.AppendRune(c.out, r)
	c.prev = r
}

// putBase writes a rune that marks may follow.
func (c *cleaner) putBase(r rune) {
	if c.prev != zwj {
		c.joiners = 0
	}
	c.put(r)
	c.base, c.marks = r, 0
}

// show writes the number of a rune that may not stay.
func (c *cleaner) show(r rune) {
	c.out = fmt.Appendf(c.out, "<U+%04X>", r)
	c.prev, c.base, c.marks, c.joiners = '>', '>', 0, 0
}

// rune writes what becomes of r; rest is what follows it.
func (c *cleaner) rune(r rune, rest string) {
	switch {
	case ' ' <= r && r <= '~', r == '\n':
		c.putBase(r)
	case r == '\r' || r == 0x2028 || r == 0x2029:
		c.putBase('\n')
	case r == '\t':
		for range tabWidth {
			c.putBase(' ')
		}
	case r == 0xAD || r == 0xFEFF && len(c.out) == 0:
	case r == zwj || r == zwnj:
		if c.joins(r, rest) {
			c.put(r)
		} else {
			c.show(r)
		}
	case r == vs15 || r == vs16:
		if isPictograph(c.prev) || strings.ContainsRune("0123456789#*", c.prev) && strings.HasPrefix(rest, "\u20E3") {
			c.put(r)
		} else {
			c.show(r)
		}
	case isTone(r):
		if isPictograph(c.prev) || c.prev == vs16 && isPictograph(c.base) {
			c.put(r)
		} else {
			c.show(r)
		}
	case isUnfit(r) || !unicode.IsGraphic(r) && !isPictograph(r):
		c.show(r)
	case unicode.Is(unicode.M, r) || leans(r):
		if c.prev == 0 || c.prev == ' ' || c.prev == '\n' {
			c.putBase(circle)
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			if c.marks == maxMarks {
				return
			}
			c.marks++
		}
		c.put(r)
	case unicode.Is(unicode.Zs, r):
		c.putBase(' ')
	default:
		c.putBase(r)
	}
}

// joins tells whether a joiner has something to join: the pictures of an emoji, or letters of a script that is written with joiners.
func (c *cleaner) joins(r rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	picture := c.prev > 0xFF && isPictograph(c.prev) || isTone(c.prev) || c.prev == vs16 && isPictograph(c.base)
	if r == zwj && picture && next > 0xFF && isPictograph(next) {
		c.joiners++
		return c.joiners <= maxJoiners
	}
	return isJoining(c.base) && unicode.IsLetter(next) && isJoining(next) && !isUnfit(next)
}

// isJoining tells whether r is of a script where joiners choose the form of letters (Unicode Standard, 23.2).
func isJoining(r rune) bool {
	return r >= 0x600 && unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari,
		unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
		unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// isUnfit tells whether r, though Unicode calls it a letter, a mark or a sign, may not stay: fillers, selectors and placeholders,
// which are not seen, and the letters of old scripts that join whatever follows them, be it a line of the screen.
func isUnfit(r rune) bool {
	switch {
	case r < 0x34F:
		return false
	case r == 0x34F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0, r == 0xFFFC:
		return true
	case 0x180B <= r && r <= 0x180F, 0xFE00 <= r && r <= 0xFE0F, 0xE0100 <= r && r <= 0xE01EF:
		return true
	case r == 0x0D4E, r == 0x111C2, r == 0x111C3, r == 0x1193F, r == 0x11941, r == 0x11A3A, 0x11A84 <= r && r <= 0x11A89,
		r == 0x11D46, r == 0x11F02:
		return true
	}
	return false
}

// leans tells whether r is a letter that joins what is before it, as marks do.
func leans(r rune) bool {
	return r == 0x0E33 || r == 0x0EB3 || r == 0xFF9E || r == 0xFF9F
}

// boundClusters shortens grapheme clusters of more than maxCluster runes.
func boundClusters(s string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
			i++
			continue
		}
		n := clusterLen(s[i:])
		if n > maxCluster && utf8.RuneCountInString(s[i:i+n]) > maxCluster {
			keep := i
			for range maxCluster {
				_, size := utf8.DecodeRuneInString(s[keep:])
				keep += size
			}
			b.WriteString(strings.TrimRight(s[done:keep], joiners))
			b.WriteString("…")
			done = i + n
		}
		i += n
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}
