// Package compound takes Danish compounds apart: cykelstierne is cykel and sti, affaldssortering is affald and sortering.
//
// # The rule
//
// A word is a compound if it is, from end to end, one or more first parts with their joint (affalds-, børne-, cykel-) and a last part in
// any of its inflections, all of them in the table; of several ways the one with the fewest parts counts, then the one whose first
// parts are shortest. A word whose stem is that of a simple word in the table is none, however it may look: station is not stat and ion. First
// parts that are no words of their own say nothing of what a word is about (ud-, ind-, over-, for-), and are not in the table: udvalg is
// simple. So are names.
//
// The package knows no keys and no stemmer: it is given one. Everything in it is a pure function of the word and the table.
package compound

import (
	"bytes"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what is taken apart.
const (
	minWord  = 5  // bytes: the shortest compounds are busby and isbar
	maxParts = 4  // of more, all but some are misread
	maxFirst = 24 // bytes of the longest first part with its joint; longer ones are compounds themselves
)

// Table is what is known of the words that compounds are made of. It is immutable.
type Table struct {
	firsts map[string]int      // a first part with its joint, and how long the joint is
	sizes  [1 << 13]uint32     // by the hash of what three bytes a first part begins with: a bit for each length that there is
	lasts  map[string]struct{} // the stems of last parts; they are simple words themselves
	simple map[string]struct{} // the stems of simple words that look like compounds
}

// The sections of a table's text, each a line, with their words below, one a line and sorted.
const (
	FirstsHead = "[first parts and the length of their joint]"
	LastsHead  = "[stems of last parts]"
	SimpleHead = "[stems of simple words that look like compounds]"
)

// New makes a table.
func New(firsts map[string]int, lasts, simple map[string]struct{}) *Table {
	t := &Table{firsts: firsts, lasts: lasts, simple: simple}
	for first := range firsts {
		t.size(first)
	}
	return t
}

// size notes the length of a first part. Most places of most words begin none, and are told from the rest by one look.
func (t *Table) size(first string) {
	if len(first) > 2 {
		t.sizes[hash(first)] |= 1 << len(first)
	}
}

// hash is of the first three bytes.
func hash(s string) uint32 {
	return (uint32(s[0]) + uint32(s[1])<<5 + uint32(s[2])<<10) * 0x9E3779B1 >> 19
}

// Parse reads a table from its text. Lines that begin with # are comments.
func Parse(data string) (*Table, error) {
	t := &Table{firsts: make(map[string]int, 16_384), lasts: make(map[string]struct{}, 16_384), simple: make(map[string]struct{}, 4096)}
	head := ""
	for n := 1; data != ""; n++ {
		var line string
		line, data, _ = strings.Cut(data, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			head = line
		case head == FirstsHead:
			word, joint, ok := strings.Cut(line, " ")
			length, err := strconv.Atoi(joint)
			if ok && err != nil || length < 0 || length >= len(word) {
				return nil, fmt.Errorf("compound: line %d: %q", n, line)
			}
			t.firsts[word] = length
			t.size(word)
		case head == LastsHead:
			t.lasts[line] = struct{}{}
		case head == SimpleHead:
			t.simple[line] = struct{}{}
		default:
			return nil, fmt.Errorf("compound: line %d: no section %q", n, head)
		}
	}
	return t, nil
}

// Part is a part of a word, in bytes: [Start, End) without its joint.
type Part struct{ Start, End int }

// Split appends the parts of a word to dst, none if it is no compound. The word is folded; stem is its stem and stemmer makes those of
// last parts.
func (t *Table) Split(dst []Part, word, stem string, stemmer func(string) string) []Part {
	if len(word) < minWord || t.is(t.simple, stem) || t.is(t.lasts, stem) {
		return dst
	}
	s := splitter{t: t, word: word, stemmer: stemmer}
	if !s.from(0, 0) {
		return dst
	}
	return append(dst, s.best[:s.n]...)
}

func (t *Table) is(in map[string]struct{}, stem string) bool {
	_, ok := in[stem]
	return ok
}

// splitter is one word on its way apart.
type splitter struct {
	t       *Table
	word    string
	stemmer func(string) string

	now, best [maxParts]Part
	n         int // parts of best; 0: none yet
	failed    [maxParts]uint64
}

// from takes the word apart from byte i on, which n parts precede, and tells whether that was possible with fewer parts than before.
// Shorter first parts are tried first, so that of ways with as many parts the first found is the one.
func (s *splitter) from(i, n int) (ok bool) {
	if n > 0 && (s.n == 0 || n+1 < s.n) && s.last(s.word[i:]) {
		s.now[n] = Part{i, len(s.word)}
		s.best, s.n = s.now, n+1
		return true // any other way from here has more parts
	}
	if n+1 >= maxParts || s.n > 0 && n+2 >= s.n || i < 64 && s.failed[n]&(1<<i) != 0 {
		return false
	}
	most := min(len(s.word)-2-i, maxFirst)
	if most < 2 {
		return false
	}
	sizes := s.t.sizes[hash(s.word[i:])] | 1<<2
	for sizes &= 1<<(most+1) - 1; sizes != 0; sizes &= sizes - 1 {
		end := i + bits.TrailingZeros32(sizes)
		joint, is := s.t.firsts[s.word[i:end]]
		if !is {
			continue
		}
		s.now[n] = Part{i, end - joint}
		ok = s.from(end, n+1) || ok
	}
	if !ok && s.n == 0 && i < 64 {
		s.failed[n] |= 1 << i
	}
	return ok
}

// last tells whether a piece of the word is a form of a last part.
func (s *splitter) last(piece string) bool {
	return len(piece) >= 2 && s.t.is(s.t.lasts, s.stemmer(piece))
}

// Text is the table as Parse reads it, with a comment on top.
func (t *Table) Text(comment string) []byte {
	var b bytes.Buffer
	for line := range strings.Lines(comment) {
		b.WriteString("# " + strings.TrimRight(line, "\n") + "\n")
	}
	b.WriteString(FirstsHead + "\n")
	for _, w := range slices.Sorted(maps.Keys(t.firsts)) {
		b.WriteString(w)
		if n := t.firsts[w]; n > 0 {
			fmt.Fprintf(&b, " %d", n)
		}
		b.WriteByte('\n')
	}
	for _, s := range []struct {
		head  string
		words map[string]struct{}
	}{{LastsHead, t.lasts}, {SimpleHead, t.simple}} {
		b.WriteString(s.head + "\n")
		for _, w := range slices.Sorted(maps.Keys(s.words)) {
			b.WriteString(w + "\n")
		}
	}
	return b.Bytes()
}
