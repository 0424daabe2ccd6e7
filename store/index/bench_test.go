package index

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
)

func BenchmarkBuild(b *testing.B) {
	cut := text.NewCutter(0)
	c := newCorpus(1, 60_000)
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	const n, step = 100_000, 1000
	e, err := openEngine(b.TempDir(), time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	var keys []inbox.Key
	var docs []*query.Doc
	textBytes := 0
	for i := range n {
		k, d := c.conversation(cut, int64(i+1), now)
		keys = append(keys, k)
		docs = append(docs, d)
		for _, ps := range d.Texts {
			for _, p := range ps {
				if len(p.Tokens) > 0 {
					textBytes += int(p.Tokens[len(p.Tokens)-1].End)
				}
			}
		}
	}
	b.ResetTimer()
	rec := record{Version: version()}
	var tDoc, tFind time.Duration
	begun := time.Now()
	for i := 0; i < n; i += step {
		var bt batch
		t0 := time.Now()
		for j := i; j < i+step; j++ {
			bt.ids = append(bt.ids, keys[j].ID)
			bt.keys = append(bt.keys, keys[j])
			bt.docs = append(bt.docs, newDocument(keys[j], docs[j]))
		}
		tDoc += time.Since(t0)
		t0 = time.Now()
		if _, err := e.find(bt.ids); err != nil {
			b.Fatal(err)
		}
		tFind += time.Since(t0)
		rec.Seq++
		if err := e.put(&bt, &rec); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(begun)
	b.ReportMetric(n/took.Seconds(), "docs/s")
	b.ReportMetric(float64(tDoc.Microseconds())/n, "us/terms")
	b.ReportMetric(float64(tFind.Microseconds())/n, "us/find")
	b.ReportMetric(float64(textBytes)/1e6, "MB-text")
	b.ReportMetric(float64(size(b, e.dir))/1e6, "MB-index")
	s, _ := e.snapshot()
	b.Log("segments", len(s.Segments()))
	t0 := time.Now()
	if err := verify(s, &rec); err != nil {
		b.Fatal(err)
	}
	b.Log("verify", time.Since(t0))
	s.Close()
	time.Sleep(3 * time.Second)
	b.ReportMetric(float64(size(b, e.dir))/1e6, "MB-later")
	if err := e.close(); err != nil {
		b.Fatal(err)
	}
}

func size(tb testing.TB, dir string) (n int64) {
	err := filepath.Walk(dir, func(_ string, fi os.FileInfo, err error) error {
		if err == nil && !fi.IsDir() {
			n += fi.Size()
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}
