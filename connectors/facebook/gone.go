package facebook

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// A webhook tells of a comment that was removed. Where that was lost, or none comes at all, the comment is missing where the sweep read it
// before. Lists leave out comments for other reasons, too, so each is asked for before it is taken for removed.

const (
	maxKnown = 1000 // comments that are remembered between two sweeps, the newest
	maxCheck = 200  // of those that one sweep asks for
	perStep  = 5    // the same of one step
)

// saw notes that the present sweep has read a comment. The cursor is written with each step: it stays small, however much a sweep reads.
func (w *walk) saw(id string, at time.Time) {
	delete(w.Know, id)
	if at.IsZero() {
		return
	}
	if w.Got == nil {
		w.Got = map[string]int64{}
	}
	if w.Got[id] = at.UnixMilli(); len(w.Got) > maxKnown+maxKnown/4 {
		newest(w.Got, maxKnown)
	}
}

// newest leaves so many of the comments, those that were written last.
func newest(comments map[string]int64, n int) {
	if len(comments) <= n {
		return
	}
	ids := slices.SortedFunc(maps.Keys(comments), func(a, b string) int {
		return cmp.Or(cmp.Compare(comments[b], comments[a]), strings.Compare(a, b))
	})
	for _, id := range ids[n:] {
		delete(comments, id)
	}
}

// compare notes what the sweep that has just ended should have read again and has not. What is too old for the next is forgotten.
func (w *walk) compare() {
	w.Compared = true
	missing := w.Know
	w.Know, w.Got = w.Got, nil
	newest(w.Know, maxKnown)
	if w.Know == nil {
		w.Know = map[string]int64{}
	}
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		if at := missing[id]; at >= w.Since && len(w.Check) < maxCheck {
			w.Check = append(w.Check, id)
			w.Know[id] = at // until it is found to be gone
		}
	}
}

// known is what the next sweep has to read again where this one broke off.
func (w *walk) known() map[string]int64 {
	all := maps.Clone(w.Know)
	if all == nil {
		return w.Got
	}
	maps.Copy(all, w.Got)
	newest(all, maxKnown)
	return all
}

// check asks for some of what is missing.
func (s *step) check(ctx context.Context) error {
	w := &s.w
	for range perStep {
		if len(w.Check) == 0 {
			return nil
		}
		id := w.Check[0]
		err := s.c.get(ctx, s.token, id, "id", nil)
		switch {
		case connectors.ClassOf(err) == connectors.Gone:
			delete(w.Know, id)
			s.page.Items = append(s.page.Items, inbox.Incoming{
				AccountRemote: s.a.Remote, Event: inbox.Deleted, Source: inbox.FromPoll, Kind: inbox.Comment,
				Remote: inbox.RemoteID(commentID(id)), At: s.now, Observed: s.now,
			})
		case err != nil && !graph.Hopeless(err):
			return err
		}
		w.Check = w.Check[1:]
	}
	return nil
}
