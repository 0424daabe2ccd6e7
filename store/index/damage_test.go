package index

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// damageOne does something to one of the files of a folder, and tells what.
func damageOne(tb testing.TB, rnd *rand.Rand, dir string) string {
	tb.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		tb.Fatal(err, files)
	}
	file := files[rnd.IntN(len(files))]
	if rnd.IntN(2) == 0 { // the one that all hangs on, as often as all others together
		for _, f := range files {
			if strings.HasSuffix(f, "root.bolt") {
				file = f
			}
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var what string
	switch rnd.IntN(6) {
	case 0:
		n := rnd.IntN(len(b) + 1)
		what, b = fmt.Sprintf("cut to %d", n), b[:n]
	case 1:
		what = "removed"
	case 2:
		n := rnd.IntN(len(b)/512+1) * 512
		m := min(len(b), n+512<<rnd.IntN(5))
		clear(b[n:m])
		what = fmt.Sprintf("zeroes at %d to %d", n, m)
	default:
		what = "flipped"
		for range 1 + rnd.IntN(3)*20 {
			at := rnd.IntN(max(1, len(b)))
			if rnd.IntN(2) == 0 { // among what is not zero anyway
				for range 50 {
					if at = rnd.IntN(len(b)); b[at] != 0 {
						break
					}
				}
			}
			b[at] ^= 1 << rnd.IntN(8)
			what += fmt.Sprintf(" %d", at)
		}
	}
	if what == "removed" {
		err = os.Remove(file)
	} else {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Base(file) + " " + what
}

func copyDir(tb testing.TB, from string) string {
	tb.Helper()
	to := tb.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		tb.Fatal(err)
	}
	return to
}

// TestLaw5_Damage: whatever happened to a file of the folder, the index is opened and right, or put aside and built anew. As many times
// as LYTTER_TEST_DAMAGE says.
func TestLaw5_Damage(t *testing.T) {
	n := 25
	if raceDetector {
		n = 4
	}
	if s := os.Getenv("LYTTER_TEST_DAMAGE"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	d := inboxtest.New(t)
	converse(t, d, 0, 30)
	dir := t.TempDir()
	x := start(t, d, Options{Dir: dir})
	x.right(t, d)
	converse(t, d, 30, 10)
	seat := d.Seat(t, d.Anna)
	for id := range inbox.ConversationID(15) {
		if err := seat.Note(context.Background(), 2*id+1, "hul to"); err != nil {
			t.Fatal(err)
		}
	}
	x.right(t, d)
	x.stop()
	seed := uint64(time.Now().UnixNano())
	n++ // the first is one that nobody can overlook
	rnd := rand.New(rand.NewPCG(seed, 2))
	aside := 0
	for i := range n {
		to := copyDir(t, dir)
		live, err := filepath.Glob(filepath.Join(to, livePrefix+"*"))
		if err != nil || len(live) != 1 {
			t.Fatal(live, err)
		}
		what := "all that it hangs on cut off"
		if i > 0 {
			what = damageOne(t, rnd, live[0])
		} else if err := os.Truncate(filepath.Join(live[0], "root.bolt"), 40); err != nil {
			t.Fatal(err)
		}
		y := start(t, d, Options{Dir: to})
		y.right(t, d)
		y.stop()
		if kept, err := filepath.Glob(filepath.Join(to, asidePrefix+"*")); err == nil && len(kept) > 0 {
			aside++
		}
		if t.Failed() {
			t.Fatalf("seed %d, the %d. damage: %s", seed, i, what)
		}
		if err := os.RemoveAll(to); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: %d of %d damaged indexes were put aside", seed, aside, n)
	if aside == 0 {
		t.Error("no damage was noticed")
	}
}
