package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lytter/inbox"
	"lytter/inbox/inboxtest"
	"lytter/inbox/query"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A query that costs more than it may is cut on every road, says how far back it got, and is right down to there.
func TestCostlySearchIsCut(t *testing.T) {
	d := inboxtest.New(t)
	const n = 300
	for i := range n {
		d.Clock.Add(time.Minute)
		words := strings.Repeat("vejen er lang og hul ", 8)
		if i%10 == 0 {
			words += "der er et hul i vejen"
		}
		d.Take(t, d.Say(fmt.Sprintf("m%d", i), fmt.Sprintf("a%d", i), words))
	}
	in := start(t, d, Options{})
	in.reach(t, lastSeq(t, d))
	live := another(t, d, nil)
	running(t, "hub", live.Hub().Run)
	<-live.Hub().Loaded()

	var parts []string
	for i := range 100 {
		parts = append(parts, fmt.Sprintf(`"hul vejen%d"`, i))
	}
	costly := strings.Join(parts, " or ") + ` or "hul i vejen"`
	near := `"hul i vejen lang"/9` // every conversation has the words
	for _, c := range []struct {
		road inbox.Road
		desk *inbox.Desk
		q    string
	}{
		{inbox.RoadScan, another(t, d, nil), costly},
		{inbox.RoadLive, live, "is:open (" + costly + ")"},
		{inbox.RoadIndex, in.desk, costly},
		{inbox.RoadIndex, in.desk, near},
	} {
		q, err := d.Seat(t, d.Anna).Bind(c.q)
		if err != nil {
			t.Fatal(err)
		}
		want := truth(t, d, q)
		for _, scan := range []int{20, 100, 50_000} {
			hits, err := c.desk.Search(context.Background(), q, inbox.Page{Size: 1000, MaxScan: scan})
			if err != nil {
				t.Fatal(err)
			}
			right, found := want, hits.Keys
			if r := hits.Incomplete; r != nil {
				older := func(k inbox.Key) bool { return k.At < r.Back.UnixMilli() }
				right, found = slices.DeleteFunc(slices.Clone(want), older), slices.DeleteFunc(slices.Clone(hits.Keys), older)
			}
			if d := cmp.Diff(right, found, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s, at most %d: -matches +found\n%s", c.road, scan, d)
			}
			cut := hits.Incomplete != nil
			if c.road != inbox.RoadIndex && (hits.Explain.Road != c.road || cut != (scan < 50_000) || cut && scan == 100 && len(hits.Keys) == 0) {
				t.Errorf("%s, at most %d: by %s, cut %v, %d found, %d words", c.road, scan, hits.Explain.Road, cut, len(hits.Keys), hits.Explain.Words)
			}
			if most := int64(2000*scan + 128*100*60); hits.Explain.Words > most {
				t.Errorf("%s, at most %d: %d words were looked at, and at most %d may be", c.road, scan, hits.Explain.Words, most)
			}
			n, more, _, err := c.desk.Count(context.Background(), q, 5)
			if err != nil || n != 5 || !more {
				t.Errorf("%s: %d conversations, more %v, %v", c.road, n, more, err)
			}
		}
	}
}

// truth says which conversations match, by looking at them all.
func truth(t *testing.T, d *inboxtest.Desk, q *query.Bound) (want []inbox.Key) {
	t.Helper()
	d.Read(t, func(tx inbox.Tx) error {
		stamps, err := tx.Newest(inbox.Key{}, 10_000)
		if err != nil {
			return err
		}
		var ids []inbox.ConversationID
		for _, s := range stamps {
			ids = append(ids, s.ID)
		}
		docs, keys, err := d.Documents(tx, ids)
		for i, doc := range docs {
			if q.Match(doc) {
				want = append(want, keys[i])
			}
		}
		return err
	})
	return want
}
