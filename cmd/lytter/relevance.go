package main

import (
	"fmt"
	"strconv"
	"strings"

	"lytter/cmd/lytter/internal/relevance"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// relevanceReport is what --json prints.
type relevanceReport struct {
	Without relevance.Total    `json:"without_compounds"`
	With    relevance.Total    `json:"with_compounds"`
	Results []relevance.Result `json:"questions,omitempty"`
}

func (p *program) relevanceCommand() *cobra.Command {
	var asJSON, verbose bool
	t := p.texts
	c := &cobra.Command{
		Use: "relevance", Short: t.T("cli.relevance.short"), Long: t.T("cli.relevance.long"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, without, err := relevance.Measure(false)
			if err != nil {
				return err
			}
			results, with, err := relevance.Measure(true)
			if err != nil {
				return err
			}
			if !verbose {
				results = nil
			}
			if asJSON {
				return p.printJSON(relevanceReport{without, with, results})
			}
			for _, r := range results {
				p.printQuestion(r)
			}
			fmt.Fprintln(p.out, t.T("cli.relevance.set", "Questions", with.Questions, "Texts", with.Texts))
			for _, x := range []struct {
				key string
				relevance.Total
			}{{"cli.relevance.without", without}, {"cli.relevance.with", with}} {
				fmt.Fprintln(p.out, t.T(x.key, "Precision", p.percent(x.Precision), "Recall", p.percent(x.Recall), "F", p.percent(x.F1),
					"AllPrecision", p.percent(x.AllPrecision), "AllRecall", p.percent(x.AllRecall), "Nothing", x.FoundNothing))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, t.T("cli.flag.json"))
	c.Flags().BoolVar(&verbose, "verbose", false, t.T("cli.relevance.flag.verbose"))
	return c
}

// printQuestion prints what a question found and what not.
func (p *program) printQuestion(r relevance.Result) {
	fmt.Fprintln(p.out, p.texts.T("cli.relevance.question", "Query", r.Query, "Wanted", r.Relevant, "Found", r.Found, "Right", r.Right,
		"Precision", p.percent(r.Precision()), "Recall", p.percent(r.Recall())))
	for _, x := range []struct {
		sign  string
		texts []string
	}{{"-", r.Missed}, {"+", r.Wrong}} {
		for _, s := range x.texts {
			fmt.Fprintln(p.out, "    "+x.sign+" "+string(text.CleanLine(s)))
		}
	}
}

func (p *program) percent(x float64) string {
	s := strconv.FormatFloat(100*x, 'f', 1, 64)
	if p.lang == "da" {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}
