package connectors_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/text"
	"lytter/store"
	"lytter/store/journal"
)

// fake is a platform in memory under a clock that is moved: what people wrote in each stream, and what is the matter.
type fake struct {
	mu      sync.Mutex
	channel inbox.Channel
	streams []connectors.Stream
	said    map[string][]inbox.Incoming // by stream, in order of time
	flood   map[string]int              // streams that never end, and how many things each step brings
	slow    time.Duration               // how long a call takes
	wait    time.Duration               // how long a walk that is not at its end must rest
	lost    []inbox.Gap                 // what the next step says that the platform no longer shows
	fault   func(stream string) error   // nil: none
	percent int                         // of the limits
	hooked  bool                        // it sends webhooks
	calls   map[string]int
	read    map[string]time.Time // of each stream: when the last walk that was read to its end began
	send    func(inbox.Outgoing) (connectors.Receipt, error)
}

func newFake(channel inbox.Channel, streams ...connectors.Stream) *fake {
	return &fake{
		channel: channel, streams: streams, said: map[string][]inbox.Incoming{}, flood: map[string]int{}, calls: map[string]int{},
		read: map[string]time.Time{}, slow: 100 * time.Millisecond,
	}
}

// say has a citizen write in a stream now.
func (f *fake) say(stream, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said[stream] = append(f.said[stream], inbox.Incoming{
		Event: inbox.Posted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: inbox.RemoteID(id), Context: "post", Text: "Hej " + id,
		Author: &inbox.Author{Remote: "p", Name: "Mette", Followers: -1}, At: time.Now(),
	})
}

func (f *fake) set(change func(f *fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fake) Channel() inbox.Channel { return f.channel }

func (f *fake) Can(inbox.Account, inbox.Message, inbox.Action, time.Time) inbox.Capability {
	return inbox.Capability{Allowed: true}
}

func (f *fake) Streams(inbox.Account) []connectors.Stream { return f.streams }

// place is the cursor of a fake.
type place struct {
	N     int       // what has been given
	Begun time.Time // of the present walk
	Until int       // how much there was when it began
}

const fakePage = 5

func (f *fake) Poll(ctx context.Context, _ inbox.Account, stream string, cursor []byte) (connectors.Page, error) {
	f.mu.Lock()
	slow := f.slow
	f.mu.Unlock()
	select {
	case <-ctx.Done():
		return connectors.Page{}, connectors.Unreached(ctx.Err(), true)
	case <-time.After(slow):
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[stream]++
	if f.fault != nil {
		if err := f.fault(stream); err != nil {
			return connectors.Page{}, err
		}
	}
	var at place
	if cursor != nil {
		if err := json.Unmarshal(cursor, &at); err != nil {
			return connectors.Page{}, err
		}
	}
	var page connectors.Page
	if n := f.flood[stream]; n > 0 {
		for range n {
			at.N++
			page.Items = append(page.Items, inbox.Incoming{
				Event: inbox.Posted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: inbox.RemoteID(fmt.Sprint(f.channel, stream, at.N)),
				Context: "post", Text: "flod", At: time.Now(),
			})
		}
		page.More = true
	} else {
		if at.Begun.IsZero() {
			at.Begun, at.Until = time.Now().Add(-slow), len(f.said[stream])
		}
		end := min(at.N+fakePage, at.Until)
		page.Items = append(page.Items, f.said[stream][at.N:end]...)
		at.N = end
		if page.More = end < at.Until; !page.More {
			f.read[stream] = at.Begun
			at.Begun = time.Time{}
		} else {
			page.Wait = f.wait
		}
		page.Lost, f.lost = f.lost, nil
	}
	var err error
	page.Cursor, err = json.Marshal(at)
	return page, err
}

func (f *fake) Send(_ context.Context, _ inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	return f.send(o)
}

func (f *fake) Find(context.Context, inbox.Account, inbox.Outgoing) ([]connectors.Receipt, error) {
	return nil, nil
}

func (f *fake) Challenge(http.ResponseWriter, *http.Request) {}

func (f *fake) Verify(http.Header, []byte) error { return nil }

// Decode reads only that something changed.
func (f *fake) Decode([]byte) (connectors.Decoded, error) {
	return connectors.Decoded{Stale: []inbox.RemoteID{""}}, nil
}

func (f *fake) Subscribe(context.Context, inbox.Account, string) error {
	f.set(func(f *fake) { f.hooked = true })
	return nil
}

func (f *fake) Subscribed(context.Context, inbox.Account, string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hooked, nil
}

func (f *fake) Usage(inbox.Account) connectors.Usage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return connectors.Usage{Percent: f.percent, At: time.Now()}
}

// stand is a desk with fakes for platforms. Its clock is that of the bubble it is in.
type stand struct {
	tb      testing.TB
	folder  string
	fakes   []*fake
	hooked  bool
	db      *store.DB
	journal *journal.Journal
	desk    *inbox.Desk
	runner  *connectors.Runner
	stop    func()
	full    atomic.Bool
	damage  atomic.Int64
}

// start begins the desk on its folder.
func (s *stand) start() {
	s.tb.Helper()
	check := func(err error) {
		s.tb.Helper()
		if err != nil {
			s.tb.Fatal(err)
		}
	}
	ctx := context.Background()
	var err error
	s.db, err = store.Open(ctx, store.Options{Path: filepath.Join(s.folder, "desk.db")})
	check(err)
	s.journal, err = journal.Open(ctx, journal.Options{Path: filepath.Join(s.folder, "journal.db"), Now: time.Now})
	check(err)
	check(s.db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		have, err := tx.Accounts()
		if err != nil || len(have) > 0 {
			return err
		}
		for _, f := range s.fakes {
			a := inbox.Account{
				Channel: f.channel, Remote: inbox.RemoteID("own-" + f.channel), Name: string(f.channel), State: inbox.AccountConnecting,
				Since: tx.Now(), Connected: tx.Now(),
			}
			if err := tx.PutAccount(&a); err != nil {
				return err
			}
		}
		return tx.PutUser(&inbox.User{Login: "karen", Name: "Karen", Role: inbox.Editor})
	}))
	cs := make([]connectors.Connector, 0, len(s.fakes))
	for _, f := range s.fakes {
		cs = append(cs, f)
	}
	s.desk, err = inbox.NewDesk(ctx, inbox.Config{
		Store: s.db, Abilities: connectors.NewAbilities(cs...), Rules: noRules{}, Cutter: text.NewCutter(100), Now: time.Now, NewToken: token,
	})
	check(err)
	var links []connectors.Link
	for i := range s.fakes {
		l := connectors.Link{Account: inbox.AccountID(i + 1)}
		if s.hooked {
			l.Callback = "https://desk.example/hooks/" + string(s.fakes[i].channel)
		}
		links = append(links, l)
	}
	s.runner, err = connectors.NewRunner(connectors.Config{
		Desk: s.desk, Journal: disk{s.journal, &s.full, &s.damage}, Connectors: cs, Accounts: links, Owner: "stand",
		Pace: connectors.Pace{Send: 5 * time.Second}, // its looking costs real time
	})
	check(err)
	run, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.runner.Run(run) }()
	s.stop = func() {
		cancel()
		if err := <-done; err != nil {
			s.tb.Error("runner:", err)
		}
		if err := s.journal.Close(); err != nil {
			s.tb.Error(err)
		}
		if err := s.db.Close(); err != nil {
			s.tb.Error(err)
		}
		s.stop = nil
	}
}

func (s *stand) view(f func(inbox.Tx) error) {
	s.tb.Helper()
	if err := s.db.View(context.Background(), f); err != nil {
		s.tb.Fatal(err)
	}
}

func (s *stand) gaps() (out []inbox.Gap) {
	s.tb.Helper()
	s.view(func(tx inbox.Tx) (err error) {
		out, err = tx.Gaps(1000)
		return err
	})
	return out
}

// find gives a message of the first account.
func (s *stand) find(id string) (m *inbox.Message) {
	s.tb.Helper()
	s.view(func(tx inbox.Tx) (err error) {
		m, err = tx.FindMessage(1, inbox.RemoteID(id))
		return err
	})
	return m
}

func (s *stand) state() inbox.AccountState { return s.desk.Directory().Accounts[1].State }
