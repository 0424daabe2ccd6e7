package index

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

var benchNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const benchSize = 100_000

// filled is an index of generated conversations.
type filled struct {
	e     *engine
	rec   record
	cut   *text.Cutter
	df    map[string]int // conversations with a word, by exact key
	bytes int64          // of their texts
	took  time.Duration  // in the index, generating left out
	cpu   time.Duration  // with generating
}

// fill builds an index of n conversations in batches of a thousand.
func fill(tb testing.TB, n int) *filled {
	tb.Helper()
	e, err := openEngine(tb.TempDir(), time.Minute)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.close(); err != nil {
			tb.Error(err)
		}
	})
	f := &filled{e: e, rec: record{Version: version()}, cut: text.NewCutter(0), df: map[string]int{}}
	c := newCorpus(1, 60_000)
	cpu := cpuTime()
	for i := 0; i < n; i += 1000 {
		var docs []*query.Doc
		var keys []inbox.Key
		var b batch
		for j := i; j < i+1000; j++ {
			k, d := c.conversation(f.cut, int64(j+1), benchNow)
			docs, keys, b.ids = append(docs, d), append(keys, k), append(b.ids, k.ID)
			f.count(d)
		}
		begun := time.Now()
		for j, d := range docs {
			b.docs = append(b.docs, newDocument(keys[j], d))
		}
		f.rec.Seq++
		if err := e.put(&b, &f.rec); err != nil {
			tb.Fatal(err)
		}
		f.took += time.Since(begun)
	}
	f.cpu = cpuTime() - cpu
	return f
}

func (f *filled) count(d *query.Doc) {
	seen := map[string]bool{}
	for field, ps := range d.Texts {
		for _, p := range ps {
			for _, t := range p.Tokens {
				if query.Field(field) == query.Text && t.Kind == text.Word && !seen[t.Keys.Exact] {
					seen[t.Keys.Exact] = true
					f.df[t.Keys.Exact]++
				}
			}
			if n := len(p.Tokens); n > 0 {
				f.bytes += int64(p.Tokens[n-1].End)
			}
		}
	}
}

func (f *filled) reader(tb testing.TB) *Reader {
	tb.Helper()
	s, err := f.e.snapshot()
	if err != nil {
		tb.Fatal(err)
	}
	return &Reader{snap: s, all: &f.e.segments, broken: func(err error) { tb.Error(err) }}
}

// BenchmarkBuild measures how fast documents become an index, and how large it is. One iteration is the whole of it.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		f := fill(b, benchSize)
		var size int64
		err := filepath.WalkDir(f.e.dir, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				if i, err := d.Info(); err == nil {
					size += i.Size()
				}
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(benchSize/f.took.Seconds(), "docs/s")
		b.ReportMetric(float64(f.cpu.Microseconds())/benchSize, "cpu-us/doc")
		b.ReportMetric(float64(f.bytes)/benchSize, "text-B/doc")
		b.ReportMetric(float64(size)/float64(f.bytes), "index/text")
		s, err := f.e.snapshot()
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		if err := verify(s, &f.rec, &f.e.segments); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(begun).Milliseconds()), "verify-ms")
		b.ReportMetric(float64(len(s.Segments())), "segments")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// ids reads the names of a field as the ids that they stand for.
type ids struct{}

func (ids) IDs(_ query.Field, name string) []int64 {
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return nil
	}
	return []int64{id}
}

func (ids) Known(query.Field) []string { return nil }

// BenchmarkWalk measures the newest 50 as a search asks for them, by class of word and shape of query: what it costs to open a reader,
// narrow and walk. Each query is asked once.
func BenchmarkWalk(b *testing.B) {
	f := fill(b, benchSize)
	class := map[string][]string{"zero": {"findesikke", "heltukendt", "ingenting9", "xyzzy"}}
	for w, n := range f.df {
		switch share := float64(n) / benchSize; {
		case share < 0.0005:
			class["sparse"] = append(class["sparse"], w)
		case share > 0.002 && share < 0.02:
			class["medium"] = append(class["medium"], w)
		case share > 0.05:
			class["dense"] = append(class["dense"], w)
		}
	}
	start := func(w string) string { return string([]rune(w)[:min(len([]rune(w)), 5)]) }
	shapes := []struct {
		name string
		make func(a, b string) string
	}{
		{"word", func(a, _ string) string { return a }},
		{"phrase", func(a, b string) string { return `"` + a + " " + b + `"` }},
		{"prefix", func(a, _ string) string { return start(a) + "*" }},
		{"negation", func(a, b string) string { return a + " -" + b }},
		{"or", func(a, b string) string { return a + " or " + b }},
		{"state", func(a, _ string) string { return a + " is:closed channel:x topic:3" }},
		{"age", func(a, _ string) string { return a + " age:<30d" }},
		{"infix", func(a, _ string) string { return "*" + start(a) + "*" }},
	}
	for _, name := range []string{"zero", "sparse", "medium", "dense"} {
		words := class[name]
		slices.SortFunc(words, func(a, b string) int { // in no order that means anything, but the same each time
			return cmp.Compare(keySum(inbox.Key{At: int64(len(a)), ID: hash(a)}), keySum(inbox.Key{At: int64(len(b)), ID: hash(b)}))
		})
		for _, sh := range shapes {
			b.Run(name+"/"+sh.name, func(b *testing.B) {
				var took []time.Duration
				found := int64(0)
				for b.Loop() {
					i := len(took)
					q := bound(b, f.cut, sh.make(words[i%len(words)], words[(i*7+1)%len(words)]))
					begun := time.Now()
					r := f.reader(b)
					n, err := r.Narrow(q, true)
					if err != nil {
						b.Fatal(err)
					}
					got := 0
					err = r.Walk(context.Background(), q, inbox.Key{}, func(inbox.Key, bool) bool { got++; return got < 50 })
					if err != nil {
						b.Fatal(err)
					}
					if err := r.Close(); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(begun))
					found += n.Guess
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-us")
				b.ReportMetric(float64(took[len(took)*95/100].Nanoseconds())/1e3, "p95-us")
				b.ReportMetric(float64(found)/float64(len(took)), "found")
			})
		}
	}
}

func hash(s string) (h inbox.ConversationID) {
	for _, r := range s {
		h = h*31 + inbox.ConversationID(r)
	}
	return h
}

func bound(tb testing.TB, cut *text.Cutter, s string) *query.Bound {
	tb.Helper()
	e, err := query.Parse(s)
	if err != nil {
		tb.Fatal(fmt.Errorf("%q: %w", s, err))
	}
	q, err := query.Bind(e, query.Env{Now: benchNow, Names: ids{}, Cutter: cut})
	if err != nil {
		tb.Fatal(fmt.Errorf("%q: %w", s, err))
	}
	return q
}

// BenchmarkRebuild measures a whole rebuild from the real store, of conversations of about two messages.
func BenchmarkRebuild(b *testing.B) {
	const n = 20_000
	d := inboxtest.New(b)
	c := newCorpus(1, 60_000)
	ctx := context.Background()
	for i := 0; i < n; i += 1000 {
		err := d.Store.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
			for j := i; j < i+1000; j++ {
				if err := converseAt(tx, d, c, j); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		cpu, begun := cpuTime(), time.Now()
		x := start(b, d, Options{Batch: 1000})
		x.reach(b, 0)
		b.ReportMetric(n/time.Since(begun).Seconds(), "docs/s")
		b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/n, "cpu-us/doc")
		x.stop()
	}
}

// converseAt writes a conversation as it is, past the desk.
func converseAt(tx inbox.Tx, d *inboxtest.Desk, c *corpus, i int) error {
	at := benchNow.Add(-time.Duration(c.rnd.Int64N(int64(2 * 365 * 24 * time.Hour)))).Truncate(time.Millisecond)
	who := &inbox.Identity{Account: d.Facebook, Remote: inbox.RemoteID(fmt.Sprint("p", i)), Name: c.word() + " " + c.word(), Followers: int64(i % 900)}
	conv := &inbox.Conversation{
		Account: d.Facebook, Channel: inbox.Facebook, Kind: inbox.Comment, Thread: inbox.RemoteID(fmt.Sprint("t", i)), Part: 1,
		Status: inbox.Closed, Reason: inbox.Answered, FirstAt: at, LastAt: at, Messages: 2,
		Topics: []inbox.Tagging{{Topic: d.Cykel, Rule: "cykelveje", Version: 1}},
	}
	if err := tx.PutIdentity(who); err != nil {
		return err
	}
	if err := tx.PutConversation(conv); err != nil {
		return err
	}
	for k, dir := range []inbox.Direction{inbox.In, inbox.Out} {
		m := &inbox.Message{
			Conversation: conv.ID, Account: d.Facebook, Remote: inbox.RemoteID(fmt.Sprint("m", i, ".", k)), Kind: inbox.Comment, Direction: dir,
			Text: c.message(), At: at, SeenAt: at,
		}
		if dir == inbox.In {
			m.Author = who.ID
		}
		if err := tx.PutMessage(m); err != nil {
			return err
		}
	}
	return nil
}
