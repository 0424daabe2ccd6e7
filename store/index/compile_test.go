package index

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/query/querytest"
	"lytter/inbox/text"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// aged is a document whose age is that of its key, as every conversation's is.
func aged(d *query.Doc, k inbox.Key) *query.Doc {
	out := &query.Doc{ID: int64(k.ID), Texts: d.Texts, Handles: d.Handles}
	for _, f := range query.Fields() {
		switch {
		case f.IsKeyword():
			for _, v := range d.Words(f) {
				out.AddWord(f, v)
			}
		case f.IsNumber() && f != query.Age:
			for _, v := range d.Nums(f) {
				out.AddNum(f, v)
			}
		}
	}
	out.AddNum(query.Age, k.At)
	return out
}

// TestLaw6_Narrowing: whatever documents came, changed and went in whatever batches, what the index lets through holds all that match;
// if it says exact, it holds no other; the order is that of lists, from wherever it begins; and the matcher does what the language says.
func TestLaw6_Narrowing(t *testing.T) {
	cut := text.NewCutter(1000)
	voc := querytest.Danish()
	var seen tally
	exact, narrowed := 0, 0
	checkAll(t, seen.lacks, func(t *rapid.T) {
		e, err := openEngine(tempDir(t), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.close(); err != nil {
				t.Fatal(err)
			}
		}()
		now := map[inbox.ConversationID]*query.Doc{}
		keys := map[inbox.ConversationID]inbox.Key{}
		rec := record{Version: version()}
		for range rapid.IntRange(1, 5).Draw(t, "batches") {
			b := &batch{}
			for range rapid.IntRange(0, 15).Draw(t, "changes") {
				id := inbox.ConversationID(rapid.IntRange(1, 30).Draw(t, "conversation"))
				if slices.Contains(b.ids, id) {
					continue
				}
				b.ids = append(b.ids, id)
				delete(now, id)
				if rapid.IntRange(0, 5).Draw(t, "gone") == 0 {
					continue
				}
				at := querytest.Now.Add(-time.Duration(rapid.IntRange(0, 400).Draw(t, "minutes")) * 7 * time.Minute).UnixMilli()
				keys[id] = inbox.Key{At: at, ID: id}
				now[id] = aged(voc.Doc(cut).Draw(t, "doc"), keys[id])
				b.docs = append(b.docs, newDocument(keys[id], now[id]))
			}
			if err := e.put(b, &rec); err != nil {
				t.Fatal(err)
			}
		}
		s, err := e.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r := &Reader{snap: s, all: &e.segments, broken: func(err error) { t.Fatal(err) }}
		defer r.Close()
		if err := verify(s, &rec, &e.segments); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			expr := ask(t, voc)
			q, err := query.Bind(expr, voc.Env(cut))
			if err != nil {
				t.Fatal(err)
			}
			var want []inbox.Key
			for id, d := range now {
				if spec(q.Root, d) != q.Match(d) {
					t.Fatalf("%s: the matcher says %v of %v", query.Format(expr), q.Match(d), d)
				}
				if q.Match(d) {
					want = append(want, keys[id])
				}
			}
			slices.SortFunc(want, newestFirst)
			seen.count(expr, len(want), len(now))
			n, err := r.Narrow(q, true)
			if err != nil {
				t.Fatal(err)
			}
			got, sure := walkSure(t, r, q, inbox.Key{})
			if len(sure) == len(got) {
				exact++
			}
			if n.Exact && len(sure) < len(got) {
				t.Fatalf("%s: %+v, but of %d it is sure of %d", query.Format(expr), n, len(got), len(sure))
			}
			if n.Narrows {
				narrowed++
			}
			if n.Total != int64(len(now)) || n.Guess < int64(len(got)) {
				t.Fatalf("%s: %+v, but %d of %d were found", query.Format(expr), n, len(got), len(now))
			}
			agree(t, query.Format(expr), got, sure, want)
			before := inbox.Key{At: querytest.Now.Add(-24 * time.Hour).UnixMilli(), ID: 15}
			got, sure = walkSure(t, r, q, before)
			agree(t, query.Format(expr)+" from the middle", got, sure, slices.DeleteFunc(want, func(k inbox.Key) bool { return !k.Less(before) }))
		}
	})
	seen.log(t)
	t.Logf("%7d  narrowed, %d exactly", narrowed, exact)
	if exact*10 < seen.asked*4 {
		t.Errorf("only %d of %d queries were decided by the index alone", exact, seen.asked)
	}
}

// ask draws a query; more often than the vocabulary does, one that leaves something out.
func ask(t *rapid.T, voc querytest.Vocabulary) query.Expr {
	draw := func(depth int) query.Expr {
		return voc.Expr(rapid.IntRange(0, depth).Draw(t, "depth")).Draw(t, "query")
	}
	switch rapid.IntRange(0, 9).Draw(t, "without") {
	case 0, 1:
		return query.Both(draw(2), query.Not{Kid: draw(1)})
	case 2:
		return query.Or{Kids: []query.Expr{draw(0), query.Not{Kid: draw(1)}}}
	}
	return draw(2)
}

func newestFirst(a, b inbox.Key) int {
	switch {
	case b.Less(a):
		return -1
	case a.Less(b):
		return 1
	}
	return 0
}

type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func walk(t failer, r *Reader, q *query.Bound, before inbox.Key) []inbox.Key {
	t.Helper()
	keys, _ := walkSure(t, r, q, before)
	return keys
}

// walkSure gives what the index lets through, and which of that it is sure of.
func walkSure(t failer, r *Reader, q *query.Bound, before inbox.Key) (keys, sure []inbox.Key) {
	t.Helper()
	err := r.Walk(context.Background(), q, before, func(k inbox.Key, certain bool) bool {
		keys = append(keys, k)
		if certain {
			sure = append(sure, k)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, sure
}

// agree holds what the index let through, and what it is sure of, against what matches.
func agree(t failer, q string, got, sure, want []inbox.Key) {
	t.Helper()
	if !slices.IsSortedFunc(got, newestFirst) {
		t.Fatalf("%s: not in the order of lists: %v", q, got)
	}
	if len(sure) == len(got) {
		if d := cmp.Diff(want, got); len(want)+len(got) > 0 && d != "" {
			t.Fatalf("%s: -matches +found\n%s", q, d)
		}
		return
	}
	for _, k := range want {
		if !slices.Contains(got, k) {
			t.Fatalf("%s: %v matches and was left out of %v", q, k, got)
		}
	}
	for _, k := range sure {
		if !slices.Contains(want, k) {
			t.Fatalf("%s: %v does not match, and the index is sure of it", q, k)
		}
	}
}

// TestCover: the buckets of every range are exactly those of the range.
func TestCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(0, 5000).Draw(t, "a")
		b := rapid.Int64Range(a, a+3000).Draw(t, "b")
		in := map[int64]int{}
		runs := hours.cover(a, b)
		for _, r := range runs {
			for n := r.from; n <= r.to; n++ {
				for v := n << (span * r.level); v < (n+1)<<(span*r.level); v++ {
					in[v]++
				}
			}
		}
		for v := a - 40; v <= b+40; v++ {
			want := 0
			if v >= a && v <= b {
				want = 1
			}
			if in[v] != want {
				t.Fatalf("[%d, %d]: %d is in %d times, of %v", a, b, v, in[v], runs)
			}
		}
		if len(runs) > 2*hours.levels {
			t.Fatalf("%v", runs)
		}
	})
}

// TestScales: every value lies in its bucket, and buckets touch.
func TestScales(t *testing.T) {
	for name, s := range map[string]scale{"counts": counts, "hours": hours} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				v := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-5, 100_000), rapid.Int64Range(0, 1<<45)).Draw(t, "v")
				b := s.bucket(v)
				if b < 0 || b > s.last || v < s.start(b) || b < s.last && v >= s.start(b+1) {
					t.Fatalf("%d is in bucket %d of %d, which begins at %d", v, b, s.last, s.start(b))
				}
				if b > 1 && s.bucket(s.start(b)-1) != b-1 {
					t.Fatalf("before bucket %d comes %d", b, s.bucket(s.start(b)-1))
				}
			})
		})
	}
}

// TestKeys: names of documents sort as the list does, newest first, and tell the key.
func TestKeys(t *testing.T) {
	key := rapid.Custom(func(t *rapid.T) inbox.Key {
		at := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64}))
		return inbox.Key{At: at.Draw(t, "at"), ID: inbox.ConversationID(rapid.Int64Range(0, 5).Draw(t, "id"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := key.Draw(t, "a"), key.Draw(t, "b")
		if k, ok := idKey([]byte(keyID(a))); !ok || k != a {
			t.Fatalf("%v became %v", a, k)
		}
		if (keyID(a) < keyID(b)) != b.Less(a) {
			t.Fatalf("%v and %v", a, b)
		}
	})
}

// TestWordTerms: a word is found by each of its keys and kinds, and by no other.
func TestWordTerms(t *testing.T) {
	for _, k := range []text.Keys{
		{Exact: "vej", Danish: "vej", English: "vej"},
		{Exact: "vejen", Danish: "vej", English: "vejen"},
		{Exact: "libraries", Danish: "libraries", English: "librari"},
		{Exact: "skoles", Danish: "skol", English: "skole"},
		{Exact: "skoles", Danish: "skol", English: "skol"},
		{Exact: "x", Danish: "", English: ""},
		{Exact: "x", Danish: "", English: "x"},
	} {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			var got []string
			eachWordTerm(&k, func(term string) {
				for kind, name := range map[byte]string{exactKey: "exact", danishKey: "danish", englishKey: "english"} {
					if kindsOf(term)&kind != 0 {
						got = append(got, name+" "+term[:len(term)-1])
					}
				}
			})
			want := []string{"exact " + k.Exact}
			if k.Danish != "" {
				want = append(want, "danish "+k.Danish)
			}
			if k.English != "" {
				want = append(want, "english "+k.English)
			}
			slices.Sort(got)
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
