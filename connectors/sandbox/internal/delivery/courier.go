package delivery

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"lytter/connectors/sandbox/fault"
	"lytter/connectors/sandbox/ledger"
)

// Target is a callback and how its platform speaks to it.
type Target struct {
	Name    string                                // in the ledger and the dice
	URL     string                                // where to POST
	Compose func(changes []Change) []byte         // writes the body
	Sign    func(header http.Header, body []byte) // puts the signature of those very bytes into the header
	Batch   int                                   // most changes in one POST; at most 1 is never batched
	Timeout time.Duration                         // for an answer
	// Retry tells how long to wait after so many failed attempts at changes of a part; not ok gives up.
	Retry func(part string, failed int) (wait time.Duration, ok bool)
	// GaveUp is told what was given up; nil is nobody. It may call the courier.
	GaveUp func(changes []Change)
}

// Change is one event, written by its platform.
type Change struct {
	Event   int64     // its number in the ledger
	Account string    // whose it is: Meta's entries are grouped by it
	Time    time.Time // when the platform noticed it
	Body    []byte    // its part of the body; not changed after Enqueue
	Part    string    // where in Meta's entry it belongs; "" is with the changes
}

// Options of a Courier.
type Options struct {
	Ledger  *ledger.Ledger
	Faults  *fault.Injector
	Log     *slog.Logger
	Now     func() time.Time
	Workers int           // POSTs in flight per callback; 1 keeps the order of first attempts
	HoldFor time.Duration // how long an overtaken event waits for later ones at most
}

// Courier owns the queues of all callbacks.
type Courier struct {
	opt    Options
	client *http.Client
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	queues []*Queue
}

// New returns a courier. Its owner must Close it.
func New(opt Options) *Courier {
	ctx, cancel := context.WithCancel(context.Background())
	return &Courier{
		opt: opt, ctx: ctx, cancel: cancel,
		client: &http.Client{
			// Callbacks are on this machine; a proxy from the environment has no business in between.
			Transport: &http.Transport{
				MaxIdleConnsPerHost: opt.Workers + 1, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
			},
			// Neither platform follows a redirect of a callback: it counts as a failure.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Client is the HTTP client that callbacks are called with: no redirects, no proxy. Platforms use it for their handshakes.
func (c *Courier) Client() *http.Client { return c.client }

// Open starts a queue for a callback. After Close of the courier it takes events and sends none.
func (c *Courier) Open(t Target) *Queue {
	q := newQueue(c, t)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queues = append(c.queues, q)
	for range c.opt.Workers {
		c.wg.Go(q.work)
	}
	return q
}

// End closes the queue of a subscription that was taken back: what it still held will not come. It waits for no POST in flight.
func (c *Courier) End(q *Queue) {
	c.mu.Lock()
	c.queues = slices.DeleteFunc(c.queues, func(other *Queue) bool { return other == q })
	c.mu.Unlock()
	q.end()
}

// Idle is what Flush found.
type Idle struct {
	Idle    bool `json:"idle"`    // nothing is on its way any more
	Waiting int  `json:"waiting"` // events that still are
}

// Flush sends everything that is held back or delayed at once, and waits until nothing is on its way or ctx ends. Retries keep their
// backoff: a callback that is down keeps Flush waiting.
func (c *Courier) Flush(ctx context.Context) Idle {
	c.mu.Lock()
	queues := slices.Clone(c.queues)
	c.mu.Unlock()
	waiting := 0
	for _, q := range queues {
		waiting += q.flush(ctx)
	}
	return Idle{Idle: waiting == 0, Waiting: waiting}
}

// Close stops all queues and waits for their goroutines. Undelivered events stay pending in the ledger.
func (c *Courier) Close() {
	c.cancel()
	c.wg.Wait()
	c.client.CloseIdleConnections()
}
