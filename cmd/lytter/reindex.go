package main

import (
	"context"
	"fmt"
	"time"

	"lytter/inbox"

	"github.com/spf13/cobra"
)

// reindexReport is what --json of reindex prints.
type reindexReport struct {
	Conversations int64     `json:"conversations"`
	Quarantined   int       `json:"quarantined"` // could not be indexed; searches look at them one by one
	Seq           inbox.Seq `json:"seq"`
	Seconds       float64   `json:"seconds"`
}

func (p *program) reindexCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "reindex", Short: p.texts.T("cli.reindex.short"), Long: p.texts.T("cli.reindex.long"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			rep, err := p.reindex(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(rep)
			}
			fmt.Fprintln(p.err, p.texts.T("cli.reindex.done", "Count", p.texts.Number(rep.Conversations), "Seconds", fmt.Sprintf("%.1f", rep.Seconds)))
			if rep.Quarantined > 0 {
				fmt.Fprintln(p.err, p.texts.N("cli.reindex.quarantined", rep.Quarantined))
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return c
}

// reindex orders the index built anew and tells how far it is until it is built, or ctx ends: the building goes on all the same.
func (p *program) reindex(ctx context.Context) (*reindexReport, error) {
	if r := p.seat.Refusal(inbox.DoReindex, nil); r != nil {
		return nil, &inbox.Error{Code: inbox.Forbidden, Op: "reindex", Reason: *r}
	}
	begun := time.Now()
	told := begun
	p.house.log.Info("the index is built anew by order", "user", p.seat.User.Login)
	p.house.index.Rebuild()
	for {
		st := p.house.index.Status()
		switch {
		case st.GivenUp:
			return nil, &inbox.Error{Code: inbox.Unavailable, Op: "reindex", Reason: *st.Fault}
		case st.Fault == nil && !st.Rebuilding:
			rep := &reindexReport{Quarantined: len(st.Quarantined), Seq: st.Seq, Seconds: time.Since(begun).Seconds()}
			err := p.house.store.View(ctx, func(tx inbox.Tx) (err error) {
				rep.Conversations, err = tx.CountConversations()
				return err
			})
			return rep, err
		case time.Since(told) >= time.Second && st.Total > 0:
			told = time.Now()
			fmt.Fprintln(p.err, p.texts.T("cli.reindex.progress", "Done", p.texts.Number(st.Done), "Total", p.texts.Number(st.Total)))
		}
		if err := p.awaitIndex(ctx); err != nil {
			return nil, err
		}
	}
}

// awaitIndex waits until the index is complete, but no longer than it is worth while to look how far it is.
func (p *program) awaitIndex(ctx context.Context) error {
	look, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_ = p.house.index.Await(look, 0) // its status says it better
	return ctx.Err()
}
