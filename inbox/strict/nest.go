package strict

import "strings"

// maxNest is how deep brackets may stand in each other. Nothing that people write by hand stands deeper.
const maxNest = 64

// TooDeep reports whether brackets are nested so deep that the TOML library, which recurs, may exhaust the stack: that cannot be
// recovered from. It reads the text as TOML does, up to where it ceases to be TOML.
func TooDeep(data []byte) bool {
	s := string(data)
	depth := 0
	for i := 0; i < len(s); {
		switch s[i] {
		case '"', '\'':
			i += Quoted(s[i:])
			continue
		case '#':
			if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
				i += n
			} else {
				return false
			}
		case '[', '{':
			if depth++; depth > maxNest {
				return true
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
		i++
	}
	return false
}

// Quoted is the length of the text in quotes, of any of TOML's four kinds, that s begins with.
func Quoted(s string) int {
	q := s[:1]
	end := q
	if strings.HasPrefix(s, q+q+q) {
		end = q + q + q
	}
	for i := len(end); i < len(s); i++ {
		switch {
		case s[i] == '\\' && q == `"`:
			i++
		case strings.HasPrefix(s[i:], end):
			i += len(end)
			for n := 0; n < 2 && len(end) == 3 && strings.HasPrefix(s[i:], q); n++ { // the text itself may end in two quotes
				i++
			}
			return i
		case s[i] == '\n' && len(end) == 1: // never closed
			return i
		}
	}
	return len(s)
}
