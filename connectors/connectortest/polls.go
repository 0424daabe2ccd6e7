package connectortest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// Polls is a connector whose polls are fuzzed: whatever a platform answers, a walk comes to its end, and what it gives may be ingested.
type Polls struct {
	// New makes the connector. It calls the platform by way of rt alone, and the time is what now says.
	New     func(tb testing.TB, rt http.RoundTripper, now func() time.Time) Connector
	Account inbox.Account
	Odd     []string // answers that are worth a try, for seeds
	Samples []string // folders of the public sample payloads, for seeds; none is needed
	// Rows are good rows of lists: beside one that is broken each must still be read.
	Rows []Row
	// Wants are ids to fetch, by what is wanted.
	Wants []inbox.Pending
}

// Row is a row of a list: one message.
type Row struct {
	Stream string
	Cursor string // of a walk that reads such rows next; "": that which begins
	JSON   string
	ID     inbox.RemoteID // of the message
}

// The bounds of one execution.
const (
	wildSteps = 12 // that are answered with what the fuzzer made up; then the platform is empty
	restSteps = 300
)

// began is the time at which each execution begins.
var began = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

// answers plays a platform. It gives bodies by turns, then, once calm, that there is nothing.
type answers struct {
	t      *testing.T
	bodies []answer
	next   int
	calm   bool
	served int // bytes
	rows   int // braces: no answer has more rows
	clock  time.Time
}

type answer struct {
	status int
	body   []byte
}

// statuses are what stands between two bodies: the status of the one that follows. JSON has none of these bytes.
var statuses = map[byte]int{0: 200, 1: 400, 2: 500, 3: 403} //nolint:gochecknoglobals // a table

// script reads what the fuzzer made up as answers.
func script(data []byte) (out []answer) {
	next := answer{status: http.StatusOK}
	for _, b := range data {
		if status, cut := statuses[b]; cut {
			out = append(out, next)
			next = answer{status: status}
			continue
		}
		next.body = append(next.body, b)
	}
	return append(out, next)
}

const emptyAnswer = `{"data":[],"meta":{"result_count":0}}`

// RoundTrip implements http.RoundTripper.
func (p *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	p.clock = p.clock.Add(time.Second)
	if req.Method != http.MethodGet {
		p.t.Errorf("a poll writes: %s %s", req.Method, req.URL.Path)
	}
	if strings.Contains(req.URL.Path, "/../") || strings.Contains(req.URL.Path, "/./") {
		p.t.Errorf("a foreign id leads elsewhere: %s", req.URL.Path)
	}
	q, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		p.t.Errorf("a query that is none: %s", req.URL.RawQuery)
	}
	for name, values := range q {
		if len(values) > 1 {
			p.t.Errorf("a foreign id brings a parameter along: %s of %s", name, req.URL)
		}
	}
	a := answer{http.StatusOK, []byte(emptyAnswer)}
	if !p.calm {
		a = p.bodies[p.next%len(p.bodies)]
		p.next++
		p.served += len(a.body)
		p.rows += bytes.Count(a.body, []byte("{"))
	}
	return &http.Response{
		StatusCode: a.status, Status: fmt.Sprint(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(a.body)), Request: req,
	}, nil
}

// FuzzPolls fuzzes what is polled and fetched: one stream an execution, and one fetch.
func FuzzPolls(f *testing.F, p Polls) {
	f.Helper()
	seedPolls(f, p)
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		if len(data) > 1<<16 {
			t.Skip("as long as that it says nothing new")
		}
		at := &answers{t: t, bodies: script(data), clock: began}
		c := p.New(t, at, func() time.Time { return at.clock })
		streams := c.Streams(p.Account)
		stream := streams[int(which)%len(streams)].Name
		poll(t, c, p.Account, stream, at)
		for _, row := range p.Rows {
			if row.Stream == stream {
				at.beside(c, p.Account, row, at.bodies[0].body)
			}
		}
		at.calm = false
		if len(p.Wants) > 0 {
			fetchOdd(t, c, p)
		}
	})
}

// poll walks a stream, first before a platform that answers anything, then before one that has nothing.
func poll(t *testing.T, c Connector, a inbox.Account, stream string, at *answers) {
	t.Helper()
	var cursor []byte
	seen := map[string]bool{}
	for step := 0; ; step++ {
		at.calm = step >= wildSteps
		if step > wildSteps+restSteps+at.rows {
			t.Fatalf("stream %s does not end: %s", stream, cursor)
		}
		served, rows := at.served, at.rows
		page, err := c.Poll(t.Context(), a, stream, cursor)
		if err != nil && connectors.AsError(err).Reason.Key == "" {
			t.Errorf("an error that says nothing to people: %v", err)
		}
		fit(t, a, page)
		if got := len(page.Items) + len(page.Unread) + len(page.Lost); got > 8+4*(at.rows-rows)+len(cursor) { // and what was left to do before it
			t.Errorf("stream %s gives %d things of an answer with %d rows", stream, got, at.rows-rows)
		}
		if most := 8192 + 16*at.served; len(page.Cursor) > most {
			t.Errorf("after %d bytes the cursor of %s has %d", served, stream, len(page.Cursor))
		}
		if page.Cursor != nil {
			cursor = page.Cursor
		}
		if !page.More && (err == nil || at.calm) {
			return
		}
		if at.clock = at.clock.Add(page.Wait); page.Wait > 0 {
			continue
		}
		// What a step does follows from the cursor and the answer, so one that comes again with the same answer to come goes round for ever.
		here := fmt.Sprintf("%d %v %s", at.next%len(at.bodies), at.calm, cursor)
		switch {
		case !seen[here]:
			seen[here] = true
		case err == nil:
			t.Fatalf("stream %s goes round: %s", stream, cursor)
		case !at.calm: // the same refusals over and over again
			step = wildSteps
		}
	}
}

// fit fails the test if something that was polled is not fit to be ingested.
func fit(t *testing.T, a inbox.Account, page connectors.Page) {
	t.Helper()
	Sound(t, nil, connectors.Decoded{Items: page.Items, Unread: page.Unread})
	for _, in := range page.Items {
		if in.AccountRemote != a.Remote {
			t.Errorf("an item of a foreign account: %+v", in)
		}
		if in.Observed.IsZero() {
			t.Errorf("an item without any time: %+v", in)
		}
		if in.Kind == "" && in.Event != inbox.ContextSeen && in.Event != inbox.Reacted && in.Event != inbox.Unreacted {
			t.Errorf("an item without a kind: %+v", in)
		}
		if in.Kind == inbox.Direct && in.Thread == "" {
			t.Errorf("a private message without a thread: %+v", in)
		}
		if in.Author != nil && in.Author.Remote == "" {
			t.Errorf("an author without an id: %+v", in)
		}
		if in.Source == "" || in.Source == inbox.FromWebhook {
			t.Errorf("what was polled says that it came by %q", in.Source)
		}
	}
	for _, u := range page.Unread {
		if u.AccountRemote != a.Remote {
			t.Errorf("something of a foreign account is kept: %+v", u)
		}
	}
	for _, g := range page.Lost {
		if !g.From.Before(g.To) || !g.Cause.Lost() {
			t.Errorf("a stretch that is none: %+v", g)
		}
	}
}

// beside reads a good row that stands beside what the fuzzer made up: that costs itself, and not its neighbour.
func (p *answers) beside(c Connector, a inbox.Account, row Row, odd []byte) {
	p.t.Helper()
	if !json.Valid(odd) || len(odd) > 1<<12 {
		return
	}
	was, now := p.bodies, p.clock
	defer func() { p.bodies = was }()
	p.bodies = []answer{{http.StatusOK, fmt.Appendf(nil, `{"data":[%[1]s,%[2]s,%[1]s],"includes":{"users":[%[1]s],"tweets":[%[1]s],"media":[%[1]s]}}`, odd, row.JSON)}}
	p.calm, p.clock = false, began
	page, err := c.Poll(p.t.Context(), a, row.Stream, []byte(row.Cursor))
	if p.clock = now; err != nil {
		p.t.Fatalf("a row costs the whole list of %s: %v: %s", row.Stream, err, odd)
	}
	for _, in := range page.Items {
		if in.Remote == row.ID {
			return
		}
	}
	p.t.Errorf("a row costs its neighbour in %s: %s", row.Stream, odd)
}

// fetchOdd fetches from a platform that answers anything.
func fetchOdd(t *testing.T, c Connector, p Polls) {
	t.Helper()
	got, err := c.Fetch(t.Context(), p.Account, p.Wants)
	if err != nil {
		return
	}
	if len(got) != len(p.Wants) {
		t.Fatalf("%d answers to %d questions", len(got), len(p.Wants))
	}
	for i, a := range got {
		if a.Err != nil {
			if connectors.AsError(a.Err).Reason.Key == "" {
				t.Errorf("an error that says nothing to people: %v", a.Err)
			}
			continue
		}
		fit(t, p.Account, connectors.Page{Items: a.Items})
		if a.Profile != nil && a.Profile.Remote != p.Wants[i].Remote {
			t.Errorf("asked for %s, and told of %s", p.Wants[i].Remote, a.Profile.Remote)
		}
	}
}

// seedPolls gives the fuzzer answers as the simulated platforms gave them once (testdata/poll), each alone and one behind the other, and
// the public samples of answers, where they are.
func seedPolls(f *testing.F, p Polls) {
	f.Helper()
	const streams = 6 // the most that a connector has
	add := func(body []byte) {
		for which := range byte(streams) {
			f.Add(which, body)
		}
	}
	add([]byte(`{}`))
	more := strings.NewReplacer(`"paging":{`, `"paging":{"next":"https:\/\/graph.facebook.com\/x",`, `"meta":{`, `"meta":{"next_token":"n",`)
	for _, body := range p.Odd {
		add([]byte(body))
	}
	var all []byte
	dirs := []string{filepath.Join("testdata", "poll")}
	for _, s := range p.Samples {
		dirs = append(dirs, filepath.Join("..", "..", "..", "shared", "payloads", filepath.FromSlash(s)))
	}
	for i, dir := range dirs {
		paths, err := fs.Glob(os.DirFS(dir), "*.json")
		if err != nil {
			f.Fatal(err)
		}
		if i == 0 && len(paths) == 0 {
			f.Fatal("there are no seeds in " + dir)
		}
		for _, path := range paths {
			body, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				f.Fatal(err)
			}
			if i > 0 {
				f.Add(byte(0), body)
				continue
			}
			add(body)
			add([]byte(more.Replace(string(body))))
			all = append(append(all, body...), 0)
		}
	}
	add(append(all, `{"error":{"code":100,"error_subcode":33}}`...))
}
