package index

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"

	bleve "github.com/blevesearch/bleve_index_api"
)

// TestLaw5_RebuildWhileServing: without an index a desk answers by scanning, and says that one is being built; the newest conversations
// are in first; it ends complete; and what a stopped process had built is not built again.
func TestLaw5_RebuildWhileServing(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 40)
	dir := t.TempDir()
	gate := make(chan struct{})
	var asked [][]inbox.ConversationID
	slow := func(tx inbox.Tx, ids []inbox.ConversationID) ([]*query.Doc, []inbox.Key, error) {
		<-gate
		asked = append(asked, ids)
		return d.Documents(tx, ids)
	}
	x := startWith(t, d, Options{Dir: dir, Batch: 5}, slow)
	gate <- struct{}{}
	gate <- struct{}{}
	x.until(t, "two batches", func(s Status) bool { return s.Done >= 5 })
	if s := x.Status(); !s.Rebuilding || s.Total != 40 {
		t.Fatalf("%+v", s)
	}
	_, err := x.Reader(context.Background())
	if inbox.CodeOf(err) != inbox.Unavailable || inbox.ReasonOf(err).Key != "index.rebuilding" {
		t.Fatalf("a reader of half an index: %v", err)
	}
	q, err := x.desk.Bind(query.All())
	if err != nil {
		t.Fatal(err)
	}
	hits, err := x.desk.Search(context.Background(), q, inbox.Page{Size: 100})
	if err != nil || len(hits.Keys) != 40 || hits.Explain.Road != inbox.RoadScan {
		t.Fatalf("%d hits, %v, %v", len(hits.Keys), hits.Explain, err)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		x.stop()
	}()
	<-x.told // a batch that was begun is finished
	close(gate)
	<-stopped
	first := len(asked)
	for i := range first {
		for j, id := range asked[i] {
			if want := inbox.ConversationID(40 - 5*i - j); id != want {
				t.Errorf("batch %d has conversation %d, not %d", i, id, want)
			}
		}
	}
	converse(t, d, 40, 3)
	y := startWith(t, d, Options{Dir: dir, Batch: 5}, slow)
	y.right(t, d)
	// The last batch that was read may not have been written.
	if on := asked[first][0]; first < 2 || on != inbox.ConversationID(40-5*first) && on != inbox.ConversationID(45-5*first) {
		t.Errorf("after %d batches it went on with conversation %d", first, on)
	}
}

// TestLaw5_Deleted: an index whose folder is deleted while it runs is built anew, and searches are right all the while.
func TestLaw5_Deleted(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 20)
	dir := t.TempDir() + "/index"
	x := start(t, d, Options{Dir: dir})
	x.right(t, d)
	held := x.open(t)
	q := bound(t, d.Cutter, "hul")
	for i, remove := range []string{dir, filepath.Join(dir, "live-*"), filepath.Join(dir, "live-*", "*"), filepath.Join(dir, "live-*", "root.bolt")} {
		names, err := filepath.Glob(remove)
		if err != nil || len(names) == 0 {
			t.Fatal(remove, err)
		}
		for _, n := range names {
			for os.RemoveAll(n) != nil { // something was just written into it
				time.Sleep(time.Millisecond)
			}
		}
		if i%2 == 1 { // with something to write, and with nothing
			converse(t, d, 20+i, 1)
		}
		hits, err := x.desk.Search(context.Background(), q, inbox.Page{Size: 100})
		if err != nil || len(hits.Keys) != 20+(i+1)/2 {
			t.Fatalf("%s: %d hits, %v", remove, len(hits.Keys), err)
		}
		x.until(t, remove, func(Status) bool {
			m, err := filepath.Glob(filepath.Join(dir, fmt.Sprintf("live-%06d", i+2), "root.bolt"))
			return err == nil && len(m) == 1
		})
		x.right(t, d)
	}
	if k := walk(t, held, q, inbox.Key{}); len(k) != 20 {
		t.Errorf("a reader from before found %d", len(k))
	}
}

// TestLaw5_OtherIndex: an index of another version, or of another log, is whole and of no use.
func TestLaw5_OtherIndex(t *testing.T) {
	for name, change := range map[string]func(*record){
		"keys":         func(r *record) { r.Version = "0.0" },
		"log":          func(r *record) { r.Chain = []byte("of another") },
		"log's future": func(r *record) { r.Seq += 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			d := inboxtest.New(t)
			converse(t, d, 0, 12)
			dir := t.TempDir()
			x := start(t, d, Options{Dir: dir})
			x.right(t, d)
			x.stop()
			rewrite(t, dir, change)
			y := start(t, d, Options{Dir: dir})
			y.right(t, d)
			if _, err := os.Stat(filepath.Join(dir, "live-000002")); err != nil {
				t.Errorf("it was not built anew: %v", err)
			}
			if aside, _ := filepath.Glob(filepath.Join(dir, asidePrefix+"*")); len(aside) > 0 {
				t.Errorf("it was kept: %v", aside)
			}
		})
	}
}

// rewrite changes the record of an index.
func rewrite(t *testing.T, dir string, change func(*record)) {
	t.Helper()
	e, err := openEngine(filepath.Join(dir, "live-000001"), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	rec, err := readRecord(s)
	if err != nil {
		t.Fatal(err)
	}
	change(rec)
	b, err := rec.bytes()
	if err != nil {
		t.Fatal(err)
	}
	ops := bleve.NewBatch()
	ops.SetInternal([]byte(recordKey), b)
	for _, err := range []error{s.Close(), e.write(ops), e.close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestLaw5_OlderCopy: an index that is put back from long ago catches up.
func TestLaw5_OlderCopy(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 12)
	dir := t.TempDir()
	x := start(t, d, Options{Dir: dir})
	x.right(t, d)
	x.stop()
	old := copyDir(t, dir)
	y := start(t, d, Options{Dir: dir})
	converse(t, d, 12, 12)
	seat := d.Seat(t, d.Anna)
	for id := range inbox.ConversationID(6) {
		if err := seat.Close(context.Background(), id+1, inbox.Answered); err != nil {
			t.Fatal(err)
		}
	}
	y.right(t, d)
	y.stop()
	z := start(t, d, Options{Dir: old})
	z.right(t, d)
	if aside, _ := filepath.Glob(filepath.Join(old, asidePrefix+"*")); len(aside) > 0 {
		t.Errorf("it was taken for damaged: %v", aside)
	}
}

// TestLaw5_PoisonInDesk: a conversation that panics when it is compiled is set aside, and every search looks at it itself.
func TestLaw5_PoisonInDesk(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 20)
	dir := t.TempDir()
	const bad = 13
	docs := func(tx inbox.Tx, ids []inbox.ConversationID) ([]*query.Doc, []inbox.Key, error) {
		for _, id := range ids {
			if id == bad {
				panic("no such letter")
			}
		}
		return d.Documents(tx, ids)
	}
	x := startWith(t, d, Options{Dir: dir}, docs)
	quarantined(t, x, d, bad)
	x.stop()
	y := startWith(t, d, Options{Dir: dir}, docs) // it is remembered
	quarantined(t, y, d, bad)
	y.stop()
	z := start(t, d, Options{Dir: dir}) // and forgotten when it is built anew by order
	z.Rebuild()
	z.until(t, "the rebuild", func(s Status) bool { return len(s.Quarantined) == 0 && !s.Rebuilding && s.Fault == nil })
	z.right(t, d)
	if n, err := z.open(t).Narrow(bound(t, d.Cutter, "hul"), true); err != nil || !n.Exact {
		t.Errorf("%+v, %v", n, err)
	}
}

// TestRebuildIsAwaited: from the moment it is ordered until it is built anew, the index is not complete, whatever it is doing meanwhile.
func TestRebuildIsAwaited(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 30)
	var compiled atomic.Int64
	x := startWith(t, d, Options{}, func(tx inbox.Tx, ids []inbox.ConversationID) ([]*query.Doc, []inbox.Key, error) {
		compiled.Add(int64(len(ids)))
		return d.Documents(tx, ids)
	})
	x.reach(t, lastSeq(t, d))
	for round := range 20 {
		before := compiled.Load()
		x.Rebuild()
		if round%2 == 0 {
			x.Rebuild() // twice is once
		}
		if _, err := x.Reader(context.Background()); inbox.CodeOf(err) != inbox.Unavailable {
			t.Fatalf("searches still ask it: %v", err)
		}
		converse(t, d, 30+round, 1)
		x.reach(t, lastSeq(t, d))
		if n := compiled.Load() - before; n < 30 {
			t.Fatalf("round %d: complete after %d conversations of %d", round, n, 31+round)
		}
	}
	x.right(t, d)
}

// quarantined checks that one conversation is, and that searches are right all the same.
func quarantined(t *testing.T, x indexed, d *inboxtest.Desk, bad inbox.ConversationID) {
	t.Helper()
	x.right(t, d)
	if q := x.Status().Quarantined; len(q) != 1 || q[0].Conversation != bad {
		t.Fatalf("quarantined: %+v", q)
	}
	r := x.open(t)
	for _, s := range []string{"hul", "findesikke", "-hul", "is:closed"} {
		q := bound(t, d.Cutter, s)
		n, err := r.Narrow(q, true)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, k := range walk(t, r, q, inbox.Key{}) {
			found = found || k.ID == bad
		}
		if n.Exact || !found {
			t.Errorf("%s: %+v, and it was let through: %v", s, n, found)
		}
	}
}

// TestLaw5_PoisonInBleve: a document that panics in Bleve costs itself and none of its batch.
func TestLaw5_PoisonInBleve(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 6)
	x := start(t, d, Options{})
	x.right(t, d)
	f := &follower{Index: x.Index, watch: openWatch(t.TempDir()), quarantine: openQuarantine(t.TempDir())}
	e, err := openEngine(t.TempDir(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	}()
	f.e = e
	b := &batch{}
	for id := inbox.ConversationID(1); id <= 5; id++ {
		k := inbox.Key{At: 1000 * int64(id), ID: id}
		doc := &query.Doc{}
		doc.AddText(query.Text, query.Passage{Tokens: d.Cutter.Cut(nil, "hul i vejen")})
		b.ids, b.docs = append(b.ids, id), append(b.docs, newDocument(k, doc))
	}
	b.docs[2].fields[2].terms["broken"] = nil // Bleve asks it how often it occurs
	if err := f.write(b, record{Version: version(), Seq: 77}); err != nil {
		t.Fatal(err)
	}
	s, err := e.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{snap: s, all: &e.segments, broken: func(err error) { t.Error(err) }}
	defer r.Close()
	q := bound(t, d.Cutter, "vejen")
	n, err := r.Narrow(q, true)
	if err != nil {
		t.Fatal(err)
	}
	if keys := walk(t, r, q, inbox.Key{}); len(keys) != 5 || n.Exact {
		t.Errorf("%v, %+v", keys, n)
	}
	if l := f.quarantine.list; len(l) != 1 || l[0].Conversation != 3 {
		t.Errorf("quarantined: %v", l)
	}
	if rec, err := readRecord(s); err != nil || rec.Seq != 77 || rec.Count != 5 || verify(s, rec, &e.segments) != nil {
		t.Errorf("%+v, %v", rec, err)
	}
}

// TestLaw5_Hang: a batch that never comes back is given up with its engine; the next one has all that it should.
func TestLaw5_Hang(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 10)
	dir := tempDir(t)                                           // the engine that hung may still write into it
	x := start(t, d, Options{Dir: dir, Limit: 2 * time.Second}) // a slow disk is no hang
	x.right(t, d)
	held := make(chan struct{})
	defer close(held)
	x.mu.RLock()
	queue := x.engine.queue
	x.mu.RUnlock()
	queue.Queue(func() { <-held }) // the one that would prepare the batch is busy
	converse(t, d, 10, 3)
	x.until(t, "the deadline", func(Status) bool { // its fault may have passed before anybody looks; what was put aside stays
		aside, err := filepath.Glob(filepath.Join(dir, asidePrefix+"000001-*"))
		return err == nil && len(aside) == 1
	})
	x.right(t, d)
	if q := x.Status().Quarantined; len(q) != 0 {
		t.Errorf("quarantined: %v", q)
	}
}

// TestLaw5_BrokenWhileReading: what a search meets stops neither it nor the next one, and the index is looked at again.
func TestLaw5_BrokenWhileReading(t *testing.T) {
	d := inboxtest.New(t)
	converse(t, d, 0, 10)
	x := start(t, d, Options{})
	x.right(t, d)
	r := x.open(t)
	r.broken(&panicked{value: "unexpected fault address"})
	if _, err := x.Reader(context.Background()); inbox.CodeOf(err) != inbox.Unavailable {
		t.Errorf("it is still asked: %v", err)
	}
	hits, err := x.desk.Search(context.Background(), bound(t, d.Cutter, "hul"), inbox.Page{Size: 100})
	if err != nil || len(hits.Keys) != 10 {
		t.Errorf("%d hits, %v", len(hits.Keys), err)
	}
	x.right(t, d)
	r.broken(&panicked{value: "an engine that is gone already"})
	if _, err := x.Reader(context.Background()); err != nil {
		t.Errorf("an old reader's fault is taken for the new engine's: %v", err)
	}
}

// TestLaw5_Deaths: what the next process makes of what the last one died in.
func TestLaw5_Deaths(t *testing.T) {
	three := []inbox.ConversationID{1, 2, 3}
	for _, c := range []struct {
		name  string
		found watch // as the process that died left it
		fault string
		left  map[inbox.ConversationID]int // suspects before anything is written
		set   []inbox.ConversationID       // quarantined
		aside bool
	}{
		{name: "nothing", found: watch{}},
		{name: "a batch", found: watch{Doing: doingBatch, Batch: three}, left: map[inbox.ConversationID]int{1: 0, 2: 0, 3: 0}},
		{
			name: "a batch, after a death", found: watch{Doing: doingBatch, Batch: three, Deaths: map[string]int{doingBatch: 1}}, fault: "index.off",
			left: map[inbox.ConversationID]int{1: 0, 2: 0, 3: 0},
		},
		{
			name: "alone", found: watch{Doing: doingBatch, Batch: three[1:2], Deaths: map[string]int{doingBatch: 1}, Suspects: map[inbox.ConversationID]int{2: 0, 3: 0}},
			left: map[inbox.ConversationID]int{2: 1, 3: 0},
		},
		{
			name: "alone again", found: watch{Doing: doingBatch, Batch: three[1:2], Deaths: map[string]int{doingBatch: 1}, Suspects: map[inbox.ConversationID]int{2: 1, 3: 0}},
			left: map[inbox.ConversationID]int{3: 0}, set: three[1:2],
		},
		{name: "opening", found: watch{Doing: doingOpen}},
		{name: "opening twice", found: watch{Doing: doingOpen, Deaths: map[string]int{doingOpen: 1}}, aside: true},
		{name: "opening, after a batch", found: watch{Doing: doingOpen, Deaths: map[string]int{doingBatch: 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := inboxtest.New(t)
			converse(t, d, 0, 5)
			dir := t.TempDir()
			x := start(t, d, Options{Dir: dir})
			x.right(t, d)
			x.stop()
			c.found.file = filepath.Join(dir, "watch.json")
			if err := c.found.save(); err != nil {
				t.Fatal(err)
			}
			f := &follower{Index: x.Index, watch: openWatch(dir), quarantine: openQuarantine(dir)}
			f.accuse()
			if fmt.Sprint(f.watch.Suspects) != fmt.Sprint(c.left) && len(f.watch.Suspects)+len(c.left) > 0 {
				t.Errorf("suspects: %v, not %v", f.watch.Suspects, c.left)
			}
			if err := c.found.save(); err != nil { // again, for the process itself
				t.Fatal(err)
			}
			if err := f.quarantine.clear(); err != nil {
				t.Fatal(err)
			}
			for _, id := range three { // so that they must be written
				if err := d.Seat(t, d.Anna).Note(context.Background(), id, "hul"); err != nil {
					t.Fatal(err)
				}
			}
			y := start(t, d, Options{Dir: dir})
			if c.fault != "" {
				y.until(t, c.fault, func(s Status) bool { return s.Fault != nil && s.Fault.Key == c.fault })
				y.stop()
				y = start(t, d, Options{Dir: dir}) // the next one tries again
			}
			y.right(t, d)
			var set []inbox.ConversationID
			for _, q := range y.Status().Quarantined {
				set = append(set, q.Conversation)
			}
			if fmt.Sprint(set) != fmt.Sprint(c.set) {
				t.Errorf("quarantined: %v, not %v", set, c.set)
			}
			aside, err := filepath.Glob(filepath.Join(dir, asidePrefix+"*"))
			if err != nil || (len(aside) > 0) != c.aside {
				t.Errorf("put aside: %v, %v", aside, err)
			}
			if _, err := os.Stat(c.found.file); !os.IsNotExist(err) {
				b, _ := os.ReadFile(c.found.file)
				t.Errorf("the note stayed: %s %v", b, err)
			}
		})
	}
}

// TestFiles: however many batches are written, there are few files.
func TestFiles(t *testing.T) {
	d := inboxtest.New(t)
	dir := t.TempDir()
	x := start(t, d, Options{Dir: dir, Batch: 1})
	most := 0
	for i := range 15 {
		converse(t, d, 10*i, 10)
		x.reach(t, lastSeq(t, d))
		files, err := filepath.Glob(filepath.Join(dir, "live-*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(files))
	}
	t.Logf("at most %d files after 150 batches", most)
	if most > maxFiles {
		t.Errorf("%d files", most)
	}
}
