package fts5

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var words = strings.Fields(`cykel cykler cykelsti stien vej veje vejen skole skolen børn barn running run shoes skoen skoe aaben åben 14 2026
	#vej #CykelByen #hul_i_vejen https://kk.dk/vej @kommunen 🙏 hul hullet`)

// Words, prefixes and what is made of them find what the matcher finds; phrases and nearness nothing else.
func TestFindsWhatTheMatcherFinds(t *testing.T) {
	cutter := text.NewCutter(1000)
	phrases, fewer := 0, 0
	folder, made := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		made++
		p, err := Open(t.Context(), filepath.Join(folder, fmt.Sprint(made)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}()
		word := rapid.SampledFrom(words)
		plainWord := word.Filter(func(w string) bool { return !strings.ContainsAny(w, "#@:🙏") })
		var cs []Conversation
		for i := range rapid.IntRange(1, 30).Draw(t, "conversations") {
			d := &query.Doc{ID: int64(i)}
			for range rapid.IntRange(0, 3).Draw(t, "messages") {
				said := strings.Join(rapid.SliceOfN(word, 1, 8).Draw(t, "words"), " ")
				d.AddText(query.Text, query.Passage{Tokens: cutter.Cut(nil, said)})
			}
			d.AddWord(query.Is, rapid.Int64Range(1, 4).Draw(t, "is")) // the fourth says nothing of the status
			d.AddWord(query.Channel, rapid.Int64Range(1, 3).Draw(t, "channel"))
			cs = append(cs, Conversation{Key: inbox.Key{At: int64(i), ID: inbox.ConversationID(100 + i)}, Doc: d})
		}
		if err := p.Add(t.Context(), cs); err != nil {
			t.Fatal(err)
		}
		a, b, c := plainWord.Draw(t, "a"), plainWord.Draw(t, "b"), plainWord.Draw(t, "c")
		start := string([]rune(a)[:min(3, len([]rune(a)))])
		for _, q := range []string{
			a, a + " " + b, a + " or " + b, a + " -" + b, "=" + a, start + "*", a + " (" + b + " or " + start + "*) -" + c, a + " is:open,closed channel:x",
			`"` + a + " " + b + `"`, `"` + a + " " + b + `"/3`,
		} {
			e, err := query.Parse(q)
			if err != nil {
				t.Fatal(q, err)
			}
			bound, err := query.Bind(e, query.Env{Cutter: cutter})
			if err != nil {
				t.Fatal(q, err)
			}
			s, ok := State(e, cutter)
			if !ok {
				t.Fatalf("%s cannot be stated", q)
			}
			got, err := p.Newest(t.Context(), s, 100)
			if err != nil {
				t.Fatalf("%s: %v", q, err)
			}
			n, err := p.Count(t.Context(), s)
			if err != nil || n != len(got) {
				t.Fatalf("%s: counts %d, finds %d, %v", q, n, len(got), err)
			}
			want := []inbox.ConversationID{}
			for i := len(cs) - 1; i >= 0; i-- {
				if bound.Match(cs[i].Doc) {
					want = append(want, cs[i].ID)
				}
			}
			if !strings.Contains(q, `"`) {
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("%s: %s", q, d)
				}
				continue
			}
			phrases += len(want)
			fewer += len(want) - len(got)
			for _, id := range got {
				if !bound.Match(cs[id-100].Doc) {
					t.Fatalf("%s finds conversation %d, which does not match", q, id)
				}
			}
		}
	})
	t.Logf("%d hits of phrases, %d of them not found", phrases, fewer)
	if phrases == 0 || fewer > phrases/5 {
		t.Errorf("of %d hits of phrases %d are not found", phrases, fewer)
	}
}

func TestWhatCannotBeStated(t *testing.T) {
	cutter := text.NewCutter(100)
	for _, q := range []string{"", "*ykel*", "*sti", "#vej", "@kommunen", "note:vej", "topic:none", "is:awaiting", "is:open", "-vej", "age:<2h", "vej -(hul is:open)"} {
		e, err := query.Parse(q)
		if err != nil {
			t.Fatal(q, err)
		}
		if s, ok := State(e, cutter); ok {
			t.Errorf("%s is stated as %s %s", q, s.from, s.match)
		}
	}
}
