package connectors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/facebook"
	"lytter/connectors/instagram"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/connectors/twitter"
	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/store"
	"lytter/store/journal"
)

// world is the platforms, simulated in this process but spoken to over HTTP, and a desk on a data folder that can be killed and begun
// again.
type world struct {
	t        *testing.T
	platform *sandbox.Server
	hand     sandbox.Handshake
	options  options
	folder   string
	journal  *journal.Journal
	full     atomic.Bool
	damage   atomic.Int64
	handler  atomic.Pointer[http.Handler] // of the desk that is alive
	server   *httptest.Server

	db      *store.DB
	desk    *inbox.Desk
	runner  *connectors.Runner
	stop    context.CancelFunc
	stopped chan error
}

type options struct {
	hooked bool // webhooks come; else polls alone
	rates  sandbox.Faults
	polls  time.Duration // 0: 30 ms
	wrap   func(connectors.Connector) connectors.Connector
	exams  time.Duration // how often access is examined; 0: 60 s
	idle   bool          // the Runner is made and served, and does not run
	config func(*sandbox.Config)
	leaves bool // Meta calls when somebody removes the app; older things are hardly read
	keys   []string
}

// disk is the journal of the store, as the Runner sees it.
type disk struct {
	*journal.Journal
	full   *atomic.Bool  // as a full disk
	damage *atomic.Int64 // a row that the disk has lost
}

func (d disk) Append(ctx context.Context, a inbox.AccountID, _ http.Header, body []byte) (int64, error) {
	if d.full.Load() {
		return 0, inbox.E(inbox.Unavailable, "journal.Append", "journal.full")
	}
	return d.Journal.Append(ctx, journal.Entry{Account: a, Body: body})
}

func (d disk) Read(ctx context.Context, after int64, n int) ([]connectors.Row, error) {
	entries, err := d.Journal.Read(ctx, after, n)
	rows := make([]connectors.Row, len(entries))
	for i, e := range entries {
		rows[i] = connectors.Row{ID: e.Row, Account: e.Account, At: e.At, Body: e.Body, Damaged: e.Damaged || e.Row == d.damage.Load()}
	}
	return rows, err
}

// noRules is a desk without rules.
type noRules struct{}

func (noRules) Compile(*inbox.RuleSet, *inbox.Directory) (inbox.Classifier, error) {
	return noRules{}, nil
}
func (noRules) IDs(*inbox.RuleSet) []string                        { return nil }
func (noRules) Diff(_, _ *inbox.RuleSet) []inbox.RuleChange        { return nil }
func (noRules) Written(*inbox.RuleSet) []inbox.WrittenRule         { return nil }
func (noRules) Edit(data []byte, _ inbox.RuleEdit) ([]byte, error) { return data, nil }
func (noRules) Classify(*query.Doc) inbox.Verdict                  { return inbox.Verdict{} }

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	if o.polls == 0 {
		o.polls = 30 * time.Millisecond
	}
	if o.keys == nil {
		o.keys = []string{"fb-kommunen", "ig-kommunen", "x-kommunen"}
	}
	cfg := sandbox.DefaultConfig(11)
	cfg.History.Conversations = 0
	cfg.Meta.HiddenAuthors = 0
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	cfg.HoldFor = 50 * time.Millisecond
	cfg.Speed = 1000
	limit := sandbox.XLimit{App: 1_000_000, User: 1_000_000}
	cfg.X.Limits = map[string]sandbox.XLimit{}
	for _, op := range xOperations {
		cfg.X.Limits[op] = limit
	}
	cfg.X.DuplicateWindow = time.Nanosecond
	cfg.Meta.DuplicateWindow = time.Nanosecond
	w := &world{t: t, options: o, folder: t.TempDir()}
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if h := w.handler.Load(); h != nil {
			(*h).ServeHTTP(rw, r)
			return
		}
		http.Error(rw, "the desk is down", http.StatusBadGateway)
	}))
	if o.leaves {
		cfg.Meta.Apps[0].Deauthorize = w.server.URL + "/hooks/fb-kommunen/deauthorize"
	}
	if o.config != nil {
		o.config(&cfg)
	}
	p, err := sandbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	w.platform, w.hand = p, p.Handshake()
	t.Cleanup(func() {
		w.kill()
		w.server.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error("sandbox:", err)
		}
	})
	w.start()
	w.faults(o.rates)
	return w
}

// xOperations are the limits of X that the desk may meet.
var xOperations = []string{"mentions", "timeline", "create", "tweets", "users", "webhooks", "subscriptions"}

func (w *world) faults(f sandbox.Faults) {
	w.t.Helper()
	if err := w.platform.Faults().SetRates(f); err != nil {
		w.t.Fatal(err)
	}
}

// start begins a desk on the folder.
func (w *world) start() {
	w.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(w.folder, "desk.db")})
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
	if w.journal, err = journal.Open(ctx, journal.Options{Path: filepath.Join(w.folder, "journal.db"), Now: time.Now}); err != nil {
		w.t.Fatal(err)
	}
	var accounts []inbox.Account
	err = db.Update(ctx, inbox.Machines, func(tx inbox.Tx) error {
		if accounts, err = tx.Accounts(); err != nil || len(accounts) > 0 {
			return err
		}
		for _, key := range w.options.keys {
			acc, ok := w.hand.Account(key)
			if !ok {
				return fmt.Errorf("no account %s", key)
			}
			a := inbox.Account{
				Channel: inbox.Channel(acc.Channel), Remote: inbox.RemoteID(acc.ID), Name: key, Title: acc.Name, Handle: acc.Handle,
				State: inbox.AccountConnecting, Since: tx.Now(),
			}
			if err := tx.PutAccount(&a); err != nil {
				return err
			}
			accounts = append(accounts, a)
		}
		return tx.PutUser(&inbox.User{Login: "karen", Name: "Karen", Role: inbox.Editor})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	cs := w.connectors()
	w.desk, err = inbox.NewDesk(ctx, inbox.Config{
		Store: db, Abilities: connectors.NewAbilities(cs...), Rules: noRules{}, Cutter: text.NewCutter(1000), Now: time.Now,
		Settings: inbox.Settings{UndoPublic: time.Millisecond}, NewToken: token,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var links []connectors.Link
	for _, a := range accounts {
		l := connectors.Link{Account: a.ID}
		if w.options.hooked {
			l.Callback = w.server.URL + "/hooks/" + a.Name
		}
		links = append(links, l)
	}
	pace := connectors.Pace{
		Poll: w.options.polls, PollHooked: w.options.polls, StepGap: time.Millisecond, Send: 10 * time.Millisecond, Find: 20 * time.Millisecond,
		FindMost: 200 * time.Millisecond, Fetch: 10 * time.Millisecond, Overtaken: 50 * time.Millisecond, Hooks: 200 * time.Millisecond,
		Backoff: 5 * time.Millisecond, BackoffMost: 50 * time.Millisecond, Examine: w.options.exams,
	}
	w.runner, err = connectors.NewRunner(connectors.Config{
		Desk: w.desk, Journal: disk{w.journal, &w.full, &w.damage}, Connectors: cs, Accounts: links, Owner: "test", Pace: pace, Log: logger(w.t),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	h := w.runner.Handler()
	w.handler.Store(&h)
	run, cancel := context.WithCancel(ctx)
	w.stop, w.stopped = cancel, make(chan error, 1)
	if w.options.idle {
		w.stopped <- nil
		return
	}
	go func() { w.stopped <- w.runner.Run(run) }()
}

var tokens atomic.Int64

func token() string { return fmt.Sprintf("token-%d", tokens.Add(1)) }

// logger shows what the desk says only where a test asks for it.
func logger(t *testing.T) *slog.Logger {
	t.Helper()
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return slog.New(slog.DiscardHandler)
}

// kill ends the desk. What it had not committed is gone.
func (w *world) kill() {
	if w.stop == nil {
		return
	}
	w.handler.Store(nil)
	w.stop()
	if err := <-w.stopped; err != nil {
		w.t.Error("runner:", err)
	}
	if err := errors.Join(w.db.Close(), w.journal.Close()); err != nil {
		w.t.Error("store:", err)
	}
	w.stop = nil
}

func (w *world) connectors() []connectors.Connector {
	w.t.Helper()
	pages, profiles, handles := map[inbox.RemoteID]connectors.Vault{}, map[inbox.RemoteID]instagram.Account{}, map[inbox.RemoteID]twitter.Account{}
	for _, a := range w.hand.Accounts {
		switch id := inbox.RemoteID(a.ID); a.Channel {
		case ledger.Facebook:
			pages[id] = connectors.Secret(a.Token)
		case ledger.Instagram:
			profiles[id] = instagram.Account{Token: connectors.Secret(a.Token), Page: inbox.RemoteID(a.Page)}
		case ledger.X:
			handles[id] = twitter.Account{Token: connectors.Secret(a.Token), Secret: connectors.Secret(a.Secret)}
		}
	}
	secrets, sweep := connectors.Secrets{connectors.Secret(w.hand.Meta.AppSecret)}, 300*time.Millisecond
	if w.options.leaves {
		sweep = time.Hour
	}
	fb, err := facebook.New(facebook.Config{
		AppID: w.hand.Meta.AppID, AppSecrets: secrets, VerifyToken: "fb-verify", Pages: pages, BaseURL: w.hand.Graph, SweepEvery: sweep,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	ig, err := instagram.New(instagram.Config{
		AppID: w.hand.Meta.AppID, AppSecrets: secrets, VerifyToken: "ig-verify", Accounts: profiles, BaseURL: w.hand.Graph,
		SweepEvery: sweep,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	x, err := twitter.New(twitter.Config{
		ConsumerKey: connectors.Secret(w.hand.XApp.ConsumerKey), ConsumerSecrets: connectors.Secrets{connectors.Secret(w.hand.XApp.ConsumerSecret)},
		Bearer: connectors.Secret(w.hand.XApp.BearerToken), Accounts: handles, BaseURL: w.hand.X, SelfServe: true, OwnEvery: 100 * time.Millisecond,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	cs := []connectors.Connector{fb, ig, x}
	if w.options.wrap != nil {
		for i := range cs {
			cs[i] = w.options.wrap(cs[i])
		}
	}
	return cs
}

// patience is how long a test waits for what must come, on a machine that has other things to do.
const patience = 3 * time.Minute

// until waits for something, and fails the test if it does not come.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain: %s\n%+v", what, w.runner.Status())
		}
	}
}

// messages gives everything in the store, by account and platform id. Two of the same are an error.
func (w *world) messages() map[string]inbox.Message {
	w.t.Helper()
	out := map[string]inbox.Message{}
	err := w.db.View(w.t.Context(), func(tx inbox.Tx) error {
		return tx.EachMessage(0, func(m inbox.Message) error {
			key := string(w.desk.Directory().Accounts[m.Account].Remote) + " " + string(m.Remote)
			if _, twice := out[key]; twice {
				w.t.Errorf("law 2: %s is there twice", key)
			}
			out[key] = m
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) message(key, id string) (inbox.Message, bool) {
	acc, _ := w.hand.Account(key)
	m, ok := w.messages()[acc.ID+" "+id]
	return m, ok
}

// say publishes something and gives its id.
func (w *world) say(p sandbox.Publication) string {
	w.t.Helper()
	if !p.Ours && p.Author.Name == "" {
		p.Author = sandbox.Author{Name: "Mette Holm", Handle: "metteholm"}
	}
	got, err := w.platform.Publish(p)
	if err != nil {
		w.t.Fatal(err)
	}
	return got.ID
}

// ask publishes a post of ours and a question below it, and gives the question's id.
func (w *world) ask(key, words string) string {
	post := w.say(sandbox.Publication{Account: key, Ours: true, Text: "Vi holder åbent på søndag"})
	return w.say(sandbox.Publication{Account: key, Context: post, Text: words})
}

// reply answers a message as Karen.
func (w *world) reply(m inbox.Message, words string) *inbox.Outgoing {
	w.t.Helper()
	seat, err := w.desk.As(1)
	if err != nil {
		w.t.Fatal(err)
	}
	o, err := seat.Reply(w.t.Context(), inbox.Reply{Conversation: m.Conversation, To: m.ID, Text: words})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) outgoing(id inbox.OutgoingID) (o *inbox.Outgoing) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx inbox.Tx) (err error) {
		o, err = tx.Outgoing(id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// differences compares the platforms' ledger with the store.
func (w *world) differences() (out []string) {
	have := w.messages()
	for _, item := range w.platform.Ledger().Items(ledger.Filter{}) {
		m, ok := have[item.Account+" "+item.ID]
		_, ours := w.desk.Directory().AccountFor(inbox.Channel(item.Channel), inbox.RemoteID(item.Account))
		switch {
		case !ours:
		case item.Removed && ok && m.DeletedAt.IsZero() && item.Channel == ledger.Facebook && w.options.hooked && w.options.rates.Drop == 0:
			out = append(out, item.ID+" is deleted, and not in the store")
		case item.Removed || item.Ours && item.Kind == ledger.Post:
		case !ok:
			out = append(out, fmt.Sprintf("%s %s %s is not in the store", item.Channel, item.Kind, item.ID))
		case ledger.HashText(m.Text) != item.TextHash && (item.Channel != ledger.X || !item.Ours && !strings.Contains(m.Text, ".dk")):
			// X's ledger has its short links in place of addresses, and the handles that X puts before an answer.
			out = append(out, fmt.Sprintf("%s %s says %q", item.Channel, item.ID, m.Text))
		case (m.Direction == inbox.Out) != item.Ours:
			out = append(out, fmt.Sprintf("%s %s has direction %s", item.Channel, item.ID, m.Direction))
		}
	}
	return out
}

// unsubscribe ends a page's subscription behind the desk's back, as Meta does by itself.
func (w *world) unsubscribe() {
	w.t.Helper()
	acc, _ := w.hand.Account("fb-kommunen")
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodDelete, w.hand.Graph+"/v26.0/"+acc.ID+"/subscribed_apps", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+acc.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		w.t.Fatal("unsubscribe:", resp.Status)
	}
}

// agrees waits until the store has what the platforms have.
func (w *world) agrees() {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	gaps := w.differences()
	for ; len(gaps) > 0 && time.Now().Before(deadline); gaps = w.differences() {
		time.Sleep(20 * time.Millisecond)
	}
	if len(gaps) > 0 {
		w.t.Fatalf("%d differ:\n%s\n%+v", len(gaps), strings.Join(gaps[:min(len(gaps), 12)], "\n"), w.runner.Status().Counts)
	}
}
