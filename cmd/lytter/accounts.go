package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lytter/connectors"
	"lytter/inbox"
	"lytter/inbox/catalog"

	"github.com/spf13/cobra"
)

// connection is how an account is connected: what `lytter accounts --json` prints.
type connection struct {
	Name     string             `json:"name"`
	Channel  inbox.Channel      `json:"channel"`
	State    inbox.AccountState `json:"state"`
	Since    time.Time          `json:"since"`
	Advice   string             `json:"advice,omitempty"`
	Webhooks bool               `json:"webhooks"`
	LastHook *time.Time         `json:"last_webhook,omitempty"`
	Delay    float64            `json:"poll_seconds,omitempty"` // the longest that what is new waits to be polled
	Used     *int               `json:"used_percent,omitempty"` // of the platform's limits; absent: the platform has not told
	Faults   []streamReport     `json:"faults,omitempty"`       // of streams that cannot be read
	Gaps     []gapReport        `json:"gaps"`                   // newest first
}

// streamReport is a stream that cannot be read, and why.
type streamReport struct {
	Stream string `json:"stream"`
	Fault  string `json:"fault"`
}

// gapReport is a stretch in which an account may have missed something.
type gapReport struct {
	From    time.Time      `json:"from"`
	To      *time.Time     `json:"to,omitempty"` // absent: it lasts
	Cause   inbox.GapCause `json:"cause"`
	Closed  *time.Time     `json:"closed,omitempty"` // absent: not everything was fetched yet
	Lost    bool           `json:"lost,omitempty"`   // the platform no longer shows what fell into it
	Fetched int            `json:"fetched"`
}

const (
	gapsRead  = 500 // of all accounts, the newest
	gapsShown = 5   // of an account
)

func (p *program) accountsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "accounts", Short: p.texts.T("cli.accounts.short"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			list, err := p.connections(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(list)
			}
			now := p.seat.Desk().Now().In(p.seat.Desk().Location)
			for i := range list {
				for _, line := range list[i].lines(p.texts, now) {
					fmt.Fprintln(p.out, line)
				}
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	if p.seat == nil { // it writes the configuration, which is no part of the desk
		c.AddCommand(p.connectCommand())
	}
	return c
}

// connections asks the store and, where it runs, the Runner.
func (p *program) connections(ctx context.Context) ([]connection, error) {
	gaps, err := p.seat.Gaps(ctx, gapsRead)
	if err != nil {
		return nil, err
	}
	running := map[inbox.AccountID]connectors.AccountStatus{}
	if p.house.runner != nil {
		for _, a := range p.house.runner.Status().Accounts {
			running[a.Account.ID] = a
		}
	}
	list := []connection{}
	dir := p.seat.Desk().Directory()
	for _, c := range p.house.cfg.Accounts {
		a, ok := dir.AccountNamed(c.Name)
		if !ok {
			continue
		}
		con := connection{
			Name: a.Name, Channel: a.Channel, State: a.State, Since: a.Since, Advice: advice(p.texts, a.Advice), Gaps: []gapReport{},
		}
		if r, ok := running[a.ID]; ok {
			con.Webhooks, con.LastHook, con.Delay = r.Hooked, moment(r.LastHook), r.Every.Seconds()
			if !r.Usage.At.IsZero() {
				con.Used = &r.Usage.Percent
			}
			for _, s := range r.Streams {
				if s.Fault != nil {
					con.Faults = append(con.Faults, streamReport{s.Name, p.texts.Reason(s.Fault)})
				}
			}
		}
		for _, g := range gaps {
			if g.Account == a.ID && len(con.Gaps) < gapsShown {
				con.Gaps = append(con.Gaps, gapReport{
					From: g.From, To: moment(g.To), Cause: g.Cause, Closed: moment(g.ClosedAt), Fetched: g.Fetched, Lost: g.Cause.Lost(),
				})
			}
		}
		list = append(list, con)
	}
	return list, nil
}

// moment is a time as JSON has it: absent where there is none.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// lines words a connection: one line of its own, and one for each stream that cannot be read and each gap.
func (c *connection) lines(t *catalog.Texts, now time.Time) []string {
	parts := []string{t.T("cli.status.since", "State", t.Word(string(c.State)), "When", t.When(c.Since, now))}
	if c.Webhooks {
		parts = append(parts, t.T("account.hooked"))
	}
	if every := time.Duration(c.Delay * float64(time.Second)); every > 0 {
		parts = append(parts, t.T("account.polled", "Span", t.Span(every)))
	}
	if c.Used != nil {
		parts = append(parts, t.T("cli.accounts.used", "Percent", *c.Used))
	}
	line := fmt.Sprintf("%-24s %-10s %s", c.Name, t.Word(string(c.Channel)), strings.Join(parts, ", "))
	byStream := func(f streamReport) bool { return f.Fault == c.Advice }
	if c.Advice != "" && !slices.ContainsFunc(c.Faults, byStream) {
		line += ": " + c.Advice
	}
	out := []string{line}
	for _, f := range c.Faults {
		out = append(out, "  "+t.T("account.fault", "Stream", t.Stream(f.Stream), "Fault", f.Fault))
	}
	for i := range c.Gaps {
		out = append(out, "  "+t.Gap(c.Gaps[i].gap(), now))
	}
	return out
}

// gap is what the report is of.
func (g *gapReport) gap() inbox.Gap {
	out := inbox.Gap{From: g.From, Cause: g.Cause, Fetched: g.Fetched}
	if g.To != nil {
		out.To = *g.To
	}
	if g.Closed != nil {
		out.ClosedAt = *g.Closed
	}
	return out
}
