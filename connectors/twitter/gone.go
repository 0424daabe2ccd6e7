package twitter

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/connectors/internal/lax"
	"lytter/inbox"

	"github.com/michimani/gotwi"
	"github.com/michimani/gotwi/fields"
	"github.com/michimani/gotwi/tweet/timeline"
	timetypes "github.com/michimani/gotwi/tweet/timeline/types"
)

// X tells of the removal of our own posts alone. So the sweep keeps the ids of posts that name us, lists those of the last days once a
// day, and asks for each that is known and no longer listed. What X says it cannot find, by its id, is gone: removed, or its account
// suspended, which X's developer terms treat alike. A list leaves out posts for other reasons too, and what we may not see is there all
// the same (the account was protected): neither is taken for removed.
//
// What is written and removed between two looks at what is new (sweepLook) was never in its lists, and is not noticed. Nor is what no list
// of mentions has: quotes and answers that do not name us, and what a search found.

const (
	sweepBack  = 7 * 24 * time.Hour // posts that are older are not looked for any more
	sweepMost  = 300                // posts that are remembered, the newest; so many are listed at the most, and asked for, too
	sweepAsked = 100                // the same of one call, which is X's bound (X API, "Posts lookup")
	sweepLook  = time.Hour          // how often what is new is noted
)

// sweep is the cursor of the sweep.
type sweep struct {
	Known map[string]string `json:"known,omitempty"` // by the id that the desk has; the value is that of the newest edit, "": there is none
	Full  int64             `json:"full,omitempty"`  // ms; when all were last listed
	Pass  *pass             `json:"pass,omitempty"`  // a list that is being read
	Check []string          `json:"check,omitempty"` // known, no longer listed, and not asked for yet
}

// pass is a reading of the list of mentions: of what is new, or of all of the last days.
type pass struct {
	All     bool              `json:"all,omitempty"`
	Since   string            `json:"since"`
	Token   string            `json:"token,omitempty"`
	Pages   int               `json:"pages,omitempty"`
	Missing map[string]string `json:"missing,omitempty"` // of Known, what has not been listed so far
}

// sweepEvery is how often the sweep has a step: often enough to know what is there before it can go.
func (c *Connector) sweepEvery() time.Duration { return min(c.cfg.SweepEvery, sweepLook) }

// pollSweep takes one step of the sweep, which is one call: a page of the list, or a question about some that it lacks.
func (c *Connector) pollSweep(ctx context.Context, a inbox.Account, at []byte) (page connectors.Page, err error) {
	var s sweep
	if json.Unmarshal(at, &s) != nil { // none yet, or not readable
		s = sweep{}
	}
	if s.Known == nil {
		s.Known = map[string]string{}
	}
	op := opMentions
	if len(s.Check) > 0 {
		op = opLookup
		page.Items, err = c.sweepAsk(ctx, a, &s)
	} else {
		err = c.sweepList(ctx, a, &s)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	if page.More = s.Pass != nil || len(s.Check) > 0; page.More && !c.spare(a, op, freshEvery) {
		page.Wait = freshEvery
	}
	page.Cursor, err = json.Marshal(s)
	return page, err
}

// sweepList reads a page of posts that name us. Those are mentions that the desk has read or will read: nothing more than their ids is used.
func (c *Connector) sweepList(ctx context.Context, a inbox.Account, s *sweep) error {
	now, p := c.cfg.Now(), s.Pass
	if p == nil {
		p = s.begin(now, c.cfg.SweepEvery)
	}
	in := &timetypes.ListMentionsInput{
		ID: string(a.Remote), SinceID: p.Since, PaginationToken: p.Token, MaxResults: pageSize,
		TweetFields: fields.TweetFieldList{fields.TweetFieldReferencedTweets},
	}
	var l listing
	err := c.library(ctx, a, opMentions, func(g *gotwi.Client) error {
		_, err := timeline.ListMentions(ctx, g, in)
		return err
	}, &l)
	switch {
	case p.Token != "" && connectors.ClassOf(err) == connectors.Rejected: // it is not good any more: next time it begins anew
		s.Pass = nil
		return nil
	case err != nil:
		return err
	}
	g := newGather(a, &l, inbox.FromPoll, now)
	for _, raw := range l.Data {
		if t := g.read(raw); t != nil && t.ref("retweeted", "reposted") == "" {
			s.note(t, p)
		}
	}
	p.Pages++
	if next := string(l.Meta.Next); next != "" && next != p.Token && p.Pages < sweepMost/pageSize {
		p.Token, s.Pass = next, p
		return nil
	}
	s.end(p, now)
	return nil
}

// begin begins a pass: over all of the last days, if that was not done for so long, or else over what is new.
func (s *sweep) begin(now time.Time, every time.Duration) *pass {
	p := &pass{Since: idOf(now.Add(-sweepBack))}
	if p.All = now.Sub(time.UnixMilli(s.Full)) >= every; p.All {
		p.Missing = maps.Clone(s.Known)
		return p
	}
	for id := range s.Known {
		if newer(id, p.Since) {
			p.Since = id
		}
	}
	return p
}

// note notes that a post is there. An edit is a new post with the ids of those before it: the desk has it by the first.
func (s *sweep) note(t *tweet, p *pass) {
	first, last := string(t.ID), ""
	if len(t.History) > 1 && t.History[0] != "" && t.History[0] != t.ID {
		first, last = string(t.History[0]), first
	}
	if len(first) <= maxID && len(last) <= maxID && !timeOf(first).IsZero() && (last == "" || !timeOf(last).IsZero()) {
		s.Known[first] = last
		delete(p.Missing, first)
	}
}

// end ends a pass: what is too old, and more than is remembered, is forgotten.
func (s *sweep) end(p *pass, now time.Time) {
	s.Pass = nil
	oldest := now.Add(-sweepBack)
	maps.DeleteFunc(s.Known, func(id, _ string) bool { return timeOf(id).Before(oldest) })
	if len(s.Known) > sweepMost {
		for _, id := range slices.SortedFunc(maps.Keys(s.Known), order)[:len(s.Known)-sweepMost] {
			delete(s.Known, id)
		}
	}
	if !p.All {
		return
	}
	s.Full = now.UnixMilli()
	for _, id := range slices.SortedFunc(maps.Keys(p.Missing), order) {
		if _, ok := s.Known[id]; ok {
			s.Check = append(s.Check, id)
		}
	}
}

// order sorts ids by when they were given out.
func order(a, b string) int {
	switch {
	case newer(a, b):
		return 1
	case newer(b, a):
		return -1
	}
	return 0
}

// sweepAsk asks for some of what is no longer listed, and gives what X cannot find.
func (c *Connector) sweepAsk(ctx context.Context, a inbox.Account, s *sweep) (gone []inbox.Incoming, err error) {
	some := s.Check[:min(len(s.Check), sweepAsked)]
	asked := make(map[string]string, len(some)) // back to the desk's id
	for _, id := range some {
		asked[newest(id, s.Known[id])] = id
	}
	var out struct {
		Data lax.List[struct {
			ID      lax.Text   `json:"id"`
			History []lax.Text `json:"edit_history_tweet_ids"`
			Posts   []lax.Text `json:"edit_history_post_ids"`
		}] `json:"data"`
		Errors lax.List[struct {
			ID    lax.Text `json:"resource_id"`
			Value lax.Text `json:"value"`
			Type  lax.Text `json:"type"`
		}] `json:"errors"`
	}
	r := c.as(a, opLookup, http.MethodGet, "/2/tweets")
	r.query = url.Values{"ids": {strings.Join(slices.SortedFunc(maps.Keys(asked), order), ",")}}
	r.each = true
	switch err = c.call(ctx, r, &out); {
	case connectors.ClassOf(err) == connectors.Rejected: // X says nothing of these; they are asked for again if they stay away
		s.Check = s.Check[len(some):]
		return nil, nil
	case err != nil:
		return nil, err
	}
	for _, t := range out.Data { // whatever else is said of it
		for _, id := range append(append(t.History, t.Posts...), t.ID) {
			delete(asked, string(id))
		}
	}
	now := c.cfg.Now()
	for _, e := range out.Errors {
		id := e.ID
		if id == "" {
			id = e.Value
		}
		known, ok := asked[string(id)]
		if !ok || kind(e.Type) != notFound {
			continue
		}
		delete(asked, string(id))
		delete(s.Known, known)
		gone = append(gone, inbox.Incoming{
			AccountRemote: a.Remote, Event: inbox.Deleted, Source: inbox.FromPoll, Kind: inbox.Mention,
			Remote: inbox.RemoteID(known), At: now, Observed: now,
		})
	}
	s.Check = s.Check[len(some):]
	return gone, nil
}

// newest is the id that X lists a post by.
func newest(first, last string) string {
	if last == "" {
		return first
	}
	return last
}
