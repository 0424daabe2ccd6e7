package main

import (
	"bufio"
	"io"
	"slices"
	"strings"
)

// suffix is one line of an affix class: what falls, what is put instead, under which ending, and the classes of what comes of it.
type suffix struct {
	strip, add string
	under      []string // the classes of letters that the word must end with, "^" first if they are those it must not; "" is any
	then       []string
}

// readAffixes reads the SFX classes of a Hunspell affix file.
func readAffixes(r io.Reader) (map[string][]suffix, error) {
	out := map[string][]suffix{}
	in := bufio.NewScanner(r)
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) < 5 || f[0] != "SFX" {
			continue
		}
		add, flags, _ := strings.Cut(f[3], "/")
		s := suffix{strip: zero(f[2]), add: zero(add), under: condition(f[4])}
		if flags != "" {
			s.then = strings.Split(flags, ",")
		}
		out[f[1]] = append(out[f[1]], s)
	}
	return out, in.Err()
}

func zero(s string) string {
	if s == "0" {
		return ""
	}
	return s
}

// condition cuts "[^b]ben" into its letters.
func condition(s string) (out []string) {
	for rest := []rune(s); len(rest) > 0; {
		n := 1
		switch rest[0] {
		case '[':
			n = slices.Index(rest, ']') + 1
			out = append(out, string(rest[1:n-1]))
		case '.':
			out = append(out, "")
		default:
			out = append(out, string(rest[:1]))
		}
		rest = rest[n:]
	}
	return out
}

func (s *suffix) takes(word string) bool {
	rs := []rune(word)
	if len(rs) < len(s.under) || !strings.HasSuffix(word, s.strip) {
		return false
	}
	for i, class := range s.under {
		r := rs[len(rs)-len(s.under)+i]
		not, is := strings.CutPrefix(class, "^")
		if class != "" && strings.ContainsRune(not, r) == is {
			return false
		}
	}
	return true
}

// joints are the classes that make a first part of a word.
var joints = []string{"29", "30", "31", "55", "56", "60", "61", "62", "63", "67", "68", "69", "81"}

// forms gives every inflection of a word, itself included.
func forms(affixes map[string][]suffix, e entry) []string {
	out := []string{e.word}
	var grow func(word string, flags []string, depth int)
	grow = func(word string, flags []string, depth int) {
		for _, f := range flags {
			if slices.Contains(joints, f) {
				continue
			}
			for _, s := range affixes[f] {
				if s.takes(word) {
					made := strings.TrimSuffix(word, s.strip) + s.add
					out = append(out, made)
					if depth > 0 {
						grow(made, s.then, depth-1)
					}
				}
			}
		}
	}
	grow(e.word, e.flags, 1)
	slices.Sort(out)
	return slices.Compact(out)
}

// firstParts gives the forms that a word takes as the first part of another, and of each the length of its joint.
func firstParts(affixes map[string][]suffix, e entry) map[string]int {
	out := map[string]int{}
	for _, f := range e.flags {
		if !slices.Contains(joints, f) {
			continue
		}
		for _, s := range affixes[f] {
			if made := strings.TrimSuffix(e.word, s.strip) + s.add; s.takes(e.word) && !strings.HasSuffix(made, "-") {
				out[made] = max(0, len(made)-len(e.word))
			}
		}
	}
	return out
}
