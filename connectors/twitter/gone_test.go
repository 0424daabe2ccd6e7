package twitter

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/inbox"
)

// sweeper polls the sweep, step by step and day by day.
type sweeper struct {
	t      *testing.T
	c      *Connector
	us     inbox.Account
	now    time.Time
	cursor []byte
}

func sweeping(t *testing.T, c *Connector, us inbox.Account) *sweeper {
	t.Helper()
	s := &sweeper{t: t, c: c, us: us, now: time.Now()}
	c.cfg.Now = func() time.Time { return s.now }
	return s
}

// after lets so much time pass, has the sweep take its steps, and gives what is gone.
func (s *sweeper) after(d time.Duration) (gone []string) {
	s.t.Helper()
	s.now = s.now.Add(d)
	for more, steps := true, 0; more; steps++ {
		page, err := s.c.Poll(s.t.Context(), s.us, streamSweep, s.cursor)
		if err != nil || steps > 20 {
			s.t.Fatalf("step %d: %v", steps, err)
		}
		for _, in := range page.Items {
			if in.Event != inbox.Deleted || in.Kind != inbox.Mention || in.Source != inbox.FromPoll || in.AccountRemote != s.us.Remote || in.Observed.IsZero() {
				s.t.Errorf("%+v", in)
			}
			gone = append(gone, string(in.Remote))
		}
		s.cursor, more = page.Cursor, page.More
	}
	return gone
}

func (s *sweeper) want(d time.Duration, what string, ids ...string) {
	s.t.Helper()
	if got := s.after(d); !slices.Equal(got, ids) {
		s.t.Errorf("%s: gone are %v, want %v", what, got, ids)
	}
}

// TestRemovalsAreNoticed: no webhook tells that a citizen removed a post; within a day the sweep does, once, also of all that there were.
func TestRemovalsAreNoticed(t *testing.T) {
	c := newCity(t, nil, nil)
	if err := c.Subscribe(t.Context(), c.us, c.hook); err != nil {
		t.Fatal(err)
	}
	say := func(text string) string { return string(c.says(sandbox.Publication{Text: text})) }
	remove := func(id string) {
		if err := c.world.Remove("x", id); err != nil {
			t.Fatal(err)
		}
	}
	stays, goes := say("Bliver"), say("Væk")
	s := sweeping(t, c.Connector, c.us)
	s.want(0, "at first")
	later := say("Væk samme dag")
	s.want(time.Hour, "what is new is noted")
	remove(goes)
	remove(later)
	if got := c.hears(); slices.ContainsFunc(got.Items, func(in inbox.Incoming) bool { return in.Event == inbox.Deleted }) {
		t.Errorf("a webhook tells of it: %+v", got.Items)
	}
	s.want(time.Hour, "within the day")
	s.want(24*time.Hour, "the day after", goes, later)
	s.want(24*time.Hour, "told again")
	remove(stays)
	s.want(24*time.Hour, "the last", stays)
	s.want(24*time.Hour, "nothing is left")
	if n := known(t, s.cursor); n != 0 {
		t.Errorf("%d are still known", n)
	}
}

func known(t *testing.T, cursor []byte) int {
	t.Helper()
	var s sweep
	if err := json.Unmarshal(cursor, &s); err != nil {
		t.Fatal(err)
	}
	return len(s.Known)
}

// oldX is X where posts are listed, or not, and a question about one has an answer of its own.
type oldX struct {
	listed []string          // newest first
	says   map[string]string // by id: the type of the problem with it; "": it is there
	status int               // of questions, if not 200
	pages  int               // so many posts a page; 0: all
	lists  int
	asks   []int // how many ids
}

func (x *oldX) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.URL.Path != "/2/tweets" {
		x.lists++
		rows := slices.DeleteFunc(slices.Clone(x.listed), func(id string) bool { return !newer(id, q.Get("since_id")) })
		from, _ := strconv.Atoi(q.Get("pagination_token")) // none is 0
		body := map[string]any{}
		if x.pages > 0 && from+x.pages < len(rows) {
			body["meta"] = map[string]any{"next_token": strconv.Itoa(from + x.pages)}
			rows = rows[:from+x.pages]
		}
		data := []any{}
		for _, id := range rows[min(from, len(rows)):] {
			first, last, edited := strings.Cut(id, "<")
			row := map[string]any{"id": first}
			if edited {
				row["edit_history_tweet_ids"] = []string{last, first}
			}
			data = append(data, row)
		}
		if len(data) > 0 {
			body["data"] = data
		}
		_ = json.NewEncoder(w).Encode(body) // the caller may be gone
		return
	}
	ids := strings.Split(q.Get("ids"), ",")
	x.asks = append(x.asks, len(ids))
	if x.status != 0 {
		w.WriteHeader(x.status)
		fmt.Fprint(w, `{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request"}`)
		return
	}
	var data, problems []any
	for _, id := range ids {
		switch p, known := x.says[id]; {
		case known && p == "":
			data = append(data, map[string]any{"id": id})
		case known:
			p, there := strings.CutPrefix(p, "there, and ")
			if there {
				data = append(data, map[string]any{"id": id})
			}
			problem := map[string]any{"resource_id": id, "value": id, "parameter": "ids", "type": "https://api.twitter.com/2/problems/" + p}
			problems = append(problems, problem, problem)
		}
	}
	body := map[string]any{}
	if data != nil {
		body["data"] = data
	}
	if problems != nil {
		body["errors"] = problems
	}
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}

// idsBefore makes so many ids, newest first, a minute apart.
func idsBefore(now time.Time, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = idOf(now.Add(-time.Duration(i+1) * time.Minute))
	}
	return out
}

// A post that a list merely leaves out, that is protected, or of which X says nothing, is not taken for removed, whatever stands beside it.
func TestOnlyWhatXCannotFindIsGone(t *testing.T) {
	const hidden = "not-authorized-for-resource"
	for name, c := range map[string]struct {
		says   []string // of the posts that are not listed any more; "-": nothing at all
		status int
		gone   []int
	}{
		"it is there":                        {says: []string{""}},
		"it is there, whatever else is said": {says: []string{"there, and " + notFound}},
		"it is protected":                    {says: []string{hidden}},
		"nothing is said":                    {says: []string{"-"}},
		"it cannot be found":                 {says: []string{notFound}, gone: []int{0}},
		"one of each":                        {says: []string{"", hidden, "-", notFound}, gone: []int{3}},
		"none is shown, one of them is gone": {says: []string{hidden, notFound}, gone: []int{1}},
		"and the other way round":            {says: []string{notFound, hidden}, gone: []int{0}},
		"the question is refused":            {says: []string{notFound}, status: http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			x := &oldX{says: map[string]string{}, status: c.status}
			conn, _ := serve(t, x.ServeHTTP)
			s := sweeping(t, conn, us)
			x.listed = idsBefore(s.now, len(c.says)+1)
			s.want(0, "at first")
			missing := x.listed[1:]
			x.listed = x.listed[:1]
			var gone []string
			for i, say := range c.says {
				if say != "-" {
					x.says[missing[i]] = say
				}
				if slices.Contains(c.gone, i) {
					gone = append(gone, missing[i])
				}
			}
			s.want(24*time.Hour, "a day later", gone...)
			if x.asks[0] != len(c.says) {
				t.Errorf("asked about %v", x.asks)
			}
			x.asks = nil
			if s.want(24*time.Hour, "told again"); len(x.asks) > 1 || len(x.asks) == 1 && x.asks[0] != len(c.says)-len(gone) {
				t.Errorf("then asked about %v", x.asks)
			}
		})
	}
}

// An edited post is one: the desk has it by its first id, and X is asked for it by its last.
func TestAnEditedPostIsNotGone(t *testing.T) {
	x := &oldX{says: map[string]string{}}
	conn, _ := serve(t, x.ServeHTTP)
	s := sweeping(t, conn, us)
	ids := idsBefore(s.now, 2)
	last, first := ids[0], ids[1]
	x.listed = []string{first}
	s.want(0, "at first")
	x.listed, x.says[first] = []string{last + "<" + first}, notFound
	s.want(24*time.Hour, "edited")
	x.listed, x.says[last] = nil, notFound
	s.want(24*time.Hour, "removed", first)
}

// Each answer is paid for: a day has three pages and three questions at the most, whatever the number of posts, an hour one page, and what is
// too old is neither listed nor asked for.
func TestTheSweepIsBounded(t *testing.T) {
	x := &oldX{says: map[string]string{}, pages: 100}
	conn, _ := serve(t, x.ServeHTTP)
	s := sweeping(t, conn, us)
	x.listed = idsBefore(s.now, 1000)
	s.want(0, "at first")
	if x.lists != 3 || known(t, s.cursor) != sweepMost {
		t.Errorf("%d pages, %d known", x.lists, known(t, s.cursor))
	}
	x.lists = 0
	if s.want(time.Hour, "an hour later"); x.lists != 1 {
		t.Errorf("%d pages of nothing new", x.lists)
	}
	for _, id := range x.listed {
		x.says[id] = ""
	}
	x.listed, x.lists = nil, 0
	if s.want(24*time.Hour, "none is listed"); x.lists != 1 || !slices.Equal(x.asks, []int{100, 100, 100}) {
		t.Errorf("%d pages, asked about %v", x.lists, x.asks)
	}
	x.asks = nil
	if s.want(8*24*time.Hour, "too old"); len(x.asks) != 0 || known(t, s.cursor) != 0 {
		t.Errorf("asked about %v, %d known", x.asks, known(t, s.cursor))
	}
	if len(s.cursor) > 200 {
		t.Errorf("%s", s.cursor)
	}
}

// A token that dies ends the pass; the next begins anew and nothing is taken for missing. A cursor that cannot be read is none.
func TestASweepThatIsCutOff(t *testing.T) {
	x := &oldX{says: map[string]string{}, pages: 100}
	dead := false
	conn, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if dead && r.URL.Query().Get("pagination_token") != "" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request"}`)
			return
		}
		x.ServeHTTP(w, r)
	})
	s := sweeping(t, conn, us)
	x.listed = idsBefore(s.now, 150)
	s.want(0, "at first")
	dead = true
	s.want(24*time.Hour, "cut off")
	dead = false
	if s.want(time.Hour, "whole"); len(x.asks) != 0 {
		t.Errorf("asked about %v", x.asks)
	}
	s.cursor = []byte(`{"known":[`)
	s.want(time.Hour, "a broken cursor")
	if known(t, s.cursor) != 150 {
		t.Errorf("%d are known", known(t, s.cursor))
	}
	if _, err := conn.Poll(t.Context(), inbox.Account{Remote: "9"}, streamSweep, nil); connectors.ClassOf(err) != connectors.Auth {
		t.Errorf("an account without tokens: %v", err)
	}
}
