package signal

import (
	"sync"

	"lytter/inbox/text"
	"lytter/inbox/text/internal/lexicon"
)

// Kinds of what is found beside the signals themselves.
const (
	decoy    Signals = 1 << 40
	spamWord Signals = 1 << 41
)

// phrase is a turn of phrase of the lexicon.
type phrase struct {
	kind   Signals // 0: it weighs
	weight int
	words  [][]string // exact keys
	loose  []bool     // up to three others may stand before the word
	lead   int
}

// found is where a phrase stands, in tokens, both included.
type found struct {
	kind     Signals
	weight   int
	from, to int
}

// phrasesBy is the phrases by the exact keys of the word that each is looked for by.
var phrasesBy = sync.OnceValue(func() map[string][]phrase {
	out := map[string][]phrase{}
	for _, p := range lexicon.Phrases() {
		q := phrase{weight: p.Weight, loose: p.Loose, lead: p.Lead}
		switch p.Kind {
		case "decoy":
			q.kind = decoy
		case "spam":
			q.kind = spamWord
		default:
			q.kind = Named(p.Kind)
		}
		for _, forms := range p.Words {
			var keys []string
			for _, f := range forms {
				keys = append(keys, text.Fold(f))
			}
			q.words = append(q.words, keys)
		}
		for _, lead := range q.words[q.lead] {
			out[lead] = append(out[lead], q)
		}
	}
	return out
})

// maxFound bounds what is looked at of one text.
const maxFound = 200

// phrases appends what is found in a text.
func phrases(dst []found, toks []text.Token) []found {
	for i := range toks {
		if k := toks[i].Keys; k.Sense.Lead && wordy(&toks[i]) && len(dst) < maxFound {
			for j := range phrasesBy()[k.Exact] {
				p := &phrasesBy()[k.Exact][j]
				if from, to, ok := p.at(toks, i); ok {
					dst = append(dst, found{p.kind, p.weight, from, to})
				}
			}
		}
	}
	return dst
}

// wordy reports whether a token is a word of the sentence.
func wordy(t *text.Token) bool { return t.Kind == text.Word || t.Kind == text.Number }

// at matches a phrase around its lead.
func (p *phrase) at(toks []text.Token, i int) (from, to int, ok bool) {
	from, to = i, i
	for w := p.lead - 1; w >= 0; w-- {
		if from, ok = p.seek(toks, from, -1, w, p.loose[w+1]); !ok {
			return 0, 0, false
		}
	}
	for w := p.lead + 1; w < len(p.words); w++ {
		if to, ok = p.seek(toks, to, 1, w, p.loose[w]); !ok {
			return 0, 0, false
		}
	}
	return from, to, true
}

// seek finds a word of the phrase beside token i.
func (p *phrase) seek(toks []text.Token, i, step, w int, loose bool) (at int, ok bool) {
	left := 1
	if loose {
		left = 4
	}
	for i += step; i >= 0 && i < len(toks) && left > 0; i += step {
		if !wordy(&toks[i]) {
			continue
		}
		for _, f := range p.words[w] {
			if toks[i].Keys.Exact == f {
				return i, true
			}
		}
		left--
	}
	return 0, false
}

// phraseAt gives the phrase that weighs in the place of token i: of several the longest, then the one that weighs most.
func phraseAt(hits []found, i int) (weight, to int, ok bool) {
	best := -1
	for j, h := range hits {
		if h.kind != 0 || i < h.from || h.to < i {
			continue
		}
		if best < 0 || longer(h, hits[best]) {
			best = j
		}
	}
	if best < 0 {
		return 0, 0, false
	}
	return hits[best].weight, hits[best].to, true
}

func hitFrom(hits []found, i int) int {
	best := -1
	for j, h := range hits {
		if h.kind == 0 && h.from <= i && i <= h.to && (best < 0 || longer(h, hits[best])) {
			best = j
		}
	}
	return hits[best].from
}

func longer(a, b found) bool {
	if n, m := a.to-a.from, b.to-b.from; n != m {
		return n > m
	}
	return max(a.weight, -a.weight) > max(b.weight, -b.weight)
}
