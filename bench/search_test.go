package bench

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/text"
	"lytter/store/index"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/simple"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/bluele/gcache"
)

const newest = 50 // hits that a search is for

// searches are the same conversations on both sides: on a desk with its index, and in Bleve as its documentation shows it, sorted by time.
type searches struct {
	seat  *inbox.Seat
	peer  bleve.Index
	words []string // that both sides take for the same, the commonest first
}

// newSearches makes so many conversations of one message. They are known by their times.
func newSearches(tb testing.TB, conversations int) *searches {
	tb.Helper()
	d := inboxtest.New(tb)
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = simple.Name // words as they are: no stop words, no stems
	peer, err := bleve.New(filepath.Join(tb.TempDir(), "bleve"), mapping)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := peer.Close(); err != nil {
			tb.Error(err)
		}
	})
	made := newTexts(1, 20_000)
	var items []inbox.Incoming
	batch := peer.NewBatch()
	for i := range conversations {
		d.Clock.Add(time.Second)
		in := d.Say(fmt.Sprint(i), fmt.Sprint("p", i%1000), made.next())
		items = append(items, in)
		if err := batch.Index(strconv.FormatInt(in.At.UnixMilli(), 10), map[string]any{"text": in.Text, "at": float64(in.At.UnixMilli())}); err != nil {
			tb.Fatal(err)
		}
		if len(items) == 500 || i == conversations-1 {
			d.Take(tb, items...)
			if err := peer.Batch(batch); err != nil {
				tb.Fatal(err)
			}
			items, batch = items[:0], peer.NewBatch()
		}
	}
	return &searches{seat: indexed(tb, d), peer: peer, words: soleSpellings(made.words)}
}

// indexed gives the desk an index, waits for it, and seats somebody.
func indexed(tb testing.TB, d *inboxtest.Desk) *inbox.Seat {
	tb.Helper()
	x, err := index.Open(index.Options{Dir: filepath.Join(tb.TempDir(), "index"), Store: d.Store, Now: d.Clock.Now})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx, d.Documents) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	var seq inbox.Seq
	d.Read(tb, func(tx inbox.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	if err := x.Await(ctx, seq); err != nil {
		tb.Fatal(err)
	}
	cfg := d.Config
	cfg.Index = x
	cfg.Cache = gcache.New(30_000).LRU().Build() // as many as lytter keeps
	desk, err := inbox.NewDesk(ctx, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	seat, err := desk.As(d.Anna)
	if err != nil {
		tb.Fatal(err)
	}
	return seat
}

// soleSpellings gives the words that no other is another spelling of.
func soleSpellings(words []string) (out []string) {
	spellings := map[string]int{}
	for _, w := range words {
		spellings[text.Fold(w)]++
	}
	for _, w := range words {
		if text.Fold(w) == w && spellings[w] == 1 {
			out = append(out, w)
		}
	}
	return out
}

// asked is a question to both sides.
type asked struct {
	ours   string
	theirs query.Query
}

func word(w string) asked { return asked{"=" + w, term("text", w)} }

func both(a, b string) asked {
	return asked{"=" + a + " =" + b, bleve.NewConjunctionQuery(term("text", a), term("text", b))}
}

func phrase(a, b string) asked {
	return asked{`="` + a + " " + b + `"`, bleve.NewPhraseQuery([]string{a, b}, "text")}
}

func (s *searches) ours(tb testing.TB, q asked) (at []int64) {
	tb.Helper()
	hits, err := s.seat.Search(context.Background(), q.ours, inbox.Page{Size: newest})
	if err != nil || hits.Incomplete != nil {
		tb.Fatalf("%s: %+v, %v", q.ours, hits, err)
	}
	for _, k := range hits.Keys {
		at = append(at, k.At)
	}
	return at
}

func (s *searches) theirs(tb testing.TB, q asked) (at []int64) {
	tb.Helper()
	req := bleve.NewSearchRequestOptions(q.theirs, newest, 0, false)
	req.SortBy([]string{"-at"})
	res, err := s.peer.Search(req)
	if err != nil {
		tb.Fatalf("%s: %v", q.ours, err)
	}
	for _, h := range res.Hits {
		n, err := strconv.ParseInt(h.ID, 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		at = append(at, n)
	}
	return at
}

// kinds of questions, common words and rare ones.
func (s *searches) kinds() map[string][]asked {
	out := map[string][]asked{}
	for i := range 20 {
		common, known, rare := s.words[i], s.words[100+10*i], s.words[4000+100*i]
		out["word-common"] = append(out["word-common"], word(common))
		out["word-known"] = append(out["word-known"], word(known))
		out["word-rare"] = append(out["word-rare"], word(rare))
		out["two-words"] = append(out["two-words"], both(common, known))
		out["phrase"] = append(out["phrase"], phrase(common, s.words[(i+1)%20]))
	}
	return out
}

// Both sides find the same conversations, in the same order.
func TestBleveFindsAlike(t *testing.T) {
	s := newSearches(t, 2000)
	for kind, qs := range s.kinds() {
		hits := 0
		for _, q := range qs {
			ours, theirs := s.ours(t, q), s.theirs(t, q)
			if !slices.Equal(ours, theirs) {
				t.Errorf("%s: ours %v, Bleve %v", q.ours, ours, theirs)
			}
			hits += len(ours)
		}
		t.Logf("%s: %d hits of %d questions", kind, hits, len(qs))
		if hits == 0 && !strings.HasSuffix(kind, "rare") {
			t.Errorf("nothing is %s", kind)
		}
	}
}

// BenchmarkSearch asks both sides for the newest 50. An iteration is all questions of a kind, to each side.
func BenchmarkSearch(b *testing.B) {
	s := newSearches(b, 30_000)
	kinds := s.kinds()
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		qs := kinds[kind]
		b.Run(kind, func(b *testing.B) {
			for _, q := range qs { // warm
				s.ours(b, q)
				s.theirs(b, q)
			}
			var ours, theirs side
			for b.Loop() {
				ours.time(len(qs), func() {
					for _, q := range qs {
						s.ours(b, q)
					}
				})
				theirs.time(len(qs), func() {
					for _, q := range qs {
						s.theirs(b, q)
					}
				})
			}
			report(b, "searches/s", &ours, "bleve", &theirs)
		})
	}
}
