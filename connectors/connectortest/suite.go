package connectortest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// Platform is a connector under test.
type Platform struct {
	Channel inbox.Channel
	Key     string // of the account in the sandbox
	// New makes the connector for a sandbox.
	New func(t testing.TB, h sandbox.Handshake) Connector
	// Sign gives the header with which the platform signs a body.
	Sign func(h sandbox.Handshake, body []byte) http.Header
	// Samples is a folder of the public sample payloads; tests of it are skipped where there is none.
	Samples string
	// Change, if set, prepares the sandbox.
	Change func(*sandbox.Config)
	// Strange is a body that is signed and well formed and holds a kind of event that nobody knows.
	Strange string
}

// Connector is what the suite needs of one: all that the three platforms have.
type Connector interface {
	connectors.Connector
	connectors.Webhook
	connectors.Fetcher
	connectors.Subscriber
	connectors.Meter
	connectors.Examiner
}

// Decoding is the part of a connector under test that needs no platform.
type Decoding struct {
	New     func(t testing.TB, h sandbox.Handshake) connectors.Webhook
	Sign    func(h sandbox.Handshake, body []byte) http.Header
	Strange string
}

func (p Platform) decoding() Decoding {
	hook := func(tb testing.TB, h sandbox.Handshake) connectors.Webhook {
		tb.Helper()
		return p.New(tb, h)
	}
	return Decoding{New: hook, Sign: p.Sign, Strange: p.Strange}
}

// RunDecoder runs the part of the suite that needs no simulated platform: goldens of what bodies decode to, signatures, and that what
// nobody knows is kept. A new connector begins with it.
func RunDecoder(t *testing.T, d Decoding) {
	t.Helper()
	t.Run("Fixtures", func(t *testing.T) { fixtures(t, d) })
	t.Run("Signature", func(t *testing.T) { signature(t, d) })
	t.Run("UnknownKindsAreKept", func(t *testing.T) { strange(t, d) })
}

// Run runs the suite.
func Run(t *testing.T, p Platform) {
	t.Helper()
	d := p.decoding()
	RunDecoder(t, d)
	t.Run("Samples", func(t *testing.T) { samples(t, d, p.Samples) })
	t.Run("PagingIsCompleteWhilePeopleWrite", func(t *testing.T) { paging(t, p) })
	t.Run("HistoryIsComplete", func(t *testing.T) { history(t, p) })
	t.Run("Faults", func(t *testing.T) { faults(t, p) })
	t.Run("LostToken", func(t *testing.T) { lostToken(t, p) })
	t.Run("Unreachable", func(t *testing.T) { unreachable(t, p) })
	t.Run("SendAndEcho", func(t *testing.T) { sendAndEcho(t, p) })
	t.Run("Law3_AcceptedAndLostIsFound", func(t *testing.T) { lostAnswer(t, p) })
	t.Run("GoneTarget", func(t *testing.T) { goneTarget(t, p) })
	t.Run("CapabilitiesAreHonest", func(t *testing.T) { honest(t, p) })
	t.Run("Fetch", func(t *testing.T) { fetch(t, p) })
}

// live is a connector before a running sandbox.
type live struct {
	Connector
	t       testing.TB
	p       Platform
	world   *sandbox.Server
	hand    sandbox.Handshake
	account inbox.Account
	secrets []string
}

// open starts a sandbox with what change makes of its configuration, and makes the connector.
func open(tb testing.TB, p Platform, change func(*sandbox.Config)) *live {
	tb.Helper()
	cfg := sandbox.DefaultConfig(7)
	cfg.Meta.Filtered = 0.5 // pages come short, or empty with more behind them
	cfg.History.Conversations = 0
	cfg.Meta.HiddenAuthors = 0
	cfg.Meta.ConversationsPerSecond = -1 // the connectors under test do not pause
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	for _, f := range []func(*sandbox.Config){p.Change, change} {
		if f != nil {
			f(&cfg)
		}
	}
	s, err := sandbox.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(tb.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error("sandbox:", err)
		}
	})
	l := &live{t: tb, p: p, world: s, hand: s.Handshake()}
	l.Connector = p.New(tb, l.hand)
	acc, ok := l.hand.Account(p.Key)
	if !ok {
		tb.Fatalf("the sandbox has no account %s", p.Key)
	}
	l.account = inbox.Account{
		ID: 1, Channel: p.Channel, Remote: inbox.RemoteID(acc.ID), Name: p.Key, Title: acc.Name, Handle: acc.Handle, State: inbox.AccountLive,
	}
	for _, s := range []string{acc.Token, acc.Secret, acc.OAuth2Token, l.hand.Meta.AppSecret, l.hand.XApp.ConsumerSecret, l.hand.XApp.BearerToken} {
		if s != "" {
			l.secrets = append(l.secrets, s)
		}
	}
	return l
}

// say publishes something and gives its id.
func (l *live) say(p sandbox.Publication) inbox.RemoteID {
	l.t.Helper()
	p.Account = l.p.Key
	if !p.Ours && p.Author.Name == "" {
		p.Author = sandbox.Author{Name: "Mette Holm", Handle: "metteholm"}
	}
	got, err := l.world.Publish(p)
	if err != nil {
		l.t.Fatal(err)
	}
	return inbox.RemoteID(got.ID)
}

// post publishes a post of ours.
func (l *live) post(text string) inbox.RemoteID {
	return l.say(sandbox.Publication{Ours: true, Text: text})
}

// ask publishes a citizen's question below a post of ours, and gives its id.
func (l *live) ask(text string) inbox.RemoteID {
	return l.say(sandbox.Publication{Context: string(l.post("Vi holder åbent på søndag")), Text: text})
}

func (l *live) faults(f sandbox.Faults) {
	l.t.Helper()
	if err := l.world.Faults().SetRates(f); err != nil {
		l.t.Fatal(err)
	}
}

// reader polls all streams of a connector, as the Runner does.
type reader struct {
	*live
	cursors map[string][]byte
	items   []inbox.Incoming
	steps   int
	tries   int // failed steps in a row
}

func (l *live) reader() *reader { return &reader{live: l, cursors: map[string][]byte{}} }

const maxSteps = 5000

// round reads every stream until it has no more. Failures are tried again, a hundred times in a row at most.
func (r *reader) round() {
	r.t.Helper()
	for _, s := range r.Streams(r.account) {
		r.stream(s.Name)
	}
}

func (r *reader) stream(name string) {
	r.t.Helper()
	for more := true; more; {
		if r.steps++; r.steps > maxSteps {
			r.t.Fatalf("stream %s does not end", name)
		}
		page, err := r.Poll(r.t.Context(), r.account, name, r.cursors[name])
		r.items = append(r.items, page.Items...)
		for _, u := range page.Unread {
			r.t.Errorf("stream %s: %s: %s", name, u.Reason.String(), u.Bytes)
		}
		if page.Cursor != nil {
			r.cursors[name] = page.Cursor
		}
		if err != nil {
			r.harmless(err)
			if r.tries++; r.tries > 100 {
				r.t.Fatalf("stream %s: %v", name, err)
			}
			continue
		}
		r.tries = 0
		more = page.More && page.Wait == 0 // nobody waits for a limit here: what is left is read when the stream is asked again
	}
}

// has lists what was read: the last telling of each message.
func (r *reader) has() map[inbox.RemoteID]inbox.Incoming {
	out := map[inbox.RemoteID]inbox.Incoming{}
	for _, in := range r.items {
		switch in.Event {
		case inbox.Posted, inbox.Edited, inbox.ContextSeen:
			out[in.Remote] = in
		}
	}
	return out
}

// harmless fails the test if an error gives a secret away.
func (l *live) harmless(err error) {
	l.t.Helper()
	for _, s := range l.secrets {
		if err != nil && strings.Contains(err.Error(), s) {
			l.t.Errorf("an error shows a secret: %v", err)
		}
	}
}

// reply makes an outgoing.
func reply(to inbox.RemoteID, text string) inbox.Outgoing {
	return inbox.Outgoing{ID: 1, Account: 1, Kind: inbox.PublicReply, Target: to, Text: text, Token: "t", State: inbox.Sending, SendingAt: time.Now()}
}

// want fails the test unless an error is of a class and says rightly whether it may have been done.
func (l *live) want(err error, class connectors.Class, maybe bool) {
	l.t.Helper()
	l.harmless(err)
	e := connectors.AsError(err)
	if e == nil {
		l.t.Fatalf("no error; want %s", class)
	}
	if e.Class != class || e.Maybe != maybe {
		l.t.Fatalf("class %s, maybe %v; want %s, %v: %v", e.Class, e.Maybe, class, maybe, err)
	}
	if e.Reason.Key == "" {
		l.t.Errorf("%s has no reason for people", class)
	}
}
