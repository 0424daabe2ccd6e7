package instagram

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
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

var us = inbox.Account{ID: 1, Channel: inbox.Instagram, Remote: "1784", Handle: "kommunen"}

// gallery is an account's media whose paging is as bad as can be: pages come short, empty, or with what was given before; cursors die.
// Comments have replies, in pages of their own.
type gallery struct {
	mu    sync.Mutex
	media []picture // newest first
	mood  func() int
	size  int // of pages; 0 is 3
}

type picture struct {
	id       string
	at       time.Time
	comments []remark // newest first
}

type remark struct {
	id      string
	at      time.Time
	replies []remark // oldest first
}

const (
	good = iota
	short
	empty
	repeats
	dead
	moods
)

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }

func (r remark) object() map[string]any {
	return map[string]any{"id": r.id, "text": "hej", "timestamp": stamp(r.at), "username": "borger", "from": map[string]string{"id": "9"}}
}

func page(rows []map[string]any, from, size int) map[string]any {
	from = min(from, len(rows))
	to := min(from+size, len(rows))
	out := map[string]any{"data": rows[from:to]}
	if to < len(rows) {
		out["paging"] = map[string]any{"cursors": map[string]string{"after": strconv.Itoa(to)}, "next": "https://graph.facebook.com/x"}
	}
	return out
}

func (s *gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var rows []map[string]any
	if len(parts) == 2 { // one object
		_, _ = io.WriteString(w, `{"id":"`+parts[1]+`"}`) // the caller may be gone
		return
	}
	if parts[2] == "conversations" || parts[2] == "tags" {
		_, _ = io.WriteString(w, `{"data":[]}`) // the caller may be gone
		return
	}
	for _, m := range s.media {
		switch {
		case parts[2] == "media":
			n := 0
			for _, c := range m.comments {
				n += 1 + len(c.replies)
			}
			rows = append(rows, map[string]any{"id": m.id, "caption": "billede", "timestamp": stamp(m.at), "comments_count": n})
		case parts[1] == m.id:
			for _, c := range m.comments {
				o := c.object()
				var replies []map[string]any
				for _, x := range c.replies {
					replies = append(replies, x.object())
				}
				if len(replies) > 0 {
					o["replies"] = page(replies, 0, 2)
				}
				rows = append(rows, o)
			}
		default:
			for _, c := range m.comments {
				if parts[1] == c.id {
					for _, x := range c.replies {
						rows = append(rows, x.object())
					}
				}
			}
		}
	}
	after := r.URL.Query().Get("after")
	from, err := strconv.Atoi(after)
	if err != nil {
		from = 0
	}
	size := cmp.Or(s.size, 3)
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
	_ = json.NewEncoder(w).Encode(page(rows, from, size)) // the caller may be gone
}

func before(tb testing.TB, h http.Handler) *Connector {
	tb.Helper()
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	c, err := New(Config{
		AppID: "1", AppSecrets: connectors.Secrets{"s"}, Accounts: map[inbox.RemoteID]Account{"1784": {Token: connectors.Secret("t"), Page: "1"}}, BaseURL: s.URL,
		Pause: -1,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestBadPagingLeavesNothingOut(t *testing.T) {
	s := &gallery{}
	c := before(t, s)
	now := time.Now()
	c.cfg.Now = func() time.Time { return now }
	rapid.Check(t, func(rt *rapid.T) {
		now = time.Now().Truncate(time.Second)
		n := 0
		say := func() remark {
			n++
			return remark{id: fmt.Sprintf("c%d", n), at: now}
		}
		s.media = nil
		for i := range rapid.IntRange(0, 6).Draw(rt, "media") {
			m := picture{id: fmt.Sprintf("m%d", i), at: now.Add(-time.Duration(i*20) * time.Hour)}
			for range rapid.IntRange(0, 6).Draw(rt, "comments") {
				x := say()
				x.at = m.at
				for range rapid.IntRange(0, 5).Draw(rt, "replies") {
					y := say()
					y.at = m.at
					x.replies = append(x.replies, y)
				}
				m.comments = append(m.comments, x)
			}
			s.media = append(s.media, m)
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
		read := func() {
			for _, st := range c.Streams(us) {
				fails := 0
				for more, steps := true, 0; more; steps++ {
					if steps > 3000 {
						rt.Fatalf("stream %s does not end: %s", st.Name, cursors[st.Name])
					}
					p, err := c.Poll(t.Context(), us, st.Name, cursors[st.Name])
					if err != nil {
						if fails++; fails > 50 {
							rt.Fatal(err)
						}
					}
					for _, in := range p.Items {
						if in.Event == inbox.Deleted {
							rt.Fatalf("%s is taken for deleted", in.Remote)
						}
						got[in.Remote] = true
					}
					if p.Cursor != nil && (!bad || roads.IntN(10) > 0) {
						cursors[st.Name] = p.Cursor
					}
					more = p.More || err != nil
				}
			}
		}
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			read()
			now = now.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "minutes")) * time.Minute)
			for i := range s.media {
				m := &s.media[i]
				switch rapid.IntRange(0, 3).Draw(rt, "active") {
				case 0:
					m.comments = append([]remark{say()}, m.comments...)
				case 1: // a new answer to an old comment
					if len(m.comments) > 0 {
						x := &m.comments[rapid.IntRange(0, len(m.comments)-1).Draw(rt, "below")]
						x.replies = append(x.replies, say())
					}
				}
			}
		}
		bad = false // on good roads: one round that ends a walk which was interrupted, and one of its own
		read()
		read()
		check := func(m picture, r remark) {
			if !got[inbox.RemoteID(r.id)] {
				rt.Fatalf("%s of %s was never read; cursors %s", r.id, m.id, cursors)
			}
		}
		for _, m := range s.media {
			for _, x := range m.comments {
				check(m, x)
				for _, y := range x.replies {
					check(m, y)
				}
			}
		}
	})
}

func TestAFloodKeepsNoFreshCommentWaiting(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	s := &gallery{mood: func() int { return good }, size: 50}
	for i := range 10 {
		s.media = append(s.media, picture{id: fmt.Sprintf("m%d", i), at: now.Add(-time.Duration(i) * 24 * time.Hour)})
	}
	c := before(t, s)
	c.cfg.Now = func() time.Time { return now }
	connectortest.KeepsNobodyWaiting(t, connectortest.Flood{
		Connector: c, Account: us, Stream: streamNew, Now: &now,
		Pour: func(at time.Time) int {
			flood := &s.media[9]
			for i := range 10_000 {
				flood.comments = append(flood.comments, remark{id: fmt.Sprintf("9_%d", i), at: at.Add(-time.Duration(i) * 2 * time.Millisecond)})
			}
			return len(flood.comments)
		},
		Say: func(n int, at time.Time) inbox.RemoteID {
			id := fmt.Sprintf("%d_1", n)
			s.media[n].comments = []remark{{id: id, at: at}}
			return inbox.RemoteID(id)
		},
	})
}

// Instagram tells who wrote by id or by name alone; both may be ours.
func TestWhoWrote(t *testing.T) {
	for body, want := range map[string]bool{
		`{"from":{"id":"1784","username":"kommunen"}}`: true,
		`{"from":{"id":"9","username":"kommunen"}}`:    false,
		`{"username":"kommunen"}`:                      true,
		`{"username":"borger"}`:                        false,
		`{}`:                                           false,
	} {
		var x comment
		if err := json.Unmarshal([]byte(body), &x); err != nil {
			t.Fatal(err)
		}
		if x.ours(us) != want {
			t.Errorf("%s: ours %v", body, !want)
		}
	}
}

// Of a thread in which more was written since the last walk than the platform shows, what lies between is lost, and that is said once.
func TestAThreadThatIsCutSaysSo(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	now := start
	written := []time.Time{start.Add(-time.Hour)} // oldest first
	const shown = 20
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var rows []map[string]any
		for i := len(written) - 1; i >= 0 && len(rows) < shown; i-- {
			rows = append(rows, map[string]any{"id": fmt.Sprint("m", i), "created_time": stamp(written[i]), "message": "hej", "from": map[string]string{"id": "9"}})
		}
		list := map[string]any{"data": rows}
		if len(written) > shown {
			list["paging"] = map[string]any{"cursors": map[string]string{"after": "x"}, "next": "https://graph.facebook.com/x"}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": []any{map[string]any{ // the caller may be gone
			"id": "t1", "updated_time": stamp(written[len(written)-1]), "messages": list,
			"participants": map[string]any{"data": []any{map[string]string{"id": "1784"}, map[string]string{"id": "9"}}},
		}}})
	}))
	c.cfg.Now = func() time.Time { return now }
	var cursor []byte
	walk := func(write int) []inbox.Gap {
		t.Helper()
		for i := range write {
			written = append(written, now.Add(time.Duration(i)*time.Second))
		}
		now = now.Add(time.Hour)
		p, err := c.Poll(t.Context(), us, streamDirect, cursor)
		if err != nil || p.More {
			t.Fatal(p.More, err)
		}
		cursor = p.Cursor
		return p.Lost
	}
	if lost := walk(30); len(lost) != 0 {
		t.Errorf("what is older than the connection: %+v", lost)
	}
	if lost := walk(shown - 1); len(lost) != 0 {
		t.Errorf("all that is new is shown, and something older: %+v", lost)
	}
	last := written[len(written)-1]
	lost := walk(25)
	if want := (inbox.Gap{Cause: inbox.GapThread, From: last, To: written[len(written)-shown]}); len(lost) != 1 || !lost[0].From.Equal(want.From) || !lost[0].To.Equal(want.To) ||
		lost[0].Cause != want.Cause {
		t.Errorf("%+v; want %+v", lost, want)
	}
	if lost = walk(0); len(lost) != 0 {
		t.Errorf("said again: %+v", lost)
	}
}
