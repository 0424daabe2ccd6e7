package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func (p *program) configCommand() *cobra.Command {
	var asJSON bool
	check := &cobra.Command{
		Use: "check", Short: p.texts.T("cli.config.check"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			file := configFile(p.file, p.env)
			_, err := readConfig(file)
			if !asJSON {
				if err == nil {
					fmt.Fprintln(p.err, p.texts.T("cli.config.good", "File", file))
				}
				return err
			}
			res := struct {
				File   string  `json:"file"`
				OK     bool    `json:"ok"`
				Faults []fault `json:"faults"`
			}{File: file, OK: err == nil, Faults: []fault{}}
			var ce *configError
			switch {
			case errors.As(err, &ce):
				for _, f := range ce.Faults {
					f.Text = p.texts.Reason(&f.Reason)
					res.Faults = append(res.Faults, f)
				}
			case err != nil:
				res.Faults = append(res.Faults, fault{Text: p.explain(err)})
			}
			if jerr := p.printJSON(res); jerr != nil || err == nil {
				return jerr
			}
			return &exitError{exitUsage}
		},
	}
	check.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	c := &cobra.Command{Use: "config", Short: p.texts.T("cli.config.short"), Args: cobra.NoArgs}
	c.AddCommand(check)
	return c
}
