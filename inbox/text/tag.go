package text

import (
	"unicode"
	"unicode/utf8"
)

// hashtag takes the hashtag at i, its parts as words, and returns where it ends. It is no hashtag if it is glued to a word, is an
// HTML entity (&#39;) or holds no letter.
func (sc *scan) hashtag(i int) int {
	s, body := sc.s, i+1
	if i == sc.word || i > 0 && s[i-1] == '&' {
		return body
	}
	end, lettered := tagEnd(s, body)
	if !lettered {
		return body
	}
	k := sc.cache.get(s[body:end], ofWord)
	if k.Exact == "" {
		return body
	}
	sc.add(i, end, Hashtag, k)
	sc.parts(body, end)
	return end
}

// tagEnd returns where the body of a hashtag ends: letters, marks, digits and underscores.
func tagEnd(s string, i int) (end int, lettered bool) {
	start := i
	for i < len(s) {
		if s[i] == '_' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch classOf(r) {
		case letterRune:
			lettered = true
		case numberRune:
		case markRune:
			if i == start {
				return i, false
			}
		case hiddenRune:
			next, more := pastHidden(s, i)
			if !more {
				return i, lettered
			}
			i = next
			continue
		default:
			return i, lettered
		}
		i += size
	}
	return i, lettered
}

// parts adds the parts of a hashtag as words: it is split at underscores, between letters and digits, and where a small letter is
// followed by a capital.
func (sc *scan) parts(i, end int) {
	const (
		nothing = iota
		lower
		upper
		number
	)
	s, start, last := sc.s[:end], -1, nothing
	cut := func(at int) {
		if start >= 0 {
			sc.plain(start, at, last == number)
		}
		start = -1
	}
	for i < end {
		r, size := utf8.DecodeRuneInString(s[i:])
		kind := last
		switch c := classOf(r); {
		case r == '_':
			cut(i)
			i += size
			continue
		case c == numberRune:
			kind = number
		case c == letterRune && unicode.IsUpper(r):
			kind = upper
		case c == letterRune:
			kind = lower
		}
		if start >= 0 && kind != last && (last != upper || kind == number) {
			cut(i)
		}
		if start < 0 && startsWord(r) {
			start = i
		}
		last = kind
		i += size
	}
	cut(end)
}

// handle takes the handle at i and its name as a word, and returns where it ends. It is no handle if it is glued to a word, as in an
// e-mail address.
func (sc *scan) handle(i int) int {
	s, name := sc.s, i+1
	if i == sc.word {
		return name
	}
	end, named := nameEnd(s, name)
	if !named {
		return name
	}
	k := sc.cache.get(s[name:end], ofWord)
	if k.Exact == "" {
		return name
	}
	sc.add(i, end, Handle, k)
	sc.add(name, end, Word, k)
	sc.pos++
	sc.word = end
	return end
}

// nameEnd returns where the name at i ends, and whether it is one: letters, digits and underscores, with dots inside.
func nameEnd(s string, i int) (end int, named bool) {
	end = i
	for end < len(s) {
		b := s[end]
		if b == '.' {
			if end == i || !nameAt(s, end+1) {
				break
			}
			end++
			continue
		}
		if !nameAt(s, end) {
			break
		}
		named = named || b != '_'
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return end, named
}

// Handle is the exact key that Cut gives a handle, here without its sign; "" of what is none from end to end.
func (c *Cutter) Handle(name string) string {
	if end, named := nameEnd(name, 0); !named || end != len(name) {
		return ""
	}
	return c.cache.get(name, ofWord).Exact
}

// nameAt tells whether a letter, digit, mark or underscore of a name stands at i.
func nameAt(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	switch byteClass[s[i]] {
	case letter, digit:
		return true
	case high:
		r, _ := utf8.DecodeRuneInString(s[i:])
		c := classOf(r)
		return c == letterRune || c == numberRune || c == markRune
	}
	return s[i] == '_'
}
