package text

import (
	"strings"
	"unicode/utf8"
)

// address is where the parts of a web address stand.
type address struct {
	start     int
	host, end int // the host without www., as [host, hostEnd); the address as [start, end)
	hostEnd   int
}

// maxHost bounds a domain name (RFC 1035) and so the work of looking for one.
const maxHost = 253

// bareEndings are the top-level domains that make an address of a domain without http, www or path. More would take sentences
// that lack a space for addresses ("kom.her").
var bareEndings = map[string]bool{
	"dk": true, "com": true, "org": true, "net": true, "eu": true, "io": true, "se": true, "no": true, "de": true, "uk": true,
}

// urlAt finds the address at i that begins with http://, https:// or www.
func urlAt(s string, i int) (u address, ok bool) {
	u.start, u.host = i, i
	if n := hasFold(s[i:], "http://"); n > 0 {
		u.host = i + n
	} else if n := hasFold(s[i:], "https://"); n > 0 {
		u.host = i + n
	}
	scheme := u.host > i
	www := hasFold(s[u.host:], "www.")
	if !scheme && www == 0 {
		return u, false
	}
	u.hostEnd, _ = hostEnd(s, u.host+www)
	if u.hostEnd > u.host+www {
		u.host += www
	} else if u.hostEnd, _ = hostEnd(s, u.host); u.hostEnd == u.host || !scheme {
		return u, false
	}
	u.end = addressEnd(s, u.host, u.hostEnd)
	return u, true
}

// domainAt finds the address without scheme or www that begins at i: a domain with a well-known ending, or with a path behind it.
// No other one begins before tried.
func domainAt(s string, i int) (u address, tried int, ok bool) {
	end, dot := hostEnd(s, i)
	last := s[dot:end]
	glued := i > 0 && s[i-1] == '@' || end < len(s) && s[end] == '@' // part of an e-mail address
	if glued || dot == i || strings.ContainsFunc(last, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' }) {
		return u, end, false
	}
	low := strings.ToLower(last)
	known := bareEndings[low] && (last == low || strings.ToUpper(last) == last) // "kom.Se" is two sentences
	if !known {
		path := end+1 < len(s) && s[end] == '/' && nameAt(s, end+1)
		before := s[i : dot-1]
		if !path || len(last) < 2 || len(before[strings.LastIndexByte(before, '.')+1:]) < 2 { // "f.eks/fx" is none
			return u, end, false
		}
	}
	u = address{start: i, host: i, hostEnd: end}
	u.end = addressEnd(s, i, end)
	return u, u.end, true
}

// hostEnd returns where the host at i ends, and where its last label begins; end is i where there is none.
func hostEnd(s string, i int) (end, label int) {
	start := i
	label = i
	for i < len(s) && i-start <= maxHost {
		switch b := s[i]; {
		case b == '.':
			if i == label || !nameAt(s, i+1) {
				return i, label
			}
			i++
			label = i
		case b == '-':
			if i == label || i+1 >= len(s) || s[i+1] != '-' && !nameAt(s, i+1) {
				return i, label
			}
			i++
		case nameAt(s, i):
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
		default:
			return i, label
		}
	}
	return i, label
}

// addressEnd returns where the address with that host ends: behind port, path, query and fragment, less the punctuation of the
// sentence around it.
func addressEnd(s string, host, end int) int {
	i := end
	if i < len(s) && s[i] == ':' {
		j := i + 1
		for j < len(s) && byteClass[s[j]] == digit {
			j++
		}
		if j > i+1 {
			i, end = j, j
		}
	}
	if i >= len(s) || s[i] != '/' && s[i] != '?' && s[i] != '#' {
		return end
	}
	for i < len(s) {
		b := s[i]
		if b <= ' ' || b == 0x7F || strings.IndexByte("<>\"`{}|\\^", b) >= 0 {
			break
		}
		if b < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if c := classOf(r); c != letterRune && c != numberRune && c != markRune {
			break
		}
		i += size
	}
	open := strings.Count(s[host:i], "(") - strings.Count(s[host:i], ")")
	for i > end && strings.IndexByte(".,;:!?'\")]*", s[i-1]) >= 0 {
		if s[i-1] == ')' {
			if open >= 0 {
				break
			}
			open++
		}
		i--
	}
	return i
}

// url adds an address and the words of its host and path, not those of its query and fragment, and returns where it ends.
func (sc *scan) url(u address) int {
	s := sc.s
	if k := sc.cache.get(s[u.host:u.hostEnd], ofHost); k.Exact != "" {
		sc.add(u.start, u.end, URL, k)
	}
	path := s[:u.end]
	if q := strings.IndexAny(path[u.hostEnd:], "?#"); q >= 0 {
		path = path[:u.hostEnd+q]
	}
	for i := u.host; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		switch {
		case r == '%' && i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2]):
			i += 3
		case i == u.hostEnd && r == ':': // the port
			for i++; i < len(path) && byteClass[path[i]] == digit; {
				i++
			}
		case startsWord(r):
			end, number := wordEnd(path, i)
			sc.plain(i, end, number)
			i = end
		default:
			i += size
		}
	}
	return u.end
}

func isHex(b byte) bool {
	return byteClass[b] == digit || 'a' <= b|0x20 && b|0x20 <= 'f'
}

// hasFold returns the length of prefix if s begins with it in any case, else 0. The prefix is in small letters.
func hasFold(s, prefix string) int {
	if len(s) < len(prefix) {
		return 0
	}
	for i := range len(prefix) {
		b := s[i]
		if 'A' <= b && b <= 'Z' {
			b |= 0x20
		}
		if b != prefix[i] {
			return 0
		}
	}
	return len(prefix)
}
