package index

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"lytter/inbox"
	"lytter/inbox/query"

	"github.com/blevesearch/bleve/v2/index/scorch"
)

// Options say where the index is and what it follows. Dir and Store are required.
type Options struct {
	Dir   string // its own folder; made if it is not there
	Store inbox.Store
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: discarded

	// For tests; zero is what the desk runs with.
	Gather time.Duration // how long changes are gathered before they are written: 250 ms
	Limit  time.Duration // how long Bleve may take for a batch: 30 s
	Batch  int           // how many documents are written at once: 1,000
	Retry  time.Duration // how long to wait after a failure: 1 s, longer each time
}

// Documents compiles conversations as of a transaction: one document and its key for each that is still there, in the order of ids.
// inbox.Desk.Documents is one.
type Documents func(tx inbox.Tx, ids []inbox.ConversationID) ([]*query.Doc, []inbox.Key, error)

// Index implements inbox.Index. It is safe for concurrent use. It has something to say once Run runs.
type Index struct {
	opt   Options
	log   *slog.Logger
	moved chan struct{} // closed and renewed at each change of status
	order chan struct{} // somebody wants it built anew

	mu     sync.RWMutex
	engine *engine // nil: there is none to ask
	status Status
	wanted bool // it was ordered anew, and that has not begun
}

var _ inbox.Index = (*Index)(nil)

// Status is how the index is doing.
type Status struct {
	Seq        inbox.Seq // the position of the log that it has reached
	Rebuilding bool      // it is not complete: searches scan
	Done       int64     // conversations that are in, of a rebuild
	Total      int64     // of how many
	Fault      *inbox.Reason
	GivenUp    bool // with a Fault that does not pass soon, or not until somebody does something
	// Quarantined lists conversations that could not be indexed. Searches find them all the same, by looking at them.
	Quarantined []Quarantined
}

// Quarantined is a conversation that the index does without.
type Quarantined struct {
	Conversation inbox.ConversationID `json:"conversation"`
	Why          string               `json:"why"` // for logs
	At           time.Time            `json:"at"`
}

// Open prepares an index; nothing is read yet. The desk is made with it, and then Run is given the desk's documents.
func Open(o Options) (*Index, error) {
	or := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	or(&o.Gather, 250*time.Millisecond)
	or(&o.Limit, 30*time.Second)
	or(&o.Retry, time.Second)
	if o.Batch == 0 {
		o.Batch = 1000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, inbox.E(inbox.Unavailable, "index.Open", "index.unwritable", "Dir", o.Dir).With(err)
	}
	return &Index{
		opt: o, log: o.Log, moved: make(chan struct{}), order: make(chan struct{}, 1),
		status: Status{Rebuilding: true, Fault: inbox.Why("index.starting")},
	}, nil
}

// Reader implements inbox.Index. The Error of code Unavailable says what Status says.
func (x *Index) Reader(context.Context) (inbox.IndexReader, error) {
	const op = "index.Reader"
	e, snap, why := x.snapshot()
	if why != nil {
		return nil, &inbox.Error{Code: inbox.Unavailable, Reason: *why, Op: op}
	}
	rec, err := readRecord(snap)
	if err == nil && rec == nil { // an engine in use has one
		err = errDamaged
	}
	if err != nil {
		x.met(e, err)
		return nil, inbox.E(inbox.Unavailable, op, "index.damaged").With(errors.Join(err, snap.Close()))
	}
	return &Reader{snap: snap, seq: rec.Seq, all: &e.segments, broken: func(err error) { x.met(e, err) }}, nil
}

// snapshot takes one of an index that is complete; otherwise it says why there is none.
func (x *Index) snapshot() (*engine, *scorch.IndexSnapshot, *inbox.Reason) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	switch s := &x.status; {
	case s.Fault != nil:
		return nil, nil, s.Fault
	case s.Rebuilding || x.engine == nil:
		return nil, nil, inbox.Why("index.rebuilding", "Done", s.Done, "Total", s.Total)
	}
	snap, err := x.engine.read()
	if err != nil {
		return nil, nil, inbox.Why("index.failed")
	}
	return x.engine, snap, nil
}

// met is told what a reader met: the files do not hold what was written. No search meets it again.
func (x *Index) met(e *engine, err error) {
	if err == nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.engine == e {
		x.engine = nil
		x.status.Fault = inbox.Why("index.damaged")
		e.stop(err)
	}
}

// Status tells how the index is doing.
func (x *Index) Status() Status {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.status
}

// Await returns when the index is complete up to a position of the log, or with ctx's error.
func (x *Index) Await(ctx context.Context, seq inbox.Seq) error {
	for {
		x.mu.RLock()
		s, moved := x.status, x.moved
		x.mu.RUnlock()
		if s.Seq >= seq && !s.Rebuilding && s.Fault == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// Rebuild throws the index away and has it built anew, also where it was given up. Quarantined conversations are tried again. From now on,
// and until it is built, Status says so and searches do without: Await waits for the new one.
func (x *Index) Rebuild() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.wanted = true
	x.engine = nil
	x.become(Status{Quarantined: x.status.Quarantined})
	select {
	case x.order <- struct{}{}:
	default: // it was asked for already
	}
}

// become changes the status and wakes who waits for that. Under mu.
func (x *Index) become(s Status) {
	if x.wanted {
		s.Rebuilding, s.Fault = true, inbox.Why("index.starting")
	}
	x.status = s
	close(x.moved)
	x.moved = make(chan struct{})
}
