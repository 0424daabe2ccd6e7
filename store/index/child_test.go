package index

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
)

// Some things end a process. They happen in one of its own: this test binary again, told by its environment what to be.
const (
	childDir  = "LYTTER_INDEX_CHILD"
	childMode = "LYTTER_INDEX_CHILD_MODE"
)

// childTB is what a child has for a test.
type childTB struct{ undo []func() }

func (c *childTB) Helper()                        {}
func (c *childTB) Cleanup(f func())               { c.undo = append(c.undo, f) }
func (c *childTB) Error(a ...any)                 { c.Fatal(a...) }
func (c *childTB) Fatalf(format string, a ...any) { c.Fatal(fmt.Sprintf(format, a...)) }
func (c *childTB) Fatal(a ...any) {
	fmt.Println(a...)
	os.Exit(3)
}

// child is a desk with an index in a folder.
func child(dir, mode string) {
	t := &childTB{}
	d := inboxtest.Open(t, filepath.Join(dir, "desk.db"))
	docs := d.Documents
	if mode == "poison" {
		docs = poisoned(t, d)
	}
	if mode == "full" {
		smallDisk(t, filepath.Join(dir, "index"))
	}
	x := startWith(t, d, Options{Dir: filepath.Join(dir, "index"), Batch: 3}, docs)
	switch mode {
	case "poison":
		x.reach(t, lastSeq(t, d))
	case "busy":
		go func() {
			x.again(t)
			x.reach(t, lastSeq(t, d)+5)
			fmt.Println("following")
		}()
		busy(t, d)
	case "cut":
		cut(t, d, x)
	case "full":
		fillUp(t, d, x)
	case "files":
		ration(t, d, x)
	}
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
	fmt.Println("done")
}

// busy writes until it is killed.
func busy(t inboxtest.TB, d *inboxtest.Desk) {
	for i := int(lastSeq(t, d)); ; i++ {
		d.Take(t, d.Say(fmt.Sprint("k", i), fmt.Sprint("a", i%7), fmt.Sprint("der er et hul i vejen nummer ", i)))
		if id := inbox.ConversationID(i%40 + 1); i%3 == 0 {
			if err := d.Seat(t, d.Anna).Note(context.Background(), id, "hul to"); inbox.CodeOf(err) == inbox.Internal {
				t.Fatal(err)
			}
		}
	}
}

// again orders a new index where two processes in a row were killed within a batch and the index is given up for now.
func (x indexed) again(t inboxtest.TB) {
	t.Helper()
	x.until(t, "an index", func(s Status) bool { return s.Fault == nil || s.Fault.Key == "index.off" })
	if x.Status().Fault != nil {
		x.Rebuild()
	}
}

// TestLaw5_Killed: a process that is killed at any moment, again and again, leaves an index that the next one goes on with.
func TestLaw5_Killed(t *testing.T) {
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for round := range 6 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir, childMode+"=busy")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var failed bytes.Buffer
		cmd.Stderr = &failed
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if round%2 == 0 { // every other one gets to work: an index that is killed twice as it is opened is put aside
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "following\n" {
				t.Fatalf("%q, %v\n%s", line, err, &failed)
			}
		}
		time.Sleep(time.Duration(rnd.IntN(300)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("it died by itself: %v\n%s", err, &failed)
		}
		if err := cmd.Wait(); cmd.ProcessState.Exited() {
			t.Fatalf("it ended by itself: %v\n%s", err, &failed)
		}
	}
	d := inboxtest.Open(t, filepath.Join(dir, "desk.db"))
	x := start(t, d, Options{Dir: filepath.Join(dir, "index")})
	x.again(t)
	x.right(t, d)
	aside, err := filepath.Glob(filepath.Join(dir, "index", asidePrefix+"*"))
	if err != nil || len(aside) > 0 {
		t.Errorf("it was taken for damaged: %v, %v", aside, err)
	}
	t.Logf("%+v", x.Status())
}

// TestLaw5_CutWhileOpen: files that are cut off while they are in use do not end the process, and are noticed.
func TestLaw5_CutWhileOpen(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+t.TempDir(), childMode+"=cut")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("done")) {
		t.Fatalf("%v\n%s", err, out)
	}
}

func cut(t inboxtest.TB, d *inboxtest.Desk, x indexed) {
	n := 0
	more := func(k int) {
		for range k {
			d.Take(t, d.Say(fmt.Sprint("c", n), fmt.Sprint("a", n%7), fmt.Sprint("der er et hul i vejen nummer ", n)))
			n++
		}
	}
	more(60)
	x.right(t, d)
	ctx := context.Background()
	aside := func() []string {
		names, err := filepath.Glob(filepath.Join(x.opt.Dir, asidePrefix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	// What settled may have been about to go: then nothing is lost, nothing is noticed, and it is cut again.
	for round, tries := 0, 0; round < 2; tries++ {
		before := aside()
		files := settled(t, filepath.Join(x.opt.Dir, "live-*", []string{"*.zap", "root.bolt"}[round]))
		for _, f := range files {
			if err := os.Truncate(f, 40); err != nil && !os.IsNotExist(err) { // merged meanwhile
				t.Fatal(err)
			}
		}
		q, err := x.desk.Bind(mustParse(t, "vejen -findesikke"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 { // with merging and writing in between
			more(3)
			hits, err := x.desk.Search(ctx, q, inbox.Page{Size: 1000})
			if err != nil && inbox.CodeOf(err) != inbox.Unavailable && i > 0 {
				t.Fatal(round, i, err)
			}
			if err == nil && len(hits.Keys) != n {
				t.Fatal(round, i, "found", len(hits.Keys), "of", n)
			}
		}
		x.right(t, d)
		switch {
		case !slices.Equal(aside(), before):
			round++
		case tries == 50:
			t.Fatal(round, "nothing was put aside")
		}
	}
}

// settled gives the files of a pattern once they have stopped changing: merging makes new ones of old ones.
func settled(t inboxtest.TB, pattern string) (files []string) {
	for still := 0; still < 20; still++ {
		time.Sleep(10 * time.Millisecond)
		now, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(now, files) || len(now) == 0 {
			still = 0
		}
		files = now
	}
	return files
}
