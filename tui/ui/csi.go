package ui

import "bytes"

// allowedCSI is the list of control sequences, by what stands between ESC [ and the final byte. It holds what Bubble Tea 2.1 and its
// renderer (ultraviolet) write, found by reading both, and is tested against a running program; sequences that report, resize, print or
// reset are not on it.
func allowedCSI(seq []byte, final byte) bool {
	switch final {
	case 'A', 'B', 'C', 'D', 'G', 'd', '`', 'I', 'Z', 'X', '@', 'P', 'L', 'M', 'S', 'T', 'b':
		return numbers(seq, 1, 9999) // cursor, tabs, insert, delete, erase, scroll, repeat
	case 'H', 'r':
		return numbers(seq, 2, 9999) // cursor position, scroll region
	case 'J', 'K':
		return numbers(seq, 1, 2) // erase; 3 would be the user's scrollback
	case 'm':
		return string(seq) == ">4;2" || string(seq) == ">4" || string(seq) == ">4;0" || colours(seq)
	case 'h', 'l':
		return string(seq) == "4" || mode(seq)
	case 'p':
		return string(seq) == "?2026$" || string(seq) == "?2027$" // does the terminal have the mode?
	case 'q':
		return len(seq) == 2 && seq[1] == ' ' && seq[0] >= '0' && seq[0] <= '6' // cursor style
	case 'u': // the keyboard protocol of Kitty: ask, push, pop, set
		if len(seq) == 0 {
			return false
		}
		switch seq[0] {
		case '?':
			return len(seq) == 1
		case '>', '<':
			return numbers(seq[1:], 1, 31)
		case '=':
			return numbers(seq[1:], 2, 31)
		}
	case 'W':
		return string(seq) == "?5" // tab stops every eight columns
	}
	return false
}

// mode reports whether it is one of the private modes that a frame needs.
func mode(seq []byte) bool {
	switch string(seq) {
	case "?7", "?25", "?1002", "?1003", "?1004", "?1006", "?1049", "?2004", "?2026", "?2027":
		return true // wrap, cursor, mouse, focus, alternate screen, paste, synchronized output, Unicode core
	}
	return false
}

// numbers reports whether seq is at most count numbers of at most most, each of which may be missing.
func numbers(seq []byte, count, most int) bool {
	for more := true; more; count-- {
		var part []byte
		part, seq, more = bytes.Cut(seq, []byte(";"))
		if n, ok := number(part); !ok || n > most || count == 0 {
			return false
		}
	}
	return true
}

// colours reports whether seq is a style: attributes and colours, but neither blinking nor hidden text.
func colours(seq []byte) bool {
	for len(seq) > 0 {
		var part []byte
		part, seq, _ = bytes.Cut(seq, []byte(";"))
		code, sub, hasSub := bytes.Cut(part, []byte(":"))
		n, ok := number(code)
		if !ok {
			return false
		}
		switch {
		case n == 38 || n == 48 || n == 58:
			if hasSub {
				if !colourParts(sub) {
					return false
				}
				continue
			}
			rest, ok := colourArgs(seq)
			if !ok {
				return false
			}
			seq = rest
		case n == 4:
			if hasSub && (len(sub) != 1 || sub[0] < '0' || sub[0] > '5') {
				return false
			}
		case hasSub:
			return false
		case n <= 3, n == 7, n == 9, n >= 21 && n <= 25, n >= 27 && n <= 49, n == 53, n == 55, n == 59, n >= 90 && n <= 107:
		default:
			return false
		}
	}
	return true
}

// colourArgs takes the arguments of 38, 48 or 58 when they are parted by semicolons: 5 and a number, or 2 and three.
func colourArgs(seq []byte) (rest []byte, ok bool) {
	kind, rest, _ := bytes.Cut(seq, []byte(";"))
	count := 0
	switch string(kind) {
	case "5":
		count = 1
	case "2":
		count = 3
	}
	for range count {
		var arg []byte
		arg, rest, _ = bytes.Cut(rest, []byte(";"))
		if n, ok := number(arg); !ok || n > 255 || len(arg) == 0 {
			return nil, false
		}
	}
	return rest, count > 0
}

// colourParts checks them when they are parted by colons.
func colourParts(sub []byte) bool {
	n := 0
	for more := true; more; n++ {
		var part []byte
		part, sub, more = bytes.Cut(sub, []byte(":"))
		if v, ok := number(part); !ok || v > 255 {
			return false
		}
	}
	return n >= 2 && n <= 6
}

// number reads up to four digits; none are 0.
func number(b []byte) (n int, ok bool) {
	if len(b) > 4 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
