package classify

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"lytter/inbox/strict"
)

// The TOML library gives values without their places. Here are the places: blocks, keys and values of a file that is TOML.

// block is one table of a file.
type block struct {
	table      string // "rule", "rule.example"; "" is what stands before the first header
	list       bool   // written with [[ ]]
	head       span
	start, end int // from the comment lines directly above to the end of its last line
	keys       []entry
}

func locate(s string) []block {
	blocks := []block{{}}
	var b *block
	var above []string // the path of the block's table
	last := 0          // where the line behind the block before ends
	for _, p := range strict.Keys([]byte(s)) {
		if p.Header {
			blocks = append(blocks, block{table: strings.Join(p.Path, "."), list: strings.HasPrefix(s[p.Offset:], "[[")})
			b = &blocks[len(blocks)-1]
			b.head = span{p.Offset, p.Offset + strings.LastIndexByte(s[p.Offset:lineEnd(s, p.Offset)], ']') + 1}
			b.start = withComments(s, last, p.Offset)
			b.end = lineEnd(s, p.Offset)
			last, above = b.end, p.Path
			continue
		}
		b = &blocks[len(blocks)-1]
		e := entry{name: strings.Join(p.Path[len(above):], ".")}
		key := s[p.Offset:]
		key = strings.TrimRight(key[:equals(key)], " \t")
		e.key = span{p.Offset, p.Offset + len(key)}
		e.val = value(s, e.key.end)
		b.keys = append(b.keys, e)
		b.end = lineEnd(s, e.val.end)
		last = b.end
	}
	return blocks
}

// withComments is where the comment lines directly above the line of i begin, but not before from; the line itself where there are none.
func withComments(s string, from, i int) int {
	start := strings.LastIndexByte(s[:i], '\n') + 1
	for start > from {
		above := strings.LastIndexByte(s[:start-1], '\n') + 1
		if above < from || !strings.HasPrefix(strings.TrimLeft(s[above:start], " \t"), "#") {
			break
		}
		start = above
	}
	return start
}

// equals is where the = behind the key that s begins with stands.
func equals(s string) int {
	i := 0
	for i < len(s) && s[i] != '=' {
		if s[i] == '"' || s[i] == '\'' {
			i += strict.Quoted(s[i:])
			continue
		}
		i++
	}
	return i
}

// value is where the value behind a key that ends at i stands.
func value(s string, i int) span {
	i += strings.IndexByte(s[i:], '=') + 1
	i += len(s[i:]) - len(strings.TrimLeft(s[i:], " \t"))
	start, depth := i, 0
	for i < len(s) {
		switch s[i] {
		case '"', '\'':
			i += strict.Quoted(s[i:])
		case '[', '{':
			depth++
			i++
		case ']', '}':
			depth--
			i++
		case '#', '\n':
			if depth <= 0 {
				return span{start, start + len(strings.TrimRight(s[start:i], " \t\r"))}
			}
			if s[i] == '#' {
				i = lineEnd(s, i)
			} else {
				i++
			}
		default:
			i++
		}
	}
	return span{start, start + len(strings.TrimRight(s[start:], " \t\r\n"))}
}

// texts gives the texts in quotes of an array.
func texts(s string, array span) []span {
	var out []span
	for i := array.start; i < array.end; {
		switch s[i] {
		case '"', '\'':
			n := strict.Quoted(s[i:array.end])
			out = append(out, span{i, i + n})
			i += n
		case '#':
			i = lineEnd(s, i)
		default:
			i++
		}
	}
	return out
}

// inText maps a byte of a text's value to the byte of the file that it is written with.
func inText(s string, val span, off int) int {
	raw := s[val.start:val.end]
	i := 1
	for _, q := range []string{`"""`, "'''"} {
		if strings.HasPrefix(raw, q) && len(raw) >= 6 {
			i = 3
			if strings.HasPrefix(raw[i:], "\n") {
				i++
			} else if strings.HasPrefix(raw[i:], "\r\n") {
				i += 2
			}
		}
	}
	if raw == "" || raw[0] != '"' {
		return min(val.start+i+off, val.end)
	}
	for n := 0; i < len(raw); {
		size, made := 1, 1
		if raw[i] == '\\' {
			size, made = escape(raw[i:])
		}
		if n+made > off {
			break
		}
		n += made
		i += size
	}
	return min(val.start+i, val.end)
}

// escape gives how long an escape is, and how many bytes it makes.
func escape(s string) (size, made int) {
	if len(s) < 2 {
		return len(s), 0
	}
	if n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]; n > 0 && len(s) >= 2+n {
		r, _ := strconv.ParseUint(s[2:2+n], 16, 31) // the TOML library refused it otherwise
		return 2 + n, max(utf8.RuneLen(rune(r)), 1)
	}
	if n := len(s) - len(strings.TrimLeft(s[1:], " \t\r\n")); n > 1 { // a line that goes on behind white space
		return n, 0
	}
	return 2, 1
}

// lineEnd is where the line that i is on ends, without its newline.
func lineEnd(s string, i int) int {
	line, _, _ := strings.Cut(s[i:], "\n")
	return i + len(strings.TrimSuffix(line, "\r"))
}

// lines knows where the lines of a file begin.
type lines struct {
	s      string
	starts []int // of the second line and those behind it
}

func newLines(s string) *lines {
	l := &lines{s: s}
	for i := range len(s) {
		if s[i] == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l *lines) place(at span) Place {
	start := max(0, min(at.start, len(l.s))) // the TOML library may say -1
	n := sort.SearchInts(l.starts, start+1)
	begin := 0
	if n > 0 {
		begin = l.starts[n-1]
	}
	return Place{Line: n + 1, Column: utf8.RuneCountInString(l.s[begin:start]) + 1, Start: start, End: max(start, min(at.end, len(l.s)))}
}
