package text

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Safe is text that may be written to a terminal.
type Safe string

// Clean makes outside text safe, keeping its lines.
func Clean(s string) Safe {
	return Safe(strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s))
}

// CleanLine makes outside text safe on one line.
func CleanLine(s string) Safe { return Safe(strings.ReplaceAll(string(Clean(s)), "\n", " ")) }

// Width is the number of cells of the widest line.
func (s Safe) Width() int {
	w := 0
	for line := range strings.SplitSeq(string(s), "\n") {
		w = max(w, ansi.StringWidth(line))
	}
	return w
}

// Truncate cuts s to at most cells cells, the tail included.
func (s Safe) Truncate(cells int, tail string) Safe {
	return Safe(ansi.Truncate(string(s), cells, tail))
}

// Wrap breaks s into lines of at most cells cells.
func Wrap(s Safe, cells int) []Safe {
	var out []Safe
	for line := range strings.SplitSeq(ansi.Wrap(string(s), cells, ""), "\n") {
		out = append(out, Safe(line))
	}
	return out
}
