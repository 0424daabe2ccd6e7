package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CPR is a stretch of a text that looks like a Danish personal number (CPR-nummer).
type CPR struct {
	Start, End int // bytes
	Sure       Sureness
}

// Sureness says how sure it is that digits are a CPR number. What is less than Likely is none.
type Sureness uint8

// How sure.
const (
	Unlikely Sureness = iota
	Likely            // it is masked, and does not go out
	Certain           // and may be hidden without a person
)

// Fewest digits that a text must have before it is looked at at all.
const cprDigits = 10

// FindCPR appends the CPR numbers of a text to dst, in their order.
//
// Ten digits whose first six are a date, DDMMYY, written in one, as 010203-1234, 010203 1234, 01.02.03-1234 or 01 02 03 12 34, or one by
// one, with any dashes and spaces that Unicode has, in any script's digits, and with invisible characters and combining marks between them;
// also with the year in four digits, as 01.02.1903-1234. Replacement numbers
// (erstatningspersonnumre) have 60 added to the day. The seventh digit says with the year in which century the date is. Modulus 11 makes
// a number surer and is never asked for: numbers without it are given out since October 2007. (CPR-kontoret: "Personnummeret i CPR", and
// cpr.dk, "Personnumre uden kontrolciffer (modulus 11-kontrol)".)
//
// What stands around the digits decides the rest: "cpr" and its like before or behind them speak for them, "ordrenr.", "tlf.", "kr." and
// their like against, and so do letters, digits, "#" or "+" that touch them, and an address that they are a part of, unless it calls them
// cpr itself. Digits within a longer run of digits are none.
func FindCPR(dst []CPR, s string) []CPR {
	if !manyDigits(s) {
		return dst
	}
	var room [16]digits
	gs := digitGroups(room[:0], s)
	for i, last := 0, 0; i < len(gs); {
		n, sure := cprAt(s, gs, i, i == last && i > 0)
		if sure == Unlikely {
			i++
			continue
		}
		dst = append(dst, CPR{Start: gs[i].start, End: gs[i+n-1].end, Sure: sure})
		i += n
		last = i
	}
	return dst
}

// SureCPR is how sure the surest CPR number of some texts is.
func SureCPR(texts ...string) Sureness {
	most := Unlikely
	var room [8]CPR
	for _, s := range texts {
		for _, c := range FindCPR(room[:0], s) {
			most = max(most, c.Sure)
		}
	}
	return most
}

// Masked is a text with every digit of its CPR numbers covered. It is as long as the text, byte for byte, so that places in the one are
// places in the other; a text without them is given back as it is.
func Masked(s string) string {
	var room [8]CPR
	var out []byte
	for found := FindCPR(room[:0], s); len(found) > 0; found = FindCPR(room[:0], s) {
		if out == nil {
			out = []byte(s)
		}
		for _, c := range found {
			cover(out, c.Start, c.End)
		}
		s = string(out) // without them another may stand alone
	}
	return s
}

// MaskedStart is Masked for the beginning of a longer text: the digits at its end may be half of a number, and are covered too.
func MaskedStart(s string) string {
	s = Masked(s)
	from, n := len(s), 0
	for from > 0 && n < 3*cprDigits {
		r, size := utf8.DecodeLastRuneInString(s[:from])
		if unicode.IsLetter(r) {
			break
		}
		from -= size
		n++
	}
	if strings.IndexFunc(s[from:], isDigit) < 0 {
		return s
	}
	out := []byte(s)
	cover(out, from, len(out))
	return Masked(string(out))
}

// covers stand in the place of digits of one to four bytes.
var covers = [5]string{1: "*", 2: "×", 3: "∗", 4: "🞶"}

func cover(b []byte, from, to int) {
	for i := from; i < to; {
		r, size := utf8.DecodeRune(b[i:])
		if isDigit(r) {
			copy(b[i:], covers[size])
		}
		i += size
	}
}

// manyDigits reports whether a text may have ten digits. Nearly all texts end here: a byte that begins a digit is an ASCII digit, or at
// least 0xD9, where the first other script with digits of its own begins.
func manyDigits(s string) bool {
	n := 0
	for i := range len(s) {
		if b := s[i]; b-'0' <= 9 || b >= 0xD9 {
			if n++; n == cprDigits {
				return true
			}
		}
	}
	return false
}

// digits is a run of digits; what is not seen may stand between them.
type digits struct {
	start, end int
	n          int             // how many, at most one more than a CPR number has
	value      [cprDigits]byte // the first ones
}

func digitGroups(dst []digits, s string) []digits {
	open := false
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case isDigit(r):
			if !open {
				dst = append(dst, digits{start: i})
				open = true
			}
			g := &dst[len(dst)-1]
			if g.n < cprDigits {
				g.value[g.n] = digitValue(r)
			}
			g.n = min(g.n+1, cprDigits+1)
			g.end = i + size
		case !isFormat(r):
			open = false
		}
		i += size
	}
	return dst
}

func isDigit(r rune) bool {
	return '0' <= r && r <= '9' || r >= 0x660 && unicode.Is(unicode.Nd, r)
}

// digitValue is what a digit stands for: the digits of a script are ten in a row.
func digitValue(r rune) byte {
	if r <= '9' {
		return byte(r - '0')
	}
	if 0x1D7CE <= r && r <= 0x1D7FF { // the mathematical ones are five alphabets, one behind the other
		return byte((r - 0x1D7CE) % 10)
	}
	first := r
	for first > r-9 && unicode.Is(unicode.Nd, first-1) {
		first--
	}
	return byte(r-first) % 10
}

// isFormat reports whether r is not seen, or is drawn on what is before it (as the key around 1️⃣): it may stand anywhere.
func isFormat(r rune) bool {
	return r >= 0xAD && (unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Mn, unicode.Me))
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r >= 0xA0 && unicode.Is(unicode.Zs, r) }

func isDash(r rune) bool {
	return r == '-' || r == '_' || r == '~' || r >= 0x2010 && (unicode.Is(unicode.Pd, r) || r == 0x2212 || r == 0x2043)
}

// joint is what stands between two runs of digits.
type joint uint8

const (
	apart joint = iota // anything else
	spaced
	dashed
	dotted // or slashed
	loose  // by anything short that is no word
)

// looseOf is a joint that stands in the place of none, where the number was named: brackets, a colon, a new line.
func looseOf(s string) joint {
	n := 0
	for _, r := range s {
		if n++; n > 4 || unicode.IsLetter(r) {
			return apart
		}
	}
	return loose
}

// jointOf says how two runs are joined: by a few spaces, or by a dash, dot or slash with at most two spaces on each side of it.
func jointOf(s string) joint {
	j, n := apart, 0
	if len(s) > 16 {
		return apart
	}
	for _, r := range s {
		var k joint
		switch {
		case isFormat(r):
			continue
		case isSpace(r):
			if n++; n > 3 {
				return apart
			}
			if j == apart {
				j = spaced
			}
			continue
		case isDash(r):
			k = dashed
		case r == '.' || r == '/':
			k = dotted
		default:
			return apart
		}
		if j > spaced && (j != dashed || k != dashed) {
			return apart
		}
		j = k
	}
	return j
}

// forms are how many digits stand together, in the ways that a number is written. Those of twelve have the year in four.
var forms = [][]int{{10}, {6, 4}, {2, 2, 2, 4}, {6, 2, 2}, {2, 2, 2, 2, 2}, {8, 4}, {2, 2, 4, 4}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}

// cprAt says how sure it is that a CPR number begins with the i-th run of digits, and of how many runs it is. follows says
// that another one ends right before it.
func cprAt(s string, gs []digits, i int, follows bool) (int, Sureness) {
next:
	for _, form := range forms {
		if len(gs)-i < len(form) {
			continue
		}
		var all [cprDigits + 2]byte
		var joints [cprDigits]joint // before each
		n := 0
		for k, size := range form {
			g := &gs[i+k]
			if g.n != size {
				continue next
			}
			n += copy(all[n:], g.value[:size])
			if k == 0 {
				continue
			}
			between := s[gs[i+k-1].end:g.start]
			if joints[k] = jointOf(between); joints[k] == apart && len(form) == 2 && n == cprDigits {
				joints[k] = looseOf(between)
			}
			if joints[k] == apart {
				continue next
			}
		}
		d := [cprDigits]byte(all[:])
		if n > cprDigits { // without the century
			copy(d[4:], all[6:])
		}
		year, ok := bornIn(d)
		if !ok || n > cprDigits && year != int(all[4])*1000+int(all[5])*100+int(all[6])*10+int(all[7]) {
			continue
		}
		score := written(form, n, joints[:])
		if mod11(d) {
			score++
		}
		if year < 1900 || year > 2036 { // nobody alive, or not for long
			score -= 2
		}
		score += surroundings(s, gs, i, len(form), follows)
		switch {
		case score >= 3:
			return len(form), Certain
		case score >= 1:
			return len(form), Likely
		}
	}
	return 0, Unlikely
}

// written is how much the way in which a number is written, with n digits, speaks for it.
func written(form []int, n int, joints []joint) int {
	last := joints[len(form)-1]
	switch {
	case len(form) == 1:
		return 1
	case last == loose:
		return -2
	case n > cprDigits: // "born 01.02.1985 2300 København" has the digits too
		if last == dashed {
			return 2
		}
		return -1
	case len(form) == 2 && joints[1] == dashed:
		return 2
	case len(form) == 2:
		return 1
	case len(form) == 3 && joints[1] == dashed:
		return 1
	case len(form) == 4 && joints[3] == dashed:
		if joints[1] == dotted {
			return 2
		}
		return 1
	}
	return 0
}

// bornIn is the year of a number's date, which must be one that the calendar has. The century is by the seventh digit.
func bornIn(d [cprDigits]byte) (year int, ok bool) {
	day, month, yy := int(d[0])*10+int(d[1]), int(d[2])*10+int(d[3]), int(d[4])*10+int(d[5])
	if day > 60 { // a replacement number
		day -= 60
	}
	switch {
	case d[6] <= 3:
		year = 1900 + yy
	case d[6] == 4 || d[6] == 9:
		if year = 1900 + yy; yy <= 36 {
			year = 2000 + yy
		}
	default:
		if year = 1800 + yy; yy <= 57 {
			year = 2000 + yy
		}
	}
	if month < 1 || month > 12 || day < 1 {
		return 0, false
	}
	most := 31
	switch month {
	case 4, 6, 9, 11:
		most = 30
	case 2:
		most = 28
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			most = 29
		}
	}
	return year, day <= most
}

// mod11 reports whether the last digit is the check digit of the others.
func mod11(d [cprDigits]byte) bool {
	sum := 0
	for i, w := range [cprDigits]int{4, 3, 2, 7, 6, 5, 4, 3, 2, 1} {
		sum += w * int(d[i])
	}
	return sum%11 == 0
}
