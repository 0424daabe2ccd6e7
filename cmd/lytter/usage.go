package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"lytter/inbox/catalog"
	"lytter/inbox/query"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a command line that cannot be understood.
type usageError struct {
	err error
	of  string // the command whose help tells more, as "lytter accounts connect"; "" is lytter's own
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// words says what is wrong and where help is.
func (e *usageError) words(t *catalog.Texts) string {
	return e.Error() + "\n" + t.T("cli.see_help", "Command", cmp.Or(e.of, "lytter"))
}

// usage makes wrong arguments and flags usage errors in the reader's language, everywhere below a command.
func usage(t *catalog.Texts, c *cobra.Command) {
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{wrongFlag(t, cmd, err), cmd.CommandPath()}
	})
	check := c.Args
	if check == nil && c.Runnable() {
		check = cobra.ArbitraryArgs
	}
	if check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if check(cmd, args) != nil {
				return &usageError{errors.New(wrongArgs(t, cmd, args)), cmd.CommandPath()}
			}
			if cmd.ValidateFlagGroups() != nil {
				return &usageError{errors.New(t.T("cli.flags_exclude", "Flags", exclusive(cmd))), cmd.CommandPath()}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usage(t, sub)
	}
}

// wrongArgs says what a command takes, or which one may have been meant.
func wrongArgs(t *catalog.Texts, cmd *cobra.Command, args []string) string {
	switch {
	case cmd.HasSubCommands() && len(args) > 0:
		var names []string
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name())
			}
		}
		if ns := query.Nearest(args[0], names); len(ns) > 0 {
			return t.T("cli.no_command_near", "Value", args[0], "Near", strings.Join(ns, ", "))
		}
		return t.T("cli.no_command", "Value", args[0])
	case len(args) == 1 && len(cmd.ValidArgs) > 0 && !slices.Contains(cmd.ValidArgs, args[0]):
		return t.T("cli.no_argument", "Value", args[0], "Near", strings.Join(cmd.ValidArgs, ", "))
	}
	line := cmd.Use
	if cmd.HasParent() {
		line = cmd.Parent().CommandPath() + " " + line
	}
	return t.T("cli.usage", "Line", line)
}

// exclusive names the flags given that exclude each other.
func exclusive(cmd *cobra.Command) string {
	var names []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if _, ok := f.Annotations["cobra_annotation_mutually_exclusive"]; ok {
			names = append(names, "--"+f.Name)
		}
	})
	return strings.Join(names, ", ")
}

// kindOf says what a flag takes.
func kindOf(t *catalog.Texts, f *pflag.Flag) string {
	switch kind := f.Value.Type(); kind {
	case "int", "int64", "uint64":
		return t.T("cli.kind.whole")
	case "float64":
		return t.T("cli.kind.number")
	case "duration":
		return t.T("cli.kind.duration")
	case "bool":
		return t.T("cli.kind.bool")
	}
	return t.T("cli.kind.text")
}

// wrongFlag says what is wrong with a flag.
func wrongFlag(t *catalog.Texts, cmd *cobra.Command, err error) error {
	var none *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &none) && none.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := none.GetSpecifiedName()
		if ns := query.Nearest(name, names); len(ns) > 0 {
			return errors.New(t.T("cli.no_flag_near", "Flag", "--"+name, "Near", "--"+strings.Join(ns, ", --")))
		}
		return errors.New(t.T("cli.no_flag", "Flag", "--"+name))
	case errors.As(err, &none):
		return errors.New(t.T("cli.no_flag", "Flag", "-"+none.GetSpecifiedShortnames()))
	case errors.As(err, &empty):
		return errors.New(t.T("cli.flag_needs", "Flag", "--"+empty.GetFlag().Name, "Kind", kindOf(t, empty.GetFlag())))
	case errors.As(err, &bad):
		return errors.New(t.T("cli.flag_bad", "Flag", "--"+bad.GetFlag().Name, "Value", bad.GetValue(), "Kind", kindOf(t, bad.GetFlag())))
	}
	return err
}
