package main

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"lytter/inbox/catalog"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
)

// shells are those whose completion cobra writes: what one runs to have it now, and to have it always.
var shells = map[string]struct{ now, always string }{
	"bash": {"source <(lytter completion bash)", "lytter completion bash > /etc/bash_completion.d/lytter"},
	"zsh":  {"source <(lytter completion zsh)", `lytter completion zsh > "${fpath[1]}/_lytter"`},
	"fish": {"lytter completion fish | source", "lytter completion fish > ~/.config/fish/completions/lytter.fish"},
	"powershell": {
		"lytter completion powershell | Out-String | Invoke-Expression",
		"lytter completion powershell >> $PROFILE",
	},
}

// help words in the reader's language what cobra adds of its own to a command tree: its flags, its commands, and the headings of the plain
// help that is given over SSH.
func help(t *catalog.Texts, root *cobra.Command) {
	root.PersistentFlags().BoolP("help", "h", false, t.T("cli.help.flag"))
	root.Version = version
	root.Flags().BoolP("version", "v", false, t.T("cli.help.version"))
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Short, c.Long = t.T("cli.help.short"), ""
			c.Run, c.RunE = nil, func(c *cobra.Command, args []string) error { return helpFor(t, c, args) }
		case "completion":
			c.Short, c.Long = t.T("cli.completion.short"), ""
			for _, of := range c.Commands() {
				shell := shells[of.Name()]
				of.Short = t.T("cli.completion.shell", "Shell", of.Name())
				of.Long = t.T("cli.completion.long", "Shell", of.Name(), "Now", shell.now, "Always", shell.always)
				if f := of.Flags().Lookup("no-descriptions"); f != nil {
					f.Usage = t.T("cli.completion.bare")
				}
			}
		}
	}
	root.SetUsageTemplate(strings.NewReplacer(
		"Global Flags:", t.T("cli.help.everywhere")+":",
		"Available Commands:", t.T("cli.help.commands")+":",
		"Additional Commands:", t.T("cli.help.commands")+":",
		"Flags:", t.T("cli.help.flags")+":",
		"Usage:", t.T("cli.help.usage")+":",
		"Examples:", t.T("cli.help.examples")+":",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, t.T("cli.see_help", "Command", "{{.CommandPath}} [command]"),
	).Replace(root.UsageTemplate()))
}

// helpFor shows the help of the command that is named.
func helpFor(t *catalog.Texts, c *cobra.Command, args []string) error {
	of, rest, err := c.Root().Find(args)
	switch {
	case err != nil:
		return err
	case of.HasSubCommands() && len(rest) > 0:
		return &usageError{errors.New(wrongArgs(t, of, rest)), of.CommandPath()}
	}
	of.InitDefaultHelpFlag() // what follows shows them only if they are there
	return of.Help()
}

// file is what a terminal is recognised by.
type file interface {
	io.ReadWriteCloser
	Fd() uintptr
}

// headings puts fang's headings, each of which is one write, into the reader's language: fang itself has no place for that.
type headings struct {
	file
	words map[string]string
}

// headed is where help goes.
func headed(t *catalog.Texts, w io.Writer) io.Writer {
	f, ok := w.(file)
	if !ok {
		return w
	}
	return headings{f, map[string]string{
		"USAGE":    strings.ToUpper(t.T("cli.help.usage")),
		"EXAMPLES": strings.ToUpper(t.T("cli.help.examples")),
		"COMMANDS": strings.ToUpper(t.T("cli.help.commands")),
		"FLAGS":    strings.ToUpper(t.T("cli.help.flags")),
	}}
}

// Write implements io.Writer.
func (h headings) Write(p []byte) (int, error) {
	theirs := strings.TrimSpace(ansi.Strip(string(p)))
	ours, ok := h.words[theirs]
	if !ok {
		return h.file.Write(p)
	}
	if _, err := h.file.Write(bytes.Replace(p, []byte(theirs), []byte(ours), 1)); err != nil {
		return 0, err
	}
	return len(p), nil
}
