package compound

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// stemmer takes an e off: enough for these words.
func stemmer(w string) string { return strings.TrimSuffix(w, "e") }

func table(t interface{ Fatal(...any) }) *Table {
	tab, err := Parse(`# a comment
[first parts and the length of their joint]
aa
aab
affalds 1
børne 1
cykel
[stems of last parts]
bcc
cc
cykel
sti
sortering
[stems of simple words that look like compounds]
cykelcykel
`)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestSplit(t *testing.T) {
	tab := table(t)
	for word, want := range map[string]string{
		"cykelsti": "cykel sti", "cykelstie": "cykel stie", "affaldssortering": "affald sortering", "børnecykelsti": "børn cykel sti",
		"aabcc":                   "aa bcc", // not aab cc
		"aacykelsti":              "aa cykel sti",
		"cykelcykel":              "", // simple
		"cykel":                   "", // a last part
		"affaldsti":               "", // without its joint
		"affaldssti":              "affald sti",
		"stiaffalds":              "",
		"cykelstisti":             "", // sti begins nothing
		"sti":                     "",
		"cykelcykelcykelcykelsti": "", // of more parts than there may be
		"cykelaacykelsti":         "cykel aa cykel sti",
	} {
		var got []string
		for _, p := range tab.Split(nil, word, stemmer(word), stemmer) {
			got = append(got, word[p.Start:p.End])
		}
		if d := cmp.Diff(want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", word, d)
		}
	}
}

// spec is the rule as plainly as it can be written: every way to cut a word.
func spec(tab *Table, word string, from int) (ways [][]Part) {
	if from > 0 {
		if _, ok := tab.lasts[stemmer(word[from:])]; ok && len(word)-from >= 2 {
			ways = append(ways, []Part{{from, len(word)}})
		}
	}
	for end := from + 2; end <= len(word)-2; end++ {
		if joint, ok := tab.firsts[word[from:end]]; ok {
			for _, rest := range spec(tab, word, end) {
				ways = append(ways, append([]Part{{from, end - joint}}, rest...))
			}
		}
	}
	return ways
}

func TestSplitIsTheRule(t *testing.T) {
	tab := table(t)
	check := func(t interface {
		Helper()
		Fatalf(string, ...any)
	}, word string,
	) (split bool) {
		t.Helper()
		if len(word) < minWord || stemmer(word) == "cykelcykel" || tab.is(tab.lasts, stemmer(word)) {
			return false
		}
		ways := slices.DeleteFunc(spec(tab, word, 0), func(w []Part) bool { return len(w) > maxParts })
		slices.SortStableFunc(ways, func(a, b []Part) int { // fewest parts, then the shortest first ones
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			return slices.CompareFunc(a, b, func(p, q Part) int { return p.End - q.End })
		})
		var want []Part
		if len(ways) > 0 {
			want = ways[0]
		}
		if d := cmp.Diff(want, tab.Split(nil, word, stemmer(word), stemmer)); d != "" {
			t.Fatalf("%s: %s", word, d)
		}
		return want != nil
	}
	for _, word := range []string{"affaldssortering", "cykelsti"} {
		if !check(t, word) {
			t.Errorf("%s is no compound", word)
		}
	}
	piece := rapid.SampledFrom([]string{"aa", "b", "cc", "aab", "affald", "s", "børn", "e", "cykel", "sti", "sortering", "bcc"})
	rapid.Check(t, func(t *rapid.T) { check(t, strings.Join(rapid.SliceOfN(piece, 1, 7).Draw(t, "pieces"), "")) })
}

// The table in the program is read whole, and printed as it is.
func TestDanish(t *testing.T) {
	tab := Danish()
	if len(tab.firsts) < 3000 || len(tab.lasts) < 3000 || len(tab.simple) < 3000 {
		t.Errorf("%d first and %d last parts, %d simple words", len(tab.firsts), len(tab.lasts), len(tab.simple))
	}
	var comment strings.Builder
	for line := range strings.Lines(danish) {
		if line[0] == '#' {
			comment.WriteString(strings.TrimPrefix(line, "# "))
		}
	}
	if d := cmp.Diff(danish, string(tab.Text(comment.String()))); d != "" {
		t.Error("the table is not in its order: make it anew with gen")
	}
	for first, joint := range tab.firsts {
		if len(first) > maxFirst || joint >= len(first) {
			t.Errorf("the first part %q, joint %d", first, joint)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, bad := range []string{"word\n", "[other]\nword\n", FirstsHead + "\nword x\n", FirstsHead + "\nword 9\n"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
