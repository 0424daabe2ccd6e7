package classify

import (
	"fmt"
	"strings"
	"testing"

	"lytter/inbox"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// ruleText draws a rule as somebody may write it: with comments, odd spacing and examples.
func ruleText(t *rapid.T, id, nl string) string {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	lines := []string{
		pick("above", "", "# above", "# above"+nl+"  # more"), pick("head", "[[rule]]", "  [[rule]]  # head", "[[ rule ]]"),
		pick("indent", "", "  ", "\t") + "id" + pick("eq", " = ", "=") + "'" + id + "'" + pick("behind", "", "  # an id"),
		pick("when", "when = 'hul'", "when = '''"+nl+"hul or"+nl+"[[rule]]"+nl+"'''", `when = "hul # no comment"`),
		pick("topics", "topics = ['vej']", "topics = ["+nl+" 'vej', # one"+nl+" 'vej/cykel']"),
		pick("state", "", "enabled = false", "state = 'shadow' # so far"),
		pick("example", "", nl+"# why"+nl+"  [[rule.example]]"+nl+"  text = \"id = 'x'\""+nl+"  match = true # yes"),
	}
	return strings.Trim(strings.Join(lines, nl), nl)
}

// A splice touches the rule that it is of, and no other byte: not a comment, not a space, not how the lines end.
func TestSpliceTouchesOneRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nl := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "nl")
		n := rapid.IntRange(1, 5).Draw(t, "rules")
		file := rapid.SampledFrom([]string{"", "# head" + nl + nl}).Draw(t, "top")
		for i := range n {
			file += ruleText(t, fmt.Sprint("r", i), nl) + strings.Repeat(nl, rapid.IntRange(1, 3).Draw(t, "gap"))
		}
		before, faults := load([]byte(file))
		if len(faults) > 0 {
			t.Fatalf("%s\n%v", file, faults)
		}
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		r := &before.Rules[at]
		head, tail := file[:r.Start], file[r.End:]
		sides := func(what string, got []byte) *File {
			t.Helper()
			if s := string(got); !strings.HasPrefix(s, head) || !strings.HasSuffix(s, tail) || len(s) < len(head)+len(tail) {
				t.Fatalf("%s touched more than its rule:\n%q\n%q", what, file, s)
			}
			after, faults := load(got)
			if len(faults) > 0 {
				t.Fatalf("%s: %v\n%s", what, faults, got)
			}
			for i, j := 0, 0; i < len(before.Rules); i++ {
				gone := len(after.Rules) < len(before.Rules)
				if i == at {
					if !gone {
						j++
					}
					continue
				}
				if a, b := before.block(&before.Rules[i]), after.block(&after.Rules[j]); a != b {
					t.Fatalf("%s changed another rule: %q became %q", what, a, b)
				}
				j++
			}
			return after
		}
		must := func(b []byte, err error) []byte {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		id := strings.ToUpper(r.ID)
		block := ruleText(t, "new", nl)
		f := sides("replacing", must(Splice([]byte(file), id, []byte(block+nl))))
		if got := f.block(&f.Rules[at]); got != block {
			t.Fatalf("%q became %q", block, got)
		}
		if got := must(Splice([]byte(file), id, Block([]byte(file), r.ID))); string(got) != file {
			t.Fatalf("a rule in its own place: %q became %q", file, got)
		}
		added := must(Splice([]byte(file), "new", []byte(block)))
		if !strings.HasPrefix(string(added), file) || string(Block(added, "new")) != block {
			t.Fatalf("%q is not behind %q", block, added)
		}
		gone := must(Splice([]byte(file), id, nil))
		if f, faults := load(gone); len(faults) > 0 || len(f.Rules) != n-1 || f.rule(id) != nil || !strings.HasPrefix(string(gone), head) ||
			!strings.HasSuffix(tail, string(gone[len(head):])) {
			t.Fatalf("%q became %q", file, gone)
		}
		state := rapid.SampledFrom([]State{Live, Shadowed, Disabled}).Draw(t, "new state")
		f = sides("its state", must(SetState([]byte(file), id, state)))
		if got := f.Rules[at].State(); got != state {
			t.Fatalf("it is %s, not %s: %s", got, state, f.text)
		}
		when := "hul" + rapid.StringOfN(rapid.RuneFrom([]rune("abæ'\"\\\n\t# =")), 0, 20, -1).Draw(t, "when")
		f = sides("its query", must(SetWhen([]byte(file), id, when)))
		if got := f.Rules[at].When; got != when {
			t.Fatalf("%q became %q", when, got)
		}
		text := rapid.String().Draw(t, "text")
		f = sides("an example", must(AddExample([]byte(file), id, text, false)))
		x := f.Rules[at].Examples
		if last := x[len(x)-1]; len(x) != len(r.Examples)+1 || last.Text != strings.ToValidUTF8(text, "\ufffd") || last.Match {
			t.Fatalf("%q became %q", text, last.Text)
		}
	})
}

// What became of each rule.
func TestDiff(t *testing.T) {
	rule := func(id, rest string) string {
		return "[[rule]]\nid = '" + id + "'\nwhen = '" + id + "'\n" + rest + "\n\n"
	}
	before := rule("a", "topics = ['vej']") + rule("b", "queue = 'Teknik og Miljø'") + rule("c", "stop = true") + rule("d", "stop = true") + rule("e", "stop = true")
	after := rule("d", "stop = true") + "# new words\n" + rule("a", "topics = ['vej']\npropose = ['hide']\n[[rule.example]]\ntext='a'\nmatch=true") +
		rule("b", "queue = 'Borgerservice'\nnote = 'x'") + rule("c", "stop = true") + rule("f", "queue = 'Borgerservice'\nstate = 'shadow'")
	var got []string
	for _, c := range (&Rules{}).Diff(&inbox.RuleSet{Bytes: []byte(before)}, &inbox.RuleSet{Bytes: []byte(after)}) {
		got = append(got, fmt.Sprintln(c.ID, c.Kind, c.Keys, c.Routes, c.Hides, c.Before != "", c.After != ""))
	}
	want := []string{
		"d moved [] false false true true\n", "a changed [example propose] false true true true\n", "b changed [note queue] true false true true\n",
		"f added [] false false false true\n", "e removed [] false false true false\n",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if cs := (&Rules{}).Diff(&inbox.RuleSet{Bytes: []byte(after)}, &inbox.RuleSet{Bytes: []byte(after)}); len(cs) != 0 {
		t.Errorf("nothing changed: %+v", cs)
	}
	if cs := (&Rules{}).Diff(nil, &inbox.RuleSet{Bytes: []byte(after)}); len(cs) != 5 || cs[0].Kind != inbox.RuleAdded {
		t.Errorf("the first rules: %+v", cs)
	}
}
