package index

import "bytes"

// gram is how many bytes of a word are looked up together.
const gram = 3

// grams says in which words of a lexicon three bytes stand side by side: of those with a part of three letters and more, a few are left
// to be looked at. It takes about three times the memory of the lexicon.
type grams struct {
	span  map[uint32][2]uint32 // of the places: [from, to)
	words []uint32             // the places of words in the lexicon, in order
}

func gramOf(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

// grams gives those of a field.
func (p *part) grams(f int) (*grams, error) {
	return p.known.grams[f].get(func() (*grams, error) {
		l, err := p.lexicon(f)
		if err != nil {
			return nil, err
		}
		return newGrams(l), nil
	})
}

func newGrams(l *lexicon) *grams {
	count := map[uint32]uint32{}
	all := uint32(0)
	l.each(func(_ int, word []byte) {
		for i := range max(0, len(word)-gram+1) {
			count[gramOf(word[i:])]++
			all++
		}
	})
	g := &grams{span: make(map[uint32][2]uint32, len(count)), words: make([]uint32, all)}
	next := uint32(0)
	for k, n := range count {
		g.span[k] = [2]uint32{next, next}
		next += n
	}
	l.each(func(at int, word []byte) {
		for i := range max(0, len(word)-gram+1) {
			k := gramOf(word[i:])
			s := g.span[k]
			if s[1] > s[0] && g.words[s[1]-1] == uint32(at) {
				continue // twice in one word
			}
			g.words[s[1]] = uint32(at)
			s[1]++
			g.span[k] = s
		}
	})
	return g
}

// having gives the places of the words that may have a part: those with the one of its grams which the fewest have.
func (g *grams) having(part []byte) []uint32 {
	var fewest []uint32
	for i := range len(part) - gram + 1 {
		s, ok := g.span[gramOf(part[i:])]
		if !ok {
			return nil
		}
		if n := s[1] - s[0]; fewest == nil || int(n) < len(fewest) {
			fewest = g.words[s[0]:s[1]]
		}
	}
	return fewest
}

// each calls f for each word, without its kinds, and the place where its term begins.
func (l *lexicon) each(f func(at int, word []byte)) {
	for at := 1; at < len(l.terms); {
		end := at + bytes.IndexByte(l.terms[at:], 0)
		f(at, l.terms[at:end-1])
		at = end + 1
	}
}

// among gives, of the terms at some places, those of words that have a part, at the end if atEnd; at most n and one more.
func (l *lexicon) among(places []uint32, part []byte, atEnd bool, n int) (terms []string) {
	for _, at := range places {
		term := l.terms[at:]
		term = term[:bytes.IndexByte(term, 0)]
		word := term[:len(term)-1]
		if atEnd && !bytes.HasSuffix(word, part) || !atEnd && !bytes.Contains(word, part) {
			continue
		}
		if terms = append(terms, string(term)); len(terms) > n {
			break
		}
	}
	return terms
}

// parted gives the terms of the words of a field that have a part, at the end if atEnd; at most n and one more.
func (p *part) parted(f int, s string, atEnd bool, n int) ([]string, error) {
	l, err := p.lexicon(f)
	if err != nil {
		return nil, err
	}
	if len(s) < gram {
		return l.with(s, atEnd, n), nil
	}
	g, err := p.grams(f)
	if err != nil {
		return nil, err
	}
	return l.among(g.having([]byte(s)), []byte(s), atEnd, n), nil
}
