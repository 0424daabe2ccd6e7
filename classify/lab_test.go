package classify

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/text"
)

// What a rule set makes of a text: what matches and by which words, what counts, and what nearly matches and why not.
func TestExplain(t *testing.T) {
	dir := desk()
	r := &Rules{Cutter: text.NewCutter(100)}
	f, c, _, _ := r.read([]byte(`
[[rule]]
id = "hul"
when = 'hul (vej or sti)'
topics = ["vej/huller", "vej"]
queue = "Teknik og Miljø"
[[rule]]
id = "vej"
when = 'vej'
topics = ["vej"]
priority = "high"
[[rule]]
id = "færdig"
when = 'lappet'
stop = true
[[rule]]
id = "cykel"
when = 'cykel (hul or bule) -regn'
topics = ["vej/cykel"]
[[rule]]
id = "fremmed"
when = 'skole lærer'
topics = ["bibliotek"]
[[rule]]
id = "prøve"
state = "shadow"
when = 'vej'
queue = "Borgerservice"
[[rule]]
id = "jul"
until = 2020-01-01
when = 'vej'
topics = ["bibliotek"]
`), dir, false)
	c.version = 4
	x := &explainer{f, c}
	for _, tc := range []struct{ text, want string }{
		{"der er hul i en vej", "hul[hul vej] sets vej/huller,vej queue; vej[vej] late vej raises; prøve[vej] shadow; jul[vej] closed; ~cykel[hul] lacks cykel"},
		{"vej er lappet af cykel i regn ved hul", "hul[hul vej] sets vej/huller,vej queue; vej[vej] late vej raises; færdig[lappet]; prøve[vej] shadow; jul[vej] closed; ~cykel[cykel hul] bars regn[regn]"},
		{"lappet cykel har bule", "færdig[lappet]; cykel[bule cykel] after færdig"},
		{"hul", "~hul[hul] lacks vej or sti; ~cykel[hul] lacks cykel"},
		{"intet", ""},
	} {
		e := x.explain(inbox.Arrival(r.Cutter, inbox.Account{Channel: inbox.Facebook},
			&inbox.Incoming{Kind: inbox.Comment, Text: tc.text, At: inboxtest.Start}, true))
		words := func(hits []inbox.RuleHit) string {
			var out []string
			for _, h := range hits {
				out = add(out, tc.text[h.Start:h.End])
			}
			return "[" + strings.Join(sortedTexts(out), " ") + "]"
		}
		var got []string
		for _, s := range e.Struck {
			line := s.Rule + words(s.Hits)
			for what, topics := range map[string][]inbox.TopicID{" sets ": s.Sets, " late ": s.Late} {
				var paths []string
				for _, t := range topics {
					paths = append(paths, dir.TopicPath(t))
				}
				if len(paths) > 0 {
					line += what + strings.Join(paths, ",")
				}
			}
			for _, a := range s.Acts {
				line += map[inbox.Aspect]string{inbox.SetQueue: " queue", inbox.SetPriority: " raises"}[a]
			}
			if s.Shadow {
				line += " shadow"
			}
			if s.Closed {
				line += " closed"
			}
			if s.After != "" {
				line += " after " + s.After
			}
			got = append(got, line)
		}
		for _, n := range e.Near {
			line := "~" + n.Rule + words(n.Met)
			for _, s := range n.Stops {
				if s.Not {
					line += " bars " + n.Part(s.At.Start, s.At.End) + words(s.Hits)
				} else {
					line += " lacks " + n.Part(s.At.Start, s.At.End)
				}
			}
			got = append(got, line)
		}
		if s := strings.Join(got, "; "); s != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.text, s, tc.want)
		}
		if e.Verdict.Version != 4 {
			t.Errorf("version %d", e.Verdict.Version)
		}
	}
}

func sortedTexts(s []string) []string {
	for i := range s {
		for j := i; j > 0 && s[j] < s[j-1]; j-- {
			s[j], s[j-1] = s[j-1], s[j]
		}
	}
	return s
}

// weeks is a desk with rules, and five weeks of messages: the last week says more of holes, and the word that nobody has a rule for.
func weeks(t *testing.T) *inboxtest.Desk {
	t.Helper()
	ctx := context.Background()
	d := inboxtest.New(t, lab)
	err := d.PublishRules(ctx, &inbox.RuleSet{Bytes: []byte(`
[[rule]]
id = "hul"
when = "hul"
topics = ["vej"]
[[rule]]
id = "vejhul"
when = "hul i"
topics = ["vej"]
[[rule]]
id = "cykel"
when = "cykel"
topics = ["vej/cykel"]
[[rule]]
id = "død"
when = "mammut"
topics = ["vej"]
[[rule]]
id = "prøve"
state = "shadow"
when = "cykel"
queue = "Borgerservice"
[[rule]]
id = "slukket"
enabled = false
when = "hul"
topics = ["vej"]
`)}, d.Carl)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	say := func(words string) {
		n++
		d.Take(t, d.Say(fmt.Sprint("m", n), fmt.Sprint("p", n), words))
	}
	for day := range 35 {
		for i := range 6 {
			switch {
			case i == 0, i == 1 && day >= 28, i == 2 && day >= 28:
				say("et hul i asfalten")
			case i == 3 && day%2 == 0:
				say("en cykel står her")
			case i == 4 && day%3 == 0:
				say("ladcykler på fortovet, igen")
			default:
				say(fmt.Sprint("ord for dagen nummer ", day, " og ", i))
			}
		}
		d.Clock.Add(24 * time.Hour)
	}
	d.Clock.Add(-time.Hour) // so that whole weeks end now
	return d
}

// How rules have done: what they hit, what people took off again, what is dead, drifts, or comes together.
func TestHealth(t *testing.T) {
	d := weeks(t)
	ctx := context.Background()
	off := 0
	d.Read(t, func(tx inbox.Tx) error {
		for i := 1; i <= 40 && off < 3; i++ {
			th := d.Find(t, d.Facebook, fmt.Sprint("m", i))
			if g := th.Tag(d.Cykel); g != nil {
				off++
				if err := d.Seat(t, d.Anna).Untag(ctx, th.ID, d.Cykel); err != nil {
					return err
				}
			}
		}
		return nil
	})
	h, err := d.Seat(t, d.Carl).RuleHealth(ctx, inboxtest.Start)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for i := range h.Rules {
		r := &h.Rules[i]
		got[r.Rule] = fmt.Sprint(r.Hits, r.Weeks, r.Counted, r.CountedShadow, r.Did, r.Corrected, r.Dead(), r.Drifts, r.Drift > 0)
	}
	want := map[string]string{
		"hul": "49 [21 7 7 7 7] 49 0 49 map[] false true true", "vejhul": "49 [21 7 7 7 7] 49 0 0 map[] false true true",
		"cykel": "30 [6 6 6 5 7] 30 0 30 map[topic:3] false false false", "død": "0 [0 0 0 0 0] 0 0 0 map[] true false false",
		"prøve": "30 [6 6 6 5 7] 0 30 0 map[] false false false",
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %s, want %s", id, got[id], w)
		}
	}
	if len(got) != len(want) || h.Arrivals != 210 {
		t.Errorf("%v of %d arrivals", got, h.Arrivals)
	}
	if len(h.Together) != 2 || h.Together[0].A != "hul" || h.Together[0].B != "vejhul" || h.Together[0].Both != 49 || h.Together[0].Share != 1 {
		t.Errorf("together: %+v", h.Together)
	}
}

// A rule behind one that stops does not count; one in shadow stops nothing, and one whose time has passed matches nothing.
func TestHealthCountsWhatCounts(t *testing.T) {
	d := inboxtest.New(t, lab)
	file := ""
	for _, r := range []string{"prøve'\nstate = 'shadow'\nstop = true", "jul'\nuntil = 2020-01-01", "første", "stop'\nstop = true", "bag"} {
		file += "[[rule]]\nid = '" + strings.Replace(r, "'", "'\nwhen = 'hul'\ntopics = ['vej']", 1)
		if !strings.Contains(r, "'") {
			file += "'\nwhen = 'hul'\ntopics = ['vej']"
		}
		file += "\n"
	}
	if err := d.PublishRules(context.Background(), &inbox.RuleSet{Bytes: []byte(file)}, d.Carl); err != nil {
		t.Fatal(err)
	}
	d.Take(t, d.Say("m1", "p", "hul"), d.Say("m2", "p", "hul"), d.Say("m3", "p", "bil"))
	h, err := d.Seat(t, d.Carl).RuleHealth(context.Background(), inboxtest.Start.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range h.Rules {
		got = append(got, fmt.Sprint(h.Rules[i].Rule, " ", h.Rules[i].Hits))
	}
	if s := strings.Join(got, ", "); s != "prøve 2, jul 0, første 2, stop 2, bag 0" {
		t.Error(s)
	}
}

// A word that people's own tags have in common, and no rule knows, is found, with what it would add; so is one that they take off.
func TestSuggest(t *testing.T) {
	d := weeks(t)
	ctx := context.Background()
	anna := d.Seat(t, d.Anna)
	given := 0
	for i := 1; i <= 210; i++ {
		th := d.Find(t, d.Facebook, fmt.Sprint("m", i))
		if strings.Contains(th.Msgs[0].Text, "ladcykler") && given < 9 {
			given++
			if err := anna.Tag(ctx, th.ID, d.Vej); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := d.Seat(t, d.Carl).SuggestWords(ctx, d.Vej, inbox.History{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Set != 9 || s.TakenOff != 0 || s.Arrivals != 210 {
		t.Errorf("%+v", s)
	}
	found := false
	for _, w := range s.Words {
		if w.Word == "ladcykler" {
			found = w.Here == 9 && w.There == 3 && w.Has == 12 && w.Adds == 12
		}
		if w.Word == "dagen" || w.Word == "hul" {
			t.Errorf("%+v was suggested", w)
		}
	}
	if !found {
		t.Errorf("%+v", s.Words)
	}
}
