package classify

import (
	"context"
	"slices"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

const (
	// expectWithin is what is looked at to say what is to be expected.
	expectWithin = 28 * 24 * time.Hour
	// spreadDraws are drawn to tell how long there have been messages.
	spreadDraws = 200
)

// Expect implements inbox.Lab: from the last four weeks, or as long as there have been messages; where they are many, from a sample.
func (r *Rules) Expect(ctx context.Context, d *inbox.Desk, rules []byte, ids []string) (map[string]float64, error) {
	dir := d.Directory()
	f, c, _, _ := r.read(rules, dir, false) // what is wrong is told where they are published
	either := &query.AnyOf{}
	bound := make([]*query.Bound, len(ids))
	out := make(map[string]float64, len(ids))
	for i, id := range ids {
		at := slices.IndexFunc(f.Rules, func(r Rule) bool { return strings.EqualFold(r.ID, id) })
		if at < 0 || c.set.Query(int32(at)) == nil {
			continue
		}
		bound[i], out[id] = c.set.Query(int32(at)), 0
		either.Kids = append(either.Kids, bound[i].Root)
	}
	past, err := d.Past(ctx, inbox.History{Query: &query.Bound{Root: either}, Since: d.Now().Add(-expectWithin)})
	if err != nil || len(out) == 0 {
		return out, err
	}
	set := query.NewSet(bound)
	var hits []int32
	count := func(some []inbox.Arrived, each float64) {
		for i := range some {
			hits = set.Match(capped(d.Document(&some[i])), hits[:0])
			for _, n := range hits {
				out[ids[n]] += each
			}
		}
	}
	spread, err := past.Draw(ctx, spreadDraws)
	if err != nil {
		return nil, err
	}
	first := d.Now()
	for i := range spread {
		if spread[i].At.Before(first) {
			first = spread[i].At
		}
	}
	likely, err := past.Likely(ctx)
	if err != nil {
		return nil, err
	}
	if past.IDs() > fewIDs && (likely < 0 || likely > fewConversations) {
		some, err := past.Draw(ctx, defaultSample)
		if err != nil {
			return nil, err
		}
		count(some, float64(past.IDs())/defaultSample)
	} else {
		for s, err := range past.All(ctx) {
			if err != nil {
				return nil, err
			}
			count(s.Arrived, 1)
		}
	}
	days := min(expectWithin, max(d.Now().Sub(first), 24*time.Hour)).Hours() / 24
	for id := range out {
		out[id] /= days
	}
	return out, nil
}
