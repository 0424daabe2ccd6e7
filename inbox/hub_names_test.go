package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"

	"github.com/google/go-cmp/cmp"
)

// running runs the hub of a desk until the test ends.
func running(t *testing.T, d *inboxtest.Desk) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Hub().Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	<-d.Hub().Loaded()
}

// called gives a topic another name, as whoever writes to the store does; the desk is not told.
func called(t *testing.T, d *inboxtest.Desk, id inbox.TopicID, name string) {
	t.Helper()
	err := d.Store.Update(context.Background(), inbox.Persons, func(tx inbox.Tx) error {
		topics, err := tx.Topics()
		if err != nil {
			return err
		}
		for i := range topics {
			if topics[i].ID == id {
				topics[i].Name = name
				err = tx.PutTopic(&topics[i])
			}
		}
		if err != nil {
			return err
		}
		return tx.Append(&inbox.Change{Kind: inbox.ChangeTopic, Actor: inbox.ActorUser, User: d.Carl, Ref: int64(id)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Where the log says that something was renamed, views show the new names, whoever has read the setup and whoever has not yet.
func TestHub_ReadsNamesItself(t *testing.T) {
	d := inboxtest.New(t)
	running(t, d)
	ctx := context.Background()
	d.Take(t, d.Say("c1", "jens", "Hej"))
	if err := d.Seat(t, d.Anna).Tag(ctx, d.Find(t, d.Facebook, "c1").ID, d.Vej); err != nil {
		t.Fatal(err)
	}
	sub := d.Seat(t, d.Anna).Subscribe()
	defer sub.Close()
	if err := sub.Show(ctx, "old", "topic:vej"); err != nil || sub.Count("old") != 1 {
		t.Fatal(err, sub.Count("old"))
	}
	if err := sub.Show(ctx, "new", "topic:trafik"); err == nil {
		t.Fatal("the test is blind: there is such a topic already")
	}
	called(t, d, d.Vej, "trafik")
	seq, err := lastSeq(d)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the log", func() bool { return d.Hub().Seq() >= seq })
	if sub.Err("new") != nil || sub.Err("old") == nil {
		t.Errorf("new: %v; old: %v", sub.Err("new"), sub.Err("old"))
	}
	until(t, "filled", func() bool { return sub.Count("new") == 1 })
}

// slow is an index that answers nobody until it is let.
type slow struct{ gate atomic.Pointer[chan struct{}] }

func (s *slow) Reader(ctx context.Context) (inbox.IndexReader, error) {
	if g := s.gate.Load(); g != nil {
		select {
		case <-*g:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, inbox.E(inbox.Unavailable, "slow.Reader", "index.rebuilding")
}

// However long it takes to fill a view that was bound anew, the others go on.
func TestHub_NobodyWaitsForAFilling(t *testing.T) {
	x := &slow{}
	d := inboxtest.New(t, func(c *inbox.Config) { c.Index = x })
	running(t, d)
	ctx := context.Background()
	sub := d.Seat(t, d.Anna).Subscribe()
	defer sub.Close()
	if err := sub.Show(ctx, "all", "hej"); err != nil {
		t.Fatal(err)
	}
	if err := sub.Show(ctx, "topic", "topic:trafik"); err == nil {
		t.Fatal("the test is blind: there is such a topic already")
	}
	gate := make(chan struct{})
	x.gate.Store(&gate)
	called(t, d, d.Vej, "trafik")
	for i := range 3 {
		d.Take(t, d.Say(fmt.Sprint("c", i), "jens", "Hej"))
		until(t, "what came meanwhile", func() bool { return sub.Count("all") == i+1 })
	}
	if err := d.Seat(t, d.Anna).Tag(ctx, d.Find(t, d.Facebook, "c1").ID, d.Vej); err != nil {
		t.Fatal(err)
	}
	if n := sub.Count("topic"); n != -1 {
		t.Errorf("it was filled, with %d", n)
	}
	close(gate)
	until(t, "the filling", func() bool { return sub.Count("topic") == 1 })
}

// late is a store of which one read is held back when it is done.
type late struct {
	inbox.Store
	hold atomic.Pointer[chan struct{}]
}

func (l *late) View(ctx context.Context, f func(inbox.Tx) error) error {
	hold := l.hold.Swap(nil)
	err := l.Store.View(ctx, f)
	if hold != nil {
		<-*hold
	}
	return err
}

// What happens between the filling of a view and the loading of the hub is in the view.
func TestHub_ShownBeforeItIsLoaded(t *testing.T) {
	l := &late{}
	d := inboxtest.New(t, func(c *inbox.Config) { l.Store, c.Store = c.Store, l })
	ctx := context.Background()
	sub := d.Seat(t, d.Anna).Subscribe()
	defer sub.Close()
	if err := sub.Show(ctx, "filled", "hej"); err != nil {
		t.Fatal(err)
	}
	hold := make(chan struct{})
	l.hold.Store(&hold)
	shown := make(chan error, 1)
	go func() { shown <- sub.Show(ctx, "filling", "hej or hallo") }()
	until(t, "the search", func() bool { return l.hold.Load() == nil })
	until(t, "the view is filled as of an empty desk", func() bool { return sub.Count("filled") == 0 })
	d.Take(t, d.Say("c1", "jens", "Hej"))
	running(t, d)
	close(hold)
	if err := <-shown; err != nil {
		t.Fatal(err)
	}
	until(t, "both", func() bool { return sub.Count("filled") == 1 && sub.Count("filling") == 1 })
}

// A name that two people bear stands for both, and one that is also somebody's own for that one, however often it is asked.
func TestNamesStandForTheSameEachTime(t *testing.T) {
	dir := inbox.NewDirectory(inbox.Setup{
		Users: []inbox.User{{ID: 1, Login: "bo", Name: "Bo Beck"}, {ID: 2, Login: "bb", Name: "Bo Beck"}, {ID: 3, Login: "x", Name: "bo"}},
		Accounts: []inbox.Account{
			{ID: 1, Name: "byen", Title: "Byen"}, {ID: 2, Name: "byen-x", Title: "Byen"}, {ID: 3, Name: "by", Title: "Byen"},
		},
		Topics: []inbox.Topic{{ID: 4, Name: "Vej"}, {ID: 3, Name: "vej"}},
	})
	for range 30 {
		for _, c := range []struct {
			field query.Field
			name  string
			want  string
		}{
			{query.Assignee, "BO", "[1]"}, {query.Account, "byen", "[1]"}, {query.Topic, "vej", "[3]"},
		} {
			if got := fmt.Sprint(dir.IDs(c.field, c.name)); got != c.want {
				t.Fatalf("%v %q: %s, not %s", c.field, c.name, got, c.want)
			}
		}
		if got := dir.IDs(query.Assignee, "Bo Beck"); len(got) != 2 {
			t.Fatalf("of two: %v", got)
		}
	}
}

// Sessions that come and go, names that change, a clock that runs and conversations that change, all at once: when it is quiet each view
// is what a search finds.
func TestHub_AllAtOnce(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { allAtOnce(t, seed) })
	}
}

func allAtOnce(t *testing.T, seed uint64) {
	t.Helper()
	d := inboxtest.New(t)
	running(t, d)
	ctx := context.Background()
	views := []string{
		"", "is:open", "topic:vej", "topic:trafik", "-topic:vej/cykel", "assignee:me", "age:<1h", "started:today", "cykel", "is:open age:>2h", "is:overdue",
	}
	seats := []*inbox.Seat{d.Seat(t, d.Anna), d.Seat(t, d.Bo)}
	subs := []*inbox.Sub{seats[0].Subscribe(), seats[1].Subscribe()}
	shown := make([]map[string]string, len(subs))
	const acts = 60
	var all sync.WaitGroup
	each := func(n uint64, do func(i int, rnd *rand.Rand) error) {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, n))
			for i := range acts {
				if c := inbox.CodeOf(do(i, rnd)); c == inbox.Internal || c == inbox.Unavailable {
					t.Errorf("%d: act %d: %v", n, i, c)
				}
			}
		})
	}
	each(1, func(i int, rnd *rand.Rand) error { // citizens
		_, err := d.Ingest(ctx, inbox.Batch{Items: []inbox.Incoming{d.Say(fmt.Sprint("c", i), "jens", []string{"min cykel", "hul i vejen"}[rnd.IntN(2)])}})
		return err
	})
	each(2, func(i int, rnd *rand.Rand) error { // an editor
		id := inbox.ConversationID(1 + rnd.IntN(i+1))
		switch rnd.IntN(5) {
		case 0:
			return seats[0].Tag(ctx, id, d.Cykel)
		case 1:
			return seats[0].Untag(ctx, id, d.Cykel)
		case 2:
			return seats[0].Assign(ctx, id, d.Bo)
		case 3:
			return seats[0].Close(ctx, id, inbox.Answered)
		}
		return seats[0].Reopen(ctx, id)
	})
	each(3, func(_ int, rnd *rand.Rand) error { // a lead
		if rnd.IntN(3) == 0 {
			called(t, d, d.Vej, []string{"vej", "trafik"}[rnd.IntN(2)])
			return d.Reload(ctx)
		}
		return nil
	})
	each(4, func(_ int, rnd *rand.Rand) error { // the clock
		d.Clock.Add(time.Duration(rnd.IntN(20)) * time.Minute)
		return d.Hub().Tick(ctx)
	})
	for n, sub := range subs {
		shown[n] = map[string]string{}
		each(uint64(5+n), func(_ int, rnd *rand.Rand) error { // sessions
			name := fmt.Sprint(rnd.IntN(6))
			if rnd.IntN(4) == 0 {
				sub.Hide(name)
				delete(shown[n], name)
				return nil
			}
			q := views[rnd.IntN(len(views))]
			shown[n][name] = q
			err := sub.Show(ctx, name, q)
			if bad := (*query.Error)(nil); errors.As(err, &bad) {
				return nil // nothing is called so just now
			}
			return err
		})
	}
	all.Wait()
	seq, err := lastSeq(d)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the log", func() bool { return d.Hub().Seq() >= seq })
	if err := d.Hub().Tick(ctx); err != nil {
		t.Fatal(err)
	}
	for n, sub := range subs {
		for name := range 6 {
			name := fmt.Sprint(name)
			q, looks := shown[n][name]
			if !looks {
				if sub.Count(name) != -1 || sub.Err(name) != nil {
					t.Errorf("%q was hidden and is there", name)
				}
				continue
			}
			hits, err := seats[n].Search(ctx, q, inbox.Page{Size: 1000})
			if (err == nil) != (sub.Err(name) == nil) {
				t.Errorf("%q: %v; a search: %v", q, sub.Err(name), err)
			}
			if err != nil || sub.Err(name) != nil {
				continue
			}
			until(t, "the filling of "+q, func() bool { return sub.Count(name) >= 0 })
			if diff := cmp.Diff(hits.Keys, sub.Top(name, 0, 1000)); diff != "" && len(hits.Keys)+sub.Count(name) > 0 {
				t.Errorf("%q (-search +live):\n%s", q, diff)
			}
		}
		sub.Close()
	}
}
