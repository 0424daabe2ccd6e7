package connectors

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"lytter/inbox"
)

// counters are what the Runner counts since it was made.
type counters struct {
	received, acknowledged, refused, unsigned       atomic.Int64
	ignored, parked, fresh, changed, same           atomic.Int64
	polls, pollErrors, fetched, fetchErrors         atomic.Int64
	sent, retried, rejected, unknown, found, panics atomic.Int64
}

// Counts is a reading of the counters, since the Runner was made.
type Counts struct {
	Received     int64 // webhook posts
	Acknowledged int64 // of those: durable and answered 200
	Refused      int64 // of those: too long, packed, unreadable, or not to be kept now
	Unsigned     int64 // of those: the signature was wrong
	Ignored      int64 // events that hold nothing for a desk
	Parked       int64 // what could not be used and is kept
	New          int64 // what ingest made of the rest
	Changed      int64
	Same         int64
	Polls        int64 // steps
	PollErrors   int64
	Fetched      int64
	FetchErrors  int64
	Sent         int64 // sends by how they ended
	Retried      int64
	Rejected     int64
	Unknown      int64
	Found        int64 // of the unknown: found on the platform
	Panics       int64 // contained
}

// Counts reads the counters.
func (r *Runner) Counts() Counts {
	c := &r.counts
	return Counts{
		Received: c.received.Load(), Acknowledged: c.acknowledged.Load(), Refused: c.refused.Load(), Unsigned: c.unsigned.Load(),
		Ignored: c.ignored.Load(), Parked: c.parked.Load(), New: c.fresh.Load(), Changed: c.changed.Load(), Same: c.same.Load(),
		Polls: c.polls.Load(), PollErrors: c.pollErrors.Load(), Fetched: c.fetched.Load(), FetchErrors: c.fetchErrors.Load(),
		Sent: c.sent.Load(), Retried: c.retried.Load(), Rejected: c.rejected.Load(), Unknown: c.unknown.Load(), Found: c.found.Load(),
		Panics: c.panics.Load(),
	}
}

// Status is what the Runner is doing, for screens.
type Status struct {
	Accounts []AccountStatus // in order of id
	Backlog  int64           // journal rows that are not ingested yet, as far as this process knows
	Counts   Counts
}

// AccountStatus is what the Runner is doing for an account.
type AccountStatus struct {
	Account    inbox.Account
	Hooked     bool          // the platform says that it sends webhooks
	LastHook   time.Time     // zero: none since the start
	Every      time.Duration // the longest pause between two polls of what is new
	Usage      Usage         // of the platform's limits; zero where it does not tell
	Streams    []StreamStatus
	CatchingUp bool // older things are being read
}

// StreamStatus is how a stream is doing.
type StreamStatus struct {
	Name       string
	Last, Next time.Time // of steps
	Steps      int64
	Items      int64 // read since the start, also what was known
	Done       int   // of the present walk
	Total      int   // 0: not known
	CatchingUp bool
	Fault      *inbox.Reason // of the last step; nil: it went well
}

// Status tells what the Runner is doing.
func (r *Runner) Status() Status {
	st := Status{Counts: r.Counts(), Backlog: max(r.backlog.newest.Load()-r.backlog.done.Load(), 0)}
	for id, ln := range r.accounts {
		a := r.account(id)
		as := AccountStatus{Account: a}
		if ln.face.meter != nil {
			as.Usage = ln.face.meter.Usage(a)
		}
		ln.health.mu.Lock()
		ln.mu.Lock()
		as.Hooked, as.LastHook = ln.sure, ln.hooked
		as.Every = r.period(ln)
		for _, s := range ln.streams {
			ss := StreamStatus{
				Name: s.Name, Last: s.last, Next: latest(s.next, s.barred), Steps: s.steps, Items: s.items, Done: s.done, Total: s.total, CatchingUp: s.catching,
			}
			if s.err != nil {
				ss.Fault = &s.err.Reason
			}
			as.CatchingUp = as.CatchingUp || s.catching
			as.Streams = append(as.Streams, ss)
		}
		ln.mu.Unlock()
		ln.health.mu.Unlock()
		st.Accounts = append(st.Accounts, as)
	}
	slices.SortFunc(st.Accounts, func(a, b AccountStatus) int { return cmp.Compare(a.Account.ID, b.Account.ID) })
	return st
}
