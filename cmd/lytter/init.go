package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"lytter/classify/seed"
	"lytter/inbox"
	"lytter/inbox/strict"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// founding is what a new configuration is made of.
type founding struct {
	name     string // of the organisation; "" is left out
	language string // da or en: of the desk, and of the comments
	public   string // address of webhooks; "": everything is polled
	ssh      string // address; "": off
	channels []inbox.Channel
	empty    bool // it begins without topics, queues, rules and standard answers
}

// question is one that init asks. set takes an answer, or says what is wrong with it.
type question struct {
	flag   string
	value  *string // of the flag, with its default
	prompt string
	set    func(string) error
}

func (p *program) initCommand() *cobra.Command {
	t := p.texts
	var yes bool
	var name, language, public, ssh, channels, starter string
	c := &cobra.Command{
		Use: "init", Short: t.T("cli.init.short"), Long: t.T("cli.init.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file := configFile(p.file, p.env)
			if _, err := os.Lstat(file); err == nil {
				return inbox.E(inbox.Conflict, "init", "cli.init.exists", "File", file)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return inbox.E(inbox.Invalid, "init", "config.unreadable", "File", file).With(err)
			}
			f := founding{language: p.lang}
			err := p.interview(cmd, yes, f.questions(p, &name, &language, &public, &channels, &ssh, &starter))
			if err != nil {
				return err
			}
			if err := p.found(file, f); err != nil {
				return err
			}
			p.printFounded(file, f)
			return nil
		},
	}
	c.Flags().StringVar(&name, "name", "", t.T("cli.init.flag.name"))
	c.Flags().StringVar(&language, "language", p.lang, t.T("cli.init.flag.language"))
	c.Flags().StringVar(&public, "public", "", t.T("cli.init.flag.public"))
	c.Flags().StringVar(&channels, "channels", "facebook,instagram,x", t.T("cli.init.flag.channels"))
	c.Flags().StringVar(&ssh, "ssh", ":2222", t.T("cli.init.flag.ssh"))
	c.Flags().StringVar(&starter, "starter", "city", t.T("cli.init.flag.starter"))
	c.Flags().BoolVar(&yes, "yes", false, t.T("cli.init.flag.yes"))
	return c
}

// questions are asked in this order. What they set is the founding's.
func (f *founding) questions(p *program, name, language, public, channels, ssh, starter *string) []question {
	t := p.texts
	return []question{
		{"name", name, t.T("cli.init.ask.name"), func(s string) error {
			f.name = strings.Join(strings.Fields(strings.Map(func(r rune) rune { // it stands in a comment
				if !unicode.IsPrint(r) {
					return ' '
				}
				return r
			}, s)), " ")
			return nil
		}},
		{"language", language, t.T("cli.init.ask.language"), func(s string) error {
			if s != "da" && s != "en" {
				return inbox.E(inbox.Invalid, "init", "config.language", "Value", s)
			}
			f.language = s
			return nil
		}},
		{"public", public, t.T("cli.init.ask.public"), func(s string) error {
			s = strings.TrimRight(s, "/")
			if u, err := url.Parse(s); s != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u)) {
				return inbox.E(inbox.Invalid, "init", "config.public", "Value", s)
			}
			f.public = s
			return nil
		}},
		{"channels", channels, t.T("cli.init.ask.channels"), func(s string) error {
			f.channels = nil
			for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
				c := inbox.Channel(word)
				if c != inbox.Facebook && c != inbox.Instagram && c != inbox.X {
					return inbox.E(inbox.Invalid, "init", "config.channel", "Value", word)
				}
				if !slices.Contains(f.channels, c) {
					f.channels = append(f.channels, c)
				}
			}
			return nil
		}},
		{"ssh", ssh, t.T("cli.init.ask.ssh"), func(s string) error {
			if s == "off" {
				s = ""
			}
			if s != "" && !listenable(s) {
				return inbox.E(inbox.Invalid, "init", "config.listen", "Value", s)
			}
			f.ssh = s
			return nil
		}},
		{"starter", starter, t.T("cli.init.ask.starter"), func(s string) error {
			if s != "city" && s != "none" {
				return inbox.E(inbox.Invalid, "init", "cli.init.starter", "Value", s)
			}
			f.empty = s == "none"
			return nil
		}},
	}
}

// interview takes what the flags say, and asks the rest of who sits at a terminal.
func (p *program) interview(cmd *cobra.Command, yes bool, qs []question) error {
	var left []string
	for _, q := range qs {
		if cmd.Flags().Changed(q.flag) || yes {
			if err := q.set(*q.value); err != nil {
				return err
			}
		} else {
			left = append(left, "--"+q.flag)
		}
	}
	if len(left) == 0 {
		return nil
	}
	in, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return inbox.E(inbox.Invalid, "init", "cli.init.left", "Flags", strings.Join(left, " "))
	}
	lines := bufio.NewReader(p.in)
	for _, q := range qs {
		if cmd.Flags().Changed(q.flag) {
			continue
		}
		if err := p.ask(cmd.Context(), lines, q); err != nil {
			return err
		}
	}
	return nil
}

// ask asks until the answer can be used. An empty one is the default.
func (p *program) ask(ctx context.Context, in *bufio.Reader, q question) error {
	for {
		fmt.Fprint(p.err, q.prompt)
		if *q.value != "" {
			fmt.Fprintf(p.err, " [%s]", *q.value)
		}
		fmt.Fprint(p.err, ": ")
		line, err := in.ReadString('\n')
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, io.EOF) && line == "" { // who leaves here wants nothing
			fmt.Fprintln(p.err)
			return context.Canceled
		} else if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if line = strings.TrimSpace(line); line == "" {
			line = *q.value
		}
		if err = q.set(line); err == nil {
			return nil
		}
		fmt.Fprintln(p.err, p.explain(err))
	}
}

// madeFile is one file of a new desk.
type madeFile struct {
	path    string // relative to the configuration
	mode    os.FileMode
	content string
	keep    bool // one that is there stays
}

// files lists what a new desk has. Secrets that only a person knows are empty files, for them to fill.
func (f founding) files(p *program, config string) ([]madeFile, error) {
	out := []madeFile{{path: config, mode: 0o600, content: f.toml(p.catalog.For(f.language))}}
	secret := func(name, content string) {
		out = append(out, madeFile{path: filepath.Join("secrets", name), mode: 0o600, content: content, keep: true})
	}
	if f.meta() {
		secret("meta", "")
		secret("verify", newToken()+"\n")
	}
	if f.has(inbox.X) {
		secret("x-key", "")
		secret("x-secret", "")
		secret("x-bearer", "")
	}
	seeds, err := f.seeds()
	if err != nil {
		return nil, err
	}
	for _, name := range seed.Files() {
		out = append(out, madeFile{path: filepath.Join(seedFolderName, name), mode: 0o644, content: seeds[name], keep: true})
	}
	return append(out, madeFile{path: ".gitignore", mode: 0o644, content: "/secrets/\n/data/\n", keep: true}), nil
}

// found writes everything, the configuration last: while it is not there, init can be run again.
func (p *program) found(file string, f founding) error {
	dir := filepath.Dir(file)
	broken := func(err error) error {
		return inbox.E(inbox.Unavailable, "init", "house.folder", "Folder", dir).With(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return broken(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, seedFolderName), 0o750); err != nil {
		return broken(err)
	}
	files, err := f.files(p, filepath.Base(file))
	if err != nil {
		return err
	}
	slices.Reverse(files)
	for _, m := range files {
		w, err := os.OpenFile(filepath.Join(dir, m.path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, m.mode)
		if m.keep && errors.Is(err, fs.ErrExist) {
			if m.path == ".gitignore" {
				fmt.Fprintln(p.err, p.texts.T("cli.init.gitignore", "Lines", strings.Join(strings.Fields(m.content), " ")))
			}
			continue
		}
		if err != nil {
			return broken(err)
		}
		_, err = w.WriteString(m.content)
		if err = errors.Join(err, w.Close()); err != nil {
			return broken(err)
		}
	}
	return closeFolder(filepath.Join(dir, "secrets"))
}

// seedFolderName is where init lays what the desk is seeded from when it is served first.
const seedFolderName = "seeds"

// seeds gives the files that the desk is seeded from, by name: the starter set, or as good as nothing, so that it begins with opening hours
// and with the views that name nothing of it.
func (f founding) seeds() (map[string]string, error) {
	out := map[string]string{}
	for _, name := range seed.Files() {
		data, err := seed.File(name)
		if err != nil {
			return nil, err
		}
		out[name] = string(data)
	}
	if !f.empty {
		return out, nil
	}
	out["queues.toml"], out["topics.toml"], out["templates.toml"], out["rules.toml"] = "queue = []\n", "topic = []\n", "template = []\n", ""
	views, err := seed.Views()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, v := range views {
		if !strings.Contains(v.Query, "topic:") && !strings.Contains(v.Query, `queue:"`) {
			fmt.Fprintf(&b, "[[view]]\nname    = %s\nenglish = %s\nquery   = %s\n\n", strict.Text(v.Name), strict.Text(v.English), strict.Text(v.Query))
		}
	}
	out["views.toml"] = b.String()
	return out, nil
}

func (f founding) has(c inbox.Channel) bool { return slices.Contains(f.channels, c) }
func (f founding) meta() bool               { return f.has(inbox.Facebook) || f.has(inbox.Instagram) }

// printFounded says what was made and the next three commands.
func (p *program) printFounded(file string, f founding) {
	t := p.texts
	fmt.Fprintln(p.out, t.T("cli.init.done", "File", file))
	if len(f.channels) > 0 {
		fmt.Fprintln(p.out, t.T("cli.init.fill", "Folder", filepath.Join(filepath.Dir(file), "secrets")))
	}
	fmt.Fprintln(p.out, t.T("cli.init.next"))
	with := ""
	if p.file != "" {
		with = " --config " + p.file
	}
	first := "lytter demo"
	if len(f.channels) > 0 {
		first = "lytter accounts connect " + string(f.channels[0]) + with
	}
	for _, command := range []string{first, "lytter doctor" + with, "lytter serve" + with} {
		fmt.Fprintln(p.out, "  "+command)
	}
}
