package index

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"
)

// running runs something until the test ends, or stop is called.
func running(t inboxtest.TB, what string, f func(context.Context) error) (stop func(), told <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	var wg sync.WaitGroup
	wg.Go(func() { err = f(ctx) })
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			wg.Wait()
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(what, err)
			}
		})
	}
	t.Cleanup(stop)
	return stop, ctx.Done()
}

// another is one more desk over the same store.
func another(t inboxtest.TB, d *inboxtest.Desk, x inbox.Index) *inbox.Desk {
	t.Helper()
	cfg := d.Config
	cfg.Index = x
	out, err := inbox.NewDesk(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lastSeq(t inboxtest.TB, d *inboxtest.Desk) (seq inbox.Seq) {
	t.Helper()
	d.Read(t, func(tx inbox.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	return seq
}

// indexed is an index that runs, and a desk that searches by it.
type indexed struct {
	*Index
	desk *inbox.Desk
	stop func()
	told <-chan struct{} // closed when it has been told to stop
}

// start runs an index over a desk's store. What o leaves out is quick.
func start(t inboxtest.TB, d *inboxtest.Desk, o Options) indexed {
	t.Helper()
	return startWith(t, d, o, d.Documents)
}

func startWith(t inboxtest.TB, d *inboxtest.Desk, o Options, docs Documents) indexed {
	t.Helper()
	if o.Dir == "" {
		o.Dir = tempDir(t)
	}
	if o.Gather == 0 {
		o.Gather = time.Millisecond
	}
	if o.Batch == 0 {
		o.Batch = 7
	}
	if o.Retry == 0 {
		o.Retry = time.Millisecond
	}
	if os.Getenv("LYTTER_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	o.Store, o.Now = d.Store, d.Clock.Now
	x, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	stop, told := running(t, "index", func(ctx context.Context) error { return x.Run(ctx, docs) })
	return indexed{x, another(t, d, x), stop, told}
}

// patience is how long a test waits for what must come, on a machine that has other things to do.
const patience = time.Minute

// reach waits until the index is at a position.
func (in indexed) reach(t inboxtest.TB, seq inbox.Seq) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := in.Await(ctx, seq); err != nil {
		t.Fatalf("%v: %+v", err, in.Status())
	}
}

// until waits for a status.
func (in indexed) until(t inboxtest.TB, what string, ok func(Status) bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(in.Status()); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: it never came: %+v", what, in.Status())
		}
	}
}

// open gives a reader that is closed when the test ends.
func (in indexed) open(t inboxtest.TB) *Reader {
	t.Helper()
	r, err := in.Reader(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r.(*Reader)
}

// right holds an index at rest against the matcher.
func (in indexed) right(t inboxtest.TB, d *inboxtest.Desk, queries ...string) {
	t.Helper()
	in.reach(t, lastSeq(t, d))
	r, err := in.Reader(context.Background())
	for end := time.Now().Add(patience); inbox.CodeOf(err) == inbox.Unavailable && time.Now().Before(end); { // it failed just then
		in.reach(t, lastSeq(t, d))
		r, err = in.Reader(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	if len(queries) == 0 {
		queries = []string{"", "hul", `"hul i"`, "hul* -ti", "*ejen", "is:open", "-is:open", "has:note or to", "age:<1d"}
	}
	for _, s := range queries {
		q, err := d.Bind(mustParse(t, s))
		if err != nil {
			t.Fatal(err)
		}
		var want []inbox.Key
		d.Read(t, func(tx inbox.Tx) error {
			stamps, err := tx.Newest(inbox.Key{}, 1<<20)
			if err != nil {
				return err
			}
			ids := make([]inbox.ConversationID, len(stamps))
			for i, s := range stamps {
				ids[i] = s.ID
			}
			docs, keys, err := d.Documents(tx, ids)
			for i, doc := range docs {
				if q.Match(doc) {
					want = append(want, keys[i])
				}
			}
			return err
		})
		got, sure := walkSure(t, r.(*Reader), q, inbox.Key{})
		agree(t, s, got, sure, want)
	}
}

// converse gives a desk n conversations.
func converse(tb inboxtest.TB, d *inboxtest.Desk, from, n int) {
	tb.Helper()
	for i := from; i < from+n; i++ {
		words := []string{"nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni"}
		d.Take(tb, d.Say(number2(i), "a"+number2(i%7), "der er et hul i vejen nummer "+words[i/10%10]+words[i%10]+" "+words[i%10]))
		d.Clock.Add(time.Minute)
	}
}

func number2(i int) string {
	return string(rune('a'+i/676%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}

func mustParse(t inboxtest.TB, s string) query.Expr {
	t.Helper()
	e, err := query.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
