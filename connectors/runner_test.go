package connectors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
	"lytter/internal/leak"
)

func TestMain(m *testing.M) { os.Exit(leak.Check(m.Run)) }

var keys = []string{"fb-kommunen", "ig-kommunen", "x-kommunen"}

// channel of an account's key.
func channel(key string) string {
	return map[string]string{"fb": ledger.Facebook, "ig": ledger.Instagram, "x": ledger.X}[key[:strings.IndexByte(key, '-')]]
}

// subscribed waits until the platforms send webhooks.
func (w *world) subscribed() {
	w.t.Helper()
	w.until("webhooks are subscribed", func() bool {
		for _, a := range w.runner.Status().Accounts {
			if !a.Hooked {
				return false
			}
		}
		return true
	})
}

// connected waits until the foreground of every account has been read once, so that what comes now is new.
func (w *world) connected() {
	w.t.Helper()
	w.until("the accounts are live", func() bool {
		for _, a := range w.runner.Status().Accounts {
			for _, s := range a.Streams {
				if s.Steps == 0 || s.CatchingUp {
					return false
				}
			}
			if a.Account.State != inbox.AccountLive {
				return false
			}
		}
		return true
	})
}

func TestByWebhook(t *testing.T) {
	w := newWorld(t, options{hooked: true, polls: time.Hour})
	w.subscribed()
	w.connected()
	for _, key := range keys {
		id := w.ask(key, "Hvornår åbner svømmehallen?")
		var m inbox.Message
		w.until(key+": the question is stored", func() (ok bool) { m, ok = w.message(key, id); return ok })
		if !strings.HasSuffix(m.Text, "Hvornår åbner svømmehallen?") || m.Direction != inbox.In || m.Author == 0 {
			t.Errorf("%s: stored as %+v", key, m)
		}
		if key == "fb-kommunen" {
			steps := []struct {
				what string
				do   func() error
				is   func(inbox.Message) bool
			}{
				{
					"edited", func() error { return w.platform.Edit(channel(key), id, "Hvornår lukker den?") },
					func(m inbox.Message) bool { return m.Text == "Hvornår lukker den?" && !m.EditedAt.IsZero() },
				},
				{"hidden", func() error { return w.platform.Hide(channel(key), id, true) }, func(m inbox.Message) bool { return m.Hidden }},
				{"shown", func() error { return w.platform.Hide(channel(key), id, false) }, func(m inbox.Message) bool { return !m.Hidden }},
				{
					"deleted", func() error { return w.platform.Remove(channel(key), id) },
					func(m inbox.Message) bool { return !m.DeletedAt.IsZero() && m.Text == "" },
				},
			}
			for _, s := range steps {
				if err := s.do(); err != nil {
					t.Fatal(err)
				}
				w.until(s.what, func() bool { m, _ := w.message(key, id); return s.is(m) })
			}
		}
	}
	if n := w.runner.Counts(); n.Acknowledged == 0 || n.Unsigned != 0 || n.Refused != 0 {
		t.Errorf("counts %+v", n)
	}
	w.until("the post that they hang on is known", func() bool {
		for _, a := range w.hand.Accounts {
			for _, item := range w.platform.Ledger().Items(ledger.Filter{Account: a.ID}) {
				if item.Ours && item.Kind == ledger.Post && !w.hasPost(a.Key, item.ID) {
					return false
				}
			}
		}
		return true
	})
}

func (w *world) hasPost(key, id string) (ok bool) {
	w.t.Helper()
	a, known := w.desk.Directory().AccountNamed(key)
	if !known {
		return true
	}
	err := w.db.View(w.t.Context(), func(tx inbox.Tx) error {
		p, err := tx.FindPost(a.ID, inbox.RemoteID(id))
		ok = p != nil && p.Fetched && p.Text != ""
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ok
}

func TestByPollAlone(t *testing.T) {
	w := newWorld(t, options{})
	w.connected()
	for _, key := range keys {
		id := w.ask(key, "Hvornår åbner svømmehallen?")
		below := w.say(sandbox.Publication{Account: key, Parent: id, Text: "Det vil jeg også vide"})
		w.until(key+": the question is stored", func() bool { _, ok := w.message(key, id); return ok })
		w.until(key+": the answer to it is stored", func() bool { _, ok := w.message(key, below); return ok })
		a, _ := w.message(key, id)
		b, _ := w.message(key, below)
		if a.Conversation != b.Conversation {
			t.Errorf("%s: an answer is in another conversation", key)
		}
	}
	if n := w.journal.Last(); n != 0 {
		t.Errorf("%d webhooks came", n)
	}
	// What is edited or hidden on Facebook is seen by the sweep.
	id := w.ask("fb-kommunen", "Er der is?")
	w.until("stored", func() bool { _, ok := w.message("fb-kommunen", id); return ok })
	if err := w.platform.Edit(ledger.Facebook, id, "Er der is i dag?"); err != nil {
		t.Fatal(err)
	}
	if err := w.platform.Hide(ledger.Facebook, id, true); err != nil {
		t.Fatal(err)
	}
	w.until("edited and hidden", func() bool {
		m, _ := w.message("fb-kommunen", id)
		return m.Text == "Er der is i dag?" && m.Hidden
	})
}

func TestBackfill(t *testing.T) {
	w := newWorld(t, options{config: func(c *sandbox.Config) { c.History = sandbox.History{Conversations: 150, Days: 10} }})
	w.agrees()
	w.connected()
}

func TestReplyGoesOutOnceAndComesBack(t *testing.T) {
	for _, hooked := range []bool{true, false} {
		t.Run(fmt.Sprintf("hooked=%v", hooked), func(t *testing.T) {
			w := newWorld(t, options{hooked: hooked})
			if hooked {
				w.subscribed()
			}
			w.connected()
			for _, key := range keys {
				id := w.ask(key, "Hvornår åbner svømmehallen?")
				var m inbox.Message
				w.until("stored", func() (ok bool) { m, ok = w.message(key, id); return ok })
				o := w.reply(m, "Kl. 10, og på søndag kl. 12")
				w.until(key+": sent", func() bool { return w.outgoing(o.ID).State == inbox.Sent })
				got := w.outgoing(o.ID)
				w.until(key+": the platform shows it back", func() bool {
					m, ok := w.message(key, string(got.Remote))
					return ok && !m.EchoedAt.IsZero()
				})
				m, _ = w.message(key, string(got.Remote))
				if m.Outgoing != o.ID || m.By != 1 || m.Direction != inbox.Out {
					t.Errorf("%s: the echo is %+v", key, m)
				}
			}
			if acts := w.platform.Ledger().Acts(ledger.Filter{}); len(acts) != len(keys) {
				t.Errorf("the platforms did %d things for us; want %d", len(acts), len(keys))
			}
			if n := len(w.messages()); n != 2*len(keys) {
				t.Errorf("%d messages; want %d", n, 2*len(keys))
			}
		})
	}
}

func TestLaw1_AcknowledgedIsIngestedAfterADeath(t *testing.T) {
	w := newWorld(t, options{hooked: true, polls: time.Hour})
	w.subscribed()
	w.connected()
	w.kill()
	// A desk that takes in and dies before it ingests anything.
	w.options.idle = true
	w.start()
	var ids [][2]string
	for i := range 30 {
		key := keys[i%len(keys)]
		ids = append(ids, [2]string{key, w.ask(key, fmt.Sprintf("Spørgsmål %d?", i))})
	}
	w.until("all are acknowledged", func() bool {
		s := w.platform.Ledger().Summary()
		return s.ByState[ledger.Pending] == 0 && s.ByState[ledger.Delivered] == s.Events
	})
	if n := len(w.messages()); n != 0 {
		t.Fatalf("%d are ingested already", n)
	}
	w.kill()
	w.options.idle = false
	for range 3 {
		w.start()
		w.until("all are ingested", func() bool {
			for _, id := range ids {
				if _, ok := w.message(id[0], id[1]); !ok {
					return false
				}
			}
			return true
		})
		w.until("the journal is done", func() bool { return w.runner.Status().Backlog == 0 })
		w.kill()
		if w.db == nil {
			break
		}
	}
	w.start()
	if n := w.runner.Counts().New; n != 0 {
		t.Errorf("%d were ingested again", n)
	}
}

// The storm: webhooks twice, late, lost and in batches, an API that fails, a desk that dies. Nothing lost, nothing doubled.
func TestLaw2_StormOverBadRoads(t *testing.T) {
	rates := sandbox.Faults{Duplicate: 0.2, Reorder: 0.1, Drop: 0.15, Batch: 0.2, Error5xx: 0.1, HTML: 0.02, Truncate: 0.02}
	w := newWorld(t, options{hooked: true, rates: rates})
	w.subscribed()
	const each = 60
	var wg sync.WaitGroup
	for n, key := range keys {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(n)))
			post := w.publish(sandbox.Publication{Account: key, Ours: true, Text: "Ny cykelsti på Havnegade"})
			said := []string{post}
			for i := range each {
				p := sandbox.Publication{Account: key, Text: fmt.Sprintf("Kommentar %d", i)}
				p.Author = sandbox.Author{Name: fmt.Sprintf("Borger %d", i%13), Handle: fmt.Sprintf("borger%d", i%13)}
				if p.Parent = said[rnd.IntN(len(said))]; p.Parent == post {
					p.Parent, p.Context = "", post
				}
				id := w.publish(p)
				said = append(said, id)
				switch rnd.IntN(12) {
				case 0:
					if channel(key) == ledger.Facebook {
						w.try(w.platform.Edit(channel(key), id, fmt.Sprintf("Kommentar %d, rettet", i)))
					}
				case 1:
					if channel(key) != ledger.X {
						w.try(w.platform.Hide(channel(key), id, true))
					}
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			time.Sleep(60 * time.Millisecond)
			w.kill()
			w.start()
		}
	})
	wg.Wait()
	w.agrees()
	s := w.platform.Summary()
	if s.Faults["webhook_dropped"] == 0 || s.Faults["webhook_duplicated"] == 0 || s.Faults["api_5xx"] == 0 {
		t.Errorf("the roads were not bad: %v", s.Faults)
	}
	in := 0
	for _, m := range w.messages() {
		if m.Direction == inbox.In {
			in++
		}
	}
	if in != each*len(keys) {
		t.Errorf("%d inbound messages; want %d", in, each*len(keys))
	}
}

func (w *world) publish(p sandbox.Publication) string {
	got, err := w.platform.Publish(p)
	w.try(err)
	return got.ID
}

func (w *world) try(err error) {
	if err != nil {
		w.t.Error(err)
	}
}

// A platform that takes answers and says nothing, and a desk that dies. No answer twice; what was taken is found.
func TestLaw3_NoAnswerTwice(t *testing.T) {
	w := newWorld(t, options{rates: sandbox.Faults{}})
	w.connected()
	const each = 10
	var asked [][2]string
	for i := range each * len(keys) {
		key := keys[i%len(keys)]
		asked = append(asked, [2]string{key, w.ask(key, fmt.Sprintf("Spørgsmål %d?", i))})
	}
	questions := make([]inbox.Message, len(asked))
	for i, q := range asked {
		w.until("stored", func() (ok bool) { questions[i], ok = w.message(q[0], q[1]); return ok })
	}
	w.faults(sandbox.Faults{LoseAnswer: 0.5, Error5xx: 0.05, Slow: 0.2, SlowFor: sandbox.Duration(5 * time.Millisecond)})
	var out []inbox.OutgoingID
	for i, m := range questions {
		out = append(out, w.reply(m, fmt.Sprintf("Svar nummer %d til dig", i)).ID)
		if i%9 == 8 {
			w.kill()
			w.start()
		}
	}
	w.until("every answer has left", func() bool {
		return !slices.ContainsFunc(out, func(id inbox.OutgoingID) bool {
			s := w.outgoing(id).State
			return s != inbox.Sent && s != inbox.Unknown
		})
	})
	w.faults(sandbox.Faults{})
	accepted := map[string]string{}
	for _, act := range w.platform.Ledger().Acts(ledger.Filter{}) {
		if other, twice := accepted[act.Text]; twice {
			t.Errorf("law 3: %q was published twice: %s and %s", act.Text, other, act.ID)
		}
		accepted[act.Text] = act.ID
	}
	w.until("what was taken is found", func() bool {
		for _, id := range out {
			if o := w.outgoing(id); o.State == inbox.Unknown && accepted[o.Text] != "" {
				return false
			}
		}
		return true
	})
	lost := 0
	for _, id := range out {
		switch o := w.outgoing(id); {
		case o.State == inbox.Sent && accepted[o.Text] != string(o.Remote):
			t.Errorf("answer %d says that it is %s; the platform has %q", id, o.Remote, accepted[o.Text])
		case o.State == inbox.Unknown && o.Reason == nil:
			t.Errorf("answer %d is unknown, and nobody says why", id)
		}
	}
	for _, act := range w.platform.Ledger().Acts(ledger.Filter{}) {
		if act.AnswerLost {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no answer of the platform was lost")
	}
	w.agrees()
}

// revocable is a connector whose token can be lost and come back.
type revocable struct {
	connectors.Connector
	lost *lostFlag
}

type lostFlag struct {
	mu   sync.Mutex
	lost bool
}

func (f *lostFlag) set(v bool) { f.mu.Lock(); defer f.mu.Unlock(); f.lost = v }

func (f *lostFlag) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lost {
		return &connectors.Error{Class: connectors.Auth, Reason: *inbox.Why("platform.token_expired")}
	}
	return nil
}

func (r revocable) Poll(ctx context.Context, a inbox.Account, stream string, cursor []byte) (connectors.Page, error) {
	if err := r.lost.err(); err != nil {
		return connectors.Page{}, err
	}
	return r.Connector.Poll(ctx, a, stream, cursor)
}

func (r revocable) Send(ctx context.Context, a inbox.Account, o inbox.Outgoing) (connectors.Receipt, error) {
	if err := r.lost.err(); err != nil {
		return connectors.Receipt{}, err
	}
	return r.Connector.Send(ctx, a, o)
}

func TestLostTokenHoldsRepliesAndTakesIn(t *testing.T) {
	flag := &lostFlag{}
	hooks := map[inbox.Channel]connectors.Connector{}
	w := newWorld(t, options{
		hooked: true, keys: []string{"fb-kommunen"},
		wrap: func(c connectors.Connector) connectors.Connector {
			hooks[c.Channel()] = c
			if c.Channel() != inbox.Facebook {
				return c
			}
			return struct {
				revocable
				connectors.Webhook
				connectors.Fetcher
				connectors.Subscriber
			}{revocable{c, flag}, c.(connectors.Webhook), c.(connectors.Fetcher), c.(connectors.Subscriber)}
		},
	})
	w.subscribed()
	w.connected()
	key := "fb-kommunen"
	first := w.ask(key, "Hvornår åbner svømmehallen?")
	var m inbox.Message
	w.until("stored", func() (ok bool) { m, ok = w.message(key, first); return ok })

	state := func() inbox.Account {
		a, _ := w.desk.Directory().AccountNamed(key)
		return a
	}
	flag.set(true)
	w.until("the account says that it needs a login", func() bool { return state().State == inbox.AccountNeedsLogin })
	if why := state().Advice; why == nil || why.Key != "platform.token_expired" {
		t.Errorf("advice %v", why)
	}
	o := w.reply(m, "Kl. 10")
	w.until("the reply is held", func() bool { return w.outgoing(o.ID).State == inbox.Held })
	second := w.ask(key, "Og på søndag?")
	w.until("what comes in is taken in", func() bool { _, ok := w.message(key, second); return ok })

	// It dies and begins again with the token still lost: the reply stays held.
	w.kill()
	w.start()
	time.Sleep(100 * time.Millisecond)
	if s := w.outgoing(o.ID).State; s != inbox.Held {
		t.Fatalf("after a start the reply is %s", s)
	}
	flag.set(false)
	w.until("the account is well", func() bool { return state().State == inbox.AccountLive })
	w.until("the reply is sent", func() bool { return w.outgoing(o.ID).State == inbox.Sent })
	if acts := w.platform.Ledger().Acts(ledger.Filter{}); len(acts) != 1 {
		t.Errorf("the platform did %d things", len(acts))
	}
}

func TestPlatformThatIsDownIsSaidAndRecovers(t *testing.T) {
	w := newWorld(t, options{keys: []string{"x-kommunen"}})
	w.connected()
	state := func() inbox.AccountState {
		a, _ := w.desk.Directory().AccountNamed("x-kommunen")
		return a.State
	}
	w.faults(sandbox.Faults{Error5xx: 1})
	w.until("unreached", func() bool { return state() == inbox.AccountUnreached })
	id := w.ask("x-kommunen", "Er I der?")
	w.faults(sandbox.Faults{})
	w.until("live again", func() bool { return state() == inbox.AccountLive })
	w.until("what was missed is there", func() bool { _, ok := w.message("x-kommunen", id); return ok })
}

func TestUnsubscribedIsSubscribedAgain(t *testing.T) {
	w := newWorld(t, options{hooked: true, keys: []string{"fb-kommunen"}, polls: time.Hour})
	w.subscribed()
	w.connected()
	w.unsubscribe()
	missed := w.ask("fb-kommunen", "Hører I mig?")
	w.until("what was missed is polled", func() bool { _, ok := w.message("fb-kommunen", missed); return ok })
	w.until("webhooks come again", func() bool { return w.heard("fb-kommunen") })
}
