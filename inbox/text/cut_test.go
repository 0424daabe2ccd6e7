package text

import (
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// anySlot: two Cutters give a word different ones, and so does one that forgot it.
var anySlot = cmpopts.IgnoreFields(Keys{}, "Slot")

// show prints tokens as a table reads best: position, kind, text and exact key where it is not the text.
func show(s string, tokens []Token) []string {
	var out []string
	for _, t := range tokens {
		line := fmt.Sprintf("%d%c %s", t.Pos, "wn#@ue"[t.Kind], s[t.Start:t.End])
		if t.Keys.Exact != s[t.Start:t.End] {
			line += " = " + t.Keys.Exact
		}
		out = append(out, line)
	}
	return out
}

func TestCut(t *testing.T) {
	c := NewCutter(0)
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{" .,!?-–/ \n", nil},
		{"Der er hul i vejen!", []string{"0w Der = der", "1w er", "2w hul", "3w i", "4w vejen"}},
		{"14.05 kl. 8:30, 1.234,50 kr", []string{"0n 14", "1n 05", "2w kl", "3n 8", "4n 30", "5n 1", "6n 234", "7n 50", "8w kr"}},
		{"cykel-sti/vej", []string{"0w cykel", "1w sti", "2w vej"}},
		{"m² og CO₂ ½", []string{"0w m² = m2", "1w og", "2w CO₂ = co2"}},
		{"2×4 og æ÷ø", []string{"0n 2", "1n 4", "2w og", "3w æ", "4w ø"}},
		{"2b 5G 80'erne", []string{"0w 2b", "1w 5G = 5g", "2w 80'erne = 80erne"}},
		{"don't 'citat' l’eau", []string{"0w don't = dont", "1w citat", "2w l’eau = leau"}},
		{"ko\u200Bmmu\u00ADne\u200B \u200Bx", []string{"0w ko\u200Bmmu\u00ADne = kommune", "1w x"}},
		{"a\u030A e\u0301n \u0301", []string{"0w a\u030A = å", "1w e\u0301n = en"}},
		{"ord\xffdeling\xc3", []string{"0w ord", "1w deling"}},
		{"שָׁלוֹם مَرْحَبًا", []string{"0w שָׁלוֹם = שלום", "1w مَرْحَبًا = مرحبا"}},

		{"#CykelByen_2026 nu", []string{"0# #CykelByen_2026 = cykelbyen_2026", "0w Cykel = cykel", "1w Byen = byen", "2n 2026", "3w nu"}},
		{"#CykelByKøbenhavn", []string{
			"0# #CykelByKøbenhavn = cykelbykøbenhavn", "0w Cykel = cykel", "1w By = by", "2w København = københavn",
		}},
		{"#ÅrhusA\u030Aben", []string{"0# #ÅrhusA\u030Aben = århusåben", "0w Århus = århus", "1w A\u030Aben = åben"}},
		{"🚲cykelsti🚲", []string{"0e 🚲", "0w cykelsti", "1e 🚲"}},
		{"#kbh", []string{"0# #kbh = kbh", "0w kbh"}},
		{"#KBHpolitik", []string{"0# #KBHpolitik = kbhpolitik", "0w KBHpolitik = kbhpolitik"}},
		{"#dk2030 #5g", []string{"0# #dk2030 = dk2030", "0w dk", "1n 2030", "2# #5g = 5g", "2n 5", "3w g"}},
		{"#Århus#vej", []string{"0# #Århus = århus", "0w Århus = århus", "1# #vej = vej", "1w vej"}},
		{"C#4 #1 ## #_ &#39; &#xE6; #", []string{"0w C = c", "1n 4", "2n 1", "3n 39", "4w xE6 = xe6"}},
		{"#__a", []string{"0# #__a = __a", "0w a"}},

		{"@Kbh_kommune.", []string{"0@ @Kbh_kommune = kbh_kommune", "0w Kbh_kommune = kbh_kommune"}},
		{".@kk.dk: hej", []string{"0@ @kk.dk = kk.dk", "0w kk.dk", "1w hej"}},
		{"navn@kk.dk og a.b@x.com", []string{"0w navn", "1w kk", "2w dk", "3w og", "4w a", "5w b", "6w x", "7w com"}},
		{"@a@b.dk @ @_", []string{"0@ @a = a", "0w a", "1w b", "2w dk"}},

		{"se https://www.KK.dk/borger/sti%C3%B8?utm=x#y.", []string{
			"0w se", "1u https://www.KK.dk/borger/sti%C3%B8?utm=x#y = kk.dk", "1w KK = kk", "2w dk", "3w borger", "4w sti",
		}},
		{"(www.rødovre.dk)", []string{"0u www.rødovre.dk = rødovre.dk", "0w rødovre", "1w dk"}},
		{"kk.dk, bit.ly/x og aarhus.dk", []string{
			"0u kk.dk", "0w kk", "1w dk", "2u bit.ly/x = bit.ly", "2w bit", "3w ly", "4w x", "5w og",
			"6u aarhus.dk", "6w aarhus = århus", "7w dk",
		}},
		{"kom.Se her.nu f.eks/fx", []string{"0w kom", "1w Se = se", "2w her", "3w nu", "4w f", "5w eks", "6w fx"}},
		{"http://localhost:8080/a", []string{"0u http://localhost:8080/a = localhost", "0w localhost", "1w a"}},
		{"http:// www. https", []string{"0w http", "1w www", "2w https"}},
		{"http://x.dk/a_(b)) \"http://x.dk/\"", []string{
			"0u http://x.dk/a_(b) = x.dk", "0w x", "1w dk", "2w a", "3w b", "4u http://x.dk/ = x.dk", "4w x", "5w dk",
		}},

		{"tak 👍🏽 for hjælpen ❤️", []string{"0w tak", "1e 👍🏽", "1w for", "2w hjælpen", "3e ❤️ = ❤"}},
		{"👨‍👩‍👧🇩🇰👍", []string{"0e 👨‍👩‍👧", "0e 🇩🇰", "0e 👍"}},
		{"1️⃣ ℹ️ ℹ © ™ ★★", []string{"0n 1️⃣ = 1", "1e ℹ️ = ℹ", "1e ★", "1e ★"}},
	} {
		if diff := cmp.Diff(tt.want, show(tt.in, c.Cut(nil, tt.in))); diff != "" {
			t.Errorf("%q:\n%s", tt.in, diff)
		}
	}
}

// checkCut holds every promise that Token and the package make.
func checkCut(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *Cutter, s string,
) {
	t.Helper()
	tokens := c.Cut(nil, s)
	var last Token
	nextPos := int32(0) // what the next word must have
	for i, k := range tokens {
		fail := func(why string) { t.Helper(); t.Fatalf("%q: token %d %+v %+v: %s", s, i, k, k.Keys, why) }
		if k.Start < 0 || k.Start >= k.End || int(k.End) > len(s) {
			fail("is out of bounds")
		}
		piece := s[k.Start:k.End]
		if !utf8.ValidString(piece) || !utf8.ValidString(k.Keys.Exact+k.Keys.Danish+k.Keys.English) {
			fail("is not UTF-8")
		}
		if i > 0 && (k.Start < last.Start || k.Pos < last.Pos || k.Start == last.Start && k.End > last.End) {
			fail("is out of order")
		}
		if k.Start < last.End && (last.Kind == Word || last.Kind == Number || last.Kind == Emoji) {
			fail("overlaps the token before")
		}
		if p := k.Keys.Parts; p != "" && (p[0] != ' ' || p[len(p)-1] != ' ' || strings.Contains(p, "  ") || len(p) == 1) {
			fail("has parts that are not set apart")
		}
		if k.Keys.Exact == "" || k.Keys.Danish == "" || k.Keys.English == "" {
			fail("has an empty key")
		}
		switch k.Kind {
		case Word, Number:
			if k.Pos != nextPos {
				fail(fmt.Sprintf("is not at position %d", nextPos))
			}
			nextPos++
			if k.Keys.Exact != Fold(piece) {
				fail("does not fold back: " + Fold(piece))
			}
		case Hashtag, Handle:
			if k.Keys.Exact != Fold(piece[1:]) {
				fail("does not fold back: " + Fold(piece[1:]))
			}
		}
		if k.Kind > Number && k.Pos != nextPos {
			fail("does not share the position of its first part")
		}
		for _, key := range []string{k.Keys.Exact, k.Keys.Danish, k.Keys.English} {
			if utf8.RuneCountInString(key) > maxKey {
				fail("has a key that is too long")
			}
		}
		last = k
	}
	// A cutter that was never asked before says the same.
	if again := NewCutter(1).Cut(nil, s); !cmp.Equal(tokens, again, anySlot) {
		t.Fatalf("%q: two cutters differ: %s", s, cmp.Diff(tokens, again, anySlot))
	}
}

func TestCutKeepsItsPromises(t *testing.T) {
	c := NewCutter(500) // small, so that entries are thrown out
	rapid.Check(t, func(t *rapid.T) { checkCut(t, c, hostile().Draw(t, "s")) })
}

func FuzzCut(f *testing.F) {
	seeds(f)
	c := NewCutter(500)
	f.Fuzz(func(t *testing.T, s string) { checkCut(t, c, s) })
}

// What separates two texts keeps their tokens apart: the tokens of both are those of each, moved.
func TestCutIsLocal(t *testing.T) {
	c := NewCutter(0)
	rapid.Check(t, func(t *rapid.T) {
		a, b := hostile().Draw(t, "a"), hostile().Draw(t, "b")
		want := c.Cut(nil, a)
		pos := int32(0)
		for _, k := range want {
			if k.Kind <= Number {
				pos++
			}
		}
		off := int32(len(a)) + 1
		for _, k := range c.Cut(nil, b) {
			k.Start, k.End, k.Pos = k.Start+off, k.End+off, k.Pos+pos
			want = append(want, k)
		}
		if got := c.Cut(nil, a+"\n"+b); !cmp.Equal(got, want, anySlot) {
			t.Fatalf("%q and %q: %s", a, b, cmp.Diff(want, got, anySlot))
		}
	})
}

func TestCutAllocatesNothing(t *testing.T) {
	texts := corpus(200, 500)
	c := NewCutter(0)
	var dst []Token
	run := func() {
		for _, s := range texts {
			dst = c.Cut(dst[:0], s)
		}
	}
	run()
	if n := testing.AllocsPerRun(10, run); n > 0 {
		t.Errorf("%v allocations for %d texts whose words were all seen", n, len(texts))
	}
}

func TestCutterIsSafeForConcurrentUse(t *testing.T) {
	texts := corpus(400, 3000)
	small := NewCutter(64)
	var want [][]Token
	for _, s := range texts {
		want = append(want, NewCutter(0).Cut(nil, s))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, s := range texts {
				if got := small.Cut(nil, s); !cmp.Equal(got, want[i], anySlot) {
					t.Errorf("%q: %s", s, cmp.Diff(want[i], got, anySlot))
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestCacheIsBounded(t *testing.T) {
	c := NewCutter(1000)
	for _, s := range corpus(5000, 60_000) {
		c.Cut(nil, s)
	}
	n := 0
	for i := range c.cache.sets {
		for j := range c.cache.sets[i].entries {
			if e := c.cache.sets[i].entries[j].Load(); e != nil {
				n++
			}
		}
	}
	if n < 500 || n > 2*1000 {
		t.Errorf("%d words remembered, bound 1000", n)
	}
}

// A tag is a byte of a hash: that two texts share it must not make them one.
func TestCacheComparesTheText(t *testing.T) {
	c := newCache(1)
	c.get("vej", ofWord)
	c.sets[0].tag(0, maphash.String(c.seed, "hul")>>56)
	if got := c.get("hul", ofWord).Exact; got != "hul" {
		t.Errorf("the keys of hul are those of %s", got)
	}
}

// A handle by itself has the key that it has in a text.
func TestHandle(t *testing.T) {
	c := NewCutter(0)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.StringMatching(`[a-zA-ZæøÅ0-9_.@# ]{0,12}`), rapid.String()).Draw(t, "name")
		want := ""
		for _, tok := range c.Cut(nil, "@"+name) {
			if tok.Kind == Handle && tok.Start == 0 && int(tok.End) == len(name)+1 {
				want = tok.Keys.Exact
			}
		}
		if got := c.Handle(name); got != want {
			t.Fatalf("%q: %q, in a text %q", name, got, want)
		}
	})
}

// Words that are remembered at the same time have a slot each.
func TestSlots(t *testing.T) {
	c := NewCutter(0)
	slots := map[uint32]string{}
	for i := range 300 {
		for _, tok := range c.Cut(nil, fmt.Sprintf("ord%d Ord%d", i, i)) {
			text := fmt.Sprintf("ord%d Ord%d", i, i)[tok.Start:tok.End]
			if have, ok := slots[tok.Keys.Slot]; ok {
				t.Errorf("%s and %s share slot %d", have, text, tok.Keys.Slot)
			}
			slots[tok.Keys.Slot] = text
		}
	}
}

// Work grows with the text and not with its square.
func TestHostileTextsAreCutInLinearTime(t *testing.T) {
	c := NewCutter(0)
	for _, piece := range []string{
		"a", "a.", "a-", "a-.", "a'", "a\u200B", "\u200B", "\u0301", "#", "#a", "@", "@a.", "http://", "http://a.", "www.", "a@", "kk.dk/", "(",
		")", "https://x.dk/)", "y", "aa", "👩\u200D", "🏽", "ᄀ", "%41", "\xff", "a_", "#aB1_",
	} {
		s := strings.Repeat(piece, 1<<18/len(piece))
		c.Cut(nil, s)
		c.Cut(nil, "x.dk/"+s)
		c.Cut(nil, "#"+s)
		XWeight(s)
	}
}
