package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lytter/connectors/sandbox/ledger"

	"github.com/google/go-cmp/cmp"
)

func flush(tb testing.TB, s *Server) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if idle := s.Flush(ctx); !idle.Idle {
		tb.Fatalf("%d events are still on their way after three minutes", idle.Waiting)
	}
}

// TestWebhooksAddUp is the contract of the oracle: with every fault of the way switched on and a callback that is ill now and then, what
// the desk has seen is what the ledger says was delivered, no more and no less, and every event has one end.
func TestWebhooksAddUp(t *testing.T) {
	s := start(t, func(c *Config) {
		c.Speed = 50_000 // a retry after five seconds comes at once
		c.Faults = Faults{Duplicate: 0.1, Reorder: 0.1, Drop: 0.05, Delay: 0.1, DelayFor: Duration(50 * time.Millisecond), Batch: 0.3}
		c.X.Retries = 50
		c.HoldFor = 100 * time.Millisecond
	})
	h := s.Handshake()
	d := newDesk(t, h)
	dice := rand.New(rand.NewPCG(1, 2))
	d.sick = func() bool { return dice.Float64() < 0.1 }
	if err := Subscribe(t.Context(), h, d.callbacks()); err != nil {
		t.Fatal(err)
	}
	post, err := s.Publish(Publication{Account: "fb-kommunen", Ours: true, Text: "Det sner, og alle vores biler er ude"})
	if err != nil {
		t.Fatal(err)
	}
	const n = 300
	for i := range n {
		a := Author{Name: fmt.Sprintf("Borger %d", i%50)}
		for _, p := range []Publication{
			{Account: "fb-kommunen", Context: post.ID, Author: a, Text: fmt.Sprintf("Hvornår kommer I til Nørregade %d? æøå/", i)},
			{Account: "x-kommunen", Author: a, Text: fmt.Sprintf("@havneborg Hej %d", i)},
		} {
			if _, err := s.Publish(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	flush(t, s)

	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.bad) > 0 {
		t.Fatalf("the desk complains %d times, first: %s", len(d.bad), d.bad[0])
	}
	events := s.Ledger().Events(ledger.Filter{})
	if want := 2*n + 1; len(events) != want {
		t.Fatalf("%d events for %d publications", len(events), want)
	}
	ends := map[ledger.State]int{}
	for _, e := range events {
		ends[e.State]++
		key := strings.Join([]string{e.Channel, e.Account, e.Item, e.Verb}, " ")
		if d.seen[key] != e.Copies || (e.Copies > 0) != (e.State == ledger.Delivered) {
			t.Errorf("%s: the desk saw %d copies; the ledger says %d and %s", key, d.seen[key], e.Copies, e.State)
		}
		delete(d.seen, key)
	}
	if len(d.seen) != 0 {
		t.Errorf("the desk saw %d things that the ledger knows nothing of", len(d.seen))
	}
	sum := s.Summary()
	if ends[ledger.Pending] != 0 || ends[ledger.Delivered]+ends[ledger.Dropped]+ends[ledger.Expired] != len(events) {
		t.Errorf("the events end as %v", ends)
	}
	if sum.Faults["webhook_dropped"] != int64(ends[ledger.Dropped]) || sum.Faults["webhook_duplicated"] < int64(sum.ExtraCopies) {
		t.Errorf("dropped %d, extra copies %d; the dice say %v", ends[ledger.Dropped], sum.ExtraCopies, sum.Faults)
	}
	for _, name := range []string{"webhook_dropped", "webhook_duplicated", "webhook_reordered", "webhook_delayed", "webhook_batched"} {
		if sum.Faults[name] == 0 {
			t.Errorf("the fault %s never happened", name)
		}
	}
	if sum.Batches == 0 || sum.ByOutcome[ledger.Refused] == 0 {
		t.Errorf("%d batches and %d refusals", sum.Batches, sum.ByOutcome[ledger.Refused])
	}
}

// TestReadingAll walks every edge of the APIs and finds exactly what the ledger holds, while more is being published.
func TestReadingAll(t *testing.T) {
	s := start(t, func(c *Config) { c.History = History{Conversations: 600, Days: 20} })
	h := s.Handshake()
	if _, err := s.StartTraffic(300, 0); err != nil {
		t.Fatal(err)
	}
	before := s.Ledger().Items(ledger.Filter{})
	got := map[string]bool{}
	for _, a := range h.Accounts {
		switch a.Channel {
		case ledger.Facebook:
			readPage(t, h, a, got)
		case ledger.Instagram:
			readProfile(t, h, a, got)
		case ledger.X:
			readHandle(t, h, a, got)
		}
	}
	state := s.StopTraffic()
	if state.Published == 0 {
		t.Fatal("there was no traffic")
	}
	for _, i := range before {
		if i.Kind == ledger.Direct {
			continue // these edges list what is public
		}
		if !got[i.Channel+" "+i.Account+" "+i.ID] {
			t.Errorf("%s %s %s by %s was not found", i.Channel, i.Kind, i.ID, i.AuthorName)
		}
	}
	after := map[string]bool{}
	for _, i := range s.Ledger().Items(ledger.Filter{}) {
		after[i.Channel+" "+i.Account+" "+i.ID] = true
	}
	for key := range got {
		if !after[key] {
			t.Errorf("%s was read and is not in the ledger", key)
		}
	}
}

type graphList struct {
	Data []struct {
		ID      string
		Replies *graphList
	}
	Paging struct {
		Cursors struct{ Before, After string }
		Next    string
	}
}

// pages walks an edge by its cursors, and checks that the link for the next page says the same.
func pages(t *testing.T, h Handshake, path string, params url.Values, each func(id string)) {
	t.Helper()
	for range 1000 {
		var l graphList
		if status := graph(t, h, http.MethodGet, path, params, &l); status != http.StatusOK {
			t.Fatalf("GET %s: status %d", path, status)
		}
		for _, x := range l.Data {
			each(x.ID)
			if x.Replies != nil {
				for _, r := range x.Replies.Data {
					each(r.ID)
				}
				if x.Replies.Paging.Next != "" {
					pages(t, h, x.ID+"/replies", url.Values{
						"access_token": {params.Get("access_token")}, "limit": {"50"}, "fields": {"id"}, "after": {x.Replies.Paging.Cursors.After},
					}, each)
				}
			}
		}
		if l.Paging.Next == "" {
			return
		}
		next, err := url.Parse(l.Paging.Next)
		if err != nil || next.Query().Get("after") != l.Paging.Cursors.After || next.Query().Get("access_token") != params.Get("access_token") ||
			next.Query().Get("fields") != params.Get("fields") || !strings.HasPrefix(l.Paging.Next, h.Graph+"/v26.0/"+path) {
			t.Fatalf("GET %s: the next page is %q (%v)", path, l.Paging.Next, err)
		}
		params.Set("after", l.Paging.Cursors.After)
	}
	t.Fatalf("GET %s does not end", path)
}

func readPage(t *testing.T, h Handshake, a Access, got map[string]bool) {
	t.Helper()
	take := func(id string) { got["facebook "+a.ID+" "+id] = true }
	var posts []string
	pages(t, h, a.ID+"/feed", url.Values{"access_token": {a.Token}, "limit": {"7"}, "fields": {"id,created_time"}}, func(id string) {
		take(id)
		posts = append(posts, id)
	})
	for _, p := range posts {
		pages(t, h, p+"/comments", url.Values{
			"access_token": {a.Token}, "limit": {"5"}, "filter": {"stream"}, "order": {"reverse_chronological"}, "fields": {"id"},
		}, take)
	}
}

func readProfile(t *testing.T, h Handshake, a Access, got map[string]bool) {
	t.Helper()
	take := func(id string) { got["instagram "+a.ID+" "+id] = true }
	var media []string
	pages(t, h, a.ID+"/media", url.Values{"access_token": {a.Token}, "limit": {"7"}, "fields": {"id"}}, func(id string) {
		take(id)
		media = append(media, id)
	})
	for _, m := range media {
		pages(t, h, m+"/comments", url.Values{"access_token": {a.Token}, "limit": {"5"}, "fields": {"id,replies.limit(50){id}"}}, take)
	}
}

func readHandle(t *testing.T, h Handshake, a Access, got map[string]bool) {
	t.Helper()
	for _, path := range []string{"/2/users/" + a.ID + "/mentions", "/2/users/" + a.ID + "/tweets"} {
		query := url.Values{"max_results": {"50"}}
		for range 1000 {
			var l struct {
				Data []struct{ ID string }
				Meta struct {
					Next  string `json:"next_token"`
					Count int    `json:"result_count"`
				}
			}
			if status := xcall(t, h, a, http.MethodGet, path, query, "", &l); status != http.StatusOK || l.Meta.Count != len(l.Data) {
				t.Fatalf("GET %s: status %d, %d of %d posts", path, status, len(l.Data), l.Meta.Count)
			}
			for _, p := range l.Data {
				got["x "+a.ID+" "+p.ID] = true
			}
			if l.Meta.Next == "" {
				break
			}
			query.Set("pagination_token", l.Meta.Next)
		}
	}
}

// TestSameSeedSameWorld: with the same seed and clock two servers have the same history, keys and dice.
func TestSameSeedSameWorld(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	world := func(seed uint64) (Handshake, []ledger.Item) {
		cfg := DefaultConfig(seed)
		cfg.Log, cfg.ControlToken = slog.New(slog.DiscardHandler), "fixed"
		cfg.Now = func() time.Time { return now }
		cfg.History.Conversations = 300
		s, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		h := s.Handshake()
		h.Graph, h.Instagram, h.X, h.Control = "", "", "", ""
		return h, s.Ledger().Items(ledger.Filter{})
	}
	h1, items1 := world(1)
	h2, items2 := world(1)
	h3, items3 := world(2)
	if diff := cmp.Diff(h1, h2, cmp.AllowUnexported(Account{})); diff != "" {
		t.Errorf("the same seed gave other keys:\n%s", diff)
	}
	if diff := cmp.Diff(items1, items2); diff != "" {
		t.Errorf("the same seed gave another history:\n%.2000s", diff)
	}
	if h1.Meta == h3.Meta || cmp.Equal(items1, items3) {
		t.Error("another seed gave the same world")
	}
	for _, i := range items1 {
		if !i.History || i.Time.After(now) || i.Label == "" {
			t.Fatalf("not a piece of history: %+v", i)
		}
	}
}

// TestDefaultHistory loads the history of the demonstration.
func TestDefaultHistory(t *testing.T) {
	cfg := DefaultConfig(7)
	cfg.Log = slog.New(slog.DiscardHandler)
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sum := s.Summary()
	conversations := sum.ByKind[ledger.Comment] + sum.ByKind[ledger.Mention]
	for _, i := range s.Ledger().Items(ledger.Filter{Channel: ledger.Facebook}) {
		if i.Kind == ledger.Post && !i.Ours {
			conversations++
		}
	}
	for _, i := range s.Ledger().Items(ledger.Filter{Channel: ledger.X}) {
		if i.Kind == ledger.Reply && i.Parent == i.Context {
			conversations++
		}
	}
	if conversations < 1800 || conversations > 2300 || sum.ByChannel[ledger.X] > 1000 || len(sum.ByAccount) != 4 {
		t.Errorf("a history of %d conversations: %+v", conversations, sum)
	}
	anonymous := 0
	for _, i := range s.Ledger().Items(ledger.Filter{Channel: ledger.Facebook}) {
		if i.Anonymous {
			anonymous++
		}
	}
	if n := sum.ByChannel[ledger.Facebook]; anonymous < n/30 || anonymous > n/4 {
		t.Errorf("%d of %d items on Facebook have no author to show", anonymous, n)
	}
}

// TestEchoAndActs: an answer by API comes back as a webhook, and stands in the ledger with its token and target.
func TestEchoAndActs(t *testing.T) {
	s := start(t, nil)
	h := s.Handshake()
	d := newDesk(t, h)
	if err := Subscribe(t.Context(), h, d.callbacks()); err != nil {
		t.Fatal(err)
	}
	fb, ig, x := account(t, h, "fb-kommunen"), account(t, h, "ig-kommunen"), account(t, h, "x-kommunen")
	publish := func(p Publication) string {
		t.Helper()
		out, err := s.Publish(p)
		if err != nil {
			t.Fatal(err)
		}
		return out.ID
	}
	post := publish(Publication{Account: "fb-kommunen", Ours: true, Text: "Opslag"})
	comment := publish(Publication{Account: "fb-kommunen", Context: post, Author: Author{Name: "Mette Holm"}, Text: "Hej"})
	media := publish(Publication{Account: "ig-kommunen", Ours: true, Text: "Billede"})
	igComment := publish(Publication{Account: "ig-kommunen", Context: media, Author: Author{Name: "Mette Holm", Handle: "mette.holm"}, Text: "Hej"})
	mention := publish(Publication{Account: "x-kommunen", Author: Author{Name: "Mette Holm"}, Text: "@havneborg Hej"})

	var made struct{ ID string }
	if status := graph(t, h, http.MethodPost, comment+"/comments", url.Values{"access_token": {fb.Token}, "message": {"Svar"}}, &made); status != 200 {
		t.Fatalf("answering on Facebook: status %d", status)
	}
	want := []ledger.Act{{
		Seq: 1, Kind: "reply", Channel: "facebook", Account: fb.ID, ID: made.ID, Target: comment, Text: "Svar",
		App: h.Meta.AppID, Token: ledger.Fingerprint(fb.Token),
	}}
	if status := graph(t, h, http.MethodPost, igComment+"/replies", url.Values{"access_token": {ig.Token}, "message": {"Svar"}}, &made); status != 200 {
		t.Fatalf("answering on Instagram: status %d", status)
	}
	want = append(want, ledger.Act{
		Seq: 2, Kind: "reply", Channel: "instagram", Account: ig.ID, ID: made.ID, Target: igComment, Text: "Svar",
		App: h.Meta.AppID, Token: ledger.Fingerprint(ig.Token),
	})
	var tweet struct{ Data struct{ ID, Text string } }
	body := fmt.Sprintf(`{"text":"Svar","reply":{"in_reply_to_tweet_id":%q}}`, mention)
	if status := xcall(t, h, x, http.MethodPost, "/2/tweets", nil, body, &tweet); status != http.StatusCreated {
		t.Fatalf("answering on X: status %d", status)
	}
	want = append(want, ledger.Act{
		Seq: 3, Kind: "reply", Channel: "x", Account: x.ID, ID: tweet.Data.ID, Target: mention, Text: "Svar",
		App: h.XApp.AppID, Token: ledger.Fingerprint(x.Token),
	})
	acts := s.Ledger().Acts(ledger.Filter{})
	for i := range acts {
		acts[i].Time = time.Time{}
	}
	if diff := cmp.Diff(want, acts); diff != "" {
		t.Errorf("the ledger's acts (-want +got):\n%s", diff)
	}
	flush(t, s)
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range want {
		if d.seen[a.Channel+" "+a.Account+" "+a.ID+" add"] != 1 {
			t.Errorf("the answer on %s was not echoed", a.Channel)
		}
	}
}

// TestLostAnswer: a write whose answer is lost has happened, the ledger knows that its caller does not, and trying again is refused as
// a duplicate.
func TestLostAnswer(t *testing.T) {
	s := start(t, nil)
	h := s.Handshake()
	fb := account(t, h, "fb-kommunen")
	post, err := s.Publish(Publication{Account: "fb-kommunen", Ours: true, Text: "Opslag"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Faults().SetRates(Faults{LoseAnswer: 1}); err != nil {
		t.Fatal(err)
	}
	const n = 40
	form := url.Values{"access_token": {fb.Token}}
	broken, unknown := 0, 0
	for i := range n {
		form.Set("message", fmt.Sprintf("Svar %d", i))
		resp, err := http.PostForm(h.Graph+"/v26.0/"+post.ID+"/comments", form)
		if err != nil {
			broken++
			continue
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 500 || !strings.Contains(string(body), `"code":1,"error_subcode":1357046`) {
			t.Fatalf("the lost answer came, with status %d: %s (%v)", resp.StatusCode, body, err)
		}
		unknown++
	}
	http.DefaultClient.CloseIdleConnections()
	if broken == 0 || unknown == 0 {
		t.Errorf("%d connections broke, and of %d writes nobody knows", broken, unknown)
	}
	acts := s.Ledger().Acts(ledger.Filter{})
	if len(acts) != n || !acts[0].AnswerLost || s.Summary().AnswersLost != n {
		t.Fatalf("the ledger says %+v", acts)
	}
	if err := s.Faults().SetRates(Faults{}); err != nil {
		t.Fatal(err)
	}
	var refusal struct{ Error struct{ Code int } }
	if status := graph(t, h, http.MethodPost, post.ID+"/comments", form, &refusal); status != 400 || refusal.Error.Code != 506 {
		t.Errorf("saying it again: status %d, code %d", status, refusal.Error.Code)
	}
}

func TestControl(t *testing.T) {
	s := start(t, func(c *Config) { c.History = History{Conversations: 30, Days: 5} })
	c := NewClient(s.Handshake())
	defer c.Close()
	ctx := t.Context()
	accounts, err := c.Accounts(ctx)
	if err != nil || len(accounts) != 4 {
		t.Fatalf("Accounts: %v, %v", accounts, err)
	}
	post, err := c.Publish(ctx, Publication{Account: "fb-kommunen", Ours: true, Text: "Opslag", Label: "snow"})
	if err != nil {
		t.Fatal(err)
	}
	comment, err := c.Publish(ctx, Publication{Account: post.Account, Context: post.ID, Author: Author{Name: "Ole Bach"}, Text: "Hvornår?"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Edit(ctx, "facebook", comment.ID, "Hvornår så?"), c.Hide(ctx, "facebook", comment.ID, true)); err != nil {
		t.Fatal(err)
	}
	items, err := c.Items(ctx, ledger.Filter{Account: post.Account, After: s.Summary().summaryItems() - 1})
	if err != nil || len(items) != 1 {
		t.Fatalf("Items: %v, %v", items, err)
	}
	if i := items[0]; i.ID != comment.ID || i.TextHash != ledger.HashText("Hvornår så?") || i.Edits != 1 || !i.Hidden || i.Parent != post.ID {
		t.Errorf("the ledger has %+v", i)
	}
	if err := c.Remove(ctx, "facebook", post.ID); err != nil {
		t.Fatal(err)
	}
	sum, err := c.Summary(ctx)
	if err != nil || sum.Removed != 2 {
		t.Errorf("removing a post with a comment: %+v, %v", sum, err)
	}
	if _, err := c.SetFaults(ctx, Faults{Drop: 2}); err == nil {
		t.Error("a rate of 2 was accepted")
	}
	if f, err := c.SetFaults(ctx, Faults{Drop: 0.5, SlowFor: Duration(time.Second)}); err != nil || f.Drop != 0.5 || f.SlowFor != Duration(time.Second) {
		t.Errorf("SetFaults: %+v, %v", f, err)
	}
	if state, err := c.StartTraffic(ctx, 500, 0); err != nil || !state.Running {
		t.Errorf("StartTraffic: %+v, %v", state, err)
	}
	waitFor(t, func() bool { return s.Traffic().Published > 20 })
	if state, err := c.StopTraffic(ctx); err != nil || state.Running {
		t.Errorf("StopTraffic: %+v, %v", state, err)
	}
	if idle, err := c.Flush(ctx, time.Minute); err != nil || !idle.Idle {
		t.Errorf("Flush: %+v, %v", idle, err)
	}
	for name, try := range map[string]func() error{
		"unknown account": func() error {
			_, err := c.Publish(ctx, Publication{Account: "nobody", Text: "x", Author: Author{Name: "A"}})
			return err
		},
		"unknown comment": func() error { return c.Edit(ctx, "facebook", "1_2", "x") },
	} {
		var refusal *ControlError
		if err := try(); !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger := s.Handshake()
	stranger.ControlToken = "guessed"
	other := NewClient(stranger)
	defer other.Close()
	var refusal *ControlError
	if _, err := other.Summary(ctx); !errors.As(err, &refusal) || refusal.Status != http.StatusUnauthorized {
		t.Errorf("with a wrong token: %v", err)
	}
}

// summaryItems is the number of the newest item.
func (s Summary) summaryItems() int64 { return int64(s.Items) }

// waitFor waits until something has happened.
func waitFor(tb testing.TB, happened func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatal("it did not happen within three minutes")
		}
	}
}

// BenchmarkTraffic publishes invented items with their webhooks, and waits until they have arrived.
func BenchmarkTraffic(b *testing.B) {
	s := start(b, func(c *Config) { c.History = History{Conversations: 200, Days: 10} })
	h := s.Handshake()
	d := newDesk(b, h)
	if err := Subscribe(b.Context(), h, d.callbacks()); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if err := s.people.next(); err != nil && !errors.Is(err, ErrUnknown) {
			b.Fatal(err)
		}
	}
	flush(b, s)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
}
