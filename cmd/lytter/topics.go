package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"lytter/inbox"
	"lytter/inbox/query"
	"lytter/inbox/strict"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// shownTopic is a topic as --json prints it.
type shownTopic struct {
	ID      inbox.TopicID `json:"id"`
	Path    string        `json:"path"`
	Number  string        `json:"number,omitempty"`
	Aliases []string      `json:"aliases,omitempty"`
	Into    inbox.TopicID `json:"into,omitempty"` // it became part of this one
}

// maxTopics bounds a file of topics, in bytes.
const maxTopics = 8 << 20

func (p *program) topicsCommand() *cobra.Command {
	var asJSON bool
	var number string
	var aliases []string
	c := &cobra.Command{
		Use: "topics", Short: p.texts.T("cli.topics.short"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(context.Context, *cobra.Command, []string) error { return p.tellTopics(asJSON) }),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	sub := func(use string, args cobra.PositionalArgs, do func(ctx context.Context, args []string) error) *cobra.Command {
		name, _, _ := strings.Cut(use, " ")
		cmd := &cobra.Command{
			Use: use, Short: p.texts.T("cli.topics." + name), Args: args,
			RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error { return do(ctx, args) }),
		}
		c.AddCommand(cmd)
		return cmd
	}
	put := sub("put PATH", cobra.ExactArgs(1), func(ctx context.Context, args []string) error {
		_, err := p.seat.PutTopics(ctx, []inbox.NewTopic{{Path: args[0], Number: number, Aliases: aliases}})
		return err
	})
	put.Flags().StringVar(&number, "number", "", p.texts.T("cli.flag.number"))
	put.Flags().StringArrayVar(&aliases, "alias", nil, p.texts.T("cli.flag.alias"))
	sub("rename PATH NEW", cobra.ExactArgs(2), func(ctx context.Context, args []string) error {
		id, err := p.topicAt(args[0])
		if err != nil {
			return err
		}
		return p.seat.RenameTopic(ctx, id, args[1])
	})
	sub("merge PATH INTO", cobra.ExactArgs(2), func(ctx context.Context, args []string) error {
		from, err := p.topicAt(args[0])
		if err != nil {
			return err
		}
		into, err := p.topicAt(args[1])
		if err != nil {
			return err
		}
		return p.seat.MergeTopics(ctx, from, into)
	})
	imports := sub("import FILE", cobra.ExactArgs(1), func(ctx context.Context, _ []string) error {
		data, err := io.ReadAll(io.LimitReader(p.in, maxTopics))
		if err != nil {
			return err
		}
		list, err := readTopics(data)
		if err != nil {
			return err
		}
		made, err := p.seat.PutTopics(ctx, list)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.err, p.texts.T("cli.topics.imported", "Count", p.texts.Number(int64(len(list))), "Made", p.texts.Number(int64(made))))
		return nil
	})
	imports.RunE = p.withFile(imports.RunE)
	return c
}

func (p *program) topicAt(path string) (inbox.TopicID, error) {
	dir := p.seat.Desk().Directory()
	id, ok := dir.TopicAt(strings.Trim(path, "/"))
	if !ok {
		return 0, inbox.E(inbox.Invalid, "cli", "cli.no_topic", "Value", path, "Near", near(path, dir.Known(query.Topic)))
	}
	return id, nil
}

func (p *program) tellTopics(asJSON bool) error {
	dir := p.seat.Desk().Directory()
	var out []shownTopic
	for id, t := range dir.Topics {
		out = append(out, shownTopic{ID: id, Path: dir.TopicPath(id), Number: t.Number, Aliases: t.Aliases, Into: t.Into})
	}
	slices.SortFunc(out, func(a, b shownTopic) int { return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID)) })
	if asJSON {
		return p.printJSON(out)
	}
	for _, t := range out {
		if t.Into != 0 {
			continue
		}
		line := t.Path
		if t.Number != "" {
			line += "  " + t.Number
		}
		if len(t.Aliases) > 0 {
			line += "  (" + strings.Join(t.Aliases, ", ") + ")"
		}
		fmt.Fprintln(p.out, text.CleanLine(line))
	}
	return nil
}

// readTopics reads a list of topics: TOML as the seeds have it, or CSV with a line for each: path, number and, in a third column, other
// paths by semicolons. A first line that says path is a heading.
func readTopics(data []byte) ([]inbox.NewTopic, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.Contains(data, []byte("[[topic]]")) {
		var f struct {
			Topic []struct {
				Path    string   `toml:"path"`
				Number  string   `toml:"number"`
				Aliases []string `toml:"aliases"`
			} `toml:"topic"`
		}
		if err := strict.Decode(data, &f); err != nil {
			return nil, inbox.E(inbox.Invalid, "topics", "cli.topics.unreadable").With(err)
		}
		out := make([]inbox.NewTopic, len(f.Topic))
		for i, t := range f.Topic {
			out[i] = inbox.NewTopic(t)
		}
		return out, nil
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if first, _, _ := bytes.Cut(data, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';' // as Danish spreadsheets write it; other paths are then by commas
	}
	rows, err := r.ReadAll()
	if err != nil {
		return nil, inbox.E(inbox.Invalid, "topics", "cli.topics.unreadable").With(err)
	}
	var out []inbox.NewTopic
	for i, row := range rows {
		if i == 0 && strings.EqualFold(row[0], "path") {
			continue
		}
		t := inbox.NewTopic{Path: row[0]}
		if len(row) > 1 {
			t.Number = strings.TrimSpace(row[1])
		}
		if len(row) > 2 {
			t.Aliases = strings.FieldsFunc(row[2], func(c rune) bool { return c == ';' || c == ',' })
		}
		out = append(out, t)
	}
	return out, nil
}
