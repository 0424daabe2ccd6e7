package main

import (
	"context"
	"fmt"

	"lytter/classify"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// exampleReport is what --json of rules test prints.
type exampleReport struct {
	OK       bool         `json:"ok"`
	Examples int          `json:"examples"`
	Failed   int          `json:"failed"`
	Rules    []testedRule `json:"rules"`
	Faults   []ruleFault  `json:"faults"` // those that are no example's
}

type testedRule struct {
	Rule     string      `json:"rule"`
	Examples int         `json:"examples"`
	Failed   []ruleFault `json:"failed"`
}

func (p *program) rulesTestCommand() *cobra.Command {
	var asJSON bool
	t := p.texts
	c := &cobra.Command{
		Use: "test FILE", Short: t.T("lab.test.short"), Long: t.T("lab.test.long"), Args: cobra.ExactArgs(1),
		RunE: p.withFile(p.atDesk(func(context.Context, *cobra.Command, []string) error {
			if err := p.mayRules(); err != nil {
				return err
			}
			data, err := p.readRules()
			if err != nil {
				return err
			}
			return p.testRules(data, asJSON)
		})),
	}
	c.Flags().BoolVar(&asJSON, "json", false, t.T("cli.flag.json"))
	return c
}

// testRules tries rules on their examples, with the names of the desk.
func (p *program) testRules(data []byte, asJSON bool) error {
	rep := p.lab().Check(data, p.seat.Desk().Directory())
	out := exampleReport{Examples: rep.Examples, Rules: []testedRule{}, Faults: []ruleFault{}}
	failed := map[string][]ruleFault{}
	for _, f := range rep.Faults {
		told := p.checked("", classify.Report{Faults: []classify.Fault{f}}).Faults[0]
		if f.Missed == nil {
			out.Faults = append(out.Faults, told)
			continue
		}
		out.Failed++
		failed[f.Rule] = append(failed[f.Rule], told)
	}
	for i := range rep.Rules {
		r := &rep.Rules[i]
		out.Rules = append(out.Rules, testedRule{r.ID, len(r.Examples), append([]ruleFault{}, failed[r.ID]...)})
	}
	out.OK = len(rep.Faults) == 0
	if asJSON {
		if err := p.printJSON(out); err != nil {
			return err
		}
	} else {
		p.printTested(&out)
	}
	if !out.OK {
		return &exitError{exitUsage}
	}
	return nil
}

func (p *program) printTested(rep *exampleReport) {
	t := p.texts
	for _, r := range rep.Rules {
		fmt.Fprintln(p.out, t.T("lab.test.rule", "Rule", text.CleanLine(r.Rule), "Passed", r.Examples-len(r.Failed), "Examples", r.Examples))
		for _, f := range r.Failed {
			fmt.Fprintln(p.out, "  "+text.CleanLine(fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text)))
		}
	}
	if len(rep.Faults) > 0 {
		p.printRules(&ruleFileCheck{File: "-", Faults: rep.Faults})
	}
	if rep.Failed > 0 {
		fmt.Fprintln(p.err, t.N("lab.test.failed", rep.Failed, "Of", t.Number(int64(rep.Examples))))
	}
}
