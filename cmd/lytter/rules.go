package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lytter/classify"
	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// rulesReport is what --json of rules check prints.
type rulesReport struct {
	OK    bool            `json:"ok"`
	Files []ruleFileCheck `json:"files"`
}

// ruleFileCheck is what is to be said of one rule file.
type ruleFileCheck struct {
	File     string   `json:"file"` // "" is the rules in force
	OK       bool     `json:"ok"`
	Version  int64    `json:"version,omitempty"` // of the rules in force
	Rules    int      `json:"rules"`
	Enabled  int      `json:"enabled"`
	Examples int      `json:"examples"`
	Untested []string `json:"untested"` // rules without an example both ways
	Shadow   int      `json:"shadow"`   // of those enabled: that only count
	// Conflicts are rules that send the same example to different queues.
	Conflicts []ruleConflict `json:"conflicts"`
	Faults    []ruleFault    `json:"faults"` // at most a hundred
}

type ruleConflict struct {
	First  string `json:"first"`
	Queue  string `json:"queue"`
	Second string `json:"second"`
	Other  string `json:"other_queue"`
	Text   string `json:"text"`
}

type ruleFault struct {
	Rule    string   `json:"rule,omitempty"`
	Line    int      `json:"line"`
	Column  int      `json:"column"`
	Text    string   `json:"text"`
	Suggest []string `json:"suggest,omitempty"`
}

func (p *program) rulesCommand() *cobra.Command {
	var asJSON bool
	check := &cobra.Command{
		Use: "check [FILE...]", Short: p.texts.T("cli.rules.check.short"), Long: p.texts.T("cli.rules.check.long"), Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) == 1 && args[0] == "-" {
				return p.atDesk(func(_ context.Context, _ *cobra.Command, args []string) error {
					rep, err := p.checkAtDesk(len(args) > 0)
					if err != nil {
						return err
					}
					return p.tellRules([]ruleFileCheck{rep}, asJSON)
				})(cmd, args)
			}
			if p.seat != nil { // the files are of the machine where the command was typed
				return inbox.E(inbox.Invalid, "rules", "cli.rules.only_input")
			}
			reps, err := p.checkFiles(args)
			if err != nil {
				return err
			}
			return p.tellRules(reps, asJSON)
		},
	}
	check.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	c := &cobra.Command{Use: "rules", Short: p.texts.T("cli.rules.short"), Args: cobra.NoArgs}
	c.AddCommand(check)
	c.AddCommand(p.ruleVersionCommands()...)
	c.AddCommand(p.ruleEditCommands()...)
	c.AddCommand(p.ruleLeadCommands()...)
	c.AddCommand(p.ruleUndoCommands()...)
	c.AddCommand(p.wrongCommand())
	c.AddCommand(p.labCommands()...)
	return c
}

// checkAtDesk checks the rules in force, or those that come by standard input, with the names of the desk.
func (p *program) checkAtDesk(input bool) (ruleFileCheck, error) {
	if r := p.seat.Refusal(inbox.DoRules, nil); r != nil {
		return ruleFileCheck{}, &inbox.Error{Code: inbox.Forbidden, Op: "rules", Reason: *r}
	}
	d := p.seat.Desk()
	dir := d.Directory()
	r := &classify.Rules{Cutter: d.Cutter, Location: d.Location}
	if input {
		data, err := io.ReadAll(io.LimitReader(p.in, classify.MaxFile+1))
		if err != nil {
			return ruleFileCheck{}, err
		}
		return p.checked("-", r.Check(data, dir)), nil
	}
	if dir.Rules == nil {
		return p.checked("", classify.Report{}), nil
	}
	c := p.checked("", r.Check(dir.Rules.Bytes, dir))
	c.Version = dir.Rules.Version
	return c, nil
}

// checkFiles checks files without a desk: the topics and queues are those that a desk would be seeded with from the file's folder, the
// accounts those of the configuration, if there is one.
func (p *program) checkFiles(files []string) ([]ruleFileCheck, error) {
	cfg, err := p.settings()
	if inbox.CodeOf(err) == inbox.NotFound && p.file == "" {
		cfg, err = &config{}, nil
		cfg.setDefaults()
	}
	if err != nil {
		return nil, err
	}
	loc, err := time.LoadLocation(cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	r := &classify.Rules{Cutter: text.NewCutter(0), Location: loc}
	reps := make([]ruleFileCheck, 0, len(files))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, inbox.E(inbox.Invalid, "rules", "cli.no_file", "File", file).With(err)
		}
		s, err := ownSeeds(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		dir, err := s.directory(cfg)
		if err != nil {
			return nil, err
		}
		reps = append(reps, p.checked(file, r.Check(data, dir)))
	}
	return reps, nil
}

func (p *program) checked(file string, rep classify.Report) ruleFileCheck {
	c := ruleFileCheck{
		File: file, OK: len(rep.Faults) == 0, Rules: len(rep.Rules), Enabled: rep.Enabled, Examples: rep.Examples,
		Shadow: rep.Shadow, Untested: append([]string{}, rep.Untested...), Conflicts: []ruleConflict{}, Faults: []ruleFault{},
	}
	for _, k := range rep.Conflicts {
		c.Conflicts = append(c.Conflicts, ruleConflict{First: k.First, Queue: k.Queue, Second: k.Second, Other: k.Other, Text: k.Text})
	}
	for _, f := range rep.Faults {
		c.Faults = append(c.Faults, ruleFault{Rule: f.Rule, Line: f.Place.Line, Column: f.Place.Column, Text: text.Masked(p.texts.Reason(&f.Reason)), Suggest: f.Suggest})
	}
	return c
}

// tellRules prints reports; where there are faults the command has failed.
func (p *program) tellRules(reps []ruleFileCheck, asJSON bool) error {
	all := rulesReport{OK: true, Files: reps}
	for _, c := range reps {
		all.OK = all.OK && c.OK
		if !asJSON {
			p.printRules(&c)
		}
	}
	if asJSON {
		if err := p.printJSON(all); err != nil {
			return err
		}
	}
	if !all.OK {
		return &exitError{exitUsage}
	}
	return nil
}

func (p *program) printRules(c *ruleFileCheck) {
	t := p.texts
	name := cmp.Or(c.File, t.T("cli.rules.in_force", "Version", c.Version))
	for _, f := range c.Faults {
		line := fmt.Sprintf("%s:%d:%d: ", name, f.Line, f.Column)
		if f.Rule != "" {
			line += f.Rule + ": "
		}
		line += f.Text
		if len(f.Suggest) > 0 {
			line += " " + t.T("query.suggest", "Suggest", strings.Join(f.Suggest, ", "))
		}
		fmt.Fprintln(p.err, text.CleanLine(line))
	}
	if len(c.Faults) > 0 {
		fmt.Fprintln(p.err, text.CleanLine(t.N("cli.rules.faults", len(c.Faults), "Name", name)))
		return
	}
	fmt.Fprintln(p.err, text.CleanLine(t.T("cli.rules.good", "Name", name, "Rules", t.Number(int64(c.Rules)), "Enabled", t.Number(int64(c.Enabled)),
		"Examples", t.Number(int64(c.Examples)))))
	for _, k := range c.Conflicts {
		fmt.Fprintln(p.err, text.CleanLine(t.T("cli.rules.conflict", "First", k.First, "Queue", k.Queue, "Second", k.Second, "Other", k.Other, "Text", k.Text)))
	}
	if len(c.Untested) > 0 {
		fmt.Fprintln(p.err, text.CleanLine(t.T("cli.rules.untested", "Rules", strings.Join(c.Untested, ", "))))
	}
}
