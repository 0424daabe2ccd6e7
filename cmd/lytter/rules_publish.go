package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"lytter/classify"
	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// ruleVersion is a version as --json prints it.
type ruleVersion struct {
	Version  int64     `json:"version"`
	Time     time.Time `json:"time"`
	By       string    `json:"by"` // "" where it was seeded
	Approved string    `json:"approved_by,omitempty"`
	Comment  string    `json:"comment,omitempty"`
}

// ruleChange is what became of a rule, as --json prints it.
type ruleChange struct {
	Rule   string               `json:"rule"`
	Kind   inbox.RuleChangeKind `json:"kind"`
	Keys   []string             `json:"keys,omitempty"`
	Before string               `json:"before,omitempty"`
	After  string               `json:"after,omitempty"`
}

// rulesPublished is what --json prints of rules that were published, or wait.
type rulesPublished struct {
	Version int64        `json:"version,omitempty"`
	Waiting int64        `json:"waiting,omitempty"`
	Changes []ruleChange `json:"changes"`
}

// ruleCommand makes a command of the rules: its texts are under its name.
func (p *program) ruleCommand(use string, args cobra.PositionalArgs, do func(ctx context.Context, cmd *cobra.Command, args []string) error) *cobra.Command {
	name, _, _ := strings.Cut(use, " ")
	return &cobra.Command{
		Use: use, Short: p.texts.T("cli.rules." + strings.ReplaceAll(name, "-", "_")), Args: args, RunE: p.atDesk(do),
	}
}

// ruleVersionCommands are those that read and write versions.
func (p *program) ruleVersionCommands() []*cobra.Command {
	var asJSON bool
	var comment, rule string
	var base int64
	withComment := func(c *cobra.Command) *cobra.Command {
		c.Flags().StringVar(&comment, "comment", "", p.texts.T("cli.flag.comment"))
		return c
	}
	withJSON := func(c *cobra.Command) *cobra.Command {
		c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
		return c
	}
	publish := p.ruleCommand("publish FILE", cobra.ExactArgs(1), func(ctx context.Context, cmd *cobra.Command, _ []string) error {
		data, err := io.ReadAll(io.LimitReader(p.in, classify.MaxFile+1))
		if err != nil {
			return err
		}
		if !cmd.Flags().Changed("base") {
			base = p.rulesInForce()
		}
		return p.publishRules(ctx, inbox.Publishing{Bytes: data, Comment: comment, Base: base}, asJSON)
	})
	publish.RunE = p.withFile(publish.RunE)
	publish.Flags().Int64Var(&base, "base", 0, p.texts.T("cli.flag.base"))
	show := p.ruleCommand("show [VERSION]", cobra.MaximumNArgs(1), func(ctx context.Context, _ *cobra.Command, args []string) error {
		version, err := versionOf(args, 0)
		if err != nil {
			return err
		}
		set, err := p.seat.RuleVersion(ctx, version)
		if err != nil {
			return err
		}
		data := set.Bytes
		if rule != "" {
			if data = classify.Block(data, rule); data == nil {
				return inbox.E(inbox.NotFound, "rules", "rules.no_rule", "ID", rule)
			}
		}
		_, err = p.machineOut().Write(data)
		return err
	})
	show.Flags().StringVar(&rule, "rule", "", p.texts.T("cli.flag.rule"))
	return []*cobra.Command{
		withJSON(withComment(publish)), show,
		withJSON(p.ruleCommand("versions", cobra.NoArgs, func(ctx context.Context, _ *cobra.Command, _ []string) error {
			return p.tellVersions(ctx, asJSON)
		})),
		withJSON(p.ruleCommand("compare VERSION [VERSION]", cobra.RangeArgs(1, 2), func(ctx context.Context, _ *cobra.Command, args []string) error {
			a, err := versionOf(args, 0)
			if err != nil {
				return err
			}
			b, err := versionOf(args, 1)
			if err != nil {
				return err
			}
			cs, err := p.seat.DiffRules(ctx, a, b)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(changesOf(cs))
			}
			p.printChanges(cs, true)
			return nil
		})),
		withJSON(withComment(p.ruleCommand("rollback VERSION", cobra.ExactArgs(1), func(ctx context.Context, _ *cobra.Command, args []string) error {
			version, err := versionOf(args, 0)
			if err != nil {
				return err
			}
			was := p.rulesInForce()
			out, err := p.seat.RollbackRules(ctx, version, comment)
			if err != nil {
				return err
			}
			if err := p.tellPublished(ctx, out, asJSON); err != nil || asJSON {
				return err
			}
			for v := was; v > version; v-- {
				if err := p.tellDid(ctx, v, ""); err != nil {
					return err
				}
			}
			return nil
		}))),
	}
}

// withFile lets a command read the file that it names by standard input: the file is of the machine where the command is typed.
func (p *program) withFile(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if args[0] != "-" && p.seat != nil {
			return inbox.E(inbox.Invalid, "rules", "cli.rules.only_input")
		}
		if args[0] != "-" {
			f, err := os.Open(args[0])
			if err != nil {
				return inbox.E(inbox.Invalid, "rules", "cli.no_file", "File", args[0]).With(err)
			}
			defer func() { _ = f.Close() }() // only read
			p.in = f
			p.args = fromInput(p.args, args[0])
		}
		return run(cmd, args)
	}
}

func versionOf(args []string, i int) (int64, error) {
	if i >= len(args) {
		return 0, nil
	}
	n, err := strconv.ParseInt(args[i], 10, 64)
	if err != nil || n <= 0 {
		return 0, inbox.E(inbox.Invalid, "rules", "cli.bad_number", "Value", args[i])
	}
	return n, nil
}

func (p *program) rulesInForce() int64 {
	if r := p.seat.Desk().Directory().Rules; r != nil {
		return r.Version
	}
	return 0
}

func (p *program) publishRules(ctx context.Context, pub inbox.Publishing, asJSON bool) error {
	out, err := p.seat.PublishRules(ctx, pub)
	if err != nil {
		rep := (&classify.Rules{Cutter: p.seat.Desk().Cutter, Location: p.seat.Desk().Location}).Check(pub.Bytes, p.seat.Desk().Directory())
		if inbox.CodeOf(err) == inbox.Invalid && len(rep.Faults) > 0 && !asJSON {
			c := p.checked("-", rep)
			p.printRules(&c)
		}
		return err
	}
	return p.tellPublished(ctx, out, asJSON)
}

func (p *program) tellPublished(ctx context.Context, out inbox.Published, asJSON bool) error {
	if asJSON {
		return p.printJSON(rulesPublished{Version: out.Version, Waiting: out.Waiting, Changes: changesOf(out.Changes)})
	}
	p.printChanges(out.Changes, false)
	if out.Version != 0 {
		fmt.Fprintln(p.err, p.texts.T("cli.rules.published", "Version", out.Version))
		return nil
	}
	fmt.Fprintln(p.err, p.texts.T("cli.rules.waits", "Number", out.Waiting))
	ws, err := p.seat.WaitingRules(ctx)
	for i := range ws {
		if ws[i].ID == out.Waiting {
			p.printExpected(ws[i].Expected)
		}
	}
	return err
}

func (p *program) printExpected(expected map[string]float64) {
	for _, id := range sortedKeys(expected) {
		fmt.Fprintln(p.err, text.CleanLine(p.texts.T("cli.rules.expected", "Rule", id, "Count", strconv.FormatFloat(expected[id], 'f', 1, 64))))
	}
}

func changesOf(cs []inbox.RuleChange) []ruleChange {
	out := make([]ruleChange, len(cs))
	for i, c := range cs {
		out[i] = ruleChange{Rule: c.ID, Kind: c.Kind, Keys: c.Keys, Before: c.Before, After: c.After}
	}
	return out
}

// printChanges tells what became of each rule; whole gives the lines that went and came, too.
func (p *program) printChanges(cs []inbox.RuleChange, whole bool) {
	for _, c := range cs {
		line := p.texts.T("cli.rules.change."+string(c.Kind), "Rule", c.ID)
		if len(c.Keys) > 0 {
			line += " (" + strings.Join(c.Keys, ", ") + ")"
		}
		fmt.Fprintln(p.out, text.CleanLine(line))
		if !whole {
			continue
		}
		for _, l := range c.Lines() {
			fmt.Fprintln(p.out, "    "+text.CleanLine(l))
		}
	}
}

func (p *program) tellVersions(ctx context.Context, asJSON bool) error {
	all, err := p.seat.RuleVersions(ctx)
	if err != nil {
		return err
	}
	dir := p.seat.Desk().Directory()
	out := make([]ruleVersion, len(all))
	for i, v := range all {
		out[i] = ruleVersion{Version: v.Version, Time: v.At, By: dir.UserName(v.By), Approved: dir.UserName(v.Approved), Comment: v.Comment}
	}
	if asJSON {
		return p.printJSON(out)
	}
	now := p.seat.Desk().Now().In(p.seat.Desk().Location)
	for _, v := range out {
		who := v.By
		if who == "" {
			who = p.texts.T("cli.rules.seeded")
		}
		if v.Approved != "" {
			who += " + " + v.Approved
		}
		fmt.Fprintln(p.out, text.CleanLine(strings.TrimSpace(fmt.Sprintf("%4d  %s  %s  %s", v.Version, p.texts.When(v.Time.In(now.Location()), now), who, v.Comment))))
	}
	return nil
}

// ruleEditCommands change one rule of those in force, and publish what comes of it.
func (p *program) ruleEditCommands() []*cobra.Command {
	var comment string
	var asJSON bool
	edit := func(use string, args cobra.PositionalArgs, change func(data []byte, args []string) ([]byte, error), after func(context.Context, string, int64) error) *cobra.Command {
		c := p.ruleCommand(use, args, func(ctx context.Context, _ *cobra.Command, args []string) error {
			was, err := p.seat.RuleVersion(ctx, 0)
			if err != nil {
				return err
			}
			data, err := change(was.Bytes, args)
			if err != nil {
				return err
			}
			if err := p.publishRules(ctx, inbox.Publishing{Bytes: data, Comment: comment, Base: was.Version}, asJSON); err != nil || after == nil || asJSON {
				return err
			}
			return after(ctx, args[0], was.Version)
		})
		c.Flags().StringVar(&comment, "comment", "", p.texts.T("cli.flag.comment"))
		c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
		return c
	}
	state := func(s classify.State) func([]byte, []string) ([]byte, error) {
		return func(data []byte, args []string) ([]byte, error) { return classify.SetState(data, args[0], s) }
	}
	did := func(ctx context.Context, id string, version int64) error { return p.tellDid(ctx, version, id) }
	return []*cobra.Command{
		edit("enable ID", cobra.ExactArgs(1), state(classify.Live), nil),
		edit("shadow ID", cobra.ExactArgs(1), state(classify.Shadowed), did),
		edit("disable ID", cobra.ExactArgs(1), state(classify.Disabled), did),
		edit("remove ID", cobra.ExactArgs(1), func(data []byte, args []string) ([]byte, error) { return classify.Splice(data, args[0], nil) }, did),
		edit("put ID", cobra.ExactArgs(1), func(data []byte, args []string) ([]byte, error) {
			block, err := io.ReadAll(io.LimitReader(p.in, classify.MaxFile+1))
			if err != nil {
				return nil, err
			}
			if len(bytes.TrimSpace(block)) == 0 {
				return nil, inbox.E(inbox.Invalid, "rules", "rules.one_block", "Count", 0)
			}
			return classify.Splice(data, args[0], block)
		}, did),
	}
}

// wrongCommand takes a topic that a rule set off again: the rule was wrong. It can make the message an example that the rule must not match.
func (p *program) wrongCommand() *cobra.Command {
	var example bool
	c := p.ruleCommand("wrong CONVERSATION TOPIC", cobra.ExactArgs(2), func(ctx context.Context, _ *cobra.Command, args []string) error {
		id, err := conversationID(args[0])
		if err != nil {
			return err
		}
		o, err := p.seat.Open(ctx, id)
		if err != nil {
			return err
		}
		dir := p.seat.Desk().Directory()
		topic, _ := dir.TopicAt(args[1])
		var tag *inbox.Tagging
		for i := range o.Topics {
			if t := &o.Topics[i]; dir.Topic(t.Topic) == topic && !t.Removed && t.Rule != "" {
				tag = t
			}
		}
		if tag == nil {
			return inbox.E(inbox.NotFound, "rules", "cli.rules.not_by_rule", "Topic", args[1])
		}
		rule, msg := tag.Rule, o.Message(tag.Message)
		if err := p.seat.Untag(ctx, id, tag.Topic); err != nil {
			return err
		}
		fmt.Fprintln(p.err, text.CleanLine(p.texts.T("cli.rules.noted", "Rule", rule)))
		if !example || msg == nil || msg.Text == "" {
			return nil
		}
		was, err := p.seat.RuleVersion(ctx, 0)
		if err != nil {
			return err
		}
		data, err := classify.AddExample(was.Bytes, rule, msg.Text, false)
		if err != nil {
			return err
		}
		return p.publishRules(ctx, inbox.Publishing{Bytes: data, Base: was.Version, Comment: p.texts.T("cli.rules.example_comment", "ID", int64(id))}, false)
	})
	c.Flags().BoolVar(&example, "example", false, p.texts.T("cli.flag.example"))
	return c
}
