package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
	"lytter/inbox/query"
)

// demoSummary is what a headless demonstration prints at its end: the platforms' own ledger compared with the desk's store.
type demoSummary struct {
	Sent          int64            `json:"sent"`         // messages that exist on the platforms, our posts aside
	Acknowledged  int64            `json:"acknowledged"` // webhook deliveries that we answered 200
	Stored        int64            `json:"stored"`       // messages in the store that came from the platforms or went there
	Conversations int64            `json:"conversations"`
	Tagged        int64            `json:"tagged"`     // conversations with a topic that a rule set
	Indexed       int64            `json:"indexed"`    // conversations in the index
	Replied       int64            `json:"replied"`    // replies that are on the platforms
	Echoed        int64            `json:"echoed"`     // of these: shown back to us
	Duplicates    int64            `json:"duplicates"` // messages stored that are not on the platforms or stand beside themselves, replies published more than once
	Lost          int64            `json:"lost"`       // on the platforms and not in the store
	Faults        map[string]int64 `json:"faults"`     // injected, by name
	Beats         []beatReport     `json:"beats,omitempty"`
	Uncertain     int64            `json:"uncertain"` // replies that may have been sent, and wait for a person
	Parked        int64            `json:"parked"`
	Seconds       float64          `json:"seconds"`
	Interrupted   bool             `json:"interrupted,omitempty"` // counted in the middle of it: what is on its way is not there yet
}

// good reports whether nothing was lost and nothing happened twice.
func (s *demoSummary) good() bool {
	return s.Lost == 0 && s.Duplicates == 0 && !slices.ContainsFunc(s.Beats, func(b beatReport) bool { return !b.OK })
}

// place is one message, as both sides name it.
type place struct {
	account inbox.AccountID
	remote  inbox.RemoteID
}

// missing lists what is on the platforms and not in the store. Removed items need not be there.
func (s *stage) missing(ctx context.Context) ([]ledger.Item, int64, error) {
	items, err := s.platform.Items(ctx, ledger.Filter{})
	if err != nil {
		return nil, 0, err
	}
	stored, _, err := s.stored(ctx)
	if err != nil {
		return nil, 0, err
	}
	have := map[place]bool{}
	for _, m := range stored {
		have[m.place] = true
	}
	var out []ledger.Item
	var sent int64
	for _, it := range items {
		at, ok := s.placeOf(it)
		if !ok || it.Ours && it.Parent == "" && it.Kind != ledger.Direct || it.Removed {
			continue // a post of ours is the context of conversations, not a message of one
		}
		sent++
		if !have[at] {
			out = append(out, it)
		}
	}
	return out, sent, nil
}

func (s *stage) placeOf(it ledger.Item) (place, bool) {
	a, ok := s.house.desk.Directory().AccountFor(inbox.Channel(it.Channel), inbox.RemoteID(it.Account))
	return place{a.ID, inbox.RemoteID(it.ID)}, ok
}

// content is what a message says. Two that are the same to a reader have the same.
type content struct {
	account inbox.AccountID
	from    inbox.Direction
	author  inbox.IdentityID
	parent  inbox.RemoteID
	text    string
}

// storedMessage is a message of the store, to be held against the ledger.
type storedMessage struct {
	place
	content
}

// surplus counts stored messages that should not be there: those that the platforms do not know, and those that say the same as another
// and are not two on the platforms either. The store's own key (account, remote id) cannot see them: it is what they got past.
func surplus(published map[place]bool, stored []storedMessage) (n int64) {
	type times struct{ here, there int64 }
	said := map[content]times{}
	for _, m := range stored {
		known := published[m.place]
		if m.remote != "" && !known {
			n++
			continue
		}
		t := said[m.content]
		t.here++
		if known {
			t.there++
		}
		said[m.content] = t
	}
	for _, t := range said {
		n += max(0, t.here-max(1, t.there))
	}
	return n
}

// stored lists messages, notes aside, and counts those of ours that were echoed.
func (s *stage) stored(ctx context.Context) (have []storedMessage, echoed int64, err error) {
	err = s.house.store.View(ctx, func(tx inbox.Tx) error {
		return tx.EachMessage(0, func(m inbox.Message) error {
			if m.Direction == inbox.Note {
				return nil
			}
			have = append(have, storedMessage{place{m.Account, m.Remote}, content{m.Account, m.Direction, m.Author, m.Parent, m.Text}})
			if m.Outgoing != 0 && !m.EchoedAt.IsZero() {
				echoed++
			}
			return nil
		})
	})
	return have, echoed, err
}

// settle waits until the desk has all that the platforms have and nothing is on its way: at most for limit where replies are left of which
// nobody knows whether they were sent, since they may wait for a person, and for five times as long where the desk has work to do.
func (s *stage) settle(ctx context.Context, limit time.Duration, tell func(missing int)) error {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, 5*limit)
	defer cancel()
	for {
		missing, _, err := s.missing(ctx)
		if err != nil {
			return ignoreTimeout(ctx, err)
		}
		busy, unsure, err := s.busy(ctx)
		if err != nil {
			return ignoreTimeout(ctx, err)
		}
		if len(missing) == 0 && !busy && (!unsure || time.Since(begun) > limit) {
			return nil
		}
		tell(len(missing))
		if !sleep(ctx, time.Second) {
			return nil // what is missing is told in the summary
		}
	}
}

func ignoreTimeout(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// busy reports whether replies are on their way or journal rows wait, and whether replies may have been sent.
func (s *stage) busy(ctx context.Context) (busy, unsure bool, err error) {
	busy = s.house.runner.Status().Backlog > 0
	err = s.house.store.View(ctx, func(tx inbox.Tx) error {
		out, err := tx.OutgoingIn(0, inbox.Queued, inbox.Claimed, inbox.Sending, inbox.Retry, inbox.Unknown)
		for i := range out {
			unsure = unsure || out[i].State == inbox.Unknown
			busy = busy || out[i].State != inbox.Unknown
		}
		return err
	})
	return busy, unsure, err
}

// count compares the two sides.
func (s *stage) count(ctx context.Context) (*demoSummary, error) {
	sum := &demoSummary{}
	platform, err := s.platform.Summary(ctx)
	if err != nil {
		return nil, err
	}
	sum.Faults = maps.Clone(platform.Faults)
	missing, sent, err := s.missing(ctx)
	if err != nil {
		return nil, err
	}
	sum.Sent, sum.Lost = sent, int64(len(missing))
	attempts, err := s.platform.Attempts(ctx, ledger.Filter{})
	if err != nil {
		return nil, err
	}
	for _, a := range attempts {
		if a.Outcome == ledger.Accepted {
			sum.Acknowledged++
		}
	}
	stored, echoed, err := s.stored(ctx)
	if err != nil {
		return nil, err
	}
	sum.Echoed = echoed
	items, err := s.platform.Items(ctx, ledger.Filter{}) // after the store was read: what is stored was published before
	if err != nil {
		return nil, err
	}
	published := map[place]bool{}
	for _, it := range items {
		if at, ok := s.placeOf(it); ok {
			published[at] = true
		}
	}
	sum.Stored, sum.Duplicates = int64(len(stored)), surplus(published, stored)
	if err := s.countReplies(ctx, sum); err != nil {
		return nil, err
	}
	return sum, s.countDesk(ctx, sum)
}

// countReplies counts what we published, and whether any answer is there twice.
func (s *stage) countReplies(ctx context.Context, sum *demoSummary) error {
	acts, err := s.platform.Acts(ctx, ledger.Filter{})
	if err != nil {
		return err
	}
	type answer struct{ target, text string }
	published := map[answer]int64{}
	for _, a := range acts {
		switch a.Kind {
		case ledger.ActReply, ledger.ActDirect, ledger.ActPrivate:
			sum.Replied++
			published[answer{a.Target, a.Text}]++
		}
	}
	intended := map[answer]int64{}
	err = s.house.store.View(ctx, func(tx inbox.Tx) error {
		all, err := tx.OutgoingIn(0, inbox.OutgoingStates()...)
		for _, o := range all {
			at := o.Target
			if o.Kind == inbox.DirectReply {
				at = o.Thread // who is written to, not what is answered
			}
			intended[answer{string(at), o.Text}]++
			if o.State == inbox.Unknown {
				sum.Uncertain++
			}
		}
		return err
	})
	for a, n := range published {
		sum.Duplicates += max(0, n-max(1, intended[a]))
	}
	return err
}

func (s *stage) countDesk(ctx context.Context, sum *demoSummary) error {
	var seq inbox.Seq
	err := s.house.store.View(ctx, func(tx inbox.Tx) (err error) {
		if sum.Conversations, err = tx.CountConversations(); err != nil {
			return err
		}
		if sum.Parked, err = tx.CountParked(); err != nil {
			return err
		}
		seq, err = tx.LastSeq()
		return err
	})
	if err != nil {
		return err
	}
	if err := s.house.index.Await(ctx, seq); err != nil {
		return err
	}
	everything, err := s.house.desk.Bind(query.All())
	if err != nil {
		return err
	}
	if sum.Indexed, err = s.indexed(ctx, everything); err != nil {
		return err
	}
	tagged, err := query.Parse("has:topic")
	if err != nil {
		return err
	}
	b, err := s.house.desk.Bind(tagged)
	if err != nil {
		return err
	}
	n, _, _, err := s.house.desk.Count(ctx, b, 1<<30)
	sum.Tagged = int64(n)
	return err
}

// indexed counts the documents of the index itself.
func (s *stage) indexed(ctx context.Context, b *query.Bound) (n int64, err error) {
	r, err := s.house.index.Reader(ctx)
	if err != nil {
		return 0, err
	}
	err = r.Walk(ctx, b, inbox.Key{}, func(inbox.Key, bool) bool {
		n++
		return true
	})
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	return n, err
}
