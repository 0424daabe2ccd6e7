package instagram

import (
	"context"
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
	"lytter/connectors/connectortest"
	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
)

// world is a connector before a running sandbox, that hears its webhooks.
type world struct {
	*Connector
	t     *testing.T
	box   *sandbox.Server
	hand  sandbox.Handshake
	a     inbox.Account
	mu    sync.Mutex
	heard []inbox.Incoming
	sign  []string // the signatures of what was heard, with its bodies
	body  []string
}

func newWorld(t *testing.T, change func(*sandbox.Config), changes ...func(*Config)) *world {
	t.Helper()
	cfg := sandbox.DefaultConfig(7)
	cfg.History.Conversations = 0
	cfg.Meta.ConversationsPerSecond = -1 // the connector does not pause here
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
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
			t.Error("sandbox:", err)
		}
	})
	w := &world{t: t, box: s, hand: s.Handshake()}
	w.Connector = forSandbox(t, w.hand, changes...)
	acc, _ := w.hand.Account("ig-kommunen")
	w.a = inbox.Account{ID: 1, Channel: inbox.Instagram, Remote: inbox.RemoteID(acc.ID), Handle: acc.Handle, State: inbox.AccountLive}
	hook := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Challenge(rw, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = w.Verify(r.Header, body)
		}
		if err != nil {
			t.Error("a webhook:", err)
		}
		d, err := w.Decode(body)
		if err != nil || len(d.Unread) > 0 {
			t.Errorf("not read: %v %+v\n%s", err, d.Unread, body)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heard, w.sign, w.body = append(w.heard, d.Items...), append(w.sign, r.Header.Get("X-Hub-Signature-256")), append(w.body, string(body))
	}))
	t.Cleanup(hook.Close)
	if err := w.Subscribe(t.Context(), w.a, hook.URL); err != nil {
		t.Fatal(err)
	}
	if ok, err := w.Subscribed(t.Context(), w.a, hook.URL); err != nil || !ok {
		t.Fatalf("subscribed: %v, %v", ok, err)
	}
	return w
}

func (w *world) say(p sandbox.Publication) string {
	w.t.Helper()
	p.Account = "ig-kommunen"
	if p.Author.Name == "" {
		p.Author = sandbox.Author{Name: "Mette Holm", Handle: "metteholm"}
	}
	got, err := w.box.Publish(p)
	if err != nil {
		w.t.Fatal(err)
	}
	return got.ID
}

// hear gives what came by webhook since the call before.
func (w *world) hear() []inbox.Incoming {
	w.t.Helper()
	if idle := w.box.Flush(w.t.Context()); !idle.Idle {
		w.t.Fatalf("%d events are still on their way", idle.Waiting)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.heard
	w.heard = nil
	return out
}

// read polls a stream until it has no more.
func (w *world) read(stream string, cursor []byte) ([]inbox.Incoming, []byte) {
	w.t.Helper()
	var out []inbox.Incoming
	for range 200 {
		p, err := w.Poll(w.t.Context(), w.a, stream, cursor)
		if err != nil || len(p.Unread) > 0 {
			w.t.Fatalf("stream %s: %v %+v", stream, err, p.Unread)
		}
		out = append(out, p.Items...)
		if p.Cursor != nil {
			cursor = p.Cursor
		}
		if !p.More {
			return out, cursor
		}
	}
	w.t.Fatalf("stream %s does not end", stream)
	return nil, nil
}

func one(t *testing.T, items []inbox.Incoming, e inbox.Event, id string) inbox.Incoming {
	t.Helper()
	for _, in := range items {
		if in.Event == e && string(in.Remote) == id {
			return in
		}
	}
	t.Fatalf("no %s of %s in %+v", e, id, items)
	return inbox.Incoming{}
}

func none(t *testing.T, items []inbox.Incoming, what string) {
	t.Helper()
	if len(items) > 0 {
		t.Errorf("%s: %+v", what, items)
	}
}

// Everything that people do in private is heard by webhook, and as far as the platform shows it, polls tell the same.
func TestPrivateMessages(t *testing.T) {
	for name, change := range map[string]func(*sandbox.Config){"FacebookLogin": nil, "InstagramLogin": ownLogin} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, change)
			media := func(types ...string) (out []sandbox.Media) {
				for _, x := range types {
					out = append(out, sandbox.Media{Type: x, URL: "https://scontent.example/" + x})
				}
				return out
			}
			first := w.say(sandbox.Publication{Kind: sandbox.KindDirect, Text: "Hvornår åbner I?"})
			for _, c := range []struct {
				pub   sandbox.Publication
				media string // our word, as heard
				poll  string // and as polled; "": the same
			}{
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("image")}, "image", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("video")}, "video", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("audio")}, "audio", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("share")}, "share", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("ig_reel")}, "reel", "unsupported"},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("ig_post")}, "post", "unsupported"},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("story_mention")}, "story", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Text: "Fin story", Media: media("story_reply")}, "story", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: []sandbox.Media{{Type: "ephemeral"}}}, "gone", "unsupported"},
				{sandbox.Publication{Kind: sandbox.KindDirect, Media: media("unsupported")}, "unsupported", ""},
				{sandbox.Publication{Kind: sandbox.KindDirect, Text: "Ja", Media: []sandbox.Media{{Type: "quick_reply", Title: "YES"}}}, "button", "-"},
				{sandbox.Publication{Kind: sandbox.KindPostback, Text: "Tal med os"}, "button", "-"},
			} {
				id := w.say(c.pub)
				in := one(t, w.hear(), inbox.Posted, id)
				if len(in.Media) != 1 || in.Media[0].Type != c.media || in.Text != c.pub.Text || in.Kind != inbox.Direct || in.FromUs || in.Author == nil {
					t.Errorf("%+v came as %+v", c.pub, in)
				}
				items, _ := w.read(streamDirect, nil)
				got := one(t, items, inbox.Posted, id)
				want := c.media
				if c.poll != "" {
					want = c.poll
				}
				if want == "-" && len(got.Media) > 0 || want != "-" && (len(got.Media) != 1 || got.Media[0].Type != want) || got.Thread != in.Thread {
					t.Errorf("%+v is read as %+v", c.pub, got)
				}
			}
			quote := w.say(sandbox.Publication{Kind: sandbox.KindDirect, Text: "altså det her", Parent: first})
			if in := one(t, w.hear(), inbox.Posted, quote); string(in.Parent) != first {
				t.Errorf("a quoting answer came as %+v", in)
			}
			w.say(sandbox.Publication{Kind: sandbox.KindReaction, Parent: quote, Text: "love"})
			if in := one(t, w.hear(), inbox.Reacted, quote); in.Reaction != "love" || in.Author == nil {
				t.Errorf("a reaction came as %+v", in)
			}
			items, _ := w.read(streamDirect, nil)
			if in := one(t, items, inbox.Reacted, quote); in.Reaction != "love" {
				t.Errorf("a reaction is read as %+v", in)
			}
			w.say(sandbox.Publication{Kind: sandbox.KindUnreact, Parent: quote, Text: "love"})
			one(t, w.hear(), inbox.Unreacted, quote)
			who := w.say(sandbox.Publication{Kind: sandbox.KindRead})
			if in := one(t, w.hear(), inbox.Seen, who); in.Thread != in.Remote || in.At.IsZero() {
				t.Errorf("a reading came as %+v", in)
			}
			if err := w.box.Edit("instagram", quote, "rettet"); err != nil {
				t.Fatal(err)
			}
			if in := one(t, w.hear(), inbox.Edited, quote); in.Text != "rettet" {
				t.Errorf("an edit came as %+v", in)
			}
			items, _ = w.read(streamDirect, nil)
			if in := one(t, items, inbox.Posted, quote); in.Text != "rettet" {
				t.Errorf("an edited message is read as %+v", in)
			}
			if err := w.box.Remove("instagram", quote); err != nil {
				t.Fatal(err)
			}
			if in := one(t, w.hear(), inbox.Deleted, quote); in.Text != "" {
				t.Errorf("an unsent message came as %+v", in)
			}
			held := w.say(sandbox.Publication{Kind: sandbox.KindDirect, Text: "til en anden app", Standby: true})
			in := one(t, w.hear(), inbox.Posted, held)
			m := inbox.Message{Kind: inbox.Direct, Direction: inbox.In, Author: 1, Standby: in.Standby, At: in.At}
			if c := w.Can(w.a, m, inbox.ActReply, time.Now()); c.Allowed || c.Reason.Key != "refused.standby" {
				t.Errorf("in a thread that another app holds: %+v", c)
			}
			if _, err := w.Send(t.Context(), w.a, inbox.Outgoing{Kind: inbox.DirectReply, Thread: in.Thread, Text: "hej"}); connectors.AsError(err) == nil {
				t.Error("the platform lets us answer there")
			}
			echo := w.say(sandbox.Publication{Kind: sandbox.KindDirect, Ours: true, Text: "Kl. 10"})
			if in := one(t, w.hear(), inbox.Posted, echo); !in.FromUs || in.Author != nil || in.Thread != inbox.RemoteID(who) {
				t.Errorf("an answer from elsewhere came as %+v", in)
			}
			got, err := w.Fetch(t.Context(), w.a, []inbox.Pending{
				{What: inbox.WantProfile, Remote: inbox.RemoteID(who)},
				{What: inbox.WantParent, Remote: inbox.RemoteID(echo)},
				{What: inbox.WantParent, Remote: inbox.RemoteID(quote)},
			})
			if err != nil || got[0].Profile == nil || got[0].Profile.Handle != "metteholm" || len(got[1].Items) != 1 || !got[1].Items[0].FromUs ||
				connectors.ClassOf(got[2].Err) != connectors.Gone {
				t.Errorf("fetched %+v, %v", got, err)
			}
		})
	}
}

// Who names us on media of their own is told by ids alone, fetched, and answered; what was deleted since cannot be read.
func TestMentions(t *testing.T) {
	w := newWorld(t, nil)
	caption := w.say(sandbox.Publication{Kind: sandbox.KindMention, Text: "Se lige @havneborgkommune"})
	inComment := w.say(sandbox.Publication{Kind: sandbox.KindMention, Parent: caption, Text: "@havneborgkommune hvad siger I?"})
	lost := w.say(sandbox.Publication{Kind: sandbox.KindMention, Text: "@havneborgkommune slettes"})
	if err := w.box.Remove("instagram", lost); err != nil {
		t.Fatal(err)
	}
	heard := w.hear()
	var ps []inbox.Pending
	for _, id := range []string{caption, inComment, lost} {
		if in := one(t, heard, inbox.Posted, id); !in.Thin || in.Text != "" || in.Author != nil || in.Kind != inbox.Mention {
			t.Errorf("a mention came as %+v", in)
		}
		ps = append(ps, inbox.Pending{What: inbox.WantMessage, Remote: inbox.RemoteID(id)})
	}
	got, err := w.Fetch(t.Context(), w.a, ps)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Se lige @havneborgkommune", "@havneborgkommune hvad siger I?"} {
		if in := one(t, got[i].Items, inbox.Posted, string(ps[i].Remote)); in.Text != want || in.Kind != inbox.Mention || in.Thin ||
			in.Author == nil || in.Author.Handle != "metteholm" || in.Permalink == "" {
			t.Errorf("it was fetched as %+v", in)
		}
	}
	if connectors.ClassOf(got[2].Err) != connectors.Gone {
		t.Errorf("a deleted mention came as %+v", got[2])
	}
	for _, id := range []string{caption, inComment} {
		r, err := w.Send(t.Context(), w.a, inbox.Outgoing{Kind: inbox.PublicReply, Target: inbox.RemoteID(id), Text: "Tak, vi ser på det"})
		acts := w.box.Ledger().Acts(ledger.Filter{})
		if err != nil || acts[len(acts)-1].ID != string(r.Remote) || acts[len(acts)-1].Target != id {
			t.Errorf("answering %s: %+v, %v", id, r, err)
		}
	}
	// Below our own media a mention is told twice, in either order, and is one comment.
	own := w.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent"})
	id := w.say(sandbox.Publication{Context: own, Text: "@havneborgkommune også søndag?"})
	n := 0
	for _, in := range w.hear() {
		if string(in.Remote) == id {
			n++
		}
	}
	got, err = w.Fetch(t.Context(), w.a, []inbox.Pending{{What: inbox.WantMessage, Remote: inbox.RemoteID(id)}})
	if err != nil || n != 2 || one(t, got[0].Items, inbox.Posted, id).Kind != inbox.Comment {
		t.Errorf("told %d times, fetched as %+v, %v", n, got, err)
	}
}

// Media that we are tagged in no webhook tells; hashtags are looked for within their quota, and nobody says who wrote there.
func TestTagsAndHashtags(t *testing.T) {
	now := time.Now()
	var ahead atomic.Int64 // the sandbox's own goroutines look at the clock too
	clock := func() time.Time { return now.Add(time.Duration(ahead.Load())) }
	var names []string
	w := newWorld(t, func(c *sandbox.Config) { c.Now = clock }, func(c *Config) {
		c.Now = clock
		for id, a := range c.Accounts {
			a.Hashtags = []string{"havneborg", "vejarbejde"}
			c.Accounts[id] = a
		}
	})
	tag := w.say(sandbox.Publication{Kind: sandbox.KindTag, Text: "Sikke et hul #vejarbejde"})
	none(t, w.hear(), "a tag was told by webhook")
	items, cursor := w.read(streamTags, nil)
	if in := one(t, items, inbox.Posted, tag); in.Kind != inbox.Mention || in.Author == nil || in.Author.Handle != "metteholm" {
		t.Errorf("a tag is read as %+v", in)
	}
	later := w.say(sandbox.Publication{Kind: sandbox.KindTag, Text: "Endnu et #havneborg"})
	items, _ = w.read(streamTags, cursor)
	one(t, items, inbox.Posted, later)
	items, cursor = w.read(streamHashtag, nil)
	for _, id := range []string{tag, later} {
		in := one(t, items, inbox.Posted, id)
		if in.Author != nil || in.Kind != inbox.Mention || in.Permalink == "" {
			t.Errorf("under a hashtag %+v was read", in)
		}
		if c := w.Can(w.a, inbox.Message{Kind: in.Kind, Direction: inbox.In, At: in.At}, inbox.ActReply, now); c.Allowed {
			t.Error("an answer to nobody is offered")
		}
	}
	// Thirty in a week and no more: others wait until the older ones count no longer.
	for i := range 29 {
		names = append(names, "tag"+strings.Repeat("x", i))
	}
	have := w.cfg.Accounts[w.a.Remote]
	have.Hashtags = names
	w.cfg.Accounts[w.a.Remote] = have
	_, cursor = w.read(streamHashtag, cursor)
	if asked := strings.Count(string(cursor), `"asked"`); asked != 30 {
		t.Errorf("%d hashtags were asked for in a week", asked)
	}
	ahead.Store(int64(8 * 24 * time.Hour))
	_, cursor = w.read(streamHashtag, cursor)
	if !strings.Contains(string(cursor), `"`+names[28]+`":{"id":"17`) {
		t.Error("after a week the last one is not asked for:", string(cursor))
	}
}

// A moving picture as a comment has no webhook; polls bring it. A live video has comments of its own, answered in private while it lasts.
func TestCommentsThatWebhooksLeaveOut(t *testing.T) {
	w := newWorld(t, nil)
	_, cursor := w.read(streamNew, nil)
	own := w.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent"})
	gif := w.say(sandbox.Publication{Context: own, Media: []sandbox.Media{{Type: "gif"}}})
	none(t, w.hear(), "a moving picture was told by webhook")
	items, _ := w.read(streamNew, cursor)
	one(t, items, inbox.Posted, gif)

	live := w.say(sandbox.Publication{Ours: true, Kind: sandbox.KindLive, Text: "Byrådet, direkte"})
	first, second := w.say(sandbox.Publication{Context: live, Text: "hej"}), w.say(sandbox.Publication{Context: live, Text: "hvad med os?"})
	one(t, w.hear(), inbox.Posted, first)
	private := func(id string) error {
		_, err := w.Send(t.Context(), w.a, inbox.Outgoing{Kind: inbox.PrivateReply, Target: inbox.RemoteID(id), Text: "Skriv til os"})
		return err
	}
	if err := private(first); err != nil {
		t.Error("while it lasts:", err)
	}
	if err := private(first); connectors.ClassOf(err) != connectors.Rejected {
		t.Error("a second private answer:", err)
	}
	if err := w.box.Remove("instagram", live); err != nil {
		t.Fatal(err)
	}
	if e := connectors.AsError(private(second)); e == nil || e.Maybe || e.Class != connectors.Gone {
		t.Error("when it is over:", e)
	}
}

// Each login's webhooks are signed with a secret of their own; one address takes both, and nobody else's.
func TestBothSecretsVerify(t *testing.T) {
	for name, change := range map[string]func(*sandbox.Config){"FacebookLogin": nil, "InstagramLogin": ownLogin} {
		w := newWorld(t, change)
		own := w.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent"})
		w.say(sandbox.Publication{Context: own, Text: "hej"})
		w.say(sandbox.Publication{Kind: sandbox.KindDirect, Text: "hej"})
		if got := w.hear(); len(got) != 2 {
			t.Errorf("%s: heard %+v", name, got)
		}
		key := w.hand.Meta.AppSecret
		if change != nil {
			key = w.hand.Meta.InstagramSecret
		}
		for i, body := range w.body {
			if want := connectortest.SignMeta(key, []byte(body)).Get("X-Hub-Signature-256"); w.sign[i] != want {
				t.Errorf("%s is signed with another secret", name)
			}
		}
	}
}

// An account that leaves private messages alone asks for none and reads none; one of Instagram Login has no tags to read.
func TestWhatIsNotAskedFor(t *testing.T) {
	c, err := New(Config{AppID: "1", AppSecrets: connectors.Secrets{"s"}, Accounts: map[inbox.RemoteID]Account{
		"1": {Token: connectors.Secret("t"), NoDirect: true}, "2": {Token: connectors.Secret("t"), Login: InstagramLogin, Hashtags: []string{"x"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	streams := func(id inbox.RemoteID) (out []string) {
		for _, s := range c.Streams(inbox.Account{Remote: id}) {
			out = append(out, s.Name)
		}
		return out
	}
	if got := streams("1"); slices.Contains(got, streamDirect) || slices.Contains(fields(c.cfg.Accounts["1"]), "messages") {
		t.Errorf("without private messages: %v", got)
	}
	if got := streams("2"); slices.Contains(got, streamTags) || slices.Contains(got, streamHashtag) || !slices.Contains(got, streamDirect) {
		t.Errorf("of Instagram Login: %v", got)
	}
	for _, bad := range []Account{{Login: "twitter"}, {Hashtags: make([]string, 31)}} {
		if _, err := New(Config{AppID: "1", Accounts: map[inbox.RemoteID]Account{"1": bad}}); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// What is deleted or edited on Instagram no webhook tells of comments: the sweep finds out, and takes nothing else for deleted.
func TestTheSweepSeesDeletionsAndEdits(t *testing.T) {
	w := newWorld(t, nil)
	own := w.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent"})
	other := w.say(sandbox.Publication{Ours: true, Text: "Husk affaldet"})
	top := w.say(sandbox.Publication{Context: own, Text: "Også søndag?"})
	below := w.say(sandbox.Publication{Parent: top, Text: "Ja, hvad med søndag?"})
	stays := w.say(sandbox.Publication{Context: own, Text: "Tak"})
	elsewhere := w.say(sandbox.Publication{Context: other, Text: "Hvornår?"})
	deleted := func(items []inbox.Incoming) (out []string) {
		for _, in := range items {
			if in.Event == inbox.Deleted {
				out = append(out, string(in.Remote))
			}
		}
		slices.Sort(out)
		return out
	}
	items, cursor := w.read(streamSweep, nil)
	one(t, items, inbox.Posted, below)
	if gone := deleted(items); len(gone) > 0 {
		t.Errorf("taken for deleted: %v", gone)
	}
	w.hear()
	if err := w.box.Remove("instagram", top); err != nil {
		t.Fatal(err)
	}
	if err := w.box.Edit("instagram", stays, "Mange tak"); err != nil {
		t.Fatal(err)
	}
	none(t, w.hear(), "told by webhook")
	items, cursor = w.read(streamSweep, cursor)
	if got, want := deleted(items), []string{top, below}; !slices.Equal(got, want) {
		t.Errorf("deleted %v; want %v", got, want)
	}
	if in := one(t, items, inbox.Posted, stays); in.Text != "Mange tak" {
		t.Errorf("an edited comment is read as %+v", in)
	}
	if err := w.box.Remove("instagram", other); err != nil { // a media goes with all below it
		t.Fatal(err)
	}
	items, cursor = w.read(streamSweep, cursor)
	if got := deleted(items); !slices.Equal(got, []string{elsewhere}) {
		t.Errorf("deleted %v; want %s", got, elsewhere)
	}
	if items, _ = w.read(streamSweep, cursor); len(deleted(items)) > 0 {
		t.Errorf("deleted once more: %v", deleted(items))
	}
}
