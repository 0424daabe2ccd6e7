package journal_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/store/internal/faultdisk"
	"lytter/store/journal"
)

const childEnv = "LYTTER_JOURNAL_CHILD"

// TestMain is also the process that TestLaw1_Killed kills: it appends and says which rows were acknowledged.
func TestMain(m *testing.M) {
	path := os.Getenv(childEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	j, err := journal.Open(ctx, journal.Options{Path: path, Reserve: -1})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for c := range 8 {
		go func() {
			for n := c; ; n += 8 {
				row, err := j.Append(ctx, entry(n))
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				mu.Lock()
				fmt.Println(row, n) // unbuffered: one write a line
				mu.Unlock()
			}
		}()
	}
	time.Sleep(10 * time.Minute) // if nobody kills it
}

// TestLaw1_Killed kills the process at random moments. Every row that it said was acknowledged is there, as it was written.
func TestLaw1_Killed(t *testing.T) {
	o := options(t)
	acknowledged := map[int64]int{}
	rnd := rand.New(rand.NewPCG(3, 4))
	for round := 0; round < 6 || len(acknowledged) < 20 && round < 100; round++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+o.Path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		kill := time.AfterFunc(5*time.Minute, func() { _ = cmd.Process.Kill() })
		for {
			line, err := lines.ReadString('\n')
			if err != nil { // killed; what is left of a line was not said
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
			var row int64
			var n int
			if _, err := fmt.Sscan(line, &row, &n); err != nil {
				t.Fatal(line, err)
			}
			if was, twice := acknowledged[row]; twice {
				t.Fatalf("round %d: row %d was acknowledged for %d, and now for %d", round, row, was, n)
			}
			acknowledged[row] = n
			kill.Reset(time.Duration(rnd.IntN(40_000)) * time.Microsecond) // some time after it has begun, between two lines
		}
		_ = cmd.Wait() // it was killed: that is no news
	}
	j := open(t, o)
	if j.Aside() != "" {
		t.Errorf("the file was moved aside: %s", j.Aside())
	}
	total := len(acknowledged)
	for _, e := range all(t, j, 0) {
		n, ok := acknowledged[e.Row]
		if ok && (e.Damaged || !bytes.Equal(e.Body, body(n))) {
			t.Errorf("row %d is not what was acknowledged", e.Row)
		}
		delete(acknowledged, e.Row)
	}
	if len(acknowledged) > 0 || total < 20 {
		t.Errorf("of %d acknowledged rows %d are not there", total, len(acknowledged))
	}
}

func disk(t *testing.T) *faultdisk.Disk {
	t.Helper()
	d, err := faultdisk.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// acked is a row that was acknowledged, and what for.
type acked struct {
	row int64
	n   int
}

// TestLaw1_PowerLoss cuts the power at random moments, while many append and others prune. What was acknowledged is there.
func TestLaw1_PowerLoss(t *testing.T) {
	d := disk(t)
	j := open(t, options(t).WithVFS(d.Name))
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 250 {
				n := c*250 + i
				row, err := j.Append(ctx, entry(n))
				if err != nil {
					t.Error(err)
					return
				}
				d.Note(acked{row, n})
				if c == 0 && i%60 == 59 { // the first rows go again
					if err := j.Mark(ctx, inbox.Range{From: 1, To: 50}); err != nil {
						t.Error(err)
					}
					if _, err := j.Prune(ctx, noon.Add(time.Hour*1e4)); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	wg.Wait()
	if d.Count(faultdisk.Sync, ".db") < 3 {
		t.Fatalf("%d syncs of the file itself: the write-ahead log was never copied", d.Count(faultdisk.Sync, ".db"))
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		cut := rnd.IntN(d.Len() + 1)
		dir := t.TempDir()
		notes, err := d.PowerLoss(cut, rnd, dir)
		if err != nil {
			t.Fatal(err)
		}
		after, err := journal.Open(ctx, journal.Options{Path: filepath.Join(dir, "journal.db"), Reserve: -1})
		if err != nil {
			t.Fatalf("power lost after %d: %v", cut, err)
		}
		there := map[int64]journal.Entry{}
		for _, e := range all(t, after, 0) {
			there[e.Row] = e
		}
		lost := 0
		for _, note := range notes {
			a := note.(acked)
			if e, ok := there[a.row]; a.row > 50 && (!ok || e.Damaged || !bytes.Equal(e.Body, body(a.n))) {
				lost++
			}
		}
		if lost > 0 || after.Aside() != "" {
			t.Errorf("power lost after %d: %d of %d acknowledged rows are gone; aside: %q", cut, lost, len(notes), after.Aside())
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestLaw1_FailedSync: a disk that did not sync is not asked again, and nobody is told that we have it.
func TestLaw1_FailedSync(t *testing.T) {
	d := disk(t)
	j := open(t, options(t).WithVFS(d.Name))
	appendN(t, j, 0, 3)
	fail := func(op faultdisk.Op, file string) faultdisk.Fault {
		if op == faultdisk.Sync {
			return faultdisk.IOErr
		}
		return faultdisk.None
	}
	d.Fail(fail)
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, err := j.Append(ctx, entry(n))
			code(t, "appending while syncs fail", err, inbox.Unavailable, "journal.failed")
		}()
	}
	wg.Wait()
	d.Fail(nil)
	select {
	case <-j.Failed():
	default:
		t.Error("it does not say that it failed")
	}
	code(t, "why", j.Failure(), inbox.Unavailable, "journal.failed")
	_, err := j.Append(ctx, entry(9))
	code(t, "appending after the disk is well again", err, inbox.Unavailable, "journal.failed")
	_, err = j.Prune(ctx, noon)
	code(t, "pruning after the disk is well again", err, inbox.Unavailable, "journal.failed")
	if got := all(t, j, 0); len(got) != 3 {
		t.Errorf("%d entries, want the three that were acknowledged", len(got))
	}
}

// TestFullDisk: it refuses before the disk is full, says so, and goes on when there is room.
func TestFullDisk(t *testing.T) {
	d := disk(t)
	o := options(t).WithVFS(d.Name)
	free := int64(1 << 40)
	var mu sync.Mutex
	o = o.WithFree(func() int64 { mu.Lock(); defer mu.Unlock(); return free })
	o.Reserve = 1 << 20
	j := open(t, o)
	for round := range 3 {
		appendN(t, j, round, 1)
		mu.Lock()
		free = 1<<20 + 2*int64(len(body(9))) - 1 // it would have to be written twice
		mu.Unlock()
		was := d.Len()
		_, err := j.Append(ctx, entry(9))
		code(t, "the reserve is reached", err, inbox.Unavailable, "journal.full")
		if d.Len() != was {
			t.Error("it wrote all the same")
		}
		mu.Lock()
		free = 1 << 40 // the volume says that there is room, and is wrong
		mu.Unlock()
		d.Fail(func(op faultdisk.Op, file string) faultdisk.Fault {
			if op == faultdisk.Write {
				return faultdisk.Full
			}
			return faultdisk.None
		})
		_, err = j.Append(ctx, entry(9))
		code(t, "the disk is full", err, inbox.Unavailable, "journal.full")
		d.Fail(nil)
	}
	if rows := appendN(t, j, 3, 1); rows[0] != 4 || j.Failure() != nil {
		t.Errorf("row %d when there was room again; failure: %v", rows[0], j.Failure())
	}
}

// TestDamagedFile flips bytes and cuts the file. It always opens and takes new rows; what is not what was written is said or moved aside,
// and what can be read of that is salvaged.
func TestDamagedFile(t *testing.T) {
	o := options(t)
	j := open(t, o)
	const n = 300
	appendN(t, j, 0, n)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	aside, salvaged := 0, 0
	for try := range 60 {
		file := bytes.Clone(whole)
		switch {
		case try == 0:
			file = []byte("this is no database at all, but long enough to be read as one, if one wants to: " + strings.Repeat("x", 4096))
		case try%3 == 0:
			file = file[:rnd.IntN(len(file))]
		default:
			for range 1 + rnd.IntN(64) {
				file[rnd.IntN(len(file))] ^= byte(1 + rnd.IntN(255))
			}
		}
		o.Path = filepath.Join(t.TempDir(), "journal.db")
		o.After = n
		if err := os.WriteFile(o.Path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(ctx, o)
		if err != nil {
			t.Fatalf("try %d: %v", try, err)
		}
		if rows := appendN(t, j, n, 1); rows[0] != n+1 {
			t.Errorf("try %d: row %d", try, rows[0])
		}
		good := 0
		take := func(e journal.Entry) error {
			switch {
			case e.Damaged || e.Row > n:
			case !bytes.Equal(e.Body, body(int(e.Row-1))):
				t.Errorf("try %d: row %d is not what was written, and does not say so", try, e.Row)
			default:
				good++
			}
			return nil
		}
		if j.Aside() == "" {
			for _, e := range all(t, j, 0) {
				_ = take(e)
			}
		} else {
			aside++
			if s, err := journal.Salvage(ctx, j.Aside(), 0, take); err == nil && s.Entries > 0 {
				salvaged++
			}
		}
		if try%3 != 0 && j.Aside() == "" && good < n/2 { // some bytes flipped, and no page of the tree
			t.Errorf("try %d: only %d of %d rows are good", try, good, n)
		}
		if err := j.Close(); err != nil {
			t.Errorf("try %d: %v", try, err)
		}
	}
	if aside < 10 || salvaged < 5 || aside == 60 {
		t.Errorf("%d of 60 files were moved aside, %d salvaged: this test tries nothing", aside, salvaged)
	}
}

// TestSalvage: a page in the middle of the tree is broken; what stands before and behind it is given.
func TestSalvage(t *testing.T) {
	o := options(t)
	j := open(t, o)
	const n = 400
	appendN(t, j, 0, n)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	page := 8192 * (len(file) / 8192 / 2)
	copy(file[page:page+8192], bytes.Repeat([]byte{0xAA}, 8192))
	if err := os.WriteFile(o.Path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, o)
	if j.Aside() == "" {
		t.Fatal("a broken page was not seen")
	}
	seen := map[int64]bool{}
	s, err := journal.Salvage(ctx, j.Aside(), 5, func(e journal.Entry) error {
		if e.Damaged || seen[e.Row] || e.Row <= 5 {
			t.Errorf("row %d: damaged %t, twice %t", e.Row, e.Damaged, seen[e.Row])
		}
		seen[e.Row] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Entries != len(seen) || s.Entries < n-20 || s.Entries+int(s.Lost.To-s.Lost.From)+1 != n-5 || !seen[6] || !seen[n] {
		t.Errorf("%+v of %d rows", s, n-5)
	}
	stop := errors.New("enough")
	if _, err := journal.Salvage(ctx, j.Aside(), 0, func(journal.Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error that ends it came back as %v", err)
	}
}

// TestDamageFoundLater: a file that breaks while it is used stops the journal, and the next start looks at it whole.
func TestDamageFoundLater(t *testing.T) {
	o := options(t)
	j := open(t, o)
	appendN(t, j, 0, 200)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.Path+".suspect", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, o)
	if _, err := os.Stat(o.Path + ".suspect"); !errors.Is(err, os.ErrNotExist) || j.Aside() != "" {
		t.Errorf("a sound file stays suspected: %v, aside %q", err, j.Aside())
	}
}

func TestNewerFileIsRefused(t *testing.T) {
	o := options(t)
	j := open(t, o)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := journal.Later(ctx, o.Path); err != nil {
		t.Fatal(err)
	}
	_, err := journal.Open(ctx, o)
	code(t, "a file of a later release", err, inbox.Conflict, "store.newer")
}
