package connectors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"lytter/inbox"

	"golang.org/x/sync/errgroup"
)

// Config is what a Runner is made of. Desk, Journal, Connectors, Accounts and Owner are required.
type Config struct {
	Desk       *inbox.Desk
	Journal    Journal
	Connectors []Connector // one a channel
	Accounts   []Link
	Owner      string // names this process in claims; unique among those alive
	Now        func() time.Time
	Log        *slog.Logger // nil: discarded
	Pace       Pace
}

// Link is an account that the Runner serves.
type Link struct {
	Account inbox.AccountID
	// Callback is the public address of its webhooks, asked for from the platform; "": none come, and it is polled more often. An app has
	// one callback for a channel: accounts of the same app are given the same, that of any of them.
	Callback string
}

// Pace is how often things are done. Zero values have defaults.
type Pace struct {
	PollHooked  time.Duration // polls of an account whose webhooks come: 60 s
	Poll        time.Duration // polls of another: 20 s
	StepGap     time.Duration // between steps of background streams: 100 ms
	StepTimeout time.Duration // of a step of a poll, a look-up, a fetch: 90 s
	Send        time.Duration // how often replies that are due are looked for: 500 ms
	SendTimeout time.Duration // of a send; must be well below the desk's SendFor: 60 s
	Upload      time.Duration // of bringing the files of a send; must be below the desk's UploadFor: 4 min
	Find        time.Duration // after what time what may have been sent is first looked up; it doubles each time: 3 s
	FindMost    time.Duration // the longest between two look-ups: 5 min
	Fetch       time.Duration // how often pending fetches are looked for: 1 s
	Overtaken   time.Duration // how often what a hung process left is put right: 15 s
	Hooks       time.Duration // how often the platform is asked whether it still sends webhooks: 5 min
	Examine     time.Duration // how often our access to an account is examined: 60 s
	Backoff     time.Duration // after a first failure; it doubles each time: 2 s
	BackoffMost time.Duration // the longest between two tries of what fails: 60 s
}

func (p Pace) orDefault() Pace {
	or := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&p.PollHooked, time.Minute)
	or(&p.Poll, 20*time.Second)
	or(&p.StepGap, 100*time.Millisecond)
	or(&p.StepTimeout, 90*time.Second)
	or(&p.Send, 500*time.Millisecond)
	or(&p.SendTimeout, time.Minute)
	or(&p.Upload, 4*time.Minute)
	or(&p.Find, 3*time.Second)
	or(&p.FindMost, 5*time.Minute)
	or(&p.Fetch, time.Second)
	or(&p.Overtaken, 15*time.Second)
	or(&p.Hooks, 5*time.Minute)
	or(&p.Examine, time.Minute)
	or(&p.Backoff, 2*time.Second)
	or(&p.BackoffMost, time.Minute)
	return p
}

// face is a connector with what it can do beside the contract: asserted once, data from then on.
type face struct {
	Connector
	hook  Webhook
	files Uploader
	fetch Fetcher
	subs  Subscriber
	meter Meter
	exam  Examiner
	leave Leaver
}

func faceOf(c Connector) *face {
	f := &face{Connector: c}
	f.hook, _ = c.(Webhook)
	f.fetch, _ = c.(Fetcher)
	f.files, _ = c.(Uploader)
	f.subs, _ = c.(Subscriber)
	f.meter, _ = c.(Meter)
	f.exam, _ = c.(Examiner)
	f.leave, _ = c.(Leaver)
	return f
}

// Runner drives the connectors. Handler may be served from the moment it is made; Run does the rest.
type Runner struct {
	cfg      Config
	faces    map[inbox.Channel]*face
	accounts map[inbox.AccountID]*link
	counts   counters
	arrived  chan struct{} // a row is in the journal
	backlog  backlog
}

// link is an account at work.
type link struct {
	Link
	face   *face
	health health
	polls  chan struct{} // poll at once
	sends  chan struct{} // look for replies at once
	wants  chan struct{} // look for fetches at once
	exams  chan struct{} // examine our access soon
	called chan struct{} // the platform says that somebody has taken access back
	ledger ledger

	telling sync.Mutex // tell, and what is behind it
	free    bool       // what an earlier run had held was let go

	rehooked atomic.Bool // webhooks come again: a gap may have ended

	mu      sync.Mutex
	streams []*streamState
	quiet   time.Time // until when the background rests
	hooked  time.Time // when the last webhook came
	sure    bool      // the platform says that it sends webhooks
}

// NewRunner makes a Runner. Accounts must be known to the desk and have a connector.
func NewRunner(cfg Config) (*Runner, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Pace = cfg.Pace.orDefault()
	r := &Runner{
		cfg: cfg, faces: map[inbox.Channel]*face{}, accounts: map[inbox.AccountID]*link{}, arrived: make(chan struct{}, 1),
	}
	for _, c := range cfg.Connectors {
		if r.faces[c.Channel()] != nil {
			return nil, fmt.Errorf("connectors: two for %s", c.Channel())
		}
		r.faces[c.Channel()] = faceOf(c)
	}
	dir := cfg.Desk.Directory()
	for _, l := range cfg.Accounts {
		a, ok := dir.Accounts[l.Account]
		if !ok {
			return nil, fmt.Errorf("connectors: the desk has no account %d", l.Account)
		}
		f := r.faces[a.Channel]
		if f == nil {
			return nil, fmt.Errorf("connectors: account %s: there is no connector for %s", a.Name, a.Channel)
		}
		ln := &link{
			Link: l, face: f, polls: make(chan struct{}, 1), sends: make(chan struct{}, 1), wants: make(chan struct{}, 1),
			exams: make(chan struct{}, 1), called: make(chan struct{}, 1),
		}
		for _, s := range f.Streams(a) {
			ln.streams = append(ln.streams, &streamState{Stream: s})
		}
		ln.health.init(ln.streams)
		r.accounts[l.Account] = ln
	}
	return r, nil
}

// account is what the desk now has of an account.
func (r *Runner) account(id inbox.AccountID) inbox.Account {
	return r.cfg.Desk.Directory().Accounts[id]
}

// Run works until ctx ends, and returns when everything has stopped; a send that has begun is waited for. The listener of Handler
// should be up before, since platforms call back while webhooks are asked for.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.cfg.Desk.Overtaken(ctx, true); err != nil {
		return unless(ctx, fmt.Errorf("connectors: %w", err))
	}
	var g errgroup.Group
	own := func(what string, id inbox.AccountID, f func(context.Context) error) {
		g.Go(func() error { return r.own(ctx, what, id, f) })
	}
	own("drain", 0, r.drain)
	own("overtaken", 0, r.overtaken)
	for id, ln := range r.accounts {
		own("poll", id, func(ctx context.Context) error { return r.poll(ctx, ln) })
		own("send", id, func(ctx context.Context) error { return r.send(ctx, ln) })
		own("find", id, func(ctx context.Context) error { return r.find(ctx, ln) })
		if ln.face.fetch != nil {
			own("fetch", id, func(ctx context.Context) error { return r.fetch(ctx, ln) })
		}
		if ln.face.exam != nil {
			own("examine", id, func(ctx context.Context) error { return r.examine(ctx, ln) })
		}
		if ln.face.subs != nil && ln.Callback != "" {
			own("subscribe", id, func(ctx context.Context) error { return r.subscribe(ctx, ln) })
		}
	}
	return g.Wait()
}

// own runs a loop until ctx ends. A loop that panics or fails is reported and begun again: one must not stop the others.
func (r *Runner) own(ctx context.Context, what string, id inbox.AccountID, f func(context.Context) error) error {
	for fails := 0; ctx.Err() == nil; fails++ {
		err := unless(ctx, r.guard(func() error { return f(ctx) }))
		if ctx.Err() != nil {
			return err
		}
		r.cfg.Log.Error("a worker stopped and begins again", "worker", what, "account", r.account(id).Name, "err", err)
		r.wait(ctx, r.backoff(fails), nil)
	}
	return nil
}

// guard runs f; a panic in it becomes an error.
func (r *Runner) guard(f func() error) error {
	return contained(&r.counts.panics, f)
}

// contained runs f; a panic in it is counted and becomes an error.
func contained(panics *atomic.Int64, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			panics.Add(1)
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	return f()
}

type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// wait returns after d, when ctx ends, or when poke says so.
func (r *Runner) wait(ctx context.Context, d time.Duration, poke <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-poke:
	}
}

// backoff is how long to wait after so many failures in a row.
func (r *Runner) backoff(fails int) time.Duration {
	d := r.cfg.Pace.Backoff << min(fails, 20)
	if d <= 0 || d > r.cfg.Pace.BackoffMost {
		d = r.cfg.Pace.BackoffMost
	}
	return jitter(d)
}

// unless gives err, or nil once ctx has ended: what fails then fails because of that.
func unless(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// poke wakes a loop that may be waiting.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is to wake already
	}
}

// overtaken puts right, now and then, what a sender that hung has left.
func (r *Runner) overtaken(ctx context.Context) error {
	for {
		r.wait(ctx, r.cfg.Pace.Overtaken, nil)
		if err := unless(ctx, r.cfg.Desk.Overtaken(ctx, false)); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// subscribe keeps an account's webhooks coming: platforms end them without a word.
func (r *Runner) subscribe(ctx context.Context, ln *link) error {
	for fails := 0; ctx.Err() == nil; {
		asked, err := r.subscribeOnce(ctx, ln)
		pause := jitter(r.cfg.Pace.Hooks)
		if asked { // accounts that hang on one page ask at the same time, and the later may have ended what the earlier got
			pause = min(pause, r.backoff(0))
		}
		if err != nil {
			pause = r.backoff(fails)
			if fails++; fails == 1 {
				r.cfg.Log.Warn("webhooks cannot be asked for; polling goes on", "account", r.account(ln.Account).Name, "err", err)
			}
		} else {
			fails = 0
		}
		r.wait(ctx, pause, nil)
	}
	return nil
}

// subscribeOnce sees that webhooks come, and reports whether it had to ask for them.
func (r *Runner) subscribeOnce(ctx context.Context, ln *link) (asked bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Pace.StepTimeout)
	defer cancel()
	a := r.account(ln.Account)
	ok, err := ln.face.subs.Subscribed(ctx, a, ln.Callback)
	if asked = err == nil && !ok; asked {
		if ln.setSure(false) {
			r.cfg.Log.Warn("the platform had stopped sending webhooks", "account", a.Name)
		}
		if err := r.unhooked(ctx, ln); err != nil {
			return asked, err
		}
		if err = ln.face.subs.Subscribe(ctx, a, ln.Callback); err == nil {
			defer ln.hurry() // for what came meanwhile
		}
	}
	if err != nil {
		return asked, err
	}
	ln.setSure(true)
	return asked, r.isHooked(ctx, ln)
}

// setSure notes whether webhooks come, and reports what was noted before.
func (ln *link) setSure(v bool) (was bool) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	was, ln.sure = ln.sure, v
	return was
}
