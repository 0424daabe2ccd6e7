package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/inbox"

	"github.com/spf13/cobra"
)

// replayReport is what --json of replay prints.
type replayReport struct {
	Row     int64   `json:"row"` // up to which row of
	To      int64   `json:"to"`  // which is read
	Rows    int     `json:"rows"`
	New     int     `json:"new"`     // messages that were not there
	Changed int     `json:"changed"` // what else changed
	Same    int     `json:"same"`
	Solved  int     `json:"solved"` // parked things that are understood now
	Parked  int     `json:"parked"` // things that are parked now, and were not
	Left    int     `json:"left"`   // parked things that are still there
	DryRun  bool    `json:"dry_run,omitempty"`
	Behind  int64   `json:"behind,omitempty"` // it went on behind this row, where an earlier run was interrupted
	Seconds float64 `json:"seconds"`
}

// replayFlags are those of a command line.
type replayFlags struct {
	from, to, account string
	parked, dry, json bool
}

func (p *program) replayCommand() *cobra.Command {
	var f replayFlags
	t := p.texts
	c := &cobra.Command{
		Use: "replay", Short: t.T("cli.replay.short"), Long: t.T("cli.replay.long"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			rep, err := p.replay(ctx, f)
			if err != nil {
				return err
			}
			if f.json {
				return p.printJSON(rep)
			}
			p.printReplay(rep)
			return nil
		}),
	}
	c.Flags().StringVar(&f.from, "from", "", t.T("cli.replay.from"))
	c.Flags().StringVar(&f.to, "to", "", t.T("cli.replay.to"))
	c.Flags().StringVar(&f.account, "account", "", t.T("cli.replay.account"))
	c.Flags().BoolVar(&f.parked, "parked", false, t.T("cli.replay.parked"))
	c.Flags().BoolVar(&f.dry, "dry-run", false, t.T("cli.replay.dry"))
	c.Flags().BoolVar(&f.json, "json", false, t.T("cli.flag.json"))
	return c
}

// replay reads the journal again, beside whatever else runs. An interrupted run that is given the same orders again goes on where it was.
func (p *program) replay(ctx context.Context, f replayFlags) (*replayReport, error) {
	if r := p.seat.Refusal(inbox.DoReplay, nil); r != nil {
		return nil, &inbox.Error{Code: inbox.Forbidden, Op: "replay", Reason: *r}
	}
	if !p.house.replaying.TryLock() {
		return nil, inbox.E(inbox.Conflict, "replay", "cli.replay.running")
	}
	defer p.house.replaying.Unlock()
	work, err := p.replayOf(f)
	if err != nil {
		return nil, err
	}
	mark := &replayMark{store: p.house.store, name: fmt.Sprintf("replay:%s:%s:%s:%t", f.from, f.to, f.account, f.parked)}
	if !f.dry {
		if work.Behind, err = mark.read(ctx); err != nil {
			return nil, err
		}
	}
	begun, told := time.Now(), time.Now()
	if work.Behind > 0 {
		fmt.Fprintln(p.err, p.texts.T("cli.replay.goes_on", "Row", p.texts.Number(work.Behind)))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work.Told = func(r connectors.Replayed) {
		if time.Since(told) < time.Second {
			return
		}
		told = time.Now()
		fmt.Fprintln(p.err, p.texts.T("cli.replay.progress", "Done", p.texts.Number(r.Row), "Total", p.texts.Number(r.To)))
		if err := mark.write(ctx, r.Row, f.dry); err != nil {
			cancel(err)
		}
	}
	p.house.log.Info("the journal is read again by order", "user", p.seat.User.Login, "behind", work.Behind, "dry", f.dry)
	r, err := work.Run(ctx)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		if r.Row > 0 { // also of one that was interrupted
			if merr := mark.write(context.WithoutCancel(ctx), r.Row, f.dry); merr != nil {
				p.house.log.Error("where the reading of the journal stopped could not be noted: it begins anew", "err", merr)
			}
		}
		return nil, err
	}
	return &replayReport{
		Row: r.Row, To: r.To, Rows: r.Rows, New: r.New, Changed: r.Changed, Same: r.Same, Solved: r.Solved, Parked: r.Parked, Left: r.Left,
		DryRun: f.dry, Behind: work.Behind, Seconds: time.Since(begun).Seconds(),
	}, mark.clear(ctx, f.dry)
}

// replayOf is what the flags ask for.
func (p *program) replayOf(f replayFlags) (connectors.Replay, error) {
	h := p.house
	work := connectors.Replay{
		Desk: h.desk, Journal: kept{h.journal}, Connectors: h.connectors, Now: h.now, Parked: f.parked, Trial: f.dry,
	}
	if f.account != "" {
		a, ok := h.desk.Directory().AccountNamed(f.account)
		if !ok {
			return work, inbox.E(inbox.NotFound, "replay", "cli.replay.no_account", "Name", f.account)
		}
		work.Account = a.ID
	}
	var ok bool
	if work.From, work.Since, ok = rowOrTime(f.from, h.desk.Location, false); !ok {
		return work, inbox.E(inbox.Invalid, "replay", "cli.replay.bad_place", "Value", f.from)
	}
	if work.To, work.Until, ok = rowOrTime(f.to, h.desk.Location, true); !ok {
		return work, inbox.E(inbox.Invalid, "replay", "cli.replay.bad_place", "Value", f.to)
	}
	return work, nil
}

// rowOrTime reads the number of a row, or a day or a time in the desk's zone; "" is neither. The end of a day is where the next begins.
func rowOrTime(s string, loc *time.Location, end bool) (row int64, at time.Time, ok bool) {
	if s == "" {
		return 0, at, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, at, n > 0
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(layout, strings.Replace(s, " ", "T", 1), loc); err == nil {
			return 0, at, true
		}
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return 0, at, true
	}
	at, err := time.ParseInLocation(time.DateOnly, s, loc)
	if end {
		at = at.AddDate(0, 0, 1)
	}
	return 0, at, err == nil
}

// replayMark remembers how far a replay came: a setting, whose name says what was asked, and whose value by which program and to which
// row. Another program may know more, and begins anew.
type replayMark struct {
	store inbox.Store
	name  string
}

func (m *replayMark) read(ctx context.Context) (row int64, err error) {
	var value string
	err = m.store.View(ctx, func(tx inbox.Tx) (err error) {
		value, err = tx.Setting(m.name)
		return err
	})
	if at, found := strings.CutPrefix(value, build()+":"); err == nil && found {
		row, _ = strconv.ParseInt(at, 10, 64) // none: from the beginning
	}
	return row, err
}

func (m *replayMark) write(ctx context.Context, row int64, dry bool) error {
	return m.set(ctx, build()+":"+strconv.FormatInt(row, 10), dry)
}

func (m *replayMark) clear(ctx context.Context, dry bool) error { return m.set(ctx, "", dry) }

func (m *replayMark) set(ctx context.Context, value string, dry bool) error {
	if dry {
		return nil
	}
	return m.store.Update(ctx, inbox.Machines, func(tx inbox.Tx) error { return tx.SetSetting(m.name, value) })
}

// build names this very program.
func build() string {
	name := version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.time" {
				name += "-" + strings.ReplaceAll(s.Value, ":", "")
			}
		}
	}
	return name
}

func (p *program) printReplay(r *replayReport) {
	t := p.texts
	key := "cli.replay.done"
	if r.DryRun {
		key = "cli.replay.foreseen"
	}
	num := func(n int) string { return t.Number(int64(n)) }
	fmt.Fprintln(p.out, t.T(key, "Rows", num(r.Rows), "New", num(r.New), "Changed", num(r.Changed), "Same", num(r.Same)))
	fmt.Fprintln(p.out, t.T("cli.replay.of_parked", "Solved", num(r.Solved), "Parked", num(r.Parked), "Left", num(r.Left)))
}
