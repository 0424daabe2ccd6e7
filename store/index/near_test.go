package index

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
)

// Misspelt words are offered as they are spelt in conversations, in the query as it was written otherwise, and only where that finds
// something; words that are found are left alone.
func TestSuggest(t *testing.T) {
	d := inboxtest.New(t)
	var said []inbox.Incoming
	for i, words := range []string{
		"Biblioteket er lukket", "Har biblioteket åbent søndag?", "Biblioteket på torvet", "Der er hul i vejen", "Et hul til i vejen her",
		"Hul på cykelstien", "Cykelstien er spejlglat", "Cykelstien mangler", "vejn er væk", "Børnehaven er dejlig", "Børnehaven lukker", "en ansøgning",
		"Tak for hjælpen", "Uden for åbningstid", "open on Sunday", "open now",
	} {
		said = append(said, d.Say(fmt.Sprintf("m%d", i), fmt.Sprintf("a%d", i), words))
	}
	d.Take(t, said...)
	in := start(t, d, Options{})
	in.reach(t, lastSeq(t, d))
	seat, err := in.desk.As(d.Carl)
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string][]string{
		"biblotekket":                 {"biblioteket"},
		"BIBLOTEKKET":                 {"biblioteket"},
		"bibliotekket":                nil, // found: its stem is that of biblioteket
		"bornehaven":                  {"børnehaven"},
		"biblioteket":                 nil,
		"ansøgning":                   nil, // rare, but nothing is spelt nearly so more often
		"vejn":                        {"vejen"},
		`"hul i vejn"`:                {`"hul i vejen"`},
		`is:open ="cykkelstien"`:      {`is:open =cykelstien`},
		"cykkelstien hul":             {"cykelstien hul"},
		"cykkelstien lukket":          nil, // cykelstien lukket finds nothing
		"(biblotekket or bornehaven)": {"(biblioteket or børnehaven)"},
		"-biblotekket":                nil,
		"note:biblotekket":            nil,
		"biblotekk*":                  nil,
		"xyzzyx":                      nil,
		"":                            nil,
		`"biblotekket søndg"/5`:       nil, // søndag stands once only
	} {
		got, err := seat.Suggest(context.Background(), q)
		if err != nil {
			t.Errorf("%s: %v", q, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", q, d)
		}
	}
	if _, err := seat.Suggest(context.Background(), "("); err == nil {
		t.Error("a query that is none has suggestions")
	}
}

// Law 10: an agent is offered nothing that is spelt so only in conversations that they may not see.
func TestLaw10_SuggestionsShowNothing(t *testing.T) {
	d := inboxtest.New(t)
	d.Take(t, d.Say("m1", "a1", "cykelstien er ude"), d.Say("m2", "a2", "cykelstien er god"))
	in := start(t, d, Options{})
	in.reach(t, lastSeq(t, d))
	for who, want := range map[inbox.UserID][]string{d.Carl: {"cykelstien"}, d.Dorte: nil} {
		seat, err := in.desk.As(who)
		if err != nil {
			t.Fatal(err)
		}
		got, err := seat.Suggest(context.Background(), "cykkelstien")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", seat.User.Name, d)
		}
	}
}

// BenchmarkNear looks for words in an index of about a hundred thousand of them.
func BenchmarkNear(b *testing.B) {
	cut := text.NewCutter(0)
	c := newCorpus(1, 100_000)
	e, err := openEngine(b.TempDir(), time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := e.close(); err != nil {
			b.Error(err)
		}
	}()
	rec := record{Version: version()}
	at := &batch{}
	for i := 0; i < len(c.danish); i += 100 {
		d := &query.Doc{ID: int64(i)}
		for _, w := range c.danish[i:min(i+100, len(c.danish))] {
			d.AddText(query.Text, query.Passage{Tokens: cut.Cut(nil, w)})
		}
		k := inbox.Key{At: int64(i), ID: inbox.ConversationID(i + 1)}
		at.ids = append(at.ids, k.ID)
		at.docs = append(at.docs, newDocument(k, d))
	}
	if err := e.put(at, &rec); err != nil {
		b.Fatal(err)
	}
	s, err := e.snapshot()
	if err != nil {
		b.Fatal(err)
	}
	r := &Reader{snap: s, all: &e.segments, broken: func(error) {}}
	defer func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	}()
	words := []string{"biblotekket", "cykkelsti", "skralldespand", "hjemmeplege", "veyen"}
	i := 0
	for b.Loop() {
		if _, _, err := r.Near(cut.Keys(words[i%len(words)]), time.Minute); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(len(c.danish)), "words")
}
