package text

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells of the widest line, by grapheme clusters: what the terminal library computes.
func (s Safe) Width() int {
	widest := 0
	for line := range strings.SplitSeq(string(s), "\n") {
		w := 0
		for i := 0; i < len(line); {
			n, cells := clusterAt(line, i)
			i += n
			w += cells
		}
		widest = max(widest, w)
	}
	return widest
}

// Truncate cuts each line to at most that many cells. A line that was cut ends with tail, if tail fits; tail is one line.
func (s Safe) Truncate(cells int, tail string) Safe {
	t := CleanLine(tail)
	tailCells := t.Width()
	if tailCells > cells {
		t, tailCells = "", 0
	}
	if !strings.Contains(string(s), "\n") {
		return Safe(truncate(string(s), cells, string(t), tailCells))
	}
	lines := strings.Split(string(s), "\n")
	for i, line := range lines {
		lines[i] = truncate(line, cells, string(t), tailCells)
	}
	return Safe(strings.Join(lines, "\n"))
}

func truncate(line string, cells int, tail string, tailCells int) string {
	if len(line) <= cells { // no cluster has more cells than bytes
		return line
	}
	keep, width := 0, 0
	for i := 0; i < len(line); {
		n, w := clusterAt(line, i)
		if width+w > cells {
			return strings.TrimRight(line[:keep], joiners) + tail
		}
		i += n
		width += w
		if width+tailCells <= cells {
			keep = i
		}
	}
	return line
}

// Wrap breaks s into lines of at most that many cells, at spaces, and a word that is longer wherever it must. Only spaces, and
// joiners that have nothing left to join, are lost at the ends of lines. A cluster of two cells stands alone where cells is 1. There
// is always a line.
func Wrap(s Safe, cells int) []Safe {
	cells = max(cells, 1)
	var out []Safe
	for line := range strings.SplitSeq(string(s), "\n") {
		out = wrapLine(out, line, cells)
	}
	return out
}

func wrapLine(out []Safe, line string, cells int) []Safe {
	start, width := 0, 0                     // of the line that is being filled
	gap, behind, behindWidth := -1, -1, 0    // the last spaces in it are [gap, behind); the width up to behind
	emit := func(end, next, nextWidth int) { // ends the line and begins the next
		out = append(out, Safe(strings.TrimRight(line[start:end], " "+joiners)))
		start, width, gap, behind, behindWidth = next, nextWidth, -1, -1, 0
	}
	for i := 0; i < len(line); {
		n, w := clusterAt(line, i)
		if line[i:i+n] == " " {
			if behind != i {
				gap = i
			}
			behind, behindWidth = i+1, width+1
			width++
			i++
			continue
		}
		if width+w > cells && gap >= 0 {
			if gap == start { // the spaces a line began with
				start, width, gap = behind, width-behindWidth, -1
			} else {
				emit(gap, behind, width-behindWidth)
			}
		}
		if width+w > cells && i > start {
			emit(i, i, 0)
		}
		i += n
		width += w
	}
	emit(len(line), len(line), 0)
	return out
}

// clusterAt gives the bytes and cells of the grapheme cluster at i. It is not asked about line ends.
func clusterAt(s string, i int) (n, cells int) {
	if s[i] < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
		return 1, 1
	}
	cluster, cells := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
	return max(len(cluster), 1), cells
}
