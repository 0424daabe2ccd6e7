package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var (
	_ inbox.Rules      = (*Rules)(nil)
	_ inbox.Classifier = (*Classifier)(nil)
)

func copenhagen(tb testing.TB) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		tb.Fatal(err)
	}
	return loc
}

func arrival(c *text.Cutter, s string) *query.Doc {
	return inbox.Arrival(c, inbox.Account{Channel: inbox.Facebook}, &inbox.Incoming{Kind: inbox.Comment, Text: s}, true)
}

// The order of the file decides: the first rule that sets something explains it, the highest priority stands, stop ends it.
func TestOrder(t *testing.T) {
	c := compileText(t, `
[[rule]]
id = "off"
enabled = false
when = "hul"
topics = ["bibliotek"]
[[rule]]
id = "a"
when = "hul"
topics = ["vej/huller", "vej"]
priority = "high"
[[rule]]
id = "b"
when = "hul or bil"
topics = ["vej", "vej/cykel"]
queue = "Teknik og Miljø"
[[rule]]
id = "c"
when = "hul stort"
queue = "Borgerservice"
priority = "urgent"
[[rule]]
id = "d"
when = "hul færdig"
stop = true
[[rule]]
id = "e"
when = "hul"
topics = ["bibliotek"]
priority = "urgent"
`)
	for _, tc := range []struct {
		text string
		want inbox.Verdict
	}{
		{"intet", inbox.Verdict{Version: 7}},
		{"en bil", inbox.Verdict{
			Version: 7, Tags: []inbox.RuleTag{{Topic: 1, Rule: "b"}, {Topic: 2, Rule: "b"}}, Queue: 2, QueueBy: "b",
		}},
		{"et stort hul, færdig", inbox.Verdict{
			Version: 7, Tags: []inbox.RuleTag{{Topic: 3, Rule: "a"}, {Topic: 1, Rule: "a"}, {Topic: 2, Rule: "b"}}, Queue: 2, QueueBy: "b",
			Priority: inbox.Urgent, RaisedBy: "c",
		}},
		{"et hul", inbox.Verdict{
			Version: 7, Tags: []inbox.RuleTag{{Topic: 3, Rule: "a"}, {Topic: 1, Rule: "a"}, {Topic: 2, Rule: "b"}, {Topic: 4, Rule: "e"}},
			Queue: 2, QueueBy: "b", Priority: inbox.Urgent, RaisedBy: "e",
		}},
	} {
		got := c.Classify(arrival(text.NewCutter(100), tc.text))
		if d := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(inbox.RuleTag{}, "Hits"), cmpopts.IgnoreFields(inbox.Verdict{}, "Struck")); d != "" {
			t.Errorf("%s\n%s", tc.text, d)
		}
	}
}

// drawn is a rule set of generated rules, as a file and as what is in it.
type drawn struct {
	file   string
	rules  []Rule
	topics []string
}

func drawRules(t *rapid.T, v querytest.Vocabulary) drawn {
	d := drawn{topics: []string{"vej", "vej/cykel", "vej/huller", "bibliotek"}}
	for i := range rapid.IntRange(1, 8).Draw(t, "rules") {
		when := rapid.Custom(func(t *rapid.T) string { return query.Format(v.Expr(2).Draw(t, "expr")) }).Filter(func(s string) bool {
			e, err := query.Parse(s)
			return err == nil && s != "" && query.Only(e, query.Content) == nil
		}).Draw(t, "when")
		r := Rule{
			ID: fmt.Sprintf("r%d", i), When: when, Stop: rapid.IntRange(0, 5).Draw(t, "stop") == 0, Enabled: rapid.IntRange(0, 5).Draw(t, "off") > 0,
			Topics:   rapid.SliceOfNDistinct(rapid.SampledFrom(d.topics), 1, 3, rapid.ID[string]).Draw(t, "topics"),
			Queue:    rapid.SampledFrom([]string{"", "", "Borgerservice", "Teknik og Miljø"}).Draw(t, "queue"),
			Priority: rapid.SampledFrom([]inbox.Priority{inbox.Normal, inbox.Normal, inbox.High, inbox.Urgent}).Draw(t, "priority"),
			Shadow:   rapid.IntRange(0, 4).Draw(t, "shadow") == 0, RedLane: rapid.IntRange(0, 4).Draw(t, "red") == 0,
			Spam:    rapid.IntRange(0, 4).Draw(t, "spam") == 0,
			Propose: rapid.SliceOfNDistinct(rapid.SampledFrom(inbox.Proposes()), 0, 2, rapid.ID[inbox.Propose]).Draw(t, "propose"),
		}
		r.QueueOnly = r.Queue != "" && rapid.Bool().Draw(t, "only")
		if r.Shadow && r.Enabled {
			r.When, r.Stop = "("+r.When+")", false // what is only counted stops nothing
		}
		r.Shadow = r.Shadow && r.Enabled
		state := "enabled = " + fmt.Sprint(r.Enabled)
		if r.Shadow || rapid.Bool().Draw(t, "word") {
			state = "state = '" + string(r.State()) + "'"
		}
		d.rules = append(d.rules, r)
		d.file += fmt.Sprintf("[[rule]]\nid = '%s'\nwhen = '''%s'''\ntopics = ['%s']\nstop = %v\n%s\nred_lane = %v\nqueue_only = %v\n",
			r.ID, r.When, strings.Join(r.Topics, "','"), r.Stop, state, r.RedLane, r.QueueOnly)
		for i, w := range r.Propose {
			d.file += []string{"propose = ['", "', '"}[i] + string(w)
			if i == len(r.Propose)-1 {
				d.file += "']\n"
			}
		}
		if r.Spam {
			d.file += "status = 'spam'\n"
		}
		if r.Queue != "" {
			d.file += "queue = '" + r.Queue + "'\n"
		}
		if r.Priority != inbox.Normal {
			d.file += "priority = '" + r.Priority.String() + "'\n"
		}
	}
	return d
}

// verdict decides one rule after the other, the obvious way.
func (d drawn) verdict(t *rapid.T, env query.Env, dir *inbox.Directory, doc *query.Doc) inbox.Verdict {
	v := inbox.Verdict{Version: 3}
	for _, r := range d.rules {
		e, err := query.Parse(r.When)
		if err != nil {
			t.Fatal(err)
		}
		b, err := query.Bind(e, env)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Enabled || !b.Match(doc) {
			continue
		}
		if r.Shadow {
			v.Shadow = append(v.Shadow, r.ID)
			continue
		}
		v.Struck = append(v.Struck, inbox.Strike{Rule: r.ID})
		for _, p := range r.Topics {
			id, _ := dir.TopicAt(p)
			if !slices.ContainsFunc(v.Tags, func(t inbox.RuleTag) bool { return t.Topic == id }) {
				v.Tags = append(v.Tags, inbox.RuleTag{Topic: id, Rule: r.ID})
			}
		}
		if q := dir.QueueNamed(r.Queue); q != nil && (v.Queue == 0 || r.QueueOnly && !v.QueueOnly) {
			v.Queue, v.QueueBy, v.QueueOnly = q.ID, r.ID, r.QueueOnly
		}
		if r.RedLane {
			r.Priority = inbox.Urgent
			if v.RedBy == "" {
				v.RedBy = r.ID
			}
		}
		if r.Spam && v.SpamBy == "" {
			v.SpamBy = r.ID
		}
		for _, w := range r.Propose {
			if !slices.ContainsFunc(v.Proposals, func(p inbox.RuleProposal) bool { return p.Do == w }) {
				v.Proposals = append(v.Proposals, inbox.RuleProposal{Do: w, Rule: r.ID})
			}
		}
		if r.Priority > v.Priority {
			v.Priority, v.RaisedBy = r.Priority, r.ID
		}
		if r.Stop {
			break
		}
	}
	return v
}

// The verdict of a set is that of its rules one by one, and every tag explains itself: its rule, the version, clauses of the rule's query,
// and stretches of the message that satisfy them.
func TestLaw7_VerdictIsEachRuleAndExplainsItself(t *testing.T) {
	v := querytest.Danish()
	cutter := text.NewCutter(1000)
	dir := desk()
	rules := &Rules{Cutter: cutter}
	env := query.Env{Now: time.Unix(0, 0).UTC(), Names: dir, Cutter: cutter}
	tags, spans := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawRules(t, v)
		c, err := rules.Compile(&inbox.RuleSet{Version: 3, Bytes: []byte(d.file)}, dir)
		if err != nil {
			t.Fatalf("%s\n%v", d.file, err)
		}
		for range 4 {
			in := &inbox.Incoming{Text: v.Text().Draw(t, "text"), Kind: inbox.Comment, At: querytest.Now}
			if rapid.Bool().Draw(t, "author") {
				in.Author = &inbox.Author{Name: v.Text().Draw(t, "name"), Handle: rapid.SampledFrom(v.Handle).Draw(t, "handle"), Followers: 3}
			}
			account := inbox.Account{ID: inbox.AccountID(rapid.IntRange(1, 2).Draw(t, "account")), Channel: rapid.SampledFrom(inbox.Channels()).Draw(t, "channel")}
			doc := inbox.Arrival(cutter, account, in, rapid.Bool().Draw(t, "hours"))
			got := c.Classify(doc)
			if diff := cmp.Diff(d.verdict(t, env, dir, doc), got, cmpopts.IgnoreFields(inbox.RuleTag{}, "Hits"),
				cmpopts.IgnoreFields(inbox.Strike{}, "Hits")); diff != "" {
				t.Fatalf("%s\n%q\n%s", d.file, in.Text, diff)
			}
			for _, tag := range got.Tags {
				tags++
				r := d.rules[slices.IndexFunc(d.rules, func(r Rule) bool { return r.ID == tag.Rule })]
				spans += explains(t, env, r.When, in.Text, doc, tag)
			}
			for _, by := range []string{got.QueueBy, got.RaisedBy, got.RedBy, got.SpamBy} {
				if by != "" && len(got.Struck[slices.IndexFunc(got.Struck, func(s inbox.Strike) bool { return s.Rule == by })].Hits) == 0 {
					t.Fatalf("%s: what %s sets is not explained", d.file, by)
				}
			}
		}
	})
	if tags < 20 || spans < 20 {
		t.Errorf("%d tags and %d spans: the property says little", tags, spans)
	}
}

// explains checks the reasons of a tag and counts those with words.
func explains(t interface{ Fatalf(string, ...any) }, env query.Env, when, msg string, doc *query.Doc, tag inbox.RuleTag) (spans int) {
	if len(tag.Hits) == 0 || len(tag.Hits) > maxHits {
		t.Fatalf("%s: %d reasons", tag.Rule, len(tag.Hits))
	}
	for _, h := range tag.Hits {
		if h.Clause[0] < 0 || h.Clause[0] >= h.Clause[1] || h.Clause[1] > len(when) {
			t.Fatalf("%s: clause %v of %q", tag.Rule, h.Clause, when)
		}
		e, err := query.Parse(when[h.Clause[0]:h.Clause[1]])
		if err != nil {
			t.Fatalf("clause %q: %v", when[h.Clause[0]:h.Clause[1]], err)
		}
		b, err := query.Bind(e, env)
		if err != nil {
			t.Fatalf("clause %q: %v", when[h.Clause[0]:h.Clause[1]], err)
		}
		if !b.Match(doc) {
			t.Fatalf("clause %q does not match %q", when[h.Clause[0]:h.Clause[1]], msg)
		}
		if h.End == 0 {
			continue
		}
		spans++
		if h.Start < 0 || h.Start >= h.End || int(h.End) > len(msg) {
			t.Fatalf("%s: span %d to %d of %d", tag.Rule, h.Start, h.End, len(msg))
		}
		if !slices.ContainsFunc(b.Hits(doc), func(q query.Hit) bool { return q.Start == h.Start && q.End == h.End }) {
			t.Fatalf("clause %q is not satisfied by %q", when[h.Clause[0]:h.Clause[1]], msg[h.Start:h.End])
		}
	}
	return spans
}

// One rule that costs too much is named and does not count; the others do. Many of them together are cut off, too, and then only those count
// that a word alone decides: the work on a message is bounded whatever the rules are.
func TestHeavyRules(t *testing.T) {
	ring := make([]string, 40)
	for i := range ring {
		ring[i] = fmt.Sprintf("w%d", i)
	}
	words := strings.Join(ring, " ")
	msg := strings.Repeat(words+" ", 80) + " hul"
	others := "[[rule]]\nid='both'\nwhen='hul w0'\ntopics=['vej/huller']\n[[rule]]\nid='light'\nwhen='hul'\ntopics=['bibliotek']\n"
	for heavy, want := range map[int]string{1: "both light", 3: "both light", MaxTotal/MaxWork + 1: "light"} {
		file := ""
		for i := range heavy {
			file += fmt.Sprintf("[[rule]]\nid='heavy%d'\nwhen='\"%s zz%d\"/100'\ntopics=['vej']\n", i, words, i)
		}
		v := compileText(t, file+others).Classify(arrival(text.NewCutter(2000), msg))
		var got []string
		for _, tag := range v.Tags {
			got = append(got, tag.Rule)
		}
		if v.Failed != "heavy0" || strings.Join(got, " ") != want {
			t.Errorf("%d heavy rules: %+v, want %s", heavy, v, want)
		}
	}
}

// Rules see the first 16 KB of a text.
func TestLongText(t *testing.T) {
	c := compileText(t, "[[rule]]\nid='a'\nwhen='hul'\ntopics=['vej']\n[[rule]]\nid='b'\nwhen='-hul'\ntopics=['bibliotek']")
	cutter := text.NewCutter(100)
	pad := strings.Repeat("bla ", MaxText/4-1)
	for msg, want := range map[string]string{pad + "hul": "a", pad + " hul": "a", pad + "  hul": "b", pad + pad + "hul": "b"} {
		d := arrival(cutter, msg)
		n := len(d.Texts[query.Text][0].Tokens)
		if v := c.Classify(d); len(v.Tags) != 1 || v.Tags[0].Rule != want {
			t.Errorf("%d bytes: %+v", len(msg), v.Tags)
		}
		if len(d.Texts[query.Text][0].Tokens) != n {
			t.Error("the arrival was changed")
		}
	}
}
