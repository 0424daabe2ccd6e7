package facebook

import (
	"context"
	"time"

	"lytter/connectors/internal/graph"
	"lytter/connectors/internal/lax"
	"lytter/inbox"
)

// thread is a thread of private messages as the Conversations API gives it.
type thread struct {
	ID       lax.Text    `json:"id"`
	Updated  lax.Time    `json:"updated_time"`
	Messages graph.Paged `json:"messages"`
}

const (
	threadFields = "id,updated_time,messages.limit(20){" + chatFields + "}"
	threadPage   = 25 // threads of a call: each brings its messages along
	threadCalls  = 10 // to complete the newest messages of one thread
)

// threads reads a part of the conversations, newest first by their last message, with the newest messages of each.
func (s *step) threads(ctx context.Context) error {
	w := &s.w
	limit := min(threadPage, s.c.cfg.Threads-w.Posts)
	if w.Last || limit <= 0 {
		w.Last = true
		return nil
	}
	p := graph.Params{"platform": "messenger", "fields": threadFields}
	page, err := s.c.graph.Page(ctx, s.token, string(s.a.Remote)+"/conversations", p, limit, w.Feed)
	if err != nil {
		return s.again(err)
	}
	since := time.UnixMilli(w.Since)
	late := 0
	w.Stuck++
	var failed error
	s.odd(graph.Each(page.Data, func(t *thread) {
		if t.ID == "" || failed != nil || w.seen(string(t.ID)) {
			return
		}
		w.Stuck = 0
		w.Posts++
		if !t.Updated.IsZero() && t.Updated.Before(since) {
			late++
			return
		}
		w.Read++
		if failed = s.complete(ctx, t); failed == nil {
			s.messages(t, since)
		}
	}), "conversations")
	if failed != nil {
		return s.again(failed)
	}
	w.Feed = page.After
	w.Last = page.After == "" || late > 0 && late == len(page.Data)
	s.bounded("conversations")
	return nil
}

// complete reads on where the newest messages of a thread came short: what a token may not see is left out of a page after it was cut
// (Graph API, "Paginated results").
func (s *step) complete(ctx context.Context, t *thread) error {
	for more, calls := t.Messages.Rest(), 0; more != "" && len(t.Messages.Data) < chatDetails && calls < threadCalls; calls++ {
		page, err := s.c.graph.Page(ctx, s.token, string(t.ID)+"/messages", graph.Params{"fields": chatFields}, chatDetails-len(t.Messages.Data), more)
		if err != nil {
			return err
		}
		t.Messages.Data, more = append(t.Messages.Data, page.Data...), page.After
	}
	return nil
}

// messages gives what is new of a thread. Of its older messages the platform gives no more than the ids (Messenger Platform,
// "Conversations API"): where more came since the last walk than it shows, what lies between is lost.
func (s *step) messages(t *thread, since time.Time) {
	oldest, bare := s.now, false
	s.odd(graph.Each(t.Messages.Data, func(x *chatRow) {
		if x.Created.Before(since.Truncate(time.Second)) && !x.Created.IsZero() {
			return
		}
		if !x.Created.IsZero() && x.Created.Before(oldest) {
			oldest = x.Created.Time
		}
		in, ok := x.incoming(s.a, inbox.FromPoll, s.now)
		if !ok && x.ID != "" && x.Created.IsZero() { // of the older ones: another came while we read
			bare = true
			return
		}
		if !ok {
			s.page.Unread = append(s.page.Unread, graph.Unshown(s.a, t.ID, x.ID))
			return
		}
		s.page.Items = append(s.page.Items, in)
	}), "message")
	cut := bare || len(t.Messages.Data) >= chatDetails && t.Messages.Rest() != ""
	if read := time.UnixMilli(s.w.Mark); cut && !s.w.First && oldest.After(read) {
		s.page.Lost = append(s.page.Lost, inbox.Gap{Cause: inbox.GapThread, From: read, To: oldest})
	}
}
