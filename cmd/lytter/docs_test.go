package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lytter/inbox/catalog"
	"lytter/inbox/query"

	"github.com/spf13/cobra"
)

// The reference pages of docs/ are made from the tables that the program runs on. LYTTER_UPDATE=1 writes them anew.
func TestReferencePagesAreTrue(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{"query.md": queryPage(cat.For("en")), "cli.md": cliPage(cat)} {
		file := filepath.Join("..", "..", "docs", name)
		if os.Getenv("LYTTER_UPDATE") != "" {
			if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != page {
			t.Errorf("docs/%s is not what the program would say: run LYTTER_UPDATE=1 go test ./cmd/lytter -run Reference", name)
		}
	}
}

const queryIntro = `# The language

One language serves search, views and rules. This page is made from the table that the program itself runs on.

Words all have to be there, in any order and in any of the conversation's messages. Spelling is folded (å is aa, é is e, capitals are small)
and words meet in their Danish or English stem: *bibliotek* finds *biblioteket*. A bare word finds compounds that it is a part of, too:
*cykel* finds *cykelstierne*, *sti* as well, and *cykelsti* finds *supercykelstier*; in quotes it does not. A compound is a word that is made of
known Danish words and their joining letters from end to end: *bus* finds *skolebussen*, not *buske*. In authors' names there are none.

| write | to find |
|---|---|
| cykel sti | both words |
| cykel or sti | one of them (eller) |
| -cykel | conversations in which no message has the word (not, ikke) |
| (a or b) c | parentheses group |
| "hul i vejen" | the words in this order, next to each other, in one message |
| "hul vejen"/5 | the words within five positions, in any order (also ~5) |
| cykel* | words that begin so |
| \*sti* and \*sti | words that have it inside, or end so |
| "cykel" | the word in any form, no compounds |
| =cykel | just this spelling, no stems and no compounds |
| #cykelby | the hashtag |
| @navn | the handle, as author or mentioned |
| field:value | see below; several values with commas: channel:facebook,x |
| field:>5k, field:1k..5k | numbers; k and m are thousand and million |
| time:2026-11-03, time:3.11.2026, time:2026-11, time:today | days, months, years; today, yesterday, tomorrow (idag, i-dag, "i dag", igår, imorgen) |
| age:<2h | lengths of time: s, min, h (t), d, w (u) |

A word that is an operator (or, eller, and, og, not, ikke) is searched for in quotes: "ikke".

Rules take only fields of content: what a message says and where it came from, fixed when it arrives.

| field | Danish | what it asks | values | example | in rules |
|---|---|---|---|---|---|
`

func queryPage(t *catalog.Texts) string {
	var b strings.Builder
	b.WriteString(queryIntro)
	for _, f := range query.Fields() {
		in := f.Info()
		var values []string
		for _, v := range in.Values {
			s := v.Name
			if also := slices.DeleteFunc(v.Danish, func(d string) bool { return d == v.Name }); len(also) > 0 {
				s += " (" + strings.Join(also, ", ") + ")"
			}
			values = append(values, s)
		}
		if in.None {
			values = append(values, "none (ingen)")
		}
		rules := "yes"
		if in.Class != query.Content {
			rules = ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | `%s` | %s |\n", in.Name, strings.Join(in.Danish, ", "), t.T("field."+in.Name), strings.Join(values, ", "),
			in.Example, rules)
	}
	return b.String()
}

func cliPage(cat *catalog.Catalog) string {
	p := &program{catalog: cat, env: func(string) string { return "" }, out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	p.speak("en")
	var b strings.Builder
	b.WriteString("# The command line\n\nThis page is made from the program's own commands. `lytter --help` says the same, `--lang da` says it in Danish;\n" +
		"`lytter completion` and `lytter man` give completion and a manual page.\n\n" +
		"Commands of the desk run in the process that owns the data folder: over its Unix socket, or as the owner if there is none. Over SSH the\n" +
		"same commands are there: `ssh desk search 'is:open cykel'`.\n\n" +
		"| exit code | means |\n|---|---|\n" +
		"| 0 | done |\n| 1 | something went wrong on our side |\n| 2 | the command, a query or a file is wrong: correct it |\n" +
		"| 3 | refused: you may not, or the desk says no |\n| 4 | not now: the disk is full, the network is away |\n" +
		"| 5 | demo: the platforms and the desk disagree |\n| 130 | interrupted |\n\n" +
		"With `--json` standard output has one value and nothing else; progress and logs go to standard error.\n")
	var walk func(c *cobra.Command, depth int)
	walk = func(c *cobra.Command, depth int) {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			return
		}
		if depth > 0 {
			fmt.Fprintf(&b, "\n## `%s`\n\n", strings.TrimSpace(c.UseLine()))
			text := c.Long
			if text == "" {
				text = c.Short
			}
			b.WriteString(text + "\n")
			if fl := c.LocalNonPersistentFlags(); fl.HasFlags() {
				b.WriteString("\n```\n" + strings.TrimRight(fl.FlagUsages(), "\n") + "\n```\n")
			}
		} else {
			b.WriteString("\nFor every command:\n\n```\n" + strings.TrimRight(c.PersistentFlags().FlagUsages(), "\n") + "\n```\n")
		}
		for _, sub := range c.Commands() {
			walk(sub, depth+1)
		}
	}
	walk(p.root(), 0)
	return b.String()
}

// Commands that sentences tell people to run are there.
func TestSentencesNameCommands(t *testing.T) {
	cat, err := catalog.New()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{catalog: cat, env: func(string) string { return "" }, out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	p.speak("en")
	root := p.root()
	prose := map[string]bool{"in": true, "i": true, "et": true} // "with lytter in another window"; lytter is Danish for listens
	files, err := filepath.Glob(filepath.Join("..", "..", "inbox", "catalog", "*", "*.toml"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\blytter ([a-z]+)((?: [a-z]+)?)`).FindAllStringSubmatch(string(data), -1) {
			if prose[m[1]] {
				continue
			}
			c, _, err := root.Find([]string{m[1]})
			if err != nil || c == root {
				t.Errorf("%s: there is no %q", file, m[0])
				continue
			}
			if sub := strings.TrimSpace(m[2]); c.HasSubCommands() && !c.Runnable() { // "lytter accounts shows": a command, and prose
				if below, _, err := c.Find([]string{sub}); err != nil || below == c {
					t.Errorf("%s: there is no %q", file, m[0])
				}
			}
			named[m[0]] = true
		}
	}
	if len(named) < 6 {
		t.Errorf("only %d commands found: the search is blind", len(named))
	}
}
