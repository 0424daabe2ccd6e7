package text

import (
	"math"
	"unicode/utf8"
)

// Cutter cuts texts into tokens. It is safe for concurrent use; its only state is a bounded cache of the keys of words.
type Cutter struct {
	cache *cache
}

// NewCutter returns a Cutter that remembers the keys of about that many words, up to twice as many; 0 means 100,000, which
// costs at most some 20 MB.
func NewCutter(words int) *Cutter {
	if words <= 0 {
		words = 100_000
	}
	return &Cutter{cache: newCache(words)}
}

// Cut appends the tokens of s to dst, ordered by Start and then with the whole before its parts; Pos never decreases. It allocates
// nothing but room in dst and what the cache learns. Any bytes will do: what is not UTF-8 separates. Of a text beyond 2 GB only the
// beginning is cut.
func (c *Cutter) Cut(dst []Token, s string) []Token {
	if len(s) > math.MaxInt32 {
		s = s[:math.MaxInt32]
	}
	sc := scan{cache: c.cache, s: s, dst: dst, word: -1}
	sc.text()
	return sc.dst
}

// Keys gives the keys of one word that was already isolated: what Cut would give its token.
func (c *Cutter) Keys(word string) *Keys {
	r, size := utf8.DecodeRuneInString(word)
	if startsEmoji(r, word[size:]) {
		return c.cache.get(word, ofEmoji)
	}
	return c.cache.get(word, ofWord)
}

// scan is one run of Cut.
type scan struct {
	cache *cache
	s     string
	dst   []Token
	pos   int32
	word  int // where the latest word or handle ended, -1 before the first: what stands there directly is glued to it
	host  int // no bare domain begins before this byte: it was looked for
}

func (sc *scan) add(start, end int, kind Kind, k *Keys) {
	sc.dst = append(sc.dst, Token{Start: int32(start), End: int32(end), Pos: sc.pos, Kind: kind, Keys: k})
}

func (sc *scan) text() {
	s := sc.s
	for i := 0; i < len(s); {
		b := s[i]
		switch byteClass[b] {
		case gap:
			i++
		case letter, digit:
			i = sc.wordOrURL(i)
		case sign:
			if b == '#' {
				i = sc.hashtag(i)
			} else {
				i = sc.handle(i)
			}
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case startsWord(r):
				i = sc.wordOrURL(i)
			case startsEmoji(r, s[i+size:]):
				i = sc.emoji(i)
			default:
				i += size
			}
		}
	}
}

// wordOrURL takes the word or address at i and returns where it ends.
func (sc *scan) wordOrURL(i int) int {
	s := sc.s
	if b := s[i] | 0x20; b == 'h' || b == 'w' {
		if u, ok := urlAt(s, i); ok {
			return sc.url(u)
		}
	}
	end, number := wordEnd(s, i)
	if end < len(s) && (s[end] == '.' || s[end] == '-') && i >= sc.host {
		u, tried, ok := domainAt(s, i)
		if ok {
			return sc.url(u)
		}
		sc.host = tried
	}
	sc.plain(i, end, number)
	sc.word = end
	return end
}

// plain adds the word s[i:end], if it has a key: an apostrophe letter or a format character alone is no word.
func (sc *scan) plain(i, end int, number bool) {
	k := sc.cache.get(sc.s[i:end], ofWord)
	if k.Exact == "" {
		return
	}
	kind := Word
	if number {
		kind = Number
	}
	sc.add(i, end, kind, k)
	sc.pos++
}

func (sc *scan) emoji(i int) int {
	end := i + clusterLen(sc.s[i:])
	sc.add(i, end, Emoji, sc.cache.get(sc.s[i:end], ofEmoji))
	return end
}
