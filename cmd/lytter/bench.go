package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/classify/seed"
	"lytter/cmd/lytter/internal/bench"
	"lytter/connectors"
	"lytter/inbox"

	"github.com/spf13/cobra"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	messages         int
	seed, querySeed  uint64
	corpus, dir      string
	rules            []int
	length           time.Duration
	asJSON, markdown bool
	profile          string
	here             bool // in this process
}

func (p *program) benchCommand() *cobra.Command {
	var o benchOptions
	t := p.texts
	c := &cobra.Command{
		Use: "bench [" + strings.Join(bench.Parts(), "|") + "|all ...]", Short: t.T("cli.bench.short"), Long: t.T("cli.bench.long"),
		ValidArgs: append(bench.Parts(), "all"),
		RunE: func(cmd *cobra.Command, parts []string) error {
			if o.corpus != "" && !cmd.Flags().Changed("messages") {
				o.messages = 0 // all of the file
			}
			return p.bench(cmd.Context(), o, parts)
		},
	}
	f := c.Flags()
	f.IntVar(&o.messages, "messages", 100_000, t.T("cli.bench.flag.messages"))
	f.Uint64Var(&o.seed, "seed", 1, t.T("cli.flag.seed"))
	f.StringVar(&o.corpus, "corpus", "", t.T("cli.bench.flag.corpus"))
	f.Uint64Var(&o.querySeed, "query-seed", 1, t.T("cli.bench.flag.query_seed"))
	f.IntSliceVar(&o.rules, "rules", []int{100, 1000, 10_000}, t.T("cli.bench.flag.rules"))
	f.BoolVar(&o.asJSON, "json", false, t.T("cli.flag.json"))
	f.BoolVar(&o.markdown, "markdown", false, t.T("cli.bench.flag.markdown"))
	f.StringVar(&o.dir, "dir", "", t.T("cli.bench.flag.dir"))
	f.DurationVar(&o.length, "for", 0, t.T("cli.bench.flag.for"))
	f.StringVar(&o.profile, "profile", "", t.T("cli.bench.flag.profile"))
	f.BoolVar(&o.here, "here", false, "")
	_ = f.MarkHidden("here") // it is there: fails for no other reason
	c.MarkFlagsMutuallyExclusive("json", "markdown")
	c.AddCommand(p.relevanceCommand())
	return c
}

// bench measures parts, each in a process of its own, and tells what it found.
func (p *program) bench(ctx context.Context, o benchOptions, parts []string) (err error) {
	if parts, err = p.benchParts(o, parts); err != nil {
		return err
	}
	if o.length == 0 { // a second for ten thousand messages
		o.length = min(max(time.Second, time.Duration(o.messages)*time.Second/10_000), 10*time.Second)
	}
	if o.here {
		return p.benchHere(ctx, o, parts[0])
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "lytter-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	} else {
		o.dir = absolute(o.dir) // its parts run in folders of their own
		if err := os.MkdirAll(o.dir, 0o700); err != nil {
			return inbox.E(inbox.Unavailable, "bench", "house.folder", "Folder", o.dir).With(err)
		}
	}
	facts, err := bench.Machine(o.dir)
	if err != nil {
		return err
	}
	if !o.markdown {
		fmt.Fprintln(p.err, p.benchFacts(facts))
	}
	out := []bench.Result{}
	for _, part := range parts {
		rs, err := p.benchPart(ctx, o, part)
		if err != nil {
			return err
		}
		out = append(out, rs...)
	}
	out = bench.Whole(out)
	switch {
	case o.asJSON:
		return p.printJSON(out)
	case o.markdown:
		return bench.Markdown(p.machineOut(), p.benchWords(), p.benchFacts(facts), out)
	}
	return bench.Table(p.out, p.benchWords(), out)
}

func (p *program) benchParts(o benchOptions, parts []string) ([]string, error) {
	bad := func(key string, args ...any) error { return &usageError{err: errors.New(p.texts.T(key, args...))} }
	if o.messages < 0 || o.messages == 0 && o.corpus == "" || o.length < 0 || slices.ContainsFunc(o.rules, func(n int) bool { return n < 1 }) {
		return nil, bad("cli.bench.bad")
	}
	if len(parts) == 0 || slices.Contains(parts, "all") {
		return bench.Parts(), nil
	}
	for _, part := range parts {
		if !slices.Contains(bench.Parts(), part) {
			return nil, bad("cli.bench.no_part", "Value", part, "Known", strings.Join(bench.Parts(), ", "))
		}
	}
	return slices.DeleteFunc(bench.Parts(), func(part string) bool { return !slices.Contains(parts, part) }), nil
}

// benchPart measures a part in a process of its own.
func (p *program) benchPart(ctx context.Context, o benchOptions, part string) ([]bench.Result, error) {
	args := []string{
		"bench", part, "--here", "--json", "--lang", p.lang, "--messages", strconv.Itoa(o.messages), "--seed", strconv.FormatUint(o.seed, 10),
		"--query-seed", strconv.FormatUint(o.querySeed, 10), "--dir", o.dir, "--for", o.length.String(), "--corpus", o.corpus, "--profile", o.profile,
	}
	for _, n := range o.rules {
		args = append(args, "--rules", strconv.Itoa(n))
	}
	cmd, err := again(ctx, args...)
	if err != nil {
		return nil, err
	}
	cmd.Stderr = p.err
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var xe *exec.ExitError
	if errors.As(err, &xe) {
		return nil, &exitError{max(exitFailed, xe.ExitCode())} // it has said why
	}
	if err != nil {
		return nil, err
	}
	var rs []bench.Result
	return rs, json.Unmarshal(out, &rs)
}

// again is this program once more. It ends with ctx as Ctrl+C would end it.
func again(ctx context.Context, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Args[0] = os.Args[0] // tests run us under other names
	if !onWindows() {        // where there is nothing to end it by but force
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	}
	cmd.WaitDelay = 15 * time.Second
	return cmd, nil
}

// benchHere measures one part in this process.
func (p *program) benchHere(ctx context.Context, o benchOptions, part string) (err error) {
	if o.profile != "" {
		if err := os.MkdirAll(o.profile, 0o700); err != nil {
			return err
		}
		f, err := os.Create(filepath.Join(o.profile, part+".cpu"))
		if err != nil {
			return err
		}
		defer func() {
			pprof.StopCPUProfile()
			err = errors.Join(err, f.Close())
		}()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
	}
	rs, err := bench.Run(ctx, bench.Config{
		Messages: o.messages, Seed: o.seed, Corpus: o.corpus, QuerySeed: o.querySeed, Rules: o.rules, For: o.length, Dir: o.dir,
		Open: p.benchOpen, Child: again,
		Tell: func(key string, args ...any) { fmt.Fprintln(p.err, p.texts.T(key, args...)) },
	}, part)
	if err != nil {
		return err
	}
	return p.printJSON(rs)
}

// benchOpen opens a desk as serve does, but for what it would ask of the platforms.
func (p *program) benchOpen(ctx context.Context, w bench.Wish) (*bench.House, error) {
	cfg := &config{Data: w.Dir, Language: "da", file: filepath.Join(w.Dir, "lytter.toml")}
	cfg.setDefaults()
	if err := benchAccounts(cfg, w); err != nil {
		return nil, err
	}
	o := houseOptions{log: p.logger(), now: w.Now}
	if w.Setup != nil {
		o.seeds = &seeds{rules: w.Setup.Rules}
		for _, path := range w.Setup.Topics {
			o.seeds.topics = append(o.seeds.topics, seed.Topic{Path: path})
		}
		for _, name := range w.Setup.Queues {
			o.seeds.queues = append(o.seeds.queues, seed.Queue{Name: name})
		}
	}
	h, err := openHouse(ctx, cfg, p.catalog, o)
	if err != nil {
		return nil, err
	}
	out := &bench.House{
		Desk: h.desk, Index: h.index, Journal: kept{h.journal}, Serve: h.serveWeb, Close: h.Close,
		Run: func(ctx context.Context) error { return h.Run(ctx, nil, nil, nil) },
	}
	err = func() error {
		if out.Seat, err = h.desk.As(h.localUser()); err != nil {
			return err
		}
		platforms, err := connect(cfg, h.now, 0)
		if err != nil {
			return err
		}
		out.Connectors = platforms.list
		h.runner, err = connectors.NewRunner(connectors.Config{
			Desk: h.desk, Journal: out.Journal, Connectors: platforms.list, Owner: newToken(), Now: h.now, Log: h.log,
		})
		out.Runner = h.runner
		return err
	}()
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return out, nil
}

// nobody is an address where no platform answers.
const nobody = "http://127.0.0.1:9/"

// benchAccounts configures the accounts of a wish as anybody would, with their secrets in files.
func benchAccounts(cfg *config, w bench.Wish) error {
	files := &world{dir: w.Dir}
	if err := os.MkdirAll(filepath.Join(w.Dir, "secrets"), 0o700); err != nil {
		return inbox.E(inbox.Unavailable, "bench", "house.folder", "Folder", w.Dir).With(err)
	}
	if err := files.write("secrets/app", bench.Secret); err != nil {
		return err
	}
	const app = secretRef("file:secrets/app")
	cfg.Meta = metaConfig{AppID: "1", AppSecret: app, Verify: app, API: nobody}
	cfg.X = xConfig{ConsumerKey: app, ConsumerSecret: app, Bearer: app, API: nobody}
	for _, a := range w.Accounts {
		cfg.Accounts = append(cfg.Accounts, accountConfig{
			Name: a.Name, Channel: string(a.Channel), ID: a.ID, Page: a.Page, Token: app, TokenSecret: app,
		})
	}
	return nil
}

// benchFacts puts the machine into words.
func (p *program) benchFacts(f bench.Facts) string {
	t := p.texts
	unknown := func(s string) string {
		if s == "" {
			return t.T("cli.bench.unknown")
		}
		return s
	}
	memory := ""
	if f.Memory > 0 {
		memory = fmt.Sprintf("%.1f GB", float64(f.Memory)/(1<<30))
	}
	return t.T("cli.bench.facts", "System", f.System, "Processor", unknown(f.Processor), "Cores", f.Cores, "Memory", unknown(memory), "Go", f.Go,
		"Filesystem", unknown(f.Filesystem), "Fsync", fmt.Sprintf("%.2f ms", float64(f.Fsync)/float64(time.Millisecond)), "Load", unknown(f.Load))
}

func (p *program) benchWords() bench.Words {
	t := p.texts
	return bench.Words{
		Name: t.T("cli.bench.head.name"), Value: t.T("cli.bench.head.value"), Peer: t.T("cli.bench.head.peer"), PeerValue: t.T("cli.bench.head.peer_value"),
		Ratio: t.T("cli.bench.head.ratio"), Aim: t.T("cli.bench.head.aim"), Met: t.T("cli.bench.met"), Missed: t.T("cli.bench.missed"),
	}
}

// benchLoadCommand is the platform that posts, in a process of its own. It is hidden: bench starts it.
func (p *program) benchLoadCommand() *cobra.Command {
	var l bench.Load
	c := &cobra.Command{
		Use: "bench-load", Short: p.texts.T("cli.bench.load"), Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			got, err := l.Run(cmd.Context())
			if err != nil {
				return err
			}
			return p.printJSON(got)
		},
	}
	f := c.Flags()
	f.StringVar(&l.Addr, "addr", "", "")
	f.StringVar(&l.Path, "path", "", "")
	f.StringVar(&l.Page, "page", "", "")
	f.IntVar(&l.Conns, "conns", 64, "")
	f.DurationVar(&l.For, "for", time.Second, "")
	f.Uint64Var(&l.Seed, "seed", 1, "")
	return c
}
