package index

import (
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/RoaringBitmap/roaring/v2"
)

// phrase is a phrase or nearness of several words in one segment.
type phrase struct {
	*part
	seek  *query.Seek
	words []phraseWord
	toks  []text.Token
}

// phraseWord is a word of a phrase.
type phraseWord struct {
	part [wide + 1]marked // by the width of marks
	keys *text.Keys       // it meets the words that have this one's main key, and no others
	// main are the documents that have a word with the same main key, and loose those that may have one with another which meets this
	// word all the same, by its English stem; nil: none.
	main, loose *roaring.Bitmap
	// Of the document looked at: it is in main, and the main part is no other word's; it is in loose.
	here, clear, other bool
}

// marked is what the marks of words that meet one look like: main is their main part. Those which it meets by the English stem only
// have that as their main key, and the main part stem, or they have its mark.
type marked struct{ main, stem, english uint32 }

// verdict is what a document's track says of a phrase.
type verdict uint8

const (
	no verdict = iota
	maybe
	yes
)

// phrase narrows by the words, and then by where they stand.
func (c compiler) phrase(s *query.Seek) (answer, error) {
	p := &phrase{part: c.part, seek: s}
	var narrow []answer
	for _, k := range s.Keys {
		w, err := c.phraseWord(s, k)
		if err != nil {
			return anything, err
		}
		p.words = append(p.words, w)
		narrow = append(narrow, exactly(either([]docs{{bits: w.main}, {bits: w.loose}})))
	}
	found := c.intersect(narrow).may
	if found.none() {
		return exactly(docs{}), nil
	}
	if c.late != nil {
		*c.late = append(*c.late, p)
		return exactly(found), nil
	}
	if n := int(found.size(c.part)); n <= *c.effort {
		*c.effort -= n
		return p.among(found.bits)
	}
	return between(found, docs{}), nil
}

func (c compiler) phraseWord(s *query.Seek, k *text.Keys) (w phraseWord, err error) {
	none := "\x00" // no key of a word
	for _, width := range []int{narrow, wide} {
		w.part[width] = marked{mainPart(mainKey(k), width), mainPart(k.English, width), englishMark(k.English)}
	}
	var main, loose []string
	for have := byte(1); have <= anyKey; have++ {
		switch {
		case s.Op == query.Exact || k.Danish == "":
			w.keys = &text.Keys{Exact: k.Exact}
			if have&exactKey != 0 {
				main = append(main, wordTerm(k.Exact, have))
			}
		default:
			w.keys = &text.Keys{Exact: none, Danish: k.Danish}
			if have&danishKey != 0 {
				main = append(main, wordTerm(k.Danish, have))
			}
		}
		if s.Op == query.Exact || k.English == "" || have&englishKey == 0 {
			continue
		}
		if k.English == k.Danish && have&danishKey != 0 || k.English == k.Exact && have&exactKey != 0 {
			continue // its main key is the same
		}
		loose = append(loose, wordTerm(k.English, have))
	}
	for _, of := range []struct {
		terms []string
		to    **roaring.Bitmap
	}{{main, &w.main}, {loose, &w.loose}} {
		d, err := c.having(wordFields[s.Field], of.terms)
		if err != nil {
			return w, err
		}
		*of.to = d.bits
	}
	return w, nil
}

// among looks at some documents.
func (p *phrase) among(some *roaring.Bitmap) (answer, error) {
	may, sure := roaring.New(), roaring.New()
	for it := some.Iterator(); it.HasNext(); {
		n := it.Next()
		v, err := p.look(n)
		if err != nil {
			return anything, err
		}
		if v != no {
			may.Add(n)
		}
		if v == yes {
			sure.Add(n)
		}
	}
	if may.GetCardinality() == sure.GetCardinality() {
		return exactly(docs{bits: may}), nil
	}
	return between(docs{bits: may}, docs{bits: sure}), nil
}

// look says whether the words stand in a document as they should. It is sure of a no, too.
func (p *phrase) look(n uint32) (verdict, error) {
	name, err := p.name(n)
	if err != nil {
		return maybe, err
	}
	t, ok := trackOf(name[keySize:], p.seek.Field)
	if !ok {
		return maybe, nil
	}
	told := p.seek.Op != query.Exact // where a word does not stand by its clear mark, it does not stand
	for i := range p.words {
		w := &p.words[i]
		w.here = w.main != nil && w.main.Contains(n)
		w.clear = w.here && !t.isShared(w.part[t.width].main)
		w.other = w.loose != nil && w.loose.Contains(n)
		told = told && w.clear && !w.other
	}
	switch {
	case p.seek.Op != query.Exact && p.stands(&t, true):
		return yes, nil
	case !told && p.stands(&t, false):
		return maybe, nil
	}
	return no, nil
}

// stands looks where the words stand for sure, or where they may. It is most of what a phrase costs: marks of words that are not asked
// for, nearly all there are, are passed by at a comparison or two.
func (p *phrase) stands(t *track, sure bool) bool {
	a, b, more, can := p.wanted(t.width, sure)
	if !can {
		return false
	}
	p.toks = p.toks[:0]
	at, step := int32(-1), int32(1)
	marks := t.marks
	for len(marks) >= t.width {
		mark := uint32(marks[0]) | uint32(marks[1])<<8
		if t.width == wide {
			mark |= uint32(marks[2]) << 16
		}
		marks = marks[t.width:]
		main := mark >> englishBits
		if main == 0 {
			if mark == markSame {
				step = 0
				continue
			}
			if len(p.toks) > 0 && p.seek.Stands(p.toks) {
				return true
			}
			p.toks = p.toks[:0]
			at = -1
			continue
		}
		at += step
		step = 1
		if main != a && main != b && !more {
			continue
		}
		for i := range p.words {
			if w := &p.words[i]; w.is(mark, t.width, sure) {
				p.toks = append(p.toks, text.Token{Pos: at, Keys: w.keys})
			}
		}
	}
	return len(p.toks) > 0 && p.seek.Stands(p.toks)
}

// wanted gives the main parts of the marks that are looked for, if those are at most two, as they nearly always are; otherwise there are
// more. can is false where one of the words has none, so that they do not stand at all.
func (p *phrase) wanted(width int, sure bool) (a, b uint32, more, can bool) {
	for i := range p.words {
		w := &p.words[i]
		if sure && !w.clear {
			return 0, 0, false, false
		}
		main := w.part[width].main
		switch more = more || !sure && w.other; {
		case a == 0 || a == main:
			a = main
		case b == 0 || b == main:
			b = main
		default:
			more = true
		}
	}
	return a, b, more, true
}

// is tells whether a word with a mark is this one for sure, or may be.
func (w *phraseWord) is(mark uint32, width int, sure bool) bool {
	like := &w.part[width]
	main, english := mark>>englishBits, mark&(1<<englishBits-1)
	if main == like.main && (w.clear || !sure && w.here) {
		return true
	}
	return !sure && w.other && (english == like.english || english == 0 && main == like.stem)
}
