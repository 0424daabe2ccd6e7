package city

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func testAccounts() []Account {
	return []Account{
		{Key: "fb", Channel: Facebook, Name: "Havneborg Kommune"},
		{Key: "fb-lib", Channel: Facebook, Name: "Havneborg Bibliotekerne", Library: true},
		{Key: "ig", Channel: Instagram, Name: "Havneborg Kommune"},
		{Key: "x", Channel: X, Name: "Havneborg Kommune", Handle: "havneborg"},
	}
}

func newGenerator(t testing.TB, seed uint64) *Generator {
	t.Helper()
	g, err := New(seed, testAccounts())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSamples prints what a person should read before believing in these texts: go test -run Samples -v.
func TestSamples(t *testing.T) {
	g := newGenerator(t, uint64(time.Now().UnixNano()))
	events := g.History(400, 30, noon)
	byRef := map[Ref]Event{}
	for _, e := range events {
		byRef[e.Ref] = e
	}
	step := len(events) / 40
	for i := 0; i < len(events); i += step {
		e := events[i]
		who := e.Author.Name
		if e.Ours {
			who = "(us)"
		}
		t.Logf("%s %s %s/%s %s %s:\n\t%s", e.Time.Format("Mon 15:04"), e.Account, e.Label, e.Intent, who, e.Author.Handle, e.Text)
		if p, ok := byRef[e.Parent]; ok {
			t.Logf("\t\tanswers: %.100s", p.Text)
		}
	}
}

func TestSameSeedSameCity(t *testing.T) {
	run := func(seed uint64) (out []Event) {
		g := newGenerator(t, seed)
		out = g.History(200, 30, noon)
		for i := range 200 {
			out = append(out, g.Next(noon.Add(time.Duration(i)*time.Second)))
		}
		return out
	}
	first, again, other := run(1), run(1), run(2)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Fatalf("the same seed gave another city (-first +again):\n%s", diff)
	}
	if cmp.Equal(first, other) {
		t.Fatal("another seed gave the same city")
	}
}

// TestHistoryHangsTogether holds History to its contract: in order, parents first and on the same account, nobody answers across
// conversations, nothing after the end.
func TestHistoryHangsTogether(t *testing.T) {
	g := newGenerator(t, 7)
	events := g.History(2000, 30, noon)
	seen := map[Ref]Event{}
	for i, e := range events {
		if i > 0 && e.Time.Before(events[i-1].Time) {
			t.Fatalf("event %d is older than the one before it", i)
		}
		if e.Time.After(noon) || e.Time.Before(noon.AddDate(0, 0, -30)) {
			t.Fatalf("event %d is at %s, outside of the 30 days", i, e.Time)
		}
		if seen[e.Ref].Ref != 0 {
			t.Fatalf("two events have the reference %d", e.Ref)
		}
		if e.Parent != 0 {
			p, ok := seen[e.Parent]
			if !ok || p.Account != e.Account || !p.Time.Before(e.Time) {
				t.Fatalf("event %d answers %d: known %v, %s at %s; itself %s at %s", i, e.Parent, ok, p.Account, p.Time, e.Account, e.Time)
			}
		}
		if e.Parent == 0 && !e.Ours && e.Account == "ig" {
			t.Fatalf("a citizen posts on the Instagram profile: %q", e.Text)
		}
		if strings.TrimSpace(e.Text) == "" || strings.ContainsAny(e.Text, "{}") || !utf8.ValidString(e.Text) {
			t.Fatalf("a text is empty or has holes: %q", e.Text)
		}
		if e.Ours == (e.Author.Name != "") {
			t.Fatalf("event %d is ours (%v) and by %q", i, e.Ours, e.Author.Name)
		}
		seen[e.Ref] = e
	}
}

// TestCityLooksLikeOne checks the shape of the whole: languages, lengths, lengths of conversations, subjects, variety.
func TestCityLooksLikeOne(t *testing.T) {
	g := newGenerator(t, 42)
	events := g.History(5000, 30, noon)
	opening, englishTexts := 0, 0
	size, labels, texts := map[Ref]int{}, map[string]int{}, map[string]bool{}
	top := map[Ref]Ref{}
	var lengths []int
	for _, e := range events {
		switch {
		case e.Ours && e.Parent == 0:
			continue
		case e.Parent == 0 || e.Parent == e.Context:
			opening++
			top[e.Ref] = e.Ref
			labels[e.Label]++
			texts[e.Text] = true
			lengths = append(lengths, utf8.RuneCountInString(e.Text))
			if e.Language == "en" {
				englishTexts++
			}
		default:
			top[e.Ref] = top[e.Parent]
		}
		size[top[e.Ref]]++
	}
	between := func(what string, got, low, high float64) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s is %.3f, want %.2f to %.2f", what, got, low, high)
		}
	}
	of := func(n int) float64 { return float64(n) / float64(opening) }
	single, long := 0, 0
	for _, n := range size {
		if n == 1 {
			single++
		}
		if n >= 10 {
			long++
		}
	}
	slices.Sort(lengths)
	between("share of English", of(englishTexts), 0.17, 0.23)
	between("share of single messages", of(single), 0.55, 0.85)
	between("share of long conversations", of(long), 0.002, 0.03)
	between("share of different texts", of(len(texts)), 0.75, 1)
	between("median length", float64(lengths[len(lengths)/2]), 45, 130)
	between("longest", float64(lengths[len(lengths)-1]), 200, 1500)
	for _, l := range g.Labels() {
		if labels[l] < 5 {
			t.Errorf("only %d conversations of 5000 are about %s", labels[l], l)
		}
	}
}

// TestNoPersonalNumbers: nothing may look like a CPR number, since desks react to those.
func TestNoPersonalNumbers(t *testing.T) {
	number := regexp.MustCompile(`\d{6}[- ]?\d{4}`)
	g := newGenerator(t, 3)
	for _, e := range g.History(3000, 30, noon) {
		if number.MatchString(e.Text) {
			t.Fatalf("looks like a personal number: %q", e.Text)
		}
	}
}

func TestHandlesFitTheirChannel(t *testing.T) {
	form := map[string]*regexp.Regexp{
		"x": regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`), "ig": regexp.MustCompile(`^[a-z0-9._]{1,30}$`), "fb": regexp.MustCompile(`^$`),
	}
	form["fb-lib"] = form["fb"]
	g := newGenerator(t, 5)
	names := map[string]string{}
	for _, e := range g.History(3000, 30, noon) {
		if e.Ours {
			continue
		}
		if !form[e.Account].MatchString(e.Author.Handle) {
			t.Fatalf("%q is no handle on %s", e.Author.Handle, e.Account)
		}
		if e.Account == "x" {
			if known, ok := names[e.Author.Name]; ok && known != e.Author.Handle {
				t.Fatalf("%s has two handles, %s and %s", e.Author.Name, known, e.Author.Handle)
			}
			names[e.Author.Name] = e.Author.Handle
			if e.Parent == 0 && !strings.Contains(e.Text, "@havneborg") {
				t.Fatalf("a mention does not name us: %q", e.Text)
			}
		}
	}
}

func TestLiveTrafficKnowsWhatItAnswers(t *testing.T) {
	g := newGenerator(t, 9)
	published := map[Ref]bool{}
	for _, e := range g.History(50, 10, noon) {
		published[e.Ref] = true
	}
	for i := range 5000 {
		before := g.Next(noon.Add(time.Duration(i) * time.Second))
		if before.Parent != 0 && !published[before.Parent] {
			t.Fatalf("event %d answers %d, which never was", i, before.Parent)
		}
		published[before.Ref] = true
		if i%500 == 0 { // what the generator has forgotten may be forgotten by its caller
			for ref := range published {
				if !g.Knows(ref) {
					delete(published, ref)
				}
			}
		}
	}
	if len(published) > 5000 {
		t.Fatalf("the generator still knows %d events", len(published))
	}
}

func TestCalendarNames(t *testing.T) {
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if got := weekdays[monday.Weekday()]; got != "mandag" {
		t.Errorf("a Monday is called %q", got)
	}
	if got := dateDanish(time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)); got != "den 3. december" {
		t.Errorf("3 December is called %q", got)
	}
}

func BenchmarkNext(b *testing.B) {
	g := newGenerator(b, 1)
	for b.Loop() {
		g.Next(noon)
	}
}
