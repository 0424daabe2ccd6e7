package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says what is wrong with a query and where. Key and Args are for the catalogue ("query." + Key); Error() is for logs.
type Error struct {
	Key     string         // e.g. "unknown_field"
	Args    map[string]any // what the text of Key names
	At      At             // the place in the input
	Suggest []string       // what may have been meant, best first
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "query: column %d: %s", e.At.Start+1, e.Key)
	for k, v := range e.Args {
		fmt.Fprintf(&b, " %s=%v", k, v)
	}
	if len(e.Suggest) > 0 {
		fmt.Fprintf(&b, " (perhaps %s)", strings.Join(e.Suggest, ", "))
	}
	return b.String()
}

// Column returns where the error stands in input, counted in characters from 1.
func (e *Error) Column(input string) int {
	n := min(e.At.Start, len(input))
	return len([]rune(input[:n])) + 1
}

// nearest returns the names within a small edit distance of s, best first, at most three. Where none is as a whole, those that have a
// word or a part of a path that is.
func nearest(s string, names []string) []string {
	if out := within(s, names, func(name string) []string { return []string{name} }); len(out) > 0 {
		return out
	}
	return within(s, names, func(name string) []string {
		words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		return slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) < 3 })
	})
}

// within returns the names of which one of the parts is near to s.
func within(s string, names []string, parts func(name string) []string) []string {
	type cand struct {
		name string
		d    int
	}
	s = strings.ToLower(s)
	limit := max(1, len(s)/3)
	var cs []cand
	for _, n := range names {
		for _, part := range parts(strings.ToLower(n)) {
			d := distance(s, part)
			if strings.HasPrefix(part, s) && len(s) >= 2 {
				d = 0
			}
			if d <= limit {
				cs = append(cs, cand{n, d})
			}
		}
	}
	var out []string
	for d := 0; d <= limit && len(out) < 3; d++ {
		for _, c := range cs {
			if c.d == d && len(out) < 3 && !slices.Contains(out, c.name) {
				out = append(out, c.name)
			}
		}
	}
	return out
}

// Nearest offers the names that a misspelt one may have meant, best first, at most three.
func Nearest(s string, names []string) []string { return nearest(s, names) }

// distance is the optimal string alignment distance: edits and swaps of neighbours.
func distance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	if len(ra) > 64 || len(rb) > 64 {
		return 1 << 20
	}
	prev2 := make([]int, len(rb)+1)
	prev := make([]int, len(rb)+1)
	cur := make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		cur[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(rb)]
}
