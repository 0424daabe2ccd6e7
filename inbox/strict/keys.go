package strict

import (
	"strings"
	"unicode/utf8"
)

// Place is where a key, or the header of a table, stands in a document.
type Place struct {
	Path         []string
	Line, Column int // from 1; column in characters
	Offset       int // in bytes
	Header       bool
}

// Keys finds the keys and table headers of a document that parsed, in order. Keys inside inline tables are not looked at.
func Keys(data []byte) []Place {
	var table []string
	s := string(data)
	out := make([]Place, 0, strings.Count(s, "\n")+1)
	line, start := 1, 0
	if strings.HasPrefix(s, "\ufeff") {
		start = len("\ufeff")
	}
	for start < len(s) {
		end := strings.IndexByte(s[start:], '\n')
		if end < 0 {
			end = len(s)
		} else {
			end += start
		}
		text := s[start:end]
		body := strings.TrimLeft(text, " \t")
		col := utf8.RuneCountInString(text[:len(text)-len(body)]) + 1
		off := start + len(text) - len(body)
		next := end + 1
		switch {
		case body == "" || body[0] == '#':
		case body[0] == '[':
			table = split(nil, strings.Trim(header(body), "[] \t\r"))
			brackets := len(body) - len(strings.TrimLeft(body, "["))
			out = append(out, Place{Path: table, Line: line, Column: col + brackets, Offset: off, Header: true})
		default:
			eq := assign(body)
			if eq < 0 {
				break
			}
			path := split(append(make([]string, 0, len(table)+1), table...), body[:eq])
			out = append(out, Place{Path: path, Line: line, Column: col, Offset: off})
			next = valueEnd(s, off+eq+1)
		}
		line += strings.Count(s[start:min(next, len(s))], "\n")
		start = next
	}
	return out
}

// header cuts a table header off from what follows it on its line.
func header(s string) string {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case s[i] == '#':
			return s[:i]
		}
	}
	return s
}

// assign finds the = behind a key, which may be quoted.
func assign(s string) int {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case s[i] == '=':
			return i
		}
	}
	return -1
}

// split appends the parts of a dotted key.
func split(out []string, s string) []string {
	if s = strings.Trim(s, " \t"); !strings.ContainsAny(s, "\"'. \t") {
		return append(out, s)
	}
	var part strings.Builder
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			} else {
				part.WriteByte(s[i])
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case s[i] == '.':
			out = append(out, part.String())
			part.Reset()
		case s[i] == ' ' || s[i] == '\t':
		default:
			part.WriteByte(s[i])
		}
	}
	return append(out, part.String())
}

// valueEnd returns where the line behind a value begins: strings and arrays may take several lines.
func valueEnd(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch rest := s[i:]; {
		case rest[0] == '"' || rest[0] == '\'':
			i += Quoted(rest)
		case rest[0] == '[' || rest[0] == '{':
			depth++
			i++
		case rest[0] == ']' || rest[0] == '}':
			depth--
			i++
		case rest[0] == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case rest[0] == '\n' && depth <= 0:
			return i + 1
		default:
			i++
		}
	}
	return len(s)
}
