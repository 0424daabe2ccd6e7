package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// shelved is a file of the shelf: what `lytter files --json` prints.
type shelved struct {
	Name string     `json:"name"`
	Type string     `json:"type"`
	Size int64      `json:"bytes"`
	Alt  string     `json:"alt,omitempty"`
	Hash inbox.Hash `json:"sha256"`
	By   string     `json:"by"`
	At   time.Time  `json:"time"`
}

func (p *program) shelved(f inbox.File) shelved {
	return shelved{Name: f.Name, Type: f.Type, Size: f.Size, Alt: f.Alt, Hash: f.Hash, By: p.seat.Desk().Directory().UserName(f.By), At: f.At}
}

// attachCommand puts a file on the shelf. The file is of the machine where the command is typed: it goes to the owner by standard input,
// and over SSH whoever calls gives it there.
func (p *program) attachCommand() *cobra.Command {
	var name, alt string
	c := &cobra.Command{
		Use: "attach FILE", Short: p.texts.T("cli.attach.short"), Long: p.texts.T("cli.attach.long"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] != "-" && p.seat == nil {
				f, err := os.Open(args[0])
				if err != nil {
					return inbox.E(inbox.Invalid, "attach", "cli.no_file", "File", args[0]).With(err)
				}
				defer func() { _ = f.Close() }() // only read
				p.in = f
			}
			return p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
				if name == "" && args[0] != "-" {
					name = filepath.Base(args[0])
				}
				return p.attach(ctx, name, alt)
			})(cmd, args)
		},
	}
	c.Flags().StringVar(&alt, "alt", "", p.texts.T("cli.flag.alt"))
	c.Flags().StringVar(&name, "name", "", p.texts.T("cli.flag.name"))
	return c
}

func (p *program) attach(ctx context.Context, name, alt string) error {
	b, err := io.ReadAll(io.LimitReader(p.in, inbox.MaxFile+1))
	if err != nil {
		return err
	}
	f, err := p.seat.PutFile(ctx, name, alt, b)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, f.Name)
	if f.Alt == "" && f.Kind == "image" {
		fmt.Fprintln(p.err, p.texts.T("cli.attach.no_alt"))
	}
	return nil
}

func (p *program) filesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "files", Short: p.texts.T("cli.files.short"), Args: cobra.NoArgs,
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, _ []string) error {
			list, err := p.seat.Files(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				out := make([]shelved, len(list))
				for i, f := range list {
					out[i] = p.shelved(f)
				}
				return p.printJSON(out)
			}
			for _, f := range list {
				alt := f.Alt
				if alt == "" {
					alt = p.texts.T("cli.files.no_alt")
				}
				fmt.Fprintf(p.out, "%s  %s  %s  %s\n", text.CleanLine(f.Name), f.Type, p.texts.Bytes(f.Size), text.CleanLine(alt))
			}
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	c.AddCommand(&cobra.Command{
		Use: "remove NAME", Short: p.texts.T("cli.files.remove"), Args: cobra.ExactArgs(1),
		RunE: p.atDesk(func(ctx context.Context, _ *cobra.Command, args []string) error {
			f, err := p.fileNamed(ctx, args[0])
			if err != nil {
				return err
			}
			return p.seat.RemoveFile(ctx, f.Hash)
		}),
	})
	return c
}

// fileNamed finds a file of the shelf by its name.
func (p *program) fileNamed(ctx context.Context, name string) (inbox.File, error) {
	list, err := p.seat.Files(ctx)
	if err != nil {
		return inbox.File{}, err
	}
	names := make([]string, len(list))
	for i, f := range list {
		if strings.EqualFold(f.Name, name) {
			return f, nil
		}
		names[i] = f.Name
	}
	return inbox.File{}, inbox.E(inbox.Invalid, "files", "cli.no_such_file", "Value", name, "Near", near(name, names))
}

// filesNamed finds the files that a reply is to carry.
func (p *program) filesNamed(ctx context.Context, names []string) (out []inbox.Attachment, err error) {
	for _, name := range names {
		f, err := p.fileNamed(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, f.Attachment)
	}
	return out, nil
}
