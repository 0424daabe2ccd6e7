package tui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// spelt is an index that knows how words are spelt, and nothing else.
type spelt map[string]string

// Reader implements inbox.Index.
func (s spelt) Reader(context.Context) (inbox.IndexReader, error) { return speltReader{s}, nil }

type speltReader struct{ words spelt }

func (speltReader) Seq() inbox.Seq                                     { return 0 }
func (speltReader) Close() error                                       { return nil }
func (speltReader) Narrow(*query.Bound, bool) (inbox.Narrowing, error) { return inbox.Narrowing{}, nil }

func (speltReader) Walk(context.Context, *query.Bound, inbox.Key, func(inbox.Key, bool) bool) error {
	return nil
}

// Near implements inbox.IndexReader.
func (r speltReader) Near(k *text.Keys, _ time.Duration) (int64, []inbox.Spelling, error) {
	if word, ok := r.words[k.Exact]; ok {
		return 0, []inbox.Spelling{{Word: word, Far: 1, Count: 7}}, nil
	}
	return 9, nil, nil
}

// A query that finds nothing offers what it may have meant; Tab takes it, and nothing else does.
func TestSearchOffersSpellings(t *testing.T) {
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("m1", "a1", "Der er hul på cykelstien"))
	s.desk.Index = spelt{"cykkelstien": "cykelstien"}
	p := s.seat("anna", 100, 30, "da", ui.Dark)
	p.press("/")
	p.types("cykkelstien")
	p.wait(time.Second)
	if screen := p.screen(); !strings.Contains(screen, "Mente du det?") || strings.Contains(screen, "hul på") {
		t.Fatalf("nothing is offered, or it was taken by itself:\n%s", screen)
	}
	p.press("enter", "/") // the results, and back to the line
	if screen := p.screen(); !strings.Contains(screen, "Mente du det?") {
		t.Errorf("it is not offered again:\n%s", screen)
	}
	p.press("tab")
	p.wait(time.Second)
	if screen := p.screen(); !strings.Contains(screen, "hul på cykelstien") || strings.Contains(screen, "Mente du det?") {
		t.Errorf("Tab does not take it:\n%s", screen)
	}
}

// The next search shows nothing of the one before it.
func TestSearchAfterSearch(t *testing.T) {
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("m1", "a1", "Der er hul på cykelstien"))
	p := s.seat("anna", 100, 30, "da", ui.Dark)
	p.press("/")
	p.types("cykelstien")
	p.press("enter")
	if screen := p.screen(); !strings.Contains(screen, "hul på cykelstien") {
		t.Fatalf("nothing is found:\n%s", screen)
	}
	p.press("/", "ctrl+u")
	p.types("gadelygte")
	p.press("enter")
	if screen := p.screen(); strings.Contains(screen, "hul på cykelstien") || !strings.Contains(screen, "Søgning: gadelygte  0") {
		t.Errorf("what another search found is still there:\n%s", screen)
	}
}

// A question mark behind a field's colon tells what it asks, by an example, and its values; alone it tells of all fields. What was found is
// marked in the list as in the thread: compounds whole, whatever the role may see.
func TestSearchExplainsAndMarks(t *testing.T) {
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("m1", "a1", "Der er hul på cykelstierne her ved Torvet og på broen, cyklen holder ikke"))
	p := s.seat("anna", 100, 30, "da", ui.Dark)
	p.press("/")
	p.types("svarfrist:?")
	p.wait(time.Second)
	for _, want := range []string{"svarfrist:over-fristen", "hvordan det står med fristen", "svarfrist:løber", "svarfrist:ingen"} {
		if screen := p.screen(); !strings.Contains(screen, want) {
			t.Errorf("%q is not told:\n%s", want, screen)
		}
	}
	for range len("svarfrist:?") {
		p.press("backspace")
	}
	p.types("?")
	if screen := p.screen(); !strings.Contains(screen, "tekst:") || !strings.Contains(screen, "kanal:") || !strings.Contains(screen, "… +") {
		t.Errorf("the fields are not told, or not that there are more:\n%s", screen)
	}
	p.press("end")
	for range query.Fields() {
		p.press("down")
	}
	if screen := p.screen(); !strings.Contains(screen, "svarfrist:") || strings.Contains(screen, "… +") {
		t.Errorf("the last fields are out of reach:\n%s", screen)
	}
	p.press("esc", "backspace")
	p.types("er:?")
	if screen := p.screen(); strings.Count(screen, "er:åben") != 1 || !strings.Contains(screen, "er:over-fristen") {
		t.Errorf("the values are not told, each once:\n%s", screen)
	}
	for range len("er:?") {
		p.press("backspace")
	}
	p.types("cykel")
	p.wait(time.Second)
	l := p.app.list
	if len(l.win.entries) != 1 {
		t.Fatalf("%d conversations", len(l.win.entries))
	}
	marked := func() (out []string) {
		for _, span := range l.rows[l.win.entries[0].ID].cells[5] {
			if span.Token == ui.Match {
				out = append(out, string(span.Text))
			}
		}
		return out
	}
	if got := marked(); !slices.Equal(got, []string{"cykelstierne", "cyklen"}) {
		t.Errorf("%q is marked in the list", got)
	}
	for range "cykel" {
		p.press("backspace")
	}
	p.types("torvet")
	p.wait(time.Second)
	if got := marked(); !slices.Equal(got, []string{"Torvet"}) {
		t.Errorf("%q is marked in the list", got)
	}
	if screen := p.screen(); !strings.Contains(screen, "…her ved Torvet") {
		t.Errorf("the row does not begin where the word is:\n%s", screen)
	}
	p.press("enter", "esc", "esc")
	p.wait(time.Second)
	if l.slot == slotSearch || len(marked()) > 0 {
		t.Errorf("%q is still marked in %s", marked(), l.slot)
	}
}

// A search that was cut says how far back it looked while the rest is being found.
func TestSearchSaysHowFar(t *testing.T) {
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("m1", "a1", "Der er hul i vejen"))
	p := s.seat("anna", 100, 30, "en", ui.Dark)
	p.press("/")
	p.types("hul")
	a := p.app
	a.search.stop()
	cut := inbox.Hits{Incomplete: &inbox.Reached{Back: s.desk.Clock.Now().Add(-time.Hour), Why: *inbox.Why("search.incomplete")}}
	rest := a.searched(searched{n: a.search.n, query: "hul", hits: cut})
	if screen := p.screen(); !strings.Contains(screen, "looked back to") {
		t.Errorf("it is not said how far the search got:\n%s", screen)
	}
	p.run(rest)
	p.wait(time.Second)
	if screen := p.screen(); strings.Contains(screen, "looked back to") || !strings.Contains(screen, "hul i vejen") {
		t.Errorf("the search is still said to be under way:\n%s", screen)
	}
}

// Who listens is told as much.
func TestSearchExplainsAloud(t *testing.T) {
	s := newStage(t)
	s.desk.Take(t, s.desk.Say("m1", "a1", "Der er hul på cykelstien"))
	s.desk.Index = spelt{"cykkelstien": "cykelstien"}
	s.listener("anna", "en")
	p := s.people["anna"]
	p.press("/")
	p.types("target:?")
	for _, want := range []string{"target:overdue how the deadline stands", "target:running", "target:none"} {
		if err := p.hears(want, true); err != nil {
			t.Error(err)
		}
	}
	for range len("target:?") {
		p.press("backspace")
	}
	p.types("cykkelstien")
	p.wait(time.Second)
	if err := p.hears("cykelstien Did you mean this?", true); err != nil {
		t.Error(err)
	}
}

// Each field of the language is told in a few words, in both languages.
func TestEveryFieldIsTold(t *testing.T) {
	words, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range catalog.Languages() {
		for _, f := range query.Fields() {
			for _, key := range []string{"field." + f.String(), "tui.field." + f.String()} {
				if !words.For(lang).Has(key) {
					t.Errorf("%s: %s has no sentence", lang, key)
				}
			}
		}
	}
}
