package ui

import (
	"strings"
	"testing"

	"lytter/inbox/text"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// sign draws a grapheme cluster of the kinds that citizens write, and a few that only tests do.
func sign() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"a", "b", "Z", " ", " ", "-", "/", ".", "1", "æ", "ø", "å", "Å", "é", "e\u0301", "ü", "ß", "日", "本", "한", "🙂", "❤️", "❤", "👍🏽",
		"👩\u200d🚒", "🇩🇰", "…",
		"א", "ש", "ع", "\u00a0", "क्षि", "😀\u200d", "x",
	})
}

func signs(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(sign(), 0, most).Draw(t, "signs"), "") })
}

func anyLine() *rapid.Generator[Line] {
	return rapid.Custom(func(t *rapid.T) Line {
		var l Line
		for range rapid.IntRange(0, 4).Draw(t, "spans") {
			l = append(l, Span{
				// A span ends in a space: real ones end between words, and two halves of one sign in two spans have no common width.
				Text: text.Safe(signs(12).Draw(t, "text") + " "), Token: Token(rapid.IntRange(0, int(tokens)-1).Draw(t, "token")),
				Link: rapid.SampledFrom([]string{"", "", "https://ours.example/1"}).Draw(t, "link"),
			})
		}
		return l
	})
}

func anyTheme(t *rapid.T) *Theme {
	return NewTheme(rapid.Custom(func(t *rapid.T) Look {
		return Look{
			Name: rapid.SampledFrom(Names()).Draw(t, "theme"),
			Profile: rapid.SampledFrom([]colorprofile.Profile{
				colorprofile.NoTTY, colorprofile.ASCII, colorprofile.ANSI,
				colorprofile.ANSI256, colorprofile.TrueColor,
			}).Draw(t, "profile"),
			ASCII:  rapid.Bool().Draw(t, "ascii"),
			Method: rapid.SampledFrom([]ansi.Method{ansi.WcWidth, ansi.GraphemeWidth}).Draw(t, "method"),
		}
	}).Draw(t, "look"))
}

func TestLineIsAsWideAsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th, l := anyTheme(t), anyLine().Draw(t, "line")
		width := rapid.IntRange(0, 40).Draw(t, "width")
		check(t, th, Lines{th.Line(l, width, Ground(rapid.IntRange(0, int(grounds)-1).Draw(t, "ground")))}, width, 1)
	})
}

func TestWidthIsTheRenderersWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th, s := anyTheme(t), signs(20).Draw(t, "s")
		w := th.Width(text.Safe(s))
		drawn := ansi.Strip(th.Line(Text.Line(text.Safe(s)), w, Plain))
		if got := th.Method.StringWidth(drawn); got != w || strings.Count(drawn, "a") != strings.Count(s, "a") {
			t.Fatalf("%q, counted %d cells, is drawn %q: %d cells", s, w, drawn, got)
		}
		width := rapid.IntRange(0, 20).Draw(t, "width")
		if c := th.Cut(text.Safe(s), width); th.Width(c) > width {
			t.Fatalf("cut to %d: %q", width, c)
		}
	})
}

func TestWrapKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th, l := anyTheme(t), anyLine().Draw(t, "line")
		width := rapid.IntRange(2, 40).Draw(t, "width")
		var got strings.Builder
		for _, r := range th.Wrap(l, width) {
			p := string(r.Plain())
			if w := th.Width(text.Safe(p)); w > width && ansi.Strip(p) != "" && clusters(th, p) > 1 {
				t.Fatalf("%q is %d cells, want at most %d", p, w, width)
			}
			got.WriteString(strings.ReplaceAll(p, " ", ""))
		}
		if want := strings.ReplaceAll(string(l.Plain()), " ", ""); got.String() != want {
			t.Fatalf("got %q, want %q", got.String(), want)
		}
	})
}

// TestEmojiCountTheSameEverywhere: without mode 2027 nothing is drawn that the two ways of counting disagree about, but the syllables of
// India.
func TestEmojiCountTheSameEverywhere(t *testing.T) {
	th := NewTheme(Look{Profile: colorprofile.TrueColor, Method: ansi.WcWidth})
	for _, s := range []string{
		"👩\u200d🚒", "❤️", "👍🏽", "👨\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "🇩🇰", "1️⃣", "🤷🏼\u200d♀️", "日本", "e\u0301",
		"☀️",
	} {
		drawn := ansi.Strip(th.Line(Text.Line(text.Safe(s)), th.Width(text.Safe(s)), Plain))
		if a, b := ansi.WcWidth.StringWidth(drawn), ansi.GraphemeWidth.StringWidth(drawn); a != b || a != th.Width(text.Safe(s)) {
			t.Errorf("%q is drawn %q: %d or %d cells, counted %d", s, drawn, a, b, th.Width(text.Safe(s)))
		}
	}
}

func clusters(th *Theme, s string) (n int) {
	for ; s != ""; n++ {
		k, _ := th.cluster(s)
		s = s[k:]
	}
	return n
}

func TestWrapBreaksAtWords(t *testing.T) {
	th := dark()
	for _, c := range []struct {
		in   string
		want string
	}{
		{"Der er et kæmpe hul i vejen", "Der er et|kæmpe hul|i vejen"},
		{"cykelstien på Nørrebrogade", "cykelstien|på|Nørrebroga|de"},
		{"svar-frist i dag", "svar-frist|i dag"},
		{"teknik- og miljøområdet", "teknik- og|miljøområd|et"},
		{"a\n\nb", "a||b"},
		{"", ""},
		{"1234567890 x", "1234567890|x"},
	} {
		var got []string
		for _, l := range th.Wrap(Text.Line(text.Safe(c.in)), 10) {
			got = append(got, string(l.Plain()))
		}
		if g := strings.Join(got, "|"); g != c.want {
			t.Errorf("%q: got %q, want %q", c.in, g, c.want)
		}
	}
}

// TestOverCoversOnlyTheBox compares with a grid of cells: what the box covers is the box, the rest is as it was.
func TestOverCoversOnlyTheBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := anyTheme(t)
		const w, h = 30, 4
		var under Lines
		for range h {
			under = append(under, th.Line(anyLine().Draw(t, "line"), w, Plain))
		}
		x, y := rapid.IntRange(0, w).Draw(t, "x"), rapid.IntRange(-1, h).Draw(t, "y")
		wide := rapid.IntRange(0, w-x).Draw(t, "wide")
		box := Lines{th.Line(Danger.Line("############################################"), wide, Plain), th.Blank(wide, Bar)}
		got := under.Over(th, box, wide, x, y)
		check(t, th, got, w, h)
		for i := range got {
			before, after := grid(th, under[i]), grid(th, got[i])
			for c := range w {
				covered := c >= x && c < x+wide && i >= y && i < y+2
				switch {
				case !covered && after[c] != before[c] && after[c] != " ":
					t.Fatalf("line %d cell %d: %q became %q", i, c, before[c], after[c])
				case covered && i == y && after[c] != "#" && after[c] != th.Glyphs.Ellipsis && wide < 44:
					t.Fatalf("line %d cell %d: %q is not the box", i, c, after[c])
				}
			}
		}
	})
}

// TestOverKeepsForeignStyles: a line that others drew may switch on one thing at a time.
func TestOverKeepsForeignStyles(t *testing.T) {
	under := Lines{"\x1b[1m\x1b[31mabcdef\x1b[m\x1b]8;;https://ours.example/\aghi\x1b]8;;\ajkl"}
	got, want := under.Over(dark(), Lines{"##"}, 2, 2, 0)[0],
		"\x1b[1m\x1b[31mab\x1b[m##\x1b[1m\x1b[31mef\x1b[m\x1b]8;;https://ours.example/\aghi\x1b]8;;\ajkl"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got, want = under.Over(dark(), Lines{"##"}, 2, 7, 0)[0],
		"\x1b[1m\x1b[31mabcdef\x1b[m\x1b]8;;https://ours.example/\ag\x1b]8;;\a##jkl"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// grid is the signs of a line by cell; the second cell of a wide one is empty.
func grid(th *Theme, s string) []string {
	var out []string
	for s = ansi.Strip(s); s != ""; {
		n, w := th.cluster(s)
		if w == 0 && len(out) > 0 {
			out[len(out)-1] += s[:n]
		}
		for i := range w {
			if i == 0 {
				out = append(out, s[:n])
			} else {
				out = append(out, "")
			}
		}
		s = s[n:]
	}
	return out
}

func TestNoColourHasNone(t *testing.T) {
	for _, l := range []Look{
		{Name: None, Profile: colorprofile.TrueColor}, {Name: Dark, Profile: colorprofile.ASCII}, {
			Name:    Contrast,
			Profile: colorprofile.NoTTY,
		},
	} {
		th := NewTheme(l)
		for tok := range tokens {
			for g := range grounds {
				for _, code := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(th.pens[tok][g].on, "\x1b["), "m"), ";") {
					if !strings.Contains("|1|2|4|7||", "|"+code+"|") {
						t.Errorf("%v: %d on %d uses %q", l, tok, g, th.pens[tok][g].on)
					}
				}
			}
		}
	}
}

func TestSixteenColoursAreSixteen(t *testing.T) {
	for _, n := range Names() {
		th := look(n, colorprofile.ANSI)
		for tok := range tokens {
			for g := range grounds {
				if on := th.pens[tok][g].on; strings.Contains(on, "38;") || strings.Contains(on, "48;") {
					t.Errorf("%s: %q", n, on)
				}
			}
		}
	}
}

// FuzzLineOfAnything: whatever a stranger writes, cleaned, makes a line as wide as asked, of which the guard drops nothing.
func FuzzLineOfAnything(f *testing.F) {
	for _, s := range []string{
		"hej", "👩\u200d🚒❤️🏽", "z\u0351\u0352\u0353\u0354\u0355\u0356", "\u202eabc\u2066", "\u0600\u0601١", "a\u200bb\ufeff", "ﷺ",
		"\U0001f1e9\u0301", "ಸ್ತ್ರೀ", "\u1160\u115f", "1\ufe0f\u20e3",
		"\x1b[31m\x00\x9b", "\U000e0061", "𓂀𝕳", "\ue000", "नी\u200d", "ก็็็็็็",
	} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = max(width, -width) % 60
		for _, m := range []ansi.Method{ansi.WcWidth, ansi.GraphemeWidth} {
			th := NewTheme(Look{Profile: colorprofile.TrueColor, Method: m})
			l := Dim.Line(text.Clean(s))
			line := th.Line(l, width, Chosen)
			check(t, th, Lines{line}, width, 1)
			if out, g := guarded(GuardOptions{}, []byte(line)); out != line || g.Dropped() != 0 {
				t.Fatalf("the guard drops %d of %q", g.Dropped(), line)
			}
			for _, r := range th.Wrap(l, max(width, 2)) {
				check(t, th, Lines{th.Line(r, max(width, 2), Plain)}, max(width, 2), 1)
			}
		}
	})
}
