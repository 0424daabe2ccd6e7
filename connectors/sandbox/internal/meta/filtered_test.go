package meta

import (
	"net/url"
	"strconv"
	"testing"

	"lytter/connectors/sandbox/internal/world"
)

// TestFilteredPages: what nobody may see is left out after a page was cut. So pages are short, or empty with a next behind them, and who
// goes on while there is a next finds every row once, in every order.
func TestFilteredPages(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Filtered = 0.9 })
	post := f.facebook(world.Draft{Ours: true})
	want := map[string]int{}
	for i := range 80 {
		want[f.facebook(world.Draft{Parent: post, Text: strconv.Itoa(i)})] = 1
	}
	for _, order := range []string{"chronological", "reverse_chronological", ""} {
		got := map[string]int{}
		short, empty := 0, 0
		q := url.Values{"limit": {"5"}, "order": {order}}
		if order == "" {
			q.Del("order")
		}
		for calls := 0; ; calls++ {
			if calls > 500 {
				t.Fatal("it does not end")
			}
			_, body, _ := f.call("GET", "/"+post+"/comments", q.Encode())
			rows := get(body, "data").([]any)
			for i := range rows {
				got[text(body, "data", i, "id")]++
			}
			if get(body, "paging", "next") == nil {
				break
			}
			switch {
			case len(rows) == 0:
				empty++
			case len(rows) < 5:
				short++
			}
			q.Set("after", text(body, "paging", "cursors", "after"))
		}
		if short == 0 || empty == 0 {
			t.Errorf("order %q: %d pages short and %d empty before the last", order, short, empty)
		}
		if len(got) != len(want) {
			t.Errorf("order %q: %d of %d rows", order, len(got), len(want))
		}
		for id, n := range got {
			if n != want[id] {
				t.Errorf("order %q: %s is there %d times", order, id, n)
			}
		}
	}
}
