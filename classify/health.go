package classify

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"
)

const (
	driftFrom    = 3
	driftHits    = 10      // that must be there in all
	togetherHits = 20      // that two must have together
	togetherFrom = 0.95    // share of those that either has
	maxPairs     = 200_000 // counted
	maxWeeks     = 104     // told one by one; the oldest holds all before
	week         = 7 * 24 * time.Hour
)

// Health implements inbox.Lab.
func (r *Rules) Health(ctx context.Context, desk *inbox.Desk, since time.Time) (*inbox.Health, error) {
	x := r.explainer(desk)
	h := &healing{explainer: x, desk: desk, out: &inbox.Health{Since: since, Until: desk.Now()}, byID: map[string]int{}, pairs: map[[2]int32]int64{}}
	h.all = make([]inbox.RuleHealth, len(x.file.Rules))
	weeks := int((h.out.Until.Sub(since) + week - 1) / week)
	h.weeks = make([]int64, min(max(weeks, 1), maxWeeks))
	h.first = h.out.Until
	for i := range h.all {
		h.byID[x.file.Rules[i].ID] = i
		h.all[i] = inbox.RuleHealth{RuleText: x.text(i), Shadow: x.c.rules[i].shadow, Corrected: map[inbox.Aspect]int64{}, Weeks: make([]int64, len(h.weeks))}
	}
	past, err := desk.Past(ctx, inbox.History{Since: since})
	if err != nil {
		return nil, err
	}
	for s, err := range past.All(ctx) {
		if err == nil {
			h.take(s.Arrived)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := h.lived(ctx); err != nil {
		return nil, err
	}
	h.finish()
	if h.first.After(since) {
		h.out.Since = h.first
	}
	return h.out, nil
}

// healing is a Health on its way.
type healing struct {
	*explainer
	desk  *inbox.Desk
	out   *inbox.Health
	all   []inbox.RuleHealth
	byID  map[string]int
	weeks []int64 // arrivals of each
	first time.Time
	pairs map[[2]int32]int64
	buf   []int32
}

func (h *healing) take(some []inbox.Arrived) {
	for i := range some {
		a := &some[i]
		h.out.Arrivals++
		if a.At.Before(h.first) {
			h.first = a.At
		}
		w := min(max(int(h.out.Until.Sub(a.At)/week), 0), len(h.weeks)-1)
		h.weeks[w]++
		h.buf = h.c.struck(h.desk.Document(a), h.buf[:0])
		for k, n := range h.buf {
			r := &h.all[n]
			r.Hits++
			r.Weeks[w]++
			if a.At.After(r.Last) {
				r.Last = a.At
			}
			for _, o := range h.buf[:k] {
				h.pair(o, n)
			}
		}
	}
}

// lived adds what really was: what the rules met and set, and what people said of it.
func (h *healing) lived(ctx context.Context) error {
	loc := h.desk.Location
	return h.desk.Store.View(ctx, func(tx inbox.Tx) error {
		days, err := tx.RuleDays(inbox.DayOf(h.out.Since.In(loc)), inbox.DayOf(h.out.Until.In(loc)))
		if err != nil {
			return err
		}
		for _, d := range days {
			if n, ok := h.byID[d.Rule]; ok {
				h.all[n].Counted += d.Hits
				h.all[n].CountedShadow += d.Shadow
			}
		}
		deeds, err := tx.CountDeeds(h.out.Since)
		for _, d := range deeds {
			switch n, ok := h.byID[d.Rule]; {
			case !ok:
			case d.Against == "":
				h.all[n].Did = d.N
			default:
				h.all[n].Corrected[d.Against] = d.N
			}
		}
		return err
	})
}

func (h *healing) pair(a, b int32) {
	k := [2]int32{a, b}
	if _, have := h.pairs[k]; have || len(h.pairs) < maxPairs {
		h.pairs[k]++
	}
}

func (h *healing) finish() {
	for i := range h.all {
		r := &h.all[i]
		if h.c.set.Query(int32(i)) == nil {
			continue
		}
		r.Drift = h.drift(r)
		r.Drifts = math.Abs(r.Drift) >= driftFrom
		h.out.Rules = append(h.out.Rules, *r)
	}
	for k, both := range h.pairs {
		share := float64(both) / float64(h.all[k[0]].Hits+h.all[k[1]].Hits-both)
		if both >= togetherHits && share >= togetherFrom {
			h.out.Together = append(h.out.Together, inbox.RulePair{A: h.all[k[0]].Rule, B: h.all[k[1]].Rule, Both: both, Share: share})
		}
	}
	slices.SortFunc(h.out.Together, func(a, b inbox.RulePair) int {
		return cmp.Or(cmp.Compare(b.Both, a.Both), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
}

// drift compares the newest week with those before.
func (h *healing) drift(r *inbox.RuleHealth) float64 {
	if len(h.weeks) < 2 || r.Hits < driftHits {
		return 0
	}
	now, all := float64(h.weeks[0]), float64(h.out.Arrivals)
	before := all - now
	if now == 0 || before == 0 {
		return 0
	}
	k, p := float64(r.Weeks[0]), float64(r.Hits)/all
	if p == 1 {
		return 0
	}
	return (k/now - (float64(r.Hits)-k)/before) / math.Sqrt(p*(1-p)*(1/now+1/before))
}

// struck appends the numbers of the rules that count on an arrival, in order.
func (c *Classifier) struck(d *query.Doc, dst []int32) []int32 {
	d = capped(d)
	start := len(dst)
	dst, _ = c.set.MatchWithin(d, query.Limits{Each: MaxWork, All: MaxTotal}, dst)
	out := dst[:start]
	for _, n := range dst[start:] {
		r := &c.rules[n]
		if !r.schedule.covers(d) {
			continue
		}
		out = append(out, n)
		if r.stop && !r.shadow {
			break
		}
	}
	return out
}
