package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/ui"
)

// spelt is an index that knows how words are spelt, and nothing else.
type spelt map[string]string

// Reader implements inbox.Index.
func (s spelt) Reader(context.Context) (inbox.IndexReader, error) { return speltReader{s}, nil }

type speltReader struct{ words spelt }

func (speltReader) Seq() inbox.Seq                               { return 0 }
func (speltReader) Close() error                                 { return nil }
func (speltReader) Narrow(*query.Bound) (inbox.Narrowing, error) { return inbox.Narrowing{}, nil }
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
