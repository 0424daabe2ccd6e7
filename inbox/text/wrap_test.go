package text

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestLaw9_WidthIsTheTerminals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(hostile().Draw(t, "s"))
		want := 0
		for line := range strings.SplitSeq(string(s), "\n") {
			want = max(want, ansi.StringWidth(line))
		}
		if got := s.Width(); got != want {
			t.Fatalf("%q is %d wide, the terminal library says %d", s, got, want)
		}
	})
}

func TestTruncateFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(hostile().Draw(t, "s"))
		cells := rapid.IntRange(-1, 60).Draw(t, "cells")
		tail := rapid.SampledFrom([]string{"", "…", "...", "→→→"}).Draw(t, "tail")
		got := s.Truncate(cells, tail)
		if got.Width() > max(cells, 0) {
			t.Fatalf("%q cut to %d is %q, %d wide", s, cells, got, got.Width())
		}
		if why := wrong(string(got)); why != "" {
			t.Fatalf("%q cut to %d is %q: %s", s, cells, got, why)
		}
		if s.Width() <= cells && got != s {
			t.Fatalf("%q fits in %d but became %q", s, cells, got)
		}
		whole, cut := strings.Split(string(s), "\n"), strings.Split(string(got), "\n")
		for i, line := range cut {
			if line != whole[i] && !strings.HasPrefix(whole[i], strings.TrimSuffix(line, tail)) {
				t.Fatalf("%q is no beginning of %q", line, whole[i])
			}
		}
	})
}

func TestWrapFitsAndLosesOnlySpaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(hostile().Draw(t, "s"))
		cells := rapid.IntRange(2, 40).Draw(t, "cells")
		lines := Wrap(s, cells)
		var all strings.Builder
		for _, line := range lines {
			if line.Width() > cells || strings.HasSuffix(string(line), " ") || strings.Contains(string(line), "\n") {
				t.Fatalf("%q wrapped to %d has the line %q", s, cells, line)
			}
			if why := wrong(string(line)); why != "" {
				t.Fatalf("%q wrapped to %d has the line %q: %s", s, cells, line, why)
			}
			all.WriteString(string(line))
		}
		bare := strings.NewReplacer(" ", "", "\n", "", "\u200C", "", "\u200D", "")
		if bare.Replace(all.String()) != bare.Replace(string(s)) {
			t.Fatalf("%q wrapped to %d lost more than spaces: %q", s, cells, lines)
		}
		if s.Width() <= cells && len(lines) != 1+strings.Count(string(s), "\n") {
			t.Fatalf("%q fits in %d but was broken: %q", s, cells, lines)
		}
	})
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in    string
		cells int
		want  []Safe
	}{
		{"", 5, []Safe{""}},
		{"der er hul i vejen", 8, []Safe{"der er", "hul i", "vejen"}},
		{"der er hul i vejen", 7, []Safe{"der er", "hul i", "vejen"}},
		{"a  b   c", 4, []Safe{"a  b", "c"}},
		{"Nørrebrogade her", 5, []Safe{"Nørre", "broga", "de", "her"}},
		{"til Nørrebrogade", 6, []Safe{"til", "Nørreb", "rogade"}},
		{"  ind\n\n  ryk", 5, []Safe{"  ind", "", "  ryk"}},
		{"     ordet", 6, []Safe{"ordet"}},
		{"👍👍👍", 4, []Safe{"👍👍", "👍"}},
		{"a👍b", 1, []Safe{"a", "👍", "b"}},
		{"中文字", 5, []Safe{"中文", "字"}},
		{"abc     ", 3, []Safe{"abc"}},
	} {
		if diff := cmp.Diff(tt.want, Wrap(Safe(tt.in), tt.cells)); diff != "" {
			t.Errorf("Wrap(%q, %d): %s", tt.in, tt.cells, diff)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, tt := range []struct {
		in    string
		cells int
		tail  string
		want  Safe
	}{
		{"Nørrebrogade", 12, "…", "Nørrebrogade"},
		{"Nørrebrogade", 6, "…", "Nørre…"},
		{"Nørrebrogade", 6, "", "Nørreb"},
		{"👍👍👍", 5, "…", "👍👍…"},
		{"👍👍👍", 4, "…", "👍…"},
		{"abc", 0, "…", ""},
		{"abc", 1, "...", "a"},
		{"kort\nen længere linje", 6, "…", "kort\nen læ…"},
	} {
		if got := Safe(tt.in).Truncate(tt.cells, tt.tail); got != tt.want {
			t.Errorf("%q cut to %d with %q is %q, want %q", tt.in, tt.cells, tt.tail, got, tt.want)
		}
	}
}

// A megabyte on one line must not take time that grows with its square.
func TestHugeLine(t *testing.T) {
	for _, piece := range []string{"ord ", "å", "👍", "\u0301", "\u202E", "\u200D", "ᄀ", "क्", "\xff"} {
		s := Clean(strings.Repeat(piece, 1<<20/len(piece)))
		if got := s.Truncate(80, "…"); got.Width() > 80 {
			t.Errorf("%q repeated and cut to 80 is %d wide", piece, got.Width())
		}
		n := 0
		for _, line := range Wrap(s, 80) {
			n += len(line)
		}
		if n == 0 {
			t.Errorf("%q repeated was lost", piece)
		}
	}
}
