package index

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"

	"pgregory.net/rapid"
)

// liveViews are looked at beside drawn ones: what is in them moves with the clock, with who asks, and with names.
var liveViews = []string{
	"", "is:open", "is:snoozed or is:taken", "assignee:me", "assignee:me,none is:open", "assignee:anna", "topic:vej", "-topic:vej", "topic:vej/cykel",
	"topic:trafik", "queue:Borgerservice", "queue:Skranken or queue:none", "is:overdue", "-is:overdue is:awaiting", "due:<1h", "due:>3h", "age:<2h",
	"age:1h..1d", "age:>2d", "waiting:>1h", "waiting:<30m", "started:today", "time:yesterday", "-time:today", "started:>yesterday or due:<2h", "has:draft",
	"is:outgoing", "messages:>2", "cykel", "reply:svar",
}

// looker is a session: somebody's views, by the name that the session gave them.
type looker struct {
	who   inbox.UserID
	seat  *inbox.Seat
	sub   *inbox.Sub
	shown map[string]string
}

// TestLaw6_LiveViews: whatever happens at a desk, however the clock runs, whatever is renamed and whoever comes and goes, each view that
// a session looks at holds what a search for it finds at that moment, in the same order.
func TestLaw6_LiveViews(t *testing.T) {
	met := map[string]int{}
	lacks := func() (out []string) {
		for _, what := range []string{"hits", "misses", "clock", "midnight", "edge", "rename", "refused"} {
			if met[what] == 0 {
				out = append(out, "never: "+what)
			}
		}
		return out
	}
	checkAll(t, lacks, func(t *rapid.T) {
		copenhagen, err := time.LoadLocation("Europe/Copenhagen")
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, func(c *inbox.Config) { c.Location = copenhagen })
		w.live(t, rapid.IntRange(1, 15).Draw(t, "before"))
		w.Desk.Desk = start(t, w.Desk, Options{}).desk // which all that follows goes by
		running(t, "hub", w.Hub().Run)
		<-w.Hub().Loaded()
		l := &live{world: w, met: met}
		l.come(t, w.Anna)
		l.come(t, w.Dorte)
		for range rapid.IntRange(5, 25).Draw(t, "steps") {
			l.step(t)
			l.check(t)
		}
	})
	t.Log(met)
}

// live is a world with sessions.
type live struct {
	*world
	lookers []*looker
	met     map[string]int
}

func (l *live) come(t *rapid.T, who inbox.UserID) {
	s, err := l.As(who)
	if err != nil {
		return // disabled
	}
	k := &looker{who: who, seat: s, sub: s.Subscribe(), shown: map[string]string{}}
	l.lookers = append(l.lookers, k)
	for range 6 {
		l.show(t, k)
	}
}

// show lets a session look at one more view, or at another one under a name that it has.
func (l *live) show(t *rapid.T, k *looker) {
	q := rapid.SampledFrom(liveViews).Draw(t, "view")
	if rapid.IntRange(0, 2).Draw(t, "drawn") == 0 {
		q = query.Format(ask(t, l.voc))
	}
	name := fmt.Sprint("slot ", rapid.IntRange(0, 9).Draw(t, "slot"))
	k.shown[name] = q
	_ = k.sub.Show(context.Background(), name, q) // check compares its error
}

// step lets something happen.
func (l *live) step(t *rapid.T) {
	k := &looker{}
	if len(l.lookers) > 0 {
		k = rapid.SampledFrom(l.lookers).Draw(t, "session")
	}
	what := rapid.SampledFrom([]string{
		"life", "life", "life", "life", "clock", "clock", "midnight", "edge", "edge", "edge", "edge", "rename", "move", "user", "members", "show", "hide", "come", "go",
	}).Draw(t, "step")
	l.met[what]++
	switch what {
	case "life":
		l.world.live(t, rapid.IntRange(1, 4).Draw(t, "changes"))
	case "clock":
		l.Clock.Add(time.Duration(rapid.IntRange(1, 3*24*3600*1000).Draw(t, "ms")) * time.Millisecond)
	case "midnight":
		y, m, d := l.Clock.Now().In(l.Location).Date()
		l.Clock.Add(time.Date(y, m, d+1, 0, 0, 0, 0, l.Location).Sub(l.Clock.Now()) + about(t))
	case "edge":
		l.toEdge(t)
	case "rename", "move", "user", "members":
		l.setUp(t, what)
	case "show":
		if k.sub != nil {
			l.show(t, k)
		}
	case "hide":
		for name := range k.shown {
			k.sub.Hide(name)
			delete(k.shown, name)
			break
		}
	case "come":
		l.come(t, rapid.SampledFrom([]inbox.UserID{l.Anna, l.Bo, l.Carl, l.Dorte, l.Erik}).Draw(t, "who"))
	case "go":
		if k.sub != nil && len(l.lookers) > 1 {
			k.sub.Close()
			l.lookers = slices.DeleteFunc(l.lookers, func(o *looker) bool { return o == k })
		}
	}
	l.docs = nil
}

// about is little before, at or little behind.
func about(t *rapid.T) time.Duration {
	return time.Duration(rapid.SampledFrom([]int{-1, 0, 0, 1}).Draw(t, "about")) * time.Millisecond
}

// toEdge lets the clock run until a time of a conversation is as long ago, or as far away, as a view asks for.
func (l *live) toEdge(t *rapid.T) {
	id, ok := l.any(t)
	if !ok {
		return
	}
	var c *inbox.Conversation
	l.Read(t, func(tx inbox.Tx) (err error) {
		c, err = tx.Conversation(id)
		return err
	})
	edges := []time.Time{c.LastAt.Add(time.Hour), c.LastAt.Add(2 * time.Hour), c.LastAt.Add(24 * time.Hour), c.LastAt.Add(48 * time.Hour)}
	if !c.DueAt.IsZero() {
		edges = append(edges, c.DueAt, c.DueAt.Add(-time.Hour), c.DueAt.Add(-3*time.Hour))
	}
	if !c.AwaitingSince.IsZero() {
		edges = append(edges, c.AwaitingSince.Add(30*time.Minute), c.AwaitingSince.Add(time.Hour))
	}
	at := rapid.SampledFrom(edges).Draw(t, "edge").Add(about(t))
	if d := at.Sub(l.Clock.Now()); d > 0 {
		l.Clock.Add(d)
	}
}

// setUp changes what the desk's own things are called, or who is who, as a lead's acts do.
func (l *live) setUp(t *rapid.T, what string) {
	ctx := context.Background()
	ch := inbox.Change{Actor: inbox.ActorUser, User: l.Carl}
	err := l.Store.Update(ctx, inbox.Persons, func(tx inbox.Tx) error {
		topics, err := tx.Topics()
		if err != nil {
			return err
		}
		queues, err := tx.Queues()
		if err != nil {
			return err
		}
		users, err := tx.Users()
		if err != nil {
			return err
		}
		topic, queue := &topics[rapid.IntRange(0, 1).Draw(t, "topic")], &queues[rapid.IntRange(0, 2).Draw(t, "queue")]
		user := &users[rapid.SampledFrom([]int{0, 1, 3, 4}).Draw(t, "user")] // there is always a lead
		switch what {
		case "rename":
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				ch.Kind, topic.Name = inbox.ChangeTopic, rapid.SampledFrom([]string{"vej", "trafik", "cykel"}).Draw(t, "name")
				err = tx.PutTopic(topic)
			case 1:
				ch.Kind, queue.Name = inbox.ChangeQueue, rapid.SampledFrom([]string{"Borgerservice", "Skranken", queue.Name}).Draw(t, "name")
				err = tx.PutQueue(queue)
			case 2:
				ch.Kind, user.Name = inbox.ChangeUser, rapid.SampledFrom([]string{"Anna And", "En anden"}).Draw(t, "name")
				err = tx.PutUser(user)
			}
		case "move":
			cykel := &topics[1]
			ch.Kind, cykel.Parent = inbox.ChangeTopic, rapid.SampledFrom([]inbox.TopicID{0, l.Vej}).Draw(t, "parent")
			err = tx.PutTopic(cykel)
		case "user":
			ch.Kind, user.Role = inbox.ChangeUser, rapid.SampledFrom([]inbox.Role{inbox.Viewer, inbox.Agent, inbox.Editor}).Draw(t, "role")
			user.Disabled = user.ID > l.Carl && rapid.IntRange(0, 3).Draw(t, "disabled") == 0 // the others act
			err = tx.PutUser(user)
		case "members":
			ch.Kind, queue.Members = inbox.ChangeQueue, rapid.SampledFrom([][]inbox.UserID{nil, {l.Dorte}, {l.Anna, l.Dorte, l.Erik}}).Draw(t, "members")
			err = tx.PutQueue(queue)
		}
		if inbox.CodeOf(err) == inbox.Conflict { // the name is taken
			return err
		}
		if err != nil {
			return err
		}
		return tx.Append(&ch)
	})
	if inbox.CodeOf(err) == inbox.Conflict {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(ctx); err != nil {
		t.Fatal(err)
	}
}

// check compares what sessions see with what a search finds now.
func (l *live) check(t *rapid.T) {
	t.Helper()
	ctx := context.Background()
	settle(t, l.Hub(), l.seq(t), l.lookers)
	if err := l.Hub().Tick(ctx); err != nil {
		t.Fatal(err)
	}
	for _, k := range l.lookers {
		for name, q := range k.shown {
			hits, err := k.seat.Search(ctx, q, inbox.Page{Size: 1000})
			if (err == nil) != (k.sub.Err(name) == nil) {
				t.Fatalf("%d looks at %q: %v; a search: %v", k.who, q, k.sub.Err(name), err)
			}
			if err != nil {
				l.met["refused"]++
				if n := k.sub.Count(name); n != -1 || len(k.sub.Top(name, 0, 10)) > 0 {
					t.Fatalf("%d sees %d in %q, which cannot be asked: %v", k.who, n, q, err)
				}
				continue
			}
			same(t, fmt.Sprintf("%d looks at %q", k.who, q), k.sub.Top(name, 0, 1000), hits.Keys)
			if n := k.sub.Count(name); n != len(hits.Keys) {
				t.Fatalf("%q counts %d of %d", q, n, len(hits.Keys))
			}
			for i, key := range hits.Keys {
				if n, ok := k.sub.Place(name, key.ID); n != i || !ok {
					t.Fatalf("%q has %d in place %d, %v, not %d", q, key.ID, n, ok, i)
				}
			}
			if b, err := k.seat.Bind(q); err == nil {
				of, want := l.truth(t, b)
				same(t, fmt.Sprintf("a search of %d for %q", k.who, q), hits.Keys, want)
				if len(want) > 0 {
					l.met["hits"]++
				}
				if len(want) < of {
					l.met["misses"]++
				}
			}
		}
	}
}

// settle waits until the hub has followed the log and has filled all views.
func settle(t failer, hub *inbox.Hub, seq inbox.Seq, lookers []*looker) {
	t.Helper()
	ready := func() bool {
		if hub.Seq() < seq {
			return false
		}
		for _, k := range lookers {
			for name := range k.shown {
				if k.sub.Err(name) == nil && k.sub.Count(name) < 0 {
					return false
				}
			}
		}
		return true
	}
	for end := time.Now().Add(patience); !ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the hub does not come to rest")
		}
	}
}
