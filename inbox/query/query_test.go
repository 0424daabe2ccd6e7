package query_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var ignorePlaces = cmpopts.IgnoreTypes(query.At{}, []query.At{})

// The language on one page: what is typed, and what is printed back.
func TestParse(t *testing.T) {
	data, err := os.ReadFile("testdata/parse.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "// ") {
			continue
		}
		n++
		in, want, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("line without =>: %q", line)
		}
		e, err := query.Parse(in)
		got := ""
		var qe *query.Error
		switch {
		case errors.As(err, &qe):
			got = "error " + qe.Key + " at " + strconv.Itoa(qe.Column(in))
			if len(qe.Suggest) > 0 {
				got += " perhaps " + strings.Join(qe.Suggest, " ")
			}
		case err != nil:
			t.Fatalf("%q: not a query.Error: %v", in, err)
		default:
			got = query.Format(e)
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	if n < 60 {
		t.Fatalf("only %d lines in testdata/parse.txt", n)
	}
}

func TestRoundTrip(t *testing.T) {
	v := querytest.Danish()
	rapid.Check(t, func(t *rapid.T) {
		e := v.Expr(3).Draw(t, "query")
		s := query.Format(e)
		back, err := query.Parse(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if d := cmp.Diff(e, back, ignorePlaces); d != "" {
			t.Fatalf("%s\n%s", s, d)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`cykelsti* or "hul i vejen" -topic:event channel:instagram is:open assignee:none age:<2h followers:>5k`,
		`((a) or b) c`, `"a b"~5 "c d"/3 ="e f" #g @h *i* *jj`, `kø:"Teknik og Miljø",none er:åben eller ikke har:link`, `time:2026-11..2026-12`,
		`retning:ud replies:0 notes:>2 længde:100..2k status:åben is:deleted "cykel" cykel reply:"a" =a`, `--a`, `a:b`, `http://x.dk`, `"`, `(`, `-`, `or`,
	} {
		f.Add(s)
	}
	v := querytest.Danish()
	c := text.NewCutter(1000)
	f.Fuzz(func(t *testing.T, in string) {
		e, err := query.Parse(in)
		var qe *query.Error
		if err != nil {
			if !errors.As(err, &qe) || qe.At.Start < 0 || qe.At.Start > len(in) || qe.At.End < qe.At.Start || qe.Key == "" {
				t.Fatalf("%q: %v", in, err)
			}
			return
		}
		s := query.Format(e)
		back, err := query.Parse(s)
		if err != nil {
			if errors.As(err, &qe) && qe.Key == "too_long" {
				return // the canonical form may be longer than what was typed
			}
			t.Fatalf("%q prints as %q, which does not parse: %v", in, s, err)
		}
		if d := cmp.Diff(e, back, ignorePlaces); d != "" {
			t.Fatalf("%q prints as %q\n%s", in, s, d)
		}
		if b, err := query.Bind(e, v.Env(c)); err == nil {
			d := &query.Doc{}
			d.AddText(query.Text, query.Passage{Tokens: c.Cut(nil, in)})
			b.Match(d)
			b.Hits(d)
			query.NewSet([]*query.Bound{b}).Match(d, nil)
		} else if !errors.As(err, &qe) {
			t.Fatalf("%q: bind: %v", in, err)
		}
	})
}

func bind(tb testing.TB, c *text.Cutter, q string) *query.Bound {
	tb.Helper()
	e, err := query.Parse(q)
	if err != nil {
		tb.Fatalf("%s: %v", q, err)
	}
	b, err := query.Bind(e, querytest.Danish().Env(c))
	if err != nil {
		tb.Fatalf("%s: %v", q, err)
	}
	return b
}

// What a query means on text: each line a query, a message, and whether it matches.
func TestMatchText(t *testing.T) {
	c := text.NewCutter(1000)
	for _, tc := range []struct {
		q, msg string
		want   bool
	}{
		{`bibliotek`, "Er biblioteket åbent?", true},
		{`=bibliotek`, "Er biblioteket åbent?", false},
		{`=CYKEL`, "min cykel", true},
		{`aabent`, "Har I åbent?", true},
		{`"hul i vejen"`, "Der er et hul i vejen her", true},
		{`"huller i veje"`, "Der er et hul i vejen her", true},
		{`"hul vejen"`, "Der er et hul i vejen her", false},
		{`"hul vejen"/2`, "Der er et hul i vejen her", true},
		{`"vejen hul"~2`, "Der er et hul i vejen her", true},
		{`"vejen hul"/1`, "Der er et hul i vejen her", false},
		{`="hul i vejen"`, "Der er huller i vejen", false},
		{`cykels*`, "på cykelstierne", true},
		{`*sti*`, "på cykelstierne", true},
		{`*stierne`, "på cykelstierne", true},
		{`*stie`, "på cykelstierne", false},
		{`#cykelby`, "vi elsker #CykelBy", true},
		{`#cykelby`, "vi elsker cykelby", false},
		{`cykelby`, "vi elsker #cykelby", true},
		{`@byens_vej`, "hej @byens_vej", true},
		{`-"ikke"`, "det er ikke godt", false},
		{`e-mail`, "send en e-mail", true},
		{`e-mail`, "e skal have mail", false},
		{`libraries`, "where is the library?", true},
		{`has:link`, "se https://kk.dk/borger", false}, // has: is a keyword of the document, set by whoever makes it
		{`kk.dk`, "se https://kk.dk/borger", true},
		{`a or hul`, "hul", true},
		{`a hul`, "hul", false},
	} {
		d := &query.Doc{}
		d.AddText(query.Text, query.Passage{Ref: 1, Tokens: c.Cut(nil, tc.msg)})
		b := bind(t, c, tc.q)
		if got := b.Match(d); got != tc.want {
			t.Errorf("%s on %q: %v", tc.q, tc.msg, got)
		}
		if hits := b.Hits(d); tc.want && !strings.HasPrefix(tc.q, "-") && len(hits) == 0 {
			t.Errorf("%s on %q: no hits", tc.q, tc.msg)
		}
	}
}

// Phrases and nearness never cross a message; a negation means that no message has it.
func TestMatchAcrossMessages(t *testing.T) {
	c := text.NewCutter(1000)
	d := &query.Doc{}
	d.AddText(query.Text, query.Passage{Ref: 1, Tokens: c.Cut(nil, "der er et hul")})
	d.AddText(query.Text, query.Passage{Ref: 2, Tokens: c.Cut(nil, "i vejen")})
	d.AddText(query.Reply, query.Passage{Ref: 3, Tokens: c.Cut(nil, "vi beklager")})
	for q, want := range map[string]bool{
		`hul vejen`: true, `"hul i"`: false, `"hul vejen"/50`: false, `-hul`: false, `-cykel`: true, `beklager`: false, `reply:beklager`: true,
		`-reply:beklager`: false, `-(hul cykel)`: true, `-(hul vejen)`: false,
	} {
		if got := bind(t, c, q).Match(d); got != want {
			t.Errorf("%s: %v", q, got)
		}
	}
}

// Reading the clock later gives what binding later gives, and whatever changed its mind between has a value in a crossed stretch.
func TestClock(t *testing.T) {
	v := querytest.Danish()
	c := text.NewCutter(1000)
	turned := 0
	rapid.Check(t, func(t *rapid.T) {
		clock := rapid.SampledFrom([]string{
			"age:<2h", "age:>1d", "waiting:>4h", "due:<1d", "is:overdue", "time:today", "started:yesterday", "-time:>=yesterday", "age:1h..2d",
		}).Draw(t, "clock")
		join := rapid.SampledFrom([]string{" ", " or ", " -"}).Draw(t, "join")
		e, err := query.Parse(clock + join + "(" + v.Input(1).Draw(t, "query") + ")")
		if err != nil {
			t.Fatal(err)
		}
		env := v.Env(c)
		early, err := query.Bind(e, env)
		if err != nil {
			t.Fatal(err)
		}
		env.Now = env.Now.Add(time.Duration(rapid.IntRange(0, 40*3600).Draw(t, "seconds")) * time.Second)
		late, err := query.Bind(e, env)
		if err != nil {
			t.Fatal(err)
		}
		if early.Key() != late.Key() {
			t.Fatalf("the key moves with the clock: %s", query.Format(e))
		}
		moved := early.At(env.Now)
		stretches := early.Crossed(moved)
		for range 5 {
			d := v.Doc(c).Draw(t, "doc")
			if moved.Match(d) != late.Match(d) {
				t.Fatalf("%s: moved and bound later differ", query.Format(e))
			}
			if early.Match(d) == late.Match(d) {
				continue
			}
			turned++
			crossed := false
			for _, s := range stretches {
				for _, n := range d.Nums(s.Field) {
					crossed = crossed || n >= s.Lo && n < s.Hi
				}
			}
			if !crossed {
				t.Fatalf("%s changed its mind without a crossing", query.Format(e))
			}
		}
	})
	if turned == 0 {
		t.Error("no document ever changed sides: the property says nothing")
	}
}

func TestOnly(t *testing.T) {
	for q, want := range map[string]string{
		`size:>100`: "", `replies:0`: "replies", `notes:1`: "notes", `direction:in`: "direction",
		`cykel channel:x followers:>5k has:link hours:outside`: "", `cykel is:open`: "is", `has:reply`: "has", `a or age:<2h`: "age",
		`-assignee:me`: "assignee", `time:2026-11-03`: "", `time:today`: "time", `reply:x`: "reply", `topic:vej`: "topic",
	} {
		e, err := query.Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if bad := query.Only(e, query.Content); bad != nil {
			got = bad.Args["Field"].(string)
		}
		if got != want {
			t.Errorf("%s: refused for %q, want %q", q, got, want)
		}
	}
}

// Words that stand nearer than there is room for are never found: that is told, with the distance that would do. Words that are the same
// to the matcher need one place.
func TestNearHasRoom(t *testing.T) {
	c := text.NewCutter(100)
	for q, want := range map[string]string{
		`"hul vejen"/1`: "", `"hul i vejen"/2`: "", `"hul hul huller"/1`: "", `"a b c d"/3`: "", `"cykel"/1`: "", `"e-mail post"~2`: "",
		`cykel "hul i vejen"/1`:     `7 "hul i vejen"/2`,
		`æble -"hul i vejen her"~2`: `7 "hul i vejen her"/3`,
		`reply:"e-mail post"/1`:     `1 reply:"e-mail post"/2`,
	} {
		e, err := query.Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		_, err = query.Bind(e, querytest.Danish().Env(c))
		got := ""
		var qe *query.Error
		if errors.As(err, &qe) {
			got = strconv.Itoa(qe.Column(q)) + " " + strings.Join(qe.Suggest, " ")
			if qe.Key != "no_room" {
				t.Errorf("%s: %v", q, err)
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", q, got, want)
		}
	}
	long := strings.Repeat("x ", 3)
	for i := range 120 {
		long += "ord" + strconv.Itoa(i) + " "
	}
	e, err := query.Parse(`"` + long + `"/100`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = query.Bind(e, querytest.Danish().Env(c))
	var qe *query.Error
	if !errors.As(err, &qe) || qe.Key != "no_room" || qe.Suggest != nil {
		t.Errorf("more words than any distance has room for: %v", err)
	}
}

func BenchmarkSet(b *testing.B) {
	v := querytest.Danish()
	c := text.NewCutter(10000)
	r := rand.New(rand.NewPCG(1, 2))
	var qs []*query.Bound
	for i := range 1000 {
		q := v.Words[r.IntN(len(v.Words))] + strconv.Itoa(i+1) + ` "` + v.Words[r.IntN(30)] + " " + v.Words[r.IntN(30)] + `"`
		e, err := query.Parse(q)
		if err != nil {
			b.Fatal(err)
		}
		bound, err := query.Bind(e, v.Env(c))
		if err != nil {
			b.Fatal(err)
		}
		qs = append(qs, bound)
	}
	set := query.NewSet(qs)
	d := &query.Doc{}
	d.AddText(query.Text, query.Passage{Tokens: c.Cut(nil, "Der er et kæmpe hul i vejen ved biblioteket, hvor jeg låner bøger, og cykelstien er ikke åben")})
	var out []int32
	b.ReportAllocs()
	for b.Loop() {
		out = set.Match(d, out[:0])
	}
}

// An example means the same in Danish, and is in Danish.
func TestDanishExamples(t *testing.T) {
	for _, f := range query.Fields() {
		en, err := query.Parse(f.Info().Example)
		if err != nil {
			t.Fatal(f, err)
		}
		da, err := query.Parse(f.DanishExample())
		if err != nil || query.Format(da) != query.Format(en) {
			t.Errorf("%s: %s is not %s: %v", f, f.DanishExample(), f.Info().Example, err)
		}
		if name, _, _ := strings.Cut(f.DanishExample(), ":"); len(f.Info().Danish) > 0 && name != f.Info().Danish[0] {
			t.Errorf("%s: %s", f, f.DanishExample())
		}
	}
	if got := query.Age.DanishExample(); got != "alder:<2t" {
		t.Error(got)
	}
}

// What is asked of another field, and days of what is due: held against the moments themselves. It is 10:30 on 5 November.
func TestMoments(t *testing.T) {
	c := text.NewCutter(1000)
	at := func(day, hour int) int64 { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC).UnixMilli() }
	for q, want := range map[string][3]bool{ // of what is due at 9 today, at 23 tomorrow, and never; last active today, yesterday, on the 1st
		"target:overdue": {true, false, false}, "target:running": {false, true, false}, "target:none": {false, false, true},
		"target:overdue,none": {true, false, true}, "-target:none": {true, true, false}, "is:overdue": {true, false, false},
		"due:today": {true, false, false}, "due:tomorrow": {false, true, false}, "due:<2026-11-06": {true, false, false}, "due:today..tomorrow": {true, true, false},
		"due:2h..tomorrow": {false, true, false}, "due:<2h": {true, false, false},
		"active:today": {true, false, false}, "active:yesterday": {false, true, false}, "active:<yesterday": {false, false, true},
		"active:2026-11-01..2026-11-04": {false, true, true}, "active:>=yesterday age:<1d": {true, false, false},
	} {
		b := bind(t, c, q)
		for i, due := range []int64{at(5, 9), at(6, 23), 0} {
			d := &query.Doc{}
			if due != 0 {
				d.AddNum(query.Due, due)
			}
			d.AddNum(query.Age, []int64{at(5, 8), at(4, 8), at(1, 8)}[i])
			if b.Match(d) != want[i] {
				t.Errorf("%s: %v of number %d", q, !want[i], i)
			}
		}
		later := b.At(querytest.Now.AddDate(0, 0, 1))
		if d := bind(t, c, q); b.Clock && later.Key() != d.Key() {
			t.Errorf("%s is another query a day later", q)
		}
	}
	if err := query.Only(mustParse(t, "target:none"), query.Content); err == nil {
		t.Error("a rule may ask for targets")
	}
	if err := query.Only(mustParse(t, "language:en"), query.Content); err != nil {
		t.Error("a rule may not ask for languages:", err)
	}
}

func mustParse(t *testing.T, q string) query.Expr {
	t.Helper()
	e, err := query.Parse(q)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Every field, and every value of one, has a name in Danish, but those that are the same word.
func TestDanishNames(t *testing.T) {
	same := map[string]bool{"person": true, "facebook": true, "instagram": true, "x": true, "normal": true, "spam": true, "neutral": true}
	for _, f := range query.Fields() {
		in := f.Info()
		if len(in.Danish) == 0 && !same[in.Name] {
			t.Errorf("%s has no Danish name", in.Name)
		}
		for _, v := range in.Values {
			if len(v.Danish) == 0 && !same[v.Name] {
				t.Errorf("%s:%s has no Danish name", in.Name, v.Name)
			}
		}
		for _, q := range []string{in.Example, f.DanishExample()} {
			if got := query.Format(mustParse(t, q)); got != query.Format(mustParse(t, in.Example)) {
				t.Errorf("%s means %s", q, got)
			}
		}
		if _, err := query.Parse(strings.ToUpper(in.Name) + ":"); err == nil {
			t.Errorf("%s: lacks nothing", in.Name)
		}
	}
}
