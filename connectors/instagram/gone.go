package instagram

import (
	"context"
	"slices"
	"strings"

	"lytter/connectors"
	"lytter/connectors/internal/graph"
	"lytter/inbox"
)

// Of a comment that was deleted Instagram tells nothing: it is missing where it was read before. A page of a list may be short for other
// reasons, so each that is missing is asked for before it is taken for deleted.

const (
	maxKnown  = 300  // comments of one media that are remembered between two sweeps, the newest
	maxMemory = 4000 // the same of all media, those that changed last
	maxCheck  = 200  // comments that one sweep asks for; the others wait for the next
	perStep   = 5    // the same of one step
)

// missed is a comment that was read before and was not read now.
type missed struct {
	Media string `json:"m"`
	ID    string `json:"c"`
}

// saw notes that the present sweep has read a comment.
func (w *walk) saw(mediaID, id string) {
	if w.Got == nil {
		w.Got = map[string][]string{}
	}
	if have := w.Got[mediaID]; len(have) < maxKnown && !slices.Contains(have, id) {
		w.Got[mediaID] = append(have, id)
	}
}

// compare notes what is missing of what was known, once the sweep has read all that it reads, and what is known now.
func (w *walk) compare() {
	w.Compared = true
	know := map[string][]string{}
	for _, m := range newestChanged(w) {
		have, read := w.Got[m]
		_, listed := w.Next[m]
		if !read && (listed || w.Cut) {
			know[m] = w.Know[m] // nothing changed there, or nobody looked
			continue
		}
		for _, id := range w.Know[m] {
			switch {
			case slices.Contains(have, id):
			case len(w.Check) < maxCheck:
				w.Check = append(w.Check, missed{m, id})
			default:
				have = append(have, id)
			}
		}
		if len(have) > 0 {
			know[m] = have
		}
	}
	total := 0
	for _, m := range newestChanged(w) {
		if total += len(know[m]); total > maxMemory {
			delete(know, m)
		}
	}
	w.Know, w.Got = know, nil
}

// newestChanged lists the media of which comments are known or were read, those that changed last first.
func newestChanged(w *walk) []string {
	var out []string
	for m := range w.Know {
		out = append(out, m)
	}
	for m := range w.Got {
		if _, known := w.Know[m]; !known {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if d := w.Next[b].Changed - w.Next[a].Changed; d != 0 {
			return int(max(-1, min(1, d)))
		}
		return strings.Compare(a, b)
	})
	return out
}

// check asks for some of what is missing.
func (s *step) check(ctx context.Context) error {
	w := &s.w
	for range perStep {
		if len(w.Check) == 0 {
			return nil
		}
		m := w.Check[0]
		err := s.door.get(ctx, m.ID, "id", nil)
		switch {
		case connectors.ClassOf(err) == connectors.Gone:
			s.page.Items = append(s.page.Items, inbox.Incoming{
				AccountRemote: s.a.Remote, Event: inbox.Deleted, Source: inbox.FromPoll, Kind: inbox.Comment, Remote: inbox.RemoteID(m.ID),
				At: s.now, Observed: s.now,
			})
		case err != nil && !graph.Hopeless(err):
			return err
		case err == nil && len(w.Know[m.Media]) < maxKnown:
			if w.Know == nil {
				w.Know = map[string][]string{}
			}
			w.Know[m.Media] = append(w.Know[m.Media], m.ID)
		}
		w.Check = w.Check[1:]
	}
	return nil
}
