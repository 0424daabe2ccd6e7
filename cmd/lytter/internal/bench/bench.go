package bench

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/store/index"
)

// Config says what is measured with, and on what.
type Config struct {
	Messages  int // of the corpus; 0: all of the file
	Seed      uint64
	Corpus    string // a file in the format of import; "": one is made
	QuerySeed uint64
	Rules     []int         // numbers of rules to measure with
	For       time.Duration // how long a rate over time is measured
	// Dir is where everything is made. A corpus that is there already is used again.
	Dir string

	Open  func(context.Context, Wish) (*House, error)
	Child func(ctx context.Context, args ...string) (*exec.Cmd, error) // this program again, ended by ctx
	Tell  func(key string, args ...any)                                // of progress, to whoever waits
}

// Wish says which desk to open.
type Wish struct {
	Dir      string    // its folder; a new desk where there is none yet
	Accounts []Account // connected ones: their webhooks are taken and nothing is asked of their platforms
	Setup    *Setup    // of a new desk; nil: as lytter comes
	Now      func() time.Time
}

// Setup is what a new desk begins with, instead of what comes with lytter.
type Setup struct {
	Topics, Queues []string
	Rules          []byte
}

// House is a desk as it runs in service. Nothing of it runs until it is told to.
type House struct {
	Desk       *inbox.Desk
	Index      *index.Index
	Journal    connectors.Journal
	Connectors []connectors.Connector
	Runner     *connectors.Runner                        // it drains the journal and does nothing else
	Seat       *inbox.Seat                               // of an administrator
	Serve      func(context.Context, net.Listener) error // webhooks, until ctx ends
	Run        func(context.Context) error               // all of it but webhooks, until ctx ends
	Close      func() error
}

// Secret signs webhooks of every account of a Wish. It guards nothing: the desk that knows it lives for the length of a measurement.
const Secret = "bench-app-secret"

// Account is a connected account of a bench's desk.
type Account struct {
	Name    string
	Channel inbox.Channel
	ID      string // the platform's
	Page    string // of Instagram: the page that it is linked with
}

// parts in the order in which they run.
func parts() map[string]func(*run, context.Context) error {
	return map[string]func(*run, context.Context) error{
		"ack": (*run).ack, "decode": (*run).decode, "ingest": (*run).ingest, "index": (*run).index, "visible": (*run).visible, "hub": (*run).hub,
		"rules": (*run).rules, "lab": (*run).lab, "search": (*run).search, "tui": (*run).tui,
	}
}

// Parts lists what can be measured, in the order in which it is.
func Parts() []string {
	return []string{"ack", "decode", "ingest", "index", "visible", "hub", "rules", "lab", "search", "tui"}
}

// run is one part on its way.
type run struct {
	Config
	out  []Result
	peak float64 // MB; 0: the system does not tell
	own  *ownMemory
}

// Run measures one part. The last of its results are, where the system tells, the most memory that the desk's process had, "rss.<part>"
// (with what of the files that it has mapped is in memory: the system's cache, which it takes back as it needs) and "own.<part>" (without),
// and how much of the processor time spent meanwhile was other people's, "others.<part>": where that is much, the figures are low.
func Run(ctx context.Context, cfg Config, part string) ([]Result, error) {
	measure := parts()[part]
	if measure == nil {
		return nil, inbox.E(inbox.Invalid, "bench", "cli.bench.no_part", "Value", part)
	}
	r := &run{Config: cfg, own: &ownMemory{}}
	before, tells := worked()
	look := beside(ctx, r.own.look)
	if err := errors.Join(measure(r, ctx), look.stop()); err != nil {
		return nil, err
	}
	if r.peak > 0 {
		r.add(figure("rss."+part, r.peak, megabytes))
	}
	if kb := r.own.weighed; kb > 0 {
		r.add(figure("own."+part, float64(kb)/1024, megabytes))
	}
	if share, ok := before.others(); ok && tells {
		r.add(figure("others."+part, share, percent))
	}
	return r.out, nil
}

func (r *run) add(rs ...Result) { r.out = append(r.out, rs...) }

// weigh notes how much memory the desk has needed up to now: what comes after it in a part is a peer's.
func (r *run) weigh(pid string) {
	if mb, ok := peak(pid); ok {
		r.peak = max(r.peak, mb)
	}
	if pid == "self" {
		r.own.weigh()
	}
}

// forget lets what is weighed begin anew.
func (r *run) forget() {
	forgetPeak()
	r.peak = 0
	r.own.forget()
}

// Whole adds the figure over all parts: the most memory that any of them needed.
func Whole(rs []Result) []Result {
	most := 0.0
	for _, res := range rs {
		if strings.HasPrefix(res.Name, "rss.") {
			most = max(most, res.Value)
		}
	}
	if most == 0 {
		return rs
	}
	return append(slices.Clone(rs), figure("rss", most, megabytes))
}

// running is something that works beside the measurement.
type running struct {
	cancel context.CancelFunc
	done   chan error
}

// beside starts f. Stop it.
func beside(ctx context.Context, f func(context.Context) error) *running {
	ctx, cancel := context.WithCancel(ctx)
	w := &running{cancel: cancel, done: make(chan error, 1)}
	go func() { w.done <- f(ctx) }()
	return w
}

// stop ends it, waits, and gives what went wrong.
func (w *running) stop() error {
	w.cancel()
	return <-w.done
}
