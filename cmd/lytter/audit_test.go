package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"time"

	"lytter/connectors/sandbox"
	"lytter/connectors/sandbox/ledger"
	"lytter/inbox"
	"lytter/store"
)

// finding is what an audit found.
type finding struct {
	*demoSummary
	outgoing map[inbox.OutgoingState]int
	took     time.Duration // until the desk was quiet
}

func (f *finding) String() string {
	return fmt.Sprintf("sent %d, acknowledged %d, stored %d, lost %d, doubled %d, parked %d, replied %d, echoed %d, outgoing %v, faults %v", f.Sent,
		f.Acknowledged, f.Stored, f.Lost, f.Duplicates, f.Parked, f.Replied, f.Echoed, f.outgoing, f.Faults)
}

// audit waits until the desk that serves has all that there is and nothing moves any more, ends it, and holds the platforms' ledger
// against its store:
//
//	I1  every webhook that was acknowledged is in the journal and taken in, and everything that the platforms have is stored;
//	I2  nothing is stored twice, and nothing that the platforms do not know;
//	I3  an answer is on a platform at most once: once if it is sent, never if it was refused; one that may be there is before a person,
//	    unless it is not there. None that the desk said it has is gone;
//	I4  the log verifies;
//	I5  the index has every conversation.
func (a *arena) audit(limit time.Duration) *finding {
	a.t.Helper()
	ctx := a.t.Context()
	begun := time.Now()
	a.editor.stop()
	if _, err := a.client.StopTraffic(ctx); err != nil {
		a.t.Fatal(err)
	}
	if _, err := a.client.Flush(ctx, time.Minute); err != nil {
		a.t.Fatal(err)
	}
	a.quiet(limit)
	f := &finding{took: time.Since(begun)}
	a.halt()
	h := a.house(ctx)
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- h.Run(run, nil, nil, nil) }()
	st := &stage{house: h, platform: a.client, keys: a.world.keys, said: map[string]sandbox.Published{}}
	var err error
	if f.demoSummary, err = st.count(ctx); err != nil {
		a.t.Fatal(err)
	}
	a.replies(h, f)
	a.durable(h)
	if f.Lost > 0 {
		a.t.Errorf("I1: %d are on the platforms and not in the desk: %s", f.Lost, a.lost(ctx, st))
	}
	err = h.store.View(ctx, func(tx inbox.Tx) error {
		if bad, err := tx.VerifyLog(0); err != nil || bad != 0 {
			a.t.Errorf("I4: the log is broken at %d: %v", bad, err)
		}
		done, err := tx.Done()
		if err == nil && (len(done) != 1 || done[0].From != 1 || done[0].To != h.journal.Last()) {
			a.t.Errorf("I1: the journal has %d rows, and of them are done %v", h.journal.Last(), done)
		}
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	stop()
	if err := <-done; err != nil {
		a.t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		a.t.Fatal(err)
	}
	if f.Sent == 0 || f.Acknowledged == 0 {
		a.t.Error("nothing happened")
	}
	if f.Duplicates > 0 {
		a.t.Errorf("I2: %d are there twice, or only in the desk", f.Duplicates)
	}
	if f.Parked > 0 {
		a.t.Errorf("%d were not understood", f.Parked)
	}
	if f.Indexed != f.Conversations {
		a.t.Errorf("I5: the index has %d of %d conversations", f.Indexed, f.Conversations)
	}
	return f
}

// lost tells what is missing, by account and kind, and what became of its webhooks.
func (a *arena) lost(ctx context.Context, st *stage) string {
	a.t.Helper()
	missing, _, err := st.missing(ctx)
	if err != nil {
		a.t.Fatal(err)
	}
	events, err := a.client.Events(ctx, ledger.Filter{})
	if err != nil {
		a.t.Fatal(err)
	}
	became := map[string]ledger.State{}
	for i := range events {
		became[events[i].Account+" "+events[i].Item] = events[i].State
	}
	count := map[string]int{}
	for i := range missing {
		it := &missing[i]
		count[fmt.Sprintf("%s %s %s, webhook %q", it.Channel, it.Account, it.Kind, became[it.Account+" "+it.ID])]++
	}
	return fmt.Sprint(count)
}

// durable looks at the first half of I1: the very bytes of each webhook that was acknowledged are in the journal.
func (a *arena) durable(h *house) {
	a.t.Helper()
	ctx := a.t.Context()
	kept := map[string]bool{}
	for after := int64(0); ; {
		es, err := h.journal.Read(ctx, after, 1000)
		if err != nil {
			a.t.Fatal(err)
		}
		if len(es) == 0 {
			break
		}
		for i := range es {
			after = es[i].Row
			kept[ledger.HashText(string(es[i].Body))] = true
		}
	}
	attempts, err := a.client.Attempts(ctx, ledger.Filter{})
	if err != nil {
		a.t.Fatal(err)
	}
	lost := 0
	for i := range attempts {
		if attempts[i].Outcome == ledger.Accepted && !kept[attempts[i].BodyHash] {
			lost++
		}
	}
	if lost > 0 {
		a.t.Errorf("I1: %d webhooks were acknowledged and are not in the journal", lost)
	}
}

// replies looks at I3.
func (a *arena) replies(h *house, f *finding) {
	a.t.Helper()
	on, err := a.published(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	f.outgoing = map[inbox.OutgoingState]int{}
	strangers := maps.Clone(on)
	decided := map[string]bool{}
	err = h.store.View(a.t.Context(), func(tx inbox.Tx) error {
		all, err := tx.OutgoingIn(0, inbox.OutgoingStates()...)
		for i := range all {
			o := &all[i]
			f.outgoing[o.State]++
			decided[o.Text] = true
			delete(strangers, o.Text)
			n := on[o.Text]
			switch {
			case n > 1:
				a.t.Errorf("I3: %q is on the platform %d times", o.Text, n)
			case n == 0 && o.State == inbox.Sent:
				a.t.Errorf("I3: %q is said to be sent, and is not there", o.Text)
			case n == 1 && o.State != inbox.Sent:
				a.t.Errorf("I3: %q is there, and %s: %v", o.Text, o.State, o.Reason)
			case o.State != inbox.Sent && o.State != inbox.Unknown && o.State != inbox.Rejected && o.State != inbox.Held:
				a.t.Errorf("I3: %q ends as %s: %v", o.Text, o.State, o.Reason)
			}
		}
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	for text := range strangers {
		a.t.Errorf("I3: %q is on the platform, and nobody decided it", text)
	}
	for text := range a.editor.accepted {
		if !decided[text] {
			a.t.Errorf("I3: the desk said that it has %q, and has not", text)
		}
	}
}

// published tells how often each of our texts is on a platform.
func (a *arena) published(ctx context.Context) (map[string]int, error) {
	acts, err := a.client.Acts(ctx, ledger.Filter{})
	on := map[string]int{}
	for _, act := range acts {
		switch act.Kind {
		case ledger.ActReply, ledger.ActDirect, ledger.ActPrivate:
			on[act.Text]++
		}
	}
	return on, err
}

// quiet waits until the desk that serves has all that the platforms have and nothing moves any more: what may have been sent and was is
// known to be.
func (a *arena) quiet(limit time.Duration) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), limit)
	defer cancel()
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(a.dir, "data", "desk.db")})
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			a.t.Error(err)
		}
	}()
	for {
		begun := time.Now()
		why, err := a.moves(ctx, db)
		switch {
		case err == nil && why == "":
			return
		case ctx.Err() != nil:
			a.t.Errorf("after %s the desk is not quiet: %s (%v)", limit, why, err)
			return
		case err != nil:
			a.t.Fatal(err)
		}
		if !a.livesFor(max(500*time.Millisecond, 2*time.Since(begun))) {
			a.t.Fatalf("the desk ended: %s", a.said)
		}
	}
}

// moves says what is not yet as it is to be in the end.
func (a *arena) moves(ctx context.Context, db *store.DB) (string, error) {
	said, err := a.command(ctx, "status", "--json")
	if err != nil {
		return err.Error(), nil //nolint:nilerr // it is not up yet
	}
	var status statusReport
	if err := json.Unmarshal([]byte(said), &status); err != nil {
		return "", err
	}
	if status.Backlog > 0 {
		return fmt.Sprintf("%d webhooks wait", status.Backlog), nil
	}
	for _, acc := range status.Accounts {
		if acc.State != inbox.AccountLive {
			return fmt.Sprintf("%s is %s: %s", acc.Name, acc.State, acc.Advice), nil
		}
	}
	on, err := a.published(ctx)
	if err != nil {
		return "", err
	}
	items, err := a.client.Items(ctx, ledger.Filter{})
	if err != nil {
		return "", err
	}
	why := ""
	err = db.View(ctx, func(tx inbox.Tx) error {
		out, err := tx.OutgoingIn(0, inbox.Queued, inbox.Claimed, inbox.Sending, inbox.Retry, inbox.Unknown)
		if err != nil {
			return err
		}
		for i := range out {
			if o := &out[i]; o.State != inbox.Unknown || on[o.Text] > 0 {
				why = fmt.Sprintf("%q is %s (%v)", o.Text, o.State, o.Reason)
				return nil
			}
		}
		have := map[place]bool{}
		err = tx.EachMessage(0, func(m inbox.Message) error {
			have[place{m.Account, m.Remote}] = true
			return nil
		})
		if err != nil {
			return err
		}
		gaps, err := tx.Gaps(10_000)
		for i := range gaps {
			if gaps[i].ClosedAt.IsZero() {
				why = fmt.Sprintf("a gap is open: %+v", gaps[i])
			}
		}
		if err != nil {
			return err
		}
		missing, first, err := lacking(tx, items, have)
		if missing > 0 {
			why = fmt.Sprintf("%d are missing, such as %s %s of %s", missing, first.Kind, first.ID, first.Channel)
		}
		return err
	})
	return why, err
}

// lacking counts the items of a ledger that a desk has not; posts of ours are no messages, and what is removed may never have come.
func lacking(tx inbox.Tx, items []ledger.Item, have map[place]bool) (n int, first ledger.Item, err error) {
	accounts, err := tx.Accounts()
	if err != nil {
		return 0, first, err
	}
	ids := map[string]inbox.AccountID{}
	for _, acc := range accounts {
		ids[string(acc.Channel)+" "+string(acc.Remote)] = acc.ID
	}
	for _, it := range items {
		id := ids[it.Channel+" "+it.Account]
		if id == 0 || it.Removed || it.Ours && it.Parent == "" && it.Kind != ledger.Direct || have[place{id, inbox.RemoteID(it.ID)}] {
			continue
		}
		if n++; n == 1 {
			first = it
		}
	}
	return n, first, nil
}
