package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lytter/inbox"

	"github.com/spf13/cobra"
)

func (p *program) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: p.texts.T("cli.serve.short"), Long: p.texts.T("cli.serve.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context()) },
	}
}

// serve owns the data folder until it is told to stop: connectors, webhooks, SSH.
func (p *program) serve(ctx context.Context) (err error) {
	if onWindows() {
		return inbox.E(inbox.Invalid, "serve", "cli.serve.windows")
	}
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, cfg, p.catalog, houseOptions{log: p.logger(), connect: true, patience: 5 * time.Second})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	web, doors, err := h.listen(ctx)
	if err != nil {
		return err
	}
	door, err := h.door()
	if err != nil {
		return err
	}
	fmt.Fprintln(p.err, p.texts.T("cli.serve.ready", "Folder", absolute(cfg.Data)))
	for _, l := range doors[1:] {
		fmt.Fprintln(p.err, p.texts.T("cli.serve.ssh", "Address", l.Addr().String()))
	}
	if web != nil {
		fmt.Fprintln(p.err, p.texts.T("cli.serve.web", "Address", web.Addr().String()))
	}
	return h.Run(ctx, web, doors, door)
}
