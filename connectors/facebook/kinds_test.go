package facebook

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// heard is a page of the sandbox with its webhooks coming in.
type heard struct {
	*Connector
	t     *testing.T
	world *sandbox.Server
	page  inbox.Account
	mu    sync.Mutex
	items []inbox.Incoming
	odd   int
}

func listen(t *testing.T) *heard {
	t.Helper()
	cfg := sandbox.DefaultConfig(7)
	cfg.History.Conversations, cfg.Meta.HiddenAuthors = 0, 0
	cfg.Log = slog.New(slog.DiscardHandler)
	world, err := sandbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- world.Run(t.Context()) }()
	t.Cleanup(func() { // the context of the test has ended by then
		if err := <-done; err != nil {
			t.Error("sandbox:", err)
		}
	})
	h := &heard{t: t, world: world, Connector: forSandbox(t, world.Handshake()).(*Connector)}
	acc, _ := world.Handshake().Account("fb-kommunen")
	h.page = inbox.Account{ID: 1, Channel: inbox.Facebook, Remote: inbox.RemoteID(acc.ID)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			h.Challenge(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = h.Verify(r.Header, body)
		}
		if err != nil {
			t.Error(err)
		}
		d, err := h.Decode(body)
		if err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.items = append(h.items, d.Items...)
		h.odd += len(d.Unread)
	}))
	t.Cleanup(server.Close)
	if err := h.Subscribe(t.Context(), h.page, server.URL); err != nil {
		t.Fatal(err)
	}
	if ok, err := h.Subscribed(t.Context(), h.page, server.URL); err != nil || !ok {
		t.Fatalf("subscribed: %v, %v", ok, err)
	}
	return h
}

// say publishes and gives what was heard of it.
func (h *heard) say(p sandbox.Publication) (string, []inbox.Incoming) {
	h.t.Helper()
	p.Account = "fb-kommunen"
	if p.Author.Name == "" {
		p.Author.Name = "Mette Holm"
	}
	got, err := h.world.Publish(p)
	if err != nil {
		h.t.Fatal(err)
	}
	return got.ID, h.since()
}

func (h *heard) since() []inbox.Incoming {
	h.t.Helper()
	if idle := h.world.Flush(h.t.Context()); !idle.Idle {
		h.t.Fatal("webhooks are still on their way")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.items
	h.items = nil
	if h.odd > 0 {
		h.t.Errorf("%d webhooks were not read", h.odd)
	}
	return out
}

// polled reads all streams and gives what they have of an id.
func (h *heard) polled(id string) *inbox.Incoming {
	h.t.Helper()
	var found *inbox.Incoming
	for _, s := range h.Streams(h.page) {
		var cursor []byte
		for more := true; more; {
			page, err := h.Poll(h.t.Context(), h.page, s.Name, cursor)
			if err != nil {
				h.t.Fatal(s.Name, err)
			}
			for i := range page.Items {
				if string(page.Items[i].Remote) == id && page.Items[i].Event != inbox.Unhid {
					found = &page.Items[i]
				}
			}
			cursor, more = page.Cursor, page.More
		}
	}
	return found
}

// TestEveryKind publishes each kind of thing that citizens can do, and looks at what comes by webhook, and whether reading brings the same.
func TestEveryKind(t *testing.T) {
	h := listen(t)
	post, _ := h.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent på søndag"})
	comment, _ := h.say(sandbox.Publication{Context: post, Text: "Også svømmehallen?"})
	direct, _ := h.say(sandbox.Publication{Kind: sandbox.KindDirect, Text: "Hvornår åbner I?"})
	image := []sandbox.Media{{Type: "image", URL: "https://scontent.example/1.jpg"}}
	for _, c := range []struct {
		name  string
		pub   sandbox.Publication
		event inbox.Event
		kind  inbox.Kind
		read  bool // by polling, too
		check func(inbox.Incoming) bool
	}{
		{"our post", sandbox.Publication{Ours: true, Text: "Nyt"}, inbox.ContextSeen, "", true, func(in inbox.Incoming) bool { return in.FromUs }},
		{"visitor's post", sandbox.Publication{Text: "Hul i vejen"}, inbox.Posted, inbox.Post, true, nil},
		{"comment", sandbox.Publication{Context: post, Text: "Ja?"}, inbox.Posted, inbox.Comment, true, nil},
		{
			"answer to a comment",
			sandbox.Publication{Parent: comment, Text: "Ja?"},
			inbox.Posted, inbox.Comment, true,
			func(in inbox.Incoming) bool { return string(in.Parent) == comment && string(in.Context) == post },
		},
		{
			"picture alone",
			sandbox.Publication{Context: post, Media: image},
			inbox.Posted, inbox.Comment, true,
			func(in inbox.Incoming) bool {
				return in.Text == "" && len(in.Media) == 1 && in.Media[0].Type == "image"
			},
		},
		{"mention in a post", sandbox.Publication{Kind: sandbox.KindMention, Text: "@Kommunen"}, inbox.Posted, inbox.Mention, true, nil},
		{"mention in a comment", sandbox.Publication{Kind: sandbox.KindMention, Parent: post, Text: "@Kommunen"}, inbox.Posted, inbox.Comment, true, nil},
		{
			"share",
			sandbox.Publication{Kind: sandbox.KindShare, Parent: post, Text: "Se her"},
			inbox.Posted, inbox.Mention, false,
			func(in inbox.Incoming) bool { return len(in.Media) == 1 && in.Media[0].Type == "share" },
		},
		{"recommendation", sandbox.Publication{Kind: sandbox.KindReview, Text: "Langsomt"}, inbox.Posted, inbox.Review, false, nil},
		{"reaction to a post", sandbox.Publication{Kind: sandbox.KindReaction, Parent: post, Text: "love"}, inbox.Reacted, "", false, nil},
		{"reaction to a comment", sandbox.Publication{Kind: sandbox.KindReaction, Parent: comment, Text: "love"}, inbox.Reacted, "", false, nil},
		{
			"another one",
			sandbox.Publication{Kind: sandbox.KindReaction, Parent: comment, Text: "care"},
			inbox.Reacted, "", false,
			func(in inbox.Incoming) bool { return in.Reaction == "care" },
		},
		{"taken back", sandbox.Publication{Kind: sandbox.KindUnreact, Parent: comment}, inbox.Unreacted, "", false, nil},
		{"private message", sandbox.Publication{Kind: sandbox.KindDirect, Text: "Hej"}, inbox.Posted, inbox.Direct, true, nil},
		{
			"private picture",
			sandbox.Publication{Kind: sandbox.KindDirect, Media: image},
			inbox.Posted, inbox.Direct, true,
			func(in inbox.Incoming) bool { return len(in.Media) == 1 && in.Media[0].Type == "image" },
		},
		{
			"private sticker",
			sandbox.Publication{Kind: sandbox.KindDirect, Media: []sandbox.Media{{Type: "sticker", URL: "https://x.example/s.png"}}},
			inbox.Posted, inbox.Direct, true, func(in inbox.Incoming) bool { return len(in.Media) == 1 && in.Media[0].Type == "sticker" },
		},
		{
			"private link",
			sandbox.Publication{Kind: sandbox.KindDirect, Text: "Se", Media: []sandbox.Media{{Type: "fallback", URL: "https://x.example", Title: "x"}}},
			inbox.Posted, inbox.Direct, true, func(in inbox.Incoming) bool { return len(in.Media) == 1 && in.Media[0].Type == "link" },
		},
		{"button", sandbox.Publication{Kind: sandbox.KindPostback, Text: "Kom i gang"}, inbox.Posted, inbox.Direct, true, nil},
		{"reaction to a message", sandbox.Publication{Kind: sandbox.KindReaction, Parent: direct, Text: "love"}, inbox.Reacted, inbox.Direct, false, nil},
		{
			"from the page's own inbox",
			sandbox.Publication{Kind: sandbox.KindDirect, Ours: true, Text: "Kl. 10"},
			inbox.Posted, inbox.Direct, true,
			func(in inbox.Incoming) bool { return in.FromUs && in.Token == "" },
		},
		{"reading", sandbox.Publication{Kind: sandbox.KindRead}, inbox.Seen, inbox.Direct, false, func(in inbox.Incoming) bool { return in.Thread == in.Remote }},
		{"standby", sandbox.Publication{Kind: sandbox.KindDirect, Standby: true, Text: "Til den anden"}, inbox.Posted, inbox.Direct, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.t = t
			id, came := h.say(c.pub)
			var hook *inbox.Incoming
			for i := range came {
				if string(came[i].Remote) == id && came[i].Event == c.event {
					hook = &came[i]
				}
			}
			if hook == nil {
				t.Fatalf("no %s of %s in %+v", c.event, id, came)
			}
			if c.kind != "" && hook.Kind != c.kind || hook.Text != c.pub.Text && c.event == inbox.Posted || hook.Standby != c.pub.Standby {
				t.Errorf("the webhook says %+v", hook)
			}
			if c.check != nil && !c.check(*hook) {
				t.Errorf("the webhook says %+v", hook)
			}
			if (c.event == inbox.Posted) != (hook.Author != nil || hook.FromUs) && c.event == inbox.Posted {
				t.Errorf("who wrote it: %+v", hook)
			}
			read := h.polled(id)
			if c.event == inbox.Posted || c.event == inbox.ContextSeen {
				if (read != nil) != c.read {
					t.Fatalf("read %v, want %v", read != nil, c.read)
				}
			}
			if read == nil || !c.read {
				return
			}
			if read.Kind != hook.Kind || read.Thread != hook.Thread || read.Parent != hook.Parent || read.Context != hook.Context ||
				read.FromUs != hook.FromUs || read.Text != hook.Text && c.name != "our post" {
				t.Errorf("reading says %+v\nthe webhook %+v", read, hook)
			}
			if read.Author != nil && hook.Author != nil && read.Author.Remote != hook.Author.Remote {
				t.Errorf("authors %+v and %+v", read.Author, hook.Author)
			}
		})
	}
	h.t = t
	edit := func(id, text string, event inbox.Event, by func() error) {
		t.Helper()
		if err := by(); err != nil {
			t.Fatal(err)
		}
		for _, in := range h.since() {
			if string(in.Remote) == id && in.Event == event && in.Text == text {
				return
			}
		}
		t.Errorf("no %s of %s", event, id)
	}
	edit(comment, "Rettet", inbox.Edited, func() error { return h.world.Edit("facebook", comment, "Rettet") })
	edit(direct, "Rettet", inbox.Edited, func() error { return h.world.Edit("facebook", direct, "Rettet") })
	edit(comment, "", inbox.Hid, func() error { return h.world.Hide("facebook", comment, true) })
	edit(comment, "", inbox.Unhid, func() error { return h.world.Hide("facebook", comment, false) })
	edit(comment, "", inbox.Deleted, func() error { return h.world.Remove("facebook", comment) })
	edit(post, "", inbox.Deleted, func() error { return h.world.Remove("facebook", post) })
}

// TestRemovalsWithoutAWebhook: a comment that is removed while nobody listens is found missing by the sweep; one that a list merely leaves
// out is not.
func TestRemovalsWithoutAWebhook(t *testing.T) {
	h := listen(t)
	post, _ := h.say(sandbox.Publication{Ours: true, Text: "Vi holder åbent"})
	gone, _ := h.say(sandbox.Publication{Context: post, Text: "Væk"})
	kept, _ := h.say(sandbox.Publication{Context: post, Text: "Bliver"})
	var cursor []byte
	sweep := func() (deleted []string) {
		for more := true; more; {
			page, err := h.Poll(t.Context(), h.page, streamSweep, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Items {
				if in.Event == inbox.Deleted {
					deleted = append(deleted, string(in.Remote))
				}
			}
			cursor, more = page.Cursor, page.More
		}
		return deleted
	}
	if got := sweep(); len(got) != 0 {
		t.Errorf("at first %v are removed", got)
	}
	if err := h.world.Remove("facebook", gone); err != nil {
		t.Fatal(err)
	}
	if got := sweep(); len(got) != 1 || got[0] != gone {
		t.Errorf("removed are %v, want %s (and not %s)", got, gone, kept)
	}
	if got := sweep(); len(got) != 0 {
		t.Errorf("told again: %v", got)
	}
	var w walk
	if err := json.Unmarshal(cursor, &w); err != nil {
		t.Fatal(err)
	}
	w.Know[kept+"0"] = time.Now().UnixMilli() // one that never was there: gone as far as anybody can tell
	w.Know[post] = time.Now().UnixMilli()     // one that is there though no list of comments has it
	var err error
	if cursor, err = json.Marshal(w); err != nil {
		t.Fatal(err)
	}
	if got := sweep(); len(got) != 1 || got[0] != kept+"0" {
		t.Errorf("removed are %v", got)
	}
}

// What was hidden or shown again on the platform itself is mirrored where no webhook told of it: each walk sees what is hidden, the sweep
// what is not, too.
func TestHidingIsSeenByPolling(t *testing.T) {
	at := stamp(time.Now())
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/feed") {
			_, _ = fmt.Fprintf(w, `{"data":[{"id":"100_7","created_time":%q,"updated_time":%q}]}`, at, at)
			return
		}
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"7_1","created_time":%q,"is_hidden":true},{"id":"7_2","created_time":%q,"is_hidden":false}]}`, at, at)
	}))
	for stream, want := range map[string]string{
		streamNew: "posted 7_1, hidden 7_1, posted 7_2", streamSweep: "posted 7_1, hidden 7_1, posted 7_2, unhidden 7_2",
	} {
		var got []string
		var cursor []byte
		for more := true; more; {
			page, err := c.Poll(t.Context(), us, stream, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Items {
				if in.Kind == inbox.Comment {
					got = append(got, string(in.Event)+" "+string(in.Remote))
				}
			}
			cursor, more = page.Cursor, page.More
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: %s; want %s", stream, s, want)
		}
	}
}

// The answer to a private reply says who got it, by the name that they have in private.
func TestWhoGotAPrivateReplyIsTold(t *testing.T) {
	h := listen(t)
	post, _ := h.say(sandbox.Publication{Ours: true, Text: "Vi åbner kl. 9"})
	id, heard := h.say(sandbox.Publication{Context: post, Text: "Også på søndag?"})
	got, err := h.Send(t.Context(), h.page, inbox.Outgoing{Kind: inbox.PrivateReply, Target: inbox.RemoteID(id), Text: "Skriv til os her"})
	if err != nil || len(heard) != 1 || heard[0].Author == nil || got.To != heard[0].Author.Remote || got.Remote == "" {
		t.Fatalf("%+v to who wrote %+v, %v", got, heard, err)
	}
}
