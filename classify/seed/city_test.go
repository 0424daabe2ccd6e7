package seed_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/classify/seed"
	"lytter/connectors/sandbox/city"
	"lytter/inbox"
)

// about says which topics are right for what a text of the city is about. A topic stands for what is below it, but for one with a dot.
var about = map[string][]string{
	"digital-post": {"digital-post"},
	"mitid":        {"mitid"},
	"passport":     {"pas-og-kørekort"},
	"library":      {"bibliotek"},
	"events":       {"kultur/events"},
	"cycling":      {"vej/cykel"},
	"roads":        {"vej/huller", "vej/vejarbejde", "vej/belysning", "vej/trafik"},
	"snow":         {"vej/sne"},
	"parking":      {"vej/parkering"},
	"waste":        {"affald.", "affald/sortering", "affald/manglende-afhentning"},
	"bulky-waste":  {"affald/storskrald"},
	"parks":        {"park"},
	"noise":        {"støj"},
	"daycare":      {"daginstitution"},
	"newcomers":    {"tilflyttere"},
	"elections":    {"valg"},
	"press":        {"presse"},
}

// tone says which topic is right for why a text was written.
var tone = map[string]string{"praise": "ros", "idea": "ideer"}

// expected are the queues of the texts that a demonstration leans on.
var expected = map[string]string{
	"digital-post": "Borgerservice", "mitid": "Borgerservice", "passport": "Borgerservice", "library": "Fremtidens bibliotek",
	"newcomers": "International House", "press": "Sekretariat & Presse", "roads": "Teknik og Miljø", "cycling": "Teknik og Miljø",
	"waste": "Teknik og Miljø", "snow": "Teknik og Miljø",
}

// score counts texts. A text about two things counts as wrong for the second, and one that says its subject only by where it stands, under
// a post of ours, as missed: of those that stand alone more are found.
type score struct{ right, wrong, missed, alone, aloneRight int }

func (s score) precision() float64 { return ratio(s.right, s.right+s.wrong) }
func (s score) recall() float64    { return ratio(s.right, s.right+s.missed) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func below(path string, of []string) bool {
	return slices.ContainsFunc(of, func(t string) bool { return path+"." == t || path == t || strings.HasPrefix(path, t+"/") })
}

// TestCity scores the rules on a city's messages, whose subjects are known: go test -run City -v prints what they find and what they miss.
func TestCity(t *testing.T) {
	g, err := city.New(20261105, []city.Account{
		{Key: "fb", Channel: city.Facebook, Name: "Kommunen"},
		{Key: "lib", Channel: city.Facebook, Name: "Bibliotekerne", Library: true},
		{Key: "ig", Channel: city.Instagram, Name: "Kommunen"},
		{Key: "x", Channel: city.X, Name: "Kommunen", Handle: "kommunen"},
	})
	if err != nil {
		t.Fatal(err)
	}
	dir, rules := directory(t), engine(t)
	data, err := seed.Rules()
	c, err := rules.Compile(&inbox.RuleSet{Version: 1, Bytes: must(t, data, err)}, dir)
	if err != nil {
		t.Fatal(err)
	}
	scores := map[string]*score{}
	get := func(name string) *score {
		if scores[name] == nil {
			scores[name] = &score{}
		}
		return scores[name]
	}
	ours := map[city.Ref]bool{0: true}
	misses := map[string][]string{}
	queues := map[string][2]int{}
	for _, e := range g.History(12_000, 365, time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)) {
		if e.Ours {
			ours[e.Ref] = true
			continue
		}
		if !ours[e.Parent] || e.Parent != 0 && e.Parent != e.Context { // what follows in a thread is seldom about anything by itself
			continue
		}
		kind := inbox.Comment
		v := c.Classify(inbox.Arrival(rules.Cutter, inbox.Account{Channel: inbox.Channel(channelOf(e.Account))}, &inbox.Incoming{Kind: kind, Text: e.Text}, true))
		var paths []string
		for _, tag := range v.Tags {
			for _, h := range tag.Hits {
				if h.Start > h.End || int(h.End) > len(e.Text) || h.Clause[0] >= h.Clause[1] {
					t.Fatalf("%s on %q: %+v", tag.Rule, e.Text, h)
				}
			}
			if len(tag.Hits) == 0 {
				t.Fatalf("%s on %q does not say why", tag.Rule, e.Text)
			}
			paths = append(paths, dir.TopicPath(tag.Topic))
		}
		note := func(name string, is, found bool) {
			s := get(name)
			if is && e.Context == 0 {
				s.alone++
				if found {
					s.aloneRight++
				}
			}
			switch {
			case is && found:
				s.right++
			case found:
				s.wrong++
				misses[name+" wrong"] = append(misses[name+" wrong"], e.Label+"/"+e.Intent+": "+e.Text)
			case is:
				s.missed++
				misses[name+" missed"] = append(misses[name+" missed"], e.Label+"/"+e.Intent+": "+e.Text)
			}
		}
		for label, topics := range about {
			note(label, e.Label == label, slices.ContainsFunc(paths, func(p string) bool { return below(p, topics) }))
		}
		for intent, topic := range tone {
			note(topic, e.Intent == intent, slices.Contains(paths, topic))
		}
		if want, ok := expected[e.Label]; ok {
			n := queues[e.Label]
			n[1]++
			if q := dir.Queue(v.Queue); q != nil && q.Name == want {
				n[0]++
			}
			queues[e.Label] = n
		}
	}
	t.Logf("%-14s %9s %7s %6s %6s %6s %6s", "", "precision", "recall", "alone", "right", "wrong", "missed")
	var all score
	for _, name := range sorted(scores) {
		s := scores[name]
		t.Logf("%-14s %8.1f%% %6.1f%% %5.1f%% %6d %6d %6d", name, 100*s.precision(), 100*s.recall(), 100*ratio(s.aloneRight, s.alone), s.right, s.wrong, s.missed)
		all.right, all.wrong, all.missed = all.right+s.right, all.wrong+s.wrong, all.missed+s.missed
		for _, kind := range []string{" wrong", " missed"} {
			ms := misses[name+kind]
			for i := 0; i < len(ms); i += max(1, len(ms)/8) {
				t.Logf("    %s: %.120q", name+kind, ms[i])
			}
		}
	}
	t.Logf("%-14s %8.1f%% %6.1f%%", "all", 100*all.precision(), 100*all.recall())
	if all.precision() < 0.8 || all.recall() < 0.7 {
		t.Errorf("precision %.2f, recall %.2f", all.precision(), all.recall())
	}
	for _, label := range sorted(queues) {
		right := ratio(queues[label][0], queues[label][1])
		t.Logf("queue of %-14s right %5.1f%% of %d", label, 100*right, queues[label][1])
		if right < 0.6 {
			t.Errorf("queue of %s: right %.2f", label, right)
		}
	}
}

func channelOf(account string) string {
	switch account {
	case "ig":
		return city.Instagram
	case "x":
		return city.X
	}
	return city.Facebook
}

func sorted[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
