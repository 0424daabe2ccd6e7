package bench

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestResultJSON(t *testing.T) {
	got, err := json.Marshal([]Result{
		figure("rss", 123.456, megabytes), figure("ack.rate", 30_000, postsPerSecond).beside("nginx", 90_000), figure("x.hits", 0, conversations).beside(fts, 0),
	})
	want := `[{"name":"rss","value":123.5,"unit":"MB","peer":null,"peer_value":null,"ratio":null},` +
		`{"name":"ack.rate","value":30000,"unit":"posts/s","peer":"nginx","peer_value":90000,"ratio":0.3333},` +
		`{"name":"x.hits","value":0,"unit":"conversations","peer":"SQLite FTS5","peer_value":0,"ratio":null}]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestFigures(t *testing.T) {
	for v, want := range map[float64]float64{0: 0, 12.3456: 12.35, 1234567: 1235000, 0.000123456: 0.0001235, math.Inf(1): 0, math.NaN(): 0} {
		if got := round(v); got != want {
			t.Errorf("round(%v) is %v", v, got)
		}
	}
	var ts times
	for i := 100; i > 0; i-- {
		ts = append(ts, time.Duration(i)*time.Millisecond)
	}
	if p50, p99 := ts.ms(0.5), ts.ms(0.99); p50 != 51 || p99 != 100 {
		t.Errorf("p50 %v, p99 %v", p50, p99)
	}
	if got := times(nil).ms(0.5); got != 0 {
		t.Errorf("p50 of nothing is %v", got)
	}
	if got := per(500, 250*time.Millisecond); got != 2000 {
		t.Errorf("%v a second", got)
	}
	if a := (Aim{10, true}); !a.Met(10) || a.Met(9.9) {
		t.Error("a least is not held to")
	}
	if a := (Aim{10, false}); !a.Met(10) || a.Met(10.1) {
		t.Error("a most is not held to")
	}
}

// Whole tells the most of all parts, and nothing where the system told nothing.
func TestWhole(t *testing.T) {
	rs := []Result{figure("ack.rate", 1e9, postsPerSecond), figure("rss.ack", 70, megabytes), figure("rss.index", 200, megabytes)}
	if d := cmp.Diff(append(rs[:3:3], figure("rss", 200, megabytes)), Whole(rs)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(rs[:1], Whole(rs[:1])); d != "" {
		t.Error(d)
	}
}

// Both kinds of table hold every figure; a class is one cell with the peer in parentheses.
func TestTables(t *testing.T) {
	rs := []Result{
		figure("ack.rate", 12_000, postsPerSecond).beside("bare", 24_000), figure("index.rate", 4_000, conversationsPerSecond), figure("rss", 70, megabytes),
		figure("search.dense.word.p50", 0.25, millis).beside(fts, 0.5), figure("search.dense.word.p95", 1.5, millis).beside(fts, 2),
		figure("search.dense.word.hits", 300, conversations).beside(fts, 299),
		figure("search.zero.infix.p50", 1, millis), figure("search.zero.infix.p95", 2, millis), figure("search.zero.infix.hits", 0, conversations),
	}
	w := Words{Name: "figure", Value: "value", Peer: "peer", PeerValue: "its value", Ratio: "ratio", Aim: "aim", Met: "reached", Missed: "missed"}
	var table, markdown strings.Builder
	if err := Table(&table, w, rs); err != nil {
		t.Fatal(err)
	}
	if err := Markdown(&markdown, w, "a machine", rs); err != nil {
		t.Fatal(err)
	}
	const want = `a machine

| figure | value | peer | its value | ratio | aim |
|---|---|---|---|---|---|
| ack.rate | 12000 posts/s | bare | 24000 posts/s | 0.5 | ≥ 10000, reached |
| index.rate | 4000 conversations/s |  |  |  | ≥ 5000, missed |
| rss | 70 MB |  |  |  |  |

| search.*.* | zero | sparse | medium | dense |
|---|---|---|---|---|
| word |  |  |  | 0.25 / 1.5 ms, 300 (0.5 / 2 ms, 299) |
| infix | 1 / 2 ms, 0 |  |  |  |
`
	if d := cmp.Diff(want, markdown.String()); d != "" {
		t.Error(d)
	}
	plain := func(s string) string {
		return strings.Join(strings.Fields(strings.NewReplacer("|", " ", "---", " ").Replace(s)), " ")
	}
	if got, want := plain(table.String()), plain(strings.TrimPrefix(want, "a machine")); got != want {
		t.Error(cmp.Diff(want, got))
	}
}
