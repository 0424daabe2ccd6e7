package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"lytter/classify/seed"
	"lytter/inbox"
	"lytter/inbox/strict"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// shownTemplate is a standard answer as --json prints it.
type shownTemplate struct {
	Name  string            `json:"name"`
	Owner string            `json:"owner,omitempty"`
	Texts map[string]string `json:"texts"` // by language
}

func (p *program) templatesCommand() *cobra.Command {
	var asJSON bool
	var language string
	c := &cobra.Command{
		Use: "templates", Short: p.texts.T("cli.templates.short"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(context.Context, *cobra.Command, []string) error { return p.tellTemplates(asJSON) }),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	sub := func(use string, args cobra.PositionalArgs, do func(ctx context.Context, args []string) error) *cobra.Command {
		name, _, _ := strings.Cut(use, " ")
		cmd := &cobra.Command{
			Use: use, Short: p.texts.T("cli.templates." + name), Args: args,
			RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error { return do(ctx, args) }),
		}
		c.AddCommand(cmd)
		return cmd
	}
	show := sub("show NAME", cobra.ExactArgs(1), func(_ context.Context, args []string) error {
		t := p.seat.Desk().Directory().Template(args[0])
		if t == nil {
			return inbox.E(inbox.NotFound, "templates", "template.not_found", "Name", args[0])
		}
		lang := language
		if lang == "" {
			lang = p.lang
		}
		if !slices.Contains(inbox.Languages(), lang) {
			return inbox.E(inbox.Invalid, "templates", "config.language", "Value", lang)
		}
		fmt.Fprintln(p.out, text.Clean(t.Text(lang)))
		return nil
	})
	show.Flags().StringVar(&language, "in", "", p.texts.T("cli.flag.in"))
	sub("export", cobra.NoArgs, func(context.Context, []string) error {
		_, err := io.WriteString(p.machineOut(), templateFile(p.seat.Desk().Directory().Templates))
		return err
	})
	imports := sub("import FILE", cobra.ExactArgs(1), func(ctx context.Context, _ []string) error {
		list, err := readTemplates(p.in)
		if err != nil {
			return err
		}
		made, err := p.seat.PutTemplates(ctx, list)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.err, p.texts.T("cli.templates.imported", "Count", p.texts.Number(int64(len(list))), "Made", p.texts.Number(int64(made))))
		return nil
	})
	imports.RunE = p.withFile(imports.RunE)
	sub("remove NAME", cobra.ExactArgs(1), func(ctx context.Context, args []string) error { return p.seat.DeleteTemplate(ctx, args[0]) })
	return c
}

func (p *program) tellTemplates(asJSON bool) error {
	out := []shownTemplate{}
	for _, t := range p.seat.Desk().Directory().Templates {
		out = append(out, shownTemplate{Name: t.Name, Owner: t.Owner, Texts: t.Texts})
	}
	if asJSON {
		return p.printJSON(out)
	}
	for _, t := range out {
		line := t.Name + "  (" + strings.Join(slices.Sorted(maps.Keys(t.Texts)), ", ") + ")"
		if t.Owner != "" {
			line += "  " + t.Owner
		}
		fmt.Fprintln(p.out, text.CleanLine(line))
	}
	return nil
}

// templateFile writes standard answers as the seeds have them.
func templateFile(list []inbox.Template) string {
	var b strings.Builder
	for i, t := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString("[[template]]\nname  = " + strict.Text(t.Name) + "\nowner = " + strict.Text(t.Owner) + "\n")
		for _, lang := range slices.Sorted(maps.Keys(t.Texts)) {
			b.WriteString(lang + "    = " + strict.Text(t.Texts[lang]) + "\n")
		}
	}
	return b.String()
}

// readTemplates reads a file of standard answers.
func readTemplates(r io.Reader) ([]inbox.Template, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTopics))
	if err != nil {
		return nil, err
	}
	s := &seeds{}
	err = strict.Decode(data, &struct {
		Template *[]seed.Template `toml:"template"`
	}{&s.templates})
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "templates", "cli.templates.unreadable").With(err)
	}
	return s.standardAnswers(), nil
}
