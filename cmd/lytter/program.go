package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"lytter/inbox"
	"lytter/inbox/catalog"
	"lytter/inbox/query"
	"lytter/inbox/text"
	"lytter/tui/sshserver"
	"lytter/tui/ui"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Exit codes. They are documented in docs/cli.md.
const (
	exitOK          = 0
	exitFailed      = 1   // something went wrong on our side
	exitUsage       = 2   // the command, a query or a file is wrong: correct it
	exitRefused     = 3   // this person may not, or the desk says no
	exitUnavailable = 4   // not now: somebody else owns the folder, the disk is full, the network is away
	exitLoss        = 5   // demo: the platforms' ledger and the desk disagree
	exitInterrupted = 130 // Ctrl+C
)

// program is one run of the command line. The same commands run in the owner of a data folder for those who call it over SSH: then seat
// and house are set.
type program struct {
	in       io.Reader
	out, err io.Writer
	raw      io.Writer // where JSON and CSV go; nil: to out
	env      func(string) string

	screened atomic.Bool // a screen has the terminal: nobody else writes there

	lang     string // of this run; "" is found from the environment
	file     string // --config
	data     string // --data
	identity string // --identity
	verbose  bool
	makes    bool     // a desk, where there is none: the others tell that there is none
	args     []string // as given

	catalog *catalog.Catalog
	texts   *catalog.Texts
	seat    *inbox.Seat // set where the commands of the desk run
	house   *house
}

// newProgram is a run with these streams. Where one is a terminal only what is allowed on a terminal passes, whoever wrote it.
func newProgram(in io.Reader, out, err *os.File, env func(string) string) *program {
	return &program{in: in, out: guarded(out), err: guarded(err), env: env}
}

func guarded(f *os.File) io.Writer {
	if term.IsTerminal(int(f.Fd())) {
		return ui.TTY{File: f, Guard: ui.NewGuard(f, ui.GuardOptions{})}
	}
	return f
}

// bare is the terminal without its guard, for those who guard it themselves and ask it what it is.
func bare(w io.Writer) io.Writer {
	if t, ok := w.(ui.TTY); ok {
		return t.File
	}
	return w
}

// stopping says, where somebody waits, that the end has begun and how not to wait for it.
func (p *program) stopping() {
	if !p.screened.Load() {
		fmt.Fprintln(p.err, p.texts.T("cli.stopping"))
	}
}

// version is set by the linker.
var version = "dev"

// run carries out a command line and gives its exit code.
func (p *program) run(ctx context.Context, args []string) int {
	var err error
	if p.catalog == nil {
		if p.catalog, err = catalog.New(); err != nil {
			fmt.Fprintln(p.err, err)
			return exitFailed
		}
	}
	p.args = args
	p.speak(flagValue(args, "--lang"))
	root := p.root()
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetErr(p.err)
	if p.house != nil { // within the owner there is no terminal of this process to ask about colours
		root.SilenceErrors, root.SilenceUsage = true, true
		err = root.ExecuteContext(ctx)
		if err != nil {
			p.complain(err)
		}
		return p.code(ctx, err)
	}
	unsay := context.AfterFunc(ctx, p.stopping)
	defer unsay()
	err = fang.Execute(ctx, root, fang.WithVersion(version), fang.WithErrorHandler(func(io.Writer, fang.Styles, error) {}))
	if err != nil {
		p.complain(err)
	}
	return p.code(ctx, err)
}

// speak chooses the language: as asked for, or that of the environment, or English.
func (p *program) speak(lang string) {
	if lang == "" {
		for _, name := range []string{langEnv, "LC_ALL", "LC_MESSAGES", "LANG"} {
			if v := p.env(name); v != "" {
				lang = v
				break
			}
		}
	}
	switch {
	case strings.HasPrefix(lang, "da"):
		p.lang = "da"
	default:
		p.lang = "en"
	}
	p.texts = p.catalog.For(p.lang)
}

// flagValue finds a flag before the flags are parsed: help already speaks the language asked for.
func flagValue(args []string, name string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, name+"="); ok {
			return v
		}
		if a == name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// exitError ends with a code and says nothing: what was to be said has been said.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit %d", e.code) }

// complain tells a person what went wrong, where, and what to do.
func (p *program) complain(err error) {
	var xe *exitError
	if errors.As(err, &xe) {
		return
	}
	fmt.Fprintln(p.err, p.explain(err))
}

// explain words an error. What it quotes may be what a platform or a file said.
func (p *program) explain(err error) string { return explain(p.texts, err) }

func explain(t *catalog.Texts, err error) string {
	return string(text.Clean(text.Masked(worded(t, err))))
}

func worded(t *catalog.Texts, err error) string {
	var ce *configError
	if errors.As(err, &ce) {
		lines := make([]string, 0, len(ce.Faults))
		for _, f := range ce.Faults {
			lines = append(lines, fmt.Sprintf("%s:%d:%d: %s", ce.File, f.Line, f.Column, t.Reason(&f.Reason)))
		}
		return strings.Join(lines, "\n")
	}
	var ue *usageError
	if errors.As(err, &ue) {
		return ue.words(t)
	}
	if errors.Is(err, context.Canceled) {
		return t.T("cli.interrupted")
	}
	said, hint := t.Error(err)
	if inbox.CodeOf(err) == inbox.Internal && !isQuery(err) {
		said += " (" + err.Error() + ")"
	}
	if hint != "" {
		said += "\n" + hint
	}
	return said
}

func isQuery(err error) bool {
	var qe *query.Error
	return errors.As(err, &qe)
}

// code gives the exit code of an error.
func (p *program) code(ctx context.Context, err error) int {
	var xe *exitError
	var ue *usageError
	var ce *configError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &xe):
		return xe.code
	case errors.As(err, &ue), errors.As(err, &ce), isQuery(err):
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitInterrupted
	}
	switch inbox.CodeOf(err) {
	case inbox.Invalid, inbox.NotFound:
		return exitUsage
	case inbox.Forbidden:
		return exitRefused
	case inbox.Conflict:
		return exitRefused
	case inbox.Unavailable:
		return exitUnavailable
	}
	return exitFailed
}

// root is the command tree.
func (p *program) root() *cobra.Command {
	t := p.texts
	root := &cobra.Command{
		Use: "lytter", Short: t.T("cli.lytter.short"), Long: t.T("cli.lytter.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("lang") {
				if err := os.Setenv(langEnv, p.lang); err != nil {
					return err
				}
			}
			return p.openScreen(cmd.Context())
		},
	}
	p.linearFlag(root)
	f := root.PersistentFlags()
	f.StringVar(&p.file, "config", "", t.T("cli.flag.config"))
	f.StringVar(&p.data, "data", "", t.T("cli.flag.data"))
	f.StringVar(&p.identity, "identity", "", t.T("cli.flag.identity"))
	f.String("lang", "", t.T("cli.flag.lang"))
	f.BoolVar(&p.verbose, "verbose", false, t.T("cli.flag.verbose"))
	root.AddGroup(&cobra.Group{ID: "run", Title: t.T("cli.group.run")}, &cobra.Group{ID: "desk", Title: t.T("cli.group.desk")})
	add := func(group string, cs ...*cobra.Command) {
		for _, c := range cs {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("desk", p.searchCommand(), p.showCommand(), p.statusCommand(), p.accountsCommand())
	add("desk", p.viewsCommand(), p.searchesCommand())
	add("desk", p.actCommands()...)
	add("desk", p.attachCommand(), p.filesCommand())
	add("desk", p.importCommand(), p.exportCommand(), p.rulesCommand(), p.topicsCommand(), p.templatesCommand(), p.signalsCommand(), p.reindexCommand(), p.replayCommand())
	if p.seat == nil { // over SSH there are the commands of the desk and no others
		add("run", p.demoCommand(), p.initCommand(), p.doctorCommand(), p.serveCommand(), p.sandboxCommand(), p.benchCommand(), p.configCommand())
		root.AddCommand(p.benchLoadCommand())
	}
	root.SetOut(headed(t, p.out)) // before help: cobra's completion command keeps it
	help(t, root)
	usage(t, root)
	return root
}

// settings reads the configuration: of --config, or lytter.toml; with --data alone, one that only names the folder.
func (p *program) settings() (*config, error) {
	file := configFile(p.file, p.env)
	c, err := readConfig(file)
	if inbox.CodeOf(err) == inbox.NotFound && p.file == "" && p.data != "" {
		c, err = &config{Language: p.lang}, nil
		c.setDefaults()
	}
	if err != nil {
		return nil, err
	}
	if p.data != "" {
		c.Data = p.data
	}
	return c, nil
}

// logger writes to standard error: what needs a person, or everything with --verbose.
func (p *program) logger() *slog.Logger { return textLogger(p.err, p.verbose) }

func textLogger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: masked}))
}

// printJSON writes one value, and nothing else.
func (p *program) printJSON(v any) error {
	enc := newEncoder(p.machineOut())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// machineOut is where data goes that is not for people's eyes.
func (p *program) machineOut() io.Writer {
	if p.raw != nil {
		return p.raw
	}
	return p.out
}

// atDesk wraps a command of the desk: it runs in the owner of the data folder, over SSH if that is another process, or here if there is
// none.
func (p *program) atDesk(f func(ctx context.Context, cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if p.seat != nil {
			return f(ctx, cmd, args)
		}
		cfg, err := p.settings()
		if err != nil {
			return err
		}
		for until := time.Now().Add(startingUp); ; {
			client, err := p.dial(ctx, cfg)
			if err == nil {
				return p.over(ctx, client)
			}
			if inbox.CodeOf(err) != inbox.Unavailable {
				return err
			}
			err = p.asOwner(ctx, cfg, func(ctx context.Context) error { return f(ctx, cmd, args) })
			if p.seat != nil || inbox.CodeOf(err) != inbox.Conflict || time.Now().After(until) || !sleep(ctx, 50*time.Millisecond) {
				return err
			}
		}
	}
}

// startingUp is how long a command waits for an owner that has the folder and does not answer yet.
const startingUp = 5 * time.Second

// over runs this command in the owner.
func (p *program) over(ctx context.Context, client *sshserver.Client) error {
	defer func() { _ = client.Close() }()                                      // the command has ended; there is nothing more to lose
	code, err := client.Run(ctx, p.forOwner(), p.in, bare(p.out), bare(p.err)) // it guards what is a terminal itself
	if err == nil && code != exitOK {
		err = &exitError{code}
	}
	return err
}

// dial logs in to the owner of the data folder. Unavailable: there is none.
func (p *program) dial(ctx context.Context, cfg *config) (*sshserver.Client, error) {
	host, err := sshserver.HostPublicKey(cfg.Data)
	if err != nil {
		return nil, err
	}
	signer, err := p.signer(cfg)
	if err != nil {
		return nil, err
	}
	return sshserver.Dial(ctx, sshserver.SocketPath(cfg.Data), signer, host)
}

// asOwner opens the house for a command, without its connectors, and seats whoever may read the data folder. Meanwhile it lets in whoever
// else comes to the folder: every other command is a client of its owner. It does not leave before their commands have ended.
func (p *program) asOwner(ctx context.Context, cfg *config, f func(context.Context) error) (err error) {
	if !p.makes && !isDesk(cfg.Data) {
		return inbox.E(inbox.NotFound, "desk", "house.none", "Folder", cfg.Data)
	}
	h, err := openHouse(ctx, cfg, p.catalog, houseOptions{log: p.logger()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	seat, err := h.desk.As(h.localUser())
	if err != nil {
		return err
	}
	var doors []net.Listener
	door, err := h.door()
	if err != nil {
		return err
	}
	switch sock, err := sshserver.ListenSocket(sshserver.SocketPath(cfg.Data)); {
	case err == nil:
		doors = append(doors, sock)
	case inbox.CodeOf(err) == inbox.Invalid: // the folder's name is too long for a socket: a command works all the same, alone
		h.log.Warn("nobody else can use the desk meanwhile", "err", err)
	default:
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx)) // interrupted, the command still has its house while it ends
	done := make(chan error, 1)
	go func() { done <- h.Run(run, nil, doors, door) }()
	p.house, p.seat = h, seat
	err = f(ctx)
	for until := time.Now().Add(guestTime); h.guests.Load() > 0 && time.Now().Before(until) && sleep(ctx, 20*time.Millisecond); {
	}
	stop()
	return errors.Join(err, <-done)
}

// isDesk reports whether a folder was ever a desk's.
func isDesk(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "desk.db"))
	if err != nil { // where the store is PostgreSQL
		_, err = sshserver.HostPublicKey(dir)
	}
	return err == nil
}

// guestTime is how long a command that has ended still owns the folder for the commands of others.
const guestTime = 10 * time.Second

// forOwner is the command line without what only concerns this process.
func (p *program) forOwner() []string {
	var out []string
	for i := 0; i < len(p.args); i++ {
		a := p.args[i]
		if a == "--" {
			return append(out, p.args[i:]...)
		}
		name, _, has := strings.Cut(a, "=")
		switch name {
		case "--config", "--data", "--identity":
			if !has {
				i++
			}
		default:
			out = append(out, a)
		}
	}
	return out
}
