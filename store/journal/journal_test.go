package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/store/internal/faultdisk"
	"lytter/store/journal"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var ctx = context.Background()

func options(tb testing.TB) journal.Options {
	tb.Helper()
	return journal.Options{Path: filepath.Join(tb.TempDir(), "journal.db"), Reserve: -1}
}

func open(tb testing.TB, o journal.Options) *journal.Journal {
	tb.Helper()
	j, err := journal.Open(ctx, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := j.Close(); err != nil {
			tb.Error(err)
		}
	})
	return j
}

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// entry is the n-th of a test: its body can be told from its number.
func entry(n int) journal.Entry {
	return journal.Entry{
		Account: inbox.AccountID(n%3 + 1), Header: map[string]string{"X-Hub-Signature-256": fmt.Sprint("sha256=", n)}, Body: body(n),
		At: noon.Add(time.Duration(n) * time.Minute),
	}
}

func body(n int) []byte { return bytes.Repeat(fmt.Appendf(nil, "<%d æ\x00\xff>", n), 100+n%50) }

func appendN(tb testing.TB, j *journal.Journal, from, n int) (rows []int64) {
	tb.Helper()
	for i := from; i < from+n; i++ {
		row, err := j.Append(ctx, entry(i))
		if err != nil {
			tb.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// all reads everything behind a row, by pages.
func all(tb testing.TB, j *journal.Journal, after int64) (out []journal.Entry) {
	tb.Helper()
	for {
		page, err := j.Read(ctx, after, 7)
		if err != nil {
			tb.Fatal(err)
		}
		if len(page) == 0 {
			return out
		}
		out = append(out, page...)
		after = page[len(page)-1].Row
	}
}

func code(tb testing.TB, what string, err error, want inbox.Code, key string) {
	tb.Helper()
	if inbox.CodeOf(err) != want || err != nil && inbox.ReasonOf(err).Key != key {
		tb.Errorf("%s: %v, want %s %s", what, err, want, key)
	}
}

func TestAppendAndRead(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendN(t, j, 0, 20)
	bare := journal.Entry{At: noon}
	row, err := j.Append(ctx, bare)
	if err != nil || row != 21 || j.Last() != 21 {
		t.Fatalf("row %d, last %d, %v", row, j.Last(), err)
	}
	check := func(j *journal.Journal) {
		t.Helper()
		got := all(t, j, 0)
		if len(got) != 21 {
			t.Fatalf("%d entries", len(got))
		}
		for i := range 20 {
			want := entry(i)
			want.Row = int64(i + 1)
			if d := cmp.Diff(want, got[i]); d != "" {
				t.Error(d)
			}
		}
		bare.Row = 21
		if d := cmp.Diff(bare, got[20]); d != "" {
			t.Error(d)
		}
		if behind := all(t, j, 19); len(behind) != 2 || behind[0].Row != 20 {
			t.Errorf("behind 19: %v", behind)
		}
	}
	check(j)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, o)
	check(again)
	if again.Aside() != "" || again.Last() != 21 {
		t.Errorf("aside %q, last %d", again.Aside(), again.Last())
	}
}

// TestReadIsBounded: however many are asked for, a page holds no more than some megabytes, and one entry at least.
func TestReadIsBounded(t *testing.T) {
	j := open(t, options(t))
	big := make([]byte, 20<<20)
	for range 2 {
		if _, err := j.Append(ctx, journal.Entry{Body: big}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := j.Read(ctx, 0, 100)
	if err != nil || len(page) != 1 {
		t.Errorf("%d entries, %v", len(page), err)
	}
}

// TestCallersShareACommit: many at once get a row each, without gaps, for far fewer syncs than rows.
func TestCallersShareACommit(t *testing.T) {
	d := disk(t)
	j := open(t, options(t).WithVFS(d.Name))
	before := d.Count(faultdisk.Sync, "-wal")
	const callers, each = 64, 20
	var mu sync.Mutex
	got := map[int64]int{}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				n := c*each + i
				row, err := j.Append(ctx, entry(n))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if was, twice := got[row]; twice {
					t.Errorf("row %d for %d and %d", row, was, n)
				}
				got[row] = n
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	for _, e := range all(t, j, 0) {
		if n, ok := got[e.Row]; !ok || !bytes.Equal(e.Body, body(n)) || e.Damaged {
			t.Errorf("row %d is not what was put there", e.Row)
		}
		delete(got, e.Row)
	}
	if len(got) != 0 || j.Last() != callers*each {
		t.Errorf("%d rows are missing, the last is %d", len(got), j.Last())
	}
	syncs := d.Count(faultdisk.Sync, "-wal") - before
	if syncs == 0 || syncs > callers*each/4 {
		t.Errorf("%d syncs for %d rows", syncs, callers*each)
	}
}

func TestWaitAndClose(t *testing.T) {
	j := open(t, options(t))
	woken := make(chan error, 2)
	go func() { woken <- j.Wait(ctx, 0) }()
	appendN(t, j, 0, 1)
	if err := <-woken; err != nil {
		t.Error(err)
	}
	short, end := context.WithTimeout(ctx, 20*time.Millisecond)
	defer end()
	if err := j.Wait(short, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for what does not come: %v", err)
	}
	go func() { woken <- j.Wait(ctx, 1) }()
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	code(t, "waiting while it closes", <-woken, inbox.Unavailable, "journal.closed")
	_, err := j.Append(ctx, entry(1))
	code(t, "appending to what is closed", err, inbox.Unavailable, "journal.closed")
	_, err = j.Read(ctx, 0, 1)
	code(t, "reading what is closed", err, inbox.Unavailable, "journal.closed")
	code(t, "marking in what is closed", j.Mark(ended(t), inbox.Range{From: 1, To: 1}), inbox.Internal, "error.internal")
	if err := j.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func ended(tb testing.TB) context.Context {
	tb.Helper()
	c, end := context.WithTimeout(ctx, time.Millisecond)
	tb.Cleanup(end)
	return c
}

// TestNumbersAreNeverUsedAgain: not after pruning, not after a file is replaced.
func TestNumbersAreNeverUsedAgain(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendN(t, j, 0, 5)
	if err := j.Mark(ctx, inbox.Range{From: 1, To: 5}); err != nil {
		t.Fatal(err)
	}
	if n, err := j.Prune(ctx, noon.Add(time.Hour)); n != 5 || err != nil {
		t.Fatalf("pruned %d, %v", n, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, o)
	if rows := appendN(t, j, 0, 1); rows[0] != 6 {
		t.Errorf("row %d after five were pruned", rows[0])
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(o.Path); err != nil {
		t.Fatal(err)
	}
	o.After = 40
	if rows := appendN(t, open(t, o), 0, 1); rows[0] != 41 {
		t.Errorf("row %d of a new file, with 40 rows done", rows[0])
	}
}

// TestMarkAndPrune holds both against naive sets.
func TestMarkAndPrune(t *testing.T) {
	j := open(t, options(t))
	rapid.Check(t, func(t *rapid.T) {
		base := int(j.Last())
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		for i := range n {
			if _, err := j.Append(ctx, journal.Entry{At: noon.Add(time.Duration(i) * time.Minute)}); err != nil {
				t.Fatal(err)
			}
		}
		marked := map[int]bool{}
		var ranges []inbox.Range
		for range rapid.IntRange(0, 6).Draw(t, "marks") {
			from := rapid.IntRange(1, n).Draw(t, "from")
			to := min(n, from+rapid.IntRange(0, 12).Draw(t, "more"))
			for i := from; i <= to; i++ {
				marked[i] = true
			}
			ranges = append(ranges, inbox.Range{From: int64(base + from), To: int64(base + to)})
		}
		if err := j.Mark(ctx, ranges...); err != nil {
			t.Fatal(err)
		}
		young := rapid.IntRange(0, n+1).Draw(t, "young")
		pruned, err := j.Prune(ctx, noon.Add(time.Duration(young)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		var want, got []int64
		for i := 1; i <= n; i++ {
			if !marked[i] || i-1 >= young {
				want = append(want, int64(base+i))
			}
		}
		left, err := j.Read(ctx, int64(base), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range left {
			got = append(got, e.Row)
		}
		if !slices.Equal(got, want) || int(pruned) < n-len(want) {
			t.Errorf("pruned %d; left %v, want %v", pruned, got, want)
		}
	})
}

// TestPruneGoesThroughManyRows: more than go in one transaction, with some between that are not marked.
func TestPruneGoesThroughManyRows(t *testing.T) {
	j := open(t, options(t))
	var wg sync.WaitGroup
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 64 {
				if _, err := j.Append(ctx, journal.Entry{At: noon}); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	if err := j.Mark(ctx, inbox.Range{From: 1, To: 600}, inbox.Range{From: 603, To: 5000}); err != nil {
		t.Fatal(err)
	}
	if n, err := j.Prune(ctx, noon.Add(1)); n != 0 || err != nil {
		t.Errorf("pruned %d that came no earlier, %v", n, err)
	}
	if n, err := j.Prune(ctx, noon.Add(time.Second)); n != 1022 || err != nil {
		t.Errorf("pruned %d of 1022, %v", n, err)
	}
	if left := all(t, j, 0); len(left) != 2 || left[0].Row != 601 {
		t.Errorf("left: %v", left)
	}
	code(t, "marking nonsense", j.Mark(ctx, inbox.Range{From: 3, To: 2}), inbox.Invalid, "store.bad_range")
}

// TestLaw12_ErasedAndPrunedAreGone looks for a needle in every file of the folder.
func TestLaw12_ErasedAndPrunedAreGone(t *testing.T) {
	o := options(t)
	j := open(t, o)
	const needle = "Karen Blixens Vej 7"
	appendN(t, j, 0, 3)
	for range 2 {
		if _, err := j.Append(ctx, journal.Entry{Header: map[string]string{"a": needle}, Body: []byte(needle), At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	appendN(t, j, 5, 3)
	if found(t, o.Path, needle) == 0 {
		t.Fatal("the needle is nowhere: this test finds nothing")
	}
	if err := j.Erase(ctx, 4, 99); err != nil {
		t.Fatal(err)
	}
	if err := j.Mark(ctx, inbox.Range{From: 5, To: 5}); err != nil {
		t.Fatal(err)
	}
	if n, err := j.Prune(ctx, noon.Add(time.Second)); n != 1 || err != nil {
		t.Fatalf("pruned %d, %v", n, err)
	}
	if n := found(t, o.Path, needle); n != 0 {
		t.Errorf("the needle is still in %d files", n)
	}
	got := all(t, j, 3)
	if len(got) != 4 || got[0].Row != 4 || len(got[0].Body) != 0 || got[0].Header != nil || got[0].Damaged {
		t.Errorf("what was erased is %v", got[0])
	}
}

// found counts the files beside path that hold a text. They are copied by their bytes: nothing else has them open by name.
func found(t *testing.T, path, needle string) (n int) {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "-shm") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(needle)) {
			n++
		}
	}
	return n
}
