// Gen makes danish.txt, the table that compounds are taken apart by, of the Danish dictionary of Stavekontrolden (da_DK.aff and
// da_DK.dic, GPL 2.0/LGPL 2.1/MPL 1.1; in Debian the package hunspell-da, from www.stavekontrolden.dk):
//
//	go run ./inbox/text/internal/compound/gen FOLDER > inbox/text/internal/compound/danish.txt
//
// The dictionary says of each word by which joint it begins another, and whether it may end one. It does not say which of its words
// are compounds. Here a word is one if it can be cut into a first part, with one of the joints that are told of it, and a word that is
// inflected just as the whole is, as the last part of a Danish compound always gives its inflection; the lists in words.go mend what
// that takes for more or less than it is. What is left is simple. The table holds the simple words that one of the dictionary's
// compounds is made of, and the simple words that its rule would cut all the same.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lytter/inbox/text"
	"lytter/inbox/text/internal/compound"
)

const comment = `Derived from the Danish dictionary of Stavekontrolden by inbox/text/internal/compound/gen; do not edit.
Copyright (C) 2022 Foreningen for frit tilgængelige sprogværktøjer, http://www.stavekontrolden.dk
Licence of this file, as of the dictionary: GPL 2.0/LGPL 2.1/MPL 1.1 tri-license. See NOTICE.`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:forbidigo // this is a main
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("gen FOLDER: the folder with da_DK.aff and da_DK.dic")
	}
	t, err := build(args[0])
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(t.Text(comment))
	return err
}

// entry is a line of the dictionary, the word folded.
type entry struct {
	word  string
	flags []string
	last  bool   // it may end a compound
	bends string // its inflection
	kinds string // what kinds of word it is by that
}

// kindOf says what kind of word an inflection belongs to: common gender, neuter, verb, adjective.
var kindOf = map[string]byte{
	"2": 'c', "7": 'c', "14": 'c', "19": 'c', "44": 'c', "48": 'c', "65": 'c', "72": 'c',
	"4": 'n', "3": 'n', "15": 'n', "18": 'n', "45": 'n', "47": 'n', "66": 'n', "70": 'n',
	"58": 'c', "57": 'n', "84": 'n', "1": 'v', "20": 'v', "21": 'v', "22": 'v',
	"12": 'a', "23": 'a', "24": 'a', "25": 'a', "26": 'a', "27": 'a', "28": 'a', "38": 'a', "40": 'a', "42": 'a', "49": 'a', "59": 'a',
}

// like tells whether the whole is inflected as its last part: exactly so where a part is short, else as the same kind of word; compounds
// often lack the plural that their last part has.
func (e *entry) like(rest *entry) bool {
	if e.bends == rest.bends {
		return true
	}
	first := e.word[:len(e.word)-len(rest.word)]
	long := (len(rest.word) >= 4 || slices.Contains(short.last, rest.word)) && (len(first) >= 3 || slices.Contains(short.first, first))
	return long && (e.kinds == "" || rest.kinds == "" || strings.ContainsAny(e.kinds, rest.kinds))
}

// readEntries reads a dictionary: the words in small letters, and apart from them the names.
func readEntries(r io.Reader) (words, names []entry, err error) {
	in := bufio.NewScanner(r)
	for in.Scan() {
		line, _, _ := strings.Cut(in.Text(), " ")
		line, _, _ = strings.Cut(line, "\t")
		word, flags, _ := strings.Cut(line, "/")
		e := entry{flags: strings.Split(flags, ",")}
		if slices.Contains(e.flags, "81") {
			word = strings.TrimSuffix(word, "-")
			for i, f := range e.flags {
				if f == "81" { // a first part and nothing else
					e.flags[i] = "31"
				}
			}
		}
		if slices.Contains(e.flags, "6") || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) {
			continue
		}
		first, _ := utf8.DecodeRuneInString(word)
		e.word = text.Fold(word)
		var bends []string
		for _, f := range e.flags {
			switch {
			case f == "39":
				e.last = true
			case !slices.Contains(joints, f) && f != "37" && f != "32" && f != "10":
				bends = append(bends, f)
				if k, ok := kindOf[f]; ok {
					e.kinds += string(k)
				}
			}
		}
		slices.Sort(bends)
		e.bends = strings.Join(bends, ",")
		if unicode.IsUpper(first) {
			names = append(names, e)
			continue
		}
		words = append(words, e)
	}
	return words, names, in.Err()
}

// maker sorts the dictionary's words.
type maker struct {
	affixes map[string][]suffix
	cutter  *text.Cutter
	words   []entry
	byWord  map[string][]entry
	firsts  map[string]int    // every first part there is, and its joint
	cuts    map[string]string // of a compound: the first part that it is cut behind
}

func build(folder string) (*compound.Table, error) {
	m := &maker{cutter: text.NewCutter(1), byWord: map[string][]entry{}, firsts: map[string]int{}, cuts: map[string]string{}}
	aff, err := os.ReadFile(filepath.Join(folder, "da_DK.aff"))
	if err != nil {
		return nil, err
	}
	if m.affixes, err = readAffixes(bytes.NewReader(aff)); err != nil {
		return nil, err
	}
	dic, err := os.ReadFile(filepath.Join(folder, "da_DK.dic"))
	if err != nil {
		return nil, err
	}
	words, names, err := readEntries(bytes.NewReader(dic))
	if err != nil {
		return nil, err
	}
	m.words = words
	return m.table(names), nil
}

func (m *maker) stem(word string) string { return m.cutter.Keys(word).Danish }

func (m *maker) table(names []entry) *compound.Table {
	for _, e := range m.words {
		m.byWord[e.word] = append(m.byWord[e.word], e)
		if !mayBegin(e.word) {
			continue
		}
		for made, joint := range firstParts(m.affixes, e) {
			if have, ok := m.firsts[made]; !ok || joint > have {
				m.firsts[made] = joint
			}
		}
	}
	maps.Copy(m.firsts, moreFirsts)
	begun, ended := map[string]int{}, map[string]int{}
	for _, e := range m.words {
		first, ok := m.cut(e)
		if !ok {
			continue
		}
		m.cuts[e.word] = first
		begun[first]++
		ended[e.word[len(first):]]++
	}
	inner := map[string]int{} // what a compound's last part looks like when the compound begins another: the vands of regnvandsbassin
	for _, e := range m.words {
		if first, ok := m.cuts[e.word]; ok {
			for made, joint := range firstParts(m.affixes, e) {
				inner[made[len(first):]] = joint
			}
		}
	}
	firsts, lasts, simple := map[string]int{}, map[string]struct{}{}, map[string]struct{}{}
	for _, e := range m.words {
		if _, is := m.cuts[e.word]; is {
			continue
		}
		for made, joint := range firstParts(m.affixes, e) {
			if mayBegin(e.word) && mayBegin(made) && begun[made] >= 1 {
				firsts[made] = max(joint, firsts[made])
			}
		}
		for _, joint := range []string{"", "s"} {
			if made := e.word + joint; mayBegin(e.word) && mayBegin(made) && inner[made] == len(joint) && ended[e.word] >= 1 {
				if _, ok := inner[made]; ok && firsts[made] == 0 {
					firsts[made] = len(joint)
				}
			}
		}
		if e.last && ended[e.word] >= 1 && mayEnd(e.word) {
			lasts[m.stem(e.word)] = struct{}{}
		}
	}
	maps.Copy(firsts, moreFirsts)
	for _, w := range moreLasts {
		lasts[m.stem(w)] = struct{}{}
	}
	// What the rule cuts and should not. A compound's stem is none of those, however rare its simple namesake.
	t := compound.New(firsts, lasts, simple)
	compounds := map[string]bool{}
	for word := range m.cuts {
		compounds[m.stem(word)] = true
	}
	note := func(word string) {
		stem := m.stem(word)
		if !compounds[stem] && len(t.Split(nil, word, stem, m.stem)) > 0 {
			simple[stem] = struct{}{}
		}
	}
	for _, e := range append(slices.Clone(m.words), names...) {
		if _, is := m.cuts[e.word]; is {
			continue
		}
		for _, f := range forms(m.affixes, e) {
			note(text.Fold(f))
		}
	}
	for _, w := range alsoSimple {
		delete(compounds, m.stem(w))
		note(w)
	}
	return t
}

// cut finds the first part that an entry is cut behind: the longest that leaves a word which bends as the whole does.
func (m *maker) cut(e entry) (first string, ok bool) {
	if slices.Contains(alsoSimple, e.word) {
		return "", false
	}
	for end := len(e.word) - 2; end >= 2; end-- {
		if _, is := m.firsts[e.word[:end]]; !is || end > 40 {
			continue
		}
		for _, rest := range m.byWord[e.word[end:]] {
			if rest.last && e.like(&rest) && mayEnd(rest.word) {
				return e.word[:end], true
			}
		}
	}
	return "", false
}
