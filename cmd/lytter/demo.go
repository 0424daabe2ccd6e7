package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"lytter/connectors"
	"lytter/connectors/sandbox"
	"lytter/inbox"
	"lytter/tui/ui"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
)

// demoOptions are the flags of demo.
type demoOptions struct {
	headless, asJSON, calm, keep bool
	length                       time.Duration
	rate                         float64
	seed                         uint64
	conversations                int
	replies                      time.Duration
}

func (p *program) demoCommand() *cobra.Command {
	var o demoOptions
	t := p.texts
	c := &cobra.Command{
		Use: "demo", Short: t.T("cli.demo.short"), Long: t.T("cli.demo.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.asJSON || !p.onTerminal() {
				o.headless = true
			}
			return p.demo(cmd.Context(), o)
		},
	}
	p.linearFlag(c)
	f := c.Flags()
	f.BoolVar(&o.headless, "headless", false, t.T("cli.flag.headless"))
	f.BoolVar(&o.asJSON, "json", false, t.T("cli.flag.json"))
	f.DurationVar(&o.length, "for", 0, t.T("cli.flag.for"))
	f.Float64Var(&o.rate, "rate", 1, t.T("cli.flag.rate"))
	f.Uint64Var(&o.seed, "seed", 1, t.T("cli.flag.seed"))
	f.IntVar(&o.conversations, "conversations", 2000, t.T("cli.flag.conversations"))
	f.BoolVar(&o.calm, "calm", false, t.T("cli.flag.calm"))
	f.BoolVar(&o.keep, "keep", false, t.T("cli.flag.keep"))
	f.DurationVar(&o.replies, "reply-every", 2*time.Second, t.T("cli.flag.reply_every"))
	return c
}

// onTerminal reports whether a person looks at our output.
func (p *program) onTerminal() bool {
	in, ok1 := p.in.(*os.File)
	_, ok2 := p.out.(ui.TTY)
	return ok1 && ok2 && term.IsTerminal(int(in.Fd()))
}

// demoPace polls oftener than a city would: what a webhook loses is found within seconds, while somebody watches.
func demoPace() connectors.Pace {
	return connectors.Pace{
		PollHooked: 5 * time.Second, Poll: 5 * time.Second, StepGap: 10 * time.Millisecond, Hooks: 10 * time.Second, Backoff: 500 * time.Millisecond,
		BackoffMost: 5 * time.Second, Find: time.Second, FindMost: 5 * time.Second,
	}
}

// demo runs three simulated platforms in a process of their own and a desk beside them.
func (p *program) demo(ctx context.Context, o demoOptions) (err error) {
	if o.rate < 0 || o.rate > sandbox.MaxRate || o.length < 0 || o.conversations < 0 {
		return &usageError{err: errors.New(p.texts.T("cli.demo.bad", "Max", sandbox.MaxRate))}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	dir, err := os.MkdirTemp("", "lytter-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if o.keep {
			fmt.Fprintln(p.err, p.texts.T("cli.demo.kept", "Folder", dir))
			return
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	platforms, err := startSandbox(ctx, o.seed, o.conversations, o.calm)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, platforms.Close()) }()
	web, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w, err := newWorld(dir, p.lang, platforms.Handshake, web.Addr())
	if err != nil {
		return errors.Join(err, web.Close())
	}
	h, err := openHouse(ctx, w.cfg, p.catalog, houseOptions{log: p.logTo(dir, o), connect: true, pace: demoPace()})
	if err != nil {
		return errors.Join(err, web.Close())
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	w.cfg.Web.Listen = "" // it listens already
	_, doors, err := h.listen(ctx)
	if err != nil {
		return errors.Join(err, web.Close())
	}
	door, err := h.door()
	if err != nil {
		return err
	}
	client := sandbox.NewClient(platforms.Handshake)
	defer client.Close()
	st := &stage{house: h, platform: client, keys: w.keys, said: map[string]sandbox.Published{}}
	// The house outlives the show: what there is is counted also when the show was interrupted.
	g, gctx := errgroup.WithContext(context.WithoutCancel(ctx))
	open, shut := context.WithCancel(gctx)
	context.AfterFunc(gctx, stop)
	g.Go(func() error { return h.Run(open, web, doors, door) })
	g.Go(func() error {
		defer shut() // when the show is over, so is everything
		if o.headless {
			return p.headless(ctx, st, o)
		}
		return p.show(ctx, st, o)
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = nil
	}
	return err
}

// traffic starts the live citizens once the accounts are connected, and plays the scenario.
func (st *stage) traffic(ctx context.Context, o demoOptions) ([]beatReport, error) {
	script, err := readScript(firstMinute)
	if err != nil {
		return nil, err
	}
	if o.rate > 0 {
		if _, err := st.platform.StartTraffic(ctx, o.rate, o.length); err != nil {
			return nil, err
		}
	}
	if o.headless {
		var played []beat
		for _, b := range script {
			if o.length == 0 || b.At.std()+b.Within.std() <= o.length+30*time.Second {
				played = append(played, b)
			}
		}
		script = played
	}
	return st.play(ctx, script)
}

// connected waits until every account's webhooks come and its newest things are read; older ones may still be on their way.
func (st *stage) connected(ctx context.Context) bool {
	for {
		ok := true
		for _, a := range st.house.runner.Status().Accounts {
			ok = ok && a.Hooked && a.Account.State != inbox.AccountConnecting
		}
		if ok || !sleep(ctx, 50*time.Millisecond) {
			return ok
		}
	}
}

// headless shows progress on standard error, and at the end compares the platforms' ledger with the desk; where it is interrupted, as far
// as it came.
func (p *program) headless(ctx context.Context, st *stage, o demoOptions) error {
	begun := time.Now()
	if o.length == 0 {
		o.length = time.Minute
	}
	progress, stopProgress := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		p.tellProgress(progress, st, begun)
	}()
	beats, err := p.perform(ctx, st, o, begun)
	stopProgress()
	<-told
	interrupted := ctx.Err() != nil
	if err != nil && !interrupted {
		return err
	}
	if interrupted {
		fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		ctx = fresh
		if _, err := st.platform.StopTraffic(ctx); err != nil {
			return err
		}
	}
	sum, err := st.count(ctx)
	if err != nil {
		return err
	}
	sum.Beats, sum.Seconds, sum.Interrupted = beats, time.Since(begun).Seconds(), interrupted
	if err := p.tellSummary(sum, o); err != nil {
		return err
	}
	switch {
	case interrupted:
		return &exitError{exitInterrupted}
	case !sum.good():
		return &exitError{exitLoss}
	}
	return nil
}

// perform is the demonstration up to where both sides have come to rest.
func (p *program) perform(ctx context.Context, st *stage, o demoOptions, begun time.Time) (beats []beatReport, err error) {
	if !st.connected(ctx) || !st.caughtUp(ctx) {
		return nil, ctx.Err()
	}
	fmt.Fprintln(p.err, p.texts.T("cli.demo.live", "Rate", strconv.FormatFloat(o.rate, 'g', -1, 64), "For", o.length.String()))
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		beats, err = st.traffic(gctx, o)
		return err
	})
	g.Go(func() error { return st.answer(gctx, o) })
	if err := g.Wait(); err != nil {
		return beats, err
	}
	if !sleep(ctx, o.length-time.Since(begun)) {
		return beats, ctx.Err()
	}
	if _, err := st.platform.StopTraffic(ctx); err != nil {
		return beats, err
	}
	if _, err := st.platform.Flush(ctx, 2*time.Minute); err != nil {
		return beats, err
	}
	return beats, st.settle(ctx, 2*time.Minute, func(missing int) {
		if missing > 0 {
			fmt.Fprintln(p.err, p.texts.T("cli.demo.missing", "N", missing))
		}
	})
}

// caughtUp waits until the history is fetched.
func (st *stage) caughtUp(ctx context.Context) bool {
	for {
		busy := false
		for _, a := range st.house.runner.Status().Accounts {
			for _, s := range a.Streams {
				busy = busy || s.CatchingUp || s.Steps == 0
			}
		}
		if !busy || !sleep(ctx, 100*time.Millisecond) {
			return !busy
		}
	}
}

// answer lets a colleague answer citizens over SSH, one at a time, for as long as the traffic runs.
func (st *stage) answer(ctx context.Context, o demoOptions) error {
	if o.replies <= 0 {
		return nil
	}
	seat, err := st.seat("signe")
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(o.seed, 1))
	until := time.Now().Add(o.length - 20*time.Second)
	for n := 0; time.Now().Before(until); n++ {
		if !sleep(ctx, o.replies) {
			return nil
		}
		hits, err := seat.Search(ctx, "is:open is:awaiting -is:taken -is:outgoing", inbox.Page{Size: 100})
		if err != nil || len(hits.Keys) == 0 {
			continue
		}
		id := hits.Keys[r.IntN(len(hits.Keys))].ID
		words := fmt.Sprintf("Tak for din besked. Vi ser på det og vender tilbage. (%d)", n+1)
		if err := st.command(ctx, "signe", []string{"reply", strconv.FormatInt(int64(id), 10), words}); err != nil && ctx.Err() == nil {
			st.house.log.Info("an answer was refused", "err", err) // X lets us answer only those who named us; a colleague may be quicker
		}
	}
	return nil
}

func (st *stage) seat(login string) (*inbox.Seat, error) {
	for _, u := range st.house.desk.Directory().Users {
		if u.Login == login {
			return st.house.desk.As(u.ID)
		}
	}
	return nil, inbox.E(inbox.NotFound, "demo", "assign.nobody")
}

// tellProgress prints a line every two seconds.
func (p *program) tellProgress(ctx context.Context, st *stage, begun time.Time) {
	for sleep(ctx, 2*time.Second) {
		status, err := st.house.status(ctx, p.texts)
		if err != nil {
			return
		}
		c := st.house.runner.Counts()
		var done, total int
		for _, a := range status.Accounts {
			done += a.Done
			total += a.Total
		}
		line := p.texts.T("cli.demo.progress", "Seconds", int(time.Since(begun).Seconds()), "Conversations", p.texts.Number(status.Conversations),
			"Webhooks", p.texts.Number(c.Acknowledged), "Sent", p.texts.Number(c.Sent))
		if total > 0 {
			line += " " + p.texts.T("cli.demo.history", "Done", p.texts.Number(int64(done)), "Total", p.texts.Number(int64(total)))
		}
		fmt.Fprintln(p.err, line)
	}
}

func (p *program) tellSummary(sum *demoSummary, o demoOptions) error {
	if o.asJSON {
		if err := p.printJSON(sum); err != nil {
			return err
		}
	} else {
		t := p.texts
		n := func(v int64) string { return t.Number(v) }
		fmt.Fprintln(p.out, t.T("cli.demo.summary", "Sent", n(sum.Sent), "Acknowledged", n(sum.Acknowledged), "Stored", n(sum.Stored), "Conversations",
			n(sum.Conversations), "Tagged", n(sum.Tagged), "Indexed", n(sum.Indexed), "Replied", n(sum.Replied), "Echoed", n(sum.Echoed),
			"Duplicates", n(sum.Duplicates), "Lost", n(sum.Lost)))
		for _, b := range sum.Beats {
			word := t.T("cli.demo.beat_ok")
			switch {
			case b.Late:
				word = t.T("cli.demo.beat_late", "Seconds", int(b.After))
			case !b.OK:
				word = t.T("cli.demo.beat_missed", "What", b.Missed)
			}
			fmt.Fprintf(p.out, "  %-20s %s\n", b.ID, word)
		}
		for name, count := range sum.Faults {
			fmt.Fprintf(p.out, "  %-20s %d\n", name, count)
		}
	}
	return nil
}

// logTo keeps the log of a demonstration off the screen: it goes to a file of its folder.
func (p *program) logTo(dir string, o demoOptions) *slog.Logger {
	if o.headless {
		return p.logger()
	}
	f, err := os.OpenFile(filepath.Join(dir, "lytter.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil
	}
	return textLogger(f, p.verbose)
}

// show opens the desk on this terminal while citizens write.
func (p *program) show(ctx context.Context, st *stage, o demoOptions) error {
	g, gctx := errgroup.WithContext(ctx)
	screen, leave := context.WithCancel(gctx)
	g.Go(func() error {
		defer leave()
		seat, err := st.seat(demoUsers[0].Login)
		if err != nil {
			return err
		}
		return p.screen(gctx, st.house, seat)
	})
	g.Go(func() error {
		if !st.connected(screen) {
			return nil
		}
		if _, err := st.traffic(screen, o); err != nil && screen.Err() == nil {
			st.house.log.Error("the scenario stopped", "err", err)
		}
		if o.length > 0 && sleep(screen, o.length) {
			leave()
		}
		return nil
	})
	return g.Wait()
}
