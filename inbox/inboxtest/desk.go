// Package inboxtest makes a desk over the real store for tests: two accounts, three queues, five people, a few topics, a clock that
// stands until it is moved.
package inboxtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/store"
)

// Desk is a desk for tests.
type Desk struct {
	*inbox.Desk
	Clock *Clock

	Facebook, X               inbox.AccountID
	Borger, Teknik, Bibliotek inbox.QueueID
	Vej, Cykel                inbox.TopicID
	// Anna and Bo are editors, Carl is a lead, Dorte an agent of Bibliotek, Erik a viewer. Anna and Carl are in Teknik.
	Anna, Bo, Carl, Dorte, Erik inbox.UserID
}

// Clock stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Start is when the clock of a new desk stands: a Tuesday morning.
var Start = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

// Abilities allows replies of at most 280 by X's counting, with up to four small pictures, and of 8000 characters elsewhere, with one.
type Abilities struct{}

// Can implements inbox.Abilities.
func (Abilities) Can(a inbox.Account, _ inbox.Message, _ inbox.Action, _ time.Time) inbox.Capability {
	if a.Channel == inbox.X {
		return inbox.Capability{Allowed: true, MaxText: 280, Measure: inbox.CountX, Files: Pictures(4), Alt: true}
	}
	return inbox.Capability{Allowed: true, MaxText: 8000, Measure: inbox.CountRunes, Files: Pictures(1)}
}

// Pictures allows so many pictures of at most 1 MB.
func Pictures(most int) []inbox.FileRule {
	return []inbox.FileRule{{Kind: "image", Types: []string{"image/png", "image/gif"}, MaxBytes: 1 << 20, Most: most}}
}

// NoRules is a desk without rules; Verdict, if set, answers for them.
type NoRules struct {
	Verdict func(*query.Doc) inbox.Verdict
}

// Compile implements inbox.Rules.
func (r NoRules) Compile(*inbox.RuleSet, *inbox.Directory) (inbox.Classifier, error) { return r, nil }

// IDs implements inbox.Rules.
func (r NoRules) IDs(*inbox.RuleSet) []string { return []string{"cykelveje"} }

// Diff implements inbox.Rules.
func (r NoRules) Diff(_, _ *inbox.RuleSet) []inbox.RuleChange { return nil }

// Written implements inbox.Rules.
func (r NoRules) Written(*inbox.RuleSet) []inbox.WrittenRule { return nil }

// Edit implements inbox.Rules: there is nothing to edit.
func (r NoRules) Edit(data []byte, _ inbox.RuleEdit) ([]byte, error) { return data, nil }

// Classify implements inbox.Classifier.
func (r NoRules) Classify(d *query.Doc) inbox.Verdict {
	if r.Verdict == nil {
		return inbox.Verdict{}
	}
	return r.Verdict(d)
}

// Option changes how a desk is made.
type Option func(*inbox.Config)

// TB is what is needed of a test; testing's and rapid's T have it.
type TB interface {
	Helper()
	Error(args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// New makes a desk in a temporary folder. Its hub does not run.
func New(tb TB, opts ...Option) *Desk {
	tb.Helper()
	dir, err := os.MkdirTemp("", "inboxtest")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return Open(tb, filepath.Join(dir, "desk.db"), opts...)
}

// Open makes a desk over a file, or opens the one that is there.
func Open(tb TB, file string, opts ...Option) *Desk {
	tb.Helper()
	ctx := context.Background()
	d := &Desk{Clock: &Clock{now: Start}}
	st, err := store.Open(ctx, store.Options{Path: file, Now: d.Clock.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := st.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := st.Update(ctx, inbox.Persons, d.setUp); err != nil {
		tb.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	cfg := inbox.Config{
		Store: st, Abilities: Abilities{}, Rules: NoRules{}, Cutter: text.NewCutter(0), Now: d.Clock.Now, Location: time.UTC,
		Settings: inbox.Settings{Target: 4 * time.Hour},
		NewToken: func() string {
			mu.Lock()
			defer mu.Unlock()
			n++
			return fmt.Sprintf("token-%d", n)
		},
	}
	for _, o := range opts {
		o(&cfg)
	}
	if d.Desk, err = inbox.NewDesk(ctx, cfg); err != nil {
		tb.Fatal(err)
	}
	return d
}

func (d *Desk) setUp(tx inbox.Tx) error {
	have, err := tx.Accounts()
	if err != nil {
		return err
	}
	fb := &inbox.Account{Channel: inbox.Facebook, Remote: "page", Name: "byen", Title: "Byen", State: inbox.AccountLive}
	x := &inbox.Account{Channel: inbox.X, Remote: "42", Name: "byen-x", Title: "Byen", Handle: "byen", State: inbox.AccountLive}
	queues := []*inbox.Queue{{Name: "Borgerservice"}, {Name: "Teknik og Miljø"}, {Name: "Fremtidens bibliotek"}}
	vej := &inbox.Topic{Name: "vej"}
	cykel := &inbox.Topic{Name: "cykel"}
	users := []*inbox.User{
		{Login: "anna", Name: "Anna And", Role: inbox.Editor},
		{Login: "bo", Name: "Bo Beck", Role: inbox.Editor},
		{Login: "carl", Name: "Carl Carlsen", Role: inbox.Lead},
		{Login: "dorte", Name: "Dorte Dahl", Role: inbox.Agent},
		{Login: "erik", Name: "Erik Eg", Role: inbox.Viewer},
	}
	if len(have) == 0 {
		cal := &inbox.Calendar{Name: inbox.DefaultCalendar, Spec: "mon-fri 8:00-16:00"}
		if err := tx.PutCalendar(cal); err != nil {
			return err
		}
		for _, u := range users {
			if err := tx.PutUser(u); err != nil {
				return err
			}
		}
		queues[1].Members = []inbox.UserID{users[0].ID, users[2].ID}
		queues[2].Members = []inbox.UserID{users[3].ID}
		for i, q := range queues {
			q.Position = i
			if err := tx.PutQueue(q); err != nil {
				return err
			}
		}
		for _, a := range []*inbox.Account{fb, x} {
			if err := tx.PutAccount(a); err != nil {
				return err
			}
		}
		if err := tx.PutTopic(vej); err != nil {
			return err
		}
		for _, name := range []string{"Tak", "Presse"} {
			if err := tx.PutTemplate(&inbox.Template{Name: name, Texts: map[string]string{"da": "Tak.", "en": "Thanks."}}); err != nil {
				return err
			}
		}
		cykel.Parent = vej.ID
		if err := tx.PutTopic(cykel); err != nil {
			return err
		}
	}
	d.Facebook, d.X = 1, 2
	d.Borger, d.Teknik, d.Bibliotek = 1, 2, 3
	d.Vej, d.Cykel = 1, 2
	d.Anna, d.Bo, d.Carl, d.Dorte, d.Erik = 1, 2, 3, 4, 5
	return nil
}

// Seat seats somebody.
func (d *Desk) Seat(tb TB, u inbox.UserID) *inbox.Seat {
	tb.Helper()
	s, err := d.As(u)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Say makes an Incoming: somebody's comment on Facebook, below a post of ours.
func (d *Desk) Say(remote, author, words string) inbox.Incoming {
	return inbox.Incoming{
		Account: d.Facebook, Event: inbox.Posted, Source: inbox.FromWebhook, Kind: inbox.Comment, Remote: inbox.RemoteID(remote),
		Context: "post", Author: &inbox.Author{Remote: inbox.RemoteID(author), Name: author, Followers: -1}, Text: words, At: d.Clock.Now(),
	}
}

// Take takes items in, one batch.
func (d *Desk) Take(tb TB, items ...inbox.Incoming) inbox.Report {
	tb.Helper()
	rep, err := d.Ingest(context.Background(), inbox.Batch{Items: items})
	if err != nil {
		tb.Fatal(err)
	}
	return rep
}

// Read runs f on a snapshot.
func (d *Desk) Read(tb TB, f func(inbox.Tx) error) {
	tb.Helper()
	if err := d.Store.View(context.Background(), f); err != nil {
		tb.Fatal(err)
	}
}

// Find gives the conversation that a message is in.
func (d *Desk) Find(tb TB, a inbox.AccountID, remote string) *inbox.Thread {
	tb.Helper()
	var t *inbox.Thread
	d.Read(tb, func(tx inbox.Tx) error {
		m, err := tx.FindMessage(a, inbox.RemoteID(remote))
		if err != nil || m == nil {
			return err
		}
		ts, err := tx.Threads([]inbox.ConversationID{m.Conversation})
		if err == nil && len(ts) == 1 {
			t = ts[0]
		}
		return err
	})
	if t == nil {
		tb.Fatalf("no conversation has message %s", remote)
	}
	return t
}
