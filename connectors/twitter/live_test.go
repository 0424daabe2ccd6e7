package twitter

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// city is a connector before a sandbox, with a callback that decodes what comes.
type city struct {
	*Connector
	t      *testing.T
	world  *sandbox.Server
	us     inbox.Account
	hook   string
	lies   atomic.Bool // it answers X's question wrongly
	mu     sync.Mutex
	bodies [][]byte
	heard  connectors.Decoded
}

func newCity(t *testing.T, change func(*sandbox.Config), also func(*Config, *Account)) *city {
	t.Helper()
	cfg := sandbox.DefaultConfig(11)
	cfg.History.Conversations = 0
	cfg.Log = slog.New(slog.DiscardHandler)
	cfg.X.Open = true
	if change != nil {
		change(&cfg)
	}
	s, err := sandbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	h := s.Handshake()
	acc, ok := h.Account("x-kommunen")
	if !ok {
		t.Fatal("the sandbox has no account on X")
	}
	c := &city{Connector: forSandbox(t, h, also), t: t, world: s}
	c.us = inbox.Account{ID: 1, Channel: inbox.X, Remote: inbox.RemoteID(acc.ID), Handle: acc.Handle, State: inbox.AccountLive}
	server := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(server.Close)
	c.hook = server.URL
	return c
}

func (c *city) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		if !c.lies.Load() {
			c.Challenge(w, r)
		}
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = c.Verify(r.Header, body)
	}
	if err != nil {
		c.t.Error(err)
		return
	}
	d, err := c.Decode(body)
	if err != nil {
		c.t.Errorf("%v: %s", err, body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bodies = append(c.bodies, body)
	c.heard.Items = append(c.heard.Items, d.Items...)
	c.heard.Unread = append(c.heard.Unread, d.Unread...)
	c.heard.Revoked = append(c.heard.Revoked, d.Revoked...)
	c.heard.Ignored += d.Ignored
}

// hears gives what came by webhook since the last call.
func (c *city) hears() connectors.Decoded {
	c.t.Helper()
	if idle := c.world.Flush(c.t.Context()); !idle.Idle {
		c.t.Fatal("events are still on their way")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.heard
	c.heard = connectors.Decoded{}
	return out
}

func (c *city) says(p sandbox.Publication) inbox.RemoteID {
	c.t.Helper()
	p.Account = "x-kommunen"
	if p.Author.Name == "" {
		p.Author = sandbox.Author{Name: "Mette Holm", Handle: "metteholm"}
	}
	got, err := c.world.Publish(p)
	if err != nil {
		c.t.Fatal(err)
	}
	return inbox.RemoteID(got.ID)
}

// reads polls a stream to its end.
func (c *city) reads(stream string) (out []inbox.Incoming) {
	c.t.Helper()
	var cursor []byte
	for range 100 {
		page, err := c.Poll(c.t.Context(), c.us, stream, cursor)
		if err != nil {
			c.t.Fatal(err)
		}
		out = append(out, page.Items...)
		if cursor = page.Cursor; !page.More || page.Wait > 0 {
			return out
		}
	}
	c.t.Fatalf("stream %s does not end", stream)
	return nil
}

// Everything that people do on X reaches the desk by either family of webhooks, as the same thing, and what polling sees of it is that too.
func TestLaw2_BothFamiliesAndPollingTellTheSame(t *testing.T) {
	tell := func(in inbox.Incoming) string {
		who := ""
		if in.Author != nil {
			who = string(in.Author.Remote)
		}
		text := in.Text
		if in.Event != inbox.Posted {
			text = ""
		}
		return fmt.Sprintf("%s %s %s in %s below %s on %s by %s ours=%v %s %q", in.Event, in.Kind, in.Remote, in.Thread, in.Parent, in.Context, who, in.FromUs, in.Reaction, text)
	}
	for _, renamed := range []bool{false, true} {
		var families [2][]string
		for i, family := range []func(*Config, *Account){nil, byActivity} {
			c := newCity(t, func(cfg *sandbox.Config) { cfg.X.Renamed = renamed }, family)
			if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
				t.Fatal(err)
			}
			var pairs []string
			name := func(id inbox.RemoteID, as string) inbox.RemoteID {
				pairs = append(pairs, string(id), as)
				return id
			}
			post := name(c.says(sandbox.Publication{Ours: true, Text: "Vi åbner kl. 10"}), "POST")
			reply := name(c.says(sandbox.Publication{Parent: string(post), Text: "Også i dag?"}), "REPLY")
			name(c.says(sandbox.Publication{Quotes: string(post), Text: "Endelig"}), "QUOTE")
			name(c.says(sandbox.Publication{Text: "Der er hul i vejen " + strings.Repeat("og i cykelstien ", 30)}), "LONG")
			name(c.says(sandbox.Publication{Ours: true, Parent: string(reply), Text: "Ja"}), "ANSWER")
			c.says(sandbox.Publication{Kind: sandbox.KindReaction, Parent: string(post), Text: "like"})
			c.says(sandbox.Publication{Kind: sandbox.KindReaction, Parent: string(post), Text: "repost"})
			name(c.says(sandbox.Publication{Kind: sandbox.KindDirect, Text: "Kan I skrive til mig? havneborg.dk/hul"}), "DM")
			name(c.says(sandbox.Publication{Kind: sandbox.KindDirect, Text: "Se her", Media: []sandbox.Media{{Type: "image"}}}), "PICTURE")
			name(c.says(sandbox.Publication{Kind: sandbox.KindDirect, Ours: true, Text: "Ja, gerne"}), "WE")
			c.says(sandbox.Publication{Kind: sandbox.KindRead})
			gone := name(c.says(sandbox.Publication{Ours: true, Text: "Forkert"}), "GONE")
			if err := c.world.Remove("x", string(gone)); err != nil {
				t.Fatal(err)
			}
			got := c.hears()
			if len(got.Unread) > 0 {
				t.Fatalf("%s", got.Unread[0].Bytes)
			}
			ids := strings.NewReplacer(pairs...)
			for _, in := range got.Items {
				families[i] = append(families[i], ids.Replace(tell(in)))
			}
			slices.Sort(families[i])
			families[i] = slices.Compact(families[i])
			for _, want := range []string{"POST", "REPLY", "QUOTE", "LONG", "ANSWER", "like", "repost", "DM", "PICTURE", "WE", "seen", "deleted"} {
				if !slices.ContainsFunc(families[i], func(s string) bool { return strings.Contains(s, want) }) {
					t.Errorf("nobody told of %s", want)
				}
			}
			// What polling sees is, word for word, what was told.
			for _, stream := range []string{streamMentions, streamDirect, streamOwn} {
				for _, in := range c.reads(stream) {
					if line := ids.Replace(tell(in)); !slices.Contains(families[i], line) {
						t.Errorf("stream %s has\n%s\nwhich no webhook told:\n%s", stream, line, strings.Join(families[i], "\n"))
					}
				}
			}
		}
		if a, b := strings.Join(families[0], "\n"), strings.Join(families[1], "\n"); a != b {
			t.Errorf("Account Activity (renamed %v):\n%s\n\nActivity API:\n%s", renamed, a, b)
		}
	}
}

// A desk that asks again for what it has gets no second subscription, and hears when X has ended one.
func TestSubscriptions(t *testing.T) {
	c := newCity(t, nil, byActivity)
	is := func(want bool) {
		t.Helper()
		if got, err := c.Subscribed(t.Context(), c.us, c.hook); err != nil || got != want {
			t.Errorf("subscribed %v, %v; want %v", got, err, want)
		}
	}
	is(false)
	for range 2 {
		if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
			t.Fatal(err)
		}
	}
	is(true)
	h, err := c.webhook(t.Context(), c.hook)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Data []struct {
			ID   string `json:"subscription_id"`
			Type string `json:"event_type"`
		} `json:"data"`
	}
	r := c.app(http.MethodGet, "/2/activity/subscriptions")
	r.query = map[string][]string{"max_results": {"100"}}
	if err := c.call(t.Context(), r, &list); err != nil || len(list.Data) != len(wantedTypes) {
		t.Fatalf("%d subscriptions for %d types, %v", len(list.Data), len(wantedTypes), err)
	}
	for _, missed := range []string{"like.create", "dm.received"} { // the first is one that only some apps have
		for _, s := range list.Data {
			if s.Type != missed {
				continue
			}
			if err := c.call(t.Context(), c.app(http.MethodDelete, "/2/activity/subscriptions/"+s.ID), nil); err != nil {
				t.Fatal(err)
			}
		}
		is(missed == "like.create")
	}
	if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
		t.Fatal(err)
	}
	is(true)
	// X gives up an address that answers its question wrongly, and says so only where it is asked.
	c.lies.Store(true)
	if err := c.call(t.Context(), c.app(http.MethodPut, "/2/webhooks/"+string(h.ID)), nil); err != nil {
		t.Fatal(err)
	}
	is(false)
	c.lies.Store(false)
	if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
		t.Fatal(err)
	}
	is(true)
	if err := c.call(t.Context(), c.app(http.MethodDelete, "/2/webhooks/"+string(h.ID)), nil); err != nil {
		t.Fatal(err)
	}
	is(false)
}

// Without an OAuth 2.0 token X gives no private events: that is said, not passed over.
func TestPrivateEventsNeedOAuth2(t *testing.T) {
	c := newCity(t, nil, nil)
	acc := c.cfg.Accounts[c.us.Remote]
	acc.Activity = true
	c.cfg.Accounts[c.us.Remote] = acc
	if err := c.Subscribe(t.Context(), c.us, c.hook); connectors.ClassOf(err) != connectors.Forbidden {
		t.Errorf("subscribing with OAuth 1.0a: %v", err)
	}
}

// An encrypted chat shows that somebody wrote, and cannot be answered from here.
func TestEncryptedChats(t *testing.T) {
	c := newCity(t, nil, byActivity)
	if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
		t.Fatal(err)
	}
	c.says(sandbox.Publication{Kind: sandbox.KindDirect, Media: []sandbox.Media{{Type: "encrypted"}}})
	items := c.hears().Items
	if len(items) != 1 || items[0].Kind != inbox.Direct || items[0].Text != "" || len(items[0].Media) != 1 || items[0].Media[0].Type != "unsupported" {
		t.Fatalf("%+v", items)
	}
	m := inbox.Message{Kind: inbox.Direct, Author: 1, Media: items[0].Media}
	if may := c.Can(c.us, m, inbox.ActReply, time.Now()); may.Allowed || may.Reason.Key != "x.encrypted" {
		t.Errorf("%+v", may)
	}
}

// A search reads what names nobody of ours, for rules and views, with a budget of its own.
func TestSearches(t *testing.T) {
	now := time.Now()
	c := newCity(t, func(cfg *sandbox.Config) { cfg.Speed = 1e6 }, func(cfg *Config, a *Account) {
		a.Searches, cfg.SearchBudget, cfg.Now = []string{`cykelsti -is:retweet`}, 150, func() time.Time { return now }
	})
	streams := c.Streams(c.us)
	last := streams[len(streams)-1]
	if last.Name != "search:cykelsti -is:retweet" || !last.Background {
		t.Fatalf("%+v", streams)
	}
	other := c.says(sandbox.Publication{Text: "noget andet"})
	for i := range 320 { // what quotes a stranger names nobody of ours
		c.says(sandbox.Publication{Text: fmt.Sprintf("hul i en cykelsti nr. %d", i), Quotes: string(other)})
	}
	now = now.Add(time.Second)
	got := map[inbox.RemoteID]bool{}
	var cursor []byte
	read := func() (calls int) {
		for more := true; more; calls++ {
			page, err := c.Poll(t.Context(), c.us, last.Name, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Items {
				if in.Remote == other {
					continue
				}
				if got[in.Remote] = true; in.Aside || in.Kind != inbox.Mention {
					t.Fatalf("%+v", in)
				}
			}
			if more = page.More && page.Wait == 0; page.Cursor != nil {
				cursor = page.Cursor
			}
		}
		return calls
	}
	read()
	if len(got) < 100 || len(got) > 250 {
		t.Fatalf("a day's budget of 150 read %d", len(got))
	}
	if first := len(got); read() != 1 || len(got) != first {
		t.Error("it goes on without a budget")
	}
	for range 4 {
		now = now.AddDate(0, 0, 1)
		read()
	}
	if len(got) != 320 {
		t.Errorf("%d of 320 after some days", len(got))
	}
}

// What the app's tier does not have is refused with words before X refuses it, and X does refuse it.
func TestTiers(t *testing.T) {
	for _, tier := range []Tier{SelfServe, Enterprise} {
		c := newCity(t, func(cfg *sandbox.Config) { cfg.X.Tier = string(tier) }, func(cfg *Config, _ *Account) { cfg.Tier = tier })
		post := c.says(sandbox.Publication{Ours: true, Text: "Vi åbner kl. 10"})
		bystander := c.says(sandbox.Publication{Parent: string(c.says(sandbox.Publication{Parent: string(post), Text: "Også i dag?"})), Text: "@metteholm ja"})
		// Of the bystander's post X has put our handle at its beginning; somebody who took it away did not name us.
		m := inbox.Message{Kind: inbox.Mention, Remote: bystander, Parent: post, Author: 1, Text: "ja"}
		for do, want := range map[inbox.Action]string{inbox.ActReply: "refused.not_summoned", inbox.ActLike: "x.like"} {
			may := c.Can(c.us, m, do, time.Now())
			if tier == Enterprise {
				want = ""
			}
			if may.Allowed != (want == "") || want != "" && may.Reason.Key != want {
				t.Errorf("%s %s: %+v", tier, do, may)
			}
		}
		_, err := c.Send(t.Context(), c.us, inbox.Outgoing{Kind: inbox.Like, Target: bystander})
		if class := connectors.ClassOf(err); tier == Enterprise && err != nil || tier == SelfServe && class != connectors.Forbidden {
			t.Errorf("%s: liking: %v", tier, err)
		}
	}
	if _, err := New(Config{Tier: "gold"}); err == nil {
		t.Error("a tier that nobody knows")
	}
}

// Replies can be hidden where we began the conversation, and nowhere else.
func TestHiding(t *testing.T) {
	c := newCity(t, nil, nil)
	ours := c.says(sandbox.Publication{Parent: string(c.says(sandbox.Publication{Ours: true, Text: "Vi åbner"})), Text: "Dumt"})
	theirs := c.says(sandbox.Publication{Parent: string(c.says(sandbox.Publication{Text: "Dumt"})), Text: "@havneborg enig"})
	hide := func(id inbox.RemoteID) error {
		_, err := c.Send(t.Context(), c.us, inbox.Outgoing{Kind: inbox.Hide, Target: id})
		return err
	}
	if err := hide(ours); err != nil {
		t.Error(err)
	}
	if item, _ := c.world.Ledger().Item(ledger.X, string(c.us.Remote), string(ours)); !item.Hidden {
		t.Error("it is not hidden")
	}
	if err := hide(theirs); connectors.ClassOf(err) != connectors.Rejected {
		t.Errorf("in another's conversation: %v", err)
	}
	if may := c.Can(c.us, inbox.Message{Kind: inbox.Mention, Remote: theirs}, inbox.ActHide, time.Now()); may.Allowed || may.Reason.Key != "x.hide" {
		t.Errorf("what answers nothing: %+v", may)
	}
}
