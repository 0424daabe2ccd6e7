package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"lytter/inbox"
	"lytter/inbox/text"

	"github.com/spf13/cobra"
)

// ruleWaiting is what waits for a second lead, as --json prints it.
type ruleWaiting struct {
	Number   int64              `json:"number"`
	Time     time.Time          `json:"time"`
	By       string             `json:"by"`
	Comment  string             `json:"comment,omitempty"`
	Base     int64              `json:"base"`
	Stale    bool               `json:"stale,omitempty"` // another version is in force by now
	Changes  []ruleChange       `json:"changes"`
	Expected map[string]float64 `json:"expected_a_day,omitempty"`
}

// ruleRun is a run, as --json prints it.
type ruleRun struct {
	Run     int64                  `json:"run,omitempty"` // 0: it only told what would be
	Kind    inbox.RunKind          `json:"kind"`
	Rules   []string               `json:"rules,omitempty"`
	Version int64                  `json:"version,omitempty"`
	Of      int64                  `json:"of_run,omitempty"`
	By      string                 `json:"by,omitempty"`
	Time    time.Time              `json:"time,omitzero"`
	Seen    int                    `json:"seen"`
	Done    int                    `json:"done"`
	Kept    int                    `json:"kept"` // a person has them, or has been there since
	Ended   time.Time              `json:"ended,omitzero"`
	Left    []inbox.ConversationID `json:"left,omitempty"` // conversations of those kept, at most a thousand
}

// ruleDid is what a rule of a version did, as --json prints it.
type ruleDid struct {
	Rule    string `json:"rule"`
	Version int64  `json:"version"`
	Effects int    `json:"effects"`
	Undone  int    `json:"undone"`
}

// maxLeft bounds how many conversations that stay as they are are named.
const maxLeft = 1000

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// ruleLeadCommands are those of the second lead.
func (p *program) ruleLeadCommands() []*cobra.Command {
	var asJSON bool
	number := func(do func(ctx context.Context, n int64) error) func(context.Context, *cobra.Command, []string) error {
		return func(ctx context.Context, _ *cobra.Command, args []string) error {
			n, err := versionOf(args, 0)
			if err != nil {
				return err
			}
			return do(ctx, n)
		}
	}
	waiting := p.ruleCommand("waiting", cobra.NoArgs, func(ctx context.Context, _ *cobra.Command, _ []string) error { return p.tellWaiting(ctx, asJSON) })
	waiting.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
	return []*cobra.Command{
		waiting,
		p.ruleCommand("approve NUMBER", cobra.ExactArgs(1), number(func(ctx context.Context, n int64) error {
			out, err := p.seat.ApproveRules(ctx, n)
			if err != nil {
				return err
			}
			return p.tellPublished(ctx, out, false)
		})),
		p.ruleCommand("withdraw NUMBER", cobra.ExactArgs(1), number(func(ctx context.Context, n int64) error { return p.seat.WithdrawRules(ctx, n) })),
		p.ruleCommand("second-lead [on|off]", cobra.MaximumNArgs(1), func(ctx context.Context, _ *cobra.Command, args []string) error {
			if len(args) == 0 {
				on, err := p.seat.SecondLead(ctx)
				fmt.Fprintln(p.out, map[bool]string{true: "on", false: "off"}[on])
				return err
			}
			if args[0] != "on" && args[0] != "off" {
				return inbox.E(inbox.Invalid, "rules", "cli.rules.on_or_off", "Value", args[0])
			}
			return p.seat.SetSecondLead(ctx, args[0] == "on")
		}),
	}
}

func (p *program) tellWaiting(ctx context.Context, asJSON bool) error {
	ws, err := p.seat.WaitingRules(ctx)
	if err != nil {
		return err
	}
	dir := p.seat.Desk().Directory()
	out := make([]ruleWaiting, len(ws))
	for i, w := range ws {
		out[i] = ruleWaiting{
			Number: w.ID, Time: w.At, By: dir.UserName(w.By), Comment: w.Comment, Base: w.Base, Stale: w.Stale, Changes: changesOf(w.Changes),
			Expected: w.Expected,
		}
	}
	if asJSON {
		return p.printJSON(out)
	}
	now := p.seat.Desk().Now().In(p.seat.Desk().Location)
	for i, w := range out {
		line := fmt.Sprintf("%4d  %s  %s  %s", w.Number, p.texts.When(w.Time.In(now.Location()), now), w.By, w.Comment)
		if w.Stale {
			line += "  " + p.texts.T("cli.rules.stale")
		}
		fmt.Fprintln(p.out, text.CleanLine(line))
		p.printChanges(ws[i].Changes, false)
		p.printExpected(w.Expected)
	}
	return nil
}

// ruleUndoCommands show what rules did, take it back, and apply rules to history.
func (p *program) ruleUndoCommands() []*cobra.Command {
	var asJSON, dry bool
	var version, run int64
	flags := func(c *cobra.Command) *cobra.Command {
		c.Flags().BoolVar(&asJSON, "json", false, p.texts.T("cli.flag.json"))
		return c
	}
	undo := p.ruleCommand("undo [ID]", cobra.MaximumNArgs(1), func(ctx context.Context, _ *cobra.Command, args []string) error {
		scope := inbox.EffectScope{Run: run}
		if len(args) > 0 && run == 0 {
			scope = inbox.EffectScope{Rule: args[0], Version: version}
		}
		return p.undoRules(ctx, scope, dry, asJSON)
	})
	undo.Flags().Int64Var(&version, "version", 0, p.texts.T("cli.flag.rule_version"))
	undo.Flags().Int64Var(&run, "run", 0, p.texts.T("cli.flag.run"))
	undo.Flags().BoolVar(&dry, "dry-run", false, p.texts.T("cli.flag.dry_run"))
	apply := p.ruleCommand("apply ID...", cobra.MinimumNArgs(1), func(ctx context.Context, _ *cobra.Command, args []string) error {
		r, err := p.seat.ApplyRules(ctx, args, inbox.Walk{Dry: dry, Tell: p.telling("cli.rules.applying")})
		if err != nil {
			return err
		}
		if asJSON {
			return p.printJSON(p.ruleRun(r))
		}
		key := "cli.rules.applied"
		if dry {
			key = "cli.rules.would_apply"
		}
		fmt.Fprintln(p.err, p.texts.T(key, "Seen", p.texts.Number(int64(r.Seen)), "Done", p.texts.Number(int64(r.Done)), "Run", r.ID))
		return nil
	})
	apply.Flags().BoolVar(&dry, "dry-run", false, p.texts.T("cli.flag.dry_run"))
	return []*cobra.Command{
		flags(undo), flags(apply),
		flags(p.ruleCommand("effects [VERSION]", cobra.MaximumNArgs(1), func(ctx context.Context, _ *cobra.Command, args []string) error {
			v, err := versionOf(args, 0)
			if err != nil {
				return err
			}
			if v == 0 {
				v = p.rulesInForce()
			}
			if !asJSON {
				return p.tellDid(ctx, v, "")
			}
			did, err := p.did(ctx, v, "")
			if err != nil {
				return err
			}
			return p.printJSON(did)
		})),
		flags(p.ruleCommand("runs", cobra.NoArgs, func(ctx context.Context, _ *cobra.Command, _ []string) error {
			runs, err := p.seat.RuleRuns(ctx, 50)
			if err != nil {
				return err
			}
			out := make([]ruleRun, len(runs))
			for i, r := range runs {
				out[i] = p.ruleRun(r)
			}
			if asJSON {
				return p.printJSON(out)
			}
			p.printRuns(out)
			return nil
		})),
	}
}

func (p *program) did(ctx context.Context, version int64, rule string) ([]ruleDid, error) {
	sums, err := p.seat.RuleSums(ctx, version)
	out := []ruleDid{}
	for _, s := range sums {
		if rule == "" || strings.EqualFold(rule, s.Rule) {
			out = append(out, ruleDid{Rule: s.Rule, Version: version, Effects: s.Effects, Undone: s.Undone})
		}
	}
	return out, err
}

// tellDid tells what the rules of a version did, or one of them, and how to undo it.
func (p *program) tellDid(ctx context.Context, version int64, rule string) error {
	did, err := p.did(ctx, version, rule)
	for _, d := range did {
		fmt.Fprintln(p.out, text.CleanLine(p.texts.N("cli.rules.did", d.Effects, "Rule", d.Rule, "Version", d.Version, "Undone", p.texts.Number(int64(d.Undone)))))
		if d.Undone < d.Effects {
			fmt.Fprintln(p.out, "    lytter rules undo "+string(text.CleanLine(d.Rule))+" --version "+strconv.FormatInt(d.Version, 10)+" --dry-run")
		}
	}
	return err
}

// undoRules takes back what is in a scope. What stays is named before: afterwards it could not be told from what came later.
func (p *program) undoRules(ctx context.Context, scope inbox.EffectScope, dry, asJSON bool) error {
	left, err := p.left(ctx, scope)
	if err != nil {
		return err
	}
	r, err := p.seat.UndoRules(ctx, scope, inbox.Walk{Dry: dry, Tell: p.telling("cli.rules.undoing")})
	if err != nil {
		return err
	}
	if asJSON {
		out := p.ruleRun(r)
		for _, s := range left {
			out.Left = append(out.Left, s.Conversation)
		}
		return p.printJSON(out)
	}
	for _, s := range left {
		fmt.Fprintln(p.out, text.CleanLine(p.texts.T("cli.rules.left", "ID", int64(s.Conversation), "Why", p.texts.Reason(s.Kept))))
	}
	key := "cli.rules.undone"
	if dry {
		key = "cli.rules.would_undo"
	}
	fmt.Fprintln(p.err, p.texts.T(key, "Done", p.texts.Number(int64(r.Done)), "Kept", p.texts.Number(int64(r.Kept)), "Run", r.ID))
	return nil
}

// left lists what of a scope stays because a person has it.
func (p *program) left(ctx context.Context, scope inbox.EffectScope) (out []inbox.RuleState, err error) {
	for after, more := int64(0), true; more && len(out) < maxLeft; {
		es, err := p.seat.RuleEffects(ctx, scope, after, 500)
		if err != nil {
			return nil, err
		}
		more = len(es) == 500
		for _, e := range es {
			if after = e.ID; e.Kept != nil && len(out) < maxLeft {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// telling tells about once a second how far a run has come.
func (p *program) telling(key string) func(inbox.RuleRun) {
	told := time.Now()
	return func(r inbox.RuleRun) {
		if time.Since(told) < time.Second {
			return
		}
		told = time.Now()
		fmt.Fprintln(p.err, p.texts.T(key, "Seen", p.texts.Number(int64(r.Seen)), "Done", p.texts.Number(int64(r.Done))))
	}
}

func (p *program) ruleRun(r inbox.RuleRun) ruleRun {
	out := ruleRun{
		Run: r.ID, Kind: r.Kind, Rules: r.Rules, Version: r.Version, Of: r.Scope.Run, By: p.seat.Desk().Directory().UserName(r.By), Time: r.At,
		Seen: r.Seen, Done: r.Done, Kept: r.Kept, Ended: r.Ended,
	}
	if r.Scope.Rule != "" {
		out.Rules, out.Version = []string{r.Scope.Rule}, r.Scope.Version
	}
	return out
}

func (p *program) printRuns(runs []ruleRun) {
	now := p.seat.Desk().Now().In(p.seat.Desk().Location)
	for _, r := range runs {
		what := p.texts.T("cli.rules.run."+string(r.Kind), "Rules", strings.Join(r.Rules, ", "), "Version", r.Version)
		if r.Of != 0 {
			what = p.texts.T("cli.rules.run.undo_run", "Run", r.Of)
		}
		state := p.texts.T("cli.rules.run.ended", "Done", p.texts.Number(int64(r.Done)), "Kept", p.texts.Number(int64(r.Kept)))
		if r.Ended.IsZero() {
			state = p.texts.T("cli.rules.run.open", "Done", p.texts.Number(int64(r.Done)))
		}
		fmt.Fprintln(p.out, text.CleanLine(fmt.Sprintf("%4d  %s  %s  %s  %s", r.Run, p.texts.When(r.Time.In(now.Location()), now), r.By, what, state)))
	}
}
