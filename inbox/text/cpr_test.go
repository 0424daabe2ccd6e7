package text

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// sample is a line of testdata/cpr.txt.
type sample struct {
	text string
	want [][2]int // where the numbers are
}

func readSamples(t testing.TB, name string) []sample {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		if strings.Contains(line, `\`) {
			if line, err = strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`); err != nil {
				t.Fatal(err)
			}
		}
		var s sample
		for {
			before, rest, ok := strings.Cut(line, "«")
			s.text += before
			if !ok {
				break
			}
			number, rest, _ := strings.Cut(rest, "»")
			s.want = append(s.want, [2]int{len(s.text), len(s.text) + len(number)})
			s.text += number
			line = rest
		}
		out = append(out, s)
	}
	return out
}

// figures are what was made of a set.
type figures struct{ texts, decoys, numbers, found, certain, wrong, wrongCertain int }

func figuresOf(t *testing.T, name string) (f figures) {
	t.Helper()
	for _, s := range readSamples(t, name) {
		f.texts++
		f.numbers += len(s.want)
		if len(s.want) == 0 {
			f.decoys++
		}
		right := map[[2]int]bool{}
		for _, w := range s.want {
			right[w] = true
		}
		for _, c := range FindCPR(nil, s.text) {
			at := [2]int{c.Start, c.End}
			sure := 0
			if c.Sure == Certain {
				sure = 1
			}
			if right[at] {
				delete(right, at)
				f.found++
				f.certain += sure
				continue
			}
			t.Logf("none: %q in %q, %d", s.text[c.Start:c.End], s.text, c.Sure)
			f.wrong++
			f.wrongCertain += sure
		}
		for at := range right {
			t.Logf("missed: %q in %q", s.text[at[0]:at[1]], s.text)
		}
	}
	t.Logf("%s: %d texts, %d numbers, %d texts without", name, f.texts, f.numbers, f.decoys)
	t.Logf("likely or certain: recall %.3f, precision %.3f (%d right, %d wrong, %d missed)",
		float64(f.found)/float64(f.numbers), float64(f.found)/float64(f.found+f.wrong), f.found, f.wrong, f.numbers-f.found)
	t.Logf("certain: recall %.3f, precision %.3f (%d right, %d wrong)",
		float64(f.certain)/float64(f.numbers), float64(f.certain)/float64(f.certain+f.wrongCertain), f.certain, f.wrongCertain)
	return f
}

// The figures of docs/cpr.md: how many of the numbers in testdata are found, and how many that are found are none. Run with -v to see them,
// and what was wrong.
func TestCPRFigures(t *testing.T) {
	f := figuresOf(t, "cpr.txt")
	if missed := f.numbers - f.found; missed > 0 || f.wrong > 0 || f.certain*4 < f.numbers*3 {
		t.Errorf("%+v", f)
	}
	figuresOf(t, "cpr_blind.txt")
}

// How many of the numbers that stand alone, with nothing said of them, are taken for a CPR number by chance: of all of ten digits, and
// of P-numbers, which begin with 10.
func TestCPRByChance(t *testing.T) {
	share := func(from, to int) float64 {
		n, taken := 0, 0
		for i := from; i < to; i += 7919 { // a prime: every last digit comes by
			n++
			if SureCPR(fmt.Sprintf("Det er %010d, tak", i)) != Unlikely {
				taken++
			}
		}
		return float64(taken) / float64(n)
	}
	all, p := share(0, 10_000_000_000), share(1_000_000_000, 1_032_000_000)
	t.Logf("of ten digits that stand alone %.3f are taken for a CPR number, of P-numbers %.3f", all, p)
	if all > 0.09 {
		t.Errorf("%.3f", all)
	}
}

// The ways in which a number can be written, with all that Unicode has for it; d are its ten digits.
func writings(d string, dash, space, unseen string) map[string]string {
	return map[string]string{
		"one":         d,
		"dash":        d[:6] + dash + d[6:],
		"spaced dash": d[:6] + space + dash + space + d[6:],
		"space":       d[:6] + space + d[6:],
		"dots":        d[:2] + "." + d[2:4] + "." + d[4:6] + dash + d[6:],
		"slashes":     d[:2] + "/" + d[2:4] + "/" + d[4:6] + space + d[6:],
		"pairs":       d[:2] + space + d[2:4] + space + d[4:6] + space + d[6:8] + space + d[8:],
		"halves":      d[:6] + dash + d[6:8] + space + d[8:],
		"keycaps":     strings.Join(strings.Split(d, ""), "\uFE0F\u20E3") + "\uFE0F\u20E3",
		"one by one":  strings.Join(strings.Split(d, ""), space),
		"struck":      strings.Join(strings.Split(d, ""), "\u0336"),
		"brackets":    d[:6] + space + "(" + d[6:] + ")",
		"lines":       d[:6] + "\n" + d[6:],
		"colon":       d[:6] + ":" + d[6:],
		"underscore":  d[:6] + "_" + d[6:],
		"full year":   d[:4] + century(d) + d[4:6] + dash + d[6:],
		"all apart":   d[:2] + "." + d[2:4] + "." + century(d) + d[4:6] + space + d[6:],
		"unseen":      d[:3] + unseen + d[3:6] + unseen + dash + d[6:9] + unseen + d[9:],
	}
}

// loosely are the ways that only a number is written in that is called so, and that somebody alive may have.
var loosely = map[string]bool{"brackets": true, "lines": true, "colon": true, "all apart": true}

// century is how the year of a number begins.
func century(d string) string {
	year, _ := bornIn([cprDigits]byte([]byte(strings.Map(func(r rune) rune { return r - '0' }, d))))
	return fmt.Sprint(year / 100)
}

// number draws ten digits that are a CPR number, with modulus 11 or without.
func number() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		day, month, yy := rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(0, 99).Draw(t, "year")
		if rapid.Bool().Draw(t, "replacement") {
			day += 60
		}
		return fmt.Sprintf("%02d%02d%02d%04d", day, month, yy, rapid.IntRange(0, 9999).Draw(t, "serial"))
	})
}

// scripts are the zeros of some digits.
var scripts = []rune{'0', '٠', '۰', '०', '๐', '０', '𝟎', '𝟘', '𞥐'}

// However a number is written, "cpr" before it is enough: nothing of it is left.
func TestCPRIsFoundHoweverItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zero := rapid.SampledFrom(scripts).Draw(t, "script")
		d := number().Draw(t, "number")
		dash := rapid.SampledFrom([]string{"-", "\u2010", "\u2011", "\u2012", "–", "—", "\u2212", "\uFE63", "－"}).Draw(t, "dash")
		space := rapid.SampledFrom([]string{" ", "\u00A0", "\u2009", "\u202F", "\u3000", "\t"}).Draw(t, "space")
		unseen := rapid.SampledFrom([]string{"\u200B", "\u2060", "\u00AD", "\uFEFF", "\u200E", ""}).Draw(t, "unseen")
		before := rapid.SampledFrom([]string{"cpr ", "Mit CPR-nr. er: ", "personnummer\n", "cpr", "ordre 12345, cpr.: "}).Draw(t, "before")
		behind := rapid.SampledFrom([]string{"", ".", ", tak", " tlf. 22334455", "\nhilsen"}).Draw(t, "behind")
		year, _ := bornIn([cprDigits]byte([]byte(strings.Map(func(r rune) rune { return r - '0' }, d))))
		for name, w := range writings(d, dash, space, unseen) {
			if loosely[name] && (year < 1900 || year > 2036) { // nobody's, and written as nobody does
				continue
			}
			w = strings.Map(func(r rune) rune {
				if '0' <= r && r <= '9' {
					return zero + r - '0'
				}
				return r
			}, w)
			s := before + w + behind
			got := Masked(s)
			if strings.ContainsFunc(got[len(before):len(before)+len(w)], unicode.IsDigit) {
				t.Fatalf("%s: %q became %q", name, s, got)
			}
			if got[:len(before)] != before || got[len(before)+len(w):] != behind {
				t.Fatalf("%s: more than the number was covered: %q became %q", name, s, got)
			}
		}
	})
}

// Digits that the calendar has no day for, or of which there are more or fewer, are no number whatever is said.
func TestCPRIsNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := []byte(number().Draw(t, "number"))
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			copy(d[2:], rapid.SampledFrom([]string{"00", "13", "20", "99"}).Draw(t, "month"))
		case 1:
			copy(d, rapid.SampledFrom([]string{"00", "32", "45", "60", "92", "99"}).Draw(t, "day"))
		case 2:
			d = append(d, rapid.StringMatching(`[0-9]{1,12}`).Draw(t, "more")...)
		case 3:
			d = d[:rapid.IntRange(0, 9).Draw(t, "fewer")]
		}
		s := "cpr " + string(d) + " cpr"
		if got := Masked(s); got != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestCPRCentury(t *testing.T) {
	for d, want := range map[string]int{
		"0101000000": 1900, "0101990000": 1999, "0101370000": 1937, "0101993999": 1999,
		"0101004000": 2000, "0101364000": 2036, "0101374000": 1937, "0101994000": 1999,
		"0101005000": 2000, "0101576000": 2057, "0101587000": 1858, "0101998000": 1899,
		"0101009000": 2000, "0101369000": 2036, "0101379000": 1937,
		"2902000000": 0, "2902004000": 2000, "2902040000": 1904, "2902014000": 0, "8902004000": 2000, "9102004000": 0, "9101004000": 2000,
	} {
		year, ok := bornIn([10]byte([]byte(strings.Map(func(r rune) rune { return r - '0' }, d))))
		if ok != (want != 0) || ok && year != want {
			t.Errorf("%s: %d, %v; want %d", d, year, ok, want)
		}
	}
}

// Modulus 11 makes a number surer, and is never asked for.
func TestCPRModulus11(t *testing.T) {
	for s, want := range map[string]Sureness{
		"131027-4638": Certain, "131027-4639": Likely, "mit nummer 131027-4639": Certain, "cpr 1310274639": Certain, "1310274638": Likely, "1310274639": Likely,
		"ordrenr. 131027-4639": Unlikely, "ordrenr. 1310274638": Unlikely,
	} {
		if got := SureCPR(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

// What is cut off of a longer text may end within a number.
func TestMaskedStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := "mit nummer er " + rapid.SampledFrom([]string{"140231-4126", "140231 4126", "14 02 31 41 26", "140231\u200b-\u200b4126", "140231 (4126)", "1\u20e34\u20e30\u20e32\u20e33\u20e31\u20e3-4126"}).Draw(t, "s")
		cut := s[:rapid.IntRange(len("mit nummer er "), len(s)).Draw(t, "cut")]
		if got := MaskedStart(strings.ToValidUTF8(cut, "")); strings.ContainsAny(got, "0123456789") {
			t.Fatalf("%q became %q", cut, got)
		}
	})
	if got := MaskedStart("vi ses kl. 14, og husk 2 kager"); got != "vi ses kl. 14, og husk 2 kager" {
		t.Error(got)
	}
}

func FuzzMasked(f *testing.F) {
	for _, s := range readSamples(f, "cpr.txt") {
		f.Add(s.text)
	}
	for _, s := range []string{"", "010203-1234\xff", "𝟎𝟏𝟎𝟐𝟎𝟑-𝟏𝟐𝟑𝟒", "12-010203-1234-5", "01 02 03 04 05 06 07 08 09"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, c := range FindCPR(nil, s) {
			if c.Start < last || c.End <= c.Start || c.End > len(s) || c.Sure == Unlikely {
				t.Fatalf("%+v in %q", c, s)
			}
			last = c.End
			n := 0
			for _, r := range s[c.Start:c.End] {
				if isDigit(r) {
					n++
				}
			}
			if n != cprDigits && n != cprDigits+2 {
				t.Fatalf("%d digits in %q", n, s[c.Start:c.End])
			}
		}
		got := Masked(s)
		if len(got) != len(s) {
			t.Fatalf("%q became %q: of another length", s, got)
		}
		for i := range len(s) {
			if got[i] != s[i] && s[i] < 0x80 && (s[i] < '0' || s[i] > '9') {
				t.Fatalf("%q became %q: more than digits is covered", s, got)
			}
		}
		if again := Masked(got); again != got {
			t.Fatalf("%q became %q, and that %q", s, got, again)
		}
		if got := MaskedStart(s); len(got) != len(s) || SureCPR(got) != Unlikely {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestMaskedCostsNothingWithoutNumbers(t *testing.T) {
	s := "Der er et kæmpe hul i vejen på Nørrebrogade 44, ring til 33 66 33 66 når I har set på det. Hilsen Ida 👋"
	if n := testing.AllocsPerRun(100, func() { Masked(s); SureCPR(s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
