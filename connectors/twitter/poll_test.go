package twitter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"pgregory.net/rapid"
)

// timelineServer is X's mentions as documented: newest first, ids above since_id and below until_id, at most 100 a page, tokens that
// may die, and a since_id that may be refused as too old. Newer posts come between any two calls.
type timelineServer struct {
	ids     []int64 // ascending
	tokens  bool    // tokens are good
	oldest  int64   // since_id below it is refused
	arrive  func()
	calls   int
	maximum int
}

func (s *timelineServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls++
	if s.arrive != nil {
		s.arrive()
	}
	q := r.URL.Query()
	number := func(name string, def int64) int64 {
		n, err := strconv.ParseInt(q.Get(name), 10, 64)
		if err != nil {
			return def
		}
		return n
	}
	since, until := number("since_id", 0), number("until_id", 1<<62)
	if t := q.Get("next_token"); t != "" { // as search has it
		q.Set("pagination_token", t)
	}
	if t := q.Get("pagination_token"); t != "" {
		if !s.tokens {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request"}`)
			return
		}
		until = number("pagination_token", 0)
	}
	if since > 0 && since < s.oldest {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request"}`)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/2/dm") { // which takes no bounds
		since = 0
	}
	type row struct {
		ID     string `json:"id"`
		Text   string `json:"text"`
		Author string `json:"author_id"`
		Sender string `json:"sender_id"`
		With   string `json:"dm_conversation_id"`
	}
	var out struct {
		Data []row `json:"data,omitempty"`
		Meta struct {
			Count  int    `json:"result_count"`
			Newest string `json:"newest_id,omitempty"`
			Next   string `json:"next_token,omitempty"`
		} `json:"meta"`
	}
	for i := len(s.ids) - 1; i >= 0; i-- {
		id := s.ids[i]
		if id <= since || id >= until {
			continue
		}
		if len(out.Data) == s.maximum {
			out.Meta.Next = out.Data[len(out.Data)-1].ID
			break
		}
		out.Data = append(out.Data, row{strconv.FormatInt(id, 10), "@havneborg hej", "3", "3", "3-" + string(us.Remote)})
	}
	if out.Meta.Count = len(out.Data); out.Meta.Count > 0 {
		out.Meta.Newest = out.Data[0].ID
	}
	_ = json.NewEncoder(w).Encode(out) // the caller may be gone
}

// Whatever comes between calls, however tokens die and wherever a walk is cut off: in the end everything was read.
func TestNothingIsLeftOut(t *testing.T) {
	for _, stream := range []string{streamMentions, streamDirect, streamSearch + "cykelsti"} {
		t.Run(stream, func(t *testing.T) { nothingIsLeftOut(t, stream) })
	}
}

func nothingIsLeftOut(t *testing.T, stream string) {
	t.Helper()
	server := &timelineServer{}
	conn, _ := serve(t, server.ServeHTTP)
	now := time.Now()
	conn.cfg.Now = func() time.Time { return now }
	conn.cfg.SearchBudget = 1 << 30
	rapid.Check(t, func(rt *rapid.T) {
		next := (time.Now().UnixMilli() - epoch) << 22
		*server = timelineServer{maximum: rapid.IntRange(1, 5).Draw(rt, "page"), tokens: true}
		add := func(n int) {
			for range n {
				next += int64(rapid.IntRange(1, 9).Draw(rt, "step"))
				server.ids = append(server.ids, next)
			}
		}
		conn.cfg.MaxPages = rapid.IntRange(1, 4).Draw(rt, "cap")
		add(rapid.IntRange(0, 30).Draw(rt, "before"))
		roads := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "roads"), 1)) // rapid draws only where the test itself runs
		server.arrive = func() {
			if roads.IntN(4) == 0 {
				next += 1 + roads.Int64N(9)
				server.ids = append(server.ids, next)
			}
			server.tokens = roads.IntN(5) > 0
		}
		read := map[inbox.RemoteID]bool{}
		var cursor []byte
		rounds := rapid.IntRange(1, 5).Draw(rt, "rounds")
		for round := 0; ; round++ {
			if round == rounds {
				server.arrive = nil
				server.tokens = true
			}
			more := true
			for steps := 0; more; steps++ {
				if steps > 60 && server.arrive != nil {
					break // the storm goes on, and the desk is stopped in the middle of it
				}
				if steps > 2000 {
					rt.Fatalf("it does not end: %s", cursor)
				}
				page, err := conn.Poll(t.Context(), us, stream, cursor)
				if err != nil {
					rt.Fatal(err)
				}
				for _, in := range page.Items {
					read[in.Remote] = true
				}
				if rapid.IntRange(0, 9).Draw(rt, "crash") > 0 || server.arrive == nil {
					cursor = page.Cursor
				} // else the step was not committed, and is taken again
				more = page.More
				now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(rt, "seconds")) * time.Second)
			}
			if round > rounds {
				break
			}
			add(rapid.IntRange(0, 12).Draw(rt, "meanwhile"))
		}
		for range 2 { // and nothing is read again and again
			page, err := conn.Poll(t.Context(), us, stream, cursor)
			if err != nil || len(page.Items) > 0 {
				rt.Fatalf("%d are read again, cursor %s, %v", len(page.Items), cursor, err)
			}
			cursor = page.Cursor
		}
		for _, id := range server.ids {
			if !read[inbox.RemoteID(strconv.FormatInt(id, 10))] {
				rt.Fatalf("%d was never read (of %d, cursor %s)", id, len(server.ids), cursor)
			}
		}
	})
}

// After a long absence X refuses the id that we ask from: what it still has is read all the same.
func TestAwayTooLong(t *testing.T) {
	base := (time.Now().UnixMilli() - epoch) << 22
	server := &timelineServer{maximum: 2, tokens: true, oldest: base + 100}
	conn, _ := serve(t, server.ServeHTTP)
	for i := range int64(9) {
		server.ids = append(server.ids, base+i*30)
	}
	cursor, err := json.Marshal(cursor{Since: strconv.FormatInt(base+10, 10), Begun: time.Now().UnixMilli()})
	if err != nil {
		t.Fatal(err)
	}
	var got []inbox.RemoteID
	for range 30 {
		page, err := conn.Poll(t.Context(), us, streamMentions, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page.Items {
			got = append(got, in.Remote)
		}
		cursor = page.Cursor
	}
	slices.SortFunc(got, func(a, b inbox.RemoteID) int { return cmp.Compare(a, b) })
	got = slices.Compact(got)
	if len(got) < 8 {
		t.Errorf("read %d of the 8 that came since; %s", len(got), cursor)
	}
}

// posts makes so many ids, of which the newest is from now and each other one so much older than the next.
func posts(n int, apart time.Duration, now time.Time) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = (now.Add(-time.Duration(n-1-i)*apart).UnixMilli() - epoch) << 22
	}
	return ids
}

// A walk that must spare what is left of a limit is not at its end: it says that it goes on, and when.
func TestAWalkThatWaitsIsNotAtItsEnd(t *testing.T) {
	now := time.Now()
	server := &timelineServer{maximum: 5, tokens: true, ids: posts(60, time.Minute, now)}
	left, reset := 15, now.Add(15*time.Minute)
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !now.Before(reset) {
			left, reset = 15, now.Add(15*time.Minute)
		}
		left--
		w.Header().Set("x-rate-limit-limit", "15")
		w.Header().Set("x-rate-limit-remaining", strconv.Itoa(left))
		w.Header().Set("x-rate-limit-reset", strconv.FormatInt(reset.Unix(), 10))
		server.ServeHTTP(w, r)
	})
	conn.cfg.Now = func() time.Time { return now }
	read, waits := map[inbox.RemoteID]bool{}, 0
	var cursor []byte
	for more, steps := true, 0; more; steps++ {
		page, err := conn.Poll(t.Context(), us, streamDirect, cursor)
		if err != nil || steps > 100 {
			t.Fatal(steps, err)
		}
		for _, in := range page.Items {
			read[in.Remote] = true
		}
		if more, cursor = page.More, page.Cursor; !more && len(read) < len(server.ids) {
			t.Fatalf("it says that it is at its end with %d of %d read, and %d calls left", len(read), len(server.ids), left)
		}
		if page.Wait > 0 {
			waits++
			now = now.Add(page.Wait)
		}
	}
	if waits == 0 || left < 0 {
		t.Errorf("it waited %d times, %d calls are left", waits, left)
	}
}

// Tokens that lead round in a circle, for ever: the walk ends, people are told, and what comes later is read.
func TestTokensThatLoop(t *testing.T) {
	now := time.Now()
	ids := posts(40, time.Minute, now)
	calls := 0
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		rows := make([]string, 0, 5)
		for i := range 5 {
			at := len(ids) - 1 - i
			if r.URL.Query().Get("pagination_token") != "" {
				at -= 5 * (1 + calls%3)
			}
			rows = append(rows, fmt.Sprintf(`{"id":"%d","text":"hej","sender_id":"3","dm_conversation_id":"3-%s"}`, ids[at], us.Remote))
		}
		_, _ = fmt.Fprintf(w, `{"data":[%s],"meta":{"next_token":"t%d"}}`, strings.Join(rows, ","), calls%3) // the caller may be gone
	})
	conn.cfg.Now = func() time.Time { return now }
	var cursor []byte
	told := 0
	for more := true; more; {
		page, err := conn.Poll(t.Context(), us, streamDirect, cursor)
		if err != nil || calls > 200 {
			t.Fatalf("after %d calls: %v; %s", calls, err, cursor)
		}
		told += len(page.Unread)
		more, cursor = page.More, page.Cursor
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	ids = append(ids, posts(1, 0, now.Add(time.Minute))...)
	now = now.Add(2 * time.Minute)
	page, err := conn.Poll(t.Context(), us, streamDirect, cursor)
	if err != nil || len(page.Items) != 1 {
		t.Errorf("what comes later: %+v, %v", page.Items, err)
	}
}

// What X no longer shows is said, with from when to when, and once: mentions beyond 800, a search beyond 7 days, direct messages beyond 30.
func TestWhatXNoLongerShowsIsSaid(t *testing.T) {
	const day = 24 * time.Hour
	for stream, c := range map[string]struct {
		cause       inbox.GapCause
		away, apart time.Duration
		back        time.Duration // how far X shows
		lost        bool
	}{
		"mentions, a busy month": {inbox.GapMentions, 20 * day, 30 * time.Minute, 0, true},
		"mentions, a quiet one":  {inbox.GapMentions, 20 * day, 6 * time.Hour, 0, false},
		"search, long":           {inbox.GapSearch, 10 * day, time.Hour, 7 * day, true},
		"search, short":          {inbox.GapSearch, 5 * day, time.Hour, 7 * day, false},
		"direct, long":           {inbox.GapDirect, 40 * day, 8 * time.Hour, 30 * day, true},
		"direct, short":          {inbox.GapDirect, 25 * day, 8 * time.Hour, 30 * day, false},
	} {
		t.Run(stream, func(t *testing.T) {
			now := time.Now().Truncate(time.Millisecond)
			before := now.Add(-c.away)
			kind, _, _ := strings.Cut(stream, ",")
			name := map[string]string{"mentions": streamMentions, "search": streamSearch + "cykelsti", "direct": streamDirect}[kind]
			server := &timelineServer{maximum: 100, tokens: true}
			conn, _ := serve(t, server.ServeHTTP)
			at := before
			conn.cfg.Now = func() time.Time { return at }
			conn.cfg.SearchBudget = 1 << 30
			var cursor []byte
			var lost []inbox.Gap
			read := map[inbox.RemoteID]bool{}
			look := func() {
				for more := true; more; {
					page, err := conn.Poll(t.Context(), us, name, cursor)
					if err != nil {
						t.Fatal(err)
					}
					for _, in := range page.Items {
						read[in.Remote] = true
					}
					lost = append(lost, page.Lost...)
					more, cursor = page.More, page.Cursor
					at = at.Add(page.Wait + time.Second)
				}
			}
			server.ids = posts(3, c.apart, before)
			look()
			at = now
			all := append(server.ids, posts(int(c.away/c.apart), c.apart, now)...)
			server.ids = all
			switch {
			case c.back > 0: // what is older is not there
				oldest := (now.Add(-c.back).UnixMilli() - epoch) << 22
				server.ids = slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return id < oldest })
				if kind == "search" {
					server.oldest = oldest
				}
			case len(all) > 800:
				server.ids = all[len(all)-800:]
			}
			look()
			look()
			for _, id := range server.ids {
				if !read[inbox.RemoteID(strconv.FormatInt(id, 10))] {
					t.Fatalf("%d is there and was not read", id)
				}
			}
			if len(lost) != map[bool]int{true: 1}[c.lost] {
				t.Fatalf("lost: %+v", lost)
			}
			for _, id := range all { // what was not read, and nothing else, is in the gap
				in := c.lost && !timeOf(strconv.FormatInt(id, 10)).Before(lost[0].From) && timeOf(strconv.FormatInt(id, 10)).Before(lost[0].To)
				if had := read[inbox.RemoteID(strconv.FormatInt(id, 10))]; !had && !in {
					t.Fatalf("%v was not read, and is not in %+v", timeOf(strconv.FormatInt(id, 10)), lost)
				}
			}
			if c.lost && (lost[0].Cause != c.cause || !lost[0].Cause.Lost() || lost[0].From.Before(before.Add(-time.Second))) {
				t.Errorf("%+v", lost[0])
			}
		})
	}
}

func TestSelfServeMayAnswerOnlyWhoNamedUs(t *testing.T) {
	c, err := New(Config{SelfServe: true})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"@havneborg hej": true, "hej @Havneborg!": true, "@havneborgerne hej": false, "havneborg": false, "@havneborg_x @havneborg": true, "": false,
	} {
		if got := c.Can(us, inbox.Message{Kind: inbox.Mention, Text: text}, inbox.ActReply, time.Now()); got.Allowed != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
	quote := inbox.Message{Kind: inbox.Mention, Text: "nå", Media: []inbox.Media{{Type: "share", URL: "https://x.com/Havneborg/status/1"}}}
	if !c.Can(us, quote, inbox.ActReply, time.Now()).Allowed {
		t.Error("who quoted us may be answered")
	}
	open, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if got := open.Can(us, inbox.Message{Kind: inbox.Mention, Text: "nå"}, inbox.ActReply, time.Now()); !got.Allowed || got.MaxText != 280 || got.Measure != inbox.CountX {
		t.Errorf("an enterprise app: %+v", got)
	}
	var _ connectors.Connector = open
}
