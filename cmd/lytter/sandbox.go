package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"lytter/connectors/sandbox"
	"lytter/inbox"
	"lytter/inbox/strict"

	"github.com/spf13/cobra"
)

// sandboxOptions are the flags of sandbox.
type sandboxOptions struct {
	seed          uint64
	conversations int
	calm, asJSON  bool
	port          int
	rate, speed   float64
	length        time.Duration
	scenario      string
	write, web    string
}

// sandboxCommand runs the simulated platforms alone: for a person in a terminal, or as the child of a demonstration or a test.
func (p *program) sandboxCommand() *cobra.Command {
	var o sandboxOptions
	t := p.texts
	c := &cobra.Command{
		Use: "sandbox", Short: t.T("cli.sandbox.short"), Long: t.T("cli.sandbox.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.sandboxConfig(o)
			if err != nil {
				return err
			}
			if p.env(sandbox.ChildVariable) != "" {
				return faultsOf(o.scenario, sandbox.Serve(cmd.Context(), cfg, p.in, p.out))
			}
			return p.sandbox(cmd.Context(), cfg, o)
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.seed, "seed", 1, t.T("cli.flag.seed"))
	f.IntVar(&o.conversations, "conversations", 2000, t.T("cli.flag.conversations"))
	f.BoolVar(&o.calm, "calm", false, t.T("cli.flag.calm"))
	f.BoolVar(&o.asJSON, "json", false, t.T("cli.flag.json"))
	f.IntVar(&o.port, "port", 0, t.T("cli.sandbox.port"))
	f.Float64Var(&o.rate, "rate", 0, t.T("cli.flag.rate"))
	f.Float64Var(&o.speed, "speed", 60, t.T("cli.sandbox.speed"))
	f.DurationVar(&o.length, "for", 0, t.T("cli.flag.for"))
	f.StringVar(&o.scenario, "scenario", "", t.T("cli.sandbox.scenario"))
	f.StringVar(&o.write, "write", "", t.T("cli.sandbox.write"))
	f.StringVar(&o.web, "web", "127.0.0.1:8080", t.T("cli.sandbox.web"))
	return c
}

func (p *program) sandboxConfig(o sandboxOptions) (sandbox.Config, error) {
	cfg := sandbox.DefaultConfig(o.seed)
	if o.rate < 0 || o.rate > sandbox.MaxRate || o.length < 0 || o.conversations < 0 || !(o.speed > 0) || o.port < 0 || o.port > 65535-2 {
		return cfg, &usageError{err: errors.New(p.texts.T("cli.sandbox.bad", "Max", sandbox.MaxRate))}
	}
	cfg.History.Conversations, cfg.Speed = o.conversations, o.speed
	level := slog.LevelWarn
	if p.verbose {
		level = slog.LevelDebug
	}
	cfg.Log = slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level}))
	if !o.calm {
		cfg.Faults = sandbox.DemoFaults()
	}
	if o.port > 0 {
		at := func(i int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(o.port+i)) }
		cfg.Graph, cfg.API, cfg.Control = at(0), at(1), at(2)
	}
	if o.scenario == "" {
		return cfg, nil
	}
	data, err := os.ReadFile(o.scenario)
	if err != nil {
		return cfg, inbox.E(inbox.Invalid, "cli", "cli.no_file", "File", o.scenario).With(err)
	}
	cfg.Scenario, err = sandbox.ReadScenario(data)
	return cfg, faultsOf(o.scenario, err)
}

// sandboxSummary is what the platforms' ledger holds at the end.
type sandboxSummary struct {
	sandbox.Summary
	Scenario sandbox.ScenarioState `json:"scenario"`
}

// sandbox runs the platforms until ctx ends or the time is over, and then tells what happened on them.
func (p *program) sandbox(ctx context.Context, cfg sandbox.Config, o sandboxOptions) error {
	s, err := sandbox.New(cfg)
	if err != nil {
		return faultsOf(o.scenario, err)
	}
	defer s.Close()
	web, err := net.ResolveTCPAddr("tcp", o.web)
	if err != nil {
		return &usageError{err: err}
	}
	if o.write != "" {
		if err := p.writeDesk(o.write, s.Handshake(), web); err != nil {
			return err
		}
	}
	where := p.out
	if o.asJSON {
		where = p.err
	}
	p.tellSandbox(where, s.Handshake(), o)
	if o.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.length)
		defer cancel()
	}
	if o.rate > 0 {
		if _, err := s.StartTraffic(o.rate, 0); err != nil {
			return err
		}
	}
	if err := s.Run(ctx); err != nil {
		return err
	}
	sum := sandboxSummary{Summary: s.Summary(), Scenario: s.Scenario()}
	if o.asJSON {
		err = p.printJSON(sum)
	} else {
		p.tellLedger(sum)
	}
	for _, st := range sum.Scenario.Steps {
		if st.Error != "" {
			fmt.Fprintln(p.err, p.texts.T("cli.sandbox.step", "File", o.scenario, "Line", st.Line, "Do", st.Do, "Message", st.Error))
			err = errors.Join(err, &exitError{exitFailed})
		}
	}
	return err
}

// faultsOf words the faults of a file as those of a configuration.
func faultsOf(file string, err error) error {
	var se *strict.Error
	if !errors.As(err, &se) {
		return err
	}
	ce := &configError{File: file}
	for _, f := range se.Faults {
		ce.Faults = append(ce.Faults, fault{Line: f.Line, Column: f.Column, Reason: inbox.Reason{Key: f.Key, Args: f.Args}})
	}
	return ce
}

// writeDesk writes a desk's folder for these platforms. What is there already is left alone.
func (p *program) writeDesk(dir string, h sandbox.Handshake, web net.Addr) error {
	file := filepath.Join(dir, "lytter.toml")
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return &usageError{err: errors.New(p.texts.T("cli.sandbox.there", "File", file))}
	}
	w, err := newWorld(dir, p.lang, h, web)
	if err != nil {
		return err
	}
	_, err = w.secret("control-token", h.ControlToken)
	return err
}

// tellSandbox tells where everything is.
func (p *program) tellSandbox(out io.Writer, h sandbox.Handshake, o sandboxOptions) {
	t := p.texts
	fmt.Fprintln(out, t.T("cli.sandbox.ready", "Seed", strconv.FormatUint(o.seed, 10)))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(w, "  %s\t%s\n", name, value) }
	row("graph.facebook.com", h.Graph)
	row("graph.instagram.com", h.Instagram)
	row("api.x.com", h.X)
	row(t.T("cli.sandbox.control"), h.Control)
	row("", "Authorization: Bearer "+h.ControlToken)
	row("meta app_id", h.Meta.AppID)
	row("meta app_secret", h.Meta.AppSecret)
	row("x consumer_key", h.XApp.ConsumerKey)
	row("x consumer_secret", h.XApp.ConsumerSecret)
	row("x bearer", h.XApp.BearerToken)
	for _, a := range h.Accounts {
		row(a.Key, a.Channel+" "+a.ID+" @"+a.Handle)
		row("  token", a.Token)
		if a.Secret != "" {
			row("  token_secret", a.Secret)
		}
		if a.OAuth2Token != "" {
			row("  oauth2", a.OAuth2Token)
		}
	}
	_ = w.Flush() // who reads may be gone
	if o.write != "" {
		fmt.Fprintln(out, t.T("cli.sandbox.written", "File", filepath.Join(o.write, "lytter.toml")))
	}
	fmt.Fprintln(out, t.T("cli.sandbox.stop"))
}

// tellLedger tells what there is on the platforms, and what became of it.
func (p *program) tellLedger(sum sandboxSummary) {
	t := p.texts
	fmt.Fprintln(p.out, t.T("cli.sandbox.items", "Items", t.Number(int64(sum.Items)), "Events", t.Number(int64(sum.Events)), "Attempts", t.Number(int64(sum.Attempts))))
	list := func(heading string, counts map[string]int64) {
		if len(counts) > 0 {
			fmt.Fprintln(p.out, heading)
		}
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(p.out, "  %-20s %s\n", name, t.Number(counts[name]))
		}
	}
	list(t.T("cli.sandbox.channels"), counted(sum.ByChannel))
	list(t.T("cli.sandbox.events"), counted(sum.ByState))
	list(t.T("cli.sandbox.acts"), counted(sum.Acts))
	list(t.T("cli.sandbox.faults"), sum.Faults)
}

func counted[K ~string](counts map[K]int) map[string]int64 {
	out := map[string]int64{}
	for name, n := range counts {
		out[string(name)] = int64(n)
	}
	return out
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
