package inbox_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"lytter/inbox"
	"lytter/inbox/inboxtest"

	"github.com/google/go-cmp/cmp"
)

// counted is a store and an index that count what searches do, and how many conversations are read.
type counted struct {
	inbox.Store
	searches, threads atomic.Int64
}

func (c *counted) View(ctx context.Context, f func(inbox.Tx) error) error {
	return c.Store.View(ctx, func(tx inbox.Tx) error { return f(countedTx{tx, c}) })
}

func (c *counted) Reader(context.Context) (inbox.IndexReader, error) {
	c.searches.Add(1)
	return nil, inbox.E(inbox.Unavailable, "counted.Reader", "index.rebuilding")
}

// countedTx counts the reads without which no road of a search gets anywhere: a scan lists the newest, the others look at the versions
// of what changed, and the clock at ranges of time.
type countedTx struct {
	inbox.Tx
	c *counted
}

func (tx countedTx) Newest(k inbox.Key, n int) ([]inbox.Stamp, error) {
	tx.c.searches.Add(1)
	return tx.Tx.Newest(k, n)
}

func (tx countedTx) Stamps(ids []inbox.ConversationID) (map[inbox.ConversationID]inbox.Stamp, error) {
	tx.c.searches.Add(1)
	return tx.Tx.Stamps(ids)
}

func (tx countedTx) LiveConversations(n int) ([]inbox.Stamp, error) {
	tx.c.searches.Add(1)
	return tx.Tx.LiveConversations(n)
}

func (tx countedTx) Threads(ids []inbox.ConversationID) ([]*inbox.Thread, error) {
	tx.c.threads.Add(int64(len(ids)))
	return tx.Tx.Threads(ids)
}

// Thirty views are kept up to date through 500 changes without one search: of each change its conversation is read, and decided.
func TestHub_SearchesForNoChange(t *testing.T) {
	c := &counted{}
	d := inboxtest.New(t, func(cfg *inbox.Config) { c.Store = cfg.Store; cfg.Store, cfg.Index = c, c })
	running(t, d)
	ctx := context.Background()
	anna := d.Seat(t, d.Anna)
	old := make([]inbox.Incoming, 100)
	for i := range old {
		old[i] = d.Say(fmt.Sprint("old", i), "ole", "hul i vejen")
	}
	d.Take(t, old...)
	sub := anna.Subscribe()
	defer sub.Close()
	views := make([]string, 30)
	for i := range views {
		views[i] = hubViews[i%len(hubViews)]
		if i >= len(hubViews) {
			views[i] += fmt.Sprintf(" -nummer%d", i)
		}
		if err := sub.Show(ctx, views[i], views[i]); err != nil && views[i] != "why:cykelveje" {
			t.Fatal(err)
		}
	}
	if c.searches.Load() == 0 {
		t.Fatal("the test is blind: filling the views took no search")
	}
	until(t, "all that there was", func() bool { return sub.Count("") == 100 })
	began, err := lastSeq(d)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the log", func() bool { return d.Hub().Seq() >= began })
	c.searches.Store(0)
	c.threads.Store(0)
	var acts int64 // that read a conversation themselves
	for i := range 100 {
		remote := fmt.Sprint("new", i)
		d.Take(t, d.Say(remote, "jens", "min cykel"))
		id := d.Find(t, d.Facebook, remote).ID
		for _, act := range []func() error{
			func() error { return anna.Tag(ctx, id, d.Cykel) },
			func() error { return anna.Take(ctx, id) },
			func() error { return anna.Prioritise(ctx, id, inbox.High) },
			func() error { return anna.Close(ctx, id, inbox.Spam) },
		} {
			if err := act(); err != nil {
				t.Fatal(err)
			}
		}
		acts += 1 + 4
	}
	seq, err := lastSeq(d)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the log", func() bool { return d.Hub().Seq() >= seq })
	searches, read, changes := c.searches.Load(), c.threads.Load(), int64(seq-began)
	if changes < 500 || searches > 0 || read > changes+acts {
		t.Errorf("%d changes: %d searches, %d conversations read, of them %d by what changed them", changes, searches, read, acts)
	}
	for _, v := range views { // and they are right
		if sub.Err(v) != nil {
			continue
		}
		hits, err := anna.Search(ctx, v, inbox.Page{Size: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(hits.Keys, sub.Top(v, 0, 1000)); diff != "" && len(hits.Keys)+sub.Count(v) > 0 {
			t.Errorf("view %q (-search +live):\n%s", v, diff)
		}
	}
	if c.searches.Load() == 0 {
		t.Error("the test is blind: searches are not counted")
	}
}
