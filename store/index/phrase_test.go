package index

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
)

// twins gives two words whose marks of a width have the same main part.
func twins(cut *text.Cutter, width int) (a, b string) {
	have := map[uint32]string{}
	for i := 0; ; i++ {
		w := fmt.Sprintf("ord%d", i)
		p := mainPart(mainKey(cut.Keys(w)), width)
		if have[p] != "" {
			return have[p], w
		}
		have[p] = w
	}
}

// TestLaw6_SharedMarks: phrases are right, and the index is never sure of what is not so, where words share marks, have only their
// English stem in common, stand in the same place or stand in different messages; in texts of few words and of many.
func TestLaw6_SharedMarks(t *testing.T) {
	cut := text.NewCutter(0)
	for _, width := range []int{narrow, wide} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			a, b := twins(cut, width)
			words := []string{a, b, "running", "run", "#skole"}
			more := ""
			if width == wide {
				for i := range fewWords {
					more += fmt.Sprintf(" fyld%d", i)
				}
			}
			e, err := openEngine(tempDir(t), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := e.close(); err != nil {
					t.Error(err)
				}
			}()
			batch, rec := &batch{}, record{Version: version()}
			docs := map[inbox.Key]*query.Doc{}
			for n := range len(words) * len(words) * len(words) * 4 {
				of := n / 4
				said := []string{words[of%len(words)], words[of/len(words)%len(words)], words[of/len(words)/len(words)]}
				d := &query.Doc{}
				for i, part := range strings.Split(strings.Join(said, []string{" ", " | ", " fyld ", " fyld | "}[n%4])+" |"+more, "|") {
					d.AddText(query.Text, query.Passage{Ref: int64(i), Tokens: cut.Cut(nil, part)})
				}
				k := inbox.Key{At: 1000, ID: inbox.ConversationID(n + 1)}
				docs[k] = d
				batch.ids, batch.docs = append(batch.ids, k.ID), append(batch.docs, newDocument(k, d))
			}
			if err := e.put(batch, &rec); err != nil {
				t.Fatal(err)
			}
			s, err := e.snapshot()
			if err != nil {
				t.Fatal(err)
			}
			r := &Reader{snap: s, all: &e.segments, broken: func(err error) { t.Error(err) }}
			defer r.Close()
			certain := 0
			for _, first := range words {
				for _, second := range words {
					p := strings.TrimPrefix(first, "#") + " " + strings.TrimPrefix(second, "#")
					for _, ask := range []query.Expr{
						query.Phrase{Field: query.Text, Op: query.Adjacent, Text: p},
						query.Phrase{Field: query.Text, Op: query.Exact, Text: p},
						query.Phrase{Field: query.Text, Op: query.Near, Text: p, Slop: 2},
						query.Not{Kid: query.Phrase{Field: query.Text, Op: query.Adjacent, Text: p}},
					} {
						q, err := query.Bind(ask, querytest.Danish().Env(cut))
						if err != nil {
							t.Fatal(err)
						}
						var want []inbox.Key
						for k, d := range docs {
							if q.Match(d) {
								want = append(want, k)
							}
						}
						slices.SortFunc(want, newestFirst)
						got, sure := walkSure(t, r, q, inbox.Key{})
						agree(t, query.Format(ask), got, sure, want)
						certain += len(sure)
					}
				}
			}
			if certain == 0 {
				t.Error("the index was never sure")
			}
		})
	}
}
