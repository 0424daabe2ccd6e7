package classify

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// desk is a directory with a few topics and queues.
func desk() *inbox.Directory {
	return inbox.NewDirectory(inbox.Setup{
		Accounts:  []inbox.Account{{ID: 1, Name: "byen", Channel: inbox.Facebook}, {ID: 2, Name: "biblioteker", Channel: inbox.Instagram}},
		Queues:    []inbox.Queue{{ID: 1, Name: "Borgerservice"}, {ID: 2, Name: "Teknik og Miljø"}},
		Templates: []inbox.Template{{ID: 1, Name: "Tak"}},
		Topics: []inbox.Topic{
			{ID: 1, Name: "vej"}, {ID: 2, Name: "cykel", Parent: 1}, {ID: 3, Name: "huller", Parent: 1}, {ID: 4, Name: "bibliotek"},
		},
	})
}

func engine() *Rules { return &Rules{Cutter: text.NewCutter(1000)} }

func compileText(tb testing.TB, s string) *Classifier {
	tb.Helper()
	c, err := engine().Compile(&inbox.RuleSet{Version: 7, Bytes: []byte(s)}, desk())
	if err != nil {
		tb.Fatal(err)
	}
	return c.(*Classifier)
}

const good = `# the city's rules
[[rule]]
id = "cykelveje"
name = "Cykelveje"
when = 'cykelsti* or "hul i vejen"'
topics = ["vej/cykel"]
queue = "teknik og miljø"
  [[rule.example]]
  text = "Der er et kæmpe hul i vejen på Nørrebrogade"
  match = true
`

// Everything that can be wrong with a file, and where the reader is sent. Of a file, all faults are told.
func TestFaults(t *testing.T) {
	rule := func(lines ...string) string {
		return "[[rule]]\nid = 'a'\nwhen = 'hul'\ntopics = ['vej']\n" + strings.Join(lines, "\n")
	}
	example := func(lines ...string) string {
		return rule(append([]string{"[[rule.example]]"}, lines...)...)
	}
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"none", good, nil},
		{"no TOML", "[[rule]]\nid = \n", []string{"2:6: config.no_value"}},
		{"a key twice", rule("id = 'b'"), []string{"5:1: config.twice"}},
		{"too many brackets", "x = " + strings.Repeat("[", 1000), []string{"1:1: rules.nested"}},
		{"outside", "id = 'x'\n" + good, []string{"1:1: rules.outside Key=id"}},
		{"unknown table", good + "[rules]\n", []string{"11:1: rules.unknown_table Table=[rules] (perhaps rule)"}},
		{"an example of nothing", "[[rule.example]]\ntext = 'a'", []string{"1:1: rules.alone"}},
		{"single brackets", "[rule]\nid = 'a'\n", []string{"1:1: rules.unknown_table Table=[rule] (perhaps rule, rule.example)"}},
		{
			"unknown keys", rule("  topic = ['vej']", "quee = 'x'", "[[rule.example]]", "text = ''", "matches = true"),
			[]string{
				"5:3: a: rules.unknown_key Key=topic Table=rule (perhaps topics)", "6:1: a: rules.unknown_key Key=quee Table=rule (perhaps queue)",
				"7:1: a: rules.missing Key=match", "9:1: a: rules.unknown_key Key=matches Table=rule.example (perhaps match)",
			},
		},
		{"nothing said", "[[rule]]\n", []string{"1:1: rules.missing Key=id", "1:1: rules.missing Key=when", "1:1: rules.no_effect"}},
		{"empty", "[[rule]]\nid = ''\nwhen = ' '\nstop = true", []string{"2:6: rules.empty Key=id", "3:8: rules.empty Key=when"}},
		{"bad id", strings.Replace(rule(), "'a'", "'a b'", 1), []string{"2:6: a b: rules.bad_id ID=a b"}},
		{"same id", rule() + strings.Replace(rule(), "'a'", "'A'", 1), []string{"6:6: A: rules.same_id ID=A"}},
		{"wrong types", rule("stop = 1", "queue = true", "note = 7"), []string{
			"5:8: a: rules.wrong_type Key=stop Want=bool", "6:9: a: rules.wrong_type Key=queue Want=text", "7:8: a: rules.wrong_type Key=note Want=text",
		}},
		{"a text for a list", strings.Replace(rule(), "['vej']", "'vej'", 1), []string{"1:1: a: rules.no_effect", "4:10: a: rules.wrong_type Key=topics Want=texts"}},
		{"priority", rule("priority = 'hihg'"), []string{"5:12: a: rules.bad_value Allowed=high, urgent Key=priority Value=hihg (perhaps high)"}},
		{"a rule never lowers", rule("priority = 'low'"), []string{"5:12: a: rules.bad_value Allowed=high, urgent Key=priority Value=low"}},
		{"long id", strings.Replace(rule(), "'a'", "'"+strings.Repeat("a", 65)+"'", 1), []string{"2:6: rules.too_long Key=id Max=64"}},
		{"example channel", example("text = 'et hul'", "match = true", "channel = 'fb'"), []string{
			"8:11: a: rules.bad_value Allowed=facebook, instagram, x Key=channel Value=fb",
		}},
		{"example of nobody", example("text = 'et hul'", "match = true", "account = 'bine'"), []string{
			"8:11: a: rules.unknown_account Name=bine",
		}},
		{"unknown names", rule("queue = 'Borgerservis'", "") + strings.Replace(rule(), "['vej']", "[ 'vej',\n 'vej/cykle' ] # of two", 1), []string{
			"5:9: a: rules.unknown_queue Name=Borgerservis (perhaps Borgerservice)", "7:6: a: rules.same_id ID=a", "10:2: a: rules.unknown_topic Name=vej/cykle (perhaps vej/cykel)",
		}},
		{"unknown topic in a list", strings.Replace(rule(), "['vej']", "[ 'vej',\n 'vej/cykle' ] # of two", 1), []string{
			"5:2: a: rules.unknown_topic Name=vej/cykle (perhaps vej/cykel)",
		}},
		{"unknown standard answer", rule("template = 'Takk'"), []string{"5:12: a: rules.unknown_template Name=Takk (perhaps Tak)"}},
		{"query", strings.Replace(rule(), "'hul'", "'hul or  (vej'", 1), []string{"3:17: a: query.unclosed_paren"}},
		{"query with escapes", strings.Replace(rule(), "'hul'", `"h\u00fcl \"æ ø\" age:<2h"`, 1), []string{"3:26: a: query.not_in_rules Field=age"}},
		{"query on lines", strings.Replace(rule(), "'hul'", "'''\nhul or\n  chanel:x'''", 1), []string{"5:3: a: query.unknown_field Field=chanel (perhaps channel)"}},
		{"query folded", strings.Replace(rule(), "'hul'", "\"\"\"\nhul or \\\n   chanel:x\"\"\"", 1), []string{
			"5:4: a: query.unknown_field Field=chanel (perhaps channel)",
		}},
		{"state", strings.Replace(rule(), "'hul'", "'hul is:open'", 1), []string{"3:13: a: query.not_in_rules Field=is"}},
		{"name in a query", strings.Replace(rule(), "'hul'", "'hul account:bibliotker'", 1), []string{
			"3:21: a: query.unknown_name Field=account Value=bibliotker (perhaps biblioteker)",
		}},
		{"missed", example("text = 'vi har en vej'", "match = true"), []string{"6:8: a: rules.example_missed Parts=hul Text=vi har en vej"}},
		{"hit", example("text = 'vi har huller'", "match = false"), []string{"6:8: a: rules.example_hit Parts=hul Text=vi har huller Words=huller"}},
		{"a disabled rule is checked", strings.Replace(example("text = 'x'", "match = true"), "id", "enabled = false\nid", 1), []string{
			"7:8: a: rules.example_missed Parts=hul Text=x",
		}},
	} {
		rep := engine().Check([]byte(tc.in), desk())
		var got []string
		for _, f := range rep.Faults {
			got = append(got, strings.ReplaceAll(f.String(), " Detail="+fmt.Sprint(f.Reason.Args["Detail"]), ""))
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s\n%s\n%s", tc.name, tc.in, d)
		}
		_, err := engine().Compile(&inbox.RuleSet{Bytes: []byte(tc.in)}, desk())
		var ce *Error
		if (err != nil) != (len(tc.want) > 0) || err != nil && (!errors.As(err, &ce) || inbox.CodeOf(err) != inbox.Invalid || len(ce.Faults) != len(tc.want)) {
			t.Errorf("%s: Compile says %v", tc.name, err)
		}
	}
}

func TestManyFaultsAreCut(t *testing.T) {
	rep := engine().Check([]byte(strings.Repeat("[[rule]]\n", 1000)), desk())
	if n := len(rep.Faults); n != maxFaults {
		t.Errorf("%d faults are told", n)
	}
}

// An example that fails says which parts of the query do not hold.
func TestMissedParts(t *testing.T) {
	in := "[[rule]]\nid='a'\ntopics=['vej']\nwhen = 'hul (vej or \"en gade\") -bil channel:x'\n[[rule.example]]\nmatch = true\ntext='en bil på en vej'"
	rep := engine().Check([]byte(in), desk())
	if len(rep.Faults) != 1 || rep.Faults[0].Missed == nil {
		t.Fatalf("%v", rep.Faults)
	}
	m := rep.Faults[0].Missed
	if d := cmp.Diff("hul, -bil, channel:x", rep.Faults[0].Reason.Args["Parts"]); d != "" || !m.Want || len(m.At) != 3 {
		t.Errorf("%s", d)
	}
	in = "[[rule]]\nid='a'\ntopics=['vej']\nwhen = '-bil'\n[[rule.example]]\nmatch = false\ntext='en vej'"
	rep = engine().Check([]byte(in), desk())
	if d := cmp.Diff([]inbox.RuleHit{{Clause: [2]int{0, 4}}}, rep.Faults[0].Missed.Hits); d != "" {
		t.Error(d)
	}
}

// Examples may set whatever content a rule may ask for.
func TestExampleFields(t *testing.T) {
	for _, tc := range []struct{ when, fields string }{
		{"channel:x", "channel='x'"},
		{"kind:mention", "kind='mention'"},
		{"account:biblioteker channel:instagram", "account='biblioteker'"},
		{"author:hansen has:author", "author='Jens Hansen'"},
		{"handle:jens", "handle='@jens'"},
		{"followers:>5k", "followers=6_000"},
		{"hours:outside", "outside=true"},
		{"has:media", "media=true"},
		{"time:2026-11-03", "at=2026-11-03T23:30:00"},
		{"time:2026-11-03", "at=2026-11-03"},
		{"time:2026-11-03", "at=2026-11-02T23:30:00Z"},
		{"has:link", "text='se https://kommunen.dk/'"},
		{"#cykelby", "text='#CykelBy'"},
	} {
		text := "text=''\n"
		if strings.HasPrefix(tc.fields, "text") {
			text = ""
		}
		in := "[[rule]]\nid='a'\nstop=true\nwhen='" + tc.when + "'\n[[rule.example]]\nmatch=true\n" + text + tc.fields +
			"\n[[rule.example]]\nmatch=false\ntext='noget andet'\n"
		e := engine()
		e.Location = copenhagen(t)
		if rep := e.Check([]byte(in), desk()); len(rep.Faults) > 0 {
			t.Errorf("%s with %s: %v", tc.when, tc.fields, rep.Faults)
		}
	}
}

// What a rule is in the file is the whole rule: read alone, it is the same.
func TestBlocks(t *testing.T) {
	in := "\n# first\n\n# about a\n  # more about a\n[[rule]] # a\nid = 'a'\nwhen = 'x'\ntopics = [ # two\n 't',\n]\n\n" +
		"# an example\n[[ rule.example ]]\ntext = '''\n[[rule]]\n# no comment'''\nmatch = true # yes\n# behind\n\n#for b\n\n#of b\n[[rule]]\r\nid='b'\nwhen='y'\nstop=true"
	f, err := Load([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		in[strings.Index(in, "# about a"):strings.Index(in, "\n# behind")], in[strings.Index(in, "#of b"):],
	}
	for i, r := range f.Rules {
		got := in[r.Start:r.End]
		if d := cmp.Diff(want[i], got); d != "" {
			t.Error(d)
		}
		alone, err := Load([]byte(got))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r, alone.Rules[0], sameRule); d != "" {
			t.Error(d)
		}
	}
}

var sameRule = cmp.Options{
	cmpopts.IgnoreUnexported(Rule{}, Example{}), cmpopts.IgnoreFields(Rule{}, "Start", "End"), cmpopts.EquateEmpty(),
}

func TestIDs(t *testing.T) {
	if d := cmp.Diff([]string{"cykelveje", "b"}, engine().IDs(&inbox.RuleSet{Bytes: []byte(good + "[[rule]]\nid='b'")})); d != "" {
		t.Error(d)
	}
}

// Whatever the bytes are: no panic, faults lie in the file, and of a file that loads every rule can be cut out and read alone, and every
// byte of a query is found where it was written.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[[rule]]\nid=\"\\u00e6\"\nwhen=\"\"\"\n a\\\n  \\\"b\\\" \\U0001F600\"\"\"\ntopics=['x',\"y\"]\n[[rule.example]]\ntext=''''a'''''\nmatch=false"))
	f.Add([]byte("\ufeff[[rule]]\r\nid='a'\r\nwhen='''\r\nx y'''\r\nstop=true\r\n"))
	f.Add([]byte("rule = [{id='a'}]\n[[rule.example]]"))
	f.Add([]byte("[[\"rule\"]]\n'id'='a'\n\"when\"='x'"))
	f.Add([]byte("[[rule]]\nexample.text='a'\nwhen='a'#b"))
	e := engine()
	dir := desk()
	f.Fuzz(func(t *testing.T, data []byte) {
		rep := e.Check(data, dir)
		for _, ft := range rep.Faults {
			p := ft.Place
			if p.Line < 1 || p.Column < 1 || p.Start < 0 || p.End < p.Start || p.End > len(data) || ft.Reason.Key == "" {
				t.Fatalf("%q: %+v", data, ft)
			}
		}
		file, err := Load(data)
		if err != nil {
			return
		}
		for _, r := range file.Rules {
			alone, err := Load(data[r.Start:r.End])
			if err != nil || len(alone.Rules) != 1 {
				t.Fatalf("%q: %q alone: %v", data, data[r.Start:r.End], err)
			}
			if d := cmp.Diff(r, alone.Rules[0], sameRule); d != "" {
				t.Fatalf("%q alone: %s", data[r.Start:r.End], d)
			}
			when, _ := find(r.keys, "when")
			for i := range len(r.When) {
				at := inText(file.text, when.val, i)
				if at < when.val.start || at >= when.val.end || data[at] != '\\' && !strings.Contains(string(data[:at]), "\\") && data[at] != r.When[i] {
					t.Fatalf("%q: byte %d of %q is found at %d", data, i, r.When, at)
				}
			}
		}
	})
}
