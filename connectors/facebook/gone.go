package facebook

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/inbox"
)

// A webhook tells of a comment that was removed. Where that was lost, or none comes at all, the comment is missing where the sweep read it
// before. Lists leave out comments for other reasons, too, so each is asked for before it is taken for removed.

const (
	maxKnown = 1000 // comments that are remembered between two sweeps, the newest
	maxCheck = 200  // of those that one sweep asks for
	perStep  = 5    // the same of one step
)

// saw notes that the present sweep has read a comment.
func (w *walk) saw(id string, at time.Time) {
	if w.Got == nil {
		w.Got = map[string]int64{}
	}
	if !at.IsZero() {
		w.Got[id] = at.UnixMilli()
	}
}

// compare notes what the sweep that has just ended should have read again and has not. What is too old for the next is forgotten.
func (w *walk) compare() {
	w.Compared = true
	for id, at := range w.Know {
		if _, read := w.Got[id]; !read && at >= w.Since && len(w.Check) < maxCheck {
			w.Check = append(w.Check, id)
		}
	}
	slices.Sort(w.Check)
	was := w.Know
	w.Know, w.Got = w.Got, nil
	for _, id := range w.Check { // until it is found to be gone
		if w.Know == nil {
			w.Know = map[string]int64{}
		}
		w.Know[id] = was[id]
	}
	if len(w.Know) <= maxKnown {
		return
	}
	ids := make([]string, 0, len(w.Know))
	for id := range w.Know {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(w.Know[b], w.Know[a]), strings.Compare(a, b))
	})
	for _, id := range ids[maxKnown:] {
		delete(w.Know, id)
	}
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
		case err != nil && !hopeless(err):
			return err
		}
		w.Check = w.Check[1:]
	}
	return nil
}
