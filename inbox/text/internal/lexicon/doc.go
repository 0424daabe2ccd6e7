// Package lexicon is the words that the desk's signals go by: what language a small word is of, what a word weighs, what turns or
// strengthens another, and the turns of phrase that tell of danger. They are this project's own, chosen and weighed by hand for what
// citizens write to a city, and stand in the text files beside this one, under the project's licence like its code.
//
// It knows no keys and no stems: it reads the files. A line is a kind, a colon and what is of that kind; # begins a comment.
package lexicon

import (
	"embed"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.txt
var files embed.FS

// Word is a word of a list.
type Word struct {
	Text   string
	Exact  bool // it counts as it is written only, not in its other inflections
	Kind   string
	Weight int // of a kind that is a number
}

// Phrase is a turn of phrase: words, each in one of several forms, one behind the other.
type Phrase struct {
	Kind   string
	Weight int
	Words  [][]string // forms of each, as they are written
	Loose  []bool     // up to three other words may stand before it
	Lead   int        // the word that the phrase is looked for by
}

// Languages reads the small words of each language.
func Languages() []Word { return words("languages") }

// Danish reads the weights of Danish words, and those that turn or strengthen others.
func Danish() []Word { return words("danish") }

// English reads those of English words.
func English() []Word { return words("english") }

// Emoji reads the weights of emoji.
func Emoji() []Word { return words("emoji") }

// lines calls f for each line of a file with its kind and what is behind it.
func lines(name string, f func(kind, rest string)) {
	data, err := files.ReadFile(name + ".txt")
	if err != nil {
		panic(err) // it is a part of the program
	}
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut(line, "#")
		if kind, rest, ok := strings.Cut(line, ":"); ok {
			f(strings.TrimSpace(kind), strings.TrimSpace(rest))
		}
	}
}

func words(name string) (out []Word) {
	lines(name, func(kind, rest string) {
		weight, _ := strconv.Atoi(kind)
		for w := range strings.FieldsSeq(rest) {
			text, exact := strings.CutPrefix(w, "=")
			out = append(out, Word{Text: text, Exact: exact, Kind: kind, Weight: weight})
		}
	})
	return out
}

// Phrases reads all turns of phrase. In a line several are kept apart by commas; a|b are forms of a word, ^ is before the word that the
// phrase is looked for by, else it is the first; .. says that up to three words may stand between.
func Phrases() (out []Phrase) {
	lines("phrases", func(kind, rest string) {
		weight, _ := strconv.Atoi(kind)
		for one := range strings.SplitSeq(rest, ",") {
			p, loose := Phrase{Kind: kind, Weight: weight}, false
			for w := range strings.FieldsSeq(one) {
				if w == ".." {
					loose = true
					continue
				}
				w, lead := strings.CutPrefix(w, "^")
				if lead {
					p.Lead = len(p.Words)
				}
				p.Words = append(p.Words, slices.Collect(strings.SplitSeq(w, "|")))
				p.Loose = append(p.Loose, loose)
				loose = false
			}
			if len(p.Words) > 0 {
				out = append(out, p)
			}
		}
	})
	return out
}
