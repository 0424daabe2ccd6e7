package facebook

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// letters is a page's threads, whose paging is as bad as that of a wall.
type letters struct {
	mu      sync.Mutex
	threads []letter // newest first
	mood    func() int
}

type letter struct {
	id       string
	messages []time.Time // newest first
}

func (l *letters) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.HasSuffix(r.URL.Path, "/conversations") {
		_, _ = io.WriteString(w, `{"data":[]}`)
		return
	}
	var rows []any
	for _, t := range l.threads {
		var msgs []any
		for i, at := range t.messages[:min(len(t.messages), chatDetails)] {
			msgs = append(msgs, map[string]any{
				"id": fmt.Sprintf("m_%s_%d", t.id, len(t.messages)-i), "created_time": stamp(at), "message": "hej",
				"from": map[string]string{"id": t.id}, "to": map[string]any{"data": []any{map[string]string{"id": "100"}}},
			})
		}
		list := map[string]any{"data": msgs}
		if len(t.messages) > chatDetails {
			list["paging"] = map[string]any{"cursors": map[string]string{"after": "x"}, "next": "https://x/"}
		}
		rows = append(rows, map[string]any{"id": "t_" + t.id, "updated_time": stamp(t.messages[0]), "messages": list})
	}
	after := r.URL.Query().Get("after")
	from, _ := strconv.Atoi(after) // "" is the start
	size := 3
	switch mood := l.mood(); {
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
	from = min(from, len(rows))
	to := min(from+size, len(rows))
	out := map[string]any{"data": rows[from:to]}
	if to < len(rows) {
		out["paging"] = map[string]any{"cursors": map[string]string{"after": strconv.Itoa(to)}, "next": "https://x/"}
	}
	_ = json.NewEncoder(w).Encode(out) // the caller may be gone
}

// walkDirect reads the stream of private messages to its end, and gives what it brought.
func walkDirect(t failer, poll func(cursor []byte) (connectors.Page, error), cursor []byte) (ids []string, unread []connectors.Unread, next []byte) {
	fails := 0
	for more, steps := true, 0; more; steps++ {
		if steps > 1000 {
			t.Fatalf("it does not end: %s", cursor)
		}
		page, err := poll(cursor)
		if err != nil {
			if fails++; fails > 30 {
				t.Fatal(err)
			}
		}
		for _, in := range page.Items {
			ids = append(ids, string(in.Remote))
		}
		unread = append(unread, page.Unread...)
		if page.Cursor != nil {
			cursor = page.Cursor
		}
		more = page.More || err != nil
	}
	return ids, unread, cursor
}

func TestBadPagingOfThreadsLeavesNothingOut(t *testing.T) {
	now := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		moodOf := rapid.IntRange(0, moods-1)
		calls := 0
		l := &letters{mood: func() int {
			if calls++; calls > 40 { // it gets well in the end
				return good
			}
			return moodOf.Draw(rt, "mood")
		}}
		for i := range rapid.IntRange(1, 15).Draw(rt, "threads") {
			at := now.Add(-time.Duration(i) * time.Hour)
			l.threads = append(l.threads, letter{strconv.Itoa(500 + i), []time.Time{at, at.Add(-time.Minute)}})
		}
		c := before(t, l)
		ids, _, _ := walkDirect(rt, func(cursor []byte) (connectors.Page, error) { return c.Poll(t.Context(), us, streamDirect, cursor) }, nil)
		for _, th := range l.threads {
			for n := range th.messages {
				if id := fmt.Sprintf("m_%s_%d", th.id, n+1); !slices.Contains(ids, id) {
					rt.Fatalf("%s was never read", id)
				}
			}
		}
	})
}

// Only what is new is read again, a person's older threads are not, and a thread of which more is new than can be read says so.
func TestThreadsAreReadFromWhereTheyWere(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	now := start
	l := &letters{mood: func() int { return good }, threads: []letter{
		{"501", []time.Time{start.Add(-time.Hour)}}, {"502", []time.Time{start.Add(-30 * 24 * time.Hour)}}, {"503", []time.Time{start.Add(-400 * 24 * time.Hour)}},
	}}
	for i := range 30 { // long before we came: that its beginning cannot be read is no news
		l.threads[0].messages = append(l.threads[0].messages, start.Add(-time.Hour-time.Duration(i)*time.Minute))
	}
	c := before(t, l)
	c.cfg.Now = func() time.Time { return now }
	poll := func(cursor []byte) (connectors.Page, error) { return c.Poll(t.Context(), us, streamDirect, cursor) }
	ids, unread, cursor := walkDirect(t, poll, nil)
	if len(ids) != chatDetails+1 || len(unread) != 0 {
		t.Errorf("first %v, unread %v", ids, unread)
	}
	now = now.Add(time.Hour)
	ids, _, cursor = walkDirect(t, poll, cursor)
	if len(ids) != 0 {
		t.Errorf("nothing is new, and it reads %v", ids)
	}
	for i := range 25 {
		l.threads[0].messages = append([]time.Time{now.Add(time.Duration(i) * time.Second)}, l.threads[0].messages...)
	}
	now = now.Add(time.Hour)
	before := cursor
	if ids, unread, cursor = walkDirect(t, poll, cursor); len(ids) != chatDetails || len(unread) != 0 {
		t.Errorf("reads %d, unread %+v", len(ids), unread)
	}
	page, err := poll(before)
	lost := []inbox.Gap{{Cause: inbox.GapThread, From: start.Add(time.Hour), To: start.Add(time.Hour + 5*time.Second)}}
	if diff := cmp.Diff(lost, page.Lost); err != nil || diff != "" {
		t.Errorf("lost: %s, %v", diff, err)
	}
	now = now.Add(3 * time.Hour)
	if page, err = poll(cursor); err != nil || len(page.Lost) != 0 {
		t.Errorf("said again: %+v, %v", page.Lost, err)
	}
	if ids, unread, _ = walkDirect(t, poll, cursor); len(ids) != 0 || len(unread) != 0 {
		t.Errorf("then %v, %v", ids, unread)
	}
}

// Where a message comes while a thread is read, the last of those asked for is one of which only the id is shown: that is no message
// that could not be understood, and if it was new it is lost.
func TestAMessageThatWasPushedOut(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	now := start
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"t_501","updated_time":%q,"messages":{"data":[{"id":"m_2","created_time":%q,"message":"hej",`+
			`"from":{"id":"501"},"to":{"data":[{"id":%q}]}},{"id":"m_1"}]}}]}`, stamp(now), stamp(now), us.Remote)
	}))
	c.cfg.Now = func() time.Time { return now }
	var cursor []byte
	for _, lost := range []int{0, 1} {
		page, err := c.Poll(t.Context(), us, streamDirect, cursor)
		if err != nil || len(page.Items) != 1 || len(page.Unread) != 0 || len(page.Lost) != lost {
			t.Errorf("%+v, %v", page, err)
		}
		cursor, now = page.Cursor, now.Add(time.Hour)
	}
}

// A list that leads back to its beginning for ever ends, and people are told once.
func TestListsThatLoopAreToldOnce(t *testing.T) {
	for _, stream := range []string{streamDirect, streamTagged, streamNew} {
		n := 0
		c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			n++
			_, _ = fmt.Fprintf(w, `{"data":[{"id":"9_1","updated_time":%q}],"paging":{"cursors":{"after":"c%d"},"next":"https://x/"}}`, stamp(time.Now()), n%3)
		}))
		poll := func(cursor []byte) (connectors.Page, error) { return c.Poll(t.Context(), us, stream, cursor) }
		_, unread, cursor := walkDirect(t, poll, nil)
		if len(unread) != 1 || unread[0].Reason.Key != "facebook.loop" || n > 4*maxStuck {
			t.Errorf("%s: %d calls, unread %+v", stream, n, unread)
		}
		if _, unread, _ = walkDirect(t, poll, cursor); len(unread) != 0 {
			t.Errorf("%s: told again: %+v", stream, unread)
		}
	}
}

// A page whose app may not read private messages hears its comments all the same: what is the matter is that stream's alone.
func TestMessagesThatMayNotBeReadStopNothingElse(t *testing.T) {
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/conversations") {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error":{"code":10,"message":"pages_messaging"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"data":[]}`)
	}))
	for _, s := range c.Streams(us) {
		_, err := c.Poll(t.Context(), us, s.Name, nil)
		if forbidden := connectors.ClassOf(err) == connectors.Forbidden; forbidden != (s.Name == streamDirect) {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

// Rows that are no messages, or of which only the id is told, are kept as they are.
func TestOddRowsOfThreads(t *testing.T) {
	at := stamp(time.Now())
	c := before(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":["odd",{"id":"t_1","updated_time":%q,"messages":{"data":[
			{"id":"m_1","created_time":%q},7,
			{"id":"m_2","created_time":%q,"from":{"id":"5"},"to":{"data":[{"id":"100"}]},"message":"hej","shares":{"data":[{"link":"https://x"}]},
			 "attachments":{"data":[{"mime_type":"audio/mpeg","file_url":"https://a"},{"image_data":{"url":"https://i"}},{"video_data":{"url":"https://v"}},{"name":"a.pdf","size":3}]}},
			{"id":"m_3","created_time":%q,"from":{"id":"100"},"to":{"data":[{"id":"5"}]},"message":"svar"}]}}]}`, at, at, at, at)
	}))
	page, err := c.Poll(t.Context(), us, streamDirect, nil)
	if err != nil || len(page.Items) != 2 || len(page.Unread) != 3 {
		t.Fatalf("%+v, %v", page, err)
	}
	var kinds []string
	for _, m := range page.Items[0].Media {
		kinds = append(kinds, m.Type)
	}
	if got := strings.Join(kinds, " "); got != "audio image video file link" {
		t.Errorf("attached: %s", got)
	}
	if in := page.Items[1]; !in.FromUs || in.Thread != "5" || in.Author != nil || in.Kind != inbox.Direct {
		t.Errorf("ours: %+v", in)
	}
}
