package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"lytter/inbox"

	"github.com/spf13/cobra"
)

// What doctor ends with, as the worst that it found.
const (
	well = iota
	warning
	broken
)

// diagnosis is one thing that doctor looked at.
type diagnosis struct {
	About string `json:"about"` // what was looked at: config, data, clock, a host, an account
	Level string `json:"level"` // ok, warning, fault
	Key   string `json:"key"`   // of the sentence, for programs
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"` // what to do

	level int
}

// doctor looks at everything that a desk needs, and changes nothing but a token whose renewal is due.
type doctor struct {
	*program
	cfg     *config
	carrier http.RoundTripper
	found   []diagnosis
	told    func(diagnosis)
	running bool // a desk owns the folder and answers
}

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor", Short: p.texts.T("cli.doctor.short"), Long: p.texts.T("cli.doctor.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{program: p, told: func(diagnosis) {}}
			if !asJSON {
				d.told = func(x diagnosis) { p.printDiagnosis(x) }
			}
			if err := d.examine(cmd.Context()); err != nil {
				return err
			}
			worst := well
			for _, x := range d.found {
				worst = max(worst, x.level)
			}
			if asJSON {
				res := struct {
					Level  string      `json:"level"`
					Checks []diagnosis `json:"checks"`
				}{levelWord(worst), d.found}
				if err := p.printJSON(res); err != nil {
					return err
				}
			}
			if worst != well {
				return &exitError{worst}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return c
}

func levelWord(level int) string { return [...]string{"ok", "warning", "fault"}[level] }

func (p *program) printDiagnosis(x diagnosis) {
	word := [...]string{p.texts.T("doctor.ok"), p.texts.T("doctor.warning"), p.texts.T("doctor.fault")}[x.level]
	fmt.Fprintf(p.out, "%-8s %s: %s\n", word, x.About, x.Text)
	if x.Hint != "" {
		fmt.Fprintf(p.out, "%-8s %s\n", "", x.Hint)
	}
}

// say tells one thing. A reason's own hint is what to do.
func (d *doctor) say(level int, about string, why *inbox.Reason) { d.advise(level, about, why, "") }

// advise tells one thing, and what to do where the reason itself does not say it.
func (d *doctor) advise(level int, about string, why *inbox.Reason, otherwise string) {
	x := diagnosis{About: about, Level: levelWord(level), Key: why.Key, Text: d.texts.Reason(why), Hint: d.texts.Hint(why), level: level}
	if x.Hint == "" || otherwise != "" && why.Key == "way.unreachable" { // its hint leads here
		x.Hint = otherwise
	}
	d.found = append(d.found, x)
	d.told(x)
}

// refuse tells what an error says.
func (d *doctor) refuse(level int, about string, err error) {
	why := inbox.ReasonOf(err)
	d.logger().Debug("doctor", "about", about, "err", err)
	d.say(level, about, why)
}

// examine looks at everything, what others depend on first. Its error is that it was interrupted.
func (d *doctor) examine(ctx context.Context) error {
	if d.config() {
		d.secrets()
		d.zone(time.Now())
		if err := d.folder(ctx); err != nil {
			return err
		}
		d.hosts(ctx)
		d.accounts(ctx)
	}
	return ctx.Err()
}
