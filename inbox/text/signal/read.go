package signal

import (
	"slices"
	"strings"

	"lytter/inbox/text"
)

// Reader reads texts. It is immutable and safe for concurrent use; nil is one without own words.
type Reader struct {
	own *Own
}

// NewReader makes a Reader with an organisation's own words; nil is none.
func NewReader(own *Own) *Reader { return &Reader{own: own} }

// Mark is a reason for a signal: where it stands in the text, in bytes. A sentiment's weight is in tenths.
type Mark struct {
	Signal     Signals
	Start, End int32
	Weight     int
}

// MaxTokens is how much of a text is read, in tokens: more says nothing new and would only cost time.
const MaxTokens = 1000

// Read reads a text by its tokens, which Cut gave for it. What a text without words is, is neutral.
func (r *Reader) Read(s string, toks []text.Token) Signals {
	return r.read(s, toks, nil)
}

// Explain reads a text and tells by which words.
func (r *Reader) Explain(s string, toks []text.Token) (Signals, []Mark) {
	var marks []Mark
	out := r.read(s, toks, &marks)
	return out, marks
}

// The sums from which a text is positive or negative, in tenths.
const threshold = 15

func (r *Reader) read(s string, toks []text.Token, marks *[]Mark) Signals {
	if len(toks) > MaxTokens {
		toks = toks[:MaxTokens]
	}
	out := Read
	var room [24]found
	hits := phrases(room[:0], toks)
	spam := 0
	for _, h := range hits {
		switch {
		case h.kind == decoy:
		case h.kind == spamWord:
			spam++
			note(marks, Mark{Signal: Spamlike, Start: toks[h.from].Start, End: toks[h.to].End})
		case h.kind != 0 && !vetoed(hits, h):
			out |= h.kind
			note(marks, Mark{Signal: h.kind, Start: toks[h.from].Start, End: toks[h.to].End})
		}
	}
	switch sum := r.sentiment(s, toks, hits, marks); {
	case sum >= threshold:
		out |= Positive
	case sum <= -threshold:
		out |= Negative
	}
	if asks(s, toks, marks) {
		out |= Question
	}
	if spamlike(s, toks, spam) {
		out |= Spamlike
	}
	return out
}

func note(marks *[]Mark, m Mark) {
	if marks != nil && !slices.Contains(*marks, m) {
		*marks = append(*marks, m)
	}
}

// vetoed reports whether a decoy touches what was found.
func vetoed(hits []found, h found) bool {
	for _, d := range hits {
		if d.kind == decoy && d.from <= h.to && h.from <= d.to {
			return true
		}
	}
	return false
}

// tally is how a text is being weighed.
type tally struct {
	own     *Own
	s       string
	toks    []text.Token
	danish  bool
	english bool
}

func (r *Reader) sentiment(s string, toks []text.Token, hits []found, marks *[]Mark) int {
	spoken := text.TonguesOf(toks)
	var own *Own
	if r != nil {
		own = r.own
	}
	t := tally{own: own, s: s, toks: toks, danish: spoken&text.Danish != 0, english: spoken&text.English != 0}
	if !t.danish && !t.english {
		t.danish, t.english = true, true
	}
	sum := 0
	for i := range toks {
		if w, to, ok := phraseAt(hits, i); ok {
			if i == to && w != 0 { // it counts once
				sum += w * 10
				note(marks, Mark{Signal: sign(w), Start: toks[hitFrom(hits, i)].Start, End: toks[i].End, Weight: w * 10})
			}
			continue
		}
		if t.part(i) == text.Outweighs && i > 0 {
			sum /= 2
			continue
		}
		if w := t.weight(i); w != 0 {
			sum += w
			note(marks, Mark{Signal: sign(w), Start: toks[i].Start, End: toks[i].End, Weight: w})
		}
	}
	return sum
}

func sign(w int) Signals {
	if w < 0 {
		return Negative
	}
	return Positive
}

// weight is what one word adds, in tenths.
func (t *tally) weight(i int) int {
	if t.toks[i].Kind == text.URL || t.toks[i].Kind == text.Hashtag || t.toks[i].Kind == text.Handle {
		return 0 // their words follow
	}
	w := 10 * t.bare(i)
	wanted := t.part(i) == text.Wanted
	if w == 0 && !wanted {
		return 0
	}
	turned := t.near(i, -3, -1, text.Turns)
	if wanted {
		if turned || t.near(i, 1, 3, text.Turns) {
			return -20
		}
		if w == 0 {
			return 0
		}
	}
	switch {
	case t.near(i, -1, -1, text.Strengthens):
		w += w / 2
	case t.near(i, -1, -1, text.Weakens):
		w /= 2
	}
	switch {
	case turned && w > 0:
		return -w * 4 / 5
	case turned:
		return -w * 2 / 5
	}
	return w
}

// bare is what a word weighs by itself.
func (t *tally) bare(i int) int {
	k := t.toks[i].Keys
	if w, ok := t.own.weight(k); ok {
		return w
	}
	w := 0
	if t.danish {
		w = int(k.Sense.Danish)
	}
	if t.english && w == 0 {
		w = int(k.Sense.Other)
	}
	return w
}

func (t *tally) part(i int) text.Part {
	s := t.toks[i].Keys.Sense
	if t.danish && s.Part != text.Plain {
		return s.Part
	}
	if t.english {
		return s.Role
	}
	return text.Plain
}

// near reports whether a word of that part stands in the same sentence, from so many tokens before the i-th (less than 0) or behind it.
func (t *tally) near(i, from, to int, p text.Part) bool {
	for j := i - 1; j >= max(i+from, 0) && !ends(t.gap(j)); j-- {
		if j-i <= to && t.part(j) == p {
			return true
		}
	}
	for j := i + 1; j <= min(i+to, len(t.toks)-1) && !ends(t.gap(j-1)); j++ {
		if t.part(j) == p {
			return true
		}
	}
	return false
}

// gap is what stands behind a token, before the next.
func (t *tally) gap(i int) string {
	return t.s[min(t.toks[i].End, t.toks[i+1].Start):t.toks[i+1].Start]
}

// spamlike reports whether there are two signs of advertising, of which one is an address or a number to write to.
func spamlike(s string, toks []text.Token, words int) bool {
	if words == 0 {
		return false
	}
	links, short := 0, false
	for i := range toks {
		if toks[i].Kind == text.URL {
			links++
			short = short || shorteners[toks[i].Keys.Exact]
		}
	}
	return words >= 3 || words >= 2 && (links > 0 || strings.Contains(s, "+")) || links > 0 && short
}

// shorteners are hosts whose addresses say nothing of where they lead.
var shorteners = map[string]bool{
	"bit.ly": true, "tinyurl.com": true, "cutt.ly": true, "goo.gl": true, "is.gd": true, "rb.gy": true, "shorturl.at": true, "t.me": true, "wa.me": true,
	"linktr.ee": true, "ow.ly": true, "rebrand.ly": true,
}
