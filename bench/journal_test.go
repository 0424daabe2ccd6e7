package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"lytter/store/journal"

	"go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"
)

const (
	callers  = 64
	bodySize = 2048
)

// keepers are the journal, and a bbolt file that keeps the same; both are on the disk before they answer, and group callers that wait.
type keepers struct {
	journal *journal.Journal
	bolt    *bbolt.DB
}

func newKeepers(tb testing.TB) *keepers {
	tb.Helper()
	j, err := journal.Open(context.Background(), journal.Options{Path: filepath.Join(tb.TempDir(), "journal.db")})
	if err != nil {
		tb.Fatal(err)
	}
	b, err := bbolt.Open(filepath.Join(tb.TempDir(), "bolt.db"), 0o600, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := j.Close(); err != nil {
			tb.Error(err)
		}
		if err := b.Close(); err != nil {
			tb.Error(err)
		}
	})
	b.MaxBatchSize = callers // all who wait go together; without this each batch waits its delay out
	if err := b.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte("rows"))
		return err
	}); err != nil {
		tb.Fatal(err)
	}
	return &keepers{j, b}
}

func (k *keepers) ours(body []byte) error {
	_, err := k.journal.Append(context.Background(), journal.Entry{Account: 1, Body: body})
	return err
}

func (k *keepers) theirs(body []byte) error {
	return k.bolt.Batch(func(tx *bbolt.Tx) error {
		rows := tx.Bucket([]byte("rows"))
		n, err := rows.NextSequence()
		if err != nil {
			return err
		}
		return rows.Put(binary.BigEndian.AppendUint64(nil, n), body)
	})
}

// body is that of the n-th row of a caller.
func body(caller, n int) []byte {
	return append(fmt.Appendf(nil, "%d/%d ", caller, n), bytes.Repeat([]byte{'x'}, bodySize)...)[:bodySize]
}

// all lets all callers keep so many bodies each.
func all(tb testing.TB, each int, keep func([]byte) error) {
	tb.Helper()
	var g errgroup.Group
	for c := range callers {
		g.Go(func() error {
			for n := range each {
				if err := keep(body(c, n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		tb.Fatal(err)
	}
}

// Both sides have every body afterwards, once.
func TestBoltKeepsAlike(t *testing.T) {
	const each = 5
	k := newKeepers(t)
	all(t, each, k.ours)
	all(t, each, k.theirs)
	ours, theirs := map[string]int{}, map[string]int{}
	rows, err := k.journal.Read(t.Context(), 0, 2*callers*each)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		ours[string(r.Body)]++
	}
	if err := k.bolt.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("rows")).ForEach(func(_, v []byte) error {
			theirs[string(v)]++
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	for c := range callers {
		for n := range each {
			if b := body(c, n); ours[string(b)] != 1 || theirs[string(b)] != 1 {
				t.Errorf("row %d of caller %d: ours %d times, bbolt %d times", n, c, ours[string(b)], theirs[string(b)])
			}
		}
	}
	if len(ours) != callers*each || len(theirs) != callers*each {
		t.Errorf("%d rows, bbolt %d", len(ours), len(theirs))
	}
}

// BenchmarkJournal keeps bodies of 2 KB for 64 callers at once. An iteration is ten of each caller, on each side.
func BenchmarkJournal(b *testing.B) {
	k := newKeepers(b)
	var ours, theirs side
	const each = 10
	for b.Loop() {
		ours.time(callers*each, func() { all(b, each, k.ours) })
		theirs.time(callers*each, func() { all(b, each, k.theirs) })
	}
	report(b, "rows/s", &ours, "bbolt", &theirs)
}
