package index

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
)

// TestLaw5_EveryFile: whichever file of the folder is emptied, changed at its beginning, in its middle or at its end, or gone, the next
// start has a right index.
func TestLaw5_EveryFile(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 20)
	dir := t.TempDir()
	x := start(t, d, Options{Dir: dir, Batch: 5})
	x.right(t, d)
	x.stop()
	note := watch{file: filepath.Join(dir, "watch.json"), Doing: doingBatch, Batch: []inbox.ConversationID{3}} // it was killed at it
	ill := quarantine{file: filepath.Join(dir, "quarantine.json")}
	if err := note.save(); err != nil {
		t.Fatal(err)
	}
	if err := ill.add(Quarantined{Conversation: 4, Why: "a test", At: d.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	var files []string
	kinds := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if kind := filepath.Ext(path); kind != ".zap" || !kinds[kind] { // one segment is like another
				kinds[kind] = true
				rel, err := filepath.Rel(dir, path)
				files = append(files, rel)
				return err
			}
		}
		return err
	})
	if err != nil || !kinds[".zap"] || !kinds[".bolt"] || !kinds[".json"] || len(files) < 4 {
		t.Fatal(err, files)
	}
	flip := func(at func(n int) int) func([]byte) []byte {
		return func(b []byte) []byte {
			b[at(len(b))] ^= 0x55
			return b
		}
	}
	for _, damage := range []struct {
		what string
		do   func([]byte) []byte // nil: the file is removed
	}{
		{"emptied", func([]byte) []byte { return nil }},
		{"halved", func(b []byte) []byte { return b[:len(b)/2] }},
		{"its first byte changed", flip(func(int) int { return 0 })},
		{"a byte in its middle changed", flip(func(n int) int { return n / 2 })},
		{"its last byte changed", flip(func(n int) int { return n - 1 })},
		{"removed", nil},
	} {
		for _, file := range files {
			t.Run(file+" "+damage.what, func(t *testing.T) {
				to := copyDir(t, dir)
				path := filepath.Join(to, file)
				b, err := os.ReadFile(path)
				if err == nil && damage.do != nil {
					err = os.WriteFile(path, damage.do(b), 0o600)
				} else if err == nil {
					err = os.Remove(path)
				}
				if err != nil {
					t.Fatal(err)
				}
				y := start(t, d, Options{Dir: to, Batch: 5})
				y.right(t, d)
			})
		}
	}
}

// TestLaw5_FullDisk: on a full disk the index is given up for now and stays where it is: a new one would not make the disk any emptier.
func TestLaw5_FullDisk(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 3)
	dir := t.TempDir()
	x := start(t, d, Options{Dir: dir})
	x.right(t, d)
	x.stop()
	f := &follower{
		Index: x.Index, folder: &folder{dir: dir, now: d.Clock.Now}, watch: openWatch(dir), quarantine: openQuarantine(dir),
	}
	for range maxFalls {
		// As Bleve tells it: as text.
		f.mend(t.Context(), errors.New("persisting: write 000000001.zap: "+syscall.ENOSPC.Error()))
	}
	if s := f.Status(); s.Fault == nil || s.Fault.Key != "index.full" || !s.GivenUp {
		t.Errorf("%+v", s)
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if strings.HasPrefix(n.Name(), asidePrefix) {
			t.Errorf("it was put aside: %s", n.Name())
		}
	}
	y := start(t, d, Options{Dir: dir}) // with room again, it goes on
	y.right(t, d)
	if _, err := os.Stat(filepath.Join(dir, "live-000001")); err != nil {
		t.Errorf("it was built anew: %v", err)
	}
}

// deadly is the conversation that ends a process.
const deadly = 13

// poisoned is documents of a desk of which one ends the process that makes it, as running out of memory does: nothing can be recovered.
func poisoned(t inboxtest.TB, d *inboxtest.Desk) Documents {
	return func(tx inbox.Tx, ids []inbox.ConversationID) ([]*query.Doc, []inbox.Key, error) {
		for _, id := range ids {
			if id == deadly {
				self, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = self.Kill()
				}
				if err != nil {
					t.Fatal(err)
				}
				select {} // the system is at it
			}
		}
		return d.Documents(tx, ids)
	}
}

// TestLaw5_PoisonEndsProcesses: a conversation that ends each process which compiles it is found out within a few of them, and the next
// one has an index of all others.
func TestLaw5_PoisonEndsProcesses(t *testing.T) {
	dir := t.TempDir()
	t.Run("desk", func(t *testing.T) { converse(t, inboxtest.Open(t, filepath.Join(dir, "desk.db")), 0, 20) })
	most := 4 // one that dies in a batch, two that die of it alone, and one that was killed while the index was being made
	for deaths := 0; ; deaths++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir, childMode+"=poison")
		out, err := cmd.CombinedOutput()
		if err == nil {
			if deaths == 0 {
				t.Error("the test is blind: nothing died")
			}
			break
		}
		if cmd.ProcessState.Exited() {
			t.Fatalf("%v\n%s", err, out)
		}
		if deaths == most {
			t.Fatalf("%d processes died, and the next one dies again", deaths)
		}
	}
	d := inboxtest.Open(t, filepath.Join(dir, "desk.db"))
	x := startWith(t, d, Options{Dir: filepath.Join(dir, "index")}, poisoned(t, d))
	quarantined(t, x, d, deadly)
}

// TestHostileQueries: whatever is asked is refused with its place, or answered rightly: also where it stands for more words than are looked
// up, and where it has more parts than anybody writes.
func TestHostileQueries(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 10)
	for i := range 3 {
		var words strings.Builder
		for j := range maxClauses {
			fmt.Fprintf(&words, "x%04dy ", i*maxClauses+j)
		}
		d.Take(t, d.Say(fmt.Sprint("many", i), "ole", words.String()))
	}
	x := start(t, d, Options{})
	many := func(n int, sep, of string) string { return strings.TrimSuffix(strings.Repeat(of+sep, n), sep) }
	asked := 0
	for _, q := range []string{
		"x*", "-x*", "x* -hul", "x00* or *9y", "*9y -x000*", "*00*", "-*00* is:open", many(60, " or ", "x0*"), many(60, " ", "-x9*"), many(60, " ", "hul"),
		`"` + many(60, " ", "hul") + `"`, `"hul vejen nummer"~20`,
		// And what is refused.
		"*", "**", "x* -*", many(10_000, " or ", "hul"), many(5000, "", "(") + "hul" + many(5000, "", ")"), many(3000, "", "-") + "hul", "-", "(", `"`,
		"age:<" + many(500, "", "9") + "h", "messages:>" + many(500, "", "9"), strings.Repeat("a", 1<<20),
	} {
		if _, err := query.Parse(q); err != nil {
			if bad := (*query.Error)(nil); !errors.As(err, &bad) {
				t.Errorf("%.40s: %v", q, err)
			}
			continue
		}
		if _, err := d.Bind(mustParse(t, q)); err != nil {
			t.Errorf("%.40s: %v", q, err)
			continue
		}
		asked++
		x.right(t, d, q)
	}
	if asked < 12 {
		t.Errorf("only %d of them could be asked", asked)
	}
	if _, err := x.desk.Search(t.Context(), bound(t, d.Cutter, "hul"), inbox.Page{Size: inbox.MaxPage + 1}); inbox.CodeOf(err) != inbox.Invalid {
		t.Errorf("a page of more than %d: %v", inbox.MaxPage, err)
	}
}
