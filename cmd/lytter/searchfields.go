package main

import (
	"fmt"
	"slices"
	"strings"

	"lytter/inbox/query"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// printFields prints what can be asked for, from the table that the language runs on: the names first that a person of this language
// types.
func (p *program) printFields() {
	for _, f := range query.Fields() {
		in := f.Info()
		example := in.Example
		if p.texts.Lang == "da" {
			example = f.DanishExample()
		}
		fmt.Fprintln(p.out, pad(text.CleanLine(strings.Join(p.ownFirst(in.Name, in.Danish), ", ")), 30)+"  "+p.texts.T("field."+in.Name))
		if len(in.Values) > 0 {
			var values []string
			for _, v := range in.Values {
				values = append(values, p.ownFirst(v.Name, v.Danish)[0])
			}
			fmt.Fprintln(p.out, strings.Repeat(" ", 32)+strings.Join(values, ", "))
		}
		fmt.Fprintln(p.out, strings.Repeat(" ", 32)+example)
	}
}

// ownFirst are the names of something of the language, the person's own first.
func (p *program) ownFirst(name string, danish []string) []string {
	names := append([]string{name}, danish...)
	if p.texts.Lang == "da" {
		names = append(slices.Clone(danish), name)
	}
	return slices.Compact(names)
}

// completeQuery completes the last word of a query in a shell: a field, or a value that is the same at every desk.
func (p *program) completeQuery(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	word := strings.TrimLeft(typed[strings.LastIndexAny(typed, " (")+1:], "-")
	head := strings.TrimSuffix(typed, word)
	var out []cobra.Completion
	offer := func(names []string, begun, before, after, help string) {
		if i := slices.IndexFunc(names, func(n string) bool { return strings.HasPrefix(n, strings.ToLower(begun)) }); i >= 0 {
			out = append(out, cobra.CompletionWithDesc(head+before+names[i]+after, help))
		}
	}
	name, value, isValue := strings.Cut(word, ":")
	if !isValue {
		for _, f := range query.Fields() {
			in := f.Info()
			offer(p.ownFirst(in.Name, in.Danish), word, "", ":", p.texts.T("tui.field."+in.Name))
		}
		return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
	if f, ok := query.LookupField(name); ok {
		done := value[:strings.LastIndexByte(value, ',')+1]
		for _, v := range f.Info().Values {
			offer(p.ownFirst(v.Name, v.Danish), value[len(done):], name+":"+done, "", "")
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
