package facebook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/connectortest"
	"lytter/inbox"

	"pgregory.net/rapid"
)

var us = inbox.Account{ID: 1, Channel: inbox.Facebook, Remote: "100", Handle: "kommunen"}

// wall is a page's wall whose paging is as bad as can be: pages come short, empty, with what was given before, or lead back; cursors
// die; posts go.
type wall struct {
	mu    sync.Mutex
	posts []wallPost // newest first
	mood  func() int // of the next page
	size  int        // of a good page; 0: 3
	away  string     // one object that is there no more
}

type wallPost struct {
	id       string
	updated  time.Time
	comments []wallComment // newest first
	gone     bool
}

type wallComment struct {
	id string
	at time.Time
}

const (
	good = iota
	short
	empty
	repeats
	dead // the cursor is refused
	moods
)

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }

func (s *wall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var rows []map[string]any
	if len(parts) == 2 && parts[1] == s.away {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":{"code":100,"error_subcode":33}}`)
		return
	}
	if len(parts) == 2 { // one object
		_, _ = io.WriteString(w, `{"id":"`+parts[1]+`"}`) // the caller may be gone
		return
	}
	switch parts[2] {
	case "conversations", "tagged": // of nothing that this wall has
	case "feed":
		for _, p := range s.posts {
			rows = append(rows, map[string]any{
				"id": p.id, "message": "opslag", "from": map[string]string{"id": "100", "name": "Kommunen"}, "updated_time": stamp(p.updated),
				"created_time": stamp(p.updated.Add(-time.Hour)),
			})
		}
	default:
		i := slices.IndexFunc(s.posts, func(p wallPost) bool { return p.id == parts[1] })
		if i < 0 || s.posts[i].gone {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"code":100,"error_subcode":33}}`)
			return
		}
		since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
		if err != nil {
			since = 0
		}
		for _, c := range s.posts[i].comments {
			if c.at.Unix() >= since {
				rows = append(rows, map[string]any{"id": c.id, "message": "kommentar", "created_time": stamp(c.at)})
			}
		}
	}
	from := 0
	after := r.URL.Query().Get("after")
	if after != "" {
		n, err := strconv.Atoi(after)
		if err == nil {
			from = min(n, len(rows))
		}
	}
	size := max(s.size, 3)
	switch mood := s.mood(); {
	case mood == dead && after != "":
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":{"code":2642,"message":"Invalid cursors values"}}`)
		return
	case mood == short:
		size = 1
	case mood == empty:
		size = 0
	case mood == repeats:
		from = max(from-2, 0)
	}
	to := min(from+size, len(rows))
	out := map[string]any{"data": rows[from:to]}
	if to < len(rows) {
		out["paging"] = map[string]any{"cursors": map[string]string{"after": strconv.Itoa(to)}, "next": "https://graph.facebook.com/x"}
	}
	_ = json.NewEncoder(w).Encode(out) // the caller may be gone
}

func before(tb testing.TB, h http.Handler) *Connector {
	tb.Helper()
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	c, err := New(Config{AppID: "1", AppSecrets: connectors.Secrets{"s"}, Pages: map[inbox.RemoteID]connectors.Vault{"100": connectors.Secret("t")}, BaseURL: s.URL})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

type failer interface {
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// read polls all streams to their ends, some steps of it twice as after a crash.
func read(ctx context.Context, t failer, c *Connector, cursors map[string][]byte, crash func() bool, got map[inbox.RemoteID]bool) {
	for _, s := range c.Streams(us) {
		fails := 0
		for more, steps := true, 0; more; steps++ {
			if steps > 3000 {
				t.Fatalf("stream %s does not end: %s", s.Name, cursors[s.Name])
			}
			page, err := c.Poll(ctx, us, s.Name, cursors[s.Name])
			if err != nil {
				if fails++; fails > 50 {
					t.Fatal(err)
				}
			}
			for _, in := range page.Items {
				got[in.Remote] = true
			}
			if page.Cursor != nil && !crash() {
				cursors[s.Name] = page.Cursor
			}
			more = page.More || err != nil
		}
	}
}

func TestBadPagingLeavesNothingOut(t *testing.T) {
	s := &wall{}
	c := before(t, s)
	now := time.Now()
	c.cfg.Now = func() time.Time { return now }
	rapid.Check(t, func(rt *rapid.T) {
		now = time.Now().Truncate(time.Second)
		n := 0
		comment := func() wallComment {
			n++
			return wallComment{fmt.Sprintf("7_%d", n), now}
		}
		s.posts = nil
		for p := range rapid.IntRange(0, 7).Draw(rt, "posts") {
			post := wallPost{id: fmt.Sprintf("100_%d", p), updated: now.Add(-time.Duration(rapid.IntRange(0, 80).Draw(rt, "hours")) * time.Hour)}
			for range rapid.IntRange(0, 9).Draw(rt, "comments") {
				x := comment()
				x.at = post.updated
				post.comments = append(post.comments, x)
			}
			s.posts = append(s.posts, post)
		}
		bad := true
		roads := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "roads"), 1))
		s.mood = func() int {
			if !bad {
				return good
			}
			return roads.IntN(moods)
		}
		cursors, got := map[string][]byte{}, map[inbox.RemoteID]bool{}
		deaths := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "deaths"), 1))
		crash := func() bool { return bad && deaths.IntN(10) == 0 }
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			read(t.Context(), rt, c, cursors, crash, got)
			now = now.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "minutes")) * time.Minute)
			for i := range s.posts {
				if rapid.IntRange(0, 2).Draw(rt, "active") == 0 {
					s.posts[i].comments = append([]wallComment{comment()}, s.posts[i].comments...)
					s.posts[i].updated = now
				}
			}
		}
		bad = false // on good roads: one round that ends a walk which was interrupted, and one of its own
		read(t.Context(), rt, c, cursors, crash, got)
		read(t.Context(), rt, c, cursors, crash, got)
		for _, p := range s.posts {
			for _, x := range p.comments {
				if !got[inbox.RemoteID(x.id)] {
					rt.Fatalf("comment %s of %s was never read; cursors %s", x.id, p.id, cursors)
				}
			}
		}
	})
}

// Each stream for what it is there: the newest often, without what is known; the sweep for what changed unannounced within the window.
func TestWhatEachStreamReads(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	now := start
	s := &wall{mood: func() int { return good }, posts: []wallPost{
		{id: "100_1", updated: start.Add(-time.Hour), comments: []wallComment{{"7_1", start.Add(-time.Hour)}}},
		{id: "100_2", updated: start.Add(-30 * time.Hour), comments: []wallComment{{"7_2", start.Add(-30 * time.Hour)}}},
		{id: "100_3", updated: start.Add(-50 * time.Hour), comments: []wallComment{{"7_3", start.Add(-50 * time.Hour)}}},
	}}
	c := before(t, s)
	c.cfg.Now = func() time.Time { return now }
	cursors := map[string][]byte{}
	walk := func(stream string) (got []string) {
		for more := true; more; {
			page, err := c.Poll(t.Context(), us, stream, cursors[stream])
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Items {
				if in.Event == inbox.Posted {
					got = append(got, string(in.Remote))
				}
			}
			cursors[stream], more = page.Cursor, page.More
		}
		return got
	}
	want := func(stream string, ids ...string) {
		t.Helper()
		if got := walk(stream); !slices.Equal(got, ids) {
			t.Errorf("%s reads %v; want %v", stream, got, ids)
		}
	}
	want(streamNew)
	want(streamSweep, "7_1", "7_2")
	want(streamHistory, "7_1", "7_2", "7_3")
	now = now.Add(time.Hour)
	s.posts[2].updated = now
	s.posts[2].comments = append([]wallComment{{"7_4", now}}, s.posts[2].comments...)
	want(streamNew, "7_4")
	now = now.Add(time.Hour)
	want(streamNew, "7_4") // it came just before the walk began that read it: walks overlap
	want(streamNew)
	want(streamSweep, "7_1", "7_2", "7_4")
	want(streamHistory)
	now = now.Add(10 * 24 * time.Hour) // away for days: what came meanwhile is older than the window
	s.posts[1].updated = now.Add(-9 * 24 * time.Hour)
	s.posts[1].comments = append([]wallComment{{"7_5", s.posts[1].updated}}, s.posts[1].comments...)
	want(streamNew, "7_5")
	want(streamSweep, "7_5")
}

// A busy page has more posts within the window than a sweep usually looks at: all of these are looked at, and not the old ones behind them.
func TestASweepReachesBackForItsWindow(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	s := &wall{mood: func() int { return good }}
	for i := range 60 { // two an hour
		at := now.Add(-time.Duration(i) * 30 * time.Minute)
		s.posts = append(s.posts, wallPost{id: fmt.Sprintf("100_%d", i+1), updated: at, comments: []wallComment{{fmt.Sprintf("%d_1", i+1), at}}})
	}
	old := now.Add(-100 * 24 * time.Hour)
	for i := range 60 {
		s.posts = append(s.posts, wallPost{id: fmt.Sprintf("100_%d", i+101), updated: old})
	}
	c := before(t, s)
	c.cfg.Now = func() time.Time { return now }
	c.cfg.Posts = 10
	got := map[inbox.RemoteID]bool{}
	var cursor []byte
	looked := 0
	for more := true; more; looked++ {
		page, err := c.Poll(t.Context(), us, streamSweep, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page.Items {
			got[in.Remote] = true
		}
		cursor, more = page.Cursor, page.More
	}
	for i := range 60 {
		if id := inbox.RemoteID(fmt.Sprintf("%d_1", i+1)); !got[id] {
			t.Errorf("%s was not read", id)
		}
	}
	if looked > 100 {
		t.Errorf("%d calls: it goes on where all is old", looked)
	}
}

// A sweep over very much keeps a cursor that is small, since it is written with each step, and still finds what was removed.
func TestASweepOverVeryMuchKeepsASmallCursor(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	s := &wall{mood: func() int { return good }, size: 100}
	for i := range 40 {
		p := wallPost{id: fmt.Sprintf("100_%d", i+1), updated: now}
		for j := range 100 {
			p.comments = append(p.comments, wallComment{fmt.Sprintf("%d_%d", i+1, j+1), now.Add(-time.Duration(i*100+j) * time.Second)})
		}
		s.posts = append(s.posts, p)
	}
	c := before(t, s)
	c.cfg.Now = func() time.Time { return now }
	var cursor []byte
	sweep := func() (read, most int, deleted []inbox.RemoteID) {
		t.Helper()
		for more := true; more; {
			page, err := c.Poll(t.Context(), us, streamSweep, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range page.Items {
				switch {
				case in.Event == inbox.Deleted:
					deleted = append(deleted, in.Remote)
				case in.Event == inbox.Posted && in.Kind == inbox.Comment:
					read++
				}
			}
			cursor, more = page.Cursor, page.More
			most = max(most, len(cursor))
		}
		return read, most, deleted
	}
	for range 2 {
		if read, most, deleted := sweep(); read != 4000 || most > 100_000 || len(deleted) > 0 {
			t.Errorf("%d read with a cursor of at most %d bytes, removed %v", read, most, deleted)
		}
	}
	s.mu.Lock()
	s.posts[2].comments, s.away = s.posts[2].comments[1:], "3_1"
	s.mu.Unlock()
	if read, _, deleted := sweep(); read != 3999 || len(deleted) != 1 || deleted[0] != "3_1" {
		t.Errorf("%d read, removed %v", read, deleted)
	}
}

func TestAFloodKeepsNoFreshCommentWaiting(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	s := &wall{mood: func() int { return good }, size: pageSize}
	for i := range 10 {
		s.posts = append(s.posts, wallPost{id: fmt.Sprintf("100_%d", i+1), updated: now.Add(-time.Duration(i) * 24 * time.Hour)})
	}
	c := before(t, s)
	c.cfg.Now = func() time.Time { return now }
	connectortest.KeepsNobodyWaiting(t, connectortest.Flood{
		Connector: c, Account: us, Stream: streamNew, Now: &now,
		Pour: func(at time.Time) int {
			flood := &s.posts[9] // an old one
			flood.updated = at
			for i := range 21_000 {
				flood.comments = append(flood.comments, wallComment{fmt.Sprintf("10_%d", i), at.Add(-time.Duration(i) * 2 * time.Millisecond)})
			}
			return len(flood.comments)
		},
		Say: func(n int, at time.Time) inbox.RemoteID {
			id := fmt.Sprintf("%d_1", n+1)
			s.posts[n].comments, s.posts[n].updated = []wallComment{{id, at}}, at
			return inbox.RemoteID(id)
		},
	})
}

// A list that leads back to its beginning, for ever.
func TestPagesThatLoop(t *testing.T) {
	n := 0
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		rows := `{"id":"100_1","updated_time":"` + stamp(time.Now()) + `","created_time":"` + stamp(time.Now()) + `"}`
		fmt.Fprintf(w, `{"data":[%s],"paging":{"cursors":{"after":"c%d"},"next":"https://x/"}}`, rows, n%3)
	}))
	read(t.Context(), t, c, map[string][]byte{}, func() bool { return false }, map[inbox.RemoteID]bool{})
	t.Logf("%d calls", n)
}

// One post that may not be read does not keep the others; a page of which none may be read says so.
func TestPostsThatMayNotBeRead(t *testing.T) {
	secret := map[string]bool{"100_1": true}
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.Split(strings.Trim(r.URL.Path, "/"), "/")[1]
		at := stamp(time.Now())
		switch {
		case id == "100":
			fmt.Fprintf(w, `{"data":[{"id":"100_1","updated_time":%q},{"id":"100_2","updated_time":%q}]}`, at, at)
		case secret[id]:
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error":{"code":10,"message":"m"}}`)
		default:
			fmt.Fprintf(w, `{"data":[{"id":"2_1","message":"hej","created_time":%q}]}`, at)
		}
	}))
	walk := func() (got []inbox.RemoteID, err error) {
		var cursor []byte
		for more := true; more; {
			page, e := c.Poll(t.Context(), us, streamNew, cursor)
			if e != nil {
				err = e
			}
			for _, in := range page.Items {
				got = append(got, in.Remote)
			}
			cursor, more = page.Cursor, page.More
		}
		return got, err
	}
	if got, err := walk(); err != nil || !slices.Contains(got, "2_1") {
		t.Errorf("%v, %v", got, err)
	}
	secret["100_2"] = true
	if _, err := walk(); connectors.ClassOf(err) != connectors.Forbidden {
		t.Errorf("nothing may be read: %v", err)
	}
}

func TestIDs(t *testing.T) {
	for _, c := range []struct{ page, post, parent, want string }{
		{"1", "1_2", "", "1_2"},
		{"1", "1_2", "1_2", "1_2"},
		{"1", "1_2", "2_3", "2_3"},
		{"1", "1_2", "1_2_3", "2_3"},
		{"1", "1_2", "2", "1_2"},
		{"1", "1_2", "3", "2_3"},
		{"1", "9_2", "9_2", "9_2"},
	} {
		if got := parentID(c.page, c.post, c.parent); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if commentID("1_2_3") != "2_3" || commentID("2_3") != "2_3" || commentID("") != "" {
		t.Error("comment ids")
	}
	if !isPost("1", "1_2") || isPost("1", "2_3") || isPost("", "_2") || isPost("1", "1_2_3") || isPost("1", "11_2") {
		t.Error("post ids")
	}
}

// An answer to an answer goes below the comment at the top, however deep it is; one to a post below the post. Where the top was found
// once it is not asked for again, and what is looked up before an answer leaves cannot have sent it.
func TestAnswersGoBelowTheTopComment(t *testing.T) {
	var posted []string
	looked := 0
	up := map[string]string{"2_9": "2_8", "2_8": "2_7", "2_7": "2_6", "2_6": ""}
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		if r.Method == http.MethodPost {
			posted = append(posted, parts[1]+"/"+parts[2])
			_, _ = io.WriteString(w, `{"id":"100_2_77"}`)
			return
		}
		looked++
		if _, known := up[parts[1]]; !known {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var object func(id string, depth int) map[string]any
		object = func(id string, depth int) map[string]any {
			out := map[string]any{"id": id}
			if above := up[id]; above != "" && depth > 0 {
				out["parent"] = object(above, depth-1)
			}
			return out
		}
		_ = json.NewEncoder(w).Encode(object(parts[1], 2)) // the caller may be gone
	}))
	for _, target := range []inbox.RemoteID{"2_9", "2_9", "2_6", "100_2"} {
		got, err := c.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: target, Text: "hej"})
		if err != nil || got.Remote != "2_77" {
			t.Fatalf("%s: %+v, %v", target, got, err)
		}
	}
	if want := []string{"2_6/comments", "2_6/comments", "2_6/comments", "100_2/comments"}; !slices.Equal(posted, want) {
		t.Errorf("answers went to %v; want %v", posted, want)
	}
	if looked != 3 {
		t.Errorf("%d look-ups; want two for the deep one and one for the top", looked)
	}
	_, err := c.Send(t.Context(), us, inbox.Outgoing{Kind: inbox.PublicReply, Target: "2_404", Text: "hej"})
	if e := connectors.AsError(err); e == nil || e.Class != connectors.Transient || e.Maybe || len(posted) != 4 {
		t.Errorf("a look-up that fails: %v", err)
	}
}
