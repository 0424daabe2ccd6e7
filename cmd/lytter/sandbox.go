package main

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strconv"

	"lytter/connectors/sandbox"

	"github.com/spf13/cobra"
)

// sandboxCommand runs the simulated platforms in a process of their own. It is hidden: the demonstration and tests start it. It prints
// one line of JSON that tells where everything is, and ends when its standard input does.
func (p *program) sandboxCommand() *cobra.Command {
	var seed uint64
	var conversations int
	var calm bool
	c := &cobra.Command{
		Use: "sandbox", Short: p.texts.T("cli.sandbox.short"), Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := sandbox.DefaultConfig(seed)
			cfg.History.Conversations = conversations
			cfg.Log = slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			if !calm {
				cfg.Faults = sandbox.DemoFaults()
			}
			return sandbox.Serve(cmd.Context(), cfg, p.in, p.out)
		},
	}
	c.Flags().Uint64Var(&seed, "seed", 1, p.texts.T("cli.flag.seed"))
	c.Flags().IntVar(&conversations, "conversations", 2000, p.texts.T("cli.flag.conversations"))
	c.Flags().BoolVar(&calm, "calm", false, p.texts.T("cli.flag.calm"))
	return c
}

// startSandbox starts the simulated platforms in a process of their own. Close it.
func startSandbox(ctx context.Context, seed uint64, conversations int, calm bool) (*sandbox.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"sandbox", "--seed", strconv.FormatUint(seed, 10), "--conversations", strconv.Itoa(conversations)}
	if calm {
		args = append(args, "--calm")
	}
	cmd := exec.Command(self, args...) //nolint:noctx // it ends with its standard input, in its own time: what it still has to say is read
	cmd.Args[0] = os.Args[0]           // tests run us under other names
	detach(cmd)
	return sandbox.Start(ctx, cmd)
}
