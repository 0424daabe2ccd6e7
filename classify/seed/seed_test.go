package seed_test

import (
	"path"
	"slices"
	"testing"
	"time"

	"lytter/classify"
	"lytter/classify/seed"
	"lytter/inbox"
	"lytter/inbox/clock"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
)

func must[T any](tb testing.TB, v T, err error) T {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func copenhagen(tb testing.TB) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation("Europe/Copenhagen")
	return must(tb, loc, err)
}

// directory is the desk as it is when it was just seeded.
func directory(tb testing.TB) *inbox.Directory {
	tb.Helper()
	s := inbox.Setup{Calendars: map[string]*clock.Calendar{}}
	topics, err := seed.Topics()
	ids := map[string]inbox.TopicID{}
	for i, tp := range must(tb, topics, err) {
		parent, name := path.Split(tp.Path)
		id := inbox.TopicID(i + 1)
		if ids[tp.Path] != 0 || parent != "" && ids[path.Clean(parent)] == 0 {
			tb.Errorf("topic %s comes twice, or before its parent", tp.Path)
		}
		ids[tp.Path] = id
		s.Topics = append(s.Topics, inbox.Topic{ID: id, Parent: ids[path.Clean(parent)], Name: name, Number: tp.Number})
	}
	calendars, err := seed.Calendars()
	for _, c := range must(tb, calendars, err) {
		cal, err := clock.Parse(c.Spec, copenhagen(tb))
		if err != nil {
			tb.Errorf("calendar %s: %v", c.Name, err)
		}
		s.Calendars[c.Name] = cal
	}
	queues, err := seed.Queues()
	for i, q := range must(tb, queues, err) {
		s.Queues = append(s.Queues, inbox.Queue{ID: inbox.QueueID(i + 1), Name: q.Name, Calendar: q.Calendar, Target: q.Target, Position: i})
	}
	templates, err := seed.Templates()
	for _, a := range must(tb, templates, err) {
		s.Templates = append(s.Templates, inbox.Template{Name: a.Name, Owner: a.Owner, Texts: a.Texts()})
	}
	rules, err := seed.Rules()
	s.RuleIDs = engine(tb).IDs(&inbox.RuleSet{Bytes: must(tb, rules, err)})
	return inbox.NewDirectory(s)
}

func engine(tb testing.TB) *classify.Rules {
	tb.Helper()
	return &classify.Rules{Cutter: text.NewCutter(20_000), Location: copenhagen(tb)}
}

func TestRules(t *testing.T) {
	data, err := seed.Rules()
	rep := engine(t).Check(must(t, data, err), directory(t))
	for _, f := range rep.Faults {
		t.Errorf("rules.toml:%s", f)
	}
	if len(rep.Untested) > 0 {
		t.Errorf("without examples both ways: %v", rep.Untested)
	}
	if rep.Enabled < 40 {
		t.Errorf("%d rules", rep.Enabled)
	}
	t.Logf("%d rules, %d examples", rep.Enabled, rep.Examples)
	used := map[string]bool{}
	for _, r := range rep.Rules {
		for _, p := range r.Topics {
			for ; p != "."; p = path.Dir(p) {
				used[p] = true
			}
		}
	}
	topics, err := seed.Topics()
	for _, tp := range must(t, topics, err) {
		if !used[tp.Path] {
			t.Errorf("no rule sets %s", tp.Path)
		}
	}
}

func TestQueues(t *testing.T) {
	dir := directory(t)
	var names []string
	for _, q := range dir.Queues {
		names = append(names, q.Name)
		if q.Target <= 0 || dir.Calendars[q.Calendar] == nil {
			t.Errorf("%s has no target or an unknown calendar", q.Name)
		}
		if due := dir.CalendarOf(q.ID).Add(time.Date(2026, 11, 6, 17, 0, 0, 0, copenhagen(t)), q.Target); due.IsZero() || due.After(
			time.Date(2026, 11, 10, 17, 0, 0, 0, copenhagen(t))) {
			t.Errorf("%s answers a Friday afternoon's message by %v", q.Name, due)
		}
	}
	if d := cmp.Diff([]string{
		"Sekretariat & Presse", "Strategi & Økonomi", "Service & Forandring", "Borgerservice", "International House", "Fremtidens bibliotek",
		"Fritid Kbh", "Teknik og Miljø",
	}, names); d != "" {
		t.Error(d)
	}
	if dir.Calendars[inbox.DefaultCalendar] == nil {
		t.Error("there is no default calendar")
	}
}

// Each standard answer is there in both languages, and short enough for X.
func TestTemplates(t *testing.T) {
	dir := directory(t)
	for i := range dir.Templates {
		a := &dir.Templates[i]
		if r := a.Check(); r != nil || dir.Template(a.Name) != a || !slices.ContainsFunc(dir.Queues, func(q inbox.Queue) bool { return q.Name == a.Owner }) {
			t.Errorf("%s: %v, or comes twice, or its owner %s is no queue", a.Name, r, a.Owner)
		}
		for _, lang := range inbox.Languages() {
			if n := text.XWeight(a.Texts[lang]); n == 0 || n > 280 {
				t.Errorf("%s in %s: %d characters", a.Name, lang, n)
			}
		}
	}
	if len(dir.Templates) < 20 {
		t.Errorf("%d standard answers", len(dir.Templates))
	}
}

func TestViews(t *testing.T) {
	dir := directory(t)
	views, err := seed.Views()
	var names []string
	for _, v := range must(t, views, err) {
		if v.English == "" || slices.Contains(names, v.Name) {
			t.Errorf("%s comes twice or has no English name", v.Name)
		}
		names = append(names, v.Name)
		e, err := query.Parse(v.Query)
		if err == nil {
			_, err = query.Bind(e, query.Env{Now: time.Now(), Me: 1, Names: dir, Cutter: text.NewCutter(100)})
		}
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
	if len(names) < 12 {
		t.Errorf("%d views", len(names))
	}
}

// What a demonstration leans on: from a message to its topic and its queue.
func TestBeats(t *testing.T) {
	dir, rules := directory(t), engine(t)
	data, err := seed.Rules()
	c, err := rules.Compile(&inbox.RuleSet{Version: 1, Bytes: must(t, data, err)}, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ text, topic, queue string }{
		{"Hej, jeg kan ikke åbne min Digital Post, efter jeg har fået ny telefon", "digital-post", "Borgerservice"},
		{"Hvornår åbner biblioteket på søndag?", "bibliotek", "Fremtidens bibliotek"},
		{"Må jeg aflevere bøgerne på et andet bibliotek?", "bibliotek/lån", "Fremtidens bibliotek"},
		{"Hi! We moved here from Portugal. How do I get my CPR number and register our address?", "tilflyttere", "International House"},
		{"Goddag, jeg er journalist på Ugebladet og vil gerne have en kommentar inden kl. 16", "presse", "Sekretariat & Presse"},
		{"Kæmpe ros til damen i skranken i dag 👏", "ros", "Service & Forandring"},
		{"Thank you so much for the lovely story time at the library", "ros", "Fremtidens bibliotek"},
		{"Hvad med en drikkefontæne ved stranden?", "ideer", "Service & Forandring"},
		{"Der er et stort hul i cykelstien på Engvej", "vej/huller", "Teknik og Miljø"},
		{"Kæmpe hul i vejen ud for nummer 12", "vej/huller", "Teknik og Miljø"},
		{"Min kone ser en mand, der drukner i havnen", "akut", ""},
	} {
		v := c.Classify(inbox.Arrival(rules.Cutter, inbox.Account{Channel: inbox.Facebook}, &inbox.Incoming{Kind: inbox.Comment, Text: tc.text}, true))
		var paths []string
		for _, tag := range v.Tags {
			paths = append(paths, dir.TopicPath(tag.Topic))
		}
		queue := ""
		if q := dir.Queue(v.Queue); q != nil {
			queue = q.Name
		}
		if !slices.Contains(paths, tc.topic) || queue != tc.queue {
			t.Errorf("%s: topics %v, queue %q", tc.text, paths, queue)
		}
	}
}
